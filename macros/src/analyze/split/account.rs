//! Keeps account of what the parts make and use: segments, variables, and each use of one.

use super::crossing::Touch;
use super::splitter::Splitter;
use super::variables::{Flags, Made, Variable, VariableId, View, leaves_alone, may_change};
use crate::analyze::uses::{Access, Facts, Use};
use crate::analyze::{kinds, leaving, patterns, types};
use crate::model::loop_plan::{Segment, SegmentId, Turn};
use proc_macro2::Ident;
use quote::ToTokens;
use syn::{Pat, Stmt};

impl Splitter<'_> {
    /// The segment that the next parallel statement of this block belongs to.
    pub(super) fn parallel_turn(&mut self) -> SegmentId {
        match self.turns.last() {
            Some(Turn::Parallel(segment)) => *segment,
            _ => self.new_segment(Segment::default()),
        }
    }

    pub(super) fn new_segment(&mut self, segment: Segment) -> SegmentId {
        let number = self.segments.len();
        self.segments.push(segment);
        self.turns.push(Turn::Parallel(number));
        number
    }

    /// A statement of the parallel part.
    pub(super) fn push_parallel(&mut self, stmt: Stmt, facts: Facts) {
        if self.moved.is_none() && !self.may_be_left {
            self.moved = facts.uses.iter().find(|used| self.moves_capture(used)).cloned();
        }
        self.uses_in_parallel(facts.uses);
        for name in kinds::filled_openly(&stmt, &|name| self.is_open(name)) {
            if let Some(id) = self.variables.id(&name) {
                self.variables.of_mut(id).made.is_open = true;
            }
        }
        let segment = self.parallel_turn();
        self.segments[segment].leaves |= leaving::ends_by_leaving(std::slice::from_ref(&stmt));
        self.segments[segment].stmts.push(stmt);
    }

    /// Whether the type of that variable is whatever its use asks for.
    pub(super) fn is_open(&self, name: &str) -> bool {
        self.variables.get(name).is_some_and(|variable| variable.made.is_open)
    }

    /// Whether a use surely moves a variable from around the iteration, which the next iteration would lack.
    pub(super) fn moves_capture(&self, used: &Use) -> bool {
        let Some(declared) = self.around.get(&used.place.name) else { return false };
        let is_around = self.variables.get(&used.place.name).is_none() && used.place.fields.is_empty();
        leaving::takes(&used.access) && is_around && declared.ty.as_ref().is_some_and(types::is_moved)
    }

    /// Whether a use may move something from around the loop, behind which the loop is left.
    pub(super) fn moves_last(&self, used: &Use) -> bool {
        let is_around = self.variables.get(&used.place.name).is_none();
        is_around && leaving::may_take(&used.access) && self.named.moved_last.contains(&used.place)
    }

    pub(super) fn uses_in_parallel(&mut self, uses: Vec<Use>) {
        for used in uses {
            let Some(id) = self.variables.id(&used.place.name) else {
                self.parallel_uses.push(used);
                continue;
            };
            let variable = self.variables.of_mut(id);
            variable.crosses_as_copy |= variable.flags.must_be_copied;
            let (may_change, may_move) = (may_change(&used, variable), !leaves_alone(&used, variable));
            self.touch(id, false, may_change, may_move);
        }
    }

    pub(super) fn touch(&mut self, variable: VariableId, is_in_order: bool, may_change: bool, may_move: bool) {
        let depth = self.variables.of(variable).depth.min(self.path.len());
        let levels = self.path[depth..].iter().map_while(|level| *level).collect();
        self.touches.push(Touch { variable, levels, is_in_order, may_change, may_move });
    }

    /// Binds a variable that the parallel part makes.
    pub(super) fn bind(&mut self, name: Ident, is_mut: bool, mut made: Made) -> VariableId {
        let segment = self.parallel_turn();
        made.is_copied |= made.ty.as_ref().is_some_and(types::is_copied);
        made.is_own &= !self.named.aliased.contains(&name.to_string());
        self.variables.bind(Variable {
            name,
            made_in: Some(segment),
            depth: self.path.len(),
            is_mut,
            made,
            crosses_as_copy: false,
            flags: Flags::default(),
        })
    }

    pub(super) fn bind_in_order(&mut self, pat: &Pat) {
        for (name, is_mut) in patterns::bound_names(pat) {
            self.variables.bind(Variable {
                name,
                made_in: None,
                depth: self.path.len(),
                is_mut,
                made: Made { is_made: true, ..Made::default() },
                crosses_as_copy: false,
                flags: Flags { is_in_order: true, ..Flags::default() },
            });
        }
    }

    /// An in-order statement uses a variable: if the parallel part made it, it crosses.
    pub(super) fn uses_in_order(&mut self, used: &Use, id: VariableId) {
        let variable = self.variables.of(id).clone();
        let may_change = may_change(used, &variable);
        match (&variable.made.view, &variable.made.borrows_in, variable.made_in) {
            // The in-order part changed it or made it: nothing crosses, but this is a use by that part.
            _ if variable.flags.is_in_order => return self.touch(id, true, may_change, false),
            (Some(view), _, Some(segment)) => self.view_again(segment, view, variable.depth),
            (None, Some(key), _) if !self.borrowed.contains(key) => self.borrowed.push(key.clone()),
            _ => self.touch(id, true, may_change, false),
        }
        let is_untouched = leaves_alone(used, &variable);
        let is_value = used.access == Access::Value && !variable.is_mut;
        let flags = &mut self.variables.of_mut(id).flags;
        if is_untouched || is_value {
            flags.read_in_order = true;
            // If it is used again, it was copied: moved values cannot be used.
            flags.must_be_copied |= !is_untouched;
        } else {
            flags.is_in_order = true;
        }
    }

    /// The in-order part looks at a view: it makes its own where `segment` lands, of what crosses there in its place.
    fn view_again(&mut self, segment: SegmentId, View { stmt, of }: &View, depth: usize) {
        let text = stmt.to_token_stream().to_string();
        let replayed = &mut self.segments[segment].replayed;
        if replayed.iter().any(|known| known.to_token_stream().to_string() == text) {
            return;
        }
        replayed.push(stmt.clone());
        let deeper = self.path.split_off(depth);
        of.iter().for_each(|(used, id)| self.uses_in_order(used, *id));
        self.path.extend(deeper);
    }
}

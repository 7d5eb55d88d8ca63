//! Takes the work out of in-order statements.

use super::references;
use super::splitter::Splitter;
use super::variables::{StmtKey, leaves_alone, may_change, reads_a_copy};
use crate::analyze::hoist::{self, Hoisted, Judge};
use crate::analyze::uses::{self, Access, Use};
use crate::analyze::{kinds, types};
use crate::model::loop_plan::{Crossing, Segment, Turn};
use proc_macro2::Span;
use syn::{Expr, Stmt};

impl Splitter<'_> {
    /// Takes the work out of an in-order statement.
    ///
    /// What is taken out runs before the rest. So where it changes or moves a variable that the rest uses, the rest's
    /// use is taken out too, or else it stays; and where the rest changes a variable, nothing that uses it is taken out.
    pub(super) fn take_out(&self, stmt: &mut Stmt) -> Vec<Hoisted> {
        let written = stmt.clone();
        let borrows = self.stays.contains(&StmtKey::of(stmt)) || references::are_bound_in(stmt, self.named.references);
        let mut judge =
            Asked { splitter: self, borrows, grabbed: Vec::new(), kept: Vec::new(), untouchable: Vec::new() };
        loop {
            *stmt = written.clone();
            let hoisted = hoist::hoist(stmt, &judge, self.plan, self.n_hoisted);
            let rest = uses::of_stmt(stmt, self.label.as_ref()).uses;
            let taken: Vec<Use> =
                hoisted.iter().flat_map(|hoisted| uses::of_expr(&hoisted.expr, self.label.as_ref()).uses).collect();
            let name_of = |used: &Use| used.place.name.clone();
            let is_in = |uses: &[Use], name: &str| uses.iter().any(|used| used.place.name == name);

            let changed = rest.iter().find(|used| self.may_change(used) && is_in(&taken, &used.place.name));
            if let Some(name) = changed.map(name_of) {
                judge.untouchable.push(name);
                continue;
            }
            let moved = taken.iter().find(|used| {
                let local = self.variables.get(&used.place.name);
                let may_move = local.is_some_and(|local| !leaves_alone(used, local) && !reads_a_copy(used, local));
                // A use behind a move proves that it was a copy.
                let conflicts = |rest: &Use| used.access != Access::Value || !is_behind(rest.span, used.span);
                may_move && rest.iter().any(|rest| rest.place.name == used.place.name && conflicts(rest))
            });
            match moved.map(name_of) {
                None => return hoisted,
                Some(name) if judge.grabbed.contains(&name) => judge.kept.push(name),
                Some(name) => judge.grabbed.push(name),
            }
        }
    }

    /// Whether a use of a variable of the iteration may change it, rather than read or move it.
    fn may_change(&self, used: &Use) -> bool {
        self.variables.get(&used.place.name).is_some_and(|variable| may_change(used, variable))
    }

    /// Makes what was taken out a part of the parallel part.
    pub(super) fn hoisted(&mut self, hoisted: Hoisted) {
        let Hoisted { name, expr, is_late } = hoisted;
        self.n_hoisted += 1;
        self.has_work |= hoist::contains_work(&expr);
        self.weight += usize::from(hoist::is_weighty(&expr));
        let facts = uses::of_expr(&expr, self.label.as_ref());
        if is_late {
            self.turns.push(Turn::InOrder(Vec::new()));
            self.new_segment(Segment { lands_at: Some(name.clone()), ..Segment::default() });
        }
        let segment = self.parallel_turn();
        self.push_parallel(syn::parse_quote!(let #name = #expr;), facts);
        let ty = types::of_value(&expr, &|name| self.type_of(name));
        let is_open = kinds::is_open(&expr, &|name| self.is_open(name));
        let taken_out = Some(expr);
        self.segments[segment].crossing.push(Crossing {
            name,
            is_mut: false,
            is_copied: false,
            is_open,
            ty,
            taken_out,
        });
        if is_late {
            // What follows in the statement is evaluated when this has landed.
            self.turns.push(Turn::InOrder(Vec::new()));
        }
    }
}

/// The splitter's answers to the hoister.
struct Asked<'a, 'b> {
    splitter: &'a Splitter<'b>,
    /// The statement is in order since a value in it refers to what the parallel part made.
    borrows: bool,
    /// Variables whose uses are taken out even without work.
    grabbed: Vec<String>,
    /// Variables which nothing that is taken out may change or move.
    kept: Vec<String>,
    /// Variables which nothing that is taken out may use.
    untouchable: Vec<String>,
}

impl Judge for Asked<'_, '_> {
    fn is_parallel(&self, expr: &Expr) -> bool {
        let facts = uses::of_expr(expr, self.splitter.label.as_ref());
        let changes_kept = |used: &Use| {
            let name = &used.place.name;
            let changes = self.splitter.variables.get(name).is_some_and(|local| !leaves_alone(used, local));
            (self.kept.contains(name) && changes) || self.untouchable.contains(name)
        };
        let refers = self.borrows
            && references::may_refer_to_arguments(expr)
            && facts.uses.iter().any(|used| self.splitter.is_made_here(used));
        !refers
            && self.splitter.needs_order(&facts).is_none()
            && facts.awaits.is_empty()
            && !facts.uses.iter().any(changes_kept)
    }

    fn may_exit(&self, expr: &Expr) -> bool {
        let facts = uses::of_expr(expr, self.splitter.label.as_ref());
        !facts.exits.is_empty() || !facts.hidden_exits.is_empty()
    }

    fn is_bound_to_parallel(&self, expr: &Expr) -> bool {
        uses::of_expr(expr, self.splitter.label.as_ref()).uses.iter().any(|used| {
            let local = self.splitter.variables.get(&used.place.name);
            local.is_some_and(|local| local.made.borrows_in.is_some() && local.made.view.is_none())
        })
    }

    fn is_grabbed(&self, expr: &Expr) -> bool {
        !self.grabbed.is_empty()
            && uses::of_expr(expr, self.splitter.label.as_ref())
                .uses
                .iter()
                .any(|used| self.grabbed.contains(&used.place.name))
    }
}

/// Whether a place in the source stands behind another.
fn is_behind(place: Span, other: Span) -> bool {
    let start = |span: Span| (span.start().line, span.start().column);
    start(place) > start(other)
}

//! Takes statements apart: their branches, and the bodies of inner loops, are split in their turn.
//!
//! Nothing is lost by trying: where no work gets into the parallel part by it, the statement is in order as a whole.

use super::crossing::Level;
use super::report::Fate;
use super::shape::{self, Body, Branches, Inner, Shape};
use super::splitter::{Progress, Splitter, is_local_macro, stmt_is_weighty};
use super::variables::{Flags, Made, StmtKey, Variable, VariableId};
use crate::analyze::scope::Locals;
use crate::analyze::uses::{self, Access, ExitKind};
use crate::analyze::{hoist, kinds, leaving, patterns, types};
use crate::model::loop_plan::{Branch, Each, Fork, Segment, Turn};
use crate::names;
use std::mem;
use syn::visit::{self, Visit};
use syn::visit_mut::{self, VisitMut};
use syn::{Expr, Pat, Stmt};

impl Splitter<'_> {
    /// Takes apart a statement that must be in order, if that is possible and worth while. `later` stands behind it.
    pub(super) fn descend(&mut self, stmt: &Stmt, later: &[Stmt]) -> Option<Progress> {
        if self.tries == 0 || self.stays.contains(&StmtKey::of(stmt)) {
            return None;
        }
        let stays_behind =
            |stmt: &Stmt| is_local_macro(stmt) || (matches!(stmt, Stmt::Item(_)) && !self.path.is_empty());
        // A result may hold an error that cannot cross, where what is taken out of it can.
        let takes_result_apart = self.is_remote && shape::matches_result(stmt);
        let is_worth_it = takes_result_apart || later.iter().any(stmt_is_weighty);
        let may_join = !self.has_value && is_worth_it && !later.iter().any(stays_behind);
        let needs_order = |expr: &Expr| {
            let facts = uses::of_expr(expr, self.label.as_ref());
            self.needs_order(&facts).is_some()
        };
        let shapes = shape::of(stmt, may_join.then_some(later), &needs_order, self.n_names);
        for shape in shapes {
            self.tries = self.tries.saturating_sub(1);
            let before = self.clone();
            let (is_done, progress) = match &shape {
                Shape::Branches(branches) => {
                    self.line(stmt, Fate::Branches);
                    let progress = if branches.has_rest { Progress::ToTheEnd } else { Progress::OneStatement };
                    (self.branches(stmt, branches), progress)
                }
                Shape::Loop(inner) => {
                    self.line(stmt, Fate::Loop);
                    (self.each(stmt, inner), Progress::OneStatement)
                }
            };
            if let (true, Shape::Branches(branches)) = (is_done && self.frees_the_loop_around(stmt), &shape) {
                // Otherwise it would have been taken out.
                self.weight += usize::from(hoist::is_weighty(&branches.head));
                return Some(progress);
            }
            if is_done && (takes_result_apart || self.weight > before.weight) {
                return Some(progress);
            }
            let tries = self.tries;
            *self = Self { tries, ..before };
        }
        None
    }

    /// Whether a statement of an inner loop, taken apart, leaves the loop where the parallel part can tell: otherwise the
    /// loop would have to be in order as a whole.
    fn frees_the_loop_around(&self, stmt: &Stmt) -> bool {
        let leaves = || self.facts(stmt).exits.iter().any(|exit| exit.kind == ExitKind::Leave);
        self.path.contains(&None) && !self.may_leave_in_order && leaves()
    }

    /// Splits each of the branches. `false`: what decides between them must be in order.
    fn branches(&mut self, stmt: &Stmt, shape: &Branches) -> bool {
        let Branches { head, ways, binding, bound_by_head, .. } = shape;
        let head_facts = uses::of_expr(head, self.label.as_ref());
        if self.needs_order(&head_facts).is_some() || !head_facts.awaits.is_empty() {
            return false;
        }
        self.has_work |= hoist::contains_work(head);
        self.n_names += ways.len();
        let fork = self.n_names;
        self.parallel_turn();
        // What the head moves, it moves for one of the branches only: the others may still hand it on.
        self.path.push(Some(Level { fork, segment: usize::MAX }));
        self.uses_in_parallel(head_facts.uses);
        self.path.pop();

        let turns = mem::take(&mut self.turns);
        let flags = self.variables.flags();
        let mut flags_behind: Vec<Vec<Flags>> = Vec::new();
        let mut may_exit = false;
        let mut branches = Vec::new();
        for (index, way) in ways.iter().enumerate() {
            let names = self.variables.names();
            self.variables.set_flags(&flags);
            self.path.push(Some(Level { fork, segment: self.segments.len() }));
            self.new_segment(Segment::default());
            let mut bound: Vec<String> = Vec::new();
            if let (0, Some(local)) = (index, bound_by_head) {
                let init = local.init.as_ref().map(|init| &*init.expr);
                let facts = init.map(|init| uses::of_expr(init, self.label.as_ref())).unwrap_or_default();
                self.let_parallel(stmt, &local.pat, init, facts, &way.stmts, |_, _| {});
                bound.extend(names_of(&local.pat));
            }
            for (pat, scrutinee) in &way.bound {
                self.bind_matched(stmt, pat, scrutinee);
                bound.extend(names_of(pat));
            }
            self.block(&way.stmts, way.has_value);
            self.path.pop();
            self.variables.restore(names);
            flags_behind.push(self.variables.flags());
            may_exit |= mem::take(&mut self.behind_exit);
            branches.push(Branch { name: way.name.clone(), bound, turns: mem::take(&mut self.turns) });
        }
        self.variables.set_flags(&flags);
        flags_behind.iter().for_each(|flags| self.variables.merge_flags(flags));
        self.behind_exit = may_exit;

        self.turns = turns;
        let name = names::numbered("fork", fork);
        self.turns.push(Turn::Fork(Fork { name, head: head.clone(), branches, binding: binding.clone() }));
        if let Some(local) = binding {
            self.bind_in_order(&local.pat);
        }
        true
    }

    /// Binds what a pattern in front of a branch takes out of a value.
    fn bind_matched(&mut self, stmt: &Stmt, pat: &Pat, value: &Expr) {
        let facts = uses::of_expr(value, self.label.as_ref());
        let uses_of = |is: &dyn Fn(&Variable) -> bool| {
            facts.uses.iter().any(|used| self.variables.get(&used.place.name).is_some_and(is))
        };
        let binds_by_ref = !patterns::names_bound_by_ref(pat).is_empty();
        let borrows = self.borrows_from_own(value, &facts)
            || self.is_reference_into_own(pat, value, &facts)
            || uses_of(&|variable| variable.made.borrows_in.is_some())
            || (binds_by_ref && (uses::place(value).is_none() || uses_of(&|variable| variable.made.is_made)));
        let made = Made {
            is_own: facts.uses.iter().all(|used| self.is_own(used)),
            is_made: true,
            is_open: kinds::is_open(value, &|name| self.is_open(name)),
            is_stream_around: self.may_be_stream_around(value),
            borrows_in: borrows.then(|| StmtKey::of(stmt)),
            ..Made::default()
        };
        for (name, is_mut) in patterns::bound_names(pat) {
            self.bind(name, is_mut, made.clone());
        }
    }

    /// Binds what the pattern of an inner loop takes out of an item.
    fn bind_item(&mut self, stmt: &Stmt, pat: &Pat, source: &Expr) {
        match (pat, source) {
            // The count is a number, whatever is counted.
            (Pat::Tuple(pair), Expr::MethodCall(call)) if call.method == "enumerate" && pair.elems.len() == 2 => {
                let made = Made { is_copied: true, is_own: true, is_made: true, ..Made::default() };
                for (name, is_mut) in patterns::bound_names(&pair.elems[0]) {
                    self.bind(name, is_mut, made.clone());
                }
                self.bind_item(stmt, &pair.elems[1], &call.receiver);
            }
            _ => {
                self.bind_matched(stmt, pat, source);
                let is_copied = kinds::items_are_copied(source, pat, &Locals::new());
                let item = types::of_items(source, &|name| self.type_of(name));
                let types = types::of_bound(pat, item.as_ref());
                for name in names_of(pat) {
                    let id = self.variables.id(&name).expect("it was bound above");
                    let variable = self.variables.of_mut(id);
                    variable.made.is_copied = is_copied;
                    variable.made.ty =
                        types.iter().find(|(known, _)| *known == name.as_str()).map(|(_, ty)| ty.clone());
                }
            }
        }
    }

    /// Splits the body of an inner loop. `false`: it must be in order as a whole.
    fn each(&mut self, stmt: &Stmt, inner: &Inner) -> bool {
        let Inner { label, source, body, .. } = inner;
        if self.path.contains(&None) && self.jumps_half_way(inner) {
            return false;
        }
        self.parallel_turn();
        if let Some((_, source)) = source {
            let source_facts = uses::of_expr(source, self.label.as_ref());
            if self.needs_order(&source_facts).is_some() || !source_facts.awaits.is_empty() {
                return false;
            }
            self.has_work |= hoist::contains_work(source);
            self.uses_in_parallel(source_facts.uses);
        }

        let (n_touches, n_variables) = (self.touches.len(), self.variables.len());
        let turns = mem::take(&mut self.turns);
        let names = self.variables.names();
        let outer_label = mem::replace(&mut self.label, label.clone());
        let may_leave_in_order = mem::take(&mut self.may_leave_in_order);
        self.path.push(None);
        self.new_segment(Segment::default());
        if let Some((pat, source)) = source {
            self.bind_item(stmt, pat, source);
        }
        let is_split = match body {
            Body::Block(stmts) => {
                self.block(stmts, false);
                true
            }
            Body::While(branches) => self.branches(stmt, branches),
        };
        if !is_split {
            return false;
        }
        self.path.pop();
        self.variables.restore(names);
        self.label = outer_label;
        // Later iterations of the inner loop would have run that should not have.
        if mem::replace(&mut self.may_leave_in_order, may_leave_in_order) {
            return false;
        }
        // Its `continue`s do not concern what stands behind it.
        self.behind_exit = false;
        if !self.parts_are_apart(n_touches, n_variables) || self.may_move_away(inner, n_touches, n_variables) {
            return false;
        }

        let turns = mem::replace(&mut self.turns, turns);
        self.n_names += 1;
        let name = names::numbered("list", self.n_names);
        let (label, source) = (label.clone(), source.clone());
        self.turns.push(Turn::Each(Each { name, label, source, turns }));
        true
    }

    /// Whether a loop within an inner loop jumps to a label which is neither its own nor that of the annotated loop: what
    /// stands behind the loop in between must run then, but not what stands in it.
    fn jumps_half_way(&self, inner: &Inner) -> bool {
        struct Labels(Vec<syn::Lifetime>);
        impl Visit<'_> for Labels {
            fn visit_expr_break(&mut self, jump: &syn::ExprBreak) {
                self.0.extend(jump.label.clone());
                visit::visit_expr_break(self, jump);
            }
            fn visit_expr_continue(&mut self, jump: &syn::ExprContinue) {
                self.0.extend(jump.label.clone());
            }
        }
        let mut labels = Labels(Vec::new());
        labels.visit_block(&inner.written);
        let name_of = |label: &Option<syn::Label>| label.as_ref().map(|label| label.name.ident.clone());
        let known = [name_of(&inner.label), name_of(&self.own_label)];
        labels.0.into_iter().any(|label| !known.contains(&Some(label.ident)))
    }

    /// Whether no variable from around an inner loop is changed in it and used by both of its parts.
    fn parts_are_apart(&self, n_touches: usize, n_variables: usize) -> bool {
        let touches = &self.touches[n_touches..];
        touches.iter().filter(|touch| touch.may_change && touch.variable < n_variables).all(|changed| {
            let same = |is_in_order: bool| {
                touches.iter().any(|touch| touch.variable == changed.variable && touch.is_in_order == is_in_order)
            };
            !(same(true) && same(false))
        })
    }

    /// Whether the parallel part of an inner loop may move a variable away and then leave the loop or make the variable
    /// anew, which a closure that is called more than once cannot.
    fn may_move_away(&self, inner: &Inner, n_touches: usize, n_variables: usize) -> bool {
        let mut written = inner.written.clone();
        Operands.visit_block_mut(&mut written);
        let facts = match &inner.source {
            Some((pat, _)) => uses::of_body(pat, &written, inner.label.as_ref()),
            None => uses::of_block(&written, inner.label.as_ref()),
        };
        let may_be_left = facts.exits.iter().any(|exit| exit.kind == ExitKind::Leave);
        let is_made_again = |used: &uses::Use| {
            let assigns = |other: &uses::Use| other.access == Access::Mutate("is assigned");
            facts.uses.iter().any(|other| assigns(other) && other.place.overlaps(&used.place))
        };
        let moved = |used: &&uses::Use| leaving::takes(&used.access);
        facts.uses.iter().filter(moved).any(|used| {
            let is_moved = |id: &VariableId| *id < n_variables && !self.variables.of(*id).made.is_copied;
            let id = self.variables.id(&used.place.name).filter(is_moved);
            let is_in_parallel =
                |touch: &&super::crossing::Touch| Some(touch.variable) == id && !touch.is_in_order && touch.may_move;
            (may_be_left || is_made_again(used)) && self.touches[n_touches..].iter().find(is_in_parallel).is_some()
        })
    }
}

/// Replaces the operands of operators, which are numbers for the most part: they are no moves to speak of.
struct Operands;

impl VisitMut for Operands {
    fn visit_expr_binary_mut(&mut self, binary: &mut syn::ExprBinary) {
        visit_mut::visit_expr_binary_mut(self, binary);
        let is_assigned = uses::is_compound(&binary.op);
        for operand in [&mut binary.left, &mut binary.right].into_iter().skip(usize::from(is_assigned)) {
            if matches!(**operand, Expr::Path(_) | Expr::Field(_)) {
                **operand = syn::parse_quote!(0);
            }
        }
    }
}

fn names_of(pat: &Pat) -> impl Iterator<Item = String> {
    patterns::bound_names(pat).into_iter().map(|(name, _)| name.to_string())
}

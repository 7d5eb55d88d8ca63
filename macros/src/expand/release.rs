//! Ends the parallel part in front of in-order statements that move what it borrows, behind which the loop is left.

use crate::analyze::{leaving, uses};
use crate::names;
use syn::visit_mut::{self, VisitMut};
use syn::{Block, Expr, Stmt, parse_quote};

/// Ends the parallel part where that is needed.
#[derive(Clone, Copy)]
pub(super) struct Release<'a> {
    /// What the in-order part may move although the parallel part borrows it.
    moved: &'a [String],
    /// The parallel part has been ended in front of the current place.
    is_done: bool,
}

/// Where some statements move something.
enum Moves {
    Nowhere,
    /// In blocks that end the parallel part themselves.
    Within,
    /// In the statement of this index, if not before.
    At(usize),
}

impl<'a> Release<'a> {
    pub(super) fn of(moved: &'a [String]) -> Self {
        Self { moved, is_done: false }
    }

    // Input:  found.push(name); break;
    // Output: { drop(chunk); drop(steps); } found.push(name); break;
    pub(super) fn rewrite(&mut self, stmts: &mut Vec<Stmt>) {
        if self.is_done || self.moved.is_empty() {
            return;
        }
        if let Moves::At(index) = self.moves_in(stmts) {
            stmts.insert(index, ended());
            self.is_done = true;
        }
    }

    fn moves_in(&self, stmts: &mut [Stmt]) -> Moves {
        let mut moves = Moves::Nowhere;
        for (index, stmt) in stmts.iter_mut().enumerate() {
            let mut within = Within { release: *self, is_ended: false };
            within.visit_stmt_mut(stmt);
            if within.is_ended {
                moves = Moves::Within;
            } else if self.moves(&uses::of_stmt(stmt, None)) {
                return Moves::At(index);
            }
        }
        moves
    }

    fn moves(&self, facts: &uses::Facts) -> bool {
        let is_moved = |used: &&uses::Use| self.moved.contains(&used.place.to_string());
        facts.uses.iter().filter(is_moved).any(|used| leaving::may_take(&used.access))
    }
}

/// Ends it in the innermost block, or arm, that is left.
struct Within<'a> {
    release: Release<'a>,
    is_ended: bool,
}

impl VisitMut for Within<'_> {
    fn visit_block_mut(&mut self, block: &mut Block) {
        match self.release.moves_in(&mut block.stmts) {
            Moves::At(index) if leaving::ends_by_leaving(&block.stmts) => {
                block.stmts.insert(index, ended());
                self.is_ended = true;
            }
            Moves::Within => self.is_ended = true,
            Moves::At(_) | Moves::Nowhere => {}
        }
    }

    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        let is_exit = matches!(expr, Expr::Return(_) | Expr::Break(_));
        if is_exit && self.release.moves(&uses::of_expr(expr, None)) {
            let ended = ended();
            *expr = parse_quote!({ #ended #expr });
            self.is_ended = true;
            return;
        }
        visit_mut::visit_expr_mut(self, expr);
    }

    fn visit_item_mut(&mut self, _: &mut syn::Item) {}
    fn visit_expr_closure_mut(&mut self, _: &mut syn::ExprClosure) {}
}

fn ended() -> Stmt {
    let (chunk, steps) = (names::local("chunk"), names::local("steps"));
    parse_quote!({
        ::core::mem::drop(#chunk);
        ::core::mem::drop(#steps);
    })
}

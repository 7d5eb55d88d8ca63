//! What can be taken apart: statements with branches, and inner loops, by their form alone.

use super::splitter::is_local_macro;
use crate::analyze::leaving::{ends_by_leaving, leaves};
use crate::analyze::uses::{self, ExitKind};
use crate::names;
use proc_macro2::{Ident, Span};
use syn::{Arm, Block, Expr, ExprIf, Label, Lifetime, Local, Pat, Stmt, Token, parse_quote};

/// A statement, as it may be taken apart.
pub(super) enum Shape {
    Branches(Box<Branches>),
    Loop(Box<Inner>),
}

/// An inner loop.
pub(super) struct Inner {
    pub(super) label: Option<Label>,
    /// What it goes through, for a `for`.
    pub(super) source: Option<(Pat, Expr)>,
    pub(super) body: Body,
    /// All that is written in it but the source of a `for`, as a block.
    pub(super) written: Block,
}

/// The body of an inner loop.
pub(super) enum Body {
    Block(Vec<Stmt>),
    /// That of a `while`: the loop is one over `if condition { body } else { break; }`.
    While(Box<Branches>),
}

/// The branches of a statement, of which one is taken.
pub(super) struct Branches {
    /// The statement, with names in place of the branches.
    pub(super) head: Expr,
    pub(super) ways: Vec<Way>,
    /// What is bound to the value of the branch that is taken.
    pub(super) binding: Option<Local>,
    /// What stands behind the statement in its block is in one of the branches: the others never get there.
    pub(super) has_rest: bool,
    /// The `let` in the head whose variables the first branch, the rest, sees.
    pub(super) bound_by_head: Option<Local>,
}

/// One branch.
pub(super) struct Way {
    /// Stands in the head in its place.
    pub(super) name: Ident,
    /// The patterns in front of it, each with what it is matched against.
    pub(super) bound: Vec<(Pat, Expr)>,
    pub(super) stmts: Vec<Stmt>,
    /// The last statement is a value that the statement needs.
    pub(super) has_value: bool,
}

/// How a statement may be taken apart, the best way first. `later` stands behind it, if it may become a branch.
/// `needs_order` says of a branch that always leaves whether it must be in order. Names are numbered from `first`.
pub(super) fn of(stmt: &Stmt, later: Option<&[Stmt]>, needs_order: &dyn Fn(&Expr) -> bool, first: usize) -> Vec<Shape> {
    let maker = |nests| Maker { needs_order, nests, number: first, ways: Vec::new() };
    if let Stmt::Expr(expr @ (Expr::ForLoop(_) | Expr::While(_) | Expr::Loop(_)), _) = stmt {
        return inner(expr, maker(false)).map(Box::new).map(Shape::Loop).into_iter().collect();
    }
    let with_rest =
        later.into_iter().flat_map(|later| [maker(false).behind(stmt, later), maker(false).joined(stmt, later)]);
    let nested = is_chain(stmt).then(|| maker(true).plain(stmt));
    let shapes = with_rest.chain([maker(false).plain(stmt)]).chain(nested);
    shapes.flatten().map(Box::new).map(Shape::Branches).collect()
}

/// `if let Ok(value) = …`, `match … { Err(error) => … }`, `let Ok(value) = … else`
pub(super) fn matches_result(stmt: &Stmt) -> bool {
    fn is_of_result(pat: &Pat) -> bool {
        match pat {
            Pat::TupleStruct(variant) => variant.path.is_ident("Ok") || variant.path.is_ident("Err"),
            Pat::Paren(inner) => is_of_result(&inner.pat),
            _ => false,
        }
    }
    fn is_matched(expr: &Expr) -> bool {
        match expr {
            Expr::If(branch) => matches!(&*branch.cond, Expr::Let(matched) if is_of_result(&matched.pat)),
            Expr::Match(choice) => choice.arms.iter().any(|arm| is_of_result(&arm.pat)),
            _ => false,
        }
    }
    match stmt {
        Stmt::Expr(expr, _) => is_matched(expr),
        Stmt::Local(Local { pat, init: Some(init), .. }) => {
            is_matched(&init.expr) || (init.diverge.is_some() && is_of_result(pat))
        }
        _ => false,
    }
}

/// A loop that is not annotated, for those look after themselves.
fn inner(expr: &Expr, maker: Maker<'_>) -> Option<Inner> {
    let (attrs, label, block) = match expr {
        Expr::ForLoop(inner) => (&inner.attrs, &inner.label, &inner.body),
        Expr::While(inner) => (&inner.attrs, &inner.label, &inner.body),
        Expr::Loop(inner) => (&inner.attrs, &inner.label, &inner.body),
        _ => return None,
    };
    if !attrs.is_empty() || has_items(&block.stmts) {
        return None;
    }
    let (mut source, mut body, mut written) = (None, Body::Block(block.stmts.clone()), block.clone());
    match expr {
        Expr::ForLoop(inner) => source = Some(((*inner.pat).clone(), (*inner.expr).clone())),
        Expr::While(inner) => {
            let cond = &inner.cond;
            // As long as the condition holds, its temporaries live to the end of the body.
            let step: Stmt = parse_quote!(if #cond #block else { break; });
            body = Body::While(Box::new(maker.plain(&step)?));
            written = parse_quote!({ if #cond #block });
        }
        // One that has no end has an in-order part that never begins.
        _ if uses::of_block(block, label.as_ref()).exits.iter().all(|exit| exit.kind != ExitKind::Leave) => {
            return None;
        }
        _ => {}
    }
    Some(Inner { label: label.clone(), source, body, written })
}

/// `if … else if …`
fn is_chain(stmt: &Stmt) -> bool {
    let branch = match stmt {
        Stmt::Expr(Expr::If(branch), _) => branch,
        Stmt::Local(Local { init: Some(init), .. }) => match &*init.expr {
            Expr::If(branch) => branch,
            _ => return false,
        },
        _ => return false,
    };
    matches!(&branch.else_branch, Some((_, otherwise)) if matches!(**otherwise, Expr::If(_)))
}

/// Items see the whole block that they stand in, and macros all behind them: such a block stays one.
fn has_items(stmts: &[Stmt]) -> bool {
    stmts.iter().any(|stmt| matches!(stmt, Stmt::Item(_)) || is_local_macro(stmt))
}

/// `let`s in a condition, as far as they surely hold where it does.
fn conditions(cond: &Expr) -> Vec<(Pat, Expr)> {
    match cond {
        Expr::Let(condition) => vec![((*condition.pat).clone(), (*condition.expr).clone())],
        Expr::Binary(chain) if matches!(chain.op, syn::BinOp::And(_)) => {
            [conditions(&chain.left), conditions(&chain.right)].concat()
        }
        Expr::Paren(inner) => conditions(&inner.expr),
        _ => Vec::new(),
    }
}

/// The statements of a branch that is written as an expression.
fn stmts_of(expr: &Expr) -> Vec<Stmt> {
    match expr {
        Expr::Block(inner) if inner.label.is_none() && inner.attrs.is_empty() => inner.block.stmts.clone(),
        _ => vec![Stmt::Expr(expr.clone(), None)],
    }
}

struct Maker<'a> {
    needs_order: &'a dyn Fn(&Expr) -> bool,
    /// An `else if` is a statement of its own in the branch behind the `else`.
    nests: bool,
    number: usize,
    ways: Vec<Way>,
}

impl Maker<'_> {
    /// The branches of an `if`, `match` or block, behind which all goes on.
    fn plain(mut self, stmt: &Stmt) -> Option<Branches> {
        let (expr, binding) = match stmt {
            Stmt::Expr(expr, _) => (expr, None),
            Stmt::Local(local) if local.attrs.is_empty() => match &local.init {
                Some(init) if init.diverge.is_none() => (&*init.expr, Some(local.clone())),
                _ => return None,
            },
            _ => return None,
        };
        let has_value = binding.is_some();
        let head = match expr {
            Expr::Block(inner) if inner.label.is_none() && inner.attrs.is_empty() => {
                let name = self.way(Vec::new(), inner.block.stmts.clone(), has_value)?;
                parse_quote!(#name)
            }
            Expr::If(branch) => Expr::If(self.each_branch(branch, has_value)?),
            Expr::Match(choice) if choice.attrs.is_empty() => {
                let mut choice = choice.clone();
                for arm in &mut choice.arms {
                    let bound = vec![(arm.pat.clone(), (*choice.expr).clone())];
                    let name = self.way(bound, stmts_of(&arm.body), has_value)?;
                    replace_arm(arm, parse_quote!(#name))?;
                }
                Expr::Match(choice)
            }
            _ => return None,
        };
        Some(Branches { head, ways: self.ways, binding, has_rest: false, bound_by_head: None })
    }

    fn each_branch(&mut self, branch: &ExprIf, has_value: bool) -> Option<ExprIf> {
        if !branch.attrs.is_empty() {
            return None;
        }
        let mut head = branch.clone();
        let name = self.way(conditions(&branch.cond), branch.then_branch.stmts.clone(), has_value)?;
        head.then_branch = parse_quote!({ #name });
        head.else_branch = match &branch.else_branch {
            Some((token, otherwise)) => match &**otherwise {
                Expr::If(next) if !self.nests => {
                    let next = Expr::If(self.each_branch(next, has_value)?);
                    Some((*token, Box::new(next)))
                }
                otherwise => {
                    let name = self.way(Vec::new(), stmts_of(otherwise), has_value)?;
                    Some((*token, parse_quote!({ #name })))
                }
            },
            None => {
                let name = self.way(Vec::new(), Vec::new(), false)?;
                Some((Token![else](Span::mixed_site()), parse_quote!({ #name })))
            }
        };
        Some(head)
    }

    /// An `if` without bindings one of whose two branches always leaves, so that the other one goes on to the end.
    fn joined(mut self, stmt: &Stmt, later: &[Stmt]) -> Option<Branches> {
        let Stmt::Expr(Expr::If(branch), _) = stmt else { return None };
        let otherwise = branch.else_branch.as_ref().map(|(_, otherwise)| (**otherwise).clone());
        if !branch.attrs.is_empty() || has_let(&branch.cond) {
            return None;
        }
        let with_rest = |first: Option<Expr>| {
            let first = first.map(|expr| Stmt::Expr(expr, Some(Token![;](Span::mixed_site()))));
            first.into_iter().chain(later.iter().cloned()).collect::<Vec<_>>()
        };
        let then = &branch.then_branch;
        let (then, otherwise) = if ends_by_leaving(&then.stmts) {
            if has_items(&then.stmts) {
                return None;
            }
            (then.stmts.clone(), with_rest(otherwise))
        } else {
            let otherwise = otherwise.filter(leaves)?;
            (with_rest(Some(parse_quote!(#then))), stmts_of(&otherwise))
        };
        let mut head = branch.clone();
        let (then, otherwise) = (self.unchecked_way(Vec::new(), then), self.unchecked_way(Vec::new(), otherwise));
        head.then_branch = parse_quote!({ #then });
        head.else_branch = Some((Token![else](Span::mixed_site()), parse_quote!({ #otherwise })));
        Some(Branches { head: Expr::If(head), ways: self.ways, binding: None, has_rest: true, bound_by_head: None })
    }

    // Input:  let x = match f(i) { Ok(x) => x, Err(e) => { failed.push(e); continue; } };  REST
    // Output: 'way: { let x = match f(i) { Ok(x) => x, Err(e) => break 'way <branch> }; <REST> }
    fn behind(mut self, stmt: &Stmt, later: &[Stmt]) -> Option<Branches> {
        let rest = self.unchecked_way(Vec::new(), later.to_vec());
        let label = Lifetime::new(&format!("'__way{}", self.number), Span::mixed_site());
        let mut head = stmt.clone();
        let mut bound_by_head = None;
        match &mut head {
            Stmt::Expr(expr, semicolon) => {
                self.leaving(expr, &label)?;
                semicolon.get_or_insert_default();
            }
            Stmt::Local(local) if local.attrs.is_empty() => {
                bound_by_head = Some(local.clone());
                let init = local.init.as_mut()?;
                match &mut init.diverge {
                    Some((_, otherwise)) if (self.needs_order)(otherwise) => {
                        let name = self.way(Vec::new(), stmts_of(otherwise), false)?;
                        **otherwise = parse_quote!({ break #label #name });
                    }
                    _ => self.leaving(&mut init.expr, &label)?,
                }
            }
            _ => return None,
        }
        let head = parse_quote!(#label: { #head #rest });
        let is_some = self.ways.len() > 1;
        is_some.then_some(Branches { head, ways: self.ways, binding: None, has_rest: true, bound_by_head })
    }

    /// Makes the branches of `expr` that always leave, and must be in order, leave the block with that label.
    fn leaving(&mut self, expr: &mut Expr, label: &Lifetime) -> Option<()> {
        match expr {
            Expr::If(branch) if branch.attrs.is_empty() => {
                let then: Expr =
                    Expr::Block(syn::ExprBlock { attrs: Vec::new(), label: None, block: branch.then_branch.clone() });
                if self.must_go(&then) {
                    let name = self.way(conditions(&branch.cond), branch.then_branch.stmts.clone(), false)?;
                    branch.then_branch = parse_quote!({ break #label #name });
                }
                match &mut branch.else_branch {
                    Some((_, otherwise)) if self.must_go(otherwise) => {
                        let name = self.way(Vec::new(), stmts_of(otherwise), false)?;
                        **otherwise = parse_quote!({ break #label #name });
                    }
                    Some((_, otherwise)) if matches!(**otherwise, Expr::If(_)) => self.leaving(otherwise, label)?,
                    _ => {}
                }
            }
            Expr::Match(choice) if choice.attrs.is_empty() => {
                let scrutinee = (*choice.expr).clone();
                for arm in &mut choice.arms {
                    if self.must_go(&arm.body) {
                        let bound = vec![(arm.pat.clone(), scrutinee.clone())];
                        let name = self.way(bound, stmts_of(&arm.body), false)?;
                        replace_arm(arm, parse_quote!({ break #label #name }))?;
                    }
                }
            }
            _ => return None,
        }
        Some(())
    }

    fn must_go(&self, expr: &Expr) -> bool {
        leaves(expr) && (self.needs_order)(expr)
    }

    /// Another branch, if it can be one.
    fn way(&mut self, bound: Vec<(Pat, Expr)>, stmts: Vec<Stmt>, has_value: bool) -> Option<Ident> {
        let gives_value = matches!(stmts.last(), Some(Stmt::Expr(_, None))) || ends_by_leaving(&stmts);
        if has_items(&stmts) || (has_value && !gives_value) {
            return None;
        }
        self.ways.push(Way { name: self.name(), bound, stmts, has_value });
        self.ways.last().map(|way| way.name.clone())
    }

    fn unchecked_way(&mut self, bound: Vec<(Pat, Expr)>, stmts: Vec<Stmt>) -> Ident {
        let name = self.name();
        self.ways.push(Way { name: name.clone(), bound, stmts, has_value: false });
        name
    }

    fn name(&self) -> Ident {
        names::numbered("branch", self.number + self.ways.len())
    }
}

fn has_let(cond: &Expr) -> bool {
    !conditions(cond).is_empty()
}

/// An arm without attributes gets another body.
fn replace_arm(arm: &mut Arm, body: Expr) -> Option<()> {
    arm.attrs.is_empty().then(|| {
        *arm.body = body;
        arm.comma.get_or_insert_default();
    })
}

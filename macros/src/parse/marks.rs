//! `#[concurrent]` on loops within an annotated function.

use super::args;
use crate::diag::{Sink, catalog};
use crate::model::options::Options;
use proc_macro2::{Ident, Span, TokenStream};
use syn::spanned::Spanned;
use syn::visit::Visit;
use syn::visit_mut::{self, VisitMut};
use syn::{Attribute, Block, Expr, ExprForLoop, Item, Meta, Stmt, parse_quote};

/// A loop's mark, with its options.
pub(crate) struct Mark {
    pub(crate) span: Span,
    pub(crate) options: Options,
}

/// Takes the marks off every statement and expression of `block`, reports those that stand on anything
/// but a `for` loop, and calls `on_loop` for each `for` loop (outer ones first) with its mark.
///
/// Nested items are left alone: a mark in there belongs to an annotation of theirs.
pub(crate) fn take_marks(block: &mut Block, sink: &mut Sink, on_loop: &mut dyn FnMut(&mut ExprForLoop, Option<Mark>)) {
    Marks { sink, on_loop }.visit_block_mut(block);
}

/// Whether `attr` is our attribute, under its own name or with the crate in front.
pub(crate) fn is_mark(attr: &Attribute) -> bool {
    attr.path().segments.last().is_some_and(|last| last.ident == "concurrent") && attr.path().segments.len() <= 2
}

struct Marks<'a> {
    sink: &'a mut Sink,
    on_loop: &'a mut dyn FnMut(&mut ExprForLoop, Option<Mark>),
}

impl Marks<'_> {
    fn take(&mut self, attrs: &mut Vec<Attribute>) -> Option<Mark> {
        let mut mark = None;
        attrs.retain(|attr| {
            if !is_mark(attr) {
                return true;
            }
            if mark.is_some() {
                self.sink.error_at(attr, catalog::marked_twice());
                return false;
            }
            let tokens = match &attr.meta {
                Meta::Path(_) => TokenStream::new(),
                Meta::List(list) => list.tokens.clone(),
                Meta::NameValue(_) => {
                    self.sink.error_at(attr, catalog::mark_with_equals());
                    TokenStream::new()
                }
            };
            mark = Some(Mark { span: attr.path().span(), options: args::parse(tokens, self.sink) });
            false
        });
        if let Some(task) = mark.as_ref().and_then(|mark| mark.options.task) {
            self.sink.error(task, catalog::task_on_a_loop());
        }
        mark
    }

    /// Takes all marks off what cannot be marked.
    fn refuse(&mut self, attrs: &mut Vec<Attribute>, message: &dyn Fn() -> String) {
        for attr in attrs.extract_if(.., |attr| is_mark(attr)) {
            self.sink.error_at(attr.path(), message());
        }
    }
}

impl VisitMut for Marks<'_> {
    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        match expr {
            Expr::ForLoop(for_loop) => {
                let mark = self.take(&mut for_loop.attrs);
                (self.on_loop)(for_loop, mark);
            }
            Expr::While(other) => self.refuse(&mut other.attrs, &|| catalog::not_a_for_loop("while")),
            Expr::Loop(other) => self.refuse(&mut other.attrs, &|| catalog::not_a_for_loop("loop")),
            _ => {
                if let Some(attrs) = attrs(expr) {
                    self.refuse(attrs, &catalog::not_a_loop);
                }
            }
        }
        visit_mut::visit_expr_mut(self, expr);
    }

    fn visit_stmt_mut(&mut self, stmt: &mut Stmt) {
        if let Some(attrs) = stmt_attrs(stmt) {
            attrs.iter_mut().for_each(|attr| {
                if let Some(part) = part_attribute(attr) {
                    *attr = part;
                }
            });
        }
        match stmt {
            Stmt::Local(local) => self.refuse(&mut local.attrs, &catalog::not_a_loop),
            Stmt::Macro(mac) => self.refuse(&mut mac.attrs, &catalog::not_a_loop),
            Stmt::Item(_) | Stmt::Expr(..) => {}
        }
        visit_mut::visit_stmt_mut(self, stmt);
    }

    fn visit_item_mut(&mut self, _item: &mut Item) {}
}

/// The part that a statement is said to belong to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Ordered,
    Parallel,
}

/// Takes `#[concurrent(ordered)]` or `#[concurrent(parallel)]`, as [`take_marks`] left it, off a statement.
pub(crate) fn take_part(stmt: &mut Stmt) -> Option<(Part, Span)> {
    let attrs = stmt_attrs(stmt)?;
    let index = attrs.iter().position(is_part)?;
    let attr = attrs.remove(index);
    let part = attr.parse_args::<Ident>().ok()?;
    Some((if part == "ordered" { Part::Ordered } else { Part::Parallel }, part.span()))
}

/// The part that a statement is said to belong to.
pub(crate) fn part_of(stmt: &Stmt) -> Option<(Part, Span)> {
    struct Finder(bool);
    impl Visit<'_> for Finder {
        fn visit_attribute(&mut self, attr: &Attribute) {
            self.0 |= is_part(attr);
        }
        fn visit_block(&mut self, _: &Block) {}
    }
    let mut finder = Finder(false);
    finder.visit_stmt(stmt);
    // Only few statements are marked, and only these are worth a copy.
    if finder.0 { take_part(&mut stmt.clone()) } else { None }
}

/// Takes all such marks off the statements of a block.
pub(crate) fn strip_parts(block: &mut Block) {
    struct Strip;
    impl VisitMut for Strip {
        fn visit_attributes_mut(&mut self, attrs: &mut Vec<Attribute>) {
            attrs.retain(|attr| !is_part(attr));
        }
    }
    Strip.visit_block_mut(block);
}

pub(crate) fn is_part(attr: &Attribute) -> bool {
    attr.path().is_ident(crate::names::PART)
}

/// `#[concurrent(ordered)]` as our helper attribute.
fn part_attribute(attr: &Attribute) -> Option<Attribute> {
    let part = attr.parse_args::<Ident>().ok().filter(|_| is_mark(attr))?;
    let name = Ident::new(crate::names::PART, attr.path().span());
    (part == "ordered" || part == "parallel").then(|| parse_quote!(#[#name(#part)]))
}

/// The attributes in front of a statement, which belong to the first expression in it.
fn stmt_attrs(stmt: &mut Stmt) -> Option<&mut Vec<Attribute>> {
    match stmt {
        Stmt::Local(local) => Some(&mut local.attrs),
        Stmt::Macro(mac) => Some(&mut mac.attrs),
        Stmt::Expr(expr, _) => {
            let mut first = expr;
            loop {
                first = match first {
                    Expr::Assign(expr) => &mut expr.left,
                    Expr::Binary(expr) => &mut expr.left,
                    Expr::Cast(expr) => &mut expr.expr,
                    first => break attrs(first),
                }
            }
        }
        Stmt::Item(_) => None,
    }
}

/// The attributes of an expression that can begin a statement.
fn attrs(expr: &mut Expr) -> Option<&mut Vec<Attribute>> {
    Some(match expr {
        Expr::ForLoop(expr) => &mut expr.attrs,
        Expr::While(expr) => &mut expr.attrs,
        Expr::Loop(expr) => &mut expr.attrs,
        Expr::Assign(expr) => &mut expr.attrs,
        Expr::Await(expr) => &mut expr.attrs,
        Expr::Binary(expr) => &mut expr.attrs,
        Expr::Block(expr) => &mut expr.attrs,
        Expr::Break(expr) => &mut expr.attrs,
        Expr::Call(expr) => &mut expr.attrs,
        Expr::Closure(expr) => &mut expr.attrs,
        Expr::Continue(expr) => &mut expr.attrs,
        Expr::Field(expr) => &mut expr.attrs,
        Expr::If(expr) => &mut expr.attrs,
        Expr::Index(expr) => &mut expr.attrs,
        Expr::Macro(expr) => &mut expr.attrs,
        Expr::Match(expr) => &mut expr.attrs,
        Expr::MethodCall(expr) => &mut expr.attrs,
        Expr::Path(expr) => &mut expr.attrs,
        Expr::Return(expr) => &mut expr.attrs,
        Expr::Try(expr) => &mut expr.attrs,
        Expr::Unary(expr) => &mut expr.attrs,
        Expr::Unsafe(expr) => &mut expr.attrs,
        _ => return None,
    })
}

/// The attribute that ties a loop to plan number `index`.
pub(crate) fn plan_attribute(index: usize) -> Attribute {
    let name = proc_macro2::Ident::new(crate::names::PLANNED, Span::call_site());
    parse_quote!(#[#name(#index)])
}

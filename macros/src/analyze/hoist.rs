//! Takes the work out of an in-order statement: the largest sub-expressions that need nothing of the
//! in-order part, in the order in which they are evaluated, as long as they are evaluated unconditionally.

use super::known::{self, MacroKind};
use super::tokens;
use super::types;
use super::uses;
use crate::names;
use proc_macro2::Ident;
use quote::ToTokens;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Expr, GenericArgument, Local, Macro, Stmt, Token, parse_quote};

/// What was taken out.
pub(crate) struct Hoisted {
    /// The variable that stands in the statement instead.
    pub(crate) name: Ident,
    pub(crate) expr: Expr,
    /// In-order code of the same statement is evaluated before it.
    pub(crate) is_late: bool,
}

/// What the hoister asks about an expression.
pub(crate) trait Judge {
    /// Whether it needs nothing of the in-order part.
    fn is_parallel(&self, expr: &Expr) -> bool;
    /// Whether evaluating it in order may leave the loop's body, so that nothing behind it may be taken out.
    fn may_exit(&self, expr: &Expr) -> bool;
    /// Whether it must be taken out even without work in it (its variables are changed by what is).
    fn is_grabbed(&self, expr: &Expr) -> bool;
    /// Whether it uses a variable that borrows from what stays with the parallel part, and so had better not cross.
    fn is_bound_to_parallel(&self, expr: &Expr) -> bool;
}

/// Takes out of `stmt` what it can, for loop number `plan`; names are numbered from `first`.
///
/// Nothing is taken out of a statement that a `cfg` may remove.
pub(crate) fn hoist(stmt: &mut Stmt, judge: &dyn Judge, plan: usize, first: usize) -> Vec<Hoisted> {
    if is_conditional(stmt) {
        return Vec::new();
    }
    let mut hoister = Hoister { judge, plan, first, hoisted: Vec::new(), has_effects: false, stopped: false };
    match stmt {
        Stmt::Local(Local { init: Some(init), .. }) => hoister.expr(&mut init.expr),
        Stmt::Expr(Expr::Macro(mac), _) => hoister.mac(&mut mac.mac),
        Stmt::Expr(expr, _) => hoister.expr(expr),
        Stmt::Macro(mac) => hoister.mac(&mut mac.mac),
        Stmt::Local(_) | Stmt::Item(_) => {}
    }
    hoister.hoisted
}

/// Whether a statement may be removed by a `cfg`.
pub(crate) fn is_conditional(stmt: &Stmt) -> bool {
    struct Finder(bool);
    impl syn::visit::Visit<'_> for Finder {
        fn visit_attribute(&mut self, attr: &syn::Attribute) {
            self.0 |= attr.path().is_ident("cfg") || attr.path().is_ident("cfg_attr");
        }
        // What stands in blocks is conditional within the statement.
        fn visit_block(&mut self, _: &syn::Block) {}
    }
    let mut finder = Finder(false);
    syn::visit::Visit::visit_stmt(&mut finder, stmt);
    finder.0
}

/// Whether evaluating `expr` is worth handing over: at its root it calls, computes or builds something.
pub(crate) fn is_work(expr: &Expr) -> bool {
    match expr {
        Expr::Call(call) => !is_constructor(&call.func),
        // To put something aside is none, but to go through an iterator is.
        Expr::MethodCall(call) if names::is_collected(expr) => call.method == "extend",
        Expr::MethodCall(call) => !known::is_cheap(&call.method.to_string(), call.args.len()),
        Expr::Binary(binary) => is_arithmetic(&binary.op) && !(is_literal(&binary.left) && is_literal(&binary.right)),
        Expr::Macro(mac) => match known::macro_kind(&tokens::macro_name(&mac.mac)) {
            MacroKind::Formats | MacroKind::Unknown => true,
            MacroKind::Evaluates => mac.mac.path.is_ident("vec") && !mac.mac.tokens.is_empty(),
            _ => false,
        },
        Expr::Try(inner) => contains_work(&inner.expr),
        Expr::Unary(inner) => contains_work(&inner.expr),
        Expr::Cast(inner) => contains_work(&inner.expr),
        Expr::Paren(inner) => is_work(&inner.expr),
        Expr::Group(inner) => is_work(&inner.expr),
        Expr::If(_) | Expr::Match(_) | Expr::Block(_) | Expr::Unsafe(_) => contains_work(expr),
        _ => false,
    }
}

/// Whether there is work anywhere in `tokens`' expressions.
pub(crate) fn contains_work(expr: &Expr) -> bool {
    struct Finder(bool);
    impl syn::visit::Visit<'_> for Finder {
        fn visit_expr(&mut self, expr: &Expr) {
            let is_leaf = !matches!(expr, Expr::If(_) | Expr::Match(_) | Expr::Block(_) | Expr::Unsafe(_));
            self.0 |= is_leaf && is_work_itself(expr);
            if !self.0 && !matches!(expr, Expr::Closure(_)) {
                syn::visit::visit_expr(self, expr);
            }
        }
        fn visit_stmt(&mut self, stmt: &Stmt) {
            // A statement made of a macro is there for its effect.
            self.0 |= matches!(stmt, Stmt::Macro(_));
            syn::visit::visit_stmt(self, stmt);
        }
        fn visit_item(&mut self, _: &syn::Item) {}
    }
    let mut finder = Finder(false);
    syn::visit::Visit::visit_expr(&mut finder, expr);
    finder.0
}

/// Whether `expr` calls something or loops somewhere: arithmetic alone is not worth taking a statement apart.
pub(crate) fn is_weighty(expr: &Expr) -> bool {
    struct Finder(bool);
    impl syn::visit::Visit<'_> for Finder {
        fn visit_expr(&mut self, expr: &Expr) {
            self.0 |= match expr {
                Expr::Call(_) | Expr::MethodCall(_) | Expr::Macro(_) => is_work(expr),
                Expr::ForLoop(_) | Expr::While(_) | Expr::Loop(_) => true,
                _ => false,
            };
            if !self.0 && !matches!(expr, Expr::Closure(_)) {
                syn::visit::visit_expr(self, expr);
            }
        }
        fn visit_item(&mut self, _: &syn::Item) {}
    }
    let mut finder = Finder(false);
    syn::visit::Visit::visit_expr(&mut finder, expr);
    finder.0
}

/// [`is_work`] of one node, without a look into its parts.
fn is_work_itself(expr: &Expr) -> bool {
    match expr {
        Expr::Try(_) | Expr::Unary(_) | Expr::Cast(_) | Expr::Paren(_) | Expr::Group(_) => false,
        Expr::ForLoop(_) | Expr::While(_) | Expr::Loop(_) => true,
        other => is_work(other),
    }
}

/// Whether the value of `expr` may borrow from a variable of the iteration that it names.
pub(crate) fn may_borrow(expr: &Expr) -> bool {
    match expr {
        Expr::Reference(_) => true,
        Expr::MethodCall(call) => {
            let method = call.method.to_string();
            match method.as_str() {
                // Of an iterator they are lazy; of an `Option` they make a value.
                "copied" | "cloned" => matches!(&*call.receiver, Expr::MethodCall(inner) if is_lazy(inner)),
                // Of a chain that borrows, the element too.
                method if known::gives_element(method, call.args.len()) => elements_borrow(&call.receiver),
                method if known::passes_on(method) => may_borrow(&call.receiver),
                method => known::is_borrower(method) || known::gives_mut(method),
            }
        }
        Expr::Try(inner) => may_borrow(&inner.expr),
        Expr::Paren(inner) => may_borrow(&inner.expr),
        Expr::Group(inner) => may_borrow(&inner.expr),
        Expr::Tuple(tuple) => tuple.elems.iter().any(may_borrow),
        _ => false,
    }
}

/// `line.split(',').collect()`: whether a value collects what may borrow from a variable of the iteration.
pub(crate) fn collects_borrows(value: &Expr) -> bool {
    match value {
        Expr::MethodCall(call) if call.method == "collect" => {
            let is_owned = |ty: &GenericArgument| matches!(ty, GenericArgument::Type(ty) if types::is_owned(ty));
            let is_owned = call.turbofish.as_ref().and_then(|given| given.args.first()).is_some_and(is_owned);
            !is_owned && elements_borrow(&call.receiver)
        }
        Expr::MethodCall(call) => known::passes_on(&call.method.to_string()) && collects_borrows(&call.receiver),
        Expr::Try(inner) => collects_borrows(&inner.expr),
        Expr::Paren(inner) => collects_borrows(&inner.expr),
        Expr::Group(inner) => collects_borrows(&inner.expr),
        _ => false,
    }
}

/// Whether the elements of a chain of iterators may borrow from a variable of the iteration.
fn elements_borrow(chain: &Expr) -> bool {
    match chain {
        Expr::MethodCall(call) if call.args.first().is_some_and(gives_views) => elements_borrow(&call.receiver),
        Expr::MethodCall(call) if known::makes_elements(&call.method.to_string()) => false,
        Expr::MethodCall(call) if is_lazy(call) && matches!(&*call.receiver, Expr::MethodCall(_)) => {
            elements_borrow(&call.receiver)
        }
        chain => may_borrow(chain),
    }
}

/// `str::trim`, `|line| line.split_once('=')`: whether a function gives views of what it takes.
fn gives_views(function: &Expr) -> bool {
    match function {
        Expr::Path(path) => {
            let segments = &path.path.segments;
            segments.len() > 1 && segments.last().is_some_and(|last| known::is_view(&last.ident.to_string()))
        }
        Expr::Closure(closure) => elements_borrow(&closure.body),
        _ => false,
    }
}

/// `|x| …`, not `move |x| …`
pub(super) fn is_borrowing_closure(value: &Expr) -> bool {
    match value {
        Expr::Closure(closure) => closure.capture.is_none(),
        Expr::Paren(inner) => is_borrowing_closure(&inner.expr),
        Expr::Group(inner) => is_borrowing_closure(&inner.expr),
        _ => false,
    }
}

/// `&make()`: a borrow of a value that nothing else holds.
pub(crate) fn borrows_from_temporary(expr: &Expr) -> bool {
    match expr {
        Expr::Reference(reference) => {
            uses::place(&reference.expr).is_none() && !matches!(&*reference.expr, Expr::Lit(_))
        }
        Expr::Paren(inner) => borrows_from_temporary(&inner.expr),
        _ => false,
    }
}

/// Whether `expr` is a view of a variable, the same each time it is evaluated: `line.trim()`, `&row[1..]`.
pub(crate) fn is_view(expr: &Expr) -> bool {
    match expr {
        Expr::Reference(reference) => reference.mutability.is_none() && is_viewed(&reference.expr),
        Expr::MethodCall(call) => {
            call.args.is_empty() && known::is_view(&call.method.to_string()) && is_viewed(&call.receiver)
        }
        Expr::Paren(inner) => is_view(&inner.expr),
        _ => false,
    }
}

fn is_viewed(expr: &Expr) -> bool {
    match expr {
        Expr::Index(index) => is_viewed(&index.expr) && !has_call(&index.index),
        other => is_plain_place(other) || is_view(other),
    }
}

/// Whether a method gives an iterator, as far as its name tells.
fn is_lazy(call: &syn::ExprMethodCall) -> bool {
    let method = call.method.to_string();
    known::is_borrower(&method) && !matches!(method.as_str(), "first" | "last" | "get" | "as_ref" | "as_deref")
}

/// `Some`, `Ok`, `Point` and other names of values that are built around their arguments.
pub(crate) fn is_constructor(func: &Expr) -> bool {
    let Expr::Path(path) = func else { return false };
    path.path.segments.last().is_some_and(|last| last.ident.to_string().starts_with(char::is_uppercase))
}

fn is_arithmetic(op: &syn::BinOp) -> bool {
    use syn::BinOp::*;
    matches!(op, Add(_) | Sub(_) | Mul(_) | Div(_) | Rem(_) | BitXor(_) | BitAnd(_) | BitOr(_) | Shl(_) | Shr(_))
}

/// A variable, a field of one, or a literal: evaluating it cannot fail.
pub(super) fn is_plain_place(expr: &Expr) -> bool {
    match expr {
        Expr::Path(_) | Expr::Lit(_) => true,
        Expr::Field(field) => is_plain_place(&field.base),
        Expr::Paren(inner) => is_plain_place(&inner.expr),
        Expr::Unary(unary) => matches!(unary.op, syn::UnOp::Deref(_)) && is_plain_place(&unary.expr),
        _ => false,
    }
}

/// `Rc::new(work(x))`: of a value that is bound to its thread, only the parts may be made elsewhere.
fn makes_bound(expr: &Expr) -> bool {
    let Expr::Call(call) = expr else { return false };
    let Expr::Path(path) = &*call.func else { return false };
    path.path.segments.iter().any(|segment| segment.ident == "Rc")
}

/// Whether anything is called in `expr`.
fn has_call(expr: &Expr) -> bool {
    struct Finder(bool);
    impl syn::visit::Visit<'_> for Finder {
        fn visit_expr(&mut self, expr: &Expr) {
            self.0 |= matches!(expr, Expr::Call(_) | Expr::MethodCall(_) | Expr::Macro(_));
            syn::visit::visit_expr(self, expr);
        }
    }
    let mut finder = Finder(false);
    syn::visit::Visit::visit_expr(&mut finder, expr);
    finder.0
}

fn is_literal(expr: &Expr) -> bool {
    matches!(expr, Expr::Lit(_))
}

struct Hoister<'a> {
    judge: &'a dyn Judge,
    plan: usize,
    first: usize,
    hoisted: Vec<Hoisted>,
    /// Something that stays in order has been evaluated already.
    has_effects: bool,
    /// Nothing behind the current position may be taken out.
    stopped: bool,
}

impl Hoister<'_> {
    /// Takes out of `expr` what it can, or all of it.
    fn expr(&mut self, expr: &mut Expr) {
        if self.stopped {
            return;
        }
        if self.can_go(expr) {
            let name = names::hoisted(self.plan, self.first + self.hoisted.len(), expr.span());
            let placeholder: Expr = parse_quote!(#name);
            let expr = std::mem::replace(expr, placeholder);
            self.hoisted.push(Hoisted { name, expr, is_late: self.has_effects });
            return;
        }
        self.parts(expr);
        if self.judge.may_exit(expr) {
            self.stopped = true;
        }
    }

    fn can_go(&self, expr: &Expr) -> bool {
        let wanted = (is_work(expr) && !may_borrow(expr))
            || (self.judge.is_grabbed(expr) && is_value(expr))
            || (is_measure(expr) && self.judge.is_bound_to_parallel(expr));
        wanted && !makes_bound(expr) && self.judge.is_parallel(expr)
    }

    /// Goes through the parts of an expression that stays, as far as they are evaluated unconditionally.
    fn parts(&mut self, expr: &mut Expr) {
        match expr {
            Expr::Assign(assign) => self.assignment(&mut assign.left, &mut assign.right),
            Expr::Binary(binary) if uses::is_compound(&binary.op) => {
                self.assignment(&mut binary.left, &mut binary.right);
            }
            Expr::Binary(binary) => {
                self.expr(&mut binary.left);
                if !matches!(binary.op, syn::BinOp::And(_) | syn::BinOp::Or(_)) {
                    self.expr(&mut binary.right);
                }
                // What stays may panic (a division), or be anything (behind `&&`).
                self.has_effects |= !is_plain_place(&binary.left) || !is_plain_place(&binary.right);
                self.has_effects |= is_arithmetic(&binary.op);
            }
            Expr::MethodCall(call) => {
                self.expr(&mut call.receiver);
                call.args.iter_mut().for_each(|arg| self.expr(arg));
                self.has_effects = true;
            }
            Expr::Call(call) => {
                call.args.iter_mut().for_each(|arg| self.expr(arg));
                self.has_effects |= !is_constructor(&call.func);
            }
            Expr::Index(index) => {
                self.expr(&mut index.expr);
                self.index(&mut index.index);
                self.has_effects = true;
            }
            Expr::Field(field) => self.expr(&mut field.base),
            Expr::Unary(unary) => {
                self.expr(&mut unary.expr);
                self.has_effects |= !matches!(unary.op, syn::UnOp::Deref(_));
            }
            Expr::Reference(reference) => self.expr(&mut reference.expr),
            Expr::Cast(cast) => self.expr(&mut cast.expr),
            Expr::Paren(inner) => self.expr(&mut inner.expr),
            Expr::Group(inner) => self.expr(&mut inner.expr),
            Expr::Try(inner) => self.expr(&mut inner.expr),
            Expr::Tuple(tuple) => tuple.elems.iter_mut().for_each(|part| self.expr(part)),
            Expr::Array(array) => array.elems.iter_mut().for_each(|part| self.expr(part)),
            Expr::Struct(parts) => {
                parts.fields.iter_mut().for_each(|part| {
                    self.expr(&mut part.expr);
                    if part.colon_token.is_none() && !is_shorthand(part) {
                        part.colon_token = Some(Token![:](proc_macro2::Span::mixed_site()));
                    }
                });
                parts.rest.iter_mut().for_each(|rest| self.expr(rest));
            }
            Expr::Range(range) => {
                range.start.iter_mut().for_each(|bound| self.expr(bound));
                range.end.iter_mut().for_each(|bound| self.expr(bound));
            }
            Expr::Return(inner) => inner.expr.iter_mut().for_each(|value| self.expr(value)),
            Expr::If(branch) => {
                self.condition(&mut branch.cond);
                self.stopped = true;
            }
            Expr::Match(choice) => {
                self.expr(&mut choice.expr);
                self.stopped = true;
            }
            Expr::ForLoop(inner) => {
                // An annotated inner loop looks at its own source expression.
                if inner.attrs.is_empty() {
                    self.expr(&mut inner.expr);
                }
                self.stopped = true;
            }
            Expr::Macro(mac) => self.mac(&mut mac.mac),
            Expr::Path(_) | Expr::Lit(_) | Expr::Closure(_) | Expr::Const(_) => {}
            // Whatever it is, what it evaluates and when is not looked into.
            _ => {
                self.has_effects = true;
                self.stopped = true;
            }
        }
    }

    /// `if cond`, `if let pat = expr`: what is evaluated first in it.
    fn condition(&mut self, cond: &mut Expr) {
        match cond {
            Expr::Let(condition) => self.expr(&mut condition.expr),
            Expr::Binary(chain) if matches!(chain.op, syn::BinOp::And(_)) => self.condition(&mut chain.left),
            cond => self.expr(cond),
        }
    }

    /// `left = value` or `left += value`: the value is evaluated first (unless `+=` is that of a type which is not a
    /// number, which the tokens do not tell).
    fn assignment(&mut self, left: &mut Expr, value: &mut Expr) {
        let n_before = self.hoisted.len();
        self.expr(value);
        // What lands within the value would not have landed yet, should the left side go first after all.
        let lands_within = self.hoisted[n_before..].iter().any(|hoisted| hoisted.is_late);
        if !self.stopped && !lands_within {
            self.target(left);
        }
        self.has_effects = true;
    }

    /// What is assigned to: indices and arguments in it are values, the rest is a place.
    fn target(&mut self, left: &mut Expr) {
        match left {
            Expr::Index(index) => {
                self.target(&mut index.expr);
                self.index(&mut index.index);
            }
            Expr::Field(field) => self.target(&mut field.base),
            Expr::Paren(inner) => self.target(&mut inner.expr),
            Expr::Unary(unary) => self.target(&mut unary.expr),
            Expr::MethodCall(_) | Expr::Call(_) => self.parts(left),
            _ => {}
        }
    }

    /// An index: computing `i - 1` elsewhere would gain nothing.
    fn index(&mut self, index: &mut Expr) {
        if has_call(index) {
            self.expr(index);
        }
    }

    /// The arguments of a macro that prints or writes.
    fn mac(&mut self, mac: &mut Macro) {
        let kind = known::macro_kind(&tokens::macro_name(mac));
        if let (MacroKind::Prints | MacroKind::Writes, Some(mut args)) = (kind, tokens::macro_args(mac)) {
            self.arguments(&mut args, usize::from(kind == MacroKind::Writes));
            mac.tokens = args.to_token_stream();
        }
        self.has_effects = true;
    }

    fn arguments(&mut self, args: &mut Punctuated<Expr, Token![,]>, skip: usize) {
        for arg in args.iter_mut().skip(skip) {
            match arg {
                Expr::Assign(named) => self.expr(&mut named.right),
                arg => self.expr(arg),
            }
        }
    }
}

fn is_shorthand(part: &syn::FieldValue) -> bool {
    matches!((&part.member, &part.expr), (syn::Member::Named(name), Expr::Path(path)) if path.path.is_ident(name))
}

/// `line.len()`
fn is_measure(expr: &Expr) -> bool {
    matches!(expr, Expr::MethodCall(call) if known::is_measure(&call.method.to_string()))
}

/// Whether `expr` reads a value out of a variable, rather than naming a place or borrowing from it.
fn is_value(expr: &Expr) -> bool {
    matches!(expr, Expr::Field(_) | Expr::Index(_))
        || matches!(expr, Expr::MethodCall(call) if !known::is_borrower(&call.method.to_string()))
}

//! Exits of the parallel part: each becomes a value which leaves the closure, and an arm on the caller
//! which does what the user wrote.

use super::processes;
use crate::abi::Abi;
use crate::analyze::known::{self, MacroKind};
use crate::analyze::returning::{self, Returns};
use crate::analyze::{patterns, tokens, uses};
use crate::names;
use proc_macro2::{Punct, Spacing, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::visit_mut::{self, VisitMut};
use syn::{Expr, ExprForLoop, Ident, Label, Lifetime, Macro, Pat, Stmt};

/// What there is to know about the loop, annotated or in such a one, whose parallel part is rewritten.
#[derive(Clone, Copy)]
pub(crate) struct Around<'a> {
    pub(crate) abi: &'a Abi,
    pub(crate) label: Option<&'a Label>,
    /// The values of `return`s are made on the caller.
    pub(crate) return_in_order: bool,
    /// The parallel part runs in other processes.
    pub(crate) is_remote: bool,
}

/// The exits of one segment, in the order of their numbers.
#[derive(Debug, Default)]
pub(crate) struct Exits {
    sites: Vec<Site>,
    /// There is a `continue` among them.
    may_skip: bool,
    /// There is a plain `break` among them.
    may_stop: bool,
}

/// One exit that ends the loop: what it hands over, and what the caller does with that.
#[derive(Debug)]
struct Site {
    payload: TokenStream,
    honour: TokenStream,
}

impl Exits {
    /// Rewrites the exits in `stmts`, so that they leave the closure of their segment. `bound` are the variables of the
    /// iteration so far, to which those of the statements are added.
    pub(crate) fn rewrite(&mut self, stmts: &mut [Stmt], around: Around<'_>, bound: &mut Vec<String>) {
        self.rewriting(around, bound, |rewriter| stmts.iter_mut().for_each(|stmt| rewriter.visit_stmt_mut(stmt)));
    }

    /// The same of an expression.
    pub(crate) fn rewrite_expr(&mut self, expr: &mut Expr, around: Around<'_>, bound: &mut Vec<String>) {
        self.rewriting(around, bound, |rewriter| rewriter.visit_expr_mut(expr));
    }

    fn rewriting(&mut self, around: Around<'_>, bound: &mut Vec<String>, visit: impl FnOnce(&mut Rewriter<'_, '_>)) {
        let scopes = vec![std::mem::take(bound)];
        let mut rewriter = Rewriter { exits: self, around, targets: Vec::new(), scopes };
        visit(&mut rewriter);
        *bound = rewriter.scopes.swap_remove(0);
    }

    // Output: Flow<values, Or<_, Or<_, Never>>>
    pub(crate) fn flow_type(&self, abi: &Abi, values: &TokenStream) -> TokenStream {
        let (flow, or, never) = (abi.private("Flow"), abi.private("Or"), abi.private("Never"));
        let exits = self.sites.iter().fold(quote!(#never), |rest, _| quote!(#or<_, #rest>));
        quote!(#flow<#values, #exits>)
    }

    // Output: match step { Next(v) => v, Skip => continue, Stop => break, Leave(exit) => match exit { … } }
    //
    // There is no way on but what occurs: in front of an exit, an in-order statement may have moved what no other way on
    // would find again.
    pub(crate) fn honour(&self, step: &TokenStream, around: Around<'_>) -> TokenStream {
        let (flow, or) = (around.abi.private("Flow"), around.abi.private("Or"));
        let (values, exit) = (names::local("values"), names::local("exit"));
        let label = around.label.map(|label| &label.name);
        let arms = self.sites.iter().rev().fold(quote!(match #exit {}), |rest, site| {
            let Site { payload, honour } = site;
            quote!(match #exit { #or::This(#payload) => #honour, #or::That(#exit) => #rest })
        });
        let skip = self.may_skip.then(|| quote!(#flow::Skip => continue #label,));
        let stop = self.may_stop.then(|| quote!(#flow::Stop => break #label,));
        let others = (!(self.may_skip && self.may_stop)).then(|| quote!(_ => ::core::unreachable!(),));
        quote! {
            match #step {
                #flow::Next(#values) => #values,
                #skip
                #stop
                #flow::Leave(#exit) => #arms,
                #others
            }
        }
    }
}

struct Rewriter<'a, 'b> {
    exits: &'a mut Exits,
    around: Around<'b>,
    /// Loops and labelled blocks inside the segment: (label, is a loop).
    targets: Vec<(Option<String>, bool)>,
    /// The variables of the iteration that are visible, by scope.
    scopes: Vec<Vec<String>>,
}

impl Rewriter<'_, '_> {
    /// Registers an exit, and gives the expression that takes it with `payload`.
    fn leave(&mut self, span: Span, payload: TokenStream, pattern: TokenStream, honour: TokenStream) -> Expr {
        let (flow, or) = (self.around.abi.private("Flow"), self.around.abi.private("Or"));
        let number = self.exits.sites.len();
        self.exits.sites.push(Site { payload: pattern, honour });
        let value = (0..number).fold(quote!(#or::This(#payload)), |value, _| quote!(#or::That(#value)));
        expression(quote_spanned!(names::at(span)=> return #flow::Leave(#value)))
    }

    fn jump(&mut self, expr: &Expr, label: Option<&Lifetime>, value: Option<&Expr>, is_continue: bool) -> Option<Expr> {
        let name = label.map(|label| label.ident.to_string());
        let stays = self.targets.iter().any(|(target, is_loop)| match &name {
            Some(name) => target.as_ref() == Some(name),
            None => *is_loop,
        });
        if stays {
            return None;
        }
        let own = name.is_none() || name == self.around.label.map(|label| label.name.ident.to_string());
        let span = expr.span();
        if own && is_continue {
            self.exits.may_skip = true;
            let flow = self.around.abi.private("Flow");
            return Some(expression(quote_spanned!(names::at(span)=> return #flow::Skip)));
        }
        let Some(value) = value else {
            if own {
                self.exits.may_stop = true;
                let flow = self.around.abi.private("Flow");
                return Some(expression(quote_spanned!(names::at(span)=> return #flow::Stop)));
            }
            return Some(self.leave(span, quote!(()), quote!(()), expr.to_token_stream()));
        };
        let payload = names::local("value");
        Some(self.leave(span, value.to_token_stream(), quote!(#payload), quote!(break #label #payload)))
    }

    fn return_value(&mut self, span: Span, value: Option<&Expr>) -> Expr {
        let keyword = Ident::new("return", span);
        let Some(value) = value else {
            return self.leave(span, quote!(()), quote!(()), quote!(#keyword));
        };
        if self.around.return_in_order {
            if let (true, Some((constructor, text))) = (self.around.is_remote, built_around_text(value)) {
                return self.return_text(keyword, constructor, text);
            }
            let shipped = self.variables_in(value);
            if self.around.is_remote {
                let abi = self.around.abi;
                let packed = shipped.iter().map(|name| {
                    processes::packed(abi, "process_cross", &name.to_token_stream(), names::at(name.span()))
                });
                let payload = quote!((#(#packed,)*));
                let honour = quote!({ #(let #shipped = #shipped.open();)* #keyword #value });
                return self.leave(span, payload, quote!((#(mut #shipped,)*)), honour);
            }
            let payload = quote!((#(#shipped,)*));
            return self.leave(span, payload.clone(), payload, quote!(#keyword #value));
        }
        let payload = names::local("value");
        self.leave(span, value.to_token_stream(), quote!(#payload), quote!(#keyword #payload))
    }

    // Input:  return Err(format!("{error}"))
    // Output: { let text = format!("{error}"); return Flow::Leave(…) }, since a text can travel, whatever is in it
    // and on the caller: return Err(text.open())
    fn return_text(&mut self, keyword: Ident, constructor: &Expr, text: &Expr) -> Expr {
        let at = names::at(text.span());
        let shipped = names::local_at("text", text.span());
        let packed = processes::packed(self.around.abi, "process_cross", &shipped.to_token_stream(), at);
        let honour = quote!(#keyword #constructor(#shipped.open()));
        let leave = self.leave(keyword.span(), packed, quote!(mut #shipped), honour);
        expression(quote_spanned!(at=> { let #shipped = #text; #leave }))
    }

    // Input:  value?
    // Output: match branch(value) { Continue(value) => value, Break(residual) => return Flow::Leave(…) }
    // and on the caller: match residual.land()? {}
    fn question_mark(&mut self, value: &Expr, question: Span) -> Expr {
        let at = names::at(question);
        let branch = self.around.abi.private_at("branch", at);
        let (value, made) = match value {
            Expr::MethodCall(call) if self.around.is_remote && makes_error(call) => {
                let (args, method) = (&call.args, &call.method);
                (&*call.receiver, Some(quote!(.#method(#args))))
            }
            value => (value, None),
        };
        let (output, residual) = (names::local("output"), names::local("residual"));
        let mut mark = Punct::new('?', Spacing::Alone);
        mark.set_span(question);
        let (payload, taken, here) = if self.around.is_remote {
            let payload = processes::packed_residual(self.around.abi, &residual, at);
            (payload, quote!(mut #residual), quote_spanned!(at=> .open().here()))
        } else {
            let answer = names::local_at("answer", question);
            let private = |name| self.around.abi.private_at(name, at);
            let (sends, stays, probe, ship) = (private("Sends"), private("Stays"), private("Probe"), private("ship"));
            let payload = quote_spanned! {at=> {
                use {#sends as _, #stays as _};
                let #answer = (&&#probe::error_of(&#residual)).sends();
                #ship(#residual, #answer)
            }};
            (payload, quote!(#residual), quote!(.land()))
        };
        let leave = self.leave(question, payload, taken, quote!(match #residual #here #made #mark {}));
        expression(quote_spanned! {at=>
            match #branch(#value) {
                ::core::ops::ControlFlow::Continue(#output) => #output,
                ::core::ops::ControlFlow::Break(#residual) => #leave,
            }
        })
    }

    // Input:  anyhow::ensure!(a, "b")
    // Output: match (|| -> Result<Through, _> { anyhow::ensure!(a, "b"); Ok(Through) })() {
    //     Ok(Through) => (),
    //     Err(error) => return Flow::Leave(…),
    // }
    // and on the caller: return Err(error)
    fn returned_error(&mut self, mac: &Macro, returns: Returns) -> Expr {
        let span = mac.path.span();
        let at = names::at(span);
        let abi = self.around.abi;
        let (through, error) = (abi.private("Through"), names::local("error"));
        let (payload, taken, open) = if self.around.is_remote {
            let payload = processes::packed(abi, "process_cross", &error.to_token_stream(), at);
            (payload, quote!(mut #error), Some(quote!(.open())))
        } else {
            let cross = abi.private_at("cross", at);
            (quote_spanned!(at=> #cross(#error)), quote!(#error), None)
        };
        let keyword = Ident::new("return", span);
        let leave = self.leave(span, payload, taken, quote!(#keyword ::core::result::Result::Err(#error #open)));
        let ok = quote!(::core::result::Result::Ok);
        let (ty, end, arm) = match returns {
            Returns::Always => {
                let never = names::local("never");
                (self.around.abi.private("Never"), None, quote!(#ok(#never) => match #never {}))
            }
            Returns::Perhaps => (through.clone(), Some(quote!(#ok(#through))), quote!(#ok(#through) => ())),
        };
        expression(quote_spanned! {at=>
            match (|| -> ::core::result::Result<#ty, _> { #mac; #end })() {
                #arm,
                ::core::result::Result::Err(#error) => #leave,
            }
        })
    }

    /// The variables of the iteration that an expression uses.
    fn variables_in(&self, expr: &Expr) -> Vec<Ident> {
        let mut found: Vec<Ident> = Vec::new();
        for used in uses::of_expr(expr, None).uses {
            let name = &used.place.name;
            let is_visible = self.scopes.iter().flatten().any(|bound| bound == name);
            if is_visible && !found.iter().any(|known| known == name) {
                found.push(names::written(name, used.span));
            }
        }
        found
    }

    fn bind(&mut self, pat: &Pat) {
        let names = patterns::bound_names(pat).into_iter().map(|(name, _)| name.to_string());
        self.scopes.last_mut().expect("a segment has a scope").extend(names);
    }

    fn scoped(&mut self, visit: impl FnOnce(&mut Self)) {
        self.scopes.push(Vec::new());
        visit(self);
        self.scopes.pop();
    }

    fn target(&mut self, label: Option<&Label>, is_loop: bool, visit: impl FnOnce(&mut Self)) {
        self.targets.push((label.map(|label| label.name.ident.to_string()), is_loop));
        self.scoped(visit);
        self.targets.pop();
    }
}

impl VisitMut for Rewriter<'_, '_> {
    // What these leave is themselves.
    fn visit_item_mut(&mut self, _: &mut syn::Item) {}
    fn visit_expr_closure_mut(&mut self, _: &mut syn::ExprClosure) {}
    fn visit_expr_async_mut(&mut self, _: &mut syn::ExprAsync) {}

    fn visit_expr_for_loop_mut(&mut self, inner: &mut ExprForLoop) {
        self.visit_expr_mut(&mut inner.expr);
        let label = inner.label.clone();
        self.target(label.as_ref(), true, |rewriter| {
            rewriter.bind(&inner.pat);
            rewriter.visit_block_mut(&mut inner.body);
        });
    }

    fn visit_block_mut(&mut self, block: &mut syn::Block) {
        self.scoped(|rewriter| visit_mut::visit_block_mut(rewriter, block));
    }

    fn visit_local_mut(&mut self, local: &mut syn::Local) {
        visit_mut::visit_local_mut(self, local);
        self.bind(&local.pat);
    }

    fn visit_arm_mut(&mut self, arm: &mut syn::Arm) {
        self.scoped(|rewriter| {
            rewriter.bind(&arm.pat);
            visit_mut::visit_arm_mut(rewriter, arm);
        });
    }

    fn visit_expr_if_mut(&mut self, branch: &mut syn::ExprIf) {
        self.scoped(|rewriter| visit_mut::visit_expr_if_mut(rewriter, branch));
    }

    fn visit_expr_let_mut(&mut self, condition: &mut syn::ExprLet) {
        self.visit_expr_mut(&mut condition.expr);
        self.bind(&condition.pat);
    }

    fn visit_expr_while_mut(&mut self, inner: &mut syn::ExprWhile) {
        let label = inner.label.clone();
        self.target(label.as_ref(), true, |rewriter| {
            rewriter.visit_expr_mut(&mut inner.cond);
            rewriter.visit_block_mut(&mut inner.body);
        });
    }

    fn visit_expr_loop_mut(&mut self, inner: &mut syn::ExprLoop) {
        let label = inner.label.clone();
        self.target(label.as_ref(), true, |rewriter| rewriter.visit_block_mut(&mut inner.body));
    }

    fn visit_expr_block_mut(&mut self, inner: &mut syn::ExprBlock) {
        let label = inner.label.clone();
        if label.is_some() {
            self.target(label.as_ref(), false, |rewriter| rewriter.visit_block_mut(&mut inner.block));
        } else {
            self.visit_block_mut(&mut inner.block);
        }
    }

    fn visit_stmt_mut(&mut self, stmt: &mut Stmt) {
        if let Stmt::Macro(written) = stmt
            && let Some(returns) = returning::of(&written.mac)
        {
            *stmt = Stmt::Expr(self.returned_error(&written.mac, returns), written.semi_token);
            return;
        }
        visit_mut::visit_stmt_mut(self, stmt);
    }

    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        if let Expr::Macro(written) = &*expr
            && let Some(returns) = returning::of(&written.mac)
        {
            *expr = self.returned_error(&written.mac, returns);
            return;
        }
        if let Expr::Return(inner) = &*expr
            && self.around.return_in_order
        {
            // The value is made on the caller, with whatever exits it has.
            *expr = self.return_value(inner.return_token.span(), inner.expr.as_deref());
            return;
        }
        visit_mut::visit_expr_mut(self, expr);
        let rewritten = match &*expr {
            Expr::Break(jump) => self.jump(expr, jump.label.as_ref(), jump.expr.as_deref(), false),
            Expr::Continue(jump) => self.jump(expr, jump.label.as_ref(), None, true),
            Expr::Return(inner) => Some(self.return_value(inner.return_token.span(), inner.expr.as_deref())),
            Expr::Try(inner) => Some(self.question_mark(&inner.expr, inner.question_token.span())),
            _ => None,
        };
        if let Some(rewritten) = rewritten {
            *expr = rewritten;
        }
    }

    /// The arguments of macros that are known to be expressions.
    fn visit_macro_mut(&mut self, mac: &mut Macro) {
        if known::macro_kind(&tokens::macro_name(mac)) == MacroKind::Unknown {
            return;
        }
        let Some(mut args) = tokens::macro_args(mac) else { return };
        let before = args.to_token_stream().to_string();
        args.iter_mut().for_each(|arg| self.visit_expr_mut(arg));
        // Untouched tokens keep their text, which `assert!` quotes.
        let after = args.to_token_stream();
        if after.to_string() != before {
            mac.tokens = after;
        }
    }
}

/// `found.ok_or("nothing")`, `result.map_err(|error| error.to_string()).map_err(io::Error::other)`: the last call can be made
/// where the loop is left, so that only what it is given has to travel: nothing, or a text.
fn makes_error(call: &syn::ExprMethodCall) -> bool {
    let gives_text = |value: &Expr| match value {
        Expr::MethodCall(call) if call.method == "map_err" => {
            matches!(call.args.first(), Some(Expr::Closure(closure)) if is_text(&closure.body))
        }
        _ => false,
    };
    match call.args.first() {
        Some(Expr::Lit(literal)) => call.method == "ok_or" && matches!(literal.lit, syn::Lit::Str(_)),
        Some(Expr::Path(function)) => {
            call.method == "map_err" && function.path.segments.len() > 1 && gives_text(&call.receiver)
        }
        _ => false,
    }
}

/// `Err(format!(..))`, `Some(error.to_string())`: the constructor and the text.
fn built_around_text(value: &Expr) -> Option<(&Expr, &Expr)> {
    let Expr::Call(call) = value else { return None };
    let Expr::Path(constructor) = &*call.func else { return None };
    let is_constructor = ["Err", "Ok", "Some"].iter().any(|name| constructor.path.is_ident(name));
    let text = call.args.first().filter(|_| is_constructor && call.args.len() == 1)?;
    // What leaves the loop within it is the caller's.
    (is_text(text) && uses::of_expr(text, None).exits.is_empty()).then_some((&*call.func, text))
}

/// `format!(..)`, `error.to_string()`
fn is_text(value: &Expr) -> bool {
    match value {
        Expr::Macro(mac) => mac.mac.path.is_ident("format"),
        Expr::MethodCall(made) => made.method == "to_string" && made.args.is_empty(),
        _ => false,
    }
}

fn expression(tokens: TokenStream) -> Expr {
    syn::parse2(tokens).expect("generated code is an expression")
}

//! The variables that a loop carries from one iteration to the next.

use super::known;
use super::scope::Locals;
use super::types;
use super::uses::{self, Access, Facts, Place, Use};
use proc_macro2::{Ident, Span};
use syn::visit::{self, Visit};
use syn::{Expr, Type};

/// A variable, bound outside the loop, that its body changes.
#[derive(Debug, Clone)]
pub(crate) struct Carried {
    pub(crate) place: Place,
    /// Where it is changed first, as far as that is certain anywhere.
    pub(crate) span: Span,
    /// What happens there: "is assigned", "is the receiver of `.push()`".
    pub(crate) how: String,
    /// Nobody knows whether it is changed there: `shared(..)` can say that it is not.
    pub(crate) is_guess: bool,
    /// Nothing changes it but effects such as `.lock()`.
    pub(crate) by_effect: bool,
}

/// Finds what the body, whose facts these are, carries. `shared` names the variables of which the user
/// says that the loop only reads them.
pub(crate) fn find(body: &Facts, locals: &Locals, shared: &[Ident]) -> Vec<Carried> {
    let mut carried: Vec<Carried> = Vec::new();
    for used in &body.uses {
        let is_shared = shared.iter().any(|name| *name == used.place.name);
        let Some(how) = changes(used, locals, is_shared) else { continue };
        let (place, is_guess) = (used.place.clone(), is_guess(used));
        let found = Carried { place, span: used.span, how, is_guess, by_effect: false };
        match carried.iter_mut().find(|known| known.place == used.place) {
            None => carried.push(found),
            // What is certain says more: of `x = x.max(y)`, that it is assigned.
            Some(known) if known.is_guess && !is_guess => {
                let is_one = known.span.start().line == found.span.start().line;
                *known = Carried { span: if is_one { known.span } else { found.span }, ..found };
            }
            Some(_) => {}
        }
    }
    for effect in &body.effects {
        let Some(name) = effect.on.clone() else { continue };
        let place = Place { name, fields: Vec::new() };
        let is_shared = shared.iter().any(|name| *name == place.name);
        if !is_shared && !carried.iter().any(|known| known.place == place) {
            let how = format!("is changed by {}", effect.what);
            carried.push(Carried { place, span: effect.span, how, is_guess: false, by_effect: true });
        }
    }
    carried
}

/// What the loop iterates over by borrowing it, if its body changes that: `for x in &v { v.push(…) }`.
pub(crate) fn changed_iterand<'a>(source: &Expr, carried: &'a [Carried], locals: &Locals) -> Option<&'a Carried> {
    let place = iterand(source)?;
    let declared = locals.get(&place.name)?;
    // Of a variable that is not `mut`, a method of such a name changes what it shares, if anything.
    let may_change = declared.is_mut || declared.is_mut_ref;
    let changes = |carried: &&Carried| {
        carried.place.overlaps(&place) && !carried.is_guess && !carried.by_effect && carried.how.contains("receiver")
    };
    carried.iter().find(changes).filter(|_| may_change)
}

/// The place that a source borrows from, as far as it surely does.
fn iterand(source: &Expr) -> Option<Place> {
    match source {
        Expr::Reference(reference) => uses::place(&reference.expr).map(|(place, _)| place),
        Expr::Paren(inner) => iterand(&inner.expr),
        Expr::MethodCall(call) => match call.method.to_string().as_str() {
            "iter" | "iter_mut" | "by_ref" | "keys" | "values" | "values_mut" | "drain" => {
                uses::place(&call.receiver).map(|(place, _)| place)
            }
            "enumerate" | "rev" | "skip" | "take" | "copied" | "cloned" => iterand(&call.receiver),
            _ => None,
        },
        _ => None,
    }
}

/// A variable that outlives the loop and is changed by a closure in what the loop iterates over
/// (`from_fn(|| stack.pop())`): whoever looks ahead changes it too early.
pub(crate) fn changed_by_source(source: &Expr, locals: &Locals) -> Option<Carried> {
    closures_of(source).iter().find_map(|closure| find(closure, locals, &[]).into_iter().next())
}

/// A channel, as its declaration says, that the loop only borrows.
pub(crate) fn borrowed_channel(source: &Expr, locals: &Locals) -> Option<Carried> {
    let (place, span) = uses::place(behind_borrows(source))?;
    let is_whole = uses::place(source).is_some();
    let ty = locals.get(&place.name).filter(|_| place.fields.is_empty())?.ty.as_ref()?;
    let is_borrowed = !is_whole || matches!(ty, Type::Reference(_));
    let how = "is received from".to_owned();
    (is_borrowed && types::is_named(ty, "Receiver")).then_some(Carried {
        place,
        span,
        how,
        is_guess: false,
        by_effect: true,
    })
}

/// `rx` in `&rx` and `rx.try_iter().take(3)`
fn behind_borrows(source: &Expr) -> &Expr {
    match source {
        Expr::Reference(reference) => behind_borrows(&reference.expr),
        Expr::Paren(inner) => behind_borrows(&inner.expr),
        Expr::MethodCall(call) if call.method != "into_iter" => behind_borrows(&call.receiver),
        _ => source,
    }
}

/// Where the body, whose facts these are, uses a cell, a lock or the like that a closure in what the loop iterates over
/// uses too, and one of the two changes it. No borrow could be shared so; they are to come to it in turn, and whoever
/// looks ahead comes too early.
pub(crate) fn shared_with_source(source: &Expr, body: &Facts, locals: &Locals) -> Option<Use> {
    let is_exclusive = |place: &Place| locals.get(&place.name).is_some_and(|it| it.is_mut || it.is_mut_ref);
    let closures = closures_of(source);
    let by_source = || closures.iter().flat_map(|closure| &closure.uses);
    let clashes = |used: &&Use| {
        let meets = |other: &Use| {
            let changes = changes_shared(&other.access).zip(changes_shared(&used.access));
            other.place == used.place && changes.is_some_and(|(one, another)| one || another)
        };
        !is_exclusive(&used.place) && by_source().any(meets)
    };
    body.uses.iter().find(clashes).cloned()
}

/// Whether a method changes what is behind a shared reference; `None` if it is none that cells, locks and queues have.
fn changes_shared(access: &Access) -> Option<bool> {
    let Access::Method(method, n_args) = access else { return None };
    if known::is_ordered_effect(method, *n_args) || known::is_mutator(method, *n_args) {
        Some(true)
    } else {
        (known::looks_at_shared(method, *n_args) || known::is_reader(method)).then_some(false)
    }
}

/// The facts about the closures in an expression.
fn closures_of(expr: &Expr) -> Vec<Facts> {
    struct Closures(Vec<Facts>);
    impl Visit<'_> for Closures {
        fn visit_expr(&mut self, expr: &Expr) {
            match expr {
                Expr::Closure(_) => self.0.push(uses::of_expr(expr, None)),
                _ => visit::visit_expr(self, expr),
            }
        }
    }
    let mut closures = Closures(Vec::new());
    closures.visit_expr(expr);
    closures.0
}

/// How this use may change the variable, if it may.
fn changes(used: &Use, locals: &Locals, is_shared: bool) -> Option<String> {
    let declared = locals.get(&used.place.name);
    let is_mut = declared.is_some_and(|declared| declared.is_mut || declared.is_mut_ref);
    match &used.access {
        Access::Mutate(how) => Some((*how).to_owned()),
        _ if is_shared => None,
        Access::Method(method, n_args) => {
            // Without a declaration in sight (a static, a constant) only locks and cells can change it.
            let changes =
                declared.is_some() && (known::is_mutator(method, *n_args) || (is_mut && !known::is_reader(method)));
            changes.then(|| format!("is the receiver of `.{method}()`"))
        }
        Access::Call if declared.is_some_and(|declared| declared.has_effects) => {
            Some("is called, with effects whose order can be observed".to_owned())
        }
        Access::Call => is_mut.then(|| "is called, and may change what it captures".to_owned()),
        Access::Tokens => is_mut.then(|| "is named in a macro that may change it".to_owned()),
        Access::Value => {
            let reborrows = declared.is_some_and(|declared| declared.is_mut_ref) && used.place.fields.is_empty();
            reborrows.then(|| PASSED_ON.to_owned())
        }
        Access::Shared => None,
    }
}

const PASSED_ON: &str = "is passed on as `&mut`";

/// Whether it is an exclusive reference that is handed on as such.
pub(crate) fn is_passed_on(carried: &Carried) -> bool {
    carried.how == PASSED_ON
}

fn is_guess(used: &Use) -> bool {
    match &used.access {
        Access::Mutate(_) => false,
        Access::Method(method, n_args) => !known::is_mutator(method, *n_args),
        _ => true,
    }
}

/// What of `carried` this use touches.
pub(crate) fn touched<'a>(used: &Use, carried: &'a [Carried]) -> Option<&'a Carried> {
    carried.iter().find(|known| known.place.overlaps(&used.place))
}

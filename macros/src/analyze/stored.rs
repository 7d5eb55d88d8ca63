//! Loops that do nothing in order but `out.push(x)`, so that a result may be written where it belongs by whoever makes it.

use super::scope::Locals;
use crate::model::loop_plan::{Crossing, Segment, Split, Turn};
use crate::model::stored::Stored;
use proc_macro2::Ident;
use syn::{Expr, ExprMethodCall, Member, Stmt, Type};

/// What such a loop pushes, and where. `None` where the loop does anything else in order, or where it is not certain how the
/// place is borrowed.
pub(crate) fn of(split: &Split, locals: &Locals) -> Option<Stored> {
    let [Turn::Parallel(number), Turn::InOrder(stmts)] = &*split.turns else { return None };
    let Segment { crossing, replayed, lands_at: None, .. } = &split.segments[*number] else { return None };
    let [Crossing { name: value, is_copied: false, .. }] = &**crossing else { return None };
    let [Stmt::Expr(Expr::MethodCall(call), _)] = &**stmts else { return None };
    let is_push = call.method == "push" && call.turbofish.is_none() && call.attrs.is_empty() && replayed.is_empty();
    let pushes_it = call.args.len() == 1 && is_variable(&call.args[0]).is_some_and(|name| name == value);
    if !(is_push && pushes_it) {
        return None;
    }
    let ExprMethodCall { receiver: place, method, .. } = call;
    let is_reference = is_reference(place, locals)?;
    Some(Stored { value: value.clone(), place: (**place).clone(), is_reference, method: method.clone() })
}

/// Whether `place`, which the loop changes, is a variable that holds an exclusive reference rather than the value itself.
fn is_reference(place: &Expr, locals: &Locals) -> Option<bool> {
    if let Expr::Field(field) = place {
        let declared = locals.get(&is_variable(&field.base)?.to_string())?;
        let is_own = is_variable(&field.base)? == "self" && matches!(field.member, Member::Named(_));
        return (is_own && (declared.is_mut || declared.is_mut_ref)).then_some(false);
    }
    let declared = locals.get(&is_variable(place)?.to_string())?;
    match &declared.ty {
        _ if declared.is_mut => Some(false),
        Some(Type::Reference(reference)) if reference.mutability.is_some() => Some(true),
        _ => None,
    }
}

fn is_variable(expr: &Expr) -> Option<&Ident> {
    match expr {
        Expr::Path(path) if path.attrs.is_empty() => path.path.get_ident(),
        _ => None,
    }
}

//! How the variables that a loop changes are updated.

use crate::analyze::carried::Carried;
use crate::analyze::uses::{self, Access, Facts};
use crate::model::reduction::{Operator, Reduction};
use quote::ToTokens;
use syn::visit::{self, Visit};
use syn::{Expr, ExprForLoop, Lit};

/// What a reduction changes.
pub(super) fn folded(Reduction { operator, name, .. }: &Reduction) -> String {
    let differs = match operator {
        Operator::Add => {
            "a partial sum may overflow where the running sum does not, and sums of floats round differently"
        }
        Operator::Multiply => {
            "a partial product may overflow where the running one does not, and products of floats round differently"
        }
        Operator::And | Operator::Or => "an operand may be evaluated where an earlier chunk has decided the result",
        Operator::Function(_) => "the function has to be associative",
        Operator::BitAnd | Operator::BitOr | Operator::BitXor | Operator::Min | Operator::Max => {
            "that gives the plain result if the operation is associative"
        }
    };
    format!("C034: `{name}` is folded in P, and S puts the chunks together in their order: {differs}")
}

/// How a variable that the loop carries is updated. With `may_reduce`, `reduce(..)` is there for it.
pub(super) fn accumulation(
    carried: &Carried,
    facts: &Facts,
    written: &ExprForLoop,
    may_reduce: bool,
) -> Option<String> {
    let place = carried.place.to_string();
    let updates = Updates::of(&place, written);
    let n_uses = facts.uses.iter().filter(|used| used.place.overlaps(&carried.place)).count();
    if updates.stores_element {
        return Some(format!("C025: the elements of `{place}` are stored in order"));
    }
    let is_assigned_only = facts
        .uses
        .iter()
        .filter(|used| used.place.overlaps(&carried.place))
        .all(|used| used.access == Access::Mutate("is assigned"));
    match updates.operators.as_slice() {
        [] if is_assigned_only => Some(format!("C035: `{place}` has the value of the last iteration behind the loop")),
        [] => None,
        [_] if updates.n_constant == 1 && n_uses > 1 => {
            Some(format!("C036: `{place}` counts iterations: what reads it is in order; `enumerate()` would free it"))
        }
        [first, rest @ ..] if rest.iter().any(|other| other != first) => {
            Some(format!("C033: `{place}` is updated by different operators, so it is updated in order"))
        }
        operators if n_uses > operators.len() => Some(format!(
            "C032: `{place}` looks like a reduction, but the loop also reads it, so it is updated in order"
        )),
        [operator, ..] => {
            let is_reducible =
                may_reduce && carried.place.fields.is_empty() && ["+", "*", "&", "|", "^"].contains(&operator.as_str());
            let otherwise = format!(
                "; `reduce({operator}: {place})` would combine parts of it, which may round or overflow differently"
            );
            let otherwise = if is_reducible { otherwise } else { String::new() };
            Some(format!("C034: `{place}` is accumulated in order, which gives the plain result{otherwise}"))
        }
    }
}

/// The compound assignments of one place.
#[derive(Default)]
struct Updates {
    place: String,
    operators: Vec<String>,
    n_constant: usize,
    stores_element: bool,
}

impl Updates {
    fn of(place: &str, written: &ExprForLoop) -> Self {
        let mut updates = Self { place: place.to_owned(), ..Self::default() };
        updates.visit_block(&written.body);
        updates
    }

    fn is_it(&self, expr: &Expr) -> bool {
        uses::place(expr).is_some_and(|(place, _)| place.to_string() == self.place)
    }
}

impl Visit<'_> for Updates {
    fn visit_expr(&mut self, expr: &Expr) {
        match expr {
            Expr::Binary(binary) if uses::is_compound(&binary.op) && self.is_it(&binary.left) => {
                self.stores_element |= matches!(*binary.left, Expr::Index(_));
                self.operators.push(binary.op.to_token_stream().to_string().trim_end_matches('=').to_owned());
                let is_number = matches!(&*binary.right, Expr::Lit(lit) if matches!(lit.lit, Lit::Int(_)));
                self.n_constant += usize::from(is_number);
            }
            Expr::Assign(assign) if matches!(*assign.left, Expr::Index(_)) => {
                self.stores_element |= self.is_it(&assign.left);
            }
            _ => {}
        }
        visit::visit_expr(self, expr);
    }
    fn visit_item(&mut self, _: &syn::Item) {}
}

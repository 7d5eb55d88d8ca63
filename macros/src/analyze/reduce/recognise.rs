//! Which statements are reductions, by their form.

use super::fault::Wrong;
use crate::analyze::{hoist, uses};
use crate::model::reduction::{Operator, Reduction, Shape, Side};
use proc_macro2::{Ident, Span};
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::{BinOp, Expr, Lit, Stmt};

/// One statement that is a reduction.
pub(super) struct Found {
    pub(super) mention: Ident,
    pub(super) shape: Shape,
    /// What is folded in, one after the other.
    pub(super) elements: Vec<Expr>,
}

/// What `expr` does to the variable: a reduction, another operation on it, or nothing that this phase knows of.
pub(super) fn recognise(expr: &Expr, reduction: &Reduction) -> Option<Result<Found, Wrong>> {
    let Reduction { operator, name, .. } = reduction;
    match expr {
        Expr::Binary(binary) if uses::is_compound(&binary.op) => {
            let mention = is_variable(&binary.left, name)?;
            let op = binary.op;
            if !updates(operator, &op) {
                return Some(Err(Wrong::Otherwise(quoted(&op))));
            }
            Some(Ok(Found { mention, shape: Shape::Update(op), elements: vec![(*binary.right).clone()] }))
        }
        Expr::Assign(assign) => assigned(is_variable(&assign.left, name)?, inner(&assign.right), operator, name),
        Expr::If(branch) => compared(branch, operator, name),
        _ => None,
    }
}

/// `x = value`
fn assigned(mention: Ident, value: &Expr, operator: &Operator, name: &Ident) -> Option<Result<Found, Wrong>> {
    let found = |shape, elements| Some(Ok(Found { mention: mention.clone(), shape, elements }));
    let other = |what: String| Some(Err(Wrong::Otherwise(what)));
    let is_named = |expr: &Expr| is_variable(expr, name).is_some();
    match value {
        Expr::Lit(literal) => match (&literal.lit, operator) {
            // `x = false` is `x = x && false`
            (Lit::Bool(value), Operator::And | Operator::Or) if value.value == matches!(operator, Operator::Or) => {
                let op = update_of(operator, literal.span())?;
                found(Shape::Update(op), vec![Expr::Lit(literal.clone())])
            }
            _ => None,
        },
        Expr::Binary(binary) => {
            let (first, rest) = chain(binary);
            if is_named(&first) {
                if !operates(operator, &binary.op) {
                    return other(quoted(&binary.op));
                }
                let shape = match (operator, &binary.op) {
                    (Operator::And | Operator::Or, BinOp::And(_) | BinOp::Or(_)) => {
                        Shape::Lazy(update_of(operator, binary.op.span())?)
                    }
                    _ => Shape::Operate(binary.op, Side::Left),
                };
                return found(shape, rest);
            }
            if is_named(&binary.right) {
                if !operates(operator, &binary.op) {
                    return other(quoted(&binary.op));
                }
                let shape = match operator {
                    // The left operand is evaluated in any case.
                    Operator::And | Operator::Or => Shape::Update(update_of(operator, binary.op.span())?),
                    _ => Shape::Operate(binary.op, Side::Right),
                };
                return found(shape, vec![(*binary.left).clone()]);
            }
            None
        }
        Expr::MethodCall(call) if call.args.len() == 1 => {
            let argument = &call.args[0];
            let (side, element) = match (is_named(&call.receiver), is_named(argument)) {
                (true, false) => (Side::Left, argument),
                (false, true) => (Side::Right, &*call.receiver),
                _ => return None,
            };
            match operator {
                Operator::Min | Operator::Max if call.method == operator.text() => {
                    found(Shape::Method(call.method.clone(), side), vec![element.clone()])
                }
                _ => other(format!("`.{}()`", call.method)),
            }
        }
        Expr::Call(call) if call.args.len() == 2 => {
            let (side, element) = match (is_named(&call.args[0]), is_named(&call.args[1])) {
                (true, false) => (Side::Left, &call.args[1]),
                (false, true) => (Side::Right, &call.args[0]),
                _ => return None,
            };
            let Expr::Path(function) = &*call.func else { return None };
            let path = function.to_token_stream().to_string().replace(' ', "");
            let is_meant = match operator {
                Operator::Min | Operator::Max => {
                    function.path.segments.last().is_some_and(|last| last.ident == operator.text())
                }
                Operator::Function(_) => path == operator.text(),
                _ => false,
            };
            if !is_meant {
                return other(format!("`{path}`"));
            }
            found(Shape::Call(Box::new((*call.func).clone()), side), vec![element.clone()])
        }
        _ => None,
    }
}

/// `if e > x { x = e }`
fn compared(branch: &syn::ExprIf, operator: &Operator, name: &Ident) -> Option<Result<Found, Wrong>> {
    let (Operator::Min | Operator::Max, None, []) = (operator, &branch.else_branch, &*branch.attrs) else {
        return None;
    };
    let [Stmt::Expr(Expr::Assign(assign), _)] = branch.then_branch.stmts.as_slice() else { return None };
    let mention = is_variable(&assign.left, name)?;
    let Expr::Binary(condition) = inner(&branch.cond) else { return None };
    let (element, side) = match (is_variable(&condition.left, name), is_variable(&condition.right, name)) {
        (Some(_), None) => (&*condition.right, Side::Left),
        (None, Some(_)) => (&*condition.left, Side::Right),
        _ => return None,
    };
    let text = |expr: &Expr| inner(expr).to_token_stream().to_string();
    if text(element) != text(&assign.right) || !is_plain_value(element) {
        return None;
    }
    let keeps_greater = match (&condition.op, side) {
        (BinOp::Gt(_) | BinOp::Ge(_), Side::Right) | (BinOp::Lt(_) | BinOp::Le(_), Side::Left) => true,
        (BinOp::Lt(_) | BinOp::Le(_), Side::Right) | (BinOp::Gt(_) | BinOp::Ge(_), Side::Left) => false,
        _ => return None,
    };
    if keeps_greater != matches!(operator, Operator::Max) {
        return Some(Err(Wrong::Otherwise(quoted(&condition.op))));
    }
    let shape = Shape::Compare(condition.op, side);
    Some(Ok(Found { mention, shape, elements: vec![inner(element).clone()] }))
}

/// Whether it makes no difference if `expr` is evaluated once or twice: names, and tuples of them.
fn is_plain_value(expr: &Expr) -> bool {
    match inner(expr) {
        Expr::Tuple(tuple) => tuple.elems.iter().all(is_plain_value),
        Expr::Reference(reference) => reference.mutability.is_none() && is_plain_value(&reference.expr),
        expr => hoist::is_plain_place(expr),
    }
}

/// `((x + a) + b)` as `x` and `[a, b]`.
fn chain(binary: &syn::ExprBinary) -> (Expr, Vec<Expr>) {
    let (first, mut rest) = match inner(&binary.left) {
        Expr::Binary(left) if std::mem::discriminant(&left.op) == std::mem::discriminant(&binary.op) => chain(left),
        left => (left.clone(), Vec::new()),
    };
    rest.push((*binary.right).clone());
    (first, rest)
}

/// The variable, if that is all that `expr` is.
pub(super) fn is_variable(expr: &Expr, name: &Ident) -> Option<Ident> {
    match inner(expr) {
        // An attribute (a `cfg`, say) in front of a statement hangs on what it begins with.
        Expr::Path(path) if path.qself.is_none() && path.attrs.is_empty() => {
            path.path.get_ident().filter(|ident| *ident == name).cloned()
        }
        _ => None,
    }
}

/// `expr` without parentheses.
fn inner(expr: &Expr) -> &Expr {
    match expr {
        Expr::Paren(inside) => inner(&inside.expr),
        Expr::Group(inside) => inner(&inside.expr),
        expr => expr,
    }
}

/// Whether `x op= e` is what the clause says.
fn updates(operator: &Operator, op: &BinOp) -> bool {
    matches!(
        (operator, op),
        (Operator::Add, BinOp::AddAssign(_))
            | (Operator::Multiply, BinOp::MulAssign(_))
            | (Operator::BitAnd | Operator::And, BinOp::BitAndAssign(_))
            | (Operator::BitOr | Operator::Or, BinOp::BitOrAssign(_))
            | (Operator::BitXor, BinOp::BitXorAssign(_))
    )
}

/// Whether `x op e` is what the clause says.
fn operates(operator: &Operator, op: &BinOp) -> bool {
    matches!(
        (operator, op),
        (Operator::Add, BinOp::Add(_))
            | (Operator::Multiply, BinOp::Mul(_))
            | (Operator::BitAnd, BinOp::BitAnd(_))
            | (Operator::BitOr, BinOp::BitOr(_))
            | (Operator::BitXor, BinOp::BitXor(_))
            | (Operator::And, BinOp::And(_) | BinOp::BitAnd(_))
            | (Operator::Or, BinOp::Or(_) | BinOp::BitOr(_))
    )
}

/// `&=` for `&&`, `|=` for `||`: the same, for operands that have been evaluated.
fn update_of(operator: &Operator, span: Span) -> Option<BinOp> {
    let spans = [span; 2];
    match operator {
        Operator::And => Some(BinOp::BitAndAssign(syn::token::AndEq { spans })),
        Operator::Or => Some(BinOp::BitOrAssign(syn::token::OrEq { spans })),
        _ => None,
    }
}

fn quoted(op: &BinOp) -> String {
    format!("`{}`", op.to_token_stream())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What becomes of a statement, with `x` reduced by `operator`.
    fn shape(operator: &str, stmt: &str) -> String {
        let operator = match operator {
            "+" => Operator::Add,
            "&&" => Operator::And,
            "max" => Operator::Max,
            path => Operator::Function(syn::parse_str(path).expect("a path")),
        };
        let name = Ident::new("x", Span::call_site());
        let reduction = Reduction { operator, name, key: Span::call_site(), is_of_function: false };
        let expr: Expr = syn::parse_str(stmt).expect("an expression");
        match recognise(&expr, &reduction) {
            None => "none".into(),
            Some(Err(Wrong::Otherwise(what))) => what,
            Some(Err(_)) => "fault".into(),
            Some(Ok(found)) => {
                let elements: Vec<String> = found.elements.iter().map(|e| e.to_token_stream().to_string()).collect();
                format!("{}{} of {}", found.shape.method(), found.shape.closure(Span::call_site()), elements.join("; "))
            }
        }
    }

    #[test]
    fn each_form_is_recognised() {
        assert_eq!(shape("+", "x += y"), "update| __a , __b | * __a += __b of y");
        assert_eq!(shape("+", "x = (x + y) + z"), "operate| __a , __b | __a + __b of y; z");
        assert_eq!(shape("+", "x = y + x"), "operate| __a , __b | __b + __a of y");
        assert_eq!(shape("max", "x = x.max(y)"), "fold| __a , __b | __a . max (__b) of y");
        assert_eq!(shape("max", "x = f64::max(y, x)"), "fold| __a , __b | f64 :: max (__b , __a) of y");
        assert_eq!(shape("max", "if y > x { x = y; }"), "keep| __a , __b | if __b > __a { __b } else { __a } of y");
        assert_eq!(shape("max", "if x <= y { x = y }"), "keep| __a , __b | if __a <= __b { __b } else { __a } of y");
        assert_eq!(shape("a::f", "x = a::f(x, y)"), "fold| __a , __b | a :: f (__a , __b) of y");
        assert_eq!(shape("&&", "x = x && y"), "update| __a , __b | * __a &= __b of y");
        assert_eq!(shape("&&", "x = false"), "update| __a , __b | * __a &= __b of false");
    }

    #[test]
    fn what_is_no_reduction_is_left_alone() {
        assert_eq!(shape("+", "x -= y"), "`-=`");
        assert_eq!(shape("+", "x = x * y"), "`*`");
        assert_eq!(shape("+", "x = y"), "none");
        assert_eq!(shape("+", "#[cfg(z)] x += y"), "none");
        assert_eq!(shape("max", "#[cfg(z)] if y > x { x = y; }"), "none");
        assert_eq!(shape("max", "x = x.min(y)"), "`.min()`");
        assert_eq!(shape("max", "if y < x { x = y }"), "`<`");
        assert_eq!(shape("max", "if f(y) > x { x = f(y) }"), "none");
        assert_eq!(shape("a::f", "x = f(x, y)"), "`f`");
        assert_eq!(shape("&&", "x = true"), "none");
    }
}

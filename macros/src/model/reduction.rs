//! `reduce(+: total)`: what was asked for, and what becomes of it in one loop.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::{BinOp, Expr, Path};

use crate::names;

/// One variable of the clause.
#[derive(Clone)]
pub(crate) struct Reduction {
    pub(crate) operator: Operator,
    pub(crate) name: Ident,
    /// Where `reduce` stands.
    pub(crate) key: Span,
    /// It is an option of the function, and so not meant for each of its loops.
    pub(crate) is_of_function: bool,
}

/// How two values become one.
#[derive(Clone)]
pub(crate) enum Operator {
    Add,
    Multiply,
    BitAnd,
    BitOr,
    BitXor,
    And,
    Or,
    Min,
    Max,
    Function(Path),
}

/// A variable that is folded where the parallel part runs.
pub(crate) struct Reduced {
    /// The local that holds the partial result.
    pub(crate) partial: Ident,
    /// Every place where the variable is named: in the clause first, then in the statements.
    pub(crate) mentions: Vec<Ident>,
    /// How the first statement changes it; so partial results are put together.
    pub(crate) shape: Shape,
}

/// How a statement changes its variable.
#[derive(Clone)]
pub(crate) enum Shape {
    /// `x += e`
    Update(BinOp),
    /// `x = x + e`, or `x = e + x`
    Operate(BinOp, Side),
    /// `x = x.max(e)`
    Method(Ident, Side),
    /// `x = f(x, e)`
    Call(Box<Expr>, Side),
    /// `if e > x { x = e }`; the side is that of `x`.
    Compare(BinOp, Side),
    /// `x = x && e`
    Lazy(BinOp),
}

/// Where the variable stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Left,
    Right,
}

/// The reductions of a mark, and those of the function for other variables.
pub(crate) fn over(own: &[Reduction], outer: &[Reduction]) -> Vec<Reduction> {
    let is_new = |reduction: &&Reduction| own.iter().all(|known| known.name != reduction.name);
    let inherited =
        outer.iter().filter(is_new).cloned().map(|reduction| Reduction { is_of_function: true, ..reduction });
    own.iter().cloned().chain(inherited).collect()
}

impl Operator {
    /// As it is written in the clause.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Add => "+".into(),
            Self::Multiply => "*".into(),
            Self::BitAnd => "&".into(),
            Self::BitOr => "|".into(),
            Self::BitXor => "^".into(),
            Self::And => "&&".into(),
            Self::Or => "||".into(),
            Self::Min => "min".into(),
            Self::Max => "max".into(),
            Self::Function(path) => path.to_token_stream().to_string().replace(' ', ""),
        }
    }

    /// The form of a statement that it goes with.
    pub(crate) fn form(&self, name: &str) -> String {
        match self {
            Self::And => format!("{name} = {name} && e"),
            Self::Or => format!("{name} = {name} || e"),
            Self::Min | Self::Max => format!("{name} = {name}.{}(e)", self.text()),
            Self::Function(_) => format!("{name} = {}({name}, e)", self.text()),
            _ => format!("{name} {}= e", self.text()),
        }
    }
}

impl Shape {
    /// Whether the operator changes its left operand in place.
    pub(crate) fn is_update(&self) -> bool {
        matches!(self, Self::Update(_) | Self::Lazy(_))
    }

    pub(crate) fn side(&self) -> Side {
        match self {
            Self::Operate(_, side) | Self::Method(_, side) | Self::Call(_, side) => *side,
            // Of equal values the first or the last is kept, whichever side they stand on.
            Self::Update(_) | Self::Compare(..) | Self::Lazy(_) => Side::Left,
        }
    }

    /// Which of several equal values it keeps, of `min` or `max`: the last, or the first.
    pub(crate) fn keeps_last(&self, operator: &Operator) -> bool {
        match self {
            Self::Compare(op, _) => matches!(op, BinOp::Ge(_) | BinOp::Le(_)),
            _ => matches!(operator, Operator::Max),
        }
    }

    /// The method of a partial result that takes one more element.
    pub(crate) fn method(&self) -> &'static str {
        match self {
            Self::Update(_) | Self::Lazy(_) => "update",
            Self::Operate(..) => "operate",
            Self::Method(..) | Self::Call(..) => "fold",
            Self::Compare(..) => "keep",
        }
    }

    // Output: |a, b| *a += b, or |a, b| a.max(b)
    pub(crate) fn closure(&self, span: Span) -> TokenStream {
        let (a, b) = (names::local_at("a", span), names::local_at("b", span));
        let at = names::at(span);
        let sides = |side: &Side| if *side == Side::Left { (&a, &b) } else { (&b, &a) };
        match self {
            Self::Update(op) | Self::Lazy(op) => quote_spanned!(at=> |#a, #b| *#a #op #b),
            Self::Operate(op, side) => {
                let (left, right) = sides(side);
                quote_spanned!(at=> |#a, #b| #left #op #right)
            }
            Self::Method(method, side) => {
                let (left, right) = sides(side);
                quote_spanned!(at=> |#a, #b| #left.#method(#right))
            }
            Self::Call(function, side) => {
                let (left, right) = sides(side);
                quote_spanned!(at=> |#a, #b| #function(#left, #right))
            }
            Self::Compare(op, side) => {
                let (left, right) = sides(side);
                quote_spanned!(at=> |#a, #b| if #left #op #right { #b } else { #a })
            }
        }
    }
}

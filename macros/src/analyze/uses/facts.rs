//! What there is to know about a piece of code.

use super::places::Place;
use proc_macro2::Span;

/// One use of a variable that is bound outside the piece.
#[derive(Debug, Clone)]
pub(crate) struct Use {
    pub(crate) place: Place,
    pub(crate) span: Span,
    pub(crate) access: Access,
}

/// What is done with a variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Access {
    /// Its value is used: copied or moved.
    Value,
    /// It is borrowed to be read.
    Shared,
    /// It is assigned or borrowed to be changed; says how.
    Mutate(&'static str),
    /// It is the receiver of this method, with so many arguments.
    Method(String, usize),
    /// It is called.
    Call,
    /// It is named in the tokens of a macro nobody knows.
    Tokens,
}

/// All that matters about a piece of code.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    pub(crate) uses: Vec<Use>,
    /// Ways out of the piece that are seen: `?`, `return`, `break`, `continue`.
    pub(crate) exits: Vec<Exit>,
    /// Ways out that a macro may hide.
    pub(crate) hidden_exits: Vec<(Span, String)>,
    /// Effects whose order can be observed, and what they are on (`None`: something global).
    pub(crate) effects: Vec<Effect>,
    /// Where something is looked at that effects may change, by way of it or by way of others.
    pub(crate) looks: Vec<Effect>,
    /// Macros that nobody knows, which may hide an exit where it is not seen.
    pub(crate) unknown_macros: Vec<Span>,
    /// Statements that are marked to be in order.
    pub(crate) ordered: Vec<Span>,
    /// Statements that are marked to be parallel.
    pub(crate) parallel: Vec<Span>,
    /// `.await`
    pub(crate) awaits: Vec<Span>,
    /// `yield`
    pub(crate) yields: Vec<Span>,
    /// Names that patterns anywhere inside the piece bind.
    pub(crate) inner_names: Vec<String>,
}

/// A way out of a piece of code.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Exit {
    pub(crate) span: Span,
    pub(crate) kind: ExitKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ExitKind {
    /// `continue` of the loop that the piece is in: the next iteration follows.
    Continue,
    /// Everything else ends the loop.
    Leave,
}

/// An effect whose order can be observed.
#[derive(Debug, Clone)]
pub(crate) struct Effect {
    pub(crate) span: Span,
    pub(crate) what: String,
    pub(crate) on: Option<String>,
    /// What it is on has no name outside of the piece: it is bound within, or a function gives it.
    pub(crate) is_unnamed: bool,
    /// It is one on a channel or a stream, which is nobody else's if the iteration has opened it.
    pub(crate) is_on_stream: bool,
}

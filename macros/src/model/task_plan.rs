//! An annotated function.

use super::options::Options;
use super::warning::Warning;
use proc_macro2::Ident;
use syn::{Attribute, Generics, ItemFn, Type};

/// What becomes of one function.
pub(crate) struct TaskPlan {
    pub(crate) options: Options,
    /// The function, unchanged.
    pub(crate) written: ItemFn,
    /// Attributes that the type beside it takes over (`cfg`, docs, `deprecated`).
    pub(crate) attrs: Vec<Attribute>,
    /// The generics of `submit` and `map`.
    pub(crate) generics: Generics,
    /// Names of the generics that the call names explicitly (those which the function declares itself).
    pub(crate) turbofish: Vec<Ident>,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) output: Type,
    /// How it runs, in words, if that is asked for.
    pub(crate) explanation: Option<Warning>,
}

/// One parameter of the function.
pub(crate) struct Parameter {
    /// The name in `submit`'s signature.
    pub(crate) name: Ident,
    /// The type in `submit`'s signature: owned.
    pub(crate) owned: Type,
    /// The function wants a reference to this, borrowed from the owned value.
    pub(crate) borrows: Option<Type>,
}

//! What is said though all is well.

use proc_macro2::Ident;

/// A warning. Stable compilers let us warn of nothing but the use of what is deprecated.
pub(crate) struct Warning {
    /// The deprecated constant, at the place that the warning is about.
    pub(crate) name: Ident,
    pub(crate) text: String,
}

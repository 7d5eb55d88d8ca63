//! Who runs the loops, each as its good users would write them.

pub(crate) mod by_orx;
pub(crate) mod by_pariter;
pub(crate) mod by_rayon;
pub(crate) mod by_scope;
pub(crate) mod openmp;

use std::collections::HashMap;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Contender {
    Plain,
    Annotated,
    Rayon,
    Orx,
    Pariter,
    Scope,
    OpenMp,
}

impl Contender {
    pub(crate) const ALL: [Self; 7] =
        [Self::Plain, Self::Annotated, Self::Rayon, Self::Orx, Self::Pariter, Self::Scope, Self::OpenMp];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Annotated => "annotated",
            Self::Rayon => "rayon",
            Self::Orx => "orx-parallel",
            Self::Pariter => "pariter",
            Self::Scope => "scope",
            Self::OpenMp => "OpenMP",
        }
    }
}

/// Adds the counts of two parts.
fn merge(mut into: HashMap<String, u64>, from: HashMap<String, u64>) -> HashMap<String, u64> {
    for (word, n) in from {
        *into.entry(word).or_insert(0) += n;
    }
    into
}

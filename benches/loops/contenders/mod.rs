//! Who runs the loops, each as its good users would write them.

mod by_orx;
mod by_pariter;
mod by_rayon;
mod by_scope;
pub(crate) mod openmp;

use std::collections::HashMap;

use crate::sinks::{Call, Loops, Sink};

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

    /// How this contender runs the loop; `None` if it cannot, or if that would take minutes. An annotated loop uses the
    /// memory of `copy`.
    pub(crate) fn call<B: Loops>(
        self,
        sink: Sink,
        n: usize,
        copy: usize,
    ) -> Option<Box<dyn Fn(&mut crate::sinks::Data, B) -> crate::sinks::Output + Sync>> {
        let call: Call<B> = match self {
            Self::Plain => B::plain(sink),
            Self::Annotated => B::annotated(sink, copy),
            Self::Rayon => by_rayon::call(sink),
            Self::Orx => by_orx::call(sink),
            // About a microsecond an item: each goes through a channel and back.
            Self::Pariter if n > 100_000 => return None,
            Self::Pariter => by_pariter::call(sink),
            Self::Scope => by_scope::call(sink),
            Self::OpenMp => return openmp::call(sink),
        };
        Some(Box::new(call))
    }
}

/// Adds the counts of two parts.
fn merge(mut into: HashMap<String, u64>, from: HashMap<String, u64>) -> HashMap<String, u64> {
    for (word, n) in from {
        *into.entry(word).or_insert(0) += n;
    }
    into
}

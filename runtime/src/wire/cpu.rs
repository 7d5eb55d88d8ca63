//! Which core a thread runs on, as two processes tell each other.

use std::num::NonZeroU64;

/// A core of the machine, as far as it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cpu(NonZeroU64);

impl Cpu {
    const UNKNOWN: Self = Self(NonZeroU64::MAX);

    /// The core with this number, if the system tells.
    pub(crate) fn new(number: Option<usize>) -> Self {
        number.and_then(|number| NonZeroU64::new(number as u64 + 1)).map_or(Self::UNKNOWN, Self)
    }

    /// Whether two threads can run at the same time, of which the one is here and the other there.
    pub(crate) fn may_differ_from(self, other: Self) -> bool {
        self != other || self == Self::UNKNOWN
    }

    /// As a number: 0 for none.
    pub(super) fn to_number(cpu: Option<Self>) -> u64 {
        cpu.map_or(0, |cpu| cpu.0.get())
    }

    /// From [`to_number`](Self::to_number), or from nonsense.
    pub(super) fn from_number(number: u64) -> Option<Self> {
        NonZeroU64::new(number).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_stands_for_a_core_or_none() {
        for cpu in [None, Some(Cpu::new(Some(0))), Some(Cpu::new(Some(7))), Some(Cpu::new(None))] {
            assert_eq!(Cpu::from_number(Cpu::to_number(cpu)), cpu);
        }
    }

    #[test]
    fn what_is_not_known_may_be_anywhere() {
        let (first, second) = (Cpu::new(Some(0)), Cpu::new(Some(1)));
        assert!(!first.may_differ_from(first) && first.may_differ_from(second));
        let unknown = Cpu::new(None);
        assert!(unknown.may_differ_from(unknown) && unknown.may_differ_from(first));
    }
}

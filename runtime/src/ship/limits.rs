//! What no byte of a message pays for: nesting, and elements that take no bytes. The same limits hold for the writer,
//! so that a value which was written can be read.

use super::fault::Fault;

/// How many values may be nested in each other. `Option`s and newtypes count, boxes and references do not: a list
/// linked by `Option<Box<Node>>` takes two levels a node.
///
/// In unoptimised builds one level of a small type takes less than 2 KiB of stack on either side, so the whole
/// depth fits twice into the 2 MiB that threads have by default. Larger types take as much as they take.
pub(super) const DEEPEST: u32 = 512;

/// How many elements without bytes, such as those of a `Vec<()>`, a message may hold in all: about 50 ms of work.
pub(super) const MOST_WEIGHTLESS: u64 = 1 << 24;

/// How much of the limits one message has used.
#[derive(Default)]
pub(super) struct Limits {
    depth: u32,
    weightless: u64,
}

impl Limits {
    /// Goes one level deeper.
    #[inline]
    pub(super) fn enter(&mut self) -> Result<(), Fault> {
        if self.depth == DEEPEST {
            return Err(too_deep());
        }
        self.depth += 1;
        Ok(())
    }

    /// Comes back up. Not called after an error, which ends the message.
    #[inline]
    pub(super) fn leave(&mut self) {
        self.depth -= 1;
    }

    /// Counts one element that took `bytes`.
    #[inline]
    pub(super) fn element(&mut self, bytes: usize) -> Result<(), Fault> {
        if bytes == 0 {
            if self.weightless == MOST_WEIGHTLESS {
                return Err(too_many_weightless());
            }
            self.weightless += 1;
        }
        Ok(())
    }

    /// Whether a sequence of `elements` is possible where `bytes` remain.
    pub(super) fn allow(&self, elements: u64, bytes: usize) -> Result<(), Fault> {
        let possible = (bytes as u64).saturating_add(MOST_WEIGHTLESS - self.weightless);
        if elements > possible {
            return Err(Fault::new(format!("a length of {elements} where {bytes} bytes remain")));
        }
        Ok(())
    }
}

#[cold]
fn too_deep() -> Fault {
    Fault::new(format!("values are nested more than {DEEPEST} levels deep; send long lists as a `Vec`"))
}

#[cold]
fn too_many_weightless() -> Fault {
    Fault::new(format!("more than {MOST_WEIGHTLESS} elements of types without content; send their number instead"))
}

//! What no byte of a message pays for: nesting, and elements that take no bytes. The same limits hold for the writer,
//! so that a value which was written can be read.

use super::fault::Fault;

/// How many values may be nested in each other. `Option`s and newtypes count, boxes and references do not: a list
/// linked by `Option<Box<Node>>` takes two levels a node.
pub(super) const DEEPEST: u32 = 512;

/// How much of the stack nested values may take: half of what a thread has by default. In unoptimised builds, levels of
/// large types take so much that it is reached before [`DEEPEST`]; a node of a small list takes less than 2 KiB there.
pub(super) const MOST_STACK: usize = 1 << 20;

/// How many elements without bytes, such as those of a `Vec<()>`, a message may hold in all: some 10 ms of work.
pub(super) const MOST_WEIGHTLESS: u64 = 1 << 22;

/// How much of the limits one message has used.
pub(super) struct Limits {
    depth: u32,
    weightless: u64,
    /// Where the stack was when the message began.
    stack: usize,
}

impl Limits {
    #[inline]
    pub(super) fn new() -> Self {
        Self { depth: 0, weightless: 0, stack: stack() }
    }

    /// Goes one level deeper.
    #[inline]
    pub(super) fn enter(&mut self) -> Result<(), Fault> {
        if self.depth == DEEPEST || self.stack.abs_diff(stack()) > MOST_STACK {
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

/// About where the stack is. Only the distance between two places means anything.
#[inline(always)]
fn stack() -> usize {
    let here = 0_u8;
    (&raw const here).addr()
}

#[cold]
fn too_deep() -> Fault {
    Fault::new(format!(
        "values are nested more than {DEEPEST} levels or {} KiB of stack deep; send long lists as a `Vec`",
        MOST_STACK >> 10
    ))
}

#[cold]
fn too_many_weightless() -> Fault {
    Fault::new(format!("more than {MOST_WEIGHTLESS} elements of types without content; send their number instead"))
}

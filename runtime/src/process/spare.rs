//! The memory of huge arguments that were sent, for the next: to get new memory takes several times as long as to fill it.

use std::mem;

use crate::sync::Mutex;

/// Less than this is not worth keeping.
const LARGE: usize = 1024 * 1024;

/// How many arguments in a row may be too small for it before it is given back.
const PATIENCE: u32 = 64;

/// At most one buffer.
#[derive(Default)]
pub(super) struct Spare(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    buffer: Vec<u8>,
    n_small: u32,
}

impl Spare {
    /// An empty buffer, with the memory of another if there is one.
    pub(super) fn take(&self) -> Vec<u8> {
        mem::take(&mut self.0.lock().buffer)
    }

    /// Takes back a buffer that nobody needs.
    pub(super) fn keep(&self, mut buffer: Vec<u8>) {
        let mut kept = self.0.lock();
        if buffer.capacity() >= LARGE && buffer.capacity() > kept.buffer.capacity() {
            buffer.clear();
            kept.n_small = 0;
            mem::swap(&mut kept.buffer, &mut buffer);
        }
        drop(kept);
        // The smaller of the two goes.
        drop(buffer);
    }

    /// The same bytes, in memory of their size if the buffer's could hold much more.
    pub(super) fn fit(&self, buffer: Vec<u8>) -> Vec<u8> {
        if buffer.capacity() < LARGE || buffer.len() >= buffer.capacity() / 4 {
            return buffer;
        }
        let fitting = buffer.clone();
        let n_small = self.0.lock().n_small + 1;
        if n_small <= PATIENCE {
            self.keep(buffer);
            self.0.lock().n_small = n_small;
        }
        fitting
    }

    /// Whether there is something to be given back some time.
    pub(super) fn is_kept(&self) -> bool {
        self.0.lock().buffer.capacity() > 0
    }

    pub(super) fn give_back(&self) {
        drop(self.take());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_buffers_are_not_kept_and_of_large_ones_the_largest() {
        let spare = Spare::default();
        spare.keep(Vec::with_capacity(LARGE - 1));
        assert!(!spare.is_kept());
        spare.keep(Vec::with_capacity(2 * LARGE));
        spare.keep(Vec::with_capacity(LARGE));
        assert!(spare.take().capacity() >= 2 * LARGE && !spare.is_kept());
    }

    #[test]
    fn small_arguments_do_not_carry_huge_memory_and_use_up_its_time() {
        let spare = Spare::default();
        spare.keep(Vec::with_capacity(2 * LARGE));
        for _ in 0..PATIENCE {
            let mut buffer = spare.take();
            buffer.push(7);
            assert!(spare.fit(buffer).capacity() < LARGE && spare.is_kept());
        }
        let mut buffer = spare.take();
        buffer.push(7);
        assert_eq!(spare.fit(buffer), [7]);
        assert!(!spare.is_kept());
    }
}

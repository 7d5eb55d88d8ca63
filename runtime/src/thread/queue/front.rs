//! The front of a queue, where busy threads meet without those who add to the back.
//!
//! Each of the two has a lock of its own, so that neither waits for the other. The back is the owner's, under the owner's
//! lock, which is locked first. The front only gets longer under both.

use std::collections::VecDeque;

use crate::sync::Ordering;
use crate::sync::modelled::{AtomicUsize, Mutex, MutexGuard};

/// The first of what is queued; on cache lines of its own.
#[repr(align(128))]
pub(super) struct Front<T> {
    items: Mutex<VecDeque<T>>,
    /// How many these are. Changed under that lock.
    len: AtomicUsize,
}

impl<T> Front<T> {
    pub(super) fn new() -> Self {
        Self { items: Mutex::new(VecDeque::new()), len: AtomicUsize::new(0) }
    }

    /// How many there are; or were just now, unless the caller holds the lock.
    ///
    /// Who holds the lock of the back sees at least as many as there are.
    pub(super) fn len(&self) -> usize {
        // Relaxed: it goes up under the lock of the back.
        self.len.load(Ordering::Relaxed)
    }

    pub(super) fn lock(&self) -> Locked<'_, T> {
        Locked { items: self.items.lock(), len: &self.len }
    }
}

/// The front, while nobody else takes anything.
pub(super) struct Locked<'a, T> {
    items: MutexGuard<'a, VecDeque<T>>,
    len: &'a AtomicUsize,
}

impl<T> Locked<'_, T> {
    /// Moves everything up that waits at the back, whose lock the caller holds.
    pub(super) fn move_up(&mut self, back: &mut VecDeque<T>) {
        self.items.append(back);
    }

    /// Takes the first one, or which of so many `choose` says.
    pub(super) fn take(&mut self, choose: impl FnOnce(usize) -> usize) -> Option<T> {
        if self.items.is_empty() {
            return None;
        }
        match choose(self.items.len()) {
            0 => self.items.pop_front(),
            i => self.items.swap_remove_back(i),
        }
    }

    /// Takes everything.
    pub(super) fn take_all(&mut self) -> VecDeque<T> {
        std::mem::take(&mut *self.items)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &T> {
        self.items.iter()
    }
}

impl<T> Drop for Locked<'_, T> {
    fn drop(&mut self) {
        // Relaxed: see `Front::len`.
        self.len.store(self.items.len(), Ordering::Relaxed);
    }
}

/// One who adds, and those who take.
#[cfg(test)]
mod models {
    use super::*;
    use crate::sync::Arc;
    use crate::sync::models::{check, thread};

    struct Queue {
        back: Mutex<VecDeque<u32>>,
        front: Front<u32>,
    }

    impl Queue {
        fn new() -> Self {
            Self { back: Mutex::new(VecDeque::new()), front: Front::new() }
        }

        fn add(&self, item: u32) {
            let mut back = self.back.lock();
            back.push_back(item);
            let seen = back.len() + self.front.len();
            let front = self.front.lock();
            assert!(seen >= back.len() + front.iter().count(), "nobody is overlooked");
        }

        /// As a busy thread does.
        fn take_from_front(&self) -> Option<u32> {
            self.front.lock().take(|_| 0)
        }

        /// As a free thread does.
        fn take(&self) -> Option<u32> {
            let mut back = self.back.lock();
            let mut front = self.front.lock();
            front.move_up(&mut back);
            front.take(|_| 0)
        }

        fn take_all(&self) -> Vec<u32> {
            let mut back = self.back.lock();
            let mut front = self.front.lock();
            front.move_up(&mut back);
            front.take_all().into()
        }
    }

    #[test]
    fn what_is_added_is_taken_once_and_in_order() {
        check(|| {
            let queue = Arc::new(Queue::new());
            queue.add(0);
            let (busy, free) = (Arc::clone(&queue), Arc::clone(&queue));
            let busy = thread::spawn(move || busy.take_from_front());
            let free = thread::spawn(move || [free.take(), free.take()]);
            queue.add(1);
            queue.add(2);
            let (by_busy, by_free) = (busy.join().unwrap(), free.join().unwrap());
            let by_free: Vec<u32> = by_free.into_iter().flatten().collect();
            let left = queue.take_all();
            assert!(by_free.is_sorted(), "{by_free:?}");
            let mut all: Vec<u32> = by_busy.into_iter().chain(by_free).collect();
            assert!(left.iter().all(|left| all.iter().all(|taken| taken < left)), "{all:?} before {left:?}");
            all.extend(left);
            all.sort_unstable();
            assert_eq!(all, [0, 1, 2]);
            assert_eq!(queue.front.len(), 0);
        });
    }

    #[test]
    fn who_takes_all_leaves_nothing_to_others() {
        check(|| {
            let queue = Arc::new(Queue::new());
            queue.add(0);
            queue.add(1);
            let first = queue.take();
            let (busy, closer) = (Arc::clone(&queue), Arc::clone(&queue));
            let busy = thread::spawn(move || busy.take_from_front());
            let closer = thread::spawn(move || closer.take_all());
            let (by_busy, by_closer) = (busy.join().unwrap(), closer.join().unwrap());
            assert_eq!(first, Some(0));
            assert!(matches!((by_busy, &by_closer[..]), (Some(1), []) | (None, [1])), "{by_busy:?} and {by_closer:?}");
        });
    }
}

//! How much memory a piece of code holds at most, and how often it asks: an allocator that counts for each thread.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

/// What `code` did to memory on this thread.
#[derive(Debug, Clone, Copy)]
pub(super) struct Used {
    /// The most bytes that were held at once, beyond those held before.
    pub(super) peak: usize,
    /// How often memory was asked for.
    pub(super) requests: usize,
}

/// Runs `code` and tells what memory it used.
pub(super) fn measure<T>(code: impl FnOnce() -> T) -> (T, Used) {
    let before = HELD.get();
    PEAK.set(before);
    REQUESTS.set(0);
    let value = code();
    (value, Used { peak: usize::try_from(PEAK.get() - before).unwrap_or(0), requests: REQUESTS.get() })
}

#[global_allocator]
static COUNTING: Counting = Counting;

struct Counting;

// Signed: a thread may free what another one allocated.
thread_local! {
    static HELD: Cell<isize> = const { Cell::new(0) };
    static PEAK: Cell<isize> = const { Cell::new(0) };
    static REQUESTS: Cell<usize> = const { Cell::new(0) };
}

fn grown(by: usize) {
    REQUESTS.set(REQUESTS.get() + 1);
    HELD.set(HELD.get() + by as isize);
    PEAK.set(PEAK.get().max(HELD.get()));
}

fn shrunk(by: usize) {
    HELD.set(HELD.get() - by as isize);
}

// SAFETY: every call goes to the system's allocator as it came. The counters have no destructors and allocate nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        grown(layout.size());
        // SAFETY: the caller's promise is passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        grown(layout.size());
        // SAFETY: the caller's promise is passed on.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        shrunk(layout.size());
        // SAFETY: the caller's promise is passed on.
        unsafe { System.dealloc(place, layout) }
    }

    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        shrunk(layout.size());
        grown(size);
        // SAFETY: the caller's promise is passed on.
        unsafe { System.realloc(place, layout, size) }
    }
}

//! The page that a pool shares with one worker: which tasks have started, and a copy of what the worker has answered.
//!
//! It answers four questions without a message: has this task started (exactly then is it running, and can no longer be
//! taken back); since when does it run (its limit counts from there); what had the worker finished when it died; and
//! which of its answers has the pool read, so that what they took in a file is free.
//!
//! ```text
//! offset 0     started     when the worker started what it runs, in nanoseconds of the monotonic clock
//!        8     committed   how many bytes the worker has answered since it was born
//!        16    unrecorded  up to which byte there were answers too long for the ring
//!        24    waiter      the core of who waits for the answer, and may have the next task soon; 0 if nobody does
//!        32    awake       the core of the worker; 0 while it sleeps
//!        40    settled     up to which byte the pool is done with the answers and their long runs
//!        64    slots       SLOTS times: the last task with this number (modulo SLOTS), and its state
//!        …     ring        the last bytes of the worker's answers, at their number modulo the size of the ring
//! ```
//!
//! Only atomics touch the page, so whatever a worker gone wild writes into it is a wrong answer and nothing worse.

use std::sync::atomic::{AtomicU8, AtomicU32, AtomicU64, Ordering, fence};

use super::cpu::Cpu;

/// How many tasks may be on their way to one worker.
pub(crate) const SLOTS: u64 = 4096;

/// How many bytes of answers a worker may keep back before it sends them.
pub(crate) const KEPT: usize = 32 * 1024;

const RING: usize = 2 * KEPT;

const SLOTS_AT: usize = 64;
const RING_AT: usize = SLOTS_AT + SLOTS as usize * size_of::<AtomicU32>();

/// The size of a page, in bytes.
pub(crate) const SIZE: usize = RING_AT + RING;

/// Memory that two processes share, all of it zero at first.
///
/// # Safety
///
/// `start` gives an address, aligned to 8, of `SIZE` bytes that stay readable and writable as long as the value lives, and that
/// this process touches through atomics only.
pub(crate) unsafe trait Memory {
    fn start(&self) -> *const u8;
}

/// See the module.
#[derive(Debug)]
pub(crate) struct Page<M>(M);

/// The state of a task, in the lowest bits of its slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
enum Slot {
    Offered = 1,
    Started = 2,
    Revoked = 3,
}

impl Slot {
    fn of(self, task: u64) -> u32 {
        // The number, cut to 30 bits, tells a task from an older or newer one in the same slot.
        ((task / SLOTS) as u32) << 2 | self as u32
    }
}

impl<M: Memory> Page<M> {
    pub(crate) fn new(memory: M) -> Self {
        Self(memory)
    }

    /// Pool: the task is about to be sent.
    pub(crate) fn offer(&self, task: u64) {
        self.slot(task).store(Slot::Offered.of(task), Ordering::Release);
    }

    /// Pool: takes the task back. False if the worker has started it.
    pub(crate) fn revoke(&self, task: u64) -> bool {
        self.leave_offered(task, Slot::Revoked)
    }

    /// Worker: the task is about to run, at the time `now`. False if it was taken back.
    pub(crate) fn start(&self, task: u64, now: u64) -> bool {
        self.started().store(now, Ordering::Release);
        self.leave_offered(task, Slot::Started)
    }

    /// Pool: somebody on this core waits for the answer, and may have the next task soon. Worker: nobody does.
    pub(crate) fn set_waiter(&self, cpu: Option<Cpu>) {
        // Relaxed, as all four of these: guesses that order nothing.
        self.waiter().store(Cpu::to_number(cpu), Ordering::Relaxed);
    }

    /// Worker: the core of who waits for the answer.
    pub(crate) fn waiter_at(&self) -> Option<Cpu> {
        Cpu::from_number(self.waiter().load(Ordering::Relaxed))
    }

    /// Worker: it is awake on this core, or about to sleep.
    pub(crate) fn set_awake(&self, cpu: Option<Cpu>) {
        self.awake().store(Cpu::to_number(cpu), Ordering::Relaxed);
    }

    /// Pool: the core of the worker, unless that sleeps.
    pub(crate) fn awake_at(&self) -> Option<Cpu> {
        Cpu::from_number(self.awake().load(Ordering::Relaxed))
    }

    /// Pool: whether the worker has started the task.
    pub(crate) fn has_started(&self, task: u64) -> bool {
        self.slot(task).load(Ordering::Acquire) == Slot::Started.of(task)
    }

    /// Pool: when the worker started what it runs.
    pub(crate) fn started_at(&self) -> u64 {
        self.started().load(Ordering::Acquire)
    }

    /// Pool: whether the task is still as it was offered. If it neither is nor [has started](Self::has_started), somebody wrote
    /// into the page who had no business there.
    pub(crate) fn is_offered(&self, task: u64) -> bool {
        self.slot(task).load(Ordering::Acquire) == Slot::Offered.of(task)
    }

    /// Worker: keeps a copy of the answer that begins at byte number `position`.
    ///
    /// What is kept back is at most `KEPT` bytes long; what is longer was sent before it is committed.
    pub(crate) fn record(&self, position: u64, answer: &[u8]) {
        if answer.len() > KEPT {
            // Before it is committed: what the ring holds for these bytes is older answers.
            self.unrecorded().store(position + answer.len() as u64, Ordering::Release);
            return;
        }
        // Orders earlier commits before the writes below, for the check at the end of `answers_from`.
        fence(Ordering::Release);
        for (byte, at) in answer.iter().zip(position..) {
            // Relaxed: published by `commit`.
            self.ring(at).store(*byte, Ordering::Relaxed);
        }
    }

    /// Worker: everything before byte number `position` has been recorded or sent.
    pub(crate) fn commit(&self, position: u64) {
        self.committed().store(position, Ordering::Release);
    }

    /// Pool: whether the worker has ever said anything.
    pub(crate) fn has_answers(&self) -> bool {
        self.committed().load(Ordering::Acquire) > 0
    }

    /// Pool: what the worker has answered from byte number `position` on, as far as it is still there.
    pub(crate) fn answers_from(&self, position: u64) -> Vec<u8> {
        let is_kept = |end: u64| end.checked_sub(position).is_some_and(|len| len <= KEPT as u64);
        let end = self.committed().load(Ordering::Acquire);
        // Seen at least as new as what was committed. What it covers comes through the socket.
        if !is_kept(end) || position < self.unrecorded().load(Ordering::Acquire) {
            return Vec::new();
        }
        let answers = (position..end).map(|at| self.ring(at).load(Ordering::Relaxed)).collect();
        // Orders the reads above before the one below. The worker writes at most KEPT bytes past what it has committed, so
        // while that is at most KEPT past `position`, nothing that we read was being overwritten.
        fence(Ordering::Acquire);
        let now = self.committed().load(Ordering::Relaxed);
        if is_kept(now) { answers } else { Vec::new() }
    }

    /// Pool: it is done with all answers before byte number `position`.
    pub(crate) fn settle(&self, position: u64) {
        self.settled().store(position, Ordering::Release);
    }

    /// Worker: up to which byte of its answers the pool is done with them.
    pub(crate) fn settled_to(&self) -> u64 {
        self.settled().load(Ordering::Acquire)
    }

    fn leave_offered(&self, task: u64, next: Slot) -> bool {
        let (offered, next) = (Slot::Offered.of(task), next.of(task));
        self.slot(task).compare_exchange(offered, next, Ordering::AcqRel, Ordering::Acquire).is_ok()
    }

    fn started(&self) -> &AtomicU64 {
        self.u64_at(0)
    }

    fn committed(&self) -> &AtomicU64 {
        self.u64_at(8)
    }

    fn unrecorded(&self) -> &AtomicU64 {
        self.u64_at(16)
    }

    fn waiter(&self) -> &AtomicU64 {
        self.u64_at(24)
    }

    fn awake(&self) -> &AtomicU64 {
        self.u64_at(32)
    }

    fn settled(&self) -> &AtomicU64 {
        self.u64_at(40)
    }

    fn slot(&self, task: u64) -> &AtomicU32 {
        let at = SLOTS_AT + (task % SLOTS) as usize * size_of::<AtomicU32>();
        // SAFETY: the offset is below `SIZE`.
        let address = unsafe { self.0.start().add(at) };
        // SAFETY: `Memory` promises an aligned address (the offset is a multiple of 4) that lives as long as `self` and
        // is touched through atomics only.
        unsafe { AtomicU32::from_ptr(address.cast_mut().cast()) }
    }

    fn ring(&self, position: u64) -> &AtomicU8 {
        let at = RING_AT + (position % RING as u64) as usize;
        // SAFETY: the offset is below `SIZE`.
        let address = unsafe { self.0.start().add(at) };
        // SAFETY: as for the slots; a byte needs no alignment.
        unsafe { AtomicU8::from_ptr(address.cast_mut()) }
    }

    fn u64_at(&self, at: usize) -> &AtomicU64 {
        // SAFETY: our callers' offsets, up to 40, are below `SIZE`.
        let address = unsafe { self.0.start().add(at) };
        // SAFETY: as for the slots; our callers' offsets are multiples of 8.
        unsafe { AtomicU64::from_ptr(address.cast_mut().cast()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Here(Box<[u64]>);

    // SAFETY: the box lives as long as the value, is aligned to 8, and nobody else touches it.
    unsafe impl Memory for Here {
        fn start(&self) -> *const u8 {
            self.0.as_ptr().cast()
        }
    }

    fn page() -> Page<Here> {
        Page::new(Here(vec![0; SIZE / 8].into()))
    }

    #[test]
    fn a_task_is_either_started_or_taken_back() {
        let page = page();
        page.offer(5);
        assert!(!page.has_started(5));
        assert!(page.start(5, 17));
        assert!(page.has_started(5) && !page.revoke(5));
        assert_eq!(page.started_at(), 17);
        page.offer(6);
        assert!(page.revoke(6) && !page.start(6, 18));
    }

    #[test]
    fn a_slot_does_not_mistake_a_task_for_an_older_one() {
        let page = page();
        page.offer(5);
        assert!(page.revoke(5));
        page.offer(5 + SLOTS);
        assert!(!page.start(5, 1), "the worker comes to the task that was taken back");
        assert!(page.start(5 + SLOTS, 2));
    }

    #[test]
    fn answers_are_found_again_across_the_end_of_the_ring() {
        let page = page();
        let mut position = RING as u64 - 3;
        page.commit(position);
        page.record(position, b"answer");
        assert_eq!(page.answers_from(position), b"");
        position += 6;
        page.commit(position);
        assert_eq!(page.answers_from(position - 6), b"answer");
        assert_eq!(page.answers_from(position - 2), b"er");
        assert_eq!(page.answers_from(position), b"");
    }

    #[test]
    fn an_answer_too_long_for_the_ring_is_not_looked_for_there() {
        let page = page();
        page.record(0, b"old answer");
        page.commit(10);
        let long = vec![1; KEPT + 1];
        page.record(10, &long);
        let end = 10 + long.len() as u64;
        page.commit(end);
        // All but the last bytes have come through the socket.
        assert_eq!(page.answers_from(end - 5), b"");
        page.record(end, b"next");
        page.commit(end + 4);
        assert_eq!(page.answers_from(end - 5), b"");
        assert_eq!(page.answers_from(end), b"next");
    }

    #[test]
    fn a_slot_that_was_written_over_is_told_from_both() {
        let page = page();
        page.offer(5);
        assert!(page.is_offered(5));
        page.slot(5).store(0xDEAD_BEEF, Ordering::Relaxed);
        assert!(!page.is_offered(5) && !page.has_started(5) && !page.revoke(5));
    }

    #[test]
    fn a_page_full_of_nonsense_gives_no_answers() {
        let page = page();
        page.commit(u64::MAX);
        assert_eq!(page.answers_from(10), b"");
    }
}

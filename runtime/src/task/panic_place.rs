//! Where a task panicked. Only the panic hook is told, so a hook notes it and then calls the hook before it.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::cell::RefCell;
use std::panic::{self, PanicHookInfo};
use std::sync::Once;
use std::thread;

use super::context;
use crate::role;

struct Note {
    message: Option<String>,
    place: String,
    backtrace: Option<String>,
}

thread_local! {
    static LAST: RefCell<Option<Note>> = const { RefCell::new(None) };
}

/// Installs the noting hook, once. What the program printed on a panic before, it prints after.
pub(super) fn watch() {
    static WATCHING: Once = Once::new();
    // A panicking thread may not change the hook; the next task tries again.
    // Neither may a model checker's panics, outside of any model, reach our hook.
    if thread::panicking() || cfg!(loom) {
        return;
    }
    WATCHING.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            note(info);
            before(info);
        }));
    });
}

/// Where the panic that said `message` was, if it was the last on this thread.
///
/// A payload thrown by `resume_unwind` passes no hook, hence the comparison: a wrong place is worse than none.
pub(super) fn take(message: Option<&str>) -> Option<String> {
    let note = LAST.try_with(RefCell::take).ok().flatten()?;
    (note.message.as_deref() == message).then_some(note.place)
}

/// The backtrace of the panic that [`take`] is about to tell of, if one was kept.
pub(super) fn take_backtrace() -> Option<String> {
    LAST.try_with(|last| last.borrow_mut().as_mut()?.backtrace.take()).ok().flatten()
}

fn note(info: &PanicHookInfo<'_>) {
    if !context::inside_worker() {
        return;
    }
    let Some(place) = info.location() else { return };
    let message = info.payload_as_str().map(str::to_owned);
    // In threads the hook before this one has it on standard error; from a worker process it goes to the parent too.
    let backtrace = role::is_worker_process().then(Backtrace::capture);
    let backtrace =
        backtrace.filter(|trace| trace.status() == BacktraceStatus::Captured).map(|trace| trace.to_string());
    let note = Note { message, place: place.to_string(), backtrace };
    // Fails only while the thread is ending; nobody tells where its last panics were.
    LAST.try_with(|last| last.replace(Some(note))).ok();
}

//! Where a task panicked. Only the panic hook is told, so a hook notes it and then calls the hook before it.

use std::cell::RefCell;
use std::panic::{self, PanicHookInfo};
use std::sync::Once;
use std::thread;

use super::context;

struct Note {
    message: Option<String>,
    place: String,
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
    let note = LAST.with(RefCell::take)?;
    (note.message.as_deref() == message).then_some(note.place)
}

fn note(info: &PanicHookInfo<'_>) {
    if !context::inside_worker() {
        return;
    }
    let Some(place) = info.location() else { return };
    let note = Note { message: info.payload_as_str().map(str::to_owned), place: place.to_string() };
    // Fails only while the thread is ending, when there is no task left to tell.
    LAST.try_with(|last| last.replace(Some(note))).ok();
}

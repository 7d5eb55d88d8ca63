//! How user code ended. The only `catch_unwind` around tasks and what belongs to them.

use std::any::Any;
use std::panic::{self, AssertUnwindSafe};

use super::panic_place;
use crate::error::{Error, TaskPanic};
use crate::label::Label;
use crate::sync::Mutex;
#[cfg(unix)]
use crate::wire::report::PanicReport;

/// The payload of a caught panic.
pub(crate) type Panic = Box<dyn Any + Send>;

/// Runs user code whose panic goes on elsewhere, by [`resume`].
///
/// Unwind safety is asserted because the panic does go on: who could see what it left half done unwinds too.
pub(crate) fn catch<T>(work: impl FnOnce() -> T) -> Result<T, Panic> {
    panic::catch_unwind(AssertUnwindSafe(work))
}

/// Goes on with a caught panic. The panic hook, which has run, is not called again.
pub(crate) fn resume(panic: Panic) -> ! {
    panic::resume_unwind(panic)
}

/// Runs a task; its panic becomes an error.
///
/// Unwind safety is asserted because the closure is consumed: nobody sees what a panic left half done, except
/// through what the user shares between threads, where locks poison.
pub(crate) fn run<T>(task: Label, work: impl FnOnce() -> T) -> Result<T, Error> {
    panic_place::watch();
    panic::catch_unwind(AssertUnwindSafe(work)).map_err(|payload| {
        let message = message_of(&*payload);
        let place = panic_place::take(message.as_deref());
        Error::from_panic(task, TaskPanic { message, place, process: None, payload: Some(Mutex::new(payload)) })
    })
}

/// Runs user code in a worker process; its panic becomes a report. It is called inside a task (see `context::enter`).
///
/// Unwind safety: as for [`run`].
#[cfg(unix)]
pub(crate) fn report<T>(work: impl FnOnce() -> T) -> Result<T, PanicReport> {
    panic_place::watch();
    panic::catch_unwind(AssertUnwindSafe(work)).map_err(|payload| {
        let message = message_of(&*payload);
        let backtrace = panic_place::take_backtrace();
        let place = panic_place::take(message.as_deref());
        discard(payload);
        PanicReport { message, place, backtrace }
    })
}

/// Runs user code whose panic has nowhere to go, such as a callback or a destructor: it is reported and ends here.
pub(crate) fn contain(what: &str, task: Label, work: impl FnOnce()) {
    if let Err(payload) = panic::catch_unwind(AssertUnwindSafe(work)) {
        // The panic hook has printed where; this says what it was part of, and that it did no more harm.
        let message = message_of(&*payload).unwrap_or_else(|| "no message".to_owned());
        eprintln!("concurrent-futures: {what} of {task} panicked: {message}; its result is not affected");
        discard(payload);
    }
}

/// Runs a worker's initializer; the text of its panic is the error.
pub(crate) fn initialize(work: &dyn Fn()) -> Result<(), String> {
    panic::catch_unwind(AssertUnwindSafe(work)).map_err(|payload| {
        let message = message_of(&*payload).unwrap_or_else(|| "no message".to_owned());
        discard(payload);
        message
    })
}

/// A payload may panic when it is dropped. It is leaked if it does so again.
pub(crate) fn discard(payload: Panic) {
    if let Err(again) = panic::catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        std::mem::forget(again);
    }
}

/// The text of a panic, if it is text.
pub(crate) fn message_of(payload: &(dyn Any + Send)) -> Option<String> {
    let text = payload.downcast_ref::<&str>().copied().or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    text.map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::task::context;

    #[test]
    fn a_panic_keeps_message_place_and_payload() {
        let task = Label::new("breaks");
        let _inside = context::enter(task, None, None);
        let error = run(task, || panic!("number {}", std::hint::black_box(7))).unwrap_err();
        assert_eq!(error.panic_message(), Some("number 7"));
        assert!(error.panic_location().is_some_and(|place| place.contains("outcome.rs:")), "{error}");
        let payload = error.into_panic().unwrap();
        assert_eq!(payload.downcast_ref::<String>().map(String::as_str), Some("number 7"));
    }

    #[test]
    fn a_resumed_panic_does_not_borrow_the_place_of_another() {
        let task = Label::new("resumes");
        let _inside = context::enter(task, None, None);
        let error = run::<()>(task, || {
            panic::catch_unwind(|| panic!("first")).unwrap_err();
            panic::resume_unwind(Box::new("second"))
        });
        let error = error.unwrap_err();
        assert_eq!((error.panic_message(), error.panic_location()), (Some("second"), None));
    }
}

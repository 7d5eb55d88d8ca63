//! What a worker tells of a panic: message, place, and backtrace if one was asked for.

use super::fields::{put_text, take_text};

/// A panic on its way home.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct PanicReport {
    pub(crate) message: Option<String>,
    pub(crate) place: Option<String>,
    pub(crate) backtrace: Option<String>,
}

impl PanicReport {
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        put_text(out, self.message.as_deref());
        put_text(out, self.place.as_deref());
        put_text(out, self.backtrace.as_deref());
    }

    /// What is missing of a broken report is missing in the result.
    pub(crate) fn read(mut input: &[u8]) -> Self {
        let mut text = || take_text(&mut input).flatten();
        Self { message: text(), place: text(), backtrace: text() }
    }
}

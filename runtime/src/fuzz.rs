//! What the targets in `fuzz/` call; exists only with `--cfg fuzzing`.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::wire::message::{Message, Output};

/// Appends `value` to `out` as it travels between processes.
pub fn encode<T: Serialize>(value: &T, out: &mut Vec<u8>) -> Result<(), String> {
    crate::ship::encode(value, &mut Output::new(out))
}

/// Reads what may or may not have been written by [`encode`].
pub fn decode<T: DeserializeOwned>(input: &[u8]) -> Result<T, String> {
    crate::ship::decode(Message::from(input))
}

/// Takes bytes apart as a pool does with what comes from a worker. Gives the number of frames.
pub fn swallow(bytes: &[u8]) -> usize {
    use crate::wire::frame::Inbox;
    use crate::wire::report::PanicReport;

    let mut inbox = Inbox::default();
    inbox.room().extend_from_slice(bytes);
    let mut n_frames = 0;
    while let Ok(Some((_, payload))) = inbox.next() {
        PanicReport::read(inbox.payload(payload));
        n_frames += 1;
    }
    n_frames
}

//! Numbers and texts within a message, one behind the other. Both ends are the same executable, so the byte order is
//! the machine's.

/// Appends a number.
pub(crate) fn put_u64(out: &mut Vec<u8>, value: u64) {
    out.extend_from_slice(&value.to_ne_bytes());
}

/// Appends a text, or its absence.
pub(crate) fn put_text(out: &mut Vec<u8>, text: Option<&str>) {
    match text {
        Some(text) => {
            put_u64(out, text.len() as u64);
            out.extend_from_slice(text.as_bytes());
        }
        None => put_u64(out, u64::MAX),
    }
}

/// Reads a number off the front. `None` if there is none.
pub(crate) fn take_u64(input: &mut &[u8]) -> Option<u64> {
    let (bytes, rest) = input.split_first_chunk()?;
    *input = rest;
    Some(u64::from_ne_bytes(*bytes))
}

/// Reads a text off the front. `None` if there is none; `Some(None)` if its absence was written.
pub(crate) fn take_text(input: &mut &[u8]) -> Option<Option<String>> {
    let len = take_u64(input)?;
    if len == u64::MAX {
        return Some(None);
    }
    let (text, rest) = input.split_at_checked(usize::try_from(len).ok()?)?;
    *input = rest;
    // What a worker says is for people: a broken character is no reason to lose the rest.
    Some(Some(String::from_utf8_lossy(text).into_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_put_is_taken() {
        let mut message = Vec::new();
        put_u64(&mut message, 7);
        put_text(&mut message, Some("seven"));
        put_text(&mut message, None);
        let mut input = message.as_slice();
        assert_eq!(take_u64(&mut input), Some(7));
        assert_eq!(take_text(&mut input), Some(Some("seven".to_owned())));
        assert_eq!(take_text(&mut input), Some(None));
        assert_eq!(take_text(&mut input), None);
    }

    #[test]
    fn a_length_beyond_the_message_is_no_text() {
        let mut message = Vec::new();
        put_u64(&mut message, 1 << 40);
        assert_eq!(take_text(&mut message.as_slice()), None);
    }
}

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

/// Appends how many pieces there are, and where each of them ends. The pieces are to follow, one behind the other.
pub(crate) fn put_ends(out: &mut Vec<u8>, ends: impl ExactSizeIterator<Item = u32>) {
    put_u64(out, ends.len() as u64);
    for end in ends {
        out.extend_from_slice(&end.to_ne_bytes());
    }
}

/// Reads the pieces behind their ends. `None` if they are not all that there is.
pub(crate) fn take_pieces(mut input: &[u8]) -> Option<impl ExactSizeIterator<Item = &[u8]>> {
    let n = usize::try_from(take_u64(&mut input)?).ok()?;
    let (ends, mut rest) = input.split_at_checked(n.checked_mul(4)?)?;
    let (ends, _) = ends.as_chunks::<4>();
    let ends = ends.iter().map(|end| u32::from_ne_bytes(*end) as usize);
    if !ends.clone().is_sorted() || ends.clone().next_back().unwrap_or(0) != rest.len() {
        return None;
    }
    let mut start = 0;
    Some(ends.map(move |end| {
        let piece;
        (piece, rest) = rest.split_at(end - start);
        start = end;
        piece
    }))
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
    fn pieces_are_found_again() {
        let pieces: [&[u8]; 4] = [b"one", b"", b"three", b"4"];
        let mut message = Vec::new();
        let mut end = 0;
        let ends = pieces.map(|piece| {
            end += piece.len() as u32;
            end
        });
        put_ends(&mut message, ends.into_iter());
        message.extend_from_slice(&pieces.concat());
        assert!(take_pieces(&message).unwrap().eq(pieces));
        for end in 0..message.len() {
            assert!(take_pieces(&message[..end]).is_none());
        }
        message[8] = 200;
        assert!(take_pieces(&message).is_none(), "ends that go back");
    }

    #[test]
    fn a_length_beyond_the_message_is_no_text() {
        let mut message = Vec::new();
        put_u64(&mut message, 1 << 40);
        assert_eq!(take_text(&mut message.as_slice()), None);
    }
}

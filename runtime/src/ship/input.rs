//! Bytes that are taken from the front, and what can be told of them without knowing a type.

use std::str::Utf8Error;

use super::fault::Fault;

/// The bit of a length that says that what it is the length of lies beside the message.
pub(super) const BESIDE: u64 = 1 << 63;

/// The length of something, and where it is.
pub(super) enum Extent {
    /// Next, so many elements.
    Here(u64),
    /// Beside the message.
    Beside(Run),
}

/// Something long beside the message.
#[derive(Clone, Copy)]
pub(super) struct Run {
    /// How many elements.
    pub(super) count: u64,
    pub(super) place: u64,
    pub(super) n_bytes: u64,
}

/// Elements of a known size.
pub(super) enum Block<'de> {
    Here(&'de [u8]),
    Beside(Run),
}

/// What has not been read yet.
pub(super) struct Input<'de> {
    bytes: &'de [u8],
}

impl<'de> Input<'de> {
    pub(super) fn new(bytes: &'de [u8]) -> Self {
        Self { bytes }
    }

    /// How many bytes remain.
    #[inline]
    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    #[inline]
    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], Fault> {
        let Some((bytes, rest)) = self.bytes.split_first_chunk() else {
            return Err(too_short(N, self.bytes.len()));
        };
        self.bytes = rest;
        Ok(*bytes)
    }

    #[inline]
    fn take(&mut self, n_bytes: usize) -> Result<&'de [u8], Fault> {
        let Some((bytes, rest)) = self.bytes.split_at_checked(n_bytes) else {
            return Err(too_short(n_bytes, self.bytes.len()));
        };
        self.bytes = rest;
        Ok(bytes)
    }

    #[inline]
    pub(super) fn flag(&mut self, what: &str) -> Result<bool, Fault> {
        match self.array()? {
            [0] => Ok(false),
            [1] => Ok(true),
            [byte] => Err(Fault::new(format!("the byte {byte} where a {what} says 0 or 1"))),
        }
    }

    #[inline]
    pub(super) fn extent(&mut self) -> Result<Extent, Fault> {
        let length = u64::from_ne_bytes(self.array()?);
        if length & BESIDE == 0 {
            return Ok(Extent::Here(length));
        }
        let mut number = || self.array().map(u64::from_ne_bytes);
        Ok(Extent::Beside(Run { count: length & !BESIDE, place: number()?, n_bytes: number()? }))
    }

    /// Elements of `width` bytes each.
    #[inline]
    pub(super) fn block(&mut self, width: usize) -> Result<Block<'de>, Fault> {
        match self.extent()? {
            Extent::Here(length) => match usize::try_from(length).ok().and_then(|length| length.checked_mul(width)) {
                Some(n_bytes) => self.take(n_bytes).map(Block::Here),
                None => Err(Fault::new(format!("a length of {length}"))),
            },
            Extent::Beside(run) if run.count.checked_mul(width as u64) == Some(run.n_bytes) => Ok(Block::Beside(run)),
            Extent::Beside(Run { count, n_bytes, .. }) => {
                Err(Fault::new(format!("{count} elements of {width} bytes in a long run of {n_bytes}")))
            }
        }
    }

    /// The name of something.
    pub(super) fn name(&mut self) -> Result<&'de str, Fault> {
        match self.block(1)? {
            Block::Here(bytes) => text(bytes),
            Block::Beside(_) => Err(Fault::new("a name that is a long run")),
        }
    }
}

pub(super) fn text(bytes: &[u8]) -> Result<&str, Fault> {
    std::str::from_utf8(bytes).map_err(not_text)
}

#[cold]
pub(super) fn not_text(error: Utf8Error) -> Fault {
    Fault::new(format!("a string: {error}"))
}

#[cold]
fn too_short(wanted: usize, left: usize) -> Fault {
    Fault::new(format!("the bytes end: {wanted} more were expected, {left} remain"))
}

//! Bytes that are taken from the front, and what can be told of them without knowing a type.

use super::fault::Fault;

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
    pub(super) fn length(&mut self) -> Result<u64, Fault> {
        Ok(u64::from_ne_bytes(self.array()?))
    }

    /// So many elements of `width` bytes each.
    #[inline]
    pub(super) fn block(&mut self, width: usize) -> Result<&'de [u8], Fault> {
        let length = self.length()?;
        match usize::try_from(length).ok().and_then(|length| length.checked_mul(width)) {
            Some(n_bytes) => self.take(n_bytes),
            None => Err(Fault::new(format!("a length of {length}"))),
        }
    }

    pub(super) fn text(&mut self) -> Result<&'de str, Fault> {
        let bytes = self.block(1)?;
        std::str::from_utf8(bytes).map_err(|error| Fault::new(format!("a string: {error}")))
    }
}

#[cold]
fn too_short(wanted: usize, left: usize) -> Fault {
    Fault::new(format!("the bytes end: {wanted} more were expected, {left} remain"))
}

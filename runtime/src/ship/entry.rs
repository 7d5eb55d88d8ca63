//! Places in the code of this executable, in a form that another process of the same executable understands.

use crate::os::image;
use crate::wire::fields::{put_u64, take_u64};

/// What distances are measured from. A variable, since a function may have several addresses in one executable.
static ANCHOR: u8 = 0xA5;

/// A place in the code: its distance from the anchor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Entry(u64);

impl Entry {
    /// The place of a function.
    ///
    /// # Errors
    ///
    /// If it does not belong to the executable itself (but to a library that is loaded beside it).
    pub(crate) fn of(address: usize) -> Result<Self, String> {
        if !image::is_in_executable(anchor()) {
            Err("worker processes need this crate in the executable itself, but it is in a dynamic library".to_owned())
        } else if image::has_code_at(address, anchor()) {
            Ok(Self(address.wrapping_sub(anchor()) as u64))
        } else {
            Err("its code is in a dynamic library, and worker processes find only what is in the executable".to_owned())
        }
    }

    /// Where the function is in this process.
    ///
    /// # Errors
    ///
    /// If there is no code of the executable.
    pub(crate) fn address(self) -> Result<usize, String> {
        let address = anchor().wrapping_add(self.0 as usize);
        if image::has_code_at(address, anchor()) {
            Ok(address)
        } else {
            Err("the function is not in this executable".to_owned())
        }
    }

    pub(crate) fn write(self, out: &mut Vec<u8>) {
        put_u64(out, self.0);
    }

    pub(crate) fn read(input: &mut &[u8]) -> Option<Self> {
        take_u64(input).map(Self)
    }
}

fn anchor() -> usize {
    &raw const ANCHOR as usize
}

//! Long runs beside a message, as a reader finds them.

use std::cell::OnceCell;
use std::mem::{MaybeUninit, take};
use std::slice;

use bytemuck::Pod;

use super::fault::Fault;
use super::input::Run;
use crate::wire::message::RunReader;

/// The long runs of one message.
pub(super) struct Runs<'de> {
    reader: Option<&'de dyn RunReader>,
    /// How many bytes those that are still to come may have. Known once there is one.
    left: Option<u64>,
    /// Where the next run is kept that the decoder borrows from.
    next: &'de Fetched,
}

/// Runs that are read one element at a time, and live as long as the message.
#[derive(Default)]
pub(super) struct Fetched(OnceCell<Box<(Vec<u8>, Fetched)>>);

impl Drop for Fetched {
    /// One after the other: a message may have so many that the stack would not be enough.
    fn drop(&mut self) {
        let mut next = self.0.take();
        while let Some(mut this) = next {
            next = take(&mut this.1.0).into_inner();
        }
    }
}

impl<'de> Runs<'de> {
    pub(super) fn new(reader: Option<&'de dyn RunReader>, fetched: &'de Fetched) -> Self {
        Self { reader, left: None, next: fetched }
    }

    /// The numbers of a run, which are its bytes.
    pub(super) fn numbers<T: Pod>(&mut self, run: Run) -> Result<Vec<T>, Fault> {
        let Some(reader) = self.reader else { return Err(Fault::new("a long run where there are none")) };
        let left = *self.left.get_or_insert_with(|| reader.size());
        if run.n_bytes > left {
            return Err(Fault::new(format!("a long run of {} bytes where there are {left}", run.n_bytes)));
        }
        let n = usize::try_from(run.n_bytes).ok().filter(|n| n % size_of::<T>() == 0).map(|n| n / size_of::<T>());
        let n = n.ok_or_else(|| Fault::new(format!("a long run of {} bytes", run.n_bytes)))?;
        self.left = Some(left - run.n_bytes);
        let mut numbers = Vec::new();
        numbers.try_reserve_exact(n).map_err(|error| Fault::new(format!("a long run: {error}")))?;
        reader.read(run.place, as_bytes(&mut numbers.spare_capacity_mut()[..n])).map_err(Fault::new)?;
        // SAFETY: the capacity is at least `n`, and `read` has filled `n` of them, as `RunReader` promises, or there would be
        // an error; any bytes make a number.
        unsafe { numbers.set_len(n) };
        Ok(numbers)
    }

    /// The bytes of a run that are read one element at a time.
    pub(super) fn borrowed(&mut self, run: Run) -> Result<&'de [u8], Fault> {
        let bytes = self.numbers(run)?;
        let (bytes, next) = &**self.next.0.get_or_init(|| Box::new((bytes, Fetched::default())));
        self.next = next;
        Ok(bytes)
    }
}

fn as_bytes<T: Pod>(numbers: &mut [MaybeUninit<T>]) -> &mut [MaybeUninit<u8>] {
    let len = size_of_val(numbers);
    // SAFETY: the same memory for as long as it is borrowed; bytes fit every address, and what is written through them
    // leaves a `MaybeUninit<T>` what it may be: anything.
    unsafe { slice::from_raw_parts_mut(numbers.as_mut_ptr().cast(), len) }
}

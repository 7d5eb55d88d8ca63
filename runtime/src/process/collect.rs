//! How the answers of workers become the result of a future: one value, or the results of a chunk.

use std::marker::PhantomData;

use serde::de::DeserializeOwned;

use crate::error::Error;
use crate::executor::ChunkResults;
use crate::future::Collect;
use crate::ship::decode;
use crate::wire::message::Message;

/// The value of one task.
pub(super) struct One<T>(PhantomData<fn() -> T>);

impl<T> One<T> {
    pub(super) fn new() -> Self {
        Self(PhantomData)
    }
}

impl<T: DeserializeOwned + Send + 'static> Collect for One<T> {
    type Piece = T;
    type Output = T;

    fn read(answer: Message<'_>) -> Result<T, String> {
        decode(answer)
    }

    fn put(&mut self, _item: usize, piece: Result<T, Error>) -> Option<Result<T, Error>> {
        Some(piece)
    }
}

/// The results of the tasks of a chunk, in their order.
pub(super) struct Many<T> {
    results: Vec<Option<Result<T, Error>>>,
    n_missing: usize,
}

impl<T> Many<T> {
    pub(super) fn new(len: usize) -> Self {
        Self { results: std::iter::repeat_with(|| None).take(len).collect(), n_missing: len }
    }
}

impl<T: DeserializeOwned + Send + 'static> Collect for Many<T> {
    type Piece = T;
    type Output = ChunkResults<T>;

    fn read(answer: Message<'_>) -> Result<T, String> {
        decode(answer)
    }

    fn put(&mut self, item: usize, piece: Result<T, Error>) -> Option<Result<Self::Output, Error>> {
        let place = self.results.get_mut(item)?;
        if place.replace(piece).is_none() {
            self.n_missing -= 1;
        }
        let is_whole = self.n_missing == 0;
        is_whole.then(|| Ok(std::mem::take(&mut self.results).into_iter().flatten().collect()))
    }
}

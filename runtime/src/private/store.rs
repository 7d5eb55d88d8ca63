//! What the expansion of a loop calls that does nothing in order but push to `out`, or to several vectors.
//!
//! Where `out` is a vector, each iteration pushes once (unless it panics or leaves the loop), and it is known how many there are,
//! of which most will be run, room is made for all results, and each is written where it belongs by whoever computes it: they
//! are touched once, and by nobody else. The calling thread only counts them, chunk by chunk in the order of the loop.
//! Otherwise a chunk collects its results, which the calling thread appends, or pushes if `out` is no vector and one `push` is
//! all that the loop does with it. Where there are several places, or more than that is done, all are vectors: others might show
//! in which order they are pushed to, or do something else in `extend`, and such a loop is not shared
//! ([`shared_if`](super::loops::LoopOptions::shared_if)).
//!
//! ```text
//! let how = (&&Probe::place(&mut out)).stores();
//! let store = how.open(&mut out, &team);                  // or how.open_apart(&mut out)
//! let mut steps = unsafe { Team::run_storing(team, store, |chunk, x| {
//!     chunk.push(f(x));                                   // out.push(f(x));
//!     Flow::Next(())
//! }) };
//! while let Some((stored, chunk)) = Running::chunk(&mut steps) {
//!     how.land(stored, &mut out, |out, x| { out.push(x); });
//!     for step in chunk { … }
//! }
//! ```

use super::course::{Running, Team};
use super::loops::Cross;
use super::probe::Probe;
use crate::schedule::source::{Input, Source};
use crate::schedule::strips::Strips;
use crate::thread::part::{Gather, Step, Work};
use std::ptr::{self, NonNull};

/// `out` is a vector.
#[derive(Debug, Clone, Copy)]
pub struct InVector;

/// `out` is anything else.
#[derive(Debug, Clone, Copy)]
pub struct ByPushing;

/// See the probe's module.
pub trait VectorPlace {
    /// The more specific answer.
    fn stores(&self) -> InVector {
        InVector
    }
}

// What becomes a `dyn Trait` that is not `Send` is pushed by the calling thread.
impl<T: Send> VectorPlace for &Probe<Vec<T>> {}

/// See the probe's module.
pub trait AnyPlace {
    /// The general answer.
    fn stores(&self) -> ByPushing {
        ByPushing
    }
}

impl<V: ?Sized> AnyPlace for Probe<V> {}

/// Whether what is named the same is the same variable. Otherwise a macro wrote one of the names.
pub fn is_one_place<V, const N: usize>(mentions: [&V; N]) -> bool {
    mentions.windows(2).all(|pair| ptr::eq(pair[0], pair[1]))
}

/// Where results of a loop go.
#[derive(Debug)]
pub struct Store<T> {
    /// Room for one result of each item, which nothing but the loop uses while it runs. `None`: nobody made any.
    room: Option<NonNull<T>>,
}

// SAFETY: it gives away addresses. What is put there is up to `Stored`.
unsafe impl<T> Send for Store<T> {}
// SAFETY: as above.
unsafe impl<T> Sync for Store<T> {}

impl InVector {
    /// Whether nobody can tell when it is pushed to.
    pub fn is_vector(self) -> bool {
        true
    }

    /// Makes room behind the end of `out`, if it is known how much is needed.
    pub fn open<T, S: Strips>(self, out: &mut Vec<T>, team: &Team<'_, S>) -> Store<T> {
        // Without memory for all, there may still be some for those that come before a panic.
        let has_room = team.n_in_order().is_some_and(|n| out.try_reserve(n).is_ok());
        Store { room: has_room.then(|| end_of(out)) }
    }

    /// Makes no room, since nobody knows how many results an iteration has.
    pub fn open_apart<T>(self, _: &mut Vec<T>) -> Store<T> {
        Store { room: None }
    }

    /// Adds the results of the next chunk. The closure says how other places would be given one.
    pub fn land<T>(self, chunk: Stored<T>, out: &mut Vec<T>, _: impl FnMut(&mut Vec<T>, T)) {
        chunk.land(out);
    }
}

/// Where the next element of a vector will be.
fn end_of<T>(out: &mut Vec<T>) -> NonNull<T> {
    // Not by a borrow of the spare capacity, into which others write meanwhile.
    // SAFETY: the elements that are there end within the vector's memory, or right behind it.
    let end = unsafe { out.as_mut_ptr().add(out.len()) };
    NonNull::new(end).expect("a vector's memory is somewhere")
}

impl ByPushing {
    /// Whether nobody can tell when it is pushed to.
    pub fn is_vector(self) -> bool {
        false
    }

    /// Makes no room.
    pub fn open<V: ?Sized, T, S: Strips>(self, out: &mut V, _: &Team<'_, S>) -> Store<T> {
        self.open_apart(out)
    }

    /// The same.
    pub fn open_apart<V: ?Sized, T>(self, _: &mut V) -> Store<T> {
        Store { room: None }
    }

    /// Pushes the results of the next chunk, one by one.
    pub fn land<V: ?Sized, T>(self, mut chunk: Stored<T>, out: &mut V, mut push: impl FnMut(&mut V, T)) {
        for value in *chunk.apart.take().unwrap_or_default() {
            push(out, value);
        }
    }
}

/// The results of one chunk.
#[derive(Debug)]
pub struct Stored<T> {
    /// Where the first one belongs.
    place: Option<NonNull<T>>,
    /// How many are there, and how many may be.
    n_placed: usize,
    n_places: usize,
    /// Where there is no place for them. In a box, since a vector is given to functions by its address when it grows, and what has
    /// an address is in memory: all of the chunk would be, also where this is not used.
    #[expect(clippy::box_collection, reason = "as said above")]
    apart: Option<Box<Vec<T>>>,
}

// SAFETY: its values belong to it as those of a vector do, and all ways in demand that they are `Send`. (Here that would be a
// second error about the same value.)
unsafe impl<T> Send for Stored<T> {}

impl<T> Stored<T> {
    /// `out.push(value)`
    #[inline]
    pub fn push(&mut self, value: T)
    where
        T: Cross,
    {
        let Some(place) = self.place else { return self.apart().push(value) };
        assert!(self.n_placed < self.n_places, "an item has one result at most");
        // SAFETY: there are `n_places` in the room behind `place`, and this is one of them.
        let place = unsafe { place.add(self.n_placed) };
        // SAFETY: it was reserved by `open`, and nobody but this chunk uses it before it is dropped or landed.
        unsafe { place.write(value) };
        self.n_placed += 1;
    }

    /// `out.extend(values)`
    pub fn extend<I>(&mut self, values: I)
    where
        I: IntoIterator,
        Vec<T>: Extend<I::Item>,
        T: Cross,
    {
        self.apart().extend(values);
    }

    /// `out.extend_from_slice(values)`
    pub fn extend_from_slice(&mut self, values: &[T])
    where
        T: Cross + Clone,
    {
        self.apart().extend_from_slice(values);
    }

    /// Where any number of results can be put.
    #[inline]
    fn apart(&mut self) -> &mut Vec<T> {
        assert!(self.place.is_none(), "a place has room for one result");
        self.apart.get_or_insert_default()
    }

    /// Adds them to `out`, behind which the room begins that is left when all earlier chunks have landed.
    fn land(mut self, out: &mut Vec<T>) {
        if let Some(place) = self.place.take() {
            let end = end_of(out);
            if end != place {
                // Some items in front had no result, though where that can be, the macro asks for no room.
                // SAFETY: both lie in the vector's spare capacity, `place` where `open` made room and `end` in front of it, since
                // no item has more than one result. What lies between is not in use any more.
                unsafe { place.copy_to(end, self.n_placed) };
            }
            let len = out.len() + self.n_placed;
            // SAFETY: so many are there now, and this chunk, which had them, has given up its place.
            unsafe { out.set_len(len) };
        }
        if let Some(mut apart) = self.apart.take() {
            out.append(&mut apart);
        }
    }
}

impl<T> Default for Stored<T> {
    fn default() -> Self {
        Self { place: None, n_placed: 0, n_places: 0, apart: None }
    }
}

impl<T> Drop for Stored<T> {
    /// Of a chunk that was run ahead, and not reached by the loop.
    fn drop(&mut self) {
        if let Some(place) = self.place.take() {
            // SAFETY: so many values were put there, and have not landed.
            unsafe { ptr::slice_from_raw_parts_mut(place.as_ptr(), self.n_placed).drop_in_place() };
        }
    }
}

impl<T> Gather for Stored<T> {
    const KEEPS_STEPS: bool = false;
}

impl<A: Gather, T> Gather for (A, Stored<T>) {
    const KEEPS_STEPS: bool = A::KEEPS_STEPS;
}

/// One place, or several: `((first, second), third)`.
pub trait Stores: Sync {
    /// What a chunk gathers for them.
    type Stored: Gather;

    /// Begins a chunk of so many items, the first of which is the `first` of the loop.
    fn begin(&self, first: usize, n_items: usize) -> Self::Stored;

    /// How many bytes a chunk keeps of an iteration that pushes once.
    fn kept_bytes(&self) -> usize;
}

impl<T> Stores for Store<T> {
    type Stored = Stored<T>;

    fn begin(&self, first: usize, n_items: usize) -> Stored<T> {
        // SAFETY: the room has a place for each item of the loop, and these are some of them.
        let place = self.room.map(|room| unsafe { room.add(first) });
        Stored { place, n_placed: 0, n_places: n_items, apart: None }
    }

    fn kept_bytes(&self) -> usize {
        if self.room.is_some() { 0 } else { size_of::<T>() }
    }
}

impl<A: Stores, T> Stores for (A, Store<T>) {
    type Stored = (A::Stored, Stored<T>);

    fn begin(&self, first: usize, n_items: usize) -> Self::Stored {
        (self.0.begin(first, n_items), self.1.begin(first, n_items))
    }

    fn kept_bytes(&self) -> usize {
        self.0.kept_bytes() + self.1.kept_bytes()
    }
}

/// A closure that puts its results into stores.
struct Storing<F, S> {
    part: F,
    stores: S,
}

impl<I, C, F, S: Stores> Work<I, C, S::Stored> for Storing<F, S>
where
    F: Fn(&mut S::Stored, I) -> C + Sync,
{
    fn begin(&self, first: usize, n_items: usize) -> S::Stored {
        self.stores.begin(first, n_items)
    }

    #[inline]
    fn run(&self, chunk: &mut S::Stored, item: I) -> C {
        (self.part)(chunk, item)
    }

    fn kept_bytes(&self) -> usize {
        self.stores.kept_bytes()
    }
}

impl<'pool, S: Strips> Team<'pool, S> {
    /// Starts a loop that stores its results.
    ///
    /// # Safety
    ///
    /// As for [`run`](Self::run); and the vectors that `stores` were opened for are only used to let chunks land, as long as
    /// the result lives.
    pub unsafe fn run_storing<F, A, C>(
        self,
        stores: A,
        part: F,
    ) -> impl Running<Input = S::Input, Gathered = A::Stored, Step = C>
    where
        <S::Input as Input>::Source: Source<Chunk: Send> + Send,
        A: Stores<Stored: Send>,
        F: Fn(&mut A::Stored, S::Item) -> C + Sync,
        C: Step + Send,
    {
        // SAFETY: our caller promises the same.
        unsafe { self.start(Storing { part, stores }) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two chunks of so many items that have a place behind what is there.
    fn two_chunks(out: &mut Vec<String>, n: usize) -> [Stored<String>; 2] {
        out.reserve(2 * n);
        let room = end_of(out);
        [0, n].map(|first| {
            // SAFETY: there is room for both.
            let place = Some(unsafe { room.add(first) });
            Stored { place, n_placed: 0, n_places: n, apart: None }
        })
    }

    #[test]
    fn a_chunk_is_filled_while_another_one_lands() {
        let mut out = vec!["first".to_owned()];
        let [mut one, mut two] = two_chunks(&mut out, 2);
        two.push("d".to_owned());
        one.push("b".to_owned());
        one.push("c".to_owned());
        one.land(&mut out);
        two.push("e".to_owned());
        two.land(&mut out);
        assert_eq!(out, ["first", "b", "c", "d", "e"]);
    }

    #[test]
    fn results_close_up_behind_a_chunk_that_has_less() {
        let mut out = Vec::new();
        let [mut one, mut two] = two_chunks(&mut out, 3);
        two.push("c".to_owned());
        one.push("a".to_owned());
        two.push("d".to_owned());
        one.land(&mut out);
        two.land(&mut out);
        assert_eq!(out, ["a", "c", "d"]);
    }

    #[test]
    fn what_does_not_land_is_dropped_once() {
        let mut out = Vec::new();
        let [mut one, mut two] = two_chunks(&mut out, 1);
        two.push("b".to_owned());
        one.push("a".to_owned());
        one.land(&mut out);
        drop(two);
        assert_eq!(out, ["a"]);
    }
}

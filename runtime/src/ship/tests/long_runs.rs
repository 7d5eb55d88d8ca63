//! Long runs beside a message: the same values come back, whatever reads them, and what damaged messages say of them is
//! believed as far as there is memory for it.

use std::collections::{HashSet, LinkedList, VecDeque};
use std::fmt;
use std::mem::MaybeUninit;
use std::time::{Duration, Instant};

use proptest::strategy::{Strategy, ValueTree};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize, Serializer};

use super::super::{decode, encode};
use super::allocations::measure;
use super::samples::{Everything, Sparse, everything, runner, seed};
use crate::wire::message::{Message, Output, RunReader, RunWriter};

/// A file that is none.
#[derive(Debug, Default)]
struct Store {
    bytes: Vec<u8>,
    ends: Vec<usize>,
    is_full: bool,
}

impl RunWriter for Store {
    fn write(&mut self, run: &[u8]) -> Option<u64> {
        if self.is_full {
            return None;
        }
        let place = self.bytes.len() as u64;
        self.bytes.extend_from_slice(run);
        self.ends.push(self.bytes.len());
        Some(place)
    }

    fn truncate(&mut self, n_runs: usize) {
        self.ends.truncate(n_runs);
        self.bytes.truncate(self.ends.last().copied().unwrap_or(0));
    }
}

// SAFETY: there are as many bytes as `into` takes, or there is an error.
unsafe impl RunReader for Store {
    fn size(&self) -> u64 {
        self.bytes.len() as u64
    }

    fn read(&self, place: u64, into: &mut [MaybeUninit<u8>]) -> Result<(), String> {
        let there = usize::try_from(place).ok().and_then(|place| self.bytes.get(place..)?.get(..into.len()));
        for (to, from) in into.iter_mut().zip(there.ok_or("the file ends early")?) {
            to.write(*from);
        }
        Ok(())
    }
}

/// Encodes with all runs of at least so many bytes beside the message.
fn apart<T: Serialize + ?Sized>(value: &T, shortest: usize) -> (Vec<u8>, Store) {
    let (mut bytes, mut store) = (Vec::new(), Store::default());
    encode(value, &mut Output::beside(&mut bytes, Some(&mut store)).with_shortest(shortest)).expect("can be encoded");
    (bytes, store)
}

fn together<T: DeserializeOwned>(bytes: &[u8], store: &Store) -> Result<T, String> {
    decode(Message { bytes, runs: Some(store) })
}

fn there_and_back<T: Serialize + DeserializeOwned + PartialEq + fmt::Debug>(value: &T, n_runs: usize) {
    let (bytes, store) = apart(value, 16);
    assert_eq!(store.ends.len(), n_runs, "{value:?}");
    assert_eq!(together::<T>(&bytes, &store).as_ref(), Ok(value));
}

#[test]
fn what_is_long_lies_beside_the_message_wherever_it_is_in_a_value() {
    there_and_back(&vec![7_u8; 16], 1);
    there_and_back(&vec![7_u8; 15], 0);
    there_and_back(&vec![1.5_f64, -0.0], 1);
    there_and_back(&"sixteen letters!".to_owned(), 1);
    there_and_back(&vec![vec![1_u32; 4], vec![2; 3], vec![3; 5]], 2);
    there_and_back(&(1_u8, Some(vec![i128::MIN]), Box::new(vec![-1_i16; 9])), 2);
    there_and_back(&vec![Sparse { first: None, second: 2, third: vec![3, 4], never: 0 }; 3], 3);
    // One element after the other, and so never at once.
    there_and_back(&VecDeque::from(vec![1_u64; 9]), 0);
}

#[test]
fn values_of_all_kinds_are_the_same_with_and_without_runs() {
    let until = Instant::now() + Duration::from_millis(700);
    let mut runner = runner(seed(), 1);
    while Instant::now() < until {
        let value = everything().new_tree(&mut runner).unwrap().current();
        let (bytes, store) = apart(&value, 1);
        assert!(!store.bytes.is_empty());
        assert_eq!(together::<Everything>(&bytes, &store), Ok(value));
    }
}

#[test]
fn a_run_can_be_read_one_element_at_a_time() {
    /// Written at once.
    struct Numbers(Vec<u64>);
    impl Serialize for Numbers {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            (&self.0, &self.0, "and more").serialize(serializer)
        }
    }
    let numbers: Vec<u64> = (0..100).collect();
    let (bytes, store) = apart(&Numbers(numbers.clone()), 16);
    let (first, second, text) = together::<(LinkedList<u64>, HashSet<u64>, String)>(&bytes, &store).unwrap();
    assert!(first.into_iter().eq(numbers.clone()) && second == numbers.into_iter().collect() && text == "and more");
    // Other elements than were written do not fill it.
    let error = together::<(LinkedList<u32>, HashSet<u64>, String)>(&bytes, &store).unwrap_err();
    assert!(error.contains("400 bytes of a long run follow its elements"), "{error}");
    assert!(together::<(Vec<u32>, HashSet<u64>, String)>(&bytes, &store).is_err());
}

#[test]
fn without_room_all_of_it_is_in_the_message() {
    let value = vec![vec![1_u8; 100]; 3];
    let (mut bytes, mut store) = (Vec::new(), Store { is_full: true, ..Store::default() });
    encode(&value, &mut Output::beside(&mut bytes, Some(&mut store)).with_shortest(16)).unwrap();
    assert_eq!(decode::<Vec<Vec<u8>>>(Message::from(bytes.as_slice())), Ok(value));
}

#[test]
fn what_is_taken_back_leaves_no_runs() {
    struct Fails;
    impl Serialize for Fails {
        fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
            Err(serde::ser::Error::custom("on purpose"))
        }
    }
    let (mut bytes, mut store) = (Vec::new(), Store::default());
    let mut output = Output::beside(&mut bytes, Some(&mut store)).with_shortest(16);
    let start = output.mark();
    encode(&vec![1_u8; 20], &mut output).unwrap();
    let one = output.since(start);
    assert!(one > 20);
    assert!(encode(&(vec![2_u8; 30], Fails), &mut output).unwrap_err().contains("on purpose"));
    // A struct that leaves out a field is written twice.
    let leaves_out = Sparse { first: None, second: 2, third: Vec::new(), never: 0 };
    encode(&(vec![3_u8; 40], leaves_out), &mut output).unwrap();
    let second = output.since(start) - one;
    assert!((40..400).contains(&second), "{second}");
    assert_eq!((store.ends.len(), store.bytes.len()), (2, 60));
}

#[test]
fn no_more_is_believed_than_there_is_memory_for() {
    let message = |runs: &[(u64, u64, u64)]| {
        let count = runs.len() as u64;
        let numbers = runs.iter().flat_map(|(count, place, n_bytes)| [count | 1 << 63, *place, *n_bytes]);
        [vec![0], [count].into_iter().chain(numbers).flat_map(u64::to_ne_bytes).collect()].concat()
    };
    let store = Store { bytes: vec![7; 1000], ..Store::default() };
    let read = |runs: &[(u64, u64, u64)]| {
        let bytes = message(runs);
        let (value, used) = measure(|| together::<Vec<Vec<u8>>>(&bytes, &store));
        assert!(used.peak < 100_000, "{used:?}");
        value
    };
    assert_eq!(read(&[(1000, 0, 1000)]), Ok(vec![vec![7; 1000]]));
    assert_eq!(read(&[(400, 0, 400), (600, 0, 600)]).map(|lists| lists.len()), Ok(2));
    assert!(read(&[(600, 0, 600), (600, 0, 600)]).unwrap_err().contains("600 bytes where there are 400"));
    assert!(read(&[(1001, 0, 1001)]).is_err());
    assert!(read(&[(500, 501, 500)]).unwrap_err().contains("ends early"));
    assert!(read(&[(500, u64::MAX, 500)]).is_err());
    assert!(read(&[(500, 0, 499)]).unwrap_err().contains("500 elements of 1 bytes in a long run of 499"));
    for huge in [1 << 40, (1 << 63) - 1] {
        assert!(read(&[(huge, 0, huge)]).is_err());
    }
    // Nobody has runs for this one.
    let error = decode::<Vec<Vec<u8>>>(Message::from(message(&[(1, 0, 1)]).as_slice())).unwrap_err();
    assert!(error.contains("a long run where there are none"), "{error}");
    assert!(together::<Vec<String>>(&message(&[(3, 0, 3)]), &store).is_ok());
    assert!(
        together::<Vec<String>>(&message(&[(3, 0, 3)]), &Store { bytes: vec![0xFF; 3], ..Store::default() }).is_err()
    );
}

#[test]
fn a_message_of_nothing_but_tiny_runs() {
    let runs = 200_000_u64;
    let run = [1 | 1 << 63, 0, 8].map(u64::to_ne_bytes).concat();
    let bytes = [vec![0], runs.to_ne_bytes().to_vec(), run.repeat(runs as usize)].concat();
    let store = Store { bytes: vec![7; 8 * runs as usize], ..Store::default() };
    assert_eq!(together::<Vec<VecDeque<u64>>>(&bytes, &store).map(|lists| lists.len()), Ok(runs as usize));
}

#[test]
fn damaged_messages_are_errors_or_values_and_take_little_memory() {
    #[derive(Debug, Serialize, Deserialize)]
    struct Mixed(Vec<Vec<u16>>, String, VecDeque<Vec<u8>>, Vec<f64>);
    let value =
        Mixed(vec![vec![1; 30], vec![2; 40]], "a text of some length".repeat(3), [vec![3; 50]].into(), vec![4.0; 20]);
    let (bytes, store) = apart(&value, 16);
    let try_it = |bytes: &[u8], store: &Store| {
        let (_, used) = measure(|| together::<Mixed>(bytes, store).is_ok());
        assert!(used.peak <= 200 * bytes.len() + 4 * store.bytes.len() + 10_000, "{used:?}");
    };
    for place in 0..bytes.len() {
        try_it(&bytes[..place], &store);
        for change in [1, 0x10, 0x80, 0xFF] {
            let mut damaged = bytes.clone();
            damaged[place] ^= change;
            try_it(&damaged, &store);
        }
    }
    for len in 0..store.bytes.len() {
        let short = Store { bytes: store.bytes[..len].to_vec(), ..Store::default() };
        assert!(together::<Mixed>(&bytes, &short).is_err());
    }
}

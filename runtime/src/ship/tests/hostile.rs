//! Bytes that nobody wrote, or that were damaged on the way: an error or a value, never a panic, and no memory that
//! the bytes do not justify.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::time::{Duration, Instant};

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::allocations::measure;
use super::samples::{
    Collections, Everything, Numbers, Shape, Sparse, Standard, Tree, decode, encode, everything, runner, seed, there,
};

/// The largest value in memory for one byte of input, of the types below: a `Sparse` takes 48 bytes and in a `HashMap`
/// or a growing `Vec` up to three times its size.
const PER_BYTE: usize = 200;
/// serde reserves up to 1 MiB for a sequence whose length is claimed and not yet proven; this many may be open at once.
const OPEN: usize = 8 << 20;

/// Whether the bytes make a `T`; fails if they take too much memory.
fn try_as<T: DeserializeOwned + Serialize>(bytes: &[u8]) -> bool {
    let (value, used) = measure(|| decode::<T>(bytes));
    assert!(
        used.peak <= PER_BYTE * bytes.len() + OPEN,
        "{used:?} for {} bytes of a {}",
        bytes.len(),
        std::any::type_name::<T>()
    );
    match value {
        Ok(value) => {
            // What was read can be written.
            encode(&value, &mut Vec::new()).expect("a value that was decoded");
            true
        }
        Err(_) => false,
    }
}

fn try_as_many(bytes: &[u8]) -> usize {
    let outcomes = [
        try_as::<Everything>(bytes),
        try_as::<Numbers>(bytes),
        try_as::<Collections>(bytes),
        try_as::<Standard>(bytes),
        try_as::<Vec<Shape>>(bytes),
        try_as::<Vec<Sparse>>(bytes),
        try_as::<Tree>(bytes),
        try_as::<Vec<Vec<Vec<String>>>>(bytes),
        try_as::<HashMap<u8, HashSet<u32>>>(bytes),
        try_as::<VecDeque<Option<Box<[f64]>>>>(bytes),
        try_as::<BTreeMap<String, Result<(char, bool), i128>>>(bytes),
    ];
    outcomes.into_iter().filter(|&made| made).count()
}

/// Random bytes, most of them small, as most bytes of messages are.
fn noise() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![4 => Just(0), 2 => 1_u8..4, 1 => any::<u8>()];
    proptest::collection::vec(byte, 0..200)
}

#[test]
fn random_bytes() {
    let until = Instant::now() + Duration::from_millis(700);
    let mut runner = runner(seed(), 1);
    while Instant::now() < until {
        let bytes = noise().new_tree(&mut runner).unwrap().current();
        try_as_many(&bytes);
    }
}

#[test]
fn every_truncation_is_an_error() {
    let until = Instant::now() + Duration::from_millis(700);
    let mut runner = runner(seed(), 1);
    while Instant::now() < until {
        let bytes = there(&everything().new_tree(&mut runner).unwrap().current());
        for length in 0..bytes.len() {
            assert!(!try_as::<Everything>(&bytes[..length]), "{length} of {} bytes made a value", bytes.len());
        }
    }
}

#[test]
fn flipped_bits_and_changed_bytes() {
    let until = Instant::now() + Duration::from_millis(700);
    let mut runner = runner(seed(), 1);
    while Instant::now() < until {
        let bytes = there(&everything().new_tree(&mut runner).unwrap().current());
        for place in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[place] ^= 1 << (place % 8);
            try_as::<Everything>(&damaged);
            damaged[place] = 0xff;
            try_as::<Everything>(&damaged);
            if Instant::now() > until {
                break;
            }
        }
    }
}

/// A length, and nothing that would justify it.
#[test]
fn claimed_lengths_reserve_nothing() {
    for length in [1 << 20, 1 << 40, 1 << 60, u64::MAX] {
        let bytes = there(&(length, [0_u8; 30]));
        for made in [try_as::<String>(&bytes), try_as::<Vec<u64>>(&bytes), try_as::<Vec<[u64; 32]>>(&bytes)] {
            assert!(!made);
        }
        let (value, used) = measure(|| decode::<Vec<u8>>(&bytes));
        assert!(value.is_err() && used.peak < 1000, "{used:?}");
        let (value, used) = measure(|| decode::<Vec<[u64; 32]>>(&bytes));
        assert!(value.is_err() && used.peak <= 31 * 256 + 1000, "{used:?}");
    }
}

/// Looping over 2⁶⁰ units would take years; the limit is for a whole message, not for each of its sequences.
#[test]
fn elements_without_bytes_end_in_time() {
    let started = Instant::now();
    assert!(decode::<Vec<()>>(&there(&(1_u64 << 60))).is_err());
    let claims = there(&vec![1_u64 << 23; 1000]);
    assert!(decode::<Vec<Vec<()>>>(&claims).is_err());
    assert!(started.elapsed() < Duration::from_secs(10));
}

/// Sequences that hold themselves, options that hold themselves: the stack of an ordinary thread is enough.
#[test]
fn nesting_is_bounded() {
    #[derive(Debug, Serialize, Deserialize)]
    struct Nested(Vec<Nested>);
    #[derive(Debug, Serialize, Deserialize)]
    struct Chain(Option<Box<Chain>>);
    let nested = there(&vec![1_u64; 100_000]);
    let error = decode::<Nested>(&[&[0], &nested[9..]].concat()).unwrap_err();
    assert!(error.contains("nested more than 512 levels or 1024 KiB of stack deep"), "{error}");
    let error = decode::<Chain>(&[&[0][..], &[1; 100_000]].concat()).unwrap_err();
    assert!(error.contains("nested more than 512 levels or 1024 KiB of stack deep"), "{error}");
    // Far more stack for a level than the number of levels allows for.
    #[derive(Debug, Default, Serialize, Deserialize)]
    struct Large {
        rows: [[u64; 32]; 32],
        next: Option<Box<Large>>,
    }
    let one = there(&Large::default());
    let last = one.len() - 1;
    let endless = [&[0][..], &[&[2, 0][..], &one[3..last], &[1]].concat().repeat(600)].concat();
    let error = decode::<Large>(&endless).unwrap_err();
    assert!(error.contains("nested more than 512 levels or 1024 KiB of stack deep"), "{error}");
}

//! A type that holds values of every kind, and random ones of it.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::env;
use std::fmt::Debug;
use std::net::IpAddr;
use std::num::NonZero;
use std::ops::{Bound, Range};
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use proptest::collection::{btree_map, btree_set, hash_map, vec, vec_deque};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::wire::message::{Message, Output};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Everything {
    pub(super) plain: Plain,
    pub(super) numbers: Numbers,
    pub(super) collections: Collections,
    pub(super) standard: Standard,
    pub(super) shapes: Vec<Shape>,
    pub(super) sparse: Vec<Sparse>,
    pub(super) tree: Tree,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Plain {
    small: (bool, char, u8, i8, u16, i16),
    wide: (u32, i32, u64, i64, u128, i128, usize, isize),
    text: String,
    nothing: (),
    option: Option<Option<u8>>,
    boxed: Box<str>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Numbers {
    bytes: Vec<u8>,
    wide: Vec<u128>,
    sizes: Vec<usize>,
    // As bits, because a NaN is not equal to itself.
    floats: Vec<i32>,
    boxed: Box<[i16]>,
    array: [u64; 3],
    queue: VecDeque<u32>,
    set: BTreeSet<i64>,
    rows: Vec<Vec<u16>>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Collections {
    words: Vec<String>,
    flags: Vec<bool>,
    letters: Vec<char>,
    units: Vec<()>,
    pairs: HashMap<String, (u8, Option<i32>)>,
    nested: BTreeMap<u16, BTreeMap<String, Vec<u8>>>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Standard {
    duration: Duration,
    time: SystemTime,
    path: PathBuf,
    address: IpAddr,
    not_zero: Option<NonZero<u32>>,
    result: Result<u8, String>,
    range: Range<i64>,
    bound: Bound<u8>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) enum Shape {
    Unit,
    Newtype(String),
    Tuple(u8, String),
    Struct { side: u32, name: Option<String> },
    Wrapped(Wrapper),
    Marker(Marker),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Wrapper(u64);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Marker;

/// Leaves out fields.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(super) struct Sparse {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) first: Option<u8>,
    pub(super) second: u32,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) third: Vec<u64>,
    #[serde(skip)]
    pub(super) never: u8,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Tree {
    pub(super) value: i16,
    pub(super) children: Vec<Tree>,
}

pub(super) fn everything() -> impl Strategy<Value = Everything> {
    let sparse = (any::<Option<u8>>(), any::<u32>(), vec(any::<u64>(), 0..3))
        .prop_map(|(first, second, third)| Sparse { first, second, third, never: 0 });
    // Without sparse structs half of the time, as one of them makes the whole message named.
    let sparse = prop_oneof![Just(Vec::new()), vec(sparse, 0..3)];
    let parts = (plain(), numbers(), collections(), standard(), vec(shape(), 0..4), sparse, tree());
    parts.prop_map(|(plain, numbers, collections, standard, shapes, sparse, tree)| Everything {
        plain,
        numbers,
        collections,
        standard,
        shapes,
        sparse,
        tree,
    })
}

fn plain() -> impl Strategy<Value = Plain> {
    (any::<(bool, char, u8, i8, u16, i16)>(), any::<(u32, i32, u64, i64, u128, i128, usize, isize)>(), any::<String>())
        .prop_flat_map(|(small, wide, text)| {
            any::<Option<Option<u8>>>().prop_map(move |option| Plain {
                small,
                wide,
                text: text.clone(),
                nothing: (),
                option,
                boxed: text.as_str().into(),
            })
        })
}

fn numbers() -> impl Strategy<Value = Numbers> {
    let vectors = (vec(any::<u8>(), 0..20), few::<u128>(), few::<usize>(), few::<i32>(), few::<i16>());
    let others =
        (any::<[u64; 3]>(), vec_deque(any::<u32>(), 0..4), btree_set(any::<i64>(), 0..4), vec(few::<u16>(), 0..3));
    (vectors, others).prop_map(|((bytes, wide, sizes, floats, boxed), (array, queue, set, rows))| Numbers {
        bytes,
        wide,
        sizes,
        floats,
        boxed: boxed.into(),
        array,
        queue,
        set,
        rows,
    })
}

fn collections() -> impl Strategy<Value = Collections> {
    let flat = (few::<String>(), few::<bool>(), few::<char>(), few::<()>());
    let maps = (
        hash_map(any::<String>(), any::<(u8, Option<i32>)>(), 0..4),
        btree_map(any::<u16>(), btree_map(any::<String>(), few::<u8>(), 0..3), 0..3),
    );
    (flat, maps).prop_map(|((words, flags, letters, units), (pairs, nested))| Collections {
        words,
        flags,
        letters,
        units,
        pairs,
        nested,
    })
}

fn standard() -> impl Strategy<Value = Standard> {
    let times = (any::<Duration>(), (0..1_u64 << 40).prop_map(Duration::from_millis));
    let paths = (any::<String>().prop_map(PathBuf::from), any::<IpAddr>(), any::<u32>());
    let others = (any::<Result<u8, String>>(), any::<(i64, i64)>(), any::<u8>());
    (times, paths, others).prop_map(|((duration, since), (path, address, number), (result, (start, end), bound))| {
        Standard {
            duration,
            time: SystemTime::UNIX_EPOCH + since,
            path,
            address,
            not_zero: NonZero::new(number % 3),
            result,
            range: start..end,
            bound: [Bound::Unbounded, Bound::Included(bound), Bound::Excluded(bound)][usize::from(bound % 3)],
        }
    })
}

fn shape() -> impl Strategy<Value = Shape> {
    prop_oneof![
        Just(Shape::Unit),
        any::<String>().prop_map(Shape::Newtype),
        any::<(u8, String)>().prop_map(|(number, text)| Shape::Tuple(number, text)),
        any::<(u32, Option<String>)>().prop_map(|(side, name)| Shape::Struct { side, name }),
        any::<u64>().prop_map(|number| Shape::Wrapped(Wrapper(number))),
        Just(Shape::Marker(Marker)),
    ]
}

fn tree() -> impl Strategy<Value = Tree> {
    let leaf = any::<i16>().prop_map(|value| Tree { value, children: Vec::new() });
    leaf.prop_recursive(4, 12, 3, |inner| {
        (any::<i16>(), vec(inner, 0..3)).prop_map(|(value, children)| Tree { value, children })
    })
}

fn few<T: Arbitrary>() -> impl Strategy<Value = Vec<T>> {
    vec(any::<T>(), 0..4)
}

/// The seed of this run: `CONCURRENT_TEST_SEED`, or a new one. A failing test shows it.
pub(super) fn seed() -> u64 {
    let given = env::var("CONCURRENT_TEST_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed = given.unwrap_or_else(|| {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        now.as_nanos() as u64
    });
    println!("CONCURRENT_TEST_SEED={seed}");
    seed
}

/// Source of random values for one seed.
pub(super) fn runner(seed: u64, cases: u32) -> TestRunner {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes))
}

/// As the codec does, without long runs.
pub(super) fn encode<T: Serialize + ?Sized>(value: &T, out: &mut Vec<u8>) -> Result<(), String> {
    super::super::encode(value, &mut Output::new(out))
}

/// As the codec does, without long runs.
pub(super) fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, String> {
    super::super::decode(Message::from(bytes))
}

pub(super) fn there<T: Serialize + ?Sized>(value: &T) -> Vec<u8> {
    let mut bytes = Vec::new();
    encode(value, &mut bytes).expect("can be encoded");
    bytes
}

#[track_caller]
pub(super) fn there_and_back<T: Serialize + for<'de> Deserialize<'de> + PartialEq + Debug>(value: T) {
    let back = decode::<T>(&there(&value)).expect("can be decoded");
    assert_eq!(back, value);
}

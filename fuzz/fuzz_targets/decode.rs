//! Any bytes as values that travel between processes: an error, or a value that comes back as the same bytes when it
//! is sent again; no panic, and (with `-rss_limit_mb`) no memory that the bytes do not justify.

#![no_main]

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::{Duration, SystemTime};

use concurrent_futures::__fuzz::{decode, encode};
use libfuzzer_sys::fuzz_target;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

type Numbers = (u8, i16, u32, i64, u128, f32, f64, bool, char);
type Raw = (Vec<u8>, Vec<i16>, Vec<f64>, Box<[u32]>, VecDeque<u64>, [u16; 3]);

#[derive(Serialize, Deserialize)]
struct Everything {
    texts: BTreeMap<String, Option<Box<str>>>,
    sets: BTreeSet<Vec<Vec<u16>>>,
    units: Vec<()>,
    result: Result<Box<Everything>, Shape>,
    shapes: Vec<Shape>,
    numbers: Option<Numbers>,
}

#[derive(Serialize, Deserialize)]
enum Shape {
    Unit,
    Newtype(String),
    Tuple(u8, Option<Box<Shape>>),
    Struct {
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        inner: Vec<Shape>,
        side: u32,
    },
}

fn as_type<T: Serialize + DeserializeOwned>(bytes: &[u8]) {
    let Ok(value) = decode::<T>(bytes) else { return };
    let (mut first, mut second) = (Vec::new(), Vec::new());
    encode(&value, &mut first).expect("a value that was decoded can be encoded");
    let again = decode::<T>(&first).expect("a value that was encoded can be decoded");
    encode(&again, &mut second).expect("a value that was decoded can be encoded");
    assert_eq!(first, second);
}

// The first byte chooses the type.
fuzz_target!(|input: &[u8]| {
    let Some((kind, bytes)) = input.split_first() else { return };
    match kind % 8 {
        0 => as_type::<Everything>(bytes),
        1 => as_type::<Shape>(bytes),
        2 => as_type::<Numbers>(bytes),
        3 => as_type::<Raw>(bytes),
        4 => as_type::<(Duration, SystemTime)>(bytes),
        5 => as_type::<Vec<Option<Vec<f64>>>>(bytes),
        6 => as_type::<BTreeMap<String, Vec<Vec<()>>>>(bytes),
        _ => as_type::<Vec<Vec<Vec<(u8, [u128; 8])>>>>(bytes),
    }
});

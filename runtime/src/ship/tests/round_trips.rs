//! Values come back equal.

use std::collections::{BTreeMap, HashSet, LinkedList, VecDeque};
use std::rc::Rc;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::super::{limits, numbers};
use super::allocations::measure;
use super::samples::{decode, encode, everything, runner, seed, there, there_and_back};

#[test]
fn random_values_of_every_kind() {
    let mut runner = runner(seed(), 200);
    let outcome = runner.run(&everything(), |value| {
        there_and_back(value);
        Ok(())
    });
    outcome.expect("all values come back");
}

#[test]
fn numbers_of_every_type_keep_their_bits() {
    there_and_back((u8::MAX, u16::MAX, u32::MAX, u64::MAX, u128::MAX, usize::MAX));
    there_and_back((i8::MIN, i16::MIN, i32::MIN, i64::MIN, i128::MIN, isize::MIN));
    there_and_back((vec![i8::MIN, 1], vec![u16::MAX], vec![i32::MIN], vec![i64::MIN, 0], vec![i128::MIN]));
    let floats = vec![f64::NAN, -0.0, f64::INFINITY, f64::MIN_POSITIVE, f64::from_bits(0x7ff0_0000_0000_0001)];
    let back: Vec<f64> = decode(&there(&floats)).unwrap();
    assert!(back.iter().zip(&floats).all(|(back, float)| back.to_bits() == float.to_bits()));
    let floats = [f32::NAN, -0.0, 1.5];
    let back: Vec<f32> = decode(&there(&floats[..])).unwrap();
    assert!(back.iter().zip(&floats).all(|(back, float)| back.to_bits() == float.to_bits()));
}

/// How the vector is recognised is serde's own affair: this notices when it changes.
#[test]
fn a_vector_of_numbers_is_copied_at_once() {
    fn at_once<T>(value: T)
    where
        Vec<T>: Serialize + for<'de> Deserialize<'de> + PartialEq + std::fmt::Debug,
        T: Clone,
    {
        let values = vec![value; 100_000];
        let mut bytes = Vec::new();
        let (outcome, used) = measure(|| encode(&values, &mut bytes));
        outcome.unwrap();
        // The form, the length, and the numbers: an element at a time, the buffer grows much more often.
        assert!(used.requests <= 4, "{used:?}");
        let (back, used) = measure(|| decode::<Vec<T>>(&bytes).unwrap());
        assert_eq!((used.requests, used.peak), (1, size_of_val(&values[..])));
        assert_eq!(back, values);
    }
    at_once(1_u8);
    at_once(-1_i8);
    at_once(1_u16);
    at_once(-1_i16);
    at_once(1_u32);
    at_once(-1_i32);
    at_once(1_u64);
    at_once(-1_i64);
    at_once(1_u128);
    at_once(-1_i128);
    at_once(1.5_f32);
    at_once(1.5_f64);
    at_once(1_usize);
    at_once(-1_isize);
    assert!(numbers::bytes_of(&&[1.5_f32][..]).is_some());
    assert!(numbers::bytes_of(&&vec![true]).is_none());
    assert!(numbers::bytes_of(&vec![1_u8]).is_none());
}

#[test]
fn other_collections_of_numbers_read_the_same_bytes() {
    let numbers = [3_u64, 1, 2];
    let bytes = there(&numbers[..]);
    assert_eq!(there(&numbers.to_vec()), bytes);
    assert_eq!(there(&VecDeque::from(numbers)), bytes);
    assert_eq!(decode::<VecDeque<u64>>(&bytes).unwrap(), numbers);
    assert_eq!(decode::<LinkedList<u64>>(&bytes).unwrap(), numbers.into());
    assert_eq!(decode::<HashSet<u64>>(&bytes).unwrap(), HashSet::from(numbers));
    assert_eq!(*decode::<Box<[u64]>>(&bytes).unwrap(), numbers);
    assert_eq!(*decode::<Arc<[u64]>>(&bytes).unwrap(), numbers);
    assert_eq!(*decode::<Rc<Vec<u64>>>(&bytes).unwrap(), numbers);
    let arrays = vec![[1.5_f32, 2.5]; 3];
    there_and_back(arrays);
}

/// A visitor of its own sees every number, even if it makes a `Vec` of them.
#[test]
fn a_visitor_that_checks_is_not_passed_over() {
    #[derive(Debug)]
    struct Even;
    impl<'de> Deserialize<'de> for Even {
        fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            struct Visitor;
            impl<'de> serde::de::Visitor<'de> for Visitor {
                type Value = Vec<u8>;
                fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    f.write_str("even numbers")
                }
                fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut seq: A) -> Result<Vec<u8>, A::Error> {
                    let mut numbers = Vec::new();
                    while let Some(number) = seq.next_element::<u8>()? {
                        if number % 2 == 1 {
                            return Err(serde::de::Error::custom("an odd number"));
                        }
                        numbers.push(number);
                    }
                    Ok(numbers)
                }
            }
            deserializer.deserialize_seq(Visitor).map(|_| Self)
        }
    }
    assert!(decode::<Even>(&there(&vec![2_u8, 4])).is_ok());
    assert!(decode::<Even>(&there(&vec![2_u8, 3])).unwrap_err().contains("an odd number"));
}

#[test]
fn bytes_by_serde_s_own_calls() {
    let text = std::ffi::CString::new("not utf-8: \u{e9}").unwrap();
    there_and_back(text);
    there_and_back(std::ffi::OsString::from("name"));
}

#[test]
fn sequences_and_maps_of_unknown_length() {
    struct Odd(u32);
    impl Serialize for Odd {
        fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.collect_seq((0..self.0).filter(|number| number % 2 == 1))
        }
    }
    struct Squares(u32);
    impl Serialize for Squares {
        fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.collect_map((0..self.0).filter(|n| n % 3 == 0).map(|n| (n, n * n)))
        }
    }
    assert_eq!(decode::<Vec<u32>>(&there(&Odd(6))).unwrap(), [1, 3, 5]);
    assert_eq!(decode::<BTreeMap<u32, u32>>(&there(&Squares(7))).unwrap(), BTreeMap::from([(0, 0), (3, 9), (6, 36)]));
}

/// Types with a form for people and a short one travel in the short one.
#[test]
fn short_forms() {
    assert_eq!(there(&std::net::Ipv4Addr::LOCALHOST), [0, 127, 0, 0, 1]);
    assert_eq!(decode::<std::net::Ipv4Addr>(&[0, 127, 0, 0, 1]).unwrap(), std::net::Ipv4Addr::LOCALHOST);
}

#[test]
fn a_value_is_appended() {
    let mut bytes = vec![7, 7];
    encode("text", &mut bytes).unwrap();
    assert_eq!(decode::<String>(&bytes[2..]).unwrap(), "text");
    assert_eq!(bytes[..2], [7, 7]);
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Node {
    value: u32,
    next: Option<Box<Node>>,
}

fn list(length: u32) -> Option<Box<Node>> {
    (0..length).fold(None, |next, value| Some(Box::new(Node { value, next })))
}

/// On half of the stack that threads have by default, unoptimised.
#[test]
fn a_list_of_boxes_may_be_long_but_not_endless() {
    std::thread::Builder::new()
        .stack_size(1 << 20)
        .spawn(|| {
            there_and_back(list(limits::DEEPEST / 2));
            let mut out = vec![1];
            let error = encode(&list(limits::DEEPEST / 2 + 1), &mut out).unwrap_err();
            assert!(error.contains("nested more than 512 levels or 1024 KiB of stack deep") && out == [1], "{error}");
        })
        .unwrap()
        .join()
        .unwrap();
}

#[test]
fn elements_without_bytes_may_be_many_but_not_endless() {
    there_and_back(vec![(); 100_000]);
    let error = encode(&vec![(); 5_000_000], &mut Vec::new()).unwrap_err();
    assert!(error.contains("more than 4194304 elements of types without content"), "{error}");
}

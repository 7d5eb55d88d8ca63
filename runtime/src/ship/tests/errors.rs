//! The texts of errors, whole.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize, Serializer};

use super::samples::{decode, encode, there};

#[track_caller]
fn text<T: for<'de> Deserialize<'de> + std::fmt::Debug>(bytes: &[u8]) -> String {
    decode::<T>(bytes).unwrap_err()
}

#[test]
fn what_a_type_says_is_kept_word_for_word() {
    struct Locked;
    impl Serialize for Locked {
        fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
            Err(serde::ser::Error::custom("the file \"a\\b\" is locked:\n by 17"))
        }
    }
    let mut out = vec![1, 2, 3];
    let error = encode(&vec![(1_u8, "x", Locked)], &mut out).unwrap_err();
    assert!(error.starts_with("cannot encode `alloc::vec::Vec<(u8, &str, "), "{error}");
    assert!(error.ends_with("Locked)>`: the file \"a\\b\" is locked:\n by 17"), "{error}");
    assert_eq!(out, [1, 2, 3]);

    let early = SystemTime::UNIX_EPOCH - Duration::from_secs(1);
    let error = encode(&early, &mut out).unwrap_err();
    assert_eq!(error, "cannot encode `std::time::SystemTime`: SystemTime must be later than UNIX_EPOCH");
    assert_eq!(out, [1, 2, 3]);

    #[derive(Debug, Deserialize)]
    #[serde(try_from = "u8")]
    struct Even;
    impl TryFrom<u8> for Even {
        type Error = String;
        fn try_from(number: u8) -> Result<Self, String> {
            Err(format!("{number} is odd"))
        }
    }
    let error = text::<Even>(&there(&3_u8));
    assert!(error.ends_with("Even`: 3 is odd"), "{error}");
}

#[cfg(unix)]
#[test]
fn a_path_that_is_not_text() {
    use std::os::unix::ffi::OsStrExt;
    let path = std::path::Path::new(std::ffi::OsStr::from_bytes(&[0xff]));
    let error = encode(path, &mut Vec::new()).unwrap_err();
    assert_eq!(error, "cannot encode `std::path::Path`: path contains invalid UTF-8 characters");
}

#[test]
fn what_is_wrong_with_the_bytes() {
    assert_eq!(text::<u32>(&[]), "cannot decode `u32`: the bytes end: 1 more were expected, 0 remain");
    assert_eq!(text::<u32>(&[0, 1]), "cannot decode `u32`: the bytes end: 4 more were expected, 1 remain");
    assert_eq!(text::<u8>(&[0, 1, 2, 3]), "cannot decode `u8`: 2 bytes follow the value");
    assert_eq!(text::<()>(&[9]), "cannot decode `()`: the byte 9 where a struct says 0 or 1");
    assert_eq!(text::<bool>(&[0, 2]), "cannot decode `bool`: the byte 2 where a `bool` says 0 or 1");
    let error = text::<char>(&there(&0xd800_u32));
    assert_eq!(error, "cannot decode `char`: the number 55296 where a `char` has its code");
    let error = text::<String>(&there(&vec![0xff_u8]));
    assert!(error.contains("a string: invalid utf-8 sequence"), "{error}");
    let error = text::<Vec<String>>(&there(&(u64::MAX >> 1)));
    assert!(error.ends_with("a length of 9223372036854775807 where 0 bytes remain"), "{error}");
    let error = text::<Vec<u32>>(&there(&(u64::MAX >> 1)));
    assert!(error.ends_with("a length of 9223372036854775807"), "{error}");
    let error = text::<Result<u8, u8>>(&there(&Some(1_u8)));
    assert!(error.contains("the bytes end"), "{error}");
}

#[test]
fn elements_that_nobody_reads() {
    #[derive(Debug)]
    struct First;
    impl<'de> Deserialize<'de> for First {
        fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            struct Visitor;
            impl<'de> serde::de::Visitor<'de> for Visitor {
                type Value = First;
                fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    f.write_str("a sequence")
                }
                fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut seq: A) -> Result<First, A::Error> {
                    seq.next_element::<bool>().map(|_| First)
                }
            }
            deserializer.deserialize_seq(Visitor)
        }
    }
    let error = text::<First>(&there(&vec![true, false, true]));
    assert!(error.contains("2 elements were sent that `") && error.ends_with("First` does not read"), "{error}");
}

#[test]
fn a_field_that_only_the_writer_knows() {
    #[derive(Debug, Serialize, Deserialize)]
    struct Written {
        #[serde(skip_deserializing)]
        count: u8,
        name: (),
    }
    let error = text::<Written>(&there(&Written { count: 1, name: () }));
    assert!(error.contains("Written` writes 1 fields and reads 0; a field must be skipped in both"), "{error}");
    let error = text::<BTreeMap<u8, u8>>(&there(&vec![1_u8]));
    assert!(error.contains("the bytes end"), "{error}");
}

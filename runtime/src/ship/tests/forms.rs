//! What serde's attributes do to a type: it comes back, or an error says why it does not.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::samples::{Sparse, decode, there, there_and_back};

/// Reads back from one type what another wrote, and gives the text of the error.
#[track_caller]
fn refused<T: Serialize + for<'de> Deserialize<'de> + std::fmt::Debug>(value: &T) -> String {
    decode::<T>(&there(value)).unwrap_err()
}

#[test]
fn fields_that_are_left_out_when_empty() {
    there_and_back(Sparse::default());
    there_and_back(vec![
        Sparse { first: Some(1), ..Sparse::default() },
        Sparse { third: vec![5], ..Sparse::default() },
    ]);
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    enum Event {
        Moved {
            #[serde(default, skip_serializing_if = "Option::is_none")]
            from: Option<u8>,
            to: u8,
        },
    }
    there_and_back(vec![Event::Moved { from: None, to: 1 }, Event::Moved { from: Some(0), to: 1 }]);
}

#[test]
fn tags_beside_the_content() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(tag = "kind", content = "value")]
    enum Tagged {
        Unit,
        One(u8),
        Two(u8, String),
    }
    there_and_back(Tagged::Unit);
    there_and_back(vec![Tagged::One(1), Tagged::Unit, Tagged::Two(1, "b".into())]);
    there_and_back((Tagged::Unit, Sparse::default()));
}

#[test]
fn names_aliases_defaults_and_conversions() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
    struct Settings {
        #[serde(alias = "n_workers", alias = "threads")]
        workers: u32,
        #[serde(rename = "dir")]
        directory: String,
        #[serde(skip)]
        cache: u8,
        as_text: Text,
    }
    impl Default for Settings {
        fn default() -> Self {
            Self { workers: 1, directory: String::new(), cache: 3, as_text: Text(1) }
        }
    }
    #[derive(Debug, PartialEq, Clone, Serialize, Deserialize)]
    #[serde(try_from = "String", into = "String")]
    struct Text(u8);
    impl TryFrom<String> for Text {
        type Error = std::num::ParseIntError;
        fn try_from(text: String) -> Result<Self, Self::Error> {
            text.parse().map(Self)
        }
    }
    impl From<Text> for String {
        fn from(text: Text) -> Self {
            text.0.to_string()
        }
    }
    let settings = || Settings { workers: 4, directory: "/".into(), cache: 3, as_text: Text(9) };
    there_and_back((settings(), 7_u8));
    there_and_back((settings(), Sparse::default()));
}

#[test]
fn variants_after_a_skipped_one() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    enum State {
        #[serde(skip)]
        #[expect(dead_code, reason = "it stands in front of the others")]
        Internal,
        Running(u8),
        Stopped(u8),
    }
    there_and_back(vec![State::Running(1), State::Stopped(2)]);
}

/// By position, the second field would be read as the first.
#[test]
fn fields_skipped_in_one_direction_are_refused() {
    #[derive(Debug, Default, Serialize, Deserialize)]
    #[serde(default)]
    struct Login {
        user: u64,
        #[serde(skip_serializing)]
        password: u64,
        age: u64,
    }
    assert!(decode::<Login>(&there(&Login { user: 1, password: 2, age: 3 })).is_err());
    let text = refused(&(Login::default(), [0_u64; 4]));
    assert!(text.contains("Login` writes 2 fields and reads 3"), "{text}");

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Pair(u8, #[serde(default, skip_serializing_if = "Option::is_none")] Option<u8>);
    there_and_back(Pair(1, Some(2)));
    assert!(decode::<(Pair, u8)>(&there(&(Pair(1, None), 0_u8))).is_err());
}

#[test]
fn types_that_ask_the_bytes_are_refused() {
    #[derive(Debug, Serialize, Deserialize)]
    struct Outer {
        id: u8,
        #[serde(flatten)]
        inner: Inner,
    }
    #[derive(Debug, Serialize, Deserialize)]
    struct Inner {
        name: String,
    }
    #[derive(Debug, Serialize, Deserialize)]
    struct Rest {
        #[serde(flatten)]
        rest: BTreeMap<String, u8>,
    }
    #[derive(Debug, Serialize, Deserialize)]
    #[serde(untagged)]
    enum Either {
        Number(u8),
        Text(String),
    }
    #[derive(Debug, Serialize, Deserialize)]
    #[serde(tag = "kind")]
    enum Inside {
        One { a: u8 },
    }
    #[derive(Debug, Serialize, Deserialize)]
    #[serde(tag = "kind", content = "value")]
    enum Beside {
        One { a: u8 },
    }
    let texts = [
        refused(&Beside::One { a: 1 }),
        refused(&Outer { id: 1, inner: Inner { name: "n".into() } }),
        refused(&Rest { rest: BTreeMap::from([("a".into(), 1)]) }),
        refused(&vec![Either::Number(1), Either::Text(String::new())]),
        refused(&Inside::One { a: 1 }),
        refused(&serde_json::json!({ "a": [1, 2] })),
    ];
    for text in texts {
        assert!(text.contains("cannot travel between processes"), "{text}");
    }
}

//! Why a value could not be written or read: a text.

use std::fmt;

use serde::{de, ser};

/// What serde passes through all its calls. A boxed `str` keeps the results of these calls small.
#[derive(Debug)]
pub(super) struct Fault(Box<str>);

impl Fault {
    pub(super) fn new(text: impl Into<Box<str>>) -> Self {
        Self(text.into())
    }
}

/// The texts of users' own `Serialize` implementations are kept word for word.
impl ser::Error for Fault {
    fn custom<T: fmt::Display>(text: T) -> Self {
        Self::new(text.to_string())
    }
}

/// The texts of users' own `Deserialize` implementations are kept word for word.
impl de::Error for Fault {
    fn custom<T: fmt::Display>(text: T) -> Self {
        Self::new(text.to_string())
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Fault {}

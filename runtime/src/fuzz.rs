//! What the targets in `fuzz/` call; exists only with `--cfg fuzzing`.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// Appends `value` to `out` as it travels between processes.
pub fn encode<T: Serialize>(value: &T, out: &mut Vec<u8>) -> Result<(), String> {
    crate::ship::encode(value, out)
}

/// Reads what may or may not have been written by [`encode`].
pub fn decode<T: DeserializeOwned>(input: &[u8]) -> Result<T, String> {
    crate::ship::decode(input)
}

//! Any bytes as what a worker process sends: frames, or the end of them; no panic, and no memory that the bytes do not
//! justify.

#![no_main]

use concurrent_futures::__fuzz::swallow;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    swallow(bytes);
});

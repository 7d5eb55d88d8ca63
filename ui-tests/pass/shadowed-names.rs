//! Generated code names nothing that a user can take away: not the prelude, not `std`, not a macro.

#![allow(dead_code, unused_macros, non_camel_case_types, reason = "they are there to be in the way")]

struct Option;
struct Result;
struct Some;
struct None;
struct Ok;
struct Err;
struct Vec;
struct Box;
struct String;
struct Iterator;
struct IntoIterator;
struct Send;
struct Sync;
struct Fn;
struct FnOnce;
struct Drop;
struct ToOwned;
struct Flow;
struct Future;
struct Map;
struct usize_;
mod std {}
mod core {}
mod alloc {}
mod __private {}
fn drop() {}

macro_rules! vec {
    ($($tokens:tt)*) => {
        compile_error!("this is not the macro you are looking for")
    };
}
macro_rules! format {
    ($($tokens:tt)*) => {
        compile_error!("this is not the macro you are looking for")
    };
}
macro_rules! matches {
    ($($tokens:tt)*) => {
        compile_error!("this is not the macro you are looking for")
    };
}
macro_rules! unreachable {
    ($($tokens:tt)*) => {
        compile_error!("this is not the macro you are looking for")
    };
}

fn work(n: u64) -> u64 {
    n * n
}

fn parse(text: &str) -> ::std::result::Result<u64, ::std::num::ParseIntError> {
    text.parse()
}

#[::concurrent_futures::concurrent(workers = 3)]
fn squares(n: u64) -> ::std::vec::Vec<u64> {
    let mut out = ::std::vec::Vec::new();
    for (i, n) in (0..n).enumerate() {
        let square = work(n);
        if square == 1 {
            continue;
        }
        if square > 100 {
            break;
        }
        out.push(square + i as u64);
    }
    out
}

#[::concurrent_futures::concurrent(workers = 3, buffersize = 7, chunksize = 2)]
fn sum(words: &[&str]) -> ::std::result::Result<u64, ::std::num::ParseIntError> {
    let mut sum = 0;
    for word in words {
        let n = parse(word)?;
        sum += n;
    }
    ::std::result::Result::Ok(sum)
}

#[::concurrent_futures::concurrent(task, workers = 2)]
fn length(text: &str, extra: u64) -> u64 {
    text.len() as u64 + extra
}

fn main() {
    assert_eq!(squares(5).iter().sum::<u64>(), 4 + 2 + 9 + 3 + 16 + 4);
    assert_eq!(sum(&["1", "2"]).unwrap(), 3);
    assert!(sum(&["1", "x"]).is_err());
    assert_eq!(length("abc", 1), 4);
    assert_eq!(length::submit("abc".into(), 1).result().unwrap(), 4);
    assert_eq!(length::map([("abc".into(), 1)]).count(), 1);
}

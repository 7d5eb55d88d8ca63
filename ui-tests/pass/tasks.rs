//! Tasks of every form that is allowed, in every place.

#![deny(warnings)]

mod hidden {
    pub mod deep {
        use concurrent_futures::concurrent;

        #[concurrent(task)]
        pub fn public(n: u64) -> u64 {
            n + 1
        }

        #[concurrent(task)]
        pub(crate) fn of_the_crate(n: u64) -> u64 {
            n + 2
        }

        #[concurrent(task)]
        pub(in crate::hidden) fn of_a_module(n: u64) -> u64 {
            n + 3
        }
    }

    pub use deep::public as renamed;

    pub fn all() -> u64 {
        deep::of_a_module::submit(0).result().unwrap() + deep::of_a_module(0)
    }
}

use concurrent_futures::{Future, concurrent};
use hidden::deep::{of_the_crate, public};
use hidden::renamed;
use std::borrow::Cow;
use std::fmt::Display;
use std::path::Path;

/// A documented task.
#[concurrent(task)]
#[deprecated(note = "to see that it can be")]
#[allow(dead_code, reason = "nobody calls it")]
fn old(n: u64) -> u64 {
    n
}

#[cfg(any())]
#[concurrent(task)]
fn absent(n: Missing) -> Missing {
    n
}

#[cfg(all())]
#[concurrent(task)]
fn present(n: u64) -> u64 {
    n
}

#[concurrent(task)]
#[inline]
fn nothing() {}

#[concurrent(task)]
fn many(a: u8, (b, c): (u16, u32), [d, ..]: [u64; 2], _: i8, mut e: Vec<u8>) -> u64 {
    e.push(a);
    u64::from(b) + u64::from(c) + d + e.len() as u64
}

#[concurrent(task)]
fn borrowed(text: &str, bytes: &[u8], path: &Path, list: &Vec<u8>, fixed: &'static str, array: &[u8; 2]) -> usize {
    text.len() + bytes.len() + path.as_os_str().len() + list.len() + fixed.len() + array.len()
}

#[concurrent(task)]
fn generic<T: Display, U>(t: T, u: &U) -> String
where
    U: Display + Clone + Send + ?Sized,
    T: Send,
{
    format!("{t}{u}")
}

#[concurrent(task)]
fn array<T: Copy, const N: usize>(value: T) -> [T; N] {
    [value; N]
}

#[concurrent(task)]
fn lifetimes<'a, 'b: 'a>(a: &'a str, b: &'b str) -> usize
where
    'b: 'a,
{
    a.len() + b.len()
}

#[concurrent(task)]
fn applied(f: impl Fn(u64) -> u64, n: u64, g: impl FnOnce(u64) -> u64 + Send) -> u64 {
    g(f(n))
}

#[concurrent(task)]
fn fallible(text: &str) -> Result<u64, std::num::ParseIntError> {
    text.parse()
}

#[concurrent(task)]
fn owned(text: Cow<'static, str>, f: fn(&str) -> usize, boxed: Box<dyn Fn(&str) -> usize + Send>) -> usize {
    f(&text) + boxed(&text)
}

#[concurrent(task, mode = "sequential")]
fn here() -> std::thread::ThreadId {
    std::thread::current().id()
}

fn main() {
    // Within a function body, and imported there.
    #[concurrent(task)]
    fn local(n: u64) -> u64 {
        n * 2
    }
    use hidden::deep::public as again;

    let future: Future<u64> = local::submit(3);
    assert_eq!(future.result().unwrap(), local(3));
    assert_eq!(local::map(0..3).map(Result::unwrap).collect::<Vec<_>>(), [0, 2, 4]);
    assert_eq!(public::submit(0).result().unwrap() + again::submit(0).result().unwrap(), 2);
    assert_eq!(renamed::submit(0).result().unwrap() + renamed(0), 2);
    assert_eq!(of_the_crate::submit(0).result().unwrap() + hidden::all(), 8);
    assert_eq!(present::submit(3).result().unwrap(), 3);
    nothing();
    nothing::submit().result().unwrap();
    assert_eq!(many::submit(1, (2, 3), [4, 5], 6, vec![]).result().unwrap(), 10);
    assert_eq!(many::map([(1, (2, 3), [4, 5], 6, vec![])]).count(), 1);
    let lengths = borrowed::submit("a".into(), vec![1], "b".into(), vec![2], "c", [1, 2]);
    assert_eq!(lengths.result().unwrap(), 7);
    assert_eq!(generic::submit::<_, i32>(1, 2).result().unwrap(), "12");
    assert_eq!(array::submit::<u8, 2>(1).result().unwrap(), [1, 1]);
    assert_eq!(lifetimes::submit("a".into(), "b".into()).result().unwrap(), 2);
    assert_eq!(applied::submit(|n| n + 1, 2, |n| n * 2).result().unwrap(), 6);
    assert!(fallible::submit("x".into()).result().unwrap().is_err());
    assert_eq!(owned::submit("ab".into(), str::len, Box::new(|text| text.len())).result().unwrap(), 4);
    assert_eq!(here::submit().result().unwrap(), std::thread::current().id());
}

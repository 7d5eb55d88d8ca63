//! `submit` takes any function, and its arguments as one value: plain for one, a tuple for several, `()` for none.

use concurrent_futures::ThreadPool;
use concurrent_futures_suite::timed;

fn slow(n: u64) -> u64 {
    n * n
}
fn add(a: u8, b: u8) -> u8 {
    a + b
}
fn first(pair: (u8, u8)) -> u8 {
    pair.0
}
fn length(text: String) -> usize {
    text.len()
}
fn seven() -> u8 {
    7
}
fn same<T>(value: T) -> T {
    value
}
fn join(a: &'static str, b: char, c: String, d: u8) -> String {
    format!("{a}{b}{c}{d}")
}

#[test]
fn functions() {
    timed(|| {
        let pool = ThreadPool::new(2).unwrap();
        assert_eq!(pool.submit(slow, 7).result().unwrap(), 49);
        assert_eq!(pool.submit(add, (1, 2)).result().unwrap(), 3);
        assert_eq!(pool.submit(first, (1, 2)).result().unwrap(), 1);
        assert_eq!(pool.submit(length, "seven".to_owned()).result().unwrap(), 5);
        assert_eq!(pool.submit(seven, ()).result().unwrap(), 7);
        assert_eq!(pool.submit(same::<u8>, 7).result().unwrap(), 7);
        assert_eq!(pool.submit(Some, 7).result().unwrap(), Some(7));
        assert_eq!(pool.submit(join, ("a", 'b', "c".to_owned(), 4)).result().unwrap(), "abc4");
        let pointer: fn(u64) -> u64 = slow;
        assert_eq!(pool.submit(pointer, 3).result().unwrap(), 9);
    });
}

#[test]
fn closures() {
    timed(|| {
        let pool = ThreadPool::new(2).unwrap();
        assert_eq!(pool.submit(|n| n * 2, 7).result().unwrap(), 14);
        assert_eq!(pool.submit(|a, b| a + b, (1, 2)).result().unwrap(), 3);
        assert_eq!(pool.submit(|(a, b): (u8, u8)| a + b, (1, 2)).result().unwrap(), 3);
        assert_eq!(pool.submit(|text: String| text.len(), "ab".to_owned()).result().unwrap(), 2);
        assert_eq!(pool.submit(|| 7, ()).result().unwrap(), 7);
        let owned = vec![1, 2, 3].into_boxed_slice();
        assert_eq!(pool.submit(move |i: usize| owned[i], 1).result().unwrap(), 2);
        let boxed: Box<dyn FnOnce(u64) -> u64 + Send> = Box::new(|n| n + 1);
        assert_eq!(pool.submit(boxed, 1).result().unwrap(), 2);
        let captured = "seven".to_owned();
        assert_eq!(pool.spawn(move || captured.len()).result().unwrap(), 5);
    });
}

concurrent_futures_suite::under_each_schedule!();

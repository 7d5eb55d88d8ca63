//! Loops and tasks with `mode = "process"`: same result, elsewhere.

use concurrent_futures::{Error, concurrent};
use concurrent_futures_suite::timed;

fn work(n: u64) -> u64 {
    n * n
}

#[concurrent(mode = "process", workers = 2)]
fn squares(n: u64) -> Vec<u64> {
    let mut out = Vec::new();
    for i in 0..n {
        out.push(work(i));
    }
    out
}

#[concurrent(mode = "process", workers = 2, chunksize = 2)]
fn captures(words: &[String], prefix: &str, factor: u64) -> Vec<String> {
    let suffix = format!("<{factor}>");
    let mut out = Vec::new();
    for (i, word) in words.iter().enumerate() {
        let text = format!("{prefix}{word}{suffix}{}", i as u64 * factor + words.len() as u64);
        if text.contains("skip") {
            continue;
        }
        out.push(text);
    }
    out
}

#[concurrent(mode = "process", workers = 2)]
fn elsewhere(n: u64) -> Vec<u32> {
    let mut out = Vec::new();
    for _ in 0..n {
        out.push(std::process::id());
    }
    out
}

#[concurrent(mode = "process", workers = 2)]
fn parsed(texts: &[&str]) -> Result<Vec<i64>, String> {
    let mut out = Vec::new();
    for text in ["1", "2"].iter().map(|text| text.to_string()).chain(texts.iter().map(|text| text.to_string())) {
        let number: i64 = text.parse::<i64>().map_err(|error| error.to_string())?;
        out.push(number);
    }
    Ok(out)
}

#[derive(serde::Serialize, serde::Deserialize)]
struct Plain {
    factor: u64,
}

impl Plain {
    fn apply(&self, n: u64) -> u64 {
        self.factor * n
    }

    #[concurrent(mode = "process", workers = 2)]
    fn all(&self, n: u64) -> u64 {
        let mut sum = 0;
        for i in 0..n {
            let value = self.apply(work(i));
            sum += value;
        }
        sum
    }
}

fn crash_on_5(n: u64) -> u64 {
    if n == 5 {
        std::process::abort();
    }
    work(n)
}

#[concurrent(mode = "process", workers = 2)]
fn crashes(n: u64) -> Result<Vec<u64>, Error> {
    let mut out = Vec::new();
    for i in 0..n {
        out.push(crash_on_5(i));
    }
    Ok(out)
}

#[concurrent(mode = "process", workers = 2)]
fn generic<T: Clone + serde::Serialize + serde::de::DeserializeOwned + Send + 'static>(items: &[T]) -> Vec<(T, T)> {
    let mut out = Vec::new();
    for item in items {
        let pair = (item.clone(), item.clone());
        out.push(pair);
    }
    out
}

#[concurrent(task, mode = "process", workers = 2)]
fn joined(words: &str, n: usize) -> String {
    words.repeat(n)
}

#[test]
fn the_result_is_that_of_the_plain_loop() {
    timed(|| {
        assert_eq!(squares(100), (0..100).map(work).collect::<Vec<_>>());
        assert!(elsewhere(10).iter().all(|pid| *pid != std::process::id()));
        let words: Vec<String> = ["a", "skip", "b"].map(str::to_owned).to_vec();
        assert_eq!(captures(&words, "x", 3), ["xa<3>3", "xb<3>9"]);
        assert_eq!(parsed(&["7"]), Ok(vec![1, 2, 7]));
        assert!(parsed(&["seven", "8"]).unwrap_err().contains("invalid digit"));
        assert_eq!(Plain { factor: 2 }.all(5), 60);
        assert_eq!(generic(&["a".to_owned()]), [("a".to_owned(), "a".to_owned())]);
    });
}

#[test]
fn a_crash_is_an_error_of_the_function() {
    timed(|| {
        assert_eq!(crashes(5).unwrap(), [0, 1, 4, 9, 16]);
        let error = crashes(10).unwrap_err();
        assert!(error.is_worker_died(), "{error}");
    });
}

#[test]
fn a_task_takes_borrows_as_owned_values() {
    timed(|| {
        assert_eq!(joined("ab", 2), "abab");
        assert_eq!(joined::submit("ab".to_owned(), 3).result().unwrap(), "ababab");
        let all: Vec<String> =
            joined::map([("x".to_owned(), 1), ("y".to_owned(), 2)]).collect::<Result<_, _>>().unwrap();
        assert_eq!(all, ["x", "yy"]);
    });
}

macro_rules! with_a_buffer {
    ($($name:ident: ($($option:tt)*))*) => {$(
        mod $name {
            use super::{concurrent, work};

            #[concurrent($($option)* workers = 2, buffersize = 1)]
            pub(super) fn fed_by_its_own_results(first: u64) -> Vec<u64> {
                let queue = std::cell::RefCell::new(std::collections::VecDeque::from([first]));
                let mut out = Vec::new();
                for n in std::iter::from_fn(|| queue.borrow_mut().pop_front()) {
                    let square = work(n);
                    if square < 16 {
                        queue.borrow_mut().push_back(n + 1);
                    }
                    out.push(square);
                }
                out
            }

            #[concurrent($($option)* workers = 2, chunksize = 2, buffersize = buffer)]
            pub(super) fn most_ahead(n: u64, buffer: usize) -> usize {
                let pulled = std::cell::Cell::new(0);
                let (mut done, mut most) = (0, 0);
                for i in (0..n).inspect(|_| pulled.set(pulled.get() + 1)) {
                    let square = work(i);
                    most = most.max(pulled.get() - done);
                    done += usize::from(square < n * n);
                }
                most
            }
        }
    )*};
}

with_a_buffer! {
    threads: ()
    unordered_threads: (unordered,)
    processes: (mode = "process",)
    unordered_processes: (mode = "process", unordered,)
}

#[test]
fn a_buffer_of_one_lets_the_next_iteration_see_what_this_one_did() {
    timed(|| {
        assert_eq!(threads::fed_by_its_own_results(1), [1, 4, 9, 16]);
        assert_eq!(unordered_threads::fed_by_its_own_results(1), [1, 4, 9, 16]);
        assert_eq!(processes::fed_by_its_own_results(1), [1, 4, 9, 16]);
        assert_eq!(unordered_processes::fed_by_its_own_results(1), [1, 4, 9, 16]);
    });
}

#[test]
fn what_the_in_order_part_is_at_counts_among_the_buffer() {
    timed(|| {
        for most_ahead in
            [threads::most_ahead, unordered_threads::most_ahead, processes::most_ahead, unordered_processes::most_ahead]
        {
            for buffer in [2, 6] {
                let most = most_ahead(40, buffer);
                assert!((1..=buffer).contains(&most), "{most} ahead, {buffer} allowed");
            }
        }
    });
}

struct Wrapped<'a>(std::borrow::Cow<'a, str>);

#[derive(Debug, serde::Serialize, serde::Deserialize)]
struct Named {
    name: String,
}

impl Named {
    #[concurrent(mode = "process", workers = 2)]
    fn shown(&self, r#type: &str, n: u64) -> Vec<String> {
        let mut out = Vec::new();
        for i in 0..n {
            let doubled = {
                struct Doubled(u64);
                impl Doubled {
                    fn get(&self) -> u64 {
                        self.0 * 2
                    }
                }
                work(Doubled(i).get())
            };
            let line = format!("{type} {self:?} {doubled}");
            out.push(line);
        }
        out
    }
}

#[concurrent(mode = "process", workers = 2)]
fn cows<T>(name: std::borrow::Cow<'_, str>, value: T, n: u64) -> Vec<String>
where
    T: serde::Serialize + serde::de::DeserializeOwned + std::fmt::Display,
{
    let mut out = Vec::new();
    for i in 0..n {
        let line = format!("{name}{value}{}", work(i));
        out.push(line);
    }
    out
}

#[test]
fn names_and_lifetimes_of_captured_variables_do_not_matter() {
    timed(|| {
        let named = Named { name: "x".to_owned() };
        assert_eq!(named.shown("t", 2), ["t Named { name: \"x\" } 0", "t Named { name: \"x\" } 4"]);
        let wrapped = Wrapped("c".into());
        assert_eq!(cows(wrapped.0, 7, 2), ["c70", "c71"]);
    });
}

#[concurrent(mode = "process", workers = 2)]
fn nested_result(n: u64) -> Result<impl Iterator<Item = u64>, Error> {
    let mut out = Vec::new();
    for i in 0..n {
        out.push(crash_on_5(i));
    }
    Ok(out.into_iter())
}

#[test]
fn a_failure_is_returned_beside_a_type_without_a_name() {
    timed(|| {
        assert_eq!(nested_result(3).unwrap().sum::<u64>(), 5);
        assert!(nested_result(7).err().is_some_and(|error| error.is_worker_died()));
    });
}

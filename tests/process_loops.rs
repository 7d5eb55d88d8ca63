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

//! With `reduce(..)` a chunk is folded where it runs, and chunks are put together in their order: the result depends on
//! where the chunks begin and end, never on the number of workers or on timing.

#![expect(clippy::assign_op_pattern, reason = "the loops have the forms that are tested")]

use std::collections::BTreeSet;
use std::ops::{Add, AddAssign};
use std::panic::{self, AssertUnwindSafe};
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

use concurrent_futures::{ThreadPool, concurrent};
use concurrent_futures_suite::timed;

/// Takes uneven time, so that later iterations finish before earlier ones.
fn work(n: u64) -> u64 {
    thread::sleep(Duration::from_micros((7 - n % 8) * 20));
    n.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407) >> 20
}

fn fraction(n: u64) -> f64 {
    work(n) as f64 / 1e9 - 1e3 / (n as f64 + 0.1)
}

#[concurrent(workers = workers, chunksize = chunk, reduce(+: sum, *: product, max: greatest, min: least))]
fn floats(n: u64, workers: usize, chunk: usize) -> [u64; 4] {
    let (mut sum, mut product, mut greatest, mut least) = (0.1_f64, 1.0_f64, f64::MIN, f64::MAX);
    for i in 0..n {
        let value = fraction(i);
        sum += value;
        product *= 1.0 + 1.0 / (value * value + 1.0);
        greatest = greatest.max(value);
        least = f64::min(least, value);
    }
    [sum, product, greatest, least].map(f64::to_bits)
}

/// What the clause promises, by hand.
fn floats_by_hand(n: u64, chunk: usize) -> [u64; 4] {
    let values: Vec<f64> = (0..n).map(fraction).collect();
    let (mut sum, mut product, mut greatest, mut least) = (0.1_f64, 1.0_f64, f64::MIN, f64::MAX);
    for chunk in values.chunks(chunk) {
        sum += chunk.iter().copied().reduce(|a, b| a + b).unwrap();
        product *= chunk.iter().map(|value| 1.0 + 1.0 / (value * value + 1.0)).reduce(|a, b| a * b).unwrap();
        greatest = chunk.iter().copied().fold(greatest, f64::max);
        least = chunk.iter().copied().fold(least, f64::min);
    }
    [sum, product, greatest, least].map(f64::to_bits)
}

#[test]
fn with_fixed_chunks_float_results_are_the_same_bits_for_any_number_of_workers() {
    timed(|| {
        for chunk in [1, 7, 64] {
            let expected = floats_by_hand(150, chunk);
            for workers in [1, 2, 3, 8] {
                for _ in 0..3 {
                    assert_eq!(floats(150, workers, chunk), expected, "{workers} workers, chunks of {chunk}");
                }
            }
        }
    });
}

/// The function's clause is meant for the loops that change the variable, on whatever threads they run.
#[concurrent(pool = pool, chunksize = 7, reduce(+: sum))]
fn on_a_pool(n: u64, pool: &ThreadPool) -> (u64, Vec<u64>) {
    let mut sum = 0.1_f64;
    for i in 0..n {
        sum += fraction(i);
    }
    let mut shares = Vec::new();
    for i in 0..3 {
        shares.push((fraction(i) / sum).to_bits());
    }
    (sum.to_bits(), shares)
}

#[test]
fn a_pool_gives_the_same_bits() {
    timed(|| {
        let pool = ThreadPool::new(3).unwrap();
        let [sum, ..] = floats_by_hand(150, 7);
        let shares = (0..3).map(|i| (fraction(i) / f64::from_bits(sum)).to_bits()).collect();
        assert_eq!(on_a_pool(150, &pool), (sum, shares));
    });
}

#[concurrent(workers = workers, chunksize = 7, reduce(+: sum))]
fn of_a_pulled_source(n: u64, workers: usize) -> u64 {
    let mut sum = 0.1_f64;
    for value in (0..n).filter(|n| n % 3 > 0).map(|n| n + 1) {
        sum += fraction(value);
    }
    sum.to_bits()
}

#[test]
fn the_chunks_of_any_iterator_are_the_same() {
    timed(|| {
        let alone = of_a_pulled_source(200, 1);
        (2..6).for_each(|workers| assert_eq!(of_a_pulled_source(200, workers), alone));
    });
}

#[concurrent(chunksize = 10, reduce(+: sum))]
fn of_a_short_loop(values: &[f64]) -> f64 {
    let mut sum = 0.0;
    for value in values {
        sum += value;
    }
    sum
}

#[test]
fn a_loop_that_is_known_to_be_short_is_still_folded_in_chunks() {
    timed(|| {
        let values: Vec<f64> = (0..95).map(|n| 1.0 / (f64::from(n) + 0.3)).collect();
        let expected = values.chunks(10).map(|chunk| chunk.iter().sum::<f64>()).fold(0.0, |a, b| a + b);
        for _ in 0..20 {
            assert_eq!(of_a_short_loop(&values).to_bits(), expected.to_bits());
        }
    });
}

fn join(mut all: String, next: String) -> String {
    all.push('<');
    all.push_str(&next);
    all
}

#[concurrent(workers = 4, chunksize = 3, reduce(join: text, +: back))]
fn joined(n: u64) -> (String, Word) {
    let mut text = String::from("start");
    let mut back = Word("end".into());
    for i in 0..n {
        let word = (work(i) % 100 + i).to_string();
        back = Word(word.clone()) + back;
        text = join(text, word);
    }
    (text, back)
}

/// A type of the user, whose `+` is not commutative.
#[derive(Debug, Clone, PartialEq)]
struct Word(String);

impl Add for Word {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0 + &other.0)
    }
}

impl AddAssign for Word {
    fn add_assign(&mut self, other: Self) {
        self.0.push_str(&other.0);
    }
}

#[test]
fn chunks_are_put_together_in_their_order() {
    timed(|| {
        let words: Vec<String> = (0..50).map(|i| (work(i) % 100 + i).to_string()).collect();
        let text = words.iter().fold("start".to_owned(), |all, next| {
            // `join` of a chunk with what was before it: the first `<` comes from there.
            all + "<" + next
        });
        let back = words.iter().fold("end".to_owned(), |all, next| next.clone() + &all);
        assert_eq!(joined(50), (text, Word(back)));
    });
}

#[concurrent(workers = 4, chunksize = 5, reduce(+: word))]
fn words_in_place(n: u64) -> Word {
    let mut word = Word("^".into());
    for i in 0..n {
        if i % 3 != 1 {
            word += Word(format!("{},", work(i) % 10));
        }
        word += Word(format!("{i};"));
    }
    word
}

#[test]
fn a_type_without_a_neutral_element_is_folded() {
    timed(|| {
        let mut expected = Word("^".into());
        for i in 0..40 {
            if i % 3 != 1 {
                expected += Word(format!("{},", work(i) % 10));
            }
            expected += Word(format!("{i};"));
        }
        assert_eq!(words_in_place(40), expected);
        assert_eq!(words_in_place(0), Word("^".into()));
    });
}

/// An exit that the parallel part decides: what stands before it counts, what stands behind it does not.
#[concurrent(workers = 4, chunksize = 8, reduce(+: tried, +: sum))]
fn until_a_bad_one(n: u64, bad: u64) -> (u64, u64) {
    let (mut tried, mut sum) = (0, 0);
    for i in 0..n {
        tried += 1;
        let Some(value) = checked(i, bad) else { break };
        sum += value;
    }
    (tried, sum)
}

fn checked(i: u64, bad: u64) -> Option<u64> {
    (i < bad).then(|| work(i) % 100)
}

/// The same behind an in-order statement.
#[concurrent(workers = 4, chunksize = 8, reduce(+: tried, +: sum))]
fn until_a_bad_one_behind(n: u64, bad: u64, seen: &mut Vec<u64>) -> (u64, u64) {
    let (mut tried, mut sum) = (0, 0);
    for i in 0..n {
        tried += 1;
        seen.push(i);
        let Some(value) = checked(i, bad) else { break };
        if value % 2 == 0 {
            continue;
        }
        sum += value;
    }
    (tried, sum)
}

/// The in-order part decides, which a chunk cannot know: the sum is made in order.
#[concurrent(workers = 4, chunksize = 8, reduce(+: sum))]
fn until_there_are_enough(n: u64, enough: usize) -> (f64, Vec<u64>) {
    let mut sum = 0.1;
    let mut seen = Vec::new();
    for i in 0..n {
        let value = fraction(i);
        sum += value;
        seen.push(value.to_bits());
        if seen.len() == enough {
            break;
        }
    }
    (sum, seen)
}

#[test]
fn nothing_behind_an_exit_counts() {
    timed(|| {
        for bad in [0, 1, 7, 8, 9, 30, 63, 64, 100] {
            let values: Vec<u64> = (0..bad.min(64)).map(|i| work(i) % 100).collect();
            let tried = bad.min(63) + 1;
            assert_eq!(until_a_bad_one(64, bad), (tried, values.iter().sum()));
            let mut seen = Vec::new();
            let sum = values.iter().filter(|value| *value % 2 == 1).sum();
            assert_eq!(until_a_bad_one_behind(64, bad, &mut seen), (tried, sum));
            assert_eq!(seen, (0..tried).collect::<Vec<_>>());
        }
        for enough in [1, 5, 8, 20] {
            let values: Vec<f64> = (0..enough as u64).map(fraction).collect();
            let expected = values.iter().fold(0.1, |a, b| a + b);
            let (sum, seen) = until_there_are_enough(64, enough);
            assert_eq!(sum.to_bits(), expected.to_bits());
            assert_eq!(seen, values.iter().map(|value| value.to_bits()).collect::<Vec<_>>());
        }
    });
}

/// The threads on which a loop without an in-order part runs, and its sum.
#[concurrent(workers = 2, chunksize = 1, reduce(+: sum))]
fn on_threads(n: u64, threads: &Mutex<BTreeSet<String>>) -> u64 {
    let mut sum = 0;
    for i in 0..n {
        sum += noted(threads, i);
    }
    sum
}

fn noted(threads: &Mutex<BTreeSet<String>>, i: u64) -> u64 {
    thread::sleep(Duration::from_millis(2));
    threads.lock().unwrap().insert(format!("{:?}", thread::current().id()));
    i
}

#[test]
fn a_loop_that_only_reduces_runs_on_several_threads() {
    timed(|| {
        let threads = Mutex::new(BTreeSet::new());
        assert_eq!(on_threads(100, &threads), 4950);
        assert!(threads.into_inner().unwrap().len() > 1);
    });
}

#[concurrent(workers = 3, chunksize = 4, reduce(+: sum))]
fn breaks_at(n: u64, bad: u64, sums: &mut Vec<u64>) -> u64 {
    let mut sum = 0;
    for i in 0..n {
        assert!(i != bad, "{i} is bad");
        sum += work(i);
        sums.push(i);
    }
    sum
}

#[test]
fn a_panic_comes_at_its_place() {
    timed(|| {
        let mut seen = Vec::new();
        let panic = panic::catch_unwind(AssertUnwindSafe(|| breaks_at(40, 21, &mut seen))).unwrap_err();
        assert_eq!(panic.downcast_ref::<String>().unwrap(), "21 is bad");
        assert_eq!(seen, (0..21).collect::<Vec<_>>());
    });
}

/// Each element in turn, by reference and by value, of types that only the plain loop names.
#[concurrent(workers = 2, reduce(+: sum, |: bits, &: common, ^: odd, &&: all, ||: any, max: longest))]
fn of_every_operator(words: &[String]) -> (usize, u64, u64, u64, bool, bool, Option<usize>) {
    let (mut sum, mut bits, mut common, mut odd, mut all, mut any) = (0, 0, u64::MAX, 0, true, false);
    let mut longest = None;
    for word in words {
        let length = word.len();
        let weight = work(length as u64);
        sum = sum + length + 1;
        bits |= weight;
        common = common & weight;
        odd = weight ^ odd;
        all = all && weight % 5 != 1;
        any = any || weight % 7 == 1;
        if word.starts_with('a') {
            all = false;
            any |= length > 3;
        }
        longest = longest.max(Some(length));
    }
    (sum, bits, common, odd, all, any, longest)
}

#[test]
fn every_operator_gives_what_the_plain_loop_gives() {
    timed(|| {
        for n in [0, 1, 5, 60] {
            let words: Vec<String> = (0..n).map(|i| "x".repeat(i % 9)).collect();
            let weights = || words.iter().map(|word| work(word.len() as u64));
            let expected = (
                words.iter().map(|word| word.len() + 1).sum(),
                weights().fold(0, |a, b| a | b),
                weights().fold(u64::MAX, |a, b| a & b),
                weights().fold(0, |a, b| a ^ b),
                weights().all(|weight| weight % 5 != 1),
                weights().any(|weight| weight % 7 == 1),
                words.iter().map(String::len).max(),
            );
            assert_eq!(of_every_operator(&words), expected);
        }
    });
}

/// An operand that is decided by what came before in its chunk is not evaluated.
#[concurrent(workers = 2, chunksize = 10, reduce(&&: all))]
fn up_to_the_first_miss(n: u64, asked: &Mutex<Vec<u64>>) -> bool {
    let mut all = true;
    for i in 0..n {
        all = all && answer(i, asked);
    }
    all
}

fn answer(i: u64, asked: &Mutex<Vec<u64>>) -> bool {
    asked.lock().unwrap().push(i);
    i % 10 != 4
}

#[test]
fn a_decided_operand_is_skipped_within_its_chunk() {
    timed(|| {
        let asked = Mutex::new(Vec::new());
        assert!(!up_to_the_first_miss(30, &asked));
        let mut asked = asked.into_inner().unwrap();
        asked.sort_unstable();
        assert!(asked.iter().all(|i| i % 10 <= 4), "{asked:?}");
        assert!(asked.starts_with(&[0, 1, 2, 3, 4]));
    });
}

macro_rules! two_of_one_name {
    ($name:ident) => {
        #[concurrent(reduce(+: $name))]
        fn two_variables(n: u64) -> (u64, u64) {
            let mut $name = 0;
            let mut total = 0;
            for i in 0..n {
                total += work(i);
            }
            $name += 1;
            ($name, total)
        }
    };
}

two_of_one_name!(total);

#[test]
fn two_variables_of_one_name_are_never_taken_for_one() {
    timed(|| {
        let panic = panic::catch_unwind(|| two_variables(30)).unwrap_err();
        assert!(panic.downcast_ref::<&str>().unwrap().contains("different variables"));
    });
}

#[test]
fn one_chunk_for_all_however_many_there_are() {
    #[concurrent(workers = 2, chunksize = usize::MAX / 2, reduce(+: total))]
    fn run(numbers: &[f64]) -> f64 {
        let mut total = 0.0;
        for n in numbers.iter().filter(|n| **n > 0.5) {
            total += n.sqrt();
        }
        total
    }
    timed(|| {
        let numbers: Vec<f64> = (0..1000).map(f64::from).collect();
        let plain = numbers.iter().filter(|n| **n > 0.5).map(|n| n.sqrt()).sum::<f64>();
        assert_eq!(run(&numbers).to_bits(), plain.to_bits());
    });
}

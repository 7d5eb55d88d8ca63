//! Submitted tasks beside those of peers, in one run: `cargo bench --bench futures`, or for one column
//! `cargo bench --bench futures -- completed`.
//!
//! Contenders take turns within each round, so that all meet the same machine; shown are medians over the rounds, of the
//! times and of the ratios to ours within a round. A ratio above 1: slower than ours.

use std::fmt::Write;
use std::process::Command;
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use concurrent_futures::{ThreadPool, as_completed};
use tokio::sync::oneshot;

const WORKERS: usize = 2;
const OUTSTANDING: usize = 100_000;
const ONE_AT_A_TIME: usize = 2_000;
const DEPTH: usize = 50;
const COMPLETED: usize = 10_000;
/// Once takes only 2 ms.
const COMPLETED_TIMES: usize = 10;
const ROUNDS: usize = 9;

/// What is compared. Each measurement checks its results.
trait Contender {
    fn name(&self) -> &'static str;
    /// Submits many tasks, then takes all results in order.
    fn batch(&self);
    /// Submits one task and takes its result.
    fn one(&self);
    /// Submits tasks and takes the results as they come.
    fn completed(&self);
    /// Tasks that submit and wait for each other; false where that hangs.
    fn nested(&self) -> bool;
}

struct Ours(Arc<ThreadPool>);

fn nested(pool: &Arc<ThreadPool>, depth: usize) -> usize {
    if depth == 0 {
        return 0;
    }
    let same = Arc::clone(pool);
    1 + pool.spawn(move || nested(&same, depth - 1)).result().expect("no panic")
}

impl Contender for Ours {
    fn name(&self) -> &'static str {
        "concurrent-futures"
    }

    fn batch(&self) {
        let futures: Vec<_> = (0..OUTSTANDING).map(|n| self.0.spawn(move || n)).collect();
        assert!(futures.into_iter().map(|future| future.result().expect("no panic")).eq(0..OUTSTANDING));
    }

    fn one(&self) {
        assert_eq!(self.0.spawn(|| 7).result().expect("no panic"), 7);
    }

    fn completed(&self) {
        let futures = (0..COMPLETED).map(|n| self.0.spawn(move || n));
        assert_eq!(as_completed(futures).count(), COMPLETED);
    }

    fn nested(&self) -> bool {
        let same = Arc::clone(&self.0);
        assert_eq!(self.0.spawn(move || nested(&same, DEPTH)).result().expect("no panic"), DEPTH);
        true
    }
}

/// A pool of somebody else's. Results come through a channel for one value, or one for all.
trait Start: Send + Sync + 'static {
    fn start(&self, job: impl FnOnce() + Send + 'static);
}

impl Start for rayon::ThreadPool {
    fn start(&self, job: impl FnOnce() + Send + 'static) {
        self.spawn(job);
    }
}

impl Start for tokio::runtime::Runtime {
    fn start(&self, job: impl FnOnce() + Send + 'static) {
        drop(self.spawn_blocking(job));
    }
}

impl Start for threadpool::ThreadPool {
    fn start(&self, job: impl FnOnce() + Send + 'static) {
        self.execute(job);
    }
}

impl Start for rusty_pool::ThreadPool {
    fn start(&self, job: impl FnOnce() + Send + 'static) {
        self.execute(job);
    }
}

struct Peer<P> {
    name: &'static str,
    pool: P,
    /// The same with a thread for each task that waits.
    deep_pool: Arc<P>,
}

fn submit(pool: &impl Start, n: usize) -> oneshot::Receiver<usize> {
    let (send, receive) = oneshot::channel();
    pool.start(move || send.send(n).unwrap_or_default());
    receive
}

fn nested_peer(pool: &Arc<impl Start>, depth: usize) -> usize {
    if depth == 0 {
        return 0;
    }
    let (send, receive) = oneshot::channel();
    let same = Arc::clone(pool);
    pool.start(move || send.send(nested_peer(&same, depth - 1)).unwrap_or_default());
    1 + receive.blocking_recv().expect("no panic")
}

impl<P: Start> Contender for Peer<P> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn batch(&self) {
        let results: Vec<_> = (0..OUTSTANDING).map(|n| submit(&self.pool, n)).collect();
        assert!(results.into_iter().map(|result| result.blocking_recv().expect("no panic")).eq(0..OUTSTANDING));
    }

    fn one(&self) {
        assert_eq!(submit(&self.pool, 7).blocking_recv().expect("no panic"), 7);
    }

    fn completed(&self) {
        let (send, receive) = mpsc::channel();
        for n in 0..COMPLETED {
            let send = send.clone();
            self.pool.start(move || send.send((n, n)).expect("the receiver waits"));
        }
        drop(send);
        assert_eq!(receive.into_iter().count(), COMPLETED);
    }

    fn nested(&self) -> bool {
        assert_eq!(nested_peer(&self.deep_pool, DEPTH + 1), DEPTH + 1);
        true
    }
}

fn peer<P: Start>(name: &'static str, pool_of: impl Fn(usize) -> P) -> Box<dyn Contender> {
    Box::new(Peer { name, pool: pool_of(WORKERS), deep_pool: Arc::new(pool_of(DEPTH + 2)) })
}

fn peers() -> Vec<Box<dyn Contender>> {
    let rayon = |n| rayon::ThreadPoolBuilder::new().num_threads(n).build().expect("rayon's threads");
    let tokio = |n| tokio::runtime::Builder::new_current_thread().max_blocking_threads(n).build().expect("tokio");
    let rusty = |n| rusty_pool::Builder::new().core_size(n).max_size(n).build();
    vec![
        peer("rayon spawn + oneshot", rayon),
        peer("tokio spawn_blocking", tokio),
        peer("threadpool + oneshot", threadpool::ThreadPool::new),
        peer("rusty_pool + oneshot", rusty),
    ]
}

fn time(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

fn micros(time: Duration, n: usize) -> f64 {
    time.as_secs_f64() * 1e6 / n as f64
}

const COLUMNS: [&str; 5] = ["100,000 outstanding", "one, median", "one, p99", "10,000 as completed", "50 deep"];

fn is_wanted(column: usize) -> bool {
    let only = std::env::args().skip(1).find(|argument| !argument.starts_with('-')).unwrap_or_default();
    COLUMNS[column].contains(&only)
}

/// One round of one contender, in µs, in the order of the columns.
fn measure(contender: &dyn Contender) -> [Option<f64>; COLUMNS.len()] {
    let batch = is_wanted(0).then(|| time(|| contender.batch()));
    // On a pool that is idle in between, as far as one can be that has just answered.
    let n_ones = if is_wanted(1) || is_wanted(2) { ONE_AT_A_TIME } else { 0 };
    let mut ones: Vec<_> = (0..n_ones).map(|_| time(|| contender.one())).collect();
    ones.sort_unstable();
    let completed = is_wanted(3).then(|| time(|| (0..COMPLETED_TIMES).for_each(|_| contender.completed())));
    let mut has_nested = false;
    let nested = is_wanted(4).then(|| time(|| has_nested = contender.nested()));
    [
        batch.map(|time| micros(time, OUTSTANDING)),
        ones.get(n_ones / 2).map(|&time| micros(time, 1)),
        ones.get(n_ones * 99 / 100).map(|&time| micros(time, 1)),
        completed.map(|time| micros(time, COMPLETED * COMPLETED_TIMES)),
        nested.filter(|_| has_nested).map(|time| micros(time, 1)),
    ]
}

/// The same measurements of Python's pool.
fn python() -> Option<[Option<f64>; COLUMNS.len()]> {
    let script = format!(
        "import time\nfrom concurrent.futures import ThreadPoolExecutor as P, as_completed as c\n\
         t=time.perf_counter\nf=lambda:0\n\
         with P({WORKERS}) as p:\n\
         \x20s=t();[x.result() for x in [p.submit(f) for _ in range({OUTSTANDING})]];a=(t()-s)/{OUTSTANDING}\n\
         \x20l=[]\n\
         \x20for _ in range({ONE_AT_A_TIME}):\n\x20 s=t();p.submit(f).result();l.append(t()-s)\n\
         \x20l.sort()\n\
         \x20s=t();n=sum(1 for x in c([p.submit(f) for _ in range({COMPLETED})]));d=(t()-s)/{COMPLETED}\n\
         print(a*1e6,l[{ONE_AT_A_TIME}//2]*1e6,l[{ONE_AT_A_TIME}*99//100]*1e6,d*1e6)\n"
    );
    let output =
        Command::new("python3").args(["-c", &script]).output().ok().filter(|output| output.status.success())?;
    let text = String::from_utf8(output.stdout).ok()?;
    let mut numbers = text.split_whitespace().map(|number| number.parse().ok());
    Some(std::array::from_fn(|_| numbers.next().flatten()))
}

fn median(mut numbers: Vec<f64>) -> Option<f64> {
    numbers.sort_unstable_by(f64::total_cmp);
    numbers.get(numbers.len() / 2).copied()
}

fn main() {
    let pool = Arc::new(ThreadPool::new(WORKERS).expect("two workers"));
    let mut contenders: Vec<Box<dyn Contender>> = vec![Box::new(Ours(pool))];
    contenders.extend(peers());

    // Threads start, and caches fill.
    for contender in &contenders {
        measure(&**contender);
    }
    let mut rounds: Vec<Vec<_>> = contenders.iter().map(|_| Vec::new()).collect();
    for _ in 0..ROUNDS {
        for (contender, rounds) in contenders.iter().zip(&mut rounds) {
            rounds.push(measure(&**contender));
        }
    }
    let mut names: Vec<_> = contenders.iter().map(|contender| contender.name()).collect();
    match python() {
        Some(times) => {
            names.push("ThreadPoolExecutor");
            rounds.push(vec![times; ROUNDS]);
        }
        None => println!("Python: no python3 here, skipped"),
    }

    let mut table = format!("{:<24}", "µs (ratio to ours)");
    for column in (0..COLUMNS.len()).filter(|&column| is_wanted(column)) {
        write!(table, "{:>22}", COLUMNS[column]).expect("writing to a string succeeds");
    }
    for (name, theirs) in names.iter().zip(&rounds) {
        write!(table, "\n{name:<24}").expect("writing to a string succeeds");
        for column in (0..COLUMNS.len()).filter(|&column| is_wanted(column)) {
            let times = theirs.iter().filter_map(|round| round[column]).collect();
            let pairs = theirs.iter().zip(&rounds[0]);
            let ratios = pairs.filter_map(|(theirs, ours)| Some(theirs[column]? / ours[column]?)).collect();
            let cell = match (median(times), median(ratios)) {
                (Some(time), Some(ratio)) => format!("{time:.2} ({ratio:.2})"),
                _ => "-".to_owned(),
            };
            write!(table, "{cell:>22}").expect("writing to a string succeeds");
        }
    }
    println!("{table}");
}

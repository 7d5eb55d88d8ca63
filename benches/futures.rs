//! Submitted tasks beside those of peers, in one run: `cargo bench --bench futures`.
//!
//! Contenders take turns within each round, so that all meet the same machine; shown are medians over the rounds, of the
//! times and of the ratios to ours within a round. A ratio above 1: slower than ours.

use std::fmt::Write;
use std::process::Command;
use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, Instant};

use concurrent_futures::{ThreadPool, as_completed};
use tokio::sync::oneshot;

const WORKERS: usize = 2;
const OUTSTANDING: usize = 100_000;
const ONE_AT_A_TIME: usize = 2_000;
const DEPTH: usize = 50;
const COMPLETED: usize = 10_000;
const ROUNDS: usize = 9;

type Job = Box<dyn FnOnce() + Send>;

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

type Start = Arc<dyn Fn(Job) + Send + Sync>;

/// Something that starts jobs; results come through a channel for one value, or one for all.
struct Peer {
    name: &'static str,
    start: Start,
    /// The same with a thread for each task that waits.
    start_deep: Start,
}

fn submit(start: &Start, n: usize) -> oneshot::Receiver<usize> {
    let (send, receive) = oneshot::channel();
    start(Box::new(move || send.send(n).unwrap_or_default()));
    receive
}

fn nested_peer(start: &Start, depth: usize) -> usize {
    if depth == 0 {
        return 0;
    }
    let (send, receive) = oneshot::channel();
    let same = Arc::clone(start);
    start(Box::new(move || send.send(nested_peer(&same, depth - 1)).unwrap_or_default()));
    1 + receive.blocking_recv().expect("no panic")
}

impl Contender for Peer {
    fn name(&self) -> &'static str {
        self.name
    }

    fn batch(&self) {
        let results: Vec<_> = (0..OUTSTANDING).map(|n| submit(&self.start, n)).collect();
        assert!(results.into_iter().map(|result| result.blocking_recv().expect("no panic")).eq(0..OUTSTANDING));
    }

    fn one(&self) {
        assert_eq!(submit(&self.start, 7).blocking_recv().expect("no panic"), 7);
    }

    fn completed(&self) {
        let (send, receive) = mpsc::channel();
        for n in 0..COMPLETED {
            let send = send.clone();
            (self.start)(Box::new(move || send.send((n, n)).expect("the receiver waits")));
        }
        drop(send);
        assert_eq!(receive.into_iter().count(), COMPLETED);
    }

    fn nested(&self) -> bool {
        assert_eq!(nested_peer(&self.start_deep, DEPTH + 1), DEPTH + 1);
        true
    }
}

fn peers(runtime: &tokio::runtime::Runtime, deep_runtime: &tokio::runtime::Runtime) -> Vec<Box<dyn Contender>> {
    let rayon = |n| -> Start {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n).build().expect("rayon's threads");
        Arc::new(move |job| pool.spawn(job))
    };
    let threadpool = |n| -> Start {
        let pool = Mutex::new(threadpool::ThreadPool::new(n));
        Arc::new(move |job| pool.lock().expect("no panic").execute(job))
    };
    let rusty = |n| -> Start {
        let pool = rusty_pool::Builder::new().core_size(n).max_size(n).build();
        Arc::new(move |job| pool.execute(job))
    };
    let tokio = |runtime: &tokio::runtime::Runtime| -> Start {
        let handle = runtime.handle().clone();
        Arc::new(move |job| drop(handle.spawn_blocking(job)))
    };
    let deep = DEPTH + 2;
    vec![
        Box::new(Peer { name: "rayon spawn + oneshot", start: rayon(WORKERS), start_deep: rayon(deep) }),
        Box::new(Peer { name: "tokio spawn_blocking", start: tokio(runtime), start_deep: tokio(deep_runtime) }),
        Box::new(Peer { name: "threadpool + oneshot", start: threadpool(WORKERS), start_deep: threadpool(deep) }),
        Box::new(Peer { name: "rusty_pool + oneshot", start: rusty(WORKERS), start_deep: rusty(deep) }),
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

/// One round of one contender, in µs, in the order of the columns.
fn measure(contender: &dyn Contender) -> [Option<f64>; COLUMNS.len()] {
    let batch = time(|| contender.batch());
    // On a pool that is idle in between, as far as one can be that has just answered.
    let mut ones: Vec<_> = (0..ONE_AT_A_TIME).map(|_| time(|| contender.one())).collect();
    ones.sort_unstable();
    let completed = time(|| contender.completed());
    let mut has_nested = false;
    let nested = time(|| has_nested = contender.nested());
    [
        Some(micros(batch, OUTSTANDING)),
        Some(micros(ones[ONE_AT_A_TIME / 2], 1)),
        Some(micros(ones[ONE_AT_A_TIME * 99 / 100], 1)),
        Some(micros(completed, COMPLETED)),
        has_nested.then(|| micros(nested, 1)),
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
    let runtime = |n| tokio::runtime::Builder::new_current_thread().max_blocking_threads(n).build().expect("tokio");
    let (shallow, deep) = (runtime(WORKERS), runtime(DEPTH + 2));
    let pool = Arc::new(ThreadPool::new(WORKERS).expect("two workers"));
    let mut contenders: Vec<Box<dyn Contender>> = vec![Box::new(Ours(pool))];
    contenders.extend(peers(&shallow, &deep));

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
    COLUMNS.iter().for_each(|column| write!(table, "{column:>22}").expect("writing to a string succeeds"));
    for (name, theirs) in names.iter().zip(&rounds) {
        write!(table, "\n{name:<24}").expect("writing to a string succeeds");
        for column in 0..COLUMNS.len() {
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

//! Submitted tasks beside those of peers, in one run: `cargo bench --bench futures`.
//!
//! Ratios are of a peer's time to ours: above 1 we are faster. The machine's own noise is in all of them.

use std::fmt::Write;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use concurrent_futures::{ThreadPool, as_completed};
use tokio::sync::oneshot;

const WORKERS: usize = 2;
const OUTSTANDING: usize = 100_000;
const ONE_AT_A_TIME: usize = 2_000;
const DEPTH: usize = 50;
const COMPLETED: usize = 10_000;
const ROUNDS: usize = 5;

type Job = Box<dyn FnOnce() + Send>;

/// Something that starts jobs; results come through a channel for one value.
struct Peer {
    name: &'static str,
    start: Arc<dyn Fn(Job) + Send + Sync>,
}

impl Peer {
    fn submit(&self, n: usize) -> oneshot::Receiver<usize> {
        let (send, receive) = oneshot::channel();
        (self.start)(Box::new(move || send.send(n).unwrap_or_default()));
        receive
    }
}

fn peers(runtime: &tokio::runtime::Runtime) -> Vec<Peer> {
    let rayon = rayon::ThreadPoolBuilder::new().num_threads(WORKERS).build().expect("rayon's threads");
    let threadpool = Mutex::new(threadpool::ThreadPool::new(WORKERS));
    let rusty = rusty_pool::Builder::new().core_size(WORKERS).max_size(WORKERS).build();
    let handle = runtime.handle().clone();
    vec![
        Peer { name: "rayon spawn + oneshot", start: Arc::new(move |job| rayon.spawn(job)) },
        Peer { name: "tokio spawn_blocking", start: Arc::new(move |job| drop(handle.spawn_blocking(job))) },
        Peer {
            name: "threadpool + oneshot",
            start: Arc::new(move |job| threadpool.lock().expect("no panic").execute(job)),
        },
        Peer { name: "rusty_pool + oneshot", start: Arc::new(move |job| rusty.execute(job)) },
    ]
}

/// The fastest of some rounds.
fn best(mut round: impl FnMut()) -> Duration {
    (0..ROUNDS).map(|_| time(&mut round)).min().expect("at least one round")
}

fn time(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

/// Median and 99th percentile of single round trips, on a pool that is idle in between.
fn latency(mut round_trip: impl FnMut()) -> (Duration, Duration) {
    let mut times: Vec<_> = (0..ONE_AT_A_TIME).map(|_| time(&mut round_trip)).collect();
    times.sort_unstable();
    (times[ONE_AT_A_TIME / 2], times[ONE_AT_A_TIME * 99 / 100])
}

fn nested(pool: &Arc<ThreadPool>, depth: usize) -> usize {
    if depth == 0 {
        return 0;
    }
    let same = Arc::clone(pool);
    1 + pool.spawn(move || nested(&same, depth - 1)).result().expect("no panic")
}

/// The same measurements of Python's pool, in µs: per task, median, 99th percentile, per completed.
fn python() -> Option<Vec<f64>> {
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
    String::from_utf8(output.stdout).ok()?.split_whitespace().map(|number| number.parse().ok()).collect()
}

fn micros(time: Duration, n: usize) -> f64 {
    time.as_secs_f64() * 1e6 / n as f64
}

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread().max_blocking_threads(WORKERS).build().expect("tokio");
    let pool = Arc::new(ThreadPool::new(WORKERS).expect("two workers"));
    let batch = best(|| {
        let futures: Vec<_> = (0..OUTSTANDING).map(|n| pool.spawn(move || n)).collect();
        assert!(futures.into_iter().map(|future| future.result().expect("no panic")).eq(0..OUTSTANDING));
    });
    let (median, p99) = latency(|| assert_eq!(pool.spawn(|| 7).result().expect("no panic"), 7));
    let completed = best(|| {
        let futures = (0..COMPLETED).map(|n| pool.spawn(move || n));
        assert_eq!(as_completed(futures).count(), COMPLETED);
    });
    let deep = best(|| {
        let same = Arc::clone(&pool);
        assert_eq!(pool.spawn(move || nested(&same, DEPTH)).result().expect("no panic"), DEPTH);
    });
    let ours = [micros(batch, OUTSTANDING), micros(median, 1), micros(p99, 1), micros(completed, COMPLETED)];

    let mut table = String::from(
        "µs (ratio to ours)        100,000 outstanding   one, median    one, p99   as_completed of 10,000\n",
    );
    let mut row = |name: &str, times: &[f64]| {
        write!(table, "{name:<24}").expect("writing to a string succeeds");
        for (time, our) in times.iter().zip(ours) {
            write!(table, "{:>10.2} ({:>5.2})", time, time / our).expect("writing to a string succeeds");
        }
        table.push('\n');
    };
    row("concurrent-futures", &ours);
    for peer in peers(&runtime) {
        let batch = best(|| {
            let results: Vec<_> = (0..OUTSTANDING).map(|n| peer.submit(n)).collect();
            assert!(results.into_iter().map(|result| result.blocking_recv().expect("no panic")).eq(0..OUTSTANDING));
        });
        let (median, p99) = latency(|| assert_eq!(peer.submit(7).blocking_recv().expect("no panic"), 7));
        row(peer.name, &[micros(batch, OUTSTANDING), micros(median, 1), micros(p99, 1)]);
    }
    match python() {
        Some(times) => row("Python ThreadPoolExecutor", &times),
        None => table.push_str("Python: no python3 here, skipped\n"),
    }
    println!("{table}");
    println!(
        "{DEPTH} submits inside each other on {WORKERS} workers: {:.1} µs; peers hang or have no such wait",
        micros(deep, 1)
    );
}

//! Worker processes beside those of peers and beside what the system can do, in one run: `cargo bench --bench processes`.
//!
//! The contenders of a row take turns, so that whatever else the machine does meets all of them; printed are medians, in
//! microseconds, and in brackets how many times as long as ours. Numbers of tasks differ where a peer would take minutes: all
//! times are for one task. Peers: Python's two pools (the script beside this file, in one process that lives as long as this
//! one) and the crate `procspawn`. Limits: see `bare`.
//!
//! ```text
//! cargo bench --bench processes              # everything
//! cargo bench --bench processes -- latency   # rows whose name contains this
//! ```

#[cfg(unix)]
mod bare;

#[cfg(not(unix))]
fn main() {
    println!("no worker processes here");
}

#[cfg(unix)]
fn main() {
    if bare::be_an_echo().expect("the other end stays until it closes") {
        return;
    }
    procspawn::init();
    // SAFETY: all functions that are sent are in this executable.
    unsafe { procspawn::assert_spawn_is_safe() };
    unix::main();
}

#[cfg(unix)]
mod unix {
    use std::cell::RefCell;
    use std::fs::OpenOptions;
    use std::hint::black_box;
    use std::io::{BufRead, BufReader, Write};
    use std::path::PathBuf;
    use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
    use std::time::{Duration, Instant};
    use std::{env, fs, process, thread};

    use concurrent_futures::ProcessPool;

    use crate::bare::{self, Echo, Shared};

    const WORKERS: usize = 2;
    const OUTSTANDING: usize = 100_000;
    const ONE_AT_A_TIME: usize = 1_000;
    /// `procspawn` holds three descriptors for each task that waits.
    const PROCSPAWN_AT_ONCE: usize = 200;
    const MIB: usize = 1024 * 1024;

    type Contender<'a> = (&'static str, Box<dyn FnMut() -> Option<Vec<f64>> + 'a>);

    fn square(n: u64) -> u64 {
        n * n
    }

    fn same(payload: Vec<u8>) -> Vec<u8> {
        payload
    }

    /// Waits until so many workers have come here.
    fn meet((path, n): (PathBuf, u64)) {
        OpenOptions::new().append(true).open(&path).and_then(|mut file| file.write_all(b".")).expect("a place to meet");
        while fs::metadata(&path).expect("a place to meet").len() < n {
            thread::sleep(Duration::from_micros(100));
        }
    }

    pub(crate) fn main() {
        let started = Instant::now();
        let only = env::args().skip(1).find(|argument| !argument.starts_with('-')).unwrap_or_default();
        let bench = Bench { only, python: RefCell::new(Python::start()) };
        if bench.python.borrow().is_none() {
            println!("Python: no python3 here, skipped");
        }
        println!("µs (in brackets: times ours); load {}", load());
        bench.throughput();
        bench.latency();
        bench.start();
        bench.bulk();
        println!("load {}; {:.0?} in all", load(), started.elapsed());
    }

    struct Bench {
        only: String,
        python: RefCell<Option<Python>>,
    }

    impl Bench {
        fn throughput(&self) {
            let ours = ProcessPool::new(WORKERS).expect("two workers");
            let procspawn = procspawn::Pool::new(WORKERS).expect("two workers");
            let mut echo = Echo::start();
            let outstanding = || {
                let futures: Vec<_> = (0..OUTSTANDING as u64).map(|n| ours.submit(square, n)).collect();
                let results = futures.into_iter().map(|future| future.result().expect("no panic"));
                assert!(results.eq((0..OUTSTANDING as u64).map(square)));
            };
            let theirs = || {
                let handles: Vec<_> = (0..PROCSPAWN_AT_ONCE as u64).map(|n| procspawn.spawn(n, square)).collect();
                assert!(
                    handles
                        .into_iter()
                        .map(|h| h.join().expect("no panic"))
                        .eq((0..PROCSPAWN_AT_ONCE as u64).map(square))
                );
            };
            self.compare(
                "one by one",
                &[""],
                5,
                vec![
                    ("ours", Box::new(|| Some(vec![micros(OUTSTANDING, outstanding)]))),
                    ("multiprocessing.Pool", Box::new(|| self.python("Pool outstanding 20000"))),
                    ("ProcessPoolExecutor", Box::new(|| self.python("Executor outstanding 4000"))),
                    ("procspawn", Box::new(|| Some(vec![micros(PROCSPAWN_AT_ONCE, theirs)]))),
                    ("limit: socket pair, 64 in flight", Box::new(|| Some(vec![echo.throughput(OUTSTANDING)]))),
                ],
            );
            for chunk in [Some(1), Some(2), Some(64), Some(1024), None] {
                let name = chunk.map_or("mapped, adaptive chunks".to_owned(), |n| format!("mapped, chunks of {n}"));
                let n = if chunk.is_some_and(|n| n <= 2) { OUTSTANDING } else { 10 * OUTSTANDING };
                let mapped = || {
                    let map = ours.map(square, 0..n as u64);
                    let map = chunk.into_iter().fold(map, |map, size| map.chunksize(size));
                    assert!(map.map(|result| result.expect("no panic")).eq((0..n as u64).map(square)));
                };
                // Slow ones get fewer tasks; without a number, Python's pool makes four chunks for each worker.
                let size = chunk.unwrap_or(0);
                let pool = format!("Pool mapped {} {size}", if size == 1 || size == 2 { 10_000 } else { 200_000 });
                let executor = format!("Executor mapped {} {size}", if size >= 64 { 100_000 } else { 2_000 });
                self.compare(
                    &name,
                    &[""],
                    5,
                    vec![
                        ("ours", Box::new(|| Some(vec![micros(n, mapped)]))),
                        ("multiprocessing.Pool", Box::new(|| self.python(&pool))),
                        // Has no adaptive chunks: its default is 1.
                        ("ProcessPoolExecutor", Box::new(|| self.python(&executor))),
                    ],
                );
            }
        }

        fn latency(&self) {
            let ours = ProcessPool::new(WORKERS).expect("two workers");
            let procspawn = procspawn::Pool::new(WORKERS).expect("two workers");
            let mut echo = Echo::start();
            self.compare(
                "latency",
                &["median", "99th percentile"],
                5,
                vec![
                    (
                        "ours",
                        Box::new(|| {
                            Some(latency(|| assert_eq!(ours.submit(square, 7).result().expect("no panic"), 49)))
                        }),
                    ),
                    ("multiprocessing.Pool", Box::new(|| self.python("Pool latency 1000"))),
                    ("ProcessPoolExecutor", Box::new(|| self.python("Executor latency 1000"))),
                    (
                        "procspawn",
                        Box::new(|| {
                            Some(latency(|| assert_eq!(procspawn.spawn(7, square).join().expect("no panic"), 49)))
                        }),
                    ),
                    ("limit: socket pair", Box::new(|| Some(latency(|| echo.round_trip())))),
                ],
            );
        }

        fn start(&self) {
            for n in [1, 2, 10] {
                let place = env::temp_dir().join(format!("concurrent-futures-bench-{}", process::id()));
                let new = || {
                    fs::write(&place, "").expect("a place to meet");
                    (place.clone(), n as u64)
                };
                self.compare(
                    &format!("start of {n}"),
                    &[""],
                    9,
                    vec![
                        (
                            "ours",
                            Box::new(|| {
                                let here = new();
                                Some(vec![micros(1, || {
                                    let pool = ProcessPool::new(n).expect("some workers");
                                    let met: Vec<_> = (0..n).map(|_| pool.submit(meet, here.clone())).collect();
                                    let met: Vec<_> =
                                        met.into_iter().map(|future| future.result().expect("no panic")).collect();
                                    // The end of the pool does not count.
                                    (pool, met)
                                })])
                            }),
                        ),
                        (
                            "multiprocessing.Pool",
                            Box::new(|| self.python(&format!("Pool start {n} {}", new().0.display()))),
                        ),
                        (
                            "ProcessPoolExecutor",
                            Box::new(|| self.python(&format!("Executor start {n} {}", new().0.display()))),
                        ),
                        (
                            "procspawn",
                            Box::new(|| {
                                let here = new();
                                Some(vec![micros(1, || {
                                    let pool = procspawn::Pool::new(n).expect("some workers");
                                    let met: Vec<_> = (0..n).map(|_| pool.spawn(here.clone(), meet)).collect();
                                    met.into_iter().for_each(|handle| handle.join().expect("no panic"));
                                    pool
                                })])
                            }),
                        ),
                        ("limit: as many empty programs", Box::new(|| Some(vec![micros(1, || bare::spawn(n))]))),
                    ],
                );
                fs::remove_file(&place).ok();
            }
        }

        fn bulk(&self) {
            let ours = ProcessPool::new(1).expect("a worker");
            let procspawn = procspawn::Pool::new(1).expect("a worker");
            for (name, len, repeat) in [("1 MiB there and back", MIB, 20), ("64 MiB there and back", 64 * MIB, 2)] {
                let mut shared = Shared::start(len);
                let payload = vec![7; len];
                // Each takes a vector of its own, which is made outside the time: Python keeps its payload.
                let theirs = |payload| assert_eq!(procspawn.spawn(payload, same).join().expect("no panic").len(), len);
                self.compare(
                    name,
                    &[""],
                    7,
                    vec![
                        (
                            "ours",
                            Box::new(|| {
                                let times = (0..repeat).map(|_| {
                                    let payload = payload.clone();
                                    micros(repeat, || {
                                        assert_eq!(ours.submit(same, payload).result().expect("no panic").len(), len)
                                    })
                                });
                                Some(vec![times.sum()])
                            }),
                        ),
                        ("multiprocessing.Pool", Box::new(|| self.python(&format!("Pool bulk {len} {repeat}")))),
                        ("ProcessPoolExecutor", Box::new(|| self.python(&format!("Executor bulk {len} {repeat}")))),
                        (
                            "procspawn",
                            Box::new(|| {
                                let payload = payload.clone();
                                Some(vec![micros(1, || theirs(payload))])
                            }),
                        ),
                        (
                            "limit: memcpy through a memfd",
                            Box::new(|| {
                                Some(vec![micros(repeat, || (0..repeat).for_each(|_| shared.there_and_back()))])
                            }),
                        ),
                        // The function's argument and the result are new memory, whatever the way between them.
                        (
                            "limit: two new vectors, filled",
                            Box::new(|| {
                                Some(vec![micros(repeat, || {
                                    (0..2 * repeat).for_each(|_| drop(black_box(payload.clone())))
                                })])
                            }),
                        ),
                    ],
                );
            }
        }

        fn python(&self, request: &str) -> Option<Vec<f64>> {
            self.python.borrow_mut().as_mut().map(|python| python.ask(request))
        }

        /// Lets the contenders take turns, and prints the medians of each of their numbers.
        fn compare(&self, row: &str, columns: &[&str], n_rounds: usize, mut contenders: Vec<Contender<'_>>) {
            if !row.contains(&self.only) {
                return;
            }
            let mut times: Vec<Vec<Vec<f64>>> = vec![Vec::new(); contenders.len()];
            // The first round starts processes and is not counted.
            for round in 0..=n_rounds {
                for ((_, measure), times) in contenders.iter_mut().zip(&mut times) {
                    times.extend(measure().filter(|_| round > 0));
                }
            }
            for (column, name) in columns.iter().enumerate() {
                println!("\n{row}{}{name}", if name.is_empty() { "" } else { ", " });
                let medians: Vec<Option<f64>> =
                    times.iter().map(|times| median(times.iter().map(|time| time[column]))).collect();
                for ((name, _), time) in contenders.iter().zip(&medians) {
                    if let (Some(time), Some(ours)) = (time, medians[0]) {
                        println!("  {name:<34}{time:>14.2} ({:.3})", time / ours);
                    }
                }
            }
        }
    }

    /// Microseconds for each of `n`. What `work` gives is dropped outside the time.
    fn micros<T>(n: usize, work: impl FnOnce() -> T) -> f64 {
        let start = Instant::now();
        let kept = work();
        let time = start.elapsed();
        drop(kept);
        time.as_secs_f64() * 1e6 / n as f64
    }

    /// Median and 99th percentile of single round trips, on a pool that is idle in between.
    fn latency(mut round_trip: impl FnMut()) -> Vec<f64> {
        let mut times: Vec<f64> = (0..ONE_AT_A_TIME).map(|_| micros(1, &mut round_trip)).collect();
        times.sort_unstable_by(f64::total_cmp);
        vec![times[ONE_AT_A_TIME / 2], times[ONE_AT_A_TIME * 99 / 100]]
    }

    fn median(numbers: impl Iterator<Item = f64>) -> Option<f64> {
        let mut numbers: Vec<f64> = numbers.collect();
        numbers.sort_unstable_by(f64::total_cmp);
        numbers.get(numbers.len() / 2).copied()
    }

    fn load() -> String {
        fs::read_to_string("/proc/loadavg").map_or("unknown".to_owned(), |text| text.trim().to_owned())
    }

    /// The process that measures Python's pools.
    struct Python {
        child: Child,
        requests: Option<ChildStdin>,
        answers: BufReader<ChildStdout>,
    }

    impl Python {
        fn start() -> Option<Self> {
            let script = include_str!("peers.py");
            let mut command = Command::new("python3");
            let mut child = command.args(["-c", script]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().ok()?;
            let (requests, answers) = (child.stdin.take(), BufReader::new(child.stdout.take()?));
            Some(Self { child, requests, answers })
        }

        fn ask(&mut self, request: &str) -> Vec<f64> {
            writeln!(self.requests.as_mut().expect("open until the end"), "{request}").expect("Python listens");
            let mut answer = String::new();
            self.answers.read_line(&mut answer).expect("Python answers");
            answer.split_whitespace().map(|number| number.parse().expect("a number")).collect()
        }
    }

    impl Drop for Python {
        fn drop(&mut self) {
            self.requests = None;
            self.child.wait().ok();
        }
    }
}

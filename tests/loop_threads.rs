//! Which threads run an annotated loop: the caller and at most `workers` in all, chunk by chunk, at any
//! depth and on any pool.

use std::collections::HashSet;
use std::panic::{self, AssertUnwindSafe};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Barrier, Mutex};
use std::thread::{self, ThreadId};
use std::time::{Duration, Instant};

use concurrent_futures::{ThreadPool, concurrent};
use concurrent_futures_suite::timed;

fn me() -> ThreadId {
    thread::current().id()
}

/// Where an iteration ran, after it took its time there.
fn slow_place(_: usize) -> ThreadId {
    thread::sleep(Duration::from_micros(400));
    me()
}

#[test]
fn the_caller_takes_part() {
    #[concurrent(workers = 2, chunksize = 1)]
    fn run(n: usize, both: &Barrier) -> HashSet<ThreadId> {
        let mut places = HashSet::new();
        for _ in 0..n {
            both.wait();
            let place = me();
            places.insert(place);
        }
        places
    }
    timed(|| {
        let places = run(60, &Barrier::new(2));
        assert!(places.len() == 2 && places.contains(&me()), "{places:?}");
    });
}

#[test]
fn the_in_order_part_stays_on_the_caller() {
    #[concurrent(workers = 3)]
    fn run(n: usize) -> (Vec<usize>, HashSet<ThreadId>) {
        let mut out = Vec::new();
        let mut places = HashSet::new();
        for i in 0..n {
            slow_place(i);
            out.push(i);
            places.extend(out.last().map(|_| me()));
        }
        (out, places)
    }
    timed(|| assert_eq!(run(40), ((0..40).collect(), HashSet::from([me()]))));
}

static AT_ONCE: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);

/// An iteration that counts how many run beside it.
fn counted(i: usize) -> usize {
    MOST.fetch_max(AT_ONCE.fetch_add(1, SeqCst) + 1, SeqCst);
    thread::sleep(Duration::from_micros(500));
    AT_ONCE.fetch_sub(1, SeqCst);
    i
}

#[test]
fn no_more_iterations_at_once_than_workers() {
    #[concurrent(workers = workers)]
    fn run(n: usize, workers: usize) -> usize {
        let mut total = 0;
        for i in 0..n {
            total += counted(i);
        }
        total
    }
    #[concurrent(pool = pool)]
    fn on_a_pool(n: usize, pool: &ThreadPool) -> usize {
        let mut total = 0;
        for i in 0..n {
            total += counted(i);
        }
        total
    }
    timed(|| {
        for workers in [1, 2, 3, 8] {
            MOST.store(0, SeqCst);
            assert_eq!(run(100, workers), 4950);
            assert!(MOST.load(SeqCst) <= workers);
        }
        for workers in [1, 4] {
            MOST.store(0, SeqCst);
            assert_eq!(on_a_pool(100, &ThreadPool::new(workers).unwrap()), 4950);
            let most = MOST.load(SeqCst);
            // The caller may run the chunk that it needs beside them.
            assert!(most <= workers + 1, "{most} at once on {workers}");
        }
    });
}

#[test]
fn as_many_iterations_at_once_as_there_are_workers() {
    #[concurrent(workers = workers, chunksize = 1)]
    fn run(n: usize, workers: usize, all: &Barrier) -> usize {
        let mut leaders = 0;
        for _ in 0..n {
            let result = all.wait();
            leaders += usize::from(result.is_leader());
        }
        leaders
    }
    timed(|| {
        for workers in [1, 2, 3, 8] {
            assert_eq!(run(4 * workers, workers, &Barrier::new(workers)), 4);
        }
    });
}

#[test]
fn a_chunk_runs_on_one_thread_in_one_go() {
    /// Where and when.
    fn place_and_time(i: usize) -> (usize, ThreadId, Instant) {
        let start = Instant::now();
        thread::sleep(Duration::from_micros(100));
        (i, me(), start)
    }
    #[concurrent(workers = 4, chunksize = chunk)]
    fn over_a_range(n: usize, chunk: usize) -> Vec<(usize, ThreadId, Instant)> {
        let mut out = Vec::new();
        for i in 0..n {
            out.push(place_and_time(i));
        }
        out
    }
    #[concurrent(workers = 4, chunksize = chunk)]
    fn over_an_iterator(n: usize, chunk: usize) -> Vec<(usize, ThreadId, Instant)> {
        let mut out = Vec::new();
        for i in (0..n).filter(|_| true) {
            out.push(place_and_time(i));
        }
        out
    }
    timed(|| {
        for run in [over_a_range, over_an_iterator] {
            for chunk in [1, 2, 5, 9] {
                let out = run(43, chunk);
                assert!(out.iter().enumerate().all(|(i, (index, ..))| i == *index));
                for members in out.chunks(chunk) {
                    assert!(members.iter().all(|(_, place, _)| *place == members[0].1), "chunks of {chunk}");
                    assert!(members.is_sorted_by_key(|(_, _, start)| *start));
                    let (from, to) = (members[0].2, members[members.len() - 1].2);
                    let foreign = |(i, place, start): &&(usize, ThreadId, Instant)| {
                        *place == members[0].1 && (from..=to).contains(start) && i / chunk != members[0].0 / chunk
                    };
                    assert_eq!(out.iter().find(foreign), None, "chunks of {chunk}");
                }
            }
        }
    });
}

#[test]
fn loops_three_deep_finish_with_any_number_of_workers() {
    #[concurrent(workers = workers, chunksize = 1)]
    fn depth(level: usize, workers: usize) -> usize {
        let mut total = 0;
        for i in 0..4 {
            let below = if level == 0 { i } else { depth(level - 1, workers) };
            total += below;
        }
        total
    }
    #[concurrent(pool = pool, chunksize = 1)]
    fn depth_on_a_pool(level: usize, pool: &ThreadPool) -> usize {
        let mut total = 0;
        for i in 0..4 {
            let below = if level == 0 { i } else { depth_on_a_pool(level - 1, pool) };
            total += below;
        }
        total
    }
    timed(|| {
        for workers in [1, 2, 3, 5] {
            assert_eq!(depth(2, workers), 96);
            assert_eq!(depth_on_a_pool(2, &ThreadPool::new(workers).unwrap()), 96);
        }
    });
}

#[test]
fn a_loop_within_a_task_of_a_pool_of_one_finishes() {
    #[concurrent(pool = pool)]
    fn on_the_pool(n: usize, pool: &ThreadPool) -> usize {
        let mut total = 0;
        for i in 0..n {
            total += counted(i);
        }
        total
    }
    #[concurrent(workers = 3)]
    fn on_shared_threads(n: usize) -> usize {
        let mut total = 0;
        for i in 0..n {
            total += counted(i);
        }
        total
    }
    timed(|| {
        let pool = std::sync::Arc::new(ThreadPool::new(1).unwrap());
        let same = std::sync::Arc::clone(&pool);
        assert_eq!(pool.spawn(move || on_the_pool(20, &same)).result().unwrap(), 190);
        assert_eq!(pool.spawn(|| on_shared_threads(20)).result().unwrap(), 190);
    });
}

#[test]
fn with_a_pool_its_threads_run_the_iterations() {
    fn name(pair: &Barrier) -> String {
        pair.wait();
        thread::current().name().unwrap_or_default().to_owned()
    }
    #[concurrent(pool = pool, chunksize = 1)]
    fn run(n: usize, pool: &ThreadPool, pair: &Barrier) -> Vec<String> {
        let mut names = Vec::new();
        for _ in 0..n {
            names.push(name(pair));
        }
        names
    }
    timed(|| {
        let pool = ThreadPool::builder().workers(2).name("own").build().unwrap();
        let names = run(60, &pool, &Barrier::new(2));
        // Of each pair that meets, the caller is one at most.
        let n_own = names.iter().filter(|name| name.contains("own")).count();
        assert!(n_own >= 30, "{n_own} of {}", names.len());
    });
}

#[test]
fn a_wrong_number_panics_with_the_name_of_the_option_before_anything_runs() {
    static RAN: Mutex<Vec<&str>> = Mutex::new(Vec::new());
    fn source() -> std::ops::Range<usize> {
        RAN.lock().unwrap().push("the source");
        0..3
    }
    fn body(i: usize) -> usize {
        RAN.lock().unwrap().push("the body");
        i
    }
    #[concurrent(workers = workers, chunksize = chunk, buffersize = buffer)]
    fn run(workers: usize, chunk: usize, buffer: usize) -> usize {
        let mut total = 0;
        for i in source() {
            total += body(i);
        }
        total
    }
    timed(|| {
        for (workers, chunk, buffer, named) in
            [(0, 1, 1, "`workers`"), (1, 0, 1, "`chunksize`"), (1, 1, 0, "`buffersize`"), (2, 3, 2, "`buffersize`")]
        {
            let payload = panic::catch_unwind(AssertUnwindSafe(|| run(workers, chunk, buffer))).unwrap_err();
            let text = payload
                .downcast_ref::<String>()
                .cloned()
                .unwrap_or_else(|| payload.downcast_ref::<&str>().copied().unwrap_or_default().to_owned());
            assert!(text.contains(named), "{text}");
            assert!(RAN.lock().unwrap().is_empty());
        }
        assert_eq!(run(2, 3, 3), 3);
    });
}

/// Passes when two threads have met in it, or after a long time.
fn meet(i: usize, met: &Mutex<HashSet<ThreadId>>) -> usize {
    met.lock().unwrap().insert(me());
    let start = Instant::now();
    while met.lock().unwrap().len() < 2 && start.elapsed() < Duration::from_secs(20) {
        thread::sleep(Duration::from_millis(1));
    }
    i
}

#[test]
fn sources_that_are_pulled_run_on_several_threads_too() {
    #[concurrent(workers = 2)]
    fn filtered(met: &Mutex<HashSet<ThreadId>>) -> Vec<usize> {
        let mut out = Vec::new();
        for i in (0..40).filter(|i| i % 2 == 0) {
            out.push(meet(i, met));
        }
        out
    }
    #[concurrent(workers = 2)]
    fn lines(text: &str, met: &Mutex<HashSet<ThreadId>>) -> Vec<usize> {
        let mut out = Vec::new();
        for line in text.lines() {
            out.push(meet(line.len(), met));
        }
        out
    }
    timed(|| {
        for run in [|met: &_| filtered(met).len(), |met: &_| lines("a\nbb\nccc\ndddd", met).len()] {
            let met = Mutex::new(HashSet::new());
            assert!(run(&met) >= 4);
            assert_eq!(met.into_inner().unwrap().len(), 2);
        }
    });
}

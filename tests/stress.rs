//! What races, again and again, under every `CONCURRENT_SCHEDULE`: no end is lost, none comes twice, nobody hangs.
//!
//! The environment is read once a process, so each schedule is this test binary, started again. `STRESS_REPETITIONS`,
//! `STRESS_SECONDS` (whichever is reached first) and `STRESS_SEED` say how much and which; the seed is printed.

use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use concurrent_futures::{
    Error, Future, ReturnWhen, Shutdown, ThreadPool, as_completed, blocking, collect, is_cancelled, wait,
};
use concurrent_futures_suite::{Gate, Random, block_on};

/// No repetition takes this long unless it hangs.
const PATIENCE: Duration = Duration::from_secs(20);

/// What is told of it if it hangs, and one repetition of it.
type Scenario = (&'static str, fn(&mut Random));

const SCENARIOS: [Scenario; 14] = [
    ("cancel against start", cancel_against_start),
    ("completion against waits", completion_against_waits),
    ("callbacks against completion", callbacks_against_completion),
    ("either half dropped", either_half_dropped),
    ("shutdown against submit", shutdown_against_submit),
    ("nested waits", nested_waits),
    ("as_completed against completion", as_completed_against_completion),
    ("wait for some against completion", wait_for_some_against_completion),
    ("a map dropped half-way", a_map_dropped_half_way),
    ("a pool dropped inside its own worker", a_pool_dropped_inside_its_own_worker),
    ("futures of futures against cancel", futures_of_futures_against_cancel),
    ("two tasks that wait for each other", two_tasks_that_wait_for_each_other),
    ("spare threads", spare_threads),
    ("await against completion", await_against_completion),
];

/// A pool of one to three workers.
fn small_pool(random: &mut Random) -> Arc<ThreadPool> {
    let builder = ThreadPool::builder().workers(1 + random.below(3));
    let pool = if random.one_in(4) { builder.initializer(|| ()).build() } else { builder.build() };
    Arc::new(pool.expect("at least one worker"))
}

/// Lets others get somewhere, or not.
fn dawdle(random: &mut Random) {
    match random.below(4) {
        0 => thread::yield_now(),
        1 => (0..random.below(3000)).for_each(|_| std::hint::spin_loop()),
        _ => {}
    }
}

/// Counts its drops.
struct Counted(Arc<AtomicUsize>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

fn cancel_against_start(random: &mut Random) {
    let pool = small_pool(random);
    let ran = Arc::new(AtomicUsize::new(0));
    for n in 0..4 {
        let count = Arc::clone(&ran);
        let before = ran.load(Ordering::SeqCst);
        let future = pool.spawn(move || count.fetch_add(1, Ordering::SeqCst));
        let canceller = future.canceller();
        let other = (n == 3).then(|| thread::spawn(move || canceller.cancel()));
        dawdle(random);
        let cancelled = future.cancel();
        let others = other.is_none_or(|other| other.join().unwrap() == cancelled);
        assert!(others, "both cancel, or neither");
        assert_eq!(future.is_cancelled(), cancelled);
        match future.result() {
            Ok(value) => assert!(!cancelled && value == before),
            Err(error) => assert!(cancelled && error.is_cancelled() && ran.load(Ordering::SeqCst) == before),
        }
    }
}

fn completion_against_waits(random: &mut Random) {
    let pool = small_pool(random);
    let n = random.below(20);
    let futures: Vec<_> = (0..n).map(|n| pool.spawn(move || n)).collect();
    let limit = Duration::from_micros(random.below(100) as u64);
    let waiter = thread::spawn(move || {
        for (n, future) in (0..).zip(futures) {
            match n % 3 {
                0 => assert!(!future.wait_timeout(limit) || future.is_done()),
                1 => future.wait(),
                _ => {}
            }
            assert_eq!(future.result().unwrap(), n);
        }
    });
    dawdle(random);
    assert_eq!(pool.spawn(|| 7).result().unwrap(), 7);
    waiter.join().unwrap();
}

fn callbacks_against_completion(random: &mut Random) {
    let pool = small_pool(random);
    let calls = Arc::new(AtomicUsize::new(0));
    let future = Arc::new(pool.spawn(|| 7));
    let adders: Vec<_> = (0..2)
        .map(|_| {
            let (calls, future) = (Arc::clone(&calls), Arc::clone(&future));
            thread::spawn(move || {
                for _ in 0..3 {
                    let calls = Arc::clone(&calls);
                    future.on_done(move |result| {
                        assert_eq!(*result.as_ref().unwrap(), 7);
                        calls.fetch_add(1, Ordering::SeqCst);
                    });
                }
            })
        })
        .collect();
    dawdle(random);
    adders.into_iter().for_each(|adder| adder.join().unwrap());
    assert_eq!(Arc::into_inner(future).expect("the adders have ended").result().unwrap(), 7);
    assert_eq!(calls.load(Ordering::SeqCst), 6, "each exactly once");
}

fn either_half_dropped(random: &mut Random) {
    let drops = Arc::new(AtomicUsize::new(0));
    let pool = small_pool(random);
    for _ in 0..3 {
        let (argument, value) = (Counted(Arc::clone(&drops)), Counted(Arc::clone(&drops)));
        let future = pool.spawn(move || {
            drop(argument);
            value
        });
        let canceller = future.canceller();
        if random.one_in(3) {
            canceller.cancel();
        }
        dawdle(random);
        drop(future);
    }
    if random.one_in(2) {
        pool.shutdown(Shutdown::CancelPending);
    }
    drop(pool);
    assert_eq!(drops.load(Ordering::SeqCst), 6, "each exactly once");
}

fn shutdown_against_submit(random: &mut Random) {
    let pool = small_pool(random);
    let how = random.pick(&[Shutdown::Wait, Shutdown::CancelPending, Shutdown::Kill]);
    let ran = Arc::new(AtomicUsize::new(0));
    let (same, count) = (Arc::clone(&pool), Arc::clone(&ran));
    let submitter = thread::spawn(move || {
        let submit = |_| {
            let count = Arc::clone(&count);
            same.spawn(move || count.fetch_add(1, Ordering::SeqCst))
        };
        (0..20).map(submit).collect::<Vec<_>>()
    });
    dawdle(random);
    pool.shutdown(how);
    let results: Vec<_> = submitter.join().unwrap().into_iter().map(Future::result).collect();
    let errors = results.iter().filter_map(|result| result.as_ref().err());
    assert!(errors.clone().all(|error| error.is_shutdown() || (how != Shutdown::Wait && error.is_cancelled())));
    assert_eq!(ran.load(Ordering::SeqCst) + errors.count(), 20);
    assert!(pool.spawn(|| 7).result().unwrap_err().is_shutdown());
}

fn nested_waits(random: &mut Random) {
    fn sum_to(pool: &Arc<ThreadPool>, n: usize) -> usize {
        if n == 0 {
            return 0;
        }
        let inner = Arc::clone(pool);
        let futures = [pool.spawn(move || sum_to(&inner, n - 1)), pool.spawn(|| 0)];
        n + match n % 4 {
            0 => futures.into_iter().map(|future| future.result().unwrap()).sum::<usize>(),
            1 => as_completed(futures).map(|(_, result)| result.unwrap()).sum(),
            2 => collect(futures).result().unwrap().into_iter().sum(),
            _ => {
                assert_eq!(wait(&futures, ReturnWhen::AllCompleted, None).1, []);
                futures.into_iter().map(|future| future.result().unwrap()).sum()
            }
        }
    }
    // One worker and no initializer: its own tasks are run by who waits, at any depth.
    let pool = Arc::new(ThreadPool::new(1 + random.below(3)).unwrap());
    let depth = random.below(12);
    let inner = Arc::clone(&pool);
    assert_eq!(pool.spawn(move || sum_to(&inner, depth)).result().unwrap(), depth * (depth + 1) / 2);
}

fn as_completed_against_completion(random: &mut Random) {
    let pool = small_pool(random);
    let n = random.below(20);
    let futures: Vec<_> = (0..n).map(|n| pool.spawn(move || n)).collect();
    let cancellers: Vec<_> = futures.iter().map(Future::canceller).collect();
    let cancels = random.one_in(2).then(|| {
        thread::spawn(move || cancellers.iter().rev().step_by(3).filter(|canceller| canceller.cancel()).count())
    });
    let mut seen = vec![0; n];
    let mut n_cancelled = 0;
    let mut note = |(i, result): (usize, Result<usize, Error>)| {
        seen[i] += 1;
        match result {
            Ok(value) => assert_eq!(value, i),
            Err(error) => {
                assert!(error.is_cancelled());
                n_cancelled += 1;
            }
        }
    };
    let mut limited = as_completed(futures).timeout(Duration::from_micros(random.below(200) as u64));
    limited.by_ref().map_while(Result::ok).for_each(&mut note);
    let (indices, rest): (Vec<_>, Vec<_>) = limited.into_pending().into_iter().unzip();
    as_completed(rest).for_each(|(i, result)| note((indices[i], result)));
    assert!(seen.iter().all(|&times| times == 1), "each exactly once: {seen:?}");
    assert_eq!(cancels.map_or(0, |cancels| cancels.join().unwrap()), n_cancelled);
}

fn wait_for_some_against_completion(random: &mut Random) {
    let pool = small_pool(random);
    let fails = random.below(8);
    let mut futures: Vec<_> = (0..8)
        .map(|n| pool.spawn(move || if n == fails { std::panic::resume_unwind(Box::new("expected")) } else { n }))
        .collect();
    let (done, pending) = wait(&futures, ReturnWhen::FirstCompleted, None);
    assert!(!done.is_empty() && done.len() + pending.len() == 8);
    assert!(wait(&futures, ReturnWhen::FirstError, None).0.contains(&fails));
    wait(&futures, ReturnWhen::AllCompleted, Some(Duration::from_micros(random.below(50) as u64)));
    assert_eq!(wait(&futures, ReturnWhen::AllCompleted, None).0.len(), 8);
    assert!(futures.remove(fails).result().unwrap_err().is_panic());
}

fn a_map_dropped_half_way(random: &mut Random) {
    let pool = small_pool(random);
    let (drops, taken) = (Arc::new(AtomicUsize::new(0)), random.below(30));
    let pulled = Arc::new(AtomicUsize::new(0));
    let input = (0..30_usize).map(|n| {
        pulled.fetch_add(1, Ordering::SeqCst);
        (n, Counted(Arc::clone(&drops)))
    });
    let map = pool.map(|(n, _counted)| n, input).chunksize(1 + random.below(3));
    let map = map.buffersize(1 + random.below(8));
    if random.one_in(2) {
        assert!(map.take(taken).map(Result::unwrap).eq(0..taken));
    } else {
        let mut seen: Vec<_> = map.unordered().take(taken).map(|(i, result)| (i, result.unwrap())).collect();
        seen.sort_unstable();
        seen.dedup();
        assert!(seen.len() == taken && seen.iter().all(|(i, n)| i == n));
    }
    if random.one_in(2) {
        pool.shutdown(Shutdown::CancelPending);
    }
    drop(pool);
    assert_eq!(drops.load(Ordering::SeqCst), pulled.load(Ordering::SeqCst), "no input is kept");
}

fn a_pool_dropped_inside_its_own_worker(random: &mut Random) {
    let pool = small_pool(random);
    let (send, inbox) = mpsc::channel::<Arc<ThreadPool>>();
    let drops = pool.spawn(move || drop(inbox.recv().unwrap()));
    let queued: Vec<_> = (0..3).map(|n| pool.spawn(move || n)).collect();
    dawdle(random);
    send.send(pool).unwrap();
    drops.result().unwrap();
    for (n, future) in queued.into_iter().enumerate() {
        assert_eq!(future.result().unwrap(), n, "it was submitted, so it runs");
    }
}

fn futures_of_futures_against_cancel(random: &mut Random) {
    let pool = small_pool(random);
    let same = Arc::clone(&pool);
    let future = collect((0..3).map(|n| pool.spawn(move || n).map(|n| n + 1)))
        .map(|values| values.into_iter().sum::<usize>())
        .then(move |sum| same.spawn(move || sum));
    let cancels = random.one_in(2);
    let canceller = future.canceller();
    let other = thread::spawn(move || cancels && canceller.cancel());
    dawdle(random);
    let result = match random.below(3) {
        0 => block_on(future),
        1 => future.result(),
        // The waiting worker may be the one that has to run what comes into being meanwhile.
        _ => pool.spawn(move || future.result()).result().unwrap(),
    };
    let cancelled = other.join().unwrap();
    match result {
        Ok(sum) => assert!(sum == 6 && !cancelled),
        Err(error) => assert!(cancels && error.is_cancelled(), "{error}"),
    }
}

fn two_tasks_that_wait_for_each_other(random: &mut Random) {
    type Answer = Result<(), Error>;
    let pool = ThreadPool::new(2).unwrap();
    let gate = Gate::new();
    let (tell, told) = mpsc::channel();
    let task = || {
        let (send, inbox) = mpsc::channel::<Future<Answer>>();
        let (gate, tell) = (gate.clone(), tell.clone());
        let future = pool.spawn(move || -> Answer {
            gate.pass();
            let answer = inbox.recv().unwrap().result();
            let answer = answer.and_then(|answer| answer);
            tell.send(answer.as_ref().is_err_and(Error::is_deadlock)).unwrap();
            answer
        });
        (send, future)
    };
    let ((to_a, a), (to_b, b)) = (task(), task());
    gate.wait_for(2);
    gate.open();
    to_a.send(b).unwrap();
    dawdle(random);
    to_b.send(a).unwrap();
    assert!(told.recv().unwrap() && told.recv().unwrap());
}

fn spare_threads(random: &mut Random) {
    // One blocks, one may be busy with what it waits for: a third can run on no fewer than two workers.
    let pool = ThreadPool::new(2 + random.below(2)).unwrap();
    let other = small_pool(random);
    let (tell, told) = mpsc::channel::<()>();
    let told = Mutex::new(told);
    let blocked = pool.spawn(move || blocking(|| told.lock().unwrap().recv()));
    let running = other.spawn(|| while !is_cancelled() {});
    let stop = running.canceller();
    let waits = pool.spawn(move || running.result().is_ok());
    assert_eq!(pool.spawn(|| 7).result().unwrap(), 7);
    dawdle(random);
    // It runs on if it has started, and never runs if it has not.
    let cancelled = stop.cancel();
    tell.send(()).unwrap();
    blocked.result().unwrap().unwrap();
    assert_eq!(waits.result().unwrap(), !cancelled);
}

fn await_against_completion(random: &mut Random) {
    let pool = small_pool(random);
    let future = pool.spawn(|| 3);
    dawdle(random);
    let sum = block_on(async {
        let abandoned = pool.spawn(|| 5).cancel_on_drop();
        let sum = future.await? + pool.spawn(|| 4).await?;
        drop(abandoned);
        Ok::<_, Error>(sum)
    });
    assert_eq!(sum.unwrap(), 7);
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name}={text} is no number")))
}

/// Runs all scenarios again and again; ends the process if one hangs.
#[test]
#[ignore = "a probe that the other tests start"]
fn probe() {
    let (seed, repetitions) = (number("STRESS_SEED").unwrap_or(0), number("STRESS_REPETITIONS").unwrap_or(1));
    let limit = Duration::from_secs(number("STRESS_SECONDS").unwrap_or(40));
    let now = Arc::new(Mutex::new(("nothing", Instant::now())));
    let watched = Arc::clone(&now);
    thread::spawn(move || {
        loop {
            thread::sleep(Duration::from_millis(500));
            let (name, since) = *watched.lock().unwrap();
            if since.elapsed() > PATIENCE {
                eprintln!("{name} hangs");
                std::process::abort();
            }
        }
    });
    let start = Instant::now();
    let mut random = Random(seed);
    let mut done = 0;
    while done < repetitions && start.elapsed() < limit {
        for (name, scenario) in SCENARIOS {
            *now.lock().unwrap() = (name, Instant::now());
            scenario(&mut random);
        }
        done += 1;
    }
    println!("{done} of {repetitions} repetitions in {:?};", start.elapsed());
}

/// Repeats all scenarios under `schedule`, at most so often and for so many seconds.
fn run_probe(schedule: &str, seed: u64, repetitions: u64, seconds: u64) {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "probe", "--ignored", "--nocapture"]).env("CONCURRENT_SCHEDULE", schedule);
    command.env("STRESS_SEED", seed.to_string());
    command.env("STRESS_REPETITIONS", number("STRESS_REPETITIONS").unwrap_or(repetitions).to_string());
    command.env("STRESS_SECONDS", number("STRESS_SECONDS").unwrap_or(seconds).to_string());
    let output = command.output().unwrap();
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let asked = format!("STRESS_SEED={seed}, schedule {schedule:?}");
    assert!(output.status.success(), "{asked}: {}\n{out}\n{err}", output.status);
    let told = out.lines().find(|line| line.contains(" repetitions in ")).unwrap_or_else(|| panic!("{asked}: {out}"));
    println!("{asked}: {told}");
}

fn seed() -> u64 {
    let clock = || SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_micros() as u64);
    number("STRESS_SEED").unwrap_or_else(clock)
}

#[test]
fn a_thousand_repetitions_under_random_schedules() {
    let seed = seed();
    run_probe(&format!("random:{seed}"), seed, 1000, 40);
}

#[test]
fn a_hundred_repetitions_under_the_others() {
    for schedule in ["", "reverse", "one"] {
        run_probe(schedule, seed(), 100, 6);
    }
}

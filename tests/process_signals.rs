//! Signals that a program handles, as profilers and timers send them all the time, interrupt what its threads and its workers
//! wait for; and nobody notices.

#![cfg(target_os = "linux")]

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use std::{fs, ptr, thread};

use concurrent_futures::{ProcessPool, ReturnWhen, ThreadPool, as_completed, wait};
use concurrent_futures_suite::{Probe, block_on, nap, timed};

fn square(n: u64) -> u64 {
    n * n
}

/// Runs of bytes that travel through sockets, and of which the last travels beside them.
fn echo(runs: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    runs
}

/// From here on the signal interrupts, and does nothing else.
fn be_interruptible() {
    extern "C" fn do_nothing(_: i32) {}
    // SAFETY: a structure of numbers and pointers, of which all may be 0: no flags, so that system calls are not begun again.
    let mut action: libc::sigaction = unsafe { std::mem::zeroed() };
    action.sa_sigaction = do_nothing as extern "C" fn(i32) as usize;
    // SAFETY: the structure outlives the call, and the function does nothing.
    assert_eq!(unsafe { libc::sigaction(libc::SIGUSR1, &raw const action, ptr::null_mut()) }, 0);
}

/// Ends the interruptions, also when something went wrong.
struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Interrupts each other thread of this process, and these workers, until told to stop. Gives how often.
fn interrupt(workers: &[u32], is_over: &AtomicBool) -> usize {
    // SAFETY: it touches no memory of ours.
    let (own, process) = (unsafe { libc::gettid() }, std::process::id());
    let mut n = 0;
    while !is_over.load(Ordering::Relaxed) {
        let threads = fs::read_dir("/proc/self/task").unwrap().flatten();
        for thread in threads.filter_map(|thread| thread.file_name().to_str()?.parse::<i32>().ok()) {
            if thread != own {
                // It may have ended, which concerns nobody.
                // SAFETY: the signal is handled.
                unsafe { libc::syscall(libc::SYS_tgkill, process, thread, libc::SIGUSR1) };
                n += 1;
            }
        }
        for worker in workers {
            // SAFETY: it touches no memory of ours.
            unsafe { libc::kill(i32::try_from(*worker).unwrap(), libc::SIGUSR1) };
        }
        thread::sleep(Duration::from_micros(100));
    }
    n
}

fn use_pools(pool: &ProcessPool) {
    for n in 0..50 {
        assert_eq!(pool.submit(square, n).result().unwrap(), n * n);
        assert_eq!(block_on(pool.submit(square, n)).unwrap(), n * n);
    }
    let long = [pool.submit(nap, 100), pool.submit(nap, 120)];
    assert!(!long[0].wait_timeout(Duration::from_millis(10)) || long[0].is_done());
    assert_eq!(wait(&long, ReturnWhen::AllCompleted, None), (vec![0, 1], vec![]));
    let value: Vec<Vec<u8>> = [100_000; 20].into_iter().chain([1 << 20]).map(|len| vec![7; len]).collect();
    let values: Vec<_> = (0..4).map(|_| pool.submit(echo, value.clone())).collect();
    for (_, result) in as_completed(values) {
        assert!(result.unwrap() == value, "changed on the way");
    }
    assert!(pool.map(square, 0..2000).map(Result::unwrap).eq((0..2000).map(square)));
    let threads = ThreadPool::new(2).unwrap();
    assert!(threads.map(nap, [5; 10]).map(Result::unwrap).eq([5; 10]));
    for n in 0..50 {
        assert_eq!(threads.submit(square, n).result().unwrap(), n * n);
    }
}

#[test]
#[ignore = "a probe that another test starts"]
fn is_interrupted_all_the_time() {
    be_interruptible();
    let pool = ProcessPool::builder().workers(2).initializer(be_interruptible).build().unwrap();
    let both = [pool.submit(nap, 50), pool.submit(nap, 50)];
    assert!(both.into_iter().all(|future| future.result().is_ok()));
    let workers = pool.worker_pids();
    assert_eq!(workers.len(), 2);
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        let interrupts = scope.spawn(|| interrupt(&workers, &is_over));
        let over = Over(&is_over);
        use_pools(&pool);
        assert_eq!(pool.worker_pids(), workers, "none has died of it");
        // Workers that start and end meanwhile, and are not interrupted themselves: nothing is handled there.
        for n in 0..10 {
            let pool = ProcessPool::builder().workers(2).max_tasks_per_child(2).build().unwrap();
            assert!(pool.map(square, 0..5).map(Result::unwrap).eq((0..5).map(square)), "{n}");
        }
        drop(over);
        assert!(interrupts.join().unwrap() > 100);
    });
}

#[test]
fn interrupted_waits_go_on() {
    timed(|| {
        Probe::new("is_interrupted_all_the_time").run();
    });
}

//! What a system, a program or a worker may do to a process pool: each is a clear error for what it touches, and nothing else
//! is lost.

use std::fs;
use std::io;
use std::os::fd::RawFd;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use std::thread;
use std::time::Duration;

use concurrent_futures::{Error, Future, ProcessPool};
use concurrent_futures_suite::{Door, Probe, Scratch, descriptors, pass, timed, until};

fn square(n: u64) -> u64 {
    n * n
}

fn pid() -> u32 {
    std::process::id()
}

fn lives(pool: &ProcessPool) {
    assert!((0..20).map(|n| pool.submit(square, n)).zip(0..).all(|(future, n)| future.result().unwrap() == n * n));
}

fn limit(what: libc::__rlimit_resource_t, n: u64) {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: the structure outlives the call.
    assert_eq!(unsafe { libc::getrlimit(what, &raw mut limit) }, 0);
    limit.rlim_cur = n.min(limit.rlim_max);
    // SAFETY: as above.
    assert_eq!(unsafe { libc::setrlimit(what, &raw const limit) }, 0);
}

/// The line of a worker to its pool, in a worker.
fn line() -> RawFd {
    let lines = descriptors();
    let line =
        lines.iter().rfind(|line| line.contains(" socket:") && !line.starts_with(['0', '1', '2'])).expect("a line");
    line.split(' ').next().unwrap().parse().unwrap()
}

/// Runs a probe in a copy of this program, which may be changed on disk.
fn run_copy(probe: &str) {
    let scratch = Scratch::new();
    let copy = scratch.path().join("copy");
    fs::copy(std::env::current_exe().unwrap(), &copy).unwrap();
    let mut command = Command::new(&copy);
    command.args(["--exact", probe, "--ignored", "--nocapture"]);
    let output = loop {
        match command.output() {
            // Another test has just forked, and its child holds the file open until it executes something.
            Err(error) if error.kind() == io::ErrorKind::ExecutableFileBusy => thread::sleep(Duration::from_millis(1)),
            ended => break ended.unwrap(),
        }
    };
    assert!(output.status.success(), "{output:?}");
}

#[test]
#[ignore = "a probe that another test starts"]
fn loses_its_executable() {
    let path = std::env::current_exe().unwrap();
    let pool = ProcessPool::builder().workers(1).max_tasks_per_child(1).build().unwrap();
    lives(&pool);
    fs::copy("/bin/sh", path.with_extension("other")).unwrap();
    fs::rename(path.with_extension("other"), &path).unwrap();
    lives(&pool);
    fs::remove_file(&path).unwrap();
    lives(&pool);
}

#[test]
fn an_executable_replaced_or_removed_on_disk_goes_on() {
    timed(|| run_copy("loses_its_executable"));
}

#[test]
#[ignore = "a probe that another test starts"]
fn cannot_be_started_again() {
    fs::set_permissions(std::env::current_exe().unwrap(), fs::Permissions::from_mode(0o600)).unwrap();
    let pool = ProcessPool::new(2).unwrap();
    let futures: Vec<_> = (0..5).map(|n| pool.submit(square, n)).collect();
    for future in futures {
        let error = future.result().unwrap_err();
        assert!(error.is_spawn() && error.to_string().contains("denied"), "{error}");
    }
    // What stood in the way is gone, and so is the error.
    fs::set_permissions(std::env::current_exe().unwrap(), fs::Permissions::from_mode(0o700)).unwrap();
    until(|| pool.submit(square, 3).result().is_ok());
}

#[test]
fn an_executable_that_cannot_be_started_again_is_an_error() {
    timed(|| run_copy("cannot_be_started_again"));
}

#[test]
#[ignore = "a probe that another test starts"]
fn cannot_be_replaced() {
    let mode = |mode| fs::set_permissions(std::env::current_exe().unwrap(), fs::Permissions::from_mode(mode)).unwrap();
    let pool = ProcessPool::builder().workers(1).max_tasks_per_child(1).build().unwrap();
    let scratch = Scratch::new();
    let door = scratch.door();
    let last = pool.submit(pass, door.clone());
    door.wait_for(1);
    let waiting: Vec<_> = (0..5).map(|n| pool.submit(square, n)).collect();
    mode(0o600);
    door.open();
    last.result().unwrap();
    for future in waiting {
        let error = future.result().unwrap_err();
        assert!(error.is_spawn() && error.to_string().contains("denied"), "{error}");
    }
    mode(0o700);
    until(|| pool.submit(square, 3).result().is_ok());
}

#[test]
fn a_worker_that_cannot_be_replaced_is_an_error_for_what_waits() {
    timed(|| run_copy("cannot_be_replaced"));
}

fn all_descriptors() -> Vec<fs::File> {
    let more = || fs::File::open("/dev/null").ok();
    std::iter::from_fn(more).collect()
}

#[test]
#[ignore = "a probe that another test starts"]
fn runs_out_of_descriptors() {
    limit(libc::RLIMIT_NOFILE, 64);
    let mut held = all_descriptors();
    let error = ProcessPool::new(1).unwrap_err();
    assert!(error.is_spawn(), "{error}");
    // Enough for a pool, not for a worker.
    held.truncate(held.len() - 3);
    let pool = ProcessPool::new(2).unwrap();
    let error = pool.submit(square, 3).result().unwrap_err();
    assert!(error.is_spawn() && error.to_string().contains("no worker process could be started"), "{error}");
    // Enough for one worker and not for a second.
    held.truncate(held.len() - 8);
    until(|| pool.submit(square, 3).result().is_ok());
    let one_by_one: Vec<_> = (0..200).map(|n| pool.submit(square, n)).collect();
    assert!(one_by_one.into_iter().all(|future| future.result().is_ok()));
    drop(held);
    lives(&pool);
    let used = || {
        // SAFETY: a structure of numbers, of which all may be 0.
        let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
        // SAFETY: the structure outlives the call.
        assert_eq!(unsafe { libc::getrusage(libc::RUSAGE_SELF, &raw mut usage) }, 0);
        Duration::from_micros(
            (usage.ru_utime.tv_sec * 1_000_000
                + usage.ru_utime.tv_usec
                + usage.ru_stime.tv_sec * 1_000_000
                + usage.ru_stime.tv_usec) as u64,
        )
    };
    // More tasks than fit on the way to the workers: the pool waits for them, and not by asking again and again.
    let naps: Vec<_> = (0..200).map(|_| pool.spawn(|| thread::sleep(Duration::from_millis(10)))).collect();
    thread::sleep(Duration::from_millis(300));
    let before = used();
    thread::sleep(Duration::from_millis(500));
    assert!(used() - before < Duration::from_millis(250), "{:?} of half a second", used() - before);
    assert!(naps.into_iter().all(|future| future.result().is_ok()));
}

#[test]
fn a_limit_on_descriptors_is_an_error_until_it_is_gone() {
    timed(|| {
        Probe::new("runs_out_of_descriptors").run();
    });
}

#[test]
#[ignore = "a probe that another test starts"]
fn lowers_its_limit_on_descriptors() {
    let pool = ProcessPool::new(2).unwrap();
    let before: u32 = pool.spawn(pid).result().unwrap();
    // Fewer than the supervisor waits for.
    limit(libc::RLIMIT_NOFILE, 2);
    assert_eq!(pool.spawn(pid).result().unwrap(), before, "the worker lives");
    let crash: Future<u64> = pool.spawn(|| std::process::abort());
    assert!(crash.result().unwrap_err().is_worker_died());
    limit(libc::RLIMIT_NOFILE, 1024);
    until(|| pool.submit(square, 3).result().is_ok());
}

#[test]
fn a_limit_lowered_later_costs_no_worker() {
    timed(|| {
        Probe::new("lowers_its_limit_on_descriptors").run();
    });
}

#[test]
#[ignore = "a probe that another test starts"]
fn is_refused_threads() {
    let pool = ProcessPool::new(1).unwrap();
    limit(libc::RLIMIT_AS, 1 << 20);
    let error = pool.submit(square, 3).result().unwrap_err();
    limit(libc::RLIMIT_AS, u64::MAX);
    assert!(error.is_spawn() && error.to_string().contains("supervisor"), "{error}");
    lives(&pool);
    // A callback for which there is no thread is run all the same.
    let scratch = Scratch::new();
    let door = scratch.door();
    let future = pool.submit(|door: Door| door.pass(), door.clone());
    door.wait_for(1);
    let (tell, told) = std::sync::mpsc::channel();
    future.on_done(move |_| tell.send(()).unwrap());
    limit(libc::RLIMIT_AS, 1 << 20);
    door.open();
    let told = told.recv_timeout(Duration::from_secs(10));
    limit(libc::RLIMIT_AS, u64::MAX);
    assert!(told.is_ok());
}

#[test]
fn a_thread_that_cannot_be_started_is_an_error_and_no_hang() {
    timed(|| {
        Probe::new("is_refused_threads").run();
    });
}

#[test]
fn a_worker_out_of_memory_fails_its_task_alone() {
    timed(|| {
        let pool = ProcessPool::builder().workers(2).initializer(|| limit(libc::RLIMIT_AS, 1 << 30)).build().unwrap();
        let greedy = |n: usize| vec![1_u8; n].iter().map(|byte| u64::from(*byte)).sum::<u64>();
        let error = pool.submit(greedy, 8 << 30).result().unwrap_err();
        assert!(error.is_worker_died() && error.signal() == Some(libc::SIGABRT), "{error}");
        assert_eq!(pool.submit(greedy, 1 << 20).result().unwrap(), 1 << 20);
        lives(&pool);
    });
}

#[test]
#[ignore = "a probe that another test starts"]
fn has_a_limit_on_values() {
    let pool = ProcessPool::new(1).unwrap();
    let worker: u32 = pool.spawn(pid).result().unwrap();
    let length = |bytes: Vec<u8>| bytes.len();
    let make = |n: usize| vec![1_u8; n];
    assert_eq!(pool.submit(length, vec![1; 900]).result().unwrap(), 900);
    let is_clear = |error: &Error| error.is_encode() && error.to_string().contains("may take 1000");
    assert!(is_clear(&pool.submit(length, vec![1; 1100]).result().unwrap_err()));
    assert_eq!(pool.submit(make, 900).result().unwrap().len(), 900);
    assert!(is_clear(&pool.submit(make, 1100).result().unwrap_err()));
    let mapped: Vec<_> = pool.map(make, [10, 2000, 20]).chunksize(3).collect();
    assert!(mapped[0].is_ok() && mapped[1].as_ref().is_err_and(is_clear) && mapped[2].is_ok());
    let mapped: Vec<_> = pool.map(length, [10, 2000, 20].map(|n| vec![1; n])).chunksize(3).collect();
    assert!(mapped[0].is_ok() && mapped[1].as_ref().is_err_and(is_clear) && mapped[2].is_ok());
    assert_eq!(pool.spawn(pid).result().unwrap(), worker, "its worker lives");
}

#[test]
fn a_value_over_the_limit_is_an_error_of_its_own() {
    timed(|| {
        Probe::new("has_a_limit_on_values").env("CONCURRENT_LONGEST_VALUE", "1000").run();
    });
}

#[test]
fn a_worker_that_writes_nonsense_to_its_line() {
    timed(|| {
        let pool = ProcessPool::new(1).unwrap();
        lives(&pool);
        let nonsense = |n: u64| {
            let bytes = vec![n as u8; 1000];
            // SAFETY: the bytes outlive the call.
            assert_eq!(unsafe { libc::write(line(), bytes.as_ptr().cast(), bytes.len()) }, 1000);
            thread::sleep(Duration::from_secs(60));
            n
        };
        for byte in [0, 7, 255] {
            let bad = pool.submit(nonsense, byte);
            let behind: Vec<_> = (0..20).map(|n| pool.submit(square, n)).collect();
            assert!(bad.result().unwrap_err().is_worker_died());
            assert!(behind.into_iter().zip(0..).all(|(future, n)| future.result().unwrap() == n * n));
        }
    });
}

#[test]
fn a_worker_that_writes_frames_of_its_own_to_its_line() {
    timed(|| {
        let pool = ProcessPool::new(1).unwrap();
        lives(&pool);
        // An answer to a task that it was never given: number 2^40, of kind `Value`, without a payload.
        let answer = || {
            let mut frame = [0_u8; 16];
            frame[..8].copy_from_slice(&(1_u64 << 40).to_ne_bytes());
            frame[14] = 9;
            frame[15] = frame[..15].iter().fold(0xA5, |sum: u8, byte| sum.rotate_left(1) ^ byte);
            // SAFETY: the bytes outlive the call.
            assert_eq!(unsafe { libc::write(line(), frame.as_ptr().cast(), frame.len()) }, 16);
            thread::sleep(Duration::from_secs(60));
        };
        assert!(pool.spawn(answer).result().unwrap_err().is_worker_died());
        lives(&pool);
    });
}

#[test]
fn a_worker_that_closes_its_line() {
    timed(|| {
        let pool = ProcessPool::new(1).unwrap();
        lives(&pool);
        let close = || {
            // SAFETY: it is not ours to close, which is the point; nobody here uses it while the task runs.
            unsafe { libc::close(line()) };
            thread::sleep(Duration::from_secs(60));
        };
        let bad = pool.spawn(close);
        let behind: Vec<_> = (0..20).map(|n| pool.submit(square, n)).collect();
        assert!(bad.result().unwrap_err().is_worker_died());
        assert!(behind.into_iter().zip(0..).all(|(future, n)| future.result().unwrap() == n * n));
    });
}

/// Fills the page that a worker shares with its pool, in a worker.
fn scribble(byte: u8) {
    let maps = fs::read_to_string("/proc/self/maps").unwrap();
    let page = maps.lines().find(|line| line.contains("memfd:concurrent-futures")).expect("a shared page");
    let (start, end) = page.split(' ').next().unwrap().split_once('-').unwrap();
    let address = |text: &str| usize::from_str_radix(text, 16).unwrap();
    let (start, end) = (address(start), address(end));
    // SAFETY: it is mapped and writable. It belongs to somebody else, which is the point.
    unsafe { std::ptr::with_exposed_provenance_mut::<u8>(start).write_bytes(byte, end - start) };
}

#[test]
fn a_worker_that_scribbles_over_the_shared_page() {
    timed(|| {
        let scribble_and_go_on = |byte: u8| {
            scribble(byte);
            byte
        };
        let scribble_and_die = |byte: u8| -> u8 {
            scribble(byte);
            std::process::abort()
        };
        let scribble_and_hang = |byte: u8| {
            scribble(byte);
            thread::sleep(Duration::from_secs(60));
        };
        for byte in [0, 1, 0x55, 0xFF] {
            let pool = ProcessPool::builder().workers(1).timeout(Duration::from_secs(2)).build().unwrap();
            lives(&pool);
            let (odd, dead) = (pool.submit(scribble_and_go_on, byte), pool.submit(scribble_and_die, byte));
            // What they give is anybody's guess; that they end is not.
            odd.wait();
            dead.wait();
            assert!(dead.result().is_err());
            lives(&pool);
            assert!(pool.submit(scribble_and_hang, byte).result().is_err());
            lives(&pool);
        }
    });
}

#[test]
fn a_fork_that_keeps_the_line_of_a_dead_worker_open() {
    timed(|| {
        let pool = ProcessPool::new(1).unwrap();
        let scratch = Scratch::new();
        let door = scratch.door();
        let fork_and_die = |door: Door| -> u64 {
            // SAFETY: the child only sleeps, looks at a file, and ends.
            if unsafe { libc::fork() } == 0 {
                door.pass();
                // SAFETY: nothing is to be cleaned up.
                unsafe { libc::_exit(0) }
            }
            door.wait_for(1);
            std::process::abort()
        };
        assert!(pool.submit(fork_and_die, door.clone()).result().unwrap_err().is_worker_died());
        lives(&pool);
        door.open();
    });
}

#[test]
fn a_parent_whose_standard_input_is_closed() {
    timed(|| {
        Probe::after("exec 0<&-", "uses_a_pool").run();
    });
}

#[test]
#[ignore = "a probe that another test starts"]
fn uses_a_pool() {
    lives(&ProcessPool::new(1).unwrap());
}

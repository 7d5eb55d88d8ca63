//! What an annotated task expands to: options are checked at the call, and choose where the task runs.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::LazyLock;
use std::thread;

use concurrent_futures::__private::{TaskOptions, map_task, submit_task};
use concurrent_futures::ThreadPool;
use concurrent_futures_suite::timed;

fn name() -> String {
    thread::current().name().unwrap_or_default().to_owned()
}

#[test]
fn a_wrong_number_panics_at_the_call_with_the_options_name() {
    timed(|| {
        type Set = fn(TaskOptions) -> TaskOptions;
        let wrong: [(&str, Set); 3] = [
            ("workers", |options| options.workers(0)),
            ("chunksize", |options| options.chunksize(0)),
            ("buffersize", |options| options.buffersize(0)),
        ];
        for (option, set) in wrong {
            let panic = catch_unwind(AssertUnwindSafe(|| set(TaskOptions::new("task")))).unwrap_err();
            let expected = format!("`{option}` must be at least 1, but is 0");
            assert_eq!(panic.downcast_ref::<&str>(), Some(&expected.as_str()));
        }
    });
}

#[test]
fn shared_pools_are_shared_by_those_who_ask_for_the_same() {
    timed(|| {
        let run = |workers| submit_task(TaskOptions::new("task").workers(workers), name).result().unwrap();
        assert_eq!(run(1), run(1));
        let pool_of = |name: String| name.rsplit_once('-').unwrap().0.to_owned();
        assert_ne!(pool_of(run(1)), pool_of(run(2)));
    });
}

#[test]
fn sequential_runs_here_and_now() {
    timed(|| {
        let options = || TaskOptions::new("task").sequential();
        let future = submit_task(options(), name);
        assert!(future.is_done());
        assert_eq!(future.result().unwrap(), name());
        let failure = submit_task(options(), || panic!("expected"));
        assert_eq!(failure.result().unwrap_err().panic_message(), Some("expected"));
    });
}

#[test]
fn a_sequential_map_runs_each_call_when_its_result_is_asked_for() {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    timed(|| {
        let ran = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&ran);
        let options = TaskOptions::new("task").sequential().chunksize(1).buffersize(3);
        let map = map_task(options, 0.., move |n: u64| {
            count.fetch_add(1, Ordering::SeqCst);
            n
        });
        assert_eq!(ran.load(Ordering::SeqCst), 0);
        for (taken, result) in map.enumerate().take(4) {
            assert_eq!(result.unwrap(), taken as u64);
            assert_eq!(ran.load(Ordering::SeqCst), taken + 1);
        }
    });
}

#[test]
fn a_pool_given_by_name_is_used() {
    static POOL: LazyLock<ThreadPool> =
        LazyLock::new(|| ThreadPool::builder().workers(1).name("given").build().unwrap());
    timed(|| {
        assert_eq!(submit_task(TaskOptions::new("task").pool(&POOL), name).result().unwrap(), "given-0");
        let names = map_task(TaskOptions::new("task").pool(&POOL).chunksize(2), 0..3, |_| name());
        assert!(names.map(Result::unwrap).eq(["given-0"; 3]));
    });
}

#[test]
fn errors_name_the_task_and_the_line_that_asked() {
    timed(|| {
        let line = line!() + 1;
        let future = submit_task(TaskOptions::new("hash_one"), || panic!("expected"));
        let error: Result<(), _> = future.result();
        let error = error.unwrap_err().to_string();
        assert!(error.contains("`hash_one`") && error.contains(&format!("task_options.rs:{line}")), "{error}");
    });
}

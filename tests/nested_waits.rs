//! A task may submit others and wait for them on a full pool: its waits run what nobody has started.

use std::sync::{Arc, Mutex};
use std::thread;

use concurrent_futures::{ReturnWhen, ThreadPool, as_completed, wait};
use concurrent_futures_suite::{Gate, timed};

fn one_worker() -> Arc<ThreadPool> {
    Arc::new(ThreadPool::new(1).unwrap())
}

#[test]
fn result_at_any_depth() {
    fn sum_to(pool: Arc<ThreadPool>, n: u64) -> u64 {
        if n == 0 {
            return 0;
        }
        let inner = Arc::clone(&pool);
        n + pool.spawn(move || sum_to(inner, n - 1)).result().unwrap()
    }
    timed(|| {
        let pool = one_worker();
        let inner = Arc::clone(&pool);
        assert_eq!(pool.spawn(move || sum_to(inner, 100)).result().unwrap(), 5050);
    });
}

#[test]
fn wait_and_its_kin() {
    timed(|| {
        let pool = one_worker();
        let inner = Arc::clone(&pool);
        let task = pool.spawn(move || {
            let spawn = |n: u64| inner.spawn(move || n);
            let future = spawn(1);
            future.wait();
            assert!(future.is_done());
            let futures: Vec<_> = (0..3).map(spawn).collect();
            assert_eq!(wait(&futures, ReturnWhen::FirstCompleted, None), (vec![0], vec![1, 2]));
            assert_eq!(wait(&futures, ReturnWhen::FirstError, None), (vec![0, 1, 2], vec![]));
            let futures: Vec<_> = (0..3).map(spawn).collect();
            assert_eq!(wait(&futures, ReturnWhen::AllCompleted, None), (vec![0, 1, 2], vec![]));
            let in_order: Vec<_> = as_completed((0..3).map(spawn)).map(|(i, _)| i).collect();
            assert_eq!(in_order, [0, 1, 2]);
            let mapped: Vec<u64> = inner.map(|n| n * n, 0..4).collect::<Result<_, _>>().unwrap();
            assert_eq!(mapped, [0, 1, 4, 9]);
            inner.map(|n| n, 0..4_u64).unordered().count()
        });
        assert_eq!(task.result().unwrap(), 4);
    });
}

#[test]
fn it_runs_here_only_what_it_waits_for() {
    timed(|| {
        let pool = one_worker();
        let inner = Arc::clone(&pool);
        let lock = Arc::new(Mutex::new(()));
        let task = pool.spawn(move || {
            let held = lock.lock().unwrap();
            let other_lock = Arc::clone(&lock);
            let other = inner.spawn(move || drop(other_lock.lock().unwrap())); // would deadlock if it ran here
            let awaited = inner.spawn(|| thread::current().id()).result().unwrap();
            assert!(!other.is_done());
            drop(held);
            awaited == thread::current().id()
        });
        assert!(task.result().unwrap());
    });
}

#[test]
fn a_thread_that_is_no_worker_runs_no_task() {
    timed(|| {
        let pool = one_worker();
        for _ in 0..100 {
            let ran_on = pool.spawn(|| thread::current().id()).result().unwrap();
            assert_ne!(ran_on, thread::current().id());
        }
    });
}

#[test]
fn tasks_of_an_initialized_pool_run_on_its_own_workers_only() {
    timed(|| {
        let initialized =
            Arc::new(ThreadPool::builder().workers(1).name("prepared").initializer(|| ()).build().unwrap());
        let plain = one_worker();
        let name = || thread::current().name().map(str::to_owned).unwrap();
        let inner = Arc::clone(&initialized);
        let from_outside = plain.spawn(move || inner.spawn(name).result().unwrap());
        assert_eq!(from_outside.result().unwrap(), "prepared-0");
        let inner = Arc::clone(&initialized);
        let from_inside = initialized.spawn(move || inner.spawn(name).result().unwrap());
        assert_eq!(from_inside.result().unwrap(), "prepared-0");
    });
}

#[test]
fn a_running_task_is_waited_for() {
    timed(|| {
        let pool = Arc::new(ThreadPool::new(2).unwrap());
        let gate = Gate::new();
        let inside = gate.clone();
        let running = pool.spawn(move || {
            inside.pass();
            7
        });
        gate.wait_for(1);
        let waiter = pool.spawn(move || running.result().unwrap());
        gate.open();
        assert_eq!(waiter.result().unwrap(), 7);
    });
}

concurrent_futures_suite::under_each_schedule!();

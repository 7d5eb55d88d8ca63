//! What a program should not do ends in bounded time, with an error or as documented.
//!
//! Waits in cycles have `deadlock.rs`, shutdowns `pool_shutdown.rs`.

use std::future::Future as _;
use std::pin::pin;
use std::sync::{Arc, mpsc};
use std::task::{Context, Wake, Waker};
use std::thread;
use std::time::Duration;

use concurrent_futures::{Error, Future, ReturnWhen, Shutdown, ThreadPool, as_completed, collect, wait};
use concurrent_futures_suite::{Gate, block_on, timed};

/// A blocked pool of one worker, the gate that blocks it, and the future of the blocker.
fn blocked_pool() -> (ThreadPool, Gate, Future<()>) {
    let pool = ThreadPool::new(1).unwrap();
    let gate = Gate::new();
    let inside = gate.clone();
    let blocker = pool.spawn(move || inside.pass());
    gate.wait_for(1);
    (pool, gate, blocker)
}

#[test]
fn waits_for_futures_of_a_pool_that_is_killed_meanwhile() {
    type Waits = fn(Vec<Future<u64>>) -> Vec<Result<u64, Error>>;
    let ways: [Waits; 5] = [
        |futures| futures.into_iter().map(Future::result).collect(),
        |futures| futures.into_iter().map(block_on).collect(),
        |futures| as_completed(futures).map(|(_, result)| result).collect(),
        |futures| {
            assert_eq!(wait(&futures, ReturnWhen::AllCompleted, None).1, []);
            futures.into_iter().map(Future::result).collect()
        },
        |futures| vec![collect(futures).map(|values| values[0]).result()],
    ];
    for (when, waits) in ways.into_iter().flat_map(|way| [(true, way), (false, way)]) {
        timed(move || {
            let (pool, gate, blocker) = blocked_pool();
            let futures = (0..3).map(|n| pool.spawn(move || n)).collect();
            if when {
                pool.shutdown(Shutdown::Kill);
            }
            let waiter = thread::spawn(move || waits(futures));
            if !when {
                thread::sleep(Duration::from_millis(5)); // long enough to fall asleep; nothing breaks if not
                pool.shutdown(Shutdown::Kill);
            }
            drop(pool);
            assert!(waiter.join().unwrap().into_iter().all(|result| result.is_err_and(|error| error.is_cancelled())));
            gate.open();
            blocker.result().unwrap();
        });
    }
}

#[test]
fn a_wait_inside_a_task_for_a_future_of_a_killed_pool() {
    timed(|| {
        let (killed, gate, blocker) = blocked_pool();
        let (queued, later) = (killed.spawn(|| 7), killed.spawn(|| 7).map(|n| n + 1));
        killed.shutdown(Shutdown::Kill);
        let other = ThreadPool::new(1).unwrap();
        let errors = other.spawn(move || (queued.result().unwrap_err(), later.result().unwrap_err())).result().unwrap();
        assert!(errors.0.is_cancelled() && errors.1.is_cancelled());
        assert!(killed.spawn(|| 8).result().unwrap_err().is_shutdown());
        gate.open();
        blocker.result().unwrap();
    });
}

#[test]
fn a_callback_that_blocks_holds_up_its_own_task_alone() {
    timed(|| {
        let pool = ThreadPool::new(2).unwrap();
        let (start, gate) = (Gate::new(), Gate::new());
        let (before, inside) = (start.clone(), gate.clone());
        let future = pool.spawn(move || {
            before.pass();
            7
        });
        future.on_done(move |_| inside.pass());
        start.open();
        gate.wait_for(1);
        assert!(future.is_done() && !future.is_running(), "the task has ended");
        assert!(!future.wait_timeout(Duration::from_millis(1)), "but its result is being looked at");
        assert_eq!(pool.spawn(|| 8).result().unwrap(), 8);
        gate.open();
        assert_eq!(future.result().unwrap(), 7);
    });
}

#[test]
fn a_waker_that_blocks_holds_up_no_other_task() {
    struct Blocks(Gate);
    impl Wake for Blocks {
        fn wake(self: Arc<Self>) {
            self.0.pass();
        }
    }
    timed(|| {
        let pool = ThreadPool::new(2).unwrap();
        // Both threads are there, and asleep.
        let both = Gate::new();
        let futures: Vec<_> = (0..2)
            .map(|_| {
                let inside = both.clone();
                pool.spawn(move || inside.pass())
            })
            .collect();
        both.wait_for(2);
        both.open();
        futures.into_iter().for_each(|future| future.result().unwrap());
        let (start, gate) = (Gate::new(), Gate::new());
        let before = start.clone();
        let mut future = pool.spawn(move || before.pass());
        let waker = Waker::from(Arc::new(Blocks(gate.clone())));
        assert!(pin!(&mut future).poll(&mut Context::from_waker(&waker)).is_pending());
        start.open();
        gate.wait_for(1);
        for n in 0..10 {
            assert_eq!(pool.spawn(move || n).result().unwrap(), n);
        }
        gate.open();
        future.result().unwrap();
    });
}

#[test]
fn a_callback_that_waits_for_another_task_of_a_full_pool() {
    timed(|| {
        let (pool, gate, blocker) = blocked_pool();
        let pool = Arc::new(pool);
        let same = Arc::clone(&pool);
        let (tell, told) = mpsc::channel();
        blocker.on_done(move |_| tell.send(same.spawn(|| 7).result()).unwrap());
        gate.open();
        assert_eq!(told.recv().unwrap().unwrap(), 7);
        blocker.result().unwrap();
    });
}

#[test]
fn a_callback_that_adds_callbacks() {
    fn add(future: &Arc<Future<u64>>, left: usize, tell: mpsc::Sender<usize>) {
        let same = Arc::clone(future);
        future.on_done(move |result| {
            assert_eq!(*result.as_ref().unwrap(), 7);
            tell.send(left).unwrap();
            if left > 0 {
                add(&same, left - 1, tell);
            }
        });
    }
    for after_the_end in [false, true] {
        timed(move || {
            let (pool, gate, _blocker) = blocked_pool();
            let future = Arc::new(pool.spawn(|| 7));
            let (tell, told) = mpsc::channel();
            if after_the_end {
                gate.open();
                future.wait();
            }
            add(&future, 100, tell);
            gate.open();
            assert!(told.iter().eq((0..=100).rev()), "each once, in order");
            future.wait();
        });
    }
}

#[test]
fn a_callback_that_cancels_waits_for_and_drops_its_own_task() {
    timed(|| {
        let (pool, gate, _blocker) = blocked_pool();
        let future = Arc::new(pool.spawn(|| 7));
        let same = Arc::clone(&future);
        let (tell, told) = mpsc::channel();
        future.on_done(move |_| {
            let is_cancelled = same.cancel();
            same.wait(); // a cycle: returns at once
            let is_settled = same.wait_timeout(Duration::from_secs(3600));
            drop(same);
            tell.send((is_cancelled, is_settled)).unwrap();
        });
        drop(future);
        gate.open();
        assert_eq!(told.recv().unwrap(), (false, false));
    });
}

#[test]
fn a_callback_that_shuts_the_pool_down() {
    timed(|| {
        for how in [Shutdown::Wait, Shutdown::CancelPending, Shutdown::Kill] {
            let (pool, gate, blocker) = blocked_pool();
            let pool = Arc::new(pool);
            let queued = pool.spawn(|| 8);
            let (tell, told) = mpsc::channel();
            let own = Arc::clone(&pool);
            blocker.on_done(move |_| {
                own.shutdown(how);
                tell.send(()).unwrap();
            });
            gate.open();
            told.recv().unwrap();
            blocker.result().unwrap();
            assert_eq!(queued.result().is_ok(), how == Shutdown::Wait);
        }
    });
}

#[test]
fn a_function_that_waits_for_the_future_it_makes() {
    timed(|| {
        let (pool, gate, blocker) = blocked_pool();
        let (send, inbox) = mpsc::channel::<Future<bool>>();
        let own = blocker.map(move |()| inbox.recv().unwrap().result().unwrap_err().is_deadlock());
        let (tell, told) = mpsc::channel();
        own.on_done(move |result| tell.send(*result.as_ref().unwrap()).unwrap());
        send.send(own).unwrap();
        gate.open();
        assert!(told.recv().unwrap());
        assert_eq!(pool.spawn(|| 7).result().unwrap(), 7);
    });
}

concurrent_futures_suite::under_each_schedule!();

//! Tasks that wait for each other in a cycle get an error that names them, where the cycle closes.

use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender};
use std::time::Duration;

use concurrent_futures::{Error, Future, ReturnWhen, Shutdown, ThreadPool, as_completed, wait};
use concurrent_futures_suite::{Gate, timed};

type Outcome = Result<(), Error>;

/// A future's way into the task that is to wait for it. The error of a wait is the task's value.
fn mailbox() -> (Sender<Future<Outcome>>, Receiver<Future<Outcome>>) {
    mpsc::channel()
}

fn first(inbox: Receiver<Future<Outcome>>, gate: Gate) -> Outcome {
    gate.pass();
    inbox.recv().unwrap().result()?
}

fn second(inbox: Receiver<Future<Outcome>>, gate: Gate) -> Outcome {
    gate.pass();
    inbox.recv().unwrap().result()?
}

#[test]
fn two_tasks_are_both_named() {
    timed(|| {
        let pool = ThreadPool::new(2).unwrap();
        let gate = Gate::new();
        let (to_first, first_inbox) = mailbox();
        let (to_second, second_inbox) = mailbox();
        let (tell, told) = mpsc::channel();
        let a_line = line!() + 1;
        let a = pool.submit(first, (first_inbox, gate.clone()));
        let b = pool.submit(second, (second_inbox, gate.clone()));
        for future in [&a, &b] {
            let tell = tell.clone();
            future.on_done(move |result| {
                let error = result.as_ref().unwrap().as_ref().unwrap_err();
                tell.send((error.is_deadlock(), error.to_string())).unwrap();
            });
        }
        gate.wait_for(2); // both run: neither can be run by the other's wait
        to_first.send(b).unwrap();
        to_second.send(a).unwrap();
        gate.open();
        // The one that closed the cycle has the error, and passes it to the one that waits for it.
        for _ in 0..2 {
            let (is_deadlock, text) = told.recv().unwrap();
            assert!(is_deadlock && text.lines().count() == 1, "{text}");
            for part in ["first", "second", &format!("deadlock.rs:{a_line}"), &format!("deadlock.rs:{}", a_line + 1)] {
                assert!(text.contains(part), "{part} in {text}");
            }
        }
    });
}

#[test]
fn a_task_that_waits_for_itself() {
    timed(|| {
        let pool = ThreadPool::new(2).unwrap();
        let (send, inbox) = mailbox();
        let (tell, told) = mpsc::channel();
        let task = pool.submit(
            first,
            (inbox, {
                let open = Gate::new();
                open.open();
                open
            }),
        );
        task.on_done(move |result| tell.send(result.as_ref().unwrap().as_ref().unwrap_err().is_deadlock()).unwrap());
        send.send(task).unwrap();
        assert!(told.recv().unwrap());
    });
}

#[test]
fn a_task_run_inside_the_wait_of_the_one_it_waits_for() {
    timed(|| {
        let pool = Arc::new(ThreadPool::new(1).unwrap());
        let (to_inner, inner_inbox) = mailbox();
        let inner_pool = Arc::clone(&pool);
        let outer = pool.spawn(move || -> Outcome {
            // One worker: this wait runs the inner task here, on top of the outer one.
            let open = Gate::new();
            open.open();
            inner_pool.submit(second, (inner_inbox, open)).result()?
        });
        let (tell, told) = mpsc::channel();
        outer.on_done(move |result| tell.send(result.as_ref().unwrap().as_ref().unwrap_err().is_deadlock()).unwrap());
        to_inner.send(outer).unwrap();
        assert!(told.recv().unwrap());
    });
}

#[test]
fn three_tasks_in_a_ring() {
    timed(|| {
        let pool = ThreadPool::new(3).unwrap();
        let gate = Gate::new();
        let (senders, inboxes): (Vec<_>, Vec<_>) = (0..3).map(|_| mailbox()).unzip();
        let (tell, told) = mpsc::channel();
        let mut futures: Vec<_> = inboxes.into_iter().map(|inbox| pool.submit(first, (inbox, gate.clone()))).collect();
        for future in &futures {
            let tell = tell.clone();
            future.on_done(move |result| tell.send(result.as_ref().unwrap().is_err()).unwrap());
        }
        gate.wait_for(3);
        futures.rotate_left(1);
        for (sender, next) in senders.iter().zip(futures) {
            sender.send(next).unwrap();
        }
        gate.open();
        assert!((0..3).all(|_| told.recv().unwrap()));
    });
}

/// Runs `check` in a task that has its own future.
fn with_own_future(check: impl FnOnce(Future<Outcome>) + Send + 'static) {
    let pool = ThreadPool::new(1).unwrap();
    let (send, inbox) = mailbox();
    let (tell, told) = mpsc::channel();
    let task = pool.spawn(move || {
        check(inbox.recv().unwrap());
        tell.send(()).unwrap();
        Ok(())
    });
    send.send(task).unwrap();
    told.recv().expect("the check passed");
}

#[test]
fn waits_without_a_result_return_at_once() {
    timed(|| {
        with_own_future(|own| {
            own.wait();
            assert!(!own.is_done());
            assert!(!own.wait_timeout(Duration::MAX));
            assert!(!own.wait_timeout(Duration::from_secs(3600)));
            let own = [own];
            for when in [ReturnWhen::AllCompleted, ReturnWhen::FirstCompleted, ReturnWhen::FirstError] {
                assert_eq!(wait(&own, when, None), (vec![], vec![0]));
            }
            let [own] = own;
            assert!(own.result().unwrap_err().is_deadlock());
        });
        with_own_future(|own| {
            let mut completed = as_completed([own]);
            assert!(completed.next().unwrap().1.unwrap_err().is_deadlock());
            assert!(completed.next().is_none());
        });
    });
}

#[test]
fn one_way_out_is_no_deadlock() {
    timed(|| {
        let other = ThreadPool::new(1).unwrap();
        let gate = Gate::new();
        let inside = gate.clone();
        let running = other.spawn(move || -> Outcome {
            inside.pass();
            Ok(())
        });
        gate.wait_for(1);
        let opener = gate.clone();
        with_own_future(move |own| {
            let mut completed = as_completed([own, running]);
            opener.open();
            let (i, result) = completed.next().unwrap();
            assert_eq!(i, 1);
            result.unwrap().unwrap();
            assert!(completed.next().unwrap().1.unwrap_err().is_deadlock(), "now only its own future is left");
        });
    });
}

#[test]
fn a_wait_with_a_limit_is_no_part_of_a_cycle() {
    timed(|| {
        let pool = ThreadPool::new(2).unwrap();
        let (to_first, first_inbox) = mailbox();
        let (to_second, second_inbox) = mailbox();
        let limited = pool.spawn(move || {
            let other = first_inbox.recv().unwrap();
            // Long enough for the other to come to its wait; it is not an error that it may be later.
            assert!(!other.wait_timeout(Duration::from_millis(100)));
            to_second.send(other).unwrap();
            Ok(())
        });
        let (send, inbox) = mailbox();
        let unlimited = pool.spawn(move || inbox.recv().unwrap().result()?);
        to_first.send(unlimited).unwrap();
        send.send(limited).unwrap();
        second_inbox.recv().unwrap().result().unwrap().expect("the limited wait ended, and its task with it");
    });
}

#[test]
fn a_callback_that_waits_for_the_task_it_belongs_to() {
    timed(|| {
        let pool = ThreadPool::new(1).unwrap();
        let gate = Gate::new();
        let inside = gate.clone();
        let blocker = pool.spawn(move || inside.pass());
        gate.wait_for(1);
        let (send, inbox) = mpsc::channel::<Future<()>>();
        let (tell, told) = mpsc::channel();
        let queued = pool.spawn(|| ());
        queued.on_done(move |_| tell.send(inbox.recv().unwrap().result().unwrap_err().is_deadlock()).unwrap());
        let canceller = queued.canceller();
        send.send(queued).unwrap();
        canceller.cancel(); // runs the callback here
        assert!(told.recv().unwrap());
        gate.open();
        blocker.result().unwrap();
    });
}

#[test]
fn a_task_that_shuts_down_the_pool_of_one_that_waits_for_it() {
    for shutdown_first in [true, false] {
        timed(move || {
            let (closing, closed) = (ThreadPool::new(1).unwrap(), Arc::new(ThreadPool::new(1).unwrap()));
            let (gate, to_close) = (Gate::new(), Arc::clone(&closed));
            let inside = gate.clone();
            let (tell, told) = mpsc::channel();
            let closes = closing.spawn(move || {
                inside.pass();
                if !shutdown_first {
                    // Long enough for the other to come to its wait; nothing breaks if it is later.
                    std::thread::sleep(Duration::from_millis(50));
                }
                to_close.shutdown(Shutdown::Wait);
            });
            let waits = closed.spawn(move || {
                if shutdown_first {
                    std::thread::sleep(Duration::from_millis(50));
                }
                tell.send(closes.result()).unwrap();
            });
            gate.wait_for(1);
            gate.open();
            // Whoever closes the cycle is told.
            match told.recv().unwrap() {
                Err(error) => {
                    assert!(error.is_deadlock() && error.to_string().contains("the end of a pool"), "{error}")
                }
                Ok(()) => assert!(!shutdown_first),
            }
            waits.result().unwrap();
        });
    }
}

concurrent_futures_suite::under_each_schedule!();

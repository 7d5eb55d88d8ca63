//! The two deadlocks in the documentation of Python's `concurrent.futures`: here one works, and the other is an error.
//!
//! ```text
//! cargo run --example deadlock
//! ```

use concurrent_futures::{Error, Future, ThreadPool};
use std::sync::{Arc, mpsc};

/// `wait_on_future`: a task on a pool of one worker waits for another one on the same pool.
fn wait_on_future() -> Result<u64, Error> {
    let pool = Arc::new(ThreadPool::new(1)?);
    let same = Arc::clone(&pool);
    pool.spawn(move || same.submit(u64::pow, (5, 2)).result()).result()?
}

type Answer = Result<u64, Error>;

fn wait_on_b(b: mpsc::Receiver<Future<Answer>>) -> Answer {
    b.recv().expect("main sends it").result()?.map(|_| 5)
}

fn wait_on_a(a: mpsc::Receiver<Future<Answer>>) -> Answer {
    a.recv().expect("main sends it").result()?.map(|_| 6)
}

/// `wait_on_a` and `wait_on_b`: two tasks that wait for each other. Gives what each of them got.
fn wait_on_each_other() -> Result<[Result<u64, String>; 2], Error> {
    let pool = ThreadPool::new(2)?;
    let (send_b, b_inbox) = mpsc::channel();
    let (send_a, a_inbox) = mpsc::channel();
    let a = pool.submit(wait_on_b, b_inbox);
    let b = pool.submit(wait_on_a, a_inbox);
    let outcomes = [&a, &b].map(|future| {
        let (tell, told) = mpsc::channel();
        future.on_done(move |result| {
            let text = |error: &Error| error.to_string();
            let outcome = result.as_ref().map_err(text).and_then(|answer| answer.as_ref().copied().map_err(text));
            tell.send(outcome).expect("main listens");
        });
        told
    });
    send_b.send(b).expect("its task listens");
    send_a.send(a).expect("its task listens");
    Ok(outcomes.map(|told| told.recv().expect("both tasks end")))
}

fn main() -> Result<(), Error> {
    assert_eq!(wait_on_future()?, 25);
    println!("a task that waits for another on a full pool runs it itself: 25");

    for outcome in wait_on_each_other()? {
        let text = outcome.expect_err("neither can have a value");
        println!("{text}");
        assert!(text.starts_with("deadlock: ") && text.contains("wait_on_a") && text.contains("wait_on_b"));
    }
    Ok(())
}

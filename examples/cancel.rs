//! A queued task is cancelled for good; a running one is asked to stop, and does when it looks.
//!
//! ```text
//! cargo run --example cancel
//! ```

use concurrent_futures::{Error, ThreadPool, is_cancelled};
use std::sync::mpsc;

/// Looks for a divisor until it is told to stop; says how far it came.
fn search(n: u64, started: &mpsc::Sender<()>) -> u64 {
    started.send(()).expect("main listens");
    (2..).find(|d| n.is_multiple_of(*d) || is_cancelled()).expect("the numbers do not end before it is told to stop")
}

fn main() -> Result<(), Error> {
    const PRIME: u64 = 18_446_744_073_709_551_557;
    let pool = ThreadPool::new(1)?;
    let (tell, told) = mpsc::channel();
    let running = pool.submit(|n, tell| search(n, &tell), (PRIME, tell));
    let queued = pool.spawn(|| unreachable!("it never starts"));
    told.recv().expect("the search starts");

    assert!(queued.cancel(), "nobody has started it");
    let error = queued.result().unwrap_err();
    assert!(error.is_cancelled());
    println!("the queued task: {error}");

    assert!(!running.cancel(), "a thread cannot be killed: it is only asked");
    let reached = running.result()?;
    assert!(reached < PRIME);
    println!("the running task stopped by itself at {reached}");

    // Cancelled because nobody holds it any more.
    let (open, gate) = mpsc::channel::<()>();
    let busy = pool.spawn(move || gate.recv().is_err());
    drop(pool.spawn(|| unreachable!("it never starts")).cancel_on_drop());
    drop(open);
    assert!(busy.result()?);
    Ok(())
}

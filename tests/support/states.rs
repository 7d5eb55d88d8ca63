//! Tasks that have come to some state, for what is promised of all pools.

use concurrent_futures::Future;

use crate::Pool;
use crate::door::{Door, Scratch};

/// Ends at once.
#[must_use]
pub fn seven(_: u64) -> u64 {
    7
}

fn fails(_: u64) -> u64 {
    panic!("expected")
}

/// Ends when the door is open.
#[must_use]
pub fn pass(door: Door) -> u64 {
    door.pass();
    7
}

/// Fails when the door is open.
///
/// # Panics
///
/// With the text "expected".
#[must_use]
pub fn fail_behind(door: Door) -> u64 {
    door.pass();
    panic!("expected")
}

/// A pool of one worker, which holds a task at the door. Drops the folder of the door, which opens it, before the pool.
pub fn busy<P: Pool>() -> (P, Scratch, Door, Future<u64>) {
    let (pool, scratch) = (P::with_workers(1), Scratch::new());
    let door = scratch.door();
    let running = pool.submit(pass, door.clone());
    door.wait_for(1);
    (pool, scratch, door, running)
}

/// A task in each state, on a pool of one worker: pending, running, cancelled, failed, with a value. The door opens for the
/// running one, and with it the way for the pending one.
///
/// # Panics
///
/// If a task cannot be cancelled before its start.
pub fn in_each_state<P: Pool>(pool: &P, door: &Door) -> [Future<u64>; 5] {
    let [failed, value] = [pool.submit(fails, 0), pool.submit(seven, 0)];
    failed.wait();
    value.wait();
    let running = pool.submit(pass, door.clone());
    door.wait_for(1);
    let [pending, cancelled] = [pool.submit(seven, 0), pool.submit(seven, 0)];
    assert!(cancelled.cancel());
    [pending, running, cancelled, failed, value]
}

//! The time limit of a map is for the whole: what is there comes first, then one error, and the rest never starts.

use std::time::Duration;

use concurrent_futures::{Shutdown, ThreadPool};
use concurrent_futures_suite::{Gate, timed};

#[test]
fn results_before_it_are_a_prefix() {
    timed(|| {
        let pool = ThreadPool::new(1).unwrap();
        let gate = Gate::new();
        let inside = gate.clone();
        let work = move |n: u64| {
            if n == 2 {
                inside.pass();
            }
            n
        };
        let map = pool.map(work, 0..3).buffersize(3);
        gate.wait_for(1);
        let results: Vec<_> = map.timeout(Duration::from_millis(1)).collect();
        assert_eq!(results.len(), 3, "two results, one error");
        assert!(results[..2].iter().map(|result| *result.as_ref().unwrap()).eq(0..2));
        assert!(results[2].as_ref().unwrap_err().is_timeout());
        gate.open();
    });
}

#[test]
fn on_a_saturated_pool_nothing_ever_starts() {
    for unordered in [false, true] {
        timed(move || {
            let pool = ThreadPool::new(1).unwrap();
            let gate = Gate::new();
            let inside = gate.clone();
            let blocker = pool.spawn(move || inside.pass());
            gate.wait_for(1);
            let started = Gate::new();
            started.open();
            let inside = started.clone();
            let map = pool.map(move |_| inside.pass(), 0..2).timeout(Duration::ZERO);
            if unordered {
                let mut map = map.unordered();
                let (i, result) = map.next().unwrap();
                assert!(i == 0 && result.unwrap_err().is_timeout());
                assert!(map.next().is_none());
            } else {
                let mut map = map;
                assert!(map.next().unwrap().unwrap_err().is_timeout());
                assert!(map.next().is_none());
            }
            gate.open();
            blocker.result().unwrap();
            pool.shutdown(Shutdown::Wait);
            assert_eq!(started.arrived(), 0);
        });
    }
}

concurrent_futures_suite::under_each_schedule!();

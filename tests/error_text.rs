//! An error is one line that names the task, its source line and the cause; a panic keeps its payload.

use concurrent_futures::{Error, ThreadPool, concurrent};
use concurrent_futures_suite::timed;

fn fails(n: u64) -> u64 {
    panic!("no such number:\n {n}")
}

#[test]
fn a_panic_is_told_with_both_places() {
    timed(|| {
        let pool = ThreadPool::new(1).unwrap();
        let line = line!() + 1;
        let error = pool.submit(fails, 7).result().unwrap_err();
        let text = error.to_string();
        assert_eq!(text.lines().count(), 1, "{text}");
        assert!(text.contains("fails") && text.contains(&format!("error_text.rs:{line}")), "{text}");
        assert!(text.contains("no such number: 7"), "{text}");
        assert_eq!(error.panic_message(), Some("no such number:\n 7"));
        assert!(error.panic_location().unwrap().contains("error_text.rs:7:5"), "{text}");
        assert!(format!("{error:?}").contains(&text), "`unwrap` shows it too");
        assert!(error.is_panic());
        let others: [fn(&Error) -> bool; 8] = [
            Error::is_worker_died,
            Error::is_timeout,
            Error::is_cancelled,
            Error::is_deadlock,
            Error::is_shutdown,
            Error::is_encode,
            Error::is_decode,
            Error::is_spawn,
        ];
        assert!(others.iter().all(|is| !is(&error)));
        assert_eq!((error.worker_pid(), error.signal(), error.exit_code()), (None, None, None));
    });
}

fn two_less(n: u64) -> u64 {
    2 - n
}

#[concurrent(mode = "process", workers = 2)]
fn divided(n: u64) -> u64 {
    let mut left = 1_000;
    for i in 0..n {
        left /= two_less(i);
    }
    left
}

#[test]
fn a_panic_of_an_operator_in_the_in_order_part_has_the_place_where_it_stands() {
    timed(|| {
        let pool = ThreadPool::new(1).unwrap();
        let error = pool.submit(divided, 3).result().unwrap_err();
        assert_eq!(error.panic_message(), Some("attempt to divide by zero"));
        let place = error.panic_location().unwrap();
        assert!(place.contains("error_text.rs:47:9"), "{place}");
    });
}

#[test]
fn a_payload_of_any_type_comes_back() {
    timed(|| {
        let pool = ThreadPool::new(1).unwrap();
        let error = pool.spawn(|| std::panic::panic_any(7_u64)).result().unwrap_err();
        assert!(error.is_panic() && error.panic_message().is_none());
        assert_eq!(error.into_panic().unwrap().downcast_ref(), Some(&7_u64));
    });
}

#[test]
fn what_is_no_panic_has_no_payload() {
    let error = ThreadPool::new(0).unwrap_err();
    assert!(error.is_spawn() && error.to_string().contains("at least 1"), "{error}");
    assert!(error.into_panic().unwrap_err().is_spawn());
}

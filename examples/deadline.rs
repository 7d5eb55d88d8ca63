//! Tasks that never end, in worker processes: killed at their time limit and tried again, while the others go on.
//!
//! ```text
//! cargo run --example deadline
//! ```

use concurrent_futures::{Error, ProcessPool};
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use std::{env, hint, process};

const LIMIT: Duration = Duration::from_millis(300);

/// Never ends in its first `n_hangs` attempts, and then gives the number of the attempt. What remembers them is a file: each
/// attempt has a process of its own.
fn stubborn(n_hangs: u64, attempts: PathBuf) -> u64 {
    let mut file = OpenOptions::new().create(true).append(true).open(&attempts).expect("a file for the attempts");
    file.write_all(b".").expect("room for another byte");
    let attempt = file.metadata().expect("the length of a file").len();
    if attempt <= n_hangs {
        // Nothing inside this process would stop it.
        loop {
            hint::spin_loop();
        }
    }
    attempt
}

fn main() -> Result<(), Error> {
    let folder = env::temp_dir().join(format!("concurrent-futures-deadline-{}", process::id()));
    fs::create_dir_all(&folder).expect("a folder for the example");
    let pool = ProcessPool::builder().workers(3).timeout(LIMIT).retries(1).build()?;

    let started = Instant::now();
    let task = |name: &str, n_hangs| pool.submit(stubborn, (n_hangs, folder.join(name)));
    let (hangs_once, hangs_always) = (task("once", 1), task("always", u64::MAX));
    let others: Vec<_> = (0..20).map(|i| task(&format!("other-{i}"), 0)).collect();
    for other in others {
        assert_eq!(other.result()?, 1, "the first attempt of another task ends");
    }
    println!("20 tasks ended: {:.0?}", started.elapsed());

    assert_eq!(hangs_once.result()?, 2);
    println!("one hung, was killed, and ended in its second attempt: {:.0?}", started.elapsed());

    let error = hangs_always.result().unwrap_err();
    assert!(error.is_timeout());
    assert!(started.elapsed() >= 2 * LIMIT, "two attempts of {LIMIT:?}");
    println!("one hung twice: {:.0?}: {error}", started.elapsed());

    drop(pool);
    fs::remove_dir_all(&folder).expect("nobody uses the folder any more");
    Ok(())
}

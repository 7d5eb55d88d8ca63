//! A future is a standard future: any executor can drive it, such as the twenty lines here.
//!
//! ```text
//! cargo run --example await
//! ```

use concurrent_futures::{Error, ThreadPool, collect};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

/// Wakes the thread that waits in [`block_on`].
struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// The smallest executor: polls here, and parks in between.
fn block_on<F: Future>(future: F) -> F::Output {
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park(),
        }
    }
}

async fn sum_of_squares(pool: &ThreadPool) -> Result<u64, Error> {
    let first = pool.spawn(|| 3_u64).map(|n| n * n);
    let others = collect((4..6).map(|n: u64| pool.spawn(move || n * n)));
    // All three run on the pool; the thread of the executor only waits.
    Ok(first.await? + others.await?.into_iter().sum::<u64>())
}

fn main() -> Result<(), Error> {
    let pool = ThreadPool::new(2)?;
    let sum = block_on(sum_of_squares(&pool))?;
    assert_eq!(sum, 9 + 16 + 25);
    println!("3² + 4² + 5² = {sum}");

    let error = block_on(pool.spawn(|| panic!("in the task"))).unwrap_err();
    assert!(error.is_panic());
    println!("{error}");
    Ok(())
}

//! A pool calls a function with the arguments that it is given.

use concurrent_futures::ThreadPool;

fn work(n: u64) -> u64 {
    n * n
}

fn main() {
    let pool = ThreadPool::new(1).expect("one thread");
    let _ = pool.submit(work, (1, 2));
}

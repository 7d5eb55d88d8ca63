//! What is true within a scope of this process is not true in another process.

use std::marker::PhantomData;

use concurrent_futures::ProcessPool;

struct Lock;

#[derive(Clone, Copy)]
struct Locked<'lock>(PhantomData<&'lock Lock>);

impl Lock {
    fn lock(&mut self) -> Locked<'_> {
        Locked(PhantomData)
    }
}

impl Locked<'_> {
    fn get(self, n: u64) -> u64 {
        n
    }
}

fn main() {
    let mut lock = Lock;
    let token = lock.lock();
    let pool = ProcessPool::new(1).expect("descriptors");
    let _ = pool.map(move |n: u64| token.get(n), 0..3).count();
}

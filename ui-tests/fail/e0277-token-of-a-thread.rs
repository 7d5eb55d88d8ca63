//! What is true on a thread of this process is not true in another process.

use concurrent_futures::ProcessPool;

#[derive(Clone, Copy)]
struct OnThisThread([*const (); 0]);

impl OnThisThread {
    fn is_true(self) -> bool {
        self.0.is_empty()
    }
}

fn main() {
    let token = OnThisThread([]);
    let pool = ProcessPool::new(1).expect("descriptors");
    let _ = pool.spawn(move || token.is_true());
}

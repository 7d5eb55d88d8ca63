//! What `#[concurrent]` writes: the smallest loop and the smallest task, each beside its expansion.
//!
//! ```text
//! cargo run --example expanded
//! ```
//!
//! Read `smallest_loop.rs` and `smallest_loop_expanded.rs` side by side, then the two files of the task.
//! The comments are ours. A unit test of the macro holds the expanded files to what it really writes.

mod smallest_loop;
#[expect(clippy::match_single_binding, reason = "in expanded code nobody is told of it")]
mod smallest_loop_expanded;
mod smallest_task;
mod smallest_task_expanded;

/// Stands for something slow.
fn work(n: u64) -> u64 {
    n * n
}

fn main() {
    let expected: u64 = (0..100).map(work).sum();
    assert_eq!(smallest_loop::total(100), expected);
    assert_eq!(smallest_loop_expanded::total(100), expected);

    for n in 0..10 {
        let results = [smallest_task::half::submit(n).result(), smallest_task_expanded::half::submit(n).result()];
        assert_eq!(results.map(Result::ok), [Some(smallest_task::half(n)), Some(smallest_task_expanded::half(n))]);
    }
    println!("written and expanded, they compute the same");
}

//! What `#[concurrent(task)]` makes of `smallest_task.rs`.
//!
//! The function stays as it is and is still called plainly. Beside it stands a type of the same name, which has no
//! values and is there for its two functions: `half::submit(n)` and `half::map(numbers)`. (Types and functions may share
//! a name, and one `use` imports both.)

use super::work;

/// Half of it.
pub(crate) fn half(n: u64) -> u64 {
    work(n) / 2
}

/// Half of it.
#[allow(non_camel_case_types, missing_debug_implementations, reason = "it stands beside the function of its name")]
pub(crate) enum half {}

#[allow(
    clippy::all,
    clippy::pedantic,
    clippy::nursery,
    dead_code,
    deprecated,
    reason = "generated from the function above"
)]
impl half {
    // Parameters are owned here: a `&str` of the function would be a `String`.
    /// Runs [`half`](fn@half) on the pool; the result is in the future.
    #[track_caller]
    pub(crate) fn submit(n: u64) -> ::concurrent_futures::Future<u64> {
        // A function within, whose one call fails where a thread cannot have the types: the message names them.
        #[track_caller]
        fn __run<
            __P0: ::concurrent_futures::__private::Is<It = u64>,
            __P1: ::concurrent_futures::__private::Is<It = u64>,
        >(
            n: u64,
        ) -> ::concurrent_futures::Future<u64>
        where
            // What a thread needs: `Send` and `'static`.
            __P0::It: ::concurrent_futures::__private::Argument,
            __P1::It: ::concurrent_futures::__private::Output,
        {
            ::concurrent_futures::__private::submit_task(
                // Errors name the task. The options of the attribute would follow: `.workers(4)`.
                ::concurrent_futures::__private::TaskOptions::new("half"),
                move || half(n),
            )
        }
        __run::<::concurrent_futures::__private::Type<u64>, ::concurrent_futures::__private::Type<u64>>(n)
    }
    /// Runs [`half`](fn@half) on the pool for each of `arguments`; the results come in their order, as they are asked for.
    #[track_caller]
    pub(crate) fn map<Arguments: ::core::iter::IntoIterator<Item = u64>>(
        arguments: Arguments,
    ) -> ::concurrent_futures::Map<'static, Arguments::IntoIter, u64>
    where
        // The same, by way of the type parameter that is there anyway.
        <Arguments as ::concurrent_futures::__private::Beside<u64>>::It: ::concurrent_futures::__private::Argument,
        <Arguments as ::concurrent_futures::__private::Beside<u64>>::It: ::concurrent_futures::__private::Output,
    {
        ::concurrent_futures::__private::map_task(
            ::concurrent_futures::__private::TaskOptions::new("half"),
            arguments,
            move |__argument0| half(__argument0),
        )
    }
}

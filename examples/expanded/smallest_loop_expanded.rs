//! What `#[concurrent]` makes of `smallest_loop.rs`.
//!
//! The body stands in it twice: as it was written, and split into a *parallel part* (a closure that any thread may
//! call) and an *in-order part* (which stays on the calling thread, in a real `for`). Here the parallel part is
//! `work(i)`, because it needs nothing of other iterations, and the in-order part is `out.push(..)`, because every
//! iteration changes `out`. Names of the macro start with `__`; it names the runtime by its full path, for nobody knows
//! what else is called `Plan` around your loop.

use super::work;

pub(crate) fn collect(n: u64) -> Vec<u64> {
    let mut out = Vec::new();
    {
        // What earlier calls measured: a loop that is known to be short is run as it was written.
        let __site = {
            static SITE: ::concurrent_futures::__private::Site = ::concurrent_futures::__private::Site::new();
            &SITE
        };
        // The options of the attribute: `workers = 4` would add `.workers(4)`.
        let __options = ::concurrent_futures::__private::LoopOptions::new().checked();
        // As in a plain `for`, what is iterated over is evaluated once; in a `match`, so that temporaries in it live
        // as long as the loop.
        match ::core::iter::IntoIterator::into_iter(0..n) {
            __iter => match __options.plan(__site, &__iter) {
                // Too short to share, or a single processor: the loop as it was written. When `__watch` is dropped it
                // has measured the loop, for the next call.
                ::concurrent_futures::__private::Plan::Plain(__watch) => {
                    for i in __iter {
                        out.push(work(i));
                    }
                }
                // The same code a second time would be a second source of the same warnings.
                #[allow(
                    unused,
                    unreachable_code,
                    clippy::all,
                    clippy::pedantic,
                    clippy::nursery,
                    reason = "the same code, taken apart, stands above as it was written"
                )]
                ::concurrent_futures::__private::Plan::Parallel(__team) => {
                    // Does nothing but demand that the items are `Send`, with a message of its own. Variables that the
                    // parallel part captures would be checked here too.
                    ::concurrent_futures::__private::items(&__iter);
                    let __part = ::concurrent_futures::__private::part(
                        {
                            // Method resolution takes the first of these two that fits: a range is split wherever a
                            // chunk is needed, any other iterator is asked for its items in order, on this thread.
                            use {
                                ::concurrent_futures::__private::AnySource as _,
                                ::concurrent_futures::__private::SplittableSource as _,
                            };
                            (&&::concurrent_futures::__private::Probe::of(&__iter)).how().input(__iter)
                        },
                        // The parallel part. The borrow checker sees to it that it changes nothing outside. `Never`
                        // says that it has no exits: a `?`, `break` or `return` in it would be listed in that place.
                        |__item| -> ::concurrent_futures::__private::Flow<_, ::concurrent_futures::__private::Never> {
                            // The pattern of the loop; here it is just `i`.
                            let i = __item;
                            // The work, taken out of `out.push(work(i))`.
                            let __h0 = work(i);
                            // What crosses to the in-order part; `cross` demands that it is `Send`.
                            ::concurrent_futures::__private::Flow::Next((::concurrent_futures::__private::cross(__h0),))
                        },
                    );
                    // The in-order part. `run` lets workers, and this thread too, call the closure for chunks of the
                    // range, and gives the results back in the order of the loop.
                    //
                    // It is unsafe because the workers use borrows of this function: its result must be dropped before
                    // they end. As the head of a `for` it surely is, and dropping it waits for the workers.
                    for __step in unsafe { __team.run(__part) } {
                        let (__h0,) = match __step {
                            ::concurrent_futures::__private::Flow::Next(__values) => __values,
                            // The parallel part of this iteration ended with a `continue`.
                            ::concurrent_futures::__private::Flow::Skip => continue,
                            // It ended with a `break`.
                            ::concurrent_futures::__private::Flow::Stop => break,
                            // It ended with another exit, which would be repeated here, where it means what it says. There
                            // are none.
                            ::concurrent_futures::__private::Flow::Leave(__exit) => match __exit {},
                        };
                        // What is left of the body as it was written.
                        out.push(__h0);
                    }
                }
            },
        }
    }
    out
}

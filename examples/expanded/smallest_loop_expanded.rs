//! What `#[concurrent]` makes of `smallest_loop.rs`.
//!
//! The body stands in it twice: as it was written, and split into a *parallel part* (a closure that any thread may
//! call) and an *in-order part* (which stays on the calling thread, in a real loop). Here the parallel part is
//! `work(i)`, because it needs nothing of other iterations, and the in-order part is `total += ..`, because every
//! iteration changes `total`. A loop begins as it was written and goes over to its two parts when the rest is worth it.
//! Names of the macro start with `__`; it names the runtime by its full path, for nobody knows
//! what else is called `Site` around your loop.

use super::work;

pub(crate) fn total(n: u64) -> u64 {
    let mut total = 0;
    {
        // What earlier calls measured: a loop that is known to be short is run as it was written.
        let __site = {
            static SITE: ::concurrent_futures::__private::Site = ::concurrent_futures::__private::Site::new();
            &SITE
        };
        // The options of the attribute: `workers = 4` would add `.workers(4)`.
        let __options = ::concurrent_futures::__private::LoopOptions::new().crosses().checked();
        // As in a plain `for`, what is iterated over is evaluated once; in a `match`, so that temporaries in it live
        // as long as the loop.
        match ::core::iter::IntoIterator::into_iter(0..n) {
            __iter => {
                // Does nothing but demand that the items are `Send`, with a message of its own.
                ::concurrent_futures::__private::items(&__iter);
                // Whoever decides how the loop goes on, if it turns out not to be short.
                let mut __pilot = ::core::option::Option::None;
                let mut __course = ::concurrent_futures::__private::Course::new(__options, __site, &mut __pilot, {
                    // Method resolution takes the first of these two that fits: a range is cut wherever a strip or a
                    // chunk ends, any other iterator is asked for its items in order, on this thread.
                    #[allow(unused_imports, reason = "which of the two it takes depends on the iterator")]
                    use {
                        ::concurrent_futures::__private::AnySource as _,
                        ::concurrent_futures::__private::SplittableSource as _,
                    };
                    (&&::concurrent_futures::__private::Probe::of(&__iter)).how().strips(__iter)
                });
                // A strip is some of the items, here a range: all of them if the loop is known to be short, none if it is
                // to be shared at once, and otherwise so many that a look at the clock behind them does not show.
                let mut __strip = ::concurrent_futures::__private::Course::start(&mut __course);
                '__done1: loop {
                    // The loop as it was written, over a strip: what `for` means, except that it shows whether it came to
                    // the end of the strip or was left by a `break`.
                    '__strip2: {
                        loop {
                            match ::core::iter::Iterator::next(&mut __strip) {
                                ::core::option::Option::Some(__item) => {
                                    // The pattern of the loop; here it is just `i`.
                                    let i = __item;
                                    {
                                        total += work(i);
                                    };
                                }
                                ::core::option::Option::None => break '__strip2,
                            }
                        }
                        // A `break` would come out here, and leave the whole.
                        #[allow(unreachable_code, reason = "a body without `break`")]
                        {
                            break '__done1;
                        }
                    }
                    let __team = match ::concurrent_futures::__private::Course::go_on(&mut __course, __strip) {
                        // Too short to share, as far as one can tell, or nobody would help.
                        ::concurrent_futures::__private::Next::Plain(__next) => {
                            __strip = __next;
                            continue;
                        }
                        ::concurrent_futures::__private::Next::Shared(__team) => __team,
                        ::concurrent_futures::__private::Next::Over => break,
                    };
                    // The same code a second time would be a second source of the same warnings.
                    #[allow(
                        unused,
                        unreachable_code,
                        clippy::all,
                        clippy::pedantic,
                        clippy::nursery,
                        reason = "the same code, taken apart, stands above as it was written"
                    )]
                    {
                        // `run` lets workers, and this thread too, call the closure for chunks of the range, and gives the
                        // results back in the order of the loop.
                        //
                        // It is unsafe because the workers use borrows of this function: its result must be dropped before
                        // they end. As a local that nobody else can name it surely is, and dropping it waits for the
                        // workers.
                        let mut __steps = unsafe {
                            // The parallel part. The borrow checker sees to it that it changes nothing outside. `Never` says
                            // that it has no exits: a `?`, `break` or `return` in it would be listed in that place.
                            ::concurrent_futures::__private::Team::run(
                                __team,
                                |__item| -> ::concurrent_futures::__private::Flow<
                                    _,
                                    ::concurrent_futures::__private::Never,
                                > {
                                    let i = __item;
                                    // The work, taken out of `total += work(i)`.
                                    let __h0 = work(i);
                                    // What crosses to the in-order part; `cross` demands that it is `Send`.
                                    ::concurrent_futures::__private::Flow::Next((
                                        ::concurrent_futures::__private::cross(__h0),
                                    ))
                                },
                            )
                        };
                        // The in-order part, chunk by chunk. (The first of the two is what a chunk gathers, in loops with
                        // reductions and in those that only push.)
                        loop {
                            let ::core::option::Option::Some((_, mut __chunk)) =
                                ::concurrent_futures::__private::Running::chunk(&mut __steps)
                            else {
                                match ::concurrent_futures::__private::Course::resume(&mut __course, __steps) {
                                    // Workers were of no use: the rest is run as it was written.
                                    ::core::option::Option::Some(__next) => {
                                        __strip = __next;
                                        continue '__done1;
                                    }
                                    ::core::option::Option::None => break '__done1,
                                }
                            };
                            '__chunk3: {
                                // A loop without calls of the runtime: `total` can stay in a register.
                                loop {
                                    match ::core::iter::Iterator::next(&mut __chunk) {
                                        ::core::option::Option::Some(__step) => {
                                            let (__h0,) = match __step {
                                                ::concurrent_futures::__private::Flow::Next(__values) => __values,
                                                // The parallel part of this iteration ended with an exit, which would be
                                                // repeated here, where it means what it says. There are none.
                                                ::concurrent_futures::__private::Flow::Leave(__exit) => match __exit {},
                                                // Nor is there a `continue` or a plain `break`.
                                                _ => ::core::unreachable!(),
                                            };
                                            // What is left of the body as it was written.
                                            total += __h0;
                                        }
                                        ::core::option::Option::None => break '__chunk3,
                                    }
                                }
                                break '__done1;
                            }
                        }
                    }
                }
            }
        }
    }
    total
}

//! The forms of `loop_forms` whose values can travel, with their parallel parts in worker processes.
//!
//! Those of `macros` cannot (they return `anyhow::Error`), and `options` and `reductions` are for threads.

#![allow(
    unused_imports,
    clippy::explicit_counter_loop,
    clippy::manual_is_multiple_of,
    clippy::needless_range_loop,
    clippy::useless_format,
    clippy::type_complexity,
    clippy::unnecessary_to_owned,
    clippy::useless_vec,
    reason = "the bodies have the forms that are tested"
)]

#[path = "../loop_forms/common.rs"]
mod common;

#[path = "../loop_forms/bodies.rs"]
mod bodies;
#[path = "../loop_forms/borrowed.rs"]
mod borrowed;
#[path = "../loop_forms/branches.rs"]
mod branches;
#[path = "../loop_forms/collected.rs"]
mod collected;
#[path = "../loop_forms/depths.rs"]
mod depths;
#[path = "../loop_forms/effects.rs"]
mod effects;
#[path = "../loop_forms/exits.rs"]
mod exits;
#[path = "../loop_forms/inner_loops.rs"]
mod inner_loops;
#[path = "../loop_forms/open_types.rs"]
mod open_types;
#[path = "../loop_forms/places.rs"]
mod places;
#[path = "../loop_forms/results.rs"]
mod results;
#[path = "../loop_forms/sources.rs"]
mod sources;
#[path = "../loop_forms/while_loops.rs"]
mod while_loops;

pub(crate) use common::*;

/// A test that a function gives the same plainly and in worker processes.
macro_rules! form {
    ($name:ident, $call:expr, $($text:tt)*) => {
        mod $name {
            $crate::variant! { plain, $call, [allow(dead_code)] $($text)* }
            $crate::variant! { first, $call, [concurrent_futures::concurrent(mode = "process", workers = 2)] $($text)* }
            $crate::variant! {
                second, $call,
                [concurrent_futures::concurrent(mode = "process", workers = 3, chunksize = 4, buffersize = 9)] $($text)*
            }
        }

        #[test]
        fn $name() {
            $crate::timed(|| $crate::compare($name::plain::run, &[
                ("processes", $name::first::run),
                ("processes, chunks of four", $name::second::run),
            ]));
        }
    };
}
pub(crate) use form;

/// Forms with values that cannot travel.
macro_rules! thread_form {
    ($($text:tt)*) => {};
}
pub(crate) use thread_form;

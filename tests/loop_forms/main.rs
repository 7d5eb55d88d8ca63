//! Whatever form a loop has, annotated it gives what it gives without the annotation.
//!
//! Each form is one text, compiled plainly and under several options, and run over random inputs.

#![expect(
    clippy::explicit_counter_loop,
    clippy::manual_is_multiple_of,
    clippy::needless_range_loop,
    clippy::useless_format,
    clippy::type_complexity,
    clippy::unnecessary_to_owned,
    clippy::useless_vec,
    reason = "the bodies have the forms that are tested"
)]

mod common;

mod bodies;
mod borrowed;
mod branches;
mod collected;
mod depths;
mod effects;
mod exits;
mod inner_loops;
mod macros;
mod open_types;
mod options;
mod places;
mod reductions;
mod results;
mod shared_state;
mod sources;
mod while_loops;

pub(crate) use common::*;

concurrent_futures_suite::under_each_schedule!();

/// A test that a function gives the same plainly and under each set of options.
macro_rules! form {
    ($name:ident, $call:expr, $($text:tt)*) => {
        $crate::form_with! { $name, $call,
            [
                [workers = 3]
                [workers = 2, chunksize = 1]
                [workers = 3, chunksize = 7]
                [workers = 8, buffersize = 5]
            ]
            $($text)*
        }
    };
}
pub(crate) use form;

/// A form with values that cannot travel between processes.
macro_rules! thread_form {
    ($($text:tt)*) => { $crate::form! { $($text)* } };
}
pub(crate) use thread_form;

/// The same with the sets of options.
macro_rules! form_with {
    ($name:ident, $call:expr, [[$($o1:tt)*] [$($o2:tt)*] [$($o3:tt)*] [$($o4:tt)*]] $($text:tt)*) => {
        mod $name {
            $crate::variant! { plain, $call, [allow(dead_code)] $($text)* }
            $crate::variant! { first, $call, [concurrent_futures::concurrent($($o1)*)] $($text)* }
            $crate::variant! { second, $call, [concurrent_futures::concurrent($($o2)*)] $($text)* }
            $crate::variant! { third, $call, [concurrent_futures::concurrent($($o3)*)] $($text)* }
            $crate::variant! { fourth, $call, [concurrent_futures::concurrent($($o4)*)] $($text)* }
        }

        #[test]
        fn $name() {
            $crate::timed(|| $crate::compare($name::plain::run, &[
                (stringify!($($o1)*), $name::first::run),
                (stringify!($($o2)*), $name::second::run),
                (stringify!($($o3)*), $name::third::run),
                (stringify!($($o4)*), $name::fourth::run),
            ]));
        }
    };
}
pub(crate) use form_with;

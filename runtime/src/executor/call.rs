//! Calling a function with arguments that come as one value.

/// A function that can be called with `Args`: a plain value for one argument, a tuple for several, `()` for none.
///
/// Implemented for every `FnOnce`; `Style` only keeps the implementations apart and is always inferred. An unannotated
/// closure learns nothing from `Args`, so a closure that calls methods on its parameter names its type
/// (`|text: String| text.len()`).
///
/// # Example
///
/// ```
/// use concurrent_futures::ThreadPool;
///
/// fn add(a: u8, b: u8) -> u8 { a + b }
/// fn first(pair: (u8, u8)) -> u8 { pair.0 }
/// fn seven() -> u8 { 7 }
///
/// let pool = ThreadPool::new(1)?;
/// assert_eq!(pool.submit(add, (1, 2)).result()?, 3);
/// assert_eq!(pool.submit(first, (1, 2)).result()?, 1);
/// assert_eq!(pool.submit(seven, ()).result()?, 7);
/// assert_eq!(pool.submit(|n: u8| n.pow(2), 3).result()?, 9);
/// # Ok::<(), concurrent_futures::Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be called with `{Args}`",
    note = "one argument is given as it is, several as a tuple, none as `()`",
    note = "an argument is owned by the task: give a `String` for a `&str`, a `Vec` for a slice, or use `spawn(move || …)`"
)]
pub trait Call<Args, Style> {
    /// What the function returns.
    type Output;

    /// Calls the function.
    fn call(self, args: Args) -> Self::Output;
}

/// The argument is passed as it is.
#[derive(Debug)]
pub enum Whole {}

/// The arguments are the fields of a tuple.
#[derive(Debug)]
pub enum Spread {}

impl<F, A, R> Call<A, Whole> for F
where
    F: FnOnce(A) -> R,
{
    type Output = R;

    fn call(self, argument: A) -> R {
        self(argument)
    }
}

macro_rules! call_with_tuples {
    ($(($($arg:ident)*))*) => {$(
        impl<F, R, $($arg),*> Call<($($arg,)*), Spread> for F
        where
            F: FnOnce($($arg),*) -> R,
        {
            type Output = R;

            #[allow(non_snake_case, reason = "types and values share their names in this macro")]
            fn call(self, ($($arg,)*): ($($arg,)*)) -> R {
                self($($arg),*)
            }
        }
    )*};
}

call_with_tuples! { () (A) (A B) (A B C) (A B C D) (A B C D E) (A B C D E G) (A B C D E G H) (A B C D E G H I) }

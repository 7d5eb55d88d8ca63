//! A future whose drop cancels its task.

use std::fmt;
use std::ops::Deref;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::handle::Future;
use crate::error::Error;

impl<T: 'static> Future<T> {
    /// The same future, but dropping it [cancels](Self::cancel) the task.
    ///
    /// # Example
    ///
    /// ```
    /// let pool = concurrent_futures::ThreadPool::new(1)?;
    /// let (open, gate) = std::sync::mpsc::channel::<()>();
    /// let running = pool.spawn(move || gate.recv());
    /// let queued = pool.spawn(|| unreachable!("nobody wants this")).cancel_on_drop();
    /// assert!(!queued.is_done());
    /// drop(queued);
    /// drop(open);
    /// # Ok::<(), concurrent_futures::Error>(())
    /// ```
    pub fn cancel_on_drop(self) -> CancelOnDrop<T> {
        CancelOnDrop(Some(self))
    }
}

/// A [`Future`] that cancels its task when it is dropped. Made by [`Future::cancel_on_drop`].
///
/// It can do what a future can, through [`Deref`]; and be awaited: an await that is dropped half-way cancels.
#[must_use = "dropping it cancels the task"]
pub struct CancelOnDrop<T: 'static>(Option<Future<T>>);

impl<T: 'static> CancelOnDrop<T> {
    /// See [`Future::result`].
    ///
    /// # Errors
    ///
    /// Those of [`Future::result`].
    pub fn result(self) -> Result<T, Error> {
        self.keep().result()
    }

    /// The plain future, whose drop does not cancel.
    pub fn keep(mut self) -> Future<T> {
        self.0.take().expect("the future is there until it is taken or dropped")
    }
}

impl<T: 'static> Deref for CancelOnDrop<T> {
    type Target = Future<T>;

    fn deref(&self) -> &Future<T> {
        self.0.as_ref().expect("the future is there until it is taken or dropped")
    }
}

impl<T: 'static> std::future::Future for CancelOnDrop<T> {
    type Output = Result<T, Error>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let future = self.0.as_mut().expect("the future is there until it is taken or dropped");
        Pin::new(future).poll(cx)
    }
}

impl<T: 'static> Drop for CancelOnDrop<T> {
    fn drop(&mut self) {
        if let Some(future) = &self.0 {
            future.cancel();
        }
    }
}

impl<T: 'static> fmt::Debug for CancelOnDrop<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("CancelOnDrop").field(&**self).finish()
    }
}

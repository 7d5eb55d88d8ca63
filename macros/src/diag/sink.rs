//! Collects the errors of a phase, so that all are reported and none is forgotten.

use proc_macro2::Span;
use quote::ToTokens;

/// Errors so far. Must be [finished](Self::finish): a forgotten sink panics, in tests and out of them.
#[derive(Debug, Default)]
pub(crate) struct Sink {
    errors: Option<syn::Error>,
    finished: bool,
}

impl Sink {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Reports `message` at `span`.
    pub(crate) fn error(&mut self, span: Span, message: impl std::fmt::Display) {
        let message = message.to_string();
        let place = |span: Span| (span.start().line, span.start().column);
        let is_known = |known: syn::Error| known.to_string() == message && place(known.span()) == place(span);
        // An option of the function that is wrong for each of its loops is wrong once.
        if !self.errors.iter().flat_map(syn::Error::clone).any(is_known) {
            self.push(syn::Error::new(span, message));
        }
    }

    /// Reports `message` at all of `tokens`.
    pub(crate) fn error_at(&mut self, tokens: impl ToTokens, message: impl std::fmt::Display) {
        self.push(syn::Error::new_spanned(tokens, message));
    }

    pub(crate) fn push(&mut self, error: syn::Error) {
        match &mut self.errors {
            Some(errors) => errors.combine(error),
            None => self.errors = Some(error),
        }
    }

    pub(crate) fn has_errors(&self) -> bool {
        self.errors.is_some()
    }

    /// Keeps the value of `result`, or its error.
    pub(crate) fn ok<T>(&mut self, result: syn::Result<T>) -> Option<T> {
        result.map_err(|error| self.push(error)).ok()
    }

    /// All errors as one, if there are any.
    pub(crate) fn finish(mut self) -> syn::Result<()> {
        self.finished = true;
        self.errors.take().map_or(Ok(()), Err)
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        if !self.finished && !std::thread::panicking() {
            panic!("a phase of `#[concurrent]` forgot to report its errors: {:?}", self.errors);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_errors_are_reported() {
        let mut sink = Sink::new();
        sink.error(Span::call_site(), "one");
        sink.error(Span::call_site(), "two");
        let errors = sink.finish().expect_err("two errors went in");
        assert_eq!(errors.into_iter().map(|e| e.to_string()).collect::<Vec<_>>(), ["one", "two"]);
    }

    #[test]
    #[should_panic(expected = "forgot to report")]
    fn a_forgotten_sink_panics() {
        Sink::new();
    }
}

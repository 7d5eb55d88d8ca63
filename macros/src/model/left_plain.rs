//! The way back to the plain loop, for messages.

/// How a loop would be left as it was written.
#[derive(Debug, Clone, Copy)]
pub(crate) enum LeftPlain {
    /// Others are marked too: without its own mark it is not meant.
    WithoutItsMark,
    /// There are others that could be marked, neither in it nor marked now.
    OthersMarked,
    /// There is no other, so that the function need not be annotated.
    NotAnnotated,
}

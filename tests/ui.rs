//! What the compiler says to users: one mistake a file in `ui-tests/fail`, beside it the message as rustc prints
//! it; and what has to compile without a word, in `ui-tests/pass`.
//!
//! `TRYBUILD=overwrite cargo test --test ui` writes the messages anew. Read each change: is the new text better for
//! whoever made the mistake?

#[test]
fn refused() {
    trybuild::TestCases::new().compile_fail("ui-tests/fail/*.rs");
}

#[test]
fn accepted() {
    trybuild::TestCases::new().pass("ui-tests/pass/*.rs");
}

//! Who a task is: the name of its function and the place in the source that asked for it.

use std::fmt;
use std::panic::Location;

/// The name and place by which errors speak of a task.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Label {
    name: &'static str,
    place: &'static Location<'static>,
}

impl Label {
    /// A task called `name`, asked for by the caller.
    #[track_caller]
    pub(crate) const fn new(name: &'static str) -> Self {
        Self { name, place: Location::caller() }
    }

    /// A task that runs a function (or closure) of type `F`, asked for by the caller.
    #[track_caller]
    pub(crate) fn of<F>() -> Self {
        Self::new(std::any::type_name::<F>())
    }

    /// A task that runs `function`, asked for by the caller.
    #[track_caller]
    pub(crate) fn of_value<F>(_function: &F) -> Self {
        Self::of::<F>()
    }
}

/// Writes ``task `name` (src/main.rs:12)``.
impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, place } = self;
        let at = format_args!("{}:{}", place.file(), place.line());
        match name.strip_suffix("::{{closure}}") {
            Some(outer) => write!(f, "task `closure in {}` ({at})", outer.trim_end_matches("::{{closure}}")),
            None => write!(f, "task `{name}` ({at})"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn label_of<F>(_: F) -> Label {
        Label::of::<F>()
    }

    #[test]
    fn a_function_is_named_by_its_path_and_the_line_that_asked() {
        let text = label_of(str::len).to_string();
        assert!(text.contains("len") && text.contains("label.rs:"), "{text}");
    }

    #[test]
    fn a_closure_is_named_by_the_function_around_it() {
        let text = label_of(|| ()).to_string();
        assert!(text.contains("closure in ") && !text.contains("{{"), "{text}");
    }
}

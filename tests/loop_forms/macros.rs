//! Exits that macros hide: those of `anyhow`, and those of macros of the user's own.

use super::{form, try_work, work};

form! { anyhow_macros_by_their_path, |x| f(&x.numbers).map_err(|error| format!("{error:#}")),
    fn f(numbers: &[u64]) -> anyhow::Result<(usize, Vec<u64>)> {
        let mut tried = 0;
        let mut out = Vec::new();
        for n in numbers {
            tried += 1;
            anyhow::ensure!(*n != 91, "{n} after {}", 7);
            let value = work(*n);
            anyhow::ensure!(n % 50 < value);
            let text = match try_work(*n) {
                Ok(value) => value.to_string(),
                Err(text) => ::anyhow::bail!(text),
            };
            if text.len() > 9 {
                anyhow::bail!("{text} is long, behind {tried}");
            }
            out.push(value + text.len() as u64);
        }
        Ok((tried, out))
    }
}

form! { anyhow_macros_imported, |x| f(&x.numbers).map_err(|error| format!("{error:#}")),
    fn f(numbers: &[u64]) -> anyhow::Result<Vec<u64>> {
        use anyhow::{Context, bail, ensure};
        let mut out = Vec::new();
        for n in numbers {
            let value = try_work(*n).map_err(anyhow::Error::msg).with_context(|| format!("number {n}"))?;
            ensure!(value % 40 != 3, "{value} is not wanted");
            if value % 41 == 3 {
                bail!("{value} neither");
            }
            out.push(work(value));
        }
        Ok(out)
    }
}

form! { an_error_behind_in_order_statements, |x| {
        let mut seen = Vec::new();
        let result = f(&x.numbers, &mut seen).map_err(|error| format!("{error:#}"));
        (result, seen)
    },
    fn f(numbers: &[u64], seen: &mut Vec<u64>) -> Result<u64, anyhow::Error> {
        let mut sum = 0;
        'all: for n in numbers {
            seen.push(*n);
            anyhow::ensure!(work(*n) % 50 != 3, "at {n}");
            sum += work(n + 1) % 100;
            if work(n + 2) % 90 == 3 {
                break 'all;
            }
        }
        Ok(sum)
    }
}

form! { a_condition_that_may_fail_otherwise, |x| f(&x.numbers).map_err(|error| format!("{error:#}")),
    fn f(numbers: &[u64]) -> anyhow::Result<Vec<u64>> {
        let mut out = Vec::new();
        for n in numbers {
            let value = work(*n);
            anyhow::ensure!(try_work(*n).map_err(anyhow::Error::msg)? > 0, "never");
            out.push(value);
        }
        Ok(out)
    }
}

/// What one macro file of a program may look like.
mod own {
    macro_rules! bail {
        ($count:ident) => {
            if $count > 20 {
                return None;
            }
        };
    }
    macro_rules! ensure {
        ($condition:expr) => {
            if !$condition {
                continue;
            }
        };
    }
    pub(super) use {bail, ensure};
}

form! { macros_of_these_names_that_do_something_else, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> Option<(usize, Vec<u64>)> {
        use super::super::own::{bail, ensure};
        let mut count = 0;
        let mut out = Vec::new();
        for n in numbers {
            let value = work(*n);
            ensure!(value % 3 > 0);
            count += 1;
            bail!(count);
            out.push(work(value));
        }
        Some((count, out))
    }
}

form! { a_module_of_the_name_anyhow, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> Result<Vec<u64>, String> {
        mod anyhow {
            macro_rules! ensure {
                ($n:expr, $text:literal) => {
                    if $n % 9 == 8 {
                        return Err(format!("{}: {}", $n, $text));
                    }
                };
            }
            macro_rules! bail {
                ($text:expr) => {
                    return Err($text.into())
                };
            }
            pub(super) use {bail, ensure};
        }
        let mut out = Vec::new();
        for n in numbers {
            let value = work(*n);
            anyhow::ensure!(value, "nine");
            if value % 31 == 7 {
                anyhow::bail!("seven");
            }
            out.push(value);
        }
        Ok(out)
    }
}

form! { assertions_with_their_texts, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> Vec<u64> {
        let mut out = Vec::new();
        for (i, n) in numbers.iter().enumerate() {
            let value = work(*n);
            assert_ne!(value % 60, 3, "at {i}");
            debug_assert!(value < u64::MAX);
            out.push(value);
            assert!(out.len() < 36, "{n} is too many");
        }
        out
    }
}

//! Loops that only push: what is pushed is collected where it is made

use std::collections::BinaryHeap;
use std::path::PathBuf;

use super::{form, thread_form, try_work, weigh, work};

fn even_work(n: u64) -> Option<u64> {
    (work(n) % 3 != 0).then_some(n + 1)
}

/// Keeps nothing that it is given.
#[derive(Debug, Default)]
struct Report(String);

impl Report {
    fn push(&mut self, line: &str) {
        self.0.push_str(line);
    }
}

fn render(word: &str) -> String {
    format!("{word} {} ", weigh(word))
}

form! { pushes_of_some, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> Vec<u64> {
        let mut out = Vec::new();
        for n in numbers {
            let y = work(*n);
            if y % 3 != 0 {
                out.push(y);
            }
        }
        out
    }
}

form! { pushes_in_each_branch, |x| f(&x.numbers, &mut vec![1]),
    fn f(numbers: &[u64], out: &mut Vec<u64>) -> Vec<u64> {
        for n in numbers {
            match work(*n) % 5 {
                0 => out.push(0),
                1 | 2 if n % 2 == 0 => {
                    out.push(work(n + 1));
                    out.push(*n);
                }
                rest => {
                    if rest == 4 {
                        continue;
                    }
                    out.push(rest)
                }
            }
            out.push(100);
        }
        out.clone()
    }
}

form! { pushes_until_something_is_found, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> Vec<Result<u64, String>> {
        let mut out = Vec::new();
        for n in numbers {
            out.push(try_work(*n));
            if *n == 77 {
                break;
            }
            if let Some(y) = even_work(*n) {
                out.push(Ok(y));
            }
        }
        out
    }
}

form! { pushes_with_question_marks, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> Result<Vec<u64>, String> {
        let mut out = Vec::new();
        for n in numbers {
            out.push(try_work(*n)?);
            for k in 0..n % 3 {
                out.push(try_work(n + k)?);
            }
        }
        Ok(out)
    }
}

thread_form! { pushes_in_labelled_loops, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> Vec<(u64, u64)> {
        let mut out = Vec::with_capacity(3);
        'numbers: for n in numbers {
            'rows: for row in 0..4 {
                for k in 0..3 {
                    match work(n + row * k) % 11 {
                        0 => continue 'rows,
                        1 => continue 'numbers,
                        2 if *n == 50 => break 'numbers,
                        y => out.push((k, y)),
                    }
                }
                out.push((row, 0));
            }
            let mut left = n % 4;
            while left > 0 {
                left -= 1;
                out.push((left, *n));
            }
        }
        out
    }
}

form! { pushes_of_a_let_else, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> Vec<String> {
        let mut out: Vec<String> = vec![];
        for n in numbers {
            let Some(y) = even_work(*n) else {
                out.push(format!("none of {n}"));
                continue;
            };
            let text = y.to_string();
            if text.len() > 1 {
                out.push(text);
            } else {
                let longer = text + "!";
                out.push(longer);
            }
        }
        out
    }
}

form! { extended_by_iterators, |x| f(&x.numbers, &x.words),
    fn f(numbers: &[u64], words: &[String]) -> Vec<u64> {
        let mut out = vec![5];
        for (n, word) in numbers.iter().zip(words) {
            out.extend(word.bytes().map(|b| work(b.into()) % 100));
            out.extend([n, &7]);
            out.extend_from_slice(&[weigh(word), *n][..(n % 3).min(2) as usize]);
            out.extend(even_work(*n));
        }
        out
    }
}

form! { extended_until_an_error, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> Result<Vec<u64>, String> {
        let mut out = Vec::new();
        for n in numbers {
            let some: Vec<u64> = (0..n % 4).collect();
            out.extend(some.into_iter().map(|k| try_work(n + k)).collect::<Result<Vec<u64>, String>>()?);
        }
        Ok(out)
    }
}

form! { pushes_of_some_to_a_heap, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> Vec<u64> {
        let mut heap = BinaryHeap::new();
        for n in numbers {
            if let Some(y) = even_work(*n) {
                heap.push(y);
            }
        }
        heap.into_sorted_vec()
    }
}

form! { pushes_of_some_to_a_text, |x| f(&x.words),
    fn f(words: &[String]) -> String {
        let mut text = String::new();
        for word in words {
            for letter in word.chars() {
                if work(u64::from(letter)) % 2 == 0 {
                    text.push(letter);
                }
            }
        }
        text
    }
}

form! { pushes_to_a_vector_that_is_read, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> Vec<u64> {
        let mut out = Vec::new();
        for n in numbers {
            let y = work(*n);
            if out.last() != Some(&y) {
                out.push(y);
            }
        }
        out
    }
}

form! { pushes_around_a_panic, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> Vec<u64> {
        let mut out = Vec::new();
        for n in numbers {
            out.push(*n);
            assert!(work(*n) % 53 != 3, "{n} is bad");
            out.push(work(n + 1));
        }
        out
    }
}

form! { pushes_of_a_borrow_to_a_path, |x| f(&x.words),
    fn f(words: &[String]) -> PathBuf {
        let mut path = PathBuf::new();
        for word in words {
            let s = render(word);
            path.push(&s);
        }
        path
    }
}

form! { pushes_of_a_borrow, |x| f(&x.words),
    fn f(words: &[String]) -> Report {
        let mut report = Report::default();
        for word in words {
            let line = render(word);
            report.push(&line);
        }
        report
    }
}

form! { pushes_of_a_borrow_of_what_was_just_made, |x| f(&x.words),
    fn f(words: &[String]) -> Report {
        let mut report = Report::default();
        for word in words {
            report.push(&render(word));
        }
        report
    }
}

form! { pushes_of_a_part, |x| f(&x.words),
    fn f(words: &[String]) -> Report {
        let mut report = Report::default();
        for word in words {
            let t = render(word);
            report.push(t.trim());
        }
        report
    }
}

form! { pushes_of_a_variable_that_borrows, |x| f(&x.words),
    fn f(words: &[String]) -> Report {
        let mut report = Report::default();
        for word in words {
            let t = render(word);
            let part = t.trim();
            if part.len() > 5 {
                report.push(part);
            }
        }
        report
    }
}

form! { pushes_of_a_pattern_that_borrows, |x| f(&x.words),
    fn f(words: &[String]) -> Report {
        let mut report = Report::default();
        for word in words {
            let t = render(word);
            if let Some((_, weight)) = t.split_once(' ') {
                report.push(weight);
            }
        }
        report
    }
}

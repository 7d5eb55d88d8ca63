//! What the in-order part does.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::{form, thread_form, weigh, work};

form! { extends_and_inserts, |x| f(&x.words),
    fn f(words: &[String]) -> (Vec<char>, BTreeSet<u64>, usize) {
        let mut letters = Vec::new();
        let mut weights = BTreeSet::new();
        let mut repeated = 0;
        for word in words {
            let weight = weigh(word);
            letters.extend(word.chars().rev());
            if !weights.insert(weight) {
                repeated += 1;
            }
        }
        (letters, weights, repeated)
    }
}

form! { entries_with_late_arguments, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> BTreeMap<u64, Vec<u64>> {
        let mut groups: BTreeMap<u64, Vec<u64>> = BTreeMap::new();
        for n in numbers {
            groups.entry(work(*n) % 5).or_default().push(work(n + 1));
        }
        groups
    }
}

form! { counters_and_float_sums, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> (usize, u64, u64) {
        let mut n_large = 0;
        let mut sum = 0.0_f64;
        let mut product = 1.0_f32;
        for n in numbers {
            let root = (work(*n) as f64).sqrt() / 3.0;
            n_large += usize::from(root > 100.0);
            sum += root;
            product *= root as f32 / 500.0;
        }
        (n_large, sum.to_bits(), u64::from(product.to_bits()))
    }
}

form! { text_is_built, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> String {
        let mut out = String::new();
        for (i, n) in numbers.iter().enumerate() {
            if i > 0 {
                out += ", ";
            }
            out += &work(*n).to_string();
            out.push_str(&format!("[{i}]"));
        }
        out
    }
}

form! { writes_like_prints, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> String {
        let mut out = String::new();
        for n in numbers {
            let wide = 6;
            writeln!(out, "{n}: {:>wide$} {y}", work(*n), y = work(n + 1)).unwrap();
            let result = work(n * 2);
            write!(&mut out, "{result:?} {{}} ").unwrap();
        }
        out
    }
}

form! { elements_are_assigned, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> (Vec<u64>, [u64; 4]) {
        let mut out = vec![0; numbers.len()];
        let mut bins = [0; 4];
        for i in 0..numbers.len() {
            out[i] = work(numbers[i]);
            bins[(work(i as u64) % 4) as usize] += work(numbers[i]);
        }
        (out, bins)
    }
}

form! { least_and_greatest_are_kept, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> (u64, u64, Option<(usize, u64)>) {
        let mut least = u64::MAX;
        let mut greatest = 0;
        let mut first_large = None;
        for (i, n) in numbers.iter().enumerate() {
            let y = work(*n);
            least = least.min(y);
            if y > greatest {
                greatest = y;
                first_large = first_large.or(Some((i, y)));
            }
        }
        (least, greatest, first_large)
    }
}

form! { pushes_under_a_condition, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> (Vec<u64>, Vec<u64>) {
        let mut even = Vec::new();
        let mut odd = Vec::new();
        for n in numbers {
            if work(*n) % 2 == 0 {
                even.push(*n);
            } else if even.len() > odd.len() {
                odd.push(work(n + 1));
            }
        }
        (even, odd)
    }
}

form! { values_of_the_state_before, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> Vec<u64> {
        let mut out = vec![1];
        for n in numbers {
            let y = work(*n);
            let before = out[out.len() - 1];
            let sum = before / 2 + y;
            out.push(sum);
        }
        out
    }
}

form! { interleaved_statements, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> (Vec<u64>, u64) {
        let mut log = Vec::new();
        let mut total = 0;
        for n in numbers {
            total += 1;
            let a = work(*n);
            log.push(a);
            let b = work(a % 100) + a;
            total += b % 10;
            let c = work(b % 100);
            log.push(c + total);
            let d = vec![a, b, c];
            total ^= d.iter().sum::<u64>();
        }
        (log, total)
    }
}

form! { shadowing_and_re_binding, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> (Vec<u64>, u64) {
        let mut out = Vec::new();
        let mut total = 0;
        for n in numbers {
            let y = work(*n);
            total ^= y;
            let y = y + total % 3;
            out.push(y);
            let y = work(n + 1);
            out.push(y);
            let total = (y, y + 1);
            out.push(total.1);
            {
                let y = work(total.0 % 10);
                out.push(y);
            }
        }
        (out, total)
    }
}

form! { views_of_what_changes_later, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> Vec<(u64, u64, Option<u64>, Vec<u64>)> {
        let mut out = Vec::new();
        for n in numbers {
            let mut made = vec![work(*n), *n, work(n + 1)];
            let first = made.first().copied().unwrap();
            let second = made[1];
            let last = made.last().cloned();
            made.sort_unstable();
            made[1] += 1;
            made.push(0);
            out.push((first, second, last, made));
        }
        out
    }
}

form! { views_of_a_name_that_is_bound_again, |x| f(&x.words),
    fn f(words: &[String]) -> Vec<(usize, String)> {
        let mut out = Vec::new();
        for word in words {
            let text = word.as_str();
            let trimmed = text.trim_start_matches('a');
            let text = format!("<{text}{}>", weigh(trimmed));
            out.push((trimmed.len(), text));
        }
        out
    }
}

form! { changed_within_the_statement, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> Vec<(u64, u64)> {
        fn absorb(buffer: &mut Vec<u64>, total: &mut u64) -> u64 {
            buffer.push(*total);
            *total += 1;
            *total
        }
        fn sum(buffer: &[u64]) -> u64 {
            buffer.iter().map(|n| work(*n) % 100).sum()
        }
        let mut total = 0;
        let mut out = Vec::new();
        for n in numbers {
            let mut buffer = vec![*n];
            out.push((absorb(&mut buffer, &mut total), sum(&buffer)));
        }
        out
    }
}

form! { several_collections_by_destructuring, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> (u64, u64, [u64; 2]) {
        let (mut a, mut b) = (0, 1);
        let mut pair = [0, 0];
        for n in numbers {
            let y = work(*n);
            (a, b) = (b, (a + y) % 1_000_007);
            [pair[0], _] = [y, b];
            pair.swap(0, 1);
        }
        (a, b, pair)
    }
}

form! { views_of_a_name_that_the_function_has_too, |x| f(&x.text, &x.words),
    fn f(text: &str, words: &[String]) -> Vec<(usize, u64)> {
        let mut out = Vec::new();
        for text in text.lines() {
            let text = text.trim();
            let weight = weigh(text);
            out.push((text.len(), weight));
        }
        let word = "another";
        for word in words {
            let word = word.trim_start_matches('a');
            let word = word.split('b').next().unwrap_or(word);
            out.push((word.len(), weigh(word)));
        }
        out.push((word.len(), 0));
        out
    }
}

thread_form! { views_of_a_cursor_that_moves_on, |x| f(&x.words),
    fn f(words: &[String]) -> Vec<(Option<char>, usize, u64)> {
        let mut out = Vec::new();
        for word in words {
            let mut letters = word.chars();
            let first = letters.next();
            let view = letters.as_str();
            let second = letters.next();
            out.push((first, view.len(), weigh(view)));
            out.push((second, letters.as_str().len(), 0));
        }
        out
    }
}

form! { views_that_only_the_in_order_part_uses, |x| f(&x.text, &mut 0),
    fn f(text: &str, n_doubled: &mut usize) -> (Vec<usize>, u64) {
        let mut out = Vec::new();
        let mut total = 0;
        for text in text.lines() {
            let text = text.trim();
            if text.is_empty() {
                continue;
            }
            if text.starts_with("aa") {
                *n_doubled += 1;
                continue;
            }
            out.push(text.split('=').count());
        }
        for text in text.lines() {
            total += weigh("a");
            let text = text.trim_start();
            if total % 2 == 0 {
                continue;
            }
            out.push(text.len());
        }
        (out, total)
    }
}

form! { lengths_of_views_of_owned_values, |x| f(x.words.clone()),
    fn f(words: Vec<String>) -> (Vec<String>, usize) {
        let mut out = Vec::new();
        let mut length = 0;
        for word in words {
            let view = word.trim_start_matches('a');
            let weight = weigh(view);
            length += view.len();
            out.push(format!("{view}{weight}"));
            out.push(word);
        }
        (out, length)
    }
}

form! { views_of_values_that_were_just_made, |x| f(&x.words),
    fn f(words: &[String]) -> (Vec<usize>, u64) {
        fn reversed(words: &[String]) -> Vec<String> {
            words.iter().rev().cloned().collect()
        }
        let mut out = Vec::new();
        let mut total = 0;
        for word in words.to_vec() {
            let head = word.split('b').next().unwrap_or("");
            total += weigh(&word) + head.len() as u64;
        }
        for word in reversed(words) {
            let head = word.split('b').next().unwrap_or("");
            out.push(head.len());
            total += weigh(&word);
        }
        for word in vec![words.concat(), words.join("a")] {
            let tail = word.split('a').next_back().unwrap_or("");
            total += weigh(&word);
            out.push(tail.len());
        }
        for word in words.iter().map(|word| word.repeat(2)).collect::<Vec<String>>() {
            let head = word.split('c').next().unwrap_or("");
            out.push(head.len());
            total += weigh(&word);
        }
        (out, total)
    }
}

form! { views_of_views_of_owned_values, |x| f(x.words.clone()),
    fn f(words: Vec<String>) -> Vec<(usize, u64)> {
        let mut out = Vec::new();
        for word in words {
            let word = word.trim();
            let word = word.split('a').next_back().unwrap_or(word);
            let weight = weigh(word);
            out.push((word.len(), weight));
        }
        out
    }
}

form! { cells_known_by_two_names, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> Vec<u64> {
        use std::cell::Cell;
        let mut out = Vec::new();
        for n in numbers {
            let cell = Cell::new(0);
            let r = &cell;
            for k in 0..3 {
                r.set(work(k + n));
                out.push(cell.get());
            }
            out.push(work(n + 4));
        }
        out
    }
}

thread_form! { locks_known_by_two_names, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> Vec<u64> {
        use std::sync::{Arc, Mutex};
        let mut out = Vec::new();
        for n in numbers {
            let a = Arc::new(Mutex::new(work(*n)));
            let b = Arc::clone(&a);
            let c = a.clone();
            if n % 2 == 0 {
                out.push(*a.lock().unwrap());
                *b.lock().unwrap() = work(n + 1);
                out.push(*a.lock().unwrap());
            } else {
                for k in 0..2 {
                    *c.lock().unwrap() += work(k);
                    out.push(*b.lock().unwrap());
                }
            }
        }
        out
    }
}

form! { atomics_that_closures_change, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> Vec<u64> {
        use std::sync::atomic::*;
        let mut out = Vec::new();
        for n in numbers {
            let a = AtomicU64::new(*n);
            let add = |x: u64| a.fetch_add(x, Ordering::SeqCst);
            let y = work(*n);
            out.push(a.load(Ordering::SeqCst));
            add(1);
            out.push(a.load(Ordering::SeqCst));
            for k in 0..2 {
                add(work(k));
                out.push(a.load(Ordering::SeqCst));
            }
            out.push(y);
        }
        out
    }
}

thread_form! { locks_cloned_in_an_inner_loop, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> Vec<u64> {
        use std::sync::{Arc, Mutex};
        let mut out = Vec::new();
        for n in numbers {
            let a = Arc::new(Mutex::new(0));
            for k in 0..3 {
                *a.lock().unwrap() += work(k + n);
                let b = a.clone();
                out.push(*b.lock().unwrap());
            }
        }
        out
    }
}

form! { atomics_with_rarer_methods, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> Vec<u64> {
        use std::sync::atomic::*;
        let a = AtomicU64::new(1);
        let mut out = Vec::new();
        for n in numbers {
            let y = work(*n);
            out.push(a.fetch_nand(y, Ordering::SeqCst));
        }
        out
    }
}

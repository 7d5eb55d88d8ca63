//! Everything a `for` iterates over.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::rc::Rc;

use super::{form, thread_form, weigh, work};

form! { range_of_u64, |x| f(x.numbers.len() as u64),
    fn f(n: u64) -> Vec<u64> {
        let mut out = Vec::new();
        for i in 0..n {
            out.push(work(i));
        }
        out
    }
}

form! { range_of_inferred_integers, |x| f(x.numbers.len() as u16),
    fn f(n: u16) -> u16 {
        let mut total = 0;
        for i in 3..n {
            let y = work(u64::from(i)) % 50;
            total += y as u16 + i;
        }
        total
    }
}

form! { inclusive_range_of_i8_at_its_edges, |x| f(x.numbers.len() as i8),
    fn f(n: i8) -> Vec<(i8, u64)> {
        let mut out = Vec::new();
        for i in i8::MAX - n..=i8::MAX {
            out.push((i, work(i as u64)));
        }
        for i in i8::MIN..=i8::MIN + n {
            out.push((i, work(i.unsigned_abs().into())));
        }
        out
    }
}

form! { empty_backward_and_used_up_ranges, |x| f(x.numbers.len() as i64),
    #[expect(clippy::reversed_empty_ranges, reason = "that is what is tested")]
    fn f(n: i64) -> Vec<i64> {
        let mut out = Vec::new();
        let mut used_up = 0..=n;
        while used_up.next().is_some() {}
        for i in used_up {
            out.push(work(i as u64) as i64);
        }
        for i in 5..3 {
            out.push(work(i as u64) as i64 + i);
        }
        for i in n..=0 {
            out.push(work(i as u64) as i64);
        }
        out
    }
}

form! { ranges_of_wide_integers_and_chars, |x| f(x.numbers.len() as u128),
    fn f(n: u128) -> (u128, String) {
        let mut total = 0;
        for i in u128::MAX - n..u128::MAX {
            total ^= i ^ u128::from(work(i as u64));
        }
        let mut letters = String::new();
        for c in 'a'..='k' {
            letters.push(char::from(b'a' + (work(u64::from(c)) % 26) as u8));
        }
        (total, letters)
    }
}

form! { slice_by_reference, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> u64 {
        let mut total = 0;
        for n in numbers {
            total = total * 3 % 1_000_003 + work(*n);
        }
        total
    }
}

form! { vector_by_reference_with_a_pattern, |x| f(&x.numbers.iter().map(|n| (*n, n % 3)).collect()),
    fn f(pairs: &Vec<(u64, u64)>) -> Vec<u64> {
        let mut out = Vec::new();
        for &(a, b) in pairs {
            let y = work(a) + b;
            out.push(y);
        }
        out
    }
}

form! { vector_by_value, |x| f(x.words.clone()),
    fn f(words: Vec<String>) -> Vec<String> {
        let mut out = Vec::new();
        for word in words {
            let weight = weigh(&word);
            out.push(word + &weight.to_string());
        }
        out
    }
}

form! { array_by_value_and_by_reference, |x| f([0, 1, 2, 3, 4].map(|i| x.numbers.get(i).copied().unwrap_or(9))),
    fn f(numbers: [u64; 5]) -> Vec<u64> {
        let mut out = Vec::new();
        for n in &numbers {
            out.push(work(*n));
        }
        for n in numbers {
            out.push(work(n + 1));
        }
        out
    }
}

thread_form! { changed_in_place, |x| f(x.numbers.clone()),
    fn f(mut numbers: Vec<u64>) -> (Vec<u64>, u64) {
        let mut total = 0;
        for n in numbers.iter_mut() {
            *n = work(*n);
            total += *n;
        }
        for (i, n) in numbers.iter_mut().enumerate() {
            *n += work(i as u64);
        }
        for n in &mut numbers {
            *n ^= work(*n);
        }
        (numbers, total)
    }
}

form! { enumerated, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> Vec<(usize, u64)> {
        let mut out = Vec::new();
        for (i, n) in numbers.iter().enumerate() {
            out.push((i, work(*n)));
        }
        for (i, n) in numbers.iter().rev().enumerate().skip(2) {
            out.push((i, work(*n)));
        }
        out
    }
}

form! { characters_of_a_text, |x| f(&x.text),
    fn f(text: &str) -> String {
        let mut out = String::new();
        for c in text.chars() {
            let turned = char::from_u32(u32::from(c) + (work(c.into()) % 3) as u32);
            out.extend(turned);
        }
        for (at, c) in text.char_indices().filter(|(_, c)| c.is_alphabetic()) {
            out += &format!("{at}{}", work(u64::from(c)) % 7);
        }
        out
    }
}

form! { lines_of_a_text, |x| f(&x.text),
    fn f(text: &str) -> Vec<(String, u64)> {
        let mut out = Vec::new();
        for line in text.lines() {
            let line = line.trim();
            let weight = weigh(line);
            out.push((line.to_uppercase(), weight));
        }
        out
    }
}

thread_form! { maps_by_reference, |x| f(&x.words),
    fn f(words: &[String]) -> (Vec<u64>, Vec<u64>, BTreeMap<usize, u64>) {
        let sorted: BTreeMap<&str, usize> = words.iter().map(|word| (word.as_str(), word.len())).collect();
        let mut by_key = Vec::new();
        for (word, len) in &sorted {
            by_key.push(weigh(word) + *len as u64);
        }
        let hashed: HashMap<&str, usize> = sorted.iter().map(|(word, len)| (*word, *len)).collect();
        let mut unsorted = Vec::new();
        for (word, len) in hashed {
            unsorted.push(weigh(word) * len as u64);
        }
        unsorted.sort_unstable();
        let mut values: BTreeMap<usize, u64> = words.iter().map(|word| (word.len(), 1)).collect();
        for value in values.values_mut() {
            *value += work(*value);
        }
        (by_key, unsorted, values)
    }
}

form! { chains_of_adapters, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> Vec<u64> {
        let mut out = Vec::new();
        for (a, b) in numbers.iter().zip(numbers.iter().rev()) {
            out.push(work(a + b));
        }
        for n in (0..numbers.len()).rev().step_by(3) {
            out.push(work(numbers[n]));
        }
        for n in numbers.iter().copied().filter(|n| n % 2 == 0).chain([1, 2]).map(|n| n + 1) {
            out.push(work(n));
        }
        for pair in numbers.windows(2) {
            out.push(work(pair[0] * pair[1]));
        }
        for part in numbers.chunks(4) {
            out.push(part.iter().map(|n| work(*n)).sum());
        }
        out
    }
}

form! { opaque_iterators, |x| f(x.numbers.iter().map(|n| n + 1), Box::new(x.words.iter().map(String::as_str))),
    fn f<'a>(numbers: impl Iterator<Item = u64>, words: Box<dyn Iterator<Item = &'a str> + 'a>) -> Vec<u64> {
        let mut out = Vec::new();
        for n in numbers {
            out.push(work(n));
        }
        for word in words {
            out.push(weigh(word));
        }
        out
    }
}

form! { iterator_that_cannot_leave_its_thread, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> Vec<u64> {
        let queue = Rc::new(std::cell::RefCell::new(VecDeque::from(numbers.to_vec())));
        let mut out = Vec::new();
        for n in std::iter::from_fn(|| Rc::clone(&queue).borrow_mut().pop_front()) {
            out.push(work(n));
        }
        out
    }
}

form! { nested_patterns, |x| f(&x.words, &x.numbers),
    fn f(words: &[String], numbers: &[u64]) -> Vec<String> {
        let mut out = Vec::new();
        for (i, (word, &[first, .., last])) in words.iter().zip(numbers.windows(3).map(|w| <&[u64; 3]>::try_from(w).unwrap())).enumerate() {
            let weight = weigh(word) + work(first + last);
            out.push(format!("{i}{word}{weight}"));
        }
        out
    }
}

form! { mutable_patterns, |x| f(x.numbers.clone()),
    fn f(numbers: Vec<u64>) -> Vec<u64> {
        let mut out = Vec::new();
        for mut n in numbers {
            n += work(n) % 5;
            out.push(n);
            n *= 2;
            out.push(n);
        }
        out
    }
}

form! { references_in_patterns, |x| f(&x.words),
    fn f(words: &[String]) -> Vec<(String, usize)> {
        let mut out = Vec::new();
        let pairs: Vec<(String, usize)> = words.iter().map(|word| (word.clone(), word.len())).collect();
        for (word, len) in &pairs {
            let weight = weigh(word);
            out.push((format!("{word}{weight}"), *len));
        }
        for &(ref word, len) in &pairs {
            out.push((word.repeat((weigh(word) % 3) as usize), len));
        }
        out
    }
}

thread_form! { wrapped_variants_in_patterns, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> u64 {
        struct Point { x: u64, y: u64 }
        let mut total = 0;
        for Point { x, y: height } in numbers.iter().map(|n| Point { x: *n, y: n / 2 }) {
            total ^= work(x) + height;
        }
        total
    }
}

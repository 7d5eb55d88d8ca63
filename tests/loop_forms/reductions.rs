//! Reductions of integers, which give what the plain loop gives however they are grouped.

use std::collections::BTreeMap;

use super::{form_with, try_work, weigh, work};

form_with! { sums_in_branches_and_inner_loops, |x| f(&x.numbers),
    [
        [workers = 3, reduce(+: n_even, +: sum, max: deepest)]
        [workers = 2, chunksize = 1, reduce(+: n_even, max: deepest)]
        [workers = 1, chunksize = 7, reduce(+: n_even, +: sum, max: deepest)]
        [workers = 8, buffersize = 5, reduce(+: sum)]
    ]
    fn f(numbers: &[u64]) -> (usize, u64, u64) {
        let (mut n_even, mut sum, mut deepest) = (3, 1_u64, 0);
        for n in numbers {
            let value = work(*n);
            if value % 2 == 0 {
                n_even += 1;
            } else {
                match value % 5 {
                    0 => sum += 7,
                    1 | 2 => {
                        n_even += 2;
                        sum = sum + value + 1;
                    }
                    rest => sum += rest,
                }
            }
            for i in 0..value % 4 {
                if i == 2 {
                    continue;
                }
                sum += work(i) % 10;
                if i > deepest {
                    deepest = i;
                }
            }
        }
        (n_even, sum, deepest)
    }
}

form_with! { sums_beside_an_in_order_part, |x| f(&x.numbers),
    [
        [workers = 3, reduce(+: sum, min: least, ^: mixed)]
        [workers = 2, chunksize = 1, reduce(+: sum, min: least, ^: mixed)]
        [workers = 3, chunksize = 7, reduce(min: least, +: sum)]
        [workers = 8, buffersize = 5, reduce(^: mixed)]
    ]
    fn f(numbers: &[u64]) -> (u64, u64, u64, Vec<u64>, BTreeMap<u64, usize>) {
        let (mut sum, mut least, mut mixed) = (0, u64::MAX, 0);
        let mut out = Vec::new();
        let mut counts = BTreeMap::new();
        for n in numbers {
            let value = work(*n);
            sum += value;
            out.push(value);
            least = least.min(work(n + 1));
            *counts.entry(value % 5).or_insert(0) += 1;
            mixed ^= value;
        }
        (sum, least, mixed, out, counts)
    }
}

form_with! { sums_up_to_an_error, |x| f(&x.numbers),
    [
        [workers = 3, reduce(+: tried, +: sum)]
        [workers = 2, chunksize = 1, reduce(+: tried, +: sum)]
        [workers = 3, chunksize = 7, reduce(+: tried)]
        [workers = 8, buffersize = 5, reduce(+: sum)]
    ]
    fn f(numbers: &[u64]) -> Result<(u64, u64), String> {
        let (mut tried, mut sum) = (0, 0);
        for n in numbers {
            tried += 1;
            if *n == 55 {
                break;
            }
            if n % 7 == 3 {
                continue;
            }
            sum += try_work(*n)?;
        }
        Ok((tried, sum))
    }
}

form_with! { an_exit_that_the_in_order_part_decides, |x| format!("{:?}", f(&x.words)),
    [
        [workers = 3, reduce(+: total)]
        [workers = 2, chunksize = 1, reduce(+: total)]
        [workers = 3, chunksize = 7, reduce(+: total)]
        [workers = 8, buffersize = 5, reduce(+: total)]
    ]
    fn f(words: &[String]) -> (u64, Vec<&str>) {
        let mut total = 0;
        let mut seen = Vec::new();
        for word in words {
            let weight = weigh(word);
            seen.push(word.as_str());
            if seen.len() > 12 {
                break;
            }
            total += weight;
        }
        (total, seen)
    }
}

form_with! { an_element_that_is_made_in_order, |x| f(&x.numbers),
    [
        [workers = 3, reduce(+: total, +: all)]
        [workers = 2, chunksize = 1, reduce(+: total)]
        [workers = 3, chunksize = 7, reduce(+: total, +: all)]
        [workers = 8, buffersize = 5, reduce(+: all)]
    ]
    fn f(numbers: &[u64]) -> (u64, u64) {
        let mut total = 0;
        let mut all = 0;
        let mut next = 0;
        for n in numbers {
            let value = work(*n);
            next += 1;
            let number = next;
            total += number * (value % 3);
            all += value;
        }
        (total, all)
    }
}

form_with! { conditions_over_all, |x| f(&x.words, &x.text),
    [
        [workers = 3, reduce(&&: all_short, ||: any_long, |: letters)]
        [workers = 2, chunksize = 1, reduce(&&: all_short, ||: any_long)]
        [workers = 3, chunksize = 7, reduce(&&: all_short, ||: any_long, |: letters)]
        [workers = 8, buffersize = 5, reduce(||: any_long)]
    ]
    fn f(words: &[String], text: &str) -> (bool, bool, u64) {
        let mut all_short = !text.is_empty();
        let mut any_long = false;
        let mut letters = 0;
        for word in words {
            all_short = all_short && weigh(word) % 9 < 8;
            if weigh(word) % 7 == 6 {
                any_long = true;
            }
            any_long |= word.len() == 4;
            for letter in word.bytes() {
                letters |= 1_u64 << (letter - b'a');
            }
        }
        (all_short, any_long, letters)
    }
}

/// The later of two, if they are as long as each other.
fn longer<'a>(a: Option<&'a str>, b: Option<&'a str>) -> Option<&'a str> {
    if a.map(str::len) > b.map(str::len) { a } else { b }
}

form_with! { a_function_of_two, |x| format!("{:?}", f(&x.text)),
    [
        [workers = 3, reduce(longer: longest, max: last, min: first)]
        [workers = 2, chunksize = 1, reduce(longer: longest, min: first)]
        [workers = 3, chunksize = 7, reduce(longer: longest, max: last, min: first)]
        [workers = 8, buffersize = 5, reduce(max: last)]
    ]
    fn f(text: &str) -> (Option<&str>, (u64, usize), (u64, usize)) {
        let mut longest = None;
        let mut last = (0, 0);
        let mut first = (u64::MAX, 0);
        for (i, line) in text.lines().enumerate() {
            longest = longer(longest, Some(line));
            let weight = weigh(line) % 10;
            if (weight, i) > last {
                last = (weight, i);
            }
            first = first.min((weight, i));
        }
        (longest, last, first)
    }
}

form_with! { of_items_of_any_source, |x| f(x.words.clone(), &x.numbers),
    [
        [workers = 3, reduce(+: length, *: product)]
        [workers = 2, chunksize = 1, reduce(+: length, *: product)]
        [workers = 3, chunksize = 7, reduce(+: length, *: product)]
        [mode = "sequential", reduce(+: length, *: product)]
    ]
    fn f(words: Vec<String>, numbers: &[u64]) -> (usize, u64) {
        let mut length = 0;
        let mut product = std::num::Wrapping(1);
        for (word, n) in words.into_iter().zip(numbers) {
            length += word.repeat(3).len();
            product *= std::num::Wrapping(work(*n) | 1);
        }
        (length, product.0)
    }
}

form_with! { exits_of_inner_loops, |x| f(&x.numbers),
    [
        [workers = 3, reduce(+: total, +: tried)]
        [workers = 2, chunksize = 1, reduce(+: total, +: tried)]
        [workers = 3, chunksize = 7, reduce(+: total, +: tried)]
        [workers = 8, buffersize = 5, reduce(+: tried)]
    ]
    fn f(numbers: &[u64]) -> (u64, u64, Vec<u64>) {
        let (mut total, mut tried) = (0, 0);
        let mut out = Vec::new();
        for n in numbers {
            for i in 0..work(*n) % 5 {
                let value = work(i + n);
                tried += 1;
                out.push(value);
                if out.len() % 4 == 0 {
                    break;
                }
                total += value;
            }
            for i in 0..work(*n) % 4 {
                let value = work(i + n);
                if value % 3 == 0 {
                    break;
                }
                total += value;
                out.push(value);
            }
        }
        (total, tried, out)
    }
}

form_with! { exits_of_branches, |x| f(&x.numbers),
    [
        [workers = 3, reduce(+: total, +: tried)]
        [workers = 2, chunksize = 1, reduce(+: total, +: tried)]
        [workers = 3, chunksize = 7, reduce(+: total, +: tried)]
        [workers = 8, buffersize = 5, reduce(+: tried)]
    ]
    fn f(numbers: &[u64]) -> (u64, u64, Vec<u64>) {
        let (mut total, mut tried) = (0, 0);
        let mut out = Vec::new();
        for n in numbers {
            let value = work(*n);
            if value % 2 == 0 {
                out.push(value);
                tried += 1;
                if out.len() % 5 == 0 {
                    continue;
                }
                total += work(n + 1);
            } else {
                total += 1;
            }
        }
        (total, tried, out)
    }
}

form_with! { exits_of_the_work_in_branches_and_inner_loops, |x| {
        let mut seen = Vec::new();
        let result = f(&x.numbers, &mut seen);
        (result, seen)
    },
    [
        [workers = 3, reduce(+: total, +: tried)]
        [workers = 2, chunksize = 1, reduce(+: total, +: tried)]
        [workers = 3, chunksize = 7, reduce(+: total, +: tried)]
        [workers = 8, buffersize = 5, reduce(+: tried)]
    ]
    fn f(numbers: &[u64], seen: &mut Vec<u64>) -> (u64, u64) {
        let (mut total, mut tried) = (0, 0);
        'all: for n in numbers {
            if n % 3 == 1 {
                seen.push(*n);
                tried += 1;
                let Ok(value) = try_work(n + 6) else { break };
                total += value;
            }
            for i in 0..3 {
                tried += 1;
                seen.push(i);
                let Ok(value) = try_work(n + i + 9) else { break 'all };
                total += value;
            }
        }
        (total, tried)
    }
}

//! What happens to the result of a call behind it: the functions for which a rewriting of loops by guesswork is silently wrong.

use std::collections::{BTreeMap, HashMap};

use super::{form, thread_form, try_work, weigh, work};

form! { results_read_before_the_end, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> (Vec<u64>, u64, Vec<usize>) {
        let mut out = Vec::new();
        let mut checksum = 0;
        let mut lengths = Vec::new();
        for n in numbers {
            out.push(work(*n));
            checksum = (checksum * 31 + out[out.len() - 1]) % 1_000_003;
            lengths.push(out.len());
        }
        (out, checksum, lengths)
    }
}

form! { keys_written_twice, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> (BTreeMap<u64, u64>, Vec<Option<u64>>) {
        let mut by_rest = BTreeMap::new();
        let mut replaced = Vec::new();
        for n in numbers {
            by_rest.insert(n % 3, work(*n));
            let old = by_rest.insert(n % 5, work(n + 1));
            replaced.push(old);
        }
        (by_rest, replaced)
    }
}

form! { another_name_for_the_result, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> (Vec<u64>, usize) {
        let mut out = Vec::new();
        let alias = &mut out;
        let mut n_long = 0;
        for n in numbers {
            alias.push(work(*n));
            if alias.len() % 4 == 3 {
                alias.push(0);
                n_long += 1;
            }
        }
        out.push(1);
        (out, n_long)
    }
}

form! { results_returned_early, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> Vec<u64> {
        let mut out = Vec::new();
        for n in numbers {
            let y = work(*n);
            if y % 37 == 3 {
                return out;
            }
            out.push(y);
            if out.len() == 30 {
                out.reverse();
                return out;
            }
        }
        out.push(7);
        out
    }
}

form! { errors_sorted_out_around_the_call, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> (Vec<u64>, Vec<String>, usize) {
        let mut good = Vec::new();
        let mut bad = Vec::new();
        let mut tried = 0;
        for n in numbers {
            tried += 1;
            match try_work(n * 7) {
                Ok(y) => good.push(y),
                Err(error) => bad.push(format!("{error} after {}", good.len())),
            }
        }
        (good, bad, tried)
    }
}

form! { errors_replaced_where_they_arise, |x| f(&x.text),
    fn f(text: &str) -> (Vec<u64>, u64) {
        let mut out = Vec::new();
        let mut failed = 0;
        for line in text.lines() {
            let value = line.split('=').next_back().unwrap_or("");
            let parsed = value.trim().parse::<u64>().map(work);
            let y = parsed.unwrap_or_else(|error| error.to_string().len() as u64);
            if let Err(message) = try_work(y) {
                failed += message.len() as u64;
                continue;
            }
            out.push(y);
        }
        (out, failed)
    }
}

form! { loops_over_the_results_so_far, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> (Vec<u64>, u64) {
        let mut out: Vec<u64> = Vec::new();
        let mut pairs = 0;
        for n in numbers {
            let y = work(*n) % 50;
            for earlier in &out {
                pairs += u64::from(earlier % 7 == y % 7);
            }
            out.push(y);
        }
        (out, pairs)
    }
}

form! { elements_assigned_and_then_changed, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> (HashMap<u64, u64>, Vec<u64>) {
        let mut made = HashMap::new();
        let mut list = vec![0; 100];
        for n in numbers {
            made.insert(*n, work(*n));
            *made.get_mut(n).unwrap() += 1;
            list[*n as usize] = work(n + 1);
            list[*n as usize] += 1;
            list[(*n / 2) as usize] ^= work(n + 2);
        }
        let mut sorted: Vec<_> = made.iter().collect();
        sorted.sort_unstable();
        let sum = sorted.iter().map(|(key, value)| *key ^ *value).sum();
        list.push(sum);
        (HashMap::new(), list)
    }
}

form! { conditions_on_earlier_results, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> Vec<u64> {
        let mut out: Vec<u64> = Vec::new();
        for n in numbers {
            let y = work(*n);
            if out.last().is_some_and(|last| last % 2 == y % 2) {
                out.push(work(y % 100));
            } else if out.contains(&(y % 10)) {
                out.pop();
            } else {
                out.push(y % 10);
            }
        }
        out
    }
}

form! { results_used_as_keys, |x| f(&x.words),
    fn f(words: &[String]) -> (BTreeMap<u64, usize>, BTreeMap<String, Vec<u64>>) {
        let mut counts = BTreeMap::new();
        let mut index: BTreeMap<String, Vec<u64>> = BTreeMap::new();
        for word in words {
            let key = weigh(word) % 6;
            *counts.entry(key).or_insert(0) += 1;
            index.entry(word.to_uppercase()).or_default().push(key);
            *counts.entry(weigh(&word.repeat(2)) % 6).or_insert(10) += counts.len();
        }
        (counts, index)
    }
}

form! { calls_within_arithmetic, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> (u64, i64, f64) {
        let mut sum = 1_u64;
        let mut balance = 0_i64;
        let mut quotient = 1e9;
        for n in numbers {
            sum += work(*n) * 2;
            sum ^= 3 * work(n + 1) + sum % 5;
            balance -= work(n + 2) as i64 - 8_000_000;
            balance = -balance / 2 + work(n + 3) as i64;
            quotient /= 1.0 + work(*n) as f64 / 1e6;
        }
        (sum, balance, quotient)
    }
}

form! { sides_of_an_assignment_that_both_work, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> (BTreeMap<u64, u64>, [u64; 4], Option<u64>) {
        let mut sums = BTreeMap::new();
        let mut bins = [0; 4];
        let mut last: Option<u64> = None;
        for n in numbers {
            *sums.entry((last.unwrap_or(3) ^ work(*n)) % 5).or_insert(0) += work(n + 1);
            *sums.entry((last.unwrap_or(2) ^ work(n + 2)) % 5).or_insert(1) = work(n + 3);
            bins[((work(n + 4) + last.unwrap_or(1)) % 4) as usize] ^= work(n + 5);
            bins[(work(n + 6) % 4) as usize] = last.unwrap_or(0) + work(n + 7);
            last = Some(n % 3);
        }
        (sums, bins, last)
    }
}

form! { panics_on_both_sides_of_an_assignment, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> [u64; 4] {
        fn index(n: u64) -> usize {
            assert!(n % 47 != 3, "no index for {n}");
            (work(n) % 4) as usize
        }
        fn value(n: u64) -> u64 {
            assert!(n % 47 != 3, "no value for {n}");
            work(n)
        }
        let mut bins = [0; 4];
        for n in numbers {
            bins[index(*n)] += value(*n);
            bins[index(n + 1)] = value(n + 1);
        }
        bins
    }
}

form! { results_that_feed_the_next_call, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> (u64, Vec<u64>) {
        let mut state = 1;
        let mut out = Vec::new();
        for n in numbers {
            let fresh = work(*n);
            state = work((state ^ fresh) % 1000);
            out.push(fresh + work(state % 10));
        }
        (state, out)
    }
}

form! { results_taken_away_again, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> (Vec<u64>, Vec<Vec<u64>>) {
        let mut batch = Vec::new();
        let mut batches = Vec::new();
        for n in numbers {
            batch.push(work(*n));
            if batch.len() > (n % 7) as usize {
                batches.push(std::mem::take(&mut batch));
            }
            batch.retain(|y| y % 11 != 0);
            if let Some(first) = batches.first_mut() {
                first.truncate(2);
            }
        }
        (batch, batches)
    }
}

form! { containers_that_change_places, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> (Vec<u64>, Vec<u64>) {
        let mut near = Vec::new();
        let mut far = Vec::new();
        for n in numbers {
            near.push(work(*n));
            if n % 3 == 0 {
                (near, far) = (far, near);
            }
            std::mem::swap(&mut near, &mut far);
            far.extend([work(n + 1), near.len() as u64]);
        }
        (near, far)
    }
}

thread_form! { results_kept_in_closures, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> Vec<u64> {
        let mut later: Vec<Box<dyn Fn(u64) -> u64>> = Vec::new();
        for n in numbers {
            let y = work(*n);
            let n = *n;
            later.push(Box::new(move |by| y * by + n));
        }
        later.iter().enumerate().map(|(by, make)| make(by as u64)).collect()
    }
}

form! { two_results_of_one_call, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> (Vec<u64>, u64, u64) {
        fn divide(n: u64) -> (u64, u64) {
            let y = work(n);
            (y / 10, y % 10)
        }
        let mut quotients = Vec::new();
        let mut rest = 0;
        let mut most;
        most = 0;
        for n in numbers {
            let (quotient, digit) = divide(*n);
            quotients.push(quotient);
            (most, rest) = (most.max(quotient), rest + digit);
            (quotients[0], _) = divide(n + 1);
        }
        (quotients, rest, most)
    }
}

form! { fields_of_the_type_that_their_place_has, |x| f(&x.text),
    fn f(text: &str) -> Result<Vec<(u16, String, f64)>, String> {
        let mut rows = Vec::new();
        for line in text.lines() {
            let Some((name, value)) = line.trim().split_once('=') else { continue };
            let code = value.trim().parse().unwrap_or(7);
            rows.push((code, name.to_owned(), value.trim().parse().map_err(|_| format!("{value} is no number"))?));
        }
        Ok(rows)
    }
}

form! { words_of_a_line_of_the_iteration, |x| f(&x.text),
    fn f(text: &str) -> (Vec<usize>, usize, String) {
        let (mut counts, mut longest, mut reversed) = (Vec::new(), 0, String::new());
        for line in text.lines().map(|line| line.to_owned()) {
            let upper = line.to_uppercase();
            let words: Vec<_> = upper.split(' ').filter(|word| !word.is_empty()).collect();
            let parts: Vec<&str> = line.split('=').map(str::trim).collect();
            let pairs = upper.split(' ').filter_map(|word| word.split_once('=')).collect::<Vec<_>>();
            let mirrored: String = upper.chars().rev().collect();
            work(mirrored.len() as u64);
            counts.push(words.len() + parts.len());
            longest = longest.max(pairs.iter().map(|(key, value)| key.len() * value.len()).sum());
            reversed += &mirrored;
        }
        (counts, longest, reversed)
    }
}

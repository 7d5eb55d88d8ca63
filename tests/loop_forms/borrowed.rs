//! Items and variables that hold borrows

use std::collections::BTreeMap;
use std::path::Path;

use super::{form, weigh, work};

const NAMES: &[(&str, u64)] = &[("a", 1), ("bc", 2), ("d", 3), ("", 4)];

form! { references_to_texts, |x| f(&x.words),
    fn f(words: &[String]) -> (Vec<String>, u64) {
        let texts: Vec<&str> = words.iter().map(String::as_str).collect();
        let mut out = Vec::new();
        let mut total = 0;
        for text in &texts {
            let weight = weigh(text);
            out.push(format!("{text}: {weight}"));
        }
        for (i, text) in texts.iter().enumerate() {
            total += weigh(text) * i as u64;
            out.push(text.to_string());
        }
        (out, total)
    }
}

form! { slices_of_texts, |x| f(&x.words.iter().map(String::as_str).collect::<Vec<_>>(), &["a", "b"]),
    fn f(texts: &[&str], endings: &[&str]) -> Vec<(usize, u64)> {
        let mut out = Vec::new();
        for text in texts {
            if let Some(at) = endings.iter().position(|ending| text.ends_with(ending)) {
                out.push((at, weigh(text)));
            }
        }
        out
    }
}

form! { captured_texts, |x| f(&x.words, &x.numbers),
    fn f(words: &[String], numbers: &[u64]) -> Vec<u64> {
        let texts: Vec<&str> = words.iter().map(String::as_str).collect();
        let first = words.first().map(String::as_str);
        let known = ["a", "ab", "abc"];
        let pair: (&str, u64) = ("ab", 5);
        let mut out = Vec::new();
        for n in numbers {
            let of_known = weigh(known[*n as usize % known.len()]);
            out.push(of_known + texts.get(*n as usize).map_or(0, |text| weigh(text)) + first.map_or(1, weigh) + weigh(pair.0) * pair.1);
        }
        out
    }
}

form! { paths_and_rows, |x| f(&x.words, &x.numbers),
    fn f(words: &[String], numbers: &[u64]) -> (Vec<String>, Vec<u64>) {
        let (mut out, mut sums) = (Vec::new(), Vec::new());
        let paths: Vec<&Path> = words.iter().map(Path::new).collect();
        for path in paths.iter().rev() {
            let joined = Path::new("/").join(path);
            out.push(format!("{} {}", path.display(), joined.display()));
        }
        let rows: Vec<&[u64]> = numbers.chunks(3).collect();
        for row in &rows {
            let sum: u64 = row.iter().map(|n| work(*n)).sum();
            sums.push(sum + row.len() as u64);
        }
        for row in rows {
            sums.push(row.iter().map(|n| work(*n)).max().unwrap_or(0));
        }
        (out, sums)
    }
}

form! { tables, |x| f(&x.words),
    fn f(words: &[String]) -> (Vec<String>, u64) {
        let mut out = Vec::new();
        let mut total = 0;
        for (name, weight) in NAMES {
            let count = words.iter().filter(|word| word.contains(name)).count() as u64;
            out.push(format!("{name}: {}", work(count * weight)));
        }
        for (i, &(name, weight)) in NAMES.iter().enumerate() {
            total += weigh(name) * weight + i as u64;
        }
        let numbered: Vec<(u8, &str)> = (0..).zip(words.iter().map(String::as_str)).collect();
        for (n, word) in &numbered {
            total += weigh(word) + u64::from(*n);
        }
        (out, total)
    }
}

form! { pairs_of_texts, |x| f(&x.text),
    fn f(text: &str) -> (BTreeMap<String, u64>, u64) {
        let mut weights = BTreeMap::new();
        let mut total = 0;
        for (line, next) in text.lines().zip(text.lines().skip(1)) {
            total += weigh(line) ^ weigh(next);
        }
        for (key, value) in text.lines().filter_map(|line| line.split_once('=')) {
            weights.insert(key.to_owned(), weigh(value));
        }
        for pair in &[("a", "b"), ("", "c")] {
            total += weigh(pair.0) ^ weigh(pair.1);
        }
        (weights, total)
    }
}

form! { more_values_than_the_longest_tuple_has, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> Vec<String> {
        let mut out = Vec::new();
        for &n in numbers {
            let (a, b, c, d, e) = (work(n), work(n + 1), work(n + 2), work(n + 3), work(n + 4));
            let (f, g, h, i, j) = (a ^ b, b ^ c, c ^ d, d ^ e, e ^ a);
            let (k, l, m, o, p) = (f ^ g, g ^ h, h ^ i, i ^ j, j ^ f);
            let (q, r, s, t, u) = (k | l, l | m, m | o, o | p, p | k);
            out.push(String::new());
            out.push(format!("{n} {a} {b} {c} {d} {e} {f} {g} {h} {i} {j} {k} {l} {m} {o} {p} {q} {r} {s} {t} {u}"));
        }
        out
    }
}

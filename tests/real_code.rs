//! Loops as people write them, with one line added, give what they gave before.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::error::Error;
use std::fmt::{Debug, Write};
use std::fs;
use std::io::{self, BufRead, Cursor};
use std::path::{Path, PathBuf};

use concurrent_futures_suite::timed;

/// A function as it is, and with the line added; and a test that both give the same.
macro_rules! real {
    ($name:ident: [$($args:expr),* $(,)?] $(#[$attr:meta])* fn $function:ident $($text:tt)*) => {
        mod $name {
            pub(super) mod plain {
                #[allow(unused_imports, reason = "not every function needs all of them")]
                use super::super::*;
                $(#[$attr])*
                pub(in super::super) fn $function $($text)*
            }
            pub(super) mod annotated {
                #[allow(unused_imports, reason = "not every function needs all of them")]
                use super::super::*;
                $(#[$attr])*
                #[concurrent_futures::concurrent(workers = 3)]
                pub(in super::super) fn $function $($text)*
            }
        }

        #[test]
        fn $name() {
            timed(|| {
                let expected = format!("{:?}", $name::plain::$function($($args),*));
                for _ in 0..3 {
                    assert_eq!(format!("{:?}", $name::annotated::$function($($args),*)), expected);
                }
            });
        }
    };
}

/// Text with repetitions, the same in every run.
fn prose(n_lines: usize) -> String {
    let words = ["the", "Quick", "brown", "fox", "it's", "jumps", "over", "lazy", "dog", "THE", "end."];
    let mut numbers = Numbers(7);
    let mut text = String::new();
    for _ in 0..n_lines {
        let line: Vec<&str> =
            (0..numbers.below(9)).map(|_| words[numbers.below(words.len() as u64) as usize]).collect();
        writeln!(text, "{}", line.join(" ")).unwrap();
    }
    text
}

/// A linear congruential generator.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }
}

#[derive(Debug, Clone, PartialEq)]
struct Order {
    line: usize,
    customer: String,
    amount: f64,
    tags: Vec<String>,
}

fn orders(bad_line: Option<usize>) -> String {
    let mut numbers = Numbers(3);
    let mut text = "customer,amount,tags\n".to_owned();
    for line in 0..60 {
        let amount = if bad_line == Some(line) { "many".to_owned() } else { format!("{}.5", numbers.below(900)) };
        writeln!(text, "c{}, {amount} ,a|b{}", numbers.below(7), numbers.below(3)).unwrap();
        if line % 9 == 0 {
            text.push_str("\n# a comment\n");
        }
    }
    text
}

real! { csv_with_a_good_and_a_bad_line: [&orders(None), &mut 0]
    fn parse_orders(text: &str, n_comments: &mut usize) -> Result<(Vec<Order>, f64), Box<dyn Error>> {
        let mut orders = Vec::new();
        let mut total = 0.0;
        for (line, text) in text.lines().enumerate().skip(1) {
            let text = text.trim();
            if text.is_empty() {
                continue;
            }
            if text.starts_with('#') {
                *n_comments += 1;
                continue;
            }
            let fields: Vec<&str> = text.split(',').map(str::trim).collect();
            let [customer, amount, tags] = fields[..] else {
                return Err(format!("line {line}: {} fields", fields.len()).into());
            };
            let amount: f64 = amount.parse().map_err(|error| format!("line {line}: {error}"))?;
            let tags = tags.split('|').map(str::to_owned).collect();
            total += amount;
            orders.push(Order { line, customer: customer.to_owned(), amount, tags });
        }
        Ok((orders, total))
    }
}

real! { csv_with_an_error: [&orders(Some(33))]
    fn sum_amounts(text: &str) -> Result<BTreeMap<String, f64>, String> {
        let mut totals: BTreeMap<String, f64> = BTreeMap::new();
        for (number, line) in text.lines().enumerate() {
            if number == 0 || line.is_empty() || line.starts_with('#') {
                continue;
            }
            let mut fields = line.split(',');
            let customer = fields.next().ok_or_else(|| format!("line {number}: no customer"))?.to_owned();
            let amount = fields.next().ok_or("no amount")?.trim().parse::<f64>().map_err(|e| format!("{number}: {e}"))?;
            *totals.entry(customer).or_insert(0.0) += amount;
        }
        Ok(totals)
    }
}

real! { words_are_counted: [&prose(80)]
    fn word_counts(text: &str) -> (BTreeMap<String, usize>, usize) {
        let mut counts = BTreeMap::new();
        let mut n_lines = 0;
        for line in text.lines() {
            n_lines += 1;
            let mut in_line: HashMap<String, usize> = HashMap::new();
            for word in line.split_whitespace() {
                let word = word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
                *in_line.entry(word).or_default() += 1;
            }
            for (word, n) in in_line {
                *counts.entry(word).or_insert(0) += n;
            }
        }
        (counts, n_lines)
    }
}

real! { mandelbrot_rows: [40, 24]
    fn mandelbrot(width: usize, height: usize) -> Vec<u8> {
        let mut pixels = vec![0; width * height];
        for (y, row) in pixels.chunks_mut(width).enumerate() {
            for (x, pixel) in row.iter_mut().enumerate() {
                let (cx, cy) = (x as f64 / width as f64 * 3.0 - 2.0, y as f64 / height as f64 * 2.0 - 1.0);
                let (mut zx, mut zy) = (0.0, 0.0);
                let mut n = 0;
                while n < 255 && zx * zx + zy * zy <= 4.0 {
                    (zx, zy) = (zx * zx - zy * zy + cx, 2.0 * zx * zy + cy);
                    n += 1;
                }
                *pixel = n;
            }
        }
        pixels
    }
}

/// Files with some text; gone with the value.
struct Files(PathBuf);

impl Files {
    fn new(name: &str) -> Self {
        let root = std::env::temp_dir().join(format!("real-code-{name}-{}", std::process::id()));
        for (i, folder) in ["a", "b", "b/c"].iter().enumerate() {
            fs::create_dir_all(root.join(folder)).unwrap();
            for file in 0..6 {
                fs::write(root.join(folder).join(format!("{file}.txt")), prose(3 * (file + i))).unwrap();
            }
        }
        Self(root)
    }

    fn paths(&self) -> Vec<PathBuf> {
        let mut paths: Vec<PathBuf> = ["a", "b", "b/c"]
            .iter()
            .flat_map(|folder| (0..6).map(move |file| format!("{folder}/{file}.txt")))
            .map(|name| self.0.join(name))
            .collect();
        paths.insert(9, self.0.join("missing"));
        paths
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).unwrap();
    }
}

real! { grep_over_files: [&Files::new("grep").paths(), "fox"]
    fn grep(paths: &[PathBuf], pattern: &str) -> (String, usize) {
        let mut out = String::new();
        let mut unreadable = 0;
        for path in paths {
            let text = match fs::read_to_string(path) {
                Ok(text) => text,
                Err(_) => {
                    unreadable += 1;
                    continue;
                }
            };
            let hits: Vec<(usize, &str)> = text.lines().enumerate().filter(|(_, line)| line.contains(pattern)).collect();
            let shown: Vec<String> = hits.iter().map(|(number, line)| format!("{number}: {line}")).collect();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or("?");
            writeln!(out, "{name}\n  {}", shown.join("\n  ")).unwrap();
        }
        (out, unreadable)
    }
}

real! { directory_sizes: [&Files::new("sizes").0]
    fn sizes(root: &Path) -> io::Result<BTreeMap<String, (u64, usize)>> {
        fn size_of(path: &Path) -> io::Result<(u64, usize)> {
            if path.is_file() {
                return Ok((fs::metadata(path)?.len(), 1));
            }
            let mut sum = (0, 0);
            for entry in fs::read_dir(path)? {
                let (bytes, files) = size_of(&entry?.path())?;
                sum = (sum.0 + bytes, sum.1 + files);
            }
            Ok(sum)
        }
        let mut sizes = BTreeMap::new();
        for entry in fs::read_dir(root)? {
            let entry = entry?;
            let size = size_of(&entry.path())?;
            sizes.insert(entry.file_name().to_string_lossy().into_owned(), size);
        }
        Ok(sizes)
    }
}

fn matrix(n: usize, seed: u64) -> Vec<Vec<f64>> {
    let mut numbers = Numbers(seed);
    (0..n).map(|_| (0..n).map(|_| numbers.below(1000) as f64 / 7.0).collect()).collect()
}

real! { matrix_multiplication: [&matrix(24, 1), &matrix(24, 2)]
    fn multiply(a: &[Vec<f64>], b: &[Vec<f64>]) -> (Vec<Vec<f64>>, f64) {
        let n = a.len();
        let mut c = vec![vec![0.0; n]; n];
        let mut trace = 0.0;
        for i in 0..n {
            let mut row = vec![0.0; n];
            for j in 0..n {
                for k in 0..n {
                    row[j] += a[i][k] * b[k][j];
                }
            }
            trace += row[i];
            c[i] = row;
        }
        (c, trace)
    }
}

real! { prime_sieve_in_segments: [5_000, 300]
    fn primes(limit: usize, segment: usize) -> Vec<usize> {
        let base: Vec<usize> = (2..)
            .take_while(|p| p * p <= limit)
            .filter(|n| (2..*n).all(|d| n % d != 0))
            .collect();
        let mut primes = Vec::new();
        for low in (2..limit).step_by(segment) {
            let high = (low + segment).min(limit);
            let mut is_prime = vec![true; high - low];
            for &p in &base {
                let mut multiple = (p * p).max(low.div_ceil(p) * p);
                while multiple < high {
                    is_prime[multiple - low] = false;
                    multiple += p;
                }
            }
            primes.extend(is_prime.iter().enumerate().filter(|(_, is_prime)| **is_prime).map(|(i, _)| low + i));
        }
        primes
    }
}

fn levenshtein(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, cb) in b.iter().enumerate() {
            let above = row[j + 1];
            row[j + 1] = (above + 1).min(row[j] + 1).min(diagonal + usize::from(ca != *cb));
            diagonal = above;
        }
    }
    row[b.len()]
}

/// Two lines and their distance.
type Pair = (usize, usize, usize);

real! { closest_pairs: [&prose(24).lines().map(str::to_owned).collect::<Vec<_>>()]
    fn closest(lines: &[String]) -> (Option<Pair>, Vec<(usize, usize)>) {
        let mut best: Option<Pair> = None;
        let mut equal = Vec::new();
        for (i, a) in lines.iter().enumerate() {
            let distances: Vec<usize> = lines[i + 1..].iter().map(|b| levenshtein(a, b)).collect();
            for (j, distance) in distances.into_iter().enumerate() {
                let j = i + 1 + j;
                if distance == 0 {
                    equal.push((i, j));
                    continue;
                }
                if best.is_none_or(|(_, _, least)| distance < least) {
                    best = Some((i, j, distance));
                }
            }
        }
        (best, equal)
    }
}

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Open(char),
    Close(char),
    Text(String),
    Number(f64),
}

real! { json_is_tokenised: [&[r#"{"a": [1, 2.5, -3]}"#, r#"["x", "y\"z"]"#, "  ", r#"[tru"#, r#"["open"#]]
    fn tokenise(documents: &[&str]) -> Result<Vec<Vec<Token>>, String> {
        let mut all = Vec::new();
        for (number, document) in documents.iter().enumerate() {
            let mut tokens = Vec::new();
            let mut rest = document.char_indices().peekable();
            while let Some((at, c)) = rest.next() {
                match c {
                    c if c.is_whitespace() => continue,
                    ',' | ':' => {}
                    '{' | '[' => tokens.push(Token::Open(c)),
                    '}' | ']' => tokens.push(Token::Close(c)),
                    '"' => {
                        let mut text = String::new();
                        loop {
                            match rest.next() {
                                Some((_, '"')) => break,
                                Some((_, '\\')) => text.extend(rest.next().map(|(_, c)| c)),
                                Some((_, c)) => text.push(c),
                                None => return Err(format!("document {number}: text open at {at}")),
                            }
                        }
                        tokens.push(Token::Text(text));
                    }
                    '-' | '0'..='9' => {
                        let mut digits = String::from(c);
                        while let Some((_, c)) = rest.next_if(|(_, c)| c.is_ascii_digit() || *c == '.') {
                            digits.push(c);
                        }
                        tokens.push(Token::Number(digits.parse().map_err(|_| format!("bad number {digits}"))?));
                    }
                    c => return Err(format!("document {number}: unexpected {c:?} at {at}")),
                }
            }
            all.push(tokens);
        }
        Ok(all)
    }
}

real! { monte_carlo_with_seeds: [40, 300]
    fn pi(n_batches: u64, batch: u32) -> (u64, Vec<u32>) {
        let mut inside = 0;
        let mut by_batch = Vec::with_capacity(n_batches as usize);
        for seed in 0..n_batches {
            let mut numbers = Numbers(seed * 99 + 1);
            let mut hits = 0;
            for _ in 0..batch {
                let (x, y) = (numbers.below(1 << 20) as f64, numbers.below(1 << 20) as f64);
                if x.hypot(y) < f64::from(1 << 20) {
                    hits += 1;
                }
            }
            inside += hits;
            by_batch.push(hits);
        }
        ((f64::from(inside) * 4.0 / (n_batches * u64::from(batch)) as f64).to_bits(), by_batch)
    }
}

real! { histogram: [&matrix(30, 5)]
    fn bins(samples: &[Vec<f64>]) -> ([usize; 8], f64, Option<f64>) {
        let mut bins = [0; 8];
        let mut sum = 0.0;
        let mut greatest = None;
        for sample in samples {
            let mean = sample.iter().sum::<f64>() / sample.len() as f64;
            let variance = sample.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / sample.len() as f64;
            let bin = ((variance.sqrt() / 10.0) as usize).min(bins.len() - 1);
            bins[bin] += 1;
            sum += mean;
            greatest = match greatest {
                Some(before) if before >= variance => Some(before),
                _ => Some(variance),
            };
        }
        (bins, sum, greatest)
    }
}

real! { most_similar_texts: [&prose(40), "the quick brown fox", 5]
    fn top_k(text: &str, query: &str, k: usize) -> Vec<(u64, String)> {
        let trigrams = |text: &str| -> BTreeSet<Vec<char>> {
            text.to_lowercase().chars().collect::<Vec<_>>().windows(3).map(<[char]>::to_vec).collect()
        };
        let wanted = trigrams(query);
        let mut top: Vec<(u64, String)> = Vec::new();
        for line in text.lines() {
            let found = trigrams(line);
            let shared = found.intersection(&wanted).count();
            let score = (shared as f64 / (found.len() + wanted.len() - shared).max(1) as f64 * 1e6) as u64;
            if top.len() == k && top[k - 1].0 >= score {
                continue;
            }
            let at = top.partition_point(|(other, _)| *other >= score);
            top.insert(at, (score, line.to_owned()));
            top.truncate(k);
        }
        top
    }
}

real! { settings_from_a_reader: [Cursor::new("name = x\n\n; note\n[size]\nwidth = 3\nheight=4\nwidth = 9\n")]
    fn settings(reader: impl BufRead) -> io::Result<(BTreeMap<String, String>, Vec<String>)> {
        let mut values = BTreeMap::new();
        let mut section = String::new();
        let mut repeated = Vec::new();
        for line in reader.lines() {
            let line = line?.trim().to_owned();
            let is_comment = line.is_empty() || line.starts_with(';');
            if is_comment {
                continue;
            }
            let name = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).map(str::to_owned);
            let pair = line.split_once('=').map(|(key, value)| (key.trim().to_owned(), value.trim().to_owned()));
            if let Some(name) = name {
                section = name + ".";
            } else if let Some((key, value)) = pair {
                let key = format!("{section}{key}");
                if values.insert(key.clone(), value).is_some() {
                    repeated.push(key);
                }
            }
        }
        Ok((values, repeated))
    }
}

real! { hex_dump: [&prose(12).into_bytes()]
    fn dump(data: &[u8]) -> String {
        let mut out = String::new();
        for (row, bytes) in data.chunks(16).enumerate() {
            let hex: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            let text: String =
                bytes.iter().map(|&byte| if byte.is_ascii_graphic() { char::from(byte) } else { '.' }).collect();
            writeln!(out, "{:08x}  {:<47}  {text}", row * 16, hex.join(" ")).unwrap();
        }
        out
    }
}

real! { checksums_until_the_first_bad_block: [&(0..50).map(|i| vec![i as u8; 200 + i]).collect::<Vec<_>>(), 37]
    fn verify(blocks: &[Vec<u8>], bad: usize) -> Result<Vec<u32>, (usize, u32)> {
        let mut sums = Vec::new();
        let mut chained = 1;
        for (index, block) in blocks.iter().enumerate() {
            let mut sum = !0_u32;
            for byte in block {
                sum ^= u32::from(*byte);
                for _ in 0..8 {
                    sum = if sum & 1 == 1 { (sum >> 1) ^ 0xedb8_8320 } else { sum >> 1 };
                }
            }
            if index == bad {
                return Err((index, sum));
            }
            chained ^= sum.rotate_left(5);
            sums.push(chained);
        }
        Ok(sums)
    }
}

real! { the_first_bad_token_is_the_error: [&["1 + 2", "1.2.3", "?"]]
    fn numbers(lines: &[&str]) -> Result<Vec<f64>, Box<dyn Error>> {
        let mut all = Vec::new();
        for line in lines {
            for word in line.split(' ').filter(|word| *word != "+") {
                all.push(word.parse()?);
            }
        }
        Ok(all)
    }
}

real! { a_step_of_n_bodies: [&(0..30).map(|i| ([f64::from(i).sin(), f64::from(i).cos()], f64::from(i))).collect::<Vec<_>>()]
    fn step(bodies: &[([f64; 2], f64)]) -> Vec<[f64; 2]> {
        let mut moved = bodies.iter().map(|(position, _)| *position).collect::<Vec<_>>();
        for (i, position) in moved.iter_mut().enumerate() {
            let mut pull = [0.0; 2];
            for (j, (other, mass)) in bodies.iter().enumerate() {
                if i == j {
                    continue;
                }
                let way: [f64; 2] = std::array::from_fn(|k| other[k] - position[k]);
                let squared = way.iter().map(|x| x * x).sum::<f64>() + 1e-3;
                for k in 0..2 {
                    pull[k] += way[k] * mass / (squared * squared.sqrt());
                }
            }
            for k in 0..2 {
                position[k] += pull[k] * 0.01;
            }
        }
        moved
    }
}

real! { edit_distances_to_a_word: [&prose(12), "quack"]
    fn closest<'t>(text: &'t str, wanted: &str) -> Vec<(usize, &'t str)> {
        let mut scored = Vec::new();
        for word in text.split_whitespace() {
            let mut row: Vec<usize> = (0..=wanted.chars().count()).collect();
            for (i, a) in word.chars().enumerate() {
                let mut next = vec![i + 1];
                for (j, b) in wanted.chars().enumerate() {
                    next.push((row[j] + usize::from(a != b)).min(row[j + 1] + 1).min(next[j] + 1));
                }
                row = next;
            }
            scored.push((row[row.len() - 1], word));
        }
        scored.sort_unstable();
        scored
    }
}

real! { the_words_of_each_line_that_is_read: [&prose(40)]
    fn longest_lines(text: &str) -> io::Result<(usize, Vec<String>)> {
        let (mut n_words, mut longest) = (0, Vec::new());
        for line in Cursor::new(text).lines() {
            let line = line?.to_lowercase();
            let words: Vec<_> = line.split(' ').filter(|word| word.len() > 2).collect();
            n_words += words.len();
            if words.len() >= longest.len() {
                longest = words.into_iter().map(str::to_owned).collect();
            }
        }
        Ok((n_words, longest))
    }
}

real! { a_name_goes_to_the_first_who_wants_it: [&prose(30), "the name".to_owned()]
    fn given(text: &str, name: String) -> Vec<(usize, String)> {
        let mut out = Vec::new();
        for (line, text) in text.lines().enumerate() {
            let words: BTreeSet<String> = text.split(' ').map(str::to_lowercase).collect();
            if words.contains("lazy") && words.contains("dog") {
                out.push((line, name));
                break;
            }
            out.push((line, words.into_iter().collect()));
        }
        out
    }
}

/// Lines, which are counted from one.
struct Numbered<'a>(std::str::Lines<'a>);

impl<'a> Iterator for Numbered<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        self.0.next()
    }
}

impl<'a> Numbered<'a> {
    fn enumerate(self) -> impl Iterator<Item = (usize, &'a str)> {
        (1..).zip(self.0)
    }
}

struct Poem(String);

impl Poem {
    fn iter(&self) -> Numbered<'_> {
        Numbered(self.0.lines())
    }
}

real! { an_iterator_may_count_in_its_own_way: [&Poem(prose(30))]
    fn indexed(poem: &Poem) -> Vec<String> {
        let mut out = Vec::new();
        for (line, text) in poem.iter().enumerate() {
            out.push(format!("{line}: {}", text.to_uppercase()));
        }
        out
    }
}

concurrent_futures_suite::under_each_schedule!();

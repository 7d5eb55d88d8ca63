//! Loops of larger programs, on threads and in worker processes: they give what they gave before.

#![allow(clippy::ptr_arg, clippy::type_complexity, reason = "the functions are as they were found")]

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::error::Error;
use std::fmt::Write;
use std::time::Duration;

use concurrent_futures::concurrent;
use concurrent_futures_suite::timed;
use serde::{Deserialize, Serialize};

/// A function as it is, on threads and in processes; and a test that all give the same.
macro_rules! real {
    ($name:ident: [$($args:expr),* $(,)?] fn $function:ident $($text:tt)*) => {
        mod $name {
            pub(super) mod plain {
                #[allow(unused_imports, reason = "not every function needs all of them")]
                use super::super::*;
                pub(in super::super) fn $function $($text)*
            }
            pub(super) mod threads {
                #[allow(unused_imports, reason = "not every function needs all of them")]
                use super::super::*;
                #[concurrent(workers = 3)]
                pub(in super::super) fn $function $($text)*
            }
            pub(super) mod processes {
                #[allow(unused_imports, reason = "not every function needs all of them")]
                use super::super::*;
                #[concurrent(mode = "process", workers = 2)]
                pub(in super::super) fn $function $($text)*
            }
        }

        #[test]
        fn $name() {
            timed(|| {
                let expected = format!("{:?}", $name::plain::$function($($args),*));
                assert_eq!(format!("{:?}", $name::threads::$function($($args),*)), expected);
                assert_eq!(format!("{:?}", $name::processes::$function($($args),*)), expected);
            });
        }
    };
}

fn mixed(n: u64) -> u64 {
    let n = (n ^ (n >> 31)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    n ^ (n >> 29)
}

fn text(n_lines: u64) -> String {
    let words = ["error", "warning", "info", "timeout", "ok", "retry"];
    let mut text = String::new();
    for n in 0..n_lines {
        let r = mixed(n);
        writeln!(text, "{:02} {} {}={}", r % 60, words[r as usize % 6], words[(r >> 8) as usize % 6], r % 1000)
            .expect("a string takes all");
    }
    text
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Matches {
    lines: Vec<(usize, String)>,
    is_binary: bool,
}

fn search(haystack: &str, needle: &str) -> Matches {
    let found = haystack.lines().enumerate().filter(|(_, line)| line.contains(needle));
    let lines = found.map(|(number, line)| (number + 1, line.to_owned())).collect();
    Matches { lines, is_binary: haystack.contains('\0') }
}

real! { ripgrep: [&[("a".to_owned(), text(40)), ("b".to_owned(), "\0".to_owned()), ("c".to_owned(), text(9))], "error", 12]
    fn grep(files: &[(String, String)], needle: &str, at_most: usize) -> (String, usize, bool) {
        let mut out = String::new();
        let mut n_matches = 0;
        let mut is_stopped = false;
        'files: for (name, contents) in files {
            let matches = search(contents, needle);
            if matches.is_binary {
                out.push_str("binary\n");
                continue;
            }
            for (number, line) in &matches.lines {
                n_matches += 1;
                if n_matches > at_most {
                    is_stopped = true;
                    break 'files;
                }
                let coloured = line.replace(needle, &format!("<{needle}>"));
                out.push_str(&format!("{name}:{number}:{coloured}\n"));
            }
        }
        (out, n_matches, is_stopped)
    }
}

real! { image_blur: [&(0..30 * 20).map(|n| mixed(n) as u8).collect::<Vec<u8>>(), 30, 2]
    fn blur(pixels: &[u8], width: usize, radius: usize) -> (Vec<u8>, [u32; 4]) {
        let height = pixels.len() / width;
        let mut blurred = vec![0; pixels.len()];
        let mut histogram = [0; 4];
        for y in 0..height {
            let rows = y.saturating_sub(radius)..(y + radius + 1).min(height);
            let mut row = Vec::with_capacity(width);
            for x in 0..width {
                let columns = x.saturating_sub(radius)..(x + radius + 1).min(width);
                let mut sum = 0_u32;
                let mut n = 0_u32;
                for v in rows.clone() {
                    for u in columns.clone() {
                        sum += u32::from(pixels[v * width + u]);
                        n += 1;
                    }
                }
                row.push((sum / n) as u8);
            }
            for (x, pixel) in row.iter().enumerate() {
                blurred[y * width + x] = *pixel;
                histogram[usize::from(*pixel) / 64] += 1;
            }
        }
        (blurred, histogram)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
enum Level {
    Error,
    Other(String),
}

fn parse_line(line: &str) -> Option<(u64, Level, u64)> {
    let mut parts = line.split(' ');
    let second = parts.next()?.parse().ok()?;
    let level = match parts.next()? {
        "error" => Level::Error,
        other => Level::Other(other.to_owned()),
    };
    let (_, value) = parts.next()?.split_once('=')?;
    Some((second, level, value.parse().ok()?))
}

real! { log_analysis: [&(text(60) + "what is this\n" + &text(5))]
    fn analyse(log: &str) -> (BTreeMap<Level, (u64, u64)>, Vec<String>, Option<u64>) {
        let mut by_level: BTreeMap<Level, (u64, u64)> = BTreeMap::new();
        let mut unknown = Vec::new();
        let mut last_error = None;
        for (number, line) in log.lines().enumerate() {
            let Some((second, level, value)) = parse_line(line) else {
                unknown.push(format!("line {number}: {line}"));
                continue;
            };
            if level == Level::Error {
                last_error = Some(second);
            }
            let entry = by_level.entry(level).or_default();
            entry.0 += 1;
            entry.1 = entry.1.max(value);
        }
        (by_level, unknown, last_error)
    }
}

real! { csv_import: [&["a,1,2.5", "b,2,x", "", "# note", "a,3,4.5"].map(str::to_owned), false]
    fn import(rows: &[String], is_strict: bool) -> Result<(BTreeMap<String, f64>, usize), String> {
        let mut totals = BTreeMap::new();
        let mut n_skipped = 0;
        for (i, row) in rows.iter().enumerate() {
            let row = row.trim();
            if row.is_empty() || row.starts_with('#') {
                n_skipped += 1;
                continue;
            }
            let fields: Vec<String> = row.split(',').map(str::to_owned).collect();
            let [key, count, price] = fields.as_slice() else {
                return Err(format!("row {i} has {} fields", fields.len()));
            };
            let count: u32 = count.parse().map_err(|error| format!("row {i}: {error}"))?;
            match price.parse::<f64>() {
                Ok(price) => *totals.entry(key.clone()).or_insert(0.0) += f64::from(count) * price,
                Err(error) if is_strict => return Err(format!("row {i}: {error}")),
                Err(_) => n_skipped += 1,
            }
        }
        Ok((totals, n_skipped))
    }
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Body {
    at: [f64; 2],
    speed: [f64; 2],
    mass: f64,
}

fn bodies(n: u64) -> Vec<Body> {
    let number = |n: u64| mixed(n) as f64 / u64::MAX as f64;
    let body = |n: u64| Body { at: [number(n), number(n + 100)], speed: [0.0, 0.0], mass: 1.0 + number(n + 200) };
    (0..n).map(body).collect()
}

real! { simulation: [&bodies(12)]
    fn step(bodies: &[Body]) -> (Vec<Body>, f64) {
        let mut next = Vec::with_capacity(bodies.len());
        let mut energy = 0.0;
        for (i, body) in bodies.iter().enumerate() {
            let mut force = [0.0, 0.0];
            for (j, other) in bodies.iter().enumerate() {
                if i == j {
                    continue;
                }
                let d = [other.at[0] - body.at[0], other.at[1] - body.at[1]];
                let strength = other.mass / (d[0] * d[0] + d[1] * d[1] + 0.01).powf(1.5);
                force[0] += d[0] * strength;
                force[1] += d[1] * strength;
            }
            let speed = [body.speed[0] + 0.01 * force[0], body.speed[1] + 0.01 * force[1]];
            let at = [body.at[0] + 0.01 * speed[0], body.at[1] + 0.01 * speed[1]];
            energy += body.mass * (speed[0] * speed[0] + speed[1] * speed[1]) / 2.0;
            next.push(Body { at, speed, ..*body });
        }
        (next, energy)
    }
}

fn neighbours(node: u64) -> Vec<u64> {
    (0..3).map(|n| mixed(node * 3 + n) % 200).collect()
}

real! { graph_search: [&[1, 2], 150]
    fn search_in_rounds(starts: &[u64], goal: u64) -> (Option<usize>, usize) {
        let mut seen: HashSet<u64> = starts.iter().copied().collect();
        let mut frontier: VecDeque<u64> = starts.iter().copied().collect();
        let mut n_rounds = 0;
        while !frontier.is_empty() {
            n_rounds += 1;
            let mut next = VecDeque::new();
            for node in std::mem::take(&mut frontier) {
                if node == goal {
                    return (Some(n_rounds), seen.len());
                }
                for neighbour in neighbours(node) {
                    if seen.insert(neighbour) {
                        next.push_back(neighbour);
                    }
                }
            }
            frontier = next;
        }
        (None, seen.len())
    }
}

real! { components: [60]
    fn components(n: u64) -> BTreeMap<usize, u64> {
        let mut sizes = BTreeMap::new();
        for start in 0..n {
            let mut stack = vec![start];
            let mut seen = BTreeSet::new();
            while let Some(node) = stack.pop() {
                if !seen.insert(node) {
                    continue;
                }
                for neighbour in neighbours(node) {
                    if neighbour < 40 {
                        stack.push(neighbour);
                    }
                }
            }
            *sizes.entry(seen.len()).or_insert(0) += 1;
        }
        sizes
    }
}

fn listing(path: &str) -> Result<Vec<String>, String> {
    match path.len() {
        n if n > 9 => Ok(Vec::new()),
        _ if path.ends_with("/c/c") => Err(format!("{path}: denied")),
        _ => Ok(["a", "b", "c"].iter().map(|name| format!("{path}/{name}")).collect()),
    }
}

real! { directory_walk: ["/x"]
    fn walk(root: &str) -> (BTreeMap<usize, u64>, Vec<String>) {
        let mut level = vec![root.to_owned()];
        let mut n_by_depth = BTreeMap::new();
        let mut denied = Vec::new();
        let mut depth = 0;
        while !level.is_empty() {
            let mut below = Vec::new();
            for path in &level {
                match listing(path) {
                    Ok(entries) => {
                        for entry in entries {
                            *n_by_depth.entry(depth).or_insert(0) += 1;
                            below.push(entry);
                        }
                    }
                    Err(error) => denied.push(error),
                }
            }
            level = below;
            depth += 1;
        }
        (n_by_depth, denied)
    }
}

fn fetch(url: &str, attempt: u32) -> Result<(u16, String), String> {
    match mixed(url.len() as u64 + u64::from(attempt)) % 4 {
        0 => Err(format!("{url}: connection reset")),
        1 => Ok((503, String::new())),
        n => Ok((200, format!("<{url} {n}>"))),
    }
}

real! { http_client: [&["/a", "/bb", "/ccc", "/dddd"].map(str::to_owned), 6]
    fn download(urls: &[String], n_attempts: u32) -> Result<Vec<(String, usize, u32)>, Box<dyn Error>> {
        let mut pages = Vec::new();
        let mut n_retries = 0;
        for url in urls {
            let mut attempt = 0;
            let body = loop {
                match fetch(url, attempt) {
                    Ok((200, body)) => break body,
                    Ok((status, _)) if attempt + 1 == n_attempts => return Err(format!("{url}: {status}").into()),
                    Err(error) if attempt + 1 == n_attempts => return Err(error.into()),
                    Ok(_) | Err(_) => {}
                }
                std::thread::sleep(Duration::from_micros(10 << attempt));
                attempt += 1;
            };
            n_retries += attempt;
            if body.is_empty() {
                Err(format!("{url} is empty after {n_retries} retries"))?;
            }
            pages.push((url.clone(), body.len(), n_retries));
        }
        Ok(pages)
    }
}

real! { matrices: [&vec![vec![1.0, 2.0, 3.0]; 4], &vec![vec![0.5, -1.0]; 3]]
    fn multiply(a: &Vec<Vec<f64>>, b: &Vec<Vec<f64>>) -> (Vec<Vec<f64>>, f64, (usize, usize)) {
        let mut product = vec![vec![0.0; b[0].len()]; a.len()];
        let mut trace = 0.0;
        let mut largest = (0, 0);
        for i in 0..a.len() {
            for j in 0..b[0].len() {
                let mut sum = 0.0;
                for k in 0..b.len() {
                    sum += a[i][k] * b[k][j];
                }
                product[i][j] = sum;
                if i == j {
                    trace += sum;
                }
                if sum > product[largest.0][largest.1] {
                    largest = (i, j);
                }
            }
        }
        (product, trace, largest)
    }
}

real! { text_statistics: [&text(30)]
    fn statistics(text: &str) -> (Vec<(String, usize)>, usize, f64, String) {
        let mut counts: HashMap<String, usize> = HashMap::new();
        let mut longest = String::new();
        let (mut n_letters, mut n_words) = (0, 0);
        for line in text.lines() {
            let words: Vec<String> = line.split_whitespace().map(str::to_lowercase).collect();
            n_words += words.len();
            for word in words {
                n_letters += word.chars().filter(|letter| letter.is_alphabetic()).count();
                if word.len() > longest.len() {
                    longest.clone_from(&word);
                }
                *counts.entry(word).or_insert(0) += 1;
            }
        }
        let mut counts: Vec<(String, usize)> = counts.into_iter().collect();
        counts.sort();
        (counts, n_words, n_letters as f64 / n_words as f64, longest)
    }
}

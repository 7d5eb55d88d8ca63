//! Branches and loops in each other, to a depth of three.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::{form, try_work, weigh, work};

form! { branches_within_branches, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> (Vec<u64>, [u64; 4]) {
        let mut out = Vec::new();
        let mut taken = [0; 4];
        for n in numbers {
            if n % 2 == 0 {
                let y = work(*n);
                if y % 3 == 0 {
                    taken[0] += 1;
                    if y % 5 == 0 {
                        out.push(work(y % 100));
                    } else {
                        taken[1] += y % 5;
                    }
                } else {
                    out.push(y);
                }
            } else if work(n + 1) % 4 == 0 {
                taken[2] += 1;
            } else {
                taken[3] += work(n + 2) % 7;
            }
        }
        (out, taken)
    }
}

form! { choices_within_choices, |x| f(&x.text),
    fn f(text: &str) -> (BTreeMap<String, u64>, u64) {
        let mut sums = BTreeMap::new();
        let mut odd = 0;
        for line in text.lines() {
            let weight = weigh(line);
            match line.split_once('=') {
                Some((key, value)) => match value.trim().parse::<u64>() {
                    Ok(n) if n > 500 => match sums.get_mut(key) {
                        Some(sum) => *sum += work(n),
                        None => odd += 1,
                    },
                    Ok(n) => {
                        let y = work(n);
                        sums.insert(key.to_owned(), y);
                    }
                    Err(_) => odd += weigh(value),
                },
                None => odd += weight % 10,
            }
        }
        (sums, odd)
    }
}

form! { loops_within_loops_within_loops, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> (u64, Vec<u64>) {
        let mut total = 0_u64;
        let mut out = Vec::new();
        for n in numbers.iter().take(15) {
            for i in 0..n % 3 {
                let row = work(n + i) % 100;
                for j in 0..2 {
                    total = total.wrapping_mul(3) + work(row + j) % 10;
                    if total % 7 == 0 {
                        out.push(row * 10 + j);
                    }
                }
                out.push(row);
            }
        }
        (total, out)
    }
}

form! { jumps_across_three_loops, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> (Vec<u64>, u64) {
        let mut out = Vec::new();
        let mut steps = 0;
        'numbers: for n in numbers {
            let start = work(*n) % 50;
            'rows: for i in 0..3 {
                for j in 0..3 {
                    steps += 1;
                    let y = work(start + i * 3 + j) % 40;
                    match y {
                        1 => continue 'rows,
                        2 => continue 'numbers,
                        3 => break 'rows,
                        4 if steps > 100 => break 'numbers,
                        5 => break,
                        6 => continue,
                        _ => out.push(y),
                    }
                }
                out.push(100 + i);
            }
            out.push(200);
        }
        (out, steps)
    }
}

form! { errors_from_the_third_depth, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> Result<(Vec<u64>, u64), String> {
        let mut out = Vec::new();
        let mut tried = 0;
        for n in numbers {
            let fallback = try_work(n + 60);
            if n % 3 != 0 {
                for i in 0..2 {
                    tried += 1;
                    if let Some(half) = (n + i).checked_sub(5) {
                        let y = try_work(half)?;
                        out.push(y);
                    } else {
                        out.push(i + fallback.clone()?);
                    }
                }
            }
        }
        Ok((out, tried))
    }
}

form! { returns_from_the_third_depth, |x| f(&x.words),
    fn f(words: &[String]) -> Option<(usize, char)> {
        let mut letters = 0;
        for word in words {
            let whole = weigh(word);
            if word.len() > 1 {
                for (i, letter) in word.char_indices() {
                    letters += 1;
                    match weigh(&word[i..]) % 23 {
                        4 => return Some((letters, letter)),
                        5 if letters > 40 || whole % 5 == 0 => return None,
                        _ => {}
                    }
                }
            }
        }
        Some((letters, '-'))
    }
}

form! { while_loops_within_branches_within_loops, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> (Vec<u64>, u64) {
        let mut stack: Vec<u64> = Vec::new();
        let mut sum = 0_u64;
        for n in numbers {
            let mut y = work(*n) % 1000;
            while y > 0 {
                if y % 2 == 1 {
                    stack.push(y % 10);
                    while let Some(top) = stack.pop() {
                        sum = sum.wrapping_add(work(top));
                        if top % 3 == 0 {
                            break;
                        }
                    }
                }
                y /= 4;
            }
            stack.push(sum % 10);
        }
        (stack, sum)
    }
}

form! { names_bound_anew_at_each_depth, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> (Vec<u64>, u64) {
        let mut out = Vec::new();
        let mut y = 1;
        for n in numbers {
            let out_len = work(out.len() as u64 % 4);
            if let Some(y) = n.checked_sub(10) {
                let n = work(y);
                {
                    let y = work(n % 100) + out_len;
                    let n = y ^ n;
                    out.push(n);
                    out.push(y);
                }
                out.push(n);
            } else {
                let out = work(*n);
                y += out + y % 3;
            }
        }
        (out, y)
    }
}

form! { exits_at_each_depth, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> ([u64; 4], Vec<u64>) {
        let mut at = [0; 4];
        let mut out = Vec::new();
        for n in numbers {
            at[0] += 1;
            let y = work(*n);
            if y % 4 == 0 {
                at[1] += 1;
                if y % 3 == 0 {
                    continue;
                }
                match work(y % 64) % 9 {
                    0 => {
                        at[2] += 1;
                        continue;
                    }
                    1 => break,
                    2 if at[3] > 2 => return (at, vec![y]),
                    rest => at[3] += rest,
                }
            }
            out.push(work(n + 3));
        }
        (at, out)
    }
}

form! { rows_made_within_an_iteration, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> Vec<(u64, Vec<Vec<u64>>)> {
        let mut out = Vec::new();
        for n in numbers.iter().take(12) {
            let mut rows = Vec::new();
            for i in 0..n % 4 {
                let mut row = Vec::new();
                for j in 0..=i {
                    if (i + j) % 3 != 2 {
                        row.push(work(n + i * j));
                    }
                }
                rows.push(row);
            }
            out.push((*n, rows));
        }
        out
    }
}

form! { text_written_at_each_depth, |x| f(&x.words),
    fn f(words: &[String]) -> String {
        let mut out = String::new();
        for word in words {
            let letter = work(word.len() as u64);
            if word.is_empty() {
                write!(out, "-{letter}").unwrap();
            } else {
                write!(out, "{}(", weigh(word)).unwrap();
                for letter in word.chars() {
                    match letter {
                        'a' | 'e' => write!(out, "{letter}{}", work(u64::from(letter))).unwrap(),
                        _ => out.push(letter),
                    }
                }
                writeln!(out, ")").unwrap();
            }
        }
        out
    }
}

form! { blocks_with_values_within_branches, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> (Vec<u64>, u64) {
        let mut out = Vec::new();
        let mut misses = 0;
        for n in numbers {
            let start = work(*n) % 9;
            let y = if n % 2 == 0 {
                let found = 'found: {
                    for i in 0..3 {
                        let y = work(n + i + start);
                        if y % 5 == 0 {
                            break 'found Some(y);
                        }
                    }
                    misses += 1;
                    None
                };
                match found {
                    Some(y) => y % 100,
                    None => { let y = work(misses % 10); y % 7 }
                }
            } else {
                work(*n) % 3
            };
            out.push(y);
        }
        (out, misses)
    }
}

form! { closures_within_branches_within_loops, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> (Vec<u64>, u64) {
        let mut out = Vec::new();
        let mut calls = 0;
        for n in numbers {
            let least = work(*n) % 50;
            for i in 0..2 {
                let grow = |by: u64| work(n + by) % 100 + least;
                if grow(i) % 3 == 0 {
                    let mut keep = |y: u64| {
                        calls += 1;
                        out.push(y);
                    };
                    keep(grow(1));
                    keep(i);
                } else {
                    out.extend((0..2).map(grow));
                }
            }
        }
        (out, calls)
    }
}

form! { let_else_at_each_depth, |x| f(&x.text),
    fn f(text: &str) -> (Vec<u64>, [usize; 3]) {
        let mut out = Vec::new();
        let mut skipped = [0; 3];
        for line in text.lines() {
            let weight = weigh(line);
            let Some((key, values)) = line.split_once('=') else {
                skipped[0] += weight as usize % 4;
                continue;
            };
            for part in values.split('x') {
                let Ok(n) = part.trim().parse::<u64>() else {
                    skipped[1] += 1;
                    continue;
                };
                if n % 2 == 0 {
                    let Some(y) = work(n).checked_sub(8_000_000) else {
                        skipped[2] += key.len();
                        break;
                    };
                    out.push(y);
                }
                out.push(weigh(key));
            }
        }
        (out, skipped)
    }
}

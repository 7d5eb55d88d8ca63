//! Every way to leave an iteration or the loop.

use std::error::Error;
use std::fmt;
use std::num::ParseIntError;
use std::ops::ControlFlow;

use super::{form, thread_form, try_work, weigh, work};

form! { break_decided_in_parallel, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> (Vec<u64>, u64) {
        let mut out = Vec::new();
        let mut tried = 0;
        for n in numbers {
            tried += 1;
            let y = work(*n);
            if y % 11 == 3 {
                break;
            }
            out.push(y);
        }
        (out, tried)
    }
}

form! { break_decided_in_order, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> (Vec<u64>, u64) {
        let mut out = Vec::new();
        let mut total = 0;
        for n in numbers {
            let y = work(*n) % 1000;
            total += y;
            if total > 6000 {
                break;
            }
            out.push(work(y));
        }
        (out, total)
    }
}

form! { continue_between_in_order_statements, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> (u64, u64, Vec<u64>) {
        let (mut tried, mut good) = (0, 0);
        let mut out = Vec::new();
        for n in numbers {
            tried += 1;
            if work(*n) % 3 == 0 {
                continue;
            }
            good += 1;
            if out.len() > 9 {
                continue;
            }
            out.push(work(n + 1));
        }
        (tried, good, out)
    }
}

form! { return_from_both_parts, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> (usize, u64) {
        let mut total = 0;
        for (i, n) in numbers.iter().enumerate() {
            let y = work(*n);
            if y % 19 == 0 {
                return (i, y);
            }
            total += y;
            if total > 100_000_000 {
                return (i, total);
            }
        }
        (usize::MAX, total)
    }
}

form! { labels_of_outer_loops, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> (Vec<u64>, u32) {
        let mut out = Vec::new();
        let mut rounds = 0;
        'rounds: while rounds < 4 {
            rounds += 1;
            'numbers: for n in numbers {
                let y = work(n + u64::from(rounds));
                if y % 13 == 1 {
                    continue 'rounds;
                }
                if y % 29 == 2 {
                    break 'rounds;
                }
                for d in 2..4 {
                    if y % (d * 7) == 0 {
                        continue 'numbers;
                    }
                }
                out.push(y);
            }
        }
        (out, rounds)
    }
}

form! { blocks_left_with_a_value, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> Option<(u64, u64)> {
        let mut seen = 0;
        let found = 'search: {
            for n in numbers {
                seen += 1;
                for y in [work(*n), work(n + 1)] {
                    if y % 23 == 5 {
                        break 'search Some(y);
                    }
                }
                seen += 10;
            }
            None
        };
        found.map(|y| (y, seen))
    }
}

form! { let_else_with_each_exit, |x| f(&x.text),
    fn f(text: &str) -> (Vec<u64>, u32, u32) {
        let mut out = Vec::new();
        let (mut lines, mut pairs) = (0, 0);
        for line in text.lines() {
            lines += 1;
            let Some((_, value)) = line.split_once('=') else { continue };
            pairs += 1;
            let Ok(value) = value.trim().parse::<u64>() else { break };
            out.push(work(value));
        }
        (out, lines, pairs)
    }
}

thread_form! { boxed_errors, |x| f(&x.text).map_err(|error| error.to_string()),
    fn f(text: &str) -> Result<(u64, Vec<u64>), Box<dyn Error>> {
        let mut lines = 0;
        let mut out = Vec::new();
        for line in text.lines() {
            lines += 1;
            let (key, value) = line.split_once('=').ok_or("no =")?;
            let value: u64 = value.trim().parse()?;
            if value > 900 {
                return Err(format!("{key} in line {lines} is {value}").into());
            }
            out.push(work(value) + weigh(key));
        }
        Ok((lines, out))
    }
}

form! { question_mark_on_options, |x| f(&x.words),
    fn f(words: &[String]) -> Option<Vec<char>> {
        let mut out = Vec::new();
        for word in words {
            let weight = weigh(word) as usize;
            let letter = word.chars().nth(weight % (word.len() + 1) / 2)?;
            out.push(letter);
        }
        Some(out)
    }
}

thread_form! { errors_converted_on_the_way, |x| f(&x.words, &x.numbers),
    fn f(words: &[String], numbers: &[u64]) -> Result<u64, Failure> {
        let mut total = 0;
        for (word, n) in words.iter().zip(numbers) {
            let y = try_work(*n)?;
            total += y;
            let digits = format!("{}{word}", n % 10);
            if word.len() > 3 {
                total += digits.parse::<u64>()?;
            }
        }
        Ok(total)
    }
}

#[derive(Debug)]
#[expect(dead_code, reason = "read through `Debug`")]
enum Failure {
    Work(String),
    Parse(String),
}

impl From<String> for Failure {
    fn from(text: String) -> Self {
        Self::Work(text)
    }
}

impl From<ParseIntError> for Failure {
    fn from(error: ParseIntError) -> Self {
        Self::Parse(error.to_string())
    }
}

form! { errors_that_stay_on_their_thread_once_converted, |x| f(&x.numbers).map_err(|error| error.to_string()),
    fn f(numbers: &[u64]) -> Result<Vec<u64>, Local> {
        let mut out = Vec::new();
        for n in numbers {
            out.push(try_work(*n)?);
        }
        Ok(out)
    }
}

#[derive(Debug)]
struct Local(std::rc::Rc<str>);

impl From<String> for Local {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for Local {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

form! { question_mark_in_each_part, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> Result<Vec<u64>, String> {
        let mut left = 40_u64;
        let mut out = Vec::new();
        for n in numbers {
            let y = try_work(*n)?;
            left = left.checked_sub(y % 3).ok_or_else(|| format!("nothing left at {n}"))?;
            out.push(y);
        }
        Ok(out)
    }
}

form! { control_flow_is_branched_on, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> ControlFlow<u64, u64> {
        let mut total = 0;
        for n in numbers {
            let y = stop_at(*n)?;
            total += y;
        }
        ControlFlow::Continue(total)
    }
}

fn stop_at(n: u64) -> ControlFlow<u64, u64> {
    if n == 42 { ControlFlow::Break(n) } else { ControlFlow::Continue(work(n)) }
}

form! { returned_errors_that_are_built_with_closures, |x| f(&x.numbers).map_err(|error| error.to_string()),
    fn f(numbers: &[u64]) -> Result<u64, Box<dyn Error>> {
        let mut total = 0;
        for n in numbers {
            let made = [work(*n), work(n + 1)];
            if made[0] % 17 == 0 {
                return Err(made.iter().map(|part| part.to_string()).collect::<Vec<_>>().join("+").into());
            }
            total += made[1];
        }
        Ok(total)
    }
}

form! { panics_carry_their_text, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> u64 {
        let mut total = 0;
        for n in numbers {
            let y = work(*n);
            assert!(y % 31 != 7, "{y} made of {n} is bad");
            total += y;
            assert!(total % 37 != 5);
        }
        total
    }
}

form! { what_an_exit_moves, |x| f(&x.numbers, x.text.clone(), x.words.clone()),
    fn f(numbers: &[u64], text: String, words: Vec<String>) -> Result<(Vec<u64>, String), Vec<String>> {
        let mut out = Vec::new();
        for n in numbers {
            let y = work(*n);
            if y % 23 == 0 {
                return Ok((out, text));
            }
            let z = work(y);
            if z % 29 == 0 {
                return Err(words);
            }
            out.push(z);
        }
        Ok((out, text))
    }
}

form! { moved_in_front_of_a_break, |x| f(&x.numbers, x.words.concat()),
    fn f(numbers: &[u64], name: String) -> Vec<(u64, String)> {
        let mut out = Vec::new();
        for n in numbers {
            let y = work(*n);
            if y % 13 == 1 {
                out.push((y, name));
                break;
            }
            out.push((y, n.to_string()));
        }
        out
    }
}

form! { moved_in_front_of_each_way_out, |x| f(&x.numbers, x.words.concat()),
    fn f(numbers: &[u64], name: String) -> Vec<String> {
        let mut out = Vec::new();
        'numbers: for n in numbers {
            let y = work(*n);
            if y % 13 == 1 {
                out.push(name);
                if y % 2 == 0 {
                    break 'numbers;
                }
                out.push(work(y % 100).to_string());
                return out;
            }
            out.push(y.to_string());
        }
        out
    }
}

form! { moved_into_one_of_two_vectors, |x| f(&x.numbers, x.words.concat()),
    fn f(numbers: &[u64], name: String) -> (Vec<u64>, Vec<String>) {
        let mut even = Vec::new();
        let mut odd = Vec::new();
        for n in numbers {
            let y = work(*n);
            match y % 16 {
                0 => {
                    odd.push(name);
                    odd.push(work(n + 1).to_string());
                    return (even, odd);
                }
                r if r % 2 == 0 => even.push(y),
                _ => odd.push(y.to_string()),
            }
        }
        odd.push(name);
        (even, odd)
    }
}

form! { moved_into_what_is_returned, |x| f(&x.numbers, &x.words),
    fn f(numbers: &[u64], words: &[String]) -> Result<u64, (String, u64)> {
        let name = words.concat();
        let mut total = 0;
        for n in numbers {
            let y = work(*n);
            if y % 13 == 1 {
                return Err((name, y));
            }
            total += y;
        }
        Ok(total)
    }
}

form! { moved_into_a_call_in_front_of_a_break, |x| f(&x.numbers, &x.words),
    fn f(numbers: &[u64], words: &[String]) -> Vec<u64> {
        fn weight_of(words: Vec<String>, y: u64) -> u64 {
            weigh(&words.concat()) + y
        }
        let own = words.iter().rev().cloned().collect();
        let mut out = Vec::new();
        for n in numbers {
            let Some(y) = Some(work(*n)).filter(|y| y % 13 != 1) else {
                let last = weight_of(own, *n);
                out.push(last);
                break;
            };
            out.push(y);
        }
        out
    }
}

form! { moved_in_front_of_a_panic, |x| f(&x.numbers, x.words.concat()),
    fn f(numbers: &[u64], name: String) -> Vec<String> {
        let mut out = Vec::new();
        for n in numbers {
            let y = work(*n);
            if y % 13 == 1 {
                out.push(name);
                panic!("{out:?} at {n}");
            }
            out.push(y.to_string());
        }
        out
    }
}

form! { moved_although_the_work_reads_it, |x| f(&x.numbers, x.words.concat()),
    fn f(numbers: &[u64], name: String) -> Result<Vec<u64>, (String, u64)> {
        let mut out = Vec::new();
        for n in numbers {
            let y = work(n + name.len() as u64);
            if y % 13 == 1 {
                return Err((name, y));
            }
            out.push(y);
        }
        Ok(out)
    }
}

form! { two_moved_although_the_work_reads_them, |x| f(&x.numbers, x.words.concat(), x.text.clone()),
    fn f(numbers: &[u64], name: String, text: String) -> (Vec<String>, Vec<String>) {
        let (mut even, mut odd) = (Vec::new(), Vec::new());
        'numbers: for n in numbers {
            let y = work(*n);
            let own = format!("{name} {text} {y}");
            match y % 8 {
                1 => {
                    even.push(name);
                    odd.push(text);
                    break 'numbers;
                }
                3 => continue,
                r if r % 2 == 0 => even.push(own),
                _ => {
                    for d in 0..2 {
                        if even.len() + d > 7 {
                            odd.push(name);
                            break 'numbers;
                        }
                    }
                    odd.push(own);
                }
            }
        }
        (even, odd)
    }
}

form! { moved_at_the_end_of_the_body, |x| f(&x.numbers, x.words.concat()),
    fn f(numbers: &[u64], name: String) -> Vec<(u64, String)> {
        let mut out = Vec::new();
        for n in numbers {
            let y = work(*n);
            if y % 5 != 1 {
                out.push((y, format!("{name}{n}")));
                continue;
            }
            out.push((y, name));
            break;
        }
        out
    }
}

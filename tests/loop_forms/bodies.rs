//! What stands in a body besides statements that compute and store.

use std::cell::Cell;
use std::rc::Rc;

use super::{form, thread_form, weigh, work};

form! { items_in_the_body, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> Vec<u64> {
        let mut out = Vec::new();
        for n in numbers {
            const STEP: u64 = 3;
            fn twice(n: u64) -> u64 {
                work(n) * 2
            }
            use std::cmp::max;
            struct Pair(u64, u64);
            macro_rules! plus_one {
                ($e:expr) => {
                    $e + 1
                };
            }
            let pair = Pair(twice(*n), plus_one!(work(n + STEP)));
            out.push(max(pair.0, pair.1));
        }
        out
    }
}

form! { closures_in_the_body, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> Vec<u64> {
        let mut out = Vec::new();
        for n in numbers {
            let grow = |by: u64| work(*n) + by;
            let mut made = Vec::new();
            let mut keep = |y: u64| made.push(y);
            keep(grow(1));
            keep(grow(2));
            let checked = || -> Option<u64> {
                let y = made.first()?;
                if y % 2 == 0 {
                    return None;
                }
                Some(*y)
            };
            out.extend(checked());
            out.push(made.iter().map(|y| y % 7).sum());
        }
        out
    }
}

form! { inner_loops_with_their_own_exits, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> (Vec<u64>, u64) {
        let mut out = Vec::new();
        let mut rounds = 0;
        for n in numbers {
            let mut y = work(*n) % 97;
            let mut steps = 0;
            while y != 1 {
                if y % 2 == 0 {
                    y /= 2;
                    steps += 1;
                    continue;
                }
                y = 3 * y + 1;
                if y > 500 || y == 1 {
                    break;
                }
            }
            for _ in 0..3 {
                rounds += 1;
                if rounds % 5 == 0 {
                    break;
                }
                if rounds % 3 == 0 {
                    continue;
                }
                out.push(steps);
            }
            let z = loop {
                steps += 1;
                if steps % 4 == 0 {
                    break steps;
                }
            };
            out.push(z);
        }
        (out, rounds)
    }
}

form! { inner_labelled_loops, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> Vec<u64> {
        let mut out = Vec::new();
        for n in numbers {
            let mut found = 0;
            'outer: for a in 1..10 {
                for b in 1..10 {
                    if (a * b + work(*n)) % 31 == 0 {
                        found = a * 10 + b;
                        break 'outer;
                    }
                    if b > a {
                        continue 'outer;
                    }
                }
            }
            out.push(found);
        }
        out
    }
}

form! { inner_loops_over_the_state, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> (Vec<u64>, u64) {
        let mut stack = Vec::new();
        let mut total = 0_u64;
        for n in numbers {
            for y in [work(*n), work(n + 1)] {
                stack.push(y);
            }
            while let Some(y) = stack.pop() {
                if y % 5 == 0 {
                    break;
                }
                total = total.wrapping_add(y);
            }
        }
        (stack, total)
    }
}

form! { conditions_that_stop_half_way, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> (bool, u64, Vec<u64>) {
        let mut any = false;
        let mut both = 0;
        let mut out = Vec::new();
        for n in numbers {
            let y = work(*n);
            any = any || y % 7 == 0;
            if any && work(n + 1) % 2 == 0 {
                both += 1;
            }
            if work(*n) % 2 == 0 && out.len() < 9 || both > 7 {
                out.push(work(n + 2));
            }
            both += match any {
                true => work(n + 3) % 3,
                false => 1,
            };
        }
        (any, both, out)
    }
}

form! { choices_in_the_parallel_part, |x| f(&x.text),
    fn f(text: &str) -> Vec<String> {
        let mut out = Vec::new();
        for line in text.lines() {
            let kind = match line.split_once('=') {
                Some((key, value)) if key.trim().len() == 1 => format!("short {}", weigh(value)),
                Some((_, value)) => value.trim().parse::<u64>().map_or_else(|e| e.to_string(), |n| work(n).to_string()),
                None if line.is_empty() => String::new(),
                None => line.to_owned(),
            };
            let marked = if kind.len() > 4 { kind + "!" } else { kind };
            out.push(marked);
        }
        out
    }
}

form! { format_captures, |x| f(&x.words),
    fn f(words: &[String]) -> Vec<String> {
        let mut out = Vec::new();
        let mut width = 1;
        for word in words {
            let weight = weigh(word);
            let text = format!("{word:>width$}{weight:#x}");
            width = text.len() % 9;
            out.push(format!("{text}{:.*}", 2, weight as f64 / 7.0));
        }
        out
    }
}

form! { raw_identifiers, |x| f(&x.numbers),
    fn f(r#in: &[u64]) -> Vec<u64> {
        let mut r#final = Vec::new();
        let r#type = 3;
        for r#match in r#in {
            let r#loop = work(*r#match) + r#type;
            r#final.push(r#loop);
            let text = format!("{type}{}", r#loop);
            r#final.push(text.len() as u64);
        }
        r#final
    }
}

form! { names_that_the_expansion_may_use, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> Vec<u64> {
        let (iter, item, step, part, team, options, watch) = (1, 2, 3, 4, 5, 6, 7);
        let (values, exit, rest, h0, h1, output, residual, value) = (8, 9, 10, 11, 12, 13, 14, 15);
        let mut out = Vec::new();
        for n in numbers {
            let rest1 = work(*n);
            out.push(iter + item + step + part + team + options + watch + values + exit + rest + h0 + h1);
            let rest2 = work(n + rest1 % 5);
            out.push(work(h0 + n) + h1 * (rest2 % 7) + output + residual + value);
        }
        out
    }
}

form! { values_that_are_taken_and_replaced, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> Vec<(Option<u64>, Option<u64>, Vec<u64>, u64)> {
        let mut out = Vec::new();
        for n in numbers {
            let mut slot = Some(work(*n));
            let taken = slot.take();
            let mut made = vec![*n, n + 1];
            let old = std::mem::take(&mut made);
            made.push(old.iter().sum());
            let pair = (slot, taken);
            out.push((pair.0, pair.1, old, made[0]));
        }
        out
    }
}

thread_form! { a_call_without_semicolon_at_the_end, |x| f(x.numbers.clone()),
    fn f(mut numbers: Vec<u64>) -> (Vec<u64>, Vec<u64>) {
        fn bump(n: &mut u64) {
            *n = work(*n);
        }
        for n in numbers.iter_mut() {
            bump(n)
        }
        let mut out = Vec::new();
        for n in &numbers {
            out.push(work(*n % 100))
        }
        (numbers, out)
    }
}

form! { cursors_over_an_item, |x| f(&x.words),
    fn f(words: &[String]) -> Vec<(String, u64, usize)> {
        let mut out = Vec::new();
        for word in words {
            let mut letters = word.chars();
            let head: String = letters.by_ref().take(1).collect();
            let weight = weigh(&head);
            out.push((head, weight, letters.count()));
        }
        out
    }
}

thread_form! { values_bound_to_their_thread_around_work, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> (Vec<Rc<u64>>, usize) {
        let shared = Rc::new(Cell::new(0));
        let mut made = Vec::new();
        for n in numbers {
            let y = work(*n);
            shared.set(shared.get() + y);
            made.push(Rc::new(work(y)));
        }
        (made, Rc::strong_count(&shared))
    }
}

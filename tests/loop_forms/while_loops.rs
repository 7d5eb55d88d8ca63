//! Inner `while`, `while let` and `loop` loops: what is heavy in each of their iterations runs in parallel.

use std::collections::BTreeMap;

use super::{form, try_work, weigh, work};

fn grow(text: String) -> String {
    format!("{text}{}", weigh(&text) % 10)
}

fn checked(n: u64) -> u64 {
    assert!(n > 0, "{n} is nothing");
    work(n) % 40
}

form! { inner_while_that_pushes, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> Vec<u64> {
        let mut out = Vec::new();
        for n in numbers {
            let mut k = n % 5;
            while k > 0 {
                out.push(work(k));
                k -= 1;
            }
        }
        out
    }
}

form! { inner_while_let_over_a_stack, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> (Vec<u64>, u64) {
        let mut out = Vec::new();
        let mut n_visited = 0;
        for n in numbers {
            let mut stack = vec![n % 20];
            while let Some(node) = stack.pop() {
                let weight = work(node);
                if node > 3 {
                    stack.push(node / 2);
                    stack.push(node / 3);
                }
                n_visited += 1;
                out.push(weight);
            }
        }
        (out, n_visited)
    }
}

form! { inner_loop_that_is_left_in_parallel, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> (Vec<u64>, u64) {
        let mut out = Vec::new();
        let mut tries = 0;
        for n in numbers {
            let mut guess = *n;
            loop {
                tries += 1;
                let next = work(guess);
                if next % 4 == 0 {
                    break;
                }
                out.push(next);
                guess = next;
            }
            tries += 100;
        }
        (out, tries)
    }
}

form! { continue_of_an_inner_while, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> (Vec<u64>, u64) {
        let mut out = Vec::new();
        let mut skipped = 0;
        for n in numbers {
            let mut k = n % 7;
            while k > 0 {
                k -= 1;
                let step: u64 = k;
                if step % 3 == 1 {
                    skipped += 1;
                    continue;
                }
                let y = work(n * 10 + step);
                if y % 5 == 0 {
                    continue;
                }
                out.push((y, step).0 + (y, step).1);
            }
            skipped += 1000;
        }
        (out, skipped)
    }
}

form! { outer_jumps_of_an_inner_while, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> (Vec<u64>, u64) {
        let mut out = Vec::new();
        let mut ended = 0;
        'numbers: for n in numbers {
            let mut k = 0;
            while k < n % 9 {
                k += 1;
                let y = work(n + k);
                out.push(y);
                if y % 11 == 0 {
                    continue 'numbers;
                }
                if y % 37 == 0 {
                    break 'numbers;
                }
                out.push(y + 1);
            }
            ended += 1;
        }
        (out, ended)
    }
}

form! { return_and_question_mark_of_an_inner_loop, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> Result<Vec<u64>, String> {
        let mut out = Vec::new();
        for n in numbers {
            let mut k: u64 = *n;
            loop {
                let y = try_work(k)?;
                out.push(y);
                if y % 97 == 0 {
                    return Ok(vec![k, y]);
                }
                if y % 3 == 0 {
                    break;
                }
                k += 1;
            }
        }
        Ok(out)
    }
}

form! { labelled_inner_while_in_an_inner_for, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> Vec<u64> {
        let mut out = Vec::new();
        for n in numbers {
            for m in 0..n % 3 {
                let mut k = m + n % 4;
                'steps: while k > 0 {
                    k -= 1;
                    for l in 0..2 {
                        let y = work(n + k * 3 + l);
                        if y % 6 == 0 {
                            break 'steps;
                        }
                        out.push(y);
                    }
                }
                out.push(m);
            }
        }
        out
    }
}

form! { while_in_a_branch_in_a_while, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> (Vec<u64>, BTreeMap<u64, u64>) {
        let mut out = Vec::new();
        let mut counts = BTreeMap::new();
        for n in numbers {
            let mut k = n % 4;
            while k > 0 {
                k -= 1;
                if (n + k) % 2 == 0 {
                    let mut l: u64 = k;
                    while l < 3 {
                        l += 1;
                        out.push(work(n + l));
                    }
                } else {
                    let digit = work(n + k) % 10;
                    *counts.entry(digit).or_insert(0) += 1;
                }
            }
        }
        (out, counts)
    }
}

form! { while_with_a_chain_of_conditions, |x| f(&x.words),
    fn f(words: &[String]) -> Vec<u64> {
        let mut out = Vec::new();
        for word in words {
            let mut letters = word.chars();
            let mut n = 0;
            while let Some(letter) = letters.next() && n < 3 && weigh(word) % 7 != 0 {
                n += 1;
                out.push(work(u64::from(letter)));
            }
        }
        out
    }
}

form! { condition_that_needs_the_in_order_part, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> Vec<u64> {
        let mut out: Vec<u64> = Vec::new();
        for n in numbers {
            let y = work(*n);
            let mut k = 0;
            while out.len() as u64 % 3 != n % 3 && k < 4 {
                out.push(work(y + k));
                k += 1;
            }
            out.push(y);
        }
        out
    }
}

form! { inner_while_that_is_left_in_order, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> (Vec<u64>, u64) {
        let mut out = Vec::new();
        let mut total = 0;
        for n in numbers {
            let y = work(*n);
            let mut k = 0;
            while k < 5 {
                k += 1;
                total += work(y + k);
                if total % 3 == 0 {
                    break;
                }
            }
            out.push(y);
        }
        (out, total)
    }
}

form! { step_that_the_in_order_part_reads, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> Vec<(u64, u64)> {
        let mut out = Vec::new();
        for n in numbers {
            let mut k = n % 4;
            let y = work(*n);
            while k > 0 {
                out.push((k, work(y + k)));
                k -= 1;
            }
        }
        out
    }
}

form! { value_that_is_moved_and_made_again, |x| f(&x.words),
    fn f(words: &[String]) -> Vec<u64> {
        let mut out = Vec::new();
        for word in words {
            let mut text = word.clone();
            while text.len() < 7 {
                text = grow(text);
                out.push(weigh(&text));
            }
        }
        out
    }
}

form! { value_that_is_moved_and_made_again_in_a_for, |x| f(&x.words),
    fn f(words: &[String]) -> Vec<u64> {
        let mut out = Vec::new();
        for word in words {
            let mut text = word.clone();
            for _ in 0..word.len() {
                text = grow(text);
                out.push(weigh(&text));
            }
        }
        out
    }
}

form! { panic_in_a_condition, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> Vec<u64> {
        let mut out = Vec::new();
        for n in numbers {
            let mut k = n % 6;
            while checked(k + n % 30) < 50 {
                out.push(work(k));
                if k == 0 {
                    break;
                }
                k -= 1;
            }
        }
        out
    }
}

form! { temporaries_of_a_condition_live_through_the_body, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> Vec<u64> {
        let mut out = Vec::new();
        for n in numbers {
            let cell = std::cell::RefCell::new(vec![*n, n + 1]);
            while let Some(top) = cell.borrow_mut().pop() {
                let is_held = cell.try_borrow().is_err();
                out.push(work(top) + u64::from(is_held));
            }
        }
        out
    }
}

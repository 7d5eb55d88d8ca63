//! Inner loops: what is heavy in each of their iterations runs in parallel.

use std::collections::BTreeMap;

use super::{form, try_work, weigh, work};

fn make(n: u64) -> String {
    format!("s{}", work(n) % 50)
}

fn eat(text: String) -> u64 {
    weigh(&text)
}

macro_rules! stop {
    ($c:expr) => {
        if $c {
            break;
        }
    };
}

form! { inner_loop_that_pushes, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> Vec<u64> {
        let mut out = Vec::new();
        for n in numbers {
            for k in 0..n % 4 {
                out.push(work(n * 10 + k));
            }
        }
        out
    }
}

form! { inner_loops_that_count, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> Vec<(usize, u64, u64)> {
        let mut out = Vec::new();
        for (i, n) in numbers.iter().enumerate() {
            for (j, c) in n.to_string().chars().enumerate() {
                out.push((i + j, c as u64, work(n + j as u64)));
            }
            for (j, (a, b)) in [1u64, 2].iter().zip([*n, 5]).enumerate() {
                if j == i % 2 {
                    continue;
                }
                out.push((j, *a, work(b)));
            }
        }
        out
    }
}

form! { continue_of_an_inner_loop, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> (Vec<u64>, u64) {
        let mut out = Vec::new();
        let mut c = 0;
        for n in numbers {
            for k in 0..n % 5 {
                if k % 2 == 1 {
                    c += 1;
                    continue;
                }
                let y = work(n * 10 + k);
                if y % 3 == 0 {
                    continue;
                }
                out.push(y);
            }
            c += 100;
        }
        (out, c)
    }
}

form! { break_of_an_inner_loop_in_parallel, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> (Vec<u64>, u64) {
        let mut out = Vec::new();
        let mut c = 0;
        for n in numbers {
            for k in 0..n % 7 {
                c += 1;
                let y = work(n * 10 + k);
                if y % 3 == 0 {
                    break;
                }
                out.push(y);
            }
            let z = work(n + 1000);
            out.push(z);
        }
        (out, c)
    }
}

form! { break_of_an_inner_loop_in_order, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> (Vec<u64>, u64) {
        let mut out = Vec::new();
        let mut c = 0;
        for n in numbers {
            for k in 0..n % 7 {
                c += 1;
                let y = work(n * 10 + k);
                if c % 5 == 0 {
                    break;
                }
                out.push(y);
            }
        }
        (out, c)
    }
}

form! { continue_over_an_inner_loop, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> (Vec<u64>, u64) {
        let mut out = Vec::new();
        let mut c = 0;
        'o: for n in numbers {
            for k in 0..n % 7 {
                c += 1;
                let y = work(n * 10 + k);
                if y % 4 == 0 {
                    continue 'o;
                }
                out.push(y);
            }
            let z = work(n + 1000);
            out.push(z);
        }
        (out, c)
    }
}

form! { each_exit_of_an_inner_loop, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> (Vec<u64>, u64) {
        let mut out = Vec::new();
        let mut c = 0;
        'o: for n in numbers {
            for k in 0..n % 5 {
                let y = work(n + k);
                c += 1;
                let z = work(n + k + 100);
                if z % 3 == 0 {
                    continue;
                }
                out.push(y);
                let w = work(n + k + 200);
                if w % 5 == 0 {
                    break;
                }
                out.push(w);
                let q = work(n + k + 300);
                if q % 7 == 0 {
                    continue 'o;
                }
                out.push(q);
            }
            let z = work(n + 500);
            out.push(z);
        }
        (out, c)
    }
}

form! { exits_in_branches_of_an_inner_loop, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> Vec<u64> {
        let mut out = Vec::new();
        'a: for n in numbers {
            for k in 0..4 {
                if work(n + k) % 5 == 0 {
                    out.push(1);
                    let y = work(n + 90);
                    if y % 2 == 0 {
                        break;
                    }
                    out.push(y);
                } else {
                    out.push(work(n + 50 + k));
                    let w = work(n + 30);
                    if w % 4 == 0 {
                        continue 'a;
                    }
                    out.push(w)
                }
                out.push(work(k + 300));
            }
            out.push(work(n + 7));
        }
        out
    }
}

form! { three_loops_deep_with_exits, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> (Vec<u64>, u64) {
        let mut out = Vec::new();
        let mut c = 0;
        'a: for n in numbers {
            out.push(work(n + 66));
            'b: for i in 0..3 {
                for j in 0..3 {
                    let y = work(n + i * 3 + j);
                    if y % 5 == 0 {
                        continue 'b;
                    }
                    if y % 7 == 0 {
                        break 'b;
                    }
                    if y % 31 == 0 {
                        continue 'a;
                    }
                    c += 1;
                    out.push(y);
                }
                out.push(work(n + 77));
            }
            let k = work(n + 88);
            out.push(k);
        }
        (out, c)
    }
}

form! { jumps_half_way, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> (Vec<u64>, u64) {
        let mut out = Vec::new();
        let mut c = 0;
        for n in numbers {
            'b: for i in 0..3 {
                let q = work(n + 1000 + i);
                out.push(q);
                for j in 0..3 {
                    let y = work(n + j);
                    c += 1;
                    if y % 3 == 0 {
                        continue 'b;
                    }
                    out.push(y);
                }
                out.push(work(n + 77));
            }
            let k = work(n + 88);
            out.push(k);
        }
        (out, c)
    }
}

form! { three_loops_deep, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> (Vec<u64>, u64) {
        let mut out = Vec::new();
        let mut t = 0;
        for n in numbers {
            for a in 0..n % 3 {
                if a == 1 {
                    t += 1;
                }
                for b in a..3 {
                    if (a + b) % 2 == 0 {
                        let y = work(n * 100 + a * 10 + b);
                        out.push(y);
                    } else {
                        t += work(n + 7000) % 5;
                    }
                }
            }
        }
        (out, t)
    }
}

form! { sums_that_both_parts_use, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> Vec<u64> {
        let mut out = Vec::new();
        for n in numbers {
            let mut acc = 0;
            for k in 0..n % 5 {
                acc += work(n + k) % 100;
                out.push(acc);
            }
            out.push(acc);
        }
        out
    }
}

form! { counted_in_an_inner_loop, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> (Vec<u64>, u64) {
        let mut out = Vec::new();
        let mut t = 0;
        for n in numbers {
            let mut big = 0;
            for k in 0..n % 5 {
                let y = work(n + k);
                if y % 2 == 0 {
                    big += 1;
                }
                out.push(y);
            }
            t += big;
        }
        (out, t)
    }
}

form! { separators, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> String {
        let mut text = String::new();
        for n in numbers {
            let mut first = true;
            for k in 0..n % 5 {
                if !first {
                    text.push(',');
                }
                first = false;
                text.push_str(&make(n + k));
            }
            text.push(';');
        }
        text
    }
}

form! { entries_in_an_inner_loop, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> BTreeMap<u64, Vec<u64>> {
        let mut m: BTreeMap<u64, Vec<u64>> = BTreeMap::new();
        for n in numbers {
            for k in [1, 2] {
                if k == 1 {
                    m.entry(work(*n) % 5).or_default().push(work(n + k));
                } else {
                    m.entry(0).or_default().extend([work(n + 70)]);
                }
            }
        }
        m
    }
}

form! { rows_and_columns, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> Vec<Vec<u64>> {
        let w = numbers.len().min(6);
        let mut g = vec![vec![0; w]; numbers.len()];
        for i in 0..numbers.len() {
            for j in 0..w {
                g[i][j] = work(numbers[i] + j as u64);
            }
        }
        g
    }
}

form! { pairs_in_an_inner_loop, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> Vec<u64> {
        let mut out = Vec::new();
        for n in numbers {
            let a = vec![*n, 1, 2];
            let b = vec![5, 6, work(*n)];
            for (x, y) in a.iter().zip(b) {
                out.push(work(x + y % 50));
            }
            out.extend(a);
        }
        out
    }
}

form! { closures_in_an_inner_loop, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> Vec<u64> {
        let mut out = Vec::new();
        for n in numbers {
            let g = |k: u64| work(n + k);
            for k in 0..3 {
                let h = |z| g(k) + z;
                if h(1) % 2 == 0 {
                    out.push(h(k));
                }
            }
        }
        out
    }
}

form! { moved_before_a_break, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> (Vec<u64>, u64) {
        let mut out = Vec::new();
        let mut c = 0;
        for n in numbers {
            let s = make(*n);
            for k in 0..n % 5 {
                let y = work(n + k);
                out.push(y);
                if y % 2 == 0 {
                    c += eat(s);
                    break;
                }
            }
        }
        (out, c)
    }
}

form! { moved_before_a_break_in_parallel, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> (Vec<u64>, u64) {
        let mut out = Vec::new();
        let mut c = 0;
        for n in numbers {
            let s = make(*n);
            let mut last = 0;
            for k in 0..n % 5 {
                let y = work(n + k);
                out.push(y);
                if y % 2 == 0 {
                    last = eat(s);
                    break;
                }
            }
            c += last;
        }
        (out, c)
    }
}

form! { items_of_a_value_of_the_iteration, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> (Vec<String>, u64) {
        let mut out = Vec::new();
        let mut c = 0;
        for n in numbers {
            let words: Vec<String> = (0..n % 4).map(make).collect();
            for w in &words {
                c += weigh(w);
            }
            for w in words {
                let k = weigh(&w);
                if k % 2 == 0 {
                    out.push(w);
                }
            }
        }
        (out, c)
    }
}

form! { borrowed_items_that_are_kept, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> (Vec<String>, u64) {
        let mut out = Vec::new();
        let mut c = 0;
        for n in numbers {
            let words: Vec<String> = (0..n % 4).map(make).collect();
            for w in &words {
                c += weigh(w);
                out.push(w.clone());
            }
        }
        (out, c)
    }
}

form! { items_changed_in_an_inner_loop, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> (Vec<Vec<u64>>, u64) {
        let mut out = Vec::new();
        let mut c = 0;
        for n in numbers {
            let mut own = vec![1, 2, *n];
            for k in own.iter_mut() {
                *k = work(*k);
                c += 1;
            }
            for k in &mut own {
                *k += 1;
            }
            out.push(own);
        }
        (out, c)
    }
}

form! { inner_loop_over_the_state, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> (Vec<u64>, u64) {
        let mut out = vec![1];
        let mut c = 0;
        for n in numbers {
            for k in out.clone() {
                if k % 2 == 0 {
                    c += work(n % 9) % 3;
                }
            }
            out.push(work(*n) % 5);
            if out.len() > 4 {
                out.clear();
            }
        }
        (out, c)
    }
}

form! { worklist_of_an_iteration, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> (Vec<u64>, u64) {
        let mut out = Vec::new();
        let mut c = 0;
        for n in numbers {
            let mut stack = vec![*n % 20];
            while let Some(x) = stack.pop() {
                let y = work(x);
                out.push(y);
                if x > 2 {
                    stack.push(x / 2);
                    stack.push(x / 3);
                }
                c += 1;
            }
        }
        (out, c)
    }
}

form! { errors_in_an_inner_loop, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> (Vec<u64>, Vec<String>) {
        let mut out = Vec::new();
        let mut errs = Vec::new();
        for n in numbers {
            for k in 0..n % 3 {
                match try_work(n + k) {
                    Ok(y) => out.push(work(y % 30)),
                    Err(e) => {
                        errs.push(e);
                        if k == 1 {
                            break;
                        }
                    }
                }
            }
        }
        (out, errs)
    }
}

form! { macros_with_exits_in_an_inner_loop, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> Vec<u64> {
        let mut out = Vec::new();
        for n in numbers {
            let z = work(*n);
            for k in 0..5 {
                let y = work(n + k);
                stop!(y % 3 == 0);
                out.push(y);
            }
            out.push(z);
        }
        out
    }
}

form! { words_of_lines, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> BTreeMap<String, u64> {
        let mut m = BTreeMap::new();
        let text: Vec<String> = numbers.iter().map(|n| format!("a{n} b{} c", n % 5)).collect();
        for line in &text {
            for w in line.split_whitespace() {
                let key = w.to_uppercase();
                *m.entry(key).or_insert(0) += weigh(w) % 9;
            }
        }
        m
    }
}

form! { the_first_pair_leaves_both_loops, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> (Option<(usize, usize)>, u64) {
        let mut found = None;
        let mut tried = 0;
        'numbers: for (i, a) in numbers.iter().enumerate() {
            tried += 1;
            for (j, b) in numbers[i + 1..].iter().take(3).enumerate() {
                if work(a + b) % 23 == 5 {
                    found = Some((i, j));
                    break 'numbers;
                }
            }
        }
        (found, tried)
    }
}

form! { changed_in_place_by_an_inner_loop_in_order, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> (Vec<Vec<u64>>, u64) {
        let mut out = Vec::new();
        let mut last = 3;
        for n in numbers.iter().take(12) {
            let mut rows = vec![vec![work(*n); 2]; 3];
            for row in rows.iter_mut() {
                for cell in row.iter_mut() {
                    *cell ^= last;
                    last = *cell % 17;
                }
            }
            for cell in rows[0].iter_mut().chain(&mut [work(*n)]) {
                *cell += last;
                last += 1;
            }
            if let Some(cell) = rows[1].first_mut() {
                *cell = last;
            }
            out.extend(rows);
        }
        (out, last)
    }
}

//! Statements with branches: what is heavy in the branch that is taken runs in parallel.

use std::collections::BTreeSet;

use super::{form, try_work, weigh, work};

fn even_work(n: u64) -> Option<u64> {
    (work(n) % 3 != 0).then_some(n + 1)
}

fn make(n: u64) -> String {
    format!("s{}", work(n) % 50)
}

fn eat(text: String) -> u64 {
    weigh(&text)
}

#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
enum Kind {
    A(u64),
    B { x: u64, y: String },
    C,
    D(Option<u64>),
}

fn kind(n: u64) -> Kind {
    match work(n) % 4 {
        0 => Kind::A(n),
        1 => Kind::B { x: n, y: make(n) },
        2 => Kind::C,
        _ => Kind::D(even_work(n)),
    }
}

macro_rules! val {
    ($e:expr) => {
        match even_work($e) {
            Some(x) => x,
            None => continue,
        }
    };
}

form! { each_branch_has_both_parts, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> (Vec<u64>, u64) {
        let mut out = Vec::new();
        let mut t = 0;
        for n in numbers {
            if n % 2 == 0 {
                out.push(work(*n));
            } else {
                t += work(n + 100);
            }
        }
        (out, t)
    }
}

form! { work_behind_a_branch, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> (Vec<u64>, u64) {
        let mut out = Vec::new();
        let mut t = 0;
        for n in numbers {
            if n % 2 == 0 {
                let y = work(*n);
                t += y;
            }
            let z = work(n + 500);
            out.push(z);
        }
        (out, t)
    }
}

form! { counted_and_left_out, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> (Vec<u64>, u64) {
        let mut out = Vec::new();
        let mut skipped = 0;
        for n in numbers {
            if work(*n) % 3 == 0 {
                skipped += 1;
                continue;
            }
            let y = work(n + 100);
            if y % 5 == 0 {
                skipped += 10;
                continue;
            }
            let z = work(n + 200);
            out.push(z);
        }
        (out, skipped)
    }
}

form! { left_out_or_else, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> (Vec<u64>, u64) {
        let mut out = Vec::new();
        let mut s = 0;
        for n in numbers {
            let a = work(*n);
            if a % 3 == 0 {
                s += 1;
                continue;
            } else {
                s += work(n + 50) % 7;
            }
            let y = work(n + 100);
            out.push(y + a);
        }
        (out, s)
    }
}

form! { else_left_out, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> (Vec<u64>, u64) {
        let mut out = Vec::new();
        let mut s = 0;
        for n in numbers {
            let a = work(*n);
            if a % 3 != 0 {
                s += work(n + 50) % 7;
            } else {
                s += 1000;
                continue;
            }
            let y = work(n + 100);
            out.push(y + a);
        }
        (out, s)
    }
}

form! { let_else_that_counts, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> (Vec<u64>, u64) {
        let mut out = Vec::new();
        let mut s = 0;
        for n in numbers {
            let Some(m) = even_work(*n) else {
                s += 1;
                continue;
            };
            let y = work(m + 100);
            out.push(y);
        }
        (out, s)
    }
}

form! { let_else_that_counts_and_breaks, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> (Vec<u64>, u64) {
        let mut out = Vec::new();
        let mut s = 0;
        for n in numbers {
            let Ok(m) = try_work(*n) else {
                s += n;
                break;
            };
            let y = work(n + 100);
            out.push(y + m);
        }
        (out, s)
    }
}

form! { errors_are_kept_and_left_out, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> (Vec<u64>, Vec<String>) {
        let mut out = Vec::new();
        let mut errs = Vec::new();
        for n in numbers {
            let e = *n;
            let m = 5;
            let k = match try_work(*n) {
                Ok(m) => m + 1,
                Err(e) => {
                    errs.push(format!("{e}{m}"));
                    continue;
                }
            };
            let y = work(n + 100 + e);
            out.push(y + m + k);
        }
        (out, errs)
    }
}

form! { matches_on_what_was_made, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> (Vec<u64>, Vec<String>, u64) {
        let mut out = Vec::new();
        let mut names = Vec::new();
        let mut c = 0;
        for n in numbers {
            match kind(*n) {
                Kind::A(x) if x > 5 => out.push(work(x + 100)),
                Kind::A(_) | Kind::C => c += 1,
                Kind::B { x, y } => {
                    let z = weigh(&y);
                    out.push(z + x);
                    names.push(y);
                }
                Kind::D(Some(x)) => {
                    c += work(x + 300) % 5;
                }
                Kind::D(None) => {}
            }
        }
        (out, names, c)
    }
}

form! { matches_that_move, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> (Vec<u64>, Vec<Kind>) {
        let mut out = Vec::new();
        let mut ks = Vec::new();
        for n in numbers {
            let k = kind(*n);
            match k {
                Kind::B { x, y } => {
                    out.push(eat(y) + x);
                }
                other => {
                    out.push(work(n + 600));
                    ks.push(other);
                }
            }
        }
        (out, ks)
    }
}

form! { matches_on_a_variable_that_is_kept, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> (Vec<u64>, Vec<Kind>) {
        let mut out = Vec::new();
        let mut rest = Vec::new();
        for n in numbers {
            let k = kind(*n);
            match k {
                Kind::A(x) => out.push(work(x)),
                Kind::C => {
                    out.push(work(1));
                    rest.push(k);
                }
                Kind::D(_) => rest.push(k),
                Kind::B { ref y, .. } => {
                    out.push(weigh(y));
                    rest.push(k.clone());
                }
            }
        }
        (out, rest)
    }
}

form! { moved_in_one_branch_and_kept_in_the_other, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> (Vec<u64>, Vec<String>) {
        let mut out = Vec::new();
        let mut ks = Vec::new();
        for n in numbers {
            let s = make(*n);
            if n % 3 == 0 {
                out.push(eat(s));
            } else {
                out.push(work(n + 900));
                ks.push(s);
            }
        }
        (out, ks)
    }
}

form! { branches_within_branches, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> (Vec<u64>, Vec<String>) {
        let mut out = Vec::new();
        let mut ks = Vec::new();
        for n in numbers {
            let s = make(*n);
            if n % 3 == 0 {
                out.push(eat(s));
            } else {
                if n % 2 == 0 {
                    out.push(eat(s))
                } else {
                    out.push(work(n + 900));
                    ks.push(s);
                }
            }
        }
        (out, ks)
    }
}

form! { chains_of_branches, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> (Vec<u64>, u64) {
        let mut out = Vec::new();
        let mut t = 0;
        for n in numbers {
            let y = work(*n);
            if y % 4 == 0 {
                t += work(n + 100) % 9;
            } else if let Some(m) = even_work(n + 50) {
                out.push(work(m + 300));
            } else if y % 3 == 0 {
                t += 1;
            } else {
                out.push(y);
                out.push(work(n + 400));
            }
        }
        (out, t)
    }
}

form! { chains_of_branches_with_a_condition_in_order, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> (Vec<u64>, u64) {
        let mut out = Vec::new();
        let mut c = 0;
        for n in numbers {
            if n % 2 == 0 {
                out.push(work(*n));
            } else if out.len() % 3 == 1 {
                c += 1;
                out.push(work(n + 20));
            } else if n % 3 == 0 {
                out.push(work(n + 40));
            }
        }
        (out, c)
    }
}

form! { question_marks_in_branches, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> Result<(Vec<u64>, u64), String> {
        let mut out = Vec::new();
        let mut t = 0;
        for n in numbers {
            t += 1;
            if n % 2 == 0 {
                let y = try_work(*n)?;
                out.push(y);
                let z = try_work(n + 1)?;
                out.push(z);
            }
            let w = work(n + 100);
            out.push(w);
        }
        Ok((out, t))
    }
}

form! { values_of_branches, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> (Vec<u64>, u64) {
        let mut out = Vec::new();
        let mut hits = 0;
        for n in numbers {
            let y = if n % 2 == 0 {
                hits += 1;
                work(*n)
            } else {
                work(n + 100) + 1
            };
            let z = work(n + 700);
            out.push(y);
            out.push(z);
        }
        (out, hits)
    }
}

form! { values_of_branches_or_exits, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> (Vec<u64>, u64) {
        let mut out = Vec::new();
        let mut hits = 0;
        for n in numbers {
            let y: u64 = match even_work(*n) {
                Some(m) => {
                    hits += m;
                    let q = work(m + 40);
                    q + 1
                }
                None => {
                    hits += 1000;
                    continue;
                }
            };
            let z = work(n + 90);
            out.push(y + z);
        }
        (out, hits)
    }
}

form! { blocks, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> (Vec<u64>, u64) {
        let mut out = Vec::new();
        let mut t = 0;
        for n in numbers {
            {
                let y = work(*n);
                t += y;
                let z = work(n + 50);
                out.push(z);
            }
            let y = work(n + 90);
            out.push(y);
        }
        (out, t)
    }
}

form! { shadowing_in_branches, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> (Vec<u64>, u64) {
        let mut out = Vec::new();
        let mut t = 0;
        for n in numbers {
            let y = work(*n);
            if y % 2 == 0 {
                let y = work(n + 1000);
                t += y;
                let y = t;
                out.push(y);
                let t = work(n + 2000);
                out.push(t);
            }
            out.push(y);
            let t = work(n + 3000);
            out.push(t);
        }
        (out, t)
    }
}

form! { borrowed_in_a_pattern, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> (Vec<String>, u64) {
        let mut out = Vec::new();
        let mut t = 0;
        for n in numbers {
            let s = make(*n);
            if let Some(d) = s.strip_prefix('s') {
                t += d.len() as u64;
                out.push(d.to_owned());
                let w = weigh(d);
                t += w;
            }
        }
        (out, t)
    }
}

form! { matches_on_pairs_of_borrows, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> (Vec<String>, u64) {
        let mut out = Vec::new();
        let mut t = 0;
        for n in numbers {
            let a = make(*n);
            let b = make(n + 1);
            match (&a, &b) {
                (x, y) if x == y => {
                    t += 1;
                    out.push(x.clone());
                }
                (x, _) => {
                    t += weigh(x);
                    out.push(b.clone());
                }
            }
        }
        (out, t)
    }
}

form! { views_in_branches, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> (Vec<String>, u64) {
        let mut out = Vec::new();
        let mut t = 0;
        for n in numbers {
            let s = make(*n) + " ";
            if n % 2 == 0 {
                let d = s.trim();
                t += weigh(d);
                out.push(d.to_owned());
            } else {
                let d = s.trim_end();
                out.push(format!("{d}{t}"));
                t += weigh(d)
            }
        }
        (out, t)
    }
}

form! { format_captures_in_branches, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> Vec<String> {
        let mut out = Vec::new();
        for n in numbers {
            let y = work(*n);
            if y % 2 == 0 {
                let z = work(n + 10);
                out.push(format!("{y}-{z}-{}", work(n + 30)));
            } else {
                let len = out.len();
                out.push(format!("{len}:{y:>8}"));
            }
        }
        out
    }
}

form! { exits_in_branches_behind_in_order_statements, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> (Vec<u64>, u64) {
        let mut out = Vec::new();
        let mut c = 0;
        for n in numbers {
            if n % 2 == 0 {
                c += 1;
                let y = work(*n);
                if y % 3 == 0 {
                    continue;
                }
                out.push(y);
            }
            let z = work(n + 500);
            out.push(z);
        }
        (out, c)
    }
}

form! { breaks_in_branches_behind_in_order_statements, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> (Vec<u64>, u64) {
        let mut out = Vec::new();
        let mut c = 0;
        for n in numbers {
            if n % 2 == 0 {
                c += 1;
                let y = work(*n);
                if y % 9 == 0 {
                    break;
                }
                out.push(y);
            }
            let z = work(n + 500);
            out.push(z);
        }
        (out, c)
    }
}

form! { one_exit_after_another, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> (Vec<u64>, u64, u64) {
        let mut out = Vec::new();
        let (mut a, mut b) = (0, 0);
        for n in numbers {
            if n % 7 == 0 {
                a += 1;
                continue;
            }
            let Some(m) = even_work(*n) else {
                b += 1;
                continue;
            };
            let k = match try_work(m) {
                Ok(k) if k % 2 == 0 => k,
                Ok(_) => {
                    a += 100;
                    continue;
                }
                Err(e) => {
                    b += e.len() as u64;
                    continue;
                }
            };
            if k % 5 == 0 {
                out.push(work(n + 400));
                continue;
            }
            for j in 0..3 {
                if j == 1 {
                    a += 1;
                    continue;
                }
                out.push(work(n + j + 40));
            }
            out.push(work(n + 90));
        }
        (out, a, b)
    }
}

form! { kept_or_weighed, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> (Vec<String>, BTreeSet<u64>) {
        let mut bad = Vec::new();
        let mut set = BTreeSet::new();
        for n in numbers {
            let name = make(*n);
            if name.len() < 3 {
                bad.push(name);
                continue;
            }
            let w = weigh(&name);
            if w % 3 == 0 {
                bad.push(name + "!");
            } else {
                set.insert(w);
            }
        }
        (bad, set)
    }
}

form! { changed_in_branches, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> (Vec<Vec<u64>>, u64) {
        let mut out = Vec::new();
        let mut c = 0;
        for n in numbers {
            let mut own = vec![*n];
            if n % 2 == 0 {
                own.push(work(*n));
                c += 1;
                own.push(work(n + 1));
            } else {
                own.clear();
                c += own.len() as u64;
                own.push(7);
            }
            out.push(own);
        }
        (out, c)
    }
}

form! { one_branch_after_another, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> Vec<String> {
        let mut out = Vec::new();
        for n in numbers {
            let s = make(*n);
            if s.len() > 2 {
                out.push(s.clone() + &make(n + 1));
            }
            if s.ends_with('1') {
                out.push(make(n + 2));
            } else {
                out.push(format!("{s}"));
            }
            match s.len() {
                2 => out.push(make(n + 9)),
                3 => out.push(s),
                _ => {}
            }
        }
        out
    }
}

form! { alternatives_in_patterns, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> (Vec<u64>, u64) {
        let mut out = Vec::new();
        let mut c = 0;
        for n in numbers {
            match (kind(*n), n % 2) {
                (Kind::A(x) | Kind::D(Some(x)), 0 | 1) if x != 3 => {
                    c += x;
                    out.push(work(x));
                }
                (Kind::B { x, .. }, y @ 0..=1) => {
                    out.push(work(x + y));
                    c += y;
                }
                (_, z) => c += work(z + 999) % 3,
            }
        }
        (out, c)
    }
}

form! { chains_of_conditions, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> (Vec<u64>, u64) {
        let mut out = Vec::new();
        let mut c = 0;
        for n in numbers {
            if let Some(m) = even_work(*n)
                && m % 2 == 0
                && let Ok(k) = try_work(m)
            {
                out.push(work(k % 90));
                c += m;
            } else {
                c += work(n + 123) % 3;
            }
        }
        (out, c)
    }
}

form! { arms_without_blocks, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> (Vec<u64>, u64) {
        let mut out = Vec::new();
        let mut c = 0u64;
        for n in numbers {
            match n % 4 {
                0 => out.push(work(*n)),
                1 => c += work(n + 10),
                2 => continue,
                _ => return (out, c),
            }
            out.push(work(n + 33));
        }
        (out, c)
    }
}

form! { returns_in_branches, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> Result<Vec<u64>, u64> {
        let mut out = Vec::new();
        for n in numbers {
            if n % 2 == 0 {
                let y = work(*n);
                if y % 19 == 0 {
                    return Err(y);
                }
                out.push(y);
                let z = work(n + 30);
                if z % 23 == 0 {
                    return Err(z);
                }
            } else if out.len() > 25 {
                return Ok(out);
            }
            let q = work(n + 70);
            out.push(q);
        }
        Ok(out)
    }
}

form! { macros_with_exits_in_branches, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> Vec<u64> {
        let mut out = Vec::new();
        for n in numbers {
            out.push(work(n + 100));
            if n % 2 == 0 {
                let y = val!(*n);
                out.push(y);
            }
            for k in 0..3 {
                let y = val!(k + n);
                out.push(y);
            }
        }
        out
    }
}

form! { guards_that_end_with_their_statement, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> (Vec<u64>, u64) {
        use std::cell::RefCell;
        let mut out = Vec::new();
        let mut s = 0;
        for n in numbers {
            let c = RefCell::new(vec![*n, n + 1]);
            let x = match c.borrow_mut().pop() {
                Some(x) if x % 3 != 0 => x,
                _ => {
                    s += 1;
                    continue;
                }
            };
            let z = work(x);
            let l = c.borrow_mut().len() as u64;
            out.push(z + l);
        }
        (out, s)
    }
}

form! { let_else_that_moves, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> (Vec<Option<String>>, Vec<u64>) {
        let mut names = Vec::new();
        let mut out = Vec::new();
        for n in numbers {
            let a = if n % 3 == 0 { None } else { Some(make(*n)) };
            let tag = make(n + 9);
            let Some(x) = a else {
                names.push(Some(tag));
                continue;
            };
            out.push(eat(tag));
            out.push(weigh(&x));
            names.push(Some(x));
        }
        (names, out)
    }
}

form! { moved_at_two_levels, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> (Vec<String>, Vec<u64>) {
        let mut names = Vec::new();
        let mut out = Vec::new();
        for n in numbers {
            let a = make(*n);
            let b = make(n + 1);
            if n % 2 == 0 {
                if n % 3 == 0 {
                    out.push(eat(a));
                    names.push(b);
                } else {
                    names.push(a);
                    out.push(eat(b));
                }
            } else {
                match n % 5 {
                    0 => {
                        names.push(a);
                        names.push(b);
                        out.push(work(3));
                    }
                    1 => out.push(eat(a + &b)),
                    _ => names.push(format!("{a}{b}")),
                }
            }
        }
        (names, out)
    }
}

form! { read_in_one_branch_and_changed_in_the_other, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> (Vec<Vec<u64>>, u64) {
        let mut out = Vec::new();
        let mut s = 0;
        for n in numbers {
            let mut own = vec![*n];
            if n % 2 == 0 {
                s += own.len() as u64;
                out.push(vec![work(n + 4)]);
            } else {
                own.push(work(*n));
                s += 1;
            }
            own.sort();
            out.push(own);
        }
        (out, s)
    }
}

form! { mutable_bindings_of_patterns, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> (Vec<u64>, u64) {
        let mut out = Vec::new();
        let mut s = 0;
        for n in numbers {
            if let Some(mut k) = even_work(*n) {
                k += 1;
                s += k;
                k += 1;
                out.push(work(k));
            }
            match kind(*n) {
                Kind::A(mut x) => {
                    x += 1;
                    out.push(work(x));
                    x += s;
                    out.push(x);
                }
                _ => s += work(n + 4) % 3,
            }
        }
        (out, s)
    }
}

form! { patterns_of_slices, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> (Vec<u64>, u64) {
        let mut out = Vec::new();
        let mut s = 0;
        for w in numbers.windows(3) {
            match w {
                [a, b, c] if a < b => {
                    s += c;
                    out.push(work(a + b));
                }
                [a, rest @ ..] => {
                    for r in rest {
                        out.push(work(a + r));
                    }
                    s += 1;
                }
                [] => {}
            }
        }
        (out, s)
    }
}

form! { reference_that_a_function_gives, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> (String, usize) {
        fn first(line: &str) -> Option<&str> {
            line.split('1').next()
        }
        let mut out = String::new();
        let mut total = 0;
        for n in numbers {
            let line = format!("{}", work(*n));
            if let Some(word) = first(&line) {
                total += word.len();
                out.push_str(word);
            }
            let rest: &str = first(&line).unwrap_or("");
            out.push_str(rest);
            println!("{rest}");
        }
        (out, total)
    }
}

form! { extremes_of_an_iterator, |x| f(&x.numbers),
    fn f(numbers: &[u64]) -> (Vec<u64>, Option<u64>, u64) {
        let mut out = Vec::new();
        let mut best = None;
        let mut low = u64::MAX;
        for n in numbers {
            let parts = vec![work(*n), work(n + 1)];
            best = best.max(parts.iter().copied().max());
            out.push(*parts.iter().max().unwrap());
            out.push((0..n % 5).map(work).min().unwrap_or(7));
            low = low.min(*parts.iter().min_by_key(|part| *part % 100).unwrap());
        }
        (out, best, low)
    }
}

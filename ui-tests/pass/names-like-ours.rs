//! Variables, types and labels of the user's that are called like generated ones, and raw identifiers.

#![allow(non_snake_case, non_upper_case_globals, non_camel_case_types, unused_labels, reason = "that is the point")]

use concurrent_futures::concurrent;

fn work(n: u64) -> u64 {
    n * n
}

struct SITE;
struct Flow;

#[concurrent(workers = 3)]
fn all(__iter: &[u64], __team: u64, __part: u64, __options: u64) -> Vec<u64> {
    let mut __step = Vec::new();
    let __h0 = 1;
    let __watch = 2;
    let _ = (SITE, Flow);
    for __item in __iter {
        let __values = work(*__item) + __team + __part + __options + __h0 + __watch;
        let __exit = work(__values);
        if __exit == 0 {
            break;
        }
        __step.push(__values + work(__exit - __exit));
        let __rest1 = work(__values);
        __step.push(__rest1 - __rest1 + work(__h0));
    }
    __step
}

#[concurrent(workers = 3, shared(r#type))]
fn r#match(r#in: &[u64]) -> Vec<u64> {
    let mut r#type = vec![1];
    r#type.push(2);
    let mut r#fn = Vec::new();
    for r#ref in r#in {
        let r#loop = work(*r#ref + r#type.iter().sum::<u64>());
        let r#move = format!("{}", r#loop);
        r#fn.push(r#move.len() as u64);
    }
    r#fn
}

struct Fields {
    r#type: u64,
    r#dyn: Vec<u64>,
}

impl Fields {
    #[concurrent(workers = 3)]
    fn fill(&mut self, n: u64) {
        for r#i in 0..n {
            let r#as = work(r#i + self.r#type);
            self.r#dyn.push(r#as);
        }
    }
}

#[concurrent(task)]
fn r#try(r#let: &str, __argument0: u64, Arguments: u64) -> u64 {
    r#let.len() as u64 + __argument0 + Arguments
}

fn main() {
    assert_eq!(all(&[1, 2], 1, 1, 1).len(), 4);
    assert_eq!(r#match(&[7]), [3]);
    let mut fields = Fields { r#type: 1, r#dyn: Vec::new() };
    fields.fill(3);
    assert_eq!(fields.r#dyn, [1, 4, 9]);
    assert_eq!(r#try::submit("a".into(), 1, 2).result().unwrap(), 4);
    assert_eq!(r#try::map([("a".into(), 1, 2)]).count(), 1);
}

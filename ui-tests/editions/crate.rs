//! A crate of an older edition: the attribute writes code that every edition understands.

use concurrent_futures::concurrent;

fn work(n: u64) -> u64 {
    n * n
}

// `gen` is no keyword yet.
#[concurrent(workers = 3)]
pub fn squares(gen: &[u64]) -> Result<Vec<u64>, std::num::ParseIntError> {
    let mut out = Vec::new();
    for n in gen {
        let square = work(*n);
        let text = format!("{}", square);
        let parsed: u64 = text.parse()?;
        if parsed > 20 {
            break;
        }
        out.push(parsed);
    }
    Ok(out)
}

pub struct Pair {
    pub out: Vec<u64>,
    pub scale: u64,
}

// Before edition 2021, a closure captures the whole variable of a field that it uses.
#[concurrent(workers = 3)]
pub fn fill(pair: &mut Pair) {
    for i in 0..3 {
        let square = work(i) * pair.scale;
        pair.out.push(square);
    }
}

// And a nested closure the whole of what the closure around it takes apart.
#[concurrent(workers = 3, chunksize = 2, reduce(+: sum, max: best))]
pub fn reduced(n: u64, seen: &mut Vec<u64>) -> (u64, u64) {
    let (mut sum, mut best) = (0, 0);
    for i in 0..n {
        sum += work(i);
        seen.push(i);
        if work(i) > 80 {
            break;
        }
        best = best.max(work(i));
    }
    (sum, best)
}

#[concurrent(task)]
pub fn length(text: &str) -> usize {
    text.len()
}

#[test]
fn loops_and_tasks_work() {
    assert_eq!(squares(&[1, 2, 3, 4, 5]), Ok(vec![1, 4, 9, 16]));
    let mut pair = Pair { out: Vec::new(), scale: 2 };
    fill(&mut pair);
    assert_eq!(pair.out, [0, 2, 8]);
    let mut seen = Vec::new();
    assert_eq!((reduced(20, &mut seen), seen.len()), ((285, 64), 10));
    assert_eq!(length::submit("abc".into()).result().unwrap(), 3);
    assert_eq!(length::map(std::iter::once("abc".into())).count(), 1);
}

//! Two variables of one name, a macro's and its caller's, are taken for one: refused, never wrong.

use concurrent_futures::concurrent;

fn work(n: u64) -> u64 {
    n * n
}

macro_rules! squares {
    ($name:ident, $out:ident) => {
        #[concurrent(workers = 3)]
        fn $name(n: u64) -> Vec<u64> {
            let mut $out = Vec::new();
            for i in 0..n {
                let out = work(i);
                $out.push(out);
            }
            $out
        }
    };
}

squares!(squares, out);

fn main() {
    squares(3);
}

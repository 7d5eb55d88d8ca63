//! Functions that a `macro_rules!` writes, with annotated loops inside.

use concurrent_futures::concurrent;

fn work(n: u64) -> u64 {
    n * n
}

macro_rules! function {
    ($name:ident, $item:ident, $work:expr) => {
        #[concurrent(workers = 3)]
        fn $name(n: u64) -> Vec<u64> {
            let mut out = Vec::new();
            for $item in 0..n {
                let value = $work;
                out.push(value);
            }
            out
        }
    };
}

function!(squares, i, work(i));
function!(cubes, i, work(i) * i);

macro_rules! twice {
    ($name:ident, $out:ident, $body:block) => {
        #[concurrent(workers = 3)]
        fn $name(n: u64) -> Vec<u64> {
            let mut $out = Vec::new();
            #[concurrent]
            for i in 0..n {
                let square = work(i);
                $out.push(square);
                if square > 50 $body
            }
            $out
        }
    };
}

twice!(until, out, {
    out.push(0);
    break;
});

macro_rules! options {
    ($($options:tt)*) => {
        #[concurrent($($options)*)]
        fn with_options(n: u64) -> u64 {
            let mut sum = 0;
            for i in 0..n {
                sum += work(i);
            }
            sum
        }
    };
}

options!(workers = 1 + 1, chunksize = 2);

macro_rules! tasks {
    ($($name:ident: $input:ty => $output:ty = |$n:ident| $body:expr;)*) => {$(
        #[concurrent(task, workers = 2)]
        fn $name($n: $input) -> $output {
            $body
        }
    )*};
}

tasks! {
    square: u64 => u64 = |n| work(n);
    length: String => usize = |text| text.len();
}

macro_rules! method {
    ($name:ident, $self:ident, $field:ident) => {
        #[concurrent(workers = 3)]
        fn $name(&mut $self, n: u64) {
            for i in 0..n {
                let value = work(i);
                $self.$field.push(value);
            }
        }
    };
}

struct Numbers {
    all: Vec<u64>,
}

impl Numbers {
    method!(fill, self, all);
}

fn main() {
    assert_eq!(squares(4), [0, 1, 4, 9]);
    assert_eq!(cubes(3), [0, 1, 8]);
    assert_eq!(until(100).last(), Some(&0));
    assert_eq!(with_options(3), 5);
    assert_eq!(square::submit(3).result().unwrap(), 9);
    assert_eq!(length::submit("abc".into()).result().unwrap(), 3);
    let mut numbers = Numbers { all: Vec::new() };
    numbers.fill(3);
    assert_eq!(numbers.all, [0, 1, 4]);
}

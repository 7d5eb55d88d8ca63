//! Nothing shows that a method changes what a function gave: refused, never wrong.

use concurrent_futures::concurrent;

fn work(n: u64) -> u64 {
    n * n
}

struct Histogram(Vec<u64>);

impl Histogram {
    fn record(&mut self, n: u64) {
        self.0.push(n);
    }
}

struct Statistics {
    histogram: Histogram,
}

impl Statistics {
    fn histogram(&mut self) -> &mut Histogram {
        &mut self.histogram
    }

    #[concurrent]
    fn all(&mut self, n: u64) {
        let histogram = self.histogram();
        for i in 0..n {
            let square = work(i);
            histogram.record(square);
        }
    }
}

fn main() {
    Statistics { histogram: Histogram(Vec::new()) }.all(3);
}

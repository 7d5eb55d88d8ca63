//! What methods are called on cannot be borrowed for the whole loop while the loop changes a part of it.

use concurrent_futures::concurrent;

struct Checker {
    limit: usize,
    errors: Vec<usize>,
    n_seen: usize,
}

impl Checker {
    fn classify(&self, word: &str) -> usize {
        word.len().min(self.limit)
    }

    #[concurrent]
    fn check(&mut self, words: &[String]) {
        for word in words {
            self.errors.push(self.classify(word));
        }
    }

    #[concurrent]
    fn count(&mut self, words: &[String]) {
        for word in words {
            let class = self.classify(word);
            self.n_seen += 1;
            self.errors.push(class);
        }
    }
}

#[concurrent]
fn first_long(checker: &mut Checker, words: &[String]) -> Option<usize> {
    for word in words {
        let class = checker.classify(word);
        if class > 100 {
            return Some(class);
        }
        checker.errors.push(class);
    }
    None
}

fn main() {
    let mut checker = Checker { limit: 3, errors: vec![], n_seen: 0 };
    checker.check(&[]);
    checker.count(&[]);
    first_long(&mut checker, &[]);
}

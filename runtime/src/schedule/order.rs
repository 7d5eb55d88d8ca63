//! Finished chunks on their way back: by position, or as they come.

use std::collections::VecDeque;

/// Results of chunks that were started with [`start`](Self::start), given back in the order in which
/// they were started (or, if unordered, in which they finished).
#[derive(Debug)]
pub(crate) struct Order<R> {
    unordered: bool,
    /// Ordered: a slot for each started chunk from `first` on, empty while it runs.
    /// Unordered: finished results only.
    slots: VecDeque<Option<R>>,
    /// The number of the chunk whose slot is `slots[0]`.
    first: usize,
    started: usize,
    running: usize,
}

impl<R> Order<R> {
    pub(crate) fn new(unordered: bool) -> Self {
        Self { unordered, slots: VecDeque::new(), first: 0, started: 0, running: 0 }
    }

    /// Registers one more running chunk and returns its number.
    pub(crate) fn start(&mut self) -> usize {
        let number = self.started;
        self.started += 1;
        self.running += 1;
        if !self.unordered {
            self.slots.push_back(None);
        }
        number
    }

    /// Stores the result of chunk `number`, which was running.
    pub(crate) fn finish(&mut self, number: usize, result: R) {
        self.running -= 1;
        if self.unordered {
            self.slots.push_back(Some(result));
        } else {
            self.slots[number - self.first] = Some(result);
        }
    }

    /// The result that is due, if it is there.
    pub(crate) fn take(&mut self) -> Option<R> {
        let result = self.slots.front_mut()?.take()?;
        self.slots.pop_front();
        self.first += 1;
        Some(result)
    }

    /// Gives all results that are due by now.
    pub(crate) fn take_all(&mut self) -> impl Iterator<Item = R> {
        std::iter::from_fn(|| self.take())
    }

    /// Whether [`take`](Self::take) would give a result.
    pub(crate) fn is_due(&self) -> bool {
        self.slots.front().is_some_and(Option::is_some)
    }

    /// The number of the chunk that is due.
    pub(crate) fn due(&self) -> usize {
        self.first
    }

    /// Chunks which were started and not yet taken.
    pub(crate) fn outstanding(&self) -> usize {
        if self.unordered { self.slots.len() + self.running } else { self.slots.len() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_back_in_the_order_of_their_start() {
        let mut order = Order::new(false);
        let numbers = [order.start(), order.start(), order.start()];
        order.finish(numbers[2], "c");
        order.finish(numbers[0], "a");
        assert_eq!(order.take(), Some("a"));
        assert_eq!(order.take(), None);
        order.finish(numbers[1], "b");
        assert_eq!([order.take(), order.take(), order.take()], [Some("b"), Some("c"), None]);
    }

    #[test]
    fn unordered_results_come_back_as_they_finish() {
        let mut order = Order::new(true);
        let numbers = [order.start(), order.start()];
        order.finish(numbers[1], "b");
        assert_eq!(order.outstanding(), 2);
        order.finish(numbers[0], "a");
        assert_eq!([order.take(), order.take(), order.take()], [Some("b"), Some("a"), None]);
        assert_eq!(order.outstanding(), 0);
    }
}

//! The order in which chunks start under `CONCURRENT_SCHEDULE`: what may start is held back first, and then the chunk is
//! picked that a program which depends on the usual order expects least. For tests.

use crate::config::Schedule;
use crate::random::Random;

/// Chunks that may start and have not.
#[derive(Debug)]
pub(crate) struct Held<C> {
    schedule: Option<Schedule>,
    chunks: Vec<(usize, C)>,
    random: Random,
}

impl<C> Held<C> {
    pub(crate) fn new(schedule: Option<Schedule>) -> Self {
        let seed = if let Some(Schedule::Random(seed)) = schedule { seed } else { 0 };
        Self { schedule, chunks: Vec::new(), random: Random::from_seed(seed) }
    }

    pub(crate) fn hold(&mut self, number: usize, chunk: C) {
        self.chunks.push((number, chunk));
    }

    pub(crate) fn len(&self) -> usize {
        self.chunks.len()
    }

    pub(crate) fn holds(&self, number: usize) -> bool {
        self.chunks.iter().any(|(held, _)| *held == number)
    }

    /// How many of them have a number of at least `number`.
    pub(crate) fn count_from(&self, number: usize) -> usize {
        self.chunks.iter().filter(|(held, _)| *held >= number).count()
    }

    /// Takes the chunk that starts now, of those with a number below `end`.
    pub(crate) fn pick(&mut self, end: usize) -> Option<(usize, C)> {
        // They were held in the order of their numbers, and the order of the rest stays.
        let eligible = self.chunks.iter().take_while(|(number, _)| *number < end).count();
        let last = eligible.checked_sub(1)?;
        let at = match self.schedule {
            Some(Schedule::Reverse) => last,
            Some(Schedule::Random(_)) => (self.random.draw() % eligible as u64) as usize,
            Some(Schedule::One) | None => 0,
        };
        Some(self.chunks.remove(at))
    }

    /// Takes all, for somebody to drop.
    pub(crate) fn clear(&mut self) -> Vec<(usize, C)> {
        std::mem::take(&mut self.chunks)
    }
}

impl Schedule {
    /// How many items a chunk has where the user did not say: none of it depends on time.
    pub(crate) fn chunk_size(self) -> usize {
        match self {
            Self::Reverse | Self::One => 1,
            Self::Random(seed) => 1 + (seed % 3) as usize,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picked(schedule: Schedule, end: usize) -> Vec<usize> {
        let mut held = Held::new(Some(schedule));
        (0..8).for_each(|number| held.hold(number, ()));
        std::iter::from_fn(|| held.pick(end).map(|(number, ())| number)).collect()
    }

    #[test]
    fn the_last_comes_first() {
        assert_eq!(picked(Schedule::Reverse, 8), [7, 6, 5, 4, 3, 2, 1, 0]);
        assert_eq!(picked(Schedule::Reverse, 3), [2, 1, 0]);
    }

    #[test]
    fn a_seed_is_an_order() {
        let orders: Vec<_> = (0..20).map(|seed| picked(Schedule::Random(seed), 8)).collect();
        assert_eq!(orders[3], picked(Schedule::Random(3), 8));
        assert!(orders.iter().any(|order| *order != orders[0]));
        for mut order in orders {
            order.sort_unstable();
            assert_eq!(order, [0, 1, 2, 3, 4, 5, 6, 7]);
        }
    }
}

//! The order in which examples are visited: which examples each step sees.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::definition::Sampling;
use crate::random::{Key, Stream};

/// How a run walks through its training examples.
#[derive(Debug, Clone)]
pub struct Batches {
    examples: u64,
    batch: u64,
    sampling: Sampling,
    /// What is left of an epoch, too little for a batch, goes into the next epoch's first batch instead of being a batch of its own.
    carries_over: bool,
}

impl Batches {
    /// A walk through `examples` examples, `batch` of them per step (`1 ≤ batch ≤ examples`).
    pub fn new(examples: usize, batch: usize, sampling: Sampling) -> Batches {
        Batches { examples: examples as u64, batch: batch as u64, sampling, carries_over: false }
    }

    /// The same walk, except that the examples left over at the end of an epoch join the next epoch's first batch, as on the
    /// Playground's page. An epoch then has ⌊examples / batch⌋ steps: none if the batch is larger than the training set.
    #[must_use]
    pub fn carrying_over(self) -> Batches {
        Batches { carries_over: self.sampling != Sampling::Uniform, ..self }
    }

    /// Whether every step sees all examples, in file order.
    pub fn is_full_batch(&self) -> bool {
        self.batch == self.examples && self.sampling != Sampling::Uniform
    }

    /// Steps per epoch where every epoch has the same number.
    fn steps_per_epoch(&self) -> u64 {
        if self.carries_over { self.examples / self.batch } else { self.examples.div_ceil(self.batch) }
    }

    /// The step with which `epoch` epochs are complete.
    pub fn step_of_epoch(&self, epoch: u64) -> u64 {
        match self.sampling {
            Sampling::Uniform => epoch.saturating_mul(self.examples).div_ceil(self.batch),
            Sampling::Shuffle | Sampling::Sequential => epoch.saturating_mul(self.steps_per_epoch()),
        }
    }

    /// The step that completes the epoch in which step `step` (counted from 0) lies.
    pub fn end_of_epoch(&self, step: u64) -> u64 {
        let epoch = self.examples_at(step) / self.examples;
        self.step_of_epoch(epoch + 1)
    }

    /// How many examples have been seen after `step` steps; a short last batch counts its own size, and after an epoch's last
    /// step all its examples have been seen, those that are carried over included.
    pub fn examples_at(&self, step: u64) -> u64 {
        match (self.sampling, self.steps_per_epoch()) {
            (Sampling::Uniform, _) => step * self.batch,
            (Sampling::Shuffle | Sampling::Sequential, 0) => 0,
            (Sampling::Shuffle | Sampling::Sequential, per_epoch) => {
                step / per_epoch * self.examples + step % per_epoch * self.batch
            }
        }
    }

    /// After how many epochs step `step` ends.
    pub fn epochs_at(&self, step: u64) -> f64 {
        self.examples_at(step) as f64 / self.examples as f64
    }
}

/// Permutations that several groups of runs walk through: each is drawn once, and kept until the last group that was announced
/// has taken its share, so memory is bounded by what is in flight.
#[derive(Debug, Default)]
pub struct SharedOrders {
    walks: Mutex<HashMap<WalkKey, Shared>>,
}

/// The seed of the order, and the number of examples.
type WalkKey = (Option<u64>, u64);

/// A walk and how many groups are still to come for it.
#[derive(Debug, Default)]
struct Shared {
    walk: Option<Arc<Walk>>,
    to_come: usize,
}

/// The permutations of the first epochs of one walk.
type Walk = Mutex<Vec<Option<Arc<[u32]>>>>;

/// Room for so many positions per walk (1 MB); later epochs are drawn by each group for itself.
const POSITIONS_PER_WALK: u64 = 1 << 18;

impl SharedOrders {
    /// Announces a group that will walk this order.
    pub fn announce(&self, batches: &Batches, seed: Option<u64>) {
        if batches.sampling == Sampling::Shuffle {
            self.lock().entry((seed, batches.examples)).or_default().to_come += 1;
        }
    }

    /// The walk, if there is or was anybody to share it with.
    fn walk(&self, batches: &Batches, seed: Option<u64>) -> Option<Arc<Walk>> {
        let mut walks = self.lock();
        let Entry::Occupied(mut entry) = walks.entry((seed, batches.examples)) else { return None };
        let shared = entry.get_mut();
        shared.to_come -= 1;
        if shared.to_come == 0 {
            return entry.remove().walk;
        }
        Some(Arc::clone(shared.walk.get_or_insert_default()))
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<WalkKey, Shared>> {
        self.walks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Hands out the examples of one step after the other.
#[derive(Debug, Clone)]
pub struct BatchWalk {
    batches: Batches,
    key: Key,
    walk: Option<Arc<Walk>>,
    /// The current epoch's order; for uniform sampling the current batch.
    indices: Arc<[u32]>,
    /// Position in `indices` of the next batch.
    position: usize,
    epoch: u64,
    uniform: Option<Stream>,
}

impl BatchWalk {
    /// The order that the stream `order` gives for this seed (`None` where all runs share it).
    pub fn new(batches: &Batches, seed: Option<u64>) -> BatchWalk {
        let key = match seed {
            Some(seed) => Key::new("order").number("seed", seed),
            None => Key::new("order"),
        };
        let uniform = (batches.sampling == Sampling::Uniform).then(|| key.clone().text("sampling", "uniform").stream());
        let indices: Arc<[u32]> = match batches.sampling {
            Sampling::Uniform => vec![0; batches.batch as usize].into(),
            Sampling::Sequential => (0..batches.examples as u32).collect(),
            Sampling::Shuffle => Arc::default(),
        };
        BatchWalk { batches: batches.clone(), key, walk: None, position: indices.len(), indices, epoch: 0, uniform }
    }

    /// The same order, its permutations shared with whoever else was announced for it.
    pub fn shared(batches: &Batches, seed: Option<u64>, orders: &SharedOrders) -> BatchWalk {
        BatchWalk { walk: orders.walk(batches, seed), ..BatchWalk::new(batches, seed) }
    }

    /// The positions of the next step's examples, in batch order.
    pub fn next_batch(&mut self) -> &[u32] {
        if let Some(stream) = &mut self.uniform {
            let count = self.batches.examples as u32;
            Arc::make_mut(&mut self.indices).fill_with(|| stream.below(count));
            return &self.indices;
        }
        let Batches { batch, carries_over, sampling, .. } = self.batches;
        let left = &self.indices[self.position..];
        if left.is_empty() || (carries_over && left.len() < batch as usize) {
            if sampling == Sampling::Shuffle || !left.is_empty() {
                let epoch = self.order_of_epoch();
                self.indices = if left.is_empty() { epoch } else { left.iter().chain(&*epoch).copied().collect() };
            }
            self.epoch += 1;
            self.position = 0;
        }
        // What was carried over comes on top of the first batch.
        let carried = self.indices.len().saturating_sub(self.batches.examples as usize);
        let size = batch as usize + if self.position == 0 { carried } else { 0 };
        let end = (self.position + size).min(self.indices.len());
        let batch = &self.indices[self.position..end];
        self.position = end;
        batch
    }

    /// The order of the current epoch; it does not hang on the epochs before it.
    fn order_of_epoch(&self) -> Arc<[u32]> {
        let Some(walk) = &self.walk else { return self.draw_order() };
        if (self.epoch + 1).saturating_mul(self.batches.examples) > POSITIONS_PER_WALK {
            return self.draw_order();
        }
        // Whoever comes second waits until the order is drawn.
        let mut epochs = walk.lock().unwrap_or_else(PoisonError::into_inner);
        let place = self.epoch as usize;
        if epochs.len() <= place {
            epochs.resize(place + 1, None);
        }
        Arc::clone(epochs[place].get_or_insert_with(|| self.draw_order()))
    }

    fn draw_order(&self) -> Arc<[u32]> {
        let mut indices: Arc<[u32]> = (0..self.batches.examples as u32).collect();
        if self.batches.sampling == Sampling::Shuffle {
            self.key.clone().number("epoch", self.epoch).stream().shuffle(Arc::make_mut(&mut indices));
        }
        indices
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shuffled_epoch_visits_every_example_once_and_keeps_the_short_last_batch() {
        let batches = Batches::new(10, 4, Sampling::Shuffle);
        let mut order = BatchWalk::new(&batches, Some(1));
        let sizes: Vec<usize> = (0..3).map(|_| order.next_batch().len()).collect();
        assert_eq!(sizes, [4, 4, 2]);
        let mut order = BatchWalk::new(&batches, Some(1));
        let mut seen: Vec<u32> = (0..3).flat_map(|_| order.next_batch().to_vec()).collect();
        let second: Vec<u32> = (0..3).flat_map(|_| order.next_batch().to_vec()).collect();
        assert_ne!(seen, second, "every epoch is a new permutation");
        seen.sort_unstable();
        assert_eq!(seen, (0..10).collect::<Vec<_>>());
    }

    #[test]
    fn the_order_of_examples_does_not_depend_on_the_batch_size() {
        for sampling in [Sampling::Shuffle, Sampling::Uniform, Sampling::Sequential] {
            let walk = |batch| {
                let mut order = BatchWalk::new(&Batches::new(12, batch, sampling), Some(7));
                (0..24 / batch).flat_map(|_| order.next_batch().to_vec()).collect::<Vec<_>>()
            };
            assert_eq!(walk(1), walk(4), "{sampling:?}");
        }
    }

    #[test]
    fn shared_permutations_are_the_same_beyond_the_room_too() {
        let batches = Batches::new(60_000, 30_000, Sampling::Shuffle);
        let orders = SharedOrders::default();
        (0..3).for_each(|_| orders.announce(&batches, Some(3)));
        let (mut own, mut shared) = (BatchWalk::new(&batches, Some(3)), BatchWalk::shared(&batches, Some(3), &orders));
        let mut late = BatchWalk::shared(&batches, Some(3), &orders);
        let mut last = BatchWalk::shared(&batches, Some(3), &orders);
        assert!(orders.lock().is_empty(), "nobody is to come any more");
        for _ in 0..10 {
            let expected = own.next_batch().to_vec();
            assert!(shared.next_batch() == expected && late.next_batch() == expected);
            assert!(last.next_batch() == expected);
        }
    }

    #[test]
    fn steps_examples_and_epochs_agree() {
        let shuffle = Batches::new(10, 4, Sampling::Shuffle);
        assert_eq!((shuffle.step_of_epoch(2), shuffle.examples_at(6), shuffle.epochs_at(6)), (6, 20, 2.0));
        assert_eq!((shuffle.examples_at(4), shuffle.end_of_epoch(3), shuffle.end_of_epoch(2)), (14, 6, 3));
        let uniform = Batches::new(10, 4, Sampling::Uniform);
        assert_eq!((uniform.step_of_epoch(1), uniform.step_of_epoch(2), uniform.examples_at(3)), (3, 5, 12));
        assert_eq!((uniform.end_of_epoch(0), uniform.end_of_epoch(2), uniform.end_of_epoch(3)), (3, 3, 5));
        assert!(Batches::new(10, 10, Sampling::Shuffle).is_full_batch());
        assert!(!Batches::new(10, 10, Sampling::Uniform).is_full_batch());
    }

    #[test]
    fn what_is_carried_over_joins_the_next_epochs_first_batch() {
        let batches = Batches::new(7, 3, Sampling::Sequential).carrying_over();
        let mut order = BatchWalk::new(&batches, None);
        let steps: Vec<Vec<u32>> = (0..6).map(|_| order.next_batch().to_vec()).collect();
        assert_eq!(steps[..2], [vec![0, 1, 2], vec![3, 4, 5]]);
        assert_eq!(steps[2..4], [vec![6, 0, 1, 2], vec![3, 4, 5]]);
        assert_eq!(steps[4..], [vec![6, 0, 1, 2], vec![3, 4, 5]]);
        assert_eq!((batches.step_of_epoch(3), batches.examples_at(6), batches.epochs_at(5)), (6, 21, 17.0 / 7.0));
        assert_eq!((batches.end_of_epoch(0), batches.end_of_epoch(2)), (2, 4));

        let shuffled = Batches::new(7, 3, Sampling::Shuffle);
        let (mut plain, mut carrying) =
            (BatchWalk::new(&shuffled, Some(1)), BatchWalk::new(&shuffled.carrying_over(), Some(1)));
        let walk =
            |order: &mut BatchWalk, steps| (0..steps).flat_map(|_| order.next_batch().to_vec()).collect::<Vec<_>>();
        assert_eq!(walk(&mut plain, 6)[..13], walk(&mut carrying, 4)[..]);
    }

    #[test]
    fn a_batch_that_never_fills_makes_no_step() {
        let batches = Batches::new(7, 8, Sampling::Sequential).carrying_over();
        assert_eq!((batches.step_of_epoch(100), batches.examples_at(0), batches.epochs_at(0)), (0, 0, 0.0));
    }
}

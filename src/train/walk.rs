//! [`Walk`]: which examples the lanes of a group see at each step.

use crate::data::{BatchWalk, Batches, SharedOrders};
use crate::problem::Model;

/// The seeds of the order in which lanes see the examples.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OrderSeeds {
    /// All lanes see the same rows at each step; there is no seed where all seeds share the order.
    Shared(Option<u64>),
    /// Each lane has an order of its own, so that each sees rows of its own. Only for models that take rows apart, and for batches of
    /// no more examples than a sum may have.
    Apart(Vec<u64>),
}

/// The examples of each step.
pub(super) enum Walk {
    /// All of them, through the model's closed form.
    Closed,
    /// All of them, in file order.
    All(Vec<u32>),
    /// Batch by batch, the same for all lanes.
    Batches(Box<BatchWalk>),
    /// Batch by batch, for each slot its own.
    Apart(Vec<BatchWalk>),
}

/// The examples of one step.
pub(super) enum Batch<'a> {
    /// All of them, through the model's closed form.
    Closed,
    /// The same for all lanes.
    Shared(&'a [u32]),
    /// For each slot its own; all are equally long.
    Apart(Vec<&'a [u32]>),
}

impl Walk {
    /// How a group walks through the examples of a model.
    pub(super) fn new<M: Model>(
        model: &M,
        batches: Option<&Batches>,
        seeds: &OrderSeeds,
        orders: Option<&SharedOrders>,
    ) -> Walk {
        let Some(batches) = batches else { return Walk::Closed };
        let walk = |seed: Option<u64>| match orders {
            Some(orders) => BatchWalk::shared(batches, seed, orders),
            None => BatchWalk::new(batches, seed),
        };
        match seeds {
            _ if batches.is_full_batch() && model.has_closed_gradient() => Walk::Closed,
            _ if batches.is_full_batch() => {
                Walk::All((0..model.examples().map_or(0, |examples| examples.len()) as u32).collect())
            }
            OrderSeeds::Shared(seed) => Walk::Batches(Box::new(walk(*seed))),
            OrderSeeds::Apart(seeds) => Walk::Apart(seeds.iter().map(|&seed| walk(Some(seed))).collect()),
        }
    }

    /// The examples of the next step, for so many slots: those without a lane see what the first one sees.
    pub(super) fn next_batch(&mut self, slots: usize) -> Batch<'_> {
        match self {
            Walk::Closed => Batch::Closed,
            Walk::All(all) => Batch::Shared(all),
            Walk::Batches(walk) => Batch::Shared(walk.next_batch()),
            Walk::Apart(walks) => {
                let mut batches = Vec::with_capacity(slots);
                batches.extend(walks.iter_mut().map(BatchWalk::next_batch));
                batches.resize(slots, batches[0]);
                Batch::Apart(batches)
            }
        }
    }

    /// Keeps only these slots, ascending.
    pub(super) fn pack(&mut self, kept: &[usize]) {
        if let Walk::Apart(walks) = self {
            let mut slot = 0;
            walks.retain(|_| {
                slot += 1;
                kept.binary_search(&(slot - 1)).is_ok()
            });
        }
    }
}

impl Batch<'_> {
    /// How many examples each lane sees; none where the closed form spares going through them.
    pub(super) fn len(&self) -> usize {
        match self {
            Batch::Closed => 0,
            Batch::Shared(indices) => indices.len(),
            Batch::Apart(batches) => batches.first().map_or(0, |indices| indices.len()),
        }
    }
}

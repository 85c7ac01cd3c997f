//! [`Step`]: what every optimizer is given.

use pulp::Simd;

use super::super::rate::Schedule;
use crate::problem::{Lanes, Penalty};

/// One step of a block of lanes.
pub(in crate::train) struct Step<'a, S: Simd, const V: usize> {
    /// Counted from 1.
    pub(in crate::train) number: u64,
    /// How the learning rate changes from step to step.
    pub(in crate::train) schedule: Schedule,
    /// Before the schedule's factor; see [`Step::rates`].
    pub(in crate::train) learning_rates: Lanes<S, V>,
    pub(in crate::train) momenta: Lanes<S, V>,
    /// What keeps parameters small; part of a [`super::Gradient::Mean`] already.
    pub(in crate::train) penalty: Penalty,
    /// Of each parameter, whether it is a bias, which a penalty spares; may be empty where there is no penalty.
    pub(in crate::train) biases: &'a [bool],
    /// How many examples the gradient is made of; 0 if it does not go through examples.
    pub(in crate::train) examples: usize,
    /// As [`super::Optimizer::gradient`] wants it.
    pub(in crate::train) gradient: &'a [Lanes<S, V>],
    /// [`super::Optimizer::memory`] times as many numbers as there are parameters: of all parameters the first number, then the
    /// second, and so on.
    pub(in crate::train) memory: &'a mut [Lanes<S, V>],
    pub(in crate::train) parameters: &'a mut [Lanes<S, V>],
}

impl<S: Simd, const V: usize> Step<'_, S, V> {
    /// The learning rates of this step.
    #[inline(always)]
    pub(super) fn rates(&self, simd: S) -> Lanes<S, V> {
        let factor = simd.splat_f64s(self.schedule.factor(self.number - 1));
        let mut rates = self.learning_rates;
        for rate in &mut rates {
            *rate = simd.mul_f64s(*rate, factor);
        }
        rates
    }
}

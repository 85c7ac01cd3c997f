//! What stands behind the last layer's sums: the outputs, the loss, and the errors it sends back.

use pulp::Simd;

use super::definition::Head;
use super::function::Function;
use super::layer::Block;
use crate::problem::model::Lanes;

/// What is summed over examples.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quantity {
    /// The loss.
    Loss,
    /// 1 for an example whose class is told correctly, else 0.
    Correct,
}

impl Head {
    /// Writes the derivatives of `scale ·` (the examples' losses) by the last layer's sums.
    #[inline(always)]
    pub(super) fn deltas<S: Simd, const V: usize, const E: usize>(
        self,
        simd: S,
        sums: &[Block<S, V, E>],
        targets: [f64; E],
        scale: f64,
        deltas: &mut [Block<S, V, E>],
    ) {
        deltas.copy_from_slice(sums);
        match self {
            Head::Squared { activation, half } => {
                let scale = simd.splat_f64s(if half { scale } else { 2.0 * scale });
                let Some(delta) = deltas.first_mut() else { return };
                activation.apply(simd, delta.as_flattened_mut());
                let outputs = *delta;
                for e in 0..E {
                    let target = simd.splat_f64s(targets[e]);
                    for v in 0..V {
                        delta[e][v] = simd.mul_f64s(simd.sub_f64s(outputs[e][v], target), scale);
                    }
                }
                activation.apply_slope(simd, outputs.as_flattened(), delta.as_flattened_mut());
            }
            Head::Log => {
                let scale = simd.splat_f64s(scale);
                let Some(delta) = deltas.first_mut() else { return };
                Function::Sigmoid.apply(simd, delta.as_flattened_mut());
                for e in 0..E {
                    let target = simd.splat_f64s(targets[e]);
                    for v in 0..V {
                        delta[e][v] = simd.mul_f64s(simd.sub_f64s(delta[e][v], target), scale);
                    }
                }
            }
            Head::CrossEntropy => {
                let (scale, one) = (simd.splat_f64s(scale), simd.splat_f64s(1.0));
                let (_, total) = exponentials(simd, deltas);
                for (class, delta) in deltas.iter_mut().enumerate() {
                    for e in 0..E {
                        let is_it = class as f64 == targets[e];
                        for v in 0..V {
                            let probability = simd.div_f64s(delta[e][v], total[e][v]);
                            let error = if is_it { simd.sub_f64s(probability, one) } else { probability };
                            delta[e][v] = simd.mul_f64s(error, scale);
                        }
                    }
                }
            }
        }
    }

    /// Adds a quantity of the examples, one after the other. The last layer's sums are used up.
    #[inline(always)]
    pub(super) fn add<S: Simd, const V: usize, const E: usize>(
        self,
        simd: S,
        quantity: Quantity,
        sums: &mut [Block<S, V, E>],
        targets: [f64; E],
        total: &mut Lanes<S, V>,
    ) {
        match quantity {
            Quantity::Loss => self.add_losses(simd, sums, targets, total),
            Quantity::Correct => self.add_correct(simd, sums, targets, total),
        }
    }

    /// Counts the examples whose own class has the largest sum; of equal ones the first counts.
    #[inline(always)]
    fn add_correct<S: Simd, const V: usize, const E: usize>(
        self,
        simd: S,
        sums: &[Block<S, V, E>],
        targets: [f64; E],
        total: &mut Lanes<S, V>,
    ) {
        let (zero, one) = (simd.splat_f64s(0.0), simd.splat_f64s(1.0));
        for e in 0..E {
            let own = targets[e] as usize;
            for v in 0..V {
                let mut correct = one;
                // The first of two classes that one output tells apart has the sum 0, so to speak.
                let first = if self == Head::Log { Some(zero) } else { None };
                let classes = first.into_iter().chain(sums.iter().map(|sum| sum[e][v]));
                let own_sum = classes.clone().nth(own).unwrap_or(zero);
                for (class, sum) in classes.enumerate().filter(|(class, _)| *class != own) {
                    let is_less = if class < own {
                        simd.less_than_f64s(sum, own_sum)
                    } else {
                        simd.less_than_or_equal_f64s(sum, own_sum)
                    };
                    correct = simd.select_f64s(is_less, correct, zero);
                }
                total[v] = simd.add_f64s(total[v], correct);
            }
        }
    }

    /// Adds the examples' losses, one after the other.
    #[inline(always)]
    fn add_losses<S: Simd, const V: usize, const E: usize>(
        self,
        simd: S,
        sums: &mut [Block<S, V, E>],
        targets: [f64; E],
        total: &mut Lanes<S, V>,
    ) {
        match self {
            Head::Squared { activation, half } => {
                let factor = simd.splat_f64s(if half { 0.5 } else { 1.0 });
                let Some(outputs) = sums.first_mut() else { return };
                activation.apply(simd, outputs.as_flattened_mut());
                for e in 0..E {
                    let target = simd.splat_f64s(targets[e]);
                    for v in 0..V {
                        let error = simd.sub_f64s(outputs[e][v], target);
                        total[v] = simd.mul_add_f64s(simd.mul_f64s(factor, error), error, total[v]);
                    }
                }
            }
            Head::Log => {
                let Some(sum) = sums.first_mut() else { return };
                for (sum, target) in sum.iter_mut().zip(targets) {
                    // −ln p for the second class is ln(1 + e⁻ᵛ); for the first class the sign turns.
                    if target == 1.0 {
                        *sum = sum.map(|sum| simd.neg_f64s(sum));
                    }
                }
                Function::Softplus.apply(simd, sum.as_flattened_mut());
                add_all(simd, sum, total);
            }
            Head::CrossEntropy => {
                let mut own = [[simd.splat_f64s(0.0); V]; E];
                for e in 0..E {
                    own[e] = sums[targets[e] as usize][e];
                }
                let (largest, mut loss) = exponentials(simd, sums);
                Function::Ln.apply(simd, loss.as_flattened_mut());
                for e in 0..E {
                    for v in 0..V {
                        loss[e][v] = simd.add_f64s(simd.sub_f64s(largest[e][v], own[e][v]), loss[e][v]);
                    }
                }
                add_all(simd, &loss, total);
            }
        }
    }
}

/// Replaces sums v by e^(v − largest v), which cannot overflow; the largest, and what the results add up to, classes in order.
#[inline(always)]
fn exponentials<S: Simd, const V: usize, const E: usize>(
    simd: S,
    sums: &mut [Block<S, V, E>],
) -> (Block<S, V, E>, Block<S, V, E>) {
    let mut total = [[simd.splat_f64s(0.0); V]; E];
    let mut largest = sums.first().copied().unwrap_or(total);
    for sum in &*sums {
        for e in 0..E {
            for v in 0..V {
                let is_larger = simd.greater_than_f64s(sum[e][v], largest[e][v]);
                largest[e][v] = simd.select_f64s(is_larger, sum[e][v], largest[e][v]);
            }
        }
    }
    for sum in &mut *sums {
        for e in 0..E {
            for v in 0..V {
                sum[e][v] = simd.sub_f64s(sum[e][v], largest[e][v]);
            }
        }
    }
    Function::Exp.apply(simd, sums.as_flattened_mut().as_flattened_mut());
    for sum in &*sums {
        for e in 0..E {
            for v in 0..V {
                total[e][v] = simd.add_f64s(total[e][v], sum[e][v]);
            }
        }
    }
    (largest, total)
}

#[inline(always)]
fn add_all<S: Simd, const V: usize, const E: usize>(simd: S, losses: &Block<S, V, E>, total: &mut Lanes<S, V>) {
    for loss in losses {
        for v in 0..V {
            total[v] = simd.add_f64s(total[v], loss[v]);
        }
    }
}

//! The step of the TensorFlow Playground.

use pulp::Simd;

use super::step::Step;
use crate::problem::Penalty;

/// As the TensorFlow Playground does it: examples left over at the end of an epoch are not dropped but join the first step of the
/// next one, the penalty acts after the gradient, and a weight that an L1 penalty pulls through zero is removed for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Playground;

impl Playground {
    /// That of plain gradient descent.
    pub(super) fn stability_limit(self, curvature: f64) -> f64 {
        2.0 / curvature
    }

    /// Under an L1 penalty: 1 once the weight has been removed.
    pub(super) fn memory(self, penalty: Penalty) -> usize {
        usize::from(matches!(penalty, Penalty::L1(_)))
    }

    /// From the gradient's sum over `count` examples: a bias moves by (rate · sum)/count. A weight moves by (rate/count) · sum and
    /// is then pulled by rate · (penalty's slope at the old weight). A weight that an L1 penalty pulls through zero is removed: it
    /// stays zero for ever. Products are rounded before they are added, as on the page.
    #[inline(always)]
    pub(super) fn step<S: Simd, const V: usize>(self, simd: S, step: Step<'_, S, V>) {
        let rates = step.rates(simd);
        let Step { penalty, biases, examples, gradient, memory: removed, parameters, .. } = step;
        let (zero, one, count) = (simd.splat_f64s(0.0), simd.splat_f64s(1.0), simd.splat_f64s(examples as f64));
        let (mut share, mut pull) = (rates, rates);
        for v in 0..V {
            share[v] = simd.div_f64s(rates[v], count);
            pull[v] = simd.mul_f64s(rates[v], simd.splat_f64s(penalty.rate()));
        }
        for (place, ((w, sum), is_bias)) in parameters.iter_mut().zip(gradient).zip(biases).enumerate() {
            for v in 0..V {
                if *is_bias {
                    w[v] = simd.sub_f64s(w[v], simd.div_f64s(simd.mul_f64s(rates[v], sum[v]), count));
                    continue;
                }
                let old = w[v];
                let learned = simd.sub_f64s(old, simd.mul_f64s(share[v], sum[v]));
                if penalty == Penalty::None {
                    w[v] = learned;
                    continue;
                }
                let pulled = simd.sub_f64s(learned, simd.mul_f64s(pull[v], penalty.slope(simd, old)));
                w[v] = pulled;
                if let (Penalty::L1(_), Some(removed)) = (penalty, removed.get_mut(place)) {
                    let through_zero = simd.less_than_f64s(simd.mul_f64s(learned, pulled), zero);
                    removed[v] = simd.select_f64s(through_zero, one, removed[v]);
                    w[v] = simd.select_f64s(simd.equal_f64s(removed[v], one), zero, pulled);
                }
            }
        }
    }
}

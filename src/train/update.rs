//! One step of each optimizer: from the gradient of a batch to new parameters, lane by lane.

use pulp::Simd;

use crate::problem::{Lanes, Penalty};

/// Plain gradient descent.
#[inline(always)]
pub(super) fn descend<S: Simd, const V: usize>(
    simd: S,
    rate: Lanes<S, V>,
    gradient: &[Lanes<S, V>],
    parameters: &mut [Lanes<S, V>],
) {
    for (w, g) in parameters.iter_mut().zip(gradient) {
        for v in 0..V {
            w[v] = simd.negate_mul_add_f64s(rate[v], g[v], w[v]);
        }
    }
}

/// Gradient descent with momentum: `velocity ← μ·velocity + g`, then a step along the velocity, or with Nesterov's look-ahead
/// along `g + μ·velocity` (the form of Sutskever et al., ICML 2013, as PyTorch writes it).
#[inline(always)]
pub(super) fn follow<S: Simd, const V: usize>(
    simd: S,
    nesterov: bool,
    rate: Lanes<S, V>,
    momentum: Lanes<S, V>,
    gradient: &[Lanes<S, V>],
    velocity: &mut [Lanes<S, V>],
    parameters: &mut [Lanes<S, V>],
) {
    for ((w, g), velocity) in parameters.iter_mut().zip(gradient).zip(velocity) {
        for v in 0..V {
            velocity[v] = simd.mul_add_f64s(momentum[v], velocity[v], g[v]);
            let direction = if nesterov { simd.mul_add_f64s(momentum[v], velocity[v], g[v]) } else { velocity[v] };
            w[v] = simd.negate_mul_add_f64s(rate[v], direction, w[v]);
        }
    }
}

/// The step of the TensorFlow Playground, from the gradient's sum over `count` examples.
///
/// A bias moves by (rate · sum)/count. A weight moves by (rate/count) · sum and is then pulled by rate · (penalty's slope at the old
/// weight). A weight that an L1 penalty pulls through zero is removed: it stays zero for ever, and `removed` is 1 for it.
/// Products are rounded before they are added, as on the page.
#[inline(always)]
#[expect(clippy::too_many_arguments, reason = "all that a step depends on")]
pub(super) fn as_playground<S: Simd, const V: usize>(
    simd: S,
    penalty: Penalty,
    biases: &[bool],
    rate: Lanes<S, V>,
    count: f64,
    sum: &[Lanes<S, V>],
    removed: &mut [Lanes<S, V>],
    parameters: &mut [Lanes<S, V>],
) {
    let (zero, one, count) = (simd.splat_f64s(0.0), simd.splat_f64s(1.0), simd.splat_f64s(count));
    let (mut share, mut pull) = (rate, rate);
    for v in 0..V {
        share[v] = simd.div_f64s(rate[v], count);
        pull[v] = simd.mul_f64s(rate[v], simd.splat_f64s(penalty.rate()));
    }
    for (place, ((w, sum), is_bias)) in parameters.iter_mut().zip(sum).zip(biases).enumerate() {
        for v in 0..V {
            if *is_bias {
                w[v] = simd.sub_f64s(w[v], simd.div_f64s(simd.mul_f64s(rate[v], sum[v]), count));
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

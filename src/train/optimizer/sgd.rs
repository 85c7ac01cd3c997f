//! Gradient descent, plain or with momentum.

use pulp::Simd;

use super::step::Step;

/// Gradient descent: `w ← w − rate · g`; with momentum μ `velocity ← μ · velocity + g`, then a step along the velocity, or with
/// Nesterov's look-ahead along `g + μ · velocity` (the form of Sutskever et al., ICML 2013, as PyTorch writes it).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Sgd {
    /// Whether a step looks ahead along the velocity.
    pub nesterov: bool,
}

impl Sgd {
    /// Sources: Polyak 1964 (heavy ball: `2(1+β)/λ`); for Nesterov's form with constant momentum `2(1+β)/((1+2β)λ)` (both roots
    /// of the characteristic polynomial inside the unit circle).
    pub(super) fn stability_limit(self, curvature: f64, momentum: f64) -> f64 {
        let lookahead = if self.nesterov { 2.0f64.mul_add(momentum, 1.0) } else { 1.0 };
        2.0 * (1.0 + momentum) / (lookahead * curvature)
    }

    /// The velocity, where there is momentum.
    pub(super) fn memory(self, with_momentum: bool) -> usize {
        usize::from(with_momentum)
    }

    #[inline(always)]
    pub(super) fn step<S: Simd, const V: usize>(self, simd: S, step: Step<'_, S, V>) {
        let rates = step.rates(simd);
        let Step { momenta, gradient, memory: velocities, parameters, .. } = step;
        if velocities.is_empty() {
            for (w, g) in parameters.iter_mut().zip(gradient) {
                for v in 0..V {
                    w[v] = simd.negate_mul_add_f64s(rates[v], g[v], w[v]);
                }
            }
            return;
        }
        for ((w, g), velocity) in parameters.iter_mut().zip(gradient).zip(velocities) {
            for v in 0..V {
                velocity[v] = simd.mul_add_f64s(momenta[v], velocity[v], g[v]);
                let direction =
                    if self.nesterov { simd.mul_add_f64s(momenta[v], velocity[v], g[v]) } else { velocity[v] };
                w[v] = simd.negate_mul_add_f64s(rates[v], direction, w[v]);
            }
        }
    }
}

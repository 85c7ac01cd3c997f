//! The egg carton: a bowl with ripples, `loss(w) = Σᵢ curvature/2 · uᵢ² + ripple · (1 − cos(frequency · uᵢ))` with `u = w − minimum`,
//! in one or two dimensions. Without ripples it is a convex bowl.
//!
//! The parameters do not interact, so the minima are all combinations of the minima along one parameter (see [`wells`]).

mod definition;
#[cfg(test)]
mod tests;
mod wells;

use pulp::{Scalar, Simd};

pub use self::definition::EggCarton;
use self::wells::Well;
use super::measure::{Measure, Measures};
use super::model::{Lanes, Measured, Model};
use super::quadratic::add_square;
use crate::data::Examples;
use crate::math;
use crate::metric::{IS_BEST, MINIMUM, MINIMUM_W, MINIMUM_Y};
use crate::random::Key;

/// A minimum of the loss.
#[derive(Debug, Clone, PartialEq)]
pub struct Minimum {
    /// The parameters there.
    pub parameters: Vec<f64>,
    /// The loss there.
    pub loss: f64,
    /// Per parameter the well it lies in.
    wells: Vec<usize>,
}

/// An egg carton and its minima.
#[derive(Debug, Clone)]
pub struct Carton {
    definition: EggCarton,
    wells: Vec<Well>,
    minima: Vec<Minimum>,
}

impl EggCarton {
    /// More minima than this along one parameter are refused.
    pub const MOST_MINIMA: usize = 1000;

    /// The most minima there can be along one parameter.
    pub fn minima_at_most(&self) -> f64 {
        wells::at_most(self)
    }
}

impl Carton {
    /// Finds the minima.
    pub fn new(definition: EggCarton) -> Carton {
        let wells = wells::wells(&definition);
        let mut carton = Carton { definition, wells, minima: Vec::new() };
        let along: Vec<Vec<usize>> = match definition.dimensions {
            1 => (0..carton.wells.len()).map(|x| vec![x]).collect(),
            _ => (0..carton.wells.len()).flat_map(|x| (0..carton.wells.len()).map(move |y| vec![x, y])).collect(),
        };
        // Losses along one parameter, counted from the middle: those of mirrored wells are equal to the last bit.
        let centered = Carton { definition: EggCarton { minimum: [0.0; 2], ..definition }, ..carton.clone() };
        let losses: Vec<f64> = carton.wells.iter().map(|well| centered.loss(&[well.bottom])).collect();
        let minimum = |wells: Vec<usize>| {
            let place = |(&well, &center): (&usize, &f64)| center + carton.wells[well].bottom;
            let parameters: Vec<f64> = wells.iter().zip(&definition.minimum).map(place).collect();
            Minimum { loss: wells.iter().fold(0.0, |sum, &well| sum + losses[well]), parameters, wells }
        };
        let mut minima: Vec<Minimum> = along.into_iter().map(minimum).collect();
        minima.sort_by(|a, b| a.loss.total_cmp(&b.loss).then_with(|| a.wells.cmp(&b.wells)));
        carton.minima = minima;
        carton
    }

    /// All minima, the best one first, equally good ones from left to right.
    pub fn minima(&self) -> &[Minimum] {
        &self.minima
    }

    /// The loss, in the same order of operations as in training.
    pub fn loss(&self, parameters: &[f64]) -> f64 {
        let lanes: Vec<[f64; 1]> = parameters.iter().map(|&parameter| [parameter]).collect();
        self.loss_of(Scalar, &lanes)[0]
    }

    /// The number of the minimum that these parameters have come to: they lie in its basin, and no farther from it than a tenth of
    /// the way to the edge of the basin, or where the basin has no edge, of the way from the start.
    pub fn reached(&self, parameters: &[f64]) -> Option<usize> {
        let EggCarton { minimum, start, .. } = &self.definition;
        let wells: Option<Vec<usize>> = parameters
            .iter()
            .zip(minimum.iter().zip(start))
            .map(|(w, (center, start))| {
                let u = w - center;
                let well = self.wells.iter().position(|well| well.low < u && u < well.high)?;
                let Well { bottom, low, high } = self.wells[well];
                let room = (high - bottom).min(bottom - low);
                let room = if room.is_finite() { room } else { (start - center - bottom).abs() };
                ((u - bottom).abs() <= 0.1 * room).then_some(well)
            })
            .collect();
        let wells = wells?;
        self.minima.iter().position(|minimum| minimum.wells == wells)
    }

    /// With `1 − cos x = 2 sin²(x/2)` small losses keep their digits.
    #[inline(always)]
    fn loss_of<S: Simd, const V: usize>(&self, simd: S, parameters: &[Lanes<S, V>]) -> Lanes<S, V> {
        let EggCarton { curvature, ripple, frequency, minimum, .. } = self.definition;
        let (half, twice) = (simd.splat_f64s(0.5 * curvature), simd.splat_f64s(2.0 * ripple));
        let half_frequency = simd.splat_f64s(0.5 * frequency);
        let mut loss = [simd.splat_f64s(0.0); V];
        for (w, center) in parameters.iter().zip(minimum) {
            for v in 0..V {
                let u = simd.sub_f64s(w[v], simd.splat_f64s(center));
                let sine = math::sin(simd, simd.mul_f64s(half_frequency, u));
                loss[v] = simd.mul_add_f64s(simd.mul_f64s(half, u), u, loss[v]);
                loss[v] = simd.mul_add_f64s(simd.mul_f64s(twice, sine), sine, loss[v]);
            }
        }
        loss
    }
}

impl Model for Carton {
    fn parameters(&self) -> usize {
        self.definition.dimensions
    }

    /// For the norm of the gradient.
    fn scratch(&self) -> usize {
        self.definition.dimensions
    }

    fn examples(&self) -> Option<&Examples> {
        None
    }

    fn initial(&self, _key: &Key) -> Vec<f64> {
        self.definition.start[..self.definition.dimensions].to_vec()
    }

    fn measurable(&self) -> Measures {
        self.recorded().union(Measures::of(&[Measure::Loss, Measure::Gap, Measure::Distance, Measure::GradientNorm]))
    }

    fn recorded(&self) -> Measures {
        if self.definition.dimensions == 1 { Measures::of(&[Measure::W]) } else { Measures::default() }
    }

    fn extras(&self) -> &'static [&'static str] {
        &[MINIMUM, IS_BEST, MINIMUM_W, MINIMUM_Y][..2 + self.definition.dimensions]
    }

    /// The number of the minimum reached, whether it is the best, and where it is.
    fn extra_values(&self, parameters: &[f64]) -> Vec<Option<f64>> {
        let reached = self.reached(parameters);
        let number = reached.map(|minimum| minimum as f64);
        let is_best = reached.map(|minimum| f64::from(u8::from(minimum == 0)));
        let place = |axis: usize| Some(self.minima[reached?].parameters[axis]);
        [number, is_best].into_iter().chain((0..self.definition.dimensions).map(place)).collect()
    }

    fn is_cheap_to_measure(&self) -> bool {
        true
    }

    fn has_closed_gradient(&self) -> bool {
        true
    }

    #[inline(always)]
    fn closed_gradient<S: Simd, const V: usize>(
        &self,
        simd: S,
        parameters: &[Lanes<S, V>],
        gradient: &mut [Lanes<S, V>],
        _scratch: &mut [Lanes<S, V>],
    ) {
        let EggCarton { curvature, ripple, frequency, minimum, .. } = self.definition;
        let (curvature, slope) = (simd.splat_f64s(curvature), simd.splat_f64s(ripple * frequency));
        let frequency = simd.splat_f64s(frequency);
        for ((w, g), center) in parameters.iter().zip(gradient).zip(minimum) {
            for v in 0..V {
                let u = simd.sub_f64s(w[v], simd.splat_f64s(center));
                let sine = math::sin(simd, simd.mul_f64s(frequency, u));
                g[v] = simd.mul_add_f64s(curvature, u, simd.mul_f64s(slope, sine));
            }
        }
    }

    #[inline(always)]
    fn measure<S: Simd, const V: usize>(
        &self,
        simd: S,
        wanted: Measures,
        parameters: &[Lanes<S, V>],
        out: &mut Measured<'_, S, V>,
        scratch: &mut [Lanes<S, V>],
    ) {
        let zero = [simd.splat_f64s(0.0); V];
        let loss = self.loss_of(simd, parameters);
        out.set(Measure::Loss, loss);
        // The best minimum is where both parts are zero.
        out.set(Measure::Gap, loss);
        out.set(Measure::W, parameters[0]);
        if wanted.has(Measure::Distance) {
            let mut square = zero;
            for (w, center) in parameters.iter().zip(self.definition.minimum) {
                add_square(simd, &mut square, w.map(|w| simd.sub_f64s(w, simd.splat_f64s(center))));
            }
            out.set(Measure::Distance, square.map(|square| simd.sqrt_f64s(square)));
        }
        if wanted.has(Measure::GradientNorm) {
            self.closed_gradient(simd, parameters, scratch, &mut []);
            let mut square = zero;
            for &slope in &*scratch {
                add_square(simd, &mut square, slope);
            }
            out.set(Measure::GradientNorm, square.map(|square| simd.sqrt_f64s(square)));
        }
    }
}

//! [`Shades`]: which part of a color scale a number of steps has.
//!
//! Steps often crowd, such as many around 10 and many around 300: their logarithm alone would give all of them two colors. So half of a
//! number's place is its logarithm and half its rank. 0 has the first shade to itself. Knows nothing of drawing.

use super::scale::{Tick, rounded};

/// The share of the scale kept for 0, where it occurs.
const ZERO: f64 = 0.06;

/// From steps to shares of a color scale.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Shades {
    /// Every different positive number, ascending: itself, its logarithm and its share.
    knots: Vec<(f64, f64, f64)>,
    zero: bool,
}

impl Shades {
    /// The shades of these finite numbers of steps; none if there are no numbers.
    pub(super) fn new(steps: impl IntoIterator<Item = f64>) -> Option<Shades> {
        let mut steps: Vec<f64> = steps.into_iter().collect();
        steps.sort_unstable_by(f64::total_cmp);
        let zeros = steps.partition_point(|steps| *steps <= 0.0);
        let positive = &steps[zeros..];
        let log = |steps: f64| libm::log10(steps);
        // A number's rank is the middle of its equals.
        let mut ranks: Vec<(f64, f64)> = Vec::new();
        let mut before = 0;
        for equal in positive.chunk_by(|a, b| a == b) {
            ranks.push((equal[0], before as f64 + 0.5 * equal.len() as f64));
            before += equal.len();
        }
        let (first, last) = match (ranks.first(), ranks.last()) {
            (Some(first), Some(last)) => (*first, *last),
            _ if zeros > 0 => return Some(Shades { knots: Vec::new(), zero: true }),
            _ => return None,
        };
        let part = |value: f64, low: f64, high: f64| if high > low { (value - low) / (high - low) } else { 0.5 };
        let share = |(steps, rank): (f64, f64)| {
            0.5 * part(log(steps), log(first.0), log(last.0)) + 0.5 * part(rank, first.1, last.1)
        };
        let above = if zeros > 0 { ZERO } else { 0.0 };
        let knot = |place: (f64, f64)| (place.0, log(place.0), above + (1.0 - above) * share(place));
        Some(Shades { knots: ranks.into_iter().map(knot).collect(), zero: zeros > 0 })
    }

    /// The share of a number of steps: 0 for the fewest, 1 for the most.
    pub(super) fn share(&self, steps: f64) -> f64 {
        if steps > 0.0 { self.share_of_log(libm::log10(steps)) } else { 0.0 }
    }

    fn share_of_log(&self, log: f64) -> f64 {
        let after = self.knots.partition_point(|knot| knot.1 < log);
        let (before, after) = (self.knots.get(after.saturating_sub(1)), self.knots.get(after));
        match (before, after) {
            (Some(low), Some(high)) if high.1 > low.1 => low.2 + (log - low.1) / (high.1 - low.1) * (high.2 - low.2),
            (_, Some(end)) | (Some(end), None) => end.2,
            (None, None) => 0.0,
        }
    }

    /// The steps that have a share.
    fn steps_at(&self, share: f64) -> f64 {
        let after = self.knots.partition_point(|knot| knot.2 < share);
        let (before, after) = (self.knots.get(after.saturating_sub(1)), self.knots.get(after));
        match (before, after) {
            (Some(low), Some(high)) if high.2 > low.2 && high.2 > share => {
                libm::pow(10.0, low.1 + (share - low.2) / (high.2 - low.2) * (high.1 - low.1))
            }
            (_, Some(end)) | (Some(end), None) => end.0,
            (None, None) => 0.0,
        }
    }

    /// Ticks of the color scale, about evenly spaced, at numbers with few digits.
    pub(super) fn ticks(&self) -> Vec<Tick> {
        const MOST: usize = 8;
        let zero = self.zero.then(|| Tick { fraction: 0.0, label: "0".to_owned() });
        let ends = self.knots.first().zip(self.knots.last()).map(|(first, last)| (first.0, last.0));
        let low = self.knots.first().map_or(0.0, |knot| knot.2);
        // A lone number stands there as it is.
        let digits = if self.knots.len() > 1 { 3 } else { 0 };
        let tick = |place: usize| {
            let share = low + (1.0 - low) * place as f64 / MOST as f64;
            let steps = self.steps_at(share);
            let near = |rounded: &f64| {
                let is_inside = ends.is_some_and(|(least, most)| (least..=most).contains(rounded));
                is_inside && (self.share(*rounded) - share).abs() < 0.04
            };
            let steps = (0..digits)
                .filter_map(|digits: usize| format!("{steps:.digits$e}").parse().ok())
                .find(near)
                .unwrap_or(steps);
            Tick { fraction: self.share(steps), label: rounded(steps, 3) }
        };
        let positive = if self.knots.is_empty() { 0..0 } else { 0..MOST + 1 };
        let mut ticks: Vec<Tick> = zero.into_iter().chain(positive.map(tick)).collect();
        ticks.dedup_by(|a, b| a.label == b.label);
        ticks
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_have_the_ends_and_order_is_kept() {
        let steps = [7.0, 300.0, 301.0, 8.0, 302.0, 303.0];
        let shades = Shades::new(steps).unwrap();
        assert_eq!((shades.share(7.0), shades.share(303.0)), (0.0, 1.0));
        let shares: Vec<f64> = (1..400).map(|steps| shades.share(f64::from(steps))).collect();
        assert!(shares.is_sorted());
    }

    #[test]
    fn numbers_that_crowd_can_be_told_apart() {
        let shades = Shades::new((0..=20).chain(300..400).map(f64::from)).unwrap();
        assert!(shades.share(400.0) - shades.share(300.0) > 0.4);
        assert_eq!(shades.share(0.0), 0.0);
        assert!(shades.share(1.0) >= ZERO);
    }

    #[test]
    fn a_scale_of_one_number_has_a_tick_for_it() {
        let labels = |steps: &[f64]| -> Vec<String> {
            Shades::new(steps.iter().copied()).unwrap().ticks().into_iter().map(|tick| tick.label).collect()
        };
        assert_eq!(labels(&[0.0]), ["0"]);
        assert_eq!(labels(&[12.5, 12.5]), ["12.5"]);
        assert_eq!(labels(&[0.0, 1.0]), ["0", "1"]);
        // The ends are numbers that occur, or lie between such.
        let (all, many) = (labels(&[7.0, 8.0, 20.0, 301.0, 371.0]), Shades::new([7.0, 371.0]).unwrap());
        assert_eq!((all[0].as_str(), many.ticks().pop().unwrap().label.as_str()), ("7", "370"));
        assert_eq!(Shades::new([]), None);
    }
}

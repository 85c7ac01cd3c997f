//! [`Measures`]: which of all metrics.

pub use crate::metric::Metric as Measure;

/// A set of measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Measures(u16);

impl Measures {
    /// The set of these.
    pub fn of(measures: &[Measure]) -> Measures {
        measures.iter().fold(Measures::default(), |set, &measure| set.with(measure))
    }

    /// This set and one more.
    #[must_use]
    pub fn with(self, measure: Measure) -> Measures {
        Measures(self.0 | 1 << measure as u8)
    }

    /// Whether a measure is in the set.
    pub fn has(self, measure: Measure) -> bool {
        self.0 & 1 << measure as u8 != 0
    }

    /// What is in either set.
    #[must_use]
    pub fn union(self, other: Measures) -> Measures {
        Measures(self.0 | other.0)
    }

    /// What is in this set and not in the other.
    #[must_use]
    pub fn without(self, other: Measures) -> Measures {
        Measures(self.0 & !other.0)
    }

    /// Its members, in the order of [`Measure::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Measure> {
        Measure::ALL.into_iter().filter(move |&measure| self.has(measure))
    }
}

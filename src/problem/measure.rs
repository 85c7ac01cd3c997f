//! What can be measured of a model in training.

/// A quantity measured at an evaluation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Measure {
    /// Loss on the training examples.
    Loss,
    /// Optimality gap: loss − best possible loss.
    Gap,
    /// Euclidean distance of the parameters to the minimizer.
    Distance,
    /// Euclidean norm of the gradient over all training examples.
    GradientNorm,
    /// Share of training examples classified correctly.
    Accuracy,
    /// Loss on the test examples.
    TestLoss,
    /// Share of test examples classified correctly.
    TestAccuracy,
    /// The parameter of a problem that has only one.
    W,
}

impl Measure {
    /// How many there are.
    pub const COUNT: usize = 8;

    /// All of them, in the order of columns.
    pub const ALL: [Measure; Measure::COUNT] = [
        Measure::Loss,
        Measure::Gap,
        Measure::Distance,
        Measure::GradientNorm,
        Measure::Accuracy,
        Measure::TestLoss,
        Measure::TestAccuracy,
        Measure::W,
    ];

    /// Its name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Measure::Loss => "loss",
            Measure::Gap => "gap",
            Measure::Distance => "distance",
            Measure::GradientNorm => "gradient_norm",
            Measure::Accuracy => "accuracy",
            Measure::TestLoss => "test_loss",
            Measure::TestAccuracy => "test_accuracy",
            Measure::W => "w",
        }
    }
}

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

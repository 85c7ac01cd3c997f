//! Learning-rate schedules: by which factor a step's learning rate differs from the run's.

/// How the learning rate changes from step to step.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Schedule {
    /// Not at all.
    #[default]
    Constant,
}

impl Schedule {
    /// What the learning rate is multiplied by in the step that follows `_done` steps. A factor of 1 changes no bit.
    #[inline(always)]
    pub fn factor(self, _done: u64) -> f64 {
        match self {
            Schedule::Constant => 1.0,
        }
    }
}

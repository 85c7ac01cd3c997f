//! [`Finished`]: some runs at their ends, on their way from whoever trains them to whoever keeps them.

use std::collections::HashSet;

use super::study::{Curve, Parameters, Run, Study};
use crate::value::Compact;

/// Some finished runs.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Finished {
    /// In the order in which they were asked for.
    pub runs: Vec<Run>,
    /// Of each run a row of what is told of it beside that, row after row.
    pub extras: Vec<Compact<f64>>,
    /// What was kept of curves.
    pub curves: Vec<Curve>,
    /// Where runs began and ended, if the spec asks for it.
    pub parameters: Vec<Parameters>,
}

impl Finished {
    /// The runs of a study for which `place` has a number, and these numbers.
    pub fn of(study: Study, place: impl Fn(&Run) -> Option<u32>) -> (Vec<u32>, Finished) {
        let places: Vec<Option<u32>> = study.runs.iter().map(place).collect();
        let (mut numbers, mut finished) = (Vec::new(), Finished::default());
        for (number, (run, place)) in study.runs.into_iter().zip(&places).enumerate() {
            if let Some(place) = place {
                numbers.push(*place);
                finished.runs.push(run);
                finished.extras.extend(study.extras.iter().map(|extra| Compact::from(extra.get(number))));
            }
        }
        let place = |run: usize| places.get(run).copied().flatten().map(|place| place as usize);
        let curve = |curve: Curve| Some(Curve { run: place(curve.run)?, ..curve });
        finished.curves = study.curves.into_iter().filter_map(curve).collect();
        let parameters = |of: Parameters| Some(Parameters { run: place(of.run)?, ..of });
        finished.parameters = study.parameters.into_iter().filter_map(parameters).collect();
        (numbers, finished)
    }

    /// Those of the runs with these numbers that are to be kept, with their curves and parameters.
    #[must_use]
    pub fn only(self, numbers: &[u32], keep: impl Fn(u32, &Run) -> bool) -> (Vec<u32>, Finished) {
        let width = self.extras.len() / self.runs.len().max(1);
        let (mut kept, mut rest) = (Vec::new(), Finished::default());
        for (row, (&number, run)) in numbers.iter().zip(self.runs).enumerate() {
            if keep(number, &run) {
                kept.push(number);
                rest.runs.push(run);
                rest.extras.extend_from_slice(&self.extras[row * width..][..width]);
            }
        }
        let places: HashSet<usize> = kept.iter().map(|&number| number as usize).collect();
        rest.curves = self.curves.into_iter().filter(|curve| places.contains(&curve.run)).collect();
        rest.parameters = self.parameters.into_iter().filter(|of| places.contains(&of.run)).collect();
        (kept, rest)
    }

    /// Adds other runs.
    pub fn append(&mut self, mut other: Finished) {
        self.runs.append(&mut other.runs);
        self.extras.append(&mut other.extras);
        self.curves.append(&mut other.curves);
        self.parameters.append(&mut other.parameters);
    }
}

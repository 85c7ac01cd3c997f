//! The same training held to another target: steps and status taken anew from the recorded curves.

use std::fmt;

use super::study::{Curve, Extra, Run, Study, Target};
use crate::metric::{Direction, Metric, RELATIVE_GAP, RESOLUTION};
use crate::outcome::Status;
use crate::value::Shortest;

/// What is recorded of every run.
const LOSS: &str = Metric::Loss.name();

/// The measure that relative gaps are made of.
const GAP: &str = Metric::Gap.name();

/// The distance to the minimizer, whose targets are multiples of the first one.
const DISTANCE: &str = Metric::Distance.name();

/// Why a study cannot be held to another target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RetargetError {
    /// Nothing of that name was recorded.
    UnknownMeasure {
        /// What was asked for.
        measure: String,
        /// What there is.
        known: Vec<String>,
    },
    /// A run that was carried out has no curve.
    NoCurve {
        /// Its number.
        run: usize,
    },
}

impl fmt::Display for RetargetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RetargetError::UnknownMeasure { measure, known } => {
                write!(f, "no measure `{measure}` was recorded; there are: {}", known.join(", "))
            }
            RetargetError::NoCurve { run } => {
                write!(f, "run {run} has no curve; record the curves with `--curves all`, then ask for another target")
            }
        }
    }
}

impl std::error::Error for RetargetError {}

/// The study as it would be if a run converged at the first recorded step whose `measure` is at most `target`
/// (at least, for an accuracy).
///
/// `measure` is `loss`, one of [`Study::measures`], or `relative_gap` where `gap` was measured; `distance` and `relative_gap` are
/// multiples of their first value, as in a spec. Steps are those of the first recorded evaluation at which the target is met, and
/// `steps_resolution` says how far the one before lies back. A run that reaches the target counts only up to there; one that does not
/// keeps its status, except that a converged one becomes [`Status::Unknown`]: it stopped at its own target before it came to this
/// one. Failed runs stay as they are; curves, trajectories and other extras do too. The description
/// says what the target is.
///
/// # Errors
/// When the measure was not recorded, or a run that did not fail has no curve.
pub fn retarget(study: &Study, measure: &str, target: f64) -> Result<Study, RetargetError> {
    let goal = Goal::new(study, measure, target)?;
    let examples_per_epoch = study.examples_per_epoch();
    let mut study = study.clone();
    study.target = Some(Target { measure: measure.to_owned(), value: target });
    study.without_target = false;
    study.description = format!("{} Steps to {goal}.", study.description.trim_end()).trim_start().to_owned();
    let mut resolutions: Vec<Option<f64>> = vec![None; study.runs.len()];
    let mut curves = study.curves.iter().peekable();
    for (number, run) in study.runs.iter_mut().enumerate() {
        let curve = curves.next_if(|curve| curve.run == number);
        match curve {
            _ if run.status == Status::Failed => {}
            None => return Err(RetargetError::NoCurve { run: number }),
            Some(curve) => match goal.first_reached(curve) {
                Some(point) => {
                    let before = point.checked_sub(1).map_or(0, |before| curve.steps[before]);
                    resolutions[number] = Some((curve.steps[point] - before) as f64);
                    *run = converged(run, curve, point, examples_per_epoch);
                }
                None if run.status == Status::Converged => *run = stopped_before(run),
                None => {}
            },
        }
    }
    study.extras.retain(|extra| extra.name != RESOLUTION);
    study.extras.push(Extra::new(RESOLUTION, resolutions));
    Ok(study)
}

/// A target for one of the recorded columns.
struct Goal {
    measure: String,
    /// The place in [`Curve::measures`]; the loss if `None`.
    column: Option<usize>,
    target: f64,
    /// The target is a multiple of the first value.
    relative: bool,
    larger_is_better: bool,
}

impl Goal {
    fn new(study: &Study, measure: &str, target: f64) -> Result<Goal, RetargetError> {
        let column_of = |name: &str| study.measures.iter().position(|measure| measure == name);
        let (column, relative) = match (column_of(measure), measure) {
            (Some(column), _) => (Some(column), measure == DISTANCE),
            (None, LOSS) => (None, false),
            (None, RELATIVE_GAP) if column_of(GAP).is_some() => (column_of(GAP), true),
            _ => {
                let derived = column_of(GAP).map(|_| RELATIVE_GAP.to_owned());
                let known =
                    [LOSS.to_owned()].into_iter().chain(study.measures.iter().cloned()).chain(derived).collect();
                return Err(RetargetError::UnknownMeasure { measure: measure.to_owned(), known });
            }
        };
        let larger_is_better = Metric::from_name(measure).and_then(Metric::direction) == Some(Direction::Up);
        Ok(Goal { measure: measure.to_owned(), column, target, relative, larger_is_better })
    }

    /// The first point of the curve that reaches the target; a value that is not a number never does.
    fn first_reached(&self, curve: &Curve) -> Option<usize> {
        let values = match self.column {
            Some(column) => curve.measures.get(column)?,
            None => &curve.loss,
        };
        let target = if self.relative { self.target * values.first()? } else { self.target };
        values.iter().position(|&value| if self.larger_is_better { value >= target } else { value <= target })
    }
}

impl fmt::Display for Goal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let relation = if self.larger_is_better { '≥' } else { '≤' };
        write!(f, "{} {relation} {}", self.measure, Shortest::new().format(self.target))
    }
}

/// The run, had it ended at this point of its curve.
fn converged(run: &Run, curve: &Curve, point: usize, examples_per_epoch: Option<f64>) -> Run {
    let step = curve.steps[point];
    let epochs = curve.epochs.get(point).copied();
    let (best_loss, best_step) = if run.best_step <= step {
        (run.best_loss, run.best_step)
    } else {
        let recorded = curve.loss.iter().copied().zip(curve.steps.iter().copied()).take(point + 1);
        recorded.min_by(|a, b| a.0.total_cmp(&b.0)).unwrap_or((run.best_loss, run.best_step))
    };
    Run {
        status: Status::Converged,
        trend: None,
        steps: Some(step),
        epochs: epochs.into(),
        examples: epochs.zip(examples_per_epoch).map(|(epochs, examples)| (epochs * examples).round() as u64).into(),
        trained_steps: step,
        final_loss: curve.loss[point],
        best_loss,
        best_step,
        reason: None,
        ..run.clone()
    }
}

/// The run, which stopped at a target that it came to sooner: what it would have done next is not known.
fn stopped_before(run: &Run) -> Run {
    Run {
        status: Status::Unknown,
        trend: None,
        steps: None,
        epochs: None.into(),
        examples: None.into(),
        reason: Some(format!("unknown beyond step {}: it stopped there, at its own target", run.trained_steps).into()),
        ..run.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::Trend;
    use crate::record::SEED;
    use crate::record::sample::{self, converged, diverged, exhausted, failed};
    use crate::value::Value;

    /// Four runs: converged, exhausted, diverged after a dip, failed. Ten examples make an epoch.
    fn study() -> Study {
        let mut study = sample::study(&[(SEED, &sample::counts([0, 1, 2, 3]))], |values| match values {
            [Value::Count(0)] => Run { epochs: Some(0.8).into(), examples: Some(8).into(), ..converged(4) },
            [Value::Count(1)] => exhausted(9, Trend::Falling),
            [Value::Count(2)] => Run { reason: Some("loss".into()), best_loss: 0.3, best_step: 1, ..diverged(3) },
            _ => failed("no memory"),
        });
        study.measures = vec!["gap".into(), "accuracy".into()];
        let curve = |run, steps: &[u64], loss: &[f64], gap: &[f64]| Curve {
            run,
            steps: steps.to_vec(),
            epochs: steps.iter().map(|&step| step as f64 * 0.2).collect(),
            loss: loss.to_vec(),
            measures: vec![gap.to_vec(), gap.iter().map(|gap| 1.0 - gap).collect()],
        };
        study.curves = vec![
            curve(0, &[0, 2, 4], &[1.0, 0.5, 0.1], &[0.8, 0.3, 0.0]),
            curve(1, &[0, 5, 9], &[1.0, 0.7, 0.5], &[0.8, 0.5, 0.3]),
            curve(2, &[0, 1, 3], &[1.0, 0.3, f64::NAN], &[0.8, 0.1, f64::NAN]),
        ];
        study
    }

    fn steps(measure: &str, target: f64) -> Vec<Option<u64>> {
        retarget(&study(), measure, target).unwrap().runs.iter().map(|run| run.steps).collect()
    }

    #[test]
    fn steps_to_other_targets() {
        assert_eq!(steps("loss", 0.5), [Some(2), Some(9), Some(1), None]);
        assert_eq!(steps("loss", 0.1), [Some(4), None, None, None]);
        assert_eq!(steps("gap", 0.3), [Some(2), Some(9), Some(1), None]);
        assert_eq!(steps("relative_gap", 0.2), [Some(4), None, Some(1), None], "0.2 of 0.8");
        assert_eq!(steps("accuracy", 0.5), [Some(2), Some(5), Some(1), None]);
        assert_eq!(steps("loss", 1.0), [Some(0), Some(0), Some(0), None]);
    }

    #[test]
    fn distances_are_relative_to_the_first_as_in_a_spec() {
        let mut study = study();
        study.measures[0] = "distance".into();
        let steps: Vec<Option<u64>> =
            retarget(&study, "distance", 0.4).unwrap().runs.iter().map(|run| run.steps).collect();
        assert_eq!(steps, [Some(2), Some(9), Some(1), None], "0.4 of 0.8");
    }

    #[test]
    fn the_target_is_named_and_the_resolution_told() {
        let study = Study { description: "By seed.".into(), without_target: true, ..study() };
        let study = retarget(&study, "gap", 0.3).unwrap();
        assert_eq!(study.description, "By seed. Steps to gap ≤ 0.3.");
        assert!(!study.without_target);
        assert_eq!([0, 1, 2, 3].map(|run| study.resolution(run)), [Some(2), Some(4), Some(1), None]);
    }

    #[test]
    fn a_run_counts_only_up_to_its_target() {
        let study = retarget(&study(), "loss", 0.5).unwrap();
        let [first, second, third, fourth] = <[Run; 4]>::try_from(study.runs).unwrap();
        assert_eq!((first.status, first.trained_steps, first.final_loss), (Status::Converged, 2, 0.5));
        assert_eq!((first.epochs.get(), first.examples.get()), (Some(0.4), Some(4)));
        assert_eq!((first.best_loss, first.best_step), (0.5, 2));
        assert_eq!((second.status, second.trend, second.examples.get()), (Status::Converged, None, Some(18)));
        assert_eq!((third.status, third.reason, third.best_loss), (Status::Converged, None, 0.3));
        assert_eq!(fourth.status, Status::Failed);
    }

    #[test]
    fn a_target_beyond_what_was_trained_is_not_reached() {
        let study = retarget(&study(), "loss", 0.01).unwrap();
        let statuses: Vec<Status> = study.runs.iter().map(|run| run.status).collect();
        assert_eq!(statuses, [Status::Unknown, Status::Exhausted, Status::Diverged, Status::Failed]);
        assert_eq!(study.runs[0].reason.as_deref(), Some("unknown beyond step 4: it stopped there, at its own target"));
        assert_eq!(study.runs[1].trend, Some(Trend::Falling));
        assert_eq!(study.runs[0].trend, None);
        let again = retarget(&study, "loss", 0.01).unwrap();
        assert_eq!(again.runs[0], study.runs[0]);
        // What was unknown is known again of a target that was met on the way.
        assert_eq!(retarget(&study, "loss", 0.5).unwrap().runs[0].steps, Some(2));
    }

    #[test]
    fn what_was_not_recorded_is_said() {
        let mut study = study();
        let error = retarget(&study, "test_loss", 0.1).unwrap_err().to_string();
        assert_eq!(error, "no measure `test_loss` was recorded; there are: loss, gap, accuracy, relative_gap");
        study.curves.remove(1);
        let error = retarget(&study, "loss", 0.1).unwrap_err().to_string();
        assert_eq!(error, "run 1 has no curve; record the curves with `--curves all`, then ask for another target");
    }
}

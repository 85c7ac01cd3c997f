//! `summary.csv`: one row per cell, with the statistics of its replicates.
//!
//! A run that never converged counts as infinite in every count of steps, epochs and examples, whatever kept it from
//! converging: a failure never makes a cell look better. Infinite is an empty cell in the file.

use std::cmp::Ordering;
use std::io::{self, Write};

use super::cell::{Groups, SEED, distinct};
use super::statistics::{self, Attempt, Interval, Quartiles};
use super::study::{Extra, Run, Study};
use super::table::{self, Rows};
use crate::metric::{Metric, Unit};
use crate::outcome::Status;
use crate::random::Key;

/// The columns after the numbers of runs.
const COLUMNS: [&str; 13] = [
    "success_rate",
    "success_rate_low",
    "success_rate_high",
    "steps_median",
    "steps_q25",
    "steps_q75",
    "epochs_median",
    "examples_median",
    "ert",
    "ert_low",
    "ert_high",
    "final_loss_median",
    "best_loss_median",
];

/// Cells that one thread sums up at a time.
const CELLS_PER_CHUNK: usize = 4096;

/// How the replicates of one cell went.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Summary {
    /// Replicates, whatever became of them; copies of a run count once (see [`distinct`]).
    pub runs: u64,
    /// Replicates by status, in the order of [`Status::ALL`].
    counts: [u64; Status::ALL.len()],
    /// Steps to convergence; a run that never converged counts as infinite.
    pub steps: Quartiles,
    /// Median of the epochs to convergence; infinite also for problems without examples.
    pub epochs_median: f64,
    /// Median of the examples to convergence; infinite also for problems without examples.
    pub examples_median: f64,
    /// Expected steps per success: steps to convergence, or all that were trained where a replicate did not converge, / number of successes.
    /// What a failed run would have cost is not known, so failed runs are left out. Infinite without a success.
    pub expected_steps: f64,
    /// Median of the training loss at the last evaluation, failed runs left out; a loss that is not a number is infinite.
    pub final_loss_median: f64,
    /// Median of the least training loss, failed runs left out; a loss that is not a number is infinite.
    pub best_loss_median: f64,
}

impl Summary {
    /// Sums up the runs with these numbers.
    pub fn of(study: &Study, runs: &[u32]) -> Summary {
        match *runs {
            // In a sweep without replicates all cells are such.
            [run] => Summary::of_one(&study.runs[run as usize]),
            _ => Summary::of_many(study, runs),
        }
    }

    /// The same as [`Summary::of_many`] for one run: every quantile is its value.
    fn of_one(run: &Run) -> Summary {
        let mut counts = [0; Status::ALL.len()];
        counts[run.status as usize] = 1;
        let or_infinite = |count: Option<u64>| count.map_or(f64::INFINITY, |count| count as f64);
        let loss = |loss: f64| if loss.is_nan() || run.status == Status::Failed { f64::INFINITY } else { loss };
        let steps = or_infinite(run.steps);
        Summary {
            runs: 1,
            counts,
            steps: Quartiles { q25: steps, median: steps, q75: steps },
            epochs_median: run.epochs.get().unwrap_or(f64::INFINITY),
            examples_median: or_infinite(run.examples.get()),
            expected_steps: statistics::expected_steps((run.status != Status::Failed).then(|| attempt(run))),
            final_loss_median: loss(run.final_loss),
            best_loss_median: loss(run.best_loss),
        }
    }

    fn of_many(study: &Study, runs: &[u32]) -> Summary {
        let runs = distinct(study, runs);
        let runs = || runs.iter().map(|&run| &study.runs[run as usize]);
        let mut counts = [0; Status::ALL.len()];
        runs().for_each(|run| counts[run.status as usize] += 1);
        let mut values = Vec::with_capacity(runs().len());
        let mut quartiles = |all: &mut dyn Iterator<Item = f64>| {
            values.clear();
            values.extend(all);
            Quartiles::of(&mut values)
        };
        let or_infinite = |count: Option<u64>| count.map_or(f64::INFINITY, |count| count as f64);
        let loss = |loss: f64| if loss.is_nan() { f64::INFINITY } else { loss };
        let tried = || runs().filter(|run| run.status != Status::Failed);
        Summary {
            runs: runs().len() as u64,
            counts,
            steps: quartiles(&mut runs().map(|run| or_infinite(run.steps))),
            epochs_median: quartiles(&mut runs().map(|run| run.epochs.get().unwrap_or(f64::INFINITY))).median,
            examples_median: quartiles(&mut runs().map(|run| or_infinite(run.examples.get()))).median,
            expected_steps: statistics::expected_steps(tried().map(attempt)),
            final_loss_median: quartiles(&mut tried().map(|run| loss(run.final_loss))).median,
            best_loss_median: quartiles(&mut tried().map(|run| loss(run.best_loss))).median,
        }
    }

    /// How many replicates ended so.
    pub fn count(&self, status: Status) -> u64 {
        self.counts[status as usize]
    }

    /// The share of replicates that converged; 0 for no replicates.
    pub fn success_rate(&self) -> f64 {
        self.count(Status::Converged) as f64 / self.runs.max(1) as f64
    }

    /// How the cell counts as a whole: converged if the median is finite; else as most of the others ended, a tie counting as
    /// diverged before exhausted before unknown before failed.
    pub fn status(&self) -> Status {
        if self.steps.median.is_finite() {
            return Status::Converged;
        }
        let others = [Status::Failed, Status::Unknown, Status::Exhausted, Status::Diverged];
        // The last of equals is taken.
        others.into_iter().max_by_key(|&status| self.count(status)).unwrap_or(Status::Failed)
    }

    /// Whether some replicates converged and others did not.
    pub fn is_partial(&self) -> bool {
        (1..self.runs).contains(&self.count(Status::Converged))
    }

    /// Orders cells, the better one first: fewer median steps; among equals a higher success rate, then fewer expected steps
    /// per success.
    pub fn by_merit(&self, other: &Summary) -> Ordering {
        let by_steps = self.steps.median.total_cmp(&other.steps.median);
        let by_success = other.success_rate().total_cmp(&self.success_rate());
        let by_cost = self.expected_steps.total_cmp(&other.expected_steps);
        by_steps.then(by_success).then(by_cost)
    }

    /// The 95% Wilson interval of [`Summary::success_rate`].
    pub fn success_interval(&self) -> Interval {
        statistics::wilson(self.count(Status::Converged), self.runs)
    }
}

/// What runs have reached at their last evaluation beside the loss: a test loss, an accuracy.
#[derive(Debug, Clone, Copy)]
pub struct Reached<'a> {
    /// The name in tables: `final_test_loss`.
    pub column: &'a str,
    extra: &'a Extra,
    study: &'a Study,
}

impl<'a> Reached<'a> {
    /// All losses and accuracies that are known of a study's runs.
    pub fn of(study: &'a Study) -> Vec<Reached<'a>> {
        let is_quality = |metric: Metric| [Unit::Loss, Unit::Share].contains(&metric.unit()) && metric != Metric::Gap;
        let metric = |extra: &&Extra| extra.name.strip_prefix(Self::PREFIX).and_then(Metric::from_name);
        let named = |extra: &&Extra| metric(extra).is_some_and(is_quality);
        let extras = study.extras.iter().filter(named);
        extras.map(|extra| Reached { column: &extra.name, extra, study }).collect()
    }

    const PREFIX: &'static str = "final_";

    /// What is measured, in words: `test loss`.
    pub fn words(&self) -> String {
        self.column.strip_prefix(Self::PREFIX).unwrap_or(self.column).replace('_', " ")
    }

    /// The median of these runs, those left out that do not have it; what is not a number is infinite.
    pub fn median(&self, runs: &[u32]) -> Option<f64> {
        let known = distinct(self.study, runs);
        let known = known.iter().filter_map(|&run| self.extra.get(run as usize));
        let mut known: Vec<f64> = known.map(|value| if value.is_nan() { f64::INFINITY } else { value }).collect();
        (!known.is_empty()).then(|| Quartiles::of(&mut known).median)
    }
}

fn attempt(run: &Run) -> Attempt {
    // Steps beyond the target, as with `after_convergence` or `hold`, are no cost of reaching it.
    Attempt { steps: run.steps.unwrap_or(run.trained_steps), success: run.status == Status::Converged }
}

/// The 95% bootstrap interval of a cell's [`Summary::expected_steps`]; `None` for fewer than two replicates.
///
/// The resamples are a function of the identities and outcomes of the runs, not of their order or place in the study.
pub fn expected_steps_interval(study: &Study, runs: &[u32]) -> Option<Interval> {
    if runs.len() < 2 {
        return None;
    }
    let mut runs: Vec<&Run> = distinct(study, runs).iter().map(|&run| &study.runs[run as usize]).collect();
    runs.retain(|run| run.status != Status::Failed);
    if runs.len() < 2 {
        return None;
    }
    runs.sort_unstable_by_key(|run| run.id);
    let key = runs.iter().fold(Key::new("bootstrap"), |key, run| key.number("run", run.id));
    let attempts: Vec<Attempt> = runs.into_iter().map(attempt).collect();
    statistics::expected_steps_interval(&attempts, &mut key.stream())
}

/// Writes `summary.csv`: the axes except the seed, then the statistics of [`Summary`], with 95% intervals.
///
/// # Errors
/// When `out` cannot be written.
pub fn write_summary(study: &Study, out: &mut (impl Write + Send)) -> io::Result<()> {
    let axes = || study.axes.iter().filter(|axis| axis.path != SEED);
    let reached = Reached::of(study);
    let names: Vec<String> = reached.iter().map(|reached| format!("{}_median", reached.column)).collect();
    let statuses = counted_statuses(study);
    let counts = ["runs"].into_iter().chain(statuses.iter().map(|status| status.name()));
    let header = axes().flat_map(table::columns).chain(counts).chain(COLUMNS);
    let header = header.chain(names.iter().map(String::as_str));
    let cells = Groups::cells(study);
    table::write(out, header, cells.len(), CELLS_PER_CHUNK, |cell, rows| {
        let runs = cells.get(cell);
        axes().for_each(|axis| rows.axis(study, axis, runs[0] as usize));
        let summary = Summary::of(study, runs);
        rows.count(summary.runs);
        statuses.iter().for_each(|&status| rows.count(summary.count(status)));
        write_statistics(&summary, expected_steps_interval(study, runs), rows);
        reached.iter().for_each(|reached| rows.optional_number(reached.median(runs)));
        rows.end();
    })
}

/// The statuses that have a column: those that a training can end with, and beside them `unknown` where results were held to another
/// target and some run stopped before it.
fn counted_statuses(study: &Study) -> Vec<Status> {
    let is_told = |status: &Status| *status != Status::Unknown || study.runs.iter().any(|run| run.status == *status);
    Status::ALL.into_iter().filter(is_told).collect()
}

fn write_statistics(summary: &Summary, expected_steps: Option<Interval>, rows: &mut Rows) {
    let success = summary.success_interval();
    [summary.success_rate(), success.low, success.high].into_iter().for_each(|rate| rows.number(rate));
    let Quartiles { q25, median, q75 } = summary.steps;
    let medians = [median, q25, q75, summary.epochs_median, summary.examples_median, summary.expected_steps];
    medians.into_iter().for_each(|count| rows.finite(count));
    let Interval { low, high } = expected_steps.unwrap_or(Interval { low: f64::INFINITY, high: f64::INFINITY });
    rows.finite(low);
    rows.finite(high);
    let carried_out = summary.count(Status::Failed) < summary.runs;
    rows.optional_number(carried_out.then_some(summary.final_loss_median));
    rows.optional_number(carried_out.then_some(summary.best_loss_median));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::Trend;
    use crate::record::cell::LEARNING_RATE;
    use crate::record::sample::{self, converged, diverged, exhausted, failed};
    use crate::value::Value;

    fn text(study: &Study) -> String {
        let mut bytes = Vec::new();
        write_summary(study, &mut bytes).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    fn cell_of(outcomes: &[Run]) -> Study {
        let seeds: Vec<Value> = (0..outcomes.len() as u64).map(Value::Count).collect();
        sample::study(&[(LEARNING_RATE, &sample::numbers([0.5])), (SEED, &seeds)], |values| match values {
            [_, Value::Count(seed)] => outcomes[*seed as usize].clone(),
            _ => unreachable!(),
        })
    }

    #[test]
    fn a_cell_by_hand() {
        let study = cell_of(&[converged(10), converged(20), exhausted(1000, Trend::Flat), diverged(5)]);
        let summary = Summary::of(&study, &[0, 1, 2, 3]);
        assert_eq!(summary.steps, Quartiles { q25: 17.5, median: f64::INFINITY, q75: f64::INFINITY });
        assert_eq!(summary.expected_steps, 1035.0 / 2.0);
        assert_eq!(summary.final_loss_median, (0.001 + 0.5) / 2.0);
        let expected = "learning_rate,runs,converged,diverged,exhausted,failed,\
                        success_rate,success_rate_low,success_rate_high,steps_median,steps_q25,steps_q75,\
                        epochs_median,examples_median,ert,ert_low,ert_high,final_loss_median,best_loss_median\n\
                        0.5,4,2,1,1,0,0.5,0.15003898915214947,0.8499610108478506,,17.5,,,,517.5,11.666666666666666,,0.2505,0.2505\n";
        assert_eq!(text(&study), expected);
    }

    #[test]
    fn one_run_is_summed_up_like_many() {
        let losses = [0.5, 0.0, f64::INFINITY, f64::NAN];
        let with_losses = |run: Run| losses.map(|loss| Run { final_loss: loss, best_loss: -loss, ..run.clone() });
        let longer = Run { trained_steps: 1000, epochs: Some(2.5).into(), examples: Some(7).into(), ..converged(10) };
        for run in [longer, converged(0), exhausted(1000, Trend::Flat), diverged(5), failed("disk full")] {
            for run in with_losses(run) {
                let study = cell_of(&[run]);
                let [one, many] = [Summary::of(&study, &[0]), Summary::of_many(&study, &[0])];
                assert_eq!(format!("{one:?}"), format!("{many:?}"));
            }
        }
    }

    #[test]
    fn a_success_costs_its_steps_to_the_target_only() {
        let longer = |steps| Run { trained_steps: 1000, ..converged(steps) };
        let study = cell_of(&[longer(10), longer(20), exhausted(1000, Trend::Flat)]);
        assert_eq!(Summary::of(&study, &[0, 1, 2]).expected_steps, 1030.0 / 2.0);
        assert_eq!(Summary::of(&study, &[0, 1]).expected_steps, 15.0);
    }

    #[test]
    fn a_failure_counts_as_not_converged_but_costs_nothing() {
        let study = cell_of(&[converged(10), converged(20), failed("out of memory"), failed("out of memory")]);
        let summary = Summary::of(&study, &[0, 1, 2, 3]);
        assert_eq!(summary.success_rate(), 0.5);
        assert_eq!(summary.steps.median, f64::INFINITY);
        assert_eq!(summary.expected_steps, 15.0);
        assert_eq!(summary.final_loss_median, 0.001);
    }

    #[test]
    fn nothing_is_invented_for_a_cell_that_could_not_be_carried_out() {
        let row = text(&cell_of(&[failed("disk full")]));
        assert!(row.ends_with("\n0.5,1,0,0,0,1,0,0,0.7934506856227626,,,,,,,,,,\n"), "{row}");
    }

    #[test]
    fn copies_of_a_run_count_once() {
        let copy = |steps, trajectory| Run { trajectory, ..converged(steps) };
        let study = cell_of(&[copy(10, 1), copy(10, 1), copy(20, 2), copy(10, 1), failed("a"), failed("b")]);
        assert_eq!(*distinct(&study, &[0, 1, 2, 3, 4, 5]), [0, 2, 4, 5]);
        let summary = Summary::of(&study, &[0, 1, 2, 3]);
        assert_eq!((summary.runs, summary.count(Status::Converged), summary.steps.median), (2, 2, 15.0));
        assert_eq!(summary.success_interval(), statistics::wilson(2, 2));
        assert_eq!(expected_steps_interval(&study, &[0, 1, 3]), None);
        assert!(text(&cell_of(&[copy(10, 1), copy(10, 1)])).contains("\n0.5,1,1,0,0,0,1,"), "one run");
    }

    #[test]
    fn unknown_runs_have_a_column_of_their_own_where_there_are_any() {
        let unknown = Run { status: Status::Unknown, trend: None, ..exhausted(7, Trend::Flat) };
        let study = cell_of(&[converged(10), unknown, exhausted(1000, Trend::Flat)]);
        assert_eq!(Summary::of(&study, &[0, 1, 2]).count(Status::Unknown), 1);
        assert_eq!(Summary::of(&study, &[1]).status(), Status::Unknown);
        let expected = "learning_rate,runs,converged,diverged,exhausted,failed,unknown,success_rate,";
        assert!(text(&study).starts_with(expected), "{}", text(&study));
        assert!(text(&study).contains("\n0.5,3,1,0,1,0,1,0.3333333333333333,"), "{}", text(&study));
        assert!(!text(&cell_of(&[converged(10)])).contains("unknown"));
    }

    #[test]
    fn the_interval_moves_neither_with_the_order_nor_with_the_place_of_the_runs() {
        let outcomes = [converged(10), converged(35), exhausted(1000, Trend::Flat), converged(20), converged(11)];
        let mut study = cell_of(&outcomes);
        let interval = expected_steps_interval(&study, &[0, 1, 2, 3, 4]).unwrap();
        assert_eq!(expected_steps_interval(&study, &[4, 2, 0, 1, 3]), Some(interval));
        study.runs.insert(0, diverged(3));
        assert_eq!(expected_steps_interval(&study, &[1, 2, 3, 4, 5]), Some(interval));
        assert!(interval.low < 269.0 && 269.0 < interval.high, "{interval:?}");
    }
}

//! Two studies, cell by cell.
//!
//! Owns what is said of a cell; the rules are in `verdict`, the pairing in `matching`.

use std::collections::HashMap;

use super::fail_on::FailOn;
use super::matching::{self, How, Match, Seed, Strictness};
use super::permutation::{self, Statistic};
use super::verdict::{self, Change, Pair, Verdict};
use super::words;
use crate::record::{Run, SEED, Study, Summary, Value};
use crate::spec::{Difference, Experiment};

/// An earlier and a later study, cell by cell.
#[derive(Debug, Clone)]
pub struct Comparison {
    /// The cells of the later study in its order, then those that were removed.
    pub cells: Vec<CellChange>,
    /// What the reader should know of the comparison itself.
    pub notes: Vec<String>,
    /// Which changes count.
    pub fail_on: FailOn,
    /// The settings beside the axes that are known to differ; only where some cells differ in such settings.
    pub differences: Vec<Difference>,
    /// Whether cells of equal axis values have other settings.
    other_settings: bool,
}

/// A cell in both studies, or in one.
#[derive(Debug, Clone)]
pub struct CellChange {
    /// Its settings in words: `learning_rate 0.7, batch_size 8`.
    pub name: String,
    /// Its settings, the seed aside.
    pub settings: Vec<(String, Value)>,
    /// The earlier study; `None` if the cell is new.
    pub before: Option<Side>,
    /// The later study; `None` if the cell was removed.
    pub after: Option<Side>,
    /// Pairs of runs that were compared.
    pub pairs: usize,
    /// Pairs that went the same way, bit by bit.
    pub identical: usize,
    /// The median over the pairs of steps after / steps before, by which steps are judged; `None` unless it is finite and not 0,
    /// and where no pair has steps.
    pub paired_ratio: Option<f64>,
    /// The corrected p-value of the change, if there is one that counts and more than one pair to test it on.
    pub p_value: Option<f64>,
    /// What became of it.
    pub verdict: Verdict,
    /// What changed, in words: `median steps 100 → 121 (+21%)`.
    pub change: String,
}

/// A cell in one of the studies.
#[derive(Debug, Clone)]
pub struct Side {
    /// Its runs, in words: `runs 3 to 12`.
    pub runs: String,
    /// The number of its first run.
    pub first_run: usize,
    /// Its replicates.
    pub summary: Summary,
}

impl Side {
    fn new(study: &Study, runs: &[u32]) -> Option<Side> {
        let first_run = *runs.first()? as usize;
        Some(Side { runs: words::runs(runs), first_run, summary: Summary::of(study, runs) })
    }
}

impl CellChange {
    /// The line that tells of it: what became of the cell, the change, the cell and its runs.
    pub fn message(&self) -> String {
        let runs =
            self.after.as_ref().or(self.before.as_ref()).map_or(String::new(), |side| format!("; {}", side.runs));
        let told = match (self.verdict, self.change.is_empty()) {
            (Verdict::CannotTell, _) => self.change.clone(),
            (verdict, true) => verdict.to_string(),
            (verdict, false) => format!("{verdict}: {}", self.change),
        };
        format!("{told} ({}{runs})", self.name)
    }
}

impl Comparison {
    /// Adds what differs between the specs of the two studies, if it keeps cells from being compared or must be known of them.
    pub fn between(mut self, before: &Experiment, after: &Experiment) -> Comparison {
        if self.other_settings {
            self.differences = before.differences(after);
        }
        self
    }

    /// The settings that differ, in words: `problem.start 0.001 → 1, stop.max_steps 100 → unset`.
    pub fn differing_settings(&self) -> String {
        let side = |side: &Option<String>| side.clone().unwrap_or_else(|| "unset".to_owned());
        let differences = self.differences.iter();
        let differences = differences.map(|one| format!("{} {} → {}", one.path, side(&one.before), side(&one.after)));
        differences.collect::<Vec<String>>().join(", ")
    }

    /// How many cells have a verdict.
    pub fn count(&self, verdict: Verdict) -> usize {
        self.cells.iter().filter(|cell| cell.verdict == verdict).count()
    }

    /// How many cells went the same way, bit by bit, in all their pairs.
    pub fn identical(&self) -> usize {
        self.cells.iter().filter(|cell| cell.pairs > 0 && cell.identical == cell.pairs).count()
    }
}

/// Compares two studies cell by cell.
///
/// Cells whose runs went the same way bit by bit are the same. Others are compared by their median steps (a run that never
/// converged counts as infinite), success rates and divergence, each pair being one seed; a change counts if it exceeds the
/// limits of `fail_on` and, with several seeds, if a permutation test over all cells at once does not put it down to chance.
pub fn compare(before: &Study, after: &Study, fail_on: FailOn, strictness: Strictness) -> Comparison {
    let matches = matching::matches(before, after, strictness);
    let mut places: HashMap<u64, u32> = HashMap::new();
    let pairs: Vec<Vec<Pair>> = matches.iter().map(|one| pairs(one, before, after, &mut places)).collect();
    let independent: Vec<&[Pair]> = pairs.iter().map(|pairs| verdict::independent(pairs)).collect();

    // Cells that went the same way bit by bit, and lone pairs, take no part in the test.
    let tested = |pairs: &[Pair]| pairs.len() > 1 && !pairs.iter().all(Pair::is_identical);
    let statistics: Vec<Statistic> =
        independent.iter().filter(|pairs| tested(pairs)).flat_map(|pairs| verdict::statistics(pairs)).collect();
    let p_values = permutation::p_values(&statistics, places.len());
    let mut p_values = p_values.chunks_exact(3);
    let cells = matches.iter().zip(&pairs).zip(&independent).map(|((one, pairs), independent)| {
        let p_values = if tested(independent) { p_values.next() } else { None };
        cell(one, pairs, p_values.map(|p| [p[0], p[1], p[2]]), (before, after), &fail_on)
    });
    let cells: Vec<CellChange> = cells.collect();
    let other_settings = matches.iter().any(|one| matches!(one.how, How::Refused | How::OtherSettings(_)));
    Comparison { cells, notes: notes(&matches), fail_on, differences: Vec::new(), other_settings }
}

fn pairs<'a>(one: &Match, before: &'a Study, after: &'a Study, places: &mut HashMap<u64, u32>) -> Vec<Pair<'a>> {
    let (How::Same(seeds) | How::OtherSettings(seeds) | How::OtherSeeds(seeds)) = &one.how else { return Vec::new() };
    let mut pair = |seed: &Seed| {
        let fresh = places.len() as u32;
        let run = |study: &'a Study, number: u32| -> &'a Run { &study.runs[number as usize] };
        Pair {
            seed: *places.entry(seed.seed).or_insert(fresh),
            before: run(before, seed.before),
            after: run(after, seed.after),
        }
    };
    seeds.iter().map(&mut pair).collect()
}

fn cell(
    one: &Match,
    pairs: &[Pair],
    p_values: Option<[f64; 3]>,
    (before, after): (&Study, &Study),
    fail_on: &FailOn,
) -> CellChange {
    let (study, run) = match (one.after.first(), one.before.first()) {
        (Some(run), _) => (after, *run as usize),
        (None, run) => (before, run.copied().unwrap_or_default() as usize),
    };
    let identical = pairs.iter().filter(|pair| pair.is_identical()).count();
    let mut change = CellChange {
        name: words::cell(study, run),
        settings: study
            .axes
            .iter()
            .filter(|axis| axis.path != SEED)
            .map(|a| (a.path.clone(), a.value(run).clone()))
            .collect(),
        before: Side::new(before, &one.before),
        after: Side::new(after, &one.after),
        pairs: pairs.len(),
        identical,
        paired_ratio: None,
        p_value: None,
        verdict: Verdict::Same,
        change: String::new(),
    };
    if pairs.is_empty() {
        (change.verdict, change.change) = match (&one.how, one.before.is_empty()) {
            (How::Refused, _) => {
                (Verdict::NotComparable, "settings beside the axes differ from those of the baseline".to_owned())
            }
            (_, true) => (Verdict::New, String::new()),
            (_, false) => (Verdict::Removed, String::new()),
        };
        return change;
    }
    // Seeds that change nothing are no replicates: one of them says it all.
    let pairs = verdict::independent(pairs);
    let moved = Change::of(pairs);
    change.paired_ratio = moved.paired_ratio();
    if identical == change.pairs {
        return change;
    }
    let tested = p_values.unwrap_or([1.0; 3]);
    change.verdict = moved.verdict(tested, fail_on);
    change.p_value =
        p_values.map(|p| moved.p_value(p, fail_on)).filter(|p| *p < 1.0 || change.verdict == Verdict::CannotTell);
    change.change = wording(&moved, pairs, &change);
    change
}

/// What changed, in words.
fn wording(moved: &Change, pairs: &[Pair], change: &CellChange) -> String {
    let mut text = match pairs {
        [Pair { before, after, .. }] if (before.status, before.steps) != (after.status, after.steps) => {
            match (before.steps, after.steps) {
                (Some(before), Some(after)) => {
                    format!("steps {before} → {after}{}", percent(moved.ratio))
                }
                _ => format!("{} → {}", words::ending(before), words::ending(after)),
            }
        }
        [_] => "other losses, but the same steps".to_owned(),
        _ => several(moved, change),
    };
    if let Some(p) = change.p_value {
        text.push_str(&format!(", p = {}", rounded(p)));
    }
    if change.verdict == Verdict::CannotTell {
        let few = match moved.seeds() {
            (differing, all) if differing < all => format!("{differing} of {all} seeds differ in their steps:"),
            (_, all) => format!("{} are", words::counted(all, "seed")),
        };
        text.push_str(&format!("; {few} too few to tell it from chance, 6 would do"));
    }
    text
}

fn several(moved: &Change, change: &CellChange) -> String {
    let (before, after) = (moved.median_before, moved.median_after);
    let steps = |steps: f64| if steps.is_finite() { words::number(steps) } else { "never".to_owned() };
    let mut parts = Vec::new();
    if before != after || moved.ratio != 1.0 {
        let ratio = moved.paired_ratio();
        let ratio = ratio.map_or(String::new(), |ratio| format!(", paired ratio {}", words::number(digits(ratio))));
        parts.push(format!("median steps {} → {}{ratio}", steps(before), steps(after)));
    }
    if let (Some(old), Some(new)) = (&change.before, &change.after) {
        let (old, new) = (words::counts(&old.summary), words::counts(&new.summary));
        if old != new {
            parts.push(format!("{old} → {new}"));
        }
    }
    if parts.is_empty() { "other losses, but the same median".to_owned() } else { parts.join(", ") }
}

/// By how much the steps of a lone pair changed.
fn percent(ratio: f64) -> String {
    if ratio.is_finite() && ratio > 0.0 { format!(" ({:+.0}%)", 100.0 * (ratio - 1.0)) } else { String::new() }
}

/// A ratio to three digits.
fn digits(ratio: f64) -> f64 {
    format!("{ratio:.2e}").parse().unwrap_or(ratio)
}

/// A p-value to two digits.
fn rounded(p: f64) -> String {
    words::number(format!("{p:.1e}").parse().unwrap_or(p))
}

fn notes(matches: &[Match]) -> Vec<String> {
    let of = |kind: fn(&How) -> bool| matches.iter().filter(|one| kind(&one.how)).count();
    let mut notes = Vec::new();
    let seeds = of(|how| matches!(how, How::OtherSeeds(_)));
    if seeds > 0 {
        notes.push(format!(
            "{} with no seed in common: their seeds are paired in order, and nothing tells whether other settings changed",
            words::counted(seeds, "cell")
        ));
    }
    let settings = of(|how| matches!(how, How::OtherSettings(_)));
    if settings > 0 {
        let verb = if settings == 1 { "differs" } else { "differ" };
        notes.push(format!(
            "{} {verb} in settings that are not axes (problem, data, optimizer or stop rule), and {} compared all the same",
            words::counted(settings, "cell"),
            if settings == 1 { "is" } else { "are" },
        ));
    }
    let unequal = matches.iter().filter(|one| match &one.how {
        How::Same(seeds) | How::OtherSettings(seeds) => seeds.len() < one.before.len().max(one.after.len()),
        How::OtherSeeds(seeds) => seeds.len() < one.before.len().max(one.after.len()),
        How::Alone | How::Refused => false,
    });
    let unequal = unequal.count();
    if unequal > 0 {
        notes.push(format!(
            "{} with other seeds on one side: only the seeds of both are compared",
            words::counted(unequal, "cell")
        ));
    }
    notes
}

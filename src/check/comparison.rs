//! Two studies, cell by cell.
//!
//! Owns what is found of a cell; the rules are in `verdict`, the pairing in `matching`.

use std::collections::HashMap;

use super::cells::{all_settings, settings};
use super::fail_on::FailOn;
use super::judgment::{Ending, Settings};
use super::matching::{self, How, Match, Seed, Strictness};
use super::permutation::{self, Statistic};
use super::verdict::{self, Change, Pair, Verdict};
use crate::record::{Run, Study, Summary};
use crate::spec::{Difference, Experiment};

/// An earlier and a later study, cell by cell.
#[derive(Debug, Clone)]
pub struct Comparison {
    /// The cells of the later study in its order, then those that were removed.
    pub cells: Vec<CellChange>,
    /// What the reader should know of the comparison itself.
    pub notes: Vec<Note>,
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
    /// The settings that tell it from other cells.
    pub name: Settings,
    /// All its settings, the seed aside.
    pub settings: Settings,
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
    /// What changed; `None` where nothing did, and where there is nothing to compare.
    pub moved: Option<Moved>,
    /// The seeds whose steps differ, and all of them: the more of them, the better chance is told from change.
    pub seeds: (usize, usize),
}

/// What changed in a cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Moved {
    /// The only run, or one of those that are copies of each other.
    One(Ending, Ending),
    /// The median steps of the pairs, infinite for never, and the median of their ratios.
    Several {
        /// In the earlier study.
        before: f64,
        /// In the later one.
        after: f64,
        /// Steps after / steps before; infinite or 0 where one never converged.
        ratio: f64,
    },
}

/// What the reader should know of a comparison; each of so many cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Note {
    /// No seed in common: paired in order.
    OtherSeeds(usize),
    /// Compared although settings that are no axis differ.
    OtherSettings(usize),
    /// Seeds that only one side has are left out.
    UnequalSeeds(usize),
}

/// A cell in one of the studies.
#[derive(Debug, Clone)]
pub struct Side {
    /// The numbers of its runs, of which there is at least one.
    pub runs: Vec<u32>,
    /// Its replicates.
    pub summary: Summary,
}

impl Side {
    fn new(study: &Study, runs: &[u32]) -> Option<Side> {
        (!runs.is_empty()).then(|| Side { runs: runs.to_vec(), summary: Summary::of(study, runs) })
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
        name: settings(study, run),
        settings: all_settings(study, run),
        before: Side::new(before, &one.before),
        after: Side::new(after, &one.after),
        pairs: pairs.len(),
        identical,
        paired_ratio: None,
        p_value: None,
        verdict: Verdict::Same,
        moved: None,
        seeds: (0, 0),
    };
    if pairs.is_empty() {
        change.verdict = match (&one.how, one.before.is_empty()) {
            (How::Refused, _) => Verdict::NotComparable,
            (_, true) => Verdict::New,
            (_, false) => Verdict::Removed,
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
    change.seeds = moved.seeds();
    change.moved = Some(match pairs {
        [Pair { before, after, .. }] => Moved::One(Ending::of(before), Ending::of(after)),
        _ => Moved::Several { before: moved.median_before, after: moved.median_after, ratio: moved.ratio },
    });
    change
}

fn notes(matches: &[Match]) -> Vec<Note> {
    let of = |kind: &dyn Fn(&Match) -> bool| matches.iter().filter(|one| kind(one)).count();
    let is_unequal = |one: &Match| match &one.how {
        How::Same(seeds) | How::OtherSettings(seeds) | How::OtherSeeds(seeds) => {
            seeds.len() < one.before.len().max(one.after.len())
        }
        How::Alone | How::Refused => false,
    };
    let notes = [
        (Note::OtherSeeds as fn(usize) -> Note, of(&|one| matches!(one.how, How::OtherSeeds(_)))),
        (Note::OtherSettings, of(&|one| matches!(one.how, How::OtherSettings(_)))),
        (Note::UnequalSeeds, of(&is_unequal)),
    ];
    notes.into_iter().filter(|(_, cells)| *cells > 0).map(|(note, cells)| note(cells)).collect()
}

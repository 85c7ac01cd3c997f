//! What a check found, in words: the lines of the terminal, which CI formats show too.

use super::phrases::{self, conditions, runs, settings};
use super::words::{bounds, counted, exact};
use crate::check::{
    Against, CellChange, Checked, Claim, Difference, Finding, Found, Judgment, Note, Over, Sought, Verdict, Violation,
    What,
};
use crate::outcome::Status;
use crate::record::Edge;

/// A finding in one line.
pub(in crate::report) fn message(checked: &Checked, finding: &Finding<'_>) -> String {
    match &finding.what {
        What::Violated(judgment) => violated(judgment).unwrap_or_default(),
        What::FailedRuns(failed) => {
            let first = failed.first().map_or(String::new(), |(run, reason)| format!("; run {run}: {reason}"));
            format!("{} could not be carried out{first}", counted(failed.len(), "run"))
        }
        What::NoBaseline(against) => no_baseline(checked, against),
        What::Cell(cell) => objection(cell),
        What::MoreCells(verdict, more) => format!("{verdict}: {}", counted(more, "more cell")),
        What::Settings(differences) => {
            format!("settings that differ from those of the baseline: {}", differing_settings(differences))
        }
        What::NewCells(1) => "1 cell is new; passed, for --baseline-lenient was given".to_owned(),
        What::NewCells(new) => format!("{new} cells are new; passed, for --baseline-lenient was given"),
        What::Note(note) => self::note(*note),
    }
}

/// How a check went, in one line.
pub(in crate::report) fn headline(checked: &Checked) -> String {
    let Checked { name, .. } = checked;
    let expectations = match (checked.judgments.len(), checked.violated().count()) {
        (0, _) => "no expectations".to_owned(),
        (1, 0) => "1 expectation holds".to_owned(),
        (all, 0) => format!("{all} expectations hold"),
        (all, violated) => format!("{violated} of {all} expectations violated"),
    };
    let (folder, comparison) = match &checked.against {
        Against::Baseline { folder, comparison, .. } => (folder.display(), comparison),
        Against::ExpectationsAlone(_, others) if !others.is_empty() => {
            return format!("{name}: {expectations}; no baseline was found");
        }
        Against::Itself
        | Against::NoneYet(_)
        | Against::ExpectationsAlone(..)
        | Against::Missing(_)
        | Against::Unreadable(_)
        | Against::NoResults(_) => return format!("{name}: {expectations}"),
    };
    let cells = comparison.cells.len();
    if comparison.identical() == cells {
        let noun = if cells == 1 { "1 cell is".to_owned() } else { format!("{cells} cells are") };
        return format!("{name}: {expectations}; {noun} as in {folder}, bit by bit");
    }
    let counts = Verdict::ALL.into_iter().map(|verdict| (comparison.count(verdict), verdict));
    let counts: Vec<String> =
        counts.filter(|(count, _)| *count > 0).map(|(count, verdict)| format!("{count} {verdict}")).collect();
    format!("{name}: {expectations}; cells against {folder}: {}", counts.join(", "))
}

/// What a claim expects, and of which runs: `10 steps at learning_rate 0.7`.
pub(in crate::report) fn claim(judgment: &Judgment) -> String {
    let over = judgment.over.map_or(String::new(), over);
    let subject = conditions(&judgment.conditions);
    let at = if subject.is_empty() { subject } else { format!(" at {subject}") };
    let text = match &judgment.claim {
        Claim::Steps(limits) => {
            let only_one = limits.at_least == Some(1.0) && limits.at_most == Some(1.0);
            format!("{over}{} {}", bounds(limits), if only_one { "step" } else { "steps" })
        }
        Claim::Status(status) => format!("{over}the status {status}"),
        Claim::SuccessRate(limits) => format!("a success rate of {}", bounds(limits)),
        Claim::FinalLoss(limits) => format!("{over}a final loss of {}", bounds(limits)),
        Claim::BestLearningRate { bounds: limits, batch_size } => {
            let size = batch_size.as_ref().map_or(String::new(), |size| format!(" at batch size {size}"));
            format!("a best learning rate of {}{size}", bounds(limits))
        }
        Claim::FewerStepsThan(others) => return format!("{over}fewer steps{at} than at {}", conditions(others)),
    };
    text + &at
}

fn over(over: Over) -> String {
    match over {
        Over::Median => "in the median ".to_owned(),
        Over::All => "in every run ".to_owned(),
        Over::Any => "in at least one run ".to_owned(),
        Over::Quantile(p) => format!("in the {} quantile ", exact(p)),
    }
}

/// The line that tells a violation: what was expected, what was found, and the runs; `None` if the claim holds.
pub(in crate::report) fn violated(judgment: &Judgment) -> Option<String> {
    let first = judgment.violations.first()?;
    let more = match judgment.violations.len() - 1 {
        0 => String::new(),
        more => format!(", and so in {}", counted(more, "more cell")),
    };
    let but = match &first.found {
        Found::Ending(ending) if ending.status == Status::Exhausted => "but the run was",
        Found::Ending(_) => "but the run",
        _ => "got",
    };
    Some(format!("expected {}, {but} {}{more}", claim(judgment), violation(first)))
}

/// What was found in a cell: `11 steps (learning_rate 0.7, run 2)`.
pub(in crate::report) fn violation(violation: &Violation) -> String {
    let cell = settings(&violation.cell);
    let comma = if cell.is_empty() { "" } else { ", " };
    format!("{} ({cell}{comma}{})", found(&violation.found), runs(&violation.runs))
}

fn found(found: &Found) -> String {
    let with = |text: String, counts: &Option<_>| match counts {
        Some(counts) => format!("{text} ({})", phrases::counts(counts)),
        None => text,
    };
    match found {
        Found::Ending(ending) => phrases::ending(ending),
        Found::Counts(counts) => phrases::counts(counts),
        Found::Steps(steps, counts) => with(phrases::steps(*steps), counts),
        Found::FinalLoss(loss, counts) => with(exact(*loss), counts),
        Found::NoneOf(runs) => format!("none of {}", counted(runs, "run")),
        Found::SuccessRate(rate, counts) => format!("{} ({})", exact(*rate), phrases::counts(counts)),
        Found::NoLearningRate => "none: no run converged".to_owned(),
        Found::LearningRate(rate, Edge::Inside) => exact(*rate),
        Found::LearningRate(rate, edge) => format!("{}, on the edge of the grid: {}", exact(*rate), edge.advice()),
        Found::StepsAgainst(mine, theirs) => format!("{} against {}", phrases::steps(*mine), phrases::steps(*theirs)),
        Found::NoCounterpart => "nothing to compare with: no such runs agree on all other axes".to_owned(),
    }
}

/// Why there is no baseline, and what follows from that.
pub(in crate::report) fn no_baseline(checked: &Checked, against: &Against) -> String {
    let which = |sought: &Sought| match sought {
        Sought::Results(folder) => format!("no baseline in {}", folder.display()),
        Sought::Folder(folder) => format!("no results in {folder}"),
        Sought::Name(name) => format!("no baseline `{name}`"),
    };
    match against {
        Against::Itself => "compared with no baseline: this outcome becomes one".to_owned(),
        Against::NoneYet(sought) => format!("{} yet; passed, for --baseline-lenient was given", which(sought)),
        Against::ExpectationsAlone(sought, others) if others.is_empty() => {
            format!("{}; the expectations decide alone", which(sought))
        }
        Against::ExpectationsAlone(sought, others) => format!(
            "{}, though there are others ({}); if the spec was renamed, rename its results too; the expectations decide alone",
            which(sought),
            others.join(", ")
        ),
        Against::Missing(sought) => {
            let spec = checked.spec.display();
            let how = match sought {
                Sought::Results(_) | Sought::Folder(_) => format!("goldilocks run {spec}"),
                Sought::Name(name) => format!("goldilocks check {spec} --save-baseline {name}"),
            };
            format!("{}; save one with: {how}", which(sought))
        }
        Against::Unreadable(error) => format!("the baseline cannot be used: {error}"),
        Against::NoResults(error) => error.clone(),
        Against::Baseline { .. } => String::new(),
    }
}

/// The line of a cell that keeps a check from passing.
fn objection(cell: &CellChange) -> String {
    let told = phrases::cell(cell);
    match cell.verdict {
        Verdict::Same => format!("other bits, though bits must not change: {told}"),
        Verdict::Improved => format!("the baseline is out of date: {told}"),
        Verdict::New => format!("{told}: not in the baseline; save a new one, or pass --baseline-lenient"),
        Verdict::Removed => format!("{told}: only in the baseline; save a new one"),
        Verdict::Slower | Verdict::StatusChanged | Verdict::CannotTell | Verdict::NotComparable => told,
    }
}

/// The settings that differ: `problem.start 0.001 → 1, stop.max_steps 100 → unset`.
pub(in crate::report) fn differing_settings(differences: &[Difference]) -> String {
    let side = |side: &Option<String>| side.clone().unwrap_or_else(|| "unset".to_owned());
    let differences = differences.iter();
    let differences = differences.map(|one| format!("{} {} → {}", one.path, side(&one.before), side(&one.after)));
    differences.collect::<Vec<String>>().join(", ")
}

/// What the reader should know of a comparison.
pub(in crate::report) fn note(note: Note) -> String {
    match note {
        Note::OtherSeeds(cells) => format!(
            "{} with no seed in common: their seeds are paired in order, and nothing tells whether other settings changed",
            counted(cells, "cell")
        ),
        Note::OtherSettings(cells) => {
            let (differs, is) = if cells == 1 { ("differs", "is") } else { ("differ", "are") };
            format!(
                "{} {differs} in settings that are not axes (problem, data, optimizer or stop rule), and {is} compared all the same",
                counted(cells, "cell")
            )
        }
        Note::UnequalSeeds(cells) => {
            format!("{} with other seeds on one side: only the seeds of both are compared", counted(cells, "cell"))
        }
    }
}

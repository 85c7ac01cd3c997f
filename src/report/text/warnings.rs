//! What a reader of the summary should be warned of.

use super::page::{Page, Tone};
use super::reached;
use super::words::{counted, value, varying};
use crate::metric::FALSE_CONVERGENCE;
use crate::outcome::Status;
use crate::record::{Edge, Goldilocks, Groups, LEARNING_RATE, SEED, Study};

/// At most so many things are listed in a sentence.
const MOST_NAMES: usize = 6;

/// Says all that holds of a study.
pub(super) fn warnings(page: &mut Page, study: &Study, groups: &[Goldilocks], cells: &Groups) {
    let mut warnings: Vec<(Tone, String)> = Vec::new();
    for (edge, extreme) in [(Edge::Upper, "largest"), (Edge::Lower, "smallest")] {
        let at_edge = |group: &&Goldilocks| group.best.as_ref().is_some_and(|best| best.edge == edge);
        let names = names(study, groups, at_edge);
        if let Some(names) = names {
            let advice = edge.advice().replacen(' ', " the grid ", 1);
            let warning = format!("Warning: the best learning rate is the {extreme} that was tried{names}: {advice}.");
            warnings.push((Tone::Warning, warning));
        }
    }
    let nothing = names(study, groups, |group| group.best.is_none());
    if let Some(names) = nothing.filter(|_| !study.without_target) {
        let closest = reached::closest(study, groups).map_or(String::new(), |closest| format!(" {closest}."));
        warnings.push((Tone::Warning, format!("Warning: nothing converged{names}.{closest}")));
    }
    warnings.extend(reached::copies(study, cells).map(|warning| (Tone::Warning, warning)));
    warnings.extend(false_convergences(study).map(|warning| (Tone::Warning, warning)));
    warnings.extend(coarse(study).map(|warning| (Tone::Warning, warning)));
    warnings.extend(stopped_before(study).map(|warning| (Tone::Warning, warning)));
    warnings.extend(failures(study).map(|failures| (Tone::Bad, failures)));
    if !warnings.is_empty() {
        page.gap();
        warnings.iter().for_each(|(tone, warning)| page.paragraph(*tone, warning));
    }
}

/// How many of the replicates of a run only seemed to have converged, the run among them.
pub(super) fn false_convergences_beside(study: &Study, run: usize) -> usize {
    let Some(extra) = study.extra(FALSE_CONVERGENCE) else { return 0 };
    let is_false = |run: &&u32| extra.get(**run as usize).is_some_and(|told| told != 0.0);
    let cells = Groups::cells(study);
    let cell = cells.iter().find(|runs| runs.iter().any(|other| *other as usize == run));
    cell.map_or(0, |runs| runs.iter().filter(is_false).count())
}

/// Says how many runs only seemed to have converged, where they trained on.
fn false_convergences(study: &Study) -> Option<String> {
    let extra = study.extra(FALSE_CONVERGENCE)?;
    let told: Vec<f64> = (0..study.runs.len()).filter_map(|run| extra.get(run)).collect();
    let count = told.iter().filter(|is_false| **is_false != 0.0).count();
    let all = told.len();
    (count > 0).then(|| {
        format!(
            "Warning: {count} of {all} converged runs made over 10% of their total drop after that point (false_convergence): \
             their steps count to the false convergence."
        )
    })
}

/// Says how many runs were evaluated too rarely for their steps to mean much.
fn coarse(study: &Study) -> Option<String> {
    let count = (0..study.runs.len()).filter(|&run| study.is_coarse(run)).count();
    let all = study.runs.iter().filter(|run| run.steps.is_some()).count();
    (count > 0).then(|| {
        format!(
            "Warning: the steps of {count} of {all} converged runs are known only to within more than a tenth (steps_resolution): \
             they are the first evaluation at which the target was met. Evaluate more often to know them better."
        )
    })
}

/// Says how many runs ended at their own target before they came to the one they are held to now.
fn stopped_before(study: &Study) -> Option<String> {
    let count = study.runs.iter().filter(|run| run.status == Status::Unknown).count();
    (count > 0).then(|| {
        let (runs, they, they_count) =
            if count == 1 { ("run", "it", "it counts") } else { ("runs", "they", "they count") };
        format!(
            "Warning: {count} {runs} stopped at another target before reaching this one. Whether {they} would have reached it later \
             is unknown; in medians and success rates {they_count} as not converged."
        )
    })
}

/// Names the groups that `chosen` picks: nothing if there is only one group, `None` if it picks none.
fn names(study: &Study, groups: &[Goldilocks], chosen: impl Fn(&&Goldilocks) -> bool) -> Option<String> {
    let name = |group: &Goldilocks| {
        let settings = varying(study, &[SEED, LEARNING_RATE]);
        let settings = settings.map(|axis| format!("{} {}", axis.path, value(axis.value(group.run))));
        settings.collect::<Vec<String>>().join(", ")
    };
    let chosen: Vec<&Goldilocks> = groups.iter().filter(chosen).collect();
    match (chosen.as_slice(), groups.len()) {
        ([], _) => None,
        (chosen, all) if chosen.len() == all => Some(String::new()),
        (chosen, _) => {
            let names: Vec<String> = chosen.iter().take(MOST_NAMES).map(|group| name(group)).collect();
            Some(format!(" for {}{}", names.join("; "), and_more(chosen.len())))
        }
    }
}

fn and_more(count: usize) -> String {
    if count > MOST_NAMES { format!(" and {} more", count - MOST_NAMES) } else { String::new() }
}

/// The runs that could not be carried out, with the reason of the first.
fn failures(study: &Study) -> Option<String> {
    let failed = || study.runs.iter().enumerate().filter(|(_, run)| run.status == Status::Failed);
    let count = failed().count();
    let (_, first) = failed().next()?;
    let numbers: Vec<String> = failed().take(MOST_NAMES).map(|(number, _)| number.to_string()).collect();
    let noun = if count == 1 { "run" } else { "runs" };
    let reason = first.reason.as_deref().map_or_else(String::new, |reason| format!(": {reason}"));
    let which = if count == 1 { "" } else { "; the first" };
    Some(format!(
        "{} could not be carried out ({noun} {}{}{which}{reason}). See runs.csv.",
        counted(count, "run"),
        numbers.join(", "),
        and_more(count),
    ))
}

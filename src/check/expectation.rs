//! Holds a study against the expectations of its spec; what a claim means is in `claim`.

use super::cells::cells;
use super::claim;
use super::judgment::{Judgment, Place};
use crate::record::Study;
use crate::spec::{Claim, Experiment, Over};

/// Holds every claim of a spec against a study; the study's axes must be those of the spec's grid (the store puts results read from a folder in that order).
pub fn judge(experiment: &Experiment, study: &Study) -> Vec<Judgment> {
    let expectations = experiment.expectations.iter();
    let claims = expectations.flat_map(|expectation| expectation.claims.iter().map(move |claim| (expectation, claim)));
    claims
        .map(|(expectation, claim)| {
            let cells = cells(study, &expectation.conditions);
            let replicated = cells.iter().any(|runs| runs.len() > 1);
            Judgment {
                place: Place::of(experiment, claim.span),
                claim: claim.value.clone(),
                conditions: expectation.conditions.clone(),
                over: default_over(&claim.value).filter(|_| replicated).map(|over| expectation.over.unwrap_or(over)),
                violations: claim::violations(&claim.value, expectation, study, &cells),
            }
        })
        .collect()
}

/// Which replicates count where an expectation does not say it; `None` for claims on all of them together.
fn default_over(claim: &Claim) -> Option<Over> {
    match claim {
        Claim::Steps(_) | Claim::FinalLoss(_) | Claim::FewerStepsThan(_) => Some(Over::Median),
        Claim::Status(_) => Some(Over::All),
        Claim::SuccessRate(_) | Claim::BestLearningRate { .. } => None,
    }
}

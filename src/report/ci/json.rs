//! What a check or a comparison found, for programs. Keys stand in a fixed order; infinite steps are `null`.

use serde_json::{Map, Number, Value as Json, json};

use crate::check::{Against, CellChange, Checked, Comparison, Conclusion, Side, Verdict};
use crate::record::Status;
use crate::value::Value;

/// What the checks of some specs found.
pub fn check_json(checked: &[Checked]) -> String {
    let specs: Vec<Json> = checked.iter().map(spec).collect();
    let conclusion = checked.iter().map(Checked::conclusion).max().unwrap_or(Conclusion::Passed);
    text(&json!({ "conclusion": word(conclusion), "specs": specs }))
}

/// Two studies, cell by cell.
pub fn comparison_json(before: &str, after: &str, comparison: &Comparison) -> String {
    let mut all = Map::new();
    all.insert("before".into(), before.into());
    all.insert("after".into(), after.into());
    all.extend(cells(comparison));
    text(&Json::Object(all))
}

fn text(json: &Json) -> String {
    // A tree of plain values can always be written.
    let mut text = serde_json::to_string_pretty(json).unwrap_or_default();
    text.push('\n');
    text
}

fn word(conclusion: Conclusion) -> &'static str {
    match conclusion {
        Conclusion::Passed => "passed",
        Conclusion::NotComparable => "cannot tell",
        Conclusion::Regressed => "regressed",
    }
}

fn spec(one: &Checked) -> Json {
    let expectations = one.judgments.iter().map(|judgment| {
        let violations = judgment.violations.iter();
        let violations = violations.map(|one| json!({ "found": one.found, "cell": one.cell, "runs": one.runs }));
        json!({
            "file": judgment.place.file.to_string_lossy(),
            "line": judgment.place.line,
            "expected": judgment.claim,
            "holds": judgment.violations.is_empty(),
            "violations": violations.collect::<Vec<Json>>(),
        })
    });
    let baseline = match &one.against {
        Against::Nothing(why) | Against::NotFound(why) => json!({ "folder": null, "note": why }),
        Against::Unusable(why) => json!({ "folder": null, "problem": why }),
        Against::Baseline { folder, comparison, .. } => {
            let mut baseline = Map::new();
            baseline.insert("folder".into(), folder.to_string_lossy().into());
            baseline.extend(cells(comparison));
            Json::Object(baseline)
        }
    };
    let failed = one.failed.iter().map(|(run, reason)| json!({ "run": run, "reason": reason }));
    json!({
        "name": one.name,
        "spec": one.spec.to_string_lossy(),
        "conclusion": word(one.conclusion()),
        "runs": one.runs,
        "failed": failed.collect::<Vec<Json>>(),
        "expectations": expectations.collect::<Vec<Json>>(),
        "baseline": baseline,
    })
}

fn cells(comparison: &Comparison) -> Map<String, Json> {
    let counts = Verdict::ALL.into_iter().map(|verdict| (verdict.name().to_owned(), comparison.count(verdict).into()));
    let mut map = Map::new();
    map.insert("fail_on".into(), comparison.fail_on.to_string().into());
    map.insert("counts".into(), Json::Object(counts.collect()));
    map.insert("notes".into(), comparison.notes.clone().into());
    let differences = comparison.differences.iter();
    let differences = differences.map(|one| json!({ "setting": one.path, "before": one.before, "after": one.after }));
    map.insert("settings_that_differ".into(), differences.collect());
    map.insert("cells".into(), comparison.cells.iter().map(cell).collect());
    map
}

fn cell(cell: &CellChange) -> Json {
    let settings = cell.settings.iter().map(|(path, value)| (path.clone(), setting(value)));
    json!({
        "settings": settings.collect::<Map<String, Json>>(),
        "verdict": cell.verdict.name(),
        "change": cell.change,
        "before": cell.before.as_ref().map(side),
        "after": cell.after.as_ref().map(side),
        "paired_ratio": cell.paired_ratio,
        "pairs": cell.pairs,
        "identical": cell.identical,
        "p_value": cell.p_value,
    })
}

fn side(side: &Side) -> Json {
    let counts = Status::ALL.into_iter().map(|status| (status.name().to_owned(), side.summary.count(status).into()));
    json!({
        "first_run": side.first_run,
        "runs": side.summary.runs,
        "counts": Json::Object(counts.collect()),
        "steps_median": finite(side.summary.steps.median),
        "success_rate": finite(side.summary.success_rate()),
    })
}

fn finite(number: f64) -> Json {
    Number::from_f64(number).map_or(Json::Null, Json::Number)
}

fn setting(value: &Value) -> Json {
    match value {
        Value::Number(number) => finite(*number),
        Value::Count(count) => (*count).into(),
        Value::Flag(flag) => (*flag).into(),
        Value::Text(text) => text.as_ref().into(),
        Value::Counts(counts) => counts.to_vec().into(),
    }
}

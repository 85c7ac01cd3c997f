//! JUnit's XML, which Jenkins, GitLab, Azure and others read: a test suite per spec, a test case per claim and per cell.

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use crate::check::{Against, CellChange, Checked, Comparison, Conclusion, Judgment};
use crate::report::text::findings::{claim, no_baseline, violated, violation};
use crate::report::text::phrases;

/// Where a study has more cells than this, those that are fine are one test case.
const MOST_CELLS: usize = 1000;

/// The report of some checks. It holds no times, so equal outcomes give equal bytes.
pub fn junit(checked: &[Checked]) -> String {
    let mut report = Report::new("goldilocks check");
    for one in checked {
        let mut suite = TestSuite::new(one.name.as_str());
        suite.add_test_cases(one.judgments.iter().map(|judgment| expectation(one, judgment)));
        suite.add_test_cases(one.failed.iter().map(|(run, reason)| {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
            status.set_message(reason.as_str()).set_type("failed run");
            case(one, "runs", format!("run {run}"), status)
        }));
        match &one.against {
            why @ (Against::Itself | Against::NoneYet(_) | Against::ExpectationsAlone(..)) => {
                let mut status = TestCaseStatus::skipped();
                status.set_message(no_baseline(one, why));
                suite.add_test_case(case(one, "baseline", "baseline".into(), status));
            }
            why @ (Against::Missing(_) | Against::Unreadable(_) | Against::NoResults(_)) => {
                let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
                status.set_message(no_baseline(one, why)).set_type("no baseline");
                suite.add_test_case(case(one, "baseline", "baseline".into(), status));
            }
            Against::Baseline { comparison, lenient, .. } => {
                suite.add_test_cases(cells(one, comparison, *lenient));
            }
        }
        report.add_test_suite(suite);
    }
    // Writing to memory does not fail.
    within_the_schema(report.to_string().unwrap_or_default())
}

/// Jenkins's schema (junit-10.xsd) counts skipped tests per suite, but knows no such count for all of them.
fn within_the_schema(mut xml: String) -> String {
    const COUNT: &str = " skipped=\"";
    let root = xml.find("<testsuites").and_then(|start| Some(start..start + xml[start..].find('>')?));
    let count = root.and_then(|root| {
        let start = root.start + xml[root.clone()].find(COUNT)?;
        let value = start + COUNT.len();
        Some(start..value + xml[value..root.end].find('"')? + 1)
    });
    count.into_iter().for_each(|count| xml.replace_range(count, ""));
    xml
}

fn case(one: &Checked, class: &str, name: String, status: TestCaseStatus) -> TestCase {
    let mut case = TestCase::new(name, status);
    case.set_classname(format!("{}.{class}", one.name));
    case
}

fn expectation(one: &Checked, judgment: &Judgment) -> TestCase {
    let status = match violated(judgment) {
        None => TestCaseStatus::success(),
        Some(message) => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            let all: Vec<String> = judgment.violations.iter().map(violation).collect();
            let text = format!("{}: expected {}, got\n{}", judgment.place, claim(judgment), all.join("\n"));
            status.set_message(message).set_type("expectation").set_description(text);
            status
        }
    };
    case(one, "expect", format!("line {}: {}", judgment.place.line, claim(judgment)), status)
}

fn cells(one: &Checked, comparison: &Comparison, lenient: bool) -> Vec<TestCase> {
    let is_fine = |cell: &CellChange| comparison.conclusion(cell, lenient) == Conclusion::Passed;
    let few = comparison.cells.len() <= MOST_CELLS;
    let mut cases: Vec<TestCase> = comparison
        .cells
        .iter()
        .filter(|cell| few || !is_fine(cell))
        .map(|cell| {
            let kind = match comparison.conclusion(cell, lenient) {
                Conclusion::Passed => {
                    return case(one, "baseline", phrases::settings(&cell.name), TestCaseStatus::success());
                }
                Conclusion::NotComparable => NonSuccessKind::Error,
                Conclusion::Regressed => NonSuccessKind::Failure,
            };
            let mut status = TestCaseStatus::non_success(kind);
            status.set_message(phrases::cell(cell)).set_type(cell.verdict.name());
            case(one, "baseline", phrases::settings(&cell.name), status)
        })
        .collect();
    if !few {
        let fine = comparison.cells.iter().filter(|cell| is_fine(cell)).count();
        cases.push(case(one, "baseline", format!("{fine} more cells"), TestCaseStatus::success()));
    }
    cases
}

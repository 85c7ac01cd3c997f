//! What CI servers read: JUnit against the schema of Jenkins, annotations line by line, the summary, JSON.

use serde_json::{Value, json};

use super::{PARABOLA, Place, prints};

/// A study that violates one expectation of two, holds it against a baseline, and has a name that XML and Markdown must escape.
fn place() -> Place {
    let spec = PARABOLA.replace("steps = 10\n", "steps = { below = 10 }\n");
    let place = Place::with(&[("a <b>, c.toml", &spec), ("fine.toml", &PARABOLA.replace("study", "fine"))]);
    prints(&place.run(&["run", "fine.toml", "--quiet", "--no-plots"]), 0);
    place
}

const SPECS: [&str; 2] = ["a <b>, c.toml", "fine.toml"];

/// An element of an XML document: its name, its attributes, what is in it.
#[derive(Debug, Default)]
struct Element {
    name: String,
    attributes: Vec<(String, String)>,
    children: Vec<Element>,
    text: String,
}

impl Element {
    fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// Reads well-formed XML without comments and such; panics at anything else.
fn parse(xml: &str) -> Element {
    let body = xml.strip_prefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>").expect("an XML declaration");
    let mut open = vec![Element::default()];
    let mut rest = body;
    while let Some(start) = rest.find('<') {
        open.last_mut().unwrap().text.push_str(&unescaped(&rest[..start]));
        let end = start + rest[start..].find('>').expect("the end of a tag");
        let tag = &rest[start + 1..end];
        rest = &rest[end + 1..];
        if let Some(name) = tag.strip_prefix('/') {
            let closed = open.pop().unwrap();
            assert_eq!(closed.name, name);
            open.last_mut().unwrap().children.push(closed);
            continue;
        }
        let (tag, is_empty) = tag.strip_suffix('/').map_or((tag, false), |tag| (tag, true));
        let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        let mut element = Element { name: name.to_owned(), ..Element::default() };
        let mut parts = attributes.split('"');
        while let (Some(name), Some(value)) = (parts.next(), parts.next()) {
            element.attributes.push((name.trim().trim_end_matches('=').to_owned(), unescaped(value)));
        }
        if is_empty {
            open.last_mut().unwrap().children.push(element);
        } else {
            open.push(element);
        }
    }
    assert!(rest.trim().is_empty());
    let mut root = open.pop().unwrap();
    assert!(open.is_empty() && root.children.len() == 1, "one root");
    root.children.remove(0)
}

fn unescaped(text: &str) -> String {
    assert!(!text.contains('<'), "{text}");
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&apos;", "'");
    text.replace("&amp;", "&")
}

/// An element of the schema: its attributes (those that are required first), their number, and its children.
type Rule = (&'static str, &'static [&'static str], usize, &'static [&'static str]);

/// The elements of Jenkins's schema, `junit-10.xsd` of its xunit plugin, that this report uses.
const SCHEMA: [Rule; 6] = [
    ("testsuites", &["name", "time", "tests", "failures", "errors"], 0, &["testsuite"]),
    (
        "testsuite",
        &[
            "name",
            "tests",
            "failures",
            "errors",
            "group",
            "time",
            "skipped",
            "timestamp",
            "hostname",
            "id",
            "package",
            "file",
            "log",
            "url",
        ],
        4,
        &["testsuite", "properties", "testcase", "system-out", "system-err"],
    ),
    (
        "testcase",
        &["name", "time", "classname", "group"],
        1,
        &["skipped", "error", "failure", "system-out", "system-err"],
    ),
    ("failure", &["type", "message"], 0, &[]),
    ("error", &["type", "message"], 0, &[]),
    ("skipped", &["type", "message"], 0, &[]),
];

fn hold_to_the_schema(element: &Element) {
    let name = element.name.as_str();
    let (_, attributes, required, children) =
        SCHEMA.iter().find(|rule| rule.0 == name).unwrap_or_else(|| panic!("<{name}>"));
    for (attribute, _) in &element.attributes {
        assert!(attributes.contains(&attribute.as_str()), "<{name} {attribute}>");
    }
    for attribute in &attributes[..*required] {
        assert!(element.attribute(attribute).is_some(), "<{name}> has no {attribute}");
    }
    if !children.is_empty() {
        assert!(element.text.trim().is_empty(), "<{name}> has text: {}", element.text);
    }
    for child in &element.children {
        assert!(children.contains(&child.name.as_str()), "<{}> in <{name}>", child.name);
        hold_to_the_schema(child);
    }
}

#[test]
fn junit_meets_the_schema_of_ci_servers() {
    let place = place();
    let output = place.run(&[&["check", "--junit", "check.xml"], &SPECS[..]].concat());
    prints(&output, 1);
    let report = parse(&place.read("check.xml"));
    hold_to_the_schema(&report);
    assert_eq!((report.attribute("tests"), report.attribute("failures")), (Some("8"), Some("1")));
    let [study, fine] = &report.children[..] else { panic!("a suite per spec") };
    assert_eq!(
        (study.attribute("name"), study.attribute("tests"), study.attribute("skipped")),
        (Some("study"), Some("3"), Some("1"))
    );
    assert_eq!(
        (fine.attribute("failures"), fine.attribute("errors"), fine.attribute("tests")),
        (Some("0"), Some("0"), Some("5"))
    );
    let failed = &study.children[0];
    assert_eq!(failed.attribute("name"), Some("line 13: below 10 steps at learning_rate 0.7"));
    assert_eq!(failed.attribute("classname"), Some("study.expect"));
    let failure = &failed.children[0];
    assert_eq!(
        failure.attribute("message"),
        Some("expected below 10 steps at learning_rate 0.7, got 10 steps (learning_rate 0.7, run 0)")
    );
    assert!(failure.text.starts_with("a <b>, c.toml:13: expected "), "{}", failure.text);
    assert_eq!(fine.children[2].attribute("name"), Some("learning_rate 0.7"));
    assert_eq!(fine.children[2].attribute("classname"), Some("fine.baseline"));

    // Equal outcomes, equal bytes.
    let before = place.read("check.xml");
    prints(&place.run(&[&["check", "--junit", "check.xml", "-j", "1"], &SPECS[..]].concat()), 1);
    assert_eq!(place.read("check.xml"), before);
}

#[test]
fn what_cannot_be_told_is_an_error_in_junit() {
    let place = place();
    prints(&place.run(&["check", "fine.toml", "--baseline", "main", "--junit", "check.xml"]), 3);
    let report = parse(&place.read("check.xml"));
    hold_to_the_schema(&report);
    assert_eq!(report.attribute("errors"), Some("1"));
    let error = &report.children[0].children[2].children[0];
    assert_eq!((error.name.as_str(), error.attribute("type")), ("error", Some("no baseline")));
}

#[test]
fn annotations_line_by_line() {
    let place = place();
    let mut command = place.command(&[&["check", "--github", "--quiet"], &SPECS[..]].concat());
    let output = command.env("GITHUB_STEP_SUMMARY", place.path("summary.md")).output().unwrap();
    let text = prints(&output, 1);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(
        lines,
        [
            "::error file=a <b>%2C c.toml,line=13,title=goldilocks check%3A study::expected below 10 steps at learning_rate \
             0.7, got 10 steps (learning_rate 0.7, run 0)",
            "::warning file=a <b>%2C c.toml,line=5,title=goldilocks check%3A study::no baseline in results/study, though there \
             are others (fine); if the spec was renamed, rename its results too; the expectations decide alone",
            "a <b>, c.toml:13: error: expected below 10 steps at learning_rate 0.7, got 10 steps (learning_rate 0.7, run 0)",
            "a <b>, c.toml:5: warning: no baseline in results/study, though there are others (fine); if the spec was renamed, \
             rename its results too; the expectations decide alone",
            "regressed  study: 1 of 2 expectations violated; no baseline was found",
        ]
    );
    assert_eq!(
        place.read("summary.md"),
        "## goldilocks check\n\n\
         | | spec | outcome |\n| --- | --- | --- |\n\
         | ❌ | a &lt;b>, c.toml | study: 1 of 2 expectations violated; no baseline was found |\n\
         | ✅ | fine.toml | fine: 2 expectations hold; 3 cells are as in results/fine, bit by bit |\n\n\
         ### study\n\n\
         * `a <b>, c.toml:13` expected below 10 steps at learning\\_rate 0.7, got 10 steps (learning\\_rate 0.7, run 0)\n\
         * `a <b>, c.toml:5` no baseline in results/study, though there are others (fine); if the spec was renamed, \
         rename its results too; the expectations decide alone\n"
    );
    // Other steps write to the same file.
    let mut again = place.command(&["check", "fine.toml", "--github"]);
    again.env("GITHUB_STEP_SUMMARY", place.path("summary.md")).output().unwrap();
    assert_eq!(place.read("summary.md").matches("## goldilocks check").count(), 2);
    // Without the variable there are annotations only.
    prints(&place.run(&["check", "fine.toml", "--github"]), 0);
}

#[test]
fn a_warning_where_it_cannot_be_told() {
    let place = place();
    let text = prints(&place.run(&["check", "fine.toml", "--github", "--quiet", "--baseline", "main"]), 3);
    let expected = "::warning file=fine.toml,line=5,title=goldilocks check%3A fine::no baseline `main`; save one with: \
                    goldilocks check fine.toml --save-baseline main";
    assert_eq!(text.lines().next(), Some(expected));
}

#[test]
fn the_verdict_outlives_its_reader() {
    let place = place();
    for form in [&["--json"][..], &["--github"], &[]] {
        let mut command = place.command(&[&["check", SPECS[0]], form].concat());
        let mut child = command.stdout(std::process::Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        assert_eq!(child.wait().unwrap().code(), Some(1), "{form:?}");
    }
}

#[test]
fn json_says_all() {
    let place = place();
    let json: Value =
        serde_json::from_str(&prints(&place.run(&[&["check", "--json"], &SPECS[..]].concat()), 1)).unwrap();
    assert_eq!(json["conclusion"], "regressed");
    let [study, fine] = &json["specs"].as_array().unwrap()[..] else { panic!("two specs") };
    assert_eq!(
        (&study["name"], &study["runs"], &study["conclusion"]),
        (&"study".into(), &3.into(), &"regressed".into())
    );
    let expectation = &study["expectations"][0];
    assert_eq!((&expectation["line"], &expectation["holds"]), (&13.into(), &false.into()));
    let expected = json!({
        "claim": "steps", "below": 10.0, "over": null, "where": [{ "axis": "learning_rate", "one_of": [0.7] }],
    });
    assert_eq!(expectation["expected"], expected);
    let violation = json!({
        "found": { "kind": "steps", "steps": 10.0, "counts": null }, "cell": { "learning_rate": 0.7 }, "runs": [0],
    });
    assert_eq!(expectation["violations"], json!([violation]));
    assert_eq!(study["baseline"]["state"], "expectations alone");
    assert_eq!(
        (&study["baseline"]["sought"], &study["baseline"]["others"]),
        (&"results/study".into(), &json!(["fine"]))
    );
    assert_eq!(study["baseline"]["folder"], Value::Null);
    assert_eq!(fine["baseline"]["folder"], "results/fine");
    assert_eq!(fine["baseline"]["counts"]["same"], 3);
    let cell = &fine["baseline"]["cells"][0];
    assert_eq!((&cell["change"], &cell["settings"]), (&Value::Null, &json!({ "learning_rate": 0.7 })));
    assert_eq!((&cell["verdict"], &cell["identical"], &cell["p_value"]), (&"same".into(), &1.into(), &Value::Null));
}

//! No file is longer than 400 lines, no function longer than 60, without a reason.

use std::fs;
use std::path::Path;

use super::sources;

const MAX_FILE: usize = 400;
const MAX_FUNCTION: usize = 60;

/// Functions that may be longer, and why.
const LONGER: [(&str, &str, &str); 4] = [
    ("tests/all/schema.rs", "validate", "an arm for each keyword of a schema"),
    ("tests/all/spec/problems.rs", "examples_on_a_parabola", "one spec and the whole message of its mistakes"),
    ("tests/all/spec/expectations.rs", "expectations_that_are_wrong", "one spec and the whole message of its mistakes"),
    ("src/report/plot/tests/extremes.rs", "built", "a study, field by field"),
];

/// The functions of a source and how many lines each one has, its signature included. The code is formatted: a function ends at the
/// first brace that stands alone, indented like its beginning.
fn functions(text: &str) -> Vec<(String, usize)> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    for (start, line) in lines.iter().enumerate() {
        let code = line.trim_start();
        let indent = &line[..line.len() - code.len()];
        let words = ["pub ", "pub(super) ", "pub(crate) ", "const "];
        let code = words.iter().fold(code, |code, word| code.strip_prefix(word).unwrap_or(code));
        let Some(rest) = code.strip_prefix("fn ") else { continue };
        let name: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        let end = format!("{indent}}}");
        let length = lines[start..].iter().position(|line| *line == end);
        if let Some(length) = length.filter(|_| !line.ends_with('}') && !line.ends_with(';')) {
            found.push((name, length + 1));
        }
    }
    found
}

#[test]
fn files_and_functions_are_short() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (mut long, mut seen) = (Vec::new(), 0);
    for path in ["src", "tests", "benches"].iter().flat_map(|part| sources(&root.join(part))) {
        let text = fs::read_to_string(&path).unwrap();
        let name = path.strip_prefix(root).unwrap().display().to_string();
        let length = text.lines().count();
        if length > MAX_FILE {
            long.push(format!("{name}: {length} lines"));
        }
        let functions = functions(&text);
        seen += functions.len();
        for (function, length) in functions {
            let is_excused = LONGER.iter().any(|(file, longer, _)| *file == name && *longer == function);
            if length > MAX_FUNCTION && !is_excused {
                long.push(format!("{name}: {function} has {length} lines"));
            }
        }
    }
    assert!(seen > 1000, "only {seen} functions were found");
    assert!(long.is_empty(), "too long:\n{}", long.join("\n"));
}

//! Imports point one way, between parts and inside them: reads the sources and holds them to the list below.

mod circles;
mod lengths;

use std::fs;
use std::path::{Path, PathBuf};

/// The parts, from the outermost to the innermost; a part may import only parts below it.
const PARTS: [&str; 17] = [
    "main", "cli", "report", "store", "engine", "event", "check", "record", "grid", "spec", "train", "problem", "data",
    "output", "random", "fs", "outcome",
];

/// Parts at the bottom that know nothing of each other nor of anything above.
const BOTTOM: [&str; 8] = ["random", "fs", "outcome", "value", "math", "choice", "metric", "word"];

/// What a part must not know although it lies below.
const FORBIDDEN: [(&str, &[&str]); 8] = [
    ("output", &["random", "fs", "math", "outcome"]),
    ("check", &["train", "problem", "data"]),
    ("report", &["engine", "grid", "spec", "train", "problem", "data"]),
    ("store", &["engine", "check", "train", "problem", "data"]),
    ("record", &["spec", "train", "problem", "data"]),
    ("event", &["record", "grid", "spec", "train", "problem", "data"]),
    ("grid", &["problem"]),
    ("train", &["fs"]),
];

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// The part a file belongs to, and every part of the crate that its code (not its comments) names after `crate::`.
fn imports(path: &Path, root: &Path) -> (String, Vec<String>) {
    let relative = path.strip_prefix(root).unwrap();
    let part = relative.iter().next().unwrap().to_str().unwrap().trim_end_matches(".rs").to_owned();
    let text = fs::read_to_string(path).unwrap();
    let code: String = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
    let mut found = Vec::new();
    for prefix in ["crate::", "goldilocks::"] {
        for (start, _) in code.match_indices(prefix) {
            let rest = &code[start + prefix.len()..];
            match rest.strip_prefix('{') {
                // `use crate::{data, spec}`: the first word of each item.
                Some(list) => {
                    let list = &list[..list.find("};").unwrap_or(list.len())];
                    found.extend(list.split(',').map(|item| word(item.trim())));
                }
                None => found.push(word(rest)),
            }
        }
    }
    found.retain(|name| !name.is_empty());
    (part, found)
}

fn word(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

#[test]
fn imports_point_one_way() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let rank = |part: &str| PARTS.iter().position(|known| *known == part);
    let mut seen = 0;
    let mut wrong = Vec::new();
    // Tests of a part may use whatever they like.
    let is_test = |path: &PathBuf| path.iter().any(|name| name == "tests" || name == "tests.rs");
    for path in sources(&root).into_iter().filter(|path| !is_test(path)) {
        let (part, imports) = imports(&path, &root);
        for import in imports.into_iter().filter(|import| *import != part) {
            let is_bottom = BOTTOM.contains(&import.as_str());
            if !is_bottom && rank(&import).is_none() {
                continue;
            }
            seen += 1;
            let upwards = match (rank(&part), rank(&import)) {
                // Words have nothing below them.
                _ if is_bottom => BOTTOM.contains(&part.as_str()) && import != "word",
                (Some(part), Some(import)) => import < part,
                // `lib.rs` names all parts; a bottom part may name none.
                (None, _) => BOTTOM.contains(&part.as_str()),
                (_, None) => false,
            };
            let forbidden = FORBIDDEN.iter().any(|(who, what)| *who == part && what.contains(&import.as_str()));
            if upwards || forbidden {
                wrong.push(format!("{}: `{part}` must not import `{import}`", path.display()));
            }
        }
    }
    assert!(seen > 50, "the test reads imports ({seen} found)");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_part_is_in_every_list() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let library = fs::read_to_string(root.join("src/lib.rs")).unwrap();
    let design = fs::read_to_string(root.join("docs/design.md")).unwrap();
    let parts: Vec<&str> =
        library.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';')).collect();
    assert!(parts.len() > 10, "the test reads the parts");
    for part in parts {
        assert!(PARTS.contains(&part) || BOTTOM.contains(&part), "`{part}` has no place among the parts");
        assert!(library.contains(&format!("[`{part}`]")), "`{part}` is missing on the start page of the library");
        let named = [format!("`{part}/`"), format!("`{part}`")];
        let is_row = |line: &&str| line.starts_with("| `") && named.iter().any(|name| line.contains(name));
        assert!(design.lines().any(|line| is_row(&line)), "`{part}` is missing in docs/design.md");
    }
}

#[test]
fn only_the_outer_parts_print() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for path in sources(&root) {
        let relative = path.strip_prefix(&root).unwrap();
        if ["cli", "report", "main.rs"].iter().any(|part| relative.starts_with(part)) {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        for macro_name in ["println!", "eprintln!", "print!", "eprint!", "dbg!"] {
            let called = |line: &str| line.trim_start().starts_with(macro_name);
            assert!(!text.lines().any(called), "{} prints", path.display());
        }
    }
}

#[test]
fn words_become_settings_without_a_silent_rest() {
    let spec = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/spec");
    let mut conversions =
        ["setup.rs", "initial.rs", "optimizer.rs", "stop.rs", "words.rs"].map(|name| spec.join(name)).to_vec();
    conversions.extend(sources(&spec.join("problem")));
    conversions.extend(sources(&spec.join("data")));
    assert!(conversions.len() > 12, "{conversions:?}");
    for path in conversions {
        let text = fs::read_to_string(&path).unwrap();
        for rest in ["_ =>", "Some(_) => Some(EvaluateEvery", ".unwrap_or(Activation"] {
            assert!(!text.contains(rest), "{}: `{rest}` would turn a new word into an old one", path.display());
        }
    }
    for path in sources(&spec) {
        let text = fs::read_to_string(&path).unwrap();
        let owns = "the words of a choice belong to the enum that they stand for";
        assert!(!text.contains("Kind::Choice(&["), "{}: {owns}", path.display());
    }
}

#[test]
fn floats_are_not_summed_in_the_order_of_threads() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for path in sources(&root) {
        let text: String = fs::read_to_string(&path).unwrap().split_whitespace().collect();
        for (start, _) in text.match_indices("par_iter()") {
            let statement = &text[start..start + text[start..].find(';').unwrap_or(text.len() - start)];
            assert!(!statement.contains(".sum::<f64>()"), "{} sums floats in parallel", path.display());
        }
    }
}

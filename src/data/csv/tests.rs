//! CSV files as people have them.

use super::*;

/// The outcome of reading this text, with the folder's name taken out of messages.
fn read_text(text: &str, features: Option<&[&str]>) -> Result<Raw, String> {
    read_targets(text, features, Targets::Numbers)
}

fn read_targets(text: &str, features: Option<&[&str]>, targets: Targets) -> Result<Raw, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data.csv");
    std::fs::write(&path, text).unwrap();
    let features = features.map(|names| names.iter().map(|&name| name.to_owned()).collect());
    let source = CsvSource { features, ..CsvSource::new(path, "y", targets) };
    read(&source).map_err(|error| error.message.replace(&format!("{}/", folder.path().display()), ""))
}

fn message(text: &str) -> String {
    read_text(text, None).err().expect("an error")
}

#[test]
fn all_columns_but_the_target_are_features_unless_named() {
    let raw = read_text("a,y,b\n1,2,3\n4,5,6e-1\n", None).unwrap();
    assert_eq!(raw.names, ["a", "b"]);
    assert_eq!(raw.examples.features, [1.0, 3.0, 4.0, 0.6]);
    assert_eq!(raw.examples.targets, [2.0, 5.0]);
    let raw = read_text("a,y,b\n1,2,3\n", Some(&["b"])).unwrap();
    assert_eq!((raw.names, raw.examples.features), (vec!["b".to_owned()], vec![3.0]));
}

#[test]
fn labels_become_positions_among_the_classes() {
    let raw = read_targets("y,a\nyes,1\nno,2\n no ,3\nyes,4\n", None, Targets::Classes { count: None }).unwrap();
    assert_eq!(raw.classes, ["no", "yes"]);
    assert_eq!((raw.examples.targets, raw.examples.features), (vec![1.0, 0.0, 0.0, 1.0], vec![1.0, 2.0, 3.0, 4.0]));
    let no_rows = read_targets("y,a\n", None, Targets::Classes { count: None });
    assert_eq!(no_rows.err().unwrap(), "data.csv has a header line but no examples");
}

#[test]
fn what_is_wrong_is_said_with_file_line_and_column() {
    assert_eq!(message(""), "data.csv is empty; expected a header line and examples");
    assert_eq!(message("a,y\n"), "data.csv has a header line but no examples");
    assert_eq!(message("a,z\n1,2\n"), "data.csv:1: there is no column `y`");
    assert_eq!(message("a,y\n1,2\n3\n"), "data.csv:3: expected 2 columns as in the header, found 1");
    let number = "expected a finite number, found";
    assert_eq!(message("a,y\n1,2\n\nx,4\n"), format!("data.csv:4: column 1 (`a`): {number} `x`"));
    assert_eq!(
        message("a,y\n,2\n"),
        "data.csv: 1 value is missing: `a` in line 2\ndata.csv:1: column 1 (`a`) has no values"
    );
    assert_eq!(message("a,y\n1,inf\n"), format!("data.csv:2: column 2 (`y`): {number} `inf`"));
    assert_eq!(message("y\n1\n2\n"), "data.csv:1: there is no column but the target");
    let large = "5e300 is too large, its square cannot be computed with; expected at most 1e150";
    assert_eq!(message("a,y\n1,5e300\n"), format!("data.csv:2: column 2 (`y`): {large}"));
    assert_eq!(message("y,a,y\n1,2,3\n"), "data.csv:1: more than one column is named `y`");
}

/// Reads with these changes to the usual source; errors with what helps.
fn read_with(text: &[u8], change: impl Fn(&mut CsvSource)) -> Result<Raw, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data.csv");
    std::fs::write(&path, text).unwrap();
    let mut source = CsvSource::new(path, "y", Targets::Numbers);
    change(&mut source);
    let place = format!("{}/", folder.path().display());
    read(&source).map_err(|error| format!("{}\n= {}", error.message, error.help).replace(&place, ""))
}

#[test]
fn a_column_of_text_becomes_a_feature_per_level() {
    let raw = read_with(b"town,size,y\nRome,1,10\nBern,2,20\n\"Rome\",3,30\n", |_| ()).unwrap();
    assert_eq!(raw.names, ["town=Bern", "town=Rome", "size"]);
    assert_eq!(raw.examples.features, [0.0, 1.0, 1.0, 1.0, 0.0, 2.0, 0.0, 1.0, 3.0]);
    assert_eq!(raw.notes, ["`town` is a category and became 2 features, one per level: Bern, Rome"]);
    // Numbers are numbers unless the spec says otherwise.
    let raw = read_with(b"zip,y\n8000,1\n3000,2\n", |source| source.categories = vec!["zip".into()]).unwrap();
    assert_eq!(raw.names, ["zip=3000", "zip=8000"]);
    let mixed = read_with(b"a,y\n1,1\nx,2\n", |_| ()).err().unwrap();
    assert!(mixed.ends_with("= if `a` holds categories, add `categories = [\"a\"]` to [data]"), "{mixed}");
    let ids: String = (0..101).map(|row| format!("name{row},1\n")).collect();
    let many = read_with(format!("id,y\n{ids}").as_bytes(), |_| ()).err().unwrap();
    assert!(many.starts_with("data.csv:1: column 1 (`id`) holds more than 100 different texts"), "{many}");
    let unknown = read_with(b"a,y\n1,1\n", |source| source.categories = vec!["b".into()]).err().unwrap();
    assert_eq!(unknown, "data.csv:1: there is no column `b`\n= the columns are: a, y");
}

#[test]
fn missing_values_are_counted_left_out_or_filled_in() {
    let text = b"a,b,y\n1,NA,5\n,2,6\n3,4,7\n?,nan,\n";
    let error = read_with(text, |_| ()).err().unwrap();
    assert!(
        error.starts_with(
            "data.csv: 5 values are missing: `b` in lines 2, 5; `a` in lines 3, 5; `y` in line 5\n= `missing ="
        ),
        "{error}"
    );
    let raw = read_with(text, |source| source.missing = Missing::Drop).unwrap();
    assert_eq!((raw.examples.features, raw.examples.targets), (vec![3.0, 4.0], vec![7.0]));
    assert_eq!(raw.notes, ["3 of 4 rows have missing values and were left out"]);
    let error = read_with(text, |source| source.missing = Missing::Mean).err().unwrap();
    assert!(error.starts_with("data.csv:5: column 3 (`y`): the target is missing"), "{error}");
    let raw = read_with(b"a,b,y\n1,NA,5\n,2,6\n", |source| source.missing = Missing::Mean).unwrap();
    assert!(raw.examples.features[1].is_nan() && raw.examples.features[2].is_nan());
    // What is not asked for may be missing.
    let raw = read_with(b"a,b,y\n1,NA,5\n", |source| source.features = Some(vec!["a".into()])).unwrap();
    assert_eq!(raw.examples.features, [1.0]);
    let none = read_with(b"a,y\n,1\n2,\n", |source| source.missing = Missing::Drop).err().unwrap();
    assert!(none.starts_with("data.csv: every row has a missing value"), "{none}");
}

#[test]
fn separators_and_encodings_are_hinted_at() {
    let semicolons = b"a;y\n1;2\n";
    let error = read_with(semicolons, |_| ()).err().unwrap();
    assert!(error.ends_with("add `separator = \";\"` to [data]"), "{error}");
    let raw = read_with(semicolons, |source| source.separator = Separator::Semicolon).unwrap();
    assert_eq!((raw.examples.features, raw.examples.targets), (vec![1.0], vec![2.0]));
    let raw = read_with(b"a\ty\n1\t2\n", |source| source.separator = Separator::Tab).unwrap();
    assert_eq!(raw.examples.targets, [2.0]);
    let comma = read_with(b"a;y\n1,5;2\n", |source| source.separator = Separator::Semicolon).err().unwrap();
    assert!(comma.ends_with("= numbers are written with a decimal point, `1.5`"), "{comma}");
    let raw = read_with("\u{feff}a,y\n1,2\n".as_bytes(), |_| ()).unwrap();
    assert_eq!(raw.names, ["a"]);
    let latin = read_with(b"a,y\n1,2\n\xe9,2\n", |_| ()).err().unwrap();
    assert!(latin.starts_with("data.csv:3: this is not UTF-8 text\n= it may be Latin-1"), "{latin}");
    let wide = read_with(b"\xff\xfea\0,\0", |_| ()).err().unwrap();
    assert!(wide.contains("looks like UTF-16"), "{wide}");
}

#[test]
fn all_that_is_wrong_is_told_at_once_and_cut_where_it_is_much() {
    let error = read_with(b"a,b,y\n1,2,3\nx,2,z\n3\n4,-inf,5\n", |_| ()).err().unwrap();
    let expected = "data.csv:4: expected 3 columns as in the header, found 1\n\
        data.csv:3: column 1 (`a`): expected a finite number, found `x`\n\
        data.csv:3: column 3 (`y`): expected a finite number, found `z`\n\
        data.csv:5: column 2 (`b`): expected a finite number, found `-inf`\n";
    assert!(error.starts_with(expected), "{error}");
    let rows: String = (0..500).map(|_| format!("1,{}\n", "x".repeat(1000))).collect();
    let error = read_with(format!("a,y\n{rows}").as_bytes(), |_| ()).err().unwrap();
    assert!(error.contains("… and 480 more errors") && error.len() < 5000, "{error}");
}

//! Which pictures of the plane a spec asks for.

use std::path::Path;

use goldilocks::spec::{self, SourceFile};
use insta::assert_snapshot;

use super::networks::NETWORK;
use super::{PARABOLA, errors};

/// The mistakes of the study with this in its `[record]`.
fn errors_of_record(record: &str) -> String {
    errors(NETWORK, &[("[stop]", &format!("[record]\n{record}\n\n[stop]"))])
}

#[test]
fn pictures() {
    let fine = "boundary = { epochs = [0, 20], where = { learning_rate = { at_least = 1 }, seed = 2 } }";
    assert_eq!(errors_of_record(fine), "no error, 6 runs");
}

#[test]
fn pictures_of_unknown_things() {
    let message = errors_of_record("boundary = { epoch = [1], where = { rate = 3 } }");
    assert_snapshot!(message, @r#"
    error: unknown key `epoch` in [record.boundary]
      --> spec.toml:25:14
       |
    25 | boundary = { epoch = [1], where = { rate = 3 } }
       |              ^^^^^
       |
       = help: did you mean `epochs`?

    error: `rate` is not an axis of this grid
      --> spec.toml:25:37
       |
    25 | boundary = { epoch = [1], where = { rate = 3 } }
       |                                     ^^^^
       |
       = help: its axes are `learning_rate`, `batch_size`, `seed`
    "#);
}

#[test]
fn pictures_of_no_epoch() {
    let message = errors_of_record("boundary = { epochs = [] }");
    assert_snapshot!(message, @r#"
    error: `record.boundary.epochs` is empty
      --> spec.toml:25:23
       |
    25 | boundary = { epochs = [] }
       |                       ^^ expected epochs, such as [1, 10, 100]
    "#);
    let message = errors_of_record("boundary = [1, 10]");
    assert_snapshot!(message, @r#"
    error: `record.boundary` has the wrong type
      --> spec.toml:25:12
       |
    25 | boundary = [1, 10]
       |            ^^^^^^^ expected a table with `epochs` or `where`, found a list
    "#);
}

#[test]
fn pictures_after_impossible_epochs() {
    let message = errors_of_record("boundary = { epochs = [1, 21] }");
    assert_snapshot!(message, @r#"
    error: `record.boundary.epochs` goes beyond the budget
      --> spec.toml:25:23
       |
    25 | boundary = { epochs = [1, 21] }
       |                       ^^^^^^^ expected at most `max_epochs`, 20
    "#);
    let message = errors_of_record("boundary = { epochs = [1, -1] }");
    assert_snapshot!(message, @r#"
    error: `record.boundary.epochs` is out of range
      --> spec.toml:25:27
       |
    25 | boundary = { epochs = [1, -1] }
       |                           ^^ expected a list of whole numbers
    "#);
    let message = errors_of_record("boundary = { epochs = [3, 3] }");
    assert_snapshot!(message, @r#"
    error: `record.boundary.epochs` names an epoch twice
      --> spec.toml:25:23
       |
    25 | boundary = { epochs = [3, 3] }
       |                       ^^^^^^ expected different epochs
    "#);
    let message = errors_of_record("boundary = { epochs = [1, 2, 3, 4, 5, 6, 7, 8, 9] }");
    assert_snapshot!(message, @r#"
    error: `record.boundary.epochs` names too many epochs
      --> spec.toml:25:23
       |
    25 | boundary = { epochs = [1, 2, 3, 4, 5, 6, 7, 8, 9] }
       |                       ^^^^^^^^^^^^^^^^^^^^^^^^^^^ expected at most 8
    "#);
}

#[test]
fn pictures_of_no_run() {
    let message = errors_of_record("boundary = { epochs = [1], where = { seed = 3 } }");
    assert_snapshot!(message, @r#"
    error: the pictures of `record.boundary` show no run
      --> spec.toml:25:38
       |
    25 | boundary = { epochs = [1], where = { seed = 3 } }
       |                                      ^^^^^^^^ the grid has 0, 1, 2
    "#);
}

#[test]
fn pictures_are_of_the_first_the_tenth_and_the_last_epoch_unless_told_otherwise() {
    let epochs = |last: &str| {
        let text = NETWORK.replace("max_epochs = 20", last).replace("[stop]", "[record]\nboundary = {}\n\n[stop]");
        let source = SourceFile { path: "spec.toml".into(), text };
        spec::parse(source, Path::new(""), &[]).unwrap().boundary.unwrap().epochs
    };
    assert_eq!(epochs("max_epochs = 200"), [1, 10, 200]);
    assert_eq!(epochs("max_epochs = 20"), [1, 10, 20]);
    assert_eq!(epochs("max_epochs = 10"), [1, 10]);
    assert_eq!(epochs("max_epochs = 3"), [1, 3]);
    assert_eq!(epochs("max_steps = 5000"), [1, 10, 100]);
    let message = errors(PARABOLA, &[("[grid]", "[record]\nboundary = {}\n\n[grid]")]);
    assert_snapshot!(message, @r#"
    error: `record.boundary.epochs` does not go with `problem.kind` = "parabola"
     --> spec.toml:8:12
      |
    8 | boundary = {}
      |            ^^ only for "network"
    "#);
}

#[test]
fn pictures_without_a_plane() {
    let message = errors(PARABOLA, &[("[grid]", "[record]\nboundary = { epochs = [1] }\n\n[grid]")]);
    assert_snapshot!(message, @r#"
    error: `record.boundary.epochs` does not go with `problem.kind` = "parabola"
     --> spec.toml:8:14
      |
    8 | boundary = { epochs = [1] }
      |              ^^^^^^ only for "network"
    "#);
    let csv = (
        "kind = \"playground\"\ndataset = \"circle\"\nnoise = 10\nfeatures = [\"x\", \"y\"]\nrng = \"seedrandom\"",
        "csv = \"data.csv\"\ntarget = \"y\"",
    );
    let message = errors(
        NETWORK,
        &[
            csv,
            ("[optimizer]\nkind = \"playground\"", ""),
            (", test_loss = 0.4", ""),
            ("[stop]", "[record]\nboundary = { epochs = [1] }\n\n[stop]"),
        ],
    );
    assert_snapshot!(message, @r#"
    error: `record.boundary.epochs` does not go with `data.kind` = "csv"
      --> spec.toml:21:14
       |
    21 | boundary = { epochs = [1] }
       |              ^^^^^^ only for "playground"
    "#);
    let message = errors(
        NETWORK,
        &[("noise = 10", "scale = \"standard\""), ("[stop]", "[record]\nboundary = { epochs = [1] }\n\n[stop]")],
    );
    assert_snapshot!(message, @r#"
    error: `record.boundary` needs features that are not scaled
      --> spec.toml:12:9
       |
    12 | scale = "standard"
       |         ^^^^^^^^^^ expected "none"
    "#);
}

//! What is read from the output of training programs: the ways of printing of well-known trainers, and `goldilocks parse`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use goldilocks::output::{Format, Measurement, Options, Pattern, Reader};

fn logs() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/logs");
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut logs: Vec<PathBuf> = paths.filter(|path| path.extension().is_some_and(|end| end == "log")).collect();
    logs.sort();
    logs
}

/// Reads bytes in chunks of a length; the measurements of a step put together.
fn read(bytes: &[u8], options: &Options, chunk: usize) -> (Vec<Measurement>, Option<String>) {
    let mut reader = Reader::new(options);
    let mut found = Vec::new();
    for chunk in bytes.chunks(chunk) {
        reader.push(chunk, &mut found).unwrap();
    }
    reader.finish(&mut found).unwrap();
    let mut together = Vec::new();
    Measurement::collect(&mut together, found);
    (together, reader.loss().map(str::to_owned))
}

/// As the files beside the logs have it.
fn written(found: &[Measurement], loss: Option<&str>) -> String {
    let mut text = format!("loss is {}\n", loss.unwrap_or("none"));
    for found in found {
        let values = found.values.iter().map(|(name, value)| format!(" {name}={value}"));
        let loss = found.loss.map_or("none".to_owned(), |loss| loss.to_string());
        let values: String = values.collect();
        text.push_str(&format!("{} {} loss={loss}{values}\n", found.step_key.name(), found.step));
    }
    text
}

#[test]
fn the_logs_of_well_known_trainers_are_read_without_settings() {
    let logs = logs();
    assert!(logs.len() >= 20, "{} logs", logs.len());
    for path in logs {
        let bytes = fs::read(&path).unwrap();
        let expected = fs::read_to_string(path.with_extension("expected")).unwrap();
        for chunk in [1, 7, bytes.len()] {
            let (found, loss) = read(&bytes, &Options::default(), chunk);
            assert_eq!(written(&found, loss.as_deref()), expected, "{} in chunks of {chunk}", path.display());
        }
    }
}

#[test]
fn a_pattern_reads_what_no_rule_does() {
    let pattern = r"\[(?P<epoch>\d+)\] <(?P<loss>\S+)> <(?P<accuracy>[^>]+)>";
    let options = Options { pattern: Some(Pattern::new(pattern).unwrap()), ..Options::default() };
    let (found, _) = read(b"[1] <0.5> <0.75>\nloss: 9\n[2] <nan> <high>\n", &options, 3);
    assert_eq!(written(&found, None), "loss is none\nepoch 1 loss=0.5 accuracy=0.75\nepoch 2 loss=NaN\n");
    for (pattern, message) in [("(?P<loss>", "cannot be read"), ("loss (.*)", "no named group")] {
        assert!(Pattern::new(pattern).unwrap_err().to_string().contains(message));
    }
}

#[test]
fn a_file_of_rows_may_have_gaps_and_several_rows_of_a_step() {
    let options =
        Options { loss: Some("val_loss".into()), format: Format::of_file("m.CSV".as_ref()), ..Options::default() };
    let file = b"epoch,step,train_loss,val_loss\r\n0,10,0.5,\r\n0,10,,\"0.7\"\r\n1,20,0.4,nan\r\n1,20,,0.6\r\n";
    let (found, loss) = read(file, &options, 2);
    let expected =
        "loss is val_loss\nstep 10 loss=0.7 epoch=0 train_loss=0.5\nstep 20 loss=NaN epoch=1 train_loss=0.4\n";
    assert_eq!(written(&found, loss.as_deref()), expected);
}

#[test]
fn steps_must_increase() {
    let mut reader = Reader::new(&Options::default());
    let mut found = Vec::new();
    let error = reader.push(b"step 10 loss 0.5\nstep 5 lr 0.1\nstep 7 loss 0.4\n", &mut found).unwrap_err();
    assert_eq!((error.line, error.step, error.before, found.len()), (3, 7, 10, 1));
    // Nothing is read from then on.
    reader.push(b"step 20 loss 0.3\n", &mut found).unwrap();
    reader.finish(&mut found).unwrap();
    assert_eq!(found.len(), 1);
}

#[test]
fn a_heading_of_an_epoch_between_steps_does_not_let_them_go_back() {
    let (found, _) = read(b"step 10 acc=0.1\nepoch 12\nstep 3 acc=0.2\nstep 11 loss=0.5\n", &Options::default(), 9);
    let steps: Vec<(u64, Option<f64>)> = found.iter().map(|found| (found.step, found.loss)).collect();
    assert_eq!(steps, [(10, None), (11, Some(0.5))]);
}

#[test]
fn a_loss_of_a_step_is_handed_out_at_once_and_that_of_an_epoch_when_it_is_over() {
    let mut reader = Reader::new(&Options::default());
    let mut found = Vec::new();
    reader.push(b"step 1 loss 0.5\n", &mut found).unwrap();
    assert_eq!(found.len(), 1);
    reader.push(b"accuracy: 0.9\n", &mut found).unwrap();
    assert_eq!(found.len(), 1);
    reader.push(b"step 2 loss 0.4\n", &mut found).unwrap();
    assert_eq!((found.len(), found[1].step, found[1].loss, found[1].values.len()), (3, 1, None, 1));

    let (mut reader, mut found) = (Reader::new(&Options::default()), Vec::new());
    reader.push(b"epoch 1 loss 0.5\nepoch 1 loss 0.4\n", &mut found).unwrap();
    assert!(found.is_empty());
    reader.push(b"epoch 2 loss 0.3\n", &mut found).unwrap();
    assert_eq!(found.iter().map(|found| found.loss).collect::<Vec<_>>(), [Some(0.4)]);
}

#[test]
fn a_line_without_an_end_takes_no_memory_and_is_passed_over() {
    let mut reader = Reader::new(&Options::default());
    let mut found = Vec::new();
    for _ in 0..1000 {
        reader.push(&[b'1'; 4096], &mut found).unwrap();
    }
    reader.push(b" loss: 1\nstep 3 loss: 2\n", &mut found).unwrap();
    assert_eq!(found.iter().map(|found| (found.line, found.loss)).collect::<Vec<_>>(), [(2, Some(2.0))]);
}

fn goldilocks(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("goldilocks"));
    command.current_dir(folder).arg("parse").args(arguments).stdin(fs::File::open(folder.join("train.log")).unwrap());
    command.output().unwrap()
}

#[test]
fn parse_shows_lines_and_says_what_they_come_to() {
    let folder = tempfile::tempdir().unwrap();
    let log = "starting\nstep 1 | cost2 0.5\nstep 1: loss 4.5, acc 0.1\nstep 2: loss nan\n";
    fs::write(folder.path().join("train.log"), log).unwrap();
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    for name in ["train.log", "-"] {
        let output = goldilocks(folder.path(), &[name]);
        assert!(output.status.success(), "{}", text(&output.stderr));
        let shown = text(&output.stdout);
        for part in [
            "     1  starting\n     2  ",
            "    ->  step = 1, loss = 4.5, acc = 0.1\n",
            "4, of which 3 were read",
            "`step`, from 1 to 2",
            "`loss`: first 4.5 at 1, last NaN at 2, smallest 4.5 at 1",
            "columns       `cost2`, `acc`",
        ] {
            assert!(shown.contains(part), "{part}\n{shown}");
        }
    }
    let json: serde_json::Value =
        serde_json::from_slice(&goldilocks(folder.path(), &["train.log", "--json"]).stdout).unwrap();
    assert_eq!((&json["loss"], &json["measurements"][1]["loss"]), (&"loss".into(), &"NaN".into()));
    assert_eq!(json["measurements"][0]["values"]["acc"], 0.1);
}

#[test]
fn parse_says_what_it_looked_for() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path();
    fs::write(place.join("train.log"), "step 1: acc 0.1\nstep 2: acc 0.2\n").unwrap();
    fs::write(place.join("back.log"), "step 2 loss 1\nstep 1 loss 1\n").unwrap();
    let spec =
        |lines: &str| fs::write(place.join("study.toml"), format!("[problem]\nkind = \"command\"\n{lines}\n")).unwrap();
    let fails = |arguments: &[&str], parts: &[&str]| {
        let output = goldilocks(place, arguments);
        let message = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{message}");
        for part in parts {
            assert!(message.contains(part), "{part}\n{message}");
        }
    };
    fails(&["train.log"], &["no loss in 2 lines; only `acc` were read", "looked for `loss: 0.5`", "pattern"]);
    fails(&["back.log"], &["back.log: line 2: a loss of `step` 1 after one of 2", "help: "]);
    fails(&["none.log"], &["cannot read none.log"]);
    spec("loss = \"accuracy\"");
    fails(&["train.log", "study.toml"], &["`loss = \"accuracy\"`"]);
    spec("pattern = \"(\"");
    fails(&["train.log", "study.toml"], &["study.toml: `pattern` in [problem]: the pattern cannot be read"]);
    spec("pattern = \"(?P<accuracy>[0-9.]+)\"");
    fails(&["train.log", "study.toml"], &["`pattern` reads numbers into `accuracy`"]);
    fs::write(place.join("other.toml"), "[problem]\nkind = \"parabola\"\n").unwrap();
    fails(&["train.log", "other.toml"], &["other.toml: only a [problem] with `kind = \"command\"`"]);
    spec("loss = \"acc\"");
    let output = goldilocks(place, &["train.log", "study.toml"]);
    assert!(output.status.success() && String::from_utf8(output.stdout).unwrap().contains("`acc`: first 0.1 at 1"));
}

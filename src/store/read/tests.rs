use std::fs as files;

use proptest::prelude::*;
use tempfile::TempDir;

use super::*;
use crate::record::sample::{self, converged, diverged, exhausted, failed};
use crate::record::{Attachment, LandscapePoint, write_curves, write_landscape, write_runs};

const HEADER: &str = "run,id,learning_rate,status,steps,epochs,examples,trained_steps,initial_loss,final_loss,best_loss,\
                      best_step,trend,reason,trajectory";
const ROW: &str = "0,00000000000000aa,0.1,converged,3,,,3,1,0.5,0.5,3,,,0000000000000001";

fn tables(study: &Study) -> [Vec<u8>; 3] {
    let mut tables = [Vec::new(), Vec::new(), Vec::new()];
    write_runs(study, &mut tables[0]).unwrap();
    write_curves(study, &mut tables[1]).unwrap();
    write_landscape(study.landscape(), &mut tables[2]).unwrap();
    tables
}

fn folder_of(tables: &[Vec<u8>; 3]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in ["runs.csv", "curves.csv", "landscape.csv"].iter().zip(tables) {
        files::write(folder.path().join(name), bytes).unwrap();
    }
    folder
}

/// The error of a `runs.csv` and, if given, a `curves.csv`, without the folder.
fn message(runs: &str, curves: Option<&str>) -> String {
    let folder = tempfile::tempdir().unwrap();
    files::write(folder.path().join("runs.csv"), runs).unwrap();
    if let Some(curves) = curves {
        files::write(folder.path().join("curves.csv"), curves).unwrap();
    }
    let message = read(folder.path()).unwrap_err().to_string();
    message.replace(&format!("{}/", folder.path().display()), "")
}

fn rich_study() -> Study {
    let mut study = sample::study(
        &[
            ("learning_rate", &sample::numbers([0.1, 1.0, 1e-7])),
            ("optimizer.nesterov", &[Value::Flag(true), Value::Flag(false)]),
            ("batch_size", &[Value::Count(1), Value::Text("full".into())]),
            ("problem.hidden", &[Value::Counts([4, 2].into())]),
            (SEED, &sample::counts([1, u64::MAX])),
        ],
        |values| match values {
            [Value::Number(0.1), ..] => Run { epochs: Some(0.75).into(), examples: Some(3).into(), ..converged(3) },
            [Value::Number(1.0), ..] => Run { final_loss: f64::NAN, reason: Some("a \"b\", c".into()), ..diverged(9) },
            [_, Value::Flag(true), ..] => failed("line one\nline two"),
            _ => exhausted(1000, Trend::Oscillating),
        },
    );
    let runs = study.runs.len();
    // The batch size is the full one in every second pair of runs.
    study.full_batch = (0..runs).map(|run| if run / 2 % 2 == 1 { 442 } else { 0 }).collect();
    study.extras = vec![Extra::new("stability_limit", vec![Some(3.2); runs]), Extra::new("other", vec![None; runs])];
    study.measures = vec!["gap".into(), "test_loss".into()];
    study.curves = vec![
        Curve {
            run: 0,
            steps: vec![0, 3],
            epochs: vec![0.0, 0.75],
            loss: vec![1.0, 0.001],
            measures: vec![vec![1.0, 0.001], vec![f64::NAN, 2.0]],
        },
        Curve {
            run: 8,
            steps: vec![0, 1, 9],
            epochs: vec![],
            loss: vec![1.0, f64::INFINITY, f64::NAN],
            measures: vec![vec![f64::INFINITY; 3], vec![0.5; 3]],
        },
    ];
    study.attachments =
        vec![Attachment::Landscape(vec![LandscapePoint { w: -1.0, loss: 2.0 }, LandscapePoint { w: 0.5, loss: 0.0 }])];
    study
}

#[test]
fn what_is_read_is_written_again_with_the_same_bytes() {
    let study = rich_study();
    let tables_before = tables(&study);
    let read = read(folder_of(&tables_before).path()).unwrap();
    assert_eq!(tables(&read), tables_before);
    for (before, after) in study.axes.iter().zip(read.axes.iter()) {
        assert_eq!((&before.path, &before.positions), (&after.path, &after.positions));
    }
    assert_eq!(read.axes[0].values, study.axes[0].values);
    assert_eq!(read.axes[1].values, study.axes[1].values);
    assert_eq!(read.axes[3].values, [Value::Counts([4, 2].into())]);
    assert_eq!(read.axes[2].values, study.axes[2].values);
    assert_eq!(read.full_batch, study.full_batch);
    assert_eq!(read.runs[0], study.runs[0]);
    assert_eq!(read.curves[1].steps, study.curves[1].steps);
    assert_eq!(read.extras, study.extras);
}

/// Version 0.1.0 wrote `full` among the counts, and lists without brackets.
#[test]
fn older_tables_are_read_as_they_were_meant() {
    let study = rich_study();
    let tables = tables(&study);
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(tables[0].as_slice());
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in reader.records() {
        let mut cells: Vec<String> = row.unwrap().iter().map(str::to_owned).collect();
        if cells.remove(5) == "true" {
            cells[4] = "full".to_owned();
        }
        if cells[5].starts_with('[') {
            cells[5].clear();
        }
        writer.write_record(cells).unwrap();
    }
    let older = writer.into_inner().unwrap();
    let read = read(folder_of(&[older, tables[1].clone(), tables[2].clone()]).path()).unwrap();
    assert_eq!(read.axes[2].values, study.axes[2].values);
    assert_eq!(read.axes[2].positions, study.axes[2].positions);
    assert_eq!(read.axes[3].values, [Value::Counts([].into())]);
}

#[test]
fn columns_in_any_order_are_read_by_their_names() {
    let study = rich_study();
    let tables = tables(&study);
    let mut reader = csv::Reader::from_reader(tables[0].as_slice());
    let mut writer = csv::Writer::from_writer(Vec::new());
    // Back to front: extras and outcome before the axes, the number last.
    writer.write_record(reader.headers().unwrap().iter().rev()).unwrap();
    for row in reader.records() {
        writer.write_record(row.unwrap().iter().rev()).unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    files::write(folder.path().join("runs.csv"), writer.into_inner().unwrap()).unwrap();
    let message = read(folder.path()).unwrap_err().to_string();
    assert!(message.contains("expected an axis") && message.ends_with("found `other`"), "{message}");

    let text = String::from_utf8(tables[0].clone()).unwrap();
    let (header, rows) = text.split_once('\n').unwrap();
    let swapped =
        header.replace("status,steps", "steps,status").replace("run,id,learning_rate", "learning_rate,id,run");
    let swap = |row: csv::StringRecord| -> Vec<String> {
        let mut cells: Vec<String> = row.iter().map(str::to_owned).collect();
        cells.swap(0, 2);
        cells.swap(8, 9);
        cells
    };
    let mut writer = csv::Writer::from_writer(format!("{swapped}\n").into_bytes());
    for row in csv::ReaderBuilder::new().has_headers(false).from_reader(rows.as_bytes()).records() {
        writer.write_record(swap(row.unwrap())).unwrap();
    }
    files::write(folder.path().join("runs.csv"), writer.into_inner().unwrap()).unwrap();
    let read = read(folder.path()).unwrap();
    let mut again = Vec::new();
    write_runs(&read, &mut again).unwrap();
    assert_eq!(String::from_utf8(again).unwrap(), text);
}

#[test]
fn curves_and_landscape_may_be_missing() {
    let folder = tempfile::tempdir().unwrap();
    files::write(folder.path().join("runs.csv"), format!("{HEADER}\n{ROW}\n")).unwrap();
    let study = read(folder.path()).unwrap();
    assert_eq!((study.runs.len(), study.curves.len(), study.landscape().len()), (1, 0, 0));
}

#[test]
fn two_spellings_of_one_number_are_one_value() {
    let folder = tempfile::tempdir().unwrap();
    let other = ROW.replacen("0,00000000000000aa", "1,00000000000000bb", 1).replace("0.1", "1e-1");
    files::write(folder.path().join("runs.csv"), format!("{HEADER}\n{ROW}\n{other}\n")).unwrap();
    let axis = read(folder.path()).unwrap().axes[0].clone();
    assert_eq!((axis.values, axis.positions), (vec![Value::Number(0.1)], vec![0, 0]));
}

#[test]
fn a_missing_table_is_named() {
    let message = read(Path::new("no/such/folder")).unwrap_err().to_string();
    assert_eq!(message, "cannot read no/such/folder/runs.csv: there is no such file or folder");
}

#[test]
fn every_error_names_file_line_and_expectation() {
    let cases = [
        (String::new(), "runs.csv, line 1: expected a header line, found an empty file"),
        (
            format!("{HEADER}\n{ROW}\n{}", &ROW[..30]),
            "runs.csv, line 3: expected a line end, found the end of the file: it is cut off",
        ),
        (format!("{HEADER}\n{ROW},7\n"), "runs.csv, line 2: expected 15 cells, found 16"),
        (format!("{}\n", HEADER.replace(",trend", "")), "runs.csv, line 1: expected a column `trend`, found none"),
        (format!("{}\n", HEADER.replace(",status", "")), "runs.csv, line 1: expected a column `status`, found none"),
        (format!("{}\n", HEADER.replace("run,id", "id")), "runs.csv, line 1: expected a column `run`, found none"),
        (
            format!("{}\n", HEADER.replace("learning_rate", "warmup,learning_rate")),
            "runs.csv, line 1: expected an axis (learning_rate, batch_size, seed or a dotted setting), found `warmup`",
        ),
        (
            format!("{HEADER}\n{ROW}\n{}\n", ROW.replacen('0', "1", 1)),
            "runs.csv, line 3, column `id`: expected an identity that no earlier run has, found `00000000000000aa`",
        ),
        (format!("{HEADER},id\n"), "runs.csv, line 1: expected every column once, found `id` twice"),
        (
            format!("{HEADER}\n{}\n", ROW.replace("converged", "done")),
            "runs.csv, line 2, column `status`: expected converged, diverged, exhausted, failed or unknown, found `done`",
        ),
        (
            format!("{HEADER}\n{}\n", ROW.replace("converged", "diverged")),
            "runs.csv, line 2, column `steps`: expected steps where the status is converged, and only there, found `3`",
        ),
        (
            format!("{HEADER}\n{}\n", ROW.replace("3,,,3", "3,,,x")),
            "runs.csv, line 2, column `trained_steps`: expected a whole number, found `x`",
        ),
        (
            format!("{HEADER}\n{}\n", ROW.replace("1,0.5,", "1,,")),
            "runs.csv, line 2, column `final_loss`: expected a number, found an empty cell",
        ),
        (
            format!("{HEADER}\n{}\n", ROW.replace("00aa", "aa")),
            "runs.csv, line 2, column `id`: expected 16 hexadecimal digits, found `000000000000aa`",
        ),
        (
            format!("{HEADER}\n{ROW}\n{ROW}\n"),
            "runs.csv, line 3, column `run`: expected 1, the runs being numbered from 0, found `0`",
        ),
        (
            format!("{HEADER}\n{}\n", ROW.replace("0.1", "")),
            "runs.csv, line 2, column `learning_rate`: expected a value, found an empty cell",
        ),
    ];
    for (runs, expected) in cases {
        assert_eq!(message(&runs, None), expected);
    }
}

#[test]
fn curves_that_do_not_fit_their_runs_are_refused() {
    let runs = format!("{HEADER}\n{ROW}\n{}\n", ROW.replacen("0,00000000000000aa", "1,00000000000000bb", 1));
    let cases = [
        ("run,step,epoch\n", "curves.csv, line 1: expected a column `loss`, found none"),
        ("2,0,,1\n", "curves.csv, line 2, column `run`: expected one of the 2 runs of runs.csv, found `2`"),
        ("1,0,,1\n0,0,,1\n", "curves.csv, line 3, column `run`: expected run 1 or a later one, found `0`"),
        ("1,4,,1\n1,4,,1\n", "curves.csv, line 3, column `step`: expected a step after 4, found `4`"),
        ("1,4,,1\n1,5,,?\n", "curves.csv, line 3, column `loss`: expected a number, found `?`"),
        (
            "1,4,0.5,1\n1,5,,1\n",
            "curves.csv, line 3, column `epoch`: expected an epoch in every row of the run or in none, found an empty cell",
        ),
    ];
    for (curves, expected) in cases {
        let header = if curves.starts_with("run") { "" } else { "run,step,epoch,loss\n" };
        assert_eq!(message(&runs, Some(&format!("{header}{curves}"))), expected);
    }
}

proptest! {
    #[test]
    fn any_numbers_survive(losses in prop::collection::vec(any::<f64>(), 1..20), text in "[a-z \",\n]{1,8}") {
        let runs = losses.len() as u64;
        let seeds: Vec<Value> = (0..runs).map(Value::Count).collect();
        let mut study = sample::study(&[("data.csv", &[Value::Text(text.as_str().into())]), (SEED, &seeds)], |_| converged(1));
        for (run, &loss) in study.runs.iter_mut().zip(&losses) {
            run.initial_loss = loss;
            run.epochs = Some(loss).into();
        }
        let before = tables(&study);
        let read = read(folder_of(&before).path()).unwrap();
        prop_assert_eq!(tables(&read), before);
        for (run, loss) in read.runs.iter().zip(losses) {
            prop_assert!(run.initial_loss.to_bits() == loss.to_bits() || loss.is_nan());
        }
    }
}

//! Every star, box and number of every picture is that of the tables: read back from their text, for all experiments, the usual
//! studies and random ones full of ties and failures.

use std::collections::HashMap;
use std::path::Path;

use proptest::prelude::*;

use super::*;
use crate::outcome::Trend;
use crate::record::sample::{self, converged, diverged, exhausted, failed};
use crate::record::{self, Axis, BATCH_SIZE, FULL_BATCH, LEARNING_RATE, SEED};
use crate::store;
use crate::value::Value;

/// A table as its readers see it: one map from column to text per row.
type Rows = Vec<HashMap<String, String>>;

fn rows(write: impl FnOnce(&mut Vec<u8>) -> std::io::Result<()>) -> Rows {
    let mut bytes = Vec::new();
    write(&mut bytes).unwrap();
    let mut reader = csv::Reader::from_reader(&bytes[..]);
    reader.deserialize().map(Result::unwrap).collect()
}

/// The row of a table for the cell (or group of cells) of a run: the one with its values, as far as the table has them.
fn row_of<'t>(table: &'t Rows, study: &Study, run: usize, except: &[&str]) -> &'t HashMap<String, String> {
    let axes = || study.axes.iter().filter(|axis| !except.contains(&&*axis.path));
    // A full batch stands in the tables as its number of examples, with a mark beside it; a list stands in brackets.
    let same = |row: &HashMap<String, String>, axis: &Axis| match axis.value(run) {
        Value::Text(_) if axis.path == BATCH_SIZE => row[FULL_BATCH] == "true",
        value if axis.path == BATCH_SIZE => row[&axis.path] == value.to_string() && row[FULL_BATCH] == "false",
        list @ Value::Counts(_) => row[&axis.path] == format!("[{list}]"),
        value => row[&axis.path] == value.to_string(),
    };
    let is_it = |row: &&HashMap<String, String>| axes().all(|axis| same(row, axis));
    table.iter().find(is_it).expect("a row")
}

fn number(text: &str) -> f64 {
    text.parse().unwrap_or(f64::INFINITY)
}

/// What makes one row better than another, the less the better; among equals the smallest learning rate is taken.
fn merit(row: &HashMap<String, String>) -> [f64; 4] {
    // A row without a best has an empty rate: nothing is worse.
    let success: f64 = row["success_rate"].parse().unwrap_or(0.0);
    [number(&row["steps_median"]), -success, number(&row["ert"]), number(&row[LEARNING_RATE])]
}

/// What the tables say of a study, beside its cells.
struct Told<'a> {
    name: &'a str,
    study: &'a Study,
    cells: Cells<'a>,
    best: Vec<HashMap<String, String>>,
    /// Whether the learning rate is what is tuned.
    by_rate: bool,
}

impl Told<'_> {
    /// Whether the best of a cell's group is this cell.
    fn is_best(&self, run: usize) -> bool {
        let axis = self.study.axes.iter().find(|axis| axis.path == LEARNING_RATE).unwrap();
        row_of(&self.best, self.study, run, &[SEED, LEARNING_RATE])[LEARNING_RATE] == axis.value(run).to_string()
    }

    /// Every star is a best rate, and every best rate has its star.
    fn stars(&self) {
        let Told { name, cells, best, by_rate, .. } = self;
        let by_rate = *by_rate;
        if cells.main().is_some() {
            let chart = dots::Chart::new(cells);
            for curve in &chart.curves {
                let stars = curve.best.into_iter().filter(|_| by_rate);
                stars.for_each(|cell| assert!(self.is_best(cells.cells[cell].run), "{name}: a star that no table has"));
            }
            if by_rate && cells.series().len() == chart.curves.len() {
                let stars = chart.curves.iter().filter(|curve| curve.best.is_some()).count();
                let bests = best.iter().filter(|row| !row[LEARNING_RATE].is_empty()).count();
                assert_eq!(stars, bests, "{name}: as many stars as best rates");
            }
        }
    }

    /// Every box of a heat map is a best rate.
    fn boxes(&self) {
        let Told { name, cells, by_rate, .. } = self;
        let by_rate = *by_rate;
        if let Some(chart) = heatmap::Chart::new(cells) {
            let untuned = chart.tuned.is_empty();
            for table in &chart.panels {
                for (row, box_at) in table.tiles.iter().zip(&table.best) {
                    for (column, cell) in row.iter().enumerate().filter_map(|(column, cell)| Some((column, (*cell)?))) {
                        let run = cells.cells[cell].run;
                        if by_rate && untuned {
                            assert_eq!(
                                *box_at == Some(column),
                                self.is_best(run),
                                "{name}: a box and no best rate, or none"
                            );
                        }
                        assert!(by_rate || box_at.is_none() || cells.main_is_tuned(), "{name}: a box and no table");
                    }
                }
            }
        }
    }

    /// The rates and steps of batch sizes are those of the tables.
    fn batches(&self) {
        let Told { name, study, cells, best, by_rate } = self;
        let by_rate = *by_rate;
        if let Some(chart) = batch::Chart::new(cells) {
            let settings = |row: &HashMap<String, String>| -> Vec<String> {
                let apart = study.axes.iter().filter(|axis| {
                    ![SEED, LEARNING_RATE].contains(&&*axis.path) && !axis.path.starts_with("optimizer.")
                });
                apart.map(|axis| row[&axis.path].clone()).collect()
            };
            // The best of all rows that share the batch size and the problem.
            let mut expected: HashMap<Vec<String>, &HashMap<String, String>> = HashMap::new();
            for row in best {
                let entry = expected.entry(settings(row)).or_insert(row);
                if merit(row) < merit(entry) {
                    *entry = row;
                }
            }
            let shown: Vec<(Option<f64>, f64)> = chart
                .lines
                .iter()
                .flat_map(|line| &line.batches)
                .map(|batch| (batch.rate, batch.summary.steps.median))
                .collect();
            if by_rate && shown.len() == expected.len() {
                let rates = |rates: &mut dyn Iterator<Item = (Option<f64>, f64)>| {
                    let mut rates: Vec<String> = rates.map(|pair| format!("{pair:?}")).collect();
                    rates.sort();
                    rates
                };
                let expected =
                    expected.values().map(|row| (row[LEARNING_RATE].parse().ok(), number(&row["steps_median"])));
                assert_eq!(rates(&mut shown.into_iter()), rates(&mut { expected }), "{name}");
            }
        }
    }

    /// What a bowl calls just right is the best.
    fn paths(&self) {
        let Told { name, cells, by_rate, .. } = self;
        let by_rate = *by_rate;
        if let Some(chart) = bowl::Chart::new(cells, 0.0).filter(|_| by_rate) {
            for (verdict, path) in &chart.paths {
                let run = cells.cells[path.cell].run;
                match verdict {
                    bowl::Verdict::JustRight => assert!(self.is_best(run), "{name}: just right, and not the best"),
                    _ => assert!(!self.is_best(run), "{name}: {verdict:?}, and the best"),
                }
            }
        }
    }
}

fn hold_to_tables(name: &str, study: &Study) {
    let cells = Cells::new(study);
    let summary = rows(|out| record::write_summary(study, out));
    let best = rows(|out| record::write_goldilocks(study, out));
    let of_cell = |run: usize| row_of(&summary, study, run, &[SEED]);
    let by_rate = cells.main_path() == Some(LEARNING_RATE);

    // Medians and statuses of all pictures are those of the cells.
    assert_eq!(cells.cells.len(), summary.len(), "{name}");
    for cell in &cells.cells {
        let row = of_cell(cell.run);
        assert_eq!(cell.summary.steps.median, number(&row["steps_median"]), "{name}: {row:?}");
        assert_eq!(cell.status() == Status::Converged, !row["steps_median"].is_empty(), "{name}: {row:?}");
        assert_eq!(cell.is_partial(), row["converged"] != "0" && row["converged"] != row["runs"], "{name}: {row:?}");
    }

    let told = Told { name, study, cells, best, by_rate };
    told.stars();
    told.boxes();
    told.batches();
    told.paths();
    written_numbers(name, study, &told.cells, &summary);
}

/// The texts of pictures: the label of the star, and the numbers of tiles.
fn written_numbers(name: &str, study: &Study, cells: &Cells, summary: &Rows) {
    let medians: Vec<f64> = summary.iter().map(|row| number(&row["steps_median"])).collect();
    if let Some(scene) = steps::scene(cells) {
        let labels = scene.texts().filter(|text| text.text.ends_with(" steps") || text.text.ends_with(" step"));
        for label in labels.filter_map(|text| text.text.split_once(": ").filter(|_| text.bold)) {
            let steps = label.1.split(' ').next().unwrap();
            assert!(medians.iter().any(|median| scale::rounded(*median, 4) == steps), "{name}: {label:?}");
        }
    }
    let (Some(chart), Some(scene)) = (heatmap::Chart::new(cells), heatmap::scene(cells)) else { return };
    let tiles = chart.panels.iter().flat_map(|table| table.tiles.iter().flatten().flatten());
    let mut shown: Vec<String> = tiles
        .map(|cell| number(&row_of(summary, study, cells.cells[*cell].run, &[SEED])["steps_median"]))
        .filter(|steps| steps.is_finite())
        .map(heatmap::number)
        .collect();
    for text in scene.texts().filter(|text| heatmap::NUMBER_SIZES[..].contains(&text.size) && text.size < 21.0) {
        let place = shown.iter().position(|number| *number == text.text);
        assert!(place.is_some(), "{name}: {:?} in a tile, and in no table", text.text);
        shown.swap_remove(place.unwrap());
    }
}

/// The committed results of all experiments.
pub(super) fn experiments() -> Vec<(String, Study)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("results");
    let mut folders: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.retain(|folder| folder.join("runs.csv").is_file());
    folders.sort();
    let study = |folder: &std::path::PathBuf| {
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        (name, store::read(folder).unwrap())
    };
    folders.iter().map(study).collect()
}

#[test]
fn pictures_of_all_experiments_show_what_the_tables_say() {
    let all = experiments();
    assert!(all.len() >= 10, "{} experiments", all.len());
    all.iter().for_each(|(name, study)| hold_to_tables(name, study));
}

#[test]
fn pictures_of_usual_and_hard_studies_show_what_the_tables_say() {
    for (name, study) in everything() {
        hold_to_tables(name, &study);
    }
}

/// Learning rates × batch sizes × momentum × ripple × seeds, with so few different outcomes that ties abound.
pub(super) fn random_study() -> impl Strategy<Value = Study> {
    let sizes = (1..4usize, 1..4usize, 1..3usize, 1..3usize, 1..4usize);
    (sizes, prop::collection::vec(0..8u32, 300)).prop_map(|((rates, batches, momenta, ripples, seeds), outcomes)| {
        let full = Value::Text("full".into());
        let batch_sizes: Vec<Value> = sample::counts([8, 32]).into_iter().chain([full]).take(batches).collect();
        let axes: [(&str, &[Value]); 5] = [
            (BATCH_SIZE, &batch_sizes),
            ("problem.ripple", &sample::numbers([0.0, 0.8])[..ripples]),
            ("optimizer.momentum", &sample::numbers([0.0, 0.9])[..momenta]),
            // Not in order of size.
            (LEARNING_RATE, &sample::numbers([0.3, 0.1, 1.0])[..rates]),
            (SEED, &sample::counts([1, 2, 3])[..seeds]),
        ];
        let mut runs = outcomes.into_iter().cycle();
        let drawn = std::cell::RefCell::new(&mut runs);
        sample::study(&axes, |_| match drawn.borrow_mut().next().unwrap() {
            0 => diverged(3),
            1 => exhausted(100, Trend::Flat),
            2 => failed("out of memory"),
            outcome => converged(u64::from(outcome - 3)),
        })
    })
}

proptest! {
    #[test]
    fn pictures_of_random_studies_show_what_the_tables_say(study in random_study()) {
        hold_to_tables("random", &study);
        for plot in Plot::ALL {
            super::super::plot(&study, plot, Format::Svg).unwrap();
        }
    }
}

//! From the files of a results folder back to a [`Study`].
//!
//! Owns what each file must hold; the columns are those of the writers. Writing what was read gives the same bytes.

pub(super) mod source;

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use source::{Cell, Row, Source, read_optional};

pub use source::ReadError;

use super::{attachment, heading, layout, place};
use crate::fs;
use crate::record::{
    Axis, BATCH_SIZE, CURVE_COLUMNS, Curve, ENDS, Extra, FIRST_COLUMNS, FULL_BATCH, LEARNING_RATE, OUTCOME_COLUMNS,
    PARAMETER_COLUMNS, Parameters, Run, SEED, Status, Study, Trend, Value,
};

/// Reads `runs.csv`, `curves.csv`, `parameters.csv` and the tables of attachments of a results folder; all but the first may be
/// missing.
///
/// Name, description and target come from the copy of the spec beside them; the notes of the study stand in none of these files.
/// An axis value is a count, a number or a flag if it looks like one, else a text. The columns of `runs.csv` may stand in any
/// order; those without a dot after the known ones are extras.
///
/// # Errors
/// When a file cannot be read, is cut off, or holds something else than it should: file, line, column and what was expected.
pub fn read(folder: &Path) -> Result<Study, ReadError> {
    place::repair(folder);
    let mut study = Study::default();
    let path = folder.join(layout::RUNS);
    let text = fs::read_text(&path).map_err(ReadError::File)?;
    read_runs(&mut study, Source::new(&path, &text)?)?;
    let path = folder.join(layout::CURVES);
    if let Some(text) = read_optional(&path)? {
        read_curves(&mut study, Source::new(&path, &text)?)?;
    }
    let path = folder.join(layout::PARAMETERS);
    if let Some(text) = read_optional(&path)? {
        study.parameters = read_parameters(Source::new(&path, &text)?, study.runs.len())?;
    }
    study.attachments = attachment::read(folder, study.runs.len())?;
    heading::add(&mut study, folder);
    Ok(study)
}

/// The value of the batch size that is all training examples.
const FULL: &str = "full";

/// The axes whose paths have no dot; a column of any other name without a dot is something that the problem adds.
const PLAIN_AXES: [&str; 3] = [LEARNING_RATE, BATCH_SIZE, SEED];

/// Where each column of `runs.csv` stands. Columns go by their names, so that tables with the columns of another version are
/// read all the same, or refused, but never misread.
struct Layout {
    number: usize,
    id: usize,
    outcome: [usize; OUTCOME_COLUMNS.len()],
    axes: Vec<usize>,
    /// Where it stands whether the batch size is the full batch; older tables say so in the batch size itself.
    full_batch: Option<usize>,
    extras: Vec<usize>,
}

impl Layout {
    fn new(source: &Source) -> Result<Layout, ReadError> {
        let [number, id] = source.places(FIRST_COLUMNS)?;
        let outcome = source.places(OUTCOME_COLUMNS)?;
        let full_batch = source.header().iter().position(|name| name == FULL_BATCH);
        let known =
            |place: &usize| [number, id].contains(place) || outcome.contains(place) || full_batch == Some(*place);
        let is_axis = |place: &usize| {
            let name = source.header().get(*place).unwrap_or_default();
            PLAIN_AXES.contains(&name) || name.contains('.')
        };
        let (axes, extras): (Vec<usize>, Vec<usize>) =
            (0..source.header().len()).filter(|place| !known(place)).partition(is_axis);
        // The writer puts axes before the outcome; a name in their midst may be a setting that this version does not know.
        match extras.iter().find(|place| **place < outcome[0]) {
            Some(place) => {
                Err(source.unknown_column(*place, "an axis (learning_rate, batch_size, seed or a dotted setting)"))
            }
            None => Ok(Layout { number, id, outcome, axes, full_batch, extras }),
        }
    }
}

fn read_runs(study: &mut Study, mut source: Source) -> Result<(), ReadError> {
    let layout = Layout::new(&source)?;
    let names = |places: &[usize]| -> Vec<String> {
        places.iter().filter_map(|place| source.header().get(*place)).map(str::to_owned).collect()
    };
    let mut axes: Vec<AxisReader> = names(&layout.axes).into_iter().map(AxisReader::new).collect();
    study.extras = names(&layout.extras).iter().map(|name| Extra::new(name, [])).collect();
    let mut seen = HashSet::new();
    while let Some(row) = source.next_row()? {
        let number = row.cell(layout.number);
        if number.count()? != study.runs.len() as u64 {
            return Err(number.error(&format!("{}, the runs being numbered from 0", study.runs.len())));
        }
        let is_full = layout.full_batch.map(|place| row.cell(place).flag()).transpose()?.unwrap_or(false);
        for (&place, axis) in layout.axes.iter().zip(&mut axes) {
            let cell = row.cell(place);
            if is_full && axis.axis.path == BATCH_SIZE {
                let examples = cell.filled().map(Cell::count).transpose()?;
                study.full_batch.resize(study.runs.len(), 0);
                study.full_batch.push(examples.unwrap_or_default());
                axis.push(cell.reading(FULL))?;
            } else {
                axis.push(cell)?;
            }
        }
        for (&place, extra) in layout.extras.iter().zip(&mut study.extras) {
            extra.values.push(row.cell(place).filled().map(Cell::number).transpose()?.into());
        }
        let run = read_run(row, &layout)?;
        if !seen.insert(run.id) {
            return Err(row.cell(layout.id).error("an identity that no earlier run has"));
        }
        study.runs.push(run);
    }
    if !study.full_batch.is_empty() {
        study.full_batch.resize(study.runs.len(), 0);
    }
    study.axes = axes.into_iter().map(|reader| reader.axis).collect();
    Ok(())
}

/// One run and its outcome.
fn read_run(row: Row, layout: &Layout) -> Result<Run, ReadError> {
    let mut places = layout.outcome.iter();
    let mut next = || row.cell(places.next().copied().unwrap_or(usize::MAX));
    let cell = next();
    let status = Status::from_name(cell.text).ok_or_else(|| cell.error(&one_of(&Status::ALL.map(Status::name))))?;
    let steps = next();
    if steps.filled().is_some() != (status == Status::Converged) {
        return Err(steps.error("steps where the status is converged, and only there"));
    }
    let loss = |cell: Cell| match cell.filled() {
        None if status == Status::Failed => Ok(f64::NAN),
        _ => cell.number(),
    };
    Ok(Run {
        id: row.cell(layout.id).hash()?,
        status,
        steps: steps.filled().map(Cell::count).transpose()?,
        epochs: next().filled().map(Cell::number).transpose()?.into(),
        examples: next().filled().map(Cell::count).transpose()?.into(),
        trained_steps: next().count()?,
        initial_loss: loss(next())?,
        final_loss: loss(next())?,
        best_loss: loss(next())?,
        best_step: next().count()?,
        trend: next().filled().map(trend).transpose()?,
        reason: next().filled().map(|cell| Arc::from(cell.text)),
        trajectory: next().hash()?,
    })
}

fn trend(cell: Cell) -> Result<Trend, ReadError> {
    Trend::from_name(cell.text).ok_or_else(|| cell.error(&one_of(&Trend::ALL.map(Trend::name))))
}

fn one_of(words: &[&str]) -> String {
    let (last, others) = words.split_last().unwrap_or((&"", &[]));
    format!("{} or {last}", others.join(", "))
}

/// An axis in the making.
struct AxisReader {
    axis: Axis,
    /// The place in [`Axis::values`] of each text seen.
    places: HashMap<String, u32>,
}

impl AxisReader {
    fn new(path: String) -> AxisReader {
        let axis = Axis { path, values: Vec::new(), positions: Vec::new() };
        AxisReader { axis, places: HashMap::new() }
    }

    fn push(&mut self, cell: Cell) -> Result<(), ReadError> {
        let place = match self.places.get(cell.text) {
            Some(&place) => place,
            None => {
                let value = match cell.filled() {
                    Some(cell) => value(cell.text),
                    // Older tables have an empty cell for an empty list.
                    None if self.axis.path.contains('.') => Value::Counts([].into()),
                    None => return Err(cell.error("a value")),
                };
                // Two spellings of one number, such as `0.1` and `1e-1`, are one value.
                let canonical = value.to_string();
                let fresh = self.axis.values.len() as u32;
                let place = self.places.get(&canonical).copied().unwrap_or(fresh);
                if place == fresh {
                    self.axis.values.push(value);
                }
                if canonical != cell.text {
                    self.places.insert(cell.text.to_owned(), place);
                }
                self.places.insert(canonical, place);
                place
            }
        };
        self.axis.positions.push(place);
        Ok(())
    }
}

/// The value that is written so. Numbers are finite: `nan` and `inf` are words.
fn value(text: &str) -> Value {
    if let Ok(count) = text.parse() {
        return Value::Count(count);
    }
    if let Ok(flag) = text.parse() {
        return Value::Flag(flag);
    }
    if let Some(list) = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        let counts = list.split(',').filter(|_| !list.is_empty()).map(str::parse).collect::<Result<Vec<u64>, _>>();
        if let Ok(counts) = counts {
            return Value::Counts(counts.into());
        }
    }
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() => Value::Number(number),
        _ => Value::Text(text.into()),
    }
}

fn read_curves(study: &mut Study, mut source: Source) -> Result<(), ReadError> {
    source.expect_columns(0, &CURVE_COLUMNS)?;
    study.measures = source.header().iter().skip(CURVE_COLUMNS.len()).map(str::to_owned).collect();
    while let Some(row) = source.next_row()? {
        let run = row.cell(0);
        let number = usize::try_from(run.count()?).unwrap_or(usize::MAX);
        if number >= study.runs.len() {
            return Err(run.error(&format!("one of the {} runs of runs.csv", study.runs.len())));
        }
        let curve = match study.curves.last_mut() {
            Some(curve) if curve.run == number => curve,
            Some(curve) if curve.run > number => {
                return Err(run.error(&format!("run {} or a later one", curve.run)));
            }
            _ => {
                let measures = vec![Vec::new(); study.measures.len()];
                study.curves.push(Curve { run: number, measures, ..Curve::default() });
                let last = study.curves.len() - 1;
                &mut study.curves[last]
            }
        };
        read_point(curve, row)?;
    }
    Ok(())
}

fn read_point(curve: &mut Curve, row: Row) -> Result<(), ReadError> {
    let (step, epoch, loss) = (row.cell(1), row.cell(2), row.cell(3));
    let number = step.count()?;
    match curve.steps.last() {
        Some(&last) if last >= number => return Err(step.error(&format!("a step after {last}"))),
        _ => {}
    }
    match epoch.filled() {
        Some(epoch) if curve.epochs.len() == curve.steps.len() => curve.epochs.push(epoch.number()?),
        None if curve.epochs.is_empty() => {}
        _ => return Err(epoch.error("an epoch in every row of the run or in none")),
    }
    curve.steps.push(number);
    curve.loss.push(loss.number()?);
    for (place, values) in (CURVE_COLUMNS.len()..).zip(&mut curve.measures) {
        values.push(row.cell(place).filled().map_or(Ok(f64::NAN), Cell::number)?);
    }
    Ok(())
}

fn read_parameters(mut source: Source, runs: usize) -> Result<Vec<Parameters>, ReadError> {
    source.expect_columns(0, &PARAMETER_COLUMNS)?;
    let mut all: Vec<Parameters> = Vec::new();
    while let Some(row) = source.next_row()? {
        let (run, at) = (row.cell(0), row.cell(1));
        let number = usize::try_from(run.count()?).unwrap_or(usize::MAX);
        if number >= runs {
            return Err(run.error(&format!("one of the {runs} runs of runs.csv")));
        }
        let end = ENDS.iter().position(|name| *name == at.text).ok_or_else(|| at.error("initial or final"))?;
        let (place, value) = (row.cell(2).count()?, row.cell(3).number()?);
        let is_same = |last: &&mut Parameters| last.run == number && last.is_final == (end == 1);
        match all.last_mut().filter(is_same) {
            Some(last) if last.values.len() as u64 == place => last.values.push(value),
            None if place == 0 => all.push(Parameters { run: number, is_final: end == 1, values: vec![value] }),
            _ => return Err(row.cell(2).error("parameters numbered from 0")),
        }
    }
    Ok(all)
}

#[cfg(test)]
mod tests;

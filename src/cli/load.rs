//! The common beginning of most verbs: a spec is read, expanded to its grid, and its data are prepared.

use std::path::{Path, PathBuf};

use super::{BAD_INPUT, Failure, memory, terminal};
use crate::engine::{self, Footprint, PrepareError, PrepareErrorKind, Prepared, Sizes};
use crate::grid::{self, Grid};
use crate::spec::{self, Diagnostic, Diagnostics, Experiment, ReadError, SourceFile};
use crate::train::Detail;
use crate::value::{Value, grouped};

/// A grid larger than this needs `--yes`.
const MOST_RUNS: u128 = 10_000_000;

/// A user is told what takes more seconds than this before training begins.
const WORTH_SAYING: f64 = 3.0;

/// The spec and what may be said about it on the command line.
#[derive(Debug, clap::Args)]
pub(super) struct SpecArgs {
    /// The spec, a TOML file
    #[arg(value_name = "SPEC")]
    pub(super) path: PathBuf,

    /// Change a setting, for example `--set stop.max_steps=50` or `--set 'grid.learning_rate=[0.1, 1]'`
    #[arg(long = "set", value_name = "PATH=VALUE")]
    pub(super) overrides: Vec<String>,

    /// Go on with a grid of more than 10 million runs
    #[arg(long)]
    pub(super) yes: bool,
}

/// A spec, the grid it expands to, and the problems its runs train on.
pub(super) struct Loaded {
    pub(super) experiment: Experiment,
    pub(super) grid: Grid,
    pub(super) prepared: Prepared,
}

impl SpecArgs {
    /// Reads the spec and expands it.
    pub(super) fn expand(&self) -> Result<(Experiment, Grid), Failure> {
        self.expand_read(spec::read(&self.path, &self.overrides))
    }

    fn expand_read(&self, read: Result<Experiment, ReadError>) -> Result<(Experiment, Grid), Failure> {
        let experiment = read.map_err(|error| match error {
            ReadError::Invalid(diagnostics) => invalid(&diagnostics),
            ReadError::Io(error) => Failure::bad_input(error),
        })?;
        let runs = grid::count(&experiment);
        let path = self.path.display();
        if runs > MOST_RUNS && !self.yes {
            return Err(Failure::bad_input(format!(
                "{path} expands to {} runs, more than {}\nhelp: make an axis smaller, or add `--yes` to go on",
                grouped(runs),
                grouped(MOST_RUNS)
            )));
        }
        if runs > u128::from(u32::MAX) {
            let (runs, most) = (grouped(runs), grouped(u128::from(u32::MAX)));
            return Err(Failure::bad_input(format!("{path} expands to {runs} runs; at most {most} can be numbered")));
        }
        memory::check(&format!("{path}, with {} runs,", grouped(runs)), Footprint::of_runs(runs))?;
        let grid = grid::expand(&experiment).map_err(|diagnostics| invalid(&diagnostics))?;
        Ok((experiment, grid))
    }

    /// Reads the spec, expands it, and loads its data.
    pub(super) fn load(&self) -> Result<Loaded, Failure> {
        self.prepare(self.expand()?, None)
    }

    /// The same with this text in place of what the file may hold by now.
    pub(super) fn load_text(&self, text: &str) -> Result<Loaded, Failure> {
        let source = SourceFile { path: self.path.clone(), text: text.to_owned() };
        let folder = self.path.parent().unwrap_or(Path::new(""));
        let read = spec::parse(source, folder, &self.overrides).map_err(ReadError::Invalid);
        let mut loaded = self.prepare(self.expand_read(read)?, None)?;
        loaded.note_unmet();
        Ok(loaded)
    }

    /// Loads the data; `curves` is the detail in which curves are kept, if it is another than the spec's.
    fn prepare(&self, (experiment, grid): (Experiment, Grid), curves: Option<Detail>) -> Result<Loaded, Failure> {
        let most_curves = usize::try_from(experiment.max_curves).unwrap_or(usize::MAX);
        let sizes = Sizes::of(&grid);
        let needed = Footprint::of_grid(&grid, &sizes, curves.unwrap_or(experiment.curves), most_curves);
        memory::check(&self.path.display().to_string(), needed)?;
        let seconds = engine::seconds_of_solving(&grid, &sizes);
        if seconds > WORTH_SAYING {
            terminal::note(&format!("solving least squares first, which takes about {seconds:.0} seconds"));
        }
        let prepared = Prepared::new(&grid).map_err(|errors| {
            let list = errors.into_iter().map(|error| diagnostic(&experiment, &grid, error)).collect();
            invalid(&experiment.diagnostics(list))
        })?;
        Ok(Loaded { experiment, grid, prepared })
    }

    /// The same for verbs that hold no run to an expectation: one that matches no run is a note.
    pub(super) fn load_unjudged(&self, curves: Option<Detail>) -> Result<Loaded, Failure> {
        let mut loaded = self.prepare(self.expand()?, curves)?;
        loaded.note_unmet();
        Ok(loaded)
    }
}

impl Loaded {
    /// Notes expectations that match no run.
    fn note_unmet(&mut self) {
        let unmet = grid::unmet_expectations(&self.experiment, &self.grid).len();
        if unmet > 0 {
            let (expectations, match_) =
                if unmet == 1 { ("1 expectation", "matches") } else { (&*format!("{unmet} expectations"), "match") };
            let note = format!("{expectations} of this spec {match_} no run of this grid; `check` would refuse it");
            self.prepared.notes.push(note);
        }
    }
}

/// Refuses expectations that match no run.
pub(super) fn judge_all(experiment: &Experiment, grid: &Grid) -> Result<(), Failure> {
    let unmet = grid::unmet_expectations(experiment, grid);
    if unmet.is_empty() { Ok(()) } else { Err(invalid(&experiment.diagnostics(unmet))) }
}

pub(super) fn invalid(diagnostics: &Diagnostics) -> Failure {
    Failure { text: diagnostics.render(terminal::is_colored(&std::io::stderr())), code: BAD_INPUT }
}

/// Says in the spec what turned out wrong when the data were loaded.
fn diagnostic(experiment: &Experiment, grid: &Grid, error: PrepareError) -> Diagnostic {
    let place = |path: &str| {
        let axis = grid.axes.iter().find(|axis| axis.path == path);
        let value = axis.map_or(Value::Flag(false), |axis| axis.value(error.run).clone());
        experiment.locate(path, &value)
    };
    match error.kind {
        PrepareErrorKind::Data(error) => {
            let diagnostic = Diagnostic::new(error.message, place(&format!("data.{}", error.key)));
            if error.help.is_empty() { diagnostic } else { diagnostic.help(error.help) }
        }
        PrepareErrorKind::Input(error) => {
            let place = experiment.place("problem.inputs");
            Diagnostic::new(error.message, place).help(error.help)
        }
        PrepareErrorKind::BatchSize { batch_size, examples } => Diagnostic::new(
            format!("batch size {batch_size} is above the number of training examples, {examples}"),
            place("batch_size"),
        )
        .label(format!("expected at most {examples}"))
        .help("use \"full\" for all training examples"),
        PrepareErrorKind::Criterion { measure, why } => {
            let setup = &grid.setups[grid.runs[error.run].setup as usize];
            let criteria = setup.stop.converged.iter().flat_map(|converged| &converged.criteria);
            let key =
                criteria.filter(|criterion| criterion.measure() == measure).map(|criterion| criterion.key()).next();
            let key = key.unwrap_or(measure.name());
            Diagnostic::new(
                format!("`{key}` cannot be measured on this problem with these data"),
                place(&format!("stop.converged.{key}")),
            )
            .help(why)
        }
    }
}

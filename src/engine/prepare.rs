//! Before training: data loaded, scaled and solved once for all runs that share them, and checked against the grid.

use std::sync::Arc;

use crate::data::{self, Dataset, Sampling, Schedule};
use crate::grid::Grid;
use crate::problem::{
    self, Binary, Carton, LeastSquares, Logistic, Measure, Measures, Model, Network, Parabola, Softmax,
};
use crate::spec::Setup;
use crate::train::{BatchSize, Optimizer};

/// A problem with its data.
#[derive(Debug, Clone)]
pub enum Problem {
    /// One parameter on a parabola.
    Parabola(Parabola),
    /// Linear regression.
    LeastSquares(Box<LeastSquares>),
    /// Logistic regression with two classes.
    Binary(Box<Logistic<Binary>>),
    /// Logistic regression with more.
    Softmax(Box<Logistic<Softmax>>),
    /// A bowl with ripples.
    EggCarton(Box<Carton>),
    /// A fully connected network.
    Network(Box<Network>),
}

/// Calls something generic over [`Model`] with the problem's own type.
macro_rules! with_model {
    ($problem:expr, $model:ident => $body:expr) => {
        match $problem {
            $crate::engine::prepare::Problem::Parabola($model) => $body,
            $crate::engine::prepare::Problem::LeastSquares($model) => {
                let $model = &**$model;
                $body
            }
            $crate::engine::prepare::Problem::Network($model) => {
                let $model = &**$model;
                $body
            }
            $crate::engine::prepare::Problem::Binary($model) => {
                let $model = &**$model;
                $body
            }
            $crate::engine::prepare::Problem::Softmax($model) => {
                let $model = &**$model;
                $body
            }
            $crate::engine::prepare::Problem::EggCarton($model) => {
                let $model = &**$model;
                $body
            }
        }
    };
}
pub(super) use with_model;

/// The distinct problems of a grid.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// The problems, each with its data.
    pub problems: Vec<Arc<Problem>>,
    /// For each setup, which problem each seed trains on.
    by_setup: Vec<SetupProblems>,
    /// What the user should know of the data.
    pub notes: Vec<String>,
}

#[derive(Debug, Clone)]
enum SetupProblems {
    Shared(usize),
    /// Sorted by seed.
    PerSeed(Vec<(u64, usize)>),
}

/// Why a grid cannot be trained.
#[derive(Debug)]
pub struct PrepareError {
    /// The number of a run that shows it.
    pub run: usize,
    /// What is wrong.
    pub kind: PrepareErrorKind,
}

/// What is wrong.
#[derive(Debug)]
pub enum PrepareErrorKind {
    /// The data cannot be had.
    Data(data::Error),
    /// A batch size above the number of training examples.
    BatchSize {
        /// The batch size.
        batch_size: u64,
        /// How many there are.
        examples: usize,
    },
    /// A criterion that this problem cannot measure with these data.
    Criterion {
        /// What the criterion needs.
        measure: Measure,
        /// Why it cannot be measured, where the problem knows more.
        why: Option<String>,
    },
}

impl Prepared {
    /// Loads, scales and solves whatever the runs of the grid train on, each thing once.
    ///
    /// # Errors
    /// The first thing that is wrong of each kind.
    pub fn new(grid: &Grid) -> Result<Prepared, Vec<PrepareError>> {
        let mut problems = Problems::default();
        let mut errors = Vec::new();
        let mut by_setup: Vec<Option<SetupProblems>> = vec![None; grid.setups.len()];
        for (number, run) in grid.runs.iter().enumerate() {
            let setup = &grid.setups[run.setup as usize];
            let known = &mut by_setup[run.setup as usize];
            let seed = (setup.streams.data && setup.data.is_some()).then_some(run.settings.seed);
            let place = match (&known, seed) {
                (Some(SetupProblems::Shared(_)), _) => None,
                (Some(SetupProblems::PerSeed(seeds)), Some(seed)) => {
                    seeds.binary_search_by_key(&seed, |&(seed, _)| seed).err()
                }
                _ => Some(0),
            };
            if let Some(place) = place {
                let problem = match problems.get(setup, seed) {
                    Ok(problem) => problem,
                    Err(error) => {
                        errors.push(PrepareError { run: number, kind: error });
                        return Err(errors);
                    }
                };
                match (known, seed) {
                    (Some(SetupProblems::PerSeed(seeds)), Some(seed)) => seeds.insert(place, (seed, problem)),
                    (known, Some(seed)) => *known = Some(SetupProblems::PerSeed(vec![(seed, problem)])),
                    (known, None) => *known = Some(SetupProblems::Shared(problem)),
                }
            }
        }
        let by_setup = by_setup.into_iter().map(|known| known.unwrap_or(SetupProblems::Shared(0))).collect();
        let prepared = Prepared {
            problems: problems.list.into_iter().map(|known| known.problem).collect(),
            by_setup,
            notes: problems.notes,
        };
        prepared.check(grid, &mut errors);
        if errors.is_empty() { Ok(prepared) } else { Err(errors) }
    }

    /// The index of the problem a run trains on.
    pub fn problem_of(&self, setup: u32, seed: u64) -> usize {
        match &self.by_setup[setup as usize] {
            SetupProblems::Shared(problem) => *problem,
            SetupProblems::PerSeed(seeds) => {
                seeds.binary_search_by_key(&seed, |&(seed, _)| seed).map_or(0, |place| seeds[place].1)
            }
        }
    }

    /// The first run with an impossible batch size, and the first with each criterion that cannot be measured.
    fn check(&self, grid: &Grid, errors: &mut Vec<PrepareError>) {
        let mut too_large: Option<u64> = None;
        let mut unmeasured = Measures::default();
        let mut checked = vec![false; self.problems.len() * grid.setups.len()];
        for (number, run) in grid.runs.iter().enumerate() {
            let index = self.problem_of(run.setup, run.settings.seed);
            let problem = &self.problems[index];
            // On the Playground's page a batch that never fills is no error: it never updates the parameters.
            let must_fill = grid.setups[run.setup as usize].optimizer != Optimizer::Playground;
            if must_fill
                && let (BatchSize::Examples(batch_size), Some(examples)) = (run.settings.batch_size, problem.examples())
                && batch_size > examples as u64
                && too_large.is_none_or(|known| batch_size != known)
            {
                too_large = Some(batch_size);
                errors.push(PrepareError { run: number, kind: PrepareErrorKind::BatchSize { batch_size, examples } });
            }
            let seen = &mut checked[run.setup as usize * self.problems.len() + index];
            if !std::mem::replace(seen, true) {
                let measurable = problem.measurable();
                let converged = &grid.setups[run.setup as usize].stop.converged;
                for criterion in converged.iter().flat_map(|converged| &converged.criteria) {
                    let measure = criterion.measure();
                    if !measurable.has(measure) && !unmeasured.has(measure) {
                        unmeasured = unmeasured.with(measure);
                        let why = problem.why_unmeasurable(measure);
                        errors.push(PrepareError { run: number, kind: PrepareErrorKind::Criterion { measure, why } });
                    }
                }
            }
        }
    }
}

impl Problem {
    fn examples(&self) -> Option<usize> {
        with_model!(self, model => model.examples().map(|examples| examples.len()))
    }

    fn measurable(&self) -> Measures {
        with_model!(self, model => model.measurable())
    }

    fn why_unmeasurable(&self, measure: Measure) -> Option<String> {
        with_model!(self, model => model.why_unmeasurable(measure).map(str::to_owned))
    }

    fn notes(&self) -> Vec<String> {
        with_model!(self, model => model.notes())
    }

    /// What the problem says of a run at its end.
    pub fn extras(&self) -> &'static [&'static str] {
        with_model!(self, model => model.extras())
    }

    /// How runs with this batch size walk through the examples; `None` for problems without examples.
    pub fn schedule(&self, batch_size: BatchSize, setup: &Setup) -> Option<Schedule> {
        let examples = self.examples()?;
        let schedule = match batch_size {
            // All examples are all examples, however they are drawn.
            BatchSize::Full => Schedule::new(examples, examples, Sampling::Sequential),
            BatchSize::Examples(batch) => Schedule::new(examples, batch as usize, setup.sampling),
        };
        Some(match setup.optimizer {
            Optimizer::Playground => schedule.carrying_over(),
            Optimizer::Descent { .. } => schedule,
        })
    }

    /// What is recorded beside the loss.
    pub fn recorded(&self) -> Measures {
        with_model!(self, model => model.recorded())
    }

    /// See [`Model::stability_limit`].
    pub fn stability_limit(&self, momentum: f64, nesterov: bool) -> Option<f64> {
        with_model!(self, model => model.stability_limit(momentum, nesterov))
    }
}

/// What has been prepared so far.
#[derive(Default)]
struct Problems {
    list: Vec<Known>,
    data: Vec<(data::Definition, Option<u64>, Arc<Dataset>)>,
    notes: Vec<String>,
}

/// A problem and what it was made of.
struct Known {
    definition: problem::Definition,
    data: Option<data::Definition>,
    seed: Option<u64>,
    problem: Arc<Problem>,
}

impl Problems {
    fn get(&mut self, setup: &Setup, seed: Option<u64>) -> Result<usize, PrepareErrorKind> {
        let same = |known: &Known| known.definition == setup.problem && known.data == setup.data && known.seed == seed;
        if let Some(index) = self.list.iter().position(same) {
            return Ok(index);
        }
        let problem = match &setup.problem {
            problem::Definition::Parabola(parabola) => Problem::Parabola(*parabola),
            problem::Definition::LinearRegression(regression) => {
                let data = self.dataset(setup.data.as_ref(), seed)?;
                Problem::LeastSquares(Box::new(LeastSquares::new(*regression, data)))
            }
            problem::Definition::Network(definition) => {
                let data = self.dataset(setup.data.as_ref(), seed)?;
                Problem::Network(Box::new(Network::new(definition.clone(), data)))
            }
            problem::Definition::LogisticRegression(regression) => {
                let data = self.dataset(setup.data.as_ref(), seed)?;
                match data.classes.len() {
                    2 => Problem::Binary(Box::new(Logistic::binary(*regression, data))),
                    _ => Problem::Softmax(Box::new(Logistic::softmax(*regression, data))),
                }
            }
            problem::Definition::EggCarton(carton) => Problem::EggCarton(Box::new(Carton::new(*carton))),
        };
        self.note(&problem.notes());
        let (definition, data) = (setup.problem.clone(), setup.data.clone());
        self.list.push(Known { definition, data, seed, problem: Arc::new(problem) });
        Ok(self.list.len() - 1)
    }

    /// Keeps notes, each of them once.
    fn note(&mut self, notes: &[String]) {
        for note in notes {
            if !self.notes.contains(note) {
                self.notes.push(note.clone());
            }
        }
    }

    fn dataset(
        &mut self,
        definition: Option<&data::Definition>,
        seed: Option<u64>,
    ) -> Result<Arc<Dataset>, PrepareErrorKind> {
        let Some(definition) = definition else {
            return Err(PrepareErrorKind::Data(data::Error {
                key: "csv",
                message: "this problem needs examples".into(),
                help: "add a [data] section".into(),
            }));
        };
        if let Some((_, _, data)) =
            self.data.iter().find(|(known, known_seed, _)| known == definition && *known_seed == seed)
        {
            return Ok(Arc::clone(data));
        }
        let data = Arc::new(Dataset::load(definition, seed).map_err(PrepareErrorKind::Data)?);
        self.note(&data.notes);
        self.data.push((definition.clone(), seed, Arc::clone(&data)));
        Ok(data)
    }
}

//! Before training: data loaded, scaled and solved once for all runs that share them, and checked against the grid.
//!
//! Takes time and memory in proportion to the runs, however many distinct problems they train on.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::fmt::{self, Debug, Write as _};
use std::hash::{DefaultHasher, Hasher};
use std::path::PathBuf;
use std::sync::Arc;

use super::inputs::{InputError, inputs};
use crate::data::{self, Dataset, Source};
use crate::grid::{self, Grid};
use crate::problem::{self, Measure, Measures, Problem};
use crate::spec::Setup;
use crate::train::BatchSize;

/// The distinct problems of a grid.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// The problems, each with its data.
    pub problems: Vec<Arc<Problem>>,
    /// For each setup, which problem each seed trains on.
    by_setup: Vec<SetupProblems>,
    /// What the user should know of the data.
    pub notes: Vec<String>,
    /// Every file that was read, each once.
    pub inputs: Vec<Input>,
    /// How large the data sets are, one line for each of the first few.
    pub data: Vec<String>,
}

/// A file that was read.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Input {
    /// Where it lies.
    pub path: PathBuf,
    /// BLAKE3 of what was in it.
    pub contents: blake3::Hash,
}

/// The problems of a setup, as positions in the list of all.
#[derive(Debug, Clone)]
enum SetupProblems {
    Shared(u32),
    PerSeed(HashMap<u64, u32>),
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
    /// The files of a program cannot be had.
    Input(InputError),
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
        /// Why it cannot be measured, where the problem knows more; else what can be.
        why: String,
    },
}

impl Prepared {
    /// Loads, scales and solves whatever the runs of the grid train on, each thing once.
    ///
    /// # Errors
    /// The first thing that is wrong of each kind.
    pub fn new(grid: &Grid) -> Result<Prepared, Vec<PrepareError>> {
        let mut problems = Problems::default();
        let mut by_setup: Vec<Option<SetupProblems>> = vec![None; grid.setups.len()];
        for (number, run) in grid.runs.iter().enumerate() {
            let setup = &grid.setups[run.setup as usize];
            let seed = (setup.streams.data && setup.data.is_some()).then_some(run.settings.seed);
            let mut get = || problems.get(setup, seed).map_err(|kind| vec![PrepareError { run: number, kind }]);
            match (&mut by_setup[run.setup as usize], seed) {
                (known @ None, None) => *known = Some(SetupProblems::Shared(get()?)),
                (known @ None, Some(seed)) => *known = Some(SetupProblems::PerSeed(HashMap::from([(seed, get()?)]))),
                (Some(SetupProblems::PerSeed(seeds)), Some(seed)) => {
                    if let Entry::Vacant(place) = seeds.entry(seed) {
                        place.insert(get()?);
                    }
                }
                (Some(_), _) => {}
            }
        }
        let prepared = Prepared {
            problems: problems.list,
            by_setup: by_setup.into_iter().map(|known| known.unwrap_or(SetupProblems::Shared(0))).collect(),
            notes: problems.notes.list,
            inputs: problems.inputs.list,
            data: problems.data.iter().take(MOST_DESCRIBED).map(|data| data.summary()).collect(),
        };
        let errors = prepared.check(grid);
        if errors.is_empty() { Ok(prepared) } else { Err(errors) }
    }

    /// The index of the problem a run trains on.
    pub fn problem_of(&self, run: &grid::Run) -> usize {
        match &self.by_setup[run.setup as usize] {
            SetupProblems::Shared(problem) => *problem as usize,
            SetupProblems::PerSeed(seeds) => seeds.get(&run.settings.seed).map_or(0, |&problem| problem as usize),
        }
    }

    /// The first run with an impossible batch size, and the first with each criterion that cannot be measured.
    fn check(&self, grid: &Grid) -> Vec<PrepareError> {
        let mut errors = Vec::new();
        let mut too_large: Option<u64> = None;
        let mut unmeasured = Measures::default();
        let (mut checked, mut last) = (HashSet::new(), None);
        for (number, run) in grid.runs.iter().enumerate() {
            let index = self.problem_of(run);
            let (setup, problem) = (&grid.setups[run.setup as usize], &self.problems[index]);
            // Where examples carry over, as on the Playground's page, a batch that never fills is no error: no step is ever taken.
            if !setup.optimizer.carries_over()
                && let (BatchSize::Examples(batch_size), Some(examples)) = (run.settings.batch_size, problem.examples())
                && batch_size > examples as u64
                && too_large.is_none_or(|known| batch_size != known)
            {
                too_large = Some(batch_size);
                errors.push(PrepareError { run: number, kind: PrepareErrorKind::BatchSize { batch_size, examples } });
            }
            let pair = Some((run.setup, index));
            if last == pair || !checked.insert(pair) {
                continue;
            }
            last = pair;
            let measurable = problem.measurable();
            for criterion in setup.stop.converged.iter().flat_map(|converged| &converged.criteria) {
                let measure = criterion.measure();
                if !measurable.has(measure) && !unmeasured.has(measure) {
                    unmeasured = unmeasured.with(measure);
                    let all = || {
                        let all = Measure::ALL.into_iter().filter(|&measure| measurable.has(measure));
                        let all: Vec<String> = all.map(|measure| format!("`{}`", measure.name())).collect();
                        format!("what can be measured here: {}", all.join(", "))
                    };
                    let why = problem.why_unmeasurable(measure).map_or_else(all, str::to_owned);
                    errors.push(PrepareError { run: number, kind: PrepareErrorKind::Criterion { measure, why } });
                }
            }
        }
        errors
    }
}

/// So many data sets are described.
const MOST_DESCRIBED: usize = 10;

/// What has been prepared so far.
#[derive(Default)]
struct Problems<'a> {
    list: Vec<Arc<Problem>>,
    known: Index<(&'a problem::Definition, Option<&'a data::Definition>, Option<u64>)>,
    data: Vec<Arc<Dataset>>,
    known_data: Index<(&'a data::Definition, Option<u64>)>,
    notes: Distinct<String>,
    inputs: Distinct<Input>,
}

impl<'a> Problems<'a> {
    fn get(&mut self, setup: &'a Setup, seed: Option<u64>) -> Result<u32, PrepareErrorKind> {
        let key = (&setup.problem, setup.data.as_ref(), seed);
        let place = match self.known.find(&key) {
            Found::Known(place) => return Ok(place),
            Found::New(place) => place,
        };
        let data = setup.data.as_ref().map(|definition| self.dataset(definition, seed)).transpose()?;
        if let problem::Definition::Command(command) = &setup.problem {
            let inputs = inputs(command).map_err(PrepareErrorKind::Input)?;
            inputs.into_iter().for_each(|(path, contents)| self.inputs.add(Input { path, contents }));
        }
        let Some(problem) = Problem::new(&setup.problem, data) else {
            return Err(PrepareErrorKind::Data(data::Error {
                key: "csv",
                message: "this problem needs examples".into(),
                help: "add a [data] section".into(),
            }));
        };
        problem.notes().into_iter().for_each(|note| self.notes.add(note));
        self.list.push(Arc::new(problem));
        Ok(self.known.add(place, key))
    }

    fn dataset(
        &mut self,
        definition: &'a data::Definition,
        seed: Option<u64>,
    ) -> Result<Arc<Dataset>, PrepareErrorKind> {
        let key = (definition, seed);
        let place = match self.known_data.find(&key) {
            Found::Known(known) => return Ok(Arc::clone(&self.data[known as usize])),
            Found::New(place) => place,
        };
        let data = Arc::new(Dataset::load(definition, seed).map_err(PrepareErrorKind::Data)?);
        data.notes.iter().for_each(|note| self.notes.add(note.clone()));
        if let (Some(contents), Source::Csv(source)) = (data.contents, &definition.source) {
            self.inputs.add(Input { path: source.path.clone(), contents });
        }
        self.data.push(Arc::clone(&data));
        self.known_data.add(place, key);
        Ok(data)
    }
}

/// Things in order of first appearance, each of them once.
struct Distinct<T> {
    list: Vec<T>,
    known: HashSet<T>,
}

impl<T: Clone + Eq + std::hash::Hash> Distinct<T> {
    fn add(&mut self, thing: T) {
        if self.known.insert(thing.clone()) {
            self.list.push(thing);
        }
    }
}

impl<T> Default for Distinct<T> {
    fn default() -> Distinct<T> {
        Distinct { list: Vec::new(), known: HashSet::new() }
    }
}

/// Numbers things in order of first appearance. Definitions hold floats and have no hash: what they print is hashed instead, and
/// what has the same hash is compared.
struct Index<T> {
    things: Vec<T>,
    places: HashMap<u64, u32>,
}

/// Where a thing stands in an [`Index`], or where it is to be added.
enum Found {
    Known(u32),
    New(u64),
}

impl<T: Debug + PartialEq> Index<T> {
    fn find(&self, thing: &T) -> Found {
        let mut hash = printed_hash(thing);
        while let Some(&place) = self.places.get(&hash) {
            if self.things[place as usize] == *thing {
                return Found::Known(place);
            }
            hash = hash.wrapping_add(1);
        }
        Found::New(hash)
    }

    fn add(&mut self, hash: u64, thing: T) -> u32 {
        let place = self.things.len() as u32;
        self.things.push(thing);
        self.places.insert(hash, place);
        place
    }
}

impl<T> Default for Index<T> {
    fn default() -> Index<T> {
        Index { things: Vec::new(), places: HashMap::new() }
    }
}

fn printed_hash(thing: &impl Debug) -> u64 {
    struct Text(DefaultHasher);
    impl fmt::Write for Text {
        fn write_str(&mut self, text: &str) -> fmt::Result {
            self.0.write(text.as_bytes());
            Ok(())
        }
    }
    let mut text = Text(DefaultHasher::new());
    // A hasher takes whatever is written to it.
    let _ = write!(text, "{thing:?}");
    text.0.finish()
}

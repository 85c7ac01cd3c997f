//! Where baselines are kept, and how they are found.

use std::path::{Path, PathBuf};

use super::{Failure, interrupt};
use crate::check::{Against, Sought};
use crate::record::Study;
use crate::spec::Experiment;
use crate::store::{self, Staging, layout};

/// The folder of results that are committed with the specs: the baseline unless another one is named.
const RESULTS: &str = "results";

/// Where named baselines are kept.
const NAMED: &str = "results/.baselines";

/// What is known of the baseline of a spec before anything is trained.
pub(super) enum Baseline {
    /// It is complete and was read.
    Found { folder: PathBuf, study: Box<Study>, spec: Option<Box<Experiment>> },
    /// There is none that can be used, or none is needed.
    Missing(Against),
}

/// What the command line says of baselines.
#[derive(Debug, clap::Args)]
pub(super) struct BaselineArgs {
    /// Hold the outcome against this baseline: a name given to `--save-baseline`, or a results folder
    /// [default: the results in results/NAME, if they are there]
    #[arg(long, value_name = "NAME|DIR")]
    baseline: Option<String>,

    /// Keep the outcome as a baseline of this name (in results/.baselines) if nothing is wrong with it; compares with no
    /// other baseline unless `--baseline` names one
    #[arg(long, value_name = "NAME")]
    pub(super) save_baseline: Option<String>,

    /// Pass where there is no baseline yet, and where cells are new in it; says so
    #[arg(long)]
    pub(super) baseline_lenient: bool,
}

impl BaselineArgs {
    /// Refuses names that are no names of folders.
    pub(super) fn check(&self) -> Result<(), Failure> {
        match &self.save_baseline {
            Some(name) if is_path(name) || name.is_empty() || name.starts_with('.') => {
                Err(Failure::bad_input(format!(
                    "`--save-baseline {name}` is not a name\nhelp: choose a plain name such as `main`; baselines are kept in {NAMED}/<name>"
                )))
            }
            _ => Ok(()),
        }
    }

    /// Finds and reads the baseline of a spec.
    pub(super) fn find(&self, experiment: &Experiment) -> Baseline {
        let name = &experiment.name;
        let Some(folder) = self.folder(name) else {
            return Baseline::Missing(self.missing(experiment));
        };
        let read = || -> Result<Study, String> {
            store::verify_manifest(&folder).map_err(|error| error.to_string())?;
            store::read(&folder).map_err(|error| error.to_string())
        };
        match read() {
            Ok(study) => {
                let spec = store::read_spec(&folder).map(Box::new);
                Baseline::Found { folder, study: Box::new(study), spec }
            }
            Err(why) => Baseline::Missing(Against::Unreadable(why)),
        }
    }

    /// The folder of the baseline; `None` if there is none.
    fn folder(&self, name: &str) -> Option<PathBuf> {
        let places = match &self.baseline {
            Some(given) => {
                let folder = PathBuf::from(given);
                let named = Path::new(NAMED).join(given).join(name);
                // A folder that is there, whole or not, is the one that is meant.
                if named.is_dir() && !is_path(given) {
                    vec![named]
                } else if folder.join(layout::RUNS).exists() || folder.join(layout::MANIFEST).exists() {
                    vec![folder]
                } else {
                    vec![folder.join(name)]
                }
            }
            None if self.save_baseline.is_some() => Vec::new(),
            None => vec![Path::new(RESULTS).join(name)],
        };
        places.into_iter().find(|place| place.is_dir())
    }

    fn missing(&self, experiment: &Experiment) -> Against {
        if self.baseline.is_none() && self.save_baseline.is_some() {
            return Against::Itself;
        }
        let sought = match &self.baseline {
            Some(given) if is_path(given) => Sought::Folder(given.clone()),
            Some(given) => Sought::Name(given.clone()),
            None => Sought::Results(Path::new(RESULTS).join(&experiment.name)),
        };
        let has_expectations = !experiment.expectations.is_empty();
        match (self.baseline_lenient, self.baseline.is_none() && has_expectations) {
            (true, _) => Against::NoneYet(sought),
            (false, true) => Against::ExpectationsAlone(sought, others()),
            (false, false) => Against::Missing(sought),
        }
    }

    /// Starts the folder of the baseline that `--save-baseline` names, if it names one.
    pub(super) fn stage(&self, experiment: &Experiment) -> Result<Option<(PathBuf, Staging)>, Failure> {
        let Some(name) = &self.save_baseline else { return Ok(None) };
        let folder = Path::new(NAMED).join(name).join(&experiment.name);
        let staging = store::stage(&folder).map_err(Failure::bad_input)?;
        Ok(Some((folder, staging)))
    }
}

/// Writes the tables of a study and a copy of its spec, as a whole or not at all.
pub(super) fn write(
    study: &Study,
    experiment: &Experiment,
    overrides: &[String],
    staging: Staging,
) -> Result<(), Failure> {
    store::write_spec(experiment.text(), overrides, staging.path()).map_err(Failure::lost_output)?;
    store::write_tables(study, staging.path()).map_err(Failure::lost_output)?;
    interrupt::put_in_place(staging)
}

/// The names of the studies whose results are there: the first few.
fn others() -> Vec<String> {
    const SHOWN: usize = 3;
    let folders = std::fs::read_dir(RESULTS).into_iter().flatten().filter_map(Result::ok);
    let results = folders.filter(|folder| folder.path().join(layout::MANIFEST).is_file());
    let mut names: Vec<String> = results.map(|folder| folder.file_name().to_string_lossy().into_owned()).collect();
    names.sort_unstable();
    if names.len() > SHOWN {
        names.truncate(SHOWN);
        names.push("…".to_owned());
    }
    names
}

fn is_path(given: &str) -> bool {
    given.contains(['/', '\\']) || given == "." || given == ".."
}

//! What the copy of the spec says of results: their name, what they are about, and what convergence was judged by.

use std::path::Path;

use super::{copy, layout};
use crate::fs;
use crate::record::{Study, Target};
use crate::spec::Experiment;

/// Gives results the heading that the copy of their spec has. Where it cannot be read as a spec, which one of another version
/// may be, its name and description are taken all the same; without a copy, the name is the folder's.
pub(super) fn add(study: &mut Study, folder: &Path) {
    let Some(experiment) = copy::read_spec(folder) else {
        let (name, description) = plain(folder).unwrap_or_default();
        study.name = if name.is_empty() { folder_name(folder) } else { name };
        study.description = description;
        return;
    };
    study.name.clone_from(&experiment.name);
    study.description.clone_from(&experiment.description);
    study.without_target = !experiment.has_criterion();
    study.trains_as_the_page = Experiment::trains_as_the_page(&experiment);
    study.target = experiment.target().map(|(measure, value)| Target { measure: measure.to_owned(), value });
}

fn folder_name(folder: &Path) -> String {
    folder.file_name().map_or(String::new(), |name| name.to_string_lossy().into_owned())
}

fn plain(folder: &Path) -> Option<(String, String)> {
    let text = fs::read_text(&folder.join(layout::SPEC)).ok()?;
    let table = toml::de::DeTable::parse(&text).ok()?;
    let text = |key| table.get_ref().get(key).and_then(|value| value.get_ref().as_str()).unwrap_or_default().to_owned();
    Some((text("name"), text("description")))
}

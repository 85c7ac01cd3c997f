//! How large the data of a grid are, before they are loaded.

use std::collections::HashMap;

use crate::data;
use crate::grid::Grid;

/// How large the data of each setup of a grid are; every file is looked at once.
pub struct Sizes(pub(super) Vec<data::Size>);

impl Sizes {
    /// Of the setups of a grid.
    pub fn of(grid: &Grid) -> Sizes {
        let mut known: HashMap<String, data::Size> = HashMap::new();
        let mut size = |definition: &data::Definition| match &definition.source {
            data::Source::Csv(_) => *known.entry(format!("{definition:?}")).or_insert_with(|| definition.size()),
            data::Source::Linear(_) | data::Source::Playground(_) => definition.size(),
        };
        Sizes(grid.setups.iter().map(|setup| setup.data.as_ref().map_or(NO_DATA, &mut size)).collect())
    }
}

const NO_DATA: data::Size = data::Size { examples: 0, features: 0, classes: 0, bytes: 0 };

//! Reads a spec: the recipe that turns a text into an [`Experiment`] or into everything that is wrong with it.

use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};

use super::blocks;
use super::conditions::Axes;
use super::diagnostic::{Diagnostic, Diagnostics, Located, SourceFile};
use super::expect;
use super::experiment::Experiment;
use super::flatten::flatten_all;
use super::kind::Given;
use super::overrides;
use super::pictures;
use super::problem::check_program;
use super::report::Report;
use super::sections;
use super::settings::{Point, Settings};
use super::together;
use super::tree::{self, Node, Table};
use crate::fs;
use crate::train::{Detail, ParameterDetail};

/// A spec that cannot be used.
#[derive(Debug)]
pub enum ReadError {
    /// The file cannot be read.
    Io(fs::Error),
    /// There are errors in it.
    Invalid(Diagnostics),
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReadError::Io(error) => error.fmt(f),
            ReadError::Invalid(diagnostics) => diagnostics.fmt(f),
        }
    }
}

impl std::error::Error for ReadError {}

/// Reads the spec at `path`, with overrides of the form `path=value` applied to it.
///
/// # Errors
/// When the file cannot be read, or with all errors in it.
pub fn read(path: &Path, overrides: &[String]) -> Result<Experiment, ReadError> {
    let text = fs::read_text(path).map_err(ReadError::Io)?;
    let base_dir = path.parent().unwrap_or(Path::new(""));
    parse(SourceFile { path: path.to_owned(), text }, base_dir, overrides).map_err(ReadError::Invalid)
}

/// Reads a spec from its text; paths in it are relative to `base_dir`.
///
/// # Errors
/// All errors in it.
pub fn parse(source: SourceFile, base_dir: &Path, overrides: &[String]) -> Result<Experiment, Diagnostics> {
    let mut report = Report::default();
    let mut root = tree::parse(0, &source.text, &mut report.list);
    let mut sources = vec![source];
    if !report.list.is_empty() {
        // What follows a syntax error would be guesswork.
        return Err(Diagnostics::new(sources.into(), report.list));
    }
    flatten_all(&mut root);
    let mut overridden = Vec::new();
    for text in overrides {
        let read = overrides::apply(&mut root, sources.len(), text, &mut overridden, &mut report.list);
        sources.push(SourceFile { path: PathBuf::from("--set"), text: read });
    }

    let settings = sections::read(&root, &mut report);
    check_name(&settings, &mut report);
    let blocks = blocks::read(&root, &settings.kinds, &mut report);
    let axes: Vec<&str> = distinct(blocks.iter().flat_map(|block| block.axes.iter().map(|axis| axis.path)));
    let hidden = overridden.iter().filter(|overridden| axes.contains(&overridden.path.as_str()));
    hidden.for_each(|overridden| report.add(overrides::hidden_by_axis(overridden)));
    let given = names_in_grid(&root);
    let expect_axes = Axes { paths: &axes, given: &given, of: "this grid" };
    let expectations = expect::read(&root, expect_axes, &settings.kinds, &mut report);
    let boundary = pictures::read(&root, &settings, expect_axes, &mut report);
    together::check(&settings, &blocks, base_dir, &mut report);
    check_program(&root, &settings, &blocks, &sources, &mut report);

    let sources = sources.into();
    if !report.list.is_empty() {
        return Err(Diagnostics::new(sources, report.list));
    }
    let point = Point { settings: &settings, axes: &[] };
    Ok(Experiment {
        name: point.optional_text("name").unwrap_or_default().to_owned(),
        description: point.optional_text("description").unwrap_or_default().to_owned(),
        curves: point.optional_word("record.curves").unwrap_or(Detail::Thinned),
        max_curves: point.optional_count("record.max_curves").unwrap_or_default(),
        parameters: point.optional_word("record.parameters").unwrap_or(ParameterDetail::None),
        boundary,
        fail_on: fail_on(&settings),
        sources,
        base_dir: base_dir.to_owned(),
        blocks,
        expectations,
        settings,
    })
}

fn distinct<'a>(items: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut seen = BTreeSet::new();
    items.filter(|item| seen.insert(*item)).collect()
}

/// All names that stand in the grid, right or wrong.
fn names_in_grid(root: &Table) -> Vec<&str> {
    fn names_of(table: &Table) -> Vec<&str> {
        table.entries.iter().map(|(name, _)| name.name.as_str()).collect()
    }
    match root.get("grid").map(|item| &item.node) {
        Some(Node::Table(table)) => names_of(table),
        Some(Node::List(items)) => items
            .iter()
            .flat_map(|item| match &item.node {
                Node::Table(table) => names_of(table),
                _ => Vec::new(),
            })
            .collect(),
        _ => Vec::new(),
    }
}

fn fail_on(settings: &Settings) -> Vec<Located<String>> {
    match settings.given.get("check.fail_on") {
        Some(Located { value: Given::Names(texts), span }) => {
            texts.iter().map(|text| Located::new(text.clone(), *span)).collect()
        }
        _ => Vec::new(),
    }
}

fn check_name(settings: &Settings, report: &mut Report) {
    if settings.given.contains_key("name") || report.is_faulty("name") {
        return;
    }
    report.add(
        Diagnostic::new("`name` is missing", None)
            .help("add `name = \"…\"` at the top; results go to a folder of that name"),
    );
}

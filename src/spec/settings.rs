//! Settings by path: those that stand outside the grid, and how they look from one point of the grid.

use std::collections::{BTreeMap, BTreeSet};

use super::diagnostic::{Located, Span};
use super::key::{Default, Key, Kinds, When};
use super::kind::Given;
use super::own;
use crate::value::Value;
use crate::word::Word;

/// The settings that stand outside the grid.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    pub(super) given: BTreeMap<&'static str, Located<Given>>,
    /// Where the sections begin.
    pub(super) sections: BTreeMap<String, Span>,
    pub(super) kinds: Kinds,
}

impl Settings {
    /// Where a setting is given.
    pub(super) fn span(&self, path: &str) -> Option<Span> {
        self.given.get(path).map(|given| given.span)
    }

    /// Where the innermost section of a setting begins, if the spec has it.
    pub(super) fn section_span(&self, path: &str) -> Option<Span> {
        let mut section = path;
        while let Some((outer, _)) = section.rsplit_once('.') {
            if let Some(span) = self.sections.get(outer) {
                return Some(*span);
            }
            section = outer;
        }
        None
    }
}

/// The settings as they are at one point of the grid.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Point<'a> {
    pub(crate) settings: &'a Settings,
    /// What the axes say there; it comes before what stands outside the grid.
    pub(crate) axes: &'a [(&'static str, Value)],
}

/// A combination of settings that makes no sense.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    /// The setting to point at.
    pub(crate) at: &'static str,
    /// The setting that is needed and not given, if that is what is wrong.
    pub(crate) missing: Option<&'static str>,
    pub(crate) message: String,
    pub(crate) label: Option<String>,
    pub(crate) help: Option<String>,
}

impl Fault {
    /// A setting that is wrong beside the others.
    pub(super) fn wrong(path: &'static str, message: impl Into<String>) -> Fault {
        Fault { at: path, missing: None, message: message.into(), label: None, help: None }
    }

    /// A setting that is needed and not given.
    pub(super) fn missing(path: &'static str) -> Fault {
        Fault { missing: Some(path), ..Fault::wrong(path, format!("`{path}` is missing")) }
    }

    pub(super) fn label(mut self, label: impl Into<String>) -> Fault {
        self.label = Some(label.into());
        self
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Fault {
        self.help = Some(help.into());
        self
    }
}

impl<'a> Point<'a> {
    /// What is given for a setting, on an axis or outside the grid.
    pub(crate) fn given(&self, path: &str) -> Option<&'a Value> {
        if let Some((_, value)) = self.axes.iter().find(|(axis, _)| *axis == path) {
            return Some(value);
        }
        match &self.settings.given.get(path)?.value {
            Given::Scalar(value) => Some(value),
            Given::Names(_) => None,
        }
    }

    fn default(&self, path: &str) -> Default {
        self.settings.kinds.find(path).map_or(Default::Absent, |key| key.default)
    }

    /// The setting or its default, as a value.
    pub(crate) fn value(&self, path: &str) -> Option<Value> {
        self.given(path).cloned().or_else(|| self.default(path).value())
    }

    /// A number that may be absent.
    pub(super) fn optional_number(&self, path: &str) -> Option<f64> {
        match self.given(path) {
            Some(value) => value.as_number(),
            None => match self.default(path) {
                Default::Number(number) => Some(number),
                _ => None,
            },
        }
    }

    /// A count that may be absent.
    pub(super) fn optional_count(&self, path: &str) -> Option<u64> {
        match self.given(path) {
            Some(Value::Count(count)) => Some(*count),
            Some(_) => None,
            None => match self.default(path) {
                Default::Count(count) => Some(count),
                _ => None,
            },
        }
    }

    /// A list of counts that may be absent.
    pub(super) fn optional_counts(&self, path: &str) -> Option<&'a [u64]> {
        match self.given(path) {
            Some(Value::Counts(counts)) => Some(counts),
            Some(_) | None => None,
        }
    }

    /// A word that may be absent.
    pub(super) fn optional_text(&self, path: &str) -> Option<&'a str> {
        match self.given(path) {
            Some(Value::Text(text)) => Some(text),
            Some(_) => None,
            None => match self.default(path) {
                Default::Text(text) => Some(text),
                _ => None,
            },
        }
    }

    /// A word that may be absent, as what it stands for.
    pub(super) fn optional_word<W: Word>(&self, path: &str) -> Option<W> {
        self.optional_text(path).and_then(W::from_word)
    }

    /// A flag; absent is no.
    pub(super) fn flag(&self, path: &str) -> bool {
        match self.given(path) {
            Some(value) => *value == Value::Flag(true),
            None => matches!(self.default(path), Default::Flag(true)),
        }
    }

    /// A list of names that may be absent.
    pub(super) fn names(&self, path: &str) -> Option<&'a [String]> {
        match &self.settings.given.get(path)?.value {
            Given::Names(names) => Some(names),
            Given::Scalar(_) => None,
        }
    }

    pub(super) fn number(&self, path: &'static str) -> Result<f64, Fault> {
        self.optional_number(path).ok_or_else(|| Fault::missing(path))
    }

    pub(super) fn count(&self, path: &'static str) -> Result<u64, Fault> {
        self.optional_count(path).ok_or_else(|| Fault::missing(path))
    }

    /// A count of things that fit into memory.
    pub(super) fn size(&self, path: &'static str) -> Result<usize, Fault> {
        usize::try_from(self.count(path)?).map_err(|_| Fault::wrong(path, format!("`{path}` is too large")))
    }

    pub(super) fn word<W: Word>(&self, path: &'static str) -> Result<W, Fault> {
        self.optional_word(path).ok_or_else(|| Fault::missing(path))
    }

    pub(super) fn text(&self, path: &'static str) -> Result<&'a str, Fault> {
        self.optional_text(path).ok_or_else(|| Fault::missing(path))
    }

    /// The condition on another setting that makes this one meaningless here, if one does.
    /// Conditions on the kinds are the same everywhere and not looked at; see [`Kinds::obstacle`].
    pub(super) fn idle(&self, key: &Key) -> Option<(&'static str, &'static [&'static str])> {
        key.when.iter().find_map(|when| match when {
            When::Is("problem.kind" | "data.kind", _) => None,
            When::Is(path, words) if !self.optional_text(path).is_some_and(|text| words.contains(&text)) => {
                Some((*path, *words))
            }
            _ => None,
        })
    }

    /// Everything that decides what a run of this setup computes and is not at its default, sorted by path.
    pub(crate) fn resolved(&self) -> Vec<(&'static str, Given)> {
        let kinds = &self.settings.kinds;
        let own = self.axes.iter().map(|(path, _)| *path).chain(self.settings.given.keys().copied());
        let own: BTreeSet<&str> = own.filter(|path| own::name(path).is_some()).collect();
        let mut resolved: Vec<(&'static str, Given)> = kinds
            .applicable()
            .chain(own.into_iter().filter_map(own::key))
            .filter(|key| key.is_setup() && self.idle(key).is_none())
            .filter_map(|key| {
                let given = match self.names(key.path) {
                    Some(names) => Given::Names(names.into()),
                    None => Given::Scalar(self.given(key.path)?.clone()),
                };
                let is_default = key.default.value().is_some_and(|default| given == Given::Scalar(default));
                (!is_default).then_some((key.path, given))
            })
            .collect();
        resolved.sort_by_key(|(path, _)| *path);
        resolved
    }
}

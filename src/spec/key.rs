//! [`Key`]: one setting of a spec, and [`Kinds`]: which settings exist for a problem and its data.
//!
//! Knows none of the settings by name; `keys.rs` has them all.

use super::kind::Kind;
use crate::problem::Family as ProblemFamily;
use crate::value::Value;

/// One setting.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Key {
    /// Its dotted path.
    pub(super) path: &'static str,
    pub(super) kind: Kind,
    pub(super) default: Default,
    /// All of these must hold for the setting to mean anything.
    pub(super) when: &'static [When],
    pub(super) place: Place,
    /// One sentence for editors.
    pub(super) doc: &'static str,
    /// It says how a run is carried out, which makes no other run of it: its results are taken to be the same.
    pub(super) is_aside: bool,
}

/// What holds when a setting is not given.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Default {
    /// It must be given wherever it applies.
    Required,
    /// Nothing is set.
    Absent,
    Number(f64),
    Count(u64),
    Flag(bool),
    Text(&'static str),
}

impl Default {
    /// The default as a value.
    pub(super) fn value(self) -> Option<Value> {
        match self {
            Default::Required | Default::Absent => None,
            Default::Number(number) => Some(Value::Number(number)),
            Default::Count(count) => Some(Value::Count(count)),
            Default::Flag(flag) => Some(Value::Flag(flag)),
            Default::Text(text) => Some(Value::Text(text.into())),
        }
    }
}

/// Where a setting may stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// In its section or as an axis of the grid.
    Anywhere,
    /// In its section only.
    Fixed,
    /// In the grid only.
    Grid,
}

/// A condition on the rest of the spec.
#[derive(Debug, Clone, Copy)]
pub(super) enum When {
    /// The setting at this path is one of these words.
    Is(&'static str, &'static [&'static str]),
    /// The problem can do this.
    Problem(Ability),
}

/// What some problems can do and others cannot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ability {
    /// It learns from examples.
    Examples,
    /// It tells classes apart.
    Classes,
}

impl Ability {
    /// What a problem without this ability does not have.
    pub(super) fn noun(self) -> &'static str {
        match self {
            Ability::Examples => "examples",
            Ability::Classes => "classes",
        }
    }
}

/// A family of problems, as specs see it.
#[derive(Debug)]
pub(super) struct Family {
    pub(super) kind: ProblemFamily,
    /// How sentences call it.
    pub(super) noun: &'static str,
    pub(super) abilities: &'static [Ability],
    /// The settings that it alone has, or has first.
    pub(super) keys: &'static [Key],
}

/// All settings there are.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) families: &'static [Family],
    /// In the order of the documentation; those of families come after the first section.
    pub(super) sections: &'static [&'static [Key]],
    /// The setting of the user's own at a path, for programs.
    pub(super) own: fn(&str) -> Option<&'static Key>,
}

impl Table {
    /// All settings, in the order of the documentation.
    pub(super) fn keys(&self) -> impl Iterator<Item = &'static Key> + Clone + use<> {
        let (first, rest) = self.sections.split_at(self.sections.len().min(1));
        let of_families = self.families.iter().map(|family| family.keys);
        first.iter().copied().chain(of_families).chain(rest.iter().copied()).flatten()
    }
}

/// The setting that selects the family of problems.
pub(super) const PROBLEM_KIND: &str = "problem.kind";

pub(super) const EXAMPLES: When = When::Problem(Ability::Examples);
pub(super) const DATA: &[When] = &[EXAMPLES];
pub(super) const COUNT: Kind = Kind::Count { least: 1 };

pub(super) const fn key(path: &'static str, kind: Kind, doc: &'static str) -> Key {
    Key { path, kind, default: Default::Absent, when: &[], place: Place::Anywhere, doc, is_aside: false }
}

impl Key {
    pub(super) const fn or(mut self, default: Default) -> Key {
        self.default = default;
        self
    }

    pub(super) const fn required(mut self) -> Key {
        self.default = Default::Required;
        self
    }

    pub(super) const fn when(mut self, when: &'static [When]) -> Key {
        self.when = when;
        self
    }

    pub(super) const fn fixed(mut self) -> Key {
        self.place = Place::Fixed;
        self
    }

    pub(super) const fn aside(mut self) -> Key {
        self.is_aside = true;
        self
    }

    pub(super) const fn grid(mut self) -> Key {
        self.place = Place::Grid;
        self
    }

    /// The documentation as a part of a sentence.
    pub(super) fn clause(&self) -> String {
        let mut letters = self.doc.trim_end_matches('.').chars();
        letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
    }

    /// Whether runs with different values are different runs of different setups.
    pub(super) fn is_setup(&self) -> bool {
        SETUP_SECTIONS.iter().any(|section| is_below(self.path, section)) && self.path != MOMENTUM && !self.is_aside
    }
}

/// The sections that decide what a run computes.
const SETUP_SECTIONS: &[&str] = &["problem", "data", "optimizer", "random", "stop", PARAMS];

/// The section of what the user's own program is told of, under names of its own.
pub(super) const PARAMS: &str = "params";

/// The setting that belongs to the lane although it stands in a section.
pub(crate) const MOMENTUM: &str = "optimizer.momentum";

/// Whether `path` lies in `section`, at any depth.
pub(super) fn is_below(path: &str, section: &str) -> bool {
    path.strip_prefix(section).is_some_and(|rest| rest.starts_with('.'))
}

/// The name of a setting within its section.
pub(super) fn leaf(path: &str) -> &str {
    path.rsplit_once('.').map_or(path, |(_, leaf)| leaf)
}

/// The kinds that select which settings exist; `None` where the spec names no valid one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kinds {
    pub(super) problem: Option<&'static str>,
    pub(super) data: Option<&'static str>,
    pub(super) table: &'static Table,
}

impl Kinds {
    /// The condition that rules this setting out, if one does. Conditions that cannot be decided yet rule nothing out.
    pub(super) fn obstacle(&self, key: &Key) -> Option<&'static When> {
        key.when.iter().find(|when| match when {
            When::Is("problem.kind", words) => self.problem.is_some_and(|kind| !words.contains(&kind)),
            When::Is("data.kind", words) => self.data.is_some_and(|kind| !words.contains(&kind)),
            When::Is(..) => false,
            // What a program measures is what it says it does.
            When::Problem(_) if self.is_command() && is_below(key.path, "stop.converged") => false,
            When::Problem(ability) => self.family().is_some_and(|family| !family.abilities.contains(ability)),
        })
    }

    /// Whether a program of the user's own trains.
    pub(super) fn is_command(&self) -> bool {
        self.family().is_some_and(|family| family.kind.is_program())
    }

    pub(super) fn family(&self) -> Option<&'static Family> {
        self.table.families.iter().find(|family| self.problem == Some(family.kind.name()))
    }

    /// Whether the problem can do this; unknown problems can.
    pub(super) fn can(&self, ability: Ability) -> bool {
        self.family().is_none_or(|family| family.abilities.contains(&ability))
    }

    /// The setting at this path, preferring the one that applies.
    pub(super) fn find(&self, path: &str) -> Option<&'static Key> {
        let mut at_path = self.table.keys().filter(|key| key.path == path);
        let listed = at_path.clone().find(|key| self.obstacle(key).is_none()).or_else(|| at_path.next());
        listed.or_else(|| (self.table.own)(path).filter(|_| self.problem.is_none() || self.is_command()))
    }

    /// The settings that apply.
    pub(super) fn applicable(&self) -> impl Iterator<Item = &'static Key> + '_ {
        self.table.keys().filter(|key| self.obstacle(key).is_none())
    }
}

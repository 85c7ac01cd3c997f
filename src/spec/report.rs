//! Collects what is wrong with a spec while it is read, so that all errors of a file come at once.

use std::collections::BTreeSet;

use super::diagnostic::{Diagnostic, Span};
use super::key::{self, Ability, Family, Key, Kinds, When};
use super::suggest;
use super::tree::{Item, Node, Table};

/// The errors so far.
#[derive(Debug, Default)]
pub(super) struct Report {
    pub(super) list: Vec<Diagnostic>,
    /// Settings that were given but are wrong; it would be misleading to call them missing.
    faulty: BTreeSet<String>,
}

impl Report {
    /// Adds an error.
    pub(super) fn add(&mut self, diagnostic: Diagnostic) {
        self.list.push(diagnostic);
    }

    /// Adds an error about the value of a setting (or a section).
    pub(super) fn fault(&mut self, path: &str, diagnostic: Diagnostic) {
        self.faulty.insert(path.to_owned());
        self.add(diagnostic);
    }

    /// Keeps a value, or adds the error about the setting.
    pub(super) fn keep<T>(&mut self, path: &str, result: Result<T, Diagnostic>) -> Option<T> {
        result.map_err(|diagnostic| self.fault(path, diagnostic)).ok()
    }

    /// Adds an error about a name that may have been meant to be this setting (or section).
    pub(super) fn misspelled(&mut self, meant: Option<String>, diagnostic: Diagnostic) {
        self.faulty.extend(meant);
        self.add(diagnostic);
    }

    /// Whether an error about this setting, or a section it lies in, has been added.
    pub(super) fn is_faulty(&self, path: &str) -> bool {
        self.faulty.contains(path) || self.faulty.iter().any(|faulty| key::is_below(path, faulty))
    }

    /// The item as a table; `subject` names it in the error.
    pub(super) fn table<'i>(&mut self, subject: &str, item: &'i Item, expected: &str) -> Option<&'i Table> {
        if let Node::Table(table) = &item.node {
            return Some(table);
        }
        self.add(wrong_type(subject, item, expected));
        None
    }

    /// Adds an error for every key of a small table that is none of `allowed`; whether there was none.
    pub(super) fn check_keys(&mut self, subject: &str, table: &Table, allowed: &[&str]) -> bool {
        let before = self.list.len();
        for (key, _) in table.entries.iter().filter(|(key, _)| !allowed.contains(&key.name.as_str())) {
            self.add(unknown_key(&key.name, key.span, subject, allowed));
        }
        self.list.len() == before
    }
}

/// The error for a value of the wrong type.
pub(super) fn wrong_type(subject: &str, item: &Item, expected: &str) -> Diagnostic {
    Diagnostic::new(format!("`{subject}` has the wrong type"), item.span)
        .label(format!("expected {expected}, found {}", item.node.noun()))
}

/// The error for a key that does not exist; suggests the nearest one, else lists them all.
pub(super) fn unknown_key(name: &str, span: Span, within: &str, allowed: &[&str]) -> Diagnostic {
    let all = || format!("{within} takes {}", suggest::list(allowed.iter().map(|key| format!("`{key}`"))));
    let help = suggest::did_you_mean(name, allowed.iter().copied(), '`').unwrap_or_else(all);
    Diagnostic::new(format!("unknown key `{name}` in {within}"), span).help(help)
}

/// The error for a setting that the kind of problem or data does not have.
pub(super) fn inapplicable(key: &Key, obstacle: &When, kinds: &Kinds, span: Span) -> Diagnostic {
    match obstacle {
        When::Problem(ability) => lacks(kinds.family(), *ability, key.path, span),
        When::Is(selector, words) => {
            let chosen = if *selector == "problem.kind" { kinds.problem } else { kinds.data };
            let words = suggest::list(words.iter().map(|word| format!("\"{word}\"")));
            Diagnostic::new(
                format!("`{}` does not go with `{selector}` = \"{}\"", key.path, chosen.unwrap_or_default()),
                span,
            )
            .label(format!("only for {words}"))
        }
    }
}

/// The error for something that needs an ability which the problem lacks.
pub(super) fn lacks(family: Option<&Family>, ability: Ability, subject: &str, span: Span) -> Diagnostic {
    let noun = family.map_or("this problem", |family| family.noun);
    let verb = if subject.starts_with("stop.converged") { "cannot be measured" } else { "has no meaning" };
    Diagnostic::new(format!("{noun} has no {}, so `{subject}` {verb}", ability.noun()), span)
}

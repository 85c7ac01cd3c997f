//! Reads the settings that stand outside the grid, section by section.

use std::collections::{BTreeMap, BTreeSet};

use super::diagnostic::{Diagnostic, Located};
use super::flatten;
use super::key::{self, Ability, Key, Kinds, Place, When};
use super::keys;
use super::kind::{Given, Kind};
use super::own;
use super::report::{self, Report};
use super::settings::{Point, Settings};
use super::suggest;
use super::tree::{Item, Key as Name, Node, Table};
use crate::problem::Family;
use crate::value::Value;

/// The parts of a spec that are no settings.
pub(super) const OTHER_PARTS: [&str; 2] = ["grid", "expect"];

/// The section of pictures of the plane.
pub(super) const PICTURES: &str = "record.boundary";

/// The condition on the runs is no setting: it is a table of axes.
pub(super) const PICTURES_WHERE: &str = "where";

/// After which epochs they are drawn.
pub(super) const PICTURES_EPOCHS: &str = "record.boundary.epochs";

/// One sentence for editors.
pub(super) const PICTURES_WHERE_DOC: &str =
    "The runs that are drawn, by their axes; by default at most 6, evenly chosen.";

/// Reads all settings outside the grid.
pub(super) fn read(root: &Table, report: &mut Report) -> Settings {
    let kinds = Kinds {
        problem: selector(root, "problem", None),
        data: selector(root, "data", Some("csv")),
        table: &keys::TABLE,
    };
    let mut reader = Reader { report, settings: Settings { given: BTreeMap::new(), sections: BTreeMap::new(), kinds } };
    reader.table(root, "");
    reader.default_pictures();
    reader.settings
}

/// The valid word of `kind` in a section, or the default where the spec says nothing.
fn selector(root: &Table, section: &str, default: Option<&'static str>) -> Option<&'static str> {
    let given = root.get(section).and_then(|item| match &item.node {
        Node::Table(table) => table.get("kind"),
        _ => None,
    });
    let Some(given) = given else { return default };
    let path = format!("{section}.kind");
    match (&given.node, keys::all().find(|key| key.path == path)?.kind) {
        (Node::Text(text), Kind::Choice(words)) => words.iter().copied().find(|word| word == text),
        _ => None,
    }
}

struct Reader<'r> {
    report: &'r mut Report,
    settings: Settings,
}

impl Reader<'_> {
    fn table(&mut self, table: &Table, section: &str) {
        for (name, item) in &table.entries {
            let path = flatten::join(section, &name.name);
            let is_plain = !name.name.contains('.');
            let is_no_setting = match section {
                "" => OTHER_PARTS.contains(&name.name.as_str()),
                PICTURES => name.name == PICTURES_WHERE,
                _ => false,
            };
            if is_no_setting {
                continue;
            } else if let Some(key) = self.settings.kinds.find(&path).filter(|_| is_plain) {
                self.setting(key, name, item);
            } else if is_plain && keys::is_section(&path) {
                self.section(&path, name, item);
            } else {
                self.unknown(section, name);
            }
        }
    }

    fn section(&mut self, path: &str, name: &Name, item: &Item) {
        if let Some(ability) = self.common_obstacle(path) {
            let family = self.settings.kinds.family();
            let diagnostic = report::lacks(family, ability, path, name.span);
            return self.report.fault(path, diagnostic);
        }
        if let Some(kind) = self.settings.kinds.problem
            && own::SECTIONS.contains(&path)
            && !self.settings.kinds.is_command()
        {
            let message = format!("`{path}` does not go with `problem.kind` = \"{kind}\"");
            let diagnostic =
                Diagnostic::new(message, name.span).label(format!("only for \"{}\"", Family::Command.name()));
            return self.report.fault(path, diagnostic);
        }
        let Node::Table(table) = &item.node else {
            let keys = self.children(path).into_iter().map(|key| format!("`{key}`"));
            let expected = format!("a table with {}", suggest::list(keys));
            return self.report.fault(path, report::wrong_type(path, item, &expected));
        };
        self.settings.sections.insert(path.to_owned(), item.span);
        if table.entries.is_empty() && path == "stop.converged" {
            let diagnostic = Diagnostic::new("`stop.converged` names no criterion", item.span)
                .help("name at least one, such as `relative_gap = 0.01`, or leave `converged` out");
            return self.report.fault(path, diagnostic);
        }
        self.table(table, path);
    }

    /// Pictures without epochs of their own are those after the first epoch, the tenth and the last.
    fn default_pictures(&mut self) {
        const TENTH: u64 = 10;
        /// Where no budget in epochs says which is the last.
        const USUAL_LAST: u64 = 100;
        let Some(span) = self.settings.sections.get(PICTURES).copied() else { return };
        let Some(key) = keys::all().find(|key| key.path == PICTURES_EPOCHS) else { return };
        if self.settings.given.contains_key(key.path) || self.report.is_faulty(key.path) {
            return;
        }
        if let Some(obstacle) = self.settings.kinds.obstacle(key) {
            let diagnostic = report::inapplicable(key, obstacle, &self.settings.kinds, span);
            return self.report.fault(key.path, diagnostic);
        }
        let last = Point { settings: &self.settings, axes: &[] }.optional_count("stop.max_epochs");
        let last = last.unwrap_or(USUAL_LAST);
        let epochs: BTreeSet<u64> = [1, TENTH, last].into_iter().filter(|epoch| *epoch <= last).collect();
        let epochs = Given::Scalar(Value::Counts(epochs.into_iter().collect()));
        self.settings.given.insert(key.path, Located::new(epochs, span));
    }

    /// The ability that every setting of a section needs and the problem lacks.
    fn common_obstacle(&self, section: &str) -> Option<Ability> {
        let mut obstacles = keys::all().filter(|key| key::is_below(key.path, section)).map(|key| {
            match self.settings.kinds.obstacle(key) {
                Some(When::Problem(ability)) => Some(*ability),
                _ => None,
            }
        });
        let first = obstacles.next()??;
        obstacles.all(|obstacle| obstacle == Some(first)).then_some(first)
    }

    fn setting(&mut self, key: &'static Key, name: &Name, item: &Item) {
        if key.place == Place::Grid {
            let help = if name.span.source == 0 {
                format!("move it to [grid]; a single value will do: `{} = …`", key.path)
            } else {
                format!("set it in the grid: `--set grid.{}=…`", key.path)
            };
            let diagnostic = Diagnostic::new(format!("`{}` stands outside the grid", key.path), name.span).help(help);
            return self.report.fault(key.path, diagnostic);
        }
        if let Some(obstacle) = self.settings.kinds.obstacle(key) {
            let diagnostic = report::inapplicable(key, obstacle, &self.settings.kinds, name.span);
            return self.report.fault(key.path, diagnostic);
        }
        let given = key.kind.read(key.path, item);
        let Some(given) = self.report.keep(key.path, given) else { return };
        if let Given::Scalar(value) = &given
            && let Some(diagnostic) = meaningless(&self.settings.kinds, key, value, item)
        {
            return self.report.fault(key.path, diagnostic);
        }
        self.settings.given.insert(key.path, Located::new(given, item.span));
    }

    /// The names that may stand directly in a section, those that apply only.
    fn children(&self, section: &str) -> Vec<&'static str> {
        let mut children: Vec<&'static str> = Vec::new();
        for key in self.settings.kinds.applicable().filter(|key| key.place != Place::Grid) {
            let rest = if section.is_empty() { Some(key.path) } else { key.path.strip_prefix(section) };
            let child = rest.and_then(|rest| rest.trim_start_matches('.').split('.').next());
            let is_inside = section.is_empty() || key::is_below(key.path, section);
            if let Some(child) = child.filter(|child| is_inside && !children.contains(child)) {
                children.push(child);
            }
        }
        if self.settings.kinds.is_command() {
            children.extend(own::SECTIONS.into_iter().filter_map(|own| match own.rsplit_once('.') {
                Some((outer, own)) => (outer == section).then_some(own),
                None => section.is_empty().then_some(own),
            }));
        }
        match section {
            "" => children.extend(OTHER_PARTS),
            PICTURES => children.push(PICTURES_WHERE),
            _ => {}
        }
        children
    }

    fn unknown(&mut self, section: &str, name: &Name) {
        let children = self.children(section);
        let within = if section.is_empty() { "the spec".to_owned() } else { format!("[{section}]") };
        if own::SECTIONS.contains(&section) {
            let message = format!("`{}` cannot be a name in [{section}]", name.name);
            let diagnostic = Diagnostic::new(message, name.span);
            return self.report.add(diagnostic.label("expected letters, digits and `_`, not a digit first"));
        }
        let diagnostic = report::unknown_key(&name.name, name.span, &within, &children);
        if let Some(meant) = suggest::nearest(&name.name, children.iter().copied()) {
            return self.report.misspelled(Some(flatten::join(section, meant)), diagnostic);
        }
        // It may be right, only in the wrong section.
        let diagnostic = match self.settings.kinds.applicable().find(|key| key::leaf(key.path) == name.name) {
            Some(key) if key.place == Place::Grid => diagnostic.help(format!("`{}` belongs in [grid]", key.path)),
            Some(key) => diagnostic.help(format!("did you mean `{}`?", key.path)),
            None => diagnostic,
        };
        self.report.add(diagnostic);
    }
}

/// The error for a value that needs an ability which the problem lacks.
pub(super) fn meaningless(kinds: &Kinds, key: &Key, value: &Value, item: &Item) -> Option<Diagnostic> {
    let needs_examples =
        matches!((key.path, value), ("batch_size", Value::Count(_)) | ("stop.evaluate_every", Value::Text(_)));
    let is_told = kinds.is_command() && key.path == "batch_size";
    if !needs_examples || is_told || kinds.can(Ability::Examples) {
        return None;
    }
    let family = kinds.family();
    let subject = match value {
        Value::Text(word) => format!("{} = \"{word}\"", key::leaf(key.path)),
        _ => key.path.to_owned(),
    };
    let diagnostic = report::lacks(family, Ability::Examples, &subject, item.span);
    Some(if key.path == "batch_size" {
        diagnostic.label("expected \"full\", or no `batch_size` at all")
    } else {
        diagnostic
    })
}

//! Reads the blocks of the grid: axes, `zip` and `exclude`.

use super::axis::{Axis, Block, OTHER_KEYS};
use super::axis_forms;
use super::condition::Condition;
use super::conditions;
use super::diagnostic::{Diagnostic, Span};
use super::key::{self, Kinds, Place};
use super::report::{self, Report};
use super::suggest;
use super::tree::{Key as Name, Node, Table};

/// Reads all blocks.
pub(super) fn read(root: &Table, kinds: &Kinds, report: &mut Report) -> Vec<Block> {
    const MISSING: &str = "add a [grid] section with `learning_rate = [0.01, 0.1, 1]`";
    let Some(grid) = root.get("grid") else {
        report.add(Diagnostic::new("the grid is missing", None).help(MISSING));
        return Vec::new();
    };
    match &grid.node {
        Node::Table(table) => vec![block(table, grid.span, kinds, report)],
        Node::List(items) if items.is_empty() => {
            report.add(Diagnostic::new("the grid is empty", grid.span).help(MISSING));
            Vec::new()
        }
        Node::List(items) => items
            .iter()
            .filter_map(|item| {
                let table = report.table("grid", item, "a table of axes")?;
                Some(block(table, item.span, kinds, report))
            })
            .collect(),
        _ => {
            report.add(report::wrong_type("grid", grid, "a table of axes"));
            Vec::new()
        }
    }
}

fn block(table: &Table, span: Span, kinds: &Kinds, report: &mut Report) -> Block {
    let zip_names = zip_names(table, report);
    let mut axes: Vec<Axis> = Vec::new();
    for (name, item) in table.entries.iter().filter(|(name, _)| !OTHER_KEYS.contains(&name.name.as_str())) {
        let Some(key) = kinds.find(&name.name) else {
            unknown_axis(name, kinds, report);
            continue;
        };
        if key.place == Place::Fixed {
            let diagnostic = Diagnostic::new(format!("`{}` cannot be an axis", key.path), name.span)
                .label("this is the same for all runs of a spec");
            report.fault(key.path, diagnostic);
        } else if let Some(obstacle) = kinds.obstacle(key) {
            report.fault(key.path, report::inapplicable(key, obstacle, kinds, name.span));
        } else if axes.iter().any(|axis| axis.path == key.path) {
            let diagnostic = Diagnostic::new(format!("`{}` is given twice in this block", key.path), name.span);
            report.fault(key.path, diagnostic);
        } else {
            let may_repeat = zip_names.iter().flatten().any(|(zipped, _)| zipped == key.path);
            if let Some(values) = axis_forms::read(key, item, may_repeat, kinds, report) {
                axes.push(Axis { path: key.path, values, span: item.span });
            }
        }
    }
    if table.get("learning_rate").is_none() && !report.is_faulty("learning_rate") {
        let message = "`learning_rate` is missing in this block of the grid";
        let help = "add `learning_rate = 0.1`, or several values such as `learning_rate = [0.01, 0.1, 1]`";
        report.add(Diagnostic::new(message, span).help(help));
    }
    let zips = zips(&zip_names, &axes, table, report);
    let excludes = excludes(table, &axes, kinds, report);
    Block { axes, zips, excludes, span }
}

fn unknown_axis(name: &Name, kinds: &Kinds, report: &mut Report) {
    let axes = || kinds.applicable().filter(|key| key.place != Place::Fixed).map(|key| key.path);
    let nearest = || suggest::nearest(&name.name, axes().chain(OTHER_KEYS));
    let meant = axes().find(|path| key::leaf(path) == name.name).or_else(nearest);
    let help = match meant {
        Some(path) if path.contains('.') => format!("did you mean `\"{path}\"`?"),
        Some(path) => format!("did you mean `{path}`?"),
        None if kinds.is_command() => {
            format!("an axis of your own stands in `params`: `\"params.{}\"`", name.name.replace(['.', '-'], "_"))
        }
        None => "an axis is `learning_rate`, `batch_size`, `seed` or a setting by its path, such as `\"optimizer.momentum\"`"
            .to_owned(),
    };
    let diagnostic = Diagnostic::new(format!("unknown axis `{}`", name.name), name.span).help(help);
    report.misspelled(meant.map(str::to_owned), diagnostic);
}

/// The names in `zip`, group by group.
fn zip_names(table: &Table, report: &mut Report) -> Vec<Vec<(String, Span)>> {
    const EXPECTED: &str = "a list of groups of axes, such as [[\"learning_rate\", \"batch_size\"]]";
    let Some(zip) = table.get("zip") else { return Vec::new() };
    let Node::List(groups) = &zip.node else {
        report.add(report::wrong_type("zip", zip, EXPECTED));
        return Vec::new();
    };
    let mut result = Vec::new();
    for group in groups {
        let Node::List(names) = &group.node else {
            report.add(report::wrong_type("zip", group, EXPECTED));
            continue;
        };
        if names.len() < 2 {
            report.add(Diagnostic::new("a group of `zip` needs at least two axes", group.span));
        }
        let mut members = Vec::new();
        for name in names {
            match &name.node {
                Node::Text(text) => members.push((text.clone(), name.span)),
                _ => report.add(report::wrong_type("zip", name, "the name of an axis")),
            }
        }
        result.push(members);
    }
    result
}

/// The groups of `zip` as positions of axes; checks that they are axes of the block, in one group only, of one length.
fn zips(names: &[Vec<(String, Span)>], axes: &[Axis], table: &Table, report: &mut Report) -> Vec<Vec<usize>> {
    let mut taken: Vec<&str> = Vec::new();
    let mut zips = Vec::new();
    for group in names {
        let mut members: Vec<usize> = Vec::new();
        for (name, span) in group {
            if taken.contains(&name.as_str()) {
                report.add(Diagnostic::new(format!("`{name}` is zipped twice"), *span));
                continue;
            }
            taken.push(name);
            match axes.iter().position(|axis| axis.path == name) {
                Some(position) => members.push(position),
                // An axis that is there but wrong has been reported.
                None if table.get(name).is_some() => {}
                None => {
                    let help = suggest::did_you_mean(name, axes.iter().map(|axis| axis.path), '`');
                    let message = format!("`{name}` is not an axis of this block");
                    report.add(Diagnostic::new(message, *span).suggest(help));
                }
            }
        }
        members.sort_unstable();
        let lengths = || members.iter().filter_map(|&member| axes.get(member)).map(|axis| (axis, axis.values.count()));
        let first = lengths().next().map(|(_, count)| count);
        if lengths().any(|(_, count)| Some(count) != first) {
            let each: Vec<String> = lengths().map(|(axis, count)| format!("`{}` has {count}", axis.path)).collect();
            let span = group.first().zip(group.last()).map(|((_, a), (_, b))| Span { end: b.end, ..*a });
            let diagnostic = Diagnostic::new("zipped axes must have equally many values", span);
            report.add(diagnostic.label(each.join(", ")));
        } else if members.len() > 1 {
            zips.push(members);
        }
    }
    zips
}

fn excludes(table: &Table, axes: &[Axis], kinds: &Kinds, report: &mut Report) -> Vec<Vec<Condition>> {
    const EXPECTED: &str = "a list of tables, such as [{ learning_rate = { above = 1 }, batch_size = 1 }]";
    let Some(exclude) = table.get("exclude") else { return Vec::new() };
    let Node::List(items) = &exclude.node else {
        report.add(report::wrong_type("exclude", exclude, EXPECTED));
        return Vec::new();
    };
    let given: Vec<&str> = table.entries.iter().map(|(name, _)| name.name.as_str()).collect();
    let paths: Vec<&str> = axes.iter().map(|axis| axis.path).collect();
    let axes = conditions::Axes { paths: &paths, given: &given, of: "this block" };
    items
        .iter()
        .filter_map(|item| {
            let Node::Table(conditions) = &item.node else {
                report.add(report::wrong_type("exclude", item, EXPECTED));
                return None;
            };
            if conditions.entries.is_empty() {
                report.add(Diagnostic::new("an empty condition would drop every point", item.span));
                return None;
            }
            Some(conditions::read(conditions, axes, kinds, report))
        })
        .collect()
}

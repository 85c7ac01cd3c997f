//! `--set path=value`: a piece of TOML that replaces a setting or an axis before the spec is checked.

use super::diagnostic::{Diagnostic, Span};
use super::flatten::flatten_all;
use super::tree::{self, Item, Key, Node, Table};

/// Parses `path=value`. A value that is no TOML but a plain word is taken as text, so that quotes need not survive a shell.
/// Returns the text that was read in the end.
pub(super) fn fragment(source: usize, text: &str, errors: &mut Vec<Diagnostic>) -> (String, Table) {
    let mut syntax_errors = Vec::new();
    let table = tree::parse(source, text, &mut syntax_errors);
    if !syntax_errors.is_empty()
        && let Some((path, word)) = text.split_once('=')
        && is_plain_word(word.trim())
    {
        let quoted = format!("{path}=\"{}\"", word.trim());
        let table = tree::parse(source, &quoted, errors);
        return (quoted, table);
    }
    errors.append(&mut syntax_errors);
    (text.to_owned(), table)
}

fn is_plain_word(word: &str) -> bool {
    !word.is_empty() && word.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '/'))
}

/// A setting outside the grid that was overridden; it must not be an axis as well.
pub(super) struct Overridden {
    pub(super) path: String,
    pub(super) span: Span,
}

/// Applies one override to a spec whose grid is flattened. Returns the text that was read, for error messages.
pub(super) fn apply(
    root: &mut Table,
    source: usize,
    text: &str,
    overridden: &mut Vec<Overridden>,
    errors: &mut Vec<Diagnostic>,
) -> String {
    let whole = Span { source, start: 0, end: text.len() };
    if !text.contains('=') {
        errors.push(Diagnostic::new("this sets nothing", whole).label("expected `path=value`"));
        return text.to_owned();
    }
    let before = errors.len();
    let (read, table) = fragment(source, text, errors);
    if errors.len() > before {
        return read;
    }
    let depth = depth(&read);
    let Some((path, item)) = descend(table, depth) else {
        errors.push(Diagnostic::new("this sets more than one thing", whole).label("expected one `path=value`"));
        return read;
    };
    match path.as_slice() {
        [grid, axis @ ..] if grid.name == "grid" && !axis.is_empty() => set_axis(root, grid, axis, item),
        _ => {
            let whole_path = dotted(&path);
            match set(root, &path, item) {
                Ok(()) if path.len() > 1 => overridden.push(Overridden { path: whole_path, span: whole_span(&path) }),
                Ok(()) => {}
                Err(obstacle) => {
                    let message = format!("`{whole_path}` cannot be set: `{obstacle}` is not a table");
                    errors.push(Diagnostic::new(message, whole_span(&path)));
                }
            }
        }
    }
    flatten_all(root);
    read
}

/// How many keys stand before the `=`: only so many levels are the path, the others belong to the value.
fn depth(text: &str) -> usize {
    let key = text.split_once('=').map_or(text, |(key, _)| key);
    let mut table = tree::parse(0, &format!("{key}=0"), &mut Vec::new());
    let mut depth = 0;
    while let Some((_, item)) = table.entries.pop() {
        depth += 1;
        match item.node {
            Node::Table(inner) => table = inner,
            _ => break,
        }
    }
    depth
}

fn descend(mut table: Table, depth: usize) -> Option<(Vec<Key>, Item)> {
    let mut path = Vec::new();
    loop {
        let (key, item) = table.entries.pop().filter(|_| table.entries.is_empty())?;
        path.push(key);
        if path.len() == depth {
            return Some((path, item));
        }
        match item.node {
            Node::Table(inner) => table = inner,
            _ => return None,
        }
    }
}

fn dotted(path: &[Key]) -> String {
    path.iter().map(|key| key.name.as_str()).collect::<Vec<_>>().join(".")
}

fn whole_span(path: &[Key]) -> Span {
    let (first, last) = (path.first().map(|key| key.span), path.last().map(|key| key.span));
    let first = first.unwrap_or(Span { source: 0, start: 0, end: 0 });
    Span { end: last.map_or(first.end, |last| last.end), ..first }
}

/// Sets an axis in every block.
fn set_axis(root: &mut Table, grid: &Key, axis: &[Key], item: Item) {
    let key = Key { name: dotted(axis), span: whole_span(axis) };
    match root.get_mut("grid").map(|item| &mut item.node) {
        Some(Node::Table(table)) => table.set(key, item),
        Some(Node::List(blocks)) => {
            for block in blocks {
                if let Node::Table(table) = &mut block.node {
                    table.set(key.clone(), item.clone());
                }
            }
        }
        _ => {
            let table = Table { entries: vec![(key, item)] };
            root.set(grid.clone(), Item { node: Node::Table(table), span: grid.span });
        }
    }
}

/// Sets a setting, making the sections on the way; the error names what is in the way.
fn set(table: &mut Table, path: &[Key], item: Item) -> Result<(), String> {
    let Some((last, sections)) = path.split_last() else { return Ok(()) };
    let mut table = table;
    for section in sections {
        if table.get(&section.name).is_none() {
            table.set(section.clone(), Item { node: Node::Table(Table::default()), span: section.span });
        }
        match table.get_mut(&section.name).map(|item| &mut item.node) {
            Some(Node::Table(inner)) => table = inner,
            _ => return Err(section.name.clone()),
        }
    }
    table.set(last.clone(), item);
    Ok(())
}

/// The error for a setting that was overridden outside the grid although an axis decides it.
pub(super) fn hidden_by_axis(overridden: &Overridden) -> Diagnostic {
    let path = &overridden.path;
    let message = format!("`{path}` is an axis of the grid, so setting it here changes nothing");
    Diagnostic::new(message, overridden.span).help(format!("set the axis: `--set grid.{path}=…`"))
}

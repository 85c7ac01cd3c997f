//! Dotted names: axes and sections in tables inside tables, and as one name.

use super::keys;
use super::tree::{Item, Key as Name, Node, Table};

/// The tables of `[grid]` or `[[grid]]`, flattened.
pub(super) fn flatten_all(root: &mut Table) {
    match root.get_mut("grid").map(|item| &mut item.node) {
        Some(Node::Table(table)) => flatten(table),
        Some(Node::List(items)) => {
            for item in items {
                if let Node::Table(table) = &mut item.node {
                    flatten(table);
                }
            }
        }
        _ => {}
    }
}

/// Writes every axis of a table as one dotted name: `optimizer = { momentum = 0.9 }` becomes `"optimizer.momentum" = 0.9`.
pub(super) fn flatten(table: &mut Table) {
    fn walk(section: &str, table: Table, flat: &mut Vec<(Name, Item)>) {
        for (name, item) in table.entries {
            let path = join(section, &name.name);
            match item {
                Item { node: Node::Table(inner), .. } if keys::is_section(&path) => walk(&path, inner, flat),
                item => flat.push((Name { name: path, span: name.span }, item)),
            }
        }
    }
    let mut flat = Vec::new();
    walk("", std::mem::take(table), &mut flat);
    table.entries = flat;
}

/// The path of a name in a section.
pub(super) fn join(section: &str, name: &str) -> String {
    if section.is_empty() { name.to_owned() } else { format!("{section}.{name}") }
}

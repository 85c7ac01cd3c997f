//! Modules of one part import each other one way: what a name stands for is followed through re-exports to the module that owns it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// A module of the crate: the names on the way to it.
type Module = Vec<String>;

/// The modules of a crate with their code, tests and comments left out.
struct Crate {
    modules: BTreeMap<Module, String>,
}

impl Crate {
    fn read(root: &Path) -> Crate {
        let mut modules = BTreeMap::new();
        for path in super::sources(root) {
            let relative = path.strip_prefix(root).unwrap().with_extension("");
            let mut module: Module = relative.iter().map(|name| name.to_str().unwrap().to_owned()).collect();
            if module.iter().any(|name| name == "tests") {
                continue;
            }
            if module.last().is_some_and(|name| name == "mod") {
                module.pop();
            }
            modules.insert(module, code(&fs::read_to_string(&path).unwrap()));
        }
        Crate { modules }
    }

    /// The module that owns what `path` names when it stands in `module`; `None` if that is no module of the crate.
    fn owner(&self, module: &Module, path: &[String]) -> Option<Module> {
        let mut place = module.clone();
        let mut rest = path;
        match path.first()?.as_str() {
            "crate" => place.clear(),
            "self" => {}
            "super" => {
                place.pop()?;
            }
            child => {
                place.push(child.to_owned());
                self.modules.contains_key(&place).then_some(())?;
            }
        }
        rest = &rest[1..];
        while let Some((name, after)) = rest.split_first() {
            if name == "super" {
                place.pop()?;
            } else {
                place.push(name.clone());
                if !self.modules.contains_key(&place) {
                    place.pop();
                    return self.through_reexports(&place, name);
                }
            }
            rest = after;
        }
        Some(place)
    }

    /// The module that owns a name which `module` makes its own or passes on.
    fn through_reexports(&self, module: &Module, name: &str) -> Option<Module> {
        let code = self.modules.get(module)?;
        let passed_on = uses(code).into_iter().filter(|(is_public, _)| *is_public).map(|(_, path)| path);
        for path in passed_on.filter(|path| path.last().is_some_and(|last| last == name)) {
            if let Some(owner) = self.owner(module, &path).filter(|owner| owner != module) {
                return Some(owner);
            }
        }
        Some(module.clone())
    }

    /// For each module the modules of the same part that it imports.
    fn imports(&self) -> BTreeMap<Module, BTreeSet<Module>> {
        let of_module = |(module, code): (&Module, &String)| {
            let own = uses(code).into_iter().filter(|(is_public, _)| !is_public).map(|(_, path)| path);
            let owners = own.chain(inline(code)).filter_map(|path| self.owner(module, &path));
            let same_part = |owner: &Module| owner.first() == module.first() && owner != module;
            (module.clone(), owners.filter(same_part).collect())
        };
        self.modules.iter().map(of_module).collect()
    }
}

/// The lines of a file up to its tests, without comments.
fn code(text: &str) -> String {
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// The paths of all `use` declarations, and whether they pass names on.
fn uses(code: &str) -> Vec<(bool, Vec<String>)> {
    let mut found = Vec::new();
    for statement in code.split(';') {
        let Some(start) =
            statement.rfind("use ").filter(|&start| statement[..start].ends_with(['\n', ' ']) || start == 0)
        else {
            continue;
        };
        let before = statement[..start].lines().last().unwrap_or_default().trim();
        if !(before.is_empty() || before.starts_with("pub")) {
            continue;
        }
        expand(&statement[start + 4..], &[], &mut |path| found.push((before.starts_with("pub"), path)));
    }
    found
}

/// Every path of a tree such as `a::{b, c::{d, e}}`.
fn expand(tree: &str, before: &[String], found: &mut dyn FnMut(Vec<String>)) {
    let tree = tree.trim();
    match tree.split_once('{').filter(|(path, _)| path.trim().is_empty() || path.trim_end().ends_with("::")) {
        Some((path, inner)) => {
            let mut all = before.to_vec();
            all.extend(path.split("::").map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned));
            let inner = inner.rsplit_once('}').map_or(inner, |(inner, _)| inner);
            let (mut depth, mut start) = (0, 0);
            for (at, letter) in inner.char_indices().chain([(inner.len(), ',')]) {
                match letter {
                    '{' => depth += 1,
                    '}' => depth -= 1,
                    ',' if depth == 0 => {
                        if !inner[start..at].trim().is_empty() {
                            expand(&inner[start..at], &all, found);
                        }
                        start = (at + 1).min(inner.len());
                    }
                    _ => {}
                }
            }
        }
        None => {
            let mut all = before.to_vec();
            let path = tree.split(" as ").next().unwrap_or_default();
            all.extend(path.split("::").map(|name| name.trim().to_owned()));
            // `a::{self}` is `a`.
            if all.len() > 1 && all.last().is_some_and(|name| name == "self") {
                all.pop();
            }
            found(all);
        }
    }
}

/// The paths in the middle of code that begin with `super::` or `crate::`.
fn inline(code: &str) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    for beginning in ["super::", "crate::"] {
        for (start, _) in code.match_indices(beginning) {
            let follows_another = code[..start].ends_with("::");
            let line = code[..start].rfind('\n').map_or(0, |end| end + 1);
            let is_use = code[line..start].trim_start().starts_with("use ") || code[line..start].contains(" use ");
            if follows_another || is_use {
                continue;
            }
            let is_path = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
            let path: String = code[start..].chars().take_while(|&c| is_path(c)).collect();
            found.push(path.trim_end_matches(':').split("::").map(str::to_owned).collect());
        }
    }
    found
}

/// One circle per knot of modules that import each other, as the modules in it.
fn knots(imports: &BTreeMap<Module, BTreeSet<Module>>) -> Vec<Vec<String>> {
    let reached = |from: &Module| {
        let (mut seen, mut todo) = (BTreeSet::new(), vec![from]);
        while let Some(module) = todo.pop() {
            for next in imports.get(module).into_iter().flatten() {
                if seen.insert(next) {
                    todo.push(next);
                }
            }
        }
        seen
    };
    let reach: BTreeMap<&Module, BTreeSet<&Module>> = imports.keys().map(|module| (module, reached(module))).collect();
    let mut knots: BTreeSet<Vec<String>> = BTreeSet::new();
    for (module, reached) in reach.iter().filter(|(module, reached)| reached.contains(**module)) {
        let knot = reached.iter().filter(|other| reach.get(**other).is_some_and(|back| back.contains(module)));
        knots.insert(knot.map(|module| module.join("::")).collect());
    }
    knots.into_iter().collect()
}

#[test]
fn there_is_no_circle_inside_a_part() {
    let imports = Crate::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).imports();
    let edges: usize = imports.values().map(BTreeSet::len).sum();
    assert!(edges > 150, "the test reads imports ({edges} found)");
    let knots = knots(&imports);
    assert!(knots.is_empty(), "these modules import each other in a circle:\n{knots:#?}");
}

#[test]
fn a_circle_is_seen_through_braces_reexports_and_paths_in_code() {
    let of = |modules: &[(&str, &str)]| {
        let module = |name: &str| name.split("::").map(str::to_owned).collect();
        let modules = modules.iter().map(|(name, code)| (module(name), (*code).to_owned())).collect();
        knots(&Crate { modules }.imports())
    };
    let a_and_b = [["p::a", "p::b"].map(str::to_owned).to_vec()];
    let parent = ("p", "mod a;\nmod b;\npub use b::{Other, Thing};");
    assert_eq!(of(&[parent, ("p::a", "use super::Thing;"), ("p::b", "fn f() { super::a::g() }")]), a_and_b);
    assert_eq!(of(&[parent, ("p::a", "use super::{b::Thing, c};"), ("p::b", "use crate::p::{a::{X, Y}};")]), a_and_b);
    assert!(of(&[parent, ("p::a", "use super::Thing;"), ("p::b", "use crate::q::a;")]).is_empty());
    assert_eq!(of(&[("p", "use a::f;\nstruct S;"), ("p::a", "use super::S;")]).len(), 1);
}

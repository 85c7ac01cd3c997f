//! Sections whose names are the user's own: `[params]`, which a program is told of, and `[problem.env]`, its environment.
//!
//! A name becomes a setting like any other when it is first met. It is kept for as long as the process lives, as the table of
//! settings is: a spec has a few of them.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use super::key::{self, Key, PARAMS, PROBLEM_KIND, When};
use super::kind::Kind;
use crate::problem::Family;

/// What is set in the environment of the user's program.
pub(super) const ENVIRONMENT: &str = "problem.env";

/// All such sections.
pub(super) const SECTIONS: [&str; 2] = [PARAMS, ENVIRONMENT];

const FOR_PROGRAMS: &[When] = &[When::Is(PROBLEM_KIND, &[Family::Command.name()])];

/// The name in its section, if it is one of the user's own.
pub(super) fn name(path: &str) -> Option<(&'static str, &str)> {
    SECTIONS.into_iter().find_map(|section| {
        let name = path.strip_prefix(section)?.strip_prefix('.')?;
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let begins = name.starts_with(|c: char| is_name(c) && !c.is_ascii_digit());
        (begins && name.chars().all(is_name)).then_some((section, name))
    })
}

/// The setting of the user's own at this path, if that may be one.
pub(super) fn key(path: &str) -> Option<&'static Key> {
    static KNOWN: Mutex<BTreeMap<String, &'static Key>> = Mutex::new(BTreeMap::new());
    let (section, _) = name(path)?;
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(key) = known.get(path) {
        return Some(key);
    }
    let path_of_key: &'static str = Box::leak(path.to_owned().into_boxed_str());
    let new = match section {
        PARAMS => key::key(path_of_key, Kind::Own, "A setting of the program's own."),
        _ => key::key(path_of_key, Kind::Text, "A variable of the program's environment.").fixed(),
    };
    let key: &'static Key = Box::leak(Box::new(new.when(FOR_PROGRAMS)));
    known.insert(path.to_owned(), key);
    Some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_the_users_own_is_one_setting() {
        let key = key("params.dropout").unwrap();
        assert_eq!(key.path, "params.dropout");
        assert!(std::ptr::eq(key, super::key("params.dropout").unwrap()));
        for wrong in ["params", "params.", "params.a b", "params.a.b", "params.1a", "param.a", "problem.a"] {
            assert!(super::key(wrong).is_none(), "{wrong}");
        }
    }
}

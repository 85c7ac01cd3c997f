//! The settings of a run as its program is told them: in arguments, in the environment, and as JSON.

use super::slots::Slot;
use crate::engine::plan::Plan;
use crate::problem::{Command, Template};
use crate::value::Value;

/// What begins the names of settings in the environment.
const PREFIX: &str = "GOLDILOCKS_";

/// All settings at once, as JSON.
const RUN: &str = "GOLDILOCKS_RUN";

/// The settings of a run.
pub(super) struct Settings<'p> {
    plan: &'p Plan<'p>,
    number: u32,
}

impl<'p> Settings<'p> {
    pub(super) fn of(plan: &'p Plan<'p>, number: u32) -> Settings<'p> {
        Settings { plan, number }
    }

    fn get(&self, path: &str) -> Option<Value> {
        let axis = self.plan.grid.axes.iter().find(|axis| axis.path == path);
        match axis {
            Some(axis) => Some(axis.value(self.number as usize).clone()),
            None => self.plan.experiment.setting(path),
        }
    }

    /// A template with this run's settings in their places; the reader of the spec has seen to it that they are there.
    pub(super) fn fill(&self, template: &Template) -> String {
        template.fill(|path| match path {
            ID => format!("{:016x}", self.id()),
            path => self.get(path).map_or_else(String::new, |value| value.to_string()),
        })
    }

    fn id(&self) -> u64 {
        self.plan.grid.runs[self.number as usize].id
    }

    /// What its process finds in the environment beside what this one has there. What the spec sets comes last, for it counts most.
    pub(super) fn environment(&self, command: &Command, slot: &Slot<'_>) -> Vec<(String, String)> {
        let is_set = |name: &str| std::env::var_os(name).is_some();
        let mut all = slot.environment(is_set);
        if !is_set(UNBUFFERED) {
            all.push((UNBUFFERED.to_owned(), "1".to_owned()));
        }
        let settings = self.all();
        all.extend(settings.iter().map(|(path, value)| (variable(path), value.to_string())));
        all.push((RUN.to_owned(), self.json(&settings)));
        all.extend(command.environment.iter().map(|(name, value)| (name.clone(), self.fill(value))));
        all
    }

    /// The axes, and what the spec gives beside them that a program may want to know.
    fn all(&self) -> Vec<(String, Value)> {
        let axes = self.plan.grid.axes.iter().map(|axis| axis.path.clone());
        let given = self.plan.experiment.settings_for_programs().into_iter().map(str::to_owned);
        let mut all: Vec<(String, Value)> = Vec::new();
        for path in axes.chain(given) {
            if !all.iter().any(|(known, _)| *known == path)
                && let Some(value) = self.get(&path)
            {
                all.push((path, value));
            }
        }
        all
    }

    fn json(&self, settings: &[(String, Value)]) -> String {
        let own = [("run", self.number.into()), (ID, format!("{:016x}", self.id()).into())];
        let own = own.map(|(name, value): (&str, serde_json::Value)| (name.to_owned(), value));
        let settings = settings.iter().map(|(path, value)| (path.clone(), json(value)));
        serde_json::Value::Object(own.into_iter().chain(settings).collect()).to_string()
    }
}

/// The place of a run's identity in a template.
const ID: &str = crate::problem::RUN_ID;

/// Python keeps what it prints to a pipe until it has 8 KiB of it, unless it is told not to.
const UNBUFFERED: &str = "PYTHONUNBUFFERED";

/// `params.dropout` is `GOLDILOCKS_PARAMS_DROPOUT`.
fn variable(path: &str) -> String {
    let letter = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' };
    PREFIX.chars().chain(path.chars().map(letter)).collect()
}

/// Whole numbers have no point, as in arguments.
fn json(value: &Value) -> serde_json::Value {
    match value {
        Value::Number(number) if number.trunc() == *number && number.abs() < EXACT => (*number as i64).into(),
        Value::Number(number) => (*number).into(),
        Value::Count(count) => (*count).into(),
        Value::Flag(flag) => (*flag).into(),
        Value::Text(text) => (**text).into(),
        Value::Counts(counts) => counts.to_vec().into(),
    }
}

/// Up to here every whole number is a float.
const EXACT: f64 = 9_007_199_254_740_992.0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers_are_as_programs_expect_them() {
        assert_eq!(variable("params.dropout"), "GOLDILOCKS_PARAMS_DROPOUT");
        assert_eq!(json(&Value::Number(64.0)).to_string(), "64");
        assert_eq!(json(&Value::Number(0.1)).to_string(), "0.1");
        assert_eq!(json(&Value::Text("full".into())).to_string(), "\"full\"");
    }
}

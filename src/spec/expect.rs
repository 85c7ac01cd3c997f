//! Reads `[[expect]]`: what the runs are held to.

use super::condition::{Bounds, Condition};
use super::conditions::{self, Axes};
use super::diagnostic::{Diagnostic, Located};
use super::experiment::{Claim, Expectation, Over};
use super::key::Kinds;
use super::keys;
use super::kind::{Given, Kind, Range};
use super::report::{self, Report};
use super::tree::{Item, Node, Table};
use super::words::OverKind;
use crate::outcome::Status;
use crate::value::Value;
use crate::word::words;

words! {
    /// The keys of an expectation.
    pub(super) enum ExpectKey {
        /// The runs it is about.
        Where = "where",
        /// How replicates are put together.
        Over = "over",
        /// [`Claim::Steps`].
        Steps = "steps",
        /// [`Claim::Status`].
        Status = "status",
        /// [`Claim::SuccessRate`].
        SuccessRate = "success_rate",
        /// [`Claim::FinalLoss`].
        FinalLoss = "final_loss",
        /// [`Claim::BestLearningRate`].
        BestLearningRate = "best_learning_rate",
        /// [`Claim::FewerStepsThan`].
        FewerStepsThan = "fewer_steps_than",
    }
}

impl ExpectKey {
    /// One sentence for editors.
    pub(super) fn doc(self) -> &'static str {
        match self {
            ExpectKey::Where => "The runs it is about, by their axes; all runs by default.",
            ExpectKey::Over => "How the replicates of a cell are put together.",
            ExpectKey::Steps => "Steps to convergence.",
            ExpectKey::Status => "How the runs end.",
            ExpectKey::SuccessRate => "The share of runs that converge.",
            ExpectKey::FinalLoss => "The loss at the last evaluation.",
            ExpectKey::BestLearningRate => "The learning rate with the fewest steps.",
            ExpectKey::FewerStepsThan => "Runs that need more steps than these.",
        }
    }
}

/// Reads all expectations.
pub(super) fn read(root: &Table, axes: Axes<'_>, kinds: &Kinds, report: &mut Report) -> Vec<Expectation> {
    let Some(expect) = root.get("expect") else { return Vec::new() };
    let Node::List(items) = &expect.node else {
        let diagnostic = report::wrong_type("expect", expect, "a list of tables");
        report.add(diagnostic.help("write it as [[expect]]"));
        return Vec::new();
    };
    let mut reader = Reader { axes, kinds, report };
    items.iter().filter_map(|item| reader.expectation(item)).collect()
}

struct Reader<'a> {
    axes: Axes<'a>,
    kinds: &'a Kinds,
    report: &'a mut Report,
}

impl Reader<'_> {
    fn expectation(&mut self, item: &Item) -> Option<Expectation> {
        let table = self.report.table("expect", item, "a table")?;
        self.report.check_keys("[[expect]]", table, ExpectKey::WORDS);
        let errors_before = self.report.list.len();
        let conditions = table.get("where").map_or(Vec::new(), |item| self.conditions("where", item));
        let over = table.get("over").and_then(|item| self.over(item));
        let mut claims = Vec::new();
        for (name, item) in &table.entries {
            // Unknown keys have been reported.
            let Some(key) = ExpectKey::from_name(&name.name) else { continue };
            let claim = match key {
                ExpectKey::Steps => self.bounds_or_number("steps", item, Kind::Count { least: 0 }).map(Claim::Steps),
                ExpectKey::FinalLoss => {
                    self.bounds_or_number("final_loss", item, Kind::Number(Range::ANY)).map(Claim::FinalLoss)
                }
                ExpectKey::SuccessRate => {
                    self.bounds_or_number("success_rate", item, Kind::Number(Range::UNIT)).map(Claim::SuccessRate)
                }
                ExpectKey::Status => self.status(item),
                ExpectKey::BestLearningRate => self.best_learning_rate(item),
                ExpectKey::FewerStepsThan => self.fewer_steps_than(item),
                ExpectKey::Where | ExpectKey::Over => None,
            };
            claims.extend(claim.map(|claim| Located::new(claim, item.span)));
        }
        if claims.is_empty() && self.report.list.len() == errors_before {
            let diagnostic = Diagnostic::new("this expectation expects nothing", item.span);
            self.report.add(diagnostic.help(
                "add `steps`, `status`, `success_rate`, `final_loss`, `best_learning_rate` or `fewer_steps_than`",
            ));
            return None;
        }
        Some(Expectation { conditions, over, claims, span: item.span })
    }

    fn conditions(&mut self, subject: &str, item: &Item) -> Vec<Condition> {
        match self.report.table(subject, item, "a table of axes, such as { learning_rate = 0.1 }") {
            Some(table) => conditions::read(table, self.axes, self.kinds, self.report),
            None => Vec::new(),
        }
    }

    fn over(&mut self, item: &Item) -> Option<Over> {
        if let Node::Table(table) = &item.node {
            let is_known = self.report.check_keys("`over`", table, &["quantile"]);
            let Some(quantile) = table.get("quantile") else {
                if is_known {
                    self.report.add(report::wrong_type("over", item, "a way such as \"median\" or { quantile = 0.9 }"));
                }
                return None;
            };
            let quantile = self.scalar("over.quantile", quantile, Kind::Number(Range::UNIT))?;
            return quantile.as_number().map(Over::Quantile);
        }
        match self.scalar("over", item, Kind::Choice(OverKind::WORDS))? {
            Value::Text(word) => OverKind::from_name(&word).map(|kind| match kind {
                OverKind::Median => Over::Median,
                OverKind::All => Over::All,
                OverKind::Any => Over::Any,
            }),
            Value::Number(_) | Value::Count(_) | Value::Flag(_) | Value::Counts(_) => None,
        }
    }

    fn status(&mut self, item: &Item) -> Option<Claim> {
        match self.scalar("status", item, Kind::Choice(Status::WORDS))? {
            Value::Text(word) => Status::from_name(&word).map(Claim::Status),
            Value::Number(_) | Value::Count(_) | Value::Flag(_) | Value::Counts(_) => None,
        }
    }

    fn best_learning_rate(&mut self, item: &Item) -> Option<Claim> {
        let bounds = conditions::bounds("best_learning_rate", item, &["batch_size"], self.report)?;
        let batch_size = match &item.node {
            Node::Table(table) => table.get("batch_size"),
            _ => None,
        };
        let kind = keys::all().find(|key| key.path == "batch_size")?.kind;
        let batch_size = match batch_size {
            Some(size) => Some(self.scalar("best_learning_rate.batch_size", size, kind)?),
            None => None,
        };
        Some(Claim::BestLearningRate { bounds, batch_size })
    }

    fn fewer_steps_than(&mut self, item: &Item) -> Option<Claim> {
        let table = self.report.table("fewer_steps_than", item, "a table { where = { … } }")?;
        self.report.check_keys("`fewer_steps_than`", table, &["where"]);
        let Some(conditions) = table.get("where") else {
            let diagnostic = Diagnostic::new("`fewer_steps_than` does not say than which runs", item.span);
            self.report.add(diagnostic.label("expected { where = { … } }"));
            return None;
        };
        Some(Claim::FewerStepsThan(self.conditions("fewer_steps_than.where", conditions)))
    }

    /// One number is both bounds.
    fn bounds_or_number(&mut self, subject: &str, item: &Item, kind: Kind) -> Option<Bounds> {
        if matches!(item.node, Node::Table(_)) {
            return conditions::bounds(subject, item, &[], self.report);
        }
        let number = self.scalar(subject, item, kind)?.as_number();
        Some(Bounds { at_least: number, at_most: number, ..Bounds::default() })
    }

    fn scalar(&mut self, subject: &str, item: &Item, kind: Kind) -> Option<Value> {
        match kind.read(subject, item) {
            Ok(Given::Scalar(value)) => Some(value),
            Ok(Given::Names(_)) => None,
            Err(diagnostic) => {
                self.report.add(diagnostic);
                None
            }
        }
    }
}

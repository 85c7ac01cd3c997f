//! Which changes against a baseline count: the limits of `[check] fail_on` and `--fail-on`.
//!
//! Owns their syntax and their defaults.

use std::fmt;

use crate::value::Shortest;

/// Which changes count. A change of steps (the median over the seeds) has to exceed both of its limits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FailOn {
    /// Largest relative change of steps that does not count: 0.1 is 10% more after than before, or before than after.
    pub relative: f64,
    /// Largest change that does not count, in steps.
    pub steps: f64,
    /// Largest change of the share of converged runs that does not count: 0.05 is five of a hundred runs.
    pub success: f64,
    /// Improvements that count fail too: the baseline is out of date.
    pub improvements: bool,
    /// Any run whose trajectory has other bits fails.
    pub bits: bool,
    /// Whether a lone seed tells anything: it does where runs are functions of their settings.
    pub lone: bool,
}

impl Default for FailOn {
    fn default() -> FailOn {
        FailOn { relative: 0.1, steps: 0.0, success: 0.05, improvements: false, bits: false, lone: true }
    }
}

/// A limit that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailOnError {
    /// Its place in the list.
    pub index: usize,
    /// What is wrong.
    pub message: String,
}

impl FailOnError {
    /// What would be right.
    pub const HELP: &'static str = "write `median:10%`, `median:2 steps`, `success:5%`, `improved` or `bits`";
}

impl fmt::Display for FailOnError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for FailOnError {}

impl FailOn {
    /// Reads limits; what they do not name stays at its default, except that a limit in steps alone replaces the relative one.
    ///
    /// # Errors
    /// At the first limit that cannot be read.
    pub fn parse<'a>(limits: impl IntoIterator<Item = &'a str>) -> Result<FailOn, FailOnError> {
        let mut fail_on = FailOn::default();
        let (mut relative, mut steps) = (None, None);
        for (index, text) in limits.into_iter().enumerate() {
            let limit = Limit::parse(text).ok_or_else(|| FailOnError {
                index,
                message: format!("`{text}` is not a change that `check` can fail on"),
            })?;
            match limit {
                Limit::Relative(limit) => relative = Some(limit),
                Limit::Steps(limit) => steps = Some(limit),
                Limit::Success(limit) => fail_on.success = limit,
                Limit::Improved => fail_on.improvements = true,
                Limit::Bits => fail_on.bits = true,
            }
        }
        fail_on.relative = relative.unwrap_or(if steps.is_some() { 0.0 } else { fail_on.relative });
        fail_on.steps = steps.unwrap_or(fail_on.steps);
        Ok(fail_on)
    }

    /// Whether so many times the steps, and so many steps more, are more than the limits allow; infinite is "never".
    pub(super) fn is_slower(&self, ratio: f64, more: f64) -> bool {
        ratio > 1.0 + self.relative && more > self.steps
    }
}

impl fmt::Display for FailOn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let percent = |share: f64| Shortest::new().format((share * 1e6).round() / 1e4).to_owned();
        write!(f, "median:{}%", percent(self.relative))?;
        if self.steps > 0.0 {
            write!(f, ", median:{} steps", Shortest::new().format(self.steps))?;
        }
        write!(f, ", success:{}%", percent(self.success))?;
        f.write_str(if self.improvements { ", improved" } else { "" })?;
        f.write_str(if self.bits { ", bits" } else { "" })
    }
}

enum Limit {
    Relative(f64),
    Steps(f64),
    Success(f64),
    Improved,
    Bits,
}

impl Limit {
    fn parse(text: &str) -> Option<Limit> {
        let (what, limit) = match text.trim() {
            "improved" => return Some(Limit::Improved),
            "bits" => return Some(Limit::Bits),
            other => other.split_once(':')?,
        };
        let limit = limit.trim();
        let percent = limit.strip_suffix('%').and_then(not_negative).map(|percent| percent / 100.0);
        let steps = limit.strip_suffix("steps").or_else(|| limit.strip_suffix("step")).and_then(not_negative);
        match (what.trim(), percent, steps) {
            ("median", Some(share), _) => Some(Limit::Relative(share)),
            ("median", _, Some(steps)) => Some(Limit::Steps(steps)),
            ("success", Some(share), _) if share <= 1.0 => Some(Limit::Success(share)),
            _ => None,
        }
    }
}

fn not_negative(text: &str) -> Option<f64> {
    let number: f64 = text.trim().parse().ok()?;
    (number.is_finite() && number >= 0.0).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_read() {
        let usual = FailOn::default();
        assert_eq!(FailOn::parse([]), Ok(usual));
        assert_eq!(FailOn::parse(["median:25%"]), Ok(FailOn { relative: 0.25, ..usual }));
        assert_eq!(FailOn::parse(["median: 2 steps"]), Ok(FailOn { relative: 0.0, steps: 2.0, ..usual }));
        assert_eq!(FailOn::parse(["median:1 step", "median:5%"]), Ok(FailOn { relative: 0.05, steps: 1.0, ..usual }));
        let all = FailOn { success: 0.125, improvements: true, bits: true, ..usual };
        assert_eq!(FailOn::parse(["success:12.5%", "improved", "bits"]), Ok(all));
        assert_eq!(all.to_string(), "median:10%, success:12.5%, improved, bits");
    }

    #[test]
    fn what_is_no_limit_is_named() {
        for text in
            ["", "median", "median:10", "median:-1%", "median:nan%", "success:2 steps", "success:101%", "mean:1%"]
        {
            let error = FailOn::parse(["bits", text]).unwrap_err();
            assert_eq!((error.index, error.message), (1, format!("`{text}` is not a change that `check` can fail on")));
        }
    }

    #[test]
    fn a_change_has_to_exceed_both_limits() {
        let fail_on = FailOn { relative: 0.1, steps: 2.0, ..FailOn::default() };
        assert!(!fail_on.is_slower(5.0 / 3.0, 2.0), "two steps more");
        assert!(fail_on.is_slower(2.0, 3.0));
        assert!(!fail_on.is_slower(1.1, 10.0), "just 10%");
        assert!(fail_on.is_slower(1.13, 13.0));
        assert!(!fail_on.is_slower(1.0 / 1.13, -13.0), "faster");
        assert!(fail_on.is_slower(f64::INFINITY, f64::INFINITY));
    }
}

//! Annotations for GitHub Actions: workflow commands on standard output, shown at the spec's line in a pull request.
//!
//! Form and escapes: <https://docs.github.com/actions/reference/workflow-commands-for-github-actions>.

use crate::check::{Checked, Conclusion};
use crate::report::text::findings::message;

/// One command per finding; notes are notices, what cannot be told is a warning, the rest are errors.
pub fn annotations(checked: &[Checked]) -> String {
    let mut text = String::new();
    for one in checked {
        for finding in one.findings() {
            let command = match finding.conclusion {
                _ if finding.is_warning => "warning",
                Conclusion::Regressed => "error",
                Conclusion::NotComparable => "warning",
                Conclusion::Passed => "notice",
            };
            let file = property(&finding.place.file.to_string_lossy());
            let title = property(&format!("goldilocks check: {}", one.name));
            let line = finding.place.line;
            text.push_str(&format!(
                "::{command} file={file},line={line},title={title}::{}\n",
                data(&message(one, &finding))
            ));
        }
    }
    text
}

/// The text of a command.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property of a command.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

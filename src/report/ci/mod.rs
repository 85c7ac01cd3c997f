//! What a check found, in the forms that CI servers read. Results in, bytes out.

mod github;
mod json;
mod junit;
mod markdown;

pub use github::annotations;
pub use json::{check_json, comparison_json};
pub use junit::junit;
pub use markdown::{check_markdown, comparison_markdown};

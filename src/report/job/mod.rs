//! Job files: the shards of a sweep and their merge, as the schedulers of clusters want them. Texts only; nothing is submitted.
//!
//! What they have in common: shards run again after a lost machine, a merge runs whatever became of the shards, since it finds out
//! for itself what is missing, and nothing but the number of the shard is taken from the scheduler.

mod gridengine;
mod hyperqueue;
mod kubernetes;
mod slurm;
#[cfg(test)]
mod tests;

pub use gridengine::gridengine;
pub use hyperqueue::hyperqueue;
pub use kubernetes::{Pod, kubernetes};
pub use slurm::{Limits, slurm};

/// A sweep to be trained in shards.
#[derive(Debug, Clone)]
pub struct Sweep {
    /// The spec's name.
    pub name: String,
    /// The program: a path, or a name that the nodes find.
    pub program: String,
    /// The spec, as its path is on the nodes.
    pub spec: String,
    /// What `--set` changed.
    pub overrides: Vec<String>,
    /// The results folder, on a file system that all nodes share.
    pub out: String,
    /// How many shards.
    pub shards: u32,
    /// Processors per shard.
    pub cpus: u32,
}

impl Sweep {
    /// The words of the command that trains one shard, whose number stands in an environment variable.
    fn shard_words(&self, variable: &str, base: u32) -> Vec<String> {
        let mut words = vec![self.program.clone(), "run".to_owned(), self.spec.clone()];
        words.extend(self.overrides.iter().flat_map(|change| ["--set".to_owned(), change.clone()]));
        words.extend(["--shard".to_owned(), format!("@{variable}/{}", self.shards)]);
        if base != 1 {
            words.extend(["--shard-base".to_owned(), base.to_string()]);
        }
        words.extend(["--out".to_owned(), self.out.clone()]);
        words
    }

    /// The words of the command that joins the shards.
    fn merge_words(&self) -> Vec<String> {
        [&*self.program, "merge", &*self.out].map(str::to_owned).to_vec()
    }

    /// The name as the names of jobs may be everywhere: lower-case letters, digits and hyphens, at most 50 of them.
    fn job_name(&self) -> String {
        let plain = |letter: char| if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { '-' };
        let name: String = self.name.chars().map(plain).take(50).collect();
        let name = name.trim_matches('-');
        if name.starts_with(|first: char| first.is_ascii_lowercase()) {
            name.to_owned()
        } else {
            format!("sweep-{name}").trim_end_matches('-').to_owned()
        }
    }
}

/// One command line for a shell, every word quoted where it must be.
fn shell(words: &[String]) -> String {
    words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" ")
}

/// A word as a POSIX shell reads it back. Control characters have been refused before.
fn quoted(word: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_./=@%+:,".contains(letter);
    if !word.is_empty() && word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

//! Slurm: an array of shards, and a merge after it.

use std::fmt::Write as _;

use super::{Sweep, quoted, shell};

/// What a cluster wants to know of a job; left to the cluster where it is not given.
#[derive(Debug, Clone, Default)]
pub struct Limits {
    /// The longest a shard may take, in Slurm's words (`2:00:00`).
    pub time: Option<String>,
    /// Memory per shard, in Slurm's words (`4G`).
    pub memory: Option<String>,
    /// Where it runs.
    pub partition: Option<String>,
    /// Who pays for it.
    pub account: Option<String>,
}

impl Limits {
    fn options(&self) -> String {
        let options =
            [("time", &self.time), ("mem", &self.memory), ("partition", &self.partition), ("account", &self.account)];
        options.iter().fold(String::new(), |mut text, (name, value)| {
            if let Some(value) = value {
                let _ = write!(text, " --{name}={}", quoted(value));
            }
            text
        })
    }
}

/// A shell script that submits an array of shards and a merge after it. `afterany`, since after `afterok` a merge would wait for
/// ever when a shard fails; the merge itself says what is missing.
pub fn slurm(sweep: &Sweep, limits: &Limits) -> String {
    let Sweep { out, shards, cpus, .. } = sweep;
    let (name, more) = (sweep.job_name(), limits.options());
    let logs = quoted(&format!("{out}/shards/logs"));
    let status = shell(&[sweep.program.clone(), "status".to_owned(), out.clone(), "--missing".to_owned()]);
    let shard = quoted(&format!("exec {}", shell(&sweep.shard_words("SLURM_ARRAY_TASK_ID", 1))));
    let merge = quoted(&format!("exec {}", shell(&sweep.merge_words())));
    let shard_log = quoted(&format!("--output={out}/shards/logs/shard-%a-%A.log"));
    let merge_log = quoted(&format!("--output={out}/shards/logs/merge-%j.log"));
    format!(
        "\
#!/bin/bash
# Submits {shards} shards and their merge to Slurm:    bash FILE
# Some of the shards again, and the merge:   bash FILE \"$({status})\"
# A site allows array indices up to 1000, unless its MaxArraySize is larger.
set -euo pipefail
shards=${{1:-1-{shards}}}
mkdir -p {logs}
array=$(sbatch --parsable --job-name={name} --array=\"$shards\" --cpus-per-task={cpus}{more} \\
  --requeue --open-mode=append {shard_log} \\
  --wrap {shard})
merge=$(sbatch --parsable --job-name={name}-merge --dependency=\"afterany:$array\" --cpus-per-task={cpus}{more} \\
  --requeue --open-mode=append {merge_log} \\
  --wrap {merge})
echo \"shards $shards are job $array, the merge is job $merge\"
"
    )
}

//! Grid Engine: an array of shards, and a merge that is held until it ends.

use super::{Sweep, quoted, shell};

/// A shell script that submits an array of shards and a merge after it. `-hold_jid` waits for the end of the shards, however they end.
pub fn gridengine(sweep: &Sweep, environment: &str) -> String {
    let Sweep { out, shards, cpus, .. } = sweep;
    let name = sweep.job_name();
    let logs = quoted(&format!("{out}/shards/logs"));
    let slots = if *cpus == 1 { String::new() } else { format!(" -pe {} {cpus}", quoted(environment)) };
    format!(
        "\
#!/bin/bash
# Submits {shards} shards and their merge to Grid Engine:    bash FILE
# One of the shards again, or neighbours, and the merge:   bash FILE 3    bash FILE 5-8
set -euo pipefail
shards=${{1:-1-{shards}}}
mkdir -p {logs}
array=$(qsub -terse -N {name} -t \"$shards\" -cwd -V -b y -r y -j y -o {logs}{slots} \\
  {shard})
qsub -N {name}-merge -hold_jid \"${{array%%.*}}\" -cwd -V -b y -r y -j y -o {logs}{slots} \\
  {merge}
",
        shard = shell(&sweep.shard_words("SGE_TASK_ID", 1)),
        merge = shell(&sweep.merge_words()),
    )
}

//! HyperQueue: an array of shards, waited for, and then the merge.

use super::{Sweep, shell};

/// A shell script that submits the shards, waits for them, and merges. `hq submit --wait` succeeds with failed tasks too; the merge
/// says what is missing.
pub fn hyperqueue(sweep: &Sweep) -> String {
    let Sweep { shards, cpus, .. } = sweep;
    // HyperQueue tells a task which processors it has, not how many in a variable of its own.
    let mut shard = sweep.shard_words("HQ_TASK_ID", 1);
    shard.extend(["--threads".to_owned(), cpus.to_string()]);
    format!(
        "\
#!/bin/bash
# Submits {shards} shards to HyperQueue, waits for them, and merges them:    bash FILE
# Some of the shards again, and the merge:   bash FILE \"$({status})\"
set -euo pipefail
shards=${{1:-1-{shards}}}
hq submit --wait --name {name} --array \"$shards\" --cpus {cpus} --crash-limit 10 -- \\
  {shard}
{merge}
",
        name = sweep.job_name(),
        status = shell(&[sweep.program.clone(), "status".to_owned(), sweep.out.clone(), "--missing".to_owned()]),
        shard = shell(&shard),
        merge = shell(&sweep.merge_words()),
    )
}

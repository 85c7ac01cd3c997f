//! Kubernetes: an indexed Job of shards, and a Job of its own for the merge, since Jobs cannot wait for each other.

use serde_json::{Value, json};

use super::Sweep;

/// What a pod needs to run.
#[derive(Debug, Clone)]
pub struct Pod {
    /// The container image; it holds the program.
    pub image: String,
    /// The PersistentVolumeClaim that all pods share; spec and results lie on it.
    pub claim: String,
    /// Where it is mounted; paths are relative to it.
    pub mount: String,
    /// Memory per pod, in Kubernetes' words (`4Gi`).
    pub memory: Option<String>,
}

/// The manifest of the shards, or with `merge` that of the merge, as YAML. A pod that fails or is evicted is replaced, up to three
/// times for each shard, and no shard's failure ends another.
pub fn kubernetes(sweep: &Sweep, pod: &Pod, merge: bool) -> String {
    let (name, merge_name) = (sweep.job_name(), format!("{}-merge", sweep.job_name()));
    let (shown, job, head) = if merge {
        let spec = json!({ "backoffLimit": 3, "template": template(sweep, pod, &sweep.merge_words()) });
        (
            merge_name,
            spec,
            "# Joins the shards. It fails and says what is missing when they are not all there.\n".to_owned(),
        )
    } else {
        let spec = json!({
            "completionMode": "Indexed",
            "completions": sweep.shards,
            "parallelism": sweep.shards,
            "backoffLimitPerIndex": 3,
            "template": template(sweep, pod, &sweep.shard_words("JOB_COMPLETION_INDEX", 0)),
        });
        let head = format!(
            "\
# Trains {} shards; the cluster decides how many at a time.
#   kubectl apply -f FILE
#   kubectl wait --for=condition=complete --timeout=-1s job/{name}
# Then the merge, whose manifest the same command prints with --merge.
",
            sweep.shards
        );
        (name, spec, head)
    };
    let manifest = json!({ "apiVersion": "batch/v1", "kind": "Job", "metadata": { "name": shown }, "spec": job });
    let mut text = head;
    block(&manifest, 0, &mut text);
    text
}

fn template(sweep: &Sweep, pod: &Pod, words: &[String]) -> Value {
    let mut resources = json!({ "cpu": sweep.cpus.to_string() });
    if let Some(memory) = &pod.memory {
        resources["memory"] = json!(memory);
    }
    // Kubernetes puts variables in the place of `$(NAME)`; `$$` is a plain dollar sign.
    let command: Vec<String> = words.iter().map(|word| word.replace("$(", "$$(")).collect();
    json!({
        "spec": {
            "restartPolicy": "Never",
            // Time enough to put what is finished on the disk.
            "terminationGracePeriodSeconds": 30,
            "containers": [{
                "name": "goldilocks",
                "image": pod.image,
                "command": command,
                "workingDir": pod.mount,
                "resources": { "requests": resources, "limits": resources },
                "volumeMounts": [{ "name": "sweep", "mountPath": pod.mount }],
            }],
            "volumes": [{ "name": "sweep", "persistentVolumeClaim": { "claimName": pod.claim } }],
        },
    })
}

/// YAML in block style. Scalars are written as JSON, which is YAML.
fn block(value: &Value, depth: usize, text: &mut String) {
    let indent = "  ".repeat(depth);
    let mut entry = |head: String, value: &Value| match value {
        Value::Object(_) | Value::Array(_) => {
            text.push_str(&format!("{indent}{head}\n"));
            block(value, depth + 1, text);
        }
        scalar => text.push_str(&format!("{indent}{head} {scalar}\n")),
    };
    match value {
        Value::Object(fields) => fields.iter().for_each(|(name, value)| entry(format!("{name}:"), value)),
        Value::Array(items) => items.iter().for_each(|item| entry("-".to_owned(), item)),
        scalar => text.push_str(&format!("{indent}{scalar}\n")),
    }
}

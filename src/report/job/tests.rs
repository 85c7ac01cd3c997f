use super::*;

fn sweep() -> Sweep {
    Sweep {
        name: "My_Study.2".to_owned(),
        program: "goldilocks".to_owned(),
        spec: "my study.toml".to_owned(),
        overrides: vec!["grid.seed={ count = 5 }".to_owned()],
        out: "results/it's".to_owned(),
        shards: 40,
        cpus: 4,
    }
}

#[test]
fn names_of_jobs_are_allowed_everywhere() {
    let named = |name: &str| Sweep { name: name.to_owned(), ..sweep() }.job_name();
    assert_eq!(named("My_Study.2"), "my-study-2");
    assert_eq!(named("2nd"), "sweep-2nd");
    assert_eq!(named("..."), "sweep");
    assert_eq!(named(&"x".repeat(300)).len(), 50);
}

#[test]
fn a_shell_reads_every_word_back() {
    let words: Vec<String> = ["", "a b", "it's", "$HOME", "`id`", "a\"b", "\\", "*", "~", "plain-1.5/x=@y", "#no", "!"]
        .map(str::to_owned)
        .to_vec();
    let script = format!("printf '%s\\n' {}", shell(&words));
    let Ok(output) = std::process::Command::new("sh").args(["-c", &script]).output() else { return };
    assert_eq!(String::from_utf8(output.stdout).unwrap(), words.join("\n") + "\n");
}

#[test]
fn slurm_has_an_array_and_a_merge_after_any_end() {
    let limits = Limits { time: Some("2:00:00".to_owned()), memory: Some("4G".to_owned()), ..Limits::default() };
    insta::assert_snapshot!(slurm(&sweep(), &limits));
}

#[test]
fn gridengine_holds_the_merge() {
    insta::assert_snapshot!(gridengine(&sweep(), "smp"));
}

#[test]
fn hyperqueue_waits_and_merges() {
    insta::assert_snapshot!(hyperqueue(&sweep()));
}

#[test]
fn kubernetes_counts_from_zero() {
    let pod = Pod {
        image: "registry/goldilocks:1".to_owned(),
        claim: "sweeps".to_owned(),
        mount: "/work".to_owned(),
        memory: Some("4Gi".to_owned()),
    };
    insta::assert_snapshot!(kubernetes(&sweep(), &pod, false));
    insta::assert_snapshot!(kubernetes(&sweep(), &pod, true));
}

#[test]
fn scripts_have_the_syntax_of_a_shell() {
    for script in [slurm(&sweep(), &Limits::default()), gridengine(&sweep(), "smp"), hyperqueue(&sweep())] {
        let mut shell = std::process::Command::new("bash");
        let Ok(output) = shell.args(["-n", "-c", &script]).output() else { return };
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

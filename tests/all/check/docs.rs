//! The commands of `docs/ci.md`, executed as they stand.

use std::path::Path;
use std::process::Command;

use super::Place;

/// The commands that run this program, in console blocks and in the YAML of workflows.
fn commands(text: &str) -> Vec<String> {
    let trimmed = text.lines().map(|line| line.trim_start_matches([' ', '-', '$']).trim_start_matches("run: "));
    let commands = trimmed.filter(|line| line.starts_with("goldilocks "));
    commands.map(str::to_owned).collect()
}

#[test]
fn the_commands_of_the_documentation_work() {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/ci.md")).unwrap();
    let commands = commands(&text);
    let has = |part: &str| commands.iter().any(|command| command.contains(part));
    for part in ["--github --junit check.xml", "--save-baseline before", "verify", "compare", "explain", "--results"] {
        assert!(has(part), "no command with `{part}`");
    }
    let place = Place::of_the_repository();
    let program = Path::new(assert_cmd::cargo::cargo_bin!("goldilocks"));
    let path = std::env::var("PATH").unwrap_or_default();
    let path = format!("{}:{path}", program.parent().unwrap().display());
    let summary = place.path("summary.md");
    for command in &commands {
        let mut shell = Command::new("sh");
        shell.args(["-euc", command]).current_dir(place.folder.path()).env("PATH", &path);
        let output = shell.env("GITHUB_STEP_SUMMARY", &summary).output().unwrap();
        let text = [output.stdout, output.stderr].concat();
        assert!(output.status.success(), "{command}\n{}", String::from_utf8_lossy(&text));
    }
    assert!(place.path("check.xml").is_file() && place.path("check.json").is_file());
    assert!(place.read("summary.md").starts_with("## goldilocks check\n"));
}

//! Whole sweeps as a user runs them, from the start of the process to the last file, without plots: how long, how much memory, and
//! what a second core brings. Run with `cargo bench --bench sweeps`, or with names of parts: `cargo bench --bench sweeps -- memory`.
//!
//! Every time is the least of several rounds. Nothing here fails for being slow.
#![allow(clippy::print_stdout)]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

/// How one execution went.
#[derive(Clone, Copy)]
struct Took {
    /// From start to end of the process, in seconds.
    whole: f64,
    /// Reading the spec and preparing its problems, in seconds.
    loading: f64,
    /// The training alone, in seconds.
    training: f64,
    /// The most memory the process had, in bytes; not a number where the system does not tell.
    memory: f64,
}

/// Executes a spec so many times, and takes the fastest.
fn run(rounds: usize, spec: &str, options: &[&str]) -> Took {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let out: PathBuf = Path::new(env!("CARGO_TARGET_TMPDIR")).join("sweeps");
    let once = |_| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_goldilocks"));
        command
            .arg("run")
            .arg(here.join(spec))
            .args(["--quiet", "--no-plots", "--force", "--fresh", "--out"])
            .arg(&out)
            .args(options);
        let start = Instant::now();
        let status = command.status().unwrap_or_else(|error| panic!("{error}"));
        let whole = start.elapsed().as_secs_f64();
        assert!(status.success(), "{spec} failed");
        Took {
            whole,
            loading: number_after(&out.join("timing.csv"), "load,"),
            training: number_after(&out.join("timing.csv"), "train,"),
            memory: number_after(&out.join("provenance.toml"), "peak_memory_bytes = "),
        }
    };
    let fastest = (0..rounds).map(once).min_by(|a, b| a.whole.total_cmp(&b.whole));
    fastest.unwrap_or_else(|| panic!("no rounds"))
}

/// The number behind the beginning of a line.
fn number_after(file: &Path, beginning: &str) -> f64 {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    text.lines().find_map(|line| line.strip_prefix(beginning)?.parse().ok()).unwrap_or(f64::NAN)
}

const MEGABYTE: f64 = 1e6;

fn sweeps() {
    println!("\nwhole sweeps           seconds   of it training   peak memory");
    let specs = [
        ("learning-rate study", "experiments/learning-rate.toml"),
        ("batch-size study", "benches/workloads/batch-size-study.toml"),
        ("fine study", "benches/workloads/fine-study.toml"),
        ("wide", "benches/workloads/wide.toml"),
        ("a thousand rates", "benches/workloads/rates.toml"),
        ("a thousand seeds", "benches/workloads/seeds.toml"),
        ("one big run, full", "benches/workloads/one-big-run-full.toml"),
        ("one big run, 256", "benches/workloads/one-big-run-256.toml"),
        ("million", "benches/workloads/million.toml"),
    ];
    for (name, spec) in specs {
        let Took { whole, training, memory, .. } = run(5, spec, &[]);
        println!("{name:<20}  {whole:>8.3}  {training:>15.3}  {:>9.0} MB", memory / MEGABYTE);
    }
}

/// What one run of ten steps costs: the whole process, less one that has a single run.
fn tiny() {
    let spec = "benches/workloads/tiny-runs.toml";
    let many = run(5, spec, &[]);
    let one = run(5, spec, &["--set", "grid.learning_rate=0.001"]);
    let per_run = |many: f64, one: f64| (many - one) / 100_000.0 * 1e6;
    println!("\none run of ten steps in a sweep of 100,000");
    println!("whole process    {:.2} microseconds", per_run(many.whole, one.whole));
    println!("training alone   {:.2} microseconds", per_run(many.training, one.training));
}

/// What plots add, and how many times as long they take in another build, whose program the variable `BEFORE` names.
fn plots() {
    let before = std::env::var_os("BEFORE").map(PathBuf::from);
    println!("\nplots of a study    on 1     on 2{}", if before.is_some() { "   before   ratio" } else { "" });
    for spec in ["learning-rate", "batch-size", "playground", "egg-carton-map", "digits"] {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("experiments").join(spec).with_extension("toml");
        let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join("plots");
        let seconds = |program: &Path, threads: &str| {
            let mut command = Command::new(program);
            command.arg("run").arg(&file).args(["--quiet", "--force", "--threads", threads, "--out"]).arg(&out);
            assert!(command.status().is_ok_and(|status| status.success()), "{spec} failed");
            number_after(&out.join("timing.csv"), "plots,")
        };
        let own = Path::new(env!("CARGO_BIN_EXE_goldilocks"));
        let mut least = [f64::INFINITY; 3];
        for _ in 0..7 {
            least[0] = least[0].min(seconds(own, "1"));
            least[1] = least[1].min(seconds(own, "2"));
            if let Some(before) = &before {
                least[2] = least[2].min(seconds(before, "2"));
            }
        }
        let [one, two, earlier] = least;
        print!("{spec:<16}  {one:>6.3}   {two:>6.3}");
        println!(
            "{}",
            if before.is_some() { format!("   {earlier:>6.3}   {:>5.1}", earlier / two) } else { String::new() }
        );
    }
}

/// What the journal costs: beside another build without one, whose program the variable `BEFORE` names, in turn with it.
fn journal() {
    let Some(before) = std::env::var_os("BEFORE").map(PathBuf::from) else {
        return println!("\njournal: BEFORE names no program without one");
    };
    println!("\njournal             without     with    ratio");
    for (name, spec) in
        [("batch-size study", "benches/workloads/batch-size-study.toml"), ("million", "benches/workloads/million.toml")]
    {
        let own = Path::new(env!("CARGO_BIN_EXE_goldilocks"));
        let mut least = [f64::INFINITY; 2];
        for _ in 0..11 {
            least[0] = least[0].min(seconds_of(&before, spec, &[]));
            least[1] = least[1].min(seconds_of(own, spec, &[]));
        }
        let [without, with] = least;
        println!("{name:<18}  {without:>7.3}  {with:>7.3}  {:>7.3}", with / without);
    }
}

/// What it costs to cut a sweep into shares and to join them: all processes one after the other, on all cores each.
fn shards() {
    println!("\nshards of the million   training   merging   together");
    let spec = "benches/workloads/million.toml";
    let own = Path::new(env!("CARGO_BIN_EXE_goldilocks"));
    println!("{:>21}   {:>8}   {:>7}   {:>8.3}", "one go", "", "", seconds_of(own, spec, &[]));
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("sweeps");
    for of in [1, 2, 4, 8] {
        let _ = std::fs::remove_dir_all(&folder);
        let shares = (1..=of).map(|number| seconds_of(own, spec, &["--shard", &format!("{number}/{of}")]));
        let training: f64 = shares.sum();
        let mut merge = Command::new(own);
        merge.arg("merge").arg(&folder).args(["--quiet", "--no-plots"]);
        let merging = seconds(&mut merge);
        println!("{of:>21}   {training:>8.3}   {merging:>7.3}   {:>8.3}", training + merging);
    }
    let _ = std::fs::remove_dir_all(&folder);
}

/// One run of a spec by a program, from the start of the process to its end.
fn seconds_of(program: &Path, spec: &str, options: &[&str]) -> f64 {
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join("sweeps");
    let mut command = Command::new(program);
    command.arg("run").arg(Path::new(env!("CARGO_MANIFEST_DIR")).join(spec));
    command.args(["--quiet", "--no-plots", "--out"]).arg(out).args(options);
    seconds(&mut command)
}

fn seconds(command: &mut Command) -> f64 {
    let start = Instant::now();
    let status = command.status().unwrap_or_else(|error| panic!("{error}"));
    assert!(status.success(), "{command:?} failed");
    start.elapsed().as_secs_f64()
}

fn threads() {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    println!("\nthreads               on 1     on 2    ratio{}", if cores > 2 { "   on all    ratio" } else { "" });
    for (name, spec) in [
        ("batch-size study", "benches/workloads/batch-size-study.toml"),
        ("wide", "benches/workloads/wide.toml"),
        ("a thousand rates", "benches/workloads/rates.toml"),
        ("a thousand seeds", "benches/workloads/seeds.toml"),
        ("one big run, full", "benches/workloads/one-big-run-full.toml"),
        ("million", "benches/workloads/million.toml"),
    ] {
        let on = |threads: usize| run(5, spec, &["--threads", &threads.to_string()]).whole;
        let (one, two) = (on(1), on(2));
        print!("{name:<18}  {one:>6.3}   {two:>6.3}   {:>6.2}", one / two);
        if cores > 2 {
            let all = on(cores);
            print!("   {all:>6.3}   {:>6.2}", one / all);
        }
        println!();
    }
}

fn memory() {
    println!("\nruns         peak memory   per run");
    let mut last: Option<(f64, f64)> = None;
    for count in [1_000, 10_000, 100_000, 1_000_000] {
        let axis = format!("grid.learning_rate={{ log = [1e-4, 10], count = {count} }}");
        let Took { memory, .. } = run(1, "benches/workloads/million.toml", &["--set", &axis]);
        let more = last.map_or(String::new(), |(runs, bytes)| {
            format!("{:>6.0} bytes", (memory - bytes) / (f64::from(count) - runs))
        });
        println!("{count:>9}    {:>8.1} MB   {more}", memory / MEGABYTE);
        last = Some((f64::from(count), memory));
    }
}

/// What loading costs where every run has a problem of its own: it must not grow faster than the runs.
fn loading() {
    println!("\ndistinct problems   seconds   per problem");
    for side in [50, 100, 200, 500] {
        let axis = |path: &str| format!("grid.\"{path}\"={{ from = -3, to = 3, count = {side} }}");
        let [x, y] = [axis("problem.start"), axis("problem.start_y")];
        let took = run(3, "benches/workloads/starting-points.toml", &["--set", &x, "--set", &y]);
        let problems = f64::from(side * side);
        println!("{problems:>17}   {:>7.3}   {:.2} microseconds", took.loading, took.loading / problems * 1e6);
    }
}

fn main() {
    let asked: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let parts: [(&str, fn()); 8] = [
        ("sweeps", sweeps),
        ("tiny", tiny),
        ("threads", threads),
        ("memory", memory),
        ("loading", loading),
        ("journal", journal),
        ("shards", shards),
        ("plots", plots),
    ];
    for (name, part) in parts {
        if asked.is_empty() || asked.iter().any(|asked| asked == name) {
            part();
        }
    }
}

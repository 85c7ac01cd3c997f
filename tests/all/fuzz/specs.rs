//! Specs of every family with values, lines and bytes changed: read, expanded, prepared, trained, told.

use std::path::Path;

use goldilocks::engine::{self, Footprint, Lanes, Options, Plan, Prepared};
use goldilocks::grid;
use goldilocks::report::text;
use goldilocks::spec::{self, SourceFile};
use goldilocks::train::Detail;

use super::{Dice, LONGEST_MESSAGE, campaign, mutated};

const SPECS: &[&str] = &[
    "name = \"a\"\n[problem]\nkind = \"parabola\"\ncurvature = 0.6\nstart = 1\nminimum = 0.5\n[grid]\nlearning_rate = [0.1, 4]\nseed = 3\n\
     [optimizer]\nmomentum = 0.5\nnesterov = true\n[stop]\nmax_steps = 20\nconverged = { distance = 0.1, hold = 2 }\n\
     diverged = { loss_factor = 100 }\n[record]\ncurves = \"all\"\nmax_curves = 3\n[[expect]]\nwhere = { learning_rate = 4 }\nstatus = \"diverged\"\n",
    "name = \"b\"\n[problem]\nkind = \"egg-carton\"\ndimensions = 2\nripple = 0.8\nfrequency = 5\nstart = 2\nstart_y = -1\n\
     [[grid]]\nlearning_rate = 0.04\n\"problem.start\" = { from = -2, to = 2, count = 5 }\nexclude = [{ \"problem.start\" = { above = 1 } }]\n\
     [stop]\nmax_steps = 30\nconverged = { gradient_norm = 1e-3 }\n",
    "name = \"c\"\n[problem]\nkind = \"linear-regression\"\ninitial = \"normal\"\ninitial_value = 0.1\n[data]\nkind = \"linear\"\n\
     examples = 12\nfeatures = 3\nnoise = 0.1\ncondition = 10\nseed = 2\nscale = \"none\"\ntest_fraction = 0.25\nsampling = \"uniform\"\n\
     [random]\ndata = \"per-seed\"\n[grid]\nlearning_rate = { log = [0.01, 1], count = 3 }\nbatch_size = [1, \"full\"]\nseed = { count = 2 }\n\
     [stop]\nmax_epochs = 5\nconverged = { relative_gap = 0.1, test_loss = 1 }\n",
    "name = \"d\"\n[problem]\nkind = \"logistic-regression\"\nl2 = 0.01\n[data]\ncsv = \"data.csv\"\ntarget = \"class\"\n\
     features = [\"a\", \"b\", \"town\"]\ncategories = [\"b\"]\nmissing = \"drop\"\nseparator = \",\"\ntest_fraction = 0.2\n[grid]\n\
     learning_rate = [0.1, 1]\nbatch_size = 2\n[stop]\nmax_epochs = 4\nconverged = { gap = 0.1, accuracy = 0.9 }\nevaluate_every = 1\n",
    "name = \"e\"\n[problem]\nkind = \"network\"\nhidden = [3, 2]\nactivation = \"relu\"\nloss = \"cross-entropy\"\ninitial = \"he\"\n\
     regularization = \"l1\"\nregularization_rate = 0.01\n[data]\ncsv = \"data.csv\"\ntarget = \"class\"\nmissing = \"mean\"\nfeatures = [\"a\"]\n\
     [grid]\nlearning_rate = [0.1, 10]\nbatch_size = 3\n[stop]\nmax_steps = 12\nconverged = { plateau = { change = 0.1, window = 3 } }\n\
     after_convergence = \"continue\"\n",
    "name = \"f\"\n[problem]\nkind = \"network\"\nhidden = [2]\noutput_activation = \"tanh\"\ninitial = \"playground\"\n[data]\nkind = \"playground\"\n\
     dataset = \"xor\"\nnoise = 10\ntrain_percent = 5\nfeatures = [\"x\", \"sinX\"]\nrng = \"seedrandom\"\npage_seed = \"0.1\"\n[optimizer]\n\
     kind = \"playground\"\n[grid]\nlearning_rate = 0.3\nbatch_size = 10\n[stop]\nmax_epochs = 3\n[record]\nboundary = { epochs = [1] }\n",
];

const DATA: &str =
    "a,b,town,class\n1,2,Rome,x\n2,3,Bern,y\n3,1,Rome,x\n4,,Bern,y\n5,9,Rome,y\n6,4,Rome,x\n7,3,Bern,x\n8,1,Bern,y\n";

#[test]
fn no_spec_breaks_anything() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("data.csv"), DATA).unwrap();
    let (mut read, mut trained) = (0u64, 0u64);
    campaign("specs", 3000, |dice| {
        let (was_read, was_trained) = play(dice, folder.path());
        read += u64::from(was_read);
        trained += u64::from(was_trained);
    });
    println!("specs: {read} could be read, {trained} were trained");
    assert!(played_as_they_are(folder.path()) && trained > 100);
}

/// Whether every spec is trained without a change, so that changes begin from something.
fn played_as_they_are(folder: &Path) -> bool {
    SPECS.iter().all(|text| play_text((*text).to_owned(), &[], folder).1)
}

/// Whether the spec could be read, and whether it was trained.
fn play(dice: &mut Dice, folder: &Path) -> (bool, bool) {
    let original = *dice.choose(SPECS);
    let Ok(text) = String::from_utf8(mutated(original, dice)) else { return (false, false) };
    let overrides: Vec<String> = match dice.one_in(8) {
        true => vec![format!(
            "{}={}",
            dice.choose(&["stop.max_steps", "grid.seed", "data.csv", "a..b", "name"]),
            dice.choose(super::PIECES)
        )],
        false => Vec::new(),
    };
    play_text(text, &overrides, folder)
}

fn play_text(text: String, overrides: &[String], folder: &Path) -> (bool, bool) {
    let short =
        |message: String| assert!(message.len() < LONGEST_MESSAGE, "{} bytes of errors for\n{text}", message.len());
    let source = SourceFile { path: "fuzz.toml".into(), text: text.clone() };
    let experiment = match spec::parse(source, folder, overrides) {
        Ok(experiment) => experiment,
        Err(errors) => {
            assert!(!errors.list.is_empty());
            short(errors.render(false));
            return (false, false);
        }
    };
    if grid::count(&experiment) > 500 {
        return (true, false);
    }
    let grid = match grid::expand(&experiment) {
        Ok(grid) => grid,
        Err(errors) => {
            short(errors.render(false));
            return (true, false);
        }
    };
    // What the program refuses, and what would take a test too long.
    let sizes = engine::Sizes::of(&grid);
    let footprint = Footprint::of_grid(&grid, &sizes, Detail::All, usize::MAX);
    if footprint.total() > 64 << 20 || engine::seconds_of_solving(&grid, &sizes) > 0.01 {
        return (true, false);
    }
    let prepared = match Prepared::new(&grid) {
        Ok(prepared) => prepared,
        Err(errors) => {
            assert!(!errors.is_empty());
            errors.into_iter().for_each(|error| short(format!("{error:?}")));
            return (true, false);
        }
    };
    let plan = Plan::new(&experiment, &grid, &prepared);
    let work = engine::work(&plan);
    if work.seconds.is_nan() || work.seconds > 0.002 || work.steps > 20_000 {
        return (true, false);
    }
    let study = engine::run(&plan, &Lanes::default(), &Options { threads: 1, ..Options::default() }).unwrap();
    for run in &study.runs {
        let reason = run.reason.as_deref().unwrap_or_default();
        assert!(!reason.starts_with("panicked"), "{reason}, with\n{text}");
    }
    let summary = text::summary(&study, folder, 80, false);
    assert!(!summary.is_empty());
    (true, true)
}

//! Adding a problem family: the walk in docs/design.md, held to the families there are and to one that exists only here.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use goldilocks::data::Examples;
use goldilocks::metric::Metric;
use goldilocks::problem::{Family, Lanes, Measured, Measures, Model};
use goldilocks::random::Key;
use goldilocks::train::{
    AfterConvergence, Budget, Detail, Group, Lane, Optimizer, OrderSeeds, Outcome, Schedule, Sgd, Stop, train,
};
use pulp::Simd;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The steps of the walk, each with the paths it names.
fn walk() -> Vec<Vec<String>> {
    let text = fs::read_to_string(root().join("docs/design.md")).unwrap();
    let (_, walk) = text.split_once("\n## Adding a problem family\n").expect("the walk");
    let walk = walk.split("\n## ").next().unwrap_or_default();
    let steps = walk.trim_start().split("\n\n").find(|paragraph| paragraph.starts_with("1. ")).expect("steps");
    let numbered = |line: &str| line.starts_with(|first: char| first.is_ascii_digit());
    let mut found: Vec<String> = Vec::new();
    for line in steps.lines() {
        match found.last_mut() {
            Some(step) if !numbered(line) => step.push_str(line),
            _ => found.push(line.to_owned()),
        }
    }
    found.iter().map(|step| paths(step)).collect()
}

/// What stands in backquotes and has a slash.
fn paths(step: &str) -> Vec<String> {
    step.split('`').skip(1).step_by(2).filter(|name| name.contains('/')).map(str::to_owned).collect()
}

/// `linear-regression` as a module.
fn module(family: Family) -> String {
    family.name().replace('-', "_")
}

/// `linear-regression` as a variant.
fn variant(family: Family) -> String {
    format!("{family:?}")
}

/// The file or folder of a family at such a path of the walk.
fn of_family(path: &str, family: Family) -> Option<PathBuf> {
    let file = root().join("src").join(path.replace("<family>", &module(family)));
    let folder = file.with_extension("").join("mod.rs");
    [file, folder].into_iter().find(|path| path.is_file())
}

#[test]
fn every_family_is_where_the_walk_says() {
    let steps = walk();
    assert_eq!(steps.len(), 5, "{steps:?}");
    for family in Family::ALL {
        for path in steps[..2].iter().flatten() {
            assert!(of_family(path, family).is_some(), "{path} of {family:?}");
        }
        for path in &steps[2] {
            let text = fs::read_to_string(root().join("src").join(path)).unwrap();
            let is_listed = text.contains(&format!("{}::", module(family))) || text.contains(&variant(family));
            assert!(is_listed, "{path} lists {family:?}");
        }
    }
}

#[test]
fn no_other_file_names_a_family() {
    let named: Vec<String> = walk().into_iter().flatten().collect();
    let mut families: BTreeSet<String> = BTreeSet::new();
    // Programs of the user's own are not trained in lanes: an executor of their own has to know them, and the reader of specs too.
    for family in Family::ALL.into_iter().filter(|family| !family.is_program()) {
        families.extend(["Family", "Definition", "Problem"].map(|list| format!("{list}::{}", variant(family))));
    }
    let mut files = Vec::new();
    sources(&root().join("src"), &mut files);
    let mut found = 0;
    for file in files {
        let relative = file.strip_prefix(root().join("src")).unwrap().to_str().unwrap().replace('\\', "/");
        let code = fs::read_to_string(&file).unwrap();
        let code: Vec<&str> = code.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
        let is_named = |line: &&&str| families.iter().any(|name| line.contains(name.as_str()));
        let Some(line) = code.iter().find(is_named) else { continue };
        found += 1;
        let is_in_walk = named.iter().any(|path| match path.split_once("<family>") {
            Some((folder, _)) => Family::ALL.into_iter().any(|family| {
                let place = format!("{folder}{}", module(family));
                relative == format!("{place}.rs") || relative.starts_with(&format!("{place}/"))
            }),
            None => relative == *path || (path.ends_with('/') && relative.starts_with(path.as_str())),
        });
        assert!(is_in_walk || relative.contains("tests"), "{relative}: {line}");
    }
    assert!(found > 8, "the test reads the sources ({found} name a family)");
}

fn sources(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => sources(&path, files),
            false => files.extend(path.extension().is_some_and(|ending| ending == "rs").then_some(path)),
        }
    }
}

/// A family that the program does not have: `loss(w) = w⁴/4`.
struct Quartic;

impl Model for Quartic {
    fn parameters(&self) -> usize {
        1
    }

    fn scratch(&self) -> usize {
        0
    }

    fn examples(&self) -> Option<&Examples> {
        None
    }

    fn initial(&self, _key: &Key) -> Vec<f64> {
        vec![1.5]
    }

    fn measurable(&self) -> Measures {
        Measures::of(&[Metric::Loss, Metric::W])
    }

    fn recorded(&self) -> Measures {
        Measures::of(&[Metric::W])
    }

    fn is_cheap_to_measure(&self) -> bool {
        true
    }

    fn has_closed_gradient(&self) -> bool {
        true
    }

    #[inline(always)]
    fn closed_gradient<S: Simd, const V: usize>(
        &self,
        simd: S,
        parameters: &[Lanes<S, V>],
        gradient: &mut [Lanes<S, V>],
        _scratch: &mut [Lanes<S, V>],
    ) {
        for (g, w) in gradient[0].iter_mut().zip(parameters[0]) {
            *g = simd.mul_f64s(simd.mul_f64s(w, w), w);
        }
    }

    #[inline(always)]
    fn measure<S: Simd, const V: usize>(
        &self,
        simd: S,
        _wanted: Measures,
        parameters: &[Lanes<S, V>],
        out: &mut Measured<'_, S, V>,
        _scratch: &mut [Lanes<S, V>],
    ) {
        let square = parameters[0].map(|w| simd.mul_f64s(w, w));
        let quarter = simd.splat_f64s(0.25);
        out.set(Metric::Loss, square.map(|square| simd.mul_f64s(quarter, simd.mul_f64s(square, square))));
        out.set(Metric::W, parameters[0]);
    }
}

fn trained(arch: pulp::Arch, rates: &[f64]) -> Vec<Outcome> {
    let stop = Stop {
        budget: Budget { steps: Some(30), epochs: None },
        converged: None,
        after_convergence: AfterConvergence::Stop,
        diverged_loss_factor: 1e3,
        evaluate_every: None,
    };
    let initial: Vec<f64> = Quartic.initial(&Key::new("init"));
    let lane = |&learning_rate: &f64| Lane {
        learning_rate,
        momentum: 0.0,
        initial: initial.clone().into(),
        keeps_curve: true,
    };
    let group = Group {
        lanes: rates.iter().map(lane).collect(),
        batches: None,
        order_seeds: OrderSeeds::Shared(None),
        orders: None,
        optimizer: Optimizer::Sgd(Sgd::default()),
        schedule: Schedule::Constant,
        stop: &stop,
        detail: Detail::All,
        keeps_parameters: true,
        interrupted: &|_| false,
    };
    train(arch, &Quartic, &group).expect("nobody interrupts")
}

#[test]
fn a_model_is_all_that_training_asks_of_a_family() {
    let rates: Vec<f64> = (1..=40).map(|i| f64::from(i) * 0.02).collect();
    let together = trained(pulp::Arch::new(), &rates);
    assert_eq!(together, trained(pulp::Arch::Scalar, &rates), "the same bits without vectors");
    for (rate, outcome) in rates.iter().zip(together) {
        let curve = outcome.curve.expect("a curve");
        let mut w = 1.5f64;
        for (step, loss) in curve.loss.iter().enumerate() {
            assert_eq!((curve.measures[0][step], *loss), (w, 0.25 * ((w * w) * (w * w))), "rate {rate}, step {step}");
            w = (-rate).mul_add((w * w) * w, w);
        }
    }
}

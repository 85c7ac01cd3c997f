use super::*;
use crate::outcome::Trend;
use crate::record::sample::{self, converged, diverged, exhausted, failed};
use crate::record::{BATCH_SIZE, Extra, Run};
use crate::value::Value;

fn page(study: &Study) -> String {
    summary(study, Path::new("results/sample"), 100, false)
}

/// The published study, with a rate that bounces for ever and one that is useless.
fn learning_rates() -> Study {
    let rates = sample::numbers([0.0001, 0.1, 0.7, 1.0, 1.6, 1.8, 3.2, 4.0]);
    let mut study = sample::study(&[(LEARNING_RATE, &rates)], |values| match values {
        [Value::Number(0.0001)] => exhausted(1000, Trend::Falling),
        [Value::Number(0.1)] => converged(81),
        [Value::Number(0.7)] => converged(10),
        [Value::Number(1.0)] => converged(6),
        [Value::Number(1.6)] => converged(1),
        [Value::Number(1.8)] => converged(3),
        [Value::Number(3.2)] => exhausted(1000, Trend::Oscillating),
        _ => diverged(9),
    });
    study.name = "learning-rate".into();
    study.description = "How the learning rate decides between slow, fast and never.".into();
    study.extras = vec![Extra::new("stability_limit", vec![Some(3.2); study.runs.len()])];
    study
}

/// Three batch sizes, three learning rates, ten seeds.
fn batch_sizes() -> Study {
    let seeds = sample::counts([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    let batch_sizes = [Value::Count(1), Value::Count(16), Value::Text("full".into())];
    let rates = sample::numbers([0.01, 0.031_622_776_601_683, 0.1]);
    let axes: [(&str, &[Value]); 4] = [
        ("optimizer.momentum", &sample::numbers([0.9])),
        (BATCH_SIZE, &batch_sizes),
        (LEARNING_RATE, &rates),
        (SEED, &seeds),
    ];
    let with_epochs = |steps: u64, batch: u64| Run {
        epochs: Some((steps * batch) as f64 / 442.0).into(),
        examples: Some(steps * batch).into(),
        ..converged(steps)
    };
    let mut study = sample::study(&axes, |values| {
        let rate = values[2].as_number().unwrap();
        match (&values[1], &values[3]) {
            (Value::Count(1), Value::Count(seed)) if rate < 0.02 => with_epochs(4000 + 37 * seed, 1),
            (Value::Count(1), Value::Count(seed)) if rate < 0.05 && *seed < 5 => with_epochs(1200, 1),
            (Value::Count(1), _) => diverged(40),
            (Value::Count(16), Value::Count(3)) if rate > 0.05 => failed("no space left on device"),
            (Value::Count(16), Value::Count(seed)) if rate > 0.05 => with_epochs(120 + seed, 16),
            (Value::Count(16), Value::Count(seed)) => with_epochs((3.0 / rate) as u64 + seed, 16),
            _ => exhausted(500, if rate < 0.05 { Trend::Falling } else { Trend::Flat }),
        }
    });
    study.name = "batch-size".into();
    (1..).zip(&mut study.runs).for_each(|(trajectory, run)| run.trajectory = trajectory);
    study.notes = vec!["the column `constant` of diabetes.csv is the same in every row and scales to zeros".into()];
    study
}

#[test]
fn one_curve_and_its_learning_rates() {
    let expected = "\
learning-rate: 8 runs, 5 converged, 1 diverged, 2 exhausted
How the learning rate decides between slow, fast and never.

learning_rate  steps
──────────────────────────────────────────────
       0.0001  still falling after 1000 steps
          0.1  81
          0.7  10
            1  6
          1.6  1
          1.8  3
          3.2  oscillates after 1000 steps
            4  diverges after 9 steps

Goldilocks learning rate: 1.6, converged after 1 step.
At 1.6: final loss 0.001.
Learning rates: all runs converge at 0.1 to 1.8; runs diverge from 4 upwards; in theory the limit is
3.2.

Results are in results/sample
";
    assert_eq!(page(&learning_rates()), expected);
}

#[test]
fn batch_sizes_with_replicates_warnings_and_a_failure() {
    let expected = "\
batch-size: 90 runs in 9 cells, 43 converged, 16 diverged, 30 exhausted, 1 failed
In all runs optimizer.momentum = 0.9

batch_size  learning_rate      steps [q25–q75]  epochs  runs
─────────────────────────────────────────────────────────────────────────────────────────
         1           0.01     4204 [4120–4287]    9.51  10 converged
         1        0.03162                    –       –  4 converged, 6 diverged
         1            0.1                    –       –  10 diverged
        16           0.01  305.5 [303.2–307.8]   11.06  10 converged
        16        0.03162   99.5 [97.25–101.8]   3.602  10 converged
        16            0.1  126.5 [124.2–128.8]   4.579  9 converged, 1 failed
      full           0.01                    –       –  10 still falling after 500 steps
      full        0.03162                    –       –  10 still falling after 500 steps
      full            0.1                    –       –  10 flat after 500 steps

Goldilocks learning rates
batch_size     best     steps [q25–q75]  epochs  examples  converged  final   best  all converge at
               rate                                                    loss   loss
────────────────────────────────────────────────────────────────────────────────────────────────────
         1     0.01    4204 [4120–4287]    9.51      4204   10 of 10  0.001  0.001             0.01
        16  0.03162  99.5 [97.25–101.8]   3.602      1592   10 of 10  0.001  0.001  0.01 to 0.03162
      full        –                   –       –         –          –      –      –                –

batch_size  diverge from
─────────────────────────
         1       0.03162
        16             –
      full             –

Warning: the best learning rate is the smallest that was tried for batch_size 1: extend the grid
downwards.
Warning: nothing converged for batch_size full. Closest was batch_size full, learning_rate 0.01:
best loss 0.5.
1 run could not be carried out (run 52: no space left on device). See runs.csv.

Results are in results/sample
Note: the column `constant` of diabetes.csv is the same in every row and scales to zeros
";
    assert_eq!(page(&batch_sizes()), expected);
}

#[test]
fn a_large_grid_shows_only_its_best() {
    let rates: Vec<Value> = (1..=41).map(|rate| Value::Number(f64::from(rate))).collect();
    let study =
        sample::study(&[(LEARNING_RATE, &rates)], |values| converged(100 - values[0].as_number().unwrap() as u64));
    let expected = "\
sample: 41 runs, 41 converged

All 41 cells are in summary.csv; here is the best.

Goldilocks learning rate: 41, converged after 59 steps.
At 41: final loss 0.001.
Learning rates: all runs converge at 1 to 41.

Warning: the best learning rate is the largest that was tried: extend the grid upwards.

Results are in results/sample
";
    assert_eq!(page(&study), expected);
}

#[test]
fn nothing_converged_is_said_out_loud() {
    let study = sample::study(&[(LEARNING_RATE, &sample::numbers([5.0, 6.0]))], |_| diverged(2));
    let page = page(&study);
    assert!(page.contains("\nLearning rates: runs diverge from 5 upwards.\n\nWarning: nothing converged.\n"), "{page}");
}

#[test]
fn nothing_is_missed_where_nothing_was_to_converge() {
    let study = sample::study(&[(LEARNING_RATE, &sample::numbers([0.1, 0.2]))], |_| exhausted(9, Trend::Falling));
    assert!(page(&study).contains("nothing converged"));
    assert!(!page(&Study { without_target: true, ..study }).contains("Warning"));
}

#[test]
fn failures_are_counted_and_the_first_explained() {
    let seeds = sample::counts([1, 2, 3, 4, 5, 6, 7, 8]);
    let page = page(&sample::study(&[(SEED, &seeds)], |_| failed("no memory")));
    let expected =
        "8 runs could not be carried out (runs 0, 1, 2, 3, 4, 5 and 2 more; the first: no memory). See runs.csv.";
    assert!(page.replace('\n', " ").contains(expected), "{page}");
}

#[test]
fn no_line_is_wider_than_the_terminal_and_color_adds_nothing_but_color() {
    for width in [60, 80, 100, 200] {
        let plain = summary(&batch_sizes(), Path::new("out"), width, false);
        let widest = plain.lines().map(|line| line.chars().count()).max().unwrap();
        assert!(widest <= width, "{widest} > {width}\n{plain}");
        let words: Vec<&str> = plain.split_whitespace().collect();
        let usual = page(&batch_sizes());
        let mut numbers = usual.split_whitespace().filter(|word| word.contains(char::is_numeric));
        assert!(numbers.all(|number| words.contains(&number)), "a number is broken\n{plain}");
        let colored = summary(&batch_sizes(), Path::new("out"), width, true);
        let codes = ["\u{1b}[31m", "\u{1b}[32m", "\u{1b}[33m", "\u{1b}[0m"];
        assert!(codes.iter().all(|code| colored.contains(code)));
        assert_eq!(codes.iter().fold(colored, |text, code| text.replace(code, "")), plain);
    }
}

#[test]
fn an_empty_study_has_a_page_too() {
    assert_eq!(page(&Study::default()), ": 0 runs\n\nResults are in results/sample\n");
}

#[test]
fn runs_that_only_seemed_to_have_converged_are_counted() {
    let mut study = learning_rates();
    let told = |(number, run): (usize, &Run)| run.steps.is_some().then_some(if number < 3 { 1.0 } else { 0.0 });
    study.extras.push(Extra::new("false_convergence", study.runs.iter().enumerate().map(told)));
    let text = page(&study);
    // The best rate is 1.6, the fifth: its one run converged truly.
    assert!(!text.contains("run of the cell"), "{text}");
    assert!(
        text.contains("Warning: 2 of 5 converged runs made over 10% of their total drop after that point"),
        "{text}"
    );
    let told = |number: usize, value: f64| {
        let told = (0..8).map(|run| Some(if run == number { value } else { 0.0 }));
        Extra::new("false_convergence", told)
    };
    study.extras[1] = told(4, 1.0);
    let expected = "1 run of the cell made over 10% of the total drop in loss after that point (false convergence).";
    assert!(page(&study).contains(expected), "{}", page(&study));
    study.extras[1] = told(4, 0.0);
    assert!(!page(&study).contains("after that point"));
}

/// 41 starting points and one learning rate: there is no best rate to show.
#[test]
fn a_large_grid_without_rates_shows_its_quickest_cells() {
    let starts: Vec<Value> = (1..=41).map(|start| Value::Number(f64::from(start))).collect();
    let study =
        sample::study(&[("problem.start", &starts)], |values| converged(100 - values[0].as_number().unwrap() as u64));
    let page = page(&study);
    let expected = "here are the first 10 by steps, then by best loss.\n\nproblem.start  steps\n";
    let expected = expected.replacen("\n\n", "\n", 1);
    assert!(page.contains(&expected) && page.contains("\n           41  59\n") && !page.contains("  90\n"), "{page}");
}

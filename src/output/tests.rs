//! Lines, one by one.

use super::*;

/// Everything that is read of a text: step, loss, other values.
type Read = Vec<(u64, Option<f64>, Vec<(String, f64)>)>;

fn read_with(options: &Options, text: &str) -> Read {
    let mut reader = Reader::new(options);
    let mut found = Vec::new();
    reader.push(text.as_bytes(), &mut found).unwrap();
    reader.finish(&mut found).unwrap();
    let mut together = Vec::new();
    Measurement::collect(&mut together, found);
    together.into_iter().map(|found| (found.step, found.loss, found.values)).collect()
}

fn read(text: &str) -> Read {
    read_with(&Options::default(), text)
}

fn losses(text: &str) -> Vec<(u64, Option<f64>)> {
    read(text).into_iter().map(|(step, loss, _)| (step, loss)).collect()
}

#[test]
fn the_ways_of_printing_that_must_work_without_settings() {
    for (text, step, loss) in [
        ("iter 10: loss 3.3", 10, 3.3),
        ("step:0/1390  val_loss:10.9", 0, 10.9),
        ("loss: 0.1 (step 5)", 5, 0.1),
        ("loss=0.1", 1, 0.1),
        ("[tune-metric]: {\"epoch\": 3, \"loss\": 0.25}", 3, 0.25),
        ("{'loss': 2.5, 'step': 7}", 7, 2.5),
        ("{'loss': tensor(2.5, device='cuda:0'), 'step': np.int64(7)}", 7, 2.5),
        ("step 10: {\"loss\": 0.5}", 10, 0.5),
        ("Epoch 3/10 - loss: 0.5", 3, 0.5),
        ("Train Epoch: 1 [640/60000 (1%)]\tLoss: 0.5", 1, 0.5),
        ("iteration       10/     100 | learning rate: 1.0E-05 | lm loss: 3.2E+00 | loss scale: 65536.0 |", 10, 3.2),
        ("| epoch 001 | loss 3.2 | nll_loss 2.1 | ppl 4.4", 1, 3.2),
        ("[10]\ttrain-rmse:0.5\teval-rmse:0.6", 10, 0.5),
        ("Iteration 1, loss = 0.51", 1, 0.51),
        ("INFO:root:step=4 loss=0.5", 4, 0.5),
        ("epoch=1 step=20 loss=0.5", 20, 0.5),
        ("epoch 2 | global step: 30 | loss 0.5", 30, 0.5),
        ("\u{1b}[1m step 3 \u{1b}[0m loss: 0.5", 3, 0.5),
    ] {
        assert_eq!(losses(text), [(step, Some(loss))], "{text}");
    }
}

#[test]
fn what_is_not_finite_is_a_loss() {
    for word in ["nan", "NaN", "-Infinity", "inf", "Infinity", "+inf"] {
        for text in [format!("step 1 loss: {word}"), format!("{{\"step\": 1, \"loss\": {word}}}")] {
            let found = losses(&text);
            assert!(found[0].1.is_some_and(|loss| !loss.is_finite()), "{text}: {found:?}");
        }
    }
    let found = losses("step 1 loss 0.5\nstep 1 loss nan\nstep 2 loss 0.4\n");
    assert!(found[0].1.is_some_and(f64::is_nan) && found[1] == (2, Some(0.4)), "{found:?}");
}

#[test]
fn what_is_no_number_is_not_read() {
    for text in [
        "version: 1.2.3",
        "time: 10:00:05",
        "parameters: 10.65M",
        "tokens: 16,384",
        "accuracy: 9829/10000",
        "http://localhost:8080",
        "2024-01-01 10:00:00,123 INFO starting",
        "nothing at all",
    ] {
        assert!(read(text).is_empty(), "{text}: {:?}", read(text));
    }
}

//! Output of programs, with odd bytes in it: never a panic, the same measurements however it is cut, steps that never go back.

use goldilocks::output::{Backwards, Format, Measurement, Options, Pattern, Reader};

use super::{Dice, PIECES, campaign};

const PARTS: &[&str] = &[
    "step ",
    "epoch ",
    "iter",
    "Epoch(train) [1][5/9] ",
    "[3]\t",
    "loss",
    "val ",
    "loss: ",
    "train_loss=",
    "acc = ",
    "lr: ",
    "{",
    "}",
    "{'loss': ",
    "{\"step\": 3, \"loss\": NaN}",
    "tensor(",
    "np.float64(0.5)",
    "best ",
    "| ",
    " - ",
    "  ",
    ", ",
    ": ",
    "\r",
    "\r\n",
    "\r\r\n",
    "\n",
    "\n",
    "\n",
    "1/10",
    "0.5",
    "3",
    "12ms",
    "8%",
    "1e999",
    "\u{1b}[1m",
    "\u{1b}[",
    "\u{8}",
    "\u{feff}",
    "epoch  loss  acc\n",
    "1  0.5  0.25\n",
    "|   loss   | 3 |\n",
    "\"",
    "\\\"",
    "\u{2501}",
    "18446744073709551616",
    "1,250",
    "10:00:01",
];

#[test]
fn no_output_breaks_anything() {
    let mut read = 0u64;
    campaign("outputs", 1000, |dice| read += u64::from(play(dice)));
    assert!(read > 100, "{read} could be read");
}

/// Whether a loss was read.
fn play(dice: &mut Dice) -> bool {
    let bytes = output(dice);
    let options = Options {
        loss: dice.one_in(5).then(|| (*dice.choose(&["train_loss", "acc", ""])).to_owned()),
        pattern: dice.one_in(5).then(|| Pattern::new(r"(?P<step>\d+)\D+(?P<loss>\S+)").unwrap()),
        format: *dice.choose(&[Format::Lines, Format::Lines, Format::Lines, Format::Csv, Format::Tsv]),
    };
    let whole = read(&bytes, &options, || usize::MAX);
    let pieces = read(&bytes, &options, || 1 + dice.below(9));
    // NaN is no equal of itself.
    assert_eq!(format!("{whole:?}"), format!("{pieces:?}"), "{:?}", String::from_utf8_lossy(&bytes));
    assert!(whole.0.windows(2).all(|pair| pair[0].step <= pair[1].step), "{whole:?}");
    assert!(whole.1.is_none_or(|error| error.step < error.before), "{whole:?}");
    whole.0.iter().any(|found| found.loss.is_some())
}

fn read(bytes: &[u8], options: &Options, mut length: impl FnMut() -> usize) -> (Vec<Measurement>, Option<Backwards>) {
    let mut reader = Reader::new(options);
    let (mut found, mut rest) = (Vec::new(), bytes);
    while !rest.is_empty() {
        let (chunk, after) = rest.split_at(length().min(rest.len()));
        if let Err(error) = reader.push(chunk, &mut found) {
            return (found, Some(error));
        }
        rest = after;
    }
    let error = reader.finish(&mut found).err();
    (found, error)
}

fn output(dice: &mut Dice) -> Vec<u8> {
    let mut bytes = Vec::new();
    for _ in 0..dice.below(80) {
        match dice.below(20) {
            0 => bytes.push(dice.next() as u8),
            1 => bytes.extend_from_slice(dice.choose(PIECES).as_bytes()),
            2 => {
                let length = if dice.one_in(40) { 70_000 } else { 70 };
                bytes.extend_from_slice(&vec![*dice.choose(b"0{[( a"); dice.below(length)]);
            }
            3 => bytes.extend_from_slice(format!("step {} loss 0.{}\n", dice.below(50), dice.below(50)).as_bytes()),
            _ => bytes.extend_from_slice(dice.choose(PARTS).as_bytes()),
        }
    }
    bytes
}

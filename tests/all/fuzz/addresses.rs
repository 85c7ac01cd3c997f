//! Addresses of the Playground with settings changed: refused in a short message, or a spec that can be read.

use std::path::Path;

use goldilocks::spec::import::{PlaygroundPage, to_toml};
use goldilocks::spec::{self, SourceFile};

use super::{Dice, LONGEST_MESSAGE, PIECES, campaign};

const ADDRESS: &str = "https://playground.tensorflow.org/#activation=tanh&regularization=L1&batchSize=10&dataset=circle&regDataset=reg-plane\
    &learningRate=0.03&regularizationRate=0.001&noise=10&networkShape=4,2&seed=0.29461&showTestData=false&discretize=false\
    &percTrainData=50&x=true&y=true&xTimesY=false&xSquared=true&ySquared=false&cosX=false&sinX=false&cosY=false&sinY=false\
    &collectStats=false&problem=classification&initZero=false&hideText=false";

const WORDS: &[&str] = &[
    "relu",
    "linear",
    "sigmoid",
    "none",
    "L2",
    "regression",
    "classification",
    "reg-gauss",
    "spiral",
    "xor",
    "gauss",
    "true",
    "false",
    "8,8,8,8,8,8",
    "4,,2",
    "-4",
    "99999999999999999999",
    "%00",
    "%zz",
    "%F0%9F%98%80",
    "0.00001",
    "\u{1b}[2J",
    "1e999",
];

#[test]
fn no_address_breaks_anything() {
    let mut read = 0u64;
    campaign("addresses", 3000, |dice| read += u64::from(play(dice)));
    println!("addresses: {read} became a spec");
    assert!(read > 100);
}

/// Whether the address became a spec.
fn play(dice: &mut Dice) -> bool {
    let mut settings: Vec<String> = ADDRESS.split('&').map(str::to_owned).collect();
    for _ in 0..dice.below(4) {
        let at = dice.below(settings.len());
        let word = if dice.one_in(2) { *dice.choose(WORDS) } else { *dice.choose(PIECES) };
        let name = settings[at].split('=').next().unwrap_or_default().to_owned();
        match dice.below(6) {
            0 => drop(settings.remove(at)),
            1 => settings[at].push_str(word),
            2 => settings.insert(at, settings[dice.below(settings.len())].clone()),
            _ => settings[at] = format!("{name}={word}"),
        }
    }
    let mut address = settings.join(if dice.one_in(30) { "&&" } else { "&" });
    if dice.one_in(20) {
        let cut = address.floor_char_boundary(dice.below(address.len()));
        address.truncate(cut);
    }
    let page = match PlaygroundPage::from_address(&address) {
        Ok(page) => page,
        Err(error) => {
            assert!(error.to_string().len() < LONGEST_MESSAGE);
            return false;
        }
    };
    assert!(page.warnings().iter().all(|warning| warning.len() < LONGEST_MESSAGE));
    let source = SourceFile { path: "page.toml".into(), text: to_toml(&page) };
    if let Err(errors) = spec::parse(source, Path::new(""), &[]) {
        panic!("{address}\nbecame\n{}\nwith\n{errors}", to_toml(&page));
    }
    true
}

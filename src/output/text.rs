//! Free text: every `key: number`, `key = number` and `key=number` of a line, its step and its phase.

use super::measurement::StepKey;
use super::names::{PHASES, Pair, is_one_of, loss_rank, same, step_key};
use super::number::Number;
use super::tokens::{Token, tokens};

/// A longer name is a sentence: its last word is taken.
const MOST_WORDS: usize = 6;

/// What logging puts before a message.
const LEVELS: [&str; 8] = ["TRACE", "DEBUG", "INFO", "WARN", "WARNING", "ERROR", "CRITICAL", "NOTICE"];

/// Words that may stand before a step: `Train Epoch: 1`, `at step 10`.
const BEFORE_STEPS: [&str; 10] =
    ["train", "training", "global", "current", "at", "after", "in", "end", "of", "finished"];

/// `train.py:150` is a place in a source, not a measurement.
const SOURCES: [&str; 6] = [".py", ".rs", ".cc", ".cpp", ".jl", ".go"];

/// Reads the numbers of a line.
pub(super) fn read(line: &str) -> Vec<Pair> {
    let mut scan = Scan { pairs: Vec::new(), weak: Vec::new(), phase: None, is_of_best: false };
    if !line.bytes().any(|byte| byte.is_ascii_digit()) && !line.contains(['n', 'N']) {
        return scan.pairs;
    }
    let mut pieces = Vec::new();
    tokens(line, &mut pieces);
    let start = scan.bracket(line);
    scan.walk(&pieces[start..]);
    scan.finish()
}

/// What is found on the way through a line.
struct Scan<'a> {
    pairs: Vec<Pair>,
    /// Which of them are only believed if the line tells of a step or a loss.
    weak: Vec<bool>,
    /// The word that says that the numbers are not those of training.
    phase: Option<&'a str>,
    /// Whether the line tells which step was the best one, which is long over.
    is_of_best: bool,
}

impl<'a> Scan<'a> {
    /// Takes `[10]` and a tab at the beginning of a line; how many tokens that are.
    fn bracket(&mut self, line: &str) -> usize {
        let inside = line.strip_prefix('[').and_then(|rest| rest.split_once("]\t"));
        let Some(count) = inside.and_then(|(inside, _)| inside.parse::<u64>().ok()) else { return 0 };
        let pair = Pair { name: StepKey::Bracket.name().to_owned(), value: count as f64, step: None };
        self.push(Pair { step: Some((StepKey::Bracket, count)), ..pair }, false);
        4
    }

    fn walk(&mut self, tokens: &[Token<'a>]) {
        let mut words: Vec<&str> = Vec::new();
        let mut at_start = true;
        let mut at = 0;
        while let Some(&token) = tokens.get(at) {
            if let Token::Word(word) = token {
                words.push(word);
                if let Some((count, length)) = step_after(word, &tokens[at + 1..])
                    && self.step(&words, count, &tokens[at + 1..at + 1 + length])
                {
                    words.clear();
                    at_start = matches!(tokens.get(at + 1 + length), Some(Token::Cut | Token::Is));
                    at += 1 + length;
                    continue;
                }
                at += 1;
                continue;
            }
            let (number, is_named, length) = value_at(&tokens[at..]);
            match number {
                Some(number) if !words.is_empty() => {
                    let is_field = at_start && matches!(tokens.get(at + length), None | Some(Token::Cut));
                    let is_loss = words.last().is_some_and(|last| loss_rank(last).is_some());
                    if is_named || is_loss || is_field {
                        self.number(&words, number, !is_named && !is_loss);
                    }
                }
                _ => self.free(&words),
            }
            // The rest of `(ms)` before a colon keeps the words before it.
            if number.is_none() && is_unit(&tokens[at..]) {
                at += 3;
                continue;
            }
            // `step 1: …` begins a field, as `step 1, …` does.
            at_start = match token {
                Token::Is => at_start && words.is_empty() && length == 1,
                other => matches!(other, Token::Cut),
            };
            words.clear();
            at += length;
        }
        self.free(&words);
    }

    /// A step, unless the words before it say that it is something else.
    fn step(&mut self, words: &[&'a str], number: Number, between: &[Token<'a>]) -> bool {
        let Some((last, before)) = words.split_last() else { return false };
        let fits = |word: &&str| [&LEVELS[..], &BEFORE_STEPS, &PHASES].iter().any(|list| is_one_of(word, list));
        // `validation loss at iteration 20`, but not `time per iteration: 20`.
        let is_told = before.last().is_some_and(|word| is_one_of(word, &["at", "after", "in", "of"]));
        let Some(key) = step_key(last).filter(|_| is_told || before.iter().all(fits)) else { return false };
        let is_global = before.last().is_some_and(|word| same(word, "global")) && key == StepKey::Step;
        let key = if is_global { StepKey::GlobalStep } else { key };
        self.free(before);
        for token in between {
            if let Token::Word(word) = token {
                self.free(&[word]);
            }
        }
        self.push(
            Pair { name: key.name().to_owned(), value: number.value, step: number.count.map(|n| (key, n)) },
            false,
        );
        true
    }

    fn number(&mut self, words: &[&'a str], number: Number, is_weak: bool) {
        // A part of a whole is progress, not a measurement.
        if number.is_part {
            return self.free(words);
        }
        let levels = words.iter().take_while(|word| LEVELS.contains(word)).count();
        let mut name = &words[levels..];
        if name.len() > MOST_WORDS {
            name = &name[name.len() - 1..];
        }
        let is_step = name.last().is_some_and(|last| step_key(last).is_some());
        let is_best = name.iter().any(|word| is_one_of(word, &["best"]));
        let is_source = name.last().is_some_and(|last| SOURCES.iter().any(|end| last.ends_with(end)));
        if name.is_empty() || is_source || is_step && is_best {
            return;
        }
        let name = name.join(" ");
        // A name that ends like a step but is none must not become one.
        let pair = Pair { step: None, ..Pair::new(&name, number.value, None) };
        self.push(pair, is_weak);
    }

    fn push(&mut self, pair: Pair, is_weak: bool) {
        self.pairs.push(pair);
        self.weak.push(is_weak);
    }

    /// Words that name no number.
    fn free(&mut self, words: &[&'a str]) {
        self.is_of_best |= words.iter().any(|word| is_one_of(word, &["best"]));
        if self.pairs.iter().all(|pair| pair.step.is_some()) {
            self.phase = self.phase.or_else(|| words.iter().copied().find(|word| is_one_of(word, &PHASES)));
        }
    }

    fn finish(self) -> Vec<Pair> {
        let is_measured = |pair: &Pair| pair.step.is_some() || loss_rank(&pair.name).is_some();
        let has_step = self.pairs.iter().any(|pair| pair.step.is_some());
        if self.is_of_best && has_step {
            return Vec::new();
        }
        let keeps_weak = self.pairs.iter().any(is_measured);
        let kept = self.pairs.into_iter().zip(self.weak).filter(|(_, is_weak)| keeps_weak || !is_weak);
        let phase = self.phase.map(str::to_ascii_lowercase);
        let named = |mut pair: Pair| {
            if let Some(phase) = phase.as_ref().filter(|_| pair.step.is_none() && !has_phase(&pair.name)) {
                pair.name = format!("{phase}_{}", pair.name);
            }
            pair
        };
        kept.map(|(pair, _)| named(pair)).collect()
    }
}

fn has_phase(name: &str) -> bool {
    name.split(|c: char| !c.is_alphanumeric()).any(|word| is_one_of(word, &PHASES))
}

/// The count that follows a word for a step, and how many tokens that takes: `10`, `: 10`, `[10/100]`, `(train) [1]`.
fn step_after(word: &str, tokens: &[Token<'_>]) -> Option<(Number, usize)> {
    step_key(word)?;
    let mut at = 0;
    if let [Token::Open, Token::Word(_), Token::Close, ..] = tokens {
        at = 3;
    }
    for _ in 0..3 {
        at += usize::from(matches!(tokens.get(at), Some(Token::Is | Token::Open | Token::Cut)));
    }
    match tokens.get(at) {
        Some(Token::Number(number)) => Some((*number, at + 1)),
        _ => None,
    }
}

/// The number at the beginning of some tokens that follow words, whether `:` or `=` names it, and how many tokens are done with.
fn value_at(tokens: &[Token<'_>]) -> (Option<Number>, bool, usize) {
    match tokens {
        [Token::Is, Token::Number(number), ..] => (Some(*number), true, 2),
        // `10: …` is no value of what stands before it.
        [Token::Number(_), Token::Is, ..] => (None, false, 2),
        [Token::Number(number), ..] => (Some(*number), false, 1),
        _ => (None, false, 1),
    }
}

/// Whether `(ms):` stands here, which belongs to the name before it.
fn is_unit(tokens: &[Token<'_>]) -> bool {
    matches!(tokens, [Token::Open, Token::Word(_), Token::Close, Token::Is, Token::Number(_), ..])
}

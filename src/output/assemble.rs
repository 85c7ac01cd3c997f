//! From the numbers of lines to measurements: which step they belong to, which of them is the loss, and when a step is over.

use super::lines::End;
use super::measurement::{Backwards, Measurement, StepKey};
use super::names::{Pair, loss_rank, same};

/// Most values of one measurement; further names are passed over.
const MOST_VALUES: usize = 1000;

/// What counts as a step, decided by the first line that has something like a loss.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Undecided,
    /// Steps, iterations: a loss is handed out at once, and the first one of a step stands.
    Steps,
    /// Epochs, of which many lines may tell: the last one counts, when the epoch is over.
    Epochs,
    /// No step is printed.
    Counter,
}

/// The step that lines tell of now.
#[derive(Debug)]
struct Open {
    step: u64,
    key: StepKey,
    values: Vec<(String, f64)>,
    /// How many of the values have been handed out; `None` if the step has not been.
    given: Option<usize>,
    /// The loss that was handed out.
    loss: Option<f64>,
    line: u64,
}

/// Puts the numbers of lines together.
#[derive(Debug)]
pub(super) struct Assembler {
    /// The name of the loss that the user gave.
    wanted: Option<String>,
    /// The name that was found to be that of the loss.
    found: Option<String>,
    mode: Mode,
    open: Option<Open>,
    /// The last step that was handed out.
    reached: Option<u64>,
    /// What the next line is written over.
    overwritten: Option<(u64, Vec<Pair>)>,
}

impl Assembler {
    pub(super) fn new(wanted: Option<String>) -> Assembler {
        Assembler { wanted, found: None, mode: Mode::Undecided, open: None, reached: None, overwritten: None }
    }

    /// The name of the loss, as soon as it is known.
    pub(super) fn loss(&self) -> Option<&str> {
        self.found.as_deref()
    }

    /// Takes the numbers of a line.
    pub(super) fn line(
        &mut self,
        line: u64,
        mut pairs: Vec<Pair>,
        end: End,
        out: &mut Vec<Measurement>,
    ) -> Result<(), Backwards> {
        if pairs.is_empty() {
            return Ok(());
        }
        pairs.truncate(MOST_VALUES);
        if let Some((before, old)) = self.overwritten.take() {
            if self.own_step(&old) == self.own_step(&pairs) {
                let is_new = |pair: &Pair| !pairs.iter().any(|other| other.name == pair.name);
                let kept: Vec<Pair> = old.into_iter().filter(is_new).collect();
                pairs.extend(kept.into_iter().take(MOST_VALUES));
            } else {
                self.settled(before, old, out)?;
            }
        }
        match end {
            End::Line => self.settled(line, pairs, out),
            End::Overwritten => {
                self.overwritten = Some((line, pairs));
                Ok(())
            }
        }
    }

    /// The end of the output.
    pub(super) fn finish(&mut self, out: &mut Vec<Measurement>) -> Result<(), Backwards> {
        if let Some((line, pairs)) = self.overwritten.take() {
            self.settled(line, pairs, out)?;
        }
        self.close(out);
        Ok(())
    }

    /// Takes the numbers of a line that stays.
    fn settled(&mut self, line: u64, pairs: Vec<Pair>, out: &mut Vec<Measurement>) -> Result<(), Backwards> {
        let own = self.own_step(&pairs);
        let has_loss = pairs.iter().any(|pair| self.may_be_loss(&pair.name));
        if self.mode == Mode::Undecided && has_loss {
            self.decide(own.map(|(key, _)| key));
        }
        match own {
            Some((key, step)) => {
                // A step that was handed out may be that of a heading which is gone.
                if let Some(before) = self.reached.filter(|&reached| step < reached) {
                    return self.earlier(&pairs, Backwards { line, step, key, before });
                }
                match self.open.as_ref().map(|open| (open.step, open.key)) {
                    // What was counted so far came before the first step: settings, not measurements.
                    Some((_, StepKey::Counter)) => self.open = None,
                    Some((before, before_key)) if step < before && is_epoch(key) == is_epoch(before_key) => {
                        return self.earlier(&pairs, Backwards { line, step, key, before });
                    }
                    // A heading such as `Epoch 1/10`, and then steps.
                    Some((_, before_key)) if is_epoch(before_key) && !is_epoch(key) => self.open = None,
                    Some((before, _)) if step > before => self.close(out),
                    Some(_) | None => {}
                }
                self.open.get_or_insert_with(|| Open::new(step, key, line));
            }
            None => self.without_step(line, &pairs, out),
        }
        let loss_is_certain = pairs.iter().any(|pair| self.is_certainly_loss(&pair.name));
        let Some(open) = &mut self.open else { return Ok(()) };
        open.line = line;
        open.take(pairs.into_iter().filter(|pair| own.is_none() || pair.step != own));
        if loss_is_certain && matches!(self.mode, Mode::Steps | Mode::Counter) {
            self.hand_out(out);
        }
        Ok(())
    }

    /// A line about an earlier step is passed over, such as that of the best one, unless it has a loss.
    fn earlier(&self, pairs: &[Pair], error: Backwards) -> Result<(), Backwards> {
        if pairs.iter().any(|pair| self.is_certainly_loss(&pair.name)) { Err(error) } else { Ok(()) }
    }

    /// Where the numbers of a line without a step belong.
    fn without_step(&mut self, line: u64, pairs: &[Pair], out: &mut Vec<Measurement>) {
        let Some(open) = &self.open else {
            self.open = Some(Open::new(1, StepKey::Counter, line));
            return;
        };
        if open.key != StepKey::Counter {
            return;
        }
        let is_there = |name: &str| open.values.iter().any(|(known, _)| known == name);
        let loss = self.loss_among(open.values.iter().map(|(name, _)| name.as_str()));
        let repeats_loss = loss.is_some_and(|loss| pairs.iter().any(|pair| pair.name == loss));
        if repeats_loss || pairs.iter().all(|pair| is_there(&pair.name)) {
            let next = open.step + 1;
            // Before anything like a loss there is only talk, which does not count.
            let next = if self.mode == Mode::Undecided { 1 } else { next };
            if self.mode != Mode::Undecided {
                self.close(out);
            }
            self.open = Some(Open::new(next, StepKey::Counter, line));
        }
    }

    fn decide(&mut self, own: Option<StepKey>) {
        let context = self.open.as_ref().map(|open| open.key);
        self.mode = match own.or(context) {
            None | Some(StepKey::Counter) => Mode::Counter,
            Some(StepKey::Epoch) => Mode::Epochs,
            Some(StepKey::GlobalStep | StepKey::Step | StepKey::Iter | StepKey::Iteration | StepKey::Bracket) => {
                Mode::Steps
            }
        };
    }

    /// The step that a line names, of those that count.
    fn own_step(&self, pairs: &[Pair]) -> Option<(StepKey, u64)> {
        let has_step = self.open.as_ref().is_some_and(|open| !matches!(open.key, StepKey::Counter | StepKey::Epoch));
        let counts = |key: StepKey| match self.mode {
            // Once there are steps, epochs are not.
            Mode::Undecided => !(has_step && is_epoch(key)),
            Mode::Steps => !is_epoch(key),
            Mode::Epochs => is_epoch(key),
            Mode::Counter => false,
        };
        let steps = pairs.iter().filter_map(|pair| pair.step).filter(|&(key, _)| counts(key));
        steps.min_by_key(|&(key, _)| StepKey::ALL.iter().position(|&known| known == key))
    }

    fn may_be_loss(&self, name: &str) -> bool {
        match &self.wanted {
            Some(wanted) => same(name, wanted),
            None => loss_rank(name).is_some(),
        }
    }

    /// Whether a name is that of the loss whatever else may come.
    fn is_certainly_loss(&self, name: &str) -> bool {
        match &self.wanted {
            Some(wanted) => same(name, wanted),
            None => loss_rank(name) == Some(0) || self.found.as_deref() == Some(name),
        }
    }

    /// The name of the loss among those of a measurement.
    fn loss_among<'a>(&self, names: impl Iterator<Item = &'a str> + Clone) -> Option<&'a str> {
        if let Some(wanted) = &self.wanted {
            return names.into_iter().find(|name| same(name, wanted));
        }
        let exact = names.clone().find(|name| loss_rank(name) == Some(0));
        match &self.found {
            Some(found) => exact.or_else(|| names.into_iter().find(|name| name == found)),
            None => {
                let ranked = names.filter_map(|name| Some((loss_rank(name)?, name)));
                ranked.min_by_key(|(rank, _)| *rank).map(|(_, name)| name)
            }
        }
    }

    /// Hands out the open step, or what has come to it since.
    fn hand_out(&mut self, out: &mut Vec<Measurement>) {
        let Some(mut open) = self.open.take() else { return };
        let loss = self.loss_among(open.values.iter().map(|(name, _)| name.as_str())).map(str::to_owned);
        self.found = loss.clone().or(self.found.take());
        let is_loss = |name: &str| loss.as_deref() == Some(name);
        let value = open.values.iter().find(|(name, _)| is_loss(name)).map(|(_, value)| *value);
        let fresh = &open.values[open.given.unwrap_or(0)..];
        let values: Vec<(String, f64)> = fresh.iter().filter(|(name, _)| !is_loss(name)).cloned().collect();
        // The first loss of a step stands, unless a later one says that the run is lost.
        let news = value.filter(|value| match open.loss {
            None => true,
            Some(old) => old.is_finite() && !value.is_finite(),
        });
        if news.is_some() || !values.is_empty() {
            self.reached = Some(open.step);
            out.push(Measurement { step: open.step, step_key: open.key, loss: news, values, line: open.line });
        }
        open.loss = news.or(open.loss);
        open.given = Some(open.values.len());
        self.open = Some(open);
    }

    fn close(&mut self, out: &mut Vec<Measurement>) {
        self.hand_out(out);
        self.open = None;
    }
}

impl Open {
    fn new(step: u64, key: StepKey, line: u64) -> Open {
        Open { step, key, values: Vec::new(), given: None, loss: None, line }
    }

    /// Takes values over: the last one of a name, unless it has been handed out. What is not finite stays.
    fn take(&mut self, pairs: impl Iterator<Item = Pair>) {
        let given = self.given.unwrap_or(0);
        for pair in pairs {
            match self.values.iter().position(|(name, _)| *name == pair.name) {
                Some(place) => {
                    let value = &mut self.values[place].1;
                    if value.is_finite() && (place >= given || !pair.value.is_finite()) {
                        *value = pair.value;
                    }
                }
                None if self.values.len() < MOST_VALUES => self.values.push((pair.name, pair.value)),
                None => {}
            }
        }
    }
}

fn is_epoch(key: StepKey) -> bool {
    key == StepKey::Epoch
}

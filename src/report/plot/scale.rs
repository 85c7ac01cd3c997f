//! [`Scale`]: from a number to its place along an axis, and where the ticks stand.
//!
//! Knows nothing of drawing.

/// How a number becomes a length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Proportional.
    Linear,
    /// log₁₀ x.
    Log,
    /// log₁₀ (1 + x): logarithmic, with room for 0.
    LogOnePlus,
}

/// One axis.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Scale {
    pub(super) kind: Kind,
    low: f64,
    high: f64,
    /// The share of the axis kept below a logarithmic range for values that are exactly 0.
    zero: f64,
}

/// Which ticks of a logarithmic axis may have labels, densest first: the mantissas, and every how many decades.
const LABELED: [(&[u8], i32); 10] = [
    (&[1, 2, 3, 4, 5, 7], 1),
    (&[1, 2, 5], 1),
    (&[1, 3], 1),
    (&[1], 1),
    (&[1], 2),
    (&[1], 3),
    (&[1], 5),
    (&[1], 10),
    (&[1], 50),
    (&[1], 200),
];

/// No number on a linear axis is larger, so that differences and paddings stay finite.
const LARGEST: f64 = 1e307;
/// Powers of ten that a logarithmic axis can begin and end with: those of the least number with all its digits, and of the greatest.
const POWERS: (f64, f64) = (-307.0, 308.25);
/// The distances of ticks on a linear axis.
const STEPS: std::ops::RangeInclusive<f64> = 1e-300..=1e307;
/// No more lines of a fine grid than these: beyond, they would be a gray area.
const MAX_FINE: usize = 150;

/// A mark on an axis.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tick {
    /// Place along the axis, 0 to 1.
    pub(super) fraction: f64,
    /// Empty for a fine grid line.
    pub(super) label: String,
}

impl Scale {
    /// A linear scale; an empty range, or one so narrow that its ticks would all read alike, is widened.
    pub(super) fn linear(low: f64, high: f64) -> Scale {
        let bounded = |end: f64| if end.is_nan() { 0.0 } else { end.clamp(-LARGEST, LARGEST) };
        let (low, high) = (bounded(low), bounded(high));
        let least = (1e-9 * low.abs().max(high.abs())).max(1e-290);
        let pad = if high - low >= least { 0.0 } else { (0.1 * low.abs()).max(0.5) };
        Scale { kind: Kind::Linear, low: low - pad, high: high.max(low) + pad, zero: 0.0 }
    }

    /// A logarithmic scale; both ends should be positive. An empty range is widened.
    pub(super) fn log(low: f64, high: f64) -> Scale {
        let power = |end: f64| if end.is_nan() { 0.0 } else { libm::log10(end.max(0.0)).clamp(POWERS.0, POWERS.1) };
        let (low, high) = (power(low), power(high.max(low)));
        let pad = if high - low > 1e-6 { 0.0 } else { 0.3 };
        Scale { kind: Kind::Log, low: low - pad, high: high + pad, zero: 0.0 }
    }

    /// From 0 to `high`, logarithmic.
    pub(super) fn log_one_plus(high: f64) -> Scale {
        Scale { kind: Kind::LogOnePlus, low: 0.0, high: libm::log10(1.0 + high.max(1.0)).min(POWERS.1), zero: 0.0 }
    }

    /// Keeps room below a logarithmic range for 0.
    pub(super) fn with_zero(self) -> Scale {
        Scale { zero: 0.07, ..self }
    }

    /// A logarithmic range of at least half a decade, so that small differences look small.
    pub(super) fn at_least_half_a_decade(self) -> Scale {
        let missing = (0.5 - (self.high - self.low)).max(0.0) / 2.0;
        Scale { low: self.low - missing, high: self.high + missing, ..self }
    }

    /// Wider by these shares of its length.
    pub(super) fn padded(self, below: f64, above: f64) -> Scale {
        let length = self.high - self.low;
        Scale { low: self.low - below * length, high: self.high + above * length, ..self }
    }

    /// The place of a value, 0 at the low end and 1 at the high end; bounded far outside of the picture.
    pub(super) fn fraction(self, value: f64) -> f64 {
        let place = match self.kind {
            Kind::Linear => value.clamp(-LARGEST, LARGEST),
            Kind::Log if value <= 0.0 => return if self.zero > 0.0 { 0.3 * self.zero } else { -100.0 },
            Kind::Log => libm::log10(value).max(POWERS.0),
            Kind::LogOnePlus => libm::log10(1.0 + value.max(0.0)),
        };
        let share = (place - self.low) / (self.high - self.low);
        // NaN is not a number to come back from: it counts as infinitely large.
        let share = if share.is_nan() { 100.0 } else { share.clamp(-100.0, 100.0) };
        self.zero + (1.0 - self.zero) * share
    }

    /// Ticks, at most about `most` of them with a label.
    pub(super) fn ticks(self, most: usize) -> Vec<Tick> {
        let mut ticks = match self.kind {
            Kind::Linear => self.linear_ticks(self.low, self.high, most),
            Kind::Log => self.log_ticks(most),
            Kind::LogOnePlus => self.log_one_plus_ticks(most),
        };
        if self.zero > 0.0 {
            ticks.insert(0, self.tick(0.0, "0".to_owned()));
        }
        ticks
    }

    fn tick(self, value: f64, label: String) -> Tick {
        Tick { fraction: self.fraction(value), label }
    }

    fn linear_ticks(self, low: f64, high: f64, most: usize) -> Vec<Tick> {
        let rough = (high - low) / most.max(2) as f64;
        if !STEPS.contains(&rough) {
            return Vec::new();
        }
        let power = libm::floor(libm::log10(rough)) as i32;
        let step = [(1, power), (2, power), (5, power), (1, power + 1)]
            .into_iter()
            .find(|(mantissa, power)| decimal(*mantissa, *power) >= rough * (1.0 - 1e-9));
        let Some((mantissa, power)) = step else { return Vec::new() };
        let step = decimal(mantissa, power);
        let (first, last) = (libm::ceil(low / step - 1e-9) as i64, libm::floor(high / step + 1e-9) as i64);
        let plain = power >= -4 && high.abs().max(low.abs()) < 1e6;
        let label = |count: i64| {
            let whole = count * i64::from(mantissa);
            if plain {
                minus(format!("{:.*}", (-power).max(0) as usize, decimal_of(whole, power)))
            } else {
                if whole == 0 { "0".to_owned() } else { scientific(whole, power) }
            }
        };
        (first..=last.min(first.saturating_add(100)))
            .map(|count| self.tick(count as f64 * step, label(count)))
            .collect()
    }

    fn log_ticks(self, most: usize) -> Vec<Tick> {
        let inside = |mantissas: &[u8], every: i32| -> Vec<(u8, i32)> {
            let (first, last) = (libm::floor(self.low) as i32, libm::ceil(self.high) as i32);
            (first..=last)
                .filter(|power| power.rem_euclid(every) == 0)
                .flat_map(|power| mantissas.iter().map(move |mantissa| (*mantissa, power)))
                .filter(|(mantissa, power)| {
                    let place = libm::log10(decimal(*mantissa, *power));
                    place >= self.low - 1e-9 && place <= self.high + 1e-9
                })
                .collect()
        };
        let plain = |set: &[(u8, i32)]| set.iter().all(|(_, power)| (-4..=5).contains(power));
        let few_decades = inside(&[1], 1).len() < 3;
        let labeled = LABELED
            .into_iter()
            .map(|(mantissas, every)| inside(mantissas, every))
            .filter(|set| few_decades || plain(set) || set.iter().all(|(mantissa, _)| *mantissa == 1))
            .find(|set| set.len() <= most.max(2))
            .unwrap_or_else(|| inside(&[1], 200));
        if labeled.len() < 2 && few_decades {
            return self.linear_ticks(libm::pow(10.0, self.low), libm::pow(10.0, self.high), most);
        }
        let label = |(mantissa, power): (u8, i32)| rounded(decimal(mantissa, power), 1);
        let fine = match self.high - self.low {
            ..=8.0 => inside(&[1, 2, 3, 4, 5, 6, 7, 8, 9], 1),
            decades if decades < MAX_FINE as f64 => inside(&[1], 1),
            _ => Vec::new(),
        };
        let fine = fine.into_iter().filter(|tick| !labeled.contains(tick)).map(|tick| (tick, String::new()));
        let labels = labeled.iter().map(|tick| (*tick, label(*tick)));
        labels.chain(fine).map(|((mantissa, power), label)| self.tick(decimal(mantissa, power), label)).collect()
    }

    fn log_one_plus_ticks(self, most: usize) -> Vec<Tick> {
        let inside = |mantissas: &[u8], every: i32| -> Vec<(u8, i32)> {
            (0..=libm::ceil(self.high) as i32)
                .filter(|power| power % every == 0)
                .flat_map(|power| mantissas.iter().map(move |mantissa| (*mantissa, power)))
                .filter(|(mantissa, power)| libm::log10(1.0 + decimal(*mantissa, *power)) <= self.high + 1e-9)
                .collect()
        };
        let labeled = LABELED
            .into_iter()
            .map(|(mantissas, every)| inside(mantissas, every))
            .find(|set| set.len() <= most.max(2))
            .unwrap_or_default();
        let label = |(mantissa, power): (u8, i32)| rounded(decimal(mantissa, power), 1);
        let fine = inside(&[1, 2, 3, 4, 5, 6, 7, 8, 9], 1);
        let fine = if fine.len() <= MAX_FINE { fine } else { Vec::new() }
            .into_iter()
            .filter(|tick| !labeled.contains(tick))
            .map(|tick| (tick, String::new()));
        let ticks = labeled.iter().map(|tick| (*tick, label(*tick))).chain(fine);
        let ticks = ticks.map(|((mantissa, power), label)| self.tick(decimal(mantissa, power), label));
        std::iter::once(self.tick(0.0, "0".to_owned())).chain(ticks).collect()
    }
}

/// `mantissa · 10^power`.
fn decimal(mantissa: u8, power: i32) -> f64 {
    decimal_of(i64::from(mantissa), power)
}

/// `whole · 10^power`; dividing by a power of ten is exact to the last digit where multiplying by 0.1 is not.
fn decimal_of(whole: i64, power: i32) -> f64 {
    let ten = libm::pow(10.0, f64::from(power.abs()));
    if power < 0 { whole as f64 / ten } else { whole as f64 * ten }
}

/// A number as every picture writes it: with this many significant digits and without trailing zeros; whole numbers below ten
/// million in full, and below 0.0001 and from there on in powers of ten.
pub(super) fn rounded(value: f64, digits: i32) -> String {
    if value == 0.0 || !value.is_finite() {
        return minus(if value == 0.0 { "0".to_owned() } else { value.to_string() });
    }
    let places = (digits - 1).max(0) as usize;
    // Rounding may carry over into the next power.
    let text = format!("{value:.places$e}");
    let (mantissa, power) = text.split_once('e').unwrap_or((&text, "0"));
    let power: i32 = power.parse().unwrap_or(0);
    if !(-4..7).contains(&power) {
        let power = superscript(power);
        return minus(match without_zeros(mantissa) {
            "1" => format!("10{power}"),
            "-1" => format!("-10{power}"),
            mantissa => format!("{mantissa}×10{power}"),
        });
    }
    let text = format!("{value:.*}", (digits - 1 - power).max(0) as usize);
    minus(without_zeros(&text).to_owned())
}

/// With a true minus instead of a hyphen.
fn minus(text: String) -> String {
    text.replace('-', "−")
}

/// Without zeros at the end of a fraction.
fn without_zeros(digits: &str) -> &str {
    if digits.contains('.') { digits.trim_end_matches('0').trim_end_matches('.') } else { digits }
}

/// `2×10⁻³`, `10⁶`, `1`.
fn scientific(whole: i64, power: i32) -> String {
    let mut digits = whole;
    let mut power = power;
    while digits != 0 && digits % 10 == 0 {
        digits /= 10;
        power += 1;
    }
    match (digits, power) {
        (digits, 0) => minus(digits.to_string()),
        (1, power) => format!("10{}", superscript(power)),
        (digits, power) => minus(format!("{digits}×10{}", superscript(power))),
    }
}

fn superscript(power: i32) -> String {
    let raised = |c| match c {
        '-' => '⁻',
        '0' => '⁰',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        '4' => '⁴',
        '5' => '⁵',
        '6' => '⁶',
        '7' => '⁷',
        '8' => '⁸',
        _ => '⁹',
    };
    power.to_string().chars().map(raised).collect()
}

#[cfg(test)]
mod tests;

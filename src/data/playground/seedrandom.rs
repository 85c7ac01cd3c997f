//! The generator of the page: ARC4 keyed by a text, its first 256 bytes thrown away (as in the JavaScript library seedrandom 2).

use std::array;

/// A stream of random numbers that the page draws too, when its seed is the same text.
#[derive(Debug, Clone, PartialEq)]
pub struct SeedRandom {
    state: [u8; 256],
    i: u8,
    j: u8,
}

/// 2⁵³: from here on `f64` has no room for every whole number.
const LIMIT: u64 = 1 << 53;

impl SeedRandom {
    /// The stream of a seed. The text is used as it stands: `"0.50"` and `"0.5"` are different seeds.
    pub fn new(seed: &str) -> SeedRandom {
        let key = key(seed);
        let mut state: [u8; 256] = array::from_fn(|i| i as u8);
        let mut j = 0u8;
        for i in 0..256 {
            j = j.wrapping_add(state[i]).wrapping_add(key[i % key.len()]);
            state.swap(i, usize::from(j));
        }
        let mut stream = SeedRandom { state, i: 0, j: 0 };
        for _ in 0..256 {
            stream.byte();
        }
        stream
    }

    /// The next number, in `[0, 1)`, with at least 52 random bits.
    pub fn unit(&mut self) -> f64 {
        let mut numerator = (0..6).fold(0u64, |number, _| number << 8 | u64::from(self.byte()));
        let mut denominator = 2f64.powi(48);
        let mut last = 0u64;
        while numerator < LIMIT / 2 {
            numerator = (numerator + last) << 8;
            denominator *= 256.0;
            last = u64::from(self.byte());
        }
        while numerator >= LIMIT {
            numerator >>= 1;
            denominator /= 2.0;
            last >>= 1;
        }
        (numerator + last) as f64 / denominator
    }

    fn byte(&mut self) -> u8 {
        self.i = self.i.wrapping_add(1);
        let a = self.state[usize::from(self.i)];
        self.j = self.j.wrapping_add(a);
        let b = self.state[usize::from(self.j)];
        self.state.swap(usize::from(self.i), usize::from(self.j));
        self.state[usize::from(a.wrapping_add(b))]
    }
}

/// At most 256 bytes: the low bytes of the seed's UTF-16 code units, longer seeds folded back on their beginning.
fn key(seed: &str) -> Vec<u8> {
    let mut key = Vec::new();
    let mut mix = 0u32;
    for (position, unit) in seed.encode_utf16().enumerate() {
        let slot = position % 256;
        mix ^= 19 * u32::from(key.get(slot).copied().unwrap_or(0u8));
        let byte = mix.wrapping_add(u32::from(unit)) as u8;
        match key.get_mut(slot) {
            Some(written) => *written = byte,
            None => key.push(byte),
        }
    }
    if key.is_empty() { vec![0] } else { key }
}

//! Random streams: ChaCha, keyed by a hash of named, length-prefixed coordinates, never by position.
//!
//! Two streams with the same coordinates give the same numbers on every machine, whatever was drawn elsewhere.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// A stream of random numbers.
#[derive(Debug, Clone)]
pub struct Stream {
    generator: ChaCha8Rng,
}

/// Coordinates of a stream, collected one by one.
#[derive(Debug, Clone)]
pub struct Key {
    hasher: blake3::Hasher,
}

impl Key {
    /// The key of the stream called `name`, for example `order`.
    pub fn new(name: &str) -> Key {
        let mut hasher = blake3::Hasher::new();
        hasher.update(b"goldilocks random stream 1");
        Key { hasher }.text("stream", name)
    }

    /// Adds a named number, for example the seed.
    #[must_use]
    pub fn number(mut self, name: &str, number: u64) -> Key {
        self.part(name.as_bytes());
        self.part(&number.to_le_bytes());
        self
    }

    /// Adds a named text.
    #[must_use]
    pub fn text(mut self, name: &str, text: &str) -> Key {
        self.part(name.as_bytes());
        self.part(text.as_bytes());
        self
    }

    /// The stream with these coordinates.
    pub fn stream(&self) -> Stream {
        Stream { generator: ChaCha8Rng::from_seed(*self.hasher.finalize().as_bytes()) }
    }

    fn part(&mut self, bytes: &[u8]) {
        self.hasher.update(&(bytes.len() as u64).to_le_bytes());
        self.hasher.update(bytes);
    }
}

impl Stream {
    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.generator.next_u64()
    }

    /// Uniform in `[0, 1)`: a multiple of 2⁻⁵³.
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
    }

    /// Uniform in `0..bound`, without bias (Lemire, "Fast Random Integer Generation in an Interval", 2019).
    ///
    /// `bound` must not be 0.
    pub fn below(&mut self, bound: u32) -> u32 {
        loop {
            if let Some(number) = below(bound, self.generator.next_u32()) {
                return number;
            }
        }
    }

    /// Standard normal (Marsaglia and Bray's polar method; the second value of each pair is dropped).
    pub fn normal(&mut self) -> f64 {
        loop {
            let a = 2.0 * self.unit() - 1.0;
            let b = 2.0 * self.unit() - 1.0;
            let square = a * a + b * b;
            if square < 1.0 && square > 0.0 {
                return a * (-2.0 * libm::log(square) / square).sqrt();
            }
        }
    }

    /// Puts `items` into a uniformly random order (Fisher and Yates, from the back).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        // Many random bits at a time cost half as much as one draw after the other, and are the same.
        const WORDS: usize = 64;
        let mut bytes = [0; 4 * WORDS];
        let (mut words, mut next): (&[[u8; 4]], usize) = (&[], 0);
        let mut last = items.len().saturating_sub(1);
        while last > 0 {
            if next == words.len() {
                let count = last.min(WORDS);
                self.generator.fill_bytes(&mut bytes[..4 * count]);
                (words, next) = (bytes[..4 * count].as_chunks().0, 0);
            }
            let word = u32::from_le_bytes(words[next]);
            next += 1;
            if let Some(other) = below(last as u32 + 1, word) {
                items.swap(last, other as usize);
                last -= 1;
            }
        }
    }
}

/// What 32 random bits say of a number in `0..bound`; nothing where that would favor some numbers.
fn below(bound: u32, bits: u32) -> Option<u32> {
    let product = u64::from(bits) * u64::from(bound);
    let low = product as u32;
    // The first condition implies the second and spares most divisions.
    (low >= bound || low >= bound.wrapping_neg() % bound).then_some((product >> 32) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_depends_on_its_coordinates_alone() {
        let draw = |seed| Key::new("order").number("seed", seed).stream().bits();
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
        assert_ne!(draw(1), Key::new("init").number("seed", 1).stream().bits());
    }

    /// As docs/design.md has it.
    #[test]
    fn a_stream_is_the_cipher_under_the_hash_of_its_coordinates() {
        let mut text = b"goldilocks random stream 1".to_vec();
        for part in [b"stream".as_slice(), b"order", b"seed", &7u64.to_le_bytes(), b"sampling", b"uniform"] {
            text.extend((part.len() as u64).to_le_bytes());
            text.extend(part);
        }
        let mut words = ChaCha8Rng::from_seed(*blake3::hash(&text).as_bytes());
        let mut stream = Key::new("order").number("seed", 7).text("sampling", "uniform").stream();
        let bits = u64::from(words.next_u32()) | u64::from(words.next_u32()) << 32;
        assert_eq!(stream.bits(), bits);
        let mut again = words.clone();
        let number = |bits: u64| (bits >> 11) as f64 / 2f64.powi(53);
        let normal = loop {
            let (a, b) = (2.0 * number(again.next_u64()) - 1.0, 2.0 * number(again.next_u64()) - 1.0);
            let square = a * a + b * b;
            if square > 0.0 && square < 1.0 {
                break a * (-2.0 * libm::log(square) / square).sqrt();
            }
        };
        assert_eq!(stream.clone().normal(), normal);
        assert_eq!(stream.unit(), number(words.next_u64()));
    }

    #[test]
    fn coordinates_are_length_prefixed() {
        let a = Key::new("x").text("ab", "c").stream().bits();
        let b = Key::new("x").text("a", "bc").stream().bits();
        assert_ne!(a, b);
    }

    #[test]
    fn below_is_unbiased_and_in_range() {
        let mut stream = Key::new("test").stream();
        let mut counts = [0u32; 3];
        for _ in 0..30_000 {
            counts[stream.below(3) as usize] += 1;
        }
        // Five standard deviations of a binomial with p = 1/3.
        assert!(counts.iter().all(|&count| (f64::from(count) - 10_000.0).abs() < 410.0), "{counts:?}");
    }

    #[test]
    fn normal_has_the_moments_of_a_normal() {
        let mut stream = Key::new("test").stream();
        let draws: Vec<f64> = (0..100_000).map(|_| stream.normal()).collect();
        let mean = draws.iter().sum::<f64>() / 1e5;
        let variance = draws.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / 1e5;
        assert!(mean.abs() < 0.016 && (variance - 1.0).abs() < 0.025, "mean {mean}, variance {variance}");
    }

    #[test]
    fn a_shuffle_draws_one_number_after_the_other() {
        for count in [0, 1, 2, 63, 64, 65, 66, 1000] {
            let (mut stream, mut same) = (Key::new("test").stream(), Key::new("test").stream());
            let mut items: Vec<usize> = (0..count).collect();
            stream.shuffle(&mut items);
            let mut expected: Vec<usize> = (0..count).collect();
            for last in (1..count).rev() {
                expected.swap(last, same.below(last as u32 + 1) as usize);
            }
            assert_eq!(items, expected);
            assert_eq!(stream.bits(), same.bits(), "what comes after {count} items");
        }
    }

    #[test]
    fn shuffle_keeps_every_item() {
        let mut items: Vec<u32> = (0..100).collect();
        Key::new("test").stream().shuffle(&mut items);
        assert_ne!(items, (0..100).collect::<Vec<_>>());
        items.sort_unstable();
        assert_eq!(items, (0..100).collect::<Vec<_>>());
    }
}

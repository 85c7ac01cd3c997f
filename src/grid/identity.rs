//! A run's identity: a hash of its resolved settings, the same in whatever grid the run stands.
//!
//! Settings at their default are left out, so that writing a default down, or a new setting in a later version,
//! changes no identity; and so are the name of the study and what is merely recorded or expected.

use crate::spec::{Given, LaneSettings};
use crate::train::BatchSize;
use crate::value::Value;

/// Hash of the settings of a setup.
pub(super) type Digest = [u8; 32];

/// The digest of settings sorted by path: every path and value with its length before it, so that none can run into the next.
pub(super) fn setup_digest(settings: &[(&'static str, Given)]) -> Digest {
    let mut hasher = blake3::Hasher::new();
    let mut part = |bytes: &[u8]| {
        hasher.update(&(bytes.len() as u64).to_le_bytes());
        hasher.update(bytes);
    };
    part(b"goldilocks setup 1");
    for (path, given) in settings {
        part(path.as_bytes());
        match given {
            Given::Scalar(value) => part(&bytes(value)),
            Given::Names(names) => {
                part(b"names");
                part(&(names.len() as u64).to_le_bytes());
                names.iter().for_each(|name| part(name.as_bytes()));
            }
        }
    }
    *hasher.finalize().as_bytes()
}

/// A letter for the type, then the value.
fn bytes(value: &Value) -> Vec<u8> {
    let tagged = |tag: u8, bytes: &[u8]| [&[tag], bytes].concat();
    match value {
        Value::Number(number) => tagged(b'n', &number.to_bits().to_le_bytes()),
        Value::Count(count) => tagged(b'c', &count.to_le_bytes()),
        Value::Flag(flag) => tagged(b'f', &[u8::from(*flag)]),
        Value::Text(text) => tagged(b't', text.as_bytes()),
        Value::Counts(counts) => {
            tagged(b'l', &counts.iter().flat_map(|count| count.to_le_bytes()).collect::<Vec<u8>>())
        }
    }
}

/// The identity of a run: the digest of its setup and the four settings of its lane make one block of the hash.
pub(super) fn run_id(setup: &Digest, lane: &LaneSettings) -> u64 {
    let batch_size = match lane.batch_size {
        BatchSize::Examples(size) => size,
        BatchSize::Full => 0,
    };
    let parts = [lane.learning_rate.to_bits(), lane.momentum.to_bits(), batch_size, lane.seed];
    let mut block = [0; 64];
    let (digest, numbers) = block.split_at_mut(32);
    digest.copy_from_slice(setup);
    for (place, part) in numbers.chunks_exact_mut(8).zip(parts) {
        place.copy_from_slice(&part.to_le_bytes());
    }
    let hash = blake3::hash(&block);
    let mut first = [0; 8];
    first.copy_from_slice(&hash.as_bytes()[..8]);
    u64::from_le_bytes(first)
}

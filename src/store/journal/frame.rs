//! Frames: a length, as many bytes, and a checksum of both. What was cut off or changed is not taken for a frame.

use std::io::{self, Read};

/// A frame of more bytes than this is none: a group of runs takes far less.
const LONGEST: u32 = 1 << 30;

/// The bytes around a payload.
const AROUND: usize = 8;

/// A payload as a frame.
///
/// # Errors
/// When it is too long for one.
pub(super) fn frame(payload: &[u8]) -> io::Result<Vec<u8>> {
    let too_long = || io::Error::other("a group of runs is too large for the journal");
    let length = u32::try_from(payload.len()).ok().filter(|length| *length <= LONGEST).ok_or_else(too_long)?;
    let mut bytes = Vec::with_capacity(payload.len() + AROUND);
    bytes.extend_from_slice(&length.to_le_bytes());
    bytes.extend_from_slice(payload);
    bytes.extend_from_slice(&checksum(length, payload).to_le_bytes());
    Ok(bytes)
}

fn checksum(length: u32, payload: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&length.to_le_bytes());
    hasher.update(payload);
    hasher.finalize()
}

/// Reads frames one after the other.
#[derive(Debug)]
pub(super) struct Frames<R> {
    source: R,
    /// How many bytes are left, as far as is known.
    left: u64,
    /// Where the last good frame ended.
    good: u64,
    /// BLAKE3 of everything before the last frame, and with it, where that is asked for.
    hashes: Option<Box<[blake3::Hasher; 2]>>,
}

/// What stands where a frame may be.
#[derive(Debug, PartialEq)]
pub(super) enum Next {
    /// A frame with this payload.
    Frame(Vec<u8>),
    /// The end.
    End,
    /// Something else.
    Bad,
}

impl<R: Read> Frames<R> {
    /// The frames of a source of so many bytes, of which the first so many have been read.
    pub(super) fn new(source: R, bytes: u64, at: u64) -> Frames<R> {
        Frames { source, left: bytes.saturating_sub(at), good: at, hashes: None }
    }

    /// The same, hashing what is read; this was read before.
    pub(super) fn hashing(self, before: &[u8]) -> Frames<R> {
        let mut hasher = blake3::Hasher::new();
        hasher.update(before);
        Frames { hashes: Some(Box::new([hasher.clone(), hasher])), ..self }
    }

    /// BLAKE3 of everything before the last frame, if it was hashed.
    pub(super) fn hash_before(&self) -> Option<[u8; 32]> {
        self.hashes.as_ref().map(|hashes| *hashes[0].finalize().as_bytes())
    }

    /// Where the last good frame ended.
    pub(super) fn good(&self) -> u64 {
        self.good
    }

    /// The next frame.
    pub(super) fn next(&mut self) -> io::Result<Next> {
        if self.left == 0 {
            return Ok(Next::End);
        }
        let mut length = [0; 4];
        if !self.read(&mut length)? {
            return Ok(Next::Bad);
        }
        let length = u32::from_le_bytes(length);
        if length == 0 || length > LONGEST || u64::from(length) > self.left {
            return Ok(Next::Bad);
        }
        let (mut payload, mut sum) = (vec![0; length as usize], [0; 4]);
        if !self.read(&mut payload)? || !self.read(&mut sum)? || u32::from_le_bytes(sum) != checksum(length, &payload) {
            return Ok(Next::Bad);
        }
        self.good += (payload.len() + AROUND) as u64;
        if let Some(hashes) = &mut self.hashes {
            hashes[0] = hashes[1].clone();
            hashes[1].update(&length.to_le_bytes()).update(&payload).update(&sum);
        }
        Ok(Next::Frame(payload))
    }

    /// Fills the bytes; whether there were as many.
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<bool> {
        match self.source.read_exact(bytes) {
            Ok(()) => {
                self.left = self.left.saturating_sub(bytes.len() as u64);
                Ok(true)
            }
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
            Err(error) => Err(error),
        }
    }
}

//! The frame around the record: format name, version, checksum, payload.
//!
//! The whole file is one MessagePack map with four entries, so that any language reads it with no
//! special code:
//!
//! ```text
//! {"format": "calibrated-bins", "version": 2, "crc32": CRC-32 of payload, "payload": bytes}
//! ```
//!
//! `payload` is a MessagePack map of the record. This writer always uses the 32-bit forms of the
//! checksum (`ce`) and of the payload's length (`c6`), so the frame has a fixed size and every byte
//! of it is known, checked, or the checksum: whatever byte changes, reading fails.

use std::path::Path;

use artifacts::{Artifact, ArtifactError};
use files::FileKind;

use crate::record::MetadataRecord;
use crate::{BinMetadata, BinningError};

/// The version of the format that this program writes and reads.
pub const FORMAT_VERSION: u8 = 2;

/// Larger files are refused unread. An isotonic calibrator has 18 bytes a threshold, so this is far
/// above what a window of any length gives.
pub const MAX_FILE_BYTES: u64 = 16 << 20;

/// A map of four; `format`; its value; the key `version`. The version, one byte below 128, follows.
const MAGIC: &[u8] = b"\x84\xa6format\xafcalibrated-bins\xa7version";
/// The key `crc32` and the mark of a 32-bit number.
const CHECKSUM: &[u8] = b"\xa5crc32\xce";
/// The key `payload` and the mark of bytes with a 32-bit length.
const PAYLOAD: &[u8] = b"\xa7payload\xc6";

const HEADER_BYTES: usize = MAGIC.len() + 1 + CHECKSUM.len() + 4 + PAYLOAD.len() + 4;

/// The bytes of a file of bins. The same metadata always give the same bytes.
///
/// # Errors
/// [`BinningError::Encode`]; [`ArtifactError::TooLarge`], naming `path`, beyond [`MAX_FILE_BYTES`].
pub(crate) fn encode(metadata: &BinMetadata, path: &Path) -> Result<Vec<u8>, BinningError> {
    let payload = rmp_serde::to_vec_named(&metadata.to_record())?;
    let bytes = (HEADER_BYTES + payload.len()) as u64;
    let length = match u32::try_from(payload.len()) {
        Ok(length) if bytes <= MAX_FILE_BYTES => length,
        _ => {
            let (path, noun, limit) = (path.to_owned(), BinMetadata::NOUN, MAX_FILE_BYTES);
            return Err(ArtifactError::TooLarge { path, noun, bytes, limit }.into());
        }
    };
    let mut file = Vec::with_capacity(HEADER_BYTES + payload.len());
    file.extend_from_slice(MAGIC);
    file.push(FORMAT_VERSION);
    file.extend_from_slice(CHECKSUM);
    file.extend_from_slice(&crc32fast::hash(&payload).to_be_bytes());
    file.extend_from_slice(PAYLOAD);
    file.extend_from_slice(&length.to_be_bytes());
    file.extend_from_slice(&payload);
    Ok(file)
}

/// The metadata in the bytes of a file. `path` is only for the messages.
///
/// Accepts exactly what [`encode`] gives: what decodes but would be written differently (fields in
/// another order, bytes behind the record) has not been written by this program.
pub(crate) fn decode(file: &[u8], path: &Path) -> Result<BinMetadata, BinningError> {
    let payload = open(file, path)?;
    let record: MetadataRecord =
        rmp_serde::from_slice(payload).map_err(|source| BinningError::Damaged {
            path: path.to_owned(),
            what: "its record does not decode",
            source: Some(source),
        })?;
    let metadata = BinMetadata::from_record(record)
        .map_err(|source| BinningError::Invalid { path: path.to_owned(), source: source.into() })?;
    if encode(&metadata, path)? != file {
        return Err(damaged(path, "its record is not in the form this program writes"));
    }
    Ok(metadata)
}

/// Whether a file that begins with `head` may be bins: damaged ones may look like anything, but not
/// like a file of another program.
pub(crate) fn could_be(head: &[u8]) -> bool {
    matches!(FileKind::of(head), FileKind::Unknown)
}

/// Checks the frame and gives the payload.
fn open<'file>(file: &'file [u8], path: &Path) -> Result<&'file [u8], BinningError> {
    let truncated =
        |wanted| BinningError::Truncated { path: path.to_owned(), found: file.len(), wanted };
    let mut rest = file;
    let mut take = |bytes: usize| -> Result<&'file [u8], BinningError> {
        let (head, tail) = rest.split_at_checked(bytes).ok_or_else(|| truncated(HEADER_BYTES))?;
        rest = tail;
        Ok(head)
    };

    if !file.starts_with(MAGIC) && !MAGIC.starts_with(file) {
        return Err(BinningError::NotBins { path: path.to_owned() });
    }
    take(MAGIC.len())?;
    match take(1)? {
        [FORMAT_VERSION] => {}
        &[found @ 0..0x80] => {
            let (path, supported) = (path.to_owned(), FORMAT_VERSION);
            return Err(BinningError::UnknownVersion { path, found, supported });
        }
        _ => return Err(damaged(path, "its version is no version")),
    }
    if take(CHECKSUM.len())? != CHECKSUM {
        return Err(damaged(path, "its header is not as written"));
    }
    let wanted = big_endian(take(4)?);
    if take(PAYLOAD.len())? != PAYLOAD {
        return Err(damaged(path, "its header is not as written"));
    }
    let length = big_endian(take(4)?) as usize;

    if rest.len() < length {
        return Err(truncated(HEADER_BYTES.saturating_add(length)));
    }
    if rest.len() > length {
        return Err(damaged(path, "there are bytes behind its end"));
    }
    match crc32fast::hash(rest) {
        found if found == wanted => Ok(rest),
        found => Err(BinningError::ChecksumMismatch { path: path.to_owned(), found, wanted }),
    }
}

fn big_endian(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0, |number, &byte| number << 8 | u32::from(byte))
}

fn damaged(path: &Path, what: &'static str) -> BinningError {
    BinningError::Damaged { path: path.to_owned(), what, source: None }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]
mod tests {
    use super::*;

    const FILES: [&[u8]; 2] = [
        include_bytes!("../tests/fixtures/2025-11.msgpack"),
        include_bytes!("../tests/fixtures/2025-12.msgpack"),
    ];

    /// The error of decoding these bytes, which must name the file.
    fn error(bytes: &[u8]) -> BinningError {
        let error = decode(bytes, Path::new("run/2025-11.msgpack")).unwrap_err();
        assert!(error.to_string().contains("run/2025-11.msgpack"), "{error}");
        error
    }

    #[test]
    fn every_truncation_is_noticed() {
        for file in FILES {
            for length in 0..file.len() {
                match error(&file[..length]) {
                    BinningError::Truncated { found, wanted, .. } => {
                        assert_eq!((found, wanted > length), (length, true));
                    }
                    other => panic!("{length}: {other}"),
                }
            }
        }
    }

    #[test]
    fn every_flipped_bit_is_noticed() {
        for file in FILES {
            for bit in 0..file.len() * 8 {
                let mut bytes = file.to_vec();
                bytes[bit / 8] ^= 1 << (bit % 8);
                let error = error(&bytes);
                if bit / 8 < MAGIC.len() {
                    assert!(matches!(error, BinningError::NotBins { .. }), "{error}");
                } else if bit / 8 >= HEADER_BYTES {
                    assert!(matches!(error, BinningError::ChecksumMismatch { .. }), "{error}");
                } // Between them: version, checksum or length; any error will do.
            }
        }
    }
}

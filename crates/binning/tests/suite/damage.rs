//! Files that are damaged, foreign or lie are refused with an error that names them.

use std::fs;
use std::path::{Path, PathBuf};

use artifacts::{ArtifactError, OnExisting};
use binning::{
    BinMetadata, BinStore, BinningError, FORMAT_VERSION, MAX_FILE_BYTES, MetadataRecord,
};
use calibration::CalibrationMethod;
use chrono::SecondsFormat;
use serde::Serialize;
use serde_json::Value;
use tempfile::TempDir;

use crate::sample;

/// Bytes before the payload, see `envelope.rs`.
const HEADER: usize = 57;
const VERSION: usize = 32;

struct Scratch {
    _folder: TempDir,
    file: PathBuf,
    intact: Vec<u8>,
}

impl Scratch {
    fn new(metadata: &BinMetadata) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let saved = BinStore::new(folder.path()).save(metadata, OnExisting::Refuse).unwrap();
        let file = saved.path().to_owned();
        let intact = fs::read(&file).unwrap();
        Self { _folder: folder, file, intact }
    }

    /// The error of loading these bytes, which must name the file.
    fn error(&self, bytes: &[u8]) -> BinningError {
        fs::write(&self.file, bytes).unwrap();
        let error = BinStore::load_file(&self.file).unwrap_err();
        assert!(error.to_string().contains(self.file.to_str().unwrap()), "{error}");
        error
    }
}

/// A file as an honest writer frames it, whatever the payload.
fn framed(payload: &[u8]) -> Vec<u8> {
    let mut file = b"\x84\xa6format\xafcalibrated-bins\xa7version\x02\xa5crc32\xce".to_vec();
    file.extend(crc32fast::hash(payload).to_be_bytes());
    file.extend(b"\xa7payload\xc6");
    file.extend(u32::try_from(payload.len()).unwrap().to_be_bytes());
    file.extend(payload);
    file
}

#[test]
fn the_frame_is_as_described() {
    let scratch = Scratch::new(&sample::metadata());
    assert!(framed(&scratch.intact[HEADER..]) == scratch.intact);
    assert_eq!(scratch.intact[VERSION], FORMAT_VERSION);
}

// That every truncation and every flipped bit is noticed is tested beside the decoder, in memory.

#[test]
fn truncated_and_changed_files_are_noticed() {
    let scratch = Scratch::new(&sample::metadata());
    let (length, half) = (scratch.intact.len(), scratch.intact.len() / 2);
    let error = scratch.error(&scratch.intact[..half]);
    assert!(
        matches!(error, BinningError::Truncated { found, wanted, .. } if (found, wanted) == (half, length)),
        "{error}"
    );
    let mut bytes = scratch.intact.clone();
    bytes[half] ^= 1;
    let error = scratch.error(&bytes);
    assert!(matches!(error, BinningError::ChecksumMismatch { .. }), "{error}");
}

#[test]
fn bytes_behind_the_end_are_noticed() {
    let scratch = Scratch::new(&sample::metadata());
    let error = scratch.error(&[&scratch.intact[..], b"\0"].concat());
    assert!(matches!(error, BinningError::Damaged { .. }), "{error}");
}

#[test]
fn other_files_are_no_bins() {
    let scratch = Scratch::new(&sample::metadata());
    for foreign in [&b"timestamp,y_pred\n"[..], b"\x93\x01\x02\x03", &[0xff; 4096]] {
        let error = scratch.error(foreign);
        assert!(matches!(error, BinningError::NotBins { .. }), "{error}");
    }
}

#[test]
fn a_later_version_is_named() {
    let scratch = Scratch::new(&sample::metadata());
    let mut bytes = scratch.intact.clone();
    bytes[VERSION] = 3;
    bytes.truncate(VERSION + 5); // whatever a later version puts here
    let error = scratch.error(&bytes);
    assert!(
        matches!(error, BinningError::UnknownVersion { found: 3, supported: 2, .. }),
        "{error}"
    );
}

#[test]
fn lengths_in_damaged_data_allocate_nothing() {
    // A map whose first key claims 4 GiB; a record whose edges claim 2^32 - 1 numbers.
    let scratch = Scratch::new(&sample::metadata());
    let mut bytes = scratch.intact.clone();
    bytes[HEADER - 4..HEADER].copy_from_slice(&[0xff; 4]);
    assert!(matches!(scratch.error(&bytes), BinningError::Truncated { .. }));

    let edges = b"\x93\xcb\x3f\xd0\0\0\0\0\0\0"; // the array of three and its first, 0.25
    let payload = &scratch.intact[HEADER..];
    let place = payload.windows(edges.len()).position(|window| window == edges).unwrap();
    let mut huge = payload[..place].to_vec();
    huge.extend(b"\xdd\xff\xff\xff\xff");
    huge.extend(&payload[place + 1..]);
    for payload in
        [&huge[..], b"\x81\xdb\xff\xff\xff\xff", b"\xdf\xff\xff\xff\xff", b"\xdd\xff\xff\xff\xff"]
    {
        let error = scratch.error(&framed(payload));
        assert!(matches!(error, BinningError::Damaged { source: Some(_), .. }), "{error}");
    }
}

#[test]
fn files_too_large_are_refused_unread() {
    let scratch = Scratch::new(&sample::metadata());
    let file = fs::File::create(&scratch.file).unwrap();
    file.set_len(1 << 40).unwrap(); // sparse: reading it would take a terabyte
    let error = BinStore::load_file(&scratch.file).unwrap_err();
    assert!(
        matches!(error, BinningError::Artifact(ArtifactError::TooLarge { bytes, limit, .. }) if bytes == 1 << 40 && limit == MAX_FILE_BYTES),
        "{error}"
    );
}

#[test]
fn what_would_not_load_is_not_saved() {
    let mut parts = sample::platt();
    parts.model_path = "m".repeat(usize::try_from(MAX_FILE_BYTES).unwrap());
    let folder = tempfile::tempdir().unwrap();
    let error = BinStore::new(folder.path())
        .save(&BinMetadata::new(parts).unwrap(), OnExisting::Refuse)
        .unwrap_err();
    assert!(matches!(error, BinningError::Artifact(ArtifactError::TooLarge { .. })), "{error}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

/// What loading a record with one change says, all causes in a row.
fn lie(change: impl FnOnce(&mut MetadataRecord)) -> String {
    let mut record = sample::metadata().to_record();
    change(&mut record);
    let error = refused(&record);
    assert!(matches!(error, BinningError::Invalid { .. }), "{error}");
    causes(&error)
}

/// What loading a record with another value at `place` says.
fn misspelt(place: &str, value: impl Into<Value>) -> String {
    let mut record = serde_json::to_value(sample::metadata().to_record()).unwrap();
    *record.pointer_mut(place).unwrap() = value.into();
    let error = refused(&record);
    assert!(matches!(error, BinningError::Damaged { source: Some(_), .. }), "{error}");
    causes(&error)
}

fn refused(record: &impl Serialize) -> BinningError {
    let scratch = Scratch::new(&sample::metadata());
    scratch.error(&framed(&rmp_serde::to_vec_named(record).unwrap()))
}

fn causes(error: &BinningError) -> String {
    let mut causes = String::new();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        causes = format!("{causes}: {error}");
        cause = error.source();
    }
    causes
}

#[test]
fn whole_files_that_cannot_be_true_are_refused() {
    for (said, wanted) in [
        (lie(|r| r.bin_edges[1] = 0.1), "edges must ascend"),
        (lie(|r| r.bin_edges[1] = f64::NAN), "must be finite"),
        (lie(|r| r.n_bins = 20), "20 where the edges make 4"),
        (lie(|r| r.calibration_method = CalibrationMethod::Isotonic), "`calibration_method`"),
        (misspelt("/bin_month", "2025-13"), "`2025-13` is not a month"),
        (lie(|r| r.bin_month = "2025-10".parse().unwrap()), "`cal_window_end`"),
        (misspelt("/created_at", "yesterday"), "invalid characters"),
        (lie(|r| r.dataset = "../../etc".into()), "cannot name a folder"),
        (lie(|r| r.run_name = String::new()), "cannot name a folder"),
        (misspelt("/label/source", "tea leaves"), "`targets` or `candles`"),
        (misspelt("/label/cutoff", "later"), "`month-start` or `none`"),
        (misspelt("/calibrator/slope", Value::Null), "platt has a slope"),
        (misspelt("/calibrator/method", "beta"), "`platt` or `isotonic`"),
        (lie(|r| r.diagnostics.base_rate = 7.0), "not within 0 to 1"),
    ] {
        assert!(said.contains(wanted), "{said}");
    }
}

#[test]
fn only_the_form_that_is_written_is_read() {
    #[derive(Serialize)]
    struct WithMore {
        #[serde(flatten)]
        record: MetadataRecord,
        remark: &'static str,
    }
    let scratch = Scratch::new(&sample::metadata());
    let record = sample::metadata().to_record();
    let payload = &scratch.intact[HEADER..];

    // The same instant in a longer text.
    let text = record.created_at.to_rfc3339_opts(SecondsFormat::AutoSi, true);
    let at = payload.windows(20).position(|window| window == text.as_bytes()).unwrap();
    let zone = [b"\xb9", &text.as_bytes()[..19], b"+00:00"].concat();
    let other_zone = [&payload[..at - 1], &zone, &payload[at + 20..]].concat();
    let more = WithMore { record: record.clone(), remark: "hello" };
    for payload in [
        [payload, b"\xc0"].concat(),
        rmp_serde::to_vec(&record).unwrap(), // an array without names
        other_zone,
        rmp_serde::to_vec_named(&more).unwrap(),
    ] {
        let error = scratch.error(&framed(&payload));
        assert!(matches!(error, BinningError::Damaged { .. }), "{error}");
    }
}

#[test]
fn a_file_in_the_wrong_place_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let store = BinStore::new(folder.path());
    let saved = store.save(&sample::metadata(), OnExisting::Refuse).unwrap();
    let wrong = sample::key("2025-10");
    fs::copy(saved.path(), store.path(&wrong)).unwrap();

    let error = store.load(&wrong).unwrap_err();
    assert!(error.to_string().contains("2025-10.msgpack"), "{error}");
    assert!(error.to_string().contains("/2025-11"), "{error}");
    match error {
        BinningError::Artifact(ArtifactError::WrongPlace { path, found, .. }) => {
            assert_eq!((path, found), (store.path(&wrong), sample::key("2025-11")));
        }
        other => panic!("{other}"),
    }
    // A path that was named outright is taken at its word.
    assert_eq!(BinStore::load_file(store.path(&wrong)).unwrap(), sample::metadata());
}

#[test]
fn what_cannot_be_read_is_named() {
    let folder = tempfile::tempdir().unwrap();
    for path in [folder.path(), Path::new("/nowhere/2025-11.msgpack")] {
        let error = BinStore::load_file(path).unwrap_err();
        assert!(
            matches!(error, BinningError::Artifact(ArtifactError::File { action: "read", .. })),
            "{error}"
        );
        assert!(error.to_string().contains(path.to_str().unwrap()), "{error}");
    }
}

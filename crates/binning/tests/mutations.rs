//! Damaged files of all kinds: no panic, no hang, no more memory than the file justifies, and always
//! an error that names the file, or metadata that are written as the very same bytes.
//!
//! A program of its own with a single test, since it measures the memory of the whole process.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

use std::collections::BTreeMap;
use std::fs;
use std::mem::take;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use artifacts::Artifact;
use binning::{BinMetadata, BinStore, BinningError};
use peak_alloc::PeakAlloc;
use tempfile::TempDir;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

const FILES: [&[u8]; 2] =
    [include_bytes!("fixtures/2025-11.msgpack"), include_bytes!("fixtures/2025-12.msgpack")];

/// Bytes before the payload.
const HEADER: usize = 57;
const MUTATIONS: u64 = 1_000_000;
/// Memory that loading may take: so much a byte of the file, and so much for paths and messages.
const TIMES: usize = 6;
const BESIDES: usize = 4096;

/// `SplitMix64`: Guy L. Steele Jr. et al., "Fast splittable pseudorandom number generators", 2014.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % limit.max(1) as u64).unwrap()
    }

    fn byte(&mut self) -> u8 {
        self.next().to_le_bytes()[0]
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }

    /// A place and a length, mostly short, within `bytes`.
    fn range(&mut self, bytes: &[u8]) -> std::ops::Range<usize> {
        let start = self.below(bytes.len());
        let longest = if self.below(4) == 0 { bytes.len() - start } else { 16 };
        start..(start + 1 + self.below(longest)).min(bytes.len())
    }
}

/// Marks of MessagePack that announce a length in the four (or two) bytes behind them.
const LENGTHS: [&[u8]; 8] = [
    b"\xdd\xff\xff\xff\xff", // list
    b"\xdf\xff\xff\xff\xff", // map
    b"\xdb\xff\xff\xff\xff", // text
    b"\xc6\xff\xff\xff\xff", // bytes
    b"\xdd\x00\xff\xff\xff",
    b"\xdc\xff\xff",
    b"\xde\xff\xff",
    b"\xda\xff\xff",
];
const FLOATS: [f64; 10] =
    [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -0.0, 0.0, 1.0, -1.0, 0.5, 1e308, 5e-324];

fn mutate(random: &mut Random, bytes: &mut Vec<u8>, other: &[u8]) {
    match random.below(10) {
        0 => {
            let place = random.below(bytes.len());
            bytes[place] ^= 1 << random.below(8);
        }
        1 => {
            let place = random.below(bytes.len());
            bytes[place] = random.byte();
        }
        2 => {
            let new: Vec<u8> = (0..=random.below(8)).map(|_| random.byte()).collect();
            let place = random.below(bytes.len());
            bytes.splice(place..place, new);
        }
        3 => {
            let range = random.range(bytes);
            bytes.drain(range);
        }
        4 => {
            let copied = bytes[random.range(bytes)].to_vec();
            let place = random.below(bytes.len());
            bytes.splice(place..place, copied);
        }
        5 => {
            let copied = other[random.range(other)].to_vec();
            let range = random.range(bytes);
            bytes.splice(range, copied);
        }
        6 => {
            let attack = random.pick(&LENGTHS);
            // Where a list, a map or a text begins, if one does thereabouts.
            let from = random.below(bytes.len());
            let marks = bytes[from..].iter().position(|byte| matches!(byte, 0x80..=0xbf | 0xd9));
            let place = from + marks.unwrap_or(0);
            bytes.splice(place..=place, attack.iter().copied());
        }
        7 => {
            // Any 64-bit float becomes another.
            let from = random.below(bytes.len());
            let place = bytes[from..].iter().position(|&byte| byte == 0xcb).map(|at| from + at + 1);
            if let Some(float) = place.and_then(|place| bytes.get_mut(place..place + 8)) {
                float.copy_from_slice(&random.pick(&FLOATS).to_be_bytes());
            }
        }
        8 => {
            // A text, list or map announces its length the long way round.
            let from = random.below(bytes.len());
            let place = bytes[from..].iter().position(|byte| matches!(byte, 0x80..=0xbf));
            if let Some(place) = place.map(|place| from + place) {
                let (mark, length) = match bytes[place] {
                    mark @ 0xa0.. => (0xda, mark & 0x1f),
                    mark @ 0x90.. => (0xdc, mark & 0x0f),
                    mark => (0xde, mark & 0x0f),
                };
                bytes.splice(place..=place, [mark, 0, length]);
            }
        }
        _ => {
            let length = random.below(bytes.len());
            bytes.truncate(length);
        }
    }
    if bytes.is_empty() {
        bytes.push(random.byte());
    }
}

/// A file as an honest writer frames it, whatever the payload.
fn framed(payload: &[u8]) -> Vec<u8> {
    let mut file = FILES[0][..HEADER].to_vec();
    let payload_length = u32::try_from(payload.len()).unwrap();
    file[40..44].copy_from_slice(&crc32fast::hash(payload).to_be_bytes());
    file[HEADER - 4..].copy_from_slice(&payload_length.to_be_bytes());
    file.extend(payload);
    file
}

const NOT_THE_FORM: &str = "Damaged: its record is not in the form this program writes";
const SAME: &str = "read, and written as the same bytes";

#[derive(Debug, Default)]
struct Tally {
    /// How often reading ended how.
    outcomes: BTreeMap<String, u64>,
    /// In bytes.
    most_memory: usize,
    longest_file: usize,
    longest: Duration,
}

impl Tally {
    fn of(&self, outcome: &str) -> u64 {
        self.outcomes.get(outcome).copied().unwrap_or_default()
    }
}

struct Judge {
    _folder: TempDir,
    file: PathBuf,
    tally: Tally,
}

impl Judge {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("2025-11.msgpack");
        Self { file, _folder: folder, tally: Tally::default() }
    }

    /// Reads bytes as the contents of a file; from the disk every now and then, which is slow.
    fn read(&mut self, what: &str, bytes: &[u8], from_disk: bool) {
        if from_disk {
            fs::write(&self.file, bytes).unwrap();
        }
        let begin = Instant::now();
        let before = MEMORY.current_usage();
        MEMORY.reset_peak_usage();
        let read = if from_disk {
            BinStore::load_file(&self.file)
        } else {
            BinMetadata::decode(bytes, &self.file)
        };
        let memory = MEMORY.peak_usage().saturating_sub(before);
        self.tally.longest = self.tally.longest.max(begin.elapsed());
        self.tally.most_memory = self.tally.most_memory.max(memory);
        let bound = TIMES * bytes.len() + BESIDES;
        assert!(memory <= bound, "{what}: {memory} bytes for a file of {}", bytes.len());
        self.tally.longest_file = self.tally.longest_file.max(bytes.len());

        let outcome = match read {
            Ok(metadata) => {
                assert!(metadata.encode(&self.file).unwrap() == bytes, "{what}: written otherwise");
                SAME.to_owned()
            }
            Err(error) => {
                assert!(error.to_string().contains(self.file.to_str().unwrap()), "{error}");
                outcome(&error)
            }
        };
        *self.tally.outcomes.entry(outcome).or_default() += 1;
    }
}

fn outcome(error: &BinningError) -> String {
    match error {
        BinningError::Damaged { source: Some(_), .. } => "Damaged: does not decode".to_owned(),
        BinningError::Damaged { what, .. } => format!("Damaged: {what}"),
        other => format!("{other:?}").split([' ', '{']).next().unwrap().to_owned(),
    }
}

const THRESHOLDS: &str = "an honest file of 100,000 thresholds";

/// Files that look honest up to the checksum and hold as many of the smallest elements as fit.
fn crafted() -> Vec<(&'static str, Vec<u8>)> {
    const MANY: usize = 1_000_000;
    let [platt, isotonic] = FILES;
    let million = |element: &[u8]| list(MANY, &element.repeat(MANY));
    let ascending = |count: usize| {
        let float = |i: usize| [b"\xcb", &(i as f64 / count as f64).to_be_bytes()[..]].concat();
        list(count, &(0..count).flat_map(float).collect::<Vec<u8>>())
    };
    let sources = (0..300_000).flat_map(|i| [b"\x92\xa6", format!("{i:06}\0").as_bytes()].concat());
    let edges = |new: &[u8]| replaced(platt, b"bin_edges", 28, new);
    let scores = |new: &[u8]| replaced(isotonic, b"\xa1x", 28, new);
    let text = |byte: u8| [b"\xdb\x00\x0f\x42\x40", &vec![byte; MANY][..]].concat();
    // `y` first: the bytes of a long `x` may look like its key.
    let thresholds = replaced(isotonic, b"\xa1y", 28, &ascending(100_000));
    vec![
        (THRESHOLDS, replaced(&thresholds, b"\xa1x", 28, &ascending(100_000))),
        ("whole numbers as scores", scores(&million(b"\x00"))),
        ("whole numbers as edges", edges(&million(b"\x00"))),
        ("nils as scores", scores(&million(b"\xc0"))),
        ("floats as edges", edges(&ascending(MANY))),
        ("lists in lists", edges(&[0x91].repeat(MANY))),
        ("maps in maps", replaced(platt, b"diagnostics", 0, &[0x81].repeat(MANY))),
        (
            "sources",
            replaced(
                platt,
                b"prediction_sources",
                49,
                &list(300_000, &sources.collect::<Vec<u8>>()),
            ),
        ),
        ("nameless sources", replaced(platt, b"prediction_sources", 49, &million(b"\x92\xa0\x00"))),
        (
            "bins",
            replaced(platt, b"\xa4bins", 0, &million(b"\x99\x01\xc0\xc0\x01\xc0\xc0\xc0\xc0\xc2")),
        ),
        ("text", replaced(platt, b"fingerprint", 66, &text(b'a'))),
        ("text that is none", replaced(platt, b"fingerprint", 66, &text(0xff))),
    ]
}

/// A list of `count` elements that are encoded already.
fn list(count: usize, elements: &[u8]) -> Vec<u8> {
    [&b"\xdd"[..], &u32::try_from(count).unwrap().to_be_bytes(), elements].concat()
}

/// `file` with the `old` bytes behind the first `key` replaced.
fn replaced(file: &[u8], key: &[u8], old: usize, new: &[u8]) -> Vec<u8> {
    let payload = &file[HEADER..];
    let at = payload.windows(key.len()).position(|window| window == key).unwrap() + key.len();
    framed(&[&payload[..at], new, &payload[at + old..]].concat())
}

/// Prints the figures of `docs/reliability.md` under `--nocapture`.
#[test]
#[allow(clippy::print_stdout, reason = "the figures are copied into the documentation")]
fn damaged_files_cost_nothing_but_an_error() {
    let mut judge = Judge::new();
    for file in FILES {
        judge.read("whole", file, true);
        for length in 0..file.len() {
            judge.read("truncated", &file[..length], false);
            let mut bytes = file.to_vec();
            bytes[length] ^= 0xff;
            judge.read("flipped", &bytes, false);
        }
    }
    assert_eq!(judge.tally.of(SAME), 2, "the whole ones");
    println!("truncated and flipped: {:#?}", take(&mut judge.tally));

    let mut random = Random(4);
    for number in 0..MUTATIONS {
        let which = random.below(2);
        let (file, other) = (FILES[which], FILES[1 - which]);
        // Three in four with the checksum put right, so that what is behind it is reached.
        let honest_frame = random.below(4) != 0;
        let from = if honest_frame { HEADER } else { 0 };
        let mut bytes = file[from..].to_vec();
        for _ in 0..=random.below(3) {
            mutate(&mut random, &mut bytes, &other[from..]);
        }
        let bytes = if honest_frame { framed(&bytes) } else { bytes };
        judge.read(&format!("mutation {number}"), &bytes, number % 5000 == 0);
    }
    for deep in [SAME, "Invalid", "Damaged: does not decode", NOT_THE_FORM, "ChecksumMismatch"] {
        assert!(judge.tally.of(deep) > 1000, "{deep} is hardly reached: {:#?}", judge.tally);
    }
    println!("mutations: {:#?}", take(&mut judge.tally));

    for (what, bytes) in crafted() {
        judge.read(what, &bytes, true);
        assert_eq!(judge.tally.of(SAME), u64::from(what == THRESHOLDS), "{what}");
        println!("{what}, {} bytes: {:#?}", bytes.len(), take(&mut judge.tally));
    }
}

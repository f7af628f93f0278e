//! What a crash leaves: after a kill, and after a power cut. The number of cases is a tenth of the long
//! campaign's, unless the variables `STREAMING_KILLS` and `STREAMING_POWER_CUTS` say otherwise.

use std::fs;
use std::path::Path;

use crate::market::{Market, Way, assert_is_batch, begin, go_on, journal_in, rows};

/// Hours enough that the journal's log is written back once on the way.
const HOURS: usize = 500;

const SECTOR: usize = 512;

/// The files of a journal at one moment.
#[derive(Clone, PartialEq)]
struct Files {
    database: Vec<u8>,
    log: Vec<u8>,
}

impl Files {
    fn of(path: &Path) -> Self {
        Self {
            database: fs::read(path).unwrap(),
            log: fs::read(path.with_extension("sqlite-wal")).unwrap_or_default(),
        }
    }

    fn write(&self, path: &Path) {
        fs::write(path, &self.database).unwrap();
        fs::write(path.with_extension("sqlite-wal"), &self.log).unwrap();
    }
}

struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % bound.max(1)
    }
}

/// How many cases a campaign has.
fn cases(variable: &str, usual: usize) -> usize {
    std::env::var(variable).map_or(usual, |text| text.parse().unwrap())
}

/// Runs a stream row by row, and at random rows calls `crash` with what the files were before the write
/// and after it; the files it gives must be a journal with every row that was acknowledged before the
/// write, and a stream over it must end as the batch does.
fn campaign(cases: usize, mut crash: impl FnMut(&Files, &Files, &mut Random) -> Files) {
    let market = Market::hours(HOURS as u64);
    let folder = tempfile::tempdir().unwrap();
    let path = journal_in(folder.path());
    let (mut journal, mut started) = begin(&path, &market, 0, &Way::default()).unwrap();
    let mut random = Random(7);
    let (mut crashed, mut written_back) = (0, 0);
    for hour in 1..=HOURS {
        let before = Files::of(&path);
        go_on(&mut journal, &mut started, &market, hour);
        let after = Files::of(&path);
        written_back += usize::from(before.database != after.database);
        // As many as are due by this hour; those that write back are few, and get some of their own.
        let extra = if before.database == after.database { 0 } else { 5 };
        while crashed < cases * hour / HOURS + extra && crashed < cases {
            crashed += 1;
            let other = tempfile::tempdir().unwrap();
            let torn = journal_in(other.path());
            crash(&before, &after, &mut random).write(&torn);
            let (mut journal, mut started) = begin(&torn, &market, 0, &Way::default()).unwrap();
            let sqlite = rusqlite::Connection::open(&torn).unwrap();
            let ask = |row: &rusqlite::Row<'_>| row.get(0);
            let found: String = sqlite.query_row("PRAGMA integrity_check(1)", [], ask).unwrap();
            assert_eq!(found, "ok");
            drop(sqlite);
            let there = rows(&torn).len();
            assert!((hour - 1..=hour).contains(&there), "{there} rows after {hour} writes");
            go_on(&mut journal, &mut started, &market, HOURS);
            assert_is_batch(&torn, &market);
        }
    }
    assert!(written_back > 0, "the log was never written back: the campaign saw half of it");
    assert_eq!(crashed, cases);
    assert_is_batch(&path, &market);
}

/// A kill leaves what was written up to some byte.
#[test]
fn a_kill_at_any_byte_of_any_write_loses_nothing_and_decides_nothing_twice() {
    let cases = cases("STREAMING_KILLS", 100);
    campaign(cases, |before, after, random| {
        let grown = after.log.len().saturating_sub(before.log.len());
        let mut files = before.clone();
        if grown > 0 && random.below(4) > 0 {
            files.log = after.log[..before.log.len() + random.below(grown + 1)].to_vec();
        } else {
            // All of it: killed between the write and the acknowledgement.
            files = after.clone();
        }
        files
    });
    eprintln!("{cases} kills: 0 rows lost, 0 decided twice, 0 different from the batch");
}

/// A power cut leaves of what was not synced some sectors, in any order.
#[test]
fn a_power_cut_keeps_every_acknowledged_decision() {
    let cases = cases("STREAMING_POWER_CUTS", 50);
    campaign(cases, |before, after, random| {
        let mut files = before.clone();
        if before.database == after.database || random.below(2) == 0 {
            files.log = torn(&before.log, &after.log, random);
        } else {
            // The log is synced before it is written back.
            files.log.clone_from(&after.log);
            files.database = torn(&before.database, &after.database, random);
        }
        files
    });
    eprintln!("{cases} power cuts: every acknowledged decision is there");
}

/// `before`, with some sectors of `after`.
fn torn(before: &[u8], after: &[u8], random: &mut Random) -> Vec<u8> {
    let mut bytes = before.to_vec();
    let odds = 1 + random.below(4);
    for start in (0..after.len()).step_by(SECTOR) {
        let sector = &after[start..after.len().min(start + SECTOR)];
        if before.get(start..start + sector.len()) == Some(sector) || random.below(odds + 1) == 0 {
            continue;
        }
        // A file that was made longer has zeros where nothing was written.
        bytes.resize(bytes.len().max(start + sector.len()), 0);
        bytes[start..start + sector.len()].copy_from_slice(sector);
    }
    bytes
}

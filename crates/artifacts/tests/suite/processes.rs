//! Several processes, and processes that are killed. The other processes are this test program,
//! started again with a role in its environment.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use artifacts::{ArtifactError, MonthFilter, MonthKey, OnExisting, StrayKind};
use strategy_core::YearMonth;
use tempfile::TempDir;

use crate::note::{self, DATASET, NoteStore, RUN_NAME};

const ROLE: &str = "ARTIFACTS_TEST_ROLE";
const ROOT: &str = "ARTIFACTS_TEST_ROOT";
const LONG: Duration = Duration::from_mins(1);
/// What exactly one process may have at a time.
const TOKEN: &str = "token";

fn start(role: &str, root: &Path) -> Child {
    Command::new(env::current_exe().unwrap())
        .args(["processes::another_process", "--exact", "--test-threads=1"])
        .env(ROLE, role)
        .env(ROOT, root)
        .stdout(Stdio::null())
        .stderr(Stdio::inherit())
        .spawn()
        .unwrap()
}

/// Not a test but what [`start`] runs; does nothing when the tests are run.
#[test]
fn another_process() {
    let Ok(role) = env::var(ROLE) else { return };
    let store = NoteStore::new(env::var(ROOT).unwrap());
    match role.as_str() {
        "hold" => {
            let _held = store.lock(DATASET, RUN_NAME, LONG).unwrap();
            sleep(LONG);
        }
        "take turns" => take_turns(&store),
        "write" => write_without_end(&store),
        other => panic!("{other}"),
    }
}

/// Takes the lock again and again, and complains if another process has it, too.
fn take_turns(store: &NoteStore) {
    let token = store.root().join(TOKEN);
    for round in 0..40 {
        let held = store.lock(DATASET, RUN_NAME, LONG).unwrap();
        assert!(held.removed().is_empty(), "nobody is killed here");
        fs::OpenOptions::new().write(true).create_new(true).open(&token).unwrap();
        if round % 8 == 0 {
            held.save(&note::note(), OnExisting::Overwrite).unwrap();
        }
        fs::remove_file(&token).unwrap();
    }
}

/// Overwrites the months of a year and, every so often, creates one that was not there.
fn write_without_end(store: &NoteStore) {
    let first: YearMonth = "2025-01".parse().unwrap();
    let held = store.lock(DATASET, RUN_NAME, LONG).unwrap();
    let mut free = i32::try_from(store.months(DATASET, RUN_NAME).unwrap().len()).unwrap();
    loop {
        for month in 0..4 {
            held.save(&month_of(first.plus_months(month)), OnExisting::Overwrite).unwrap();
        }
        if free < 40 {
            held.save(&month_of(first.plus_months(4 + free)), OnExisting::Refuse).unwrap();
            free += 1;
        }
    }
}

fn month_of(month: YearMonth) -> note::Note {
    note::note_of(DATASET, RUN_NAME, &month.to_string())
}

fn store() -> (TempDir, NoteStore) {
    let folder = tempfile::tempdir().unwrap();
    let store = NoteStore::new(folder.path());
    (folder, store)
}

/// The number of the process that holds the lock, once one does.
fn holder(store: &NoteStore) -> u32 {
    let begin = Instant::now();
    while begin.elapsed() < LONG {
        match store.lock(DATASET, RUN_NAME, Duration::ZERO) {
            Err(ArtifactError::Locked { holder: Some(holder), .. }) => return holder.pid,
            Ok(_) | Err(ArtifactError::Locked { .. }) => sleep(Duration::from_millis(1)),
            Err(error) => panic!("{error:?}"),
        }
    }
    panic!("nobody takes the lock");
}

fn kill(mut child: Child) {
    child.kill().unwrap(); // SIGKILL
    child.wait().unwrap();
}

#[test]
fn the_lock_of_a_killed_process_is_free_at_once() {
    let (_folder, store) = store();
    for _ in 0..3 {
        let child = start("hold", store.root());
        assert_eq!(holder(&store), child.id());
        kill(child);
        assert!(store.lock(DATASET, RUN_NAME, Duration::ZERO).is_ok());
    }
}

#[test]
fn of_many_processes_one_at_a_time_holds_it() {
    let (_folder, store) = store();
    let children: Vec<_> = (0..4).map(|_| start("take turns", store.root())).collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    assert_eq!(store.load(&note::key("2025-11")).unwrap(), note::note());
    assert_eq!(store.strays().unwrap(), []);
}

/// What was found after the kills.
#[derive(Debug, Default)]
struct Tally {
    kills: u32,
    /// Kills that left a temporary file: they fell between its creation and its removal.
    with_temporary: u32,
    /// Of these, those that left a whole one: they fell between writing and naming it.
    with_whole_temporary: u32,
    /// Files that did not load, summed over the kills.
    torn: usize,
    /// Files that had been there after an earlier kill and were not any more.
    lost: usize,
    /// Files there were in the end.
    files: usize,
}

/// Prints the figures of `docs/reliability.md` under `--nocapture`.
#[test]
#[allow(clippy::print_stdout, reason = "the figures are copied into the documentation")]
fn killed_at_200_moments_nothing_is_torn_or_lost() {
    const KILLS: u32 = 200;
    let (_folder, store) = store();
    let mut tally = Tally::default();
    let mut known = BTreeSet::new();
    for number in 0..KILLS {
        let child = start("write", store.root());
        assert_eq!(holder(&store), child.id());
        // 0 to 12 ms, several files; 83 has no factor in common with 200, so all steps come.
        sleep(Duration::from_micros(u64::from(number * 83 % KILLS) * 60));
        kill(child);
        look(&store, &mut known, &mut tally);

        let held = store.lock(DATASET, RUN_NAME, Duration::ZERO).unwrap();
        assert!(held.removed().len() <= 1, "{:?}", held.removed());
        assert_eq!(store.strays().unwrap(), []);
    }
    tally.files = known.len();
    println!("{tally:#?}");
    assert_eq!((tally.torn, tally.lost), (0, 0));
    assert!(tally.with_temporary > 0 && tally.with_whole_temporary > 0, "{tally:?}");

    // The next run completes the rest.
    let held = store.lock(DATASET, RUN_NAME, Duration::ZERO).unwrap();
    let first: YearMonth = "2025-01".parse().unwrap();
    for month in 0..120 {
        held.save(&month_of(first.plus_months(month)), OnExisting::Skip).unwrap();
    }
    let whole = store.verify(&MonthFilter::default()).unwrap().filter(|file| file.result.is_ok());
    assert_eq!(whole.count(), 120);
}

fn look(store: &NoteStore, known: &mut BTreeSet<MonthKey>, tally: &mut Tally) {
    tally.kills += 1;
    let mut there = BTreeSet::new();
    for file in store.verify(&MonthFilter::default()).unwrap() {
        tally.torn += usize::from(file.result.is_err());
        there.extend(file.key);
    }
    tally.lost += known.difference(&there).count();
    known.extend(there);

    let left = store.strays().unwrap();
    assert!(left.iter().all(|stray| stray.kind == StrayKind::Temporary), "{left:?}");
    tally.with_temporary += u32::from(!left.is_empty());
    let whole = left.iter().any(|stray| NoteStore::load_file(&stray.path).is_ok());
    tally.with_whole_temporary += u32::from(whole);
}

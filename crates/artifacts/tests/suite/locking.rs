//! One writer at a time, and who it is.

use std::fs;
use std::process;
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use artifacts::{ArtifactError, MonthFilter, OnExisting, RunLock, Saved};
use tempfile::TempDir;

use crate::note::{self, DATASET, Note, NoteError, NoteStore, RUN_NAME};

const AT_ONCE: Duration = Duration::ZERO;
const LONG: Duration = Duration::from_mins(1);

fn store() -> (TempDir, NoteStore) {
    let folder = tempfile::tempdir().unwrap();
    let store = NoteStore::new(folder.path().join("bins"));
    (folder, store)
}

fn lock(store: &NoteStore, wait: Duration) -> Result<RunLock<Note>, ArtifactError> {
    store.lock(DATASET, RUN_NAME, wait)
}

#[test]
fn who_holds_the_lock_is_named() {
    let (_folder, store) = store();
    let _held = lock(&store, AT_ONCE).unwrap();

    let wait = Duration::from_millis(60);
    let begin = Instant::now();
    let error = lock(&store, wait).unwrap_err();
    assert!(begin.elapsed() >= wait);
    for part in [&process::id().to_string(), RUN_NAME, "--lock-timeout", "since 20"] {
        assert!(error.to_string().contains(part), "{error}");
    }
    let ArtifactError::Locked { folder, holder: Some(holder) } = error else {
        panic!("{error:?}");
    };
    assert_eq!(folder, store.root().join(DATASET).join(RUN_NAME));
    assert_eq!(holder.pid, process::id());
    assert!(holder.program.unwrap().starts_with("suite"));

    // Whatever is written into the file, it is the lock that counts.
    fs::write(folder.join(".lock"), "pid 1\nsin").unwrap();
    let error = lock(&store, AT_ONCE).unwrap_err();
    assert!(matches!(error, ArtifactError::Locked { holder: None, .. }), "{error}");
    assert!(error.to_string().contains("another process"), "{error}");
}

#[test]
fn a_released_lock_is_free_and_leaves_nothing() {
    let (_folder, store) = store();
    for _ in 0..3 {
        let held = lock(&store, AT_ONCE).unwrap();
        let file = store.root().join(DATASET).join(RUN_NAME).join(".lock");
        assert!(file.is_file());
        drop(held);
        assert_eq!(file.exists(), cfg!(not(unix)));
    }
    // What a killed process leaves is locked by nobody.
    let file = store.root().join(DATASET).join(RUN_NAME).join(".lock");
    fs::write(&file, "pid 1\nsince 2025-11-01T00:00:00Z\n".repeat(1000)).unwrap();
    let _held = lock(&store, AT_ONCE).unwrap();
    assert!(fs::metadata(file).unwrap().len() < 1000, "the old text is gone");
}

#[test]
fn other_runs_are_free() {
    let (_folder, store) = store();
    let _held = lock(&store, AT_ONCE).unwrap();
    assert!(store.lock(DATASET, "other", AT_ONCE).is_ok());
    assert!(store.lock("other", RUN_NAME, AT_ONCE).is_ok());
    for (dataset, run_name) in [("..", "run"), ("dataset", "")] {
        let error = store.lock(dataset, run_name, AT_ONCE).unwrap_err();
        assert!(matches!(error, ArtifactError::UnsafeName { .. }), "{error}");
    }
}

#[test]
fn reading_needs_no_lock() {
    let (_folder, store) = store();
    let written = note::note();
    let held = lock(&store, AT_ONCE).unwrap();
    held.save(&written, OnExisting::Refuse).unwrap();
    assert_eq!(store.load(&written.key).unwrap(), written);
    assert_eq!(store.list(&MonthFilter::default()).unwrap(), std::slice::from_ref(&written.key));
    assert_eq!(store.verify(&MonthFilter::default()).unwrap().count(), 1);
    assert_eq!(store.strays().unwrap(), []);
    // Nor does finding that there is nothing to do.
    let saved = store.save(&written, OnExisting::Skip).unwrap();
    assert!(matches!(saved, Saved::Skipped(_)));
    assert!(matches!(
        store.save(&written, OnExisting::Refuse),
        Err(NoteError::Artifact(ArtifactError::Exists { .. }))
    ));
}

#[test]
fn a_lock_is_for_its_run_alone() {
    let (_folder, store) = store();
    let held = lock(&store, AT_ONCE).unwrap();
    let foreign = note::note_of(DATASET, "other", "2025-11");
    let error = held.save(&foreign, OnExisting::Overwrite).unwrap_err();
    assert!(error.to_string().contains("other/2025-11"), "{error}");
    assert!(matches!(error, NoteError::Artifact(ArtifactError::NotLocked { .. })), "{error}");
    assert!(!store.exists(&foreign.key));
}

#[test]
fn leftovers_go_and_only_those() {
    let (_folder, store) = store();
    let folder = store.root().join(DATASET).join(RUN_NAME);
    fs::create_dir_all(folder.join(".2025-09.msgpack.7-7.tmp")).unwrap();
    let ours = [".2025-10.msgpack.99-0.tmp", ".2025-11.msgpack.99-12.tmp"];
    let foreign = [".2025-10.msgpack.tmp", ".gitignore", "2025-10.msgpack.99-0.tmp", "x.tmp"];
    for name in ours.iter().chain(&foreign) {
        fs::write(folder.join(name), "left").unwrap();
    }
    let held = lock(&store, AT_ONCE).unwrap();
    assert_eq!(held.removed(), ours.map(|name| folder.join(name)));
    for name in ours {
        assert!(!folder.join(name).exists(), "{name}");
    }
    for name in foreign {
        assert!(folder.join(name).exists(), "{name}");
    }
    assert!(folder.join(".2025-09.msgpack.7-7.tmp").is_dir());
}

#[test]
fn something_else_of_the_locks_name_is_an_error() {
    let (_folder, store) = store();
    let path = store.root().join(DATASET).join(RUN_NAME).join(".lock");
    fs::create_dir_all(&path).unwrap();
    let error = lock(&store, LONG).unwrap_err();
    assert!(error.to_string().contains(path.to_str().unwrap()), "{error}");
    assert!(matches!(error, ArtifactError::File { action: "lock", .. }), "{error}");
}

#[test]
fn of_many_threads_one_at_a_time_holds_it() {
    const THREADS: usize = 8;
    const ROUNDS: usize = 25;
    let (_folder, store) = store();
    let (start, taken) = (Barrier::new(THREADS), AtomicBool::new(false));
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                start.wait();
                for _ in 0..ROUNDS {
                    let _held = lock(&store, LONG).unwrap();
                    assert!(!taken.swap(true, Ordering::SeqCst), "two at once");
                    thread::yield_now();
                    taken.store(false, Ordering::SeqCst);
                }
            });
        }
    });
}

#[test]
fn several_threads_save_under_one_lock() {
    let (_folder, store) = store();
    let held = lock(&store, AT_ONCE).unwrap();
    let months = ["2025-01", "2025-02", "2025-03", "2025-04"];
    let written: usize = thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|thread| {
                let held = &held;
                scope.spawn(move || {
                    let mine = months.iter().cycle().skip(thread).take(months.len());
                    mine.filter(|month| {
                        let written = note::note_of(DATASET, RUN_NAME, month);
                        let saved = held.save(&written, OnExisting::Skip).unwrap();
                        matches!(saved, Saved::Written(_))
                    })
                    .count()
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    assert_eq!(written, months.len(), "each month once");
    assert!(store.verify(&MonthFilter::default()).unwrap().all(|file| file.result.is_ok()));
    assert_eq!(store.strays().unwrap(), []);
}

//! Saving, loading and listing.

use std::fs;
use std::path::Path;
use std::sync::Barrier;
use std::thread;

use artifacts::{ArtifactError, MonthFilter, MonthKey, OnExisting, Saved};
use tempfile::TempDir;

use crate::note::{self, Note, NoteError, NoteStore};

fn store() -> (TempDir, NoteStore) {
    let folder = tempfile::tempdir().unwrap();
    let store = NoteStore::new(folder.path().join("not/there/yet"));
    (folder, store)
}

/// The sample as made by another run of the program.
fn later() -> Note {
    let mut note = note::note();
    note.text.push_str("later");
    note
}

fn names_in(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn what_is_saved_is_loaded_and_always_the_same_bytes() {
    let (_folder, store) = store();
    let written = note::note();
    let path = store.path(&written.key);
    assert!(path.ends_with(format!("{}/{}/2025-11.msgpack", note::DATASET, note::RUN_NAME)));
    assert!(!store.exists(&written.key));

    let saved = store.save(&written, OnExisting::Refuse).unwrap();
    assert_eq!(saved, Saved::Written(path.clone()));
    assert!(store.exists(&written.key));
    assert_eq!(store.load(&written.key).unwrap(), written);

    let bytes = fs::read(&path).unwrap();
    store.save(&store.load(&written.key).unwrap(), OnExisting::Overwrite).unwrap();
    assert_eq!(fs::read(&path).unwrap(), bytes);
    assert_eq!(names_in(path.parent().unwrap()), ["2025-11.msgpack"], "nothing is left behind");
}

#[test]
fn existing_files_are_refused_skipped_or_replaced() {
    let (_folder, store) = store();
    let first = note::note();
    let path = store.path(&first.key);
    store.save(&first, OnExisting::Skip).unwrap();

    let error = store.save(&later(), OnExisting::Refuse).unwrap_err();
    for part in ["2025-11.msgpack", "--overwrite", "--skip-existing"] {
        assert!(error.to_string().contains(part), "{error}");
    }
    assert!(
        matches!(error, NoteError::Artifact(ArtifactError::Exists { path: found }) if found == path)
    );
    assert_eq!(store.save(&later(), OnExisting::Skip).unwrap(), Saved::Skipped(path.clone()));
    assert_eq!(store.load(&first.key).unwrap(), first);

    assert_eq!(store.save(&later(), OnExisting::Overwrite).unwrap(), Saved::Written(path));
    assert_eq!(store.load(&first.key).unwrap(), later());
}

#[test]
fn of_many_writers_at_once_one_writes_and_none_overwrites() {
    const WRITERS: usize = 8;
    for on_existing in [OnExisting::Refuse, OnExisting::Skip] {
        let (_folder, store) = store();
        let start = Barrier::new(WRITERS);
        let outcomes: Vec<Option<Note>> = thread::scope(|scope| {
            let threads: Vec<_> = (0..WRITERS)
                .map(|writer| {
                    let (start, store) = (&start, &store);
                    let mut written = note::note();
                    written.text = format!("writer {writer}");
                    scope.spawn(move || {
                        start.wait();
                        match store.save(&written, on_existing) {
                            Ok(Saved::Written(_)) => Some(written),
                            Ok(Saved::Skipped(_)) if on_existing == OnExisting::Skip => None,
                            Err(NoteError::Artifact(ArtifactError::Exists { .. }))
                                if on_existing == OnExisting::Refuse =>
                            {
                                None
                            }
                            other => panic!("{other:?}"),
                        }
                    })
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        let winners: Vec<Note> = outcomes.into_iter().flatten().collect();
        let key = note::key("2025-11");
        assert_eq!(winners, [store.load(&key).unwrap()]);
        assert_eq!(names_in(store.path(&key).parent().unwrap()), ["2025-11.msgpack"]);
    }
}

#[test]
fn a_reader_never_sees_half_a_file() {
    let (_folder, store) = store();
    let (one, two) = (note::note(), later());
    store.save(&one, OnExisting::Refuse).unwrap();
    thread::scope(|scope| {
        let writer = scope.spawn(|| {
            for _ in 0..50 {
                store.save(&two, OnExisting::Overwrite).unwrap();
                store.save(&one, OnExisting::Overwrite).unwrap();
            }
        });
        while !writer.is_finished() {
            let seen = store.load(&one.key).unwrap();
            assert!(seen == one || seen == two);
        }
    });
}

#[test]
fn a_missing_month_lists_those_there_are() {
    let (_folder, store) = store();
    let key = note::key("2026-02");
    let error = store.load(&key).unwrap_err();
    assert!(
        matches!(&error, NoteError::Artifact(ArtifactError::NotFound { available, .. }) if available.is_empty())
    );

    for month in ["2025-12", "2025-10", "2025-11"] {
        let written = note::note_of(note::DATASET, note::RUN_NAME, month);
        store.save(&written, OnExisting::Refuse).unwrap();
    }
    let error = store.load(&key).unwrap_err();
    for part in ["2026-02", "2026-02.msgpack", "2025-10 to 2025-12"] {
        assert!(error.to_string().contains(part), "{error}");
    }
    assert!(
        matches!(error, NoteError::Artifact(ArtifactError::NotFound { month, .. }) if month == key.month())
    );
}

#[test]
fn lists_by_dataset_run_and_month_and_passes_over_the_rest() {
    let (_folder, store) = store();
    let all = MonthFilter::default();
    assert_eq!(store.list(&all).unwrap(), [], "no folder, no files");

    let mut keys = Vec::new();
    for (dataset, run_name, month) in [
        ("eth", "b_run", "2025-01"),
        ("btc", "run", "2025-02"),
        ("btc", "run", "2024-12"),
        ("btc", "other", "2025-02"),
        ("eth", "a_run", "2025-01"),
    ] {
        let written = note::note_of(dataset, run_name, month);
        store.save(&written, OnExisting::Refuse).unwrap();
        keys.push(written.key.clone());
    }
    keys.sort();

    let run = store.root().join("btc/run");
    for foreign in [
        "notes.txt",
        "2025-03.msgpack.bak",
        "2025-13.msgpack",
        ".2025-03.msgpack.77-0.tmp",
        "2025-04msgpack",
        "2025-04.json",
    ] {
        fs::write(run.join(foreign), "foreign").unwrap();
    }
    fs::write(store.root().join("2025-03.msgpack"), "foreign").unwrap();
    fs::create_dir_all(run.join("2025-05.msgpack")).unwrap();
    fs::create_dir_all(store.root().join(".hidden/run")).unwrap();
    fs::write(store.root().join(".hidden/run/2025-03.msgpack"), "foreign").unwrap();

    assert_eq!(store.list(&all).unwrap(), keys);
    let listed = |filter: MonthFilter| -> Vec<String> {
        store.list(&filter).unwrap().iter().map(MonthKey::to_string).collect()
    };
    assert_eq!(
        listed(MonthFilter { dataset: Some("btc".into()), ..MonthFilter::default() }),
        ["btc/other/2025-02", "btc/run/2024-12", "btc/run/2025-02"]
    );
    assert_eq!(
        listed(MonthFilter { run_name: Some("run".into()), ..MonthFilter::default() }),
        ["btc/run/2024-12", "btc/run/2025-02"]
    );
    let (from, to) = ("2025-01".parse().ok(), "2025-01".parse().ok());
    assert_eq!(
        listed(MonthFilter { from, to, ..MonthFilter::default() }),
        ["eth/a_run/2025-01", "eth/b_run/2025-01"]
    );
    assert!(
        listed(MonthFilter { dataset: Some("..".into()), ..MonthFilter::default() }).is_empty()
    );

    let months: Vec<String> =
        store.months("btc", "run").unwrap().iter().map(ToString::to_string).collect();
    assert_eq!(months, ["2024-12", "2025-02"]);
    assert!(store.months("btc", "unheard of").unwrap().is_empty());
    assert!(matches!(store.months("..", "run"), Err(ArtifactError::UnsafeName { .. })));
}

#[test]
fn names_that_are_no_folder_are_refused() {
    let month = "2025-11".parse().unwrap();
    for bad in ["", ".", "..", ".hidden", "a/b", "a\\b", "/", "a\0b", "a\nb", "../up"] {
        let error = MonthKey::new(bad, "run", month).unwrap_err();
        assert!(matches!(error, ArtifactError::UnsafeName { what: "dataset", .. }), "{bad:?}");
        let error = MonthKey::new("dataset", bad, month).unwrap_err();
        assert!(matches!(error, ArtifactError::UnsafeName { what: "run name", .. }), "{bad:?}");
    }
    assert!(MonthKey::new("binance_btcusdt_perp_1h", "u0.04_d0.02 β", month).is_ok());
}

#[test]
fn a_folder_that_cannot_be_written_is_named_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "in the way").unwrap();

    let error = NoteStore::new(&file).save(&note::note(), OnExisting::Refuse).unwrap_err();
    assert!(error.to_string().contains(file.to_str().unwrap()), "{error}");
    assert!(std::error::Error::source(&error).is_some());
    assert!(
        matches!(error, NoteError::Artifact(ArtifactError::Folder { action: "create", .. })),
        "{error}"
    );

    let error = NoteStore::new(&file).list(&MonthFilter::default()).unwrap_err();
    assert!(matches!(error, ArtifactError::Folder { action: "list", .. }), "{error}");
}

#[test]
fn a_failed_write_leaves_nothing_behind() {
    // A folder in the file's place: neither a link nor a rename can take its name.
    for on_existing in [OnExisting::Overwrite, OnExisting::Refuse] {
        let (_folder, store) = store();
        let path = store.path(&note::key("2025-11"));
        fs::create_dir_all(path.join("full")).unwrap();
        let error = store.save(&note::note(), on_existing).unwrap_err();
        assert!(error.to_string().contains(path.to_str().unwrap()), "{error}");
        assert_eq!(names_in(path.parent().unwrap()), ["2025-11.msgpack"]);
    }
}

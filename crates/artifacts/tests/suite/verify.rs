//! Reading everything there is, and what is there besides.

use std::fs;

use artifacts::{ArtifactError, MonthFilter, OnExisting, StrayKind};
use tempfile::TempDir;

use crate::note::{self, NoteError, NoteStore};

/// Three months of `btc/run` and one of `eth/run`.
fn store() -> (TempDir, NoteStore) {
    let folder = tempfile::tempdir().unwrap();
    let store = NoteStore::new(folder.path());
    for (dataset, month) in
        [("btc", "2025-01"), ("btc", "2025-02"), ("btc", "2025-03"), ("eth", "2025-01")]
    {
        store.save(&note::note_of(dataset, "run", month), OnExisting::Refuse).unwrap();
    }
    (folder, store)
}

/// What `verify` finds, one line a file: the path below the root and the error's variant.
fn found(store: &NoteStore, filter: &MonthFilter) -> Vec<String> {
    let verified = store.verify(filter).unwrap();
    verified
        .map(|file| {
            let path = file.path.strip_prefix(store.root()).unwrap().display().to_string();
            let Err(error) = file.result else { return format!("{path}: whole") };
            assert!(error.to_string().contains(file.path.to_str().unwrap()), "{error}");
            let variant = format!("{error:?}").replace("Artifact(", "");
            format!("{path}: {}", variant.split([' ', '(']).next().unwrap())
        })
        .collect()
}

#[test]
fn every_file_is_judged_by_itself() {
    let (_folder, store) = store();
    let path = |name: &str| store.root().join("btc/run").join(name);
    let bytes = fs::read(path("2025-01.msgpack")).unwrap();
    fs::write(path("2025-01.msgpack"), &bytes[..100]).unwrap();
    fs::copy(path("2025-03.msgpack"), path("2025-02.msgpack")).unwrap();
    fs::write(path("2025-04.msgpack"), "").unwrap();

    let all = MonthFilter::default();
    assert_eq!(
        found(&store, &all),
        [
            "btc/run/2025-01.msgpack: Truncated",
            "btc/run/2025-02.msgpack: WrongPlace",
            "btc/run/2025-03.msgpack: whole",
            "btc/run/2025-04.msgpack: Truncated",
            "eth/run/2025-01.msgpack: whole",
        ]
    );
    let keys = store.verify(&all).unwrap().map(|file| file.key.unwrap());
    assert!(keys.eq(store.list(&all).unwrap()));
    let eth = MonthFilter { dataset: Some("eth".into()), ..MonthFilter::default() };
    assert_eq!(found(&store, &eth), ["eth/run/2025-01.msgpack: whole"]);
    assert_eq!(found(&NoteStore::new(store.root().join("nowhere")), &all), [""; 0]);
}

#[test]
fn files_are_read_when_the_iterator_comes_to_them() {
    let (_folder, store) = store();
    let mut verified = store.verify(&MonthFilter::default()).unwrap();
    verified.next().unwrap().result.unwrap();
    fs::remove_file(store.root().join("btc/run/2025-02.msgpack")).unwrap();
    let error = verified.next().unwrap().result.unwrap_err();
    assert!(matches!(error, NoteError::Artifact(ArtifactError::NotFound { .. })), "{error}");
}

#[test]
fn bins_in_odd_places_are_found_and_named() {
    let (_folder, store) = store();
    let whole = store.root().join("btc/run/2025-01.msgpack");
    for copy in ["2025-01.msgpack", "btc/run/2025-01 (copy).msgpack"] {
        fs::copy(&whole, store.root().join(copy)).unwrap();
    }
    fs::write(store.root().join("btc/x.msgpack"), "something else entirely, of some length")
        .unwrap();
    let all = found(&store, &MonthFilter::default());
    assert_eq!(
        all[4..],
        [
            "2025-01.msgpack: WrongPlace",
            "btc/run/2025-01 (copy).msgpack: WrongPlace",
            "btc/x.msgpack: NoNote",
        ]
    );
    let misplaced = store.verify(&MonthFilter::default()).unwrap().skip(4);
    assert!(misplaced.into_iter().all(|file| file.key.is_none()));
    let eth = MonthFilter { dataset: Some("eth".into()), ..MonthFilter::default() };
    assert_eq!(found(&store, &eth).len(), 1, "a filter is about places");
}

#[test]
fn what_is_no_bins_is_told_by_kind() {
    let (_folder, store) = store();
    assert_eq!(store.strays().unwrap(), []);
    for folder in ["btc/run/old", "btc/run/2025-09.msgpack", "btc/a\u{7}b", ".git/run"] {
        fs::create_dir_all(store.root().join(folder)).unwrap();
    }
    for file in [
        "notes.txt",
        "2025-01.msgpack",
        "btc/notes.txt",
        "btc/run/2025-13.msgpack",
        "btc/run/2025-01.json",
        "btc/run/.2025-01.msgpack.12-3.tmp",
        "btc/run/.gitignore",
        "btc/run/.lock",
        ".gitattributes",
    ] {
        fs::write(store.root().join(file), "x").unwrap();
    }
    let strays = store.strays().unwrap();
    let told: Vec<_> = strays
        .iter()
        .map(|stray| (stray.path.strip_prefix(store.root()).unwrap().to_str().unwrap(), stray.kind))
        .collect();
    assert_eq!(
        told,
        [
            ("2025-01.msgpack", StrayKind::Misplaced),
            ("btc/a\u{7}b", StrayKind::Folder),
            ("btc/notes.txt", StrayKind::File),
            ("btc/run/.2025-01.msgpack.12-3.tmp", StrayKind::Temporary),
            ("btc/run/2025-01.json", StrayKind::File),
            ("btc/run/2025-09.msgpack", StrayKind::Folder),
            ("btc/run/2025-13.msgpack", StrayKind::Misplaced),
            ("btc/run/old", StrayKind::Folder),
            ("notes.txt", StrayKind::File),
        ]
    );
    let error = NoteStore::new(store.root().join("notes.txt")).strays().unwrap_err();
    assert!(matches!(error, ArtifactError::Folder { action: "list", .. }), "{error}");
}

#[cfg(unix)]
#[test]
fn a_link_to_nothing_is_not_a_missing_month() {
    let (_folder, store) = store();
    let written = note::note_of("btc", "run", "2025-04");
    let path = store.path(&written.key);
    std::os::unix::fs::symlink("/nowhere/2025-04.msgpack", &path).unwrap();

    assert!(store.exists(&written.key));
    assert!(store.list(&MonthFilter::default()).unwrap().contains(&written.key));
    let error = store.load(&written.key).unwrap_err();
    assert!(error.to_string().contains(path.to_str().unwrap()), "{error}");
    assert!(
        matches!(error, NoteError::Artifact(ArtifactError::File { action: "read", .. })),
        "{error}"
    );
    assert!(matches!(
        store.save(&written, OnExisting::Refuse),
        Err(NoteError::Artifact(ArtifactError::Exists { .. }))
    ));

    // Overwriting replaces the link, never what it points to.
    let elsewhere = store.root().join("elsewhere");
    let other = note::note_of("btc", "other", "2025-04");
    store.save(&other, OnExisting::Refuse).unwrap();
    let kept = fs::read(store.path(&other.key)).unwrap();
    fs::write(&elsewhere, &kept).unwrap();
    fs::remove_file(&path).unwrap();
    std::os::unix::fs::symlink(&elsewhere, &path).unwrap();
    store.save(&written, OnExisting::Overwrite).unwrap();
    assert_eq!(store.load(&written.key).unwrap(), written);
    assert_eq!(fs::read(&elsewhere).unwrap(), kept);
}

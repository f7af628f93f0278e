//! All that lies in a folder, to see what a command changed.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

/// What a file holds and when it was written; nothing of a folder.
pub(crate) type Entry = Option<(Vec<u8>, SystemTime)>;

/// Everything below `folder`, hidden files too.
pub(crate) fn tree(folder: &Path) -> BTreeMap<PathBuf, Entry> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            // What is hidden may vanish while somebody writes.
            let Ok(metadata) = path.symlink_metadata() else { continue };
            if metadata.is_dir() {
                folders.push(path.clone());
                found.insert(path, None);
            } else if let (Ok(bytes), Ok(written)) = (fs::read(&path), metadata.modified()) {
                found.insert(path, Some((bytes, written)));
            }
        }
    }
    found
}

/// The files among them; folders that are empty do not count.
pub(crate) fn files(folder: &Path) -> BTreeMap<PathBuf, Entry> {
    tree(folder).into_iter().filter(|(_, entry)| entry.is_some()).collect()
}

/// The files of bins below `folder`, and what they hold.
pub(crate) fn bins(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let is_bins = |path: &Path| path.extension().is_some_and(|ending| ending == "msgpack");
    tree(folder)
        .into_iter()
        .filter(|(path, _)| is_bins(path))
        .filter_map(|(path, entry)| Some((path, entry?.0)))
        .collect()
}

/// The hidden files below `folder`: temporary ones and locks.
pub(crate) fn hidden(folder: &Path) -> Vec<PathBuf> {
    let is_hidden = |path: &PathBuf| {
        path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'))
    };
    tree(folder).into_keys().filter(is_hidden).collect()
}

/// Waits until `condition` holds; says so if it did in time.
pub(crate) fn wait_until(limit: Duration, mut condition: impl FnMut() -> bool) -> bool {
    let begin = Instant::now();
    loop {
        if condition() {
            return true;
        }
        if begin.elapsed() > limit {
            return false;
        }
        std::thread::yield_now();
    }
}

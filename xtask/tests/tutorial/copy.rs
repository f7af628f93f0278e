//! A copy of the workspace's sources, kept from run to run.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::path::Path;

/// Holds other runs off the copy, as long as it lives.
pub(crate) fn locked(copy: &Path) -> File {
    let lock = File::create(copy.with_extension("lock")).unwrap();
    lock.lock().unwrap();
    lock
}

/// Makes `copy` the sources at `root` again. A file that is the same stays untouched, so that cargo does
/// not take it for a changed one. What the copy's commands made (`data`, `target`) stays.
pub(crate) fn refresh(root: &Path, copy: &Path) {
    mirror(root, copy, &|name| {
        [".git", "data", "target"].iter().all(|kept| name != OsStr::new(kept))
    });
}

/// Mirrors the entries of `from` that `wanted` says, and all below them; removes such entries of `to`
/// that `from` lacks.
fn mirror(from: &Path, to: &Path, wanted: &dyn Fn(&OsStr) -> bool) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(to).unwrap().map(Result::unwrap) {
        if wanted(&entry.file_name()) && !from.join(entry.file_name()).exists() {
            let path = entry.path();
            if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) }.unwrap();
        }
    }
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        if !wanted(&entry.file_name()) {
            continue;
        }
        let (source, copy) = (entry.path(), to.join(entry.file_name()));
        if source.is_dir() {
            mirror(&source, &copy, &|_| true);
        } else if let Ok(bytes) = fs::read(&source) {
            // Somebody may be working on the sources: a file that has just gone is no fault.
            let bytes = apart(bytes);
            if fs::read(&copy).ok().as_ref() != Some(&bytes) {
                fs::write(copy, bytes).unwrap();
            }
        }
    }
}

/// Gives the copy's packages a version of their own. Cargo tells packages apart by name, version and
/// their place in the workspace: with the same version, what is compiled for the copy would count as
/// compiled for the workspace, also after an edit that the copy does not have.
fn apart(bytes: Vec<u8>) -> Vec<u8> {
    const WORKSPACE: &str = "[workspace.package]\nversion = \"";
    let text = match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => return error.into_bytes(),
    };
    let Some(begin) = text.find(WORKSPACE) else { return text.into_bytes() };
    let (before, rest) = text.split_at(begin + WORKSPACE.len());
    rest.split_once('"').map_or_else(
        || text.clone().into_bytes(),
        |(version, rest)| format!("{before}{version}-tutorial\"{rest}").into_bytes(),
    )
}

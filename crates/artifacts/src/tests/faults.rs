//! Every request to the file system fails once, in every way, and nothing is lost.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

use std::collections::BTreeMap;
use std::error::Error;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tempfile::TempDir;

use crate::file_system::{Disk, FileSystem};
use crate::lock::LockedFolder;
use crate::write::Published;
use crate::{ArtifactError, Result};

/// What a request answers instead of being carried out.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Fault {
    /// This one fails with an error number of Unix.
    Once(i32),
    /// This one and all after it: the disk stays full, the permission stays lost.
    Lasting(i32),
    /// The process is killed in the middle of it: it and all after it do nothing, clean-up included.
    Kill,
}

const IO: i32 = 5;
const NO_PERMISSION: i32 = 13;
const DISK_FULL: i32 = 28;
const READ_ONLY: i32 = 30;
const NUMBERS: [i32; 4] = [IO, NO_PERMISSION, DISK_FULL, READ_ONLY];

/// The machine's file system, with a fault in the request number `at`, from 0.
#[derive(Debug)]
struct Faulty {
    at: usize,
    fault: Fault,
    requests: AtomicUsize,
}

impl Faulty {
    fn new(at: usize, fault: Fault) -> Self {
        Self { at, fault, requests: AtomicUsize::new(0) }
    }

    fn none() -> Self {
        Self::new(usize::MAX, Fault::Kill)
    }

    fn request(&self) -> io::Result<()> {
        let number = self.requests.fetch_add(1, Ordering::Relaxed);
        match self.fault {
            Fault::Once(error) if number == self.at => Err(io::Error::from_raw_os_error(error)),
            Fault::Lasting(error) if number >= self.at => Err(io::Error::from_raw_os_error(error)),
            Fault::Kill if number >= self.at => Err(io::Error::other("killed")),
            _ => Ok(()),
        }
    }

    fn count(&self) -> usize {
        self.requests.load(Ordering::Relaxed)
    }
}

impl FileSystem for &Faulty {
    fn create_folder(&self, path: &Path) -> io::Result<()> {
        self.request()?;
        Disk.create_folder(path)
    }

    /// Flushes nothing: no power fails here, and it would take most of the time.
    fn flush_folder(&self, _path: &Path) -> io::Result<()> {
        self.request()
    }

    fn create_file(&self, path: &Path) -> io::Result<File> {
        self.request()?;
        Disk.create_file(path)
    }

    /// What fails has written half.
    fn write(&self, file: &File, bytes: &[u8]) -> io::Result<()> {
        let first_to_fail = self.count() == self.at;
        self.request().inspect_err(|_| {
            if first_to_fail {
                Disk.write(file, &bytes[..bytes.len() / 2]).unwrap();
            }
        })?;
        Disk.write(file, bytes)
    }

    fn flush_file(&self, _file: &File) -> io::Result<()> {
        self.request()
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.request()?;
        Disk.rename(from, to)
    }

    fn hard_link(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.request()?;
        Disk.hard_link(from, to)
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        self.request()?;
        Disk.remove_file(path)
    }

    fn open_lock(&self, path: &Path) -> io::Result<File> {
        self.request()?;
        Disk.open_lock(path)
    }

    fn try_lock(&self, file: &File) -> Result<(), TryLockError> {
        self.request().map_err(TryLockError::Error)?;
        Disk.try_lock(file)
    }
}

const NAME: &str = "2025-11.msgpack";
const OLD: &[u8] = b"the old file";
const NEW: &[u8] = b"the new file, which is longer";

/// What is there before.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Before {
    /// Not even the folder.
    Nothing,
    /// Another month, and what a killed writer left behind.
    OtherMonth,
    /// The month itself too.
    SameMonth,
}

struct Scene {
    _root: TempDir,
    folder: PathBuf,
    /// Files that must not change, by name.
    others: BTreeMap<String, Vec<u8>>,
    old: Option<&'static [u8]>,
}

impl Scene {
    fn new(before: Before) -> Self {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("dataset/run");
        let mut others = BTreeMap::new();
        if before != Before::Nothing {
            fs::create_dir_all(&folder).unwrap();
            fs::write(folder.join(".2025-11.msgpack.1-0.tmp"), "left behind").unwrap();
            for name in ["2025-10.msgpack", ".notes.tmp", "notes.txt"] {
                others.insert(name.to_owned(), b"somebody's".to_vec());
                fs::write(folder.join(name), "somebody's").unwrap();
            }
        }
        let old = (before == Before::SameMonth).then_some(OLD);
        if let Some(old) = old {
            fs::write(folder.join(NAME), old).unwrap();
        }
        Self { _root: root, folder, others, old }
    }

    fn save<F: FileSystem>(&self, fs: F, replace: bool) -> Result<Published> {
        LockedFolder::take(fs, &self.folder, "msgpack", Duration::ZERO)?.publish(NAME, NEW, replace)
    }

    fn current(&self) -> Option<Vec<u8>> {
        fs::read(self.folder.join(NAME)).ok()
    }

    fn files(&self) -> BTreeMap<String, Vec<u8>> {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().map(Result::unwrap);
        let file = |entry: fs::DirEntry| {
            (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap())
        };
        entries.map(file).collect()
    }

    /// Saves with a fault, looks at what is there, saves again without, and looks again.
    fn play(&self, faulty: &Faulty, replace: bool) {
        let result = self.save(faulty, replace);

        let files = self.files();
        for (name, bytes) in &self.others {
            assert_eq!(files.get(name), Some(bytes), "{name} is somebody else's");
        }
        let current = self.current();
        let is_old = current.as_deref() == self.old;
        let is_new = current.as_deref() == Some(NEW);
        assert!(is_old || is_new, "torn or lost: {current:?}");
        match &result {
            Ok(Published::Yes) => assert!(is_new, "said to be written"),
            Ok(Published::NameTaken) => assert!(is_old && !replace),
            Err(error) => self.explains(error, faulty.fault),
        }
        if !replace && self.old.is_some() {
            assert!(is_old, "replaced unasked");
        }

        // A new process: the lock is free, leftovers go, the work gets done.
        let again = self.save(&Faulty::none(), replace).unwrap();
        let wanted =
            if replace || current.is_none() { Published::Yes } else { Published::NameTaken };
        assert_eq!(again, wanted);
        let kept = if wanted == Published::Yes { NEW.to_vec() } else { current.unwrap() };
        let mut wanted = self.others.clone();
        wanted.insert(NAME.to_owned(), kept);
        assert_eq!(self.files(), wanted, "and nothing else is there");
    }

    /// The error is about a file or folder of this scene and passes on what the system said.
    fn explains(&self, error: &ArtifactError, fault: Fault) {
        let (ArtifactError::File { path, source, .. } | ArtifactError::Folder { path, source, .. }) =
            error
        else {
            panic!("{error:?}");
        };
        let root = self.folder.ancestors().nth(2).unwrap();
        assert!(path.starts_with(root), "{error}");
        assert!(error.to_string().contains(path.to_str().unwrap()), "{error}");
        assert!(error.source().is_some());
        match fault {
            Fault::Once(number) | Fault::Lasting(number) => {
                assert_eq!(source.raw_os_error(), Some(number), "{error}");
            }
            Fault::Kill => {}
        }
    }
}

/// Plays every scene with the fault in every request. Gives the number of scenes.
fn play_all(fault: Fault) -> usize {
    let mut scenes = 0;
    for before in [Before::Nothing, Before::OtherMonth, Before::SameMonth] {
        for replace in [false, true] {
            for at in 0.. {
                let faulty = Faulty::new(at, fault);
                Scene::new(before).play(&faulty, replace);
                if at >= faulty.count() {
                    break; // the fault lay behind the last request
                }
                scenes += 1;
            }
        }
    }
    scenes
}

/// The numbers stand in `docs/reliability.md`.
#[test]
fn whatever_fails_nothing_is_lost_and_the_next_attempt_succeeds() {
    let mut scenes = 0;
    for number in NUMBERS {
        scenes += play_all(Fault::Once(number)) + play_all(Fault::Lasting(number));
    }
    if cfg!(unix) {
        assert_eq!(scenes, 568);
    }
}

#[test]
fn wherever_the_process_is_killed_nothing_is_lost_and_the_next_one_cleans_up() {
    let scenes = play_all(Fault::Kill);
    if cfg!(unix) {
        assert_eq!(scenes, 71);
    }
}

#[test]
fn what_a_killed_writer_left_is_reported_when_it_is_removed() {
    let scene = Scene::new(Before::OtherMonth);
    let locked = LockedFolder::take(Disk, &scene.folder, "msgpack", Duration::ZERO).unwrap();
    assert_eq!(locked.removed(), [scene.folder.join(".2025-11.msgpack.1-0.tmp")]);
    drop(locked);
    let locked = LockedFolder::take(Disk, &scene.folder, "msgpack", Duration::ZERO).unwrap();
    assert!(locked.removed().is_empty());
}

/// Where there are no hard links, the name is taken by rename, and still never from another file.
#[test]
fn without_hard_links_files_are_whole_too() {
    #[derive(Debug)]
    struct NoHardLinks;
    impl FileSystem for NoHardLinks {
        fn hard_link(&self, _from: &Path, _to: &Path) -> io::Result<()> {
            Err(io::ErrorKind::Unsupported.into())
        }
    }
    let scene = Scene::new(Before::OtherMonth);
    assert_eq!(scene.save(NoHardLinks, false).unwrap(), Published::Yes);
    assert_eq!(scene.current().unwrap(), NEW);
    fs::write(scene.folder.join(NAME), OLD).unwrap();
    assert_eq!(scene.save(NoHardLinks, false).unwrap(), Published::NameTaken);
    assert_eq!(scene.current().unwrap(), OLD);
}

#[test]
fn a_file_system_without_locks_is_refused() {
    #[derive(Debug)]
    struct NoLocks;
    impl FileSystem for NoLocks {
        fn try_lock(&self, _file: &File) -> Result<(), TryLockError> {
            Err(TryLockError::Error(io::ErrorKind::Unsupported.into()))
        }
    }
    let scene = Scene::new(Before::SameMonth);
    let error = scene.save(NoLocks, true).unwrap_err();
    assert!(matches!(&error, ArtifactError::NoLocks { folder, .. } if *folder == scene.folder));
    assert!(error.to_string().contains("keep its files on another"), "{error}");
    assert_eq!(scene.current().unwrap(), OLD);
}

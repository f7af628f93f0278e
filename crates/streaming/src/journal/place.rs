//! Where a journal may lie, and who has it.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use crate::StreamError;

/// File systems of other machines.
const NETWORK: [&str; 10] =
    ["nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "ceph", "fuse.sshfs", "fuse.s3fs", "glusterfs"];

/// Refuses a path on a network file system, as far as the system tells.
pub(super) fn refuse_network(path: &Path) -> Result<(), StreamError> {
    let Ok(mounts) = fs::read_to_string("/proc/self/mounts") else { return Ok(()) };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let Ok(folder) = folder.unwrap_or(Path::new(".")).canonicalize() else { return Ok(()) };
    match network_kind(&mounts, &folder) {
        Some(kind) => Err(StreamError::NetworkFileSystem { path: path.to_owned(), kind }),
        None => Ok(()),
    }
}

/// The kind of the file system of `folder` if it is one of another machine.
fn network_kind(mounts: &str, folder: &Path) -> Option<String> {
    let mounted = mounts.lines().filter_map(|line| {
        let mut words = line.split(' ');
        let place = words.nth(1)?.replace("\\040", " ");
        Some((PathBuf::from(place), words.next()?))
    });
    // Of those mounted over each other the last counts.
    let of_folder = mounted
        .filter(|(place, _)| folder.starts_with(place))
        .max_by_key(|(place, _)| place.components().count());
    of_folder.map(|(_, kind)| kind.to_owned()).filter(|kind| NETWORK.contains(&kind.as_str()))
}

/// Takes the journal at `path` for this process, until the file that it gives is dropped.
pub(super) fn hold(path: &Path) -> Result<File, StreamError> {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let lock = PathBuf::from(name);
    let failed = |source| StreamError::Io { action: "lock", path: lock.clone(), source };
    let file = File::options().create(true).truncate(false).write(true).open(&lock);
    let file = file.map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StreamError::Held { path: path.to_owned() }),
        Err(TryLockError::Error(source)) => Err(failed(source)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_innermost_mount_decides() {
        let mounts = "/dev/sda1 / ext4 rw 0 0\nserver:/x /home nfs4 rw 0 0\n/dev/b /home/b\\040c xfs rw 0 0\n";
        for (folder, kind) in
            [("/var/lib", None), ("/home/a", Some("nfs4")), ("/home/b c/d", None), ("/homes", None)]
        {
            assert_eq!(network_kind(mounts, Path::new(folder)).as_deref(), kind, "{folder}");
        }
    }
}

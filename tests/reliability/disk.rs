//! No space, no permission, a read-only disk: old files stay, the error names the file, and once it is
//! healed the same command works.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::market::{DATASET, Market, RUN};
use crate::program::{Ran, fails, ok, run, runner};
use crate::tree::{bins, hidden};

/// A small disk of its own in the folder `bins`, where this machine lets one be mounted.
struct SmallDisk {
    folder: PathBuf,
}

impl SmallDisk {
    fn mounted(folder: PathBuf, options: &str) -> Option<Self> {
        fs::create_dir_all(&folder).unwrap();
        mount(&["-t", "tmpfs", "-o", options, "tmpfs"], &folder).then_some(Self { folder })
    }

    /// Leaves this number of bytes free.
    fn fill(&self, free: usize) {
        let filler = vec![0; 1 << 20];
        let _ = fs::write(self.folder.join("filler"), filler); // as much as there is room for
        let file = fs::OpenOptions::new().write(true).open(self.folder.join("filler")).unwrap();
        file.set_len(file.metadata().unwrap().len().saturating_sub(free as u64)).unwrap();
    }

    fn heal(&self) {
        fs::remove_file(self.folder.join("filler")).unwrap();
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.folder).output();
    }
}

fn mount(flags: &[&str], folder: &Path) -> bool {
    Command::new("mount")
        .args(flags)
        .arg(folder)
        .output()
        .is_ok_and(|output| output.status.success())
}

fn skipped(what: &str) {
    eprintln!("skipped: {what} cannot be tried on this machine");
}

fn run_folder() -> String {
    format!("bins/{DATASET}/{RUN}")
}

#[test]
fn a_full_disk_leaves_the_old_files_and_makes_as_many_new_ones_as_it_can() {
    let market = Market::from_on("2024-01-01", 366);
    let Some(disk) = SmallDisk::mounted(market.file("bins"), "size=256k") else {
        return skipped("a full disk");
    };
    ok(market.path(), &market.rebuild("--quiet --bin-month 2024-02 2024-03"));
    let old = bins(&disk.folder);
    assert_eq!(old.len(), 2);

    // No room for a single file, neither anew nor in an old one's place.
    disk.fill(0);
    for flags in
        ["--overwrite --bin-month 2024-02", "--bin-month 2024-04", "--overwrite --bin-month all"]
    {
        let error = ["No space left on device", "2024-0", ".msgpack"];
        fails(market.path(), &market.rebuild(&format!("{flags} --quiet")), 1, &error);
        assert_eq!(bins(&disk.folder), old, "{flags}");
        assert_eq!(hidden(&disk.folder), [] as [PathBuf; 0], "{flags}");
    }

    // Room for some of them: the disk fills up half-way.
    disk.fill(5 * 4096);
    let ran = run(market.path(), &market.rebuild("--skip-existing --bin-month all --keep-going"));
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(ran.err.contains("of 11 months failed"), "{}", ran.err);
    let half = bins(&disk.folder);
    assert!((3..11).contains(&half.len()), "{} files", half.len());
    assert!(old.iter().all(|(path, bytes)| half.get(path) == Some(bytes)));
    let verified = ok(market.path(), "ml-calibrated-bins verify --bins-root bins");
    assert!(verified.ends_with(&format!("{0} files: {0} whole\n", half.len())), "{verified}");

    disk.heal();
    ok(market.path(), &market.rebuild("--skip-existing --bin-month all --quiet"));
    assert_eq!(ok(market.path(), &market.verify("")), "11 files: 11 reproduced\n");
    assert_eq!(hidden(&disk.folder), [] as [PathBuf; 0]);
}

/// Runs a rebuild that may write files of no more than `blocks` blocks of 512 bytes; `trap` says
/// whether the system's signal for that is ignored.
fn with_small_files(market: &Market, blocks: u32, trap: &str, flags: &str) -> (Ran, Option<i32>) {
    let inner = runner(market.path(), &market.rebuild(flags));
    let mut shell = Command::new("sh");
    shell
        .current_dir(market.path())
        .args(["-c", &format!("{trap} ulimit -c 0; ulimit -f {blocks}; exec \"$@\""), "sh"])
        .arg(inner.get_program())
        .args(inner.get_args());
    let output = shell.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let (code, signal) = (output.status.code().unwrap_or(-1), output.status.signal());
    (Ran { code, out: text(output.stdout), err: text(output.stderr) }, signal)
}

#[test]
fn a_limit_on_the_size_of_files_is_an_error_like_a_full_disk() {
    let market = Market::new();
    ok(market.path(), &market.rebuild("--quiet --bin-month all"));
    let old = bins(&market.file("bins"));

    // 2 blocks hold the lock's text and not the bins.
    let (ran, _) = with_small_files(&market, 2, "trap '' XFSZ;", "--overwrite --bin-month all");
    assert_eq!(ran.code, 1, "{}{}", ran.out, ran.err);
    for part in ["File too large", "2025-10.msgpack"] {
        assert!(ran.err.contains(part), "{}", ran.err);
    }
    assert_eq!(bins(&market.file("bins")), old);
    assert_eq!(hidden(&market.file("bins")), [] as [PathBuf; 0]);

    // Where the signal is not ignored the program is ended by it: like a kill.
    let (ran, signal) = with_small_files(&market, 2, "", "--overwrite --bin-month all");
    assert!(signal.is_some() || ran.code == 1, "{}", ran.err);
    assert_eq!(bins(&market.file("bins")), old);

    ok(market.path(), &market.rebuild("--overwrite --quiet --bin-month all"));
    assert_eq!(hidden(&market.file("bins")), [] as [PathBuf; 0]);
    assert_eq!(ok(market.path(), &market.verify("")), "2 files: 2 reproduced\n");
}

#[test]
fn a_read_only_disk_is_said_and_reading_goes_on() {
    let market = Market::new();
    let Some(disk) = SmallDisk::mounted(market.file("bins"), "size=1m") else {
        return skipped("a read-only disk");
    };
    ok(market.path(), &market.rebuild("--quiet --bin-month 2025-10"));
    let old = bins(&disk.folder);
    if !mount(&["-o", "remount,ro"], &disk.folder) {
        return skipped("a read-only disk");
    }
    for flags in [
        "--overwrite --bin-month 2025-10",
        "--bin-month 2025-11",
        "--skip-existing --bin-month all",
    ] {
        let error = ["Read-only file system", &run_folder()];
        fails(market.path(), &market.rebuild(&format!("--quiet {flags}")), 1, &error);
        assert_eq!(bins(&disk.folder), old);
    }
    // What is there is found without a lock, so nothing is written and nothing fails.
    ok(market.path(), &market.rebuild("--quiet --skip-existing --bin-month 2025-10"));
    ok(market.path(), &market.rebuild("--dry-run --bin-month all"));
    assert_eq!(ok(market.path(), &market.verify("")), "1 file: 1 reproduced\n");

    assert!(mount(&["-o", "remount,rw"], &disk.folder));
    ok(market.path(), &market.rebuild("--quiet --overwrite --bin-month all"));
    assert_eq!(ok(market.path(), &market.verify("")), "2 files: 2 reproduced\n");
}

#[test]
fn a_folder_without_permission_is_said() {
    let market = Market::new();
    ok(market.path(), &market.rebuild("--quiet --bin-month 2025-10"));
    let folder = market.file(&run_folder());
    let old = bins(&folder);
    let permit = |mode| fs::set_permissions(&folder, fs::Permissions::from_mode(mode)).unwrap();
    permit(0o555);
    if fs::write(folder.join("probe"), "").is_ok() {
        fs::remove_file(folder.join("probe")).unwrap();
        permit(0o755);
        return skipped("a folder without permission (root has all)");
    }
    let error = ["Permission denied", &run_folder()];
    fails(market.path(), &market.rebuild("--quiet --overwrite --bin-month all"), 1, &error);
    assert_eq!(bins(&folder), old);
    permit(0o755);
    ok(market.path(), &market.rebuild("--quiet --overwrite --bin-month all"));
}

/// A user who is not root, where one can be played.
#[test]
fn another_user_s_folder_is_left_alone() {
    let market = Market::new();
    ok(market.path(), &market.rebuild("--quiet --bin-month 2025-10"));
    let old = bins(&market.file("bins"));
    let open = |path: &Path| fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    open(market.path());
    let program = market.file("runner");
    fs::copy(env!("CARGO_BIN_EXE_runner"), &program).unwrap();
    open(&program);
    let as_nobody = |flags: &str| {
        let arguments = market.rebuild(flags);
        let output = Command::new("setpriv")
            .args(["--reuid=65534", "--regid=65534", "--clear-groups", "./runner"])
            .args(arguments.split_whitespace())
            .current_dir(market.path())
            .output();
        output.ok().map(|output| {
            (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
        })
    };
    match as_nobody("--dry-run --bin-month all") {
        Some((Some(0), _)) => {}
        _ => return skipped("another user"),
    }
    for flags in ["--overwrite --bin-month 2025-10", "--bin-month 2025-11"] {
        let (code, err) = as_nobody(flags).unwrap();
        assert_eq!(code, Some(1), "{err}");
        assert!(err.contains("Permission denied") && err.contains(&run_folder()), "{err}");
        assert_eq!(bins(&market.file("bins")), old);
    }
    let nothing_to_do = as_nobody("--skip-existing --bin-month 2025-10").unwrap();
    assert_eq!(nothing_to_do.0, Some(0), "{}", nothing_to_do.1);
}

#[test]
fn a_root_that_goes_wrong_half_way_spoils_only_the_run_it_is_for() {
    let market = Market::new();
    fs::write(market.file("file"), "in the way").unwrap();
    let table = |run: &str, root: &str| {
        format!(
            "[[ml-calibrated-bins.runs]]\nrun_name = \"{run}_y_tp_before_sl_u0.04_d0.02_24h\"\n\
             bins_root = \"{root}\"\npred_duckdb = \"pred.duckdb\"\nohlcv_duckdb = \"ohlcv.duckdb\"\n"
        )
    };
    let tables = [table("a", "bins"), table("b", "file"), table("c", "bins")].concat();
    fs::write(market.file("runner.toml"), tables).unwrap();
    let rebuild =
        "ml-calibrated-bins rebuild --lookback-months 1 --bin-month all --keep-going --quiet";
    let ran = run(market.path(), rebuild);
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(ran.err.contains("folder file") && ran.err.contains("1 of 3 runs"), "{}", ran.err);
    assert_eq!(ran.out.lines().count(), 4, "{}", ran.out);
    assert_eq!(fs::read_to_string(market.file("file")).unwrap(), "in the way");
    fs::remove_file(market.file("file")).unwrap();
    ok(market.path(), &format!("{rebuild} --skip-existing"));
}

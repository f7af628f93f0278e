//! Ctrl-C and SIGTERM.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::market::{DATASET, Market, RUN};
use crate::program::{ok, runner};
use crate::tree::{bins, hidden, wait_until};

const SOON: Duration = Duration::from_secs(30);

fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill").args([name, &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
}

fn start(market: &Market, flags: &str) -> Child {
    runner(market.path(), &market.rebuild(flags))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Starts a backfill and sends the signal when the first file is there; what it said and how many
/// files there are then. Tries again if it was too fast to be stopped.
fn stopped(market: &Market, flags: &str, name: &str) -> (Output, usize) {
    for _ in 0..10 {
        let root = market.file("bins");
        let _ = fs::remove_dir_all(&root);
        let mut child = start(market, flags);
        let begun = || !bins(&root).is_empty() || child.try_wait().unwrap().is_some();
        assert!(wait_until(SOON, begun));
        if child.try_wait().unwrap().is_none() {
            signal(&child, name);
        }
        let output = child.wait_with_output().unwrap();
        if output.status.code() != Some(0) {
            return (output, bins(&root).len());
        }
    }
    panic!("the backfill always ended before the signal");
}

#[test]
fn the_first_signal_leaves_whole_files_and_the_same_command_goes_on() {
    let market = Market::from_on("2018-01-01", 365 * 6);
    let flags = "--bin-month all --jobs 1 --skip-existing --report report.json";
    for (name, code) in [("-INT", 130), ("-TERM", 143)] {
        let (output, made) = stopped(&market, flags, name);
        let err = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{err}");
        let left = 71 - made;
        let told = format!("stopped: {left} months are left; the same command goes on with them");
        assert!(err.contains(&told), "{err}");
        assert_eq!(hidden(&market.file("bins")), [] as [PathBuf; 0]);
        let verified = ok(market.path(), "ml-calibrated-bins verify --bins-root bins");
        let files = if made == 1 { "file" } else { "files" };
        assert_eq!(verified, format!("{made} {files}: {made} whole\n"));

        let report: Value =
            serde_json::from_slice(&fs::read(market.file("report.json")).unwrap()).unwrap();
        assert_eq!(report["counts"]["written"], made);
        assert_eq!(report["counts"]["not_begun"], left);
        assert_eq!(report["months"].as_array().unwrap().len(), 71);

        ok(market.path(), &market.rebuild(flags));
        assert_eq!(bins(&market.file("bins")).len(), 71);
    }
    assert_eq!(ok(market.path(), &market.verify("")), "71 files: 71 reproduced\n");
}

#[test]
fn without_skip_existing_it_is_said_how_to_go_on() {
    let market = Market::from_on("2018-01-01", 365 * 6);
    for (flags, hint) in [
        ("", "the same command with --skip-existing goes on"),
        ("--overwrite", "the same command begins again"),
    ] {
        let (output, _) = stopped(&market, &format!("--bin-month all --jobs 1 {flags}"), "-INT");
        let err = String::from_utf8(output.stderr).unwrap();
        assert!(err.contains(hint), "{err}");
    }
}

#[test]
fn runs_that_were_not_begun_are_told() {
    let market = Market::from_on("2022-01-01", 365 * 2);
    let table = |run: char| {
        format!(
            "[[ml-calibrated-bins.runs]]\nrun_name = \"{run}_y_tp_before_sl_u0.04_d0.02_24h\"\n"
        )
    };
    let tables: String = ('a'..='p').map(table).collect();
    fs::write(market.file("runner.toml"), tables).unwrap();
    let (output, made) = stopped(&market, "--bin-month 2023-05 --skip-existing", "-INT");
    let err = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(130), "{err}");
    assert!(made < 16 && err.contains(" runs are left; the same command goes on"), "{made}: {err}");
}

/// The program while it waits for the lock of the run, which this process holds.
fn waiting(market: &Market) -> (File, Child, BufReader<std::process::ChildStderr>) {
    let folder = market.file(&format!("bins/{DATASET}/{RUN}"));
    fs::create_dir_all(&folder).unwrap();
    let lock = File::create(folder.join(".lock")).unwrap();
    lock.lock().unwrap();
    let mut child = start(market, "-v --lock-timeout 60");
    let mut err = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    // Signals are watched for before the run is opened.
    while !line.contains("run settled") {
        line.clear();
        assert!(err.read_line(&mut line).unwrap() > 0, "it ended");
    }
    (lock, child, err)
}

#[test]
fn a_second_signal_ends_the_program_at_once() {
    let market = Market::new();
    let (lock, mut child, _err) = waiting(&market);
    signal(&child, "-INT");
    std::thread::sleep(Duration::from_millis(300));
    assert!(child.try_wait().unwrap().is_none(), "the first signal ended it");
    signal(&child, "-TERM");
    assert!(wait_until(SOON, || child.try_wait().unwrap().is_some()), "it goes on");
    assert_eq!(child.wait().unwrap().code(), Some(143));
    drop(lock);
    ok(market.path(), &market.rebuild("--quiet"));
}

#[test]
fn a_signal_while_it_waits_leaves_everything() {
    let market = Market::new();
    let (lock, mut child, _err) = waiting(&market);
    signal(&child, "-INT");
    std::thread::sleep(Duration::from_millis(300));
    drop(lock);
    assert!(wait_until(SOON, || child.try_wait().unwrap().is_some()));
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(bins(&market.file("bins")).is_empty());
    assert_eq!(hidden(&market.file("bins")), [] as [PathBuf; 0]);
}

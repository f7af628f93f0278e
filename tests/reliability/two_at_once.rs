//! Two backfills on one bins root, and a writer that holds a DuckDB file.

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{Child, Output, Stdio};
use std::time::Duration;

use duckdb::Connection;

use crate::market::{DATASET, Market, RUN};
use crate::program::{fails, ok, run, runner};
use crate::tree::{bins, hidden, tree};

fn start(market: &Market, flags: &str) -> Child {
    runner(market.path(), &market.rebuild(flags))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

fn ended_well(child: Child) -> String {
    let Output { status, stdout, stderr } = child.wait_with_output().unwrap();
    assert!(status.success(), "{}", String::from_utf8_lossy(&stderr));
    String::from_utf8(stdout).unwrap()
}

/// The lock of the run's folder, held by this process.
fn held_lock(market: &Market) -> File {
    let folder = market.file(&format!("bins/{DATASET}/{RUN}"));
    fs::create_dir_all(&folder).unwrap();
    let path = folder.join(".lock");
    let file = File::create(&path).unwrap();
    file.lock().unwrap();
    let holder = "pid 4711\nsince 2025-11-01T00:05:30Z\nhost desk-1\nprogram other\n";
    fs::write(path, holder).unwrap();
    file
}

#[test]
fn two_backfills_at_once_lose_nothing() {
    let market = Market::from_on("2024-01-01", 366);
    for (flags, turns) in [("--skip-existing", 3), ("--overwrite", 5)] {
        for _ in 0..turns {
            if flags == "--skip-existing" {
                let _ = fs::remove_dir_all(market.file("bins"));
            }
            let flags = format!("{flags} --bin-month all --format json");
            let both = [start(&market, &flags), start(&market, &flags)];
            for child in both {
                let report: serde_json::Value = serde_json::from_str(&ended_well(child)).unwrap();
                let counts = &report["counts"];
                let there = counts["written"].as_u64().unwrap() + counts["kept"].as_u64().unwrap();
                assert_eq!(there, 11, "{counts}");
            }
            assert_eq!(hidden(&market.file("bins")), [] as [PathBuf; 0]);
            assert_eq!(bins(&market.file("bins")).len(), 11);
        }
    }
    assert_eq!(ok(market.path(), &market.verify("")), "11 files: 11 reproduced\n");
}

#[test]
fn of_two_that_may_not_replace_one_makes_each_month() {
    let market = Market::from_on("2024-01-01", 366);
    let both = [start(&market, "--bin-month all"), start(&market, "--bin-month all")];
    let codes: Vec<_> = both
        .into_iter()
        .map(|child| child.wait_with_output().unwrap())
        .map(|output| (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap()))
        .collect();
    for (code, err) in &codes {
        assert!(*code == 0 || (*code == 1 && err.contains("exists already")), "{code}: {err}");
    }
    assert!(codes.iter().any(|(code, _)| *code == 0), "{codes:?}");
    assert_eq!(ok(market.path(), &market.verify("")), "11 files: 11 reproduced\n");
}

#[test]
fn who_holds_the_run_is_named_and_other_runs_go_on() {
    let market = Market::new();
    let lock = held_lock(&market);
    // The holder may be writing this right now.
    let writing = market.file(&format!("bins/{DATASET}/{RUN}/.2025-11.msgpack.4711-0.tmp"));
    fs::write(&writing, "half").unwrap();
    let before = tree(market.path());
    let held = ["is locked by", "process 4711", "desk-1", RUN, "--lock-timeout"];
    fails(market.path(), &market.rebuild("--lock-timeout 0"), 1, &held);
    fails(market.path(), &market.rebuild("--lock-timeout 0 --report r.json"), 1, &held);
    let report = fs::read_to_string(market.file("r.json")).unwrap();
    assert!(report.contains("\"locked\""), "{report}");
    fs::remove_file(market.file("r.json")).unwrap();
    assert_eq!(tree(market.path()), before);

    let other = "--lock-timeout 0 --run-name b_y_tp_before_sl_u0.04_d0.02_24h --quiet";
    let path = ok(market.path(), &market.rebuild(other));
    assert!(path.contains("/b_y_tp_before_sl"), "{path}");
    // A plan needs no lock, and neither does reading.
    ok(market.path(), &market.rebuild("--lock-timeout 0 --dry-run"));
    ok(market.path(), &market.verify("--lock-timeout 0"));
    assert!(writing.exists());
    drop(lock);
    ok(market.path(), &market.rebuild("--quiet"));
    assert!(!writing.exists(), "a leftover stays");
}

#[test]
fn a_second_backfill_waits_for_the_first() {
    let market = Market::new();
    let lock = held_lock(&market);
    let mut child = start(&market, "-v --quiet");
    std::thread::sleep(Duration::from_millis(700));
    assert!(child.try_wait().unwrap().is_none(), "it did not wait");
    drop(lock);
    assert_eq!(ended_well(child), format!("{}\n", Market::bins("2025-11")));
    assert_eq!(hidden(&market.file("bins")), [] as [PathBuf; 0]);
}

#[test]
fn a_lock_left_by_a_killed_process_hinders_nobody() {
    let market = Market::new();
    drop(held_lock(&market));
    assert!(market.file(&format!("bins/{DATASET}/{RUN}/.lock")).exists());
    // Not at once: a process that another test starts just now has the lock's file open until it runs.
    ok(market.path(), &market.rebuild("--lock-timeout 20 --quiet"));
    assert_eq!(hidden(&market.file("bins")), [] as [PathBuf; 0]);
}

#[test]
fn a_writer_that_holds_a_duckdb_file_for_a_while_is_waited_for() {
    for name in ["pred.duckdb", "ohlcv.duckdb"] {
        let market = Market::new();
        let writer = Connection::open(market.file(name)).unwrap();
        writer.execute_batch("CREATE TABLE written (x INTEGER)").unwrap();
        let pid = std::process::id().to_string();
        fails(
            market.path(),
            &market.rebuild("--lock-timeout 0"),
            1,
            &[name, &pid, "--lock-timeout"],
        );
        assert!(!market.file("bins").exists());

        let mut child = start(&market, "--quiet");
        std::thread::sleep(Duration::from_millis(1200));
        assert!(child.try_wait().unwrap().is_none(), "it did not wait");
        writer.execute_batch("INSERT INTO written VALUES (1)").unwrap();
        drop(writer);
        assert_eq!(ended_well(child), format!("{}\n", Market::bins("2025-11")));
    }
}

#[test]
fn files_may_be_verified_while_they_are_replaced() {
    let market = Market::from_on("2024-01-01", 366);
    ok(market.path(), &market.rebuild("--quiet --bin-month all"));
    let verify = "ml-calibrated-bins verify --bins-root bins";
    let mut looks = 0;
    // A look begins beside a rebuild; how many end beside it is the machine's.
    while looks < 3 {
        let mut child = start(&market, "--overwrite --quiet --bin-month all --jobs 1");
        while child.try_wait().unwrap().is_none() {
            let ran = run(market.path(), verify);
            assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
            assert!(ran.out.ends_with("11 files: 11 whole\n"), "{}", ran.out);
            looks += 1;
        }
        ended_well(child);
    }
}

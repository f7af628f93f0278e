//! What nobody should do and somebody will.

use std::fs;
use std::path::PathBuf;

use crate::market::{DATASET, Market, RUN};
use crate::program::{fails, ok, run, runner};
use crate::tree::{bins, hidden, tree};

const VERIFY: &str = "ml-calibrated-bins verify --bins-root bins";

#[test]
fn a_root_that_is_a_file_is_left_alone() {
    let market = Market::new();
    fs::write(market.file("bins"), "mine").unwrap();
    fails(market.path(), &market.rebuild(""), 1, &["folder bins"]);
    fails(market.path(), VERIFY, 1, &["folder bins"]);
    fails(market.path(), "ml-calibrated-bins list --bins-root bins", 1, &["bins"]);
    assert_eq!(fs::read_to_string(market.file("bins")).unwrap(), "mine");
    let ran = run(market.path(), "ml-calibrated-bins verify --bins-root nowhere");
    assert_eq!((ran.code, ran.out.as_str()), (1, ""), "{}", ran.err);
}

#[test]
fn names_of_any_letters_work() {
    let market = Market::new();
    let run_name = "läuft – 走る y_tp_before_sl_u0.04_d0.02_24h";
    let root = "my bins/größe=1 %";
    let flags = ["--run-name", run_name, "--bins-root", root];
    let output = runner(market.path(), &market.rebuild("--quiet").replace("--bins-root bins", ""))
        .args(flags)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let path = format!("{root}/{DATASET}/{run_name}/2025-11.msgpack");
    assert_eq!(String::from_utf8(output.stdout).unwrap(), format!("{path}\n"));
    let output =
        runner(market.path(), "ml-calibrated-bins verify --bins-root").arg(root).output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "1 file: 1 whole\n");
}

#[test]
fn names_that_lead_elsewhere_are_refused() {
    let market = Market::new();
    let target = "--target-key y_tp_before_sl_u0.04_d0.02_24h";
    let before = tree(market.path());
    let target = format!("{target} --model-path models/{DATASET}/{RUN}/model.txt");
    for name in ["..", "../up", "a/b", ".hidden", "/root", "a\\b"] {
        let ran = run(market.path(), &market.rebuild(&format!("{target} --run-name {name}")));
        assert_eq!(ran.code, 1, "{name}: {}", ran.out);
        assert!(ran.err.contains("cannot name a folder"), "{name}: {}", ran.err);
        assert_eq!(tree(market.path()), before, "{name}");
    }
}

#[test]
fn months_and_numbers_that_cannot_be_are_wrong_usage() {
    let market = Market::new();
    for flags in [
        "--bin-month",
        "--bin-month 2025-13",
        "--bin-month 0001-01",
        "--bin-month 9999-12",
        "--from 2025-11 --to 2025-10",
        "--from all",
        "--bin-month 2025-11 --from 2025-10",
        "--jobs 0",
        "--jobs 1025",
        "--jobs -1",
        "--lookback-months 0",
        "--lookback-months 1201",
        "--lock-timeout -1",
        "--lock-timeout NaN",
        "--n-bins 1",
    ] {
        fails(market.path(), &market.rebuild(flags), 2, &[]);
    }
    assert!(!market.file("bins").exists());
}

#[test]
fn more_threads_than_months_and_a_month_named_twice() {
    let market = Market::new();
    let flags = "--jobs 1024 --quiet --bin-month 2025-11 all latest 2025-10 2025-11";
    let paths = ok(market.path(), &market.rebuild(flags));
    assert_eq!(paths, format!("{}\n{}\n", Market::bins("2025-10"), Market::bins("2025-11")));
}

#[test]
fn a_lookback_before_all_time_takes_what_there_is_and_says_so() {
    let market = Market::new();
    let ran = run(market.path(), &market.rebuild("--lookback-months 1200"));
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.contains("no prediction for"), "{}", ran.out);
}

#[test]
#[cfg(unix)]
fn a_run_folder_behind_a_link_is_the_folder() {
    let market = Market::new();
    let folder = market.file(&format!("bins/{DATASET}"));
    fs::create_dir_all(&folder).unwrap();
    fs::create_dir(market.file("other disk")).unwrap();
    std::os::unix::fs::symlink(market.file("other disk"), folder.join(RUN)).unwrap();
    ok(market.path(), &market.rebuild("--bin-month all"));
    assert_eq!(bins(&market.file("other disk")).len(), 2);
    assert_eq!(hidden(&market.file("other disk")), [] as [PathBuf; 0]);
    assert_eq!(ok(market.path(), &market.verify("")), "2 files: 2 reproduced\n");
    assert!(folder.join(RUN).is_symlink());
}

#[test]
#[cfg(unix)]
fn a_link_to_nowhere_in_a_month_s_place_is_not_followed() {
    let market = Market::new();
    let path = market.file(&Market::bins("2025-11"));
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::os::unix::fs::symlink("nowhere", &path).unwrap();
    fails(market.path(), &market.rebuild(""), 1, &["2025-11.msgpack exists already"]);
    let kept = run(market.path(), &market.rebuild("--skip-existing"));
    assert_eq!(kept.code, 1, "a link to nowhere was kept: {}", kept.out);
    assert!(kept.err.contains("2025-11.msgpack"), "{}", kept.err);
    assert_eq!(run(market.path(), VERIFY).code, 1);
    assert!(path.is_symlink() && !path.with_file_name("nowhere").exists());
    // Replacing replaces the link.
    ok(market.path(), &market.rebuild("--only-stale"));
    assert!(!path.is_symlink() && path.is_file());
    assert_eq!(ok(market.path(), &market.verify("")), "1 file: 1 reproduced\n");
}

#[test]
fn a_folder_in_a_month_s_place_is_never_replaced() {
    let market = Market::new();
    let path = market.file(&Market::bins("2025-11"));
    fs::create_dir_all(path.join("mine")).unwrap();
    for flags in ["", "--overwrite", "--skip-existing", "--only-stale"] {
        let ran =
            run(market.path(), &market.rebuild(&format!("--keep-going --bin-month all {flags}")));
        assert_eq!(ran.code, 1, "{flags}: {}", ran.out);
        assert!(ran.err.contains("2025-11.msgpack"), "{flags}: {}", ran.err);
        assert!(path.join("mine").is_dir(), "{flags}");
        assert_eq!(hidden(&market.file("bins")), [] as [PathBuf; 0], "{flags}");
    }
    // The other month was made by the calls that may.
    assert!(market.file(&Market::bins("2025-10")).is_file());
}

#[test]
fn a_root_with_other_things_in_it_is_worked_in_all_the_same() {
    let market = Market::new();
    let foreign = [
        "bins/README",
        "bins/.git/config",
        "bins/notes/deep/er/file",
        &format!("bins/{DATASET}/plot.png"),
        &format!("bins/{DATASET}/{RUN}/2025-11.json"),
    ];
    for path in foreign {
        fs::create_dir_all(market.file(path).parent().unwrap()).unwrap();
        fs::write(market.file(path), path).unwrap();
    }
    ok(market.path(), &market.rebuild("--bin-month all"));
    ok(market.path(), &market.rebuild("--bin-month all --overwrite"));
    let verified = ok(market.path(), VERIFY);
    assert!(verified.ends_with("2 files: 2 whole\n"), "{verified}");
    for told in ["README", "plot.png", "2025-11.json"] {
        assert!(verified.contains(told), "{verified}");
    }
    assert!(!verified.contains(".git"), "{verified}");
    for path in foreign {
        assert_eq!(fs::read_to_string(market.file(path)).unwrap(), path);
    }
}

#[test]
fn a_lock_that_is_no_file_is_said() {
    let market = Market::new();
    let lock = market.file(&format!("bins/{DATASET}/{RUN}/.lock"));
    fs::create_dir_all(&lock).unwrap();
    fails(market.path(), &market.rebuild(""), 1, &[".lock", "remove it"]);
    fs::remove_dir(&lock).unwrap();
    ok(market.path(), &market.rebuild(""));
}

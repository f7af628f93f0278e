//! Equal inputs give equal bytes.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::market::Market;
use crate::program::{json, ok, runner};
use crate::tree::bins;

/// Files of bins below `root` by their path below it.
fn files(market: &Market, root: &str) -> BTreeMap<String, Vec<u8>> {
    let folder = market.file(root);
    let below = |path: &Path| path.strip_prefix(&folder).unwrap().display().to_string();
    bins(&folder).into_iter().map(|(path, bytes)| (below(&path), bytes)).collect()
}

#[test]
fn a_fixed_time_of_creation_gives_equal_bytes_however_they_are_made() {
    let market = Market::from_on("2024-01-01", 366);
    let ways = [
        "--created-at 1764547200 --jobs 1",
        "--created-at 1764547200 --jobs 4",
        "--created-at 2025-12-01T00:00:00Z --jobs 1024",
        "--created-at 2025-12-01T01:00:00.9+01:00",
    ];
    for method in ["platt", "isotonic"] {
        let mut all = Vec::new();
        for (number, way) in ways.iter().enumerate() {
            let root = format!("{method}-{number}");
            let flags =
                format!("--bin-month all --quiet --method {method} --bins-root {root} {way}");
            ok(market.path(), &market.rebuild("").replace("--bins-root bins", &flags));
            all.push(files(&market, &root));
        }
        // From the environment, and one month a call, the newest first.
        let root = format!("{method}-one-by-one");
        for month in (2..=12).rev() {
            let flags =
                format!("--bin-month 2024-{month:02} --quiet --method {method} --bins-root {root}");
            let arguments = market.rebuild("").replace("--bins-root bins", &flags);
            let mut command = runner(market.path(), &arguments);
            let output = command.env("SOURCE_DATE_EPOCH", "1764547200").output().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        }
        all.push(files(&market, &root));
        assert_eq!(all[0].len(), 11);
        assert!(all.iter().all(|files| *files == all[0]), "{method}: bytes differ");
    }
}

#[test]
fn without_it_only_the_time_of_creation_differs() {
    let market = Market::new();
    let metadata = |flags: &str| {
        let report =
            json(market.path(), &market.rebuild(&format!("--overwrite --format json {flags}")));
        report["months"][0]["metadata"].as_object().unwrap().clone()
    };
    let then = metadata("--created-at 2020-01-01T00:00:00Z");
    let now = metadata("");
    assert_eq!(then["created_at"], "2020-01-01T00:00:00Z");
    for (name, value) in &then {
        assert_eq!(now[name] == *value, name != "created_at", "{name}");
    }
    assert_eq!(then.len(), now.len());
}

#[test]
fn the_flag_goes_before_the_variable() {
    let market = Market::new();
    let arguments = market.rebuild("--format json --created-at 60");
    let mut command = runner(market.path(), &arguments);
    let output = command.env("SOURCE_DATE_EPOCH", "1764547200").output().unwrap();
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["months"][0]["metadata"]["created_at"], "1970-01-01T00:01:00Z");
}

#[test]
fn a_time_that_is_none_is_wrong_usage() {
    let market = Market::new();
    for time in ["yesterday", "1e9", "99999999999999999999", "12:00"] {
        let flags = format!("--created-at {time}");
        crate::program::fails(
            market.path(),
            &market.rebuild(&flags),
            2,
            &["wanted seconds since 1970"],
        );
    }
    assert!(fs::read_dir(market.file("bins")).is_err());
}

//! `monitor`: what was decided, watched.

use serde_json::Value;

use crate::program::{fails, json, ok, run};
use crate::stream_rows::decided_on_time;

const DATA: &str = "monitor --from-data --start 2025-06-01 --missing-month skip";

/// The sample with the bins of its last months.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    ok(folder.path(), "ml-calibrated-bins rebuild --from 2025-06 --to 2025-11");
    folder
}

fn read(folder: &tempfile::TempDir, file: &str) -> Value {
    serde_json::from_str(&std::fs::read_to_string(folder.path().join(file)).unwrap()).unwrap()
}

#[test]
fn the_months_of_the_sample_add_up() {
    let folder = folder();
    let arguments = format!("{DATA} --format json --metrics m.prom --alerts a.json");
    let ran = run(folder.path(), &arguments);
    let report: Value = serde_json::from_str(&ran.out).unwrap();
    let months = report["months"].as_array().unwrap();
    let sum = |name: &str| months.iter().map(|m| m[name].as_u64().unwrap()).sum::<u64>();
    assert_eq!(sum("rows"), report["rows"].as_u64().unwrap());
    assert_eq!(sum("scored"), report["scored"].as_u64().unwrap());
    // All labels but those of the last horizon, or over gaps, are known.
    assert!(sum("labelled") + 100 > sum("scored"), "{} of {}", sum("labelled"), sum("scored"));
    assert_eq!(report["detectors"].as_array().unwrap().len(), 6);

    let metrics = std::fs::read_to_string(folder.path().join("m.prom")).unwrap();
    assert_eq!(metrics.matches("runner_monitor_detector_value{").count(), 6);
    let alerts = read(&folder, "a.json");
    let names =
        alerts["alerts"].as_array().unwrap().iter().map(|a| a["labels"]["alertname"].clone());
    assert!(names.collect::<Vec<_>>().contains(&"MonitorHeartbeat".into()), "{alerts}");
}

#[test]
fn stopped_anywhere_it_goes_on_as_if_it_had_not() {
    let folder = folder();
    let last = |state: &str, end: &str| {
        run(folder.path(), &format!("{DATA} --end {end} --state {state} --format json")).out
    };
    let whole = last("whole.json", "2025-11-20");
    for end in ["2025-07-03T07:00", "2025-07-03T08:00", "2025-09-30", "2025-11-20"] {
        last("parts.json", end);
    }
    let (whole, parts): (Value, Value) = (
        serde_json::from_str(&whole).unwrap(),
        serde_json::from_str(&last("parts.json", "2025-11-20")).unwrap(),
    );
    assert_eq!(whole["detectors"], parts["detectors"]);
    assert_eq!(whole["months"], parts["months"]);
    assert_eq!(read(&folder, "whole.json")["monitors"], read(&folder, "parts.json")["monitors"]);
}

#[test]
fn stale_rows_fire_and_what_is_unknown_is_no_alert() {
    let folder = folder();
    let ran =
        run(folder.path(), &format!("{DATA} --fresh-within 30 --state s.json --alerts a.json"));
    assert_eq!(ran.code, 5, "{}", ran.err);
    let alerts = read(&folder, "a.json");
    let stale = alerts["alerts"]
        .as_array()
        .unwrap()
        .iter()
        .find(|a| a["labels"]["alertname"] == "RowsStale");
    let fingerprint = stale.unwrap()["fingerprint"].as_str().unwrap().to_owned();
    // One that does not fire: nothing is acknowledged, and nothing is said to be.
    let wrong = format!("monitor acknowledge --state s.json {fingerprint} 0000000000000000");
    fails(folder.path(), &wrong, 2, &["no alert 0000000000000000"]);
    ok(folder.path(), &format!("monitor acknowledge --state s.json {fingerprint}"));
    fails(folder.path(), "monitor acknowledge --state none.json 0", 2, &["no none.json"]);
    let state = |flags: &str| format!("{DATA} --fresh-within 30 {flags}");
    fails(
        folder.path(),
        &state("--state s.json --n-bins 40"),
        2,
        &["number of bins", "another file"],
    );
    fails(folder.path(), &state("--state none/s.json"), 1, &["there is no folder none"]);
    // The lock changes nothing of a file that has its name.
    std::fs::write(folder.path().join("t.json.lock"), "another program's").unwrap();
    run(folder.path(), &format!("{DATA} --state t.json"));
    let kept = std::fs::read_to_string(folder.path().join("t.json.lock")).unwrap();
    assert_eq!(kept, "another program's");
    fails(folder.path(), "monitor", 2, &["nothing to watch"]);
}

#[test]
fn calm_years_are_calm() {
    let folder = tempfile::tempdir().unwrap();
    let years = std::env::var("MONITOR_YEARS").map_or(3, |text| text.parse::<u32>().unwrap());
    let lines = json(folder.path(), &format!("monitor simulate --years {years} --format json"));
    let lines = lines.as_array().unwrap();
    assert_eq!(lines.len(), 8);
    let calm = lines.iter().filter(|line| line["change"] == "none");
    for line in calm {
        // At most one year in twenty.
        assert!(line["found"]["alert_share"].as_f64().unwrap() <= 0.05, "{line}");
        eprintln!(
            "{years} years, volatility {}: {} with a watch, {} with an alert",
            line["volatility"], line["found"]["watch_share"], line["found"]["alert_share"]
        );
    }
}

const JOURNAL: &str = "j.sqlite";
/// What `data replay -o live` has written.
const LIVE: &str = "--pred-duckdb live/sample_btcusdt_perp_prediction_classifier.duckdb \
                    --ohlcv-duckdb live/sample_btcusdt_perp_ohlcv.duckdb --dataset sample_btcusdt_perp_1h";
const WATCH: &str = "monitor --journal j.sqlite --fresh-within 99999999 --sink-within 99999999";

/// A stream over what is there, from June on.
fn stream(data: &str) -> String {
    format!(
        "ml-calibrated-bins stream {data} --once --journal {JOURNAL} --from 2025-06-01 --sink out=jsonl:out.jsonl"
    )
}

/// Changes the predictions that were written.
fn predictions(at: &std::path::Path, sql: &str) {
    let file = at.join("live/sample_btcusdt_perp_prediction_classifier.duckdb");
    duckdb::Connection::open(file).unwrap().execute_batch(sql).unwrap();
}

fn alert(document: &Value, rule: &str) -> Option<Value> {
    let alerts = document["alerts"].as_array().unwrap();
    alerts.iter().find(|alert| alert["labels"]["alertname"] == rule).cloned()
}

/// Files that grow, a stream that stops and goes on, and a monitor that is stopped and goes on: the same as
/// one look at all of it, and as the batch over the files.
#[test]
fn a_journal_is_watched_as_its_rows_come() {
    let folder = folder();
    let at = folder.path();
    let data = LIVE;
    for end in ["2025-06-20T05:00", "2025-07-01", "2025-07-01T01:00", "2025-09-30", "2025-11-30"] {
        ok(at, &format!("data replay -o live --start {end} --end {end}"));
        ok(at, &stream(data));
        run(at, &format!("{WATCH} --state parts.json --format json"));
    }
    let parts = run(at, &format!("{WATCH} --state parts.json --format json")).out;
    let whole = run(at, &format!("{WATCH} --state whole.json --format json")).out;
    let (parts, whole): (Value, Value) =
        (serde_json::from_str(&parts).unwrap(), serde_json::from_str(&whole).unwrap());
    assert_eq!(parts["journals"], whole["journals"]);
    assert_eq!(read(&folder, "whole.json")["monitors"], read(&folder, "parts.json")["monitors"]);

    let files = format!("{DATA} {data} --state files.json --format json");
    let files: Value = serde_json::from_str(&run(at, &files).out).unwrap();
    let journal = &whole["journals"][0];
    assert!(journal["scored"].as_u64().unwrap() > 4_000, "{}", journal["scored"]);
    for name in ["rows", "scored", "detectors", "months"] {
        assert_eq!(journal[name], files[name], "{name}");
    }
}

#[test]
fn sinks_that_lag_and_labels_that_differ_fire_and_end() {
    let folder = folder();
    let at = folder.path();
    ok(at, "data replay -o live --start 2025-06-20 --end 2025-06-20");
    // Nobody listens at that port.
    let call = format!(
        "{} --deliver-from 2025-06-19 --sink hook=webhook:http://127.0.0.1:1/",
        stream(LIVE)
    );
    ok(at, &call);
    let sqlite = |path: &std::path::Path, sql: &str| {
        rusqlite::Connection::open(path).unwrap().execute_batch(sql).unwrap();
    };
    sqlite(&at.join(JOURNAL), "UPDATE rows SET decided_at = decided_at - 3600000000");
    let watch = WATCH.replace("--sink-within 99999999", "--sink-within 59");
    let call = format!("{watch} --state s.json --alerts a.json --metrics m.prom --format json");
    let ran = run(at, &call);
    assert_eq!(ran.code, 4, "{}{}", ran.out, ran.err);
    let lags = alert(&read(&folder, "a.json"), "SinkLags").unwrap();
    assert_eq!(
        (lags["status"].as_str(), lags["labels"]["side"].as_str()),
        (Some("firing"), Some("hook"))
    );
    let figures = std::fs::read_to_string(at.join("m.prom")).unwrap();
    assert!(figures.contains(",sink=\"hook\"} 24\n"), "{figures}");
    assert!(figures.contains(",sink=\"out\"} 0\n"), "{figures}");
    // Given up on: told as resolved once, then no more.
    sqlite(&at.join(JOURNAL), "UPDATE sinks SET acknowledged = 1000000");
    run(at, &call);
    assert_eq!(alert(&read(&folder, "a.json"), "SinkLags").unwrap()["status"], "resolved");
    run(at, &call);
    assert_eq!(alert(&read(&folder, "a.json"), "SinkLags"), None);

    // Labels that somebody stored, one of them another.
    let stored = format!("{watch} --ohlcv-duckdb stored.duckdb --format json");
    let label = |value: &str| {
        format!(
            "CREATE OR REPLACE TABLE targets AS SELECT timestamp, 'sample_btcusdt_perp_1h' AS dataset,
                 target_key, {value} AS target_value, TIMESTAMP '2026-01-01' AS created_at
             FROM sample.targets WHERE timestamp >= '2025-06-01' AND timestamp < '2025-06-18'"
        )
    };
    let sample = at.join("data/sample/sample_btcusdt_perp_ohlcv.duckdb");
    let duckdb = |sql: &str| {
        let connection = duckdb::Connection::open(at.join("stored.duckdb")).unwrap();
        let attach = format!("ATTACH '{}' AS sample (READ_ONLY)", sample.display());
        connection.execute_batch(&format!("{attach}; {sql}")).unwrap();
    };
    duckdb(&label("target_value"));
    let ran = run(at, &stored);
    let same: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(
        same["journals"][0]["found"]["labels"][0], "0 of 408 differ from `targets`",
        "{}",
        ran.out
    );
    assert_eq!(alert(&same, "LabelsDiffer"), None);
    duckdb(&label(
        "CASE WHEN timestamp = '2025-06-05 03:00' THEN 1 - target_value ELSE target_value END",
    ));
    let one: Value = serde_json::from_str(&run(at, &stored).out).unwrap();
    let differ = alert(&one, "LabelsDiffer").unwrap();
    assert!(differ["annotations"]["summary"].as_str().unwrap().contains("2025-06-05T03:00:00Z"));
}

/// Two instruments in one monitor, one of them beside the band of its backtest; figures over HTTP.
#[test]
fn two_journals_a_band_and_figures_over_http() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let coins = ["btc", "eth"];
    for coin in coins {
        ok(
            at,
            &format!(
                "mean-reversion stream --once --dataset sample_{coin}usdt_perp_1h --journal {coin}.sqlite \
                 --from 2025-10-01 --sink out=jsonl:{coin}.jsonl"
            ),
        );
        decided_on_time(&at.join(format!("{coin}.sqlite")));
    }
    let backtest = "mean-reversion backtest --dataset sample_btcusdt_perp_1h --start 2025-01-01 \
                    --end 2025-09-30 --output bt";
    ok(at, backtest);
    let call = "monitor --journal btc.sqlite --fresh-within 99999999 --backtest bt --format json";
    let one = json(at, call);
    let found = &one["journals"][0]["found"];
    assert!(found["return"][0].as_str().unwrap().contains("in 61 days"), "{found}");
    // A backtest that only won makes any loss a surprise.
    let winner = "timestamp,equity\n".to_owned()
        + &(0..100).fold(String::new(), |text, day| {
            let date = chrono::DateTime::from_timestamp(1_704_067_200 + i64::from(day) * 86_400, 0);
            format!("{text}{},{}\n", date.unwrap().to_rfc3339(), 10_000.0 * 1.01_f64.powi(day))
        });
    std::fs::write(at.join("winner.csv"), winner).unwrap();
    let ran = run(at, &call.replace("bt --", "winner.csv --"));
    assert_eq!(ran.code, 3, "{}{}", ran.out, ran.err);
    let document: Value = serde_json::from_str(&ran.out).unwrap();
    for rule in ["ReturnBelowBand", "DrawdownBelowBand"] {
        assert!(alert(&document, rule).is_some(), "{rule}: {}", ran.out);
        assert!(alert(&one, rule).is_none(), "{rule} beside its own strategy's band: {one}");
    }

    let both = "monitor --journal btc.sqlite --journal eth.sqlite --state s.json";
    let ran = run(at, both);
    assert_eq!(ran.code, 5, "the sample is of the past: {}", ran.err);
    for coin in coins {
        assert!(
            ran.out.contains(&format!("mean-reversion/sample_{coin}usdt_perp_1h/")),
            "{}",
            ran.out
        );
    }
    fails(at, "monitor --journal btc.sqlite --journal btc.sqlite", 2, &["name each once"]);
    fails(at, "monitor --journal none.sqlite", 1, &["none.sqlite"]);
    // What cannot be written is told before anything is printed.
    fails(at, &format!("{both} --report page.html"), 2, &["--report", "one journal"]);
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut watching = crate::program::runner(at, &format!("{both} --watch 1 --listen {port}"))
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let begin = std::time::Instant::now();
    let text = loop {
        let text = get(port, "/metrics").unwrap_or_default();
        if text.contains("sample_eth") || begin.elapsed().as_secs() > 120 {
            break text;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    };
    watching.kill().unwrap();
    watching.wait().unwrap();
    assert_eq!(text.matches("runner_monitor_rows_stale{journal=").count(), 2, "{text}");
    assert_eq!(text.matches("# TYPE runner_monitor_rows_stale").count(), 1, "{text}");
}

/// What a server of this machine answers.
pub(crate) fn get(address: std::net::SocketAddr, path: &str) -> Option<String> {
    use std::io::{Read as _, Write as _};
    let mut stream = std::net::TcpStream::connect(address).ok()?;
    write!(stream, "GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    Some(answer)
}

/// Rows that wait for the bins of their month, and bins that are older than agreed.
#[test]
fn bins_that_are_missing_or_stale_fire_and_end() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    ok(at, "ml-calibrated-bins rebuild --bin-month 2025-06");
    ok(at, "data replay -o live --start 2025-07-02 --end 2025-07-02");
    let data = LIVE;
    run(at, &stream(data));
    let watch = format!("{WATCH} --state s.json --alerts a.json --metrics m.prom --format json");
    let status = |rule: &str| {
        let found = alert(&read(&folder, "a.json"), rule);
        found.map(|alert| alert["status"].as_str().unwrap().to_owned())
    };
    let gauge = |value: &str| {
        let figures = std::fs::read_to_string(at.join("m.prom")).unwrap();
        let line = figures.lines().find(|line| line.starts_with("runner_monitor_bins_missing{"));
        assert!(line.unwrap().ends_with(value), "{figures}");
    };
    // Not overdue yet, and not older than 62 days.
    run(at, &watch);
    assert_eq!((status("BinsMissing"), status("BinsStale")), (None, None));
    let strict = watch.replace("--fresh-within 99999999", "--fresh-within 30 --bins-within 28");
    let ran = run(at, &strict);
    assert!(ran.code == 4 || ran.code == 5, "{}{}", ran.out, ran.err);
    assert_eq!(status("BinsMissing").as_deref(), Some("firing"));
    assert_eq!(status("BinsStale").as_deref(), Some("firing"));
    gauge(" 1");
    let missing = alert(&read(&folder, "a.json"), "BinsMissing").unwrap();
    assert_eq!(missing["annotations"]["summary"], "Rows of 2025-07 wait for its bins.");
    // The bins come, the rows are decided with them.
    ok(at, "ml-calibrated-bins rebuild --bin-month 2025-07");
    ok(at, &stream(data));
    run(at, &strict);
    assert_eq!(status("BinsMissing").as_deref(), Some("resolved"));
    assert_eq!(status("BinsStale").as_deref(), Some("resolved"));
    gauge(" 0");
    run(at, &strict);
    assert_eq!((status("BinsMissing"), status("BinsStale")), (None, None));
}

/// Scores that rise together without more hits, and rows of the last day that are left out.
#[test]
fn scores_that_promise_too_much_and_missing_rows_fire() {
    let folder = folder();
    let at = folder.path();
    ok(at, "data replay -o live --start 2025-11-30T20:00 --end 2025-11-30T20:00");
    // All scores of the summer as high as the highest, and no score for two hours of the last day.
    predictions(
        at,
        "UPDATE predictions SET y_pred = (SELECT max(y_pred) FROM predictions)
             - 0.0001 * (epoch(ts) // 3600 % 97) WHERE ts >= '2025-07-01';
         DELETE FROM predictions WHERE ts >= '2025-11-30 10:00' AND ts < '2025-11-30 12:00'",
    );
    ok(at, &stream(LIVE).replace("--once", "--once --deadline 0"));
    let ran = run(at, &format!("{WATCH} --state s.json --alerts a.json --format json"));
    assert_eq!(ran.code, 4, "{}{}", ran.out, ran.err);
    let alerts = read(&folder, "a.json");
    for (rule, side, words) in [
        ("CalibrationWatch", "down", "the e-detector (down) reached"),
        ("CalibrationAlert", "down", "of 7320"),
        ("RowsMissing", "rows", "Of the last day's 24 rows 2 are missing or left out."),
    ] {
        let found = alert(&alerts, rule).unwrap_or_else(|| panic!("no {rule}: {alerts}"));
        assert_eq!(found["status"], "firing", "{found}");
        let of_rule = alerts["alerts"].as_array().unwrap().iter();
        let said = of_rule.filter(|alert| alert["labels"]["alertname"] == rule).any(|alert| {
            alert["labels"]["side"] == side
                && alert["annotations"]["summary"].as_str().unwrap().contains(words)
        });
        assert!(said, "{rule}: {alerts}");
    }
    // An alarm that is acknowledged is told as resolved once; it happened, so it does not come back by itself.
    let of = |alert: &Value| alert["fingerprint"].as_str().unwrap().to_owned();
    let alarm = of(&alert(&alerts, "CalibrationAlert").unwrap());
    ok(at, &format!("monitor acknowledge --state s.json {alarm}"));
    let told = || {
        run(at, &format!("{WATCH} --state s.json --alerts a.json --format json"));
        let alerts = read(&folder, "a.json");
        let all = alerts["alerts"].as_array().unwrap();
        let found = all.iter().find(|alert| of(alert) == alarm);
        found.map(|alert| alert["status"].as_str().unwrap().to_owned())
    };
    assert_eq!(told().as_deref(), Some("resolved"));
    assert_eq!(told(), None);
}

/// Ended at each of its writes, renames and syncs in turn, its files are whole, and what it found in the end is
/// what an uninterrupted one found and told.
#[test]
fn a_monitor_that_is_killed_goes_on_as_if_it_had_not_been() {
    let folder = folder();
    let at = folder.path();
    let call = |state: &str| {
        format!(
            "{WATCH} --state {state}.json --alerts {state}-alerts.json --metrics {state}.prom --format json"
        )
    };
    let whole = |file: &str| {
        let Ok(text) = std::fs::read_to_string(at.join(file)) else { return };
        let _: Value =
            serde_json::from_str(&text).unwrap_or_else(|error| panic!("{file}: {error}"));
    };
    let (mut kills, mut halfway) = (0, 0);
    for end in ["2025-07-20T20:00", "2025-09-30T20:00"] {
        ok(at, &format!("data replay -o live --start {end} --end {end}"));
        // Scores that promise too much: there is something to tell.
        predictions(
            at,
            "UPDATE predictions SET y_pred = (SELECT max(y_pred) FROM predictions) WHERE ts >= '2025-06-10'",
        );
        ok(at, &stream(LIVE));
        run(at, &call("calm"));
        for request in ["write", "rename", "fsync"] {
            for place in 1.. {
                let files = || {
                    ["killed.json", "killed-alerts.json"]
                        .map(|file| std::fs::read(at.join(file)).ok())
                };
                let before = files();
                let program = crate::program::runner(at, &call("killed"));
                let mut command = std::process::Command::new("strace");
                command.args(["-f", "-qq", "-o", "/dev/null", "-e", &format!("trace={request}")]);
                command.args(["-e", &format!("inject={request}:signal=KILL:when={place}")]);
                command.arg(program.get_program()).args(program.get_args()).current_dir(at);
                let Ok(ran) = command.output() else {
                    return eprintln!("skipped: there is no strace to end a monitor at a write");
                };
                let said = String::from_utf8_lossy(&ran.stderr).into_owned();
                if said.contains("ptrace") || said.contains("Operation not permitted") {
                    return eprintln!("skipped: strace may not look at other processes here");
                }
                whole("killed.json");
                whole("killed-alerts.json");
                let [state, alerts] =
                    files().into_iter().zip(before).map(|(a, b)| a != b).collect::<Vec<_>>()[..]
                else {
                    unreachable!("two files");
                };
                // It got through: so often it does not ask.
                if ran.status.code().is_some_and(|code| code < 128) {
                    break;
                }
                kills += 1;
                halfway += usize::from(alerts && !state);
            }
        }
        let monitors = |state: &str| read(&folder, &format!("{state}.json"))["monitors"].clone();
        assert_eq!(monitors("calm"), monitors("killed"), "{end}");
        let told = |state: &str| -> std::collections::BTreeSet<String> {
            let alerts = read(&folder, &format!("{state}-alerts.json"));
            let all = alerts["alerts"].as_array().unwrap().iter();
            // A state, as the heartbeat is, begins when it is first seen.
            let events = all.filter(|alert| alert["labels"]["severity"] != "none");
            events
                .map(|alert| {
                    format!("{} {} {}", alert["fingerprint"], alert["status"], alert["startsAt"])
                })
                .collect()
        };
        assert!(!told("calm").is_empty(), "{end}: no alarm to compare");
        assert_eq!(told("calm"), told("killed"), "{end}");
    }
    assert!(kills >= 12 && halfway > 0, "{kills} kills, {halfway} between alerts and state");
}

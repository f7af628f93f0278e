//! Sweeps, walk-forwards and the ledger of trials, through the built program.

use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use serde_json::Value;

use crate::market::Market;
use crate::program::{bounded, fails, json, ok, runner};

const SWEEP: &str = "mean-reversion sweep --ohlcv-duckdb ohlcv.duckdb --funding off --gaps hold \
                     --set entry-z=0.8:1.4:0.2 --set stop-loss=0.02,0.05,0.1";

fn trials(folder: &Path) -> Vec<Value> {
    let text = fs::read_to_string(folder.join("data/trials.jsonl")).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_sweep_counts_its_settings_and_ends_in_one_sentence() {
    let market = Market::new();
    let found = json(market.path(), &format!("{SWEEP} --format json"));
    assert_eq!(found["settings"], 12);
    assert_eq!(found["refused"], 0);
    assert_eq!(found["keys"], serde_json::json!(["entry-z", "stop-loss"]));
    assert_eq!(found["surface"]["rows"].as_array().unwrap().len(), 4);
    assert_eq!(found["surface"]["sharpe"][0].as_array().unwrap().len(), 3);
    let sentence = found["verdict"]["sentence"].as_str().unwrap();
    assert!(sentence.starts_with("12 settings tried; "), "{sentence}");
    assert_eq!(trials(market.path()).len(), 12);

    // The same again is not more; text says the same; another setting counts.
    let text = ok(market.path(), SWEEP);
    assert!(text.ends_with(&format!("{sentence}\n")), "{text}");
    let listed = json(market.path(), "trials list --format json");
    assert_eq!(listed[0]["settings"], 12);
    assert_eq!(listed[0]["strategy"], "mean-reversion");
    let one = "mean-reversion backtest --ohlcv-duckdb ohlcv.duckdb --funding off --gaps hold --entry-z 0.9";
    let text = ok(market.path(), one);
    let last = text.lines().last().unwrap();
    assert!(last.starts_with("13 settings tried; deflated Sharpe 0."), "{last}");

    let forgotten = ok(market.path(), "trials forget --strategy mean-reversion");
    assert!(forgotten.starts_with("25 trials forgotten"), "{forgotten}");
    let text = ok(market.path(), one);
    let last = text.lines().last().unwrap();
    assert!(last.starts_with("1 setting tried; probabilistic Sharpe 0."), "{last}");
}

/// The results of a sweep by name, a value for each setting.
fn numbers(folder: &Path, name: &str) -> Vec<f64> {
    let reader = tabular::read(&folder.join("settings.parquet"), 1000).unwrap();
    let column = reader.require(name, tabular::Wanted::Number).unwrap();
    let batches: Vec<_> = reader.map(Result::unwrap).collect();
    let values =
        arrow::compute::cast(batches[0].column(column), &arrow::datatypes::DataType::Float64);
    let values = values.unwrap();
    arrow::array::AsArray::as_primitive::<arrow::datatypes::Float64Type>(&values).values().to_vec()
}

/// Holds each setting of the sweep in `sweep` to a backtest with its flags.
fn earns_alone(folder: &Path, call: &str, settings: &[&str]) {
    let [returns, drawdowns, trades] = ["total_return", "max_drawdown", "trades"]
        .map(|column| numbers(&folder.join("sweep"), column));
    assert_eq!(returns.len(), settings.len());
    for (row, flags) in settings.iter().enumerate().filter(|(_, flags)| !flags.is_empty()) {
        let alone = json(folder, &format!("{call} --format json {flags}"));
        let alone = &alone["result"];
        let number = |name: &str| alone[name].as_f64().unwrap();
        assert!((returns[row] - number("total_return")).abs() < 1e-12, "{flags}: {alone}");
        assert!((drawdowns[row] - number("max_drawdown")).abs() < 1e-12, "{flags}: {alone}");
        assert_eq!(trades[row], number("trades"), "{flags}");
    }
}

#[test]
fn a_setting_earns_in_a_sweep_what_it_earns_alone() {
    let market = Market::new();
    ok(market.path(), &format!("{SWEEP} -o sweep"));
    let call = "mean-reversion backtest --ohlcv-duckdb ohlcv.duckdb --funding off --gaps hold";
    let mut settings = [""; 12];
    settings[0] = "--entry-z 0.8 --stop-loss 0.02";
    settings[10] = "--entry-z 1.4 --stop-loss 0.05";
    earns_alone(market.path(), call, &settings);
}

#[test]
fn what_is_read_once_serves_every_setting() {
    let folder = tempfile::tempdir().unwrap();
    let flags = ["funding", "leverage", "margin", "tie", "max-hold", "fee-taker", "quantity"];
    let settings = [
        ["off", "1", "isolated", "pessimistic", "20", "0.0005", "0.01"],
        ["charge", "1", "isolated", "pessimistic", "20", "0.0005", "0.01"],
        ["both-ends", "4", "cross", "optimistic", "9", "0.0001", "0.05"],
        ["charge", "20", "isolated", "pessimistic", "30", "0.0005", "2"],
    ];
    let lines = settings.iter().map(|setting| setting.join(","));
    let lines: Vec<String> = std::iter::once(flags.join(",")).chain(lines).collect();
    fs::write(folder.path().join("settings.csv"), lines.join("\n")).unwrap();
    let call = "mean-reversion sweep --sample --end 2024-06-30 --funding off -o sweep";
    let found = json(folder.path(), &format!("{call} --settings settings.csv --format json"));
    assert_eq!(found["refused"], 0, "{found}");
    assert_eq!(found["notes"], serde_json::json!([]));
    let of = |setting: &[&str; 7]| {
        let flags = flags.iter().zip(setting).map(|(flag, value)| format!("--{flag} {value}"));
        flags.collect::<Vec<_>>().join(" ")
    };
    let alone = settings.each_ref().map(of);
    let call = "mean-reversion backtest --sample --end 2024-06-30";
    earns_alone(folder.path(), call, &alone.each_ref().map(String::as_str));
    let returns = numbers(&folder.path().join("sweep"), "total_return");
    assert_ne!(returns[0], returns[1], "funding is charged where a setting asks for it");
}

/// A flag beats the environment also where it asks for what the flag's default is, and a switch that settings turn
/// off is off.
#[test]
fn what_is_asked_for_beats_the_environment() {
    let folder = tempfile::tempdir().unwrap();
    let sharpes = |flags: &str, environment: &[(&str, &str)]| -> Vec<f64> {
        let call = "mean-reversion sweep --sample --end 2024-06-30 --set stop-loss=0.02,0.05";
        let mut command = runner(folder.path(), &format!("{call} --format json {flags}"));
        let ran = bounded(command.envs(environment.iter().copied()));
        assert_eq!(ran.code, 0, "{}", ran.err);
        let found: Value = serde_json::from_str(&ran.out).unwrap();
        found["best"].as_array().unwrap().iter().map(|b| b["sharpe"].as_f64().unwrap()).collect()
    };
    let plain = sharpes("", &[]);
    let dear = [("RUNNER_SLIPPAGE", "0.01")];
    assert_eq!(sharpes("--slippage 0.0001", &dear), plain);
    assert_ne!(sharpes("", &dear), plain);
    // A position is open at the end.
    let closing = [("RUNNER_CLOSE_AT_END", "true")];
    assert_eq!(sharpes("--set close-at-end=false", &closing), plain);
    assert_ne!(sharpes("", &closing), plain);
}

#[test]
fn a_sweep_is_not_resumed_over_other_bins() {
    let market = Market::new();
    ok(market.path(), &market.rebuild("--quiet --bin-month 2025-11"));
    let data = "--pred-duckdb pred.duckdb --ohlcv-duckdb ohlcv.duckdb --bins-root bins --gaps hold";
    let call = format!("ml-calibrated-bins sweep {data} --set max-hold=12,24 -o sweep");
    ok(market.path(), &call);
    let resumed = format!("{call} --resume");
    ok(market.path(), &resumed);
    ok(market.path(), &market.rebuild("--quiet --bin-month 2025-11 --method isotonic --overwrite"));
    fails(market.path(), &resumed, 1, &["content"]);
}

#[test]
fn a_sweep_refuses_and_says_what_a_backtest_does() {
    let market = Market::new();
    let call = "mean-reversion sweep --ohlcv-duckdb ohlcv.duckdb --gaps hold";
    let unjudged = "so a leverage above 1 cannot be judged";
    fails(market.path(), &format!("{call} --set leverage=1,3"), 2, &[unjudged]);
    let text = ok(market.path(), &format!("{call} --set entry-z=1,1.5"));
    assert!(text.contains("note: the candles: NO FUNDING IS CHARGED"), "{text}");
    assert!(text.contains("nothing is rounded, nothing liquidated"), "{text}");

    let legs = "sample_solusdt_perp_1h,sample_ethusdt_perp_1h";
    let text = ok(market.path(), &format!("pairs sweep --sample --set pair-with={legs}"));
    assert!(text.contains("2 settings; 1 refused"), "{text}");
    assert!(text.contains("\nrefused first: pair-with=sample_ethusdt_perp_1h: "), "{text}");
    assert!(text.contains("\nnote: without --set: 36 positions entered"), "{text}");
}

#[test]
fn threads_and_a_second_start_change_no_bit() {
    let market = Market::new();
    let bytes =
        |folder: &str| fs::read(market.path().join(folder).join("settings.parquet")).unwrap();
    for threads in ["1", "2", "7"] {
        let mut command = runner(market.path(), &format!("{SWEEP} -o of-{threads}"));
        let output = command.env("RAYON_NUM_THREADS", threads).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    assert_eq!(bytes("of-1"), bytes("of-2"));
    assert_eq!(bytes("of-1"), bytes("of-7"));
    let summary = |folder: &str| fs::read(market.path().join(folder).join("summary.json")).unwrap();
    assert_eq!(summary("of-1"), summary("of-2"));
    assert_eq!(summary("of-1"), summary("of-7"));
    let before = summary("of-1");
    ok(market.path(), &format!("{SWEEP} -o of-1 --resume"));
    assert_eq!(before, summary("of-1"));
    fails(
        market.path(),
        &format!("{SWEEP} -o of-1"),
        1,
        &["of-1 holds a sweep already", "--resume"],
    );
    fails(
        market.path(),
        &format!("{SWEEP} --entry-z 3 --capital 5 -o of-1 --resume"),
        1,
        &["`flags` differs"],
    );
}

#[test]
fn a_walk_forward_reports_the_future_alone() {
    let market = Market::new();
    let call = format!("{SWEEP} --walk-forward 1:1 --format json");
    let found = json(market.path(), &call);
    let walked = &found["walk_forward"];
    assert_eq!(walked["purge"], 1);
    let months = walked["months"].as_array().unwrap();
    assert!(!months.is_empty());
    for month in months {
        assert!(month["setting"].as_u64().unwrap() < 12, "{month}");
        assert_eq!(month["values"].as_array().unwrap().len(), 2);
    }
    let sentence = walked["verdict"]["sentence"].as_str().unwrap();
    assert!(sentence.starts_with("1 setting tried; "), "{sentence}");
    let text = ok(market.path(), &format!("{SWEEP} --walk-forward 1:1"));
    assert!(text.contains("out of sample: return"), "{text}");
    fails(market.path(), &format!("{SWEEP} --walk-forward 99:1"), 2, &["more than 99 months"]);
    fails(market.path(), &format!("{SWEEP} --walk-forward 0:1"), 2, &["as in 12:1"]);
}

#[test]
fn settings_that_cannot_be() {
    let market = Market::new();
    let sweep = "mean-reversion sweep --ohlcv-duckdb ohlcv.duckdb --funding off --gaps hold";
    fails(market.path(), sweep, 2, &["there is nothing to try", "--set"]);
    fails(market.path(), &format!("{sweep} --set entry=1"), 2, &["no such flag", "entry-z"]);
    fails(market.path(), &format!("{sweep} --set venue=okx,bybit"), 2, &["same for all settings"]);
    fails(
        market.path(),
        &format!("{sweep} --set entry-z=3:1:1"),
        2,
        &["no step of 1 leads from 3 to 1"],
    );
    fails(market.path(), &format!("{sweep} --set entry-z=1,x"), 2, &["'x' for '--entry-z"]);
    // One that is refused does not stop the others, and is no trial.
    let found = json(market.path(), &format!("{sweep} --set stop-loss=0.05,7 --format json"));
    assert_eq!((&found["settings"], &found["refused"]), (&2.into(), &1.into()));
    assert_eq!(trials(market.path()).len(), 1);
    fails(
        market.path(),
        &format!("{sweep} --set close-at-end=yes,true"),
        2,
        &["=yes", "true or false"],
    );
    // False takes a switch of the call away.
    let off = json(
        market.path(),
        &format!("{sweep} --close-at-end --set close-at-end=true,false --format json"),
    );
    let alone =
        json(market.path(), &format!("{sweep} --set close-at-end=true,false --format json"));
    assert_eq!(off["best"], alone["best"]);
    fs::write(market.path().join("settings.csv"), "entry-z,stop-loss\n1.1,0.05\n1.3,0.02\n")
        .unwrap();
    let found = json(market.path(), &format!("{sweep} --settings settings.csv --format json"));
    assert_eq!(found["settings"], 2);
    let found =
        json(market.path(), &format!("{sweep} --set entry-z=0.5:2:0.1 --random 4 --format json"));
    assert_eq!(found["settings"], 4);
}

#[test]
fn invented_strategies_without_skill_are_called_luck() {
    let market = Market::new();
    let simulate = |flags: &str| {
        let call = format!("trials simulate --strategies 200 --settings 50 --format json {flags}");
        json(market.path(), &call)[0]["share"].as_f64().unwrap()
    };
    assert!(simulate("--sharpe 0") >= 0.95);
    assert!(simulate("--sharpe 2") < 0.5);
    fails(market.path(), "trials simulate --correlation 2", 2, &["--correlation"]);
}

/// Nobody named a dataset: the table of candles tells the instruments apart, and is the dataset's.
#[test]
fn trials_of_two_coins_are_never_counted_together() {
    let market = Market::new();
    fs::copy(market.file("ohlcv.duckdb"), market.file("eth.duckdb")).unwrap();
    let eth = duckdb::Connection::open(market.file("eth.duckdb")).unwrap();
    eth.execute_batch("ALTER TABLE ohlcv_btcusdt_1h RENAME TO ohlcv_ethusdt_1h").unwrap();
    drop(eth);
    let verdict = |flags: &str| {
        let call = format!("mean-reversion backtest --funding off --gaps hold {flags}");
        ok(market.path(), &call).lines().last().unwrap().to_owned()
    };
    let (btc, eth) = ("--ohlcv-duckdb ohlcv.duckdb", "--ohlcv-duckdb eth.duckdb");
    assert!(verdict(btc).starts_with("1 setting tried"));
    assert!(verdict(eth).starts_with("1 setting tried"));
    assert!(verdict(&format!("{btc} --entry-z 0.9")).starts_with("2 settings tried"));
    // The same instrument by its dataset's name, and a file of signals is a subject of its own.
    let named = format!("{btc} --dataset test_btcusdt_perp_1h --entry-z 1.1");
    assert!(verdict(&named).starts_with("3 settings tried"));
    assert!(verdict(&format!("{btc} --entry-z 1.2")).starts_with("4 settings tried"));
    assert!(verdict(&format!("{eth} --entry-z 1.2")).starts_with("2 settings tried"));
}

#[test]
fn a_page_of_a_sweep_has_the_numbers_of_its_json() {
    let market = Market::new();
    let found = json(
        market.path(),
        &format!("{SWEEP} --walk-forward 1:1 --format json --report page.html"),
    );
    let page = fs::read_to_string(market.file("page.html")).unwrap();
    assert!(page.len() < 300_000 && !page.contains("<script") && !page.contains("NaN"));
    let number =
        |value: &Value, decimals: usize| format!("{:.decimals$}", value.as_f64().unwrap().abs());
    for best in found["best"].as_array().unwrap() {
        assert!(page.contains(&number(&best["sharpe"], 2)), "{best}");
    }
    for row in found["surface"]["sharpe"].as_array().unwrap() {
        for ratio in row.as_array().unwrap().iter().filter(|ratio| !ratio.is_null()) {
            assert!(page.contains(&number(ratio, 2)), "{ratio}");
        }
    }
    let walk = &found["walk_forward"];
    for month in walk["months"].as_array().unwrap() {
        assert!(page.contains(month["month"].as_str().unwrap()), "{month}");
    }
    for sentence in [&found["verdict"]["sentence"], &walk["verdict"]["sentence"]] {
        assert!(page.contains(sentence.as_str().unwrap()), "{sentence}");
    }
    assert!(page.contains("runner mean-reversion sweep"));
}

#[test]
fn a_sweep_that_is_killed_leaves_readable_files_and_is_resumed_to_the_same_bytes() {
    let market = Market::new();
    let sweep = "mean-reversion sweep --ohlcv-duckdb ohlcv.duckdb --funding off --gaps hold \
                 --set entry-z=0.8:2.4:0.05 --set stop-loss=0.01:0.4:0.01";
    let bytes = |folder: &str, file: &str| fs::read(market.path().join(folder).join(file)).unwrap();
    ok(market.path(), &format!("{sweep} -o whole"));
    let mut interrupted = 0;
    for part in 0..5 {
        let folder = format!("killed-{part}");
        let path = market.path().join(&folder);
        let is_done = || path.join("summary.json").exists();
        // When that part is there, or just before or after it. On a busy machine a sweep may end before
        // it is killed: then once more.
        for _ in 0..10 {
            let _ = fs::remove_dir_all(&path);
            let mut call = runner(market.path(), &format!("{sweep} -o {folder}"));
            let mut child = call.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
            let wanted = path.join(format!("parts/{part:05}.parquet"));
            while !wanted.exists() && child.try_wait().unwrap().is_none() {
                thread::sleep(Duration::from_micros(200));
            }
            child.kill().unwrap();
            child.wait().unwrap();
            if !is_done() {
                interrupted += 1;
                break;
            }
        }
        let parts = readable(&path);
        let is_merged = path.join("settings.parquet").exists();
        assert!(parts > part || is_merged, "{parts} files after part {part}");
        ok(market.path(), &format!("{sweep} -o {folder} --resume"));
        for file in ["settings.parquet", "summary.json", "plan.json"] {
            assert_eq!(bytes("whole", file), bytes(&folder, file), "{file} after part {part}");
        }
    }
    assert!(interrupted > 0, "every sweep ended before it was killed");
}

/// How many Parquet files lie in the folder and below; each must be readable.
fn readable(folder: &Path) -> usize {
    let Ok(entries) = fs::read_dir(folder) else { return 0 };
    let paths = entries.map(|entry| entry.unwrap().path());
    paths
        .map(|path| {
            if path.is_dir() {
                return readable(&path);
            }
            let whole = path.extension().is_some_and(|end| end == "parquet");
            if whole {
                let rows =
                    tabular::read(&path, 1000).unwrap().map(|batch| batch.unwrap().num_rows());
                assert!(rows.sum::<usize>() > 0, "{}", path.display());
            }
            usize::from(whole)
        })
        .sum()
}

#[test]
fn a_choice_with_hindsight_needs_the_flag_of_that_name() {
    let market = Market::new();
    let walk = format!("{SWEEP} --max-hold 48 --walk-forward 1:1");
    let found = json(market.path(), &format!("{walk} --format json"));
    assert_eq!(
        (&found["walk_forward"]["purge"], &found["walk_forward"]["look_ahead"]),
        (&2.into(), &false.into())
    );
    for purge in ["0", "1"] {
        let call = format!("{walk} --purge {purge}");
        fails(market.path(), &call, 2, &["--purge", "trades last up to 2 days", "--look-ahead"]);
    }
    let tried = trials(market.path()).len();
    let seen = json(market.path(), &format!("{walk} --purge 0 --look-ahead --format json"));
    assert_eq!(seen["walk_forward"]["look_ahead"], true);
    let sentence = seen["walk_forward"]["verdict"]["sentence"].as_str().unwrap();
    assert!(sentence.contains("no result"), "{sentence}");
    // The settings are recorded again, as by every sweep; what hindsight would have earned is not.
    assert_eq!(trials(market.path()).len() - tried, 12);
    fails(market.path(), &format!("{SWEEP} --look-ahead"), 2, &["--walk-forward"]);
}

#[test]
fn a_walk_forward_is_written_month_by_month() {
    let market = Market::new();
    let found = json(market.path(), &format!("{SWEEP} --walk-forward 1:1 -o swept --format json"));
    let walk = &found["walk_forward"];
    let months = walk["months"].as_array().unwrap();
    let column = |file: &str, name: &str| -> Vec<String> {
        let reader = tabular::read(&market.path().join("swept").join(file), 65_536).unwrap();
        let batches: Vec<_> = reader.map(Result::unwrap).collect();
        let values = batches.iter().flat_map(|batch| {
            let column =
                batch.column_by_name(name).unwrap_or_else(|| panic!("no {name} in {file}"));
            let text = arrow::compute::cast(column, &arrow::datatypes::DataType::Utf8).unwrap();
            let text = arrow::array::AsArray::as_string::<i32>(&text).clone();
            text.iter().map(|value| value.unwrap_or("null").to_owned()).collect::<Vec<_>>()
        });
        values.collect()
    };
    let file = "walk_forward.parquet";
    let of = |name: &str| months.iter().map(|month| month[name].to_string()).collect::<Vec<_>>();
    assert_eq!(column(file, "setting"), of("setting"));
    assert_eq!(column(file, "trades"), of("trades"));
    assert_eq!(column(file, "entry-z").len(), months.len());
    let product: f64 = column(file, "total_return")
        .iter()
        .map(|part| 1.0 + part.parse::<f64>().unwrap())
        .product();
    let total = walk["performance"]["total_return"].as_f64().unwrap();
    assert!((product - 1.0 - total).abs() < 1e-9, "{product} {total}");
    let (times, equity) = (
        column("walk_forward_equity.parquet", "timestamp"),
        column("walk_forward_equity.parquet", "equity"),
    );
    assert!(times.is_sorted() && times.len() > 24);
    let last: f64 = equity.last().unwrap().parse().unwrap();
    assert!((last / 10_000.0 - 1.0 - total).abs() < 1e-9, "{last} {total}");
}

/// Settings and rows of the whole campaign need less than this (`cargo xtask campaigns sweep-memory`); the
/// equity of a tenth of them at every row would be 240 MB.
const MOST_KIB: u64 = 300_000_000 / 1024;

#[test]
fn a_sweep_over_30_000_rows_keeps_no_equity() {
    let settings = std::env::var("SWEEP_SETTINGS").map_or(1_000, |count| count.parse().unwrap());
    let market = Market::from_on("2022-01-01", 1_250);
    let sweep = format!(
        "mean-reversion sweep --ohlcv-duckdb ohlcv.duckdb --funding off --entry-z 1 --random {settings} -o sweep \
         --set take-profit=0.001:0.2:0.001 --set stop-loss=0.001:0.2:0.001"
    );
    let mut call = runner(market.path(), &sweep);
    call.env("RAYON_NUM_THREADS", "2").stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = call.spawn().unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut peak = None;
    while child.try_wait().unwrap().is_none() {
        let text = fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        peak = line.map(|line| line.trim().trim_end_matches(" kB").parse().unwrap()).or(peak);
        thread::sleep(Duration::from_millis(2));
    }
    assert!(child.wait().unwrap().success());
    let found: Value =
        serde_json::from_slice(&fs::read(market.file("sweep/summary.json")).unwrap()).unwrap();
    assert_eq!((&found["settings"], &found["rows"]), (&settings.into(), &30_000.into()));
    assert_eq!((&found["refused"], &found["without_trades"]), (&0.into(), &0.into()));
    // Only Linux tells the peak of another process.
    let peak: u64 = peak.unwrap_or_default();
    assert!(peak > 0 || !cfg!(target_os = "linux"));
    eprintln!("{settings} settings over 30,000 rows: {peak} KiB at most");
    assert!(peak < MOST_KIB, "{peak} KiB");
}

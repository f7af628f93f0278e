//! `runner.toml`: values for flags.

use std::fs;

use crate::market::Market;
use crate::program::{fails, json, ok, runner};

const REBUILD: &str = "ml-calibrated-bins rebuild";

fn configured(text: &str) -> Market {
    let market = Market::new();
    fs::write(market.file("runner.toml"), text).unwrap();
    market
}

const BASE: &str = "\
# Where the data is
pred_duckdb = \"pred.duckdb\"
ohlcv_duckdb = \"ohlcv.duckdb\"

[ml-calibrated-bins]
bins_root = \"bins\"
lookback_months = 1
n_bins = 10
";

fn n_bins(market: &Market, arguments: &str) -> u64 {
    let report = json(market.path(), &format!("{arguments} --format json --overwrite"));
    report["months"][0]["metadata"]["n_bins"].as_u64().unwrap()
}

#[test]
fn values_come_from_defaults_file_environment_and_flags_later_over_earlier() {
    let market = configured(BASE);
    assert_eq!(n_bins(&market, REBUILD), 10);
    assert_eq!(n_bins(&market, &format!("{REBUILD} --n-bins 5")), 5);
    let output = runner(market.path(), &format!("{REBUILD} --overwrite --format json"))
        .env("RUNNER_N_BINS", "7")
        .output();
    let report: serde_json::Value = serde_json::from_slice(&output.unwrap().stdout).unwrap();
    assert_eq!(report["months"][0]["metadata"]["n_bins"], 7);
}

#[test]
fn a_strategy_s_table_overrides_what_counts_for_all() {
    // `n_bins` is sorted after the strategy's name.
    let market = configured(&format!("n_bins = 6\n{BASE}"));
    assert_eq!(n_bins(&market, REBUILD), 10);
}

#[test]
fn help_shows_the_value_in_force() {
    let market = configured(BASE);
    let help = ok(market.path(), &format!("{REBUILD} --help"));
    assert!(help.contains("[default: 10]"), "{help}");
    assert!(!help.contains("[default: 20]"), "{help}");
}

#[test]
fn another_file_can_be_named() {
    let market = configured("nonsense");
    fs::write(market.file("other.toml"), BASE).unwrap();
    assert_eq!(n_bins(&market, &format!("{REBUILD} --config other.toml")), 10);
    fails(market.path(), &format!("{REBUILD} --config none.toml"), 2, &["none.toml"]);
    fails(market.path(), REBUILD, 2, &["runner.toml is not TOML"]);
}

#[test]
fn unknown_keys_are_refused_with_line_and_nearest() {
    let market = configured(&BASE.replace("n_bins", "n_bin"));
    fails(market.path(), REBUILD, 2, &["runner.toml, line 8", "`n_bin`", "did you mean `n_bins`"]);
    let market = configured(&BASE.replace("[ml-calibrated-bins]", "[ml-calibrated-bin]"));
    fails(market.path(), REBUILD, 2, &["line 5", "did you mean `ml-calibrated-bins`"]);
    let market = configured(&format!("pred_duckdbs = 1\n{BASE}"));
    fails(market.path(), REBUILD, 2, &["line 1", "did you mean `pred_duckdb`"]);
}

#[test]
fn values_are_checked_where_they_stand() {
    let market = configured(&BASE.replace("n_bins = 10", "n_bins = 1"));
    fails(market.path(), REBUILD, 2, &["runner.toml, line 8", "`n_bins`", "2 to 1000"]);
    let market = configured(&BASE.replace("n_bins = 10", "n_bins = {}"));
    fails(market.path(), REBUILD, 2, &["line 8", "wanted a text, a number"]);
    let market = configured(&format!("{BASE}no_train_predictions = 3\n"));
    fails(market.path(), REBUILD, 2, &["line 9", "`no_train_predictions`"]);
}

#[test]
fn an_empty_list_puts_nothing_in_the_place_of_a_default() {
    let wanted = ["runner.toml, line 8", "`n_bins`", "at least one value"];
    let market = configured(&BASE.replace("n_bins = 10", "n_bins = []"));
    fails(market.path(), REBUILD, 2, &wanted);
    let run = "[[ml-calibrated-bins.runs]]\nn_bins = []";
    let market = configured(&BASE.replace("n_bins = 10", &format!("\n{run}")));
    fails(market.path(), REBUILD, 2, &["runner.toml, line 10", wanted[1], wanted[2]]);
    assert!(!market.file("bins").exists());
    // Where nothing is the default, nothing may be said.
    let market = configured(&format!("{BASE}bins_for = []\n"));
    assert_eq!(n_bins(&market, REBUILD), 10);
}

#[test]
fn months_may_be_given_other_bins() {
    let market = configured(&format!("{BASE}bins_for = [\"2025-10=2025-11\"]\n"));
    ok(market.path(), &format!("{REBUILD} --quiet --bin-month all"));
    let rule = "--long-bin-threshold 10 --short-bin-threshold 1";
    let day = format!("ml-calibrated-bins signals {rule} --start 2025-10-05 --end 2025-10-05");
    let by_file = ok(market.path(), &day);
    let by_own = ok(market.path(), &format!("{day} --bins-for 2025-10=2025-10"));
    assert_ne!(by_file, by_own);
    let inspect = "ml-calibrated-bins inspect 2025-11 --format json";
    let first: Vec<&str> = by_file.lines().nth(1).unwrap().split(',').collect();
    let test = json(market.path(), &format!("{inspect} {rule} --test {}", first[1]));
    assert_eq!(test["tests"][0]["p_cal"].to_string(), first[2]);
}

#[test]
fn exits_and_costs_in_the_table_of_the_backtest_count_for_every_account() {
    let of = |text: &str, command: &str| {
        let market = Market::new();
        fs::write(market.file("runner.toml"), text).unwrap();
        let data = "--ohlcv-duckdb ohlcv.duckdb --funding off --format json";
        json(market.path(), &format!("mean-reversion {command} {data}"))
    };
    let rules = |text: &str| of(text, "backtest --gaps hold")["rules"].clone();
    let backtest = "[backtest]\nstop_loss = 0.02\nfee_taker = 0.001\n";
    let found = rules(backtest);
    assert_eq!(found["exits"]["long"]["stop_loss"], 0.02);
    assert_eq!(found["fees"]["taker"], 0.001);
    // What is said of one strategy comes first, wherever it stands.
    let found = rules(&format!("[mean-reversion]\nstop_loss = 0.05\n{backtest}"));
    assert_eq!(found["exits"]["long"]["stop_loss"], 0.05);
    let one = "sweep --gaps hold --set entry-z=1";
    let swept = |text: &str| of(text, one)["best"][0]["total_return"].as_f64().unwrap();
    assert!((swept(backtest) - swept("")).abs() > 1e-6);
    let alone = of(backtest, "backtest --gaps hold --entry-z 1")["result"]["total_return"]
        .as_f64()
        .unwrap();
    assert!((swept(backtest) - alone).abs() < 1e-12);
    let evaluated = |text: &str| of(text, "evaluate")["money"]["exits"][0]["max_hold"].clone();
    assert_eq!(evaluated("[evaluate]\nmax_hold = 12\n"), 12);
    fails(
        configured("[backtest]\nstop_losss = 0.02\n").path(),
        "list",
        2,
        &["runner.toml", "stop_losss"],
    );
}

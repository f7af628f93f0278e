//! Strategies with several models or several legs, through the built program.

use std::fs;
use std::path::Path;

use duckdb::Connection;

use crate::market::Market;
use crate::program::{fails, json, ok, run};

#[test]
fn each_shows_its_state_on_the_sample_without_a_flag() {
    let folder = tempfile::tempdir().unwrap();
    for (strategy, columns) in [
        ("pairs", "hedge_ratio p_value half_life z reason target@sample_solusdt_perp_1h"),
        ("funding-carry", "expected_funding cost basis reason target@sample_btcusdt_spot_1h"),
    ] {
        let state = ok(folder.path(), &format!("{strategy} state"));
        for column in columns.split_whitespace() {
            let line = state.lines().find(|line| line.starts_with(column));
            let value = line.and_then(|line| line.split_whitespace().last());
            assert!(value.is_some_and(|value| value != "-"), "{column}: {state}");
        }
        assert!(state.contains("positions entered in 19008 rows; rows by reason:"), "{state}");
        let traded = json(folder.path(), &format!("{strategy} backtest --format json"));
        assert_eq!(traded["instruments"].as_array().unwrap().len(), 2);
        let trades = traded["result"]["trades"].as_u64().unwrap();
        assert!(trades >= 4 && trades.is_multiple_of(2), "both legs end together: {trades}");
    }
    let perps = "funding-carry backtest --hedge-with sample_btcusdc_perp_1h --format json";
    let traded = json(folder.path(), perps);
    assert!(traded["result"]["trades"].as_u64().unwrap() > 10, "two perpetual futures: {traded}");
}

/// In March 2024 the sample's future stands 1.6 % above spot, while the carry is short of it.
#[test]
fn a_basis_that_widens_ends_both_legs_and_locks() {
    let folder = tempfile::tempdir().unwrap();
    let rows = json(folder.path(), "funding-carry signals --end 2025-05-31 --format json");
    let rows = rows.as_array().unwrap();
    let reason = |row: usize| rows[row]["reason"].as_str().unwrap();
    let number = |row: usize, column: &str| rows[row][column].as_f64().unwrap();
    let weights = |row| [number(row, "target"), number(row, "target@sample_btcusdt_spot_1h")];
    let stops: Vec<usize> = (0..rows.len()).filter(|&row| reason(row) == "basis stop").collect();
    let [stop] = stops[..] else { panic!("{stops:?}") };
    let entered = (0..stop).rev().find(|&row| reason(row) == "entered").unwrap();
    let widened = |row| number(row, "basis") - number(entered, "basis");
    assert!(widened(stop) >= 0.01 && widened(stop - 1) < 0.01, "{}", rows[stop]);
    assert_eq!((weights(stop - 1), weights(stop)), ([-0.5, 0.5], [0.0, 0.0]));

    let unlocked = (stop + 1..rows.len()).find(|&row| reason(row) != "locked").unwrap();
    assert!(number(unlocked - 1, "expected_funding") >= 0.25 * number(unlocked, "cost"));
    assert!(number(unlocked, "expected_funding") < 0.25 * number(unlocked, "cost"));
    assert!((stop..unlocked).all(|row| weights(row) == [0.0, 0.0]));
    assert!((unlocked..rows.len()).any(|row| reason(row) == "entered"), "it trades again");

    ok(folder.path(), "funding-carry backtest --end 2024-06-30 -o kept");
    let sql = format!(
        "SELECT instrument || ' ' || strftime(exit_time, '%Y-%m-%dT%H:%M:%SZ') || ' ' || exit_reason
         FROM '{}' ORDER BY 1",
        folder.path().join("kept/trades.parquet").display()
    );
    let database = Connection::open_in_memory().unwrap();
    let mut query = database.prepare(&sql).unwrap();
    let trades = query.query_map([], |row| row.get::<_, String>(0)).unwrap();
    let trades: Vec<String> = trades.map(Result::unwrap).collect();
    let next = rows[stop + 1]["timestamp"].as_str().unwrap();
    let ended = |kind| format!("sample_btcusdt_{kind}_1h {next} signal");
    assert_eq!(trades, [ended("perp"), ended("spot")]);
}

#[test]
fn spot_is_a_file_of_candles_and_named_where_it_is_missing() {
    let market = Market::new();
    funding(&market, false);
    let spot = "test_btcusdt_spot_1h";
    let call = format!(
        "funding-carry backtest --ohlcv-duckdb ohlcv.duckdb --dataset test_btcusdt_perp_1h \
         --hedge-with {spot} --format json"
    );
    let wanted = format!("--other-ohlcv {spot}=FILE");
    fails(market.path(), &call, 1, &[&format!("`close@{spot}`"), &wanted]);

    market.candles(&format!(
        "COPY (SELECT timestamp, open * 0.999 AS open, high * 0.999 AS high, low * 0.999 AS low,
                      close * 0.999 AS close, volume FROM ohlcv_btcusdt_1h)
         TO '{}'",
        market.file("btcusdt_spot_ohlcv_1h.parquet").display()
    ));
    let call = format!("{call} --other-ohlcv {spot}=btcusdt_spot_ohlcv_1h.parquet");
    let traded = json(market.path(), &call);
    assert_eq!(traded["result"]["open_trades"], 2, "{traded}");
    assert!(traded["result"]["funding"].as_f64().unwrap() > 0.0, "{traded}");
    let text = ok(market.path(), &call.replace(" --format json", ""));
    assert!(text.contains(&format!("{spot}: no funding, as spot has none")), "{text}");
    // A hedge that pays funding has rates.
    let netted = format!("{call} --hedge-kind perp");
    fails(
        market.path(),
        &netted,
        1,
        &["btcusdt_spot_ohlcv_1h.parquet has no table `funding_rates`"],
    );
}

#[test]
fn legs_and_members_that_cannot_be() {
    let folder = tempfile::tempdir().unwrap();
    let own = "sample_btcusdt_perp_1h";
    let both = format!("both legs are {own}");
    for command in ["signals", "backtest", "check", "state"] {
        fails(folder.path(), &format!("pairs {command} --pair-with {own}"), 2, &[&both]);
        fails(folder.path(), &format!("funding-carry {command} --hedge-with {own}"), 2, &[&both]);
    }
    let elsewhere = "pairs signals --pair-with binance_ethusdt_perp_1h";
    let flag = "--other-ohlcv binance_ethusdt_perp_1h=FILE";
    fails(folder.path(), elsewhere, 1, &["`close@binance_ethusdt_perp_1h`", flag]);
    for found in ["0", "4"] {
        let call = format!("ensemble signals --min-members {found}");
        fails(folder.path(), &call, 2, &[&format!("--min-members {found}: wanted 1 to 3")]);
    }
}

#[test]
fn an_online_pool_learns_within_the_month() {
    let folder = tempfile::tempdir().unwrap();
    for pool in ["hedge", "boa"] {
        let rebuild = format!("ensemble rebuild --pool {pool} --from 2025-10 --to 2025-11");
        ok(folder.path(), &rebuild);
        ok(folder.path(), &format!("ensemble verify --pool {pool}"));
        let rows = |flags: &str| {
            let call =
                format!("ensemble signals --pool {pool} --end 2025-11-30 --format json {flags}");
            json(folder.path(), &call).as_array().unwrap().clone()
        };
        let (whole, late) = (rows("--start 2025-10-01"), rows("--start 2025-11-20"));
        assert_eq!(late[..], whole[whole.len() - late.len()..], "{pool}");
        let laws = format!("ensemble check --pool {pool} --start 2025-10-10 --end 2025-11-30");
        let said = ok(folder.path(), &laws);
        assert!(said.contains("keeps the laws") && said.contains(" 0 have another side"), "{said}");
    }
    let months = ok(
        folder.path(),
        "ensemble evaluate --pools hedge boa --by-month --from 2025-10 --to 2025-11",
    );
    for part in ["hedge: log loss", "boa: log loss", "\n2025-10   744  ", "\n2025-11   "] {
        assert!(months.contains(part), "{part}: {months}");
    }
}

#[test]
fn a_pool_knows_what_its_bins_paid_so_that_kelly_can_size_it() {
    let folder = tempfile::tempdir().unwrap();
    ok(folder.path(), "ensemble rebuild --from 2025-10 --to 2025-11");
    let call = "ensemble backtest --start 2025-10-01 --sizing payoff-kelly --format json";
    let sized = json(folder.path(), call);
    let plain = json(folder.path(), "ensemble backtest --start 2025-10-01 --format json");
    let most = |of: &serde_json::Value| of["result"]["max_gross_exposure"].as_f64().unwrap();
    assert!(most(&sized) < most(&plain), "{sized}");
}

#[test]
fn an_ensembles_months_are_listed_and_shown() {
    let folder = tempfile::tempdir().unwrap();
    let list = "ensemble list";
    let why = ["no ensembles under data/ensemble with run name logit-pool-", "--ensemble-root"];
    fails(folder.path(), list, 1, &why);
    ok(folder.path(), "ensemble rebuild --quiet --from 2025-10 --to 2025-11");
    let listed = json(folder.path(), "ensemble list --format json");
    let first = &listed[0];
    assert_eq!((&first["bin_month"], &first["members"]), (&"2025-10".into(), &3.into()));
    assert_eq!(first["weights"].as_array().unwrap().len(), 3, "{listed}");
    let csv = ok(folder.path(), list);
    let row = format!(",2025-10,3,{},{},", first["rows"], first["log_loss"]);
    assert!(csv.contains(&row), "{csv}");
    let names = "dataset,run_name,bin_month,members,rows,log_loss,weights,path\n";
    assert!(csv.starts_with(names), "{csv}");
    let table = ok(folder.path(), "ensemble list --format table --from 2025-11");
    assert!(table.contains("2025-11") && !table.contains("2025-10"), "{table}");
    // The newest month, of the only dataset that has files of these members.
    let shown = ok(folder.path(), "ensemble inspect");
    assert!(shown.starts_with("logit-pool of sample_btcusdt_perp_1h, 2025-11\n"), "{shown}");
    let older = ok(folder.path(), "ensemble inspect --bin-month 2025-10");
    assert!(older.contains(", 2025-10\n"), "{older}");
    fails(folder.path(), "ensemble inspect --bin-month 2025-09", 1, &["no ensembles for 2025-09"]);
}

#[test]
fn what_an_ensembles_signals_paid_is_what_a_file_of_them_pays() {
    let folder = tempfile::tempdir().unwrap();
    ok(folder.path(), "ensemble rebuild --from 2025-10 --to 2025-11");
    let judged = json(
        folder.path(),
        "ensemble evaluate --pools logit-pool --from 2025-10 --to 2025-11 --format json",
    );
    let money = &judged[0]["money"];
    assert_eq!(money["bins"].as_array().unwrap().len(), 20);
    ok(folder.path(), "ensemble signals --start 2025-10 -o signals.parquet");
    // The label's barriers: those of longs, then those of shorts.
    for (side, exits) in [
        ("long", "--take-profit 0.04 --stop-loss 0.02"),
        ("short", "--take-profit 0.02 --stop-loss 0.04"),
    ] {
        let call =
            format!("evaluate --signals signals.parquet --max-hold 24 {exits} --format json");
        let paid = json(folder.path(), &call);
        let [own, other] = [&money["signals"][side], &paid["money"]["signals"][side]];
        assert!(own["rows"].as_u64().unwrap() > 100, "{own}");
        for value in ["rows", "net_payoff", "take_profits", "break_even"] {
            assert_eq!(own[value], other[value], "{side} {value}");
        }
    }
    let text = ok(folder.path(), "ensemble evaluate --from 2025-10 --to 2025-11");
    assert!(text.contains("What trades paid") && text.contains("\n20 long "), "{text}");
    let call = "ensemble evaluate --long-bin-threshold 21";
    fails(
        folder.path(),
        call,
        2,
        &["long from bin 21 and short up to bin 2 is no rule of 20 bins"],
    );
}

/// Three models of the market: `a` is always there; `b` lacks a day, and a month; `c` begins in June.
/// `d` says what `a` says, and `e` always the same.
pub(crate) fn models(market: &Market) -> String {
    let runs = ["a", "b", "c", "d", "e"]
        .map(|name| format!("run_{name}_y_tp_before_sl_u0.04_d0.02_24h_binary"));
    let score = |seed: &str| format!("0.5 + 0.3 * cos(i / 9.0) + 0.15 * sin(i * {seed})");
    let scores = [score("1.3"), score("1.7"), score("2.1"), score("1.3"), "0.3".to_owned()];
    let there = [
        "true",
        "t::DATE <> DATE '2025-06-10' AND month(t) <> 7",
        "t >= TIMESTAMP '2025-06-01'",
        "true",
        "true",
    ];
    market.predictions("DELETE FROM predictions");
    for ((run, score), there) in runs.iter().zip(&scores).zip(there) {
        market.predictions(&format!(
            "INSERT INTO predictions
             SELECT t, {score}, 'models/test_btcusdt_perp_1h/{run}/model.txt', 'v1',
                    'test_btcusdt_perp_1h', TIMESTAMP '2026-01-01'
             FROM (SELECT TIMESTAMP '2025-03-01' + INTERVAL (i) HOUR AS t, i FROM range(24 * 184) r(i))
             WHERE {there}"
        ));
    }
    runs.join(" ")
}

#[test]
fn a_member_may_be_missing_for_a_day_a_month_or_from_the_start() {
    let market = Market::from_on("2025-03-01", 184);
    let runs = models(&market);
    let runs: Vec<&str> = runs.split(' ').collect();
    let files = "--pred-duckdb pred.duckdb --ohlcv-duckdb ohlcv.duckdb";
    let members = |of: &[usize]| of.iter().map(|&k| runs[k]).collect::<Vec<_>>().join(" ");
    let of = |members: &str| format!("{files} --members {members}");
    let abc = of(&members(&[0, 1, 2]));
    let rebuild = format!("ensemble rebuild --lookback-months 2 --from 2025-05 --to 2025-08 {abc}");
    let said = run(market.path(), &rebuild);
    assert_eq!(said.code, 0, "{}", said.err);
    // Of May and June, c has nothing in the window.
    let left_out = format!("warning: 2025-05: {} is left out: 0", runs[2]);
    let told = said.out.lines().find(|line| line.starts_with(&left_out));
    assert!(told.is_some_and(|line| line.ends_with("(and 1 more like it)")), "{}", said.out);
    // A plan writes nothing, and what the data still give is fresh.
    let plan = ok(market.path(), &format!("{rebuild} --only-stale --dry-run"));
    assert_eq!(plan.matches("fresh").count(), 4, "{plan}");
    let rows = json(market.path(), &format!("ensemble signals --format json {abc}"));
    let present = |day: &str| {
        let of_day = rows.as_array().unwrap().iter();
        let of_day = of_day.filter(|row| row["timestamp"].as_str().unwrap().starts_with(day));
        let mut found: Vec<Option<u64>> = of_day.map(|row| row["members"].as_u64()).collect();
        assert!(!found.is_empty(), "{day}");
        found.dedup();
        found
    };
    // In June c has scores, and no calibrator; without b only a is left, fewer than two.
    assert_eq!(present("2025-05-10"), [Some(2)]);
    assert_eq!(present("2025-06-09"), [Some(2)]);
    assert_eq!(present("2025-06-10"), [None]);
    assert_eq!(present("2025-07-10"), [Some(2)]);
    assert_eq!(present("2025-08-10"), [Some(3)]);

    // Two equal members, and one that is a constant: pooled, not refused.
    for (of_runs, pool) in [([0, 3], "logit-pool"), ([0, 3], "boa"), ([0, 4], "logit-pool")] {
        let flags = format!("{} --pool {pool}", of(&members(&of_runs)));
        let month = "--lookback-months 2 --bin-month 2025-07";
        ok(market.path(), &format!("ensemble rebuild {month} {flags}"));
        let shown = ok(
            market.path(),
            &format!(
                "ensemble inspect --dataset test_btcusdt_perp_1h --members {} --pool {pool}",
                members(&of_runs)
            ),
        );
        let of_both = shown.lines().find(|line| line.starts_with("pool of 1+2")).unwrap();
        if of_runs == [0, 3] {
            let weights: Vec<&str> = of_both.split_whitespace().rev().take(2).collect();
            assert_eq!(weights[0], weights[1], "{of_both}");
        }
    }
}

const OTHER: &str = "test_ethusdt_perp_1h";

/// A second file of candles, which end after `hours`, some left out, and its funding
/// every 8 hours.
fn other(folder: &Path, hours: u32, without: &str) {
    let path = folder.join("other.duckdb");
    let _ = fs::remove_file(&path);
    Connection::open(path)
        .unwrap()
        .execute_batch(&format!(
            "CREATE TABLE ohlcv_ethusdt_1h AS
             SELECT TIMESTAMP '2025-09-01' + INTERVAL (i) HOUR AS timestamp, 50.0 AS open, 50.5 AS high,
                    49.5 AS low, 50.0 AS close, 1.0 AS volume
             FROM range({hours}) t(i) WHERE {without};
             CREATE TABLE funding_rates AS
             SELECT TIMESTAMP '2025-08-31' + INTERVAL (8 * i) HOUR AS timestamp, '{OTHER}' AS dataset,
                    0.0 AS funding_rate FROM range(300) t(i);"
        ))
        .unwrap();
}

/// The own instrument's funding: 0.0008 every 8 hours, from hour 200 on half of it every 4.
fn funding(market: &Market, changes: bool) {
    let later = if changes { "i >= 200 AND i % 4 = 0" } else { "i >= 200 AND i % 8 = 0" };
    let rate = if changes { 0.0004 } else { 0.0008 };
    market.candles(&format!(
        "CREATE OR REPLACE TABLE funding_rates AS
         SELECT TIMESTAMP '2025-08-31' + INTERVAL (i) HOUR AS timestamp,
                'test_btcusdt_perp_1h' AS dataset,
                CASE WHEN i < 200 THEN 0.0008 ELSE {rate} END AS funding_rate
         FROM range(24 * 67) t(i) WHERE (i < 200 AND i % 8 = 0) OR ({later})"
    ));
}

fn carry(command: &str) -> String {
    format!(
        "funding-carry {command} --ohlcv-duckdb ohlcv.duckdb --dataset test_btcusdt_perp_1h \
         --other-ohlcv {OTHER}=other.duckdb --hedge-with {OTHER} --basis-stop 1"
    )
}

#[test]
fn a_group_is_never_left_on_one_leg() {
    let market = Market::new();
    funding(&market, false);
    other(market.path(), 24 * 65, "true");
    let whole = json(market.path(), &carry("backtest --format json"));
    assert_eq!(whole["result"]["open_trades"], 2, "both legs are open at the end: {whole}");

    // Delisted after 30 days, the carry still on.
    other(market.path(), 24 * 30, "true");
    let text = ok(market.path(), &carry("backtest"));
    assert!(text.contains("THE CANDLES OF ONE LEG END"), "{text}");
    assert!(
        text.contains(&format!("`open@{OTHER}` has none after 2025-09-30 23:00 UTC")),
        "{text}"
    );
    let ended = json(market.path(), &carry("backtest --format json"));
    let result = &ended["result"];
    assert_eq!((&result["open_trades"], &result["trades"]), (&0.into(), &2.into()), "{result}");
    assert_eq!(result["exits"][0]["reason"], "end");

    // Hours without a candle of one leg, while both are held: refused, or held through on both.
    other(market.path(), 24 * 65, "i NOT BETWEEN 500 AND 505");
    fails(market.path(), &carry("backtest"), 1, &["candles are missing from", "--gaps hold"]);
    let held = json(market.path(), &carry("backtest --gaps hold --format json"));
    assert_eq!(held["result"]["open_trades"], 2);
}

#[test]
fn a_funding_interval_that_changes_pays_and_decides_the_same() {
    let market = Market::new();
    other(market.path(), 24 * 65, "true");
    let traded = |changes| {
        funding(&market, changes);
        let signals = ok(market.path(), &carry("signals"));
        let side = |line: &str| line.split(',').nth(6).map(str::to_owned);
        let sides: Vec<_> = signals.lines().map(side).collect();
        let result = json(market.path(), &carry("backtest --format json"));
        (sides, result["result"]["funding"].as_f64().unwrap())
    };
    let ((eight, paid), (changed, paid_too)) = (traded(false), traded(true));
    assert!(eight.iter().flatten().any(|side| side == "-1"));
    assert_eq!(eight, changed);
    assert!(paid > 0.0 && (paid - paid_too).abs() < 0.05 * paid, "{paid} {paid_too}");
}

#[test]
fn pairs_hold_both_legs_or_none() {
    let folder = tempfile::tempdir().unwrap();
    let rows =
        json(folder.path(), "pairs signals --start 2025-05-01 --end 2025-07-31 --format json");
    let mut held = 0;
    for row in rows.as_array().unwrap() {
        let weight = |column: &str| row[column].as_f64().unwrap();
        let (own, other) = (weight("target"), weight("target@sample_solusdt_perp_1h"));
        assert_eq!(own == 0.0, other == 0.0, "{row}");
        assert!(own * other <= 0.0 && own.abs() + other.abs() <= 1.0 + 1e-12, "{row}");
        held += usize::from(own != 0.0);
        let reason = row["reason"].as_str().unwrap();
        let active = ["entered", "held"].contains(&reason);
        assert_eq!(active, own != 0.0, "{row}");
    }
    assert!(held > 50, "{held}");
}

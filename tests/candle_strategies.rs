//! The strategies that need candles only, through the built program.

use std::fs;

use crate::market::Market;
use crate::oracles::real_data;
use crate::program::{fails, json, ok, run};

const STRATEGIES: [&str; 2] = ["mean-reversion", "technical-indicators"];

#[test]
fn a_file_of_candles_is_all_they_need() {
    let market = Market::new();
    for (strategy, flags, columns) in [
        // The fixture's price swings regularly: it never lies two deviations from its mean.
        ("mean-reversion", "--entry-z 1.2", "timestamp,z_score,half_life,trend,signal\n"),
        (
            "technical-indicators",
            "",
            "timestamp,vote,rsi,macd,macd_signal,macd_histogram,\
             bollinger_upper,bollinger_middle,bollinger_lower,signal\n",
        ),
    ] {
        let call = format!("{strategy} signals --ohlcv-duckdb ohlcv.duckdb {flags}");
        let out = ok(market.path(), &call);
        assert!(out.starts_with(columns), "{strategy}: {}", &out[..200]);
        assert_eq!(out.lines().count(), 1 + 24 * 65, "{strategy}");
        let sides: Vec<_> = out.lines().skip(1).filter_map(|l| l.rsplit(',').next()).collect();
        for side in ["1", "0", "-1"] {
            assert!(sides.contains(&side), "{strategy} never says {side}");
        }
    }
}

#[test]
fn a_later_start_reads_the_rows_that_windows_need() {
    let market = Market::new();
    let rows = |flags: &str| {
        let call = format!(
            "technical-indicators signals --ohlcv-duckdb ohlcv.duckdb --indicators bollinger \
             --hold while-voted --format json {flags}"
        );
        json(market.path(), &call).as_array().unwrap().clone()
    };
    // Bollinger Bands have a finite memory, but for rounding: a later start takes the sides that the
    // whole history takes.
    let (whole, late) = (rows(""), rows("--start 2025-10-01"));
    assert!(late.len() > 24 && late.len() < whole.len());
    let sides = |rows: &[serde_json::Value]| {
        rows.iter().map(|row| (row["timestamp"].clone(), row["signal"].clone())).collect::<Vec<_>>()
    };
    assert_eq!(sides(&late), sides(&whole[whole.len() - late.len()..]));
    assert!(late[0]["bollinger_upper"].is_number());

    let call = "technical-indicators signals --ohlcv-duckdb ohlcv.duckdb";
    let said = run(market.path(), &format!("{call} --start 2025-10-01")).err;
    assert!(!said.contains("windows are not full"), "{said}");
    let said = run(market.path(), call).err;
    assert!(said.contains("windows are not full in the first 33 rows"), "{said}");
}

#[test]
fn a_bare_later_start_takes_the_sides_of_the_whole_history() {
    let folder = tempfile::tempdir().unwrap();
    let rows = |range: &str| -> Vec<Vec<String>> {
        let out = ok(folder.path(), &format!("mean-reversion signals {range}"));
        let cells = |line: &str| line.split(',').map(str::to_owned).collect();
        out.lines().skip(1).map(cells).collect()
    };
    let (whole, late) = (rows(""), rows("--start 2025-06-01"));
    assert_eq!(late[0][0], "2025-06-01 00:00:00");
    let tail = &whole[whole.len() - late.len()..];
    let mut sides = [0, 0, 0];
    for (whole, late) in tail.iter().zip(&late) {
        // Time, trend and side exactly; the z-score but for the rounding of sums that began elsewhere.
        assert_eq!((&whole[0], &whole[3], &whole[4]), (&late[0], &late[3], &late[4]));
        for column in [1, 2] {
            let number = |row: &[String]| row[column].parse::<f64>().ok();
            let (a, b) = (number(whole).unwrap_or(0.0), number(late).unwrap_or(0.0));
            assert!((a - b).abs() <= 1e-6 * a.abs().max(1.0), "{whole:?} {late:?}");
        }
        sides[usize::try_from(late[4].parse::<i8>().unwrap() + 1).unwrap()] += 1;
    }
    assert!(sides.iter().all(|&rows| rows > 10), "{sides:?}");
}

#[test]
fn check_says_how_far_a_later_start_differs() {
    let market = Market::new();
    let check = |call: &str| ok(market.path(), &format!("{call} --ohlcv-duckdb ohlcv.duckdb"));
    let endless = check("mean-reversion check --entry-z 1.2");
    assert!(
        endless.contains("keeps the laws") && endless.contains("memory has no end"),
        "{endless}"
    );
}

#[test]
fn parameters_are_data() {
    let market = Market::new();
    let values = json(market.path(), "mean-reversion config --format json --z-window 24");
    assert_eq!((&values["z_window"], &values["entry_z"]), (&24.into(), &2.into()));
    let schema = json(market.path(), "mean-reversion config --format schema");
    assert_eq!(schema["properties"]["entry_z"]["type"], "number");
    assert!(ok(market.path(), "mean-reversion config").contains("half_life_window"));
}

#[test]
fn parameters_come_from_the_configuration_and_are_checked() {
    let market = Market::new();
    let configure = |text: &str| fs::write(market.file("runner.toml"), text).unwrap();
    let base = "ohlcv_duckdb = \"ohlcv.duckdb\"\n";
    let positions = || {
        let out = ok(market.path(), "mean-reversion signals");
        out.lines().filter(|line| !line.ends_with(",0")).count() - 1
    };
    configure(&format!("{base}[mean-reversion]\nentry_z = 1.2\n"));
    let many = positions();
    configure(&format!("{base}[mean-reversion]\nentry_z = 1.2\nexit_z = 1.0\n"));
    let few = positions();
    assert!(0 < few && few < many, "{few} {many}");

    configure(&format!("{base}[mean-reversion]\nentry = 2.5\n"));
    fails(market.path(), "mean-reversion signals", 2, &["line 3", "did you mean `entry_z`"]);
    configure(&format!("{base}[technical-indicators]\nindicators = [\"rsi\", \"mcd\"]\n"));
    fails(market.path(), "technical-indicators signals", 2, &["line 3", "indicators"]);
    // Nobody would vote.
    configure(&format!("{base}[technical-indicators]\nindicators = []\n"));
    let nobody = ["runner.toml, line 3", "`indicators`", "at least one value"];
    fails(market.path(), "technical-indicators signals", 2, &nobody);
    configure(base);
    let reversed = "technical-indicators signals --rsi-oversold 80";
    fails(market.path(), reversed, 2, &["80 and 70", "oversold < overbought"]);
    fails(market.path(), "mean-reversion signals --exit-z 3", 2, &["0 ≤ exit < entry"]);
}

#[test]
fn help_tells_their_parameters_from_the_flags_of_all() {
    let market = Market::new();
    for strategy in STRATEGIES {
        let help = ok(market.path(), &format!("{strategy} signals --help"));
        let place = |heading: &str| help.find(heading).unwrap_or_else(|| panic!("{heading}"));
        let own = place("\nParameters of the strategy:");
        assert!(own < place("\nRows:") && own < place("\nOptions of all commands:"), "{help}");
    }
}

#[test]
fn the_laws_hold_on_real_candles() {
    let Some(data) = real_data("the_laws_hold_on_real_candles") else { return };
    for strategy in STRATEGIES {
        for symbol in ["btcusdt", "ethusdt"] {
            let out = ok(
                &data,
                &format!(
                    "{strategy} check --ohlcv-duckdb binance_{symbol}_perp_ohlcv.duckdb \
                     --dataset binance_{symbol}_perp_1h --start 2023-01-01"
                ),
            );
            assert!(out.contains("keeps the laws on"), "{out}");
        }
    }
}

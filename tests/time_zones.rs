//! The machine's time zone reaches nothing: every command that reads gives the same bytes in each.

use duckdb::Connection;

use crate::commands::{all, timeless, with_bins};
use crate::program::{bounded, runner};

const ZONES: [&str; 5] =
    ["UTC", "America/New_York", "Asia/Kolkata", "Pacific/Kiritimati", "Europe/London"];

#[test]
fn every_command_gives_the_same_bytes_in_every_zone() {
    let market = with_bins();
    // Views that cast between times with a zone and without, as other programs leave them. Without the
    // extension for zones DuckDB has no such casts.
    let knows_zones = Connection::open_in_memory().unwrap().execute_batch("SET TimeZone = 'UTC'");
    if knows_zones.is_ok() {
        let with_zone = |table: &str, time: &str| {
            format!(
                "SET TimeZone = 'UTC';
                 CREATE TABLE aware AS
                     SELECT {time}::TIMESTAMPTZ AS aware_time, * EXCLUDE {time} FROM {table};
                 DROP TABLE {table};
                 CREATE VIEW {table} AS
                     SELECT aware_time::TIMESTAMP AS {time}, * EXCLUDE aware_time FROM aware"
            )
        };
        market.predictions(&with_zone("predictions", "ts"));
        market.candles(&with_zone("ohlcv_btcusdt_1h", "timestamp"));
    } else {
        eprintln!("without views: this DuckDB knows no time zones");
    }
    let mut succeeded = Vec::new();
    for command in all(market.path()).iter().filter(|command| command.reads()) {
        let call = command.call();
        let in_zone = |zone: &str| {
            // Each zone has a journal and an output of its own; what is written there is compared too.
            let own = market.file(&format!("own-{}", zone.replace('/', "-")));
            let mut call = call.clone();
            for (flag, file) in [("--journal", "j.sqlite"), ("--output", "out"), ("--trials", "t")]
            {
                let writes = flag != "--output" || command.name == "data replay";
                let reads = flag == "--journal" && !command.name.ends_with(" stream");
                if command.takes(flag) && writes && !reads {
                    call = format!("{call} {flag} {}/{file}", own.display());
                }
            }
            let mut ran = bounded(runner(market.path(), &call).env("TZ", zone));
            ran.out = timeless(&ran.out.replace(&own.display().to_string(), "own"));
            let _ = std::fs::remove_dir_all(&own);
            ran
        };
        let wanted = in_zone(ZONES[0]);
        for zone in &ZONES[1..] {
            let found = in_zone(zone);
            assert_eq!(found.out, wanted.out, "`{call}` in {zone}");
            assert_eq!(found.code, wanted.code, "`{call}` in {zone}:\n{}", found.err);
        }
        if wanted.code == 0 {
            succeeded.push(command.name.clone());
        }
    }
    for known in [
        "data status",
        "mean-reversion signals",
        "ml-calibrated-bins rebuild",
        "ml-calibrated-bins score",
        "ml-calibrated-bins signals",
        "ml-calibrated-bins verify",
        "technical-indicators check",
        "technical-indicators signals",
        "backtest",
        "mean-reversion backtest",
        "mean-reversion stream",
        "mean-reversion sweep",
        "ml-calibrated-bins stream",
        "monitor",
    ] {
        assert!(succeeded.iter().any(|name| name == known), "{known} fails: {succeeded:?}");
    }
}

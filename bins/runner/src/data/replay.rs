//! `runner data replay`: the configured files, or the sample, written anew hour by hour.

use std::path::PathBuf;
use std::thread::sleep;
use std::time::Duration;

use chrono::TimeDelta;
use clap::{ArgMatches, Command};
use market_data::{Replay, parse_interval};
use strategy_core::registry::{UsageError, usage};
use strategy_core::{Console, Result};
use terminal::counted;

use super::flags::data_flags;
use crate::arg;
use crate::output_flags;
use crate::time_range::{self, Moment};

pub(super) const NAME: &str = "replay";

pub(super) fn command() -> Command {
    Command::new(NAME)
        .about("Write the rows of files into other files as time goes by: open, insert, close")
        .long_about(
            "Writes candles, funding rates and predictions into the folder --output, under the names of \
             the files that they come from, hour by hour, as jobs would that fetch them: each time it \
             opens the file, inserts, and closes it. Everything before --start is written at \
             once.\n\nA stopped replay continues with the next hour.",
        )
        .args(data_flags(&["pred_duckdb", "ohlcv_duckdb", "sample_dir"]))
        .args([
            arg::value("dataset", "NAME", "Instrument of the sample"),
            output_flags::folder("Folder to write to").required(true),
            time_range::flag(
                "start",
                "Rows up to here are written at once, in UTC [default: those written already]",
            ),
            time_range::flag("end", "Last hour to write [default: the last]"),
            arg::value("every", "SECONDS", "Seconds that an hour takes")
                .default_value("1")
                .value_parser(|text: &str| match text.parse().map(Duration::try_from_secs_f64) {
                    Ok(Ok(pause)) => Ok(pause),
                    _ => Err("wanted a number of seconds"),
                }),
            arg::value("interval", "INTERVAL", "How long a candle is")
                .default_value("1h")
                .value_parser(|text: &str| parse_interval(text).ok_or("wanted an interval, as in 1h")),
        ])
}

pub(super) fn run(matches: &ArgMatches, console: &mut Console<'_>) -> Result<()> {
    let path = |name: &str| matches.get_one::<PathBuf>(name).cloned();
    let output = path("output").unwrap_or_default();
    let mut sources: Vec<PathBuf> =
        ["ohlcv_duckdb", "pred_duckdb"].iter().filter_map(|name| path(name)).collect();
    if sources.is_empty() {
        let (paths, _) = sample::ensure(path("sample_dir").unwrap_or_default())?;
        let dataset = matches.get_one::<String>("dataset").map(String::as_str);
        let files = paths.instrument(dataset).ok_or_else(|| {
            let known = paths.datasets().join(" and ");
            UsageError::new(format!("the sample has no such dataset; it has {known}").into())
        })?;
        sources = vec![files.candles.clone(), files.predictions.clone()];
    }
    let interval = matches.get_one::<TimeDelta>("interval").copied().unwrap_or(TimeDelta::hours(1));
    let step = interval.num_microseconds().unwrap_or(i64::MAX);
    std::fs::create_dir_all(&output)
        .map_err(|error| format!("cannot create the folder {}: {error}", output.display()))?;
    let mut replays = Vec::new();
    for source in &sources {
        let target = output.join(source.file_name().unwrap_or_default());
        if target
            .canonicalize()
            .ok()
            .is_some_and(|target| source.canonicalize().ok() == Some(target))
        {
            return Err(usage(format!(
                "--output would overwrite {}: name another folder",
                source.display()
            )));
        }
        let mut replay = Replay::new(source, &target, interval)?;
        replay.go_on()?;
        writeln!(console.out, "{}", target.display())?;
        replays.push(replay);
    }
    console.out.flush()?;
    let spans = || replays.iter().filter_map(Replay::span);
    let (Some(first), Some(last)) =
        (spans().map(|span| span.0).min(), spans().map(|span| span.1).max())
    else {
        return Err("the files have no candles, predictions or funding rates".into());
    };
    let micros = |name: &str| {
        let moment = matches.get_one::<Moment>(name).copied()?;
        time_range::range(Some(moment), None).start.map(|start| start.timestamp_micros())
    };
    let last = micros("end").map_or(last, |end| end.min(last));
    let written = replays.iter().filter_map(Replay::written).min();
    let mut until = micros("start").or(written).unwrap_or(first);
    let every = matches.get_one::<Duration>("every").copied().unwrap_or_default();
    let stop = (console.on_interrupt)();
    let (mut rows, mut refused) = (0, 0);
    loop {
        for replay in &mut replays {
            let done = replay.write_until(until)?;
            rows += done.rows;
            refused += done.refused;
        }
        if until >= last || stop.is_set() {
            break;
        }
        until = until.saturating_add(step).min(last);
        sleep(every);
    }
    let _ = writeln!(
        console.err,
        "{} written; a file could not be opened at once {}",
        counted(rows, "row"),
        counted(refused, "time")
    );
    Ok(())
}

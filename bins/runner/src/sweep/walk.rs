//! `--walk-forward 12:1`: settings chosen on the past, reported on the future.

use std::path::Path;
use std::sync::Arc;

use ::trials::{ResultsFolder, Step, Trial, Verdict, WalkForward};
use arrow::array::{
    ArrayRef, Float64Array, RecordBatch, StringArray, TimestampMicrosecondArray, UInt64Array,
};
use chrono::{DateTime, Datelike};
use clap::{Arg, ArgAction, ArgMatches, value_parser};
use serde::Serialize;
use statistics::{EquityCurve, Performance, PerformanceSettings};
use strategy_core::BoxError;
use strategy_core::registry::UsageError;
use tabular::{BatchWriter, Destination, Format};

use super::evaluate::{Curve, Shared, subject};
use crate::backtest::args::Settings;
use crate::trials::{ledger, record};

/// Microseconds of a day.
const DAY: i64 = 86_400_000_000;

pub(super) fn flags() -> [Arg; 4] {
    let days = |name: &'static str, help: &'static str| {
        Arg::new(name)
            .long(name)
            .value_name("DAYS")
            .requires("walk-forward")
            .value_parser(value_parser!(usize))
            .help(help)
    };
    [
        Arg::new("walk-forward")
            .long("walk-forward")
            .value_name("MONTHS:MONTHS")
            .value_parser(|text: &str| {
                let wanted = "wanted months to choose on and months to report, as in 12:1";
                let (train, test) = text.split_once(':').ok_or(wanted)?;
                match (train.parse::<u32>(), test.parse::<u32>()) {
                    (Ok(train @ 1..), Ok(test @ 1..)) => Ok((train, test)),
                    _ => Err(wanted),
                }
            })
            .help("Choose on the months before, report on the months after, step by step"),
        days(
            "purge",
            "Days left out before the reported months [default: the longest holding time, or 1]",
        ),
        days("embargo", "More days left out before the reported months [default: 0]"),
        Arg::new("look-ahead")
            .long("look-ahead")
            .action(ArgAction::SetTrue)
            .requires("walk-forward")
            .help(
                "Choose with the data of the reported months too: what hindsight would have earned. It is no \
                 result, and no trial",
            ),
    ]
}

/// What is asked for; the purge is not known yet where none is given.
pub(super) struct Asked {
    months: (u32, u32),
    purge: Option<usize>,
    embargo: usize,
    look_ahead: bool,
}

pub(super) fn of(matches: &ArgMatches) -> Option<Asked> {
    let days = |name: &str| matches.get_one::<usize>(name).copied();
    let months = matches.get_one::<(u32, u32)>("walk-forward").copied();
    months.map(|months| Asked {
        months,
        purge: days("purge"),
        embargo: days("embargo").unwrap_or(0),
        look_ahead: matches.get_flag("look-ahead"),
    })
}

/// What came of a walk-forward.
#[derive(Debug, Serialize)]
pub(super) struct Walked {
    #[serde(flatten)]
    pub(super) walk: WalkForward,
    pub(super) months: Vec<Month>,
    /// Of the reported months alone, one after another.
    pub(super) performance: Performance,
    pub(super) verdict: Verdict,
    #[serde(skip)]
    curve: Curve,
}

impl Walked {
    /// Writes `walk_forward.parquet`, a row a step, and `walk_forward_equity.parquet`.
    pub(super) fn write(&self, folder: &Path, keys: &[String]) -> Result<(), BoxError> {
        let months = &self.months;
        let floats = |of: &dyn Fn(&Month) -> Option<f64>| -> ArrayRef {
            Arc::new(months.iter().map(of).collect::<Float64Array>())
        };
        let counts = |of: &dyn Fn(&Month) -> Option<u64>| -> ArrayRef {
            Arc::new(months.iter().map(of).collect::<UInt64Array>())
        };
        let text = |of: &dyn Fn(&Month) -> Option<String>| -> ArrayRef {
            Arc::new(months.iter().map(of).collect::<StringArray>())
        };
        let key = |(column, name): (usize, &String)| {
            (name.clone(), text(&|month| month.values.get(column).cloned()))
        };
        let mut columns = vec![
            ("month".to_owned(), text(&|month| Some(month.month.clone()))),
            ("setting".to_owned(), counts(&|month| month.setting.map(|setting| setting as u64))),
        ];
        columns.extend(keys.iter().enumerate().map(key));
        columns.extend([
            ("past_sharpe".to_owned(), floats(&|month| month.past_sharpe)),
            ("total_return".to_owned(), floats(&|month| Some(month.total_return))),
            ("trades".to_owned(), counts(&|month| Some(month.trades as u64))),
        ]);
        write(folder, "walk_forward.parquet", columns)?;
        let times = TimestampMicrosecondArray::from(self.curve.times.clone());
        let equity = Float64Array::from(self.curve.equity.clone());
        let columns: [(String, ArrayRef); 2] =
            [("timestamp".to_owned(), Arc::new(times)), ("equity".to_owned(), Arc::new(equity))];
        write(folder, "walk_forward_equity.parquet", columns)
    }
}

fn write(
    folder: &Path,
    name: &str,
    columns: impl IntoIterator<Item = (String, ArrayRef)>,
) -> Result<(), BoxError> {
    let columns = columns.into_iter().map(|(name, values)| (name, values, true));
    let batch = RecordBatch::try_from_iter_with_nullable(columns)?;
    let destination =
        Destination::File { path: folder.join(name), overwrite: true, inputs: Vec::new() };
    let mut writer = BatchWriter::new(destination, Format::Parquet, batch.schema())?;
    writer.write(&batch)?;
    writer.finish()?;
    Ok(())
}

/// One step.
#[derive(Debug, Serialize)]
pub(super) struct Month {
    /// Its first month, as `2025-11`.
    pub(super) month: String,
    /// The chosen setting; none where no setting had a Sharpe ratio in the past.
    pub(super) setting: Option<usize>,
    pub(super) values: Vec<String>,
    /// Its annual Sharpe ratio over the past.
    pub(super) past_sharpe: Option<f64>,
    /// What it then returned.
    pub(super) total_return: f64,
    pub(super) trades: usize,
}

pub(super) fn run(
    shared: &Shared<'_>,
    results: &ResultsFolder,
    asked: &Asked,
    matches: &ArgMatches,
) -> Result<Walked, BoxError> {
    let mut days: Vec<i64> =
        shared.market.history.times().iter().map(|time| time.div_euclid(DAY)).collect();
    days.dedup();
    let months: Vec<i64> = days.iter().map(|&day| month_of(day)).collect();
    let longest = longest_hold(shared, matches)?;
    let purge = asked.purge.unwrap_or(longest);
    let (embargo, look_ahead) = (asked.embargo, asked.look_ahead);
    if purge < longest && !look_ahead {
        let error = format!(
            "--purge {purge}: trades last up to {longest} days, so the choice would look into the reported \
             months; give {longest} or more, or say --look-ahead"
        );
        return Err(UsageError::new(error.into()).into());
    }
    let (train, test) = asked.months;
    let walk = WalkForward { train, test, purge, embargo, look_ahead };
    let steps = walk.choose(results, &months)?;
    if steps.is_empty() {
        let error = format!(
            "--walk-forward {train}:{test} needs more than {train} months of rows, there are {}",
            months.last().zip(months.first()).map_or(0, |(last, first)| last - first + 1)
        );
        return Err(UsageError::new(error.into()).into());
    }
    let base = shared.decide(matches)?;
    let capital = Settings::of(matches, &base)?.rules.capital;
    let (mut all, mut equity, mut months) = (Curve::default(), capital, Vec::new());
    for step in steps {
        let curve = walked(shared, &step, &days, equity)?;
        let last = curve.equity.last().copied().unwrap_or(equity);
        let month =
            DateTime::from_timestamp_micros(days[step.test.start] * DAY).unwrap_or_default();
        months.push(Month {
            month: month.format("%Y-%m").to_string(),
            setting: step.chosen,
            values: step
                .chosen
                .map_or_else(Vec::new, |chosen| shared.plan.settings[chosen].clone()),
            past_sharpe: step.sharpe.map(|sharpe| sharpe * 365.0_f64.sqrt()),
            total_return: last / equity - 1.0,
            trades: curve.profits.len(),
        });
        all.times.extend(curve.times);
        all.equity.extend(curve.equity);
        equity = last;
    }
    let curve = EquityCurve::new(&all.times, &all.equity, capital)?;
    let performance = Performance::of(&curve, &PerformanceSettings::default())?;
    let verdict = if look_ahead {
        let mut verdict = Verdict::of_sharpes(None, &[], 0);
        "chosen with the data of the reported months: no result.".clone_into(&mut verdict.sentence);
        verdict
    } else {
        judge(shared, &curve, &walk, matches)?
    };
    Ok(Walked { walk, months, performance, verdict, curve: all })
}

/// The equity of a step: flat where nothing was chosen.
fn walked(shared: &Shared<'_>, step: &Step, days: &[i64], capital: f64) -> Result<Curve, BoxError> {
    let end = days.get(step.test.end).map_or(i64::MAX, |day| day * DAY);
    let stretch = days[step.test.start] * DAY..end;
    let Some(chosen) = step.chosen else {
        let times = shared.times(&stretch);
        return Ok(Curve { equity: vec![capital; times.len()], times, profits: Vec::new() });
    };
    let matches = shared.matches(chosen)?;
    let asked = shared.decide(&matches)?;
    let mut settings = Settings::of(&matches, &asked)?;
    settings.rules.capital = capital;
    shared.curve(&asked, &settings, &stretch)
}

/// Days that the longest trade of any setting lasts, rounded up; 1 where none says how long.
fn longest_hold(shared: &Shared<'_>, matches: &ArgMatches) -> Result<usize, BoxError> {
    let base = shared.decide(matches)?;
    let mut rows = 0;
    for setting in 0..shared.plan.settings.len() {
        let settings = shared.matches(setting).and_then(|matches| Settings::of(&matches, &base));
        if let Ok(settings) = settings {
            let exits = &settings.rules.exits;
            rows = rows.max(exits.long.max_hold.max(exits.short.max_hold).unwrap_or(0));
        }
    }
    let micros = i64::from(rows) * crate::backtest::candles::micros(shared.market.interval);
    Ok(usize::try_from((micros + DAY - 1) / DAY).unwrap_or(1).max(1))
}

/// Months since year 0 of a day since 1970.
fn month_of(day: i64) -> i64 {
    let date = DateTime::from_timestamp_micros(day * DAY).unwrap_or_default();
    i64::from(date.year()) * 12 + i64::from(date.month0())
}

/// A walk-forward is one trial among the walk-forwards of its strategy: its settings were chosen without
/// a look at what is judged.
fn judge(
    shared: &Shared<'_>,
    curve: &EquityCurve<'_>,
    walk: &WalkForward,
    matches: &ArgMatches,
) -> Result<Verdict, BoxError> {
    let mut subject = subject(shared);
    subject.strategy.push_str(" walk-forward");
    let mut configuration = record::configuration(shared.flags.command(), matches);
    for (column, key) in shared.plan.keys.iter().enumerate() {
        let mut values: Vec<&str> =
            shared.plan.settings.iter().map(|setting| setting[column].as_str()).collect();
        values.dedup();
        configuration.insert(format!("set {key}"), values.join(","));
    }
    let WalkForward { train, test, purge, embargo, .. } = walk;
    configuration.insert("walk-forward".to_owned(), format!("{train}:{test}:{purge}:{embargo}"));
    let times = curve.times();
    let trial = Trial {
        subject: subject.clone(),
        start: times.first().copied().unwrap_or_default(),
        end: times.last().copied().unwrap_or_default(),
        configuration,
        daily: record::daily(curve),
    };
    record::record(&ledger(matches), &subject, &[trial], 0)
}

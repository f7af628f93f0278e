//! What is asked for: the decisions of a strategy, or of a file.

use backtest::{Bar, Decision, Intent};
use chrono::{DateTime, TimeDelta};
use market_data::Instrument;
use strategy_core::{BoxError, Leg, Outlook, Result, SideExits};

use super::candles::{Market, micros};

/// Decisions, row by row.
pub(crate) struct Asked {
    /// Who asks: the strategy's name, or the file.
    pub(crate) name: String,
    /// Open times of the rows, µs UTC, ascending.
    pub(crate) times: Vec<i64>,
    /// Signed weights, `legs` for each row.
    pub(crate) weights: Vec<f64>,
    /// What is known of each row's trade; empty where nothing is known of any.
    pub(crate) outlooks: Vec<Option<Outlook>>,
    pub(crate) legs: Vec<Leg>,
    pub(crate) intent: Intent,
    pub(crate) exits: SideExits,
    /// How long a row lasts; `None`: as long as a candle.
    pub(crate) interval: Option<TimeDelta>,
    /// Whether `interval` must be checked against the rows: a file may have another one.
    pub(crate) of_file: bool,
    /// What a person should hear.
    pub(crate) remarks: Vec<String>,
    /// Rows decided on by bins that were calibrated on in-sample predictions; `None` where there are no
    /// bins.
    pub(crate) in_sample_rows: Option<u64>,
}

impl Asked {
    /// The files of the legs, in their order, out of those that are configured; the first of these is
    /// the strategy's own instrument.
    pub(crate) fn instruments(&self, known: &[Instrument]) -> Result<Vec<Instrument>> {
        let of_leg = |leg: &Leg| {
            let found = match &leg.dataset {
                None => known.first(),
                Some(_) => known.iter().find(|instrument| instrument.dataset == leg.dataset),
            };
            let found = found.filter(|instrument| instrument.candles.is_some()).cloned();
            found.ok_or_else(|| match &leg.dataset {
                None => "a backtest needs candles: pass --ohlcv-duckdb".to_owned(),
                Some(dataset) => {
                    format!("there are no candles of {dataset}: pass --other-ohlcv {dataset}=FILE")
                }
            })
        };
        Ok(self.legs.iter().map(of_leg).collect::<Result<_, _>>()?)
    }

    /// The decision of each candle of `market`. A candle at whose close a row would have ended, without one, is
    /// silent; before the first row nothing is asked, and nothing counts as silence.
    pub(crate) fn decisions(&self, market: &Market) -> Result<Vec<Option<Decision<'_>>>> {
        let (lasts, legs) = (micros(self.interval.unwrap_or(market.interval)), self.legs.len());
        let mut next = 0;
        let mut of_bar = |bar: Bar<'_>| {
            let Some(&time) = self.times.get(next) else { return Ok(None) };
            let known = time + lasts;
            if known < bar.until {
                return Err(self.without_candle(time));
            }
            if known == bar.until {
                let weights = &self.weights[next * legs..(next + 1) * legs];
                let outlook = self.outlooks.get(next).and_then(Option::as_ref);
                next += 1;
                return Ok(Some(Decision::Weights { weights, outlook }));
            }
            let silent = next > 0 && (known - bar.until) % lasts == 0;
            Ok(silent.then_some(Decision::Silent))
        };
        let decisions = market.history.bars().map(&mut of_bar).collect::<Result<_, _>>()?;
        match self.times.get(next) {
            Some(&time) => Err(self.without_candle(time)),
            None => Ok(decisions),
        }
    }

    fn without_candle(&self, time: i64) -> BoxError {
        let at = DateTime::from_timestamp_micros(time).unwrap_or_default();
        format!(
            "{}: the row at {} UTC has no candle that closes when it ends: are these signals of another \
             instrument or interval? Name their candles with --ohlcv-duckdb, or leave such rows out",
            self.name,
            at.format("%Y-%m-%d %H:%M"),
        )
        .into()
    }
}

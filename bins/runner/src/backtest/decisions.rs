//! What is asked for: the decisions of a strategy, or of a file.

use backtest::Intent;
use chrono::TimeDelta;
use market_data::Instrument;
use strategy_core::{Leg, Outlook, Result, SideExits};

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
}

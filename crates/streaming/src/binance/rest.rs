//! The REST interface: candles and funding rates of the past.

use std::time::Duration;

use serde_json::Value;
use thiserror::Error;
use ureq::Agent;

use super::config::BinanceConfig;

const TIMEOUT: Duration = Duration::from_secs(10);

/// Candles and rates of a page at most.
const PAGE: usize = 1_000;

/// A time and the values at it.
type Values = (i64, Vec<f64>);

pub(super) struct Rest {
    agent: Agent,
    config: BinanceConfig,
}

/// Why the exchange did not answer what was asked.
#[derive(Debug, Error)]
pub(super) enum RestError {
    /// It does not want to answer that.
    #[error("the exchange answered {status}: {said}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// What it said.
        said: String,
    },
    /// Nothing came, or nothing that can be read.
    #[error("the exchange does not answer: {0}")]
    Unreachable(String),
}

impl Rest {
    pub(super) fn new(config: &BinanceConfig) -> Self {
        let agent = Agent::config_builder()
            .timeout_global(Some(TIMEOUT))
            .http_status_as_error(false)
            .build();
        Self { agent: agent.into(), config: config.clone() }
    }

    /// Closed candles from `from` (µs UTC) on, and whether there are more: a page of them, without the last
    /// candle there is, since nothing tells whether that is closed.
    pub(super) fn closed_candles(&self, from: i64) -> Result<(Vec<Values>, bool), RestError> {
        let BinanceConfig { symbol, interval, .. } = &self.config;
        let start = from.max(0).div_euclid(1_000) + i64::from(from.max(0) % 1_000 != 0);
        let path = format!(
            "/fapi/v1/klines?symbol={symbol}&interval={interval}&startTime={start}&limit={PAGE}"
        );
        let answer = self.get(&path)?;
        let rows = answer.as_array().ok_or_else(unreadable)?;
        let is_full = rows.len() >= PAGE;
        let mut candles =
            rows.iter().map(candle).collect::<Option<Vec<_>>>().ok_or_else(unreadable)?;
        candles.sort_by_key(|(time, _)| *time);
        candles.dedup_by_key(|(time, _)| *time);
        candles.pop();
        candles.retain(|(time, _)| *time >= from);
        Ok((candles, is_full))
    }

    /// Funding rates from `from` (µs UTC) on, or the last ones where that is long ago.
    pub(super) fn rates(&self, from: i64) -> Result<Vec<(i64, f64)>, RestError> {
        let symbol = &self.config.symbol;
        let start = match from.div_euclid(1_000) {
            start if start > 0 => format!("&startTime={start}"),
            _ => String::new(),
        };
        let answer =
            self.get(&format!("/fapi/v1/fundingRate?symbol={symbol}{start}&limit={PAGE}"))?;
        let rate = |row: &Value| {
            let rate = row["fundingRate"].as_str()?.parse().ok()?;
            Some((row["fundingTime"].as_i64()?.checked_mul(1_000)?, rate))
        };
        let rows = answer.as_array().ok_or_else(unreadable)?;
        let mut rates = rows.iter().map(rate).collect::<Option<Vec<_>>>().ok_or_else(unreadable)?;
        rates.sort_by_key(|(time, _)| *time);
        Ok(rates)
    }

    fn get(&self, path: &str) -> Result<Value, RestError> {
        let failed = |error: ureq::Error| RestError::Unreachable(error.to_string());
        let mut answer =
            self.agent.get(format!("{}{path}", self.config.rest)).call().map_err(failed)?;
        let status = answer.status().as_u16();
        let text = answer.body_mut().read_to_string().map_err(failed)?;
        match status {
            200 => serde_json::from_str(&text).map_err(|_| unreadable()),
            // Too many requests, and bans that end.
            400..=499 if ![418, 429].contains(&status) => {
                Err(RestError::Refused { status, said: text.chars().take(200).collect() })
            }
            _ => Err(RestError::Unreachable(format!("status {status}"))),
        }
    }
}

fn unreadable() -> RestError {
    RestError::Unreachable("what came is not what was asked for".to_owned())
}

/// A row of `klines`: open time in milliseconds, then prices and volume as text.
fn candle(row: &Value) -> Option<Values> {
    let row = row.as_array()?;
    let time = row.first()?.as_i64()?.checked_mul(1_000)?;
    let number = |index: usize| row.get(index)?.as_str()?.parse::<f64>().ok();
    let values = (1..=5).map(number).collect::<Option<Vec<f64>>>()?;
    values.iter().all(|value| value.is_finite()).then_some((time, values))
}

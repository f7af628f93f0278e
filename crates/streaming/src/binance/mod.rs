//! Candles and funding rates of Binance's USDⓈ-M futures.
//!
//! A candle is closed when the exchange says so, or when its successor exists; the clock of this machine
//! closes none. The websocket brings candles as they close; what it did not bring, the REST interface
//! does: at the start, after every connection, and whenever a candle is missing before the next.

mod config;
mod rest;
mod socket;

use std::collections::BTreeMap;
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

use strategy_core::BoxError;

use crate::queue::Observation;
use crate::source::{Polled, Seen, Source};
pub use config::BinanceConfig;
use rest::{Rest, RestError};
pub(crate) use socket::SocketEvent;

/// How often funding rates are asked for, and candles that the websocket brought are compared.
const CHECK: Duration = Duration::from_secs(10);

/// Candles of the websocket that wait to be compared at most, while the REST interface is away.
const COMPARED: usize = 1_000;

/// The candles of a symbol, and its funding rates where they are wanted.
pub struct Binance {
    name: String,
    rest: Rest,
    config: BinanceConfig,
    candles: Option<usize>,
    funding: Option<usize>,
    events: Receiver<SocketEvent>,
    /// Whether candles may be missing.
    has_gap: bool,
    /// The last closed candle that was given out.
    newest: Option<i64>,
    /// The last candle that was seen running.
    running: Option<i64>,
    /// Candles of the websocket that were not compared with those of the REST interface yet.
    heard: BTreeMap<i64, Vec<f64>>,
    checked: Option<Duration>,
    failures: u64,
    disagreements: u64,
    is_first: bool,
}

impl Binance {
    /// Candles for the series `candles` and funding rates for the series `funding`. Without `wake` there is no
    /// websocket: for reading what there was.
    #[must_use]
    pub fn new(
        config: BinanceConfig,
        candles: Option<usize>,
        funding: Option<usize>,
        wake: Option<Box<dyn Fn() + Send>>,
    ) -> Self {
        let (send, events) = mpsc::channel();
        if let (Some(wake), Some(_)) = (wake, candles) {
            socket::start(config.clone(), send, wake);
        }
        Self {
            name: format!("binance {}", config.symbol),
            rest: Rest::new(&config),
            config,
            candles,
            funding,
            events,
            has_gap: true,
            newest: None,
            running: None,
            heard: BTreeMap::new(),
            checked: None,
            failures: 0,
            disagreements: 0,
            is_first: true,
        }
    }

    /// Takes what the websocket brought.
    fn hear(&mut self) -> Vec<Observation> {
        let mut observations = Vec::new();
        while let Ok(event) = self.events.try_recv() {
            match event {
                // What closed meanwhile was not heard.
                SocketEvent::Connected => self.has_gap = true,
                SocketEvent::Lost => self.failures += 1,
                SocketEvent::Candle { time, values, closed } => {
                    let expected = self.newest.map(|newest| newest + self.config.micros);
                    if closed && expected == Some(time) && !self.has_gap {
                        self.newest = Some(time);
                        self.heard.insert(time, values.clone());
                        while self.heard.len() > COMPARED {
                            self.heard.pop_first();
                        }
                        observations.push(Observation { time, values: Ok(values) });
                    } else if closed && self.newest.is_none_or(|newest| time > newest) {
                        self.has_gap = true;
                    } else if !closed {
                        // A successor of one that was never said to be closed.
                        self.has_gap |= expected.is_some_and(|expected| time > expected);
                        self.running = Some(time);
                    }
                }
            }
        }
        observations
    }

    /// Asks for closed candles from `from` on; gives those that the websocket did not bring, and whether
    /// there are more. Those that it brought are compared: each once, and what was heard stands.
    fn fill(&mut self, from: i64) -> Result<(Vec<Observation>, bool), RestError> {
        let first_heard = self.heard.first_key_value().map_or(i64::MAX, |(&time, _)| time);
        let (mut candles, more) = self.rest.closed_candles(from.min(first_heard))?;
        self.newest = self.newest.max(candles.last().map(|(time, _)| *time));
        candles.retain(|(time, values)| {
            let Some(heard) = self.heard.remove(time) else { return true };
            if heard != *values {
                self.disagreements += 1;
                let at = crate::time::text(*time);
                tracing::warn!(
                    "{}: the candle of {at} is another by REST than it was by websocket",
                    self.name
                );
            }
            false
        });
        let observation = |(time, values)| Observation { time, values: Ok(values) };
        Ok((candles.into_iter().map(observation).collect(), more))
    }
}

impl Source for Binance {
    fn name(&self) -> &str {
        &self.name
    }

    fn refusals(&self) -> u64 {
        self.failures
    }

    fn disagreements(&self) -> u64 {
        self.disagreements
    }

    fn poll(&mut self, from: &dyn Fn(usize) -> i64, now: Duration) -> Result<Polled, BoxError> {
        let mut polled = Polled::default();
        let observations = self.hear();
        let is_due = self.checked.is_none_or(|checked| now >= checked + CHECK);
        let mut failed = None;
        if let Some(series) = self.candles {
            let from = from(series);
            polled.seen.push(Seen { series, observations, read_to: None });
            if from < i64::MAX && (self.has_gap || is_due) {
                match self.fill(from) {
                    Ok((observations, more)) => {
                        let last = observations.last().map(|candle| candle.time);
                        let read_to = last.filter(|_| more);
                        polled.seen.push(Seen { series, observations, read_to });
                        self.has_gap = more;
                        polled.again = more.then_some(now);
                    }
                    Err(error) => failed = Some(error),
                }
            }
        }
        if let (Some(series), true, None) = (self.funding, is_due, &failed) {
            let from = from(series);
            if from < i64::MAX {
                match self.rest.rates(from) {
                    Ok(rates) => {
                        let rate = |(time, rate)| Observation { time, values: Ok(vec![rate]) };
                        let observations = rates.into_iter().map(rate).collect();
                        polled.seen.push(Seen { series, observations, read_to: None });
                    }
                    Err(error) => failed = Some(error),
                }
            }
        }
        match failed {
            None => {
                self.is_first = false;
                if is_due {
                    self.checked = Some(now);
                }
            }
            // A symbol that there is not, say.
            Some(error @ RestError::Refused { .. }) if self.is_first => return Err(error.into()),
            Some(error) => {
                self.failures += 1;
                self.checked = Some(now);
                tracing::debug!("{}: {error}", self.name);
                polled.again = Some(now + Duration::from_secs(1));
            }
        }
        Ok(polled)
    }
}

//! Where an exchange is.

use std::time::Duration;

/// Where an exchange is, and what of it is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BinanceConfig {
    /// The symbol, as in `BTCUSDT`.
    pub symbol: String,
    /// The interval in the exchange's words, as in `1h`.
    pub interval: String,
    /// The interval in microseconds.
    pub micros: i64,
    /// Where its REST interface is, as in `https://fapi.binance.com`.
    pub rest: String,
    /// Where its websockets are, as in `wss://fstream.binance.com`.
    pub socket: String,
    /// A websocket that says nothing for so long is given up.
    pub silence: Duration,
    /// A connection of this age is replaced: the exchange cuts it after 24 hours.
    pub longest: Duration,
}

impl BinanceConfig {
    /// The exchange itself.
    #[must_use]
    pub fn new(symbol: &str, interval: &str, micros: i64) -> Self {
        Self {
            symbol: symbol.to_uppercase(),
            interval: interval.to_owned(),
            micros,
            rest: "https://fapi.binance.com".to_owned(),
            socket: "wss://fstream.binance.com".to_owned(),
            silence: Duration::from_mins(1),
            longest: Duration::from_hours(23),
        }
    }

    /// Another server that speaks the same, without TLS, at `host` with its port.
    #[must_use]
    pub fn at(self, host: &str) -> Self {
        Self { rest: format!("http://{host}"), socket: format!("ws://{host}"), ..self }
    }
}

//! An exchange of one's own, for trying a stream without the network:
//!
//! ```sh
//! cargo run -p streaming --example mock-exchange -- 127.0.0.1:8080 10
//! runner mean-reversion stream --dataset mock_btcusdt_perp_1h --source candles=binance:BTCUSDT@127.0.0.1:8080
//! ```
//!
//! It has the last 500 hours of BTCUSDT, invented, and closes another at an interval. A line on its
//! standard input says how the next one closes: well, twice, reordered, unsaid, silent, cuts, away, disagrees.

#![allow(clippy::print_stderr, reason = "an example for people")]

#[path = "../tests/suite/exchange_server.rs"]
#[allow(dead_code, reason = "tests use more of it")]
mod exchange_server;

use std::io::BufRead as _;
use std::sync::mpsc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use exchange_server::{Exchange, Manner};

/// Candles that there are from the beginning.
const HOURS: usize = 500;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let address = arguments.next().unwrap_or_else(|| "127.0.0.1:8080".to_owned());
    let every = arguments.next().map_or(Ok(10.0), |text| text.parse())?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs() / 3_600;
    let (exchange, host) = Exchange::start(&address, usize::try_from(now)? - HOURS)?;
    exchange.have(HOURS);
    eprintln!("{host}: a candle of BTCUSDT every {every} s");
    let (send, said) = mpsc::channel();
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            let _ended = send.send(line);
        }
    });
    loop {
        std::thread::sleep(Duration::try_from_secs_f64(every)?);
        let manner = match said.try_recv().as_deref().map(str::trim) {
            Ok("twice") => Manner::Twice,
            Ok("reordered") => Manner::Reordered,
            Ok("unsaid") => Manner::Unsaid,
            Ok("silent") => Manner::Silent,
            Ok("cuts") => Manner::Cuts,
            Ok("away") => Manner::Away,
            Ok("disagrees") => Manner::Disagrees,
            Ok("well") | Err(_) => Manner::Well,
            Ok(other) => {
                eprintln!(
                    "`{other}`? well, twice, reordered, unsaid, silent, cuts, away, disagrees"
                );
                Manner::Well
            }
        };
        exchange.close_candle(manner);
        eprintln!("candle {} closed: {manner:?}", exchange.closed());
    }
}

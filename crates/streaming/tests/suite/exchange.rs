//! A server on the loopback that speaks as the exchange does, and misbehaves on command.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use streaming::{Binance, BinanceConfig, InputFrom, Plan, Queue, Rule, SeriesPlan, Source as _};
use tungstenite::Message;

use crate::market::HOUR;

/// What the exchange does when the next candle closes.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Manner {
    Well,
    /// Says so twice.
    Twice,
    /// Says it after the next candle has begun.
    Reordered,
    /// Does not say it.
    Unsaid,
    /// Says nothing any more, to whoever is connected.
    Silent,
    /// Cuts all connections.
    Cuts,
    /// Cuts all connections and answers nothing, until it does well again.
    Away,
    /// Its REST interface says something else of this candle.
    Disagrees,
}

#[derive(Default)]
struct State {
    /// Candles that are closed; the next one is running.
    closed: usize,
    sockets: Vec<Sender<Option<String>>>,
    is_away: bool,
    disagrees: BTreeSet<usize>,
}

#[derive(Clone, Default)]
struct Exchange(Arc<Mutex<State>>);

/// The values of a candle, while it runs and once it is closed.
fn values(candle: usize, closed: bool) -> [f64; 5] {
    let close = 100.0 + ((candle * 37) % 11) as f64 + if closed { 0.25 } else { 0.0 };
    [100.0, 120.0, 90.0, close, 7.0]
}

fn event(candle: usize, closed: bool) -> String {
    let [o, h, l, c, v] = values(candle, closed);
    let t = candle * 3_600_000;
    format!(
        r#"{{"e":"kline","s":"BTCUSDT","k":{{"t":{t},"i":"1h","o":"{o}","h":"{h}","l":"{l}","c":"{c}","v":"{v}","x":{closed}}}}}"#
    )
}

impl Exchange {
    fn start() -> (Self, String) {
        let exchange = Self::default();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let host = listener.local_addr().unwrap().to_string();
        let shared = exchange.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = shared.clone();
                std::thread::spawn(move || shared.answer(stream));
            }
        });
        (exchange, host)
    }

    fn answer(&self, mut stream: TcpStream) {
        let mut head = [0; 64];
        let read = stream.peek(&mut head).unwrap_or(0);
        if self.0.lock().unwrap().is_away {
            return;
        }
        if head[..read].starts_with(b"GET /market/ws/btcusdt@kline_1h ") {
            let Ok(mut socket) = tungstenite::accept(stream) else { return };
            let (send, events) = mpsc::channel();
            self.0.lock().unwrap().sockets.push(send);
            for event in events {
                let Some(event) = event else { return };
                if socket.send(Message::text(event)).is_err() {
                    return;
                }
            }
            // Nobody speaks any more, and the connection stays.
            std::thread::sleep(Duration::from_mins(1));
            return;
        }
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let mut request = String::new();
        if reader.read_line(&mut request).is_err() {
            return;
        }
        let mut line = String::new();
        while reader.read_line(&mut line).is_ok_and(|read| read > 2) {
            line.clear();
        }
        let body = self.rest(&request);
        let answer = format!(
            "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        let _gone = stream.write_all(answer.as_bytes());
    }

    fn rest(&self, request: &str) -> String {
        let number = |name: &str| -> Option<usize> {
            let (_, after) = request.split_once(&format!("{name}="))?;
            after.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
        };
        let state = self.0.lock().unwrap();
        let start = number("startTime").unwrap_or(0);
        if request.contains("/fapi/v1/fundingRate") {
            let rates = (0..=state.closed).step_by(8).map(|hour| hour * 3_600_000);
            let rates = rates.filter(|time| *time >= start).map(|time| {
                format!(r#"{{"symbol":"BTCUSDT","fundingTime":{time},"fundingRate":"0.0001"}}"#)
            });
            return format!("[{}]", rates.collect::<Vec<_>>().join(","));
        }
        let limit = number("limit").unwrap_or(500);
        let candles = (0..=state.closed).filter(|candle| candle * 3_600_000 >= start).take(limit);
        let row = |candle: usize| {
            let [o, h, l, mut c, v] = values(candle, candle < state.closed);
            if state.disagrees.contains(&candle) {
                c += 1.0;
            }
            format!(r#"[{},"{o}","{h}","{l}","{c}","{v}",0,"0",0,"0","0","0"]"#, candle * 3_600_000)
        };
        format!("[{}]", candles.map(row).collect::<Vec<_>>().join(","))
    }

    /// The running candle closes, and the next begins.
    fn close_candle(&self, manner: Manner) {
        let mut state = self.0.lock().unwrap();
        let candle = state.closed;
        state.closed += 1;
        state.is_away = manner == Manner::Away;
        let (closed, next) = (event(candle, true), event(candle + 1, false));
        let events = match manner {
            Manner::Well => vec![closed, next],
            Manner::Twice => vec![closed.clone(), closed, next],
            Manner::Reordered => vec![next, closed],
            Manner::Unsaid => vec![next],
            Manner::Disagrees => {
                state.disagrees.insert(candle);
                vec![closed, next]
            }
            Manner::Silent => {
                state.sockets.clear();
                return;
            }
            Manner::Cuts | Manner::Away => {
                state.sockets.drain(..).for_each(|socket| drop(socket.send(None)));
                return;
            }
        };
        for event in events {
            state.sockets.retain(|socket| socket.send(Some(event.clone())).is_ok());
        }
    }

    fn is_listened_to(&self) -> bool {
        !self.0.lock().unwrap().sockets.is_empty()
    }
}

fn plan() -> Plan {
    let series = SeriesPlan {
        name: "close".to_owned(),
        rule: Rule::SameTime,
        optional: false,
        journalled: None,
    };
    let rate = SeriesPlan {
        name: "funding_rate".to_owned(),
        rule: Rule::Beside,
        optional: false,
        journalled: Some("funding".to_owned()),
    };
    Plan {
        series: vec![series, rate],
        columns: vec![InputFrom::Value { series: 0, place: 3 }],
        names: vec!["close".to_owned()],
        interval: HOUR,
    }
}

#[test]
fn however_the_exchange_misbehaves_every_closed_candle_comes_once_and_no_open_one() {
    let (exchange, host) = Exchange::start();
    // What there was before.
    exchange.0.lock().unwrap().closed = 25;
    let config = BinanceConfig {
        silence: Duration::from_millis(400),
        longest: Duration::from_millis(1500),
        ..BinanceConfig::new("BTCUSDT", "1h", HOUR).at(&host)
    };
    let mut source = Binance::new(config, Some(0), Some(1), Some(Box::new(|| ())));
    let mut queue = Queue::new(plan(), -1, Duration::ZERO);
    let (mut rows, mut rates) = (BTreeMap::new(), BTreeSet::new());
    let manners = [
        Manner::Well,
        Manner::Twice,
        Manner::Reordered,
        Manner::Unsaid,
        Manner::Silent,
        Manner::Cuts,
        Manner::Away,
        Manner::Away,
        Manner::Away,
        Manner::Well,
        Manner::Disagrees,
    ];
    let mut clock = Duration::ZERO;
    let mut take = |exchange: &Exchange, until: usize| {
        let begin = Instant::now();
        loop {
            // The clock runs fast, so that what is asked for now and then is asked for.
            clock += Duration::from_secs(1);
            let polled = source.poll(&|series| queue.needs_from(series), clock).unwrap();
            for seen in polled.seen {
                let journal = queue.observe(seen.series, seen.observations, seen.read_to, clock);
                rates.extend(journal.into_iter().map(|(_, time, _)| time));
            }
            while let Some(row) = queue.settle(clock) {
                let candle = usize::try_from(row.time / HOUR).unwrap();
                assert!(candle < exchange.0.lock().unwrap().closed, "candle {candle} is open");
                let close = row.inputs.unwrap()[0];
                assert!(rows.insert(candle, close).is_none(), "candle {candle} came twice");
            }
            if rows.len() == until {
                break;
            }
            assert!(begin.elapsed() < Duration::from_secs(30), "{} of {until} candles", rows.len());
            std::thread::sleep(Duration::from_millis(20));
        }
        source.disagreements()
    };
    take(&exchange, 25);
    let (mut closed, mut disagreements) = (25, 0);
    for round in 0..4 * manners.len() {
        let begin = Instant::now();
        while !exchange.is_listened_to() && !exchange.0.lock().unwrap().is_away {
            assert!(begin.elapsed() < Duration::from_secs(30), "nobody connects");
            std::thread::sleep(Duration::from_millis(10));
        }
        let manner = manners[round % manners.len()];
        exchange.close_candle(manner);
        closed += 1;
        if manner != Manner::Away {
            disagreements = take(&exchange, closed);
        }
    }
    for (&candle, &close) in &rows {
        let said = exchange.0.lock().unwrap().disagrees.contains(&candle);
        let wanted = values(candle, true)[3];
        assert!(close == wanted || said && close == wanted + 1.0, "candle {candle}: {close}");
    }
    assert_eq!(rows.len(), 25 + 4 * manners.len());
    assert!(rates.contains(&0) && rates.len() > 4, "{rates:?}");
    eprintln!("exchange: {} candles, {disagreements} disagreements counted", rows.len());
}

#[test]
fn a_symbol_that_there_is_not_is_told_at_once() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let host = listener.local_addr().unwrap().to_string();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let mut line = String::new();
            while reader.read_line(&mut line).is_ok_and(|read| read > 2) {
                line.clear();
            }
            let body = r#"{"code":-1121,"msg":"Invalid symbol."}"#;
            let length = body.len();
            let _gone = write!(
                stream,
                "HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}"
            );
        }
    });
    let config = BinanceConfig::new("NOSUCH", "1h", HOUR).at(&host);
    let mut source = Binance::new(config, Some(0), None, None);
    let error = source.poll(&|_| 0, Duration::ZERO).unwrap_err().to_string();
    assert!(error.contains("400") && error.contains("Invalid symbol"), "{error}");
}

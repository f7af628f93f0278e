//! A server on the loopback that speaks as the exchange does, and misbehaves on command. The example
//! `mock-exchange` lets anybody start it.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tungstenite::Message;

/// What the exchange does when the next candle closes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Manner {
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

#[derive(Clone)]
pub(crate) struct Exchange {
    state: Arc<Mutex<State>>,
    /// The hour of the first candle, since 1970.
    first: usize,
}

/// The values of a candle, while it runs and once it is closed.
pub(crate) fn values(candle: usize, closed: bool) -> [f64; 5] {
    let close = 100.0 + ((candle * 37) % 11) as f64 + if closed { 0.25 } else { 0.0 };
    [100.0, 120.0, 90.0, close, 7.0]
}

fn event(first: usize, candle: usize, closed: bool) -> String {
    let [o, h, l, c, v] = values(candle, closed);
    let t = (first + candle) * 3_600_000;
    format!(
        r#"{{"e":"kline","s":"BTCUSDT","k":{{"t":{t},"i":"1h","o":"{o}","h":"{h}","l":"{l}","c":"{c}","v":"{v}","x":{closed}}}}}"#
    )
}

impl Exchange {
    /// Answers at `address`, with candles from the hour `first` on; gives it, and where it is.
    pub(crate) fn start(address: &str, first: usize) -> std::io::Result<(Self, String)> {
        let exchange = Self { state: Arc::default(), first };
        let listener = TcpListener::bind(address)?;
        let host = listener.local_addr()?.to_string();
        let shared = exchange.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = shared.clone();
                std::thread::spawn(move || shared.answer(stream));
            }
        });
        Ok((exchange, host))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives it this number of closed candles.
    pub(crate) fn have(&self, closed: usize) {
        self.state().closed = closed;
    }

    /// How many candles are closed.
    pub(crate) fn closed(&self) -> usize {
        self.state().closed
    }

    /// Whether it answers nothing.
    pub(crate) fn is_away(&self) -> bool {
        self.state().is_away
    }

    /// Whether its REST interface says something else of a candle.
    pub(crate) fn disagrees(&self, candle: usize) -> bool {
        self.state().disagrees.contains(&candle)
    }

    fn answer(&self, mut stream: TcpStream) {
        let mut head = [0; 64];
        let read = stream.peek(&mut head).unwrap_or(0);
        if self.state().is_away {
            return;
        }
        if head[..read].starts_with(b"GET /market/ws/btcusdt@kline_1h ") {
            let Ok(mut socket) = tungstenite::accept(stream) else { return };
            let (send, events) = mpsc::channel();
            self.state().sockets.push(send);
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
        let Ok(copy) = stream.try_clone() else { return };
        let mut reader = BufReader::new(copy);
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
        let state = self.state();
        let start = number("startTime").unwrap_or(0);
        if request.contains("/fapi/v1/fundingRate") {
            let hours = (self.first..=self.first + state.closed).filter(|hour| hour % 8 == 0);
            let rates = hours.map(|hour| hour * 3_600_000);
            let rates = rates.filter(|time| *time >= start).map(|time| {
                format!(r#"{{"symbol":"BTCUSDT","fundingTime":{time},"fundingRate":"0.0001"}}"#)
            });
            return format!("[{}]", rates.collect::<Vec<_>>().join(","));
        }
        let limit = number("limit").unwrap_or(500);
        let time = |candle: usize| (self.first + candle) * 3_600_000;
        let candles = (0..=state.closed).filter(|candle| time(*candle) >= start).take(limit);
        let row = |candle: usize| {
            let [o, h, l, mut c, v] = values(candle, candle < state.closed);
            if state.disagrees.contains(&candle) {
                c += 1.0;
            }
            format!(r#"[{},"{o}","{h}","{l}","{c}","{v}",0,"0",0,"0","0","0"]"#, time(candle))
        };
        format!("[{}]", candles.map(row).collect::<Vec<_>>().join(","))
    }

    /// The running candle closes, and the next begins.
    pub(crate) fn close_candle(&self, manner: Manner) {
        let mut state = self.state();
        let candle = state.closed;
        state.closed += 1;
        state.is_away = manner == Manner::Away;
        let (closed, next) =
            (event(self.first, candle, true), event(self.first, candle + 1, false));
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

    pub(crate) fn is_listened_to(&self) -> bool {
        !self.state().sockets.is_empty()
    }
}

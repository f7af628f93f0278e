//! The websocket, on a thread of its own: connected, lost, connected again.

use std::net::{TcpStream, ToSocketAddrs as _};
use std::sync::mpsc::Sender;
use std::time::{Duration, Instant};

use serde_json::Value;
use tungstenite::client::IntoClientRequest as _;
use tungstenite::stream::MaybeTlsStream;
use tungstenite::{Message, WebSocket, client_tls};

use super::config::BinanceConfig;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// What the websocket brings.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum SocketEvent {
    /// There is a connection; what was before it was not heard.
    Connected,
    /// The connection is gone, or was never there.
    Lost,
    /// A candle as it stands.
    Candle {
        /// Its open time, µs UTC.
        time: i64,
        /// Open, high, low, close, volume.
        values: Vec<f64>,
        /// Whether the exchange says that it is closed.
        closed: bool,
    },
}

type Socket = WebSocket<MaybeTlsStream<TcpStream>>;

/// Listens until nobody takes what it hears.
pub(super) fn start(config: BinanceConfig, send: Sender<SocketEvent>, wake: Box<dyn Fn() + Send>) {
    let listen = move || {
        let mut pause = FIRST_PAUSE;
        loop {
            let heard = match connect(&config) {
                Some(socket) => hear(socket, &config, &send, &wake),
                None => Heard::Nothing,
            };
            pause = match heard {
                Heard::Enough => return,
                // It worked: the next connection at once.
                Heard::Something => FIRST_PAUSE,
                Heard::Nothing => (pause * 2).min(LONGEST_PAUSE),
            };
            if send.send(SocketEvent::Lost).is_err() {
                return;
            }
            std::thread::sleep(pause);
        }
    };
    // Without a thread the REST interface alone brings candles.
    let _no_thread = std::thread::Builder::new().name("binance".to_owned()).spawn(listen);
}

enum Heard {
    Something,
    Nothing,
    /// Nobody takes it any more.
    Enough,
}

fn connect(config: &BinanceConfig) -> Option<Socket> {
    let BinanceConfig { symbol, interval, socket, silence, .. } = config;
    let url = format!("{socket}/market/ws/{}@kline_{interval}", symbol.to_lowercase());
    let request = url.into_client_request().ok()?;
    let (host, scheme) = (request.uri().host()?, request.uri().scheme_str()?);
    let port = request.uri().port_u16().unwrap_or(if scheme == "wss" { 443 } else { 80 });
    let address = (host, port).to_socket_addrs().ok()?.next()?;
    let stream = TcpStream::connect_timeout(&address, CONNECT_TIMEOUT).ok()?;
    // A feed that is silent ends by this: it is as bad as one that is gone.
    stream.set_read_timeout(Some(*silence)).ok()?;
    stream.set_write_timeout(Some(CONNECT_TIMEOUT)).ok()?;
    Some(client_tls(request, stream).ok()?.0)
}

/// Hears until the connection ends, is silent, or is old; then the next has taken over.
fn hear(
    mut socket: Socket,
    config: &BinanceConfig,
    send: &Sender<SocketEvent>,
    wake: &(dyn Fn() + Send),
) -> Heard {
    let mut since = Instant::now();
    let mut heard = Heard::Nothing;
    let tell = |event| {
        let told = send.send(event);
        wake();
        told
    };
    if tell(SocketEvent::Connected).is_err() {
        return Heard::Enough;
    }
    loop {
        if since.elapsed() >= config.longest {
            // Before the exchange cuts it: a second connection first, then the end of this one.
            if let Some(next) = connect(config) {
                let _closing = socket.close(None);
                (socket, since) = (next, Instant::now());
                if tell(SocketEvent::Connected).is_err() {
                    return Heard::Enough;
                }
            }
        }
        match socket.read() {
            Ok(Message::Text(text)) => {
                heard = Heard::Something;
                if let Some(event) = candle(&text)
                    && tell(event).is_err()
                {
                    return Heard::Enough;
                }
            }
            // Pings are answered while reading.
            Ok(Message::Close(_)) | Err(_) => return heard,
            Ok(_) => {}
        }
    }
}

/// The candle in an event `kline`.
fn candle(text: &str) -> Option<SocketEvent> {
    let event: Value = serde_json::from_str(text).ok()?;
    let candle = &event["k"];
    let number = |name: &str| candle[name].as_str()?.parse::<f64>().ok().filter(|v| v.is_finite());
    let values = ["o", "h", "l", "c", "v"].map(number).into_iter().collect::<Option<Vec<_>>>()?;
    let time = candle["t"].as_i64()?.checked_mul(1_000)?;
    Some(SocketEvent::Candle { time, values, closed: candle["x"].as_bool()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_candle_is_closed_when_the_exchange_says_so() {
        let text = |closed: bool| {
            format!(
                r#"{{"e":"kline","E":1,"s":"BTCUSDT","k":{{"t":3600000,"T":7199999,"s":"BTCUSDT","i":"1h",
                "o":"1.5","c":"2","h":"3","l":"1","v":"10","x":{closed}}}}}"#
            )
        };
        let wanted = |closed| SocketEvent::Candle {
            time: 3_600_000_000,
            values: vec![1.5, 3.0, 1.0, 2.0, 10.0],
            closed,
        };
        assert_eq!(candle(&text(true)), Some(wanted(true)));
        assert_eq!(candle(&text(false)), Some(wanted(false)));
        for odd in ["", "{}", r#"{"k":{"t":1,"x":true}}"#, &text(true).replace("1.5", "NaN")] {
            assert_eq!(candle(odd), None, "{odd}");
        }
    }
}

//! Metrics and health over HTTP, for Prometheus and whoever watches.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, Uri, header};
use axum::routing::get;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;
use tokio::runtime::Builder;

use crate::StreamError;
use crate::status::{Figures, Status};

/// A loop that has not turned for so long does not work.
const STUCK_AFTER: Duration = Duration::from_mins(1);

const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
const PLAIN: &str = "text/plain; charset=utf-8";

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Name {
    name: String,
}

/// What is answered to a path.
pub struct Page {
    /// The HTTP status.
    pub status: u16,
    /// The content's type.
    pub content: &'static str,
    /// The text.
    pub text: String,
}

/// What answers a path; `None` where there is nothing.
type Answers = Arc<dyn Fn(&str) -> Option<Page> + Send + Sync>;

/// Answers `/metrics`, `/healthz` and `/readyz` at `address` from now on, on a thread of its own; gives the
/// address, which tells the port where none was asked for.
///
/// # Errors
/// When the address cannot be listened at.
pub fn listen(address: SocketAddr, status: Status) -> Result<SocketAddr, StreamError> {
    serve(address, move |path| {
        let figures = status.figures();
        match path {
            "/metrics" => Some(Page { status: 200, content: OPEN_METRICS, text: text(&figures) }),
            "/healthz" => Some(health(&figures)),
            "/readyz" => Some(ready(&figures)),
            _ => None,
        }
    })
}

/// Answers what `answer` says to the path of a GET request at `address` from now on, on a thread of its own.
///
/// # Errors
/// When the address cannot be listened at.
pub fn serve(
    address: SocketAddr,
    answer: impl Fn(&str) -> Option<Page> + Send + Sync + 'static,
) -> Result<SocketAddr, StreamError> {
    let failed =
        |source| StreamError::Io { action: "listen at", path: address.to_string().into(), source };
    let runtime = Builder::new_current_thread().enable_all().build().map_err(failed)?;
    let listener = runtime.block_on(tokio::net::TcpListener::bind(address)).map_err(failed)?;
    let bound = listener.local_addr().map_err(failed)?;
    let answers: Answers = Arc::new(answer);
    let router = Router::new().fallback(get(respond)).with_state(answers);
    let serve = move || runtime.block_on(async { drop(axum::serve(listener, router).await) });
    std::thread::Builder::new().name("listen".to_owned()).spawn(serve).map_err(failed)?;
    Ok(bound)
}

async fn respond(
    State(answers): State<Answers>,
    uri: Uri,
) -> (StatusCode, [(header::HeaderName, &'static str); 1], String) {
    let nothing =
        || Page { status: 404, content: PLAIN, text: "there is nothing here\n".to_owned() };
    let Page { status, content, text } = answers(uri.path()).unwrap_or_else(nothing);
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, [(header::CONTENT_TYPE, content)], text)
}

/// Whether the loop turns.
fn health(figures: &Figures) -> Page {
    let (status, text) = match figures.turned {
        Some(turned) if turned + STUCK_AFTER < Instant::now() => (503, "the loop does not turn\n"),
        _ => (200, "ok\n"),
    };
    Page { status, content: PLAIN, text: text.to_owned() }
}

/// Whether decisions are made and delivered.
fn ready(figures: &Figures) -> Page {
    let mut why = Vec::new();
    if figures.turned.is_none() {
        why.push("it replays its journal".to_owned());
    }
    if figures.disk_is_full {
        why.push("the disk is full".to_owned());
    }
    if figures.waits_for_artifact {
        why.push("rows wait for the bins of their month".to_owned());
    }
    for (name, sink) in &figures.sinks {
        match &sink.down {
            _ if sink.stopped => why.push(format!("sink {name} has stopped")),
            Some(reason) => why.push(format!("sink {name} takes nothing: {reason}")),
            None => {}
        }
    }
    let (status, text) =
        if why.is_empty() { (200, "ready\n".to_owned()) } else { (503, why.join("\n") + "\n") };
    Page { status, content: PLAIN, text }
}

/// The figures as Prometheus reads them.
fn text(figures: &Figures) -> String {
    let mut registry = Registry::with_prefix("stream");
    let mut gauge = |name: &str, help: &str, value: i64| {
        let gauge: Gauge = Gauge::default();
        gauge.set(value);
        registry.register(name, help, gauge);
    };
    let count = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
    let (number, time) = figures.last.unwrap_or_default();
    gauge("rows", "Rows settled since the start", count(figures.rows));
    gauge("rows_left_out", "Rows left out since the start", count(figures.left_out));
    gauge("rows_waiting", "Rows that wait for an input", count(figures.waiting as u64));
    gauge("last_number", "Number of the last row", number);
    gauge("last_row_seconds", "Open time of the last row's candle", time / 1_000_000);
    gauge("last_decided_seconds", "When the last row was decided", figures.decided_at / 1_000_000);
    gauge("disk_full", "Whether the journal's disk is full", figures.disk_is_full.into());
    let waits = figures.waits_for_artifact.into();
    gauge("waits_for_bins", "Whether rows wait for the bins of their month", waits);
    let mut family = |name: &str, help: &str, values: Vec<(&String, i64)>| {
        let family = Family::<Name, Gauge>::default();
        for (of, value) in values {
            family.get_or_create(&Name { name: of.clone() }).set(value);
        }
        registry.register(name, help, family);
    };
    let sources = || figures.sources.iter();
    family(
        "source_failures",
        "How often a source could not be read",
        sources().map(|(name, of)| (name, count(of.failures))).collect(),
    );
    family(
        "source_refusals",
        "How often a source was held by another process",
        sources().map(|(name, of)| (name, count(of.refusals))).collect(),
    );
    family(
        "source_disagreements",
        "How often a source said something else of a row than before",
        sources().map(|(name, of)| (name, count(of.disagreements))).collect(),
    );
    let sinks = || figures.sinks.iter();
    family(
        "sink_acknowledged",
        "Number of the last row that a sink took",
        sinks().map(|(name, of)| (name, of.acknowledged)).collect(),
    );
    family(
        "sink_failures",
        "How often a sink took nothing",
        sinks().map(|(name, of)| (name, count(of.failures))).collect(),
    );
    family(
        "sink_stopped",
        "Whether a sink stopped for good",
        sinks().map(|(name, of)| (name, of.stopped.into())).collect(),
    );
    if let Some(paper) = figures.paper {
        let mut float = |name: &str, help: &str, value: f64| {
            let gauge: Gauge<f64, AtomicU64> = Gauge::default();
            gauge.set(value);
            registry.register(name, help, gauge);
        };
        float("paper_equity", "Equity of the account over the journal", paper.equity);
        float("paper_drawdown", "Its deepest fall from a peak", paper.drawdown);
        float("paper_trades", "Its closed trades", paper.closed as f64);
        float("paper_missed", "Decisions too late for the next open", paper.missed as f64);
    }
    let mut text = String::new();
    // Writing into a text does not fail.
    let _written = encode(&mut text, &registry);
    text
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::TcpStream;

    use super::*;

    fn get(address: SocketAddr, path: &str) -> String {
        let mut stream = TcpStream::connect(address).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    #[test]
    fn health_and_figures_are_told() {
        let status = Status::default();
        let address = listen("127.0.0.1:0".parse().unwrap(), status.clone()).unwrap();
        assert!(get(address, "/healthz").starts_with("HTTP/1.1 200"));
        let ready = get(address, "/readyz");
        assert!(ready.starts_with("HTTP/1.1 503") && ready.contains("replays"), "{ready}");
        status.turned();
        assert!(get(address, "/readyz").starts_with("HTTP/1.1 200"));
        status.sink_failed("out", "the door is closed");
        assert!(get(address, "/readyz").contains("sink out takes nothing: the door is closed"));
        let metrics = get(address, "/metrics");
        assert!(metrics.contains("stream_sink_failures{name=\"out\"} 1\n"), "{metrics}");
        assert!(metrics.contains("stream_rows 0\n"), "{metrics}");
    }
}

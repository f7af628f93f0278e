//! Every kind of sink: interrupted between sending and acknowledgement, down, full, and with a place that
//! holds something else.

use std::cell::{Cell, RefCell};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::Value;
use streaming::{Pace, SinkTarget, Source, Status, Stream, StreamError};

use crate::market::{HOUR, Market, Still, Way, begin, go_on, identity, journal_in};
use crate::processes::{Coming, Victim, kill};
use crate::servers::{NatsServer, PostgresServer};

const HOURS: usize = 60;

/// As many rows.
const ROWS: i64 = 60;

/// How often each sink is interrupted: a tenth of the long campaign's, unless the variable says otherwise.
pub(crate) fn interruptions() -> usize {
    std::env::var("STREAMING_INTERRUPTIONS").map_or(20, |text| text.parse().unwrap())
}

fn journal(folder: &Path) -> std::path::PathBuf {
    let path = journal_in(folder);
    let market = Market::hours(HOURS as u64);
    let (mut journal, mut started) = begin(&path, &market, 0, &Way::default()).unwrap();
    go_on(&mut journal, &mut started, &market, HOURS);
    path
}

/// Delivers what the journal holds beyond the cursor of the sink, once.
pub(crate) fn deliver(path: &Path, url: &str) -> Result<(), StreamError> {
    deliver_and_tell(path, url).map(drop)
}

/// The same; gives what the stream told of itself.
fn deliver_and_tell(path: &Path, url: &str) -> Result<Status, StreamError> {
    let market = Market::hours(HOURS as u64);
    let (journal, started) = begin(path, &market, 0, &Way::default())?;
    let pace = Pace { poll: Duration::from_millis(10), once: true };
    let status = Status::default();
    let mut stream = Stream::new(journal, started.core, &Still, pace, status.clone());
    let target = SinkTarget::parse(&format!("out={url}"), &|_| None)?;
    stream.add_sink(&target, &identity(), 0, i64::MIN)?;
    stream.run(|| false).map(|_| status)
}

/// How far the sink is.
pub(crate) fn cursor(path: &Path) -> i64 {
    let sinks = streaming::JournalReader::open(path).unwrap().sinks().unwrap();
    sinks.first().map_or(0, |sink| sink.acknowledged)
}

/// Puts the sink's cursor back to `number`: what came after was sent and never acknowledged.
fn forget_after(path: &Path, number: i64) {
    let sqlite = rusqlite::Connection::open(path).unwrap();
    sqlite.execute("UPDATE sinks SET acknowledged = ?", [number]).unwrap();
}

/// Delivers again and again, each time with some acknowledgements lost.
fn interrupt(path: &Path, url: &str) {
    deliver(path, url).unwrap();
    for round in 0..interruptions() {
        assert_eq!(cursor(path), ROWS);
        let back = (round * 37) % HOURS;
        forget_after(path, i64::try_from(back).unwrap());
        deliver(path, url).unwrap();
    }
}

pub(crate) fn numbers(messages: impl IntoIterator<Item = Value>) -> Vec<i64> {
    messages.into_iter().map(|message| message["number"].as_i64().unwrap()).collect()
}

fn every_row() -> Vec<i64> {
    (1..=ROWS).collect()
}

#[test]
fn a_file_has_every_row_once_however_often_it_is_interrupted() {
    let folder = tempfile::tempdir().unwrap();
    let path = journal(folder.path());
    let file = folder.path().join("out.jsonl");
    interrupt(&path, &format!("jsonl:{}", file.display()));
    let text = std::fs::read_to_string(&file).unwrap();
    let messages: Vec<Value> =
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(numbers(messages), every_row());
    eprintln!("file: {} interruptions, 0 repeats", interruptions());
}

/// What a webhook got, and how it answers.
#[derive(Default)]
pub(crate) struct Got {
    /// The key and the body of each request.
    pub(crate) requests: Vec<(String, Value)>,
    /// Status of the next answers.
    pub(crate) answers: Vec<&'static str>,
    /// A process that is killed instead of an answer.
    pub(crate) kills: Victim,
}

/// A server for webhooks on the loopback.
pub(crate) fn webhook() -> (String, Arc<Mutex<Got>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("webhook:http://{}/in/s3cret", listener.local_addr().unwrap());
    let got = Arc::new(Mutex::new(Got::default()));
    let shared = Arc::clone(&got);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let (Ok(mut stream), shared) = (stream, Arc::clone(&shared)) else { continue };
            std::thread::spawn(move || {
                let mut reader = BufReader::new(stream.try_clone().unwrap());
                loop {
                    let (mut length, mut key, mut lines) = (0, String::new(), 0);
                    loop {
                        let mut line = String::new();
                        if reader.read_line(&mut line).unwrap_or(0) == 0 {
                            return;
                        }
                        let line = line.trim_end();
                        lines += 1;
                        let lower = line.to_lowercase();
                        if let Some(value) = lower.strip_prefix("content-length: ") {
                            length = value.parse().unwrap();
                        }
                        if lower.starts_with("idempotency-key: ") {
                            line["idempotency-key: ".len()..].clone_into(&mut key);
                        }
                        if line.is_empty() && lines > 1 {
                            break;
                        }
                    }
                    let mut body = vec![0; length];
                    reader.read_exact(&mut body).unwrap();
                    let mut got = shared.lock().unwrap();
                    got.requests.push((key, serde_json::from_slice(&body).unwrap()));
                    if kill(&got.kills) {
                        return;
                    }
                    let status =
                        if got.answers.is_empty() { "200 OK" } else { got.answers.remove(0) };
                    drop(got);
                    let answer = format!(
                        "HTTP/1.1 {status}\r\nlocation: /elsewhere\r\ncontent-length: 0\r\n\r\n"
                    );
                    stream.write_all(answer.as_bytes()).unwrap();
                }
            });
        }
    });
    (url, got)
}

#[cfg(feature = "webhook")]
#[test]
fn a_webhook_gets_repeats_under_the_same_id_and_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let path = journal(folder.path());
    let (url, got) = webhook();
    interrupt(&path, &url);
    let got = got.lock().unwrap();
    assert!(got.requests.len() > HOURS);
    let mut by_number = std::collections::BTreeMap::<i64, &(String, Value)>::new();
    for request in &got.requests {
        let first = by_number.entry(request.1["number"].as_i64().unwrap()).or_insert(request);
        assert_eq!(first.0, request.0);
        assert_eq!(first.1["id"], request.1["id"]);
        assert_eq!(request.1["id"].as_str(), Some(request.0.as_str()));
    }
    assert!(by_number.into_keys().eq(1..=ROWS));
    eprintln!("webhook: {} interruptions, every repeat under the ID of the first", interruptions());
}

/// Down for a day of rows, which come while it is attached: each is decided at once, and it gets its backlog in
/// order; what is late by then says so, and the last two hours do not.
#[cfg(feature = "webhook")]
#[test]
fn a_sink_that_is_down_for_a_day_delays_nothing_and_gets_its_backlog_in_order_marked_late() {
    const BEFORE: usize = 10;
    const ALL: usize = BEFORE + 24;
    let folder = tempfile::tempdir().unwrap();
    let path = journal_in(folder.path());
    let (url, got) = webhook();
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    // The last row opened half an hour ago: by then the close of the two before it was past.
    let age = i64::try_from(ALL - 1).unwrap() * HOUR + HOUR / 2;
    let first = i64::try_from(now.as_micros()).unwrap() - age;
    let market = Market { first, ..Market::hours(ALL as u64) };
    let way = Way { from: Some(first), ..Way::default() };
    let run = |hours: usize| {
        let (journal, started) = begin(&path, &market, 0, &way).unwrap();
        let last = usize::try_from(started.last_number).unwrap();
        let status = Status::default();
        let pace = Pace { poll: Duration::from_millis(1), once: false };
        let mut stream = Stream::new(journal, started.core, &Still, pace, status.clone());
        let (there, came) = (Cell::new(last + 1), Cell::new(Instant::now()));
        stream
            .add_sources([Box::new(Coming { market: &market, hours: &there }) as Box<dyn Source>]);
        let target = SinkTarget::parse(&format!("out={url}"), &|_| None).unwrap();
        stream.add_sink(&target, &identity(), 0, i64::MIN).unwrap();
        let waits = RefCell::new(Vec::new());
        let stop = || {
            let figures = status.figures();
            let decided = figures.last.map_or(last, |(number, _)| usize::try_from(number).unwrap());
            if decided == there.get() && decided < hours {
                waits.borrow_mut().push(came.get().elapsed());
                there.set(decided + 1);
                // An hour for the sink: it has its time to fail.
                std::thread::sleep(Duration::from_millis(20));
                came.set(Instant::now());
            }
            decided == hours
        };
        stream.run(stop).unwrap();
        (waits.into_inner(), status.figures().sinks["out"].failures)
    };
    run(BEFORE);
    assert_eq!(cursor(&path), 10);
    got.lock().unwrap().answers = vec!["503 Down"; 10_000];
    let (mut waits, failures) = run(ALL);
    assert_eq!((cursor(&path), crate::market::rows(&path).len()), (10, ALL));
    assert!(failures >= 2, "the sink was tried {failures} times");
    // Three of four rows: the machine's other work may hold up any of them.
    waits.sort_unstable();
    let most = waits[waits.len() * 3 / 4];
    assert!(most < Duration::from_millis(500), "rows waited for {waits:?}");
    got.lock().unwrap().answers.clear();
    run(ALL);
    assert_eq!(cursor(&path), 34);
    let got = got.lock().unwrap();
    let mut taken = numbers(got.requests.iter().map(|request| request.1.clone()));
    // What was refused came again and again, before anything later.
    taken.dedup();
    assert_eq!(taken, (1..=34).collect::<Vec<_>>());
    let late = got.requests.iter().map(|(_, body)| (body["number"].as_i64(), &body["late"]));
    for (number, late) in late {
        assert_eq!(*late, number <= Some(32), "number {number:?}");
    }
    eprintln!(
        "a sink down for a day: three of four rows waited for {most:?} at most, {failures} failures"
    );
}

#[cfg(feature = "webhook")]
#[test]
fn a_webhook_that_refuses_gets_the_same_message_until_it_takes_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = journal(folder.path());
    let (url, got) = webhook();
    // A redirect is not followed: it is no success.
    got.lock().unwrap().answers = vec!["500 No", "302 Found", "429 Later", "503 No", "404 No"];
    // Each time it is tried at least once.
    for _ in 0..6 {
        if cursor(&path) == 0 {
            deliver(&path, &url).unwrap();
        }
    }
    let got = got.lock().unwrap();
    let numbers = numbers(got.requests.iter().map(|request| request.1.clone()));
    assert_eq!(numbers, [vec![1; 5], every_row()].concat());
}

#[cfg(feature = "postgres")]
#[test]
fn postgres_has_every_row_once_and_tells_what_is_different() {
    let Some(server) = PostgresServer::start() else {
        eprintln!("skipped: no Postgres is installed");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let path = journal(folder.path());
    let url = server.url();
    // Without the table nothing is taken, and nothing is lost; the reason says how to make it.
    let status = deliver_and_tell(&path, &url).unwrap();
    assert_eq!(cursor(&path), 0);
    let reason = status.figures().sinks["out"].down.clone().unwrap();
    let (why, statement) = reason.split_once("; make it with: ").unwrap();
    assert_eq!(why, "there is no table decisions");
    server.sql(statement);
    interrupt(&path, &url);
    let count = server.sql("SELECT count(*), count(DISTINCT number), max(number) FROM decisions");
    assert_eq!(count.trim(), format!("{HOURS}|{HOURS}|{HOURS}"));
    eprintln!("postgres: {} interruptions, 0 repeats", interruptions());

    server
        .sql("UPDATE decisions SET message = jsonb_set(message, '{signal}', '9') WHERE number = 7");
    forget_after(&path, 0);
    let error = deliver(&path, &url).err();
    match error {
        Some(StreamError::Conflict { id, difference, .. }) => {
            assert!(id.ends_with("1970-01-01T06:00:00Z"), "{id}");
            assert!(difference.starts_with("`signal` is 9 there"), "{difference}");
        }
        other => panic!("{other:?}"),
    }
}

/// Over TLS, by the certificate that is given and no other; without TLS the server takes nothing.
#[cfg(feature = "postgres")]
#[test]
fn postgres_is_reached_over_tls_and_its_certificate_is_checked() {
    let Some((server, port, certificate)) = PostgresServer::start_encrypted() else {
        eprintln!("skipped: no Postgres or openssl is installed");
        return;
    };
    server.make_table();
    let folder = tempfile::tempdir().unwrap();
    let path = journal(folder.path());
    let url = format!("postgres://tester@localhost:{port}/postgres");
    let roots = certificate.display();
    deliver(&path, &url).unwrap();
    assert_eq!(cursor(&path), 0, "the server takes encrypted connections alone");
    // The roots of the machine do not know it.
    let unknown = deliver(&path, &format!("{url}?sslmode=require"));
    assert!(matches!(unknown, Ok(()) | Err(StreamError::Sink { .. })), "{unknown:?}");
    assert_eq!(cursor(&path), 0);
    // Another name than the certificate's.
    let other = url.replace("localhost", "127.0.0.1");
    deliver(&path, &format!("{other}?sslmode=require&sslrootcert={roots}")).unwrap();
    assert_eq!(cursor(&path), 0);
    deliver(&path, &format!("{url}?sslmode=require&sslrootcert={roots}")).unwrap();
    assert_eq!(cursor(&path), ROWS);
    assert_eq!(server.sql("SELECT count(*) FROM decisions").trim(), HOURS.to_string());
}

#[cfg(feature = "nats")]
#[test]
fn nats_has_every_row_once_and_tells_what_is_different() {
    let Some(server) = NatsServer::start() else {
        eprintln!("skipped: no NATS server is installed");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let path = journal(folder.path());
    // Without a stream nothing is taken, and nothing is lost.
    deliver(&path, &server.url()).unwrap();
    assert_eq!(cursor(&path), 0);
    server.make_stream(-1, Duration::ZERO);
    interrupt(&path, &server.url());
    assert_eq!(numbers(server.messages()), every_row());
    eprintln!("nats: {} interruptions, 0 repeats", interruptions());

    // Another journal, whose rows were decided at another time.
    let other = tempfile::tempdir().unwrap();
    let other = journal(other.path());
    let sqlite = rusqlite::Connection::open(&other).unwrap();
    sqlite.execute("UPDATE rows SET decided_at = decided_at + 1", []).unwrap();
    drop(sqlite);
    let error = deliver(&other, &server.url()).err();
    assert!(matches!(error, Some(StreamError::Conflict { .. })), "{error:?}");
}

#[cfg(feature = "nats")]
#[test]
fn a_full_stream_of_nats_loses_nothing_and_one_that_forgets_is_refused() {
    let Some(server) = NatsServer::start() else {
        eprintln!("skipped: no NATS server is installed");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let path = journal(folder.path());
    server.make_stream(40, Duration::ZERO);
    deliver(&path, &server.url()).unwrap();
    assert!(cursor(&path) < ROWS);
    server.make_stream(-1, Duration::ZERO);
    deliver(&path, &server.url()).unwrap();
    assert_eq!(numbers(server.messages()), every_row());

    server.make_stream(-1, Duration::from_hours(1));
    forget_after(&path, 0);
    let error = deliver(&path, &server.url()).err();
    assert!(matches!(error, Some(StreamError::Sink { .. })), "{error:?}");
}

#[test]
fn wrong_addresses_are_told_without_the_secret() {
    for (url, says) in [
        ("webhook:http://user:s3cret@example.com/in", "https"),
        ("webhook:ftp://s3cret", "https"),
        ("postgres://u:s3cret@db.example.com/x?sslrootcert=/no/such.pem", "/no/such.pem"),
        ("postgres:s3cret", "wanted postgres://"),
        ("nats://u:s3cret@example.com", "tls://"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = journal(folder.path());
        let error = deliver(&path, url).err().map(|error| error.to_string()).unwrap_or_default();
        let built = !error.contains("built without");
        assert!((error.contains(says) || !built) && !error.contains("s3cret"), "{url}: {error}");
        let bytes = std::fs::read(&path).unwrap();
        assert!(!bytes.windows(6).any(|six| six == b"s3cret"));
    }
}

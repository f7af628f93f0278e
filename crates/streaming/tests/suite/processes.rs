//! Streams that are processes of their own, and end by a real SIGKILL: at every write of the journal, and
//! between what a sink was sent and its acknowledgement.

use std::cell::Cell;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener};
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use strategy_core::BoxError;
use streaming::{Pace, Polled, SinkTarget, Source, Status, Stream};

use crate::market::{
    Hours, Market, Still, Way, assert_is_batch, begin, go_on, identity, journal_in,
};
use crate::sinks::{cursor, deliver, interruptions, numbers};

/// Rows of a stream that is killed at every write: one transaction each, and one for their delivery.
const HOURS: usize = 60;

/// Kills at writes in the long campaign.
const ALL_WRITES: usize = 1_000;

/// What the process does, where it is one.
const JOURNAL: &str = "STREAMING_PROCESS_JOURNAL";
const SINK: &str = "STREAMING_PROCESS_SINK";
const WALKS: &str = "STREAMING_PROCESS_WALKS";

/// The process that others kill: delivers what the journal holds, or decides hour by hour before it.
#[test]
#[ignore = "other tests start it as a process, and kill it"]
fn is_killed() {
    let [path, url] = [JOURNAL, SINK].map(|name| std::env::var(name).unwrap());
    let path = Path::new(&path);
    if std::env::var_os(WALKS).is_none() {
        return deliver(path, &url).unwrap();
    }
    let market = Market::hours(HOURS as u64);
    let (journal, started) = begin(path, &market, 0, &Way::default()).unwrap();
    let hours = Cell::new(usize::try_from(started.last_number).unwrap() + 1);
    let status = Status::default();
    let pace = Pace { poll: Duration::from_micros(100), once: false };
    let mut stream = Stream::new(journal, started.core, &Still, pace, status.clone());
    stream.add_sources([Box::new(Coming { market: &market, hours: &hours }) as Box<dyn Source>]);
    let target = SinkTarget::parse(&format!("out={url}"), &|_| None).unwrap();
    stream.add_sink(&target, &identity(), 0, i64::MIN).unwrap();
    let stop = || {
        let last = status.figures().last.map_or(started.last_number, |(number, _)| number);
        hours.set(usize::try_from(last).unwrap() + 1);
        hours.get() > HOURS
    };
    stream.run(stop).unwrap();
}

/// Hours that come one after the other.
pub(crate) struct Coming<'a> {
    pub(crate) market: &'a Market,
    pub(crate) hours: &'a Cell<usize>,
}

impl Source for Coming<'_> {
    fn name(&self) -> &'static str {
        "coming"
    }
    fn poll(&mut self, from: &dyn Fn(usize) -> i64, now: Duration) -> Result<Polled, BoxError> {
        Hours(self.market, self.hours.get()).poll(from, now)
    }
}

/// The process over the journal at `path`, under `strace` with these flags if there are any.
fn process(path: &Path, url: &str, strace: &[String]) -> Command {
    let program = std::env::current_exe().unwrap();
    let mut command = if strace.is_empty() {
        Command::new(program)
    } else {
        let mut command = Command::new("strace");
        command.args(["-f", "-qq", "-o", "/dev/null"]).args(strace).arg(program);
        command
    };
    command.args(["--exact", "--ignored", "processes::is_killed"]);
    command.env(JOURNAL, path).env(SINK, url);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// Flags of `strace` that kill at the call `request` number `place`.
fn killing(request: &str, place: usize) -> [String; 4] {
    let inject = format!("inject={request}:signal=KILL:when={place}");
    ["-e".to_owned(), format!("trace={request}"), "-e".to_owned(), inject]
}

fn was_killed(status: ExitStatus) -> bool {
    status.signal() == Some(9) || status.code() == Some(137)
}

/// Whether `strace` may look at other processes here.
fn has_strace() -> bool {
    let tried = Command::new("strace").args(["-qq", "-o", "/dev/null", "true"]).status();
    let works = tried.is_ok_and(|status| status.success());
    if !works {
        eprintln!("skipped: there is no strace that may look at other processes");
    }
    works
}

/// Killed within a write of the journal or of the sink's file, or a sync: at every one in the long campaign.
#[test]
fn killed_at_every_write_it_goes_on_as_the_batch() {
    if !has_strace() {
        return;
    }
    let kills: usize =
        std::env::var("STREAMING_WRITE_KILLS").map_or(100, |text| text.parse().unwrap());
    let step = (ALL_WRITES / kills.max(1)).max(1);
    let market = Market::hours(HOURS as u64);
    let (mut killed, mut rows_there) = (0, std::collections::BTreeSet::new());
    for request in ["pwrite64", "write", "fdatasync"] {
        for place in (1..).step_by(step) {
            let folder = tempfile::tempdir().unwrap();
            let (path, file) = (journal_in(folder.path()), folder.path().join("out.jsonl"));
            let url = format!("jsonl:{}", file.display());
            let mut walk = process(&path, &url, &killing(request, place));
            let ended = walk.env(WALKS, "1").status().unwrap();
            let got_through = ended.success();
            assert!(got_through || was_killed(ended), "{request} {place}: {ended}");
            if !got_through {
                killed += 1;
                if path.exists() && rusqlite_has_rows(&path) {
                    rows_there.insert(crate::market::rows(&path).len());
                }
                let ended = process(&path, &url, &[]).env(WALKS, "1").status().unwrap();
                assert!(ended.success(), "after {request} {place}: {ended}");
            }
            assert_is_batch(&path, &market);
            assert_eq!(numbers(lines(&file)), every(HOURS), "{request} {place}");
            if got_through {
                break;
            }
        }
    }
    assert!(killed >= kills / 2, "{killed} kills");
    assert!(rows_there.len() > 10, "kills at every stage: {rows_there:?}");
    eprintln!("{killed} kills at writes and syncs: 0 rows lost, 0 decided twice, 0 different");
}

/// Whether the journal's tables were made before the kill.
fn rusqlite_has_rows(path: &Path) -> bool {
    let sqlite = rusqlite::Connection::open(path).unwrap();
    sqlite.prepare("SELECT number FROM rows").is_ok()
}

fn lines(file: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(file).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn every(count: usize) -> Vec<i64> {
    (1..=i64::try_from(count).unwrap()).collect()
}

/// A process that is killed as soon as what it sent was taken.
pub(crate) type Victim = Arc<Mutex<Option<Child>>>;

/// Kills it, if there is one.
pub(crate) fn kill(victim: &Victim) -> bool {
    victim.lock().unwrap().as_mut().is_some_and(|child| child.kill().is_ok())
}

/// Journals row after row. Each is delivered by a process that `victim` holds, which is killed before the
/// acknowledgement, and then by one that is not; gives the number of rows.
fn between_send_and_acknowledgement(url: &str, victim: &Victim, strace: &[String]) -> usize {
    let rounds = interruptions();
    let folder = tempfile::tempdir().unwrap();
    let path = journal_in(folder.path());
    let market = Market::hours(rounds as u64);
    for round in 1..=rounds {
        let (mut journal, mut started) = begin(&path, &market, 0, &Way::default()).unwrap();
        go_on(&mut journal, &mut started, &market, round);
        drop((journal, started));
        let mut held = victim.lock().unwrap();
        *held = Some(process(&path, url, strace).spawn().unwrap());
        drop(held);
        let ended = loop {
            let ended = victim.lock().unwrap().as_mut().unwrap().try_wait().unwrap();
            if let Some(ended) = ended {
                break ended;
            }
            std::thread::sleep(Duration::from_millis(2));
        };
        *victim.lock().unwrap() = None;
        assert!(was_killed(ended), "round {round}: {ended}");
        let (before, now) = (i64::try_from(round).unwrap() - 1, cursor(&path));
        assert_eq!(now, before, "it was acknowledged before it was killed");
        deliver(&path, url).unwrap();
        assert_eq!(cursor(&path), before + 1);
    }
    rounds
}

#[test]
fn a_file_has_every_row_once_though_its_writer_is_killed() {
    if !has_strace() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("out.jsonl");
    let mut strace = vec!["-P".to_owned(), file.display().to_string()];
    // The line is written, and not synced.
    strace.extend(killing("fdatasync", 1));
    let url = format!("jsonl:{}", file.display());
    let rows = between_send_and_acknowledgement(&url, &Victim::default(), &strace);
    assert_eq!(numbers(lines(&file)), every(rows));
    eprintln!("file: {rows} processes killed between write and acknowledgement, 0 repeats");
}

#[cfg(feature = "webhook")]
#[test]
fn a_webhook_hears_the_same_id_though_the_sender_is_killed() {
    let victim = Victim::default();
    let (url, got) = crate::sinks::webhook();
    got.lock().unwrap().kills = Arc::clone(&victim);
    let rows = between_send_and_acknowledgement(&url, &victim, &[]);
    let requests = std::mem::take(&mut got.lock().unwrap().requests);
    // Each came twice: before the kill, and after it.
    let twice = every(rows).into_iter().flat_map(|number| [number; 2]).collect::<Vec<_>>();
    assert_eq!(numbers(requests.iter().map(|request| request.1.clone())), twice);
    for pair in requests.chunks(2) {
        assert_eq!(pair[0].0, pair[1].0);
        assert_eq!(pair[0].1["id"], pair[0].0);
        assert_eq!(pair[0].1["signal"], pair[1].1["signal"]);
    }
    eprintln!("webhook: {rows} processes killed before the answer, every repeat under its ID");
}

/// Both ways of a connection, and its end.
type Ways = (Box<dyn Read + Send>, Box<dyn Write + Send>, Box<dyn FnOnce() + Send>);

/// A port of this machine from which everything is passed on to what `connect` gives, and back, but for the
/// answer that holds `acknowledgement`: it kills the victim.
fn relay(connect: fn(&str) -> Ways, to: String, acknowledgement: &'static [u8]) -> (u16, Victim) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let victim = Victim::default();
    let killed = Arc::clone(&victim);
    std::thread::spawn(move || {
        for client in listener.incoming() {
            let (Ok(client), killed) = (client, Arc::clone(&killed)) else { continue };
            let (mut answers, requests, end) = connect(&to);
            let back = client.try_clone().unwrap();
            std::thread::spawn(move || {
                pass(&mut &client, requests, |_| true);
                end();
            });
            std::thread::spawn(move || {
                let mut all = Vec::new();
                pass(&mut answers, Box::new(back), |part| {
                    all.extend_from_slice(part);
                    let mut windows = all.windows(acknowledgement.len());
                    !(windows.any(|part| part == acknowledgement) && kill(&killed))
                });
            });
        }
    });
    (port, victim)
}

/// Copies until an end, or until `goes_on` says no.
fn pass(
    from: &mut dyn Read,
    mut to: Box<dyn Write + Send>,
    mut goes_on: impl FnMut(&[u8]) -> bool,
) {
    let mut bytes = vec![0; 65_536];
    while let Ok(count @ 1..) = from.read(&mut bytes) {
        if !goes_on(&bytes[..count]) || to.write_all(&bytes[..count]).is_err() {
            return;
        }
    }
}

#[cfg(feature = "postgres")]
#[test]
fn postgres_has_every_row_once_though_the_sender_is_killed() {
    let Some(server) = crate::servers::PostgresServer::start() else {
        return eprintln!("skipped: no Postgres is installed");
    };
    server.make_table();
    let connect = |socket: &str| -> Ways {
        let server = std::os::unix::net::UnixStream::connect(socket).unwrap();
        let [answers, requests] = [(); 2].map(|()| server.try_clone().unwrap());
        let end = move || drop(server.shutdown(Shutdown::Both));
        (Box::new(answers), Box::new(requests), Box::new(end))
    };
    let (port, victim) = relay(connect, server.socket(), b"INSERT 0 1");
    let url = format!("postgres:host=127.0.0.1 port={port} user=tester dbname=postgres");
    let rows = between_send_and_acknowledgement(&url, &victim, &[]);
    let count = server.sql("SELECT count(*), count(DISTINCT number), max(number) FROM decisions");
    assert_eq!(count.trim(), format!("{rows}|{rows}|{rows}"));
    eprintln!("postgres: {rows} processes killed before the answer, 0 repeats");
}

#[cfg(feature = "nats")]
#[test]
fn nats_has_every_row_once_though_the_sender_is_killed() {
    let Some(server) = crate::servers::NatsServer::start() else {
        return eprintln!("skipped: no NATS server is installed");
    };
    server.make_stream(-1, Duration::ZERO);
    let connect = |address: &str| -> Ways {
        let server = std::net::TcpStream::connect(address).unwrap();
        let [answers, requests] = [(); 2].map(|()| server.try_clone().unwrap());
        let end = move || drop(server.shutdown(Shutdown::Both));
        (Box::new(answers), Box::new(requests), Box::new(end))
    };
    let to = server.url().trim_start_matches("nats://").to_owned();
    let (port, victim) = relay(connect, to, b"{\"stream\":\"DECISIONS\"");
    let url = format!("nats://127.0.0.1:{port}");
    let rows = between_send_and_acknowledgement(&url, &victim, &[]);
    assert_eq!(numbers(server.messages()), every(rows));
    eprintln!("nats: {rows} processes killed before the answer, 0 repeats");
}

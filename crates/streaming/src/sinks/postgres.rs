//! A table in Postgres: its primary key refuses repeats.

use std::path::PathBuf;
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::{Client, Config, NoTls};

use super::loopback::is_loopback;
use super::postgres_tls::Tls;
use super::{Sink, Undelivered};
use crate::StreamError;
use crate::message::Message;

const TIMEOUT: Duration = Duration::from_secs(20);

/// The table that messages go to, and the statement that makes it.
const TABLE: &str = "decisions";
const DEFINITION: &str = "CREATE TABLE decisions (id text PRIMARY KEY, number bigint NOT NULL, \
     kind text NOT NULL, \"timestamp\" timestamptz NOT NULL, signal smallint, message jsonb NOT NULL)";

const INSERT: &str = "INSERT INTO decisions (id, number, kind, \"timestamp\", signal, message)
     SELECT m->>'id', (m->>'number')::bigint, m->>'kind', (m->>'timestamp')::timestamptz,
            (m->>'signal')::smallint, m
     FROM jsonb_array_elements($1::text::jsonb) AS m ON CONFLICT (id) DO NOTHING";

/// What is stored under the IDs of the messages, as text.
const STORED: &str = "SELECT id, message::text FROM decisions
     WHERE id IN (SELECT m->>'id' FROM jsonb_array_elements($1::text::jsonb) AS m)";

pub(super) struct Postgres {
    name: String,
    config: Config,
    /// Off this machine always, on it where it was asked for.
    tls: Option<Tls>,
    runtime: Runtime,
    client: Option<Client>,
}

impl Postgres {
    pub(super) fn new(name: &str, address: &str) -> Result<Self, StreamError> {
        let failed = |why: &str| StreamError::Sink { name: name.to_owned(), why: why.to_owned() };
        let url = if address.starts_with("//") {
            format!("postgres:{address}")
        } else {
            address.to_owned()
        };
        let (url, roots) = without_roots(&url);
        let mut config: Config = url.parse().map_err(|_| {
            failed("wanted postgres://user@host/database, or key=value pairs as libpq takes them")
        })?;
        config.connect_timeout(TIMEOUT).application_name("runner stream");
        let is_near = |host: &Host| match host {
            Host::Tcp(host) => is_loopback(host),
            #[cfg(unix)]
            Host::Unix(_) => true,
        };
        if config.get_hosts().is_empty() {
            return Err(failed("it names no host"));
        }
        if !config.get_hosts().iter().all(is_near) {
            config.ssl_mode(SslMode::Require);
        }
        let tls = match config.get_ssl_mode() {
            SslMode::Require => Some(Tls::new(roots.as_deref()).map_err(|why| failed(&why))?),
            _ => None,
        };
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|_| failed("no runtime for its connection"))?;
        Ok(Self { name: name.to_owned(), config, tls, runtime, client: None })
    }
}

impl Sink for Postgres {
    fn deliver(&mut self, messages: &[Message]) -> Result<usize, Undelivered> {
        let Self { name, config, tls, runtime, client } = self;
        let delivered = runtime.block_on(async {
            let work = async {
                let client = match client {
                    Some(open) if !open.is_closed() => open,
                    closed => closed.insert(connect(config, tls.as_ref()).await?),
                };
                insert(client, name, messages).await
            };
            tokio::time::timeout(TIMEOUT, work).await
        });
        match delivered {
            Ok(Ok(())) => Ok(messages.len()),
            Ok(Err(error)) => {
                self.client = None;
                Err(error)
            }
            Err(_) => {
                self.client = None;
                Err(Undelivered::Later("no answer in time".to_owned()))
            }
        }
    }
}

/// `address` without `sslrootcert=FILE`, which libpq knows and the library does not, and the file.
fn without_roots(address: &str) -> (String, Option<PathBuf>) {
    const NAME: &str = "sslrootcert=";
    let Some((before, after)) = address.split_once(NAME) else { return (address.to_owned(), None) };
    let end = after.find(|c: char| c == '&' || c.is_whitespace()).unwrap_or(after.len());
    let (path, rest) = after.split_at(end);
    // The separator behind it goes, too.
    let rest = rest.get(1..).unwrap_or_default();
    (format!("{before}{rest}").trim_end_matches(['?', '&', ' ']).to_owned(), Some(path.into()))
}

async fn connect(config: &Config, tls: Option<&Tls>) -> Result<Client, Undelivered> {
    Ok(if let Some(tls) = tls {
        let (client, connection) =
            config.connect(tls.clone()).await.map_err(|error| told(&error))?;
        tokio::spawn(async move { drop(connection.await) });
        client
    } else {
        let (client, connection) = config.connect(NoTls).await.map_err(|error| told(&error))?;
        tokio::spawn(async move { drop(connection.await) });
        client
    })
}

async fn insert(client: &Client, name: &str, messages: &[Message]) -> Result<(), Undelivered> {
    let all: Vec<String> = messages.iter().map(Message::json).collect();
    let all = format!("[{}]", all.join(","));
    let inserted = client.execute(INSERT, &[&all]).await.map_err(|error| told(&error))?;
    if inserted == messages.len() as u64 {
        return Ok(());
    }
    for row in client.query(STORED, &[&all]).await.map_err(|error| told(&error))? {
        let (id, stored): (String, String) = (row.get(0), row.get(1));
        let stored = serde_json::from_str(&stored).unwrap_or_default();
        let sent = messages.iter().find(|message| message.id == id);
        if let Some(difference) = sent.and_then(|message| message.difference(&stored)) {
            let name = name.to_owned();
            return Err(Undelivered::Never(StreamError::Conflict { name, id, difference }));
        }
    }
    Ok(())
}

/// What the server, or the way to it, says; never the URL.
fn told(error: &tokio_postgres::Error) -> Undelivered {
    let Some(said) = error.as_db_error() else {
        return Undelivered::Later("the server cannot be reached".to_owned());
    };
    Undelivered::Later(match said.code().code() {
        "42P01" => format!("there is no table {TABLE}; make it with: {DEFINITION}"),
        _ => said.message().to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_roots_are_taken_out_of_the_address() {
        for (address, rest, path) in [
            (
                "postgres://h/d?sslmode=require&sslrootcert=/a/b.pem",
                "postgres://h/d?sslmode=require",
                Some("/a/b.pem"),
            ),
            (
                "postgres://h/d?sslrootcert=b.pem&sslmode=require",
                "postgres://h/d?sslmode=require",
                Some("b.pem"),
            ),
            ("host=h sslrootcert=b.pem user=u", "host=h user=u", Some("b.pem")),
            ("host=h user=u", "host=h user=u", None),
        ] {
            assert_eq!(without_roots(address), (rest.to_owned(), path.map(PathBuf::from)));
        }
    }
}

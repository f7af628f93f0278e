//! A table in Postgres: its primary key refuses repeats.

use std::time::Duration;

use tokio::runtime::{Builder, Runtime};
use tokio_postgres::config::Host;
use tokio_postgres::{Client, Config, NoTls};

use super::target::is_loopback;
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
        let mut config: Config = url.parse().map_err(|_| {
            failed("wanted postgres://user@host/database, or key=value pairs as libpq takes them")
        })?;
        config.connect_timeout(TIMEOUT).application_name("runner stream");
        let is_near = |host: &Host| match host {
            Host::Tcp(host) => is_loopback(host),
            #[cfg(unix)]
            Host::Unix(_) => true,
        };
        if config.get_hosts().is_empty() || !config.get_hosts().iter().all(is_near) {
            return Err(failed(
                "the server must be on this machine, or reached through a tunnel that ends here: this \
                 program speaks to Postgres without TLS",
            ));
        }
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|_| failed("no runtime for its connection"))?;
        Ok(Self { name: name.to_owned(), config, runtime, client: None })
    }
}

impl Sink for Postgres {
    fn deliver(&mut self, messages: &[Message]) -> Result<usize, Undelivered> {
        let Self { name, config, runtime, client } = self;
        let delivered = runtime.block_on(async {
            let work = async {
                let client = match client {
                    Some(open) if !open.is_closed() => open,
                    closed => {
                        let (open, connection) =
                            config.connect(NoTls).await.map_err(|error| told(&error))?;
                        tokio::spawn(async move { drop(connection.await) });
                        closed.insert(open)
                    }
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

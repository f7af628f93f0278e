//! Real servers, each with a folder of its own, on a socket or port of its own, ended with the test.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// The program `name`, on the path or among Debian's.
fn program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let debian = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let folders = std::env::split_paths(&path).chain(debian.map(|entry| entry.path().join("bin")));
    folders.map(|folder| folder.join(name)).find(|path| path.is_file())
}

/// Calls `try_it` until it gives something.
fn wait_for<T>(what: &str, mut try_it: impl FnMut() -> Option<T>) -> T {
    let begin = Instant::now();
    loop {
        if let Some(found) = try_it() {
            return found;
        }
        assert!(begin.elapsed() < Duration::from_mins(1), "{what} does not come up");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[cfg(feature = "postgres")]
pub(crate) struct PostgresServer {
    folder: TempDir,
    server: Child,
    psql: PathBuf,
    port: u16,
}

#[cfg(feature = "postgres")]
impl PostgresServer {
    pub(crate) fn start() -> Option<Self> {
        Self::start_with(None)
    }

    /// A server that takes encrypted connections alone beside those of its socket, at `localhost` and a port;
    /// gives these and the file with its certificate. `None` without openssl, too.
    pub(crate) fn start_encrypted() -> Option<(Self, u16, PathBuf)> {
        let openssl = program("openssl")?;
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let server = Self::start_with(Some((port, &openssl)))?;
        let certificate = server.folder.path().join("server.crt");
        Some((server, port, certificate))
    }

    fn start_with(encrypted: Option<(u16, &Path)>) -> Option<Self> {
        let (initdb, postgres, psql) = (program("initdb")?, program("postgres")?, program("psql")?);
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        // The server refuses to run as root.
        let is_root = Command::new("id").arg("-u").output().is_ok_and(|id| id.stdout == b"0\n");
        let call = |program: &Path| {
            let mut command = Command::new(if is_root { Path::new("setpriv") } else { program });
            if is_root {
                command
                    .args(["--reuid=postgres", "--regid=postgres", "--clear-groups"])
                    .arg(program);
            }
            command.current_dir("/").stdout(Stdio::null()).stderr(Stdio::null());
            command
        };
        if is_root {
            Command::new("chown").arg("postgres").arg(folder.path()).status().unwrap();
        }
        let made = call(&initdb)
            .args(["--username=tester", "--auth=trust", "--no-sync", "-D"])
            .arg(&data)
            .status();
        if !made.is_ok_and(|status| status.success()) {
            return None;
        }
        let mut command = call(&postgres);
        if let Some((port, openssl)) = encrypted {
            let (key, certificate) =
                (folder.path().join("server.key"), folder.path().join("server.crt"));
            let made = call(openssl)
                .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"])
                .args(["-nodes", "-days", "2", "-subj", "/CN=localhost"])
                .args(["-addext", "subjectAltName=DNS:localhost"])
                .args(["-addext", "basicConstraints=critical,CA:FALSE", "-keyout"])
                .arg(&key)
                .arg("-out")
                .arg(&certificate)
                .status();
            assert!(made.unwrap().success());
            let hba = folder.path().join("hba.conf");
            let near =
                ["127.0.0.1/32", "::1/128"].map(|host| format!("hostssl all all {host} trust\n"));
            std::fs::write(&hba, format!("local all all trust\n{}", near.concat())).unwrap();
            command.args(["-c", "ssl=on", "-c", "listen_addresses=localhost", "-c"]);
            command.arg(format!("port={port}")).arg("-c");
            command.arg(format!("ssl_key_file={}", key.display())).arg("-c");
            command.arg(format!("ssl_cert_file={}", certificate.display())).arg("-c");
            command.arg(format!("hba_file={}", hba.display()));
        } else {
            command.args(["-c", "listen_addresses="]);
        }
        let server = command.arg("-k").arg(folder.path()).arg("-D").arg(&data).spawn().unwrap();
        let port = encrypted.map_or(5432, |(port, _)| port);
        let server = Self { folder, server, psql, port };
        wait_for("Postgres", || server.try_sql("SELECT 1"));
        Some(server)
    }

    pub(crate) fn url(&self) -> String {
        format!("postgres:host={} user=tester dbname=postgres", self.folder.path().display())
    }

    /// Its socket.
    pub(crate) fn socket(&self) -> String {
        self.folder.path().join(format!(".s.PGSQL.{}", self.port)).display().to_string()
    }

    /// The table, as the page says it.
    pub(crate) fn make_table(&self) {
        self.sql(
            "CREATE TABLE decisions (id text PRIMARY KEY, number bigint NOT NULL, kind text NOT NULL, \
             \"timestamp\" timestamptz NOT NULL, signal smallint, message jsonb NOT NULL)",
        );
    }

    pub(crate) fn sql(&self, sql: &str) -> String {
        self.try_sql(sql).unwrap()
    }

    fn try_sql(&self, sql: &str) -> Option<String> {
        let output = Command::new(&self.psql)
            .args([
                "-U",
                "tester",
                "-d",
                "postgres",
                "-qAtc",
                sql,
                "-p",
                &self.port.to_string(),
                "-h",
            ])
            .arg(self.folder.path())
            .output()
            .unwrap();
        output.status.success().then(|| String::from_utf8(output.stdout).unwrap())
    }
}

#[cfg(feature = "postgres")]
impl Drop for PostgresServer {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

#[cfg(feature = "nats")]
pub(crate) struct NatsServer {
    _folder: TempDir,
    server: Child,
    port: u16,
    runtime: tokio::runtime::Runtime,
}

#[cfg(feature = "nats")]
impl NatsServer {
    pub(crate) fn start() -> Option<Self> {
        let program = program("nats-server")?;
        let folder = tempfile::tempdir().unwrap();
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = free.local_addr().unwrap().port();
        drop(free);
        let server = Command::new(program)
            .args(["-js", "-a", "127.0.0.1", "-p", &port.to_string(), "-sd"])
            .arg(folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let server = Self { _folder: folder, server, port, runtime };
        wait_for("NATS", || std::net::TcpStream::connect(("127.0.0.1", port)).ok());
        Some(server)
    }

    pub(crate) fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    async fn context(&self) -> async_nats::jetstream::Context {
        async_nats::jetstream::new(async_nats::connect(self.url()).await.unwrap())
    }

    /// The stream of all decisions, made or changed.
    pub(crate) fn make_stream(&self, max_messages: i64, max_age: Duration) {
        self.runtime.block_on(async {
            let config = async_nats::jetstream::stream::Config {
                name: "DECISIONS".to_owned(),
                subjects: vec!["decisions.>".to_owned()],
                discard: async_nats::jetstream::stream::DiscardPolicy::New,
                max_messages,
                max_age,
                ..Default::default()
            };
            self.context().await.create_or_update_stream(config).await.unwrap();
        });
    }

    /// All messages, in order.
    pub(crate) fn messages(&self) -> Vec<serde_json::Value> {
        self.runtime.block_on(async {
            let stream = self.context().await.get_stream("DECISIONS").await.unwrap();
            let count = stream.cached_info().state.last_sequence;
            let mut messages = Vec::new();
            for sequence in 1..=count {
                let message = stream.get_raw_message(sequence).await.unwrap();
                messages.push(serde_json::from_slice(&message.payload).unwrap());
            }
            messages
        })
    }
}

#[cfg(feature = "nats")]
impl Drop for NatsServer {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

//! The one connection that writes.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use rusqlite::{Connection, params};
use strategy_core::YearMonth;

use super::record::{Adoption, Commit, Epoch, Hash, Identity, Outcome, Row, SinkState};
use super::schema::{self, failed};
use super::{JournalReader, place};
use crate::StreamError;
use crate::cells::floats_to_bytes;

/// From this size on the write-ahead log is written back and cut.
const LONGEST_LOG: u64 = 64 << 20;

/// A journal, open for writing. While it is, no other process writes it.
#[derive(Debug)]
pub struct Journal {
    connection: Connection,
    path: PathBuf,
    log: PathBuf,
    _lock: File,
}

impl Journal {
    /// The journal at `path`, made there if there is none.
    ///
    /// # Errors
    /// When another process has it, when it is no journal or one of a newer schema, when it lies on a
    /// network file system, and what SQLite has to say.
    pub fn open(path: &Path) -> Result<Self, StreamError> {
        if let Some(folder) = path.parent() {
            let failed = |source| StreamError::Io {
                action: "create the folder",
                path: folder.to_owned(),
                source,
            };
            fs::create_dir_all(folder).map_err(failed)?;
        }
        place::refuse_network(path)?;
        let lock = place::hold(path)?;
        let failed = |source| failed("open", path, source);
        let mut connection = Connection::open(path).map_err(failed)?;
        // A file of something else says so below.
        if schema::is_empty(&connection).unwrap_or(false) {
            schema::make_durable(&connection).map_err(failed)?;
            schema::create(&mut connection).map_err(failed)?;
        }
        schema::check(&connection, path)?;
        schema::make_durable(&connection).map_err(failed)?;
        let mut log = path.as_os_str().to_owned();
        log.push("-wal");
        Ok(Self { connection, path: path.to_owned(), log: log.into(), _lock: lock })
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A connection that reads.
    ///
    /// # Errors
    /// What SQLite has to say.
    pub fn reader(&self) -> Result<JournalReader, StreamError> {
        JournalReader::open(&self.path)
    }

    /// Settles what the journal is of, if it is new.
    ///
    /// # Errors
    /// When it is of something else.
    pub(crate) fn settle_identity(&mut self, identity: &Identity) -> Result<(), StreamError> {
        if let Some(found) = self.reader()?.identity()? {
            return same_identity(&self.path, &found, identity);
        }
        let Identity { strategy, dataset, run_name, interval } = identity;
        let sql = "INSERT INTO journal VALUES (?, ?, ?, ?)";
        let written = self.connection.execute(sql, params![strategy, dataset, run_name, interval]);
        written.map(drop).map_err(|source| self.failed("write", source))
    }

    /// Begins an epoch, with the rows before it, and the month's artifacts that these were fed with.
    ///
    /// # Errors
    /// As [`commit`](Self::commit).
    pub(crate) fn begin_epoch(
        &mut self,
        epoch: &Epoch,
        seeds: &[(i64, Vec<f64>)],
        adoptions: &[Adoption],
    ) -> Result<(), StreamError> {
        let write = |connection: &mut Connection| {
            let transaction = connection.transaction()?;
            let Epoch { number, configuration, inputs, columns, program, after, started_at } =
                epoch;
            transaction.execute(
                "INSERT INTO epochs VALUES (?, ?, ?, ?, ?, ?, ?)",
                params![
                    number,
                    configuration,
                    inputs.join("\n"),
                    columns.join("\n"),
                    program,
                    after,
                    started_at
                ],
            )?;
            let mut insert = transaction.prepare("INSERT INTO seeds VALUES (?, ?, ?)")?;
            for (time, inputs) in seeds {
                insert.execute(params![number, time, floats_to_bytes(inputs)])?;
            }
            drop(insert);
            insert_adoptions(&transaction, adoptions)?;
            transaction.commit()
        };
        write(&mut self.connection).map_err(|source| self.failed("write", source))
    }

    /// Writes all of `commit`, or nothing; it is on the disk when this returns.
    ///
    /// # Errors
    /// [`DiskFull`](StreamError::DiskFull), after which the same commit can be tried again, or what else
    /// SQLite has to say: then the process should end, since nobody knows what is on the disk.
    pub fn commit(&mut self, commit: &Commit) -> Result<(), StreamError> {
        if commit.is_empty() {
            return Ok(());
        }
        write(&mut self.connection, commit).map_err(|source| self.failed("write", source))?;
        if fs::metadata(&self.log).is_ok_and(|log| log.len() > LONGEST_LOG) {
            // Refused while somebody reads; then the next commit tries again.
            let _busy =
                self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
        }
        Ok(())
    }

    /// Notes since when rows wait, in milliseconds of the boot `boot`; those of earlier calls are
    /// forgotten.
    ///
    /// # Errors
    /// As [`commit`](Self::commit).
    pub(crate) fn note_waits(
        &mut self,
        boot: &str,
        waits: &[(i64, i64)],
    ) -> Result<(), StreamError> {
        let write = |connection: &mut Connection| {
            let transaction = connection.transaction()?;
            transaction.execute("DELETE FROM waits", [])?;
            let mut insert = transaction.prepare("INSERT INTO waits VALUES (?, ?, ?)")?;
            for (time, since) in waits {
                insert.execute(params![time, boot, since])?;
            }
            drop(insert);
            transaction.commit()
        };
        write(&mut self.connection).map_err(|source| self.failed("write", source))
    }

    /// How far the sink of `fresh` is; one that is new starts there.
    ///
    /// # Errors
    /// As [`commit`](Self::commit).
    pub fn sink(&mut self, fresh: SinkState) -> Result<SinkState, StreamError> {
        let known = self.reader()?.sinks()?.into_iter().find(|sink| sink.name == fresh.name);
        if let Some(known) = known {
            return Ok(known);
        }
        let SinkState { name, acknowledged, starts_after } = &fresh;
        let sql = "INSERT INTO sinks VALUES (?, ?, ?)";
        let written = self.connection.execute(sql, params![name, acknowledged, starts_after]);
        written.map_err(|source| self.failed("write", source))?;
        Ok(fresh)
    }

    /// Lets the artifact `bytes` count for rows of `month` from the next row of the journal on, in its last
    /// epoch; gives the first instant that it counts for and its hash, or `None` when the month is past.
    ///
    /// # Errors
    /// As [`commit`](Self::commit).
    pub fn adopt(
        &mut self,
        month: YearMonth,
        bytes: Vec<u8>,
    ) -> Result<Option<(i64, Hash)>, StreamError> {
        let reader = self.reader()?;
        let Some(epoch) = reader.epochs()?.pop() else { return Ok(None) };
        let last = reader.last_row()?.map_or(epoch.after, |(_, time)| time.max(epoch.after));
        let start = month.start().timestamp_micros();
        let since = start.max(last.saturating_add(1));
        if since >= month.plus_months(1).start().timestamp_micros() {
            return Ok(None);
        }
        let hash = *blake3::hash(&bytes).as_bytes();
        let adoption =
            Adoption { epoch: epoch.number, month: month.to_string(), since, hash, bytes };
        self.commit(&Commit { adoptions: vec![adoption], ..Commit::default() })?;
        Ok(Some((since, hash)))
    }

    /// Gives up the delivery of the next row to the sink `name`, and says which row that was.
    ///
    /// # Errors
    /// As [`commit`](Self::commit); `None` when there is no such sink or nothing to deliver.
    pub fn skip(&mut self, name: &str, reason: &str, at: i64) -> Result<Option<i64>, StreamError> {
        let write = |connection: &mut Connection| {
            let transaction = connection.transaction()?;
            let sql =
                "SELECT min(number) FROM rows, sinks WHERE name = ? AND number > acknowledged";
            let next: Option<i64> = transaction.query_row(sql, [name], |row| row.get(0))?;
            if let Some(number) = next {
                let sql = "INSERT INTO skips VALUES (?, ?, ?, ?)";
                transaction.execute(sql, params![name, number, reason, at])?;
                let sql = "UPDATE sinks SET acknowledged = ? WHERE name = ?";
                transaction.execute(sql, params![number, name])?;
            }
            transaction.commit()?;
            Ok(next)
        };
        write(&mut self.connection).map_err(|source| self.failed("write", source))
    }

    fn failed(&self, action: &'static str, source: rusqlite::Error) -> StreamError {
        failed(action, &self.path, source)
    }
}

fn write(connection: &mut Connection, commit: &Commit) -> rusqlite::Result<()> {
    let transaction = connection.transaction()?;
    insert_adoptions(&transaction, &commit.adoptions)?;
    let sql = "INSERT INTO rows VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
    let mut insert = transaction.prepare_cached(sql)?;
    for Row { number, epoch, time, outcome, decided_at } in &commit.rows {
        let (inputs, decision, artifact, reason) = match outcome {
            Outcome::Decided { inputs, decision, artifact } => {
                (Some(floats_to_bytes(inputs)), Some(decision), artifact.as_ref(), None)
            }
            Outcome::LeftOut(reason) => (None, None, None, Some(reason)),
        };
        let artifact = artifact.map(<[u8; 32]>::as_slice);
        insert.execute(params![
            number, epoch, time, inputs, decision, artifact, reason, decided_at
        ])?;
    }
    drop(insert);
    if let (Some(first), Some(last)) = (commit.rows.first(), commit.rows.last()) {
        let sql = "DELETE FROM waits WHERE time BETWEEN ? AND ?";
        transaction.execute(sql, params![first.time, last.time])?;
    }
    let mut insert = transaction.prepare_cached("INSERT OR IGNORE INTO market VALUES (?, ?, ?)")?;
    for (series, time, values) in &commit.market {
        insert.execute(params![series, time, floats_to_bytes(values)])?;
    }
    drop(insert);
    for SinkState { name, acknowledged, .. } in &commit.acknowledged {
        let sql = "UPDATE sinks SET acknowledged = max(acknowledged, ?) WHERE name = ?";
        transaction.execute(sql, params![acknowledged, name])?;
    }
    transaction.commit()
}

fn insert_adoptions(connection: &Connection, adoptions: &[Adoption]) -> rusqlite::Result<()> {
    for Adoption { epoch, month, since, hash, bytes } in adoptions {
        let sql = "INSERT OR IGNORE INTO artifacts VALUES (?, ?)";
        connection.execute(sql, params![hash.as_slice(), bytes])?;
        let sql = "INSERT OR REPLACE INTO adoptions VALUES (?, ?, ?, ?)";
        connection.execute(sql, params![epoch, month, since, hash.as_slice()])?;
    }
    Ok(())
}

fn same_identity(path: &Path, found: &Identity, wanted: &Identity) -> Result<(), StreamError> {
    let seconds = |interval: i64| format!("{} s", interval / 1_000_000);
    let pairs = [
        ("the strategy", &found.strategy, &wanted.strategy),
        ("the dataset", &found.dataset, &wanted.dataset),
        ("the run", &found.run_name, &wanted.run_name),
        ("rows every", &seconds(found.interval), &seconds(wanted.interval)),
    ];
    match pairs.into_iter().find(|(_, found, wanted)| found != wanted) {
        None => Ok(()),
        Some((what, found, wanted)) => Err(StreamError::OtherJournal {
            path: path.to_owned(),
            what,
            found: found.clone(),
            wanted: wanted.clone(),
        }),
    }
}

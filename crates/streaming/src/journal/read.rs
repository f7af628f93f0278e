//! Reading a journal, also while a stream writes it.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags, OptionalExtension, Params, Row as SqlRow, params};

use super::record::{Adoption, Epoch, Hash, Identity, Outcome, Row, SinkState};
use super::schema::{self, failed};
use crate::StreamError;
use crate::cells::floats_of_bytes;

/// A row, and its inputs, decision and artifact as bytes.
type StoredRow = (Row, Option<Vec<u8>>, Option<Vec<u8>>, Option<Vec<u8>>);

/// A month, the first row that an artifact counts for, its hash and its bytes.
type StoredAdoption = (String, i64, Vec<u8>, Vec<u8>);

/// Rows of a transaction at most.
const ROWS_TOGETHER: i64 = 10_000;

/// A connection to a journal that only reads. Each call is a transaction of its own, and those that
/// give rows give a limited number: a long one would keep the log from being cut.
#[derive(Debug)]
pub struct JournalReader {
    connection: Connection,
    path: PathBuf,
}

impl JournalReader {
    /// Opens the journal at `path`.
    ///
    /// # Errors
    /// When it is not there, is no journal, or one of a newer schema.
    pub fn open(path: &Path) -> Result<Self, StreamError> {
        if !path.is_file() {
            return Err(StreamError::NoJournal { path: path.to_owned() });
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags)
            .map_err(|source| failed("open", path, source))?;
        schema::check(&connection, path)?;
        Ok(Self { connection, path: path.to_owned() })
    }

    /// What the journal is of; `None` when it is new.
    ///
    /// # Errors
    /// What SQLite has to say, as of all calls below.
    pub fn identity(&self) -> Result<Option<Identity>, StreamError> {
        let sql = "SELECT strategy, dataset, run_name, interval FROM journal";
        let read = |row: &SqlRow<'_>| {
            Ok(Identity {
                strategy: row.get(0)?,
                dataset: row.get(1)?,
                run_name: row.get(2)?,
                interval: row.get(3)?,
            })
        };
        self.check(self.connection.query_row(sql, [], read).optional())
    }

    /// All epochs, in order.
    ///
    /// # Errors
    /// As [`identity`](Self::identity).
    pub fn epochs(&self) -> Result<Vec<Epoch>, StreamError> {
        let lines = |text: String| -> Vec<String> {
            if text.is_empty() { Vec::new() } else { text.split('\n').map(str::to_owned).collect() }
        };
        let read = |row: &SqlRow<'_>| {
            Ok(Epoch {
                number: row.get(0)?,
                configuration: row.get(1)?,
                inputs: lines(row.get(2)?),
                columns: lines(row.get(3)?),
                program: row.get(4)?,
                after: row.get(5)?,
                started_at: row.get(6)?,
            })
        };
        self.all("SELECT * FROM epochs ORDER BY epoch", [], read)
    }

    /// At most `limit` of the rows before the epoch `epoch` that are later than `after`.
    ///
    /// # Errors
    /// As [`identity`](Self::identity).
    pub fn seeds(
        &self,
        epoch: i64,
        after: i64,
        limit: i64,
    ) -> Result<Vec<(i64, Vec<f64>)>, StreamError> {
        in_parts(
            after,
            limit,
            |row: &(i64, Vec<f64>)| row.0,
            |after, limit| {
                let sql = "SELECT time, inputs FROM seeds WHERE epoch = ? AND time > ?
                           ORDER BY time LIMIT ?";
                self.floats(sql, params![epoch, after, limit], "the seed row of")
            },
        )
    }

    /// Rows of a time and floats; `what` says whose they are where the floats are damaged.
    fn floats(
        &self,
        sql: &str,
        parameters: impl Params,
        what: &str,
    ) -> Result<Vec<(i64, Vec<f64>)>, StreamError> {
        let read = |row: &SqlRow<'_>| Ok((row.get(0)?, row.get::<_, Vec<u8>>(1)?));
        let decode = |(time, bytes): (i64, Vec<u8>)| match floats_of_bytes(&bytes) {
            Some(values) => Ok((time, values)),
            None => Err(self.damaged(format!("{what} {}", crate::time::text(time)))),
        };
        self.all(sql, parameters, read)?.into_iter().map(decode).collect()
    }

    /// At most `limit` rows whose number is greater than `number`, in order.
    ///
    /// # Errors
    /// As [`identity`](Self::identity).
    pub fn rows_after(&self, number: i64, limit: i64) -> Result<Vec<Row>, StreamError> {
        in_parts(
            number,
            limit,
            |row: &Row| row.number,
            |after, limit| self.part_of_rows(after, limit),
        )
    }

    fn part_of_rows(&self, number: i64, limit: i64) -> Result<Vec<Row>, StreamError> {
        let sql = "SELECT number, epoch, time, inputs, decision, artifact, reason, decided_at
                   FROM rows WHERE number > ? ORDER BY number LIMIT ?";
        let read = |row: &SqlRow<'_>| -> rusqlite::Result<StoredRow> {
            let reason: Option<String> = row.get(6)?;
            let stored = Row {
                number: row.get(0)?,
                epoch: row.get(1)?,
                time: row.get(2)?,
                outcome: Outcome::LeftOut(reason.unwrap_or_default()),
                decided_at: row.get(7)?,
            };
            Ok((stored, row.get(3)?, row.get(4)?, row.get(5)?))
        };
        let rows = self.all(sql, params![number, limit], read)?;
        let decode = |(mut row, inputs, decision, artifact): StoredRow| {
            if let Some(decision) = decision {
                let inputs = inputs.as_deref().and_then(floats_of_bytes);
                let artifact = artifact.map(Hash::try_from).transpose().ok();
                let (Some(inputs), Some(artifact)) = (inputs, artifact) else {
                    return Err(self.damaged(format!("row number {}", row.number)));
                };
                row.outcome = Outcome::Decided { inputs, decision, artifact };
            }
            Ok(row)
        };
        rows.into_iter().map(decode).collect()
    }

    /// The last row's number and time; `None` when there is no row.
    ///
    /// # Errors
    /// As [`identity`](Self::identity).
    pub fn last_row(&self) -> Result<Option<(i64, i64)>, StreamError> {
        let sql = "SELECT number, time FROM rows ORDER BY number DESC LIMIT 1";
        let read = |row: &SqlRow<'_>| Ok((row.get(0)?, row.get(1)?));
        self.check(self.connection.query_row(sql, [], read).optional())
    }

    /// The number of the last row that is earlier than `time`; 0 when there is none.
    ///
    /// # Errors
    /// As [`identity`](Self::identity).
    pub fn number_before(&self, time: i64) -> Result<i64, StreamError> {
        let sql = "SELECT coalesce(max(number), 0) FROM rows WHERE time < ?";
        self.check(self.connection.query_row(sql, [time], |row| row.get(0)))
    }

    /// The number of the last row before the epoch `epoch`; 0 when there is none.
    ///
    /// # Errors
    /// As [`identity`](Self::identity).
    pub fn number_before_epoch(&self, epoch: i64) -> Result<i64, StreamError> {
        // Epochs follow each other in time.
        let sql = "SELECT coalesce(max(number), 0) FROM rows
                   WHERE time <= (SELECT after FROM epochs WHERE epoch = ?)";
        self.check(self.connection.query_row(sql, [epoch], |row| row.get(0)))
    }

    /// How many rows were decided on and how many left out.
    ///
    /// # Errors
    /// As [`identity`](Self::identity).
    pub fn counts(&self) -> Result<(i64, i64), StreamError> {
        let sql = "SELECT count(decision), count(*) - count(decision) FROM rows";
        self.check(self.connection.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?))))
    }

    /// The artifacts of an epoch, by the first row that each counts for.
    ///
    /// # Errors
    /// As [`identity`](Self::identity).
    pub fn adoptions(&self, epoch: i64) -> Result<Vec<Adoption>, StreamError> {
        let sql = "SELECT month, since, hash, bytes FROM adoptions JOIN artifacts USING (hash)
                   WHERE epoch = ? ORDER BY since, month";
        let read = |row: &SqlRow<'_>| -> rusqlite::Result<StoredAdoption> {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
        };
        let decode = |(month, since, hash, bytes): StoredAdoption| {
            let computed = *blake3::hash(&bytes).as_bytes();
            if hash != computed {
                return Err(self.damaged(format!("the artifact of {month} has another hash")));
            }
            Ok(Adoption { epoch, month, since, hash: computed, bytes })
        };
        self.all(sql, [epoch], read)?.into_iter().map(decode).collect()
    }

    /// Candles or rates of the series `series` later than `after`, at most `limit`.
    ///
    /// # Errors
    /// As [`identity`](Self::identity).
    pub fn market(
        &self,
        series: &str,
        after: i64,
        limit: i64,
    ) -> Result<Vec<(i64, Vec<f64>)>, StreamError> {
        in_parts(
            after,
            limit,
            |row: &(i64, Vec<f64>)| row.0,
            |after, limit| {
                let sql = "SELECT time, value FROM market WHERE series = ? AND time > ?
                           ORDER BY time LIMIT ?";
                self.floats(
                    sql,
                    params![series, after, limit],
                    &format!("the value of {series} at"),
                )
            },
        )
    }

    /// The last time of which the series `series` is journalled.
    ///
    /// # Errors
    /// As [`identity`](Self::identity).
    pub fn market_to(&self, series: &str) -> Result<Option<i64>, StreamError> {
        let sql = "SELECT max(time) FROM market WHERE series = ?";
        self.check(self.connection.query_row(sql, [series], |row| row.get(0)))
    }

    /// The sinks and how far they are.
    ///
    /// # Errors
    /// As [`identity`](Self::identity).
    pub fn sinks(&self) -> Result<Vec<SinkState>, StreamError> {
        let read = |row: &SqlRow<'_>| {
            Ok(SinkState {
                name: row.get(0)?,
                acknowledged: row.get(1)?,
                starts_after: row.get(2)?,
            })
        };
        self.all("SELECT name, acknowledged, starts_after FROM sinks ORDER BY name", [], read)
    }

    /// Rows that were waiting, with the milliseconds of the boot `boot` since when.
    ///
    /// # Errors
    /// As [`identity`](Self::identity).
    pub fn waits(&self, boot: &str) -> Result<Vec<(i64, i64)>, StreamError> {
        let sql = "SELECT time, since FROM waits WHERE boot = ?";
        self.all(sql, [boot], |row| Ok((row.get(0)?, row.get(1)?)))
    }

    fn all<T>(
        &self,
        sql: &str,
        parameters: impl Params,
        read: impl FnMut(&SqlRow<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, StreamError> {
        let rows = || self.connection.prepare_cached(sql)?.query_map(parameters, read)?.collect();
        self.check(rows())
    }

    fn check<T>(&self, result: rusqlite::Result<T>) -> Result<T, StreamError> {
        result.map_err(|source| failed("read", &self.path, source))
    }

    fn damaged(&self, what: String) -> StreamError {
        StreamError::Damaged { path: self.path.clone(), what }
    }
}

/// Reads at most `limit` of what comes after `after`, a part at a time: each is a transaction of its own, and
/// while one is open the log cannot be cut.
fn in_parts<T>(
    mut after: i64,
    limit: i64,
    key: impl Fn(&T) -> i64,
    part: impl Fn(i64, i64) -> Result<Vec<T>, StreamError>,
) -> Result<Vec<T>, StreamError> {
    let (mut all, mut left) = (Vec::new(), limit);
    loop {
        let wanted = left.min(ROWS_TOGETHER);
        let mut rows = part(after, wanted)?;
        let Some(last) = rows.last().map(&key) else { return Ok(all) };
        let read = i64::try_from(rows.len()).unwrap_or(i64::MAX);
        (after, left) = (last, left - read);
        all.append(&mut rows);
        if read < wanted || left == 0 {
            return Ok(all);
        }
    }
}

//! An instance of DuckDB that files are attached to.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, TryLockError};

use duckdb::{Config, Connection};

use crate::flat::{self, FlatError};
use crate::sql::quoted;

/// DuckDB's name of the database in memory that every instance of ours begins with.
pub(crate) const IN_MEMORY: &str = "memory";

/// From this size on, a file is read by as many threads as DuckDB likes, otherwise by the caller's
/// alone: handing little work over, and waiting for it, takes more time than the work.
const LARGE_FILE_BYTES: u64 = 16 << 20;

/// An instance of DuckDB.
#[derive(Debug)]
pub(crate) struct Instance {
    /// Attaches and detaches files, and is what further connections are made of.
    connection: Mutex<Connection>,
    /// Held for reading by whoever computes, for writing while the memory limit is down.
    memory: RwLock<()>,
    /// Whether it has been given all threads.
    is_parallel: AtomicBool,
}

impl Instance {
    /// An instance that will hold the file at `path`, and keep there what does not fit into memory.
    pub(crate) fn new(path: &Path) -> duckdb::Result<Self> {
        // Extensions stay where they are: an SQLite file would make DuckDB download one.
        let config = Config::default()
            .enable_autoload_extension(false)?
            .threads(1)?
            // They are there for what is written, and for files of other machines.
            .with("async_threads", "0")?
            // A table that is missing is no reason to look for similar names, which would parse
            // all views that DuckDB brings along.
            .with("catalog_error_max_schemas", "0")?
            .with("temp_directory", temporary(path))?;
        let connection = Connection::open_in_memory_with_flags(config)?;
        // Views may cast between times with a zone and without: never in that of this machine. DuckDB
        // without the extension that knows zones has no such setting, and no such casts.
        let _no_zones = connection.execute_batch("SET GLOBAL TimeZone = 'UTC'");
        Ok(Self {
            connection: Mutex::new(connection),
            memory: RwLock::new(()),
            is_parallel: AtomicBool::new(false),
        })
    }

    /// The same instance for the file at `path`, once it holds no other. `None` when it has already
    /// kept something beside a former one.
    pub(crate) fn reuse(&self, path: &Path) -> Option<()> {
        let folder = temporary(path).replace('\'', "''");
        self.connection().execute_batch(&format!("SET temp_directory = '{folder}'")).ok()?;
        if self.is_parallel.swap(false, Ordering::Relaxed) {
            self.connection().execute_batch("SET threads = 1").ok()?;
        }
        Some(())
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn connect(&self) -> duckdb::Result<Connection> {
        self.connection().try_clone()
    }

    /// One more connection to the file that is attached under `name`.
    pub(crate) fn join(&self, name: &str) -> duckdb::Result<Connection> {
        let connection = self.connect()?;
        connection.execute_batch(&use_database(name))?;
        Ok(connection)
    }

    /// A connection to the file at `path`, attached under `name`.
    pub(crate) fn attach(&self, path: &Path, name: &str) -> duckdb::Result<Connection> {
        let _memory = self.use_memory();
        let connection = self.connect()?;
        if fs::metadata(path).is_ok_and(|file| file.len() >= LARGE_FILE_BYTES) {
            connection.execute_batch("RESET threads")?;
            self.is_parallel.store(true, Ordering::Relaxed);
        }
        let text = path.display().to_string().replace('\'', "''");
        let quoted = quoted(name);
        // The type is given, or DuckDB would look into the file for it.
        connection
            .execute_batch(&format!("ATTACH '{text}' AS {quoted} (TYPE duckdb, READ_ONLY)"))?;
        match connection.execute_batch(&use_database(name)) {
            Ok(()) => Ok(connection),
            Err(error) => {
                let _released = connection.execute_batch(&format!("DETACH {quoted}"));
                Err(error)
            }
        }
    }

    /// A connection to a database in memory, attached under `name`, with the tables of `files`.
    pub(crate) fn attach_flat(
        &self,
        name: &str,
        files: &[PathBuf],
    ) -> Result<Connection, FlatError> {
        let _memory = self.use_memory();
        let connection = self.connect()?;
        let quoted = quoted(name);
        connection.execute_batch(&format!("ATTACH ':memory:' AS {quoted}"))?;
        let filled = match connection.execute_batch(&use_database(name)) {
            Ok(()) => flat::fill(&connection, name, files),
            Err(error) => Err(error.into()),
        };
        if let Err(error) = filled {
            drop(connection);
            let _released = self.detach(name);
            return Err(error);
        }
        Ok(connection)
    }

    /// Lets go of the file that is attached under `name`, once nobody is connected to it. If that
    /// fails, the file is let go of with the instance.
    #[must_use]
    pub(crate) fn detach(&self, name: &str) -> bool {
        self.connection().execute_batch(&format!("DETACH {}", quoted(name))).is_ok()
    }

    /// To be held while a query runs: the memory limit stays where it is.
    pub(crate) fn use_memory(&self) -> RwLockReadGuard<'_, ()> {
        self.memory.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives back the memory in which DuckDB keeps the blocks that it has read: it would keep them
    /// until its limit, most of the machine's memory, is reached. Does nothing while a query runs,
    /// which may need its memory.
    pub(crate) fn forget_blocks(&self) -> duckdb::Result<()> {
        let _alone = match self.memory.try_write() {
            Ok(guard) => guard,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => return Ok(()),
        };
        let connection = self.connection();
        // Lowering the limit throws out all that is not in use, even where it is then refused
        // because what is in use exceeds it.
        let _refused = connection.execute_batch("SET memory_limit = '1MB'");
        connection.execute_batch("RESET memory_limit")
    }
}

/// What `USE name` means; to see whether the name wants quotes, that would compile DuckDB's grammar.
fn use_database(name: &str) -> String {
    format!("SET schema = '{}'", quoted(name).replace('\'', "''"))
}

/// Where DuckDB may keep what does not fit into memory while it reads the file at `path`.
fn temporary(path: &Path) -> String {
    format!("{}.tmp", path.display())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::*;

    fn setting(instance: &Instance, name: &str) -> String {
        let sql = format!("SELECT CAST(current_setting('{name}') AS VARCHAR)");
        instance.connection().query_row(&sql, [], |row| row.get(0)).unwrap()
    }

    #[test]
    fn what_it_was_given_for_a_file_goes_with_it() {
        let folder = tempfile::tempdir().unwrap();
        let [large, next] =
            ["large.duckdb", "it's next.duckdb"].map(|name| folder.path().join(name));
        Connection::open(&large).unwrap().execute_batch("CREATE TABLE t (i INTEGER)").unwrap();
        fs::File::options().write(true).open(&large).unwrap().set_len(LARGE_FILE_BYTES).unwrap();
        let instance = Instance::new(&large).unwrap();
        assert_eq!(setting(&instance, "threads"), "1");
        drop(instance.attach(&large, "large").unwrap());
        instance.connection().execute_batch("SET threads = 3").unwrap();
        assert!(instance.detach("large"));

        instance.reuse(&next).unwrap();
        assert_eq!(setting(&instance, "threads"), "1");
        assert_eq!(setting(&instance, "temp_directory"), temporary(&next));
    }

    #[test]
    fn a_table_that_is_missing_is_not_looked_for_elsewhere() {
        let folder = tempfile::tempdir().unwrap();
        let paths = ["one", "two"].map(|name| folder.path().join(name));
        for (path, table) in paths.iter().zip(["near", "candles"]) {
            let sql = format!("CREATE TABLE {table} (i INTEGER)");
            Connection::open(path).unwrap().execute_batch(&sql).unwrap();
        }
        let instance = Instance::new(&paths[0]).unwrap();
        let [one, _two] =
            ["one", "two"].map(|name| instance.attach(&folder.path().join(name), name).unwrap());
        let error = one.execute_batch("FROM one.main.candle").unwrap_err().to_string();
        assert!(error.contains("candle") && !error.contains("candles"), "{error}");
    }
}

//! An instance of DuckDB that files are attached to.

use std::fs;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, TryLockError};

use duckdb::{Config, Connection};

use crate::select::quoted;

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
            .with("temp_directory", format!("{}.tmp", path.display()))?;
        let connection = Connection::open_in_memory_with_flags(config)?;
        Ok(Self { connection: Mutex::new(connection), memory: RwLock::new(()) })
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
        connection.execute_batch(&format!("USE {}", quoted(name)))?;
        Ok(connection)
    }

    /// A connection to the file at `path`, attached under `name`.
    pub(crate) fn attach(&self, path: &Path, name: &str) -> duckdb::Result<Connection> {
        let _memory = self.use_memory();
        let connection = self.connect()?;
        if fs::metadata(path).is_ok_and(|file| file.len() >= LARGE_FILE_BYTES) {
            connection.execute_batch("RESET threads")?;
        }
        let text = path.display().to_string().replace('\'', "''");
        let name = quoted(name);
        // The type is given, or DuckDB would look into the file for it.
        connection.execute_batch(&format!("ATTACH '{text}' AS {name} (TYPE duckdb, READ_ONLY)"))?;
        match connection.execute_batch(&format!("USE {name}")) {
            Ok(()) => Ok(connection),
            Err(error) => {
                let _released = connection.execute_batch(&format!("DETACH {name}"));
                Err(error)
            }
        }
    }

    /// Lets go of the file that is attached under `name`, once nobody is connected to it. If that
    /// fails, the file is let go of with the instance.
    pub(crate) fn detach(&self, name: &str) {
        let _released = self.connection().execute_batch(&format!("DETACH {}", quoted(name)));
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

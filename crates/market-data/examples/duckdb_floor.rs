//! What DuckDB alone takes: makes an instance, attaches files to it read-only, and runs one query,
//! whose rows it fetches as Arrow and counts. Less than this no program takes that reads the same rows
//! with DuckDB; `docs/performance.md` compares with it.
//!
//! ```text
//! cargo run --release --workspace --example duckdb_floor -- [SQL] [FILE…]
//! ```
//!
//! A file is attached under its name up to the first dot. Without arguments there is only the instance.

use std::error::Error;
use std::io::{Write, stdout};
use std::path::Path;

use duckdb::{Config, Connection};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let sql = arguments.next();
    let config = Config::default()
        .enable_autoload_extension(false)?
        .threads(1)?
        .with("async_threads", "0")?;
    let connection = Connection::open_in_memory_with_flags(config)?;
    for file in arguments {
        let name = Path::new(&file).file_name().unwrap_or_default().to_string_lossy();
        let name = name.split('.').next().unwrap_or_default().replace('"', "\"\"");
        let file = file.replace('\'', "''");
        connection
            .execute_batch(&format!("ATTACH '{file}' AS \"{name}\" (TYPE duckdb, READ_ONLY)"))?;
    }
    let mut rows = 0;
    if let Some(sql) = sql {
        let mut statement = connection.prepare(&sql)?;
        for batch in statement.stream_arrow([])? {
            rows += batch?.num_rows();
        }
    }
    writeln!(stdout(), "{rows} rows")?;
    Ok(())
}

//! What DuckDB said when it failed.

use thiserror::Error;

/// DuckDB's own message, the end of a chain of causes.
///
/// `duckdb::Error` is not kept: its cause is a code whose text is "Unknown error code" for every
/// failure, and would stand last where people look for the reason.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{message}")]
pub struct DuckDbError {
    message: String,
}

impl From<duckdb::Error> for DuckDbError {
    fn from(error: duckdb::Error) -> Self {
        let message = match error {
            duckdb::Error::DuckDBFailure(_, None) => "DuckDB gives no reason".to_owned(),
            error => error.to_string(),
        };
        Self { message }
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error as _;

    use super::*;

    #[test]
    fn the_message_is_the_end_of_the_chain() {
        let code = duckdb::ffi::Error::new(1);
        for (message, wanted) in [
            (Some("IO Error: disk on fire".to_owned()), "IO Error: disk on fire"),
            (None, "DuckDB gives no reason"),
        ] {
            let error = DuckDbError::from(duckdb::Error::DuckDBFailure(code, message));
            assert_eq!(error.to_string(), wanted);
            assert!(error.source().is_none());
        }
    }
}

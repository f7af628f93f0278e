//! Errors whose types are forgotten.

use std::error::Error;

/// Any error of any strategy.
pub type BoxError = Box<dyn Error + Send + Sync>;

/// What may fail with any error, to be told at the end.
pub type Result<T, E = BoxError> = std::result::Result<T, E>;

//! Errors whose types are forgotten.

use std::error::Error;

/// Any error of any strategy.
pub type BoxError = Box<dyn Error + Send + Sync>;

//! Errors in how a command was called.

use thiserror::Error;

use crate::BoxError;

/// An error that lies in how a command was called: programs end with another exit code then.
#[derive(Debug, Error)]
#[error(transparent)]
pub struct UsageError(BoxError);

/// `error` as one that lies in how a command was called.
pub fn usage(error: impl Into<BoxError>) -> BoxError {
    UsageError::new(error.into()).into()
}

impl UsageError {
    /// `error`, which lies in how a command was called.
    pub fn new(error: BoxError) -> Self {
        Self(error)
    }

    /// The error itself.
    pub fn into_inner(self) -> BoxError {
        self.0
    }
}

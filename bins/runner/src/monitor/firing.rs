//! Exit codes of what fires.

/// Something fires: no failure, but an exit code of its own.
#[derive(Debug, thiserror::Error)]
#[error("{what}")]
pub(crate) struct Firing {
    pub(super) what: String,
    pub(crate) code: u8,
}

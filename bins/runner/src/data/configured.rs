//! Data that the configuration names.

use std::path::PathBuf;

/// The files that a table of one strategy, or one of its runs, names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ConfiguredData {
    /// `runner.toml, line 7, has data for ml-calibrated-bins`.
    pub(crate) place: String,
    /// Predictions first, then candles.
    pub(crate) files: Vec<PathBuf>,
    pub(crate) bins_root: Option<PathBuf>,
}

//! What names the file of a month.

use std::fmt;

use strategy_core::YearMonth;

use crate::{ArtifactError, Result};

/// The dataset, model run and month that a month's file belongs to.
///
/// Dataset and run name become folders, so each must be one plain path component.
///
/// ```
/// use artifacts::MonthKey;
///
/// let key = MonthKey::new("binance_btcusdt_perp_1h", "my_run", "2025-11".parse()?)?;
/// assert_eq!(key.to_string(), "binance_btcusdt_perp_1h/my_run/2025-11");
/// assert!(MonthKey::new("../elsewhere", "my_run", "2025-11".parse()?).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MonthKey {
    dataset: String,
    run_name: String,
    month: YearMonth,
}

impl MonthKey {
    /// A key of names that are safe as folders.
    ///
    /// # Errors
    /// [`ArtifactError::UnsafeName`] for a name that is empty, begins with a dot, or holds `/`, `\`
    /// or a control character.
    pub fn new(
        dataset: impl Into<String>,
        run_name: impl Into<String>,
        month: YearMonth,
    ) -> Result<Self> {
        let (dataset, run_name) = (dataset.into(), run_name.into());
        check_name("dataset", &dataset)?;
        check_name("run name", &run_name)?;
        Ok(Self { dataset, run_name, month })
    }

    /// The dataset, such as `binance_btcusdt_perp_1h`.
    #[must_use]
    pub fn dataset(&self) -> &str {
        &self.dataset
    }

    /// The name of the model's run.
    #[must_use]
    pub fn run_name(&self) -> &str {
        &self.run_name
    }

    /// The month (UTC) that the file is used in.
    #[must_use]
    pub fn month(&self) -> YearMonth {
        self.month
    }
}

impl fmt::Display for MonthKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.dataset, self.run_name, self.month)
    }
}

/// Refuses what would be no folder, or a folder somewhere else, on any of the usual systems.
pub(crate) fn check_name(what: &'static str, name: &str) -> Result<()> {
    let reason = if name.is_empty() {
        "it is empty"
    } else if name.starts_with('.') {
        "it begins with a dot"
    } else if name.contains(['/', '\\']) {
        "it holds a path separator"
    } else if name.contains(char::is_control) {
        "it holds a control character"
    } else {
        return Ok(());
    };
    Err(ArtifactError::UnsafeName { what, found: name.to_owned(), reason })
}

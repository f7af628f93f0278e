//! What names one file of bins.

use std::fmt;

use strategy_core::YearMonth;

use crate::BinningError;

/// The dataset, model run and month that a file of bins belongs to.
///
/// Dataset and run name become folders, so each must be one plain path component.
///
/// ```
/// use binning::BinKey;
///
/// let key = BinKey::new("binance_btcusdt_perp_1h", "my_run", "2025-11".parse()?)?;
/// assert_eq!(key.to_string(), "binance_btcusdt_perp_1h/my_run/2025-11");
/// assert!(BinKey::new("../elsewhere", "my_run", "2025-11".parse()?).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BinKey {
    dataset: String,
    run_name: String,
    month: YearMonth,
}

impl BinKey {
    /// A key of names that are safe as folders.
    ///
    /// # Errors
    /// [`BinningError::UnsafeName`] for a name that is empty, begins with a dot, or holds `/`, `\`
    /// or a control character.
    pub fn new(
        dataset: impl Into<String>,
        run_name: impl Into<String>,
        month: YearMonth,
    ) -> Result<Self, BinningError> {
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

    /// The month (UTC) that the bins are used in.
    #[must_use]
    pub fn month(&self) -> YearMonth {
        self.month
    }
}

impl fmt::Display for BinKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.dataset, self.run_name, self.month)
    }
}

/// Refuses what would be no folder, or a folder somewhere else, on any of the usual systems.
pub(crate) fn check_name(what: &'static str, name: &str) -> Result<(), BinningError> {
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
    Err(BinningError::UnsafeName { what, found: name.to_owned(), reason })
}

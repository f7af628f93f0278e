//! Parameters that are valid once they exist.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::IndicatorError;

/// A number of rows, from 1 to [`Period::MAX`].
///
/// ```
/// use indicators::Period;
///
/// let period = Period::new(14)?;
/// assert_eq!(period.get(), 14);
/// assert_eq!("14".parse::<Period>()?, period);
/// assert!(Period::new(0).is_err());
/// # Ok::<(), indicators::IndicatorError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "usize", into = "usize")]
pub struct Period(u32);

impl Period {
    /// The longest period, as in TA-Lib: a window is kept in memory.
    pub const MAX: usize = 100_000;

    /// One row.
    pub const ONE: Self = Self(1);

    /// A period of `rows` rows.
    ///
    /// # Errors
    /// When it is 0 or above [`Period::MAX`].
    pub fn new(rows: usize) -> Result<Self, IndicatorError> {
        match u32::try_from(rows) {
            Ok(short) if (1..=Self::MAX).contains(&rows) => Ok(Self(short)),
            _ => Err(IndicatorError::Period { found: rows.to_string() }),
        }
    }

    /// The number of rows.
    pub const fn get(self) -> usize {
        self.0 as usize
    }

    /// The number of rows as a factor in formulas.
    pub(crate) fn as_f64(self) -> f64 {
        f64::from(self.0)
    }

    pub(crate) fn at_least(
        self,
        wanted: usize,
        parameter: &'static str,
    ) -> Result<Self, IndicatorError> {
        if self.get() < wanted {
            return Err(IndicatorError::PeriodTooShort { parameter, found: self, wanted });
        }
        Ok(self)
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Period {
    type Err = IndicatorError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let rows = text.parse().map_err(|_| IndicatorError::Period { found: text.to_owned() })?;
        Self::new(rows)
    }
}

impl TryFrom<usize> for Period {
    type Error = IndicatorError;

    fn try_from(rows: usize) -> Result<Self, Self::Error> {
        Self::new(rows)
    }
}

impl From<Period> for usize {
    fn from(period: Period) -> Self {
        period.get()
    }
}

/// How many deviations or ranges a band lies from its middle: above 0, at most a million.
///
/// ```
/// use indicators::Multiplier;
///
/// assert_eq!(Multiplier::new(2.5)?.get(), 2.5);
/// assert!(Multiplier::new(f64::NAN).is_err());
/// # Ok::<(), indicators::IndicatorError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Multiplier(f64);

impl Multiplier {
    /// A multiplier of this size.
    ///
    /// # Errors
    /// When it is not above 0, or above a million.
    pub fn new(factor: f64) -> Result<Self, IndicatorError> {
        if factor > 0.0 && factor <= 1e6 {
            Ok(Self(factor))
        } else {
            Err(IndicatorError::Multiplier { found: factor.to_string() })
        }
    }

    /// The factor.
    pub const fn get(self) -> f64 {
        self.0
    }
}

impl fmt::Display for Multiplier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Multiplier {
    type Err = IndicatorError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refuse = |_| IndicatorError::Multiplier { found: text.to_owned() };
        Self::new(text.parse().map_err(refuse)?)
    }
}

impl TryFrom<f64> for Multiplier {
    type Error = IndicatorError;

    fn try_from(factor: f64) -> Result<Self, Self::Error> {
        Self::new(factor)
    }
}

impl From<Multiplier> for f64 {
    fn from(multiplier: Multiplier) -> Self {
        multiplier.get()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::*;

    #[test]
    fn a_period_is_from_1_to_100_000() {
        assert_eq!(Period::new(1).unwrap().get(), 1);
        assert_eq!(Period::new(Period::MAX).unwrap().get(), 100_000);
        for found in [0, Period::MAX + 1, usize::MAX] {
            let error = Period::new(found).unwrap_err();
            assert_eq!(error, IndicatorError::Period { found: found.to_string() });
        }
        for found in ["", "-3", "2.5", "two"] {
            let error = found.parse::<Period>().unwrap_err();
            assert_eq!(error, IndicatorError::Period { found: found.to_owned() });
        }
    }

    #[test]
    fn a_stored_parameter_is_checked() {
        assert_eq!(serde_json::to_string(&Period::new(14).unwrap()).unwrap(), "14");
        assert_eq!(serde_json::from_str::<Period>("14").unwrap().get(), 14);
        assert!(serde_json::from_str::<Period>("0").is_err());
        assert_eq!(serde_json::from_str::<Multiplier>("2.5").unwrap().get(), 2.5);
        assert!(serde_json::from_str::<Multiplier>("-1.0").is_err());
    }

    #[test]
    fn a_multiplier_is_above_0() {
        for found in [0.0, -2.0, 1.1e6, f64::INFINITY, f64::NAN] {
            let error = Multiplier::new(found).unwrap_err();
            assert_eq!(error, IndicatorError::Multiplier { found: found.to_string() });
        }
        assert_eq!("2".parse::<Multiplier>().unwrap().get(), 2.0);
        assert!("wide".parse::<Multiplier>().is_err());
    }
}

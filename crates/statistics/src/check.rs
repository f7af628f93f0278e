//! What every series must be before a number is made of it.

use crate::StatisticsError;

/// `Ok` if the array `name` has the length `wanted`.
pub(crate) fn check_length(
    name: &'static str,
    found: usize,
    wanted: usize,
) -> Result<(), StatisticsError> {
    if found == wanted {
        Ok(())
    } else {
        Err(StatisticsError::LengthMismatch { name, found, wanted })
    }
}

/// `Ok` if all `values` are finite; the error names the first that is not.
pub(crate) fn check_finite(name: &'static str, values: &[f64]) -> Result<(), StatisticsError> {
    // Most arrays are: all of them is looked at without a branch.
    if values.iter().fold(true, |all, value| all & value.is_finite()) {
        return Ok(());
    }
    match values.iter().position(|value| !value.is_finite()) {
        None => Ok(()),
        Some(index) => Err(StatisticsError::NotFinite { name, index, value: values[index] }),
    }
}

/// `Ok` if there are at least `wanted` values.
pub(crate) fn check_count(
    name: &'static str,
    found: usize,
    wanted: usize,
) -> Result<(), StatisticsError> {
    if found >= wanted { Ok(()) } else { Err(StatisticsError::TooFew { name, found, wanted }) }
}

/// `Ok` if `value` is strictly between 0 and 1.
pub(crate) fn check_share(name: &'static str, value: f64) -> Result<(), StatisticsError> {
    if value > 0.0 && value < 1.0 {
        Ok(())
    } else {
        let wanted = "a number strictly between 0 and 1";
        Err(StatisticsError::InvalidArgument { name, value, wanted })
    }
}

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

//! Stored states of indicators that are made of several parts.

use crate::IndicatorError;

/// What must hold between the parts of an indicator. Each part has been checked by itself.
pub(crate) trait Consistent {
    fn check(&self) -> Result<(), IndicatorError>;
}

/// Writes `Serialize` and `Deserialize` for types that derive them with `#[serde(remote = "Self")]`,
/// which makes functions of these names without the traits: reading then ends with the check.
macro_rules! checked_when_read {
    ($($indicator:ty),+) => {$(
        impl serde::Serialize for $indicator {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                Self::serialize(self, serializer)
            }
        }

        impl<'de> serde::Deserialize<'de> for $indicator {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let read = Self::deserialize(deserializer)?;
                $crate::state::Consistent::check(&read).map_err(serde::de::Error::custom)?;
                Ok(read)
            }
        }
    )+};
}
pub(crate) use checked_when_read;

/// One part feeds another: the second has values from the row on that completes the first.
pub(crate) fn check_fed(
    part: &'static str,
    feeder_is_ready: bool,
    has_values: bool,
) -> Result<(), IndicatorError> {
    match (feeder_is_ready, has_values) {
        (true, false) => Err(IndicatorError::state(part, "empty", "as many rows as came to it")),
        (false, true) => {
            Err(IndicatorError::state(part, "not empty", "no row before its input is"))
        }
        _ => Ok(()),
    }
}

/// A number that two parts must agree on.
pub(crate) fn check_equal(
    part: &'static str,
    found: usize,
    wanted: usize,
) -> Result<(), IndicatorError> {
    if found == wanted { Ok(()) } else { Err(IndicatorError::state(part, &found, &wanted)) }
}

//! A statistic with its interval.

use serde::ser::SerializeStruct as _;
use serde::{Serialize, Serializer};

use crate::{Interval, StatisticsError};

/// A statistic and how sure it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Estimate {
    /// The statistic of the series itself.
    pub value: f64,
    /// Its interval, or why there is none.
    pub interval: Result<Interval, StatisticsError>,
}

/// As `{"value", "lower", "upper", "reason"}`: what is missing is null, and the reason says why.
pub(super) fn serialise<S: Serializer>(
    estimate: &Result<Estimate, StatisticsError>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let value = estimate.as_ref().ok().map(|estimate| estimate.value);
    let interval = match estimate {
        Ok(estimate) => estimate.interval.as_ref(),
        Err(error) => Err(error),
    };
    let mut fields = serializer.serialize_struct("Estimate", 4)?;
    fields.serialize_field("value", &value)?;
    fields.serialize_field("lower", &interval.ok().map(|interval| interval.lower))?;
    fields.serialize_field("upper", &interval.ok().map(|interval| interval.upper))?;
    fields.serialize_field("reason", &interval.err().map(ToString::to_string))?;
    fields.end()
}

impl Serialize for Estimate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialise(&Ok(self.clone()), serializer)
    }
}

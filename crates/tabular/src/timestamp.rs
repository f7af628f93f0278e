//! Timestamps of any unit and zone as microseconds UTC.

use arrow::array::{Array, ArrowPrimitiveType, AsArray, PrimitiveArray, TimestampMicrosecondArray};
use arrow::datatypes::{
    DataType, Date32Type, Date64Type, TimeUnit, TimestampMicrosecondType, TimestampMillisecondType,
    TimestampNanosecondType, TimestampSecondType,
};

use crate::TabularError;

const MICROS_A_DAY: i64 = 86_400_000_000;

/// An array of timestamps as microseconds since the Unix epoch, UTC, without a zone.
///
/// Takes timestamps of any unit. With a zone or without makes no difference to the numbers: Arrow
/// counts from the epoch in UTC either way, and the zone only says how to show them; without one they
/// are taken to be UTC ([`foreign_zone`] tells whether there is one to mention). Dates are midnight
/// UTC. Nulls stay null.
///
/// # Errors
/// If the array holds no times, if a timestamp is not a whole number of microseconds, or if it is out
/// of their range (some 292 000 years around 1970). The message names the row of the array; the
/// caller knows the column.
///
/// ```
/// use arrow::array::TimestampNanosecondArray;
///
/// let pandas = TimestampNanosecondArray::from(vec![1_761_973_200_000_000_000])
///     .with_timezone("Europe/Berlin");
/// assert_eq!(tabular::utc_micros(&pandas)?.value(0), 1_761_973_200_000_000);
/// # Ok::<(), tabular::TabularError>(())
/// ```
pub fn utc_micros(array: &dyn Array) -> Result<TimestampMicrosecondArray, TabularError> {
    match array.data_type() {
        DataType::Timestamp(TimeUnit::Second, _) => {
            scaled::<TimestampSecondType>(array, 1_000_000, "s")
        }
        DataType::Timestamp(TimeUnit::Millisecond, _) => {
            scaled::<TimestampMillisecondType>(array, 1_000, "ms")
        }
        DataType::Timestamp(TimeUnit::Microsecond, _) => {
            Ok(array.as_primitive::<TimestampMicrosecondType>().clone().with_timezone_opt(NO_ZONE))
        }
        DataType::Timestamp(TimeUnit::Nanosecond, _) => {
            converted::<TimestampNanosecondType>(array, |row, nanos| {
                match nanos.rem_euclid(1_000) {
                    0 => Ok(nanos / 1_000),
                    nanos => Err(crate::TimeError::BelowMicrosecond { row, nanos }.into()),
                }
            })
        }
        DataType::Date32 => {
            converted::<Date32Type>(array, |_, day| Ok(i64::from(day) * MICROS_A_DAY))
        }
        DataType::Date64 => scaled::<Date64Type>(array, 1_000, "ms"),
        found => Err(crate::TimeError::NotTimestamps { found: found.clone() }.into()),
    }
}

const NO_ZONE: Option<&str> = None;

/// What is wrong with a time (µs UTC) that no market can mean, before 1990 or after 2199; `None` for
/// all others. The words go behind the time in a message.
///
/// ```
/// assert_eq!(tabular::not_meant(1_740_787_200_000_000), None);
/// let milliseconds_taken_for_micros = tabular::not_meant(1_740_787_200_000).unwrap();
/// assert!(milliseconds_taken_for_micros.contains("2025-03-01 00:00:00"));
/// ```
pub fn not_meant(micros: i64) -> Option<String> {
    const FIRST: i64 = 631_152_000_000_000; // 1990-01-01
    const BEYOND: i64 = 7_258_118_400_000_000; // 2200-01-01
    if (FIRST..BEYOND).contains(&micros) {
        return None;
    }
    let scaled = [
        micros.checked_mul(1_000),
        micros.checked_mul(1_000_000),
        Some(micros / 1_000),
        Some(micros / 1_000_000),
    ];
    // Of the times that another unit would make of it, one of our days.
    let likely = scaled.into_iter().flatten().find(|micros| {
        (946_684_800_000_000..4_102_444_800_000_000).contains(micros) // 2000 to 2099
    });
    let likely = likely.and_then(chrono::DateTime::from_timestamp_micros);
    Some(match likely {
        Some(time) => format!(
            "in another unit it would be {}: seconds, milliseconds, microseconds or nanoseconds \
             were taken for one another",
            time.format("%Y-%m-%d %H:%M:%S")
        ),
        None => "times from 1990 to 2199 were wanted".to_owned(),
    })
}

/// The zone of a type of timestamps, if it has one that is not UTC.
///
/// A caller who shows timestamps in UTC can say so to users whose file had others.
///
/// ```
/// # use arrow::datatypes::{DataType, TimeUnit};
/// let berlin = DataType::Timestamp(TimeUnit::Nanosecond, Some("Europe/Berlin".into()));
/// assert_eq!(tabular::foreign_zone(&berlin), Some("Europe/Berlin"));
/// let utc = DataType::Timestamp(TimeUnit::Nanosecond, Some("UTC".into()));
/// assert_eq!(tabular::foreign_zone(&utc), None);
/// ```
pub fn foreign_zone(data_type: &DataType) -> Option<&str> {
    const UTC: [&str; 8] = ["UTC", "Etc/UTC", "GMT", "Z", "Zulu", "+00:00", "-00:00", "+0000"];
    let DataType::Timestamp(_, Some(zone)) = data_type else {
        return None;
    };
    Some(zone.as_ref()).filter(|zone| !UTC.iter().any(|utc| utc.eq_ignore_ascii_case(zone)))
}

fn scaled<T: ArrowPrimitiveType<Native = i64>>(
    array: &dyn Array,
    micros: i64,
    unit: &'static str,
) -> Result<TimestampMicrosecondArray, TabularError> {
    converted::<T>(array, |row, value| {
        value
            .checked_mul(micros)
            .ok_or(crate::TimeError::TimestampRange { row, value, unit }.into())
    })
}

/// Nulls are not converted: what lies under them may be anything.
fn converted<T: ArrowPrimitiveType>(
    array: &dyn Array,
    micros: impl Fn(usize, T::Native) -> Result<i64, TabularError>,
) -> Result<TimestampMicrosecondArray, TabularError> {
    let array: &PrimitiveArray<T> = array.as_primitive();
    array
        .iter()
        .enumerate()
        .map(|(row, value)| value.map(|value| micros(row, value)).transpose())
        .collect()
}

//! Timestamps of any unit and zone.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, Date32Array, Date64Array, Int64Array, TimestampMicrosecondArray,
    TimestampMillisecondArray, TimestampNanosecondArray, TimestampSecondArray,
};
use tabular::{TabularError, foreign_zone, utc_micros};

use crate::fixtures::FIVE;

#[test]
fn every_unit_with_and_without_a_zone() {
    let micros = TimestampMicrosecondArray::from(vec![Some(FIVE), None]);
    let arrays: [ArrayRef; 6] = [
        Arc::new(TimestampSecondArray::from(vec![Some(FIVE / 1_000_000), None])),
        Arc::new(TimestampMillisecondArray::from(vec![Some(FIVE / 1_000), None])),
        Arc::new(micros.clone()),
        Arc::new(micros.clone().with_timezone("+02:00")),
        Arc::new(TimestampNanosecondArray::from(vec![Some(FIVE * 1_000), None])),
        Arc::new(
            TimestampNanosecondArray::from(vec![Some(FIVE * 1_000), None])
                .with_timezone("Europe/Berlin"),
        ),
    ];
    for array in arrays {
        assert_eq!(utc_micros(&array).unwrap(), micros, "{}", array.data_type());
    }
}

#[test]
fn dates_are_midnight() {
    let day = 86_400_000_000;
    assert_eq!(utc_micros(&Date32Array::from(vec![-1, 1])).unwrap().values(), &[-day, day]);
    assert_eq!(utc_micros(&Date64Array::from(vec![day / 1_000])).unwrap().values(), &[day]);
}

#[test]
fn nanoseconds_are_not_dropped() {
    let array = TimestampNanosecondArray::from(vec![Some(1_000), None, Some(-1)]);
    let error = utc_micros(&array).unwrap_err();
    assert!(
        matches!(
            error,
            TabularError::Time(tabular::TimeError::BelowMicrosecond { row: 2, nanos: 999 })
        ),
        "{error}"
    );
    assert!(error.to_string().contains("round it"), "{error}");
}

#[test]
fn what_microseconds_cannot_count() {
    let array = TimestampSecondArray::from(vec![0, i64::MAX / 1_000]);
    let error = utc_micros(&array).unwrap_err();
    assert!(
        matches!(
            error,
            TabularError::Time(tabular::TimeError::TimestampRange { row: 1, unit: "s", .. })
        ),
        "{error}"
    );
    // What lies under a null is nobody's business.
    let array = TimestampSecondArray::new(vec![i64::MAX].into(), Some(vec![false].into()));
    assert_eq!(utc_micros(&array).unwrap().null_count(), 1);
}

#[test]
fn numbers_are_no_timestamps() {
    let error = utc_micros(&Int64Array::from(vec![FIVE])).unwrap_err();
    assert_eq!(error.to_string(), "timestamps were wanted, but this is Int64");
}

#[test]
fn only_zones_other_than_utc_are_foreign() {
    let zone = |zone: &str| {
        let array = TimestampMicrosecondArray::from(vec![0]).with_timezone(zone);
        foreign_zone(array.data_type()).map(ToOwned::to_owned)
    };
    assert_eq!(zone("UTC"), None);
    assert_eq!(zone("+00:00"), None);
    assert_eq!(zone("+02:00").as_deref(), Some("+02:00"));
    assert_eq!(foreign_zone(TimestampMicrosecondArray::from(vec![0]).data_type()), None);
}

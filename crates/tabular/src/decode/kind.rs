//! Which type the values of a text column have together.

use std::sync::Arc;

use arrow::datatypes::{DataType, TimeUnit};

use super::moment::Moment;
use crate::{Place, Wanted};

/// What one value of a text file looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Boolean,
    Integer,
    /// A whole number beyond 64 bits, which as a float might lose digits.
    WideInteger,
    Float,
    /// NaN or an infinity: a number beside others, alone as likely a ticker.
    NotFinite,
    Date,
    Moment,
    Text,
}

impl Kind {
    const COUNT: usize = 8;

    fn is_number(self) -> bool {
        matches!(self, Self::Integer | Self::WideInteger | Self::Float | Self::NotFinite)
    }

    fn is_time(self) -> bool {
        matches!(self, Self::Date | Self::Moment)
    }

    /// What a CSV field looks like, surrounding spaces aside; `None` if it is empty.
    ///
    /// Whole numbers with leading zeros are text: as numbers they would be written back without them.
    pub(super) fn of(field: &str) -> Option<Self> {
        let text = field.trim_ascii();
        Some(match text.as_bytes().first()? {
            b'0'..=b'9' | b'+' | b'-' | b'.' | b'i' | b'I' | b'n' | b'N' => {
                Self::of_number(text).or_else(|| Self::of_moment(text)).unwrap_or(Self::Text)
            }
            b't' | b'T' | b'f' | b'F' if as_boolean(text).is_some() => Self::Boolean,
            _ => Self::Text,
        })
    }

    fn of_number(text: &str) -> Option<Self> {
        let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
        if digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return match digits.len() {
                0 => None,
                1..=18 if digits.len() == 1 || !digits.starts_with('0') => Some(Self::Integer),
                _ if digits.starts_with('0') => Some(Self::Text),
                _ if text.parse::<i64>().is_ok() => Some(Self::Integer),
                _ => Some(Self::WideInteger),
            };
        }
        if ["nan", "inf", "Infinity"].contains(&digits) || text == "NaN" {
            return Some(Self::NotFinite);
        }
        // `12E45` is an order number: programs that mean a float write a point, a sign or a small e.
        let is_code = digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'E');
        let is_float = !is_code && digits.starts_with(|c: char| c.is_ascii_digit() || c == '.');
        (is_float && text.parse::<f64>().is_ok()).then_some(Self::Float)
    }

    /// What a text looks like that may be a point in time.
    pub(super) fn of_moment(text: &str) -> Option<Self> {
        Moment::parse(text).map(|m| if m.has_time() { Self::Moment } else { Self::Date })
    }
}

/// `true` or `false`, also as Python writes them.
pub(super) fn as_boolean(text: &str) -> Option<bool> {
    match text {
        "true" | "True" | "TRUE" => Some(true),
        "false" | "False" | "FALSE" => Some(false),
        _ => None,
    }
}

/// What was seen in a column of a text file.
#[derive(Debug, Clone, Default)]
pub(crate) struct Seen {
    /// By kind, the first value of it.
    first: [Option<Place>; Kind::COUNT],
    /// Whether a timestamp is finer than microseconds.
    fine: bool,
    /// The first zone other than UTC, or UTC if no other is written.
    offset: Option<i32>,
}

impl Seen {
    pub(super) fn note(&mut self, kind: Kind, text: &str, unit: &'static str, number: u64) {
        let first = &mut self.first[kind as usize];
        if first.is_none() {
            *first = Some(Place::new(unit, number, text));
        }
        if kind == Kind::Moment
            && let Some(moment) = Moment::parse(text.trim_ascii())
        {
            self.fine |= !moment.is_whole_micros();
            if self.offset.unwrap_or(0) == 0 {
                self.offset = moment.offset.or(self.offset);
            }
        }
    }

    pub(super) fn has(&self, kind: Kind) -> bool {
        self.first[kind as usize].is_some()
    }

    /// The narrowest type that holds all values without loss; text holds any.
    pub(super) fn data_type(&self) -> DataType {
        let numbers =
            self.has(Kind::Integer) || self.has(Kind::WideInteger) || self.has(Kind::Float);
        let times = self.has(Kind::Date) || self.has(Kind::Moment);
        let booleans = self.has(Kind::Boolean);
        let any_number = numbers || self.has(Kind::NotFinite);
        if self.has(Kind::Text) || [any_number, times, booleans].iter().filter(|b| **b).count() > 1
        {
            DataType::Utf8
        } else if booleans {
            DataType::Boolean
        } else if self.has(Kind::Float) {
            DataType::Float64
        } else if self.has(Kind::WideInteger) || (self.has(Kind::NotFinite) && !numbers) {
            DataType::Utf8
        } else if self.has(Kind::NotFinite) {
            DataType::Float64
        } else if numbers {
            DataType::Int64
        } else if self.has(Kind::Moment) {
            let unit = if self.fine { TimeUnit::Nanosecond } else { TimeUnit::Microsecond };
            DataType::Timestamp(unit, self.offset.map(zone))
        } else if times {
            DataType::Date32
        } else {
            DataType::Null
        }
    }

    /// The first value that is not as wanted.
    pub(crate) fn first_other_than(&self, wanted: Wanted) -> Option<&Place> {
        const KINDS: [Kind; Kind::COUNT] = [
            Kind::Boolean,
            Kind::Integer,
            Kind::WideInteger,
            Kind::Float,
            Kind::NotFinite,
            Kind::Date,
            Kind::Moment,
            Kind::Text,
        ];
        KINDS
            .into_iter()
            .filter(|kind| match wanted {
                Wanted::Number => !kind.is_number(),
                Wanted::Timestamp => !kind.is_time(),
            })
            .filter_map(|kind| self.first[kind as usize].as_ref())
            .min_by_key(|place| place.number)
    }
}

fn zone(offset: i32) -> Arc<str> {
    if offset == 0 {
        return "UTC".into();
    }
    let sign = if offset < 0 { '-' } else { '+' };
    let minutes = offset.abs() / 60;
    format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60).into()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::*;

    fn data_type(fields: &[&str]) -> DataType {
        let mut seen = Seen::default();
        for field in fields {
            if let Some(kind) = Kind::of(field) {
                seen.note(kind, field, "line", 2);
            }
        }
        seen.data_type()
    }

    fn timestamp(unit: TimeUnit, zone: Option<&str>) -> DataType {
        DataType::Timestamp(unit, zone.map(Into::into))
    }

    #[test]
    fn the_type_holds_every_value() {
        use TimeUnit::{Microsecond, Nanosecond};
        let moment = "2025-11-01 05:00:00";
        for (fields, wanted) in [
            (&[][..], DataType::Null),
            (&["", " "], DataType::Null),
            (&["1", "-2", "", " +3 ", "0"], DataType::Int64),
            (&["9223372036854775807", "-9223372036854775808"], DataType::Int64),
            (&["1", "0.5"], DataType::Float64),
            (&["1", "9223372036854775808"], DataType::Utf8),
            (&["0.5", "100000000000000000000"], DataType::Float64),
            (
                &["1e300", "-0.0", "5e-324", ".5", "5.", "NaN", "-inf", "nan", "Infinity"],
                DataType::Float64,
            ),
            (&["1", "nan"], DataType::Float64),
            (&["nan", "NaN", "-inf"], DataType::Utf8),
            (&["0.5", "INF"], DataType::Utf8),
            (&["12E45", "3E07"], DataType::Utf8),
            (&["1.2E45", "3E-07", "1e16"], DataType::Float64),
            (&["007", "1"], DataType::Utf8),
            (&["00.5"], DataType::Float64),
            (&["1", "abc"], DataType::Utf8),
            (&["1_000"], DataType::Utf8),
            (&["0x1F"], DataType::Utf8),
            (&["-"], DataType::Utf8),
            (&["True", "false"], DataType::Boolean),
            (&["true", "1"], DataType::Utf8),
            (&["null"], DataType::Utf8),
            (&["2025-11-01"], DataType::Date32),
            (&["2025-11-01", moment], timestamp(Microsecond, None)),
            (&[moment, "2025-11-01 05:00:00.000000001"], timestamp(Nanosecond, None)),
            (&[moment, "2025-11-01T05:00:00Z"], timestamp(Microsecond, Some("UTC"))),
            (
                &["2025-11-01T05:00:00Z", "2025-11-01T05:00:00+02:00", "2025-11-01T05:00:00-03:30"],
                timestamp(Microsecond, Some("+02:00")),
            ),
            (&["2025-11-01T05:00:00-03:30"], timestamp(Microsecond, Some("-03:30"))),
            (&[moment, "1"], DataType::Utf8),
        ] {
            assert_eq!(data_type(fields), wanted, "{fields:?}");
        }
    }

    #[test]
    fn the_first_value_that_disappoints_is_known() {
        let mut seen = Seen::default();
        for (line, field) in (2..).zip(["0.5", "n/a", "2025-11-01", "abc"]) {
            seen.note(Kind::of(field).unwrap(), field, "line", line);
        }
        assert_eq!(seen.first_other_than(Wanted::Number).unwrap().number, 3);
        assert_eq!(seen.first_other_than(Wanted::Timestamp).unwrap().number, 2);
        assert_eq!(seen.first_other_than(Wanted::Timestamp).unwrap().text, "0.5");
    }
}

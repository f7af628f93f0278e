//! The one shape that every reading query has: instants and numbers out of a table, filtered,
//! ascending.

use chrono::DateTime;

use arrow::array::Array;

use crate::columns::{doubles, integers, micros};
use crate::{Database, MarketDataError, Parameter, Table, TimeRange, TimeSpan};

/// A query for the instants of one column and the numbers of others.
pub(crate) struct Select<'a> {
    db: &'a Database,
    table: &'a Table,
    time: &'a str,
    time_type: TimeType,
    numbers: &'a [&'static str],
    conditions: Vec<String>,
    parameters: Vec<Parameter>,
    newest_by: Option<&'a str>,
}

/// How a bound is compared with a column: no cast between zones, since that needs an extension.
#[derive(Clone, Copy)]
enum TimeType {
    Plain,
    Zoned,
    ZonedNanos,
}

impl<'a> Select<'a> {
    /// Starts a query for the time column `time` and the `numbers` of `table`.
    pub(crate) fn new(
        db: &'a Database,
        table: &'a Table,
        time: &'a str,
        numbers: &'a [&'static str],
    ) -> Result<Self, MarketDataError> {
        table.require(&[&[time], numbers].concat())?;
        let column = table.typed_column(time, "TIMESTAMP in UTC or DATE", |data_type| {
            TimeType::of(data_type).is_some()
        })?;
        for number in numbers {
            table.typed_column(number, "a number, such as DOUBLE", is_numeric)?;
        }
        Ok(Self {
            db,
            table,
            time,
            time_type: TimeType::of(&column.data_type).unwrap_or(TimeType::Plain),
            numbers,
            conditions: Vec::new(),
            parameters: Vec::new(),
            newest_by: None,
        })
    }

    /// Only rows whose `column` is `value`.
    pub(crate) fn equal(mut self, column: &str, value: &str) -> Self {
        self.conditions.push(format!("{} = ?", quoted(column)));
        self.parameters.push(value.into());
        self
    }

    /// Only rows whose `column` is `value` or NULL.
    pub(crate) fn equal_or_null(mut self, column: &str, value: &str) -> Self {
        self.conditions.push(format!("({0} = ? OR {0} IS NULL)", quoted(column)));
        self.parameters.push(value.into());
        self
    }

    /// Only rows whose instant lies in `range`.
    pub(crate) fn within(mut self, range: TimeRange) -> Self {
        let time = quoted(self.time);
        for (sign, bound) in [(">=", range.start), ("<", range.end)] {
            let Some(bound) = bound else { continue };
            self.conditions.push(match self.time_type {
                TimeType::Plain => format!("{time} {sign} make_timestamp(CAST(? AS BIGINT))"),
                TimeType::Zoned => format!("epoch_us({time}) {sign} ?"),
                TimeType::ZonedNanos => format!("epoch_ns({time}) // 1000 {sign} ?"),
            });
            self.parameters.push(bound.timestamp_micros().into());
        }
        self
    }

    /// Of rows of one instant, only those with the newest `column`; without such a column, all.
    pub(crate) fn newest_by(mut self, column: &'a str) -> Self {
        self.newest_by = self.table.column(column).map(|_| column);
        self
    }

    /// Calls `visit` with every row's instant (µs UTC) and numbers, ascending by instant.
    pub(crate) fn for_each(
        self,
        mut visit: impl FnMut(i64, &[Option<f64>]) -> Result<(), MarketDataError>,
    ) -> Result<(), MarketDataError> {
        let time = quoted(self.time);
        let mut columns = vec![time.clone()];
        columns.extend(self.numbers.iter().map(|number| {
            let number = quoted(number);
            format!("CAST({number} AS DOUBLE) AS {number}")
        }));
        let sql =
            format!("SELECT {}{} ORDER BY {time} NULLS FIRST", columns.join(", "), self.source());

        let path = self.table.path();
        let mut row_values = Vec::with_capacity(self.numbers.len());
        for batch in self.db.stream(&sql, &self.parameters)? {
            let batch = batch?;
            let instants = micros(path, &batch, 0)?;
            let columns = (1..=self.numbers.len())
                .map(|index| doubles(path, &batch, index))
                .collect::<Result<Vec<_>, _>>()?;
            for (row, instant) in instants.into_iter().enumerate() {
                let instant = instant.ok_or_else(|| self.null_time())?;
                row_values.clear();
                row_values.extend(
                    columns.iter().map(|column| column.is_valid(row).then(|| column.value(row))),
                );
                visit(instant, &row_values)?;
            }
        }
        Ok(())
    }

    /// The distinct values of the text `column` in the rows of the query, sorted, without NULL.
    pub(crate) fn distinct(self, column: &str) -> Result<Vec<String>, MarketDataError> {
        let sql = format!(
            "SELECT DISTINCT value FROM (SELECT CAST({} AS VARCHAR) AS value{})
             WHERE value IS NOT NULL ORDER BY value",
            quoted(column),
            self.source(),
        );
        self.db.texts(&sql, &self.parameters)
    }

    /// What the rows of the query cover; `None` when there are none.
    pub(crate) fn span(self) -> Result<Option<TimeSpan>, MarketDataError> {
        let time = quoted(self.time);
        let sql =
            format!("SELECT min({time}), max({time}), count(DISTINCT {time}){}", self.source());
        let path = self.table.path();
        for batch in self.db.stream(&sql, &self.parameters)? {
            let batch = batch?;
            let first = micros(path, &batch, 0)?.first().copied().flatten();
            let last = micros(path, &batch, 1)?.first().copied().flatten();
            let rows = integers(path, &batch, 2)?.iter().next().flatten();
            let instant = |micros: Option<i64>| micros.and_then(DateTime::from_timestamp_micros);
            if let (Some(first), Some(last), Some(rows)) = (instant(first), instant(last), rows) {
                return Ok(Some(TimeSpan { first, last, rows: rows.unsigned_abs() }));
            }
        }
        Ok(None)
    }

    /// `FROM … WHERE … QUALIFY …`
    fn source(&self) -> String {
        let table = quoted(self.table.name());
        let conditions = match self.conditions.as_slice() {
            [] => String::new(),
            conditions => format!(" WHERE {}", conditions.join(" AND ")),
        };
        // `rank`, not `row_number`: rows that share the newest value must all be seen.
        let newest = self.newest_by.map_or_else(String::new, |newest| {
            let (time, newest) = (quoted(self.time), quoted(newest));
            format!(
                " QUALIFY rank() OVER (PARTITION BY {time} ORDER BY {newest} DESC NULLS LAST) = 1"
            )
        });
        format!(" FROM {table}{conditions}{newest}")
    }

    fn null_time(&self) -> MarketDataError {
        MarketDataError::NullTimestamp {
            path: self.table.path().to_owned(),
            table: self.table.name().to_owned(),
            column: self.time.to_owned(),
        }
    }
}

impl TimeType {
    fn of(data_type: &str) -> Option<Self> {
        match data_type {
            "TIMESTAMP" | "TIMESTAMP_S" | "TIMESTAMP_MS" | "TIMESTAMP_NS" | "DATE" => {
                Some(Self::Plain)
            }
            "TIMESTAMP WITH TIME ZONE" => Some(Self::Zoned),
            "TIMESTAMPTZ_NS" => Some(Self::ZonedNanos),
            _ => None,
        }
    }
}

fn is_numeric(data_type: &str) -> bool {
    const INTEGERS: [&str; 10] = [
        "TINYINT",
        "SMALLINT",
        "INTEGER",
        "BIGINT",
        "HUGEINT",
        "UTINYINT",
        "USMALLINT",
        "UINTEGER",
        "UBIGINT",
        "UHUGEINT",
    ];
    ["FLOAT", "DOUBLE"].contains(&data_type)
        || data_type.starts_with("DECIMAL")
        || INTEGERS.contains(&data_type)
}

/// An identifier as SQL wants it: in double quotes, those inside it doubled.
pub(crate) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_inside_names_are_doubled() {
        assert_eq!(quoted("close"), "\"close\"");
        assert_eq!(quoted("a\"b; --"), "\"a\"\"b; --\"");
    }
}

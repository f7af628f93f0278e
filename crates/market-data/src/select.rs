//! The one shape that every reading query has: instants and numbers out of a table, filtered,
//! ascending.

use std::cmp::Reverse;

use chrono::DateTime;

use arrow::array::{Array, RecordBatch};

use crate::columns::{doubles, integers, micros};
use crate::covered::Covered;
use crate::in_order::InOrder;
use crate::newest::Newest;
use crate::sql::quoted;
use crate::{Column, Database, MarketDataError, Parameter, Table, TableError, TimeRange, TimeSpan};

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
    is_ranged: bool,
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
        let column = time_column(table, time)?;
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
            is_ranged: false,
        })
    }

    /// The instant of a row as SQL: µs UTC, NULL where there is none (NULL or infinite).
    pub(crate) fn micros(&self) -> String {
        let time = quoted(self.time);
        match self.time_type {
            TimeType::Plain => {
                let time = format!("CAST({time} AS TIMESTAMP)");
                format!("CASE WHEN isfinite({time}) THEN epoch_us({time}) END")
            }
            TimeType::Zoned => format!("CASE WHEN isfinite({time}) THEN epoch_us({time}) END"),
            TimeType::ZonedNanos => format!("epoch_ns({time}) // 1000"),
        }
    }

    /// Only rows whose `column` is `value`.
    pub(crate) fn equal(mut self, column: &str, value: &str) -> Self {
        self.conditions.push(format!("{} = ?", quoted(column)));
        self.parameters.push(value.into());
        self
    }

    /// Only rows whose instant lies in `range`.
    pub(crate) fn within(mut self, range: TimeRange) -> Self {
        let time = quoted(self.time);
        for (sign, bound) in [(">=", range.start), ("<", range.end)] {
            let Some(bound) = bound else { continue };
            self.is_ranged = true;
            self.conditions.push(match self.time_type {
                TimeType::Plain => format!("{time} {sign} make_timestamp(CAST(? AS BIGINT))"),
                TimeType::Zoned => format!("epoch_us({time}) {sign} ?"),
                TimeType::ZonedNanos => format!("epoch_ns({time}) // 1000 {sign} ?"),
            });
            self.parameters.push(bound.timestamp_micros().into());
        }
        self
    }

    /// Of rows of one instant, only those with the newest `column`, a time; without such a column,
    /// all.
    pub(crate) fn newest_by(mut self, column: &'a str) -> Result<Self, MarketDataError> {
        if self.table.column(column).is_some() {
            // Text would be compared as text, and '9' is greater than '10'.
            time_column(self.table, column)?;
            self.newest_by = Some(column);
        }
        Ok(self)
    }

    /// Calls `visit` with every row's instant (µs UTC) and numbers, ascending by instant.
    pub(crate) fn for_each(
        self,
        visit: impl FnMut(i64, &[Option<f64>]) -> Result<(), MarketDataError>,
    ) -> Result<(), MarketDataError> {
        let table = self.table.name();
        if !self.db.known().is_unordered(table) {
            if let Some(batches) = self.stored_in_order()? {
                return self.visit(batches.into_iter().map(Ok), visit);
            }
            self.db.known().add_unordered(table);
        }
        let mut order = format!("{} NULLS FIRST", quoted(self.time));
        if let Some(newest) = self.newest_by {
            order = format!("{order}, {} DESC NULLS LAST", quoted(newest));
        }
        let sql = format!("{} ORDER BY {order}", self.sql());
        self.visit(self.db.stream(&sql, &self.parameters)?, visit)
    }

    /// The rows as they are stored, if that is in order, as it is where each was written when its
    /// time came: sorting takes longer than reading.
    fn stored_in_order(&self) -> Result<Option<Vec<RecordBatch>>, MarketDataError> {
        let newest = self.newest_by.map(|_| self.numbers.len() + 1);
        let mut order = InOrder::default();
        let mut batches = Vec::new();
        for batch in self.db.stream(&self.sql(), &self.parameters)? {
            let batch = batch?;
            if !order.goes_on(self.table.path(), &batch, 0, newest)? {
                return Ok(None);
            }
            batches.push(batch);
        }
        Ok(Some(batches))
    }

    /// The query: the instants, the numbers, and when each row was written if that matters.
    fn sql(&self) -> String {
        let mut columns = vec![quoted(self.time)];
        columns.extend(self.numbers.iter().map(|number| {
            let number = quoted(number);
            format!("CAST({number} AS DOUBLE) AS {number}")
        }));
        columns.extend(self.newest_by.map(quoted));
        format!("SELECT {}{}", columns.join(", "), self.rows())
    }

    /// Calls `visit` for the rows of `batches`, which are in order.
    fn visit(
        &self,
        batches: impl Iterator<Item = Result<RecordBatch, MarketDataError>>,
        mut visit: impl FnMut(i64, &[Option<f64>]) -> Result<(), MarketDataError>,
    ) -> Result<(), MarketDataError> {
        let path = self.table.path();
        let mut row_values = Vec::with_capacity(self.numbers.len());
        let mut newest = Newest::default();
        for batch in batches {
            let batch = batch?;
            let instants = micros(path, &batch, 0)?;
            let columns = (1..=self.numbers.len())
                .map(|index| doubles(path, &batch, index))
                .collect::<Result<Vec<_>, _>>()?;
            let is_newest = match self.newest_by {
                Some(_) => Some(newest.rows(path, &batch, 0, self.numbers.len() + 1)?),
                None => None,
            };
            for (row, instant) in instants.into_iter().enumerate() {
                let instant = instant.ok_or_else(|| self.null_times(1))?;
                if is_newest.as_ref().is_some_and(|is_newest| !is_newest[row]) {
                    continue;
                }
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
            self.newest_rows(),
        );
        self.db.texts(&sql, &self.parameters)
    }

    /// What the rows of the query cover; `None` when there are none. Fails as
    /// [`bounds`](Self::bounds) does.
    pub(crate) fn span(&self) -> Result<Option<TimeSpan>, MarketDataError> {
        let covered = self.covered(true)?;
        let Some((first, last)) = self.checked_bounds(&covered)? else { return Ok(None) };
        let instants =
            DateTime::from_timestamp_micros(first).zip(DateTime::from_timestamp_micros(last));
        let rows = covered.rows.unwrap_or_default().unsigned_abs();
        Ok(instants.map(|(first, last)| TimeSpan { first, last, rows }))
    }

    /// The first and the last instant (µs UTC) of the rows of the query; `None` when there are none.
    /// Fails when a row has no instant, or one that no calendar has: since [`within`](Self::within)
    /// leaves out NULL and the infinities, ask this of all time before reading a part of it.
    pub(crate) fn bounds(&self) -> Result<Option<(i64, i64)>, MarketDataError> {
        self.checked_bounds(&self.covered(false)?)
    }

    fn checked_bounds(&self, covered: &Covered) -> Result<Option<(i64, i64)>, MarketDataError> {
        let Covered { first, last, null, .. } = *covered;
        // The infinities are the first and the last of all instants. Where there is nothing else,
        // DuckDB gives a finite one for the other of the two: the one farther away is real.
        let beyond = first.into_iter().chain(last);
        let beyond = beyond.filter(|&at| DateTime::from_timestamp_micros(at).is_none());
        if let Some(timestamp) = beyond.min_by_key(|at| Reverse(at.unsigned_abs())) {
            return Err(self.infinite_time(timestamp));
        }
        if null > 0 {
            return Err(self.null_times(null.unsigned_abs()));
        }
        if let Some((timestamp, reason)) =
            last.into_iter().chain(first).find_map(|at| Some((at, tabular::not_meant(at)?)))
        {
            return Err(MarketDataError::Table(TableError::NotMeant {
                path: self.table.path().to_owned(),
                table: self.table.name().to_owned(),
                column: self.time.to_owned(),
                timestamp,
                reason,
            }));
        }
        Ok(first.zip(last))
    }

    /// What the rows of the query cover, with their number of instants if `counted`.
    pub(crate) fn covered(&self, counted: bool) -> Result<Covered, MarketDataError> {
        let rows = self.newest_rows();
        if self.is_ranged {
            return self.find_covered(&rows, counted);
        }
        // Asked of the same rows again and again: every reader begins with it.
        let key = (rows, self.parameters.clone());
        let known = self.db.known().covered().get(&key, counted);
        if let Some(covered) = known {
            return Ok(covered);
        }
        let covered = self.find_covered(&key.0, counted)?;
        self.db.known().covered().insert(key, covered);
        Ok(covered)
    }

    /// Takes note of what the rows of the query, of all time, are known to cover.
    pub(crate) fn remember(&self, covered: Covered) {
        let key = (self.newest_rows(), self.parameters.clone());
        let mut known = self.db.known().covered();
        if known.get(&key, false).is_none() {
            known.insert(key, covered);
        }
    }

    fn find_covered(&self, rows: &str, counted: bool) -> Result<Covered, MarketDataError> {
        let time = quoted(self.time);
        let count =
            if counted { format!("count(DISTINCT {time})") } else { "CAST(NULL AS BIGINT)".into() };
        let bounds = Covered::columns(self.time);
        let sql = format!("SELECT {bounds}, {count}{rows}");
        let path = self.table.path();
        let mut covered = Covered::default();
        for batch in self.db.stream(&sql, &self.parameters)? {
            let batch = batch?;
            let rows = integers(path, &batch, 3)?.iter().next().flatten();
            let bounds = Covered::read(path, &batch, 0)?.pop().unwrap_or_default();
            covered = Covered { rows, ..bounds };
        }
        Ok(covered)
    }

    /// `FROM … WHERE …`
    fn rows(&self) -> String {
        let table = quoted(self.table.name());
        match self.conditions.as_slice() {
            [] => format!(" FROM {table}"),
            conditions => format!(" FROM {table} WHERE {}", conditions.join(" AND ")),
        }
    }

    /// The same without the rows that newer ones replace.
    fn newest_rows(&self) -> String {
        // `rank`, not `row_number`: rows that share the newest value must all be seen.
        let newest = self.newest_by.map_or_else(String::new, |newest| {
            let (time, newest) = (quoted(self.time), quoted(newest));
            format!(
                " QUALIFY rank() OVER (PARTITION BY {time} ORDER BY {newest} DESC NULLS LAST) = 1"
            )
        });
        format!("{}{newest}", self.rows())
    }

    fn null_times(&self, rows: u64) -> MarketDataError {
        MarketDataError::Table(TableError::NullTimestamp {
            path: self.table.path().to_owned(),
            table: self.table.name().to_owned(),
            column: self.time.to_owned(),
            rows,
        })
    }

    fn infinite_time(&self, timestamp: i64) -> MarketDataError {
        MarketDataError::Table(TableError::InfiniteTimestamp {
            path: self.table.path().to_owned(),
            table: self.table.name().to_owned(),
            column: self.time.to_owned(),
            timestamp,
        })
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

/// Whether `table` has the column `name`, and it is one of instants.
pub(crate) fn has_times(table: &Table, name: &str) -> bool {
    table.column(name).is_some_and(|column| TimeType::of(&column.data_type).is_some())
}

/// The column `name`, once it is one of instants.
fn time_column<'t>(table: &'t Table, name: &str) -> Result<&'t Column, MarketDataError> {
    table.typed_column(name, "TIMESTAMP in UTC or DATE", |data_type| {
        TimeType::of(data_type).is_some()
    })
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

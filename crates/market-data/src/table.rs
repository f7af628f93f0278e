//! A table of a file.

use std::path::{Path, PathBuf};

use crate::{MarketDataError, TableError};

/// A table or view of a file. Names are compared as DuckDB does it: upper and lower case are one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    pub(crate) path: PathBuf,
    pub(crate) name: String,
    pub(crate) columns: Vec<Column>,
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its type as DuckDB writes it: `DOUBLE`, `TIMESTAMP`, `DECIMAL(18,3)`.
    pub data_type: String,
}

impl Table {
    /// The file that it stands in.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its columns, in the table's order.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The column of this name, if there is one.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name.eq_ignore_ascii_case(name))
    }

    /// Checks that the columns `names` are all there.
    ///
    /// # Errors
    /// [`MissingColumns`](crate::TableError::MissingColumns), naming all that are missing.
    pub fn require(&self, names: &[&str]) -> Result<(), MarketDataError> {
        let missing: Vec<String> = names
            .iter()
            .filter(|name| self.column(name).is_none())
            .map(|name| (*name).to_owned())
            .collect();
        if missing.is_empty() {
            return Ok(());
        }
        Err(MarketDataError::Table(TableError::MissingColumns {
            path: self.path.clone(),
            table: self.name.clone(),
            missing,
            found: self.columns.iter().map(|column| column.name.clone()).collect(),
        }))
    }

    /// The type of the column `name`, once it has passed `accepted`.
    pub(crate) fn typed_column(
        &self,
        name: &str,
        wanted: &'static str,
        accepted: impl FnOnce(&str) -> bool,
    ) -> Result<&Column, MarketDataError> {
        self.require(&[name])?;
        let found = self.column(name).filter(|column| accepted(&column.data_type));
        found.ok_or_else(|| {
            MarketDataError::Table(TableError::ColumnType {
                path: self.path.clone(),
                table: self.name.clone(),
                column: name.to_owned(),
                found: self
                    .column(name)
                    .map_or_else(String::new, |column| column.data_type.clone()),
                wanted,
            })
        })
    }

    /// The number at `timestamp` (µs UTC) in `column`, once it has passed `accepted`.
    pub(crate) fn checked(
        &self,
        column: &'static str,
        timestamp: i64,
        value: Option<f64>,
        wanted: &'static str,
        accepted: impl FnOnce(f64) -> bool,
    ) -> Result<f64, MarketDataError> {
        match value {
            Some(number) if number.is_finite() && accepted(number) => Ok(number),
            _ => Err(MarketDataError::Table(TableError::BadValue {
                path: self.path.clone(),
                table: self.name.clone(),
                column,
                timestamp,
                found: value.map_or_else(|| "NULL".to_owned(), |number| number.to_string()),
                wanted,
            })),
        }
    }

    /// A table of this name, for tests.
    #[cfg(test)]
    pub(crate) fn stand_in(name: &str) -> Self {
        Self { path: PathBuf::new(), name: name.to_owned(), columns: Vec::new() }
    }

    /// The error that two rows share `timestamp` (µs UTC).
    pub(crate) fn duplicate(&self, timestamp: i64) -> MarketDataError {
        MarketDataError::Table(TableError::DuplicateTimestamp {
            path: self.path.clone(),
            table: self.name.clone(),
            timestamp,
        })
    }
}

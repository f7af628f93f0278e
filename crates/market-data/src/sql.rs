//! Names and values in the text of a query.

use duckdb::ToSql;
use duckdb::types::{ToSqlOutput, Value};

/// An identifier as SQL wants it: in double quotes, those inside it doubled.
pub(crate) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A value to put in the place of a `?` of a query.
#[derive(Debug, Clone, PartialEq)]
pub enum Parameter {
    /// Text.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// A floating point number.
    Real(f64),
}

impl From<&str> for Parameter {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<i64> for Parameter {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

impl From<f64> for Parameter {
    fn from(number: f64) -> Self {
        Self::Real(number)
    }
}

impl ToSql for Parameter {
    fn to_sql(&self) -> duckdb::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Self::Text(text) => text.as_str().into(),
            Self::Integer(number) => ToSqlOutput::Owned(Value::BigInt(*number)),
            Self::Real(number) => ToSqlOutput::Owned(Value::Double(*number)),
        })
    }
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

//! What is delivered: one JSON object a row. Its keys are a public interface.

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value;

use crate::cells::Cell;
use crate::journal::{Epoch, Identity, Outcome, Row, hash_text};
use crate::time;

/// A row as sinks get it.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// `strategy/dataset/run/epoch/row time`, the same however often it is sent.
    pub id: String,
    /// The row's number in its journal.
    pub number: i64,
    /// What is sent, in order.
    pub fields: Vec<(String, Value)>,
}

impl Message {
    /// The message of `row`, sent at `now` (µs UTC).
    #[must_use]
    pub fn of(identity: &Identity, epoch: &Epoch, row: &Row, now: i64) -> Self {
        let Identity { strategy, dataset, run_name, interval } = identity;
        let token = |text: &str| if text.is_empty() { "-".to_owned() } else { percent(text) };
        let id = format!(
            "{}/{}/{}/{}/{}",
            token(strategy),
            token(dataset),
            token(run_name),
            row.epoch,
            time::text(row.time)
        );
        let close = row.time.saturating_add(*interval);
        let left_out = matches!(row.outcome, Outcome::LeftOut(_));
        let mut fields: Vec<(String, Value)> = [
            ("id", id.as_str().into()),
            ("number", row.number.into()),
            ("kind", if left_out { "left-out" } else { "decision" }.into()),
            ("timestamp", time::text(row.time).into()),
            ("close_time", time::text(close).into()),
            ("decided_at", time::text(row.decided_at).into()),
            // Whoever acts on it has missed the open that it was meant for.
            ("late", (now >= close.saturating_add(*interval)).into()),
            ("dataset", dataset.as_str().into()),
            ("run_name", if run_name.is_empty() { Value::Null } else { run_name.as_str().into() }),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into();
        let mut add = |name: &str, value: Value| fields.push((name.to_owned(), value));
        match &row.outcome {
            Outcome::LeftOut(reason) => {
                add("signal", Value::Null);
                add("target", Value::Null);
                add("reason", reason.as_str().into());
            }
            Outcome::Decided { artifact, .. } => {
                let cells = row.outcome.cells().unwrap_or_default();
                let value = |wanted: &str| {
                    let place = epoch.columns.iter().position(|name| name == wanted)?;
                    Some(cells.get(place)?.json())
                };
                add("signal", value("signal").unwrap_or_default());
                add("target", target(&epoch.columns, &cells));
                for (name, cell) in epoch.columns.iter().zip(&cells) {
                    if !["signal", "target"].contains(&name.as_str()) {
                        add(name, cell.json());
                    }
                }
                add("bins", artifact.map_or(Value::Null, |hash| hash_text(&hash).into()));
            }
        }
        Self { id, number: row.number, fields }
    }

    /// Where `stored`, which was sent under the same ID before, says something else. Whether it was late
    /// is not compared.
    #[must_use]
    pub fn difference(&self, stored: &Value) -> Option<String> {
        let differs =
            |(name, value): &&(String, Value)| name != "late" && stored.get(name) != Some(value);
        let (name, value) = self.fields.iter().find(differs)?;
        let found = stored.get(name).map_or_else(|| "nothing".to_owned(), Value::to_string);
        Some(format!("`{name}` is {found} there and {value} here"))
    }

    /// The message as one line of JSON.
    #[must_use]
    pub fn json(&self) -> String {
        // Keys are text and values are JSON already: nothing in it can fail.
        serde_json::to_string(self).unwrap_or_default()
    }
}

impl Serialize for Message {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.fields.len()))?;
        for (name, value) in &self.fields {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

/// The position wanted in the first leg: its weight, or the side.
fn target(columns: &[String], cells: &[Cell]) -> Value {
    let of = |name: &str| cells.get(columns.iter().position(|column| column == name)?);
    match (of("target"), of("signal")) {
        (Some(weight), _) => weight.json(),
        (None, Some(Cell::Int(side @ -1..=1))) => {
            Value::from([-1.0, 0.0, 1.0][usize::try_from(side + 1).unwrap_or(1)])
        }
        _ => Value::Null,
    }
}

/// `text` with everything but letters, digits, `_` and `-` percent-encoded: one token of an ID, and of a
/// subject.
#[must_use]
pub fn percent(text: &str) -> String {
    let encode = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'-' => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    text.bytes().map(encode).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity() -> Identity {
        Identity {
            strategy: "mean-reversion".to_owned(),
            dataset: "a.b/c".to_owned(),
            run_name: String::new(),
            interval: 3_600_000_000,
        }
    }

    fn epoch() -> Epoch {
        Epoch {
            number: 2,
            configuration: String::new(),
            inputs: vec!["close".to_owned()],
            columns: vec!["z".to_owned(), "signal".to_owned()],
            program: String::new(),
            after: 0,
            started_at: 0,
        }
    }

    #[test]
    fn a_left_out_row_is_a_message_and_lateness_is_no_difference() {
        let row = Row {
            number: 7,
            epoch: 2,
            time: 0,
            outcome: Outcome::LeftOut("no y_pred".to_owned()),
            decided_at: 3_600_000_001,
        };
        let message = Message::of(&identity(), &epoch(), &row, 3_600_000_002);
        assert_eq!(
            message.json(),
            r#"{"id":"mean-reversion/a%2Eb%2Fc/-/2/1970-01-01T00:00:00Z","number":7,"kind":"left-out","timestamp":"1970-01-01T00:00:00Z","close_time":"1970-01-01T01:00:00Z","decided_at":"1970-01-01T01:00:00.000001Z","late":false,"dataset":"a.b/c","run_name":null,"signal":null,"target":null,"reason":"no y_pred"}"#
        );
        let late = Message::of(&identity(), &epoch(), &row, 7_200_000_000);
        let stored = serde_json::from_str(&late.json()).unwrap_or_default();
        assert!(late.json().contains(r#""late":true"#));
        assert_eq!(message.difference(&stored), None);
        let other = Message::of(&identity(), &epoch(), &Row { number: 8, ..row }, 0);
        assert_eq!(other.difference(&stored).as_deref(), Some("`number` is 7 there and 8 here"));
    }
}

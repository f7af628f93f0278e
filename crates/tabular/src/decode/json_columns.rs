//! The columns of a JSON file and what they hold, out of one reading.

use std::collections::HashMap;
use std::fmt;
use std::io::Read;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::kind::{Kind, Seen};

/// Columns in the order in which their keys first appear.
#[derive(Default)]
pub(super) struct JsonColumns {
    names: Vec<String>,
    seen: Vec<Seen>,
    index: HashMap<String, usize>,
    objects: u64,
}

impl JsonColumns {
    /// Reads to the end: arrays of objects, and objects.
    pub(super) fn of(file: impl Read) -> serde_json::Result<Self> {
        let mut columns = Self::default();
        let mut json = serde_json::Deserializer::from_reader(file);
        while json.end().is_err() {
            Rows(&mut columns).deserialize(&mut json)?;
        }
        Ok(columns)
    }

    /// Names, what was seen in each column, and how many objects there are.
    pub(super) fn into_parts(self) -> (Vec<String>, Vec<Seen>, u64) {
        (self.names, self.seen, self.objects)
    }

    fn column(&mut self, name: String) -> usize {
        *self.index.entry(name).or_insert_with_key(|name| {
            self.names.push(name.clone());
            self.seen.push(Seen::default());
            self.names.len() - 1
        })
    }
}

/// An object, or an array of them.
struct Rows<'c>(&'c mut JsonColumns);

/// An object.
struct Row<'c>(&'c mut JsonColumns);

/// The value of a column.
struct Cell<'c> {
    seen: &'c mut Seen,
    name: &'c str,
    object: u64,
}

impl<'de> DeserializeSeed<'de> for Rows<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Rows<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object or an array of objects")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut objects: A) -> Result<(), A::Error> {
        while objects.next_element_seed(Row(self.0))?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<(), A::Error> {
        Row(self.0).visit_map(object)
    }
}

impl<'de> DeserializeSeed<'de> for Row<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Row<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<(), A::Error> {
        let columns = self.0;
        columns.objects += 1;
        while let Some(name) = object.next_key::<String>()? {
            let column = columns.column(name);
            let JsonColumns { names, seen, objects, .. } = columns;
            if let (Some(name), Some(seen)) = (names.get(column), seen.get_mut(column)) {
                object.next_value_seed(Cell { seen, name, object: *objects })?;
            }
        }
        Ok(())
    }
}

impl Cell<'_> {
    fn note(self, kind: Kind, text: &str) {
        self.seen.note(kind, text, "object", self.object);
    }

    fn note_number(self, kind: Kind, number: impl fmt::Display) {
        if !self.seen.has(kind) {
            self.note(kind, &number.to_string());
        }
    }

    fn nested<E: Error>(&self, what: &str) -> Result<(), E> {
        Err(E::custom(format_args!(
            "`{}` holds {what}: only numbers, texts, true, false and null have a place in a row",
            self.name.escape_debug()
        )))
    }
}

impl<'de> DeserializeSeed<'de> for Cell<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Cell<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number, a text, true, false or null")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, value: bool) -> Result<(), E> {
        self.note_number(Kind::Boolean, value);
        Ok(())
    }

    fn visit_i64<E>(self, value: i64) -> Result<(), E> {
        self.note_number(Kind::Integer, value);
        Ok(())
    }

    fn visit_u64<E>(self, value: u64) -> Result<(), E> {
        let wide = i64::try_from(value).is_err();
        self.note_number(if wide { Kind::WideInteger } else { Kind::Integer }, value);
        Ok(())
    }

    fn visit_f64<E>(self, value: f64) -> Result<(), E> {
        self.note_number(Kind::Float, value);
        Ok(())
    }

    fn visit_str<E>(self, value: &str) -> Result<(), E> {
        self.note(Kind::of_moment(value).unwrap_or(Kind::Text), value);
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, _values: A) -> Result<(), A::Error> {
        self.nested("an array")
    }

    fn visit_map<A: MapAccess<'de>>(self, _object: A) -> Result<(), A::Error> {
        self.nested("an object")
    }
}

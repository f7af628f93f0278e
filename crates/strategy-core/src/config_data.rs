//! A strategy's configuration as data: its flags by name, with types, defaults and a JSON schema.
//!
//! There is one definition, the strategy's `clap::Args`. A key of `runner.toml`, a key of a JSON
//! object and a flag are the same parameter, and go through the same parser.

use std::any::TypeId;

use clap::{Arg, ArgAction, ArgMatches, Command};
use serde_json::{Map, Value, json};
use thiserror::Error;

/// One parameter of a strategy.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameter {
    /// Its name, as in `z_window`: a key of `runner.toml`, and the flag `--z-window`.
    pub name: String,
    /// What it does, as the help says.
    pub about: String,
    /// Its value where nothing is said; none where that is a case of its own.
    pub default: Vec<String>,
    /// The values there are, where they are few.
    pub choices: Vec<String>,
    /// The JSON type of a value.
    pub kind: Kind,
    /// Whether it takes several values.
    pub many: bool,
}

/// The type of a parameter's value, as JSON knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `true` or `false`.
    Boolean,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// Text, or a number that has a meaning beyond its type, such as a window of at least 2 rows.
    Text,
}

/// The parameters of a strategy, in the order of its help.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameters(Vec<Parameter>);

impl Parameters {
    /// Those of `command`, whose flags are the strategy's.
    pub fn of(command: &Command) -> Self {
        let own = command.get_arguments().filter(|flag| flag.get_long().is_some());
        Self(
            own.filter(|flag| !["help", "version"].contains(&flag.get_id().as_str()))
                .map(parameter)
                .collect(),
        )
    }

    /// All of them.
    pub fn iter(&self) -> std::slice::Iter<'_, Parameter> {
        self.0.iter()
    }

    /// The words of a call with the values of `object`, as in `["--z-window=24"]`.
    ///
    /// # Errors
    /// When a key is none of the parameters, or a value has a type that none can have.
    pub fn flags(&self, object: &Map<String, Value>) -> Result<Vec<String>, ConfigDataError> {
        let mut flags = Vec::new();
        for (name, value) in object {
            let known = self.0.iter().find(|parameter| parameter.name == *name);
            let parameter = known.ok_or_else(|| ConfigDataError::Unknown {
                name: name.clone(),
                known: self.0.iter().map(|parameter| parameter.name.clone()).collect(),
            })?;
            parameter.push_flags(value, &mut flags)?;
        }
        Ok(flags)
    }

    /// The values that `matches` holds, by name; parameters without a value are left out.
    pub fn values(&self, matches: &ArgMatches) -> Map<String, Value> {
        let mut values = Map::new();
        for parameter in &self.0 {
            let id = &parameter.name;
            if let Ok(Some(raw)) = matches.try_get_raw(id) {
                let words: Vec<Value> =
                    raw.map(|word| parameter.kind.value(&word.to_string_lossy())).collect();
                let value = if parameter.many {
                    Value::Array(words)
                } else {
                    words.into_iter().next().unwrap_or(Value::Null)
                };
                values.insert(id.clone(), value);
            }
        }
        values
    }

    /// A JSON schema (draft 2020-12) of an object with these parameters.
    pub fn schema(&self, title: &str) -> Value {
        let properties: Map<String, Value> =
            self.0.iter().map(|parameter| (parameter.name.clone(), parameter.schema())).collect();
        json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": title,
            "type": "object",
            "properties": properties,
            "additionalProperties": false,
        })
    }
}

impl<'a> IntoIterator for &'a Parameters {
    type Item = &'a Parameter;
    type IntoIter = std::slice::Iter<'a, Parameter>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl Parameter {
    fn push_flags(&self, value: &Value, flags: &mut Vec<String>) -> Result<(), ConfigDataError> {
        let flag = format!("--{}", self.name.replace('_', "-"));
        let wrong = || ConfigDataError::Type {
            name: self.name.clone(),
            found: value.to_string(),
            wanted: if self.many { "one value or a list of them" } else { "one value" },
        };
        match value {
            Value::Null => {}
            Value::Bool(set) if self.kind == Kind::Boolean => {
                if *set {
                    flags.push(flag);
                }
            }
            Value::Array(values) if self.many => {
                values.iter().try_for_each(|value| self.push_flags(value, flags))?;
            }
            Value::String(text) => flags.push(format!("{flag}={text}")),
            Value::Number(number) => flags.push(format!("{flag}={number}")),
            Value::Bool(_) | Value::Array(_) | Value::Object(_) => return Err(wrong()),
        }
        Ok(())
    }

    /// The default as JSON; `null` where there is none.
    pub fn default_value(&self) -> Value {
        let mut values: Vec<Value> =
            self.default.iter().map(|word| self.kind.value(word)).collect();
        match (self.kind, self.many) {
            (Kind::Boolean, _) => json!(false),
            (_, true) => Value::Array(values),
            _ if values.is_empty() => Value::Null,
            _ => values.swap_remove(0),
        }
    }

    fn schema(&self) -> Value {
        let mut one = match self.kind {
            Kind::Boolean => json!({"type": "boolean"}),
            Kind::Integer => json!({"type": "integer"}),
            Kind::Number => json!({"type": "number"}),
            Kind::Text if self.choices.is_empty() => json!({"type": ["string", "number"]}),
            Kind::Text => json!({"enum": self.choices}),
        };
        if self.many {
            one = json!({"anyOf": [one, {"type": "array", "items": one}]});
        }
        one["description"] = json!(self.about);
        if !self.default.is_empty() || self.kind == Kind::Boolean {
            one["default"] = self.default_value();
        }
        one
    }
}

impl Kind {
    /// `word`, which is a value of this kind, as JSON.
    fn value(self, word: &str) -> Value {
        match self {
            Self::Boolean => json!(word == "true"),
            Self::Integer | Self::Number | Self::Text => {
                word.parse::<serde_json::Number>().map_or_else(|_| json!(word), Value::Number)
            }
        }
    }
}

fn parameter(flag: &Arg) -> Parameter {
    let value_type = flag.get_value_parser().type_id();
    let is = |types: &[TypeId]| types.iter().any(|known| value_type == *known);
    let whole = [
        TypeId::of::<u8>(),
        TypeId::of::<u16>(),
        TypeId::of::<u32>(),
        TypeId::of::<u64>(),
        TypeId::of::<usize>(),
        TypeId::of::<i32>(),
        TypeId::of::<i64>(),
    ];
    let kind = match flag.get_action() {
        ArgAction::SetTrue | ArgAction::SetFalse => Kind::Boolean,
        _ if is(&[TypeId::of::<bool>()]) => Kind::Boolean,
        _ if is(&whole) => Kind::Integer,
        _ if is(&[TypeId::of::<f64>(), TypeId::of::<f32>()]) => Kind::Number,
        _ => Kind::Text,
    };
    let text = |text: &dyn ToString| text.to_string();
    Parameter {
        name: flag.get_id().as_str().replace('-', "_"),
        about: flag.get_help().map_or_else(String::new, |help| text(help)),
        default: flag
            .get_default_values()
            .iter()
            .map(|v| v.to_string_lossy().into_owned())
            .collect(),
        choices: if kind == Kind::Boolean {
            Vec::new()
        } else {
            flag.get_possible_values().iter().map(|v| v.get_name().to_owned()).collect()
        },
        many: matches!(flag.get_action(), ArgAction::Append)
            || flag.get_num_args().is_some_and(|range| range.max_values() > 1),
        kind,
    }
}

/// A configuration given as data that is none.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the messages say what the fields are")]
pub enum ConfigDataError {
    /// There is no such parameter.
    #[error("there is no parameter `{name}`; there are: {}", known.join(", "))]
    Unknown { name: String, known: Vec<String> },
    /// A value that no parameter of this name can have.
    #[error("`{name}` is {found}; wanted {wanted}")]
    Type { name: String, found: String, wanted: &'static str },
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use clap::Args;

    use super::*;

    #[derive(Debug, PartialEq, Args)]
    struct Config {
        /// Rows of the mean
        #[arg(long, default_value_t = 48)]
        window: usize,
        /// Threshold
        #[arg(long, default_value_t = 0.5)]
        exit_z: f64,
        /// Whether shorts are taken
        #[arg(long)]
        long_only: bool,
        /// Instruments
        #[arg(long, value_delimiter = ',')]
        others: Vec<String>,
    }

    fn parameters() -> Parameters {
        Parameters::of(&Config::augment_args(Command::new("x")))
    }

    #[test]
    fn an_object_becomes_flags_and_flags_an_object() {
        let object =
            json!({"window": 24, "exit_z": -0.25, "long_only": true, "others": ["a", "b"]});
        let object = object.as_object().unwrap();
        let flags = parameters().flags(object).unwrap();
        let command = Config::augment_args(Command::new("x").no_binary_name(true));
        let matches = command.try_get_matches_from(&flags).unwrap();
        assert_eq!(&parameters().values(&matches), object);
    }

    #[test]
    fn the_schema_has_types_and_defaults() {
        let schema = parameters().schema("x");
        assert_eq!(schema["properties"]["window"]["type"], "integer");
        assert_eq!(schema["properties"]["window"]["default"], 48);
        assert_eq!(schema["properties"]["exit_z"]["type"], "number");
        assert_eq!(schema["properties"]["long_only"]["default"], false);
        assert_eq!(schema["additionalProperties"], false);
    }

    #[test]
    fn what_is_no_parameter_is_refused() {
        let refused = |object: Value| parameters().flags(object.as_object().unwrap()).unwrap_err();
        assert!(matches!(refused(json!({"windw": 1})), ConfigDataError::Unknown { .. }));
        assert!(matches!(refused(json!({"window": [1, 2]})), ConfigDataError::Type { .. }));
        assert!(matches!(refused(json!({"window": {"a": 1}})), ConfigDataError::Type { .. }));
    }
}

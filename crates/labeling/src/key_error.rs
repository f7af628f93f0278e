//! What can be wrong with a target key.

use std::fmt;

use thiserror::Error;

/// Why a text or a run name gives no target key.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the messages say what the fields are")]
pub enum KeyError {
    /// A text that should be a target key is none.
    #[error(
        "target key `{key}`: {} where {part} should stand; \
         the form is y_tp_before_sl_u<fraction>_d<fraction>_<number><m|h|d>, \
         for example y_tp_before_sl_u0.04_d0.02_24h",
        if found.is_empty() { "nothing".to_owned() } else { format!("`{found}`") }
    )]
    Text { key: String, part: KeyPart, found: String },
    /// A run name holds no target key.
    #[error(
        "the run name `{run_name}` names no label rule: wanted it to contain \
         y_tp_before_sl_u<fraction>_d<fraction>_<number><m|h|d>, \
         for example y_tp_before_sl_u0.04_d0.02_24h; pass the rule with `--target-key`"
    )]
    NotInRunName { run_name: String },
    /// A run name holds a target key that cannot be read.
    #[error(
        "the label rule in the run name `{run_name}` cannot be read; \
         pass the right one with `--target-key`, for example y_tp_before_sl_u0.04_d0.02_24h"
    )]
    UnreadableInRunName {
        run_name: String,
        #[source]
        source: Box<KeyError>,
    },
    /// A run name holds several target keys, and nothing says which one is meant.
    #[error(
        "the run name `{run_name}` names more than one label rule ({}), wanted one such as \
         y_tp_before_sl_u0.04_d0.02_24h; say which is meant with `--target-key`", keys.join(", ")
    )]
    SeveralInRunName { run_name: String, keys: Vec<String> },
}

/// A part of a target key; its `Display` says what should stand there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeyPart {
    /// `y_tp_before_sl_`
    Prefix,
    /// `u0.04`
    TakeProfit,
    /// `d0.02`
    StopLoss,
    /// `24h`
    Horizon,
    /// Nothing: the key ends after its horizon.
    End,
}

impl fmt::Display for KeyPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Prefix => "the beginning `y_tp_before_sl_`",
            Self::TakeProfit => "the take profit (`u` and a decimal fraction above 0, as in u0.04)",
            Self::StopLoss => {
                "the stop loss (`d` and a decimal fraction above 0 and below 1, as in d0.02)"
            }
            Self::Horizon => {
                "the horizon (a whole number above 0 and m, h or d for its unit, as in 24h)"
            }
            Self::End => "the end of the key",
        })
    }
}

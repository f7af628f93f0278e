//! Target keys: the barrier rule as upstream spells it in tables and run names.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use crate::rule::{is_stop_loss, is_take_profit, positive_micros};
use crate::{BarrierRule, KeyError, KeyPart, LabelError, TiePolicy};

const PREFIX: &str = "y_tp_before_sl_";

/// A barrier rule's name, `y_tp_before_sl_u{u}_d{d}_{n}{unit}`: take profit and stop loss as
/// decimal fractions of the entry close, the horizon in minutes (`m`), hours (`h`) or days (`d`).
///
/// It keeps its spelling, since databases are searched for it: `u0.04` and `u0.040` are the same
/// rule and different keys.
///
/// ```
/// use chrono::TimeDelta;
/// use labeling::{TargetKey, TiePolicy};
///
/// let key = TargetKey::parse("y_tp_before_sl_u0.04_d0.02_24h")?;
/// let rule = key.rule(TiePolicy::Conservative);
/// assert_eq!((rule.take_profit(), rule.stop_loss()), (0.04, 0.02));
/// assert_eq!(rule.horizon(), TimeDelta::hours(24));
/// # Ok::<(), labeling::LabelError>(())
/// ```
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TargetKey {
    text: String,
    /// What `text` says; its tie policy means nothing, since a key does not name one.
    rule: BarrierRule,
}

impl TargetKey {
    /// Reads a bare key: nothing before it, nothing after it.
    ///
    /// # Errors
    /// When a part is missing or out of range; the error names the first such part.
    pub fn parse(text: &str) -> Result<Self, LabelError> {
        Ok(Self::read(text)?)
    }

    fn read(text: &str) -> Result<Self, KeyError> {
        let wrong = |part, found: &str| KeyError::Text {
            key: text.to_owned(),
            part,
            found: found.to_owned(),
        };
        let rest = text.strip_prefix(PREFIX).ok_or_else(|| wrong(KeyPart::Prefix, text))?;
        let mut parts = rest.splitn(4, '_');
        let mut next = || parts.next().unwrap_or_default();

        let part = next();
        let take_profit = part.strip_prefix('u').and_then(decimal).filter(|&u| is_take_profit(u));
        let take_profit = take_profit.ok_or_else(|| wrong(KeyPart::TakeProfit, part))?;

        let part = next();
        let stop_loss = part.strip_prefix('d').and_then(decimal).filter(|&d| is_stop_loss(d));
        let stop_loss = stop_loss.ok_or_else(|| wrong(KeyPart::StopLoss, part))?;

        let part = next();
        let horizon = horizon(part).ok_or_else(|| wrong(KeyPart::Horizon, part))?;

        if let Some(more) = parts.next() {
            return Err(wrong(KeyPart::End, &format!("_{more}")));
        }
        let rule = BarrierRule::new(take_profit, stop_loss, horizon, TiePolicy::default())
            .map_err(|_| wrong(KeyPart::End, text))?;
        Ok(Self { text: text.to_owned(), rule })
    }

    /// Finds the key inside the name of a model's run.
    ///
    /// ```
    /// use labeling::TargetKey;
    ///
    /// let run = "run_20251102_231428_lgbm_btcusdt_y_tp_before_sl_u0.04_d0.02_24h_binary";
    /// assert_eq!(TargetKey::find_in_run_name(run)?.as_str(), "y_tp_before_sl_u0.04_d0.02_24h");
    /// # Ok::<(), labeling::LabelError>(())
    /// ```
    ///
    /// # Errors
    /// When the name holds no key, one that cannot be read, or several that differ.
    pub fn find_in_run_name(run_name: &str) -> Result<Self, LabelError> {
        let mut keys: Vec<&str> = Vec::new();
        for (at, _) in run_name.match_indices(PREFIX) {
            let begins_a_word = !run_name[..at].ends_with(|c: char| c.is_alphanumeric());
            let key = key_at_start(&run_name[at..]);
            if begins_a_word && !keys.contains(&key) {
                keys.push(key);
            }
        }
        let run_name = run_name.to_owned();
        Err(match keys.as_slice() {
            [] => KeyError::NotInRunName { run_name },
            [key] => match Self::read(key) {
                Ok(key) => return Ok(key),
                Err(source) => KeyError::UnreadableInRunName { run_name, source: Box::new(source) },
            },
            several => KeyError::SeveralInRunName {
                run_name,
                keys: several.iter().map(|&key| key.to_owned()).collect(),
            },
        }
        .into())
    }

    /// The key as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The rule that it names; the tie policy is not part of a key.
    pub fn rule(&self, tie_policy: TiePolicy) -> BarrierRule {
        self.rule.with_tie_policy(tie_policy)
    }
}

/// What stands where a key stands: `text`, which begins with the prefix, up to the end of the third
/// part after it. That part ends at the first character a horizon cannot have (`24h_binary`,
/// `24h.v2`), so that a wrong part is in the key and can be named.
fn key_at_start(text: &str) -> &str {
    let parts = &text[PREFIX.len()..];
    let Some((last_separator, _)) = parts.match_indices('_').nth(1) else {
        return text;
    };
    let horizon = &parts[last_separator + 1..];
    let length = horizon.find(|c: char| !c.is_alphanumeric()).unwrap_or(horizon.len());
    &text[..PREFIX.len() + last_separator + 1 + length]
}

/// A number of the form `12` or `0.04`: no sign, exponent or `inf`, which f64's own parser takes.
fn decimal(text: &str) -> Option<f64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    (is_digits(whole) && is_digits(fraction)).then(|| text.parse().ok())?
}

fn horizon(text: &str) -> Option<TimeDelta> {
    let unit = text.chars().next_back()?;
    let number = text.strip_suffix(unit).filter(|number| is_digits(number))?;
    let number: i64 = number.parse().ok()?;
    let span = match unit {
        'm' => TimeDelta::try_minutes(number),
        'h' => TimeDelta::try_hours(number),
        'd' => TimeDelta::try_days(number),
        _ => None,
    }?;
    positive_micros(span).map(|_| span)
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

impl fmt::Display for TargetKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

impl FromStr for TargetKey {
    type Err = LabelError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl TryFrom<String> for TargetKey {
    type Error = LabelError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<TargetKey> for String {
    fn from(key: TargetKey) -> Self {
        key.text
    }
}

// By hand, because the rule holds f64; it is a function of the text, so the text decides.
impl PartialEq for TargetKey {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for TargetKey {}

impl Hash for TargetKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}

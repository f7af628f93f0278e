//! The settings of a sweep.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use statistics::SplitMix64;

use crate::TrialsError;

/// Most settings of a grid: more would take days, and nobody could tell them from luck.
const MAX_SETTINGS: usize = 1_000_000;

/// The values that one flag is tried with: `period=10,20,50` or `period=10:50:5`.
///
/// ```
/// use trials::Axis;
///
/// let axis: Axis = "stop-loss=0.01:0.03:0.005".parse()?;
/// assert_eq!(axis.key, "stop-loss");
/// assert_eq!(axis.values, ["0.010", "0.015", "0.020", "0.025", "0.030"]);
/// # Ok::<(), trials::TrialsError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Axis {
    /// The flag, without its dashes.
    pub key: String,
    /// Its values, each once, as they are written on a command line.
    pub values: Vec<String>,
}

impl FromStr for Axis {
    type Err = TrialsError;

    fn from_str(text: &str) -> Result<Self, TrialsError> {
        let error = |reason: String| TrialsError::Set { text: text.to_owned(), reason };
        let (key, values) = text.split_once('=').ok_or_else(|| error("no `=`".to_owned()))?;
        let key = key.trim().trim_start_matches('-').to_owned();
        if key.is_empty() {
            return Err(error("no flag before the `=`".to_owned()));
        }
        let parts: Vec<&str> = values.split(':').map(str::trim).collect();
        let values = match parts[..] {
            [from, to, step] => range(from, to, step).map_err(error)?,
            [from, to] if from.parse::<f64>().is_ok() && to.parse::<f64>().is_ok() => {
                return Err(error("a range needs its step".to_owned()));
            }
            _ => values.split(',').map(|value| value.trim().to_owned()).collect(),
        };
        if values.iter().any(String::is_empty) {
            return Err(error("a value is empty".to_owned()));
        }
        let different: BTreeSet<&String> = values.iter().collect();
        if different.len() < values.len() {
            return Err(error("a value stands there twice".to_owned()));
        }
        Ok(Self { key, values })
    }
}

/// `from`, `from + step` and so on up to `to`, with as many decimals as the most precise of the three.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a number of steps that was checked to be small and not negative"
)]
fn range(from: &str, to: &str, step: &str) -> Result<Vec<String>, String> {
    let decimals =
        [from, to, step].iter().filter_map(|part| Some(part.split_once('.')?.1.len())).max();
    let number = |text: &str| match text.parse::<f64>() {
        Ok(number) if number.is_finite() => Ok(number),
        _ => Err(format!("`{text}` is no number")),
    };
    let (first, last, width) = (number(from)?, number(to)?, number(step)?);
    let steps = (last - first) / width;
    if width == 0.0 || steps < 0.0 {
        return Err(format!("no step of {step} leads from {from} to {to}"));
    }
    // A step that misses the end by rounding reaches it.
    let steps = (steps + 1e-9).floor();
    if steps >= MAX_SETTINGS as f64 {
        return Err(format!("{steps} steps, wanted fewer than {MAX_SETTINGS}"));
    }
    let decimals = decimals.unwrap_or(0);
    Ok((0..=steps as usize).map(|i| format!("{:.decimals$}", first + i as f64 * width)).collect())
}

/// Settings in their order: each has a value for every key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// The flags that differ, without dashes.
    pub keys: Vec<String>,
    /// Values of the keys, a setting.
    pub settings: Vec<Vec<String>>,
}

impl Plan {
    /// Every combination of the axes' values; the last axis changes fastest.
    ///
    /// # Errors
    /// If there are no axes, two have one key, or there are more than a million combinations.
    pub fn grid(axes: &[Axis]) -> Result<Self, TrialsError> {
        let total = checked(axes)?;
        if total > MAX_SETTINGS as u64 {
            let reason = format!(
                "{total} combinations, wanted at most {MAX_SETTINGS}: draw some with --random"
            );
            return Err(set_error(axes, reason));
        }
        Ok(Self::chosen(axes, 0..total))
    }

    /// `count` different combinations of the axes' values, drawn with `seed`, in the order of the grid. All
    /// of them if there are no more.
    ///
    /// # Errors
    /// If there are no axes, two have one key, or there are more than 2⁶³ combinations.
    pub fn random(axes: &[Axis], count: usize, seed: u64) -> Result<Self, TrialsError> {
        let total = checked(axes)?;
        if count as u64 >= total {
            return Self::grid(axes);
        }
        let mut generator = SplitMix64::new(seed);
        let mut drawn = BTreeSet::new();
        // Floyd's algorithm: each subset is equally likely, and no draw is in vain.
        for last in total - count as u64..total {
            let draw = generator.below(usize::try_from(last + 1).unwrap_or(usize::MAX)) as u64;
            if !drawn.insert(draw) {
                drawn.insert(last);
            }
        }
        Ok(Self::chosen(axes, drawn))
    }

    fn chosen(axes: &[Axis], places: impl IntoIterator<Item = u64>) -> Self {
        let setting = |mut place: u64| {
            let mut values: Vec<String> = Vec::with_capacity(axes.len());
            for axis in axes.iter().rev() {
                let count = axis.values.len() as u64;
                let value = usize::try_from(place % count).unwrap_or_default();
                values.push(axis.values[value].clone());
                place /= count;
            }
            values.reverse();
            values
        };
        Self {
            keys: axes.iter().map(|axis| axis.key.clone()).collect(),
            settings: places.into_iter().map(setting).collect(),
        }
    }

    /// The setting `index` as flags and values.
    #[must_use]
    pub fn flags(&self, index: usize) -> BTreeMap<String, String> {
        self.keys.iter().cloned().zip(self.settings[index].iter().cloned()).collect()
    }
}

/// How many combinations there are.
fn checked(axes: &[Axis]) -> Result<u64, TrialsError> {
    if axes.is_empty() {
        return Err(TrialsError::NothingToTry);
    }
    let keys: BTreeSet<&String> = axes.iter().map(|axis| &axis.key).collect();
    if keys.len() < axes.len() {
        return Err(set_error(axes, "a flag stands there twice".to_owned()));
    }
    axes.iter()
        .try_fold(1_u64, |total, axis| total.checked_mul(axis.values.len() as u64))
        .filter(|&total| i64::try_from(total).is_ok())
        .ok_or_else(|| set_error(axes, "too many combinations to count".to_owned()))
}

fn set_error(axes: &[Axis], reason: String) -> TrialsError {
    let keys: Vec<&str> = axes.iter().map(|axis| axis.key.as_str()).collect();
    TrialsError::Set { text: keys.join(", "), reason }
}

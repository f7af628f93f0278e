//! The barrier rule and its tie policies.

use std::fmt;
use std::str::FromStr;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use crate::LabelError;

/// Which barrier counts as reached first when one candle touches both: the candle does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TiePolicy {
    /// The stop loss, always: a label is never better than what could have been traded.
    #[default]
    Conservative,
    /// The barrier nearer to that candle's open; the stop loss when both are equally near.
    ProximityToOpen,
}

impl TiePolicy {
    /// Every policy.
    pub const ALL: [Self; 2] = [Self::Conservative, Self::ProximityToOpen];

    const fn name(self) -> &'static str {
        match self {
            Self::Conservative => "conservative",
            Self::ProximityToOpen => "proximity-to-open",
        }
    }
}

impl fmt::Display for TiePolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for TiePolicy {
    type Err = LabelError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|policy| policy.name() == text)
            .ok_or_else(|| LabelError::UnknownTiePolicy { found: text.to_owned() })
    }
}

/// Take profit at `close·(1+u)` before stop loss at `close·(1−d)`, within a horizon.
///
/// ```
/// use chrono::TimeDelta;
/// use labeling::{BarrierRule, TiePolicy};
///
/// let rule = BarrierRule::new(0.04, 0.02, TimeDelta::hours(24), TiePolicy::Conservative)?;
/// assert_eq!((rule.take_profit(), rule.stop_loss()), (0.04, 0.02));
/// assert!(BarrierRule::new(0.04, 1.5, TimeDelta::hours(24), TiePolicy::Conservative).is_err());
/// # Ok::<(), labeling::LabelError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BarrierRule {
    take_profit: f64,
    stop_loss: f64,
    horizon: TimeDelta,
    tie_policy: TiePolicy,
}

impl BarrierRule {
    /// A rule of take profit `u` and stop loss `d`, both as fractions of the entry close.
    ///
    /// # Errors
    /// When `u` is not finite and above 0, `d` not between 0 and 1, or the horizon not above 0 in
    /// whole microseconds.
    pub fn new(
        take_profit: f64,
        stop_loss: f64,
        horizon: TimeDelta,
        tie_policy: TiePolicy,
    ) -> Result<Self, LabelError> {
        if !is_take_profit(take_profit) {
            return Err(LabelError::TakeProfit { found: take_profit });
        }
        if !is_stop_loss(stop_loss) {
            return Err(LabelError::StopLoss { found: stop_loss });
        }
        if positive_micros(horizon).is_none() {
            return Err(LabelError::Horizon { found: horizon });
        }
        Ok(Self { take_profit, stop_loss, horizon, tie_policy })
    }

    /// `u`: how far above the entry close the take profit lies, as a fraction of it.
    pub fn take_profit(&self) -> f64 {
        self.take_profit
    }

    /// `d`: how far below the entry close the stop loss lies, as a fraction of it.
    pub fn stop_loss(&self) -> f64 {
        self.stop_loss
    }

    /// How long after the entry candle's open time the last candle that counts opens.
    pub fn horizon(&self) -> TimeDelta {
        self.horizon
    }

    /// What a candle that touches both barriers counts as.
    pub fn tie_policy(&self) -> TiePolicy {
        self.tie_policy
    }

    /// The same barriers and horizon under another tie policy.
    #[must_use]
    pub fn with_tie_policy(self, tie_policy: TiePolicy) -> Self {
        Self { tie_policy, ..self }
    }
}

/// Whether the barrier `1 + u` differs from the entry in f64; `u > 0` would let 1e-17 pass, a take
/// profit that every candle reaches.
pub(crate) fn is_take_profit(u: f64) -> bool {
    u.is_finite() && 1.0 + u > 1.0
}

/// Whether the barrier `1 − d` lies between 0 and the entry in f64.
pub(crate) fn is_stop_loss(d: f64) -> bool {
    1.0 - d < 1.0 && d < 1.0
}

/// A span as whole microseconds; `None` when it is not above 0, has a fraction of a microsecond or
/// is beyond an `i64` of them.
pub(crate) fn positive_micros(span: TimeDelta) -> Option<u64> {
    let micros = span.num_microseconds()?;
    let whole = TimeDelta::microseconds(micros) == span;
    u64::try_from(micros).ok().filter(|&micros| whole && micros > 0)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::*;

    fn check(u: f64, d: f64, horizon: TimeDelta, expect: Option<&LabelError>) {
        let found = BarrierRule::new(u, d, horizon, TiePolicy::Conservative);
        // Debug, because a NaN in a variant equals nothing.
        assert_eq!(format!("{:?}", found.as_ref().err()), format!("{expect:?}"));
    }

    #[test]
    fn refuses_what_is_no_barrier() {
        let hour = TimeDelta::hours(1);
        check(5.0, 0.999, hour, None);
        for u in [0.0, -0.04, 1e-17, f64::NAN, f64::INFINITY] {
            check(u, 0.02, hour, Some(&LabelError::TakeProfit { found: u }));
        }
        for d in [0.0, -0.02, 1e-17, 1.0, 1.5, f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            check(0.04, d, hour, Some(&LabelError::StopLoss { found: d }));
        }
        let half_micro = TimeDelta::nanoseconds(1_500);
        for horizon in [TimeDelta::zero(), -hour, half_micro, TimeDelta::MAX] {
            check(0.04, 0.02, horizon, Some(&LabelError::Horizon { found: horizon }));
        }
    }

    #[test]
    fn tie_policies_have_one_name_everywhere() {
        for policy in TiePolicy::ALL {
            let name = policy.to_string();
            assert_eq!(name.parse::<TiePolicy>().unwrap(), policy);
            assert_eq!(serde_json::to_string(&policy).unwrap(), format!("\"{name}\""));
            assert_eq!(serde_json::from_str::<TiePolicy>(&format!("\"{name}\"")).unwrap(), policy);
        }
        assert_eq!(
            "Conservative".parse::<TiePolicy>().unwrap_err(),
            LabelError::UnknownTiePolicy { found: "Conservative".to_owned() }
        );
    }
}

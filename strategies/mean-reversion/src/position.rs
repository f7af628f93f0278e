//! When a position is entered and left.

use strategy_core::Side;

use crate::ReversionError;

/// Entry and exit thresholds, `0 ≤ exit < entry`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Thresholds {
    entry: f64,
    exit: f64,
}

impl Thresholds {
    pub(crate) fn new(entry: f64, exit: f64) -> Result<Self, ReversionError> {
        if 0.0 <= exit && exit < entry {
            Ok(Self { entry, exit })
        } else {
            Err(ReversionError::Thresholds { entry, exit })
        }
    }

    /// The position after a row with this z-score, given the one before. `may_enter` is asked before a
    /// position is entered, never before one is left.
    ///
    /// Without a z-score, that is over a constant price, the price is at its mean: positions are left.
    pub(crate) fn next(self, held: Side, z: Option<f64>, may_enter: impl Fn(Side) -> bool) -> Side {
        let Some(z) = z else { return Side::NoSignal };
        let wanted = if z <= -self.entry {
            Side::Long
        } else if z >= self.entry {
            Side::Short
        } else {
            Side::NoSignal
        };
        if wanted != Side::NoSignal && wanted != held && may_enter(wanted) {
            return wanted;
        }
        let holds = match held {
            Side::Long => z < -self.exit,
            Side::Short => z > self.exit,
            Side::NoSignal => false,
        };
        if holds { held } else { Side::NoSignal }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::*;
    use Side::{Long as L, NoSignal as N, Short as S};

    #[track_caller]
    fn check(scores: &[f64], may_enter: fn(Side) -> bool, expect: &[Side]) {
        let thresholds = Thresholds::new(2.0, 0.5).unwrap();
        let mut held = N;
        let positions: Vec<Side> = scores
            .iter()
            .map(|&z| {
                held = thresholds.next(held, Some(z), may_enter);
                held
            })
            .collect();
        assert_eq!(positions, expect);
    }

    #[test]
    fn a_position_is_held_between_the_thresholds() {
        let scores = [-1.9, -2.0, -1.0, -0.6, -0.5, -1.5, 2.1, 0.6, 0.4];
        check(&scores, |_| true, &[N, L, L, L, N, N, S, S, N]);
    }

    #[test]
    fn a_jump_to_the_other_side_turns_the_position_round() {
        check(&[-2.5, 2.5, -3.0], |_| true, &[L, S, L]);
    }

    #[test]
    fn gates_keep_from_entering_and_never_from_leaving() {
        check(&[-2.5, -1.0, 2.5, 1.0], |side| side == L, &[L, L, N, N]);
        check(&[-2.5, 2.5], |_| false, &[N, N]);
    }

    #[test]
    fn a_constant_price_ends_a_position() {
        let thresholds = Thresholds::new(2.0, 0.0).unwrap();
        assert_eq!(thresholds.next(L, None, |_| true), N);
    }

    #[test]
    fn thresholds_must_be_in_order() {
        for (entry, exit) in [(1.0, 1.0), (1.0, 2.0), (1.0, -0.1), (f64::NAN, 0.5)] {
            assert!(Thresholds::new(entry, exit).is_err(), "{entry} {exit}");
        }
    }
}

//! Law 4: the shape of a decision.

use chrono::DateTime;
use thiserror::Error;

use crate::Side;

/// How far the sum of the weights' sizes may lie above 1, for rounding.
const ROUNDING: f64 = 1e-9;

/// A decision has not the shape that every decision must have.
#[derive(Debug, Clone, PartialEq, Error)]
#[error(
    "the decision of row {row}{} has not the shape of a decision: {fault}",
    DateTime::from_timestamp_micros(*timestamp)
        .map_or_else(String::new, |time| format!(" ({} UTC)", time.format("%Y-%m-%d %H:%M:%S")))
)]
pub struct ShapeError {
    /// Row number in the batch, from 0.
    pub row: usize,
    /// The row's timestamp, microseconds since the Unix epoch, UTC.
    pub timestamp: i64,
    /// What is wrong.
    pub fault: ShapeFault,
}

/// What is wrong with the shape of a decision. Rows and legs count from 0.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the messages say what the fields are")]
pub enum ShapeFault {
    /// A weight is NaN or infinite.
    #[error("the weight of leg {leg} is {weight}; weights are finite")]
    NotFinite { leg: usize, weight: f64 },
    /// More than the capital.
    #[error("the weights' sizes add up to {sum}; at most 1, the capital, can be asked for")]
    TooMuch { sum: f64 },
    /// Side and weight contradict each other.
    #[error(
        "its side is {side} and the weight of the first leg {weight}; the side is that weight's sign"
    )]
    Side { side: Side, weight: f64 },
}

/// Holds the weights of one decision to the contract: finite, at most 1 together, side = sign(w₀).
pub(crate) fn check(weights: &[f64], side: Side) -> Result<(), ShapeFault> {
    if let Some((leg, &weight)) = weights.iter().enumerate().find(|(_, w)| !w.is_finite()) {
        return Err(ShapeFault::NotFinite { leg, weight });
    }
    let sum: f64 = weights.iter().map(|weight| weight.abs()).sum();
    if sum > 1.0 + ROUNDING {
        return Err(ShapeFault::TooMuch { sum });
    }
    match weights.first() {
        Some(&weight) if sign(weight) != side => Err(ShapeFault::Side { side, weight }),
        _ => Ok(()),
    }
}

fn sign(weight: f64) -> Side {
    match weight {
        weight if weight > 0.0 => Side::Long,
        weight if weight < 0.0 => Side::Short,
        _ => Side::NoSignal,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_are_finite_at_most_one_and_agree_with_the_side() {
        assert_eq!(check(&[0.5, -0.5], Side::Long), Ok(()));
        assert_eq!(check(&[0.0, 0.0], Side::NoSignal), Ok(()));
        assert_eq!(check(&[-0.0], Side::NoSignal), Ok(()));
        assert_eq!(check(&[0.6, -0.5], Side::Long), Err(ShapeFault::TooMuch { sum: 1.1 }));
        let contradiction = ShapeFault::Side { side: Side::Short, weight: 0.5 };
        assert_eq!(check(&[0.5], Side::Short), Err(contradiction));
        let infinite = ShapeFault::NotFinite { leg: 1, weight: f64::INFINITY };
        assert_eq!(check(&[1.0, f64::INFINITY], Side::Long), Err(infinite));
    }
}

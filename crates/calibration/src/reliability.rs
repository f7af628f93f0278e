//! The reliability table: predicted against observed, group by group.

use serde::{Deserialize, Serialize};

use crate::CalibrationError;
use crate::groups::{Group, Grouping, equal_width_position, grouped};

/// One line of a reliability table. The three numbers of a point in a reliability diagram are
/// `mean_p` (across), `hit_rate` (up) and `rows` (how much it means).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ReliabilityGroup {
    /// Where the group begins: its interval's lower border if groups have equal width, otherwise
    /// its smallest probability.
    pub lower: f64,
    /// Where the group ends: its interval's upper border if groups have equal width, otherwise
    /// its largest probability.
    pub upper: f64,
    /// Number of rows, at least 1.
    pub rows: usize,
    /// Mean probability of the rows: how often they should come true.
    pub mean_p: f64,
    /// How often they did.
    pub hit_rate: f64,
}

/// Groups the probabilities `p` (shape `n`) with the labels `y` (shape `n`) and tells for each
/// group how often its rows should have come true and how often they did. The groups ascend;
/// groups without rows, which have neither mean nor rate, are left out, so there are at most
/// `n_groups`.
///
/// These are the groups of [`expected_calibration_error`](crate::expected_calibration_error),
/// which is the mean of `|hit_rate − mean_p|` weighted by `rows`.
///
/// A. Murphy and R. Winkler, "Reliability of subjective probability forecasts of precipitation and
/// temperature", *Applied Statistics* 26 (1977), 41–47.
///
/// ```
/// use calibration::{Grouping, reliability};
///
/// let p = [0.1, 0.2, 0.9, 0.9];
/// let y = [false, false, true, false];
/// let table = reliability(&p, &y, 4, Grouping::EqualWidth)?;
/// assert_eq!(table.len(), 2);
/// assert_eq!((table[1].lower, table[1].upper), (0.75, 1.0));
/// assert_eq!((table[1].rows, table[1].mean_p, table[1].hit_rate), (2, 0.9, 0.5));
/// # Ok::<(), calibration::CalibrationError>(())
/// ```
///
/// # Errors
/// If the lengths differ, there are no rows, a probability is not in `[0, 1]`, or `n_groups` is 0.
pub fn reliability(
    p: &[f64],
    y: &[bool],
    n_groups: usize,
    grouping: Grouping,
) -> Result<Vec<ReliabilityGroup>, CalibrationError> {
    let borders = |group: &Group| match grouping {
        Grouping::EqualMass => (group.lowest, group.highest),
        Grouping::EqualWidth => {
            let (position, n_groups) =
                (equal_width_position(group.lowest, n_groups), n_groups as f64);
            (position / n_groups, (position + 1.0) / n_groups)
        }
    };
    let groups = grouped(p, y, n_groups, grouping)?;
    Ok(groups
        .iter()
        .map(|group| {
            let (lower, upper) = borders(group);
            let (mean_p, hit_rate) = (group.mean_p(), group.hit_rate());
            ReliabilityGroup { lower, upper, rows: group.rows, mean_p, hit_rate }
        })
        .collect())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failing unwrap is a failing test")]
mod tests {
    use super::*;

    #[test]
    fn a_border_through_ties_shares_their_hits() {
        let p = [0.5, 0.2, 0.5, 0.5];
        let y = [true, false, false, false];
        let table = reliability(&p, &y, 2, Grouping::EqualMass).unwrap();
        assert_eq!(table.iter().map(|group| group.rows).collect::<Vec<_>>(), [2, 2]);
        assert_eq!((table[0].lower, table[0].upper), (0.2, 0.5));
        assert_eq!((table[1].lower, table[1].upper), (0.5, 0.5));
        assert!((table[0].hit_rate - 1.0 / 6.0).abs() < 1e-15);
        assert!((table[1].hit_rate - 1.0 / 3.0).abs() < 1e-15);
    }

    #[test]
    fn refuses_bad_rows_and_no_groups() {
        use CalibrationError::{InvalidScore, LengthMismatch, NoGroups, NoRows};
        let error = |p: &[f64], y: &[bool], n_groups| {
            reliability(p, y, n_groups, Grouping::EqualWidth).unwrap_err()
        };
        assert!(matches!(error(&[], &[], 2), NoRows));
        assert!(matches!(error(&[0.1], &[], 2), LengthMismatch { name: "labels", .. }));
        assert!(matches!(error(&[-0.1], &[true], 2), InvalidScore { index: 0, .. }));
        assert!(matches!(error(&[0.1], &[true], 0), NoGroups));
    }
}

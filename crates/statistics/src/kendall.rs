//! Whether two sequences rise together.

use crate::StatisticsError;
use crate::check::check_length;

/// Kendall's rank correlation, variant b, of `x` (shape `n`) and `y` (shape `n`):
///
/// ```text
/// τ_b = (C − D) / √(P_x P_y)
/// ```
///
/// where of all pairs of positions `C` are those that `x` and `y` put in the same order, `D` those
/// in opposite order, and `P_x`, `P_y` those whose `x`, or `y`, differ. 1 if the two always
/// rise together, −1 if they always oppose, and nearer 0 the more pairs are tied in one of them
/// only. With `x` the numbers of the bins and `y` their hit rates it says whether higher bins come
/// true more often.
///
/// It looks at all pairs, `O(n²)`: a millisecond or so for 1000 bins, too slow for 100 000 rows.
/// The counts are exact. Infinities are allowed.
///
/// M. Kendall, "The treatment of ties in ranking problems", *Biometrika* 33 (1945), 239–251.
///
/// ```
/// let tau = statistics::kendall_tau_b(&[1.0, 2.0, 3.0, 4.0], &[0.08, 0.10, 0.09, 0.21])?;
/// assert!((tau - 4.0 / 6.0).abs() < 1e-15);
/// # Ok::<(), statistics::StatisticsError>(())
/// ```
///
/// # Errors
/// If the lengths differ, there are no values, one is NaN, or all of `x` or all of `y` are equal.
pub fn kendall_tau_b(x: &[f64], y: &[f64]) -> Result<f64, StatisticsError> {
    let Pairs { concordant, discordant, only_x_differs, only_y_differs } = Pairs::count(x, y)?;
    let comparable = concordant + discordant;
    let x_differs = (comparable + only_x_differs) as f64;
    let y_differs = (comparable + only_y_differs) as f64;
    // One root of the product: where all pairs agree it is their number exactly.
    Ok((concordant as f64 - discordant as f64) / (x_differs * y_differs).sqrt())
}

/// The share of pairs in the right order: of all pairs of positions whose `x` (shape `n`) differ
/// and whose `y` (shape `n`) differ, the part in which the larger `x` has the larger `y`.
///
/// 1 if `y` never falls as `x` rises, ½ is what chance gives, 0 if it never rises. Pairs tied in
/// `x` or `y` cannot be compared and do not count; without ties the share is `(1 + τ_b)/2`, see
/// [`kendall_tau_b`]. All pairs are looked at, `O(n²)`.
///
/// L. Goodman and W. Kruskal, "Measures of association for cross classifications", *Journal of the
/// American Statistical Association* 49 (1954), 732–764, whose γ is twice the share minus 1.
///
/// ```
/// // Bins 2 and 3 are the wrong way round: five of six pairs are in order.
/// let share = statistics::ordered_share(&[1.0, 2.0, 3.0, 4.0], &[0.08, 0.10, 0.09, 0.21])?;
/// assert_eq!(share, 5.0 / 6.0);
/// # Ok::<(), statistics::StatisticsError>(())
/// ```
///
/// # Errors
/// If the lengths differ, there are no values, one is NaN, or all of `x` or all of `y` are equal;
/// otherwise some pair can be compared.
pub fn ordered_share(x: &[f64], y: &[f64]) -> Result<f64, StatisticsError> {
    let Pairs { concordant, discordant, .. } = Pairs::count(x, y)?;
    Ok(concordant as f64 / (concordant + discordant) as f64)
}

/// How many pairs of positions agree, disagree, or differ in one of the two only.
#[derive(Debug, Default, Clone, Copy)]
struct Pairs {
    concordant: u64,
    discordant: u64,
    only_x_differs: u64,
    only_y_differs: u64,
}

impl Pairs {
    fn count(x: &[f64], y: &[f64]) -> Result<Self, StatisticsError> {
        check_length("y", y.len(), x.len())?;
        if x.is_empty() {
            return Err(StatisticsError::NoRows);
        }
        for (name, values) in [("x", x), ("y", y)] {
            if let Some(index) = values.iter().position(|value| value.is_nan()) {
                return Err(StatisticsError::NotANumber { name, index });
            }
            if values.iter().all(|&value| value == values[0]) {
                return Err(StatisticsError::Constant { name, count: values.len() });
            }
        }
        let mut pairs = Self::default();
        for i in 0..x.len() {
            for j in 0..i {
                let (x_differs, y_differs) = (x[i] != x[j], y[i] != y[j]);
                let agree = (x[i] > x[j]) == (y[i] > y[j]);
                pairs.concordant += u64::from(x_differs && y_differs && agree);
                pairs.discordant += u64::from(x_differs && y_differs && !agree);
                pairs.only_x_differs += u64::from(x_differs && !y_differs);
                pairs.only_y_differs += u64::from(!x_differs && y_differs);
            }
        }
        Ok(pairs)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failing unwrap is a failing test")]
mod tests {
    use super::*;

    #[test]
    fn perfect_agreement_is_exact() {
        for n in [2, 3, 7, 20, 999] {
            let x: Vec<f64> = (0..n).map(f64::from).collect();
            let falling: Vec<f64> = x.iter().map(|x| -x).collect();
            assert_eq!(kendall_tau_b(&x, &x).unwrap(), 1.0);
            assert_eq!(kendall_tau_b(&x, &falling).unwrap(), -1.0);
            assert_eq!(ordered_share(&x, &x).unwrap(), 1.0);
            assert_eq!(ordered_share(&x, &falling).unwrap(), 0.0);
        }
    }

    #[test]
    fn refuses_what_has_no_order() {
        use StatisticsError::{Constant, LengthMismatch, NoRows, NotANumber};
        type Statistic = fn(&[f64], &[f64]) -> Result<f64, StatisticsError>;
        for statistic in [kendall_tau_b as Statistic, ordered_share] {
            let error = |x: &[f64], y: &[f64]| statistic(x, y).unwrap_err();
            assert!(matches!(error(&[], &[]), NoRows));
            assert!(matches!(
                error(&[1.0], &[]),
                LengthMismatch { name: "y", found: 0, wanted: 1 }
            ));
            assert!(matches!(
                error(&[1.0, 2.0], &[0.1, f64::NAN]),
                NotANumber { name: "y", index: 1 }
            ));
            assert!(matches!(error(&[1.0], &[0.5]), Constant { name: "x", count: 1 }));
            assert!(matches!(error(&[1.0, 2.0], &[0.5; 2]), Constant { name: "y", count: 2 }));
        }
    }

    /// Where neither is constant, two rows that differ in `x` and two that differ in `y` always
    /// leave a pair that differs in both.
    #[test]
    fn the_fewest_comparable_pairs() {
        let (x, y) = ([1.0, 1.0, 2.0], [0.1, 0.2, 0.1]);
        assert_eq!(ordered_share(&x, &y).unwrap(), 0.0);
        assert_eq!(kendall_tau_b(&x, &y).unwrap(), -0.5);
    }
}

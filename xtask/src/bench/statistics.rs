//! Medians, ratios and differences.

/// The middle one, or the mean of the two in the middle; `None` of nothing.
pub(crate) fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    let upper = *sorted.get(middle)?;
    Some(if sorted.len() % 2 == 1 { upper } else { f64::midpoint(sorted[middle - 1], upper) })
}

/// How many times as long as ours theirs takes: the median of the rounds' ratios, so that what slows
/// down a whole round (another program, a lower clock) cancels.
pub(crate) fn times_as_long(ours: &[f64], theirs: &[f64]) -> Option<f64> {
    let ratios: Vec<f64> = ours.iter().zip(theirs).map(|(ours, theirs)| theirs / ours).collect();
    median(&ratios)
}

/// The largest difference relative to the larger of 1 and their value; `None` if there are not equally
/// many or one is not a number.
pub(crate) fn largest_difference(ours: &[f64], theirs: &[f64]) -> Option<f64> {
    if ours.len() != theirs.len() {
        return None;
    }
    let differences =
        ours.iter().zip(theirs).map(|(ours, theirs)| (ours - theirs).abs() / theirs.abs().max(1.0));
    differences.map(|d| (!d.is_nan()).then_some(d)).try_fold(0.0, |most, d| Some(d?.max(most)))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::*;

    #[test]
    fn medians() {
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]), Some(2.5));
    }

    #[test]
    fn a_slow_round_cancels() {
        assert_eq!(times_as_long(&[1.0, 10.0, 1.0], &[4.0, 40.0, 4.0]), Some(4.0));
    }

    #[test]
    fn differences_are_relative_to_one_at_least() {
        assert_eq!(largest_difference(&[0.5, 100.0], &[0.25, 200.0]), Some(0.5));
        assert_eq!(largest_difference(&[1.0], &[]), None);
        assert_eq!(largest_difference(&[f64::NAN], &[1.0]), None);
        assert_eq!(largest_difference(&[], &[]), Some(0.0));
    }
}

//! From values to pixels, and where the ticks stand.

use crate::time::{self, civil, month_start};

/// A linear map of values onto pixels.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scale {
    from: (f64, f64),
    to: (f64, f64),
}

impl Scale {
    /// `from` must not be empty; see [`spread`].
    pub(crate) fn new(from: (f64, f64), to: (f64, f64)) -> Self {
        Self { from, to }
    }

    pub(crate) fn at(&self, value: f64) -> f64 {
        let share = (value - self.from.0) / (self.from.1 - self.from.0);
        // A value far outside would be a number that no browser can draw.
        let pixel = self.to.0 + share * (self.to.1 - self.to.0);
        pixel.clamp(-9_999.0, 19_999.0)
    }

    pub(crate) fn domain(&self) -> (f64, f64) {
        self.from
    }

    /// The pixels that values may have.
    pub(crate) fn range(&self) -> (f64, f64) {
        self.to
    }
}

/// The smallest range that holds all finite `values` and is not empty.
pub(crate) fn spread(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let fold = |(low, high): (f64, f64), value: f64| (low.min(value), high.max(value));
    let (low, high) =
        values.filter(|v| v.is_finite()).fold((f64::INFINITY, f64::NEG_INFINITY), fold);
    if low > high {
        return (0.0, 1.0);
    }
    if low < high {
        return (low, high);
    }
    let half = if low == 0.0 { 0.5 } else { low.abs() * 0.05 };
    (low - half, high + half)
}

/// `range` with some air at both ends.
pub(crate) fn padded((low, high): (f64, f64), share: f64) -> (f64, f64) {
    let air = (high - low) * share;
    (low - air, high + air)
}

/// Round values within `range`, at most about `most` of them, with the decimals they need.
pub(crate) fn ticks(range: (f64, f64), most: usize) -> (Vec<f64>, usize) {
    let rough = (range.1 - range.0) / most.max(1) as f64;
    multiples(range, most, round_step(rough, &[1.0, 2.0, 2.5, 5.0, 10.0]))
}

/// Whole numbers within `range`, at most about `most` of them.
pub(crate) fn whole_ticks(range: (f64, f64), most: usize) -> (Vec<f64>, usize) {
    let rough = ((range.1 - range.0) / most.max(1) as f64).max(1.0);
    multiples(range, most, round_step(rough, &[1.0, 2.0, 5.0, 10.0]))
}

/// The smallest of `factors` times a power of ten that is not below `rough`.
fn round_step(rough: f64, factors: &[f64]) -> f64 {
    let power = 10_f64.powf(rough.log10().floor());
    let mut steps = factors.iter().map(|factor| factor * power);
    steps.find(|&step| step >= rough * 0.999_999).unwrap_or(10.0 * power)
}

fn multiples((low, high): (f64, f64), most: usize, step: f64) -> (Vec<f64>, usize) {
    let decimals = (0_u8..12)
        .find(|&d| {
            (step * 10_f64.powi(d.into()) - (step * 10_f64.powi(d.into())).round()).abs() < 1e-6
        })
        .unwrap_or(12);
    let first = (low / step - 1e-9).ceil();
    let values = (0..=most * 3)
        .map(|k| (first + k as f64) * step)
        .take_while(|&value| value <= high + step * 1e-9);
    (values.collect(), decimals.into())
}

/// Instants within `range` (seconds) that begin a year, month, day or hour, with their texts; at most
/// about `most` of them.
pub(crate) fn time_ticks((low, high): (f64, f64), most: usize) -> Vec<(f64, String)> {
    let most = most.max(1) as f64;
    let rough = (high - low) / most;
    #[allow(clippy::cast_possible_truncation, reason = "seconds of a calendar")]
    let whole = |seconds: f64| seconds as i64;
    let (low_s, high_s) = (whole(low.ceil()), whole(high.floor()));
    let steps =
        [60, 300, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800];
    if let Some(&step) = steps.iter().find(|&&step| step as f64 >= rough && rough <= 604_800.0) {
        let text = |seconds: i64| {
            if step >= 86_400 { time::day(seconds) } else { time::minute(seconds)[5..].to_owned() }
        };
        // Weeks begin on Mondays; the epoch's first day was a Thursday.
        let offset = if step == 604_800 { 4 * 86_400 } else { 0 };
        let first = (low_s - offset).div_euclid(step) * step + offset;
        return (0..)
            .map(|k| first + k * step)
            .skip_while(|&t| t < low_s)
            .take_while(|&t| t <= high_s)
            .map(|t| (t as f64, text(t)))
            .collect();
    }
    let month = 30.44 * 86_400.0;
    let step =
        [1, 2, 3, 6, 12, 24, 60, 120, 600].into_iter().find(|&m| f64::from(m) * month >= rough);
    let step = i64::from(step.unwrap_or(1_200));
    let (year, first_month, _) = civil(low_s.div_euclid(86_400));
    let index = (year * 12 + i64::from(first_month) - 1).div_euclid(step) * step;
    (0..)
        .map(|k| index + k * step)
        .map(|index| month_start(index.div_euclid(12), index.rem_euclid(12) + 1) * 86_400)
        .skip_while(|&t| t < low_s)
        .take_while(|&t| t <= high_s)
        .map(|t| {
            (t as f64, if step >= 12 { time::month(t)[..4].to_owned() } else { time::month(t) })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_within() {
        let (found, decimals) = ticks((0.0, 0.43), 5);
        assert_eq!((found.len(), decimals), (5, 1));
        assert_eq!(ticks((-1.0, 1.0), 5).0, [-1.0, -0.5, 0.0, 0.5, 1.0]);
        assert_eq!(
            ticks((99_000.0, 121_000.0), 5).0,
            [100_000.0, 105_000.0, 110_000.0, 115_000.0, 120_000.0]
        );
    }

    #[test]
    fn counts_have_ticks_at_whole_numbers_only() {
        assert_eq!(whole_ticks((0.5, 10.5), 6), ((1..=5).map(|k| f64::from(k * 2)).collect(), 0));
        assert_eq!(whole_ticks((0.5, 20.5), 8).0, [5.0, 10.0, 15.0, 20.0]);
        assert_eq!(whole_ticks((0.0, 2.0), 9), (vec![0.0, 1.0, 2.0], 0));
    }

    #[test]
    fn times_stand_at_months_and_hours() {
        let year = (1_704_067_200.0, 1_735_603_200.0);
        let texts: Vec<_> = time_ticks(year, 5).into_iter().map(|(_, text)| text).collect();
        assert_eq!(texts, ["2024-01", "2024-04", "2024-07", "2024-10"]);
        let day = (1_704_067_200.0, 1_704_067_200.0 + 86_400.0);
        assert_eq!(time_ticks(day, 4)[1].1, "01-01 06:00");
    }

    #[test]
    fn nothing_and_one_value_have_a_range() {
        assert_eq!(spread(std::iter::empty()), (0.0, 1.0));
        assert_eq!(spread([f64::NAN, 0.0].into_iter()), (-0.5, 0.5));
        assert!(spread([3.0].into_iter()).0 < 3.0);
    }
}

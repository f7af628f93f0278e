//! Rates added up to periods of 8 hours, whatever their own interval is.

/// 8 hours, from midnight UTC.
const PERIOD_MICROS: i64 = 8 * 3_600_000_000;

/// Adds up the rates of each period, so that payments every 1, 2, 4 or 8 hours, also changing ones,
/// are payments of one kind.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Periods {
    /// The period of the last row.
    current: Option<i64>,
    /// Rates of its rows so far.
    sum: f64,
    /// Its rows so far.
    rows: i64,
    last_row: Option<i64>,
    /// The shortest time between two rows, which is the candles' interval.
    step: Option<i64>,
}

/// What the first row of a new period tells of the one before.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Ended {
    /// All its rows were there: the sum of its rates.
    Whole(f64),
    /// Rows were missing, and with them perhaps a payment.
    Torn,
    /// Its rows are further apart than the period is long.
    TooCoarse,
}

impl Periods {
    /// Takes the next row: its open time and what was paid by its close.
    pub(crate) fn update(&mut self, micros: i64, paid: f64) -> Option<Ended> {
        if let Some(last) = self.last_row.replace(micros) {
            let step = micros - last;
            self.step = Some(self.step.map_or(step, |shortest| shortest.min(step)));
        }
        let period = micros.div_euclid(PERIOD_MICROS);
        let ended = self.current.filter(|&current| current != period).map(|_| self.end());
        if ended.is_some() {
            (self.sum, self.rows) = (0.0, 0);
        }
        self.current = Some(period);
        self.sum += paid;
        self.rows += 1;
        ended
    }

    fn end(&self) -> Ended {
        match self.step {
            Some(step) if step > PERIOD_MICROS => Ended::TooCoarse,
            Some(step) if self.rows * step >= PERIOD_MICROS => Ended::Whole(self.sum),
            _ => Ended::Torn,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000_000;

    /// What ends over hourly rows with these payments at the hours given.
    fn ended(hours: impl Iterator<Item = i64>, paid: &[(i64, f64)]) -> Vec<Ended> {
        let mut periods = Periods::default();
        let rate =
            |hour: i64| paid.iter().find(|(at, _)| *at == hour).map_or(0.0, |(_, rate)| *rate);
        hours.filter_map(|hour| periods.update(hour * HOUR, rate(hour))).collect()
    }

    #[test]
    fn a_changing_interval_makes_the_same_periods() {
        // The row that opens at 7 closes with the payment of 8:00.
        let eight = [(7, 0.0004), (15, 0.0004), (23, 0.0004)];
        let four_from_the_second =
            [(7, 0.0004), (11, 0.0002), (15, 0.0002), (19, 0.0002), (23, 0.0002)];
        let whole = vec![Ended::Whole(0.0004); 3];
        assert_eq!(ended(0..25, &eight), whole);
        assert_eq!(ended(0..25, &four_from_the_second), whole);
    }

    #[test]
    fn a_period_with_rows_missing_is_torn() {
        let rows = (0..25).filter(|hour| *hour != 15);
        let payments = [(7, 0.0004), (15, 0.0004), (23, 0.0004)];
        assert_eq!(
            ended(rows, &payments),
            [Ended::Whole(0.0004), Ended::Torn, Ended::Whole(0.0004)]
        );
        assert_eq!(ended(3..9, &payments), [Ended::Torn]);
    }

    #[test]
    fn daily_rows_are_too_coarse() {
        assert_eq!(ended((0..3).map(|day| day * 24), &[]), [Ended::TooCoarse; 2]);
    }
}

//! Month by month, each judged by what was known when it began.

use calibration::corp_steps;
use chrono::TimeDelta;
use strategy_core::YearMonth;

use crate::EvaluationError;
use crate::hits::{self, Bootstrap};
use crate::judging::Judging;
use crate::note::Notes;
use crate::outcome::{Comparison, CorpSteps, Evaluation, Judged, MonthQuality};
use crate::paired;
use crate::quality::{self, LineIntervals};
use crate::rows::MonthRows;

/// An evaluation and the rows that it is of, for those who draw it.
#[derive(Debug)]
pub struct Evaluated {
    /// What came of it.
    pub evaluation: Evaluation,
    /// All months' rows.
    pub rows: MonthRows,
    /// For each month where its rows end in those of all, and the edges of its bins.
    pub months: Vec<(usize, Vec<f64>)>,
}

/// Judges `months`, whose rows `month_rows` scores by what was known when each began, in `n_bins` bins.
/// `block_rows` is the length of the bootstrap's blocks: see [`block_rows`].
///
/// A statistic that the rows do not define (AUC where all labels are equal, say) is `None`, with a note.
///
/// # Errors
/// When confidence or resamples cannot be; what `month_rows` fails with; [`EvaluationError::NoRows`].
pub fn evaluate<E: From<EvaluationError>>(
    judged: Judged,
    months: &[YearMonth],
    n_bins: u16,
    block_rows: usize,
    judging: &Judging,
    mut month_rows: impl FnMut(YearMonth, &mut Notes) -> Result<MonthRows, E>,
) -> Result<Evaluated, E> {
    let bootstrap = Bootstrap::new(judging, block_rows)?;
    let intervals = LineIntervals { confidence: judging.confidence, block_rows };

    let mut months = months.to_vec();
    months.sort_unstable();
    months.dedup();
    let mut notes = Notes::default();
    let mut pooled = MonthRows::default();
    let mut by_month = Vec::with_capacity(months.len());
    let mut ends = Vec::with_capacity(months.len());
    for month in months {
        let rows = month_rows(month, &mut notes)?;
        let comparison = compare(&rows, &month.to_string(), intervals, &mut notes);
        by_month.push(MonthQuality { month, in_sample_rows: rows.in_sample, comparison });
        pooled.append(rows);
        ends.push((pooled.labels.len(), pooled.edges.clone()));
    }
    if let (true, Some(first), Some(last)) =
        (pooled.labels.is_empty(), by_month.first(), by_month.last())
    {
        return Err(EvaluationError::NoRows { from: first.month, to: last.month }.into());
    }
    let overall = compare(&pooled, "all months", intervals, &mut notes);
    let steps = |p: &[f64]| corp_steps(p, &pooled.labels).unwrap_or_default();
    let corp = CorpSteps {
        raw: steps(&pooled.raw),
        platt: steps(&pooled.platt),
        isotonic: steps(&pooled.isotonic),
    };
    let platt_less_isotonic = paired::platt_less_isotonic(&pooled, judging, block_rows, &mut notes);
    let bins = hits::bins(&pooled, n_bins, &bootstrap, &mut notes)?;
    let ordering = hits::ordering(&bins, &mut notes);
    let signals =
        if pooled.has_rule { Some(hits::signals(&pooled, &bootstrap, &mut notes)?) } else { None };
    let evaluation = Evaluation {
        judged,
        confidence: judging.confidence,
        resamples: judging.resamples,
        block_rows: block_rows as u64,
        seed: judging.seed,
        months: by_month,
        overall,
        corp,
        platt_less_isotonic,
        bins,
        ordering,
        signals,
        warnings: pooled.warnings.clone(),
        notes: notes.into_vec(),
    };
    Ok(Evaluated { evaluation, rows: pooled, months: ends })
}

/// `horizons` label horizons in rows, rounded up.
#[must_use]
pub fn block_rows(horizon: TimeDelta, interval: TimeDelta, horizons: u16) -> usize {
    let micros = |span: TimeDelta| span.num_microseconds().unwrap_or(i64::MAX / 2);
    let interval = micros(interval).max(1);
    let rows =
        micros(horizon).saturating_mul(horizons.into()).saturating_add(interval - 1) / interval;
    usize::try_from(rows).unwrap_or(1).max(1)
}

fn compare(
    rows: &MonthRows,
    about: &str,
    intervals: LineIntervals,
    notes: &mut Notes,
) -> Comparison {
    let hits = rows.labels.iter().filter(|&&label| label).count();
    let n = rows.labels.len();
    let mut quality =
        |name: &str, p: &[f64]| quality::quality(p, &rows.labels, (about, name), intervals, notes);
    Comparison {
        rows: n as u64,
        without_label: rows.without_label,
        base_rate: (n > 0).then(|| hits as f64 / n as f64),
        raw: quality("raw", &rows.raw),
        platt: quality("platt", &rows.platt),
        isotonic: quality("isotonic", &rows.isotonic),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_horizons_in_rows() {
        let hour = TimeDelta::hours(1);
        assert_eq!(block_rows(hour * 24, hour, 1), 24);
        assert_eq!(block_rows(hour * 24, hour, 3), 72);
        assert_eq!(block_rows(hour, hour * 4, 1), 1);
        assert_eq!(block_rows(hour * 6, hour * 4, 1), 2);
        assert_eq!(block_rows(hour, TimeDelta::zero(), 0), 1);
    }
}

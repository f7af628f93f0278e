//! The evaluation as a page to look at.

use payoffs::{GroupPayoff, Money};
use report::Tone;
use report::pages::{Bin, Evaluation as Page, Measured, Method, Month, Payoff};
use statistics::Interval;
use strategy_core::Side;
use terminal::counted;

use crate::{Comparison, Evaluated, Evaluation, HitRate, MonthQuality, MonthRows, Quality};

/// Stretches of the density.
const STRETCHES: usize = 40;

/// The page of `evaluated`, whose labels look `horizon_rows` rows ahead and whose trades paid `money` (or
/// why none follow). `break_even` is the share of take profits at which a long that ends at a barrier earns
/// its costs, where the label has barriers; `origin` says what the command knows.
#[must_use]
pub fn page(
    evaluated: &Evaluated,
    horizon_rows: f64,
    money: Result<&Money, &str>,
    break_even: Option<f64>,
    origin: Vec<(String, String)>,
) -> Page {
    let Evaluated { evaluation, rows, .. } = evaluated;
    let tones = tones(rows, evaluation.bins.len());
    let span = |k: usize| evaluation.months.get(k).map(|month| month.month.to_string());
    let range = span(0).zip(span(evaluation.months.len().wrapping_sub(1)));
    let notes = evaluation
        .notes
        .iter()
        .map(|note| format!("{}: {}: {}", note.about, note.statistics.join(", "), note.reason));
    let of_money = match money {
        Ok(paid) => paid.notes.clone(),
        Err(why) => vec![format!("no payoffs in money: {why}")],
    };
    Page {
        dataset: evaluation.judged.dataset.clone(),
        facts: vec![
            format!("run {}", evaluation.judged.run_name),
            format!("label {}", evaluation.judged.target_key),
            range.map_or(String::new(), |(from, to)| format!("{from} to {to}")),
            format!(
                "bins by {}, each month's from the {} before it",
                evaluation.judged.method,
                counted(evaluation.judged.lookback_months, "month")
            ),
        ],
        warnings: evaluation.warnings.iter().cloned().chain(notes).chain(of_money).collect(),
        rows: evaluation.overall.rows,
        base_rate: evaluation.overall.base_rate,
        independent_rows: Some(evaluation.overall.rows as f64 / horizon_rows),
        confidence: evaluation.confidence,
        bootstrap: format!(
            "{} resamples of blocks of {} rows, seed {}",
            evaluation.resamples, evaluation.block_rows, evaluation.seed
        ),
        methods: vec![
            method("raw", &evaluation.overall.raw, &evaluation.corp.raw),
            method("platt", &evaluation.overall.platt, &evaluation.corp.platt),
            method("isotonic", &evaluation.overall.isotonic, &evaluation.corp.isotonic),
        ],
        judged: match evaluation.judged.method {
            calibration::CalibrationMethod::Platt => 1,
            calibration::CalibrationMethod::Isotonic => 2,
        },
        density: density(&rows.judged),
        months: months(evaluated),
        bins: evaluation
            .bins
            .iter()
            .enumerate()
            .map(|(k, bin)| Bin {
                number: bin.bin,
                tone: tones[k],
                rows: bin.hit_rate.rows,
                mean_p: bin.mean_p_cal,
                hit_rate: measured(&bin.hit_rate),
                payoff: money.ok().and_then(|paid| payoff(&paid.bins.get(k)?.money.long)),
            })
            .collect(),
        kendall_tau: evaluation.ordering.kendall_tau,
        ordered_share: evaluation.ordering.ordered_share,
        break_even,
        payoff_rule: match money {
            Ok(paid) => format!(
                "A long from each row, filled at the next open, ended by the label's own barriers or its horizon; {}.",
                paid.costs
            ),
            Err(_) => String::new(),
        },
        sides: evaluation.signals.as_ref().map_or_else(Vec::new, |signals| {
            let side = |name: &str, rate: &HitRate, payoff| {
                (name.to_owned(), rate.rows, measured(rate), payoff)
            };
            vec![
                side("long", &signals.long, money.ok().and_then(|paid| payoff(&paid.signals.long))),
                side(
                    "short",
                    &signals.short,
                    money.ok().and_then(|paid| payoff(&paid.signals.short)),
                ),
            ]
        }),
        origin,
    }
}

fn payoff(group: &GroupPayoff) -> Option<Payoff> {
    Some(Payoff { rows: group.rows, mean: group.net_payoff?, interval: group.interval.map(pair) })
}

fn measured(rate: &HitRate) -> Measured {
    Measured {
        value: rate.hit_rate,
        wilson: rate.wilson.map(pair),
        bootstrap: rate.bootstrap.map(pair),
    }
}

fn pair(interval: Interval) -> (f64, f64) {
    (interval.lower, interval.upper)
}

fn method(name: &str, quality: &Quality, corp: &[(f64, f64)]) -> Method {
    Method {
        name: name.to_owned(),
        brier: quality.brier,
        decomposition: quality
            .brier_parts
            .map(|parts| (parts.miscalibration, parts.discrimination, parts.uncertainty)),
        log_loss: quality.log_loss,
        auc: quality.auc,
        slope: quality.calibration_slope,
        intercept: quality.calibration_intercept,
        z: quality.spiegelhalter_z,
        corp: corp.to_vec(),
    }
}

/// Rows in stretches of probability of equal width.
fn density(p: &[f64]) -> Vec<(f64, f64, u64)> {
    let top = p.iter().copied().fold(0.0, f64::max);
    if top <= 0.0 {
        return Vec::new();
    }
    let width = top / STRETCHES as f64;
    let mut rows = vec![0; STRETCHES];
    for p in p {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an index")]
        let stretch = ((p / width) as usize).min(STRETCHES - 1);
        rows[stretch] += 1;
    }
    let stretch = |(k, rows)| (k as f64 * width, (k + 1) as f64 * width, rows);
    rows.into_iter().enumerate().map(stretch).collect()
}

fn months(evaluated: &Evaluated) -> Vec<Month> {
    let Evaluated { evaluation, rows, months } = evaluated;
    let mut from = 0;
    let month = |(found, (end, edges)): (&MonthQuality, &(usize, Vec<f64>))| {
        let range = from..*end;
        from = *end;
        let y = &rows.labels[range.clone()];
        let quality = judged(evaluation, &found.comparison);
        let n = evaluation.bins.len();
        let (mut bin_rows, mut hits) = (vec![0_u64; n], vec![0_u64; n]);
        for (&bin, &label) in rows.bins[range].iter().zip(y) {
            bin_rows[usize::from(bin) - 1] += 1;
            hits[usize::from(bin) - 1] += u64::from(label);
        }
        let rate = |(&rows, &hits): (&u64, &u64)| (rows > 0).then(|| hits as f64 / rows as f64);
        Month {
            name: found.month.to_string(),
            start: found.month.start().timestamp(),
            rows: found.comparison.rows,
            base_rate: found.comparison.base_rate,
            brier: quality.brier,
            auc: quality.auc,
            slope: quality
                .calibration_slope
                .map(|slope| (slope, quality.calibration_slope_interval.map(pair))),
            intercept: quality
                .calibration_intercept
                .map(|intercept| (intercept, quality.calibration_intercept_interval.map(pair))),
            z: quality.spiegelhalter_z,
            bin_hit_rates: bin_rows.iter().zip(&hits).map(rate).collect(),
            bin_rows,
            edges: edges.clone(),
        }
    };
    evaluation.months.iter().zip(months).map(month).collect()
}

fn judged<'a>(evaluation: &Evaluation, comparison: &'a Comparison) -> &'a Quality {
    match evaluation.judged.method {
        calibration::CalibrationMethod::Platt => &comparison.platt,
        calibration::CalibrationMethod::Isotonic => &comparison.isotonic,
    }
}

/// The side that each bin takes, as its rows did.
fn tones(rows: &MonthRows, n_bins: usize) -> Vec<Tone> {
    let mut tones = vec![Tone::Neutral; n_bins];
    for (&bin, side) in rows.bins.iter().zip(&rows.sides) {
        tones[usize::from(bin) - 1] = tone(*side);
    }
    tones
}

/// The colour of a side.
#[must_use]
pub fn tone(side: Side) -> Tone {
    match side {
        Side::Long => Tone::Long,
        Side::Short => Tone::Short,
        Side::NoSignal => Tone::Neutral,
    }
}

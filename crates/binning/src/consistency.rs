//! What must hold between the parts of bin metadata.

use std::collections::HashSet;

use calibration::CalibrationMethod;
use labeling::LabelSource;

use crate::list::LONGEST;
use crate::{BinPayoffs, BinRecord, BinningError, Diagnostics, MetadataParts, PayoffTally};

/// How far rounding may take the mean of a bin's values beyond them: a sum of `n` numbers is off by
/// `n · 1.1e−16` of itself at most, so this is safe up to 10^9 rows.
const ROUNDING: f64 = 1e-6;

pub(crate) fn check(parts: &MetadataParts) -> Result<(), BinningError> {
    check_names(parts)?;
    check_window(parts)?;
    check_label(parts)?;
    check_calibrator(parts)?;
    check_diagnostics(&parts.diagnostics)?;
    check_bins(parts)?;
    check_payoffs(parts)
}

fn check_names(parts: &MetadataParts) -> Result<(), BinningError> {
    for (field, text) in [
        ("model_path", &parts.model_path),
        ("matched_model_path", &parts.matched_model_path),
        ("software_version", &parts.software_version),
    ] {
        ensure(!text.is_empty(), field, || "it is empty".to_owned())?;
    }
    let hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    ensure(
        parts.fingerprint.len() == 64 && parts.fingerprint.bytes().all(hex),
        "fingerprint",
        || format!("`{:.80}` is not 64 lowercase hex digits", parts.fingerprint),
    )
}

fn check_window(parts: &MetadataParts) -> Result<(), BinningError> {
    let (start, end) = (parts.cal_window_start, parts.cal_window_end);
    let month = parts.key.month();
    ensure(end == month.start(), "cal_window_end", || {
        format!("{end} is not the start of the month {month}")
    })?;
    ensure(start < end, "cal_window_start", || format!("{start} is not before its end {end}"))?;
    ensure(parts.cal_rows > 0, "cal_rows", || "there are none".to_owned())?;

    let rows = total(parts.sources.iter().map(|source| source.rows));
    ensure(rows == Some(parts.cal_rows), "prediction_sources", || {
        format!("their rows do not add up to cal_rows, {}", parts.cal_rows)
    })?;
    let count = parts.sources.len();
    ensure(count <= LONGEST, "prediction_sources", || format!("{count} of at most {LONGEST}"))?;
    let mut names = HashSet::new();
    for source in &parts.sources {
        let fresh = names.insert(source.name.as_str());
        ensure(fresh && !source.name.is_empty(), "prediction_sources", || {
            format!("the name `{}` is empty or stands there twice", source.name)
        })?;
    }
    Ok(())
}

fn check_label(parts: &MetadataParts) -> Result<(), BinningError> {
    let label = &parts.label;
    ensure(!label.target_key.is_empty(), "label.target_key", || "it is empty".to_owned())?;
    let (fits, reason) = match label.source {
        LabelSource::Candles => (label.tie_policy.is_some(), "labels from candles need one"),
        LabelSource::Targets => (label.tie_policy.is_none(), "labels from `targets` have none"),
    };
    ensure(fits, "label.tie_policy", || reason.to_owned())
}

fn check_calibrator(parts: &MetadataParts) -> Result<(), BinningError> {
    for &edge in parts.edges.as_slice() {
        probability("bin_edges", edge)?;
    }
    let Some(fit) = parts.fit else { return Ok(()) };
    let method = parts.calibrator.method();
    ensure(method == CalibrationMethod::Platt, "fit", || format!("{method} has none"))?;
    not_negative("fit.gradient_norm", fit.gradient_norm)
}

fn check_diagnostics(found: &Diagnostics) -> Result<(), BinningError> {
    probability("diagnostics.base_rate", found.base_rate)?;
    probability("diagnostics.brier_before", found.brier_before)?;
    probability("diagnostics.brier_after", found.brier_after)?;
    not_negative("diagnostics.log_loss_before", found.log_loss_before)?;
    not_negative("diagnostics.log_loss_after", found.log_loss_after)?;
    probability("diagnostics.ece_before", found.ece_before)?;
    probability("diagnostics.ece_after", found.ece_after)
}

/// The table of bins is about these edges and these rows.
fn check_bins(parts: &MetadataParts) -> Result<(), BinningError> {
    const FIELD: &str = "diagnostics.bins";
    let bins = &parts.diagnostics.bins;
    let wanted = parts.edges.n_bins();
    ensure(bins.len() == usize::from(wanted.get()), FIELD, || {
        format!("{} records for {wanted} bins", bins.len())
    })?;
    for (number, record) in parts.edges.bins().zip(bins) {
        ensure(record.bin == number, FIELD, || {
            format!("bin {} stands where bin {number} belongs", record.bin)
        })?;
        ensure((record.lower, record.upper) == parts.edges.bounds(number), FIELD, || {
            format!("bin {number} has other bounds than its edges")
        })?;
        check_bin(record)?;
    }
    ensure(total(bins.iter().map(|bin| bin.rows)) == Some(parts.cal_rows), FIELD, || {
        format!("their rows do not add up to cal_rows, {}", parts.cal_rows)
    })
}

fn check_bin(record: &BinRecord) -> Result<(), BinningError> {
    const FIELD: &str = "diagnostics.bins";
    let BinRecord { bin, rows, mean_p_cal, hit_rate, hit_rate_lower, hit_rate_upper, .. } = *record;
    let figures = [mean_p_cal, hit_rate, hit_rate_lower, hit_rate_upper];
    ensure(figures.iter().all(|figure| figure.is_some() == (rows > 0)), FIELD, || {
        format!("bin {bin} with {rows} rows must have means and an interval exactly if it has rows")
    })?;
    for figure in figures.into_iter().flatten() {
        probability(FIELD, figure)?;
    }
    let empty = record.lower.is_some() && record.lower == record.upper;
    ensure(!empty || rows == 0, FIELD, || format!("bin {bin} has rows between equal edges"))?;
    if let Some(mean) = mean_p_cal {
        let above = record.lower.is_none_or(|lower| mean >= lower - ROUNDING);
        let below = record.upper.is_none_or(|upper| mean <= upper + ROUNDING);
        ensure(above && below, FIELD, || format!("the mean {mean} of bin {bin} lies outside it"))?;
    }
    let within = hit_rate_lower <= hit_rate && hit_rate <= hit_rate_upper;
    ensure(within, FIELD, || format!("the hit rate of bin {bin} lies outside its interval"))
}

/// Payoffs are about rows of the window, one long and one short trade each.
fn check_payoffs(parts: &MetadataParts) -> Result<(), BinningError> {
    const FIELD: &str = "payoffs";
    let Some(payoffs) = &parts.payoffs else { return Ok(()) };
    let bins = &parts.diagnostics.bins;
    for (name, side) in [("long", &payoffs.long), ("short", &payoffs.short)] {
        ensure(side.len() == bins.len(), FIELD, || {
            format!("{} {name} records for {} bins", side.len(), bins.len())
        })?;
        for (payoffs, bin) in side.iter().zip(bins) {
            ensure(payoffs.bin == bin.bin, FIELD, || {
                format!("bin {} stands where bin {} belongs", payoffs.bin, bin.bin)
            })?;
            let n = check_bin_payoffs(payoffs)
                .map_err(|reason| BinningError::Inconsistent { field: FIELD, reason })?;
            ensure(n <= bin.rows, FIELD, || {
                format!("{n} {name} trades of {} rows in bin {}", bin.rows, bin.bin)
            })?;
        }
        let rows = total(side.iter().map(|bin| bin.total().n));
        ensure(rows == Some(payoffs.rows), FIELD, || {
            format!("the {name} trades do not add up to {} rows", payoffs.rows)
        })?;
    }
    let same = payoffs.long.iter().zip(&payoffs.short).all(|(a, b)| a.total().n == b.total().n);
    ensure(same, FIELD, || "a bin has another number of long trades than of short ones".to_owned())
}

/// The number of the bin's trades.
fn check_bin_payoffs(bin: &BinPayoffs) -> Result<u64, String> {
    let mut n = 0_u64;
    let mut duration = 0_u64;
    for tally in bin.tallies() {
        check_tally(&tally)?;
        n = n.checked_add(tally.n).ok_or("more trades than can be counted")?;
        duration = duration.checked_add(tally.duration).ok_or("a duration beyond 2^64")?;
    }
    let most = n as f64 * (1.0 + ROUNDING);
    if !((0.0..=most).contains(&bin.effective_n) && (bin.effective_n > 0.0) == (n > 0)) {
        return Err(format!("effective number {} of {n} trades", bin.effective_n));
    }
    let squares = bin.block_squares;
    if !(squares >= 0.0 && squares.is_finite() && (n > 0 || squares == 0.0)) {
        return Err(format!("block squares {squares} of {n} trades"));
    }
    Ok(n)
}

fn check_tally(tally: &PayoffTally) -> Result<(), String> {
    let PayoffTally { n, sum, sum_of_squares, duration } = *tally;
    let fits = sum.is_finite()
        && sum_of_squares.is_finite()
        // Cauchy and Schwarz: (Σg)² ≤ n·Σg².
        && sum * sum <= n as f64 * sum_of_squares * (1.0 + ROUNDING)
        && (n > 0 || sum_of_squares == 0.0)
        && duration >= n
        && (n > 0 || duration == 0);
    let reason =
        || format!("{n} payoffs with sum {sum}, squares {sum_of_squares}, duration {duration}");
    if fits { Ok(()) } else { Err(reason()) }
}

fn total(mut rows: impl Iterator<Item = u64>) -> Option<u64> {
    rows.try_fold(0_u64, u64::checked_add)
}

fn probability(field: &'static str, value: f64) -> Result<(), BinningError> {
    ensure((0.0..=1.0).contains(&value), field, || format!("{value} is not within 0 to 1"))
}

fn not_negative(field: &'static str, value: f64) -> Result<(), BinningError> {
    ensure(value >= 0.0 && value.is_finite(), field, || {
        format!("{value} is not a finite number from 0 on")
    })
}

fn ensure(
    holds: bool,
    field: &'static str,
    reason: impl FnOnce() -> String,
) -> Result<(), BinningError> {
    if holds { Ok(()) } else { Err(BinningError::Inconsistent { field, reason: reason() }) }
}

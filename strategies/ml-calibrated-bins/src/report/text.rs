//! The report that a person reads.

use std::io::{self, Write};

use binning::{BinMetadata, BinRecord, MetadataParts};
use calibration::Calibrator;
use chrono::{DateTime, Utc};
use labeling::LabelSource;

use crate::backfill::{MonthDone, MonthOutcome};
use terminal::plain;
use terminal::{count, per_cent, probability};

/// What a rebuild did for one month.
pub(crate) fn month(done: &MonthDone, out: &mut dyn Write) -> io::Result<()> {
    if let MonthOutcome::Written(rebuilt) = &done.outcome {
        metadata(&rebuilt.metadata, out)?;
    }
    for warning in done.outcome.warnings() {
        writeln!(out, "warning: {warning}")?;
    }
    let path = done.path.display();
    match &done.outcome {
        MonthOutcome::Written(rebuilt) if rebuilt.warnings.is_empty() => {
            writeln!(out, "wrote {path}")
        }
        MonthOutcome::Written(_) => writeln!(out, "\nwrote {path}"),
        MonthOutcome::Kept(_) => writeln!(out, "{} kept: {path} exists", done.month),
        MonthOutcome::LeftOut => writeln!(out, "{} left out: it has no bins", done.month),
        // The command's error tells of these.
        MonthOutcome::Failed(_) | MonthOutcome::NotBegun => Ok(()),
    }
}

/// Everything that is stored about the bins of a month.
pub(crate) fn metadata(metadata: &BinMetadata, out: &mut dyn Write) -> io::Result<()> {
    let parts = metadata.parts();
    writeln!(out, "Calibrated bins of {} for {}\n", parts.key.dataset(), parts.key.month())?;
    for (name, value) in facts(parts) {
        writeln!(out, "{name:<11}{value}")?;
    }
    let quality = &parts.diagnostics;
    writeln!(out, "\nIn the window    before calibration    after")?;
    for (name, before, after) in [
        ("Brier", quality.brier_before, quality.brier_after),
        ("log loss", quality.log_loss_before, quality.log_loss_after),
        ("ECE", quality.ece_before, quality.ece_after),
    ] {
        writeln!(out, "{name:<13}{before:>22.6}{after:>9.6}")?;
    }
    let header = ["bin", "from", "up to", "rows", "mean p", "hit rate", "95 % interval"];
    writeln!(out, "\n{}\n", plain(&header, 0, quality.bins.iter().map(bin_row)))
}

/// Names and values, in the order in which a careful person asks.
pub(super) fn facts(parts: &MetadataParts) -> Vec<(&'static str, String)> {
    let left_out = &parts.label.left_out;
    let mut facts = vec![
        ("run", parts.key.run_name().to_owned()),
        ("model", parts.matched_model_path.clone()),
        (
            "window",
            format!(
                "{} up to {} UTC",
                minute(parts.cal_window_start),
                minute(parts.cal_window_end)
            ),
        ),
        ("labels", labels(parts)),
        ("rows", rows(parts)),
        ("left out", {
            let reasons = [
                (left_out.after_cutoff, "label not known when the month began"),
                (left_out.without_label, "no label"),
                (left_out.in_gap, "label over a gap in the candles"),
            ];
            list(reasons.iter().map(|&(rows, reason)| (rows, reason.to_owned())))
        }),
        ("base rate", per_cent(Some(parts.diagnostics.base_rate))),
    ];
    facts.push(("fit", fit(parts)));
    facts.push((
        "made",
        format!(
            "{} by version {}",
            parts.created_at.format("%Y-%m-%d %H:%M:%S UTC"),
            parts.software_version
        ),
    ));
    facts.push(("inputs", format!("BLAKE3 {}", parts.fingerprint)));
    facts
}

fn minute(instant: DateTime<Utc>) -> impl std::fmt::Display {
    instant.format("%Y-%m-%d %H:%M")
}

fn labels(parts: &MetadataParts) -> String {
    let source = match (parts.label.source, &parts.label.tie_policy) {
        (LabelSource::Targets, _) => "from the table targets".to_owned(),
        (LabelSource::Candles, Some(policy)) => format!("from the candles, ties {policy}"),
        (LabelSource::Candles, None) => "from the candles".to_owned(),
    };
    format!("{} {source}; cutoff {}", parts.label.target_key, parts.label.cutoff)
}

fn rows(parts: &MetadataParts) -> String {
    let sources = parts.sources.iter().map(|source| {
        let name = match source.name.as_str() {
            "predictions" => "out of sample",
            "pred_train" => "in sample, from pred_train.csv",
            other => other,
        };
        (source.rows, name.to_owned())
    });
    format!("{} calibrated: {}", count(parts.cal_rows), list(sources))
}

/// `12 of this, 3 of that`, without what there is none of.
fn list(parts: impl Iterator<Item = (u64, String)>) -> String {
    let some: Vec<_> = parts
        .filter(|(rows, _)| *rows > 0)
        .map(|(rows, what)| format!("{} {what}", count(rows)))
        .collect();
    if some.is_empty() { "none".to_owned() } else { some.join(", ") }
}

fn fit(parts: &MetadataParts) -> String {
    match (&parts.calibrator, parts.fit) {
        (Calibrator::Platt(platt), Some(fit)) => format!(
            "platt: slope {:.6}, intercept {:.6}; {} iterations, gradient norm {:.1e}",
            platt.slope(),
            platt.intercept(),
            fit.iterations,
            fit.gradient_norm
        ),
        (Calibrator::Platt(platt), None) => {
            format!("platt: slope {:.6}, intercept {:.6}", platt.slope(), platt.intercept())
        }
        (Calibrator::Isotonic(isotonic), _) => {
            format!("isotonic: {} thresholds", count(isotonic.x().len() as u64))
        }
    }
}

fn bin_row(bin: &BinRecord) -> Vec<String> {
    let interval = match (bin.hit_rate_lower, bin.hit_rate_upper) {
        (Some(lower), Some(upper)) => {
            format!("{:.1} to {:.1} %", lower * 100.0, upper * 100.0)
        }
        _ if !bin.reachable => "unreachable".to_owned(),
        _ => String::new(),
    };
    vec![
        bin.bin.to_string(),
        probability(bin.lower),
        probability(bin.upper),
        count(bin.rows),
        probability(bin.mean_p_cal),
        per_cent(bin.hit_rate),
        interval,
    ]
}

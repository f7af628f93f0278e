//! The bins of a month as people read them.

use std::io::{self, Write};

use artifacts::{Listed, Shown};
use calibration::Calibrator;
use chrono::{DateTime, Utc};
use labeling::LabelSource;
use terminal::{count, per_cent, plain, probability};

use crate::{BinMetadata, BinRecord, MetadataParts, MetadataRecord};

impl Shown for BinMetadata {
    type Record = MetadataRecord;
    const ROOT_FLAG: &'static str = "--bins-root";
    const COLUMNS: &'static [&'static str] =
        &["rows", "base rate", "slope", "Brier before", "after"];

    fn cells(&self) -> Vec<String> {
        let parts = self.parts();
        let quality = &parts.diagnostics;
        let slope = match &parts.calibrator {
            Calibrator::Platt(platt) => format!("{:.4}", platt.slope()),
            Calibrator::Isotonic(_) => String::new(),
        };
        vec![
            count(parts.cal_rows),
            per_cent(Some(quality.base_rate)),
            slope,
            probability(Some(quality.brier_before)),
            probability(Some(quality.brier_after)),
        ]
    }

    fn listed(&self) -> Vec<Listed> {
        let parts = self.parts();
        let (method, n_bins) = (parts.calibrator.method().to_string(), parts.edges.n_bins().get());
        let (in_sample, base_rate) = (parts.in_sample_rows(), parts.diagnostics.base_rate);
        let made = parts.created_at.format("%Y-%m-%dT%H:%M:%SZ").to_string();
        let listed = |name, title, value, text| Listed { name, title, value, text };
        let some = if in_sample == 0 { String::new() } else { count(in_sample) };
        vec![
            listed("calibration_method", "method", method.clone().into(), method),
            listed("n_bins", "bins", n_bins.into(), n_bins.to_string()),
            listed("cal_rows", "rows", parts.cal_rows.into(), count(parts.cal_rows)),
            listed("in_sample_rows", "in sample", in_sample.into(), some),
            listed("base_rate", "base rate", base_rate.into(), per_cent(Some(base_rate))),
            listed("created_at", "made", made.clone().into(), made),
        ]
    }

    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        write(self, out)
    }

    fn record(&self) -> MetadataRecord {
        self.to_record()
    }
}

/// Everything that is stored about the bins of a month.
fn write(metadata: &BinMetadata, out: &mut dyn Write) -> io::Result<()> {
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
#[must_use]
pub fn facts(parts: &MetadataParts) -> Vec<(&'static str, String)> {
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

//! One month's bins, or two, as a page to look at.

use artifacts::MonthKey;
use binning::BinMetadata;
use calibration::Calibrator;
use evaluation::page::tone;
use report::Tone;
use report::pages::{BinShape, Inspection, MonthBins};

use crate::SignalRule;
use crate::month_bins::{checked, in_sample_caution};

/// Points of the calibrator's curve.
const POINTS: u32 = 200;

/// The page of `months`, which are of one run.
pub(crate) fn page(
    months: &[&BinMetadata],
    rule: SignalRule,
    origin: Vec<(String, String)>,
) -> Inspection {
    let key = months.first().map(|month| month.key());
    let text = |of: fn(&MonthKey) -> &str| key.map(of).unwrap_or_default().to_owned();
    let names: Vec<String> = months.iter().map(|month| month.bin_month().to_string()).collect();
    Inspection {
        dataset: text(MonthKey::dataset),
        facts: vec![format!("run {}", text(MonthKey::run_name)), names.join(" and ")],
        warnings: months
            .iter()
            .flat_map(|month| in_sample_caution(month).into_iter().chain(unreachable(month)))
            .collect(),
        months: months.iter().map(|month| month_bins(month, rule)).collect(),
        origin,
    }
}

fn unreachable(month: &BinMetadata) -> Option<String> {
    let bins = month.unreachable_bins();
    let names: Vec<String> = bins.iter().map(ToString::to_string).collect();
    (!bins.is_empty())
        .then(|| format!("{}: no score leads to the bins {}", month.bin_month(), names.join(", ")))
}

fn month_bins(metadata: &BinMetadata, rule: SignalRule) -> MonthBins {
    let parts = metadata.parts();
    let rule = checked(rule, metadata).ok();
    let quality = &parts.diagnostics;
    let facts = binning::facts(parts).into_iter();
    let bins = quality.bins.iter().map(|bin| BinShape {
        number: bin.bin,
        tone: rule.map_or(Tone::Neutral, |rule| tone(rule.side(bin.bin))),
        lower: bin.lower,
        upper: bin.upper,
        rows: bin.rows,
        mean_p: bin.mean_p_cal,
        hit_rate: bin.hit_rate,
        interval: bin.hit_rate_lower.zip(bin.hit_rate_upper),
        reachable: bin.reachable,
    });
    MonthBins {
        name: metadata.bin_month().to_string(),
        facts: facts.map(|(name, value)| (name.to_owned(), value)).collect(),
        rows: parts.cal_rows,
        base_rate: quality.base_rate,
        quality: vec![
            ("Brier".to_owned(), quality.brier_before, quality.brier_after),
            ("log loss".to_owned(), quality.log_loss_before, quality.log_loss_after),
            ("ECE".to_owned(), quality.ece_before, quality.ece_after),
        ],
        curve: curve(metadata.calibrator()),
        bins: bins.collect(),
    }
}

/// Raw scores over their whole range and what becomes of them.
fn curve(calibrator: &Calibrator) -> Vec<(f64, f64)> {
    let score = |k: u32| f64::from(k) / f64::from(POINTS);
    (0..=POINTS).filter_map(|k| Some((score(k), calibrator.predict_one(score(k)).ok()?))).collect()
}

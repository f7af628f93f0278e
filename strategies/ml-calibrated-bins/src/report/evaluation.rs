//! The evaluation that a person reads.

use std::io::{self, Write};

use statistics::Interval;

use super::number::count;
use super::table;
use crate::{Comparison, Evaluation, HitRate, Quality};

/// Where there is no value.
const NONE: &str = "–";

/// The whole evaluation as text.
pub(crate) fn write(evaluation: &Evaluation, out: &mut dyn Write) -> io::Result<()> {
    let Evaluation { dataset, run_name, target_key, method, .. } = evaluation;
    writeln!(out, "Walk-forward evaluation of {dataset}\n")?;
    writeln!(out, "run    {run_name}\nlabel  {target_key}")?;
    writeln!(
        out,
        "Each month scored by what was known when it began, from the {} months before it.\n",
        evaluation.lookback_months
    )?;
    let months = evaluation
        .months
        .iter()
        .flat_map(|month| comparison(&month.month.to_string(), &month.comparison));
    let rows = months.chain(comparison("all", &evaluation.overall));
    let header = [
        "month",
        "score",
        "rows",
        "no label",
        "base rate",
        "Brier",
        "log loss",
        "AUC",
        "ECE width",
        "ECE mass",
        "slope",
        "intercept",
        "z",
        "p",
    ];
    writeln!(out, "{}\n", table::plain(&header, 2, rows))?;

    let confidence = format!("{} %", evaluation.confidence * 100.0);
    let wilson = format!("Wilson {confidence}");
    let bootstrap = format!("bootstrap {confidence}");
    writeln!(out, "Bins by {method}, all months")?;
    let bins = evaluation.bins.iter().map(|bin| {
        let mut row = vec![bin.bin.to_string(), fixed(bin.mean_p_cal, 4)];
        row.extend(hit_rate(&bin.hit_rate));
        row
    });
    let header = ["bin", "mean p", "rows", "hit rate", &wilson, &bootstrap];
    writeln!(out, "{}", table::plain(&header, 0, bins))?;
    writeln!(
        out,
        "Kendall's tau of bin and hit rate {}; {} of the pairs of bins in order\n",
        fixed(evaluation.ordering.kendall_tau, 3),
        per_cent(evaluation.ordering.ordered_share)
    )?;
    if let Some(signals) = &evaluation.signals {
        writeln!(out, "Signals by {method}, all months; a good short side has a low hit rate")?;
        let sides = [("long", &signals.long), ("short", &signals.short)].map(|(name, rate)| {
            let mut row = vec![name.to_owned()];
            row.extend(hit_rate(rate));
            row
        });
        let header = ["side", "rows", "hit rate", &wilson, &bootstrap];
        writeln!(out, "{}\n", table::plain(&header, 1, sides))?;
    }
    writeln!(
        out,
        "Bootstrap: {} resamples of blocks of {} rows, seed {}. Wilson's intervals, z and its p \
         take rows as independent,\nwhich overlapping labels are not.",
        evaluation.resamples, evaluation.block_rows, evaluation.seed
    )?;
    for note in &evaluation.notes {
        writeln!(out, "note: {}: {}: {}", note.about, note.statistics.join(", "), note.reason)?;
    }
    Ok(())
}

/// Three rows: raw, Platt and isotonic.
fn comparison(about: &str, comparison: &Comparison) -> [Vec<String>; 3] {
    let Comparison { raw, platt, isotonic, .. } = comparison;
    let first = [count(comparison.rows), count(comparison.without_label)];
    let row = |name: &str, quality: &Quality| {
        // What is the same for all three is said in the first.
        let mut row = vec![String::new(), name.to_owned()];
        if name == "raw" {
            about.clone_into(&mut row[0]);
            row.extend(first.clone());
            row.push(per_cent(comparison.base_rate));
        } else {
            row.extend(vec![String::new(); 3]);
        }
        let values = [
            (quality.brier, 5),
            (quality.log_loss, 5),
            (quality.auc, 4),
            (quality.ece_equal_width, 4),
            (quality.ece_equal_mass, 4),
            (quality.calibration_slope, 3),
            (quality.calibration_intercept, 3),
            (quality.spiegelhalter_z, 2),
            (quality.spiegelhalter_p, 4),
        ];
        row.extend(values.map(|(value, decimals)| fixed(value, decimals)));
        row
    };
    [row("raw", raw), row("platt", platt), row("isotonic", isotonic)]
}

/// Rows, rate and both intervals.
fn hit_rate(rate: &HitRate) -> [String; 4] {
    [count(rate.rows), per_cent(rate.hit_rate), interval(rate.wilson), interval(rate.bootstrap)]
}

fn interval(interval: Option<Interval>) -> String {
    interval.map_or_else(
        || NONE.to_owned(),
        |Interval { lower, upper }| format!("{:.1} to {:.1} %", lower * 100.0, upper * 100.0),
    )
}

fn fixed(value: Option<f64>, decimals: usize) -> String {
    value.map_or_else(|| NONE.to_owned(), |value| format!("{value:.decimals$}"))
}

fn per_cent(value: Option<f64>) -> String {
    value.map_or_else(|| NONE.to_owned(), |value| format!("{:.1} %", value * 100.0))
}

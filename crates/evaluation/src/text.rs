//! The evaluation that a person reads.

use std::io::{self, Write};

use statistics::{Interval, PairedDifference};
use strategy_core::Side;
use terminal::{count, counted, plain};

use crate::hits::HitRate;
use crate::outcome::{Comparison, Evaluation, Judged};
use crate::quality::Quality;

/// Where there is no value.
const NONE: &str = "–";

/// The whole evaluation as text.
///
/// # Errors
/// When it cannot be written.
pub fn write(evaluation: &Evaluation, out: &mut dyn Write) -> io::Result<()> {
    let Judged { dataset, run_name, target_key, method, .. } = &evaluation.judged;
    writeln!(out, "Walk-forward evaluation of {dataset}\n")?;
    writeln!(out, "run    {run_name}\nlabel  {target_key}")?;
    writeln!(
        out,
        "Each month scored by what was known when it began, from the {} before it.\n",
        counted(evaluation.judged.lookback_months, "month")
    )?;
    let tables: [(&str, &[&str], Columns); 2] = [
        ("Probabilities", &["Brier", "log loss", "AUC", "ECE width", "ECE mass"], probabilities),
        ("Calibration line and Spiegelhalter's test", &["slope", "intercept", "z", "p"], line),
    ];
    for (title, columns, values) in tables {
        let months = evaluation.months.iter().flat_map(|month| {
            let mark = if month.in_sample_rows > 0 { "*" } else { "" };
            comparison(&format!("{}{mark}", month.month), &month.comparison, values)
        });
        let rows = months.chain(comparison("all", &evaluation.overall, values));
        let header = [&["month", "score", "rows", "no label", "base rate"], columns].concat();
        writeln!(out, "{title}\n{}\n", plain(&header, 2, rows))?;
    }
    if evaluation.months.iter().any(|month| month.in_sample_rows > 0) {
        writeln!(
            out,
            "* calibrated on in-sample predictions too, which flatters the calibration\n"
        )?;
    }

    let confidence = format!("{} %", evaluation.confidence * 100.0);
    let difference = |paired: Option<PairedDifference>| {
        paired.map_or_else(
            || NONE.to_owned(),
            |PairedDifference { mean, interval: Interval { lower, upper } }| {
                format!("{mean:+.5} ({lower:+.5} to {upper:+.5})")
            },
        )
    };
    let paired = &evaluation.platt_less_isotonic;
    writeln!(
        out,
        "Platt less isotonic on the same rows ({confidence} block bootstrap; below 0 Platt was better):\n\
         Brier {}, log loss {}\n",
        difference(paired.brier),
        difference(paired.log_loss)
    )?;
    let wilson = format!("Wilson {confidence}");
    let bootstrap = format!("bootstrap {confidence}");
    writeln!(out, "Bins by {method}, all months")?;
    let bins = evaluation.bins.iter().map(|bin| {
        let mut row = vec![bin.bin.to_string(), fixed(bin.mean_p_cal, 4)];
        row.extend(hit_rate(&bin.hit_rate));
        row
    });
    let header = ["bin", "mean p", "rows", "hit rate", &wilson, &bootstrap];
    writeln!(out, "{}", plain(&header, 0, bins))?;
    writeln!(
        out,
        "Kendall's tau of bin and hit rate {}; {} of the pairs of bins in order\n",
        fixed(evaluation.ordering.kendall_tau, 3),
        per_cent(evaluation.ordering.ordered_share)
    )?;
    if let Some(signals) = &evaluation.signals {
        writeln!(
            out,
            "Signals by {method}, all months: how often the label came true, which is a long's take profit"
        )?;
        let sides = [(Side::Long, &signals.long), (Side::Short, &signals.short)];
        let traded = sides.into_iter().filter(|(side, _)| evaluation.judged.sides.trade(*side));
        let sides = traded.map(|(side, rate)| {
            let mut row = vec![side.to_string()];
            row.extend(hit_rate(rate));
            row
        });
        let header = ["side", "rows", "hit rate", &wilson, &bootstrap];
        writeln!(out, "{}\n", plain(&header, 1, sides))?;
    }
    writeln!(
        out,
        "Bootstrap: {} resamples of blocks of {} rows, seed {}.\nWilson's intervals, z and its p \
         take rows as independent, which overlapping labels are not.",
        evaluation.resamples, evaluation.block_rows, evaluation.seed
    )?;
    for note in &evaluation.notes {
        writeln!(out, "note: {}: {}: {}", note.about, note.statistics.join(", "), note.reason)?;
    }
    Ok(())
}

/// What a table shows of one score.
type Columns = fn(&Quality) -> Vec<String>;

fn probabilities(quality: &Quality) -> Vec<String> {
    vec![
        fixed(quality.brier, 5),
        fixed(quality.log_loss, 5),
        fixed(quality.auc, 4),
        fixed(quality.ece_equal_width, 4),
        fixed(quality.ece_equal_mass, 4),
    ]
}

fn line(quality: &Quality) -> Vec<String> {
    vec![
        fixed(quality.calibration_slope, 3),
        fixed(quality.calibration_intercept, 3),
        fixed(quality.spiegelhalter_z, 2),
        fixed(quality.spiegelhalter_p, 4),
    ]
}

/// Three rows: raw, Platt and isotonic.
fn comparison(about: &str, comparison: &Comparison, values: Columns) -> [Vec<String>; 3] {
    let Comparison { raw, platt, isotonic, .. } = comparison;
    let row = |name: &str, quality: &Quality| {
        // What is the same for all three is said in the first.
        let mut row = if name == "raw" {
            let (rows, without) = (count(comparison.rows), count(comparison.without_label));
            vec![about.to_owned(), name.to_owned(), rows, without, per_cent(comparison.base_rate)]
        } else {
            vec![String::new(), name.to_owned(), String::new(), String::new(), String::new()]
        };
        row.extend(values(quality));
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

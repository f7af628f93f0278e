//! Platt scaling against isotonic regression, on the same rows.

use calibration::MIN_PROBABILITY;
use serde::Serialize;
use statistics::{PairedDifference, Resampling, paired_block_bootstrap};

use crate::judging::Judging;
use crate::note::Notes;
use crate::rows::MonthRows;

/// Mean loss after Platt scaling less that after isotonic regression, row by row: below 0 Platt was
/// better. What moves both, an odd month say, cancels, so the intervals are narrower than those of
/// either loss.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct PlattLessIsotonic {
    /// Of the squared error.
    pub brier: Option<PairedDifference>,
    /// Of the negative log likelihood, in nats, probabilities held within `[1e-12, 1 - 1e-12]`.
    pub log_loss: Option<PairedDifference>,
}

pub(crate) fn platt_less_isotonic(
    rows: &MonthRows,
    judging: &Judging,
    block_rows: usize,
    notes: &mut Notes,
) -> PlattLessIsotonic {
    let &Judging { resamples, confidence, seed, .. } = judging;
    let resampling = Resampling { resamples, confidence, seed };
    let mut difference = |name: &str, loss: fn(f64, bool) -> f64| {
        let losses = |p: &[f64]| -> Vec<f64> {
            p.iter().zip(&rows.labels).map(|(&p, &label)| loss(p, label)).collect()
        };
        let (platt, isotonic) = (losses(&rows.platt), losses(&rows.isotonic));
        paired_block_bootstrap(&platt, &isotonic, block_rows, &resampling)
            .map_err(|error| {
                let statistic = format!("{name} of platt less isotonic");
                notes.add("all months", statistic, error.to_string());
            })
            .ok()
    };
    PlattLessIsotonic {
        brier: difference("Brier", |p, label| (f64::from(u8::from(label)) - p).powi(2)),
        log_loss: difference("log loss", |p, label| {
            let p = p.clamp(MIN_PROBABILITY, 1.0 - MIN_PROBABILITY);
            if label { -p.ln() } else { -(-p).ln_1p() }
        }),
    }
}

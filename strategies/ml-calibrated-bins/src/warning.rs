//! What may be wrong with bins that could nevertheless be made.

use std::fmt;

use binning::BinMetadata;
use calibration::Calibrator;
use serde::Serialize;

use artifacts::Difference;
use terminal::listed;

/// Something that a careful person wants to know before trading on the bins.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
#[allow(missing_docs, reason = "the messages say what the fields are")]
pub enum Warning {
    /// Higher scores mean lower probabilities.
    FallingCalibration { slope: f64 },
    /// So few rows a bin that hit rates mean little.
    FewRows { rows: u64, n_bins: u16 },
    /// Bins that were kept are made with other settings than those asked for.
    KeptDiffers { differences: Vec<Difference> },
    /// Bins that no score can lead to, because quantile edges are equal.
    UnreachableBins { bins: Vec<u16> },
    /// About the rows that they are made of.
    #[serde(untagged)]
    Rows(scored_labels::Warning),
}

/// What to say about bins, beside what is said of their rows.
pub(crate) fn about(metadata: &BinMetadata) -> impl Iterator<Item = Warning> {
    let unreachable = Some(metadata.unreachable_bins()).filter(|bins| !bins.is_empty());
    let found = [
        few_rows(metadata),
        falling(metadata.calibrator()),
        unreachable.map(|bins| Warning::UnreachableBins { bins }),
    ];
    found.into_iter().flatten()
}

/// Below this a hit rate's interval is as wide as all the bins' hit rates lie apart.
const ROWS_A_BIN: u64 = 30;

fn few_rows(metadata: &BinMetadata) -> Option<Warning> {
    let (rows, n_bins) = (metadata.parts().cal_rows, metadata.edges().n_bins().get());
    (rows < ROWS_A_BIN * u64::from(n_bins)).then_some(Warning::FewRows { rows, n_bins })
}

fn falling(calibrator: &Calibrator) -> Option<Warning> {
    match calibrator {
        Calibrator::Platt(platt) if platt.slope() <= 0.0 => {
            Some(Warning::FallingCalibration { slope: platt.slope() })
        }
        _ => None,
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rows(warning) => warning.fmt(f),
            Self::FewRows { rows, n_bins } => write!(
                f,
                "{rows} rows make {n_bins} bins: hit rates of so few rows a bin mean little"
            ),
            Self::KeptDiffers { differences } => write!(
                f,
                "the bins that were kept are not those asked for ({}); --overwrite makes them anew",
                listed(differences, ", ")
            ),
            Self::FallingCalibration { slope } if *slope == 0.0 => f.write_str(
                "the slope is 0: every score means the same probability, so all rows share one bin; \
                 check the model before trading",
            ),
            Self::FallingCalibration { slope } => write!(
                f,
                "the slope is {slope:.4}: higher scores mean lower probabilities, so the top bins \
                 hold the lowest scores; check the model before trading"
            ),
            Self::UnreachableBins { bins } => {
                let list = listed(bins, ", ");
                write!(f, "no score leads to bin {list}: quantile edges are equal there")
            }
        }
    }
}

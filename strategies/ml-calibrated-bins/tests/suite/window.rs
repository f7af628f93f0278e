//! Bins of two months of the sample, in a store, and the rows that they were made of.

use std::path::PathBuf;
use std::sync::LazyLock;

use artifacts::OnExisting;
use binning::{BinMetadata, BinStore};
use ml_calibrated_bins::{BinsConfig, Settings, rebuild};
use scored_labels::{Inputs, Run, Sources, WindowRows};
use strategy_core::{Subject, YearMonth};

/// Microseconds of an hour, a row of the sample.
pub(crate) const HOUR: i64 = 3_600_000_000;

pub(crate) struct Made {
    _folder: tempfile::TempDir,
    pub(crate) root: PathBuf,
    pub(crate) inputs: Inputs,
    /// October and November 2025.
    pub(crate) bins: [BinMetadata; 2],
}

static MADE: LazyLock<Made> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let (sample, _) = sample::ensure(folder.path().join("sample")).unwrap();
    let instrument = &sample.instruments[0];
    let mut run = Run::open(&Sources::new(&instrument.predictions, &instrument.candles)).unwrap();
    let settings = Settings::default();
    let months = [month("2025-10"), month("2025-11")];
    let inputs = run.load(&months, &settings.window).unwrap();
    let root = folder.path().join("bins");
    let bins = months.map(|month| rebuild(&inputs, month, &settings).unwrap().artifact);
    for metadata in &bins {
        BinStore::new(&root).save(metadata, OnExisting::Refuse).unwrap();
    }
    Made { _folder: folder, root, inputs, bins }
});

pub(crate) fn made() -> &'static Made {
    &MADE
}

impl Made {
    pub(crate) fn rows(&self, metadata: &BinMetadata) -> WindowRows {
        self.inputs.window_rows(metadata.bin_month(), &Settings::default().window).unwrap()
    }

    pub(crate) fn config(&self) -> BinsConfig {
        BinsConfig::new(&self.root)
    }

    pub(crate) fn subject(&self) -> Subject {
        let identity = &self.inputs.identity;
        Subject {
            dataset: Some(identity.dataset.clone()),
            run_name: Some(identity.run_name.clone()),
            model_path: Some(identity.model_path.clone()),
        }
    }
}

pub(crate) fn month(text: &str) -> YearMonth {
    text.parse().unwrap()
}

/// The first instant of a month, µs UTC.
pub(crate) fn start(text: &str) -> i64 {
    month(text).start().timestamp_micros()
}

/// Slope and intercept of a Platt calibrator, and the edges.
pub(crate) fn numbers(metadata: &BinMetadata) -> (f64, f64, Vec<f64>) {
    let calibration::Calibrator::Platt(platt) = metadata.calibrator() else {
        panic!("the default is Platt scaling")
    };
    (platt.slope(), platt.intercept(), metadata.edges().as_slice().to_vec())
}

/// Probability and bin of a score, as the documentation defines them.
pub(crate) fn naive(metadata: &BinMetadata, score: f64) -> (f64, u16) {
    let (slope, intercept, edges) = numbers(metadata);
    let score = score.clamp(1e-12, 1.0 - 1e-12);
    let z = slope * (score / (1.0 - score)).ln() + intercept;
    let p = (1.0 / (1.0 + (-z).exp())).clamp(1e-12, 1.0 - 1e-12);
    (p, 1 + u16::try_from(edges.iter().filter(|edge| **edge <= p).count()).unwrap())
}

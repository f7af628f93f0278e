//! Where the sample's files lie in its folder.

use std::path::{Path, PathBuf};

use crate::companion::Companion;
use crate::instrument::Instrument;
use crate::marker;

/// The files of a sample, whether they exist or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SamplePaths {
    /// What is complete has this file, `sample.toml`, too.
    pub marker: PathBuf,
    /// One entry an instrument, in the order of [`Instrument::ALL`].
    pub instruments: [InstrumentPaths; 2],
    /// DuckDB file with the predictions of three models for the first instrument.
    pub three_models: PathBuf,
    /// Instruments without predictions, in the order of [`Companion::ALL`]: dataset, and DuckDB file
    /// with candles and, but for spot, funding rates.
    pub companions: [(String, PathBuf); 3],
}

/// The files of one instrument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstrumentPaths {
    /// Which one.
    pub instrument: Instrument,
    /// Its value in the `dataset` columns.
    pub dataset: String,
    /// DuckDB file with its candles, funding rates and, if it has them, labels.
    pub candles: PathBuf,
    /// DuckDB file with its predictions.
    pub predictions: PathBuf,
    /// Where its model would be.
    pub model: PathBuf,
    /// In-sample predictions, `pred_train.csv`.
    pub train_predictions: PathBuf,
}

impl SamplePaths {
    /// The files of the sample in the folder `dir`.
    ///
    /// ```
    /// use sample::SamplePaths;
    ///
    /// let paths = SamplePaths::in_dir("data/sample");
    /// assert!(paths.instruments[0].predictions.ends_with(
    ///     "data/sample/sample_btcusdt_perp_prediction_classifier.duckdb"
    /// ));
    /// assert_eq!(paths.datasets(), ["sample_btcusdt_perp_1h", "sample_ethusdt_perp_1h"]);
    /// ```
    pub fn in_dir(dir: impl AsRef<Path>) -> Self {
        let dir = dir.as_ref();
        let candles = |market: &str| dir.join(format!("sample_{market}_ohlcv.duckdb"));
        let instruments = Instrument::ALL.map(|instrument| {
            let symbol = instrument.symbol();
            let model = dir.join(instrument.model_path());
            InstrumentPaths {
                instrument,
                dataset: instrument.dataset(),
                candles: candles(&format!("{symbol}_perp")),
                predictions: dir.join(format!("sample_{symbol}_perp_prediction_classifier.duckdb")),
                train_predictions: model.with_file_name("pred_train.csv"),
                model,
            }
        });
        Self {
            marker: dir.join("sample.toml"),
            instruments,
            three_models: dir
                .join(format!("sample_{}_perp_three_models.duckdb", Instrument::Btc.symbol())),
            companions: Companion::ALL
                .map(|companion| (companion.dataset(), candles(&companion.market()))),
        }
    }

    /// The files of the instrument with this dataset; with none named, of the first.
    pub fn instrument(&self, dataset: Option<&str>) -> Option<&InstrumentPaths> {
        self.instruments.iter().find(|paths| dataset.is_none_or(|name| name == paths.dataset))
    }

    /// The datasets there are.
    pub fn datasets(&self) -> Vec<String> {
        self.instruments.iter().map(|paths| paths.dataset.clone()).collect()
    }

    /// Whether `dataset` is one of the sample's.
    pub fn is_dataset(dataset: &str) -> bool {
        Instrument::ALL.iter().any(|instrument| instrument.dataset() == dataset)
    }

    /// Whether the sample is there, whole, and of this generator's version.
    pub fn is_complete(&self) -> bool {
        marker::is_current(&self.marker) && self.contents().all(Path::is_file)
    }

    /// Every file but the marker.
    pub(crate) fn contents(&self) -> impl Iterator<Item = &Path> {
        let of_instruments = self.instruments.iter().flat_map(|paths| {
            [&paths.candles, &paths.predictions, &paths.model, &paths.train_predictions]
                .map(PathBuf::as_path)
        });
        let of_companions = self.companions.iter().map(|(_, candles)| candles.as_path());
        of_instruments.chain([self.three_models.as_path()]).chain(of_companions)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dataset_chooses_the_instrument() {
        let paths = SamplePaths::in_dir("x");
        let chosen = |dataset| paths.instrument(dataset).map(|paths| paths.instrument);
        assert_eq!(chosen(None), Some(Instrument::Btc));
        assert_eq!(chosen(Some("sample_btcusdt_perp_1h")), Some(Instrument::Btc));
        assert_eq!(chosen(Some("sample_ethusdt_perp_1h")), Some(Instrument::Eth));
        assert_eq!(chosen(Some("binance_ethusdt_perp_1h")), None);
    }
}

//! Signals out of DuckDB in one call.

use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::compute::concat_batches;
use arrow::datatypes::Schema;
use market_data::{PredictionFile, TimeRange};
use scored_labels::Sources;
use strategy_core::{ErasedStrategy, Opened};

use crate::predictions::predictions;
use crate::{BinsConfig, BinsError, MlCalibratedBins, Result, ScoreError};

/// The decisions of `range`, as `runner ml-calibrated-bins signals` writes them: `timestamp` (µs UTC),
/// `y_pred`, `p_cal`, `q_bin` and `signal` (1 long, -1 short, 0 neither).
///
/// Only the predictions of `sources` are read; each row is scored by the bins of its month.
///
/// # Errors
/// When the predictions cannot be read or settled, the range holds none, or a month has no usable
/// bins.
///
/// ```
/// use artifacts::OnExisting;
/// use binning::BinStore;
/// use market_data::TimeRange;
/// use ml_calibrated_bins::{BinsConfig, Settings, rebuild, signals};
/// use scored_labels::{Run, Sources};
/// use strategy_core::YearMonth;
///
/// # let folder = tempfile::tempdir()?;
/// # let (sample, _) = sample::ensure(folder.path().join("sample"))?;
/// # let bins_root = folder.path().join("bins");
/// # let sources = Sources::new(&sample.instruments[0].predictions, &sample.instruments[0].candles);
/// # let month: YearMonth = "2025-11".parse()?;
/// # let settings = Settings::default();
/// # let rebuilt = rebuild(&Run::open(&sources)?.load(&[month], &settings.window)?, month, &settings)?;
/// # BinStore::new(&bins_root).save(&rebuilt.artifact, OnExisting::Refuse)?;
/// let november = TimeRange::from(month.start()..month.plus_months(1).start());
/// let out = signals(&sources, &BinsConfig::new(bins_root), november)?;
/// assert_eq!(out.num_rows(), 30 * 24);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn signals(sources: &Sources, config: &BinsConfig, range: TimeRange) -> Result<RecordBatch> {
    let file = PredictionFile {
        path: sources.predictions.clone(),
        model_path: sources.model_path.clone(),
        feature_key: sources.feature_key.clone(),
    };
    let dataset = sources.dataset.as_deref();
    let run_name = sources.run_name.as_deref();
    let (source, subject) = predictions(file, dataset, run_name, sources.lock_timeout)?;
    let mut strategy = Opened::<MlCalibratedBins>::of(config.clone(), &subject)?;
    let decided = source
        .rows(range)?
        .map(|batch| strategy.decide_batch(&batch?).map_err(BinsError::of_framework))
        .collect::<Result<Vec<_>, _>>()?;
    let schema = decided.first().map(RecordBatch::schema);
    let schema = schema.unwrap_or_else(|| Arc::new(Schema::empty()));
    Ok(concat_batches(&schema, &decided).map_err(ScoreError::from)?)
}

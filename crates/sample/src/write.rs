//! The sample on disk.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;

use chrono::DateTime;
use market_data::write_tables;

use crate::error::SampleError;
use crate::generate::{InstrumentSample, Sample, generate};
use crate::instrument::Instrument;
use crate::marker;
use crate::paths::{InstrumentPaths, SamplePaths};
use crate::scores::TrainingRows;
use crate::spec::SampleSpec;
use crate::tables;

/// The sample in the folder `dir`, made there from the default [`SampleSpec`] if it is not there
/// already; `true` beside the paths if it was. One that is damaged or of another
/// [`GENERATOR_VERSION`](crate::GENERATOR_VERSION) is made anew; one of another seed is as good.
///
/// Several processes may do this at the same time: each makes the same files.
///
/// ```
/// use sample::ensure;
///
/// let folder = tempfile::tempdir()?;
/// let (paths, made_now) = ensure(folder.path())?;
/// assert!(made_now && paths.is_complete());
/// assert_eq!(ensure(folder.path())?, (paths, false));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// As [`write()`].
pub fn ensure(dir: impl AsRef<Path>) -> Result<(SamplePaths, bool), SampleError> {
    let paths = SamplePaths::in_dir(&dir);
    if paths.is_complete() {
        return Ok((paths, false));
    }
    Ok((write(&generate(&SampleSpec::default()), dir)?, true))
}

/// Writes `sample` into the folder `dir`, which is created if need be, over a sample that is there.
///
/// The files are made in a temporary folder inside `dir` and moved when all are done, the marker
/// last: whatever happens, no half-made sample is taken for a whole one.
///
/// # Errors
/// A folder that cannot be created or written to, or what DuckDB has to say.
pub fn write(sample: &Sample, dir: impl AsRef<Path>) -> Result<SamplePaths, SampleError> {
    let dir = dir.as_ref();
    fs::create_dir_all(dir).map_err(failed("create", dir))?;
    let staging = tempfile::Builder::new()
        .prefix(".sample-")
        .tempdir_in(dir)
        .map_err(failed("create a folder in", dir))?;
    let staged = SamplePaths::in_dir(staging.path());
    for (paths, instrument) in staged.instruments.iter().zip(&sample.instruments) {
        write_instrument(paths, instrument)?;
    }
    write_further(&staged, sample)?;
    write_text(&staged.marker, &marker::text(&sample.spec))?;

    let finished = SamplePaths::in_dir(dir);
    match fs::remove_file(&finished.marker) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            return Err(failed("remove", &finished.marker)(error));
        }
        _ => {}
    }
    for (from, to) in staged.contents().zip(finished.contents()) {
        move_file(from, to)?;
    }
    move_file(&staged.marker, &finished.marker)?;
    Ok(finished)
}

fn write_instrument(paths: &InstrumentPaths, sample: &InstrumentSample) -> Result<(), SampleError> {
    let dataset = sample.instrument.dataset();
    let mut market = vec![
        tables::candles(sample.instrument.ohlcv_table(), &sample.candles)?,
        tables::funding_rates(&dataset, &sample.funding)?,
    ];
    if sample.instrument.has_targets() {
        market.push(tables::targets(sample)?);
    }
    write_tables(&paths.candles, market)?;
    let own = [(sample.instrument.model_path(), sample.predictions.clone())];
    write_tables(&paths.predictions, vec![tables::predictions(&dataset, &own)?])?;
    create_parent(&paths.model)?;
    write_text(&paths.model, &model_note(sample.instrument))?;
    write_text(&paths.train_predictions, &training_csv(&sample.training))
}

/// The file of several models, and the instruments without predictions.
fn write_further(paths: &SamplePaths, sample: &Sample) -> Result<(), SampleError> {
    let [first, _] = &sample.instruments;
    let [slow, fast] = sample.further_models.clone();
    let models: Vec<_> = first
        .instrument
        .run_names()
        .iter()
        .map(|run| first.instrument.model_path_of(run))
        .zip([first.predictions.newest(), slow, fast])
        .collect();
    let predictions = tables::predictions(&first.instrument.dataset(), &models)?;
    write_tables(&paths.three_models, vec![predictions])?;
    for ((dataset, path), sample) in paths.companions.iter().zip(&sample.companions) {
        let candles = tables::candles(sample.companion.ohlcv_table(), &sample.candles)?;
        let mut market = vec![candles];
        if let Some(funding) = &sample.funding {
            market.push(tables::funding_rates(dataset, funding)?);
        }
        write_tables(path, market)?;
    }
    Ok(())
}

/// `pred_train.csv` as pandas writes it.
fn training_csv(training: &TrainingRows) -> String {
    let rows = training.timestamps.iter().zip(&training.y_pred).zip(&training.y_true);
    let lines = rows.map(|((&timestamp, score), &label)| {
        let time = DateTime::from_timestamp_micros(timestamp).unwrap_or_default();
        let label = u8::from(label);
        format!("{},{score},{label}.0\n", time.format("%Y-%m-%d %H:%M:%S"))
    });
    std::iter::once("timestamp,y_pred,y_true\n".to_owned()).chain(lines).collect()
}

fn model_note(instrument: Instrument) -> String {
    format!(
        "This is no model. The predictions of the generated sample for {} come from its generator, \
         which knows\nwhat moves the prices that it invents; this file stands where a model's would \
         be.\n",
        instrument.dataset()
    )
}

fn write_text(path: &Path, text: &str) -> Result<(), SampleError> {
    let write = || {
        let mut file = File::create(path)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()
    };
    write().map_err(failed("write", path))
}

fn move_file(from: &Path, to: &Path) -> Result<(), SampleError> {
    create_parent(to)?;
    fs::rename(from, to).map_err(failed("move a finished file to", to))
}

fn create_parent(path: &Path) -> Result<(), SampleError> {
    path.parent()
        .map_or(Ok(()), |folder| fs::create_dir_all(folder).map_err(failed("create", folder)))
}

fn failed(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> SampleError {
    let path = path.to_owned();
    move |source| SampleError::Io { action, path, source }
}

//! The predictions of a model, as rows.

use std::time::Duration;

use market_data::{ChosenRun, Database, Instrument, PredictionFile, RowSource, settle_run};
use strategy_core::{Column, Input, Subject};

use crate::Result;

/// The rows of the model's predictions, and whose bins they need.
pub(crate) fn predictions(
    mut file: PredictionFile,
    dataset: Option<&str>,
    run_name: Option<&str>,
    lock_timeout: Duration,
) -> Result<(RowSource, Subject)> {
    let database = Database::open(&file.path, lock_timeout)?;
    let ChosenRun { model_path, dataset, run_name } =
        settle_run(&database, file.model_path.as_deref(), dataset, run_name)?;
    file.model_path = Some(model_path.clone());
    let dataset = Some(dataset);
    let own = Instrument {
        dataset: dataset.clone(),
        predictions: Some(file),
        lock_timeout,
        ..Instrument::default()
    };
    let source = RowSource::open(&[own], &[Input::of(Column::Prediction)])?;
    Ok((source, Subject { dataset, run_name, model_path: Some(model_path) }))
}

//! The record on disk, version 2: what the file's payload and `inspect --format json` show.
//!
//! The names and their order may not change without a new version of the format, neither here nor in the
//! types that stand in the file as they are: [`LabelRecord`], [`SourceRecord`], [`FitRecord`],
//! [`Diagnostics`], [`Payoffs`], [`Calibrator`].

use artifacts::MonthKey;
use calibration::{CalibrationMethod, Calibrator, IsotonicCalibrator, PlattScaling};
use chrono::{DateTime, Utc};
use serde::de::{Deserializer, Error};
use serde::{Deserialize, Serialize};
use strategy_core::YearMonth;

use crate::list::{Floats, floats, list};
use crate::{
    BinEdges, BinMetadata, BinningError, Diagnostics, FitRecord, LabelRecord, MetadataParts,
    Payoffs, SourceRecord,
};

/// Bin metadata under the names of the file, see [`BinMetadata::to_record`].
///
/// Instants are RFC 3339 in UTC (`2025-11-01T00:00:00Z`), the month is `2025-11`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "the fields are those of `MetadataParts`, which explains them")]
pub struct MetadataRecord {
    pub bin_month: YearMonth,
    pub n_bins: u16,
    pub calibration_method: CalibrationMethod,
    #[serde(deserialize_with = "floats")]
    pub bin_edges: Vec<f64>,
    #[serde(deserialize_with = "calibrator")]
    pub calibrator: Calibrator,
    pub cal_window_start: DateTime<Utc>,
    pub cal_window_end: DateTime<Utc>,
    pub cal_rows: u64,
    pub created_at: DateTime<Utc>,
    pub model_path: String,
    pub dataset: String,
    pub run_name: String,
    pub label: LabelRecord,
    #[serde(deserialize_with = "list")]
    pub prediction_sources: Vec<SourceRecord>,
    pub matched_model_path: String,
    pub fit: Option<FitRecord>,
    pub diagnostics: Diagnostics,
    pub payoffs: Option<Payoffs>,
    pub software_version: String,
    pub fingerprint: String,
}

/// The fields of any calibrator. What serde itself makes of an enum with a tag keeps every value in
/// 32 bytes until it has seen the tag, many times what a damaged file has.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CalibratorFields {
    method: CalibrationMethod,
    slope: Option<f64>,
    intercept: Option<f64>,
    x: Option<Floats>,
    y: Option<Floats>,
}

fn calibrator<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Calibrator, D::Error> {
    let CalibratorFields { method, slope, intercept, x, y } =
        CalibratorFields::deserialize(deserializer)?;
    match (method, slope, intercept, x, y) {
        (CalibrationMethod::Platt, Some(slope), Some(intercept), None, None) => {
            PlattScaling::new(slope, intercept).map(Calibrator::from).map_err(D::Error::custom)
        }
        (CalibrationMethod::Isotonic, None, None, Some(Floats(x)), Some(Floats(y))) => {
            IsotonicCalibrator::new(x, y).map(Calibrator::from).map_err(D::Error::custom)
        }
        _ => Err(D::Error::custom("platt has a slope and an intercept, isotonic has x and y")),
    }
}

impl BinMetadata {
    /// The metadata under the names of the file: what is written to disk and shown as JSON.
    #[must_use]
    pub fn to_record(&self) -> MetadataRecord {
        let parts = self.parts().clone();
        MetadataRecord {
            bin_month: parts.key.month(),
            n_bins: parts.edges.n_bins().get(),
            calibration_method: parts.calibrator.method(),
            bin_edges: parts.edges.into(),
            calibrator: parts.calibrator,
            cal_window_start: parts.cal_window_start,
            cal_window_end: parts.cal_window_end,
            cal_rows: parts.cal_rows,
            created_at: parts.created_at,
            model_path: parts.model_path,
            dataset: parts.key.dataset().to_owned(),
            run_name: parts.key.run_name().to_owned(),
            label: parts.label,
            prediction_sources: parts.sources,
            matched_model_path: parts.matched_model_path,
            fit: parts.fit,
            diagnostics: parts.diagnostics,
            payoffs: parts.payoffs,
            software_version: parts.software_version,
            fingerprint: parts.fingerprint,
        }
    }

    /// The metadata that a record stands for.
    pub(crate) fn from_record(record: MetadataRecord) -> Result<Self, BinningError> {
        let edges = BinEdges::from_vec(record.bin_edges)?;
        if edges.n_bins().get() != record.n_bins {
            let reason = format!("{} where the edges make {}", record.n_bins, edges.n_bins());
            return Err(BinningError::Inconsistent { field: "n_bins", reason });
        }
        let (method, found) = (record.calibrator.method(), record.calibration_method);
        if method != found {
            let reason = format!("`{found}` where the calibrator is `{method}`");
            return Err(BinningError::Inconsistent { field: "calibration_method", reason });
        }
        Self::new(MetadataParts {
            key: MonthKey::new(record.dataset, record.run_name, record.bin_month)?,
            model_path: record.model_path,
            matched_model_path: record.matched_model_path,
            calibrator: record.calibrator,
            edges,
            cal_window_start: record.cal_window_start,
            cal_window_end: record.cal_window_end,
            cal_rows: record.cal_rows,
            created_at: record.created_at,
            label: record.label,
            sources: record.prediction_sources,
            fit: record.fit,
            diagnostics: record.diagnostics,
            payoffs: record.payoffs,
            software_version: record.software_version,
            fingerprint: record.fingerprint,
        })
    }
}

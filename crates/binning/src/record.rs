//! The record on disk, version 2: what the file's payload and `inspect --format json` show.
//!
//! The names and their order may not change without a new version of the format, neither here nor in the
//! types that stand in the file as they are: [`LeftOut`], [`SourceRecord`], [`FitRecord`],
//! [`Diagnostics`], [`PayoffTally`].

use labeling::LeftOut;
use serde::{Deserialize, Serialize};

use crate::list::{Floats, floats, list};
use crate::{Diagnostics, FitRecord, PayoffTally, SourceRecord};

/// Bin metadata under the names of the file, see [`BinMetadata::to_record`](crate::BinMetadata::to_record).
///
/// Instants are RFC 3339 in UTC (`2025-11-01T00:00:00Z`), the month is `2025-11`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "the fields are those of `MetadataParts`, which explains them")]
pub struct MetadataRecord {
    pub bin_month: String,
    pub n_bins: u16,
    /// `platt` or `isotonic`.
    pub calibration_method: String,
    #[serde(deserialize_with = "floats")]
    pub bin_edges: Vec<f64>,
    pub calibrator: CalibratorEntry,
    pub cal_window_start: String,
    pub cal_window_end: String,
    pub cal_rows: u64,
    pub created_at: String,
    pub model_path: String,
    pub dataset: String,
    pub run_name: String,
    pub label: LabelEntry,
    #[serde(deserialize_with = "list")]
    pub prediction_sources: Vec<SourceRecord>,
    pub matched_model_path: String,
    pub fit: Option<FitRecord>,
    pub diagnostics: Diagnostics,
    pub payoffs: Option<PayoffsEntry>,
    pub software_version: String,
    pub fingerprint: String,
}

/// A calibrator as data: see [`calibration::Calibrator`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "method", rename_all = "kebab-case", try_from = "CalibratorFields")]
#[allow(missing_docs, reason = "the fields are those of the calibrators, which explain them")]
pub enum CalibratorEntry {
    /// [`calibration::PlattScaling`].
    Platt { slope: f64, intercept: f64 },
    /// [`calibration::IsotonicCalibrator`].
    Isotonic { x: Vec<f64>, y: Vec<f64> },
}

/// The fields of any calibrator. What serde itself makes of an enum with a tag keeps every value in
/// 32 bytes until it has seen the tag, many times what a damaged file has.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CalibratorFields {
    method: String,
    slope: Option<f64>,
    intercept: Option<f64>,
    x: Option<Floats>,
    y: Option<Floats>,
}

impl TryFrom<CalibratorFields> for CalibratorEntry {
    type Error = String;

    fn try_from(fields: CalibratorFields) -> Result<Self, String> {
        let CalibratorFields { method, slope, intercept, x, y } = fields;
        match (method.as_str(), slope, intercept, x, y) {
            ("platt", Some(slope), Some(intercept), None, None) => {
                Ok(Self::Platt { slope, intercept })
            }
            ("isotonic", None, None, Some(Floats(x)), Some(Floats(y))) => {
                Ok(Self::Isotonic { x, y })
            }
            ("platt", ..) => Err("platt has a slope and an intercept, nothing else".to_owned()),
            ("isotonic", ..) => Err("isotonic has x and y, nothing else".to_owned()),
            _ => Err(format!("`{method}` is not one of: platt, isotonic")),
        }
    }
}

/// See [`LabelRecord`](crate::LabelRecord).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "the fields are those of `LabelRecord`, which explains them")]
pub struct LabelEntry {
    pub target_key: String,
    /// `targets` or `candles`.
    pub source: String,
    pub tie_policy: Option<String>,
    /// `month-start` or `none`.
    pub cutoff: String,
    pub left_out: LeftOut,
}

/// See [`Payoffs`](crate::Payoffs).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "the fields are those of `Payoffs`, which explains them")]
pub struct PayoffsEntry {
    pub rows: u64,
    #[serde(deserialize_with = "list")]
    pub long: Vec<BinPayoffsEntry>,
    #[serde(deserialize_with = "list")]
    pub short: Vec<BinPayoffsEntry>,
}

/// See [`BinPayoffs`](crate::BinPayoffs).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "the fields are those of `BinPayoffs`, which explains them")]
pub struct BinPayoffsEntry {
    pub bin: u16,
    pub take_profit: PayoffTally,
    pub stop_loss: PayoffTally,
    pub time: PayoffTally,
    pub effective_n: f64,
    pub block_squares: f64,
}

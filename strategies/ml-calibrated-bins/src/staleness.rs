//! Whether bins that exist are those that a rebuild would make now.

use std::borrow::Cow;
use std::fmt;

use binning::{BinMetadata, SourceRecord};
use scored_labels::{Inputs, WindowRows};
use serde::Serialize;

use crate::Settings;

/// One thing that bins were made with and would not be made with now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// What it is.
    pub what: Cow<'static, str>,
    /// In the file.
    pub found: String,
    /// What was asked for, or is in the data.
    pub wanted: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} instead of {}", self.what, self.found, self.wanted)
    }
}

/// Where the label and the settings of `metadata` are not `target_key` and `settings`.
pub(crate) fn settings_differences(
    metadata: &BinMetadata,
    target_key: &str,
    settings: &Settings,
) -> Vec<Difference> {
    let parts = metadata.parts();
    let window = settings.window.of(metadata.bin_month());
    differences([
        ("method", parts.calibrator.method().to_string(), settings.method.to_string()),
        ("number of bins", parts.edges.n_bins().to_string(), settings.n_bins.to_string()),
        (
            "window from",
            parts.cal_window_start.date_naive().to_string(),
            window.start.date_naive().to_string(),
        ),
        ("label cutoff", parts.label.cutoff.to_string(), settings.window.label_cutoff.to_string()),
        ("label", parts.label.target_key.clone(), target_key.to_owned()),
    ])
}

/// Where what `metadata` says of its rows is not true of the `rows` that `inputs` has now.
pub(crate) fn input_differences(
    metadata: &BinMetadata,
    rows: &WindowRows,
    inputs: &Inputs,
) -> Vec<Difference> {
    let parts = metadata.parts();
    let now = rows.fingerprint();
    let policy = |policy: &Option<String>| policy.clone().unwrap_or_else(|| "none".to_owned());
    let short = |fingerprint: &str| fingerprint.chars().take(12).collect::<String>();
    differences([
        ("model", parts.matched_model_path.clone(), inputs.identity.matched.stored().to_owned()),
        ("labels from", parts.label.source.to_string(), inputs.labels.source.to_string()),
        ("tie policy", policy(&parts.label.tie_policy), policy(&inputs.labels.tie_policy)),
        ("in-sample rows", in_sample(&parts.sources).to_string(), rows.in_sample().to_string()),
        (
            "rows left out",
            parts.label.left_out.total().to_string(),
            rows.left_out.total().to_string(),
        ),
        ("rows", parts.cal_rows.to_string(), rows.len().to_string()),
        ("inputs' fingerprint", short(&parts.fingerprint), short(&now)),
    ])
}

/// How many of the rows come from `pred_train.csv`.
pub(crate) fn in_sample(sources: &[SourceRecord]) -> u64 {
    sources.iter().filter(|source| source.name == "pred_train").map(|source| source.rows).sum()
}

fn differences<const N: usize>(compared: [(&'static str, String, String); N]) -> Vec<Difference> {
    compared
        .into_iter()
        .filter(|(_, found, wanted)| found != wanted)
        .map(|(what, found, wanted)| Difference { what: what.into(), found, wanted })
        .collect()
}

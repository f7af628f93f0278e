//! How the bins of a run's months are made and held against the data.

use artifacts::{Difference, Made, Prospect, Recipe};
use binning::BinMetadata;
use scored_labels::{Inputs, Run, WindowRows};
use strategy_core::YearMonth;

use crate::{BinsError, Result, Settings, Warning, rebuild};

/// How the bins of one run are made.
#[derive(Debug, Clone, PartialEq)]
pub struct BinsRecipe {
    dataset: String,
    run_name: String,
    target_key: String,
    settings: Settings,
}

impl BinsRecipe {
    /// The bins of `run`, made with `settings`.
    #[must_use]
    pub fn of(run: &Run, settings: Settings) -> Self {
        let [dataset, run_name, target_key] =
            [&run.dataset, &run.run_name, run.target_key()].map(str::to_owned);
        Self { dataset, run_name, target_key, settings }
    }

    /// The bins of the run of `metadata`, made with `settings`.
    pub(crate) fn of_file(metadata: &BinMetadata, settings: Settings) -> Self {
        let (key, label) = (metadata.key(), &metadata.parts().label);
        let [dataset, run_name, target_key] =
            [key.dataset(), key.run_name(), &label.target_key].map(str::to_owned);
        Self { dataset, run_name, target_key, settings }
    }
}

impl Recipe for BinsRecipe {
    type Artifact = BinMetadata;
    type Inputs = Inputs;
    type Warning = Warning;
    type Error = BinsError;

    fn dataset(&self) -> &str {
        &self.dataset
    }

    fn run_name(&self) -> &str {
        &self.run_name
    }

    fn make(&self, inputs: &Inputs, month: YearMonth) -> Result<Made<BinMetadata, Warning>> {
        rebuild(inputs, month, &self.settings)
    }

    fn prospect(
        &self,
        inputs: &Inputs,
        month: YearMonth,
        existing: Option<&BinMetadata>,
    ) -> Prospect<BinsError> {
        let Settings { window, n_bins, .. } = &self.settings;
        let rows = inputs.window_rows(month, window);
        let differences = existing.map_or_else(Vec::new, |existing| {
            let mut found = self.settings_differences(existing);
            if let Ok(rows) = &rows {
                found.extend(input_differences(existing, rows, inputs));
            }
            found
        });
        let in_sample_rows = rows.as_ref().map_or(0, WindowRows::in_sample);
        let usable =
            rows.and_then(|rows| inputs.refuse_unusable(month, window, n_bins.get(), &rows));
        Prospect { differences, in_sample_rows, obstacle: usable.err().map(BinsError::from) }
    }

    fn settings_differences(&self, existing: &BinMetadata) -> Vec<Difference> {
        settings_differences(existing, &self.target_key, &self.settings)
    }

    fn kept_differs(differences: Vec<Difference>) -> Warning {
        Warning::KeptDiffers { differences }
    }

    fn kind(error: &BinsError) -> &'static str {
        error.kind()
    }
}

/// Where the label and the settings of `metadata` are not `target_key` and `settings`.
fn settings_differences(
    metadata: &BinMetadata,
    target_key: &str,
    settings: &Settings,
) -> Vec<Difference> {
    let parts = metadata.parts();
    let window = settings.window.of(metadata.bin_month());
    Difference::between([
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
fn input_differences(
    metadata: &BinMetadata,
    rows: &WindowRows,
    inputs: &Inputs,
) -> Vec<Difference> {
    let parts = metadata.parts();
    let now = rows.fingerprint();
    let policy = |policy: &Option<String>| policy.clone().unwrap_or_else(|| "none".to_owned());
    let short = |fingerprint: &str| fingerprint.chars().take(12).collect::<String>();
    Difference::between([
        ("model", parts.matched_model_path.clone(), inputs.identity.matched.stored().to_owned()),
        ("labels from", parts.label.source.to_string(), inputs.labels.source.to_string()),
        ("tie policy", policy(&parts.label.tie_policy), policy(&inputs.labels.tie_policy)),
        ("in-sample rows", parts.in_sample_rows().to_string(), rows.in_sample().to_string()),
        (
            "rows left out",
            parts.label.left_out.total().to_string(),
            rows.left_out.total().to_string(),
        ),
        ("rows", parts.cal_rows.to_string(), rows.len().to_string()),
        ("inputs' fingerprint", short(&parts.fingerprint), short(&now)),
    ])
}

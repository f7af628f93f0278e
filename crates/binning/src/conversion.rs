//! Between the domain types and the record on disk, where they differ.

use artifacts::MonthKey;
use calibration::{Calibrator, IsotonicCalibrator, PlattScaling};
use chrono::{DateTime, SecondsFormat, Utc};
use strategy_core::YearMonth;

use crate::record::{BinPayoffsEntry, CalibratorEntry, LabelEntry, MetadataRecord, PayoffsEntry};
use crate::{BinEdges, BinMetadata, BinPayoffs, BinningError, LabelRecord, MetadataParts, Payoffs};

impl BinMetadata {
    /// The metadata under the names of the file: what is written to disk and shown as JSON.
    #[must_use]
    pub fn to_record(&self) -> MetadataRecord {
        let parts = self.parts();
        MetadataRecord {
            bin_month: parts.key.month().to_string(),
            n_bins: parts.edges.n_bins().get(),
            calibration_method: parts.calibrator.method().to_string(),
            bin_edges: parts.edges.as_slice().to_vec(),
            calibrator: calibrator_entry(&parts.calibrator),
            cal_window_start: instant_text(parts.cal_window_start),
            cal_window_end: instant_text(parts.cal_window_end),
            cal_rows: parts.cal_rows,
            created_at: instant_text(parts.created_at),
            model_path: parts.model_path.clone(),
            dataset: parts.key.dataset().to_owned(),
            run_name: parts.key.run_name().to_owned(),
            label: label_entry(&parts.label),
            prediction_sources: parts.sources.clone(),
            matched_model_path: parts.matched_model_path.clone(),
            fit: parts.fit,
            diagnostics: parts.diagnostics.clone(),
            payoffs: parts.payoffs.as_ref().map(payoffs_entry),
            software_version: parts.software_version.clone(),
            fingerprint: parts.fingerprint.clone(),
        }
    }

    /// The metadata that a record stands for.
    ///
    /// # Errors
    /// [`BinningError::Inconsistent`] for a text that does not read as what its field holds or a
    /// field that contradicts another; the errors of [`BinEdges::from_vec`], [`MonthKey::new`] and of
    /// the calibrators' constructors.
    pub(crate) fn from_record(record: MetadataRecord) -> Result<Self, BinningError> {
        let edges = BinEdges::from_vec(record.bin_edges)?;
        if edges.n_bins().get() != record.n_bins {
            let reason = format!("{} where the edges make {}", record.n_bins, edges.n_bins());
            return Err(BinningError::Inconsistent { field: "n_bins", reason });
        }
        let calibrator = calibrator(record.calibrator)?;
        let method = calibrator.method().to_string();
        if method != record.calibration_method {
            let found = record.calibration_method;
            let reason = format!("`{found}` where the calibrator is `{method}`");
            return Err(BinningError::Inconsistent { field: "calibration_method", reason });
        }
        let month: YearMonth =
            record.bin_month.parse().map_err(|error| unreadable("bin_month", &error))?;
        Self::new(MetadataParts {
            key: MonthKey::new(record.dataset, record.run_name, month)?,
            model_path: record.model_path,
            matched_model_path: record.matched_model_path,
            calibrator,
            edges,
            cal_window_start: instant("cal_window_start", &record.cal_window_start)?,
            cal_window_end: instant("cal_window_end", &record.cal_window_end)?,
            cal_rows: record.cal_rows,
            created_at: instant("created_at", &record.created_at)?,
            label: label(record.label)?,
            sources: record.prediction_sources,
            fit: record.fit,
            diagnostics: record.diagnostics,
            payoffs: record.payoffs.as_ref().map(payoffs).transpose()?,
            software_version: record.software_version,
            fingerprint: record.fingerprint,
        })
    }
}

/// RFC 3339 with `Z`, fractions of a second only where there are any.
fn instant_text(instant: DateTime<Utc>) -> String {
    instant.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

fn instant(field: &'static str, text: &str) -> Result<DateTime<Utc>, BinningError> {
    let instant = DateTime::parse_from_rfc3339(text).map_err(|error| unreadable(field, &error))?;
    Ok(instant.to_utc())
}

fn unreadable(field: &'static str, error: &dyn std::error::Error) -> BinningError {
    BinningError::Inconsistent { field, reason: error.to_string() }
}

fn calibrator_entry(calibrator: &Calibrator) -> CalibratorEntry {
    match calibrator {
        Calibrator::Platt(platt) => {
            CalibratorEntry::Platt { slope: platt.slope(), intercept: platt.intercept() }
        }
        Calibrator::Isotonic(isotonic) => {
            CalibratorEntry::Isotonic { x: isotonic.x().to_vec(), y: isotonic.y().to_vec() }
        }
    }
}

fn calibrator(entry: CalibratorEntry) -> Result<Calibrator, BinningError> {
    Ok(match entry {
        CalibratorEntry::Platt { slope, intercept } => {
            Calibrator::Platt(PlattScaling::new(slope, intercept)?)
        }
        CalibratorEntry::Isotonic { x, y } => Calibrator::Isotonic(IsotonicCalibrator::new(x, y)?),
    })
}

fn label_entry(label: &LabelRecord) -> LabelEntry {
    LabelEntry {
        target_key: label.target_key.clone(),
        source: label.source.to_string(),
        tie_policy: label.tie_policy.clone(),
        cutoff: label.cutoff.to_string(),
        left_out: label.left_out,
    }
}

fn label(entry: LabelEntry) -> Result<LabelRecord, BinningError> {
    Ok(LabelRecord {
        target_key: entry.target_key,
        source: entry.source.parse().map_err(|error| unreadable("label.source", &error))?,
        tie_policy: entry.tie_policy,
        cutoff: entry.cutoff.parse().map_err(|error| unreadable("label.cutoff", &error))?,
        left_out: entry.left_out,
    })
}

fn payoffs_entry(payoffs: &Payoffs) -> PayoffsEntry {
    let entry = |(bin, payoffs): (u16, &BinPayoffs)| BinPayoffsEntry {
        bin,
        take_profit: payoffs.take_profit,
        stop_loss: payoffs.stop_loss,
        time: payoffs.time,
        effective_n: payoffs.effective_n,
        block_squares: payoffs.block_squares,
    };
    let side = |bins: &[BinPayoffs]| (1..).zip(bins).map(entry).collect();
    PayoffsEntry { rows: payoffs.rows, long: side(&payoffs.long), short: side(&payoffs.short) }
}

fn payoffs(entry: &PayoffsEntry) -> Result<Payoffs, BinningError> {
    let bin = |(number, entry): (u16, &BinPayoffsEntry)| {
        if entry.bin != number {
            let reason = format!("bin {} stands where bin {number} belongs", entry.bin);
            return Err(BinningError::Inconsistent { field: "payoffs", reason });
        }
        Ok(BinPayoffs {
            take_profit: entry.take_profit,
            stop_loss: entry.stop_loss,
            time: entry.time,
            effective_n: entry.effective_n,
            block_squares: entry.block_squares,
        })
    };
    let side = |bins: &[BinPayoffsEntry]| (1..).zip(bins).map(bin).collect::<Result<_, _>>();
    Ok(Payoffs { rows: entry.rows, long: side(&entry.long)?, short: side(&entry.short)? })
}

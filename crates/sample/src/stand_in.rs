//! The sample where no data is configured.

use std::io::Write;

use market_data::DataFlags;

use crate::{InstrumentPaths, SampleError, ensure};

/// The sample's files of `dataset` (of its first instrument when none is named), if `--sample` asks
/// for them or no data at all is configured. The sample is made if it is not there; `say` is told
/// that it is used.
///
/// # Errors
/// [`NotAsked`](SampleError::NotAsked) when some data is configured, but no file for this call;
/// when the sample cannot be made, or has no such dataset.
pub fn stand_in(
    flags: &DataFlags,
    dataset: Option<&str>,
    say: &mut dyn Write,
) -> Result<Option<InstrumentPaths>, SampleError> {
    if !is_needed(flags) {
        return Ok(None);
    }
    refuse_unasked(flags)?;
    let (paths, made_now) = ensure(&flags.sample_dir)?;
    let why = if flags.sample { "--sample" } else { "No data is configured" };
    let yours = "Pass --pred-duckdb and --ohlcv-duckdb to use your own.";
    // Whoever closed standard error does not want to hear it.
    let _ = writeln!(
        say,
        "{why}: using the generated sample {} {} (invented prices, not a market's).{}{}",
        if made_now { "made in" } else { "found in" },
        flags.sample_dir.display(),
        if flags.sample { "" } else { " " },
        if flags.sample { "" } else { yours },
    );
    match paths.instrument(dataset) {
        Some(instrument) => Ok(Some(instrument.clone())),
        None => Err(SampleError::UnknownDataset {
            dataset: dataset.unwrap_or_default().to_owned(),
            known: paths.datasets(),
        }),
    }
}

/// Refuses the sample, if only it can serve and nobody asked for it, because of `flag`: a call that
/// a schedule makes must not fall back to invented prices.
///
/// # Errors
/// [`NotAsked`](SampleError::NotAsked).
pub fn refuse_for(flags: &DataFlags, flag: &str) -> Result<(), SampleError> {
    if flags.sample || !is_needed(flags) {
        return Ok(());
    }
    Err(SampleError::NotAsked { why: format!("with {flag} it takes --sample") })
}

/// Whether only the sample can serve: it was asked for, or no file is named.
fn is_needed(flags: &DataFlags) -> bool {
    flags.sample || (flags.pred_duckdb.is_none() && flags.ohlcv_duckdb.is_none())
}

fn refuse_unasked(flags: &DataFlags) -> Result<(), SampleError> {
    let given = [
        ("--ohlcv-table", flags.ohlcv_table.is_some()),
        ("--model-path", flags.model_path.is_some()),
        ("--feature-key", flags.feature_key.is_some()),
    ];
    let given = given.iter().find(|(_, given)| *given).map(|(flag, _)| *flag);
    match (flags.sample, given, &flags.configured_elsewhere) {
        (true, ..) | (_, None, None) => Ok(()),
        (_, Some(flag), _) => refuse_for(flags, flag),
        (_, None, Some(place)) => {
            Err(SampleError::NotAsked { why: format!("{place}, and none for this one") })
        }
    }
}

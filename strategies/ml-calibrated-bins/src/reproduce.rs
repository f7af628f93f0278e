//! Making bins anew as their file says they were made, to see whether the data still gives them.

use std::collections::BTreeMap;

use artifacts::{Recipe, Reproduced};
use binning::BinMetadata;
use labeling::{LabelSource, TiePolicy};
use rayon::prelude::*;
use scored_labels::{InSample, Inputs, Run, Sources, WindowSettings};
use strategy_core::YearMonth;
use terminal::error_chain;

use crate::{BinsRecipe, Result, Settings};

/// Makes each of `files` anew from the files of `sources`, everything else as recorded in them. Gives their
/// places, and the results or why there are none.
pub(crate) fn reproduce(
    sources: &Sources,
    files: Vec<(usize, &BinMetadata)>,
) -> Vec<(usize, Result<Reproduced, String>)> {
    let mut groups = BTreeMap::<String, (Vec<usize>, Vec<&BinMetadata>)>::new();
    for (place, metadata) in files {
        let (places, group) = groups.entry(same_reading(metadata)).or_default();
        places.push(place);
        group.push(metadata);
    }
    let mut results = Vec::new();
    for (places, group) in groups.into_values() {
        let train = group.iter().any(|metadata| in_sample(metadata));
        let mut of_group = attempt(sources, &group, train);
        // Rows of pred_train.csv may all have been left out: then only their number in the account of
        // what was left out tells that the file was read.
        if !train && of_group.iter().any(|result| matches!(result, Ok(Reproduced::Different(_)))) {
            for (result, other) in of_group.iter_mut().zip(attempt(sources, &group, true)) {
                if other == Ok(Reproduced::Same) {
                    *result = other;
                }
            }
        }
        results.extend(places.into_iter().zip(of_group));
    }
    results
}

/// Reads the data of `group` once, with `pred_train.csv` or without, and makes each of it anew.
fn attempt(
    sources: &Sources,
    group: &[&BinMetadata],
    train: bool,
) -> Vec<Result<Reproduced, String>> {
    let Some(first) = group.first() else { return Vec::new() };
    let loaded = load(sources, first, group, train);
    let made = group.par_iter().map(|metadata| match &loaded {
        Ok(inputs) => again(inputs, metadata).map_err(|error| error_chain(&error)),
        Err(error) => Err(error_chain(error)),
    });
    made.collect()
}

/// The same for bins whose data is read the same way.
fn same_reading(metadata: &BinMetadata) -> String {
    let parts = metadata.parts();
    format!(
        "{}\n{}\n{}\n{}\n{:?}\n{}\n{}",
        parts.key.dataset(),
        parts.key.run_name(),
        parts.model_path,
        parts.label.target_key,
        parts.label.tie_policy,
        parts.label.cutoff,
        in_sample(metadata),
    )
}

/// Whether predictions of `pred_train.csv` took part.
fn in_sample(metadata: &BinMetadata) -> bool {
    metadata.parts().sources.iter().any(|source| source.name == "pred_train")
}

fn load(
    sources: &Sources,
    first: &BinMetadata,
    group: &[&BinMetadata],
    train: bool,
) -> Result<Inputs> {
    let parts = first.parts();
    let tie_policy = match (&parts.label.tie_policy, parts.label.source) {
        (Some(policy), LabelSource::Candles) => policy.parse().unwrap_or_default(),
        _ => TiePolicy::default(),
    };
    let mut run = Run::open(&Sources {
        model_path: Some(parts.model_path.clone()),
        dataset: Some(parts.key.dataset().to_owned()),
        run_name: Some(parts.key.run_name().to_owned()),
        target_key: Some(parts.label.target_key.clone()),
        tie_policy,
        in_sample: if train { InSample::Use } else { InSample::LeaveOut },
        ..sources.clone()
    })?;
    let months: Vec<YearMonth> = group.iter().map(|metadata| metadata.bin_month()).collect();
    let longest = group.iter().map(|metadata| settings(metadata).window.lookback_months).max();
    let lookback_months = longest.unwrap_or(1);
    let widest = WindowSettings { lookback_months, ..settings(first).window };
    Ok(run.load(&months, &widest)?)
}

/// The settings that the file records.
fn settings(metadata: &BinMetadata) -> Settings {
    let parts = metadata.parts();
    let start = YearMonth::containing(parts.cal_window_start);
    let lookback = metadata.bin_month().months_since(start);
    Settings {
        window: WindowSettings {
            lookback_months: u16::try_from(lookback).unwrap_or(0),
            label_cutoff: parts.label.cutoff,
            // Whether data was lacking shows in the rows.
            allow_incomplete: true,
        },
        n_bins: parts.edges.n_bins(),
        method: parts.calibrator.method(),
        created_at: Some(parts.created_at),
    }
}

fn again(inputs: &Inputs, metadata: &BinMetadata) -> Result<Reproduced> {
    BinsRecipe::of_file(metadata, settings(metadata)).reproduce(inputs, metadata)
}

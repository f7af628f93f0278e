//! Metadata fit together, score, and survive the file.

use std::path::Path;

use artifacts::{Artifact, OnExisting};
use binning::{
    BinCount, BinEdges, BinMetadata, BinStore, BinningError, Diagnostics, MetadataParts, Payoffs,
    SourceRecord,
};
use calibration::{Calibrator, IsotonicCalibrator, PlattScaling};
use chrono::TimeDelta;
use proptest::prelude::*;

use crate::{payoffs, sample};

/// Makes one change to metadata that fit together; the field that must be blamed.
fn refused(change: impl FnOnce(&mut MetadataParts)) -> &'static str {
    let mut parts = sample::platt();
    change(&mut parts);
    match BinMetadata::new(parts).unwrap_err() {
        BinningError::Inconsistent { field, .. } => field,
        other => panic!("{other}"),
    }
}

#[test]
fn contradictions_are_refused_by_the_name_of_the_field() {
    assert_eq!(refused(|p| p.model_path.clear()), "model_path");
    assert_eq!(refused(|p| p.matched_model_path.clear()), "matched_model_path");
    assert_eq!(refused(|p| p.software_version.clear()), "software_version");
    assert_eq!(refused(|p| p.fingerprint = "ABCD".repeat(16)), "fingerprint");
    assert_eq!(refused(|p| p.fingerprint.truncate(63)), "fingerprint");
    assert_eq!(refused(|p| p.cal_window_end += TimeDelta::hours(1)), "cal_window_end");
    assert_eq!(refused(|p| p.cal_window_start = p.cal_window_end), "cal_window_start");
    assert_eq!(refused(|p| p.cal_rows = 0), "cal_rows");
    assert_eq!(refused(|p| p.cal_rows += 1), "prediction_sources");
    assert_eq!(refused(|p| p.sources[0].rows = u64::MAX), "prediction_sources");
    assert_eq!(refused(|p| p.sources[1].name = "predictions".into()), "prediction_sources");
    assert_eq!(refused(|p| p.sources[1].name.clear()), "prediction_sources");
    let many = |count: u64| {
        let source = |number: u64| SourceRecord { name: number.to_string(), rows: 1 };
        let total = SourceRecord { name: "rest".into(), rows: 8736 - count };
        (0..count).map(source).chain([total]).collect()
    };
    assert_eq!(refused(|p| p.sources = many(1000)), "prediction_sources");
    assert_eq!(refused(|p| (p.sources, p.cal_rows) = (many(999), 0)), "cal_rows");
    assert_eq!(refused(|p| p.label.target_key.clear()), "label.target_key");
    assert_eq!(refused(|p| p.label.tie_policy = None), "label.tie_policy");
    assert_eq!(refused(|p| p.label.source = labeling::LabelSource::Targets), "label.tie_policy");
    assert_eq!(
        refused(|p| p.edges = BinEdges::from_vec(vec![0.25, 0.5, 1.5]).unwrap()),
        "bin_edges"
    );
    assert_eq!(refused(|p| p.fit.as_mut().unwrap().gradient_norm = f64::NAN), "fit.gradient_norm");
    assert_eq!(refused(|p| p.calibrator = sample::isotonic().calibrator), "fit");
    assert_eq!(refused(|p| p.diagnostics.base_rate = 1.1), "diagnostics.base_rate");
    assert_eq!(refused(|p| p.diagnostics.brier_before = -0.1), "diagnostics.brier_before");
    assert_eq!(refused(|p| p.diagnostics.brier_after = f64::NAN), "diagnostics.brier_after");
    assert_eq!(
        refused(|p| p.diagnostics.log_loss_before = f64::INFINITY),
        "diagnostics.log_loss_before"
    );
    assert_eq!(refused(|p| p.diagnostics.log_loss_after = -1.0), "diagnostics.log_loss_after");
    assert_eq!(refused(|p| p.diagnostics.ece_before = 2.0), "diagnostics.ece_before");
    assert_eq!(refused(|p| p.diagnostics.ece_after = f64::NAN), "diagnostics.ece_after");
}

#[test]
fn the_table_of_bins_must_be_about_these_edges_and_rows() {
    let table: [fn(&mut MetadataParts); 11] = [
        |p| p.diagnostics.bins.truncate(3),
        |p| p.diagnostics.bins.swap(0, 1),
        |p| p.diagnostics.bins[1].lower = Some(0.26),
        |p| p.diagnostics.bins[0].rows += 1,
        |p| p.diagnostics.bins[0].mean_p_cal = None,
        |p| p.diagnostics.bins[2].hit_rate = Some(0.5),
        |p| p.diagnostics.bins[0].hit_rate_upper = Some(1.5),
        |p| p.diagnostics.bins[0].hit_rate_lower = Some(0.2),
        |p| p.diagnostics.bins[1].mean_p_cal = Some(0.2),
        |p| p.diagnostics.bins[1].mean_p_cal = Some(0.51),
        |p| {
            // Bin 3 lies between equal edges.
            let last = p.diagnostics.bins[3].clone();
            let bin = &mut p.diagnostics.bins[2];
            (bin.rows, bin.mean_p_cal, bin.hit_rate) = (1, Some(0.5), last.hit_rate);
            (bin.hit_rate_lower, bin.hit_rate_upper) = (last.hit_rate_lower, last.hit_rate_upper);
            p.diagnostics.bins[3].rows -= 1;
        },
    ];
    for change in table {
        assert_eq!(refused(change), "diagnostics.bins");
    }
}

#[test]
fn bytes_are_those_of_the_file_and_time_and_version_can_be_put_aside() {
    let path = Path::new("run/2025-11.msgpack");
    let metadata = sample::metadata();
    let bytes = metadata.encode(path).unwrap();
    assert_eq!(BinMetadata::decode(&bytes, path).unwrap(), metadata);
    let error = BinMetadata::decode(&bytes[..100], path).unwrap_err();
    assert!(error.to_string().contains("run/2025-11.msgpack"), "{error}");

    let (created_at, version) =
        (metadata.parts().created_at, metadata.parts().software_version.clone());
    let later = metadata.clone().with_created(created_at + TimeDelta::days(1), "0.9.0").unwrap();
    assert!(later.encode(path).unwrap() != bytes);
    assert!(
        later.clone().with_created(created_at, version).unwrap().encode(path).unwrap() == bytes
    );
    let error = later.with_created(created_at, "").unwrap_err();
    assert!(matches!(error, BinningError::Inconsistent { field: "software_version", .. }));
}

#[test]
fn scores_become_probabilities_and_bins() {
    let metadata = sample::metadata();
    let scores = [0.0, 0.1, 0.45, 0.7, 1.0];
    let (mut p_cal, mut q_bin) = ([0.0; 5], [0; 5]);
    metadata.score_into(&scores, &mut p_cal, &mut q_bin).unwrap();
    for (row, &score) in scores.iter().enumerate() {
        let scored = metadata.score(score).unwrap();
        assert_eq!((scored.p_cal, scored.q_bin), (p_cal[row], q_bin[row]));
        assert_eq!(scored.p_cal, metadata.calibrator().predict_one(score).unwrap());
        assert_eq!(scored.q_bin, metadata.edges().assign(scored.p_cal).unwrap());
    }
    assert!(q_bin.is_sorted());
    assert_eq!((q_bin[0], q_bin[4]), (1, 4));
    assert_eq!(metadata.unreachable_bins(), [3]);
}

#[test]
fn scores_that_are_none_and_wrong_lengths_are_refused() {
    let metadata = sample::metadata();
    for bad in [f64::NAN, -0.1, 1.1, f64::INFINITY] {
        assert!(matches!(metadata.score(bad), Err(BinningError::Calibration(_))), "{bad}");
    }
    let short = metadata.score_into(&[0.1, 0.2], &mut [0.0], &mut [0, 0]);
    assert!(matches!(short, Err(BinningError::LengthMismatch { found: 1, wanted: 2, .. })));
    let short = metadata.score_into(&[0.1, 0.2], &mut [0.0; 2], &mut [0; 3]);
    assert!(matches!(short, Err(BinningError::LengthMismatch { found: 3, wanted: 2, .. })));
}

#[test]
fn diagnostics_refuse_no_rows_and_lengths_that_differ() {
    let edges = BinEdges::from_vec(vec![0.5]).unwrap();
    let over = |scores: &[f64], p_cal: &[f64], labels: &[bool]| {
        Diagnostics::over(scores, p_cal, labels, &edges, &(0.0..=1.0)).unwrap_err()
    };
    assert!(matches!(over(&[], &[], &[]), BinningError::NoValues));
    assert!(matches!(over(&[0.1], &[], &[true]), BinningError::LengthMismatch { .. }));
    assert!(matches!(over(&[0.1], &[0.1], &[]), BinningError::LengthMismatch { .. }));
    assert!(matches!(over(&[1.5], &[0.1], &[true]), BinningError::Calibration(_)));
    assert!(matches!(over(&[0.1], &[f64::NAN], &[true]), BinningError::Calibration(_)));
}

#[test]
fn bins_are_counted_by_hand() {
    let edges = BinEdges::from_vec(vec![0.25, 0.5, 0.5]).unwrap();
    let p_cal = [0.1, 0.25, 0.3, 0.4, 0.5];
    let labels = [false, true, true, false, true];
    let found = Diagnostics::over(&p_cal, &p_cal, &labels, &edges, &(0.1..=0.6)).unwrap();
    let bins = found.bins;
    assert_eq!(bins.iter().map(|bin| bin.rows).collect::<Vec<_>>(), [1, 3, 0, 1]);
    assert_eq!(bins[1].mean_p_cal, Some((0.25 + 0.3 + 0.4) / 3.0));
    assert_eq!(bins[1].hit_rate, Some(2.0 / 3.0));
    assert_eq!((bins[1].lower, bins[1].upper), (Some(0.25), Some(0.5)));
    assert_eq!((bins[2].mean_p_cal, bins[2].hit_rate_lower), (None, None));
    let reachable: Vec<bool> = bins.iter().map(|bin| bin.reachable).collect();
    assert_eq!(reachable, [true, true, false, true]);
}

/// Metadata as a rebuild makes them, of any scores and labels.
fn rebuilt(rows: &[(f64, bool)], calibrator: Calibrator, n_bins: BinCount) -> BinMetadata {
    let (scores, labels): (Vec<f64>, Vec<bool>) = rows.iter().copied().unzip();
    let mut p_cal = vec![0.0; scores.len()];
    calibrator.predict_into(&scores, &mut p_cal).unwrap();
    let edges = BinEdges::quantiles(&p_cal, n_bins).unwrap();
    let range = calibrator.range();
    let mut parts = match calibrator {
        Calibrator::Platt(_) => sample::platt(),
        Calibrator::Isotonic(_) => sample::isotonic(),
    };
    parts.diagnostics = Diagnostics::over(&scores, &p_cal, &labels, &edges, &range).unwrap();
    parts.cal_rows = rows.len() as u64;
    parts.sources.truncate(1);
    parts.sources[0].rows = parts.cal_rows;
    let mut q_bin = vec![0; p_cal.len()];
    edges.assign_into(&p_cal, &mut q_bin).unwrap();
    let payoffs = (0..)
        .zip(&q_bin)
        .zip(&labels)
        .map(|((at, &bin), &hit)| payoffs::row(at, bin, 3, if hit { 0.04 } else { -0.02 }));
    parts.payoffs = Some(Payoffs::over(&payoffs.collect::<Vec<_>>(), n_bins.get()).unwrap());
    parts.calibrator = calibrator;
    parts.edges = edges;
    BinMetadata::new(parts).unwrap()
}

fn calibrators() -> impl Strategy<Value = Calibrator> {
    let platt = (-5.0..5.0, -3.0..3.0).prop_map(|(slope, intercept)| {
        Calibrator::Platt(PlattScaling::new(slope, intercept).unwrap())
    });
    let isotonic = prop::collection::vec((1..1000u16, 0..=1000u16), 1..30).prop_map(|points| {
        let (mut x, mut y): (Vec<u16>, Vec<u16>) = points.into_iter().unzip();
        x.sort_unstable();
        x.dedup();
        y.sort_unstable();
        y.truncate(x.len());
        let share =
            |steps: Vec<u16>| steps.into_iter().map(|step| f64::from(step) / 1000.0).collect();
        Calibrator::Isotonic(IsotonicCalibrator::new(share(x), share(y)).unwrap())
    });
    prop_oneof![platt, isotonic]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_a_rebuild_makes_is_accepted_and_survives_the_file(
        rows in prop::collection::vec((0.0..=1.0, any::<bool>()), 1..200),
        calibrator in calibrators(),
        n_bins in (2u32..50).prop_map(|count| BinCount::try_from(count).unwrap()),
    ) {
        let metadata = rebuilt(&rows, calibrator, n_bins);
        let folder = tempfile::tempdir().unwrap();
        let store = BinStore::new(folder.path());
        store.save(&metadata, OnExisting::Refuse).unwrap();
        prop_assert_eq!(&store.load(metadata.key()).unwrap(), &metadata);

        // Rows fell where scoring puts them, and into no bin that counts as unreachable.
        for &(score, _) in &rows {
            let bin = metadata.score(score).unwrap().q_bin;
            let record = &metadata.parts().diagnostics.bins[usize::from(bin) - 1];
            prop_assert!(record.rows > 0 && record.reachable);
        }
    }
}

//! The file of a month: fitted on what was known, whoever is missing.

use std::path::Path;

use artifacts::{Artifact, ArtifactError, MonthStore, OnExisting};
use clap::ValueEnum;
use pools::{MemberScores, MonthPools, PoolError, PoolKind, PoolSettings, fit};
use strategy_core::YearMonth;

const HOUR: i64 = 3_600_000_000;

fn month(text: &str) -> YearMonth {
    text.parse().unwrap()
}

/// Three members over the hours of 2024-01 to 2024-04: one that knows something, one that knows less,
/// one that is a constant.
fn scores() -> MemberScores {
    let first = month("2024-01").start().timestamp_micros();
    let last = month("2024-05").start().timestamp_micros();
    let timestamps: Vec<i64> = (first..last).step_by(HOUR as usize).collect();
    let draw = |row: usize, salt: u64| {
        let mut bits = (row as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ salt;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((bits ^ (bits >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    };
    let rows = timestamps.len();
    let truth: Vec<f64> = (0..rows).map(|row| 0.05 + 0.4 * draw(row, 1)).collect();
    let noisy = |spread: f64, salt: u64| -> Vec<f64> {
        (0..rows)
            .map(|row| (truth[row] + spread * (draw(row, salt) - 0.5)).clamp(0.01, 0.99))
            .collect()
    };
    MemberScores {
        dataset: "test_1h".to_owned(),
        members: ["a", "b", "c"].map(str::to_owned).into(),
        target_key: "y".to_owned(),
        labels: (0..rows).map(|row| Some(draw(row, 2) < truth[row])).collect(),
        ends: vec![None; rows],
        scores: vec![noisy(0.2, 3), noisy(0.5, 4), vec![0.25; rows]],
        timestamps,
        horizon: 24 * HOUR,
        interval: HOUR,
    }
}

fn settings(pool: PoolKind) -> PoolSettings {
    PoolSettings { lookback_months: 3, pool, ..PoolSettings::default() }
}

#[test]
fn labels_that_were_not_known_when_the_month_began_change_nothing() {
    let honest = scores();
    let april = month("2024-04").start().timestamp_micros();
    for &pool in PoolKind::value_variants() {
        let fitted = fit(&honest, month("2024-04"), &settings(pool)).unwrap();
        let mut changed = honest.clone();
        for row in 0..changed.timestamps.len() {
            if changed.known_at(changed.timestamps[row]) > april {
                changed.labels[row] = changed.labels[row].map(|label| !label);
            }
        }
        assert_eq!(fit(&changed, month("2024-04"), &settings(pool)).unwrap(), fitted, "{pool}");
        // The last row that counts closes its horizon exactly when the month begins.
        let mut cheater = honest.clone();
        let last = cheater.timestamps.partition_point(|&time| honest.known_at(time) <= april) - 1;
        cheater.labels[last] = cheater.labels[last].map(|label| !label);
        assert_ne!(fit(&cheater, month("2024-04"), &settings(pool)).unwrap(), fitted, "{pool}");
    }
}

#[test]
fn a_member_may_be_missing_for_an_hour_a_month_or_from_the_start() {
    let mut scores = scores();
    let march = month("2024-03").start().timestamp_micros();
    // b begins in March; c is missing for a day of March.
    for row in 0..scores.timestamps.len() {
        let time = scores.timestamps[row];
        if time < march {
            scores.scores[1][row] = f64::NAN;
        }
        if (march..march + 24 * HOUR).contains(&time) {
            scores.scores[2][row] = f64::NAN;
        }
    }
    let fitted = fit(&scores, month("2024-04"), &settings(PoolKind::LogitPool)).unwrap();
    let rows: Vec<usize> = fitted.members.iter().map(|member| member.rows).collect();
    assert!(rows[1] < rows[2] && rows[2] < rows[0], "{rows:?}");
    assert_eq!(fitted.subsets.len(), 7, "a pool for each set of members");
    let probabilities = fitted.calibrated(&[Some(0.3), None, Some(0.25)]).unwrap();
    let pooled = fitted.pool(&probabilities, None).unwrap().unwrap();
    assert_eq!(pooled.present, 2);
    let none = fitted.pool(&[None, None, None], None).unwrap();
    assert!(none.is_none());

    scores.scores[1].fill(f64::NAN);
    let never = fit(&scores, month("2024-04"), &settings(PoolKind::LogitPool)).unwrap();
    assert_eq!((never.members[1].rows, never.subsets.len()), (0, 3));
    assert_eq!(never.calibrated(&[Some(0.3), Some(0.4), None]).unwrap()[1], None);

    scores.scores[2].fill(f64::NAN);
    let alone = fit(&scores, month("2024-04"), &settings(PoolKind::LogitPool));
    assert!(matches!(alone, Err(PoolError::TooFewCalibrated { .. })));
}

#[test]
fn few_rows_are_pooled_equally_and_that_is_said() {
    let mut scores = scores();
    for row in 400..scores.timestamps.len() {
        scores.scores[1][row] = f64::NAN;
    }
    let fitted = fit(&scores, month("2024-04"), &settings(PoolKind::LogitPool)).unwrap();
    let of = |members: &[usize]| fitted.subsets.iter().find(|s| s.members == members).unwrap();
    assert_eq!(of(&[0, 1, 2]).fallback.as_deref(), Some("400 common rows, fewer than 500"));
    assert_eq!(of(&[0, 1, 2]).fitted.weights(), [1.0 / 3.0; 3]);
    assert_eq!(of(&[0, 2]).fallback, None);
}

#[test]
fn a_file_gives_back_what_was_fitted_and_notices_damage() {
    let folder = tempfile::tempdir().unwrap();
    let fitted = fit(&scores(), month("2024-04"), &settings(PoolKind::BetaLinear)).unwrap();
    let files = MonthStore::<MonthPools>::new(folder.path());
    let key = fitted.month_key().unwrap();
    let missing = files.load(&key);
    assert!(matches!(missing, Err(PoolError::Artifact(ArtifactError::NotFound { .. }))));
    let path = files.save(&fitted, OnExisting::Refuse).unwrap().path().to_owned();
    assert_eq!(files.path(&key), path);
    assert_eq!(files.load(&key).unwrap(), fitted);
    assert_eq!(files.months(key.dataset(), key.run_name()).unwrap(), [month("2024-04")]);
    let again = files.save(&fitted, OnExisting::Refuse);
    assert!(matches!(again, Err(PoolError::Artifact(ArtifactError::Exists { .. }))));
    files.save(&fitted, OnExisting::Overwrite).unwrap();

    let text = std::fs::read_to_string(&path).unwrap();
    let changed = text.replacen("\"rows\": ", "\"rows\": 1", 1);
    let says = |text: &str| {
        let read = MonthPools::decode(text.as_bytes(), Path::new("file"));
        let Err(PoolError::Artifact(ArtifactError::Unusable { reason, .. })) = read else {
            panic!("{read:?}")
        };
        reason
    };
    assert_eq!(says(&changed), "is damaged: its checksum does not fit");
    assert_eq!(says(&text[..text.len() / 2]), "is no file of an ensemble");
    let newer = text.replacen("\"format_version\": 2", "\"format_version\": 3", 1);
    assert_eq!(says(&newer), "has format version 3, this program reads 2");
    assert_eq!(says("{}"), "has format version none, this program reads 2");
}

//! Running a plan, stopping it, and what its results say.

use std::fs;
use std::path::Path;

use serde_json::json;
use statistics::{DayEnds, Resampling, SplitMix64, TrackRecorder};
use trials::{
    Axis, CHUNK, Evaluated, Outcome, Plan, ResultsFolder, SweepReport, TrialsError, analyse, sweep,
};

const DAY: i64 = 86_400_000_000;

fn plan() -> Plan {
    let axes: Vec<Axis> =
        ["a=1:30:1", "b=1:20:1"].iter().map(|text| text.parse().unwrap()).collect();
    Plan::grid(&axes).unwrap()
}

/// Returns of 200 days that follow from the setting; some settings are refused, some never trade.
fn outcome(setting: usize) -> Outcome {
    if setting % 50 == 49 {
        return Outcome::Refused("a must be below b".to_owned());
    }
    let mut generator = SplitMix64::new(setting as u64);
    let mut equity = 1000.0;
    let flat = setting % 50 == 48;
    let times: Vec<i64> = (0..200).map(|day| day * DAY).collect();
    let days = DayEnds::of(&times).unwrap();
    let mut record = TrackRecorder::new(&days, 1000.0).unwrap();
    for _ in 0..200 {
        let uniform = (generator.next_bits() >> 11) as f64 / 2.0_f64.powi(53);
        equity *= if flat { 1.0 } else { 1.0 + 0.02 * (uniform - 0.49) };
        record.row(equity);
    }
    Outcome::Evaluated(Evaluated::new(record.finish().unwrap(), [1.0, -1.0, 2.0]))
}

#[allow(clippy::unnecessary_wraps, reason = "a sweep takes what may fail")]
fn evaluate(settings: &[usize]) -> Result<Vec<Outcome>, TrialsError> {
    Ok(settings.iter().map(|&setting| outcome(setting)).collect())
}

fn report(folder: &Path) -> SweepReport {
    let results = ResultsFolder::open(folder, &json!({"plan": 1}), true).unwrap();
    let resampling = Resampling { resamples: 200, ..Resampling::default() };
    analyse(&results, 5, &resampling).unwrap()
}

#[test]
fn a_stopped_sweep_goes_on_and_ends_with_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let (whole, stopped) = (folder.path().join("whole"), folder.path().join("stopped"));
    let plan = plan();
    let results = ResultsFolder::open(&whole, &json!({"plan": 1}), false).unwrap();
    assert!(sweep(&plan, &results, evaluate, |_| true).unwrap());

    let results = ResultsFolder::open(&stopped, &json!({"plan": 1}), false).unwrap();
    for limit in [0, CHUNK, 2 * CHUNK] {
        assert!(!sweep(&plan, &results, evaluate, |done| done < limit).unwrap());
        // What is there can be read while the sweep is not complete.
        for part in fs::read_dir(stopped.join("parts")).unwrap() {
            let reader = tabular::read(&part.unwrap().path(), 1000).unwrap();
            let rows: usize = reader.map(|batch| batch.unwrap().num_rows()).sum();
            assert_eq!(rows, CHUNK);
        }
    }
    // A torn file of a killed program is not taken for a part.
    fs::write(stopped.join("parts/.00002.parquet.tmp"), b"torn").unwrap();
    let results = ResultsFolder::open(&stopped, &json!({"plan": 1}), true).unwrap();
    assert!(sweep(&plan, &results, evaluate, |_| true).unwrap());
    let bytes = |folder: &Path| fs::read(folder.join("settings.parquet")).unwrap();
    assert_eq!(bytes(&whole), bytes(&stopped));
    assert!(!stopped.join("parts").exists());
    assert_eq!(report(&whole), report(&stopped));
}

#[test]
fn folders_of_other_sweeps_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let open = |identity: serde_json::Value, resume| {
        ResultsFolder::open(&folder.path().join("sweep"), &identity, resume)
    };
    open(json!({"plan": 1, "rows": "x"}), false).unwrap();
    let again = open(json!({"plan": 1, "rows": "x"}), false).unwrap_err();
    assert!(matches!(again, TrialsError::SweepExists { .. }));
    let other = open(json!({"plan": 1, "rows": "y"}), true).unwrap_err();
    assert!(matches!(&other, TrialsError::OtherSweep { differs, .. } if differs == "rows"));
    open(json!({"plan": 1, "rows": "x"}), true).unwrap();
}

#[test]
fn a_report_counts_what_there_is() {
    let folder = tempfile::tempdir().unwrap();
    let plan = plan();
    let results = ResultsFolder::open(folder.path(), &json!({"plan": 1}), false).unwrap();
    assert!(sweep(&plan, &results, evaluate, |_| true).unwrap());
    let found = report(folder.path());
    assert_eq!(
        (found.settings, found.refused, found.without_trades, found.days),
        (600, 12, 12, 200)
    );
    assert_eq!(found.verdict.settings, 588);
    assert_eq!(found.best.len(), 5);
    let largest = found.sharpes.iter().flatten().copied().fold(f64::MIN, f64::max);
    assert_eq!(found.best[0].sharpe, largest);
    for (rank, pair) in found.best.windows(2).enumerate() {
        assert!(pair[0].sharpe >= pair[1].sharpe, "rank {rank}");
    }
    for ranked in &found.best {
        let interval = ranked.interval.unwrap();
        assert!(interval.lower < ranked.sharpe && ranked.sharpe < interval.upper);
        assert_eq!(found.sharpes[ranked.setting], Some(ranked.sharpe));
    }
    // Settings drawn apart: hardly correlated.
    assert!(found.effective_trials.unwrap() > 500.0);
    let overfitting = found.overfitting.unwrap();
    assert_eq!(overfitting.combinations, 12_870);
    assert!(overfitting.probability > 0.1, "{}", overfitting.probability);
    let test = found.superior_ability.unwrap();
    assert!(test.p_lower <= test.p_consistent && test.p_consistent <= test.p_upper);

    let threads = |count: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(count).build().unwrap();
        pool.install(|| report(folder.path()))
    };
    assert_eq!(threads(1), threads(2));
    assert_eq!(threads(1), threads(7));
}

#[test]
fn a_damaged_file_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let results = ResultsFolder::open(folder.path(), &json!({}), false).unwrap();
    assert!(sweep(&plan(), &results, evaluate, |_| true).unwrap());
    fs::write(results.settings(), b"PAR1 and no more").unwrap();
    let error = analyse(&results, 5, &Resampling::default()).unwrap_err();
    assert!(matches!(&error, TrialsError::Damaged { path } if *path == results.settings()));
}

//! Online pools within the month: a label is learnt when its horizon closes, and not a row earlier.

use std::path::Path;

use artifacts::Artifact;
use chrono::TimeDelta;
use ensemble::{Config, Decision, Ensemble};
use labeling::{CandleSeries, Outcome, TargetKey, TiePolicy, label_candles, trade_ends};
use pools::{Hedge, Learnt, MemberScores, MonthPools, PoolKind, PoolSettings, fit, mixture};
use strategy_core::contract_tests::hourly;
use strategy_core::{Rows, Side, Strategy, Subject, YearMonth, config_from_flags};

const HOUR: i64 = 3_600_000_000;
const KEY: &str = "y_tp_before_sl_u0.02_d0.01_24h";
const HORIZON: usize = 24;
const RUNS: [&str; 2] = [
    "run_1_a_y_tp_before_sl_u0.02_d0.01_24h_binary",
    "run_2_b_y_tp_before_sl_u0.02_d0.01_24h_binary",
];

fn month(text: &str) -> YearMonth {
    text.parse().unwrap()
}

/// Numbers within 0 and 1, the same for the same seed.
fn noise(mut state: u64) -> impl FnMut() -> f64 {
    move || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// Candles of 2024-01 to 2024-04, and what two models say of them.
struct Past {
    prices: [Vec<f64>; 4],
    scores: MemberScores,
}

impl Past {
    fn new() -> Self {
        let first = month("2024-01").start().timestamp_micros();
        let last = month("2024-05").start().timestamp_micros();
        let timestamps: Vec<i64> = (first..last).step_by(HOUR as usize).collect();
        let mut draw = noise(3);
        let mut prices: [Vec<f64>; 4] = Default::default();
        let mut close = 100.0_f64;
        for _ in &timestamps {
            let open = close;
            close *= 1.0 + 0.01 * (draw() - 0.5);
            let high = open.max(close) * (1.0 + 0.002 * draw());
            let low = open.min(close) * (1.0 - 0.002 * draw());
            for (column, price) in prices.iter_mut().zip([open, high, low, close]) {
                column.push(price);
            }
        }
        let rule = TargetKey::parse(KEY).unwrap().rule(TiePolicy::default());
        let [open, high, low, close] = &prices;
        let candles =
            CandleSeries::new(&timestamps, open, high, low, close, TimeDelta::hours(1)).unwrap();
        let labels: Vec<Option<bool>> =
            label_candles(&candles, &rule).unwrap().into_iter().map(Outcome::label).collect();
        let ends = trade_ends(&candles, &rule).unwrap();
        let mut score = |skill: f64| -> Vec<f64> {
            let said = |label: &Option<bool>| {
                let truth = if *label == Some(true) { 1.0 } else { 0.0 };
                skill * truth + (1.0 - skill) * draw()
            };
            labels.iter().map(said).collect()
        };
        let mut scores = vec![score(0.2), score(0.15)];
        // b sleeps for a day of April.
        for (time, score) in timestamps.iter().zip(&mut scores[1]) {
            if YearMonth::containing_micros(*time) == month("2024-04") && (time / HOUR) % 720 < 24 {
                *score = f64::NAN;
            }
        }
        let scores = MemberScores {
            dataset: "test_1h".to_owned(),
            members: RUNS.map(str::to_owned).into(),
            target_key: KEY.to_owned(),
            timestamps,
            scores,
            labels,
            ends,
            horizon: 24 * HOUR,
            interval: HOUR,
        };
        Self { prices, scores }
    }

    fn fitted(&self, pool: PoolKind, of: &str) -> MonthPools {
        let settings = PoolSettings { lookback_months: 2, pool, ..PoolSettings::default() };
        fit(&self.scores, month(of), &settings).unwrap()
    }

    /// The place of the first row of a month.
    fn first(&self, of: &str) -> usize {
        let start = month(of).start().timestamp_micros();
        self.scores.timestamps.partition_point(|&time| time < start)
    }

    /// The strategy's decisions of the rows `from..to`, with the files of March and April.
    fn decide(&self, pool: PoolKind, from: usize, to: usize) -> Vec<Decision> {
        let flags = format!("--members {} {} --pool {pool}", RUNS[0], RUNS[1]);
        let config: Config = config_from_flags(flags.split_whitespace()).unwrap();
        let subject = Subject { dataset: Some("test_1h".to_owned()), ..Subject::default() };
        let mut strategy = Ensemble::new(config, &subject).unwrap();
        for of in ["2024-03", "2024-04"] {
            let bytes = self.fitted(pool, of).encode(Path::new("")).unwrap();
            strategy.adopt(month(of), Some(&bytes)).unwrap();
        }
        let mut columns: Vec<(String, &[f64])> = ["open", "high", "low", "close"]
            .iter()
            .zip(&self.prices)
            .map(|(name, prices)| ((*name).to_owned(), &prices[from..to]))
            .collect();
        for (run, scores) in RUNS.iter().zip(&self.scores.scores) {
            columns.push((format!("y_pred#{run}?"), &scores[from..to]));
        }
        let columns: Vec<(&str, &[f64])> =
            columns.iter().map(|(name, values)| (name.as_str(), *values)).collect();
        let batch = hourly(self.scores.timestamps[from] / HOUR, &columns).unwrap();
        strategy.decide(&Rows::new(&batch).unwrap()).unwrap()
    }

    /// The pooled probabilities of April by Hedge, each row's anew from the month's file and the labels
    /// that are known `early` rows before their horizon closes.
    fn by_hand(&self, early: usize) -> Vec<f64> {
        let fitted = self.fitted(PoolKind::Hedge, "2024-04");
        let Some(Learnt::Hedge(begin)) = &fitted.learnt else { panic!("{:?}", fitted.learnt) };
        let first = self.first("2024-04");
        let given = |row: usize| fitted.calibrated(&self.scores.row(row)).unwrap();
        let pooled = |row: usize| {
            let mut hedge: Hedge = begin.clone();
            // The file knows the labels of rows whose horizon closed by the end of March.
            for earlier in first - HORIZON..(row + 1 + early).saturating_sub(HORIZON).min(row) {
                if let Some(label) = self.scores.labels[earlier] {
                    hedge.update(&given(earlier), label);
                }
            }
            mixture(hedge.weights(), &given(row)).unwrap()
        };
        (first..self.scores.timestamps.len()).step_by(7).map(pooled).collect()
    }
}

#[test]
fn weights_follow_the_labels_that_are_known_at_each_row() {
    let past = Past::new();
    let rows = past.scores.timestamps.len();
    let decided = past.decide(PoolKind::Hedge, past.first("2024-03"), rows);
    let april = &decided[past.first("2024-04") - past.first("2024-03")..];
    let found: Vec<f64> = april
        .iter()
        .step_by(7)
        .map(|decision| decision.pooled.map_or(f64::NAN, |p| p.probability))
        .collect();
    let awake = |row: &usize| found[*row].is_finite();
    let both: Vec<usize> = (0..found.len()).filter(awake).collect();
    assert!(both.len() > 90, "{}", both.len());
    let differs = |other: &[f64]| both.iter().any(|&row| found[row] != other[row]);
    assert!(!differs(&past.by_hand(0)));
    // Who knows each label an hour early is seen, and who learns it an hour late would not be alone.
    assert!(differs(&past.by_hand(1)));
}

#[test]
fn a_later_start_with_its_lookback_decides_as_the_whole_history_does() {
    let past = Past::new();
    let rows = past.scores.timestamps.len();
    let (march, april) = (past.first("2024-03"), past.first("2024-04"));
    for pool in [PoolKind::Hedge, PoolKind::Boa] {
        let whole = past.decide(pool, march, rows);
        let start = april + 400;
        // Rows of the lookback before the first file have no decision.
        let begin = start - (31 * 24 + HORIZON);
        let late = past.decide(pool, begin.min(march - 20), rows);
        assert!(late[..march - begin.min(march - 20)].iter().all(|d| d.pooled.is_none()));
        let tail = |decisions: &[Decision]| decisions[decisions.len() - (rows - start)..].to_vec();
        assert_eq!(tail(&late), tail(&whole), "{pool}");
    }
}

#[test]
fn candles_behind_a_row_change_nothing_at_it() {
    let past = Past::new();
    let (march, row) = (past.first("2024-03"), past.first("2024-04") + 300);
    for pool in [PoolKind::Hedge, PoolKind::Boa] {
        let honest = past.decide(pool, march, row + 60);
        let mut other = Past::new();
        for column in &mut other.prices {
            column[row + 1..].iter_mut().for_each(|price| *price *= 2.0);
        }
        let changed = other.decide(pool, march, row + 60);
        assert_eq!(changed[..=row - march], honest[..=row - march], "{pool}");
        // Labels whose horizon reaches beyond the jump are learnt differently later.
        assert_ne!(changed, honest, "{pool}");
    }
}

#[test]
fn decisions_carry_what_the_windows_trades_of_their_bin_paid() {
    let past = Past::new();
    let (march, end) = (past.first("2024-03"), past.first("2024-04"));
    let fitted = past.fitted(PoolKind::LogitPool, "2024-03");
    let decided = past.decide(PoolKind::LogitPool, march, end);
    let mut compared = 0;
    for (row, decision) in (march..end).zip(&decided) {
        if decision.side == Side::NoSignal {
            assert_eq!(decision.outlook, None);
            continue;
        }
        // By hand: the window's rows of the same bin whose labels were known when the month began.
        let Some(bin) = decision.pooled.map(|pooled| pooled.bin) else { continue };
        let paid: Vec<f64> = (0..march - HORIZON)
            .filter(|&earlier| {
                let given = fitted.calibrated(&past.scores.row(earlier)).unwrap();
                fitted.pool(&given, None).unwrap().unwrap().bin == bin
            })
            .filter_map(|earlier| past.scores.ends[earlier])
            .map(|ends| if decision.side == Side::Long { ends.long } else { ends.short }.payoff)
            .collect();
        let mean = paid.iter().sum::<f64>() / paid.len() as f64;
        let outlook = decision.outlook.unwrap();
        assert!((outlook.mean - mean).abs() < 1e-12, "row {row}: {outlook:?}, {mean}");
        assert!(outlook.effective_n <= paid.len() as f64 && outlook.standard_error > 0.0);
        compared += 1;
        if compared == 20 {
            break;
        }
    }
    assert_eq!(compared, 20);
}

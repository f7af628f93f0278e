//! From bins to decisions.

use std::sync::Arc;

use arrow::array::{Float64Array, RecordBatch, TimestampMicrosecondArray};
use binning::BinPayoffs;
use evaluation::{EvaluationError, Sides};
use ml_calibrated_bins::{BinDecision, BinsConfig, BinsError, MissingMonth, MlCalibratedBins};
use strategy_core::{Rows, Side, Strategy};

use crate::window::{HOUR, made, month, naive, start};

/// The strategy with the bins of these months adopted, as the framework does before rows of them.
pub(crate) fn strategy(config: BinsConfig, months: &[&str]) -> Result<MlCalibratedBins, BinsError> {
    let mut strategy = MlCalibratedBins::new(config, &made().subject())?;
    for text in months {
        let path = strategy.artifact(month(text))?;
        strategy.adopt(month(text), std::fs::read(path).ok().as_deref())?;
    }
    Ok(strategy)
}

pub(crate) fn batch(rows: &[(i64, f64)]) -> RecordBatch {
    let times: Vec<i64> = rows.iter().map(|row| row.0).collect();
    let scores: Vec<f64> = rows.iter().map(|row| row.1).collect();
    RecordBatch::try_from_iter([
        ("timestamp", Arc::new(TimestampMicrosecondArray::from(times)) as _),
        ("y_pred", Arc::new(Float64Array::from(scores)) as _),
    ])
    .unwrap()
}

pub(crate) fn decide(strategy: &mut MlCalibratedBins, rows: &[(i64, f64)]) -> Vec<BinDecision> {
    strategy.decide(&Rows::new(&batch(rows)).unwrap()).unwrap()
}

/// 700 hours of a month from its first on, with scores that reach every bin.
pub(crate) fn scan(first: i64) -> Vec<(i64, f64)> {
    (0..700_u32).map(|k| (first + i64::from(k) * HOUR, f64::from(k) / 699.0)).collect()
}

/// The last hours of October and the first of November.
fn both_months() -> Vec<(i64, f64)> {
    scan(start("2025-11") - 350 * HOUR)
}

#[test]
fn each_row_has_probability_bin_and_side_by_the_bins_of_its_month() {
    let rows = both_months();
    let mut strategy = strategy(made().config(), &["2025-10", "2025-11"]).unwrap();
    let decisions = decide(&mut strategy, &rows);
    assert_eq!(decisions.len(), rows.len());
    let mut sides = [0; 3];
    for (decision, &(time, score)) in decisions.iter().zip(&rows) {
        let metadata = &made().bins[usize::from(time >= start("2025-11"))];
        let (p, bin) = naive(metadata, score);
        let scored = decision.scored.unwrap();
        assert_eq!((decision.y_pred, scored.q_bin), (score, bin));
        assert!((scored.p_cal - p).abs() < 1e-12, "{} {p}", scored.p_cal);
        let side = match bin {
            19.. => Side::Long,
            ..=2 => Side::Short,
            _ => Side::NoSignal,
        };
        assert_eq!(decision.side, side, "bin {bin}");
        let payoffs = metadata.parts().payoffs.as_ref().unwrap();
        assert_eq!(decision.outlook, payoffs.outlook(bin, side), "bin {bin}");
        assert_eq!(decision.outlook.is_some(), side != Side::NoSignal);
        sides[usize::from(side.code().unsigned_abs()) + usize::from(side == Side::Short)] += 1;
    }
    assert!(sides.iter().all(|count| *count > 10), "{sides:?}");
}

/// The two differ in what they expect, so neither stands for the other.
#[test]
fn an_outlook_is_that_of_the_side() {
    let mut strategy = strategy(made().config(), &["2025-11"]).unwrap();
    let decisions = decide(&mut strategy, &scan(start("2025-11")));
    let payoffs = made().bins[1].parts().payoffs.as_ref().unwrap();
    for side in [Side::Long, Side::Short] {
        let found: Vec<_> = decisions.iter().filter(|decision| decision.side == side).collect();
        let total = payoffs.of(side).unwrap().iter().map(BinPayoffs::total);
        let (sum, n) = total.fold((0.0, 0), |(sum, n), bin| (sum + bin.sum, n + bin.n));
        for decision in found {
            let outlook = decision.outlook.unwrap();
            let bin = &payoffs.of(side).unwrap()[usize::from(decision.scored.unwrap().q_bin) - 1];
            assert!((outlook.mean - bin.total().sum / bin.total().n as f64).abs() < 1e-15);
            assert!((outlook.side_mean - sum / n as f64).abs() < 1e-15);
        }
    }
}

#[test]
fn thresholds_and_sides_are_those_asked_for() {
    let rows = scan(start("2025-11"));
    for (long, short, sides) in
        [(15, 6, Sides::Both), (20, 1, Sides::Both), (11, 10, Sides::Long), (11, 10, Sides::Short)]
    {
        let mut config = made().config();
        config.rule.long_bin_threshold = Some(long);
        config.rule.short_bin_threshold = Some(short);
        config.rule.sides = sides;
        let mut strategy = strategy(config, &["2025-11"]).unwrap();
        for decision in decide(&mut strategy, &rows) {
            let bin = decision.scored.unwrap().q_bin;
            let wanted = if bin >= long && sides != Sides::Short {
                Side::Long
            } else if bin <= short && sides != Sides::Long {
                Side::Short
            } else {
                Side::NoSignal
            };
            assert_eq!(decision.side, wanted, "bin {bin}, long from {long}, short to {short}");
        }
    }
}

#[test]
fn thresholds_that_make_no_rule_are_refused() {
    for (long, short) in [(10, 10), (9, 10), (21, 2), (19, 0)] {
        let mut config = made().config();
        config.rule.long_bin_threshold = Some(long);
        config.rule.short_bin_threshold = Some(short);
        let error = strategy(config, &["2025-11"]).unwrap_err();
        assert!(
            matches!(error, BinsError::Evaluation(EvaluationError::Thresholds { .. })),
            "{error}"
        );
    }
}

#[test]
fn a_month_without_bins_is_an_error_or_counted() {
    let error = strategy(made().config(), &["2025-12"]).unwrap_err();
    assert!(error.to_string().contains("2025-12"), "{error}");

    let mut config = made().config();
    config.missing_month = MissingMonth::Skip;
    let mut strategy = strategy(config, &["2025-11", "2025-12"]).unwrap();
    let rows = scan(start("2025-12") - 300 * HOUR);
    let decisions = decide(&mut strategy, &rows);
    for (decision, (time, score)) in decisions.iter().zip(&rows) {
        let skipped = *time >= start("2025-12");
        assert_eq!(decision.scored.is_none(), skipped);
        assert_eq!(decision.y_pred, *score);
        if skipped {
            assert_eq!((decision.side, decision.outlook), (Side::NoSignal, None));
        }
    }
    let remarks = strategy.remarks().join("\n");
    assert!(remarks.contains("400 rows of 2025-12"), "{remarks}");
}

//! Columns of scores.

use arrow::array::{Array, AsArray};
use arrow::datatypes::{Float64Type, Int8Type, UInt16Type};
use ml_calibrated_bins::{MissingMonth, MonthBins, Scorer, SignalRule, score};

use crate::decisions::{batch, decide, scan, strategy};
use crate::window::{HOUR, made, month, naive, start};

fn month_bins() -> MonthBins {
    MonthBins::new(&made().config().root, &made().subject())
}

#[test]
fn scores_of_columns_are_those_of_decisions() {
    let rows = scan(start("2025-11") - 350 * HOUR);
    let mut strategy = strategy(made().config(), &["2025-10", "2025-11"]).unwrap();
    let decisions = decide(&mut strategy, &rows);
    let mut bins = month_bins();
    bins.rule = Some(SignalRule::default());
    let scored = score(&batch(&rows), &mut bins).unwrap();
    let (p_cal, q_bin) = (scored.column(2), scored.column(3));
    let (p_cal, q_bin) = (p_cal.as_primitive::<Float64Type>(), q_bin.as_primitive::<UInt16Type>());
    let signal = scored.column(4).as_primitive::<Int8Type>();
    for (row, decision) in decisions.iter().enumerate() {
        let wanted = decision.scored.unwrap();
        assert_eq!((p_cal.value(row), q_bin.value(row)), (wanted.p_cal, wanted.q_bin));
        assert_eq!(signal.value(row), decision.side.code());
    }
}

#[test]
fn one_months_bins_can_score_all_rows_and_say_that_they_saw_the_future() {
    let rows = scan(start("2025-10"));
    let mut bins = month_bins();
    let scored = Scorer::new(&mut bins).with_month(month("2025-11")).score(&batch(&rows)).unwrap();
    let q_bin = scored.column(3).as_primitive::<UInt16Type>();
    for (row, (_, score)) in rows.iter().enumerate() {
        assert_eq!(q_bin.value(row), naive(&made().bins[1], *score).1);
    }
    assert!(bins.cautions.join("\n").contains("calibrated on data after them"));
}

#[test]
fn rows_of_a_month_without_bins_are_null_and_counted() {
    let rows = scan(start("2025-12") - 100 * HOUR);
    let mut bins = month_bins();
    bins.missing = MissingMonth::Skip;
    let mut scorer = Scorer::new(&mut bins);
    let scored = scorer.score(&batch(&rows)).unwrap();
    assert_eq!(scorer.skipped[&month("2025-12")], 600);
    let nulls = scored.column(2).nulls().unwrap();
    assert!((0..700).all(|row| nulls.is_null(row) == (row >= 100)));
}

#[test]
fn rows_out_of_order_are_refused_across_batches() {
    let mut bins = month_bins();
    let mut scorer = Scorer::new(&mut bins);
    let first = start("2025-11");
    scorer.score(&batch(&[(first, 0.1), (first + HOUR, 0.2)])).unwrap();
    for (time, says) in [(first + HOUR, "row 3"), (first, "row 3")] {
        let error = scorer.score(&batch(&[(time, 0.3)])).unwrap_err();
        assert!(error.to_string().contains(says), "{error}");
    }
}

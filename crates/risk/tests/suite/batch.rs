//! A batch is the fold of its rows: what sizers and rules did row by row is what a look at the whole
//! account afterwards says they should have done.

use backtest::{ExitReason, Results, Rules};
use proptest::prelude::*;
use risk::{Guard, Ladder, Limits, Sizer, Step};

use crate::sizing::{HOUR, Run, entry, walk};

const CAPITAL: f64 = 10_000.0;
const DAY_ROWS: usize = 24;

/// The row at whose close a time falls.
fn row_before(time: i64) -> usize {
    usize::try_from(time / HOUR).unwrap() - 1
}

/// For each row whether the day's loss was reached at its close or before on its day.
fn daily_loss(equity: &[f64], limit: f64) -> Vec<bool> {
    // The equity at midnight is that at the close of row 23, 47 and so on.
    let midnight = |day: usize| if day == 0 { CAPITAL } else { equity[day * DAY_ROWS - 1] };
    (0..equity.len())
        .map(|row| {
            let day = (row + 1) / DAY_ROWS;
            let from = if day == 0 { 0 } else { day * DAY_ROWS - 1 };
            equity[from..=row].iter().any(|&value| value <= midnight(day) * (1.0 - limit))
        })
        .collect()
}

/// For each row the factor of the ladder.
fn ladder(equity: &[f64], steps: &[Step]) -> Vec<f64> {
    let factor = |row: usize| {
        let peak = equity[..=row].iter().copied().fold(CAPITAL, f64::max);
        let reached = steps.iter().filter(|step| 1.0 - equity[row] / peak >= step.drawdown);
        reached.map(|step| step.factor).fold(1.0, f64::min)
    };
    (0..equity.len()).map(factor).collect()
}

fn cooldown(results: &Results, rows: usize, wait: usize) -> Vec<bool> {
    let ends: Vec<usize> = results
        .trades
        .iter()
        .filter_map(|trade| Some(usize::try_from(trade.exit?.time / HOUR).unwrap()))
        .collect();
    (0..rows).map(|row| ends.iter().any(|&end| end <= row && row < end + wait)).collect()
}

fn stop_guard(results: &Results, rows: usize, guard: Guard) -> Vec<bool> {
    let stopped = results
        .trades
        .iter()
        .filter_map(|trade| trade.exit)
        .filter(|exit| matches!(exit.reason, ExitReason::StopLoss | ExitReason::Liquidation));
    let stops: Vec<usize> =
        stopped.map(|exit| usize::try_from(exit.time / HOUR).unwrap()).collect();
    let mut locked = vec![false; rows];
    // Stops that have locked once do not count again.
    let mut used = 0;
    for row in 0..rows {
        let within = guard.within_hours as usize;
        let seen = stops[used..].iter().filter(|&&stop| stop <= row && stop + within > row).count();
        if seen >= guard.stops as usize {
            used = stops.iter().filter(|&&stop| stop <= row).count();
            let end = rows.min(row + guard.lock_hours as usize);
            locked[row..end].fill(true);
        }
    }
    locked
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn rules_did_what_the_whole_account_says((closes, wanted) in walk()) {
        let steps = vec![Step { drawdown: 0.03, factor: 0.5 }, Step { drawdown: 0.08, factor: 0.25 }];
        let guard = Guard { stops: 2, within_hours: 24, lock_hours: 7 };
        let limits = Limits {
            daily_loss: Some(0.02),
            cooldown: Some(3),
            stop_guard: Some(guard),
            drawdown: Some(Ladder { steps: steps.clone(), rearm_days: 7.0 }),
            ..Limits::off()
        };
        let run = Run { closes: &closes, wanted: &wanted, rules: entry(0.02), outlook: None };
        let (results, _) = run.sized(Sizer::EqualParts, &limits);
        let equity: Vec<f64> = results.equity.iter().map(|row| row.equity).collect();
        let blocked = [
            ("daily-loss", daily_loss(&equity, 0.02)),
            ("cooldown", cooldown(&results, equity.len(), 3)),
            ("stop-guard", stop_guard(&results, equity.len(), guard)),
        ];
        let factors = ladder(&equity, &steps);
        for change in &results.changes {
            let row = row_before(change.time);
            if let Some((name, rows)) = blocked.iter().find(|(name, _)| *name == change.rule) {
                prop_assert!(rows[row] && change.to == 0.0, "{} at {}", name, row);
            } else {
                prop_assert_eq!(change.rule, "drawdown-ladder");
                prop_assert_eq!(change.to, change.from * factors[row]);
            }
        }
        for fill in results.fills.iter().filter(|fill| fill.kind == backtest::FillKind::Entry) {
            let row = row_before(fill.time);
            for (name, rows) in &blocked {
                prop_assert!(!rows[row], "{name} let an entry pass at row {row}");
            }
            let size = fill.quantity.abs() * fill.price;
            prop_assert!((size - equity[row] * factors[row]).abs() < 1e-6 * size);
        }
    }

    #[test]
    fn vol_target_is_the_formula_over_all_returns((closes, wanted) in walk()) {
        let mut closes = closes;
        // A start of one long half-life, in which nothing is traded.
        let start: Vec<f64> = (0..200).map(|row| 100.0 + f64::from(row % 7)).collect();
        let last = start[199];
        let first = closes[0];
        for close in &mut closes {
            *close *= last / first;
        }
        let closes = [start, closes].concat();
        let wanted = [vec![0.0; 200], wanted].concat();
        let rules = Rules { leverage: 10.0, ..entry(0.02) };
        let run = Run { closes: &closes, wanted: &wanted, rules, outlook: None };
        let (results, _) = run.sized(Sizer::VolTarget(0.4), &Limits::off());
        let returns: Vec<f64> = closes.windows(2).map(|pair| (pair[1] / pair[0]).ln()).collect();
        let variance = |row: usize, half_life: f64| {
            let weights = (0..row).map(|k| 0.5_f64.powf((row - 1 - k) as f64 / half_life));
            let total: f64 = weights.clone().sum();
            weights.zip(&returns).map(|(w, r)| w * r * r).sum::<f64>() / total
        };
        for fill in results.fills.iter().filter(|fill| fill.kind == backtest::FillKind::Entry) {
            let row = row_before(fill.time);
            let mean = 0.5 * (variance(row, 24.0) + variance(row, 168.0));
            let wanted = results.equity[row].equity * 0.4 / (mean * 365.0 * 24.0).sqrt();
            let size = fill.quantity.abs() * fill.price;
            prop_assert!((size / wanted - 1.0).abs() < 1e-9, "row {row}: {size} for {wanted}");
        }
    }
}

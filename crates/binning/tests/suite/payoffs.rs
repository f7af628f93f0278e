//! What a window's trades paid: sums by bin, side and exit, their effective number, their blocks.

use binning::{BinMetadata, BinningError, MetadataParts, PayoffRow, Payoffs};
use labeling::{Ending, TradeEnd, TradeEnds};
use strategy_core::Side;

use crate::sample;

/// A row every candle whose trades are held for `rows` candles; blocks of four rows.
pub(crate) fn row(position: u64, q_bin: u16, rows: u32, payoff: f64) -> PayoffRow {
    let ending = if payoff > 0.0 { Ending::TakeProfit } else { Ending::StopLoss };
    let other = if payoff > 0.0 { Ending::StopLoss } else { Ending::Time };
    let ends = TradeEnds {
        long: TradeEnd { ending, rows, payoff },
        short: TradeEnd { ending: other, rows, payoff: -payoff },
    };
    PayoffRow { position, block: i64::try_from(position / 4).unwrap(), q_bin, ends }
}

#[test]
fn sums_stand_by_bin_side_and_exit() {
    let rows = [row(10, 1, 2, 0.5), row(11, 2, 2, -0.25), row(12, 1, 2, -0.25), row(14, 1, 1, 0.5)];
    let payoffs = Payoffs::over(&rows, 3).unwrap();
    assert_eq!(payoffs.rows, 4);
    let first = payoffs.long[0];
    assert_eq!(
        (first.take_profit.n, first.take_profit.sum, first.take_profit.duration),
        (2, 1.0, 3)
    );
    assert_eq!((first.stop_loss.n, first.stop_loss.sum_of_squares), (1, 0.0625));
    assert_eq!(payoffs.short[0].time.sum, 0.25);
    assert_eq!(payoffs.long[2].total().n, 0);
    // Rows 11 and 12 are looked at by one and two trades, 13 by two, 14 by one, 15 by one: the other
    // bin's trade counts too.
    assert_eq!(first.effective_n, 0.75 + 0.75 + 1.0);
    assert_eq!(payoffs.long[1].effective_n, 0.5);
    // The mean is 0.25; block 2 holds the first row, block 3 the others of the bin.
    assert_eq!(first.block_squares, 0.25 * 0.25 + 0.25 * 0.25);
}

#[test]
fn the_outlook_is_that_of_the_bin_and_side() {
    let rows = [row(0, 1, 2, 0.5), row(4, 1, 4, -0.25), row(8, 2, 1, -0.25)];
    let payoffs = Payoffs::over(&rows, 3).unwrap();
    let outlook = payoffs.outlook(1, Side::Long).unwrap();
    assert_eq!((outlook.mean, outlook.second_moment), (0.125, 0.15625));
    assert_eq!((outlook.side_mean, outlook.mean_duration), (0.0, 3.0));
    assert_eq!(outlook.standard_error, (2.0 * 0.375_f64.powi(2)).sqrt() / 2.0);
    assert_eq!(payoffs.outlook(1, Side::Short).unwrap().mean, -0.125);
    assert_eq!(payoffs.outlook(3, Side::Long), None);
    assert_eq!(payoffs.outlook(0, Side::Long), None);
    assert_eq!(payoffs.outlook(1, Side::NoSignal), None);
}

#[test]
fn contradictions_are_refused() {
    let bad = |change: fn(&mut Payoffs)| {
        let mut parts: MetadataParts = sample::platt();
        change(parts.payoffs.as_mut().unwrap());
        let error = BinMetadata::new(parts).unwrap_err();
        assert!(matches!(error, BinningError::Inconsistent { field: "payoffs", .. }), "{error}");
    };
    bad(|p| p.rows += 1);
    bad(|p| p.long.truncate(3));
    bad(|p| p.short[0].time.n += 1);
    bad(|p| p.long[0].time.sum = f64::NAN);
    bad(|p| p.long[0].time.sum = 1e9);
    bad(|p| p.long[0].time.duration = 1);
    bad(|p| p.long[0].effective_n = 1e9);
    bad(|p| p.long[0].effective_n = 0.0);
    bad(|p| p.long[2].effective_n = 1.0);
    bad(|p| p.short[0].block_squares = -1.0);
    bad(|p| p.short[2].block_squares = 1.0);
    bad(|p| p.long[0].stop_loss.n = u64::MAX);
    let outside = Payoffs::over(&[row(0, 4, 1, 0.5)], 3).unwrap_err();
    assert!(matches!(outside, BinningError::Inconsistent { field: "payoffs", .. }));
}

//! A position of a given volatility.

use backtest::Size;

use super::sized::{Sized, carried};
use crate::ask::Ask;

pub(super) fn size(target: f64, ask: &Ask<'_>) -> Sized {
    let equity = ask.portfolio.equity.max(0.0);
    if !ask.market.is_warm() {
        let rows = ask.market.rows_to_warm();
        let why = format!("no trade: rows until the volatility is known: {rows}");
        return Sized { size: Size::Zero, capped: Some((0.0, 0.0, why)) };
    }
    // Weights smaller than 1 stay smaller: only their proportions say what the volatility is of.
    let total: f64 = ask.request.legs.iter().map(|leg| leg.weight.abs()).sum();
    let weights: Vec<f64> = ask.request.legs.iter().map(|leg| leg.weight / total).collect();
    let volatility = ask.market.volatility(&weights);
    if volatility > 0.0 {
        return carried(equity * target / volatility, ask.portfolio.rules).into();
    }
    let why = "the price has not moved, so its volatility is 0: no trade".to_owned();
    Sized { size: Size::Zero, capped: Some((0.0, 0.0, why)) }
}

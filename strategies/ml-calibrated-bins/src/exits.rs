//! How a trade ends: by the barriers of its label.

use label_trades::exits_of_target;
use labeling::TargetKey;
use market_data::parse_interval;
use strategy_core::{SideExits, Subject};

/// The exits of the run's own label; `None` where the run or the length of a row is not known.
pub(crate) fn exits_of(subject: &Subject) -> Option<SideExits> {
    let key = TargetKey::find_in_run_name(subject.run_name.as_deref()?).ok()?;
    let (_, interval) = subject.dataset.as_deref()?.rsplit_once('_')?;
    exits_of_target(&key, parse_interval(interval)?)
}

#[cfg(test)]
mod tests {
    use strategy_core::Exits;

    use super::*;

    #[test]
    fn a_short_takes_its_profit_at_the_stop_of_the_target_key() {
        let subject = |dataset: &str, run: &str| Subject {
            dataset: Some(dataset.to_owned()),
            run_name: Some(run.to_owned()),
            model_path: None,
        };
        let run = "run_1_lgbm_y_tp_before_sl_u0.04_d0.02_24h_binary";
        let found = exits_of(&subject("binance_btcusdt_perp_15m", run)).unwrap_or_default();
        let exits = |profit, loss| Exits {
            take_profit: Some(profit),
            stop_loss: Some(loss),
            trailing_stop: None,
            max_hold: Some(96),
        };
        assert_eq!(found, SideExits { long: exits(0.04, 0.02), short: exits(0.02, 0.04) });
        assert_eq!(exits_of(&subject("binance_btcusdt_perp_1h", "run_1")), None);
        assert_eq!(exits_of(&subject("btc", run)), None);
    }
}

//! An indicator of one's own, with an input of its own.

use indicators::{Indicator, IndicatorError, batch};

#[derive(Clone, Copy)]
struct Trade {
    price: f64,
    volume: f64,
}

/// The mean price of all trades, weighted with their volume.
#[derive(Default)]
struct VolumeWeighted {
    turnover: f64,
    volume: f64,
}

impl Indicator for VolumeWeighted {
    type Input = Trade;
    type Output = f64;

    fn update(&mut self, trade: Trade) -> Result<Option<f64>, IndicatorError> {
        if trade.volume.is_nan() {
            return Err(IndicatorError::Value { name: "volume", found: trade.volume });
        }
        self.turnover += trade.price * trade.volume;
        self.volume += trade.volume;
        Ok((self.volume > 0.0).then(|| self.turnover / self.volume))
    }

    fn warm_up(&self) -> usize {
        0
    }
}

#[test]
fn its_batches_are_its_updates() {
    let trade = |price, volume| Trade { price, volume };
    let trades = [trade(10.0, 0.0), trade(10.0, 1.0), trade(20.0, 3.0)];
    let wanted = [None, Some(10.0), Some(17.5)];
    assert_eq!(batch(&mut VolumeWeighted::default(), trades).unwrap(), wanted);

    let bad = [trades[1], trade(10.0, f64::NAN)];
    let error = batch(&mut VolumeWeighted::default(), bad).unwrap_err();
    assert!(matches!(error, IndicatorError::Row { row: 1, .. }), "{error}");
}

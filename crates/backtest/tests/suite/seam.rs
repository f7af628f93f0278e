//! The seam between a decision and its order: what sizing and risk are asked, and what they may do.

use backtest::{
    Account, Bar, Candle, Change, Decision, Demand, Instrument, Portfolio, Request, Results, Row,
    Rules, Size, Sizing, Trade,
};

use crate::market::HOUR;

/// Gives half of what is asked, and reduces in given rows.
#[derive(Default)]
struct Half {
    asked: Vec<(f64, f64)>,
    closed: Vec<u64>,
    keep: Vec<Option<f64>>,
    rows: usize,
    equities: Vec<f64>,
}

impl Sizing for Half {
    fn size(
        &mut self,
        request: &Request<'_>,
        now: &Portfolio<'_>,
        changes: &mut Vec<Change>,
    ) -> Size {
        self.asked.push((request.legs[0].weight, request.legs[0].held));
        let (from, to) = (now.equity, now.equity / 2.0);
        let why = "half is enough".to_owned();
        changes.push(Change { time: 0, rule: "half", from, to, why });
        Size::Notional(to)
    }

    fn watches(&self) -> bool {
        true
    }

    fn watch(&mut self, row: &Bar<'_>, now: &Portfolio<'_>, demands: &mut Vec<Demand>) {
        assert_eq!((row.time, row.until), (now.row_time, now.time));
        assert_eq!(now.positions[0].mark, row.candles[0].close());
        self.equities.push(now.equity);
        if let Some(keep) = self.keep.get(self.rows).copied().flatten() {
            let why = "it is enough".to_owned();
            demands.push(Demand { instrument: None, keep, rule: "enough", why });
        }
        self.rows += 1;
    }

    fn closed(&mut self, trade: &Trade) {
        self.closed.push(trade.trade);
    }
}

fn fed(keep: Vec<Option<f64>>, weights: &[f64]) -> (Account<Half, Results>, Vec<String>) {
    let sizing = Half { keep, ..Half::default() };
    let instruments = vec![Instrument::named("x")];
    let mut account =
        Account::new(Rules::default(), instruments, sizing, Results::default()).unwrap();
    for (row, weight) in (0..).zip(weights) {
        let time = row * HOUR;
        let candles = [Candle::new(time, [100.0, 101.0, 99.0, 100.0]).unwrap()];
        let bar =
            Bar { time, until: time + HOUR, candles: &candles, marks: None, settlements: &[] };
        let decision =
            Some(Decision::Weights { weights: std::slice::from_ref(weight), outlook: None });
        account.row(&Row { bar, detail: &[], decision }).unwrap();
    }
    let fills = account
        .events()
        .fills
        .iter()
        .map(|fill| format!("{} {} {}", fill.time / HOUR, fill.quantity, fill.kind.name()));
    let fills = fills.collect();
    (account, fills)
}

#[test]
fn entries_are_sized_and_demands_are_met_at_the_next_open() {
    let keep = vec![None, None, Some(0.6), None, Some(0.0)];
    let (mut account, fills) = fed(keep, &[1.0; 7]);
    // Half of 10,000 at 100; the level asks again after it was closed.
    assert_eq!(fills, ["1 50 entry", "3 -20 risk", "5 -30 risk", "6 50 entry"]);
    let told: Vec<_> =
        account.events().changes.iter().map(|c| (c.time / HOUR, c.rule, c.from, c.to)).collect();
    let wanted = [
        (1, "half", 10_000.0, 5_000.0),
        (3, "enough", 1.0, 0.6),
        (5, "enough", 1.0, 0.0),
        (6, "half", 10_000.0, 5_000.0),
    ];
    assert_eq!(told, wanted);
    assert_eq!(account.counts().risk_demands, 2);
}

#[test]
fn what_only_reduces_is_not_asked_for() {
    let (_, fills) = fed(Vec::new(), &[1.0, 1.0, 0.5, 0.5, 0.75, -0.5, 0.0, 0.0]);
    // 1 → 0.5 halves what is held; 0.5 → 0.75 buys what is lacking to 0.75 of the size; then it turns.
    let wanted = [
        "1 50 entry",
        "3 -25 signal",
        "5 12.5 entry",
        "6 -25 flip",
        "6 -12.5 flip",
        "6 -25 entry",
        "7 25 signal",
    ];
    assert_eq!(fills, wanted);
}

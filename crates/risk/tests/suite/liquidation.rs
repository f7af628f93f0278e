//! The price of liquidation, which the rule of the liquidation distance measures, against bisection.

use backtest::{Tier, Tiers, liquidation_price};

use crate::oracle::{close, each_case, number};

#[test]
fn equals_bisection() {
    each_case("liquidation.json", |input, expect, case| {
        let value = |name: &str| number(&input[name]);
        let brackets = input["brackets"].as_array().unwrap().iter().map(|bracket| {
            let bracket = bracket.as_array().unwrap();
            Tier {
                floor: number(&bracket[0]),
                cap: number(&bracket[1]),
                rate: number(&bracket[2]),
                amount: number(&bracket[3]),
                max_leverage: 1.0,
            }
        });
        let tiers = Tiers::new(case, brackets.collect()).unwrap();
        let (entry, quantity) = (value("entry"), value("side") * value("qty"));
        let found = liquidation_price(quantity, entry, value("wallet"), &tiers);
        let wanted = &expect["liquidation_price"];
        if wanted.is_null() {
            assert_eq!(found, None, "{case}");
            return 1;
        }
        let (found, wanted) = (found.unwrap(), number(wanted));
        close(found, wanted, 1e-9 * wanted, case);
        close((found / entry - 1.0).abs(), number(&expect["distance"]).abs(), 1e-9, case);
        2
    });
}

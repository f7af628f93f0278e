//! Prices of liquidation: `$REAL_DATA/oracles/backtest/oracles_perp.json`, and the exchange's published
//! examples, which ship here.

use std::collections::BTreeMap;
use std::path::PathBuf;

use backtest::{Tier, Tiers, liquidation_price, liquidation_price_in};
use serde_json::Value;

fn number(value: &Value, field: &str) -> f64 {
    value[field].as_f64().unwrap_or_else(|| panic!("{field} of {value}"))
}

fn tiers(oracle: &Value) -> BTreeMap<String, Tiers> {
    let tiers = oracle["tiers"].as_object().unwrap().iter().map(|(symbol, tiers)| {
        let built = tiers.as_array().unwrap().iter().map(|tier| {
            let of = |place: usize| tier[place].as_f64().unwrap();
            let (floor, cap, rate) = (of(0), of(1), of(2));
            Tier { floor, cap, rate, max_leverage: of(3), amount: of(4) }
        });
        (symbol.clone(), Tiers::new(symbol, built.collect()).unwrap())
    });
    tiers.collect()
}

#[test]
fn agree_with_the_oracle_at_the_tier_of_the_solution() {
    let Some(root) = std::env::var_os("REAL_DATA").map(PathBuf::from) else {
        println!("skipped: REAL_DATA is unset");
        return;
    };
    let text = std::fs::read_to_string(root.join("oracles/backtest/oracles_perp.json")).unwrap();
    let oracle: Value = serde_json::from_str(&text).unwrap();
    let tiers = tiers(&oracle);
    let cases = oracle["liquidation"].as_array().unwrap();
    assert!(!cases.is_empty());
    for case in cases {
        let quantity = number(case, "side") * number(case, "qty");
        let (entry, margin) = (number(case, "entry"), number(case, "isolated_wallet"));
        let known = &tiers[case["symbol"].as_str().unwrap()];
        let found = liquidation_price(quantity, entry, margin, known);
        let wanted = case["liq_tier_at_liq_price"].as_f64().filter(|price| *price > 0.0);
        match (found, wanted) {
            (Some(found), Some(wanted)) => {
                assert!((found - wanted).abs() <= 1e-9 * wanted, "{case}: {found}");
            }
            other => assert_eq!(other.0, other.1, "{case}"),
        }
    }
    println!("{} liquidation prices compared", cases.len());
}

/// The examples that Binance publishes for positions held together: quantity, entry, wallet balance,
/// maintenance rate and amount, the other position's (quantity, entry, mark, rate, amount), answer.
#[test]
fn agree_with_the_exchange_s_published_examples_to_the_cent() {
    type Other = Option<[f64; 5]>;
    let other_btc = Some([109.488, 32_481.98, 31_967.27, 0.025, 16_300.0]);
    let other_eth = Some([3_683.979, 1_456.84, 1_335.18, 0.1, 135_365.0]);
    let wallet = 1_535_443.01;
    let cases: [([f64; 4], Other, f64); 4] = [
        ([3_683.979, 1_456.84, 0.1, 135_365.0], None, 1_114.78),
        ([109.488, 32_481.98, 0.025, 16_300.0], None, 18_778.73),
        ([3_683.979, 1_456.84, 0.1, 135_365.0], other_btc, 1_153.26),
        ([109.488, 32_481.98, 0.025, 16_300.0], other_eth, 26_316.89),
    ];
    for ([quantity, entry, rate, amount], other, wanted) in cases {
        let tier = |rate, amount| Tier { floor: 0.0, cap: 1e12, rate, max_leverage: 5.0, amount };
        let backing = other.map_or(wallet, |[quantity, entry, mark, rate, amount]| {
            wallet + quantity * (mark - entry) - tier(rate, amount).maintenance(quantity * mark)
        });
        let found = liquidation_price_in(quantity, entry, backing, &tier(rate, amount)).unwrap();
        assert!((found - wanted).abs() < 0.005, "{found} for {wanted}");
    }
}

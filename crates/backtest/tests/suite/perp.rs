//! Prices of liquidation: `$REAL_DATA/oracles/backtest/oracles_perp.json`, and the exchange's published
//! examples, which ship here.

use std::collections::BTreeMap;
use std::path::PathBuf;

use backtest::{Maintenance, Tier, Tiers, liquidation_price};
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
        // Below the published tier one of half its rate, up to where the amount lets both meet.
        let floor = amount / (rate / 2.0);
        let lower = Tier { cap: floor, ..tier(rate / 2.0, 0.0) };
        let tiers = Tiers::new("x", vec![lower, Tier { floor, ..tier(rate, amount) }]).unwrap();
        let backing = other.map_or(wallet, |[quantity, entry, mark, rate, amount]| {
            wallet + quantity * (mark - entry) - tier(rate, amount).maintenance(quantity * mark)
        });
        let found = liquidation_price(quantity, entry, backing, &tiers).unwrap();
        assert!((found - wanted).abs() < 0.005, "{found} for {wanted}");
    }
}

/// Open positions as Hyperliquid reported them: entry, signed size, margin, largest leverage, price of
/// liquidation; collected in `tests/exchange/test_hyperliquid.py` of <https://github.com/freqtrade/freqtrade>.
/// Maintenance is half of the initial margin at the largest leverage:
/// <https://hyperliquid.gitbook.io/hyperliquid-docs/trading/liquidations>.
#[test]
fn agree_with_positions_that_hyperliquid_reported_to_the_cent() {
    let cases = [
        [66_930.0, 0.001_5, 20.043_862, 50.0, 54_108.510_438],
        [68_139.0, -0.001_45, 19.725_73, 50.0, 80_933.615_910],
        [62_739.0, 0.000_77, 24.137_992, 50.0, 31_708.038_436],
        [67_400.0, -0.000_31, 20.887_308, 50.0, 133_443.973_172],
        [2_533.2, 0.034_7, 17.555_195, 50.0, 2_047.764_230],
        [2_552.0, -0.032_7, 20.833_393, 50.0, 3_157.531_505],
        [173.06, 0.6, 20.735_658, 20.0, 142.051_867],
        [163.11, -0.48, 15.650_731, 20.0, 190.942_136],
    ];
    for [entry, quantity, margin, max_leverage, wanted] in cases {
        let rate = 0.5 / max_leverage;
        let tier = Tier { floor: 0.0, cap: 1e9, rate, max_leverage, amount: 0.0 };
        let tiers = Tiers::new("x", vec![tier]).unwrap();
        let position = (quantity, entry);
        let found = Maintenance::AtMark.liquidation_price(position, margin, &tiers, 0.0).unwrap();
        assert!((found - wanted).abs() < 0.005, "{found} for {wanted}");
    }
}

/// The tiers of Bybit's BTCUSDT as published (risk limit, largest leverage, rate, deduction:
/// <https://www.bybit.com/en/announcement-info/margin-parameters>), and of Hyperliquid's BTC and ETH
/// (<https://hyperliquid.gitbook.io/hyperliquid-docs/trading/margin-tiers>, whose rule gives the deduction).
#[test]
fn published_deductions_let_maintenance_go_on_where_tiers_meet() {
    let bybit = [
        [2e6, 100.0, 0.005, 0.0],
        [2.6e6, 90.0, 0.005_6, 1_200.0],
        [3.2e6, 80.0, 0.006_3, 3_020.0],
        [3.8e6, 75.0, 0.006_7, 4_300.0],
        [4.4e6, 70.0, 0.007_1, 5_820.0],
        [5e6, 65.0, 0.007_7, 8_460.0],
        [5.6e6, 55.0, 0.009_1, 15_460.0],
        [8.5e6, 50.0, 0.01, 20_500.0],
        [1e7, 45.0, 0.013, 46_000.0],
        [1.4e7, 40.0, 0.015, 66_000.0],
        [2e7, 35.0, 0.016, 80_000.0],
        [2.8e7, 30.0, 0.02, 160_000.0],
    ];
    let hyperliquid_btc = [[1.5e8, 40.0, 0.012_5, 0.0], [1e12, 20.0, 0.025, 1_875_000.0]];
    let hyperliquid_eth = [[1e8, 25.0, 0.02, 0.0], [1e12, 15.0, 0.5 / 15.0, 4e6 / 3.0]];
    for table in [&bybit[..], &hyperliquid_btc, &hyperliquid_eth] {
        let mut floor = 0.0;
        let tier = |&[cap, max_leverage, rate, amount]: &[f64; 4]| {
            let tier = Tier { floor, cap, rate, max_leverage, amount };
            floor = cap;
            tier
        };
        let tiers: Vec<Tier> = table.iter().map(tier).collect();
        let whole = Tiers::new("x", tiers.clone()).unwrap();
        assert_eq!(whole.as_slice(), tiers);
    }
    // A cent a million more, and they would not meet.
    let wrong = [[0.0, 2e6, 0.005, 0.0], [2e6, 4e6, 0.005_6, 1_200.1]];
    let tier =
        |[floor, cap, rate, amount]: [f64; 4]| Tier { floor, cap, rate, max_leverage: 9.0, amount };
    assert!(Tiers::new("x", wrong.map(tier).to_vec()).is_err());
}

//! Positions and forecasts that another program computed: the cases in the repository, and all under
//! `$REAL_DATA`.

use std::path::PathBuf;
use std::{env, fs};

use funding_carry::{AutoregressiveSum, Carry, CarryRule};
use serde_json::Value;

fn files() -> Vec<PathBuf> {
    let shipped = PathBuf::from("tests/golden/funding_carry.json");
    let mut files = vec![shipped];
    match env::var_os("REAL_DATA") {
        Some(data) => files.push(PathBuf::from(data).join("oracles/quant/funding_carry.json")),
        None => println!("funding_carry.json: skipped: REAL_DATA is unset"),
    }
    files
}

#[track_caller]
fn close(what: &str, found: f64, wanted: &Value, tolerance: f64) {
    let wanted = wanted.as_f64().unwrap();
    assert!((found - wanted).abs() <= tolerance, "{what}: {found}, wanted {wanted}");
}

fn check(name: &str, input: &Value, expect: &Value) {
    let number = |key: &str| input[key].as_f64().unwrap();
    let whole = |key: &str| input[key].as_u64().unwrap();
    let horizon = u32::try_from(whole("horizon_payments")).unwrap();
    let cost = number("round_trip_cost");
    let rule = CarryRule {
        half_life: number("half_life_payments"),
        horizon,
        min_history: usize::try_from(whole("min_history")).unwrap(),
        cost,
        enter_multiple: number("enter_multiple"),
        exit_multiple: number("exit_multiple"),
    };
    let (mut carry, mut second) = (Carry::new(rule), AutoregressiveSum::default());
    let (mut position, mut changes, mut received) = (0.0_f64, 0_u64, 0.0);
    for (row, rate) in input["funding"].as_array().unwrap().iter().enumerate() {
        let rate = rate.as_f64().unwrap();
        received -= position * rate;
        let next = carry.update(rate);
        changes += u64::from(next != position);
        position = next;
        second.update(rate);
        let what = format!("{name}, payment {row}");
        let mean = carry.expected().unwrap() / f64::from(horizon);
        close(&what, mean, &expect["ewma"][row], 1e-9);
        assert_eq!(position, expect["perp_position"][row].as_f64().unwrap(), "{what}");
        // Before its least history the other program gives none.
        if row as u64 >= whole("ar1_min_history") {
            close(&what, second.sum(horizon).unwrap(), &expect["ar1_sum_forecast"][row], 1e-9);
        } else {
            assert_eq!(expect["ar1_sum_forecast"][row], "nan", "{what}");
        }
    }
    assert_eq!(changes, expect["position_changes"].as_u64().unwrap(), "{name}");
    close(name, received, &expect["funding_pnl"], 1e-12);
    close(name, received - cost / 2.0 * changes as f64, &expect["net_pnl"], 1e-12);
}

#[test]
fn forecasts_and_positions() {
    for path in files() {
        let all: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        let cases = all["cases"].as_array().unwrap();
        for case in cases {
            check(case["name"].as_str().unwrap(), &case["input"], &case["expect"]);
        }
        println!("{}: {} cases compared", path.display(), cases.len());
        assert!(!cases.is_empty());
    }
}

//! Values of other programs: `golden/reference.json`, which `golden/reference.py` makes.

#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "tests fail by panicking and say what they did"
)]

use monitoring::{Calibration, CalibrationSettings, Row, psi, wasserstein};
use serde_json::Value;

fn reference() -> Value {
    serde_json::from_str(include_str!("golden/reference.json")).unwrap()
}

fn floats(values: &Value) -> Vec<f64> {
    values.as_array().unwrap().iter().map(|value| value.as_f64().unwrap()).collect()
}

fn counts(values: &Value) -> Vec<u64> {
    values.as_array().unwrap().iter().map(|value| value.as_u64().unwrap()).collect()
}

fn assert_near(found: f64, wanted: f64, what: &str) {
    assert!(
        (found - wanted).abs() <= 1e-9 * wanted.abs().max(1.0),
        "{what}: {found}, not {wanted}"
    );
}

#[test]
fn detectors_have_the_values_of_their_definition() {
    let reference = reference();
    let case = &reference["detectors"];
    let of = |name: &str| case[name].as_f64().unwrap();
    let horizon = u32::try_from(case["horizon"].as_u64().unwrap()).unwrap();
    let settings =
        CalibrationSettings::new(of("take_profit"), of("stop_loss"), horizon, 3_600).unwrap();
    let mut monitor = Calibration::new(settings);
    let (mut compared, mut alarmed) = (0, 0);
    for (k, row) in case["rows"].as_array().unwrap().iter().enumerate() {
        let number = |place: usize| row[place].as_f64();
        let time = row[0].as_i64().unwrap() * 3_600;
        let (high, low, close) = (number(1).unwrap(), number(2).unwrap(), number(3).unwrap());
        let alarms = monitor.push(&Row { time, high, low, close, p: number(4) }).unwrap();
        for detector in monitor.detectors().all() {
            let (tier, side) = (detector.tier(), detector.side());
            let name = format!("{} {}", tier.name(), side.name());
            let wanted = case["values"][&name][k].as_f64().unwrap();
            let alarm = alarms.iter().find(|alarm| (alarm.tier, alarm.side) == (tier, side));
            assert_eq!(alarm.is_some(), wanted >= tier.threshold(), "{name} at {k}");
            let found = alarm.map_or_else(|| detector.value(), |alarm| alarm.value);
            assert_near(found, wanted, &format!("{name} at {k}"));
            (compared, alarmed) = (compared + 1, alarmed + u32::from(alarm.is_some()));
        }
    }
    assert!(compared > 2_000 && alarmed > 0, "{compared} values, {alarmed} alarms");
    eprintln!("{compared} values of detectors compared, {alarmed} alarms");
}

#[test]
fn drift_has_the_values_of_scipy_and_numpy() {
    let reference = reference();
    let cases = reference["drift"].as_array().unwrap();
    for case in cases {
        let distance = wasserstein(&floats(&case["a"]), &floats(&case["b"])).unwrap();
        assert_near(distance, case["wasserstein"].as_f64().unwrap(), "Wasserstein");
    }
    for case in cases {
        let found = psi(&counts(&case["then"]), &counts(&case["now"])).unwrap();
        assert_near(found, case["psi"].as_f64().unwrap(), "PSI");
    }
    eprintln!("{} cases by scipy and numpy", cases.len());
}

//! What scipy and another program computed: the cases in the repository, and all under `$REAL_DATA`.

use std::path::PathBuf;
use std::{env, fs};

use pools::{BetaLinearPool, Boa, Hedge, LinearPool, LogitPool, MemberRows, log_loss, mixture};
use serde_json::Value;

/// All cases of `file`, of the repository and of `$REAL_DATA`, a list a file.
fn cases(file: &str) -> Vec<Vec<Value>> {
    let shipped = PathBuf::from("tests/golden").join(file);
    let mut files = vec![shipped];
    match env::var_os("REAL_DATA") {
        Some(data) => files.push(PathBuf::from(data).join("oracles/quant").join(file)),
        None => println!("{file}: skipped: REAL_DATA is unset"),
    }
    let read = |path: &PathBuf| {
        let mut all: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
        let Value::Array(cases) = all["cases"].take() else {
            panic!("{} has no cases", path.display())
        };
        println!("{}: {} cases compared", path.display(), cases.len());
        assert!(!cases.is_empty());
        cases
    };
    files.iter().map(read).collect()
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

fn rows(value: &Value) -> Vec<Vec<f64>> {
    value.as_array().unwrap().iter().map(numbers).collect()
}

fn labels(value: &Value) -> Vec<bool> {
    value.as_array().unwrap().iter().map(|label| label.as_f64().unwrap() == 1.0).collect()
}

#[track_caller]
fn close(what: &str, found: f64, wanted: f64, tolerance: f64) {
    assert!((found - wanted).abs() <= tolerance, "{what}: {found}, wanted {wanted}");
}

#[track_caller]
fn all_close(what: &str, found: &[f64], wanted: &Value, tolerance: f64) {
    let wanted = numbers(wanted);
    assert_eq!(found.len(), wanted.len(), "{what}");
    found.iter().zip(wanted).for_each(|(found, wanted)| close(what, *found, wanted, tolerance));
}

#[test]
fn fitted_pools() {
    for case in cases("pools.json").iter().flatten() {
        let (name, expect) = (case["name"].as_str().unwrap(), &case["expect"]);
        let (p, y) = (rows(&case["input"]["p"]), labels(&case["input"]["y"]));
        let column = |k: usize| p.iter().map(|row| row[k]).collect::<Vec<f64>>();
        let columns: Vec<Vec<f64>> = (0..p[0].len()).map(column).collect();
        let members: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
        let given = MemberRows::new(&members, &y).unwrap();
        let loss = |pool: &dyn Fn(&[f64]) -> f64| {
            let losses = p.iter().zip(&y).map(|(row, &label)| log_loss(pool(row), label));
            losses.sum::<f64>() / p.len() as f64
        };
        for lambda in [0.0, 1.0, 100.0] {
            let wanted = &expect[format!("logit_pool_lambda{lambda}")];
            let what = format!("{name} lambda {lambda}");
            let pool = LogitPool::fit(&given, lambda).unwrap();
            close(&what, pool.intercept, wanted["intercept"].as_f64().unwrap(), 1e-7);
            all_close(&what, &pool.weights, &wanted["weights"], 1e-7);
            close(&what, loss(&|row| pool.pool(row)), wanted["log_loss"].as_f64().unwrap(), 1e-9);
        }
        let linear = LinearPool::fit(&given).unwrap();
        let wanted = &expect["linear_pool"];
        all_close(name, &linear.weights, &wanted["weights"], 1e-4);
        close(name, loss(&|row| linear.pool(row)), wanted["log_loss"].as_f64().unwrap(), 1e-9);
        let beta = BetaLinearPool::fit(&given).unwrap();
        let wanted = &expect["beta_linear_pool"];
        close(name, loss(&|row| beta.pool(row)), wanted["log_loss"].as_f64().unwrap(), 1e-6);
        for (member, wanted) in numbers(&expect["log_loss_members"]).into_iter().enumerate() {
            close(name, loss(&|row| row[member]), wanted, 1e-12);
        }
    }
}

#[test]
fn online_weights() {
    for cases in cases("hedge.json") {
        let mut first_of_coin: Vec<(String, Vec<Vec<f64>>)> = Vec::new();
        for case in &cases {
            let name = case["name"].as_str().unwrap();
            let coin = name.split(' ').next().unwrap();
            let input = &case["input"];
            let p = match &input["p"] {
                Value::String(_) => {
                    first_of_coin.iter().find(|(known, _)| known == coin).unwrap().1.clone()
                }
                own => rows(own),
            };
            if !first_of_coin.iter().any(|(known, _)| known == coin) {
                first_of_coin.push((coin.to_owned(), p.clone()));
            }
            let y = labels(&input["y"]);
            if input.get("eta").is_some() {
                hedge(name, input, &p, &y, &case["expect"]);
            } else {
                boa(name, &p, &y, &case["expect"]);
            }
        }
    }
}

fn hedge(name: &str, input: &Value, p: &[Vec<f64>], y: &[bool], expect: &Value) {
    let number = |key: &str| input[key].as_f64().unwrap();
    let delay = usize::try_from(input["delay_rows"].as_u64().unwrap()).unwrap();
    let asleep: Vec<Vec<u64>> = input["awake_false"]
        .as_array()
        .unwrap()
        .iter()
        .map(|stretch| stretch.as_array().unwrap().iter().map(|v| v.as_u64().unwrap()).collect())
        .collect();
    let awake = |row: usize| -> Vec<Option<f64>> {
        let sleeps = |member: usize| {
            asleep.iter().any(|stretch| {
                (stretch[0]..stretch[1]).contains(&(row as u64)) && stretch[2] == member as u64
            })
        };
        p[row].iter().enumerate().map(|(k, p)| (!sleeps(k)).then_some(*p)).collect()
    };
    let mut hedge = Hedge::new(p[0].len(), number("eta"), number("share"));
    let (mut shown, mut mixtures) = (Vec::new(), Vec::new());
    for row in 0..p.len() {
        if let Some(known) = row.checked_sub(1 + delay) {
            hedge.update(&awake(known), y[known]);
        }
        let given = awake(row);
        let mass: f64 =
            given.iter().zip(hedge.weights()).filter(|(p, _)| p.is_some()).map(|(_, w)| w).sum();
        let over_awake =
            given.iter().zip(hedge.weights()).map(|(p, w)| p.map_or(0.0, |_| w / mass));
        shown.push(over_awake.collect::<Vec<f64>>());
        mixtures.push(mixture(hedge.weights(), &given).unwrap());
    }
    for (row, wanted) in expect["weights_every_25"].as_array().unwrap().iter().enumerate() {
        all_close(name, &shown[row * 25], wanted, 1e-10);
    }
    all_close(name, shown.last().unwrap(), &expect["weights_last"], 1e-10);
    all_close(name, &mixtures[p.len() - 10..], &expect["mixture_last_10"], 1e-10);
    let losses =
        mixtures.iter().zip(y).map(|(&p, &label)| log_loss(p.clamp(1e-3, 1.0 - 1e-3), label));
    let mean = losses.sum::<f64>() / p.len() as f64;
    close(name, mean, expect["log_loss_mixture"].as_f64().unwrap(), 1e-10);
}

fn boa(name: &str, p: &[Vec<f64>], y: &[bool], expect: &Value) {
    let mut boa = Boa::new(p[0].len());
    let mut shown = Vec::new();
    for (row, &label) in p.iter().zip(y) {
        shown.push(boa.weights().to_vec());
        let given: Vec<Option<f64>> = row.iter().copied().map(Some).collect();
        let mixed = mixture(boa.weights(), &given).unwrap();
        boa.update(&given, mixed, label);
    }
    for (row, wanted) in expect["weights_every_25"].as_array().unwrap().iter().enumerate() {
        all_close(name, &shown[row * 25], wanted, 1e-9);
    }
    all_close(name, shown.last().unwrap(), &expect["weights_last"], 1e-9);
}

//! What statsmodels, pykalman and scipy computed: the cases in the repository, and all under
//! `$REAL_DATA`.

use std::path::PathBuf;
use std::{env, fs};

use pairs::{
    Deterministic, Johansen, KalmanHedge, Lags, LevelRegression, Line, UnitRoot,
    augmented_dickey_fuller, engle_granger, residual_deviation,
};
use serde_json::Value;

/// Calls `check` with every case of `file`, of the repository and of `$REAL_DATA`.
fn cases(file: &str, check: impl Fn(&str, &Value, &Value)) {
    let shipped = PathBuf::from("tests/golden").join(file);
    let mut files = vec![shipped];
    match env::var_os("REAL_DATA") {
        Some(data) => files.push(PathBuf::from(data).join("oracles/quant").join(file)),
        None => println!("{file}: skipped: REAL_DATA is unset"),
    }
    for path in files {
        let text = fs::read_to_string(&path).unwrap();
        let all: Value = serde_json::from_str(&text).unwrap();
        let cases = all["cases"].as_array().unwrap();
        for case in cases {
            check(case["name"].as_str().unwrap(), &case["input"], &case["expect"]);
        }
        println!("{}: {} cases compared", path.display(), cases.len());
        assert!(!cases.is_empty());
    }
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

#[track_caller]
fn close(what: &str, found: f64, wanted: &Value, tolerance: f64) {
    let wanted = wanted.as_f64().unwrap();
    let scale = wanted.abs().max(1.0);
    assert!((found - wanted).abs() <= tolerance * scale, "{what}: {found}, wanted {wanted}");
}

#[track_caller]
fn all_close(what: &str, found: &[f64], wanted: &Value, tolerance: f64) {
    let wanted = wanted.as_array().unwrap();
    assert_eq!(found.len(), wanted.len(), "{what}");
    for (row, (found, wanted)) in found.iter().zip(wanted).enumerate() {
        close(&format!("{what}[{row}]"), *found, wanted, tolerance);
    }
}

#[test]
fn cointegration() {
    cases("cointegration.json", |name, input, expect| {
        let (x, y) = (numbers(&input["x_log_close"]), numbers(&input["y_log_close"]));
        let line = Line::ordinary(&x, &y).unwrap();
        let ols = &expect["ols"];
        close(name, line.alpha, &ols["alpha"], 1e-10);
        close(name, line.beta, &ols["beta"], 1e-10);
        let deviation = residual_deviation(&line.residuals(&x, &y));
        close(name, deviation, &ols["residual_sd_n_minus_2"], 1e-12);
        close(name, Line::total(&x, &y).unwrap().beta, &expect["tls_beta"], 1e-9);

        let test = |key: &str, found: UnitRoot| {
            let wanted = &expect[key];
            let what = format!("{name} {key}");
            close(&what, found.statistic, &wanted["stat"], 1e-8);
            let p = if wanted["p"].is_null() { "p_mackinnon1994" } else { "p" };
            close(&what, found.p_value, &wanted[p], 1e-8);
            for critical in ["crit", "crit_1_5_10_mackinnon2010"] {
                if !wanted[critical].is_null() {
                    all_close(&what, &found.critical, &wanted[critical], 1e-9);
                }
            }
            if let Some(rows) = wanted["nobs"].as_u64() {
                assert_eq!(found.rows as u64, rows, "{what}");
            }
        };
        for lags in [0, 1, 4] {
            let found = engle_granger(&x, &y, Lags::Fixed(lags)).unwrap();
            test(&format!("engle_granger_lag{lags}"), found);
        }
        test("engle_granger_aic_max12", engle_granger(&x, &y, Lags::Aic { max: 12 }).unwrap());
        for (series, values) in [("x", &x), ("y", &y)] {
            for (term, deterministic) in
                [("c", Deterministic::Constant), ("ct", Deterministic::Trend)]
            {
                let found = augmented_dickey_fuller(values, deterministic, Lags::Fixed(2)).unwrap();
                test(&format!("adf_{series}_{term}_lag2"), found);
            }
        }

        let johansen = Johansen::of(&x, &y).unwrap();
        let wanted = &expect["johansen_det0_kdiff1"];
        all_close(name, &johansen.eigenvalues, &wanted["eig"], 1e-8);
        all_close(name, &johansen.trace, &wanted["trace"], 1e-8);
        all_close(name, &johansen.largest, &wanted["max_eig"], 1e-8);
        close(name, johansen.beta, &wanted["beta_first_vector"], 1e-8);
        for (found, wanted) in [
            (Johansen::TRACE_CRITICAL, &wanted["trace_crit_90_95_99"]),
            (Johansen::LARGEST_CRITICAL, &wanted["max_eig_crit_90_95_99"]),
        ] {
            all_close(name, &found[0], &wanted[0], 1e-12);
            all_close(name, &found[1], &wanted[1], 1e-12);
        }
    });
}

#[test]
fn kalman() {
    cases("kalman.json", |name, input, expect| {
        let number = |key: &str| input[key].as_f64().unwrap();
        let mut filter = KalmanHedge::new(number("delta"), number("observation_var"));
        let (x, y) = (numbers(&input["x"]), numbers(&input["y"]));
        for (row, (&x, &y)) in x.iter().zip(&y).enumerate() {
            let innovation = filter.update(x, y);
            close(name, innovation.value, &expect["innovation"][row], 1e-6);
            close(name, innovation.variance, &expect["innovation_var"][row], 1e-6);
            close(name, filter.beta(), &expect["beta"][row], 1e-6);
            close(name, filter.alpha(), &expect["alpha"][row], 1e-6);
        }
        let [bb, ba, aa] = filter.covariance();
        let last = &expect["P_last"];
        all_close(name, &[bb, ba], &last[0], 1e-6);
        all_close(name, &[ba, aa], &last[1], 1e-6);
    });
}

#[test]
fn ornstein_uhlenbeck() {
    cases("ou.json", |name, input, expect| {
        let fit = LevelRegression::of(&numbers(&input["spread"])).unwrap();
        close(name, fit.a, &expect["a"], 1e-9);
        close(name, fit.b, &expect["b"], 1e-9);
        close(name, fit.b_error, &expect["se_b"], 1e-9);
        close(name, fit.residual_variance, &expect["residual_var_mle"], 1e-12);
        let Some(process) = fit.process() else {
            assert!(expect["theta_per_row"].is_null(), "{name}: no reversion found");
            return;
        };
        close(name, process.theta, &expect["theta_per_row"], 1e-9);
        close(name, process.half_life(), &expect["half_life_rows"], 1e-9);
        close(name, process.mean, &expect["mu"], 1e-9);
        close(name, process.sigma, &expect["sigma_per_sqrt_row"], 1e-9);
        close(name, process.stationary_deviation(), &expect["stationary_sd"], 1e-9);
        for (cost, wanted) in expect["bertram_max_return_by_cost"].as_object().unwrap() {
            let found = process.thresholds(cost.parse().unwrap()).unwrap();
            close(name, found.entry, &wanted["entry"], 1e-8);
            close(name, found.exit, &wanted["exit"], 1e-8);
            close(name, found.cycle_rows, &wanted["cycle_rows"], 1e-7);
            close(name, found.return_per_row, &wanted["return_per_row"], 1e-8);
        }
    });
}

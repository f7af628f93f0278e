//! Against `$REAL_DATA/oracles/quant`.

use statistics::{
    BlockSums, EquityCurve, Moments, SuperiorAbilityTest, annual_growth, backtest_overfitting,
    block_length, calmar_ratio, conditional_value_at_risk, deflated_sharpe, diebold_mariano,
    drawdowns, effective_trials, filtered_returns, min_track_record, probabilistic_sharpe,
    purged_splits, sharpe_error, value_at_risk,
};

use crate::oracle::{Case, cases, number, numbers};

#[test]
fn block_lengths_are_those_of_arch() {
    for case in cases("block_length") {
        let found = block_length(&case.numbers("x")).unwrap();
        case.check("stationary", found.stationary);
        case.check("circular", found.circular);
    }
}

#[test]
fn tails_are_those_of_skfolio_and_riskfolio() {
    for case in cases("risk") {
        let returns = case.numbers("returns");
        let n = returns.len() as f64;
        let mean = returns.iter().sum::<f64>() / n;
        // The oracle's first variance is the whole sample's.
        let variance = returns.iter().map(|r| (r - mean).powi(2)).sum::<f64>() / n;
        let filtered = filtered_returns(&returns, 0.94, variance).unwrap();
        for tail in [0.05, 0.01] {
            let value = |series: &[f64]| value_at_risk(series, tail).unwrap();
            let shortfall = |series: &[f64]| conditional_value_at_risk(series, tail).unwrap();
            case.check(&format!("var_{tail}"), value(&returns));
            case.check(&format!("cvar_{tail}"), shortfall(&returns));
            case.check(&format!("fhs_var_{tail}"), value(&filtered));
            case.check(&format!("fhs_cvar_{tail}"), shortfall(&filtered));
        }
    }
}

#[test]
fn drawdowns_are_those_of_skfolio() {
    for case in cases("risk") {
        let returns = case.numbers("returns");
        let equity: Vec<f64> = returns
            .iter()
            .scan(1.0, |equity, r| {
                *equity *= 1.0 + r;
                Some(*equity)
            })
            .collect();
        let times: Vec<i64> = (0..).map(|day| day * 86_400_000_000).take(equity.len()).collect();
        let curve = EquityCurve::new(&times, &equity, 1.0).unwrap();
        let falls = drawdowns(&curve);
        let deepest = falls.iter().min_by(|a, b| a.depth.total_cmp(&b.depth)).unwrap();
        case.check("max_drawdown", -deepest.depth);
        assert_eq!(deepest.depth, curve.max_drawdown());
        // The oracle counts the capital as row 0.
        case.check("peak_row", deepest.peak_row.map_or(0.0, |row| row as f64 + 1.0));
        case.check("trough_row", deepest.trough_row as f64 + 1.0);
        let longest = falls.iter().map(|fall| fall.rows).max().unwrap();
        case.check("longest_under_water_rows", longest as f64);
        let growth = curve.total_return() + 1.0;
        case.check("final_equity", growth);
        let annual = annual_growth(growth, returns.len(), 365.0).unwrap();
        case.check("calmar_daily365", calmar_ratio(annual, deepest.depth).unwrap());
    }
}

fn columns(case: &Case, input: &str) -> Vec<Vec<f64>> {
    let rows: Vec<Vec<f64>> = case.input[input].as_array().unwrap().iter().map(numbers).collect();
    (0..rows[0].len()).map(|column| rows.iter().map(|row| row[column]).collect()).collect()
}

#[test]
fn sharpe_ratios_are_as_sure_as_scipy_and_skfolio_say() {
    let overfitting = cases("pbo");
    for case in cases("sharpe") {
        let moments = Moments::of(&case.numbers("returns")).unwrap();
        let sharpes = case.numbers("trial_sharpes");
        case.check("sharpe", moments.sharpe());
        case.check("skew", moments.skew);
        case.check("kurtosis", moments.kurtosis);
        let psr = |benchmark| probabilistic_sharpe(&moments, benchmark).unwrap();
        case.check("psr_0", psr(0.0));
        case.check("psr_0.05", psr(0.05));
        case.check("skfolio_psr_0", psr(0.0));
        for (key, confidence) in [("min_trl_0_95", 0.95), ("min_trl_0_99", 0.99)] {
            match min_track_record(&moments, 0.0, confidence) {
                Ok(rows) => case.check(key, rows),
                Err(_) => assert_eq!(case.expect[key], "inf", "{}", case.name),
            }
        }
        case.check("sharpe_se_iid", sharpe_error(&moments).unwrap());
        let deflated = deflated_sharpe(&moments, &sharpes, sharpes.len()).unwrap();
        case.check("expected_max_sharpe", deflated.benchmark);
        case.check("dsr", deflated.probability);
        case.check("skfolio_dsr", deflated.probability);

        // The trials' returns are those of the same period in another file.
        let start = case.name.split("..").next().unwrap();
        let trials = overfitting.iter().find(|other| other.name.starts_with(start)).unwrap();
        let trials = columns(trials, "returns_rows_by_strategies");
        let trials: Vec<&[f64]> = trials.iter().map(Vec::as_slice).collect();
        let effective = effective_trials(&trials).unwrap();
        case.check("effective_trials_average_correlation", effective.average_correlation);
        case.check("effective_trials_participation", effective.participation);
        case.check("effective_trials_entropy", effective.entropy);
    }
}

#[test]
fn overfitting_is_that_of_enumeration() {
    for case in cases("pbo") {
        let blocks = usize::try_from(case.input["blocks"].as_u64().unwrap()).unwrap();
        let settings: Vec<BlockSums> = columns(&case, "returns_rows_by_strategies")
            .iter()
            .map(|returns| BlockSums::of(returns, blocks).unwrap())
            .collect();
        let found = backtest_overfitting(&settings).unwrap();
        case.check("combinations", found.combinations as f64);
        case.check("pbo", found.probability);
        case.check("prob_oos_loss", found.loss_probability);
        case.check("degradation_slope", found.slope.unwrap());
        case.check("degradation_intercept", found.intercept.unwrap());
        case.check("degradation_r", found.correlation.unwrap());
        let n = found.logits.len() as f64;
        case.check("logit_mean", found.logits.iter().sum::<f64>() / n);
        let strict = found.logits.iter().filter(|&&logit| logit < 0.0).count() as f64 / n;
        case.check("pbo_strict", strict);
        if let Some(logits) = case.expect.get("logits") {
            for (index, (found, wanted)) in found.logits.iter().zip(numbers(logits)).enumerate() {
                assert!((found - wanted).abs() < 1e-9, "{}, split {index}", case.name);
            }
        }
    }
}

#[test]
fn superior_ability_is_exact_with_stored_resamples() {
    for case in cases("spa") {
        let models = columns(&case, "performance_over_benchmark");
        let orders: Vec<Vec<usize>> = case.input["indices_200"]
            .as_array()
            .unwrap()
            .iter()
            .map(|order| serde_json::from_value(order.clone()).unwrap())
            .collect();
        let mean_block = number(&case.input["mean_block"]);
        let mut test = SuperiorAbilityTest::new(models[0].len(), mean_block, &orders).unwrap();
        for model in &models {
            test.add(model).unwrap();
        }
        let found = test.finish().unwrap();
        for (key, p) in
            [("lower", found.p_lower), ("consistent", found.p_consistent), ("upper", found.p_upper)]
        {
            let wanted = &case.expect["p_with_indices"][key]["studentized"];
            case.check_within(&format!("p_with_indices.{key}"), p, wanted, 0.0);
        }
        let largest = numbers(&case.expect["t_k"]).into_iter().fold(0.0, f64::max);
        assert!((found.statistic - largest).abs() < 1e-10, "{}", case.name);
        assert_eq!(found.settings, models.len());
    }
}

#[test]
fn two_forecasts_differ_as_statsmodels_says() {
    for case in cases("diebold_mariano") {
        let differences = case.numbers("d");
        for (key, wanted) in case.expect.as_object().unwrap() {
            if let Some(lags) = key.strip_prefix("bartlett_") {
                let found = diebold_mariano(&differences, lags.parse().unwrap()).unwrap();
                let check = |name: &str, found| {
                    case.check_within(&format!("{key}.{name}"), found, &wanted[name], 1e-9);
                };
                check("mean", found.mean);
                check("se", found.error);
                check("dm", found.statistic);
                check("p_two_sided_normal", found.p_value);
                check("hln", found.corrected);
                check("p_hln_t", found.corrected_p_value);
            }
        }
        let block = block_length(&differences).unwrap();
        case.check("block_stationary", block.stationary);
        case.check("block_circular", block.circular);
    }
}

#[test]
fn splits_are_those_of_skfolio() {
    for case in cases("purged_cv") {
        let count = |key: &str| usize::try_from(case.input[key].as_u64().unwrap()).unwrap();
        let [rows, folds, tests] = ["rows", "folds", "test_folds"].map(count);
        let found = purged_splits(rows, folds, tests, count("purged"), count("embargo")).unwrap();
        let wanted = case.expect["splits"].as_array().unwrap();
        assert_eq!(found.len(), wanted.len(), "{}", case.name);
        for (index, (found, wanted)) in found.iter().zip(wanted).enumerate() {
            let train: Vec<usize> = serde_json::from_value(wanted["train"].clone()).unwrap();
            let test: Vec<Vec<usize>> = serde_json::from_value(wanted["test"].clone()).unwrap();
            assert_eq!(found.train, train, "{}, split {index}", case.name);
            let folds: Vec<Vec<usize>> = found.test.iter().map(|f| f.clone().collect()).collect();
            assert_eq!(folds, test, "{}, split {index}", case.name);
        }
    }
}

#[test]
fn a_resample_may_draw_one_row_alone() {
    // The mean is 0.45, so 300 times the first row are above twice that, 255 times are not.
    let mut differences = vec![134.0 / 299.0; 300];
    differences[0] = 1.0;
    let mut test = SuperiorAbilityTest::new(300, 1.0, [vec![0; 300]]).unwrap();
    test.add(&differences).unwrap();
    assert_eq!(test.finish().unwrap().p_upper, 1.0);
}

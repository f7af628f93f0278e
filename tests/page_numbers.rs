//! `--report`: the numbers on each kind of page are those of `--format json`.

use std::path::Path;

use report::number::{change, count, fixed, interval, interval_per_cent, per_cent, signed};
use serde_json::Value;

use crate::program::{json, ok};

/// What the call prints as JSON, and its page's texts, each between two tags.
fn printed(folder: &Path, call: &str) -> (Value, Vec<String>) {
    let found = json(folder, &format!("{call} --format json --report page.html"));
    (found, texts(folder))
}

fn texts(folder: &Path) -> Vec<String> {
    let page = std::fs::read_to_string(folder.join("page.html")).unwrap();
    page.split('>').filter_map(|part| part.split('<').next()).map(str::to_owned).collect()
}

/// Every one of `wanted` stands on the page by itself.
fn holds(texts: &[String], wanted: &[String]) {
    assert!(!wanted.is_empty());
    for text in wanted {
        assert!(texts.iter().any(|found| found == text), "`{text}` is not on the page");
    }
}

/// The texts `row` follow each other on the page, as the cells of a table's row do.
fn holds_row(texts: &[String], row: &[String]) {
    let filled: Vec<&String> = texts.iter().filter(|text| !text.is_empty()).collect();
    let found = filled.windows(row.len()).any(|cells| cells.iter().zip(row).all(|(a, b)| *a == b));
    assert!(found, "no row {row:?} on the page");
}

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap()
}

fn ends(value: &Value) -> Option<(f64, f64)> {
    Some((value["lower"].as_f64()?, value["upper"].as_f64()?))
}

/// Each point that the chart of the three scores draws is one of the `steps` of its score, by one scale.
fn draws_steps(folder: &Path, steps: &Value) {
    let page = std::fs::read_to_string(folder.join("page.html")).unwrap();
    let (_, chart) = page.split_once("<h3>Raw, Platt, isotonic").unwrap();
    let (chart, _) = chart.split_once("<figcaption>").unwrap();
    let lines = chart.split("<path class=\"s-").skip(1).filter_map(|line| {
        let (path, _) = line.split_once("d=\"")?.1.split_once('"')?;
        path.contains('l').then(|| points(path))
    });
    let drawn: Vec<Vec<(f64, f64)>> = lines.collect();
    let steps = ["raw", "platt", "isotonic"]
        .map(|name| -> Vec<(f64, f64)> { serde_json::from_value(steps[name].clone()).unwrap() });
    // Once for wide screens, once for narrow ones.
    assert_eq!(drawn.len(), 2 * steps.len());
    let ends = |points: &[(f64, f64)]| (points[0], points[points.len() - 1]);
    let along = |value: f64, (a, b): (f64, f64), (at_a, at_b): (f64, f64)| {
        at_a + (value - a) / (b - a) * (at_b - at_a)
    };
    for drawn in drawn.chunks(steps.len()) {
        let ((from, to), (first, last)) = (ends(&steps[0]), ends(&drawn[0]));
        let (across, up) = ((first.0, last.0), (first.1, last.1));
        for (drawn, steps) in drawn.iter().zip(&steps) {
            assert!(drawn.len() > 3, "{drawn:?}");
            for at in drawn {
                let near = |&(x, y): &(f64, f64)| {
                    let pixel = (along(x, (from.0, to.0), across), along(y, (from.1, to.1), up));
                    (pixel.0 - at.0).abs() < 0.3 && (pixel.1 - at.1).abs() < 0.3
                };
                assert!(steps.iter().any(near), "{at:?} is none of the steps");
            }
        }
    }
}

/// The points of a path of `M` and `l`.
fn points(path: &str) -> Vec<(f64, f64)> {
    let mut at = (0.0, 0.0);
    let moves = path.split(['M', 'l']).filter(|part| !part.is_empty());
    moves
        .map(|part| {
            let part = part.replace('-', " -");
            let [x, y] = part.split_whitespace().collect::<Vec<_>>()[..] else { panic!("{path}") };
            at = (at.0 + x.parse::<f64>().unwrap(), at.1 + y.parse::<f64>().unwrap());
            at
        })
        .collect()
}

#[test]
fn of_an_evaluation() {
    let folder = tempfile::tempdir().unwrap();
    let call = "ml-calibrated-bins evaluate --from 2025-09 --to 2025-11 --resamples 100";
    let (found, texts) = printed(folder.path(), call);
    for (method, scores) in ["raw", "platt", "isotonic"].map(|name| (name, &found["overall"][name]))
    {
        let number = |name: &str, decimals| fixed(scores[name].as_f64(), decimals);
        holds(&texts, &[method.to_owned(), number("brier", 5), number("log_loss", 5)]);
        holds(&texts, &[number("auc", 4), number("calibration_slope", 3)]);
    }
    let parts = &found["overall"]["platt"]["brier_parts"];
    for (name, part) in [("Miscalibration", "miscalibration"), ("Discrimination", "discrimination")]
    {
        holds_row(&texts, &[name.to_owned(), fixed(parts[part].as_f64(), 5)]);
    }
    for month in list(&found["months"]) {
        for part in ["slope", "intercept"] {
            let of_line = |what: &str| &month["platt"][format!("calibration_{part}{what}")];
            let around = ends(of_line("_interval"));
            assert!(around.is_some(), "{month}");
            holds_row(
                &texts,
                &[
                    month["month"].as_str().unwrap().to_owned(),
                    fixed(of_line("").as_f64(), 3),
                    interval(around, 3),
                    count(month["rows"].as_u64().unwrap()),
                ],
            );
        }
    }
    draws_steps(folder.path(), &found["corp"]);
    let money = &found["money"];
    for (bin, paid) in list(&found["bins"]).iter().zip(list(&money["bins"])) {
        let rate = bin["hit_rate"].as_f64();
        holds_row(
            &texts,
            &[
                count(bin["rows"].as_u64().unwrap()),
                per_cent(rate, 1),
                interval_per_cent(ends(&bin["wilson"]), 1),
                interval_per_cent(ends(&bin["bootstrap"]), 1),
                fixed(bin["mean_p_cal"].as_f64(), 4),
            ],
        );
        let long = &paid["long"];
        holds_row(
            &texts,
            &[
                change(long["net_payoff"].as_f64(), 3),
                interval_per_cent(ends(&long["interval"]), 3),
                count(long["rows"].as_u64().unwrap()),
            ],
        );
    }
    for side in ["long", "short"] {
        let (judged, paid) = (&found["signals"][side], &money["signals"][side]);
        holds_row(
            &texts,
            &[
                side.to_owned(),
                count(judged["rows"].as_u64().unwrap()),
                per_cent(judged["hit_rate"].as_f64(), 1),
                interval_per_cent(ends(&judged["wilson"]), 1),
                interval_per_cent(ends(&judged["bootstrap"]), 1),
                change(paid["net_payoff"].as_f64(), 3),
                interval_per_cent(ends(&paid["interval"]), 3),
            ],
        );
    }
    let rule = money["costs"].as_str().unwrap();
    assert!(texts.iter().any(|text| text.contains(rule)), "{rule}");
}

#[test]
fn of_months_that_are_inspected() {
    let folder = tempfile::tempdir().unwrap();
    ok(folder.path(), "ml-calibrated-bins rebuild --bin-month 2025-10 2025-11");
    ok(folder.path(), "ml-calibrated-bins inspect 2025-11 --compare 2025-10 --report page.html");
    let texts = texts(folder.path());
    for month in ["2025-10", "2025-11"] {
        let call = format!("ml-calibrated-bins inspect {month} --format json");
        let found = json(folder.path(), &call);
        let quality = &found["diagnostics"];
        holds(
            &texts,
            &[
                count(found["cal_rows"].as_u64().unwrap()),
                per_cent(quality["base_rate"].as_f64(), 1),
                fixed(quality["brier_after"].as_f64(), 5),
                fixed(quality["log_loss_after"].as_f64(), 5),
                fixed(quality["ece_after"].as_f64(), 5),
            ],
        );
        for bin in list(&quality["bins"]) {
            let upper = bin["upper"].as_f64().map(|edge| fixed(Some(edge), 4));
            holds(
                &texts,
                &upper
                    .into_iter()
                    .chain([per_cent(bin["hit_rate"].as_f64(), 1)])
                    .collect::<Vec<_>>(),
            );
        }
    }
}

#[test]
fn of_a_backtest() {
    let folder = tempfile::tempdir().unwrap();
    let call = "mean-reversion backtest --start 2025-06-01 --stop-loss 0.03 --trials t.jsonl";
    let (found, texts) = printed(folder.path(), call);
    let result = &found["result"];
    let number = |name: &str| result[name].as_f64();
    let tile = |name: &str, value: String| holds_row(&texts, &[name.to_owned(), value]);
    tile("Return", change(number("total_return"), 2));
    tile("Largest drawdown", per_cent(number("max_drawdown"), 2));
    tile("Sharpe ratio", fixed(result["performance"]["sharpe"]["value"].as_f64(), 2));
    tile("Trades", count(result["trades"].as_u64().unwrap()));
    tile("Win rate", per_cent(number("win_rate"), 1));
    tile("Profit factor", fixed(number("profit_factor"), 2));
    tile("Turnover", format!("{} ×", fixed(number("turnover"), 1)));
    tile("Ambiguous", count(result["counts"]["ambiguous"].as_u64().unwrap()));
    let capital = found["rules"]["capital"].as_f64().unwrap();
    for (name, field, sign) in [
        ("gross", "gross_pnl", 1.0),
        ("slippage", "slippage", -1.0),
        ("fees", "fees", -1.0),
        ("funding", "funding", 1.0),
        ("net", "net_pnl", 1.0),
    ] {
        let value = number(field).map(|value| value * sign);
        let share = change(value.map(|value| value / capital), 2);
        holds_row(&texts, &[name.to_owned(), signed(value, 2), share]);
    }
    for exit in list(&result["exits"]) {
        let name = exit["reason"].as_str().unwrap().replace('_', " ");
        holds(&texts, &[name, signed(exit["net_pnl"].as_f64(), 2)]);
    }
    let worst = result["performance"]["max_drawdown"]["depth"].as_f64();
    holds_row(&texts, &["1".to_owned(), per_cent(worst, 2)]);
}

#[test]
fn of_a_sweep() {
    let folder = tempfile::tempdir().unwrap();
    let call = "mean-reversion sweep --start 2025-03-01 --set entry-z=1,2 --set stop-loss=0.02,0.05 \
                --walk-forward 2:1";
    let (found, texts) = printed(folder.path(), call);
    for (place, best) in list(&found["best"]).iter().enumerate() {
        let number = |name: &str| best[name].as_f64();
        let mut row = vec![
            (place + 1).to_string(),
            fixed(number("sharpe"), 2),
            interval(ends(&best["interval"]), 2),
            change(number("total_return"), 1),
            change(number("max_drawdown"), 1),
            count(best["trades"].as_u64().unwrap()),
        ];
        let values = list(&found["best_values"][place]);
        row.extend(values.iter().map(|value| value.as_str().unwrap().to_owned()));
        holds_row(&texts, &row);
    }
    let verdict = &found["verdict"];
    holds(&texts, &[verdict["sentence"].as_str().unwrap().to_owned()]);
    let tile = |name: &str, value: String| holds_row(&texts, &[name.to_owned(), value]);
    tile("Expected by luck", fixed(verdict["expected_max_sharpe"].as_f64(), 2));
    tile("Deflated Sharpe", fixed(verdict["deflated_sharpe"].as_f64(), 2));
    tile("Worth", fixed(found["effective_trials"].as_f64(), 1));
    tile("Overfitting (PBO)", per_cent(found["overfitting"]["probability"].as_f64(), 0));
    let walk = &found["walk_forward"];
    tile("Out of sample", fixed(walk["performance"]["sharpe"]["value"].as_f64(), 2));
    for month in list(&walk["months"]) {
        holds(
            &texts,
            &[
                month["month"].as_str().unwrap().to_owned(),
                change(month["total_return"].as_f64(), 1),
            ],
        );
    }
    for row in list(&found["surface"]["sharpe"]) {
        let cells = list(row).iter().map(|sharpe| fixed(sharpe.as_f64(), 2));
        holds(&texts, &cells.collect::<Vec<_>>());
    }
}

#[test]
fn of_a_monitor() {
    let folder = tempfile::tempdir().unwrap();
    let call = "monitor --from-data --start 2025-01-01";
    ok(folder.path(), "ml-calibrated-bins rebuild --from 2025-01 --to 2025-11");
    let (found, texts) = printed(folder.path(), call);
    for month in list(&found["months"]) {
        let labelled = month["labelled"].as_u64().unwrap();
        let share = |name: &str| Some(month[name].as_f64().unwrap() / labelled as f64);
        holds_row(
            &texts,
            &[
                month["name"].as_str().unwrap().to_owned(),
                per_cent(share("promised"), 1),
                per_cent(share("hits"), 1),
                count(labelled),
                count(month["missing"].as_u64().unwrap()),
            ],
        );
        for (value, limit) in [("psi", "psi"), ("wasserstein", "wasserstein")] {
            if let Some(found) = month[value].as_f64() {
                let limit = month["limits"][limit].as_f64();
                holds_row(&texts, &[fixed(Some(found), 4), fixed(limit, 4)]);
            }
        }
    }
    assert!(list(&found["months"]).iter().any(|month| month["psi"].is_number()));
    for detector in list(&found["detectors"]) {
        let word = |name: &str| detector[name].as_str().unwrap();
        holds_row(
            &texts,
            &[
                format!("{} {}", word("tier"), word("side")),
                fixed(detector["value"].as_f64(), 2),
                fixed(detector["threshold"].as_f64(), 0),
            ],
        );
    }
}

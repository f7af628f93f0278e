//! `ml-calibrated-bins list`.

use crate::market::{DATASET, Market, RUN};
use crate::program::{fails, json, ok};

#[test]
fn months_are_listed_in_order_and_by_filter() {
    let market = Market::new();
    let list = "ml-calibrated-bins list --bins-root bins";
    fails(market.path(), list, 1, &["no bins under bins"]);
    ok(market.path(), &market.rebuild("--quiet --bin-month all"));

    let csv = ok(market.path(), list);
    let lines: Vec<_> = csv.lines().collect();
    assert_eq!(
        lines[0],
        "dataset,run_name,bin_month,calibration_method,n_bins,cal_rows,in_sample_rows,base_rate,\
         created_at,path"
    );
    assert!(lines[1].starts_with(&format!("{DATASET},{RUN},2025-10,platt,20,696,0,")), "{csv}");
    assert!(lines[2].starts_with(&format!("{DATASET},{RUN},2025-11,platt,20,720,0,")), "{csv}");

    let months = |flags: &str| {
        let rows = json(market.path(), &format!("{list} --format json {flags}"));
        let rows = rows.as_array().unwrap().clone();
        rows.iter().map(|row| row["bin_month"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(months(""), ["2025-10", "2025-11"]);
    assert_eq!(months("--from 2025-11"), ["2025-11"]);
    assert_eq!(months("--to 2025-10"), ["2025-10"]);
    fails(market.path(), &format!("{list} --dataset other"), 1, &["with dataset other"]);
    assert!(ok(market.path(), &format!("{list} --format table")).contains("696"));
}

//! The decisions of a strategy.

use arrow::array::AsArray;
use arrow::datatypes::TimestampMicrosecondType;
use clap::ArgMatches;
use strategy_core::registry::Entry;
use strategy_core::{Console, Result};

use super::decisions::Asked;
use crate::decided::Decided;
use crate::row_args::Chosen;

/// The decisions of a strategy over the chosen rows.
pub(crate) fn decide(
    entry: &Entry,
    matches: &ArgMatches,
    chosen: &Chosen,
    console: &mut Console<'_>,
) -> Result<Asked> {
    let mut decided = Decided::open(entry, matches, chosen)?;
    let mut asked = Asked {
        name: entry.name().to_owned(),
        times: Vec::new(),
        weights: Vec::new(),
        outlooks: Vec::new(),
        legs: decided.strategy().legs().to_vec(),
        intent: decided.strategy().intent().into(),
        exits: decided.strategy().exits(),
        interval: None,
        of_file: false,
        remarks: Vec::new(),
        in_sample_rows: None,
    };
    while let Some(decisions) = decided.next()? {
        let times = decisions.table.column_by_name("timestamp");
        let times = times.and_then(|times| times.as_primitive_opt::<TimestampMicrosecondType>());
        let times = times.ok_or("the decisions have no timestamps")?;
        asked.times.extend(times.values());
        asked.weights.extend(&decisions.weights);
        asked.outlooks.extend(&decisions.outlooks);
    }
    let report = decided.report();
    if report.left_out > 0 {
        let _ = writeln!(console.err, "{report}");
    }
    asked.remarks = decided.remarks();
    asked.in_sample_rows = decided.strategy().in_sample_rows();
    for remark in &asked.remarks {
        let _ = writeln!(console.err, "warning: {remark}");
    }
    Ok(asked)
}

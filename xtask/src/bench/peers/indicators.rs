//! The indicators beside TA-Lib, by the script that stands with them.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::bench::folders::{Folders, text};
use crate::bench::programs::Program;
use crate::bench::python::must;
use crate::bench::table::{Table, factor, or_dash, three_digits};
use crate::command::root;

pub(super) fn run(folders: &Folders, python: &Path, rounds: u32) -> Result<(Table, Value)> {
    let ours = Program::Indicators.release()?;
    let out = folders.scratch()?.join("indicators.json");
    let mut command = Command::new(python);
    command.arg(root().join("crates/indicators/benches/talib/talib_peer.py"));
    command.args(["--ours", &text(&ours), "--json", &text(&out), "--rounds", &rounds.to_string()]);
    // It prints a table too, which is not ours.
    command.stdout(Stdio::null());
    must(&mut command, "the comparison with TA-Lib failed; its message is above")?;
    let figures: Value = serde_json::from_str(&fs::read_to_string(&out)?)?;
    Ok((table(&figures)?, figures))
}

fn table(figures: &Value) -> Result<Table> {
    let mut table =
        Table::new(&["indicator", "TA-Lib", "ours", "faster", "fastest rounds", "a single update"]);
    for result in figures["results"].as_array().context("talib_peer.py wrote no results")? {
        let number = |name: &str| result[name].as_f64();
        let name = result["indicator"].as_str().unwrap_or_default();
        let parameters = result["parameters"].as_array().map_or(&[][..], Vec::as_slice);
        let label = parameters.iter().fold(name.to_owned(), |label, p| format!("{label} {p}"));
        table.push(vec![
            label,
            or_dash(number("talib_ns_per_row"), three_digits),
            or_dash(number("ours_ns_per_row"), three_digits),
            or_dash(number("ratio").map(|ratio| 1.0 / ratio), factor),
            or_dash(number("ratio_of_fastest").map(|ratio| 1.0 / ratio), factor),
            or_dash(number("ns_per_update"), three_digits),
        ]);
    }
    Ok(table)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_indicator_without_a_peer_has_dashes() {
        let figures = json!({"results": [
            {"indicator": "sma", "parameters": [20], "ours_ns_per_row": 1.0, "talib_ns_per_row": 2.0,
             "ratio": 0.5, "ratio_of_fastest": 0.25, "ns_per_update": 3.0},
            {"indicator": "delay", "parameters": [], "ours_ns_per_row": 1.0, "talib_ns_per_row": null,
             "ratio": null, "ratio_of_fastest": null, "ns_per_update": 3.0},
        ]});
        let text = table(&figures).unwrap().markdown();
        let cells = |line: usize| -> Vec<&str> {
            text.lines().nth(line).unwrap().split('|').map(str::trim).collect()
        };
        assert_eq!(cells(2)[1..7], ["sma 20", "2.00", "1.00", "2.00×", "4.00×", "3.00"]);
        assert_eq!(cells(3)[1..7], ["delay", "–", "1.00", "–", "–", "3.00"]);
    }
}

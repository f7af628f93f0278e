//! Every command that there is, found by asking the program, and a call of it on a small market: what
//! must hold for all commands is tested on those of tomorrow too.

use std::path::Path;

use crate::market::Market;
use crate::program::ok;

/// A command and what its help says.
pub(crate) struct AnyCommand {
    /// As it is typed: `ml-calibrated-bins rebuild`.
    pub(crate) name: String,
    pub(crate) help: String,
}

/// All commands that do something themselves.
pub(crate) fn all(folder: &Path) -> Vec<AnyCommand> {
    let mut found = Vec::new();
    let mut open = vec![String::new()];
    while let Some(name) = open.pop() {
        let help = ok(folder, &format!("{name} --help"));
        let below = below(&help);
        // Some do something themselves and have commands below: their usage has a line for each.
        let does_something = help.contains("[OPTIONS]\n       ");
        if below.is_empty() || does_something {
            found.push(AnyCommand { name: name.trim().to_owned(), help });
        }
        open.extend(below.into_iter().map(|below| format!("{name} {below}")));
    }
    found.sort_by(|one, other| one.name.cmp(&other.name));
    let names: Vec<&str> = found.iter().map(|command| command.name.as_str()).collect();
    for known in ["data status", "ml-calibrated-bins rebuild", "mean-reversion signals"] {
        assert!(names.contains(&known), "{names:?}");
    }
    found
}

/// The commands that help lists.
fn below(help: &str) -> Vec<String> {
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    listed
        .take_while(|line| line.starts_with("  ") || line.is_empty())
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help")
        .map(str::to_owned)
        .collect()
}

impl AnyCommand {
    pub(crate) fn takes(&self, flag: &str) -> bool {
        let words = self.help.split(|c: char| c.is_whitespace() || ",[<=".contains(c));
        words.into_iter().any(|word| word == flag)
    }

    /// Whether it reads market data.
    pub(crate) fn reads(&self) -> bool {
        self.takes("--ohlcv-duckdb") || self.takes("--pred-duckdb")
    }

    /// The variables that set its flags, with the flags.
    pub(crate) fn variables(&self) -> Vec<(String, String)> {
        let mut flag = String::new();
        let mut found = Vec::new();
        for line in self.help.lines() {
            let named = line.split_whitespace().find(|word| word.starts_with("--"));
            if let Some(named) = named.filter(|_| line.trim_start().starts_with('-')) {
                named.trim_end_matches(',').clone_into(&mut flag);
            }
            if let Some((_, rest)) = line.split_once("[env: ") {
                let variable = rest.split(['=', ']']).next().unwrap();
                found.push((variable.to_owned(), flag.clone()));
            }
        }
        found
    }

    /// A call on the files of a [`with_bins`] market, with the flags that the command knows of these.
    pub(crate) fn call(&self) -> String {
        let mut call = self.name.clone();
        for (flag, value) in [
            ("--pred-duckdb", "pred.duckdb"),
            ("--ohlcv-duckdb", "ohlcv.duckdb"),
            ("--bins-root", "bins"),
            ("--lookback-months", "1"),
            ("--start", "2025-11-01"),
        ] {
            if self.takes(flag) {
                call = format!("{call} {flag} {value}");
            }
        }
        match self.name.as_str() {
            "ml-calibrated-bins rebuild" => call.push_str(" --overwrite --created-at 0"),
            "ml-calibrated-bins inspect" => call.push_str(" 2025-11"),
            "ml-calibrated-bins evaluate" => call.push_str(" --resamples 50 --from 2025-11"),
            "ml-calibrated-bins score" => call.push_str(" --missing-month skip"),
            "completions" => call.push_str(" bash"),
            "backtest" | "evaluate" => call.push_str(" --signals signals.csv"),
            "data replay" => call.push_str(" --every 0"),
            "monitor" => call.push_str(" --from-data --missing-month skip"),
            "monitor simulate" => call.push_str(" --years 1"),
            "trials simulate" => call.push_str(" --strategies 2 --settings 3"),
            "risk kill" | "risk arm" => call.push_str(" switch"),
            name if name.ends_with(" sweep") => call.push_str(" --set stop-loss=0.02,0.05"),
            name if name.ends_with(" stream") => {
                call.push_str(" --once --from 2025-11-03 --deliver-from 2025-11-03");
            }
            _ => {}
        }
        call
    }
}

/// A market with the bins of November 2025 below `bins`.
pub(crate) fn with_bins() -> Market {
    let market = Market::new();
    ok(market.path(), &market.rebuild("--quiet --bin-month 2025-11 --created-at 0"));
    let signals = "timestamp,signal\n2025-11-01 00:00:00,1\n2025-11-01 01:00:00,0\n";
    std::fs::write(market.file("signals.csv"), signals).unwrap();
    market
}

/// What a command prints without what the clock put there: when a row was decided, since when a heartbeat
/// beats.
pub(crate) fn timeless(out: &str) -> String {
    let lines = out.lines().filter(|line| !line.contains("MonitorHeartbeat"));
    let lines = lines.map(|line| match line.split_once("\"decided_at\":\"") {
        Some((before, after)) => format!("{before}{}", after.split_once('"').unwrap().1),
        None => line.to_owned(),
    });
    lines.collect::<Vec<_>>().join("\n")
}

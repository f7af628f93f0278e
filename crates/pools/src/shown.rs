//! The pools of a month as people read them.

use std::io::{self, Write};

use artifacts::{Listed, Shown};
use terminal::{count, counted, probability};

use crate::MonthPools;

impl Shown for MonthPools {
    type Record = Self;
    const ROOT_FLAG: &'static str = "--ensemble-root";
    const COLUMNS: &'static [&'static str] = &["members", "rows", "log loss", "weights"];

    fn cells(&self) -> Vec<String> {
        let all = self.largest();
        vec![
            self.members.len().to_string(),
            all.map_or_else(String::new, |all| count(all.rows as u64)),
            probability(all.map(|all| all.log_loss)),
            all.map_or_else(String::new, |all| weights(all.fitted.weights())),
        ]
    }

    fn listed(&self) -> Vec<Listed> {
        let all = self.largest();
        let values = [
            ("members", self.members.len().into()),
            ("rows", all.map(|all| all.rows).into()),
            ("log_loss", all.map(|all| all.log_loss).into()),
            ("weights", all.map(|all| all.fitted.weights()).into()),
        ];
        let shown = Self::COLUMNS.iter().zip(self.cells());
        let listed = |((name, value), (&title, text))| Listed { name, title, value, text };
        values.into_iter().zip(shown).map(listed).collect()
    }

    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "{} of {}, {}", self.pool, self.dataset, self.month)?;
        writeln!(out, "target {}", self.target_key)?;
        writeln!(out, "window from {}", self.window_start.format("%Y-%m-%d"))?;
        for member in &self.members {
            let loss = member.log_loss.map_or_else(|| "left out".to_owned(), |l| format!("{l:.4}"));
            let rows = counted(member.rows, "row");
            writeln!(out, "member {}: {rows}, log loss {loss}", member.run_name)?;
        }
        for subset in &self.subsets {
            let named: Vec<String> = subset.members.iter().map(|k| (k + 1).to_string()).collect();
            writeln!(
                out,
                "pool of {}: {}, log loss {:.4}, weights {}{}",
                named.join("+"),
                counted(subset.rows, "row"),
                subset.log_loss,
                weights(subset.fitted.weights()),
                subset.fallback.as_ref().map_or_else(String::new, |why| format!(" (equal: {why})")),
            )?;
        }
        if let Some(all) = self.largest() {
            for bin in all.edges.bins() {
                let (low, high) = all.edges.bounds(bin);
                let low = low.map_or_else(String::new, |low| format!(" from {low:.4}"));
                let high = high.map_or_else(String::new, |high| format!(" up to {high:.4}"));
                writeln!(out, "bin {bin}:{low}{high}")?;
            }
        }
        Ok(())
    }

    fn record(&self) -> Self {
        self.clone()
    }
}

fn weights(weights: &[f64]) -> String {
    weights.iter().map(|weight| format!("{weight:.4}")).collect::<Vec<_>>().join(" ")
}

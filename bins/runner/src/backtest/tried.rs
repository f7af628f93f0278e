//! What a backtest adds to the ledger of trials.

use std::collections::BTreeMap;
use std::path::PathBuf;

use backtest::Rules;
use clap::{ArgMatches, Command};
use statistics::EquityCurve;
use strategy_core::registry::Entry;
use trials::{Ledger, Subject, Trial, Verdict};

use super::args;
use super::simulate::Simulated;
use crate::sweep;
use crate::trials::record;
use strategy_core::Result;

/// What is tried, before it is known what comes of it.
pub(crate) struct Tried {
    subject: Subject,
    configuration: BTreeMap<String, String>,
}

impl Tried {
    /// The configuration of a strategy and its account.
    pub(crate) fn of_strategy(
        entry: &Entry,
        matches: &ArgMatches,
        subject: &strategy_core::Subject,
        instruments: &[market_data::Instrument],
    ) -> Result<Self> {
        Ok(Self {
            subject: Subject {
                strategy: entry.name().to_owned(),
                dataset: dataset(instruments)?,
                run_name: subject.run_name.clone(),
            },
            configuration: record::configuration(&sweep::configuring(entry), matches),
        })
    }

    /// A file of signals, known by its content: all files of one instrument compete with each other.
    pub(crate) fn of_file(
        matches: &ArgMatches,
        instruments: &[market_data::Instrument],
    ) -> Result<Self> {
        let path = matches.get_one::<PathBuf>("signals").ok_or("--signals is missing")?;
        let mut hasher = blake3::Hasher::new();
        std::io::copy(&mut std::fs::File::open(path)?, &mut hasher)?;
        let flags = args::with_flags(Command::new("account"));
        let mut configuration = record::configuration(&flags, matches);
        configuration.insert("signals".to_owned(), hasher.finalize().to_hex().to_string());
        let dataset = dataset(instruments)?;
        let subject = Subject { strategy: "signals".to_owned(), dataset, run_name: None };
        Ok(Self { subject, configuration })
    }

    /// Adds what came of it to the ledger, and says what luck explains of it.
    pub(crate) fn verdict(
        &self,
        simulated: &Simulated,
        rules: &Rules,
        ledger: &Ledger,
    ) -> Result<Verdict> {
        let rows = &simulated.results.equity;
        let times: Vec<i64> = rows.iter().map(|row| row.time).collect();
        let equity: Vec<f64> = rows.iter().map(|row| row.equity).collect();
        let curve = EquityCurve::new(&times, &equity, rules.capital)?;
        let trial = Trial {
            subject: self.subject.clone(),
            start: times.first().copied().unwrap_or_default(),
            end: times.last().copied().unwrap_or_default(),
            configuration: self.configuration.clone(),
            daily: record::daily(&curve),
        };
        record::record(ledger, &self.subject, &[trial], 0)
    }
}

/// The instrument of the first leg.
fn dataset(instruments: &[market_data::Instrument]) -> Result<Option<String>> {
    instruments.first().map_or(Ok(None), record::instrument)
}

//! The strategy: rates added up to payments, the rule, and the stop of the basis.

use std::collections::BTreeMap;

use chrono::DateTime;
use strategy_core::{
    Column, Input, Leg, Lookback, NoCommands, Rows, Strategy, Subject, register_strategy,
};
use terminal::counted;

use crate::config::{Config, HedgeKind};
use crate::decision::{Decision, Reason};
use crate::periods::{Ended, Periods};
use crate::{AutoregressiveSum, Carry, CarryError};

/// A perpetual future against its hedge, while the funding expected exceeds the costs.
///
/// The rates of a period of 8 hours are one payment, known at the first row after it.
#[derive(Debug)]
pub struct FundingCarry {
    config: Config,
    inputs: Vec<Input>,
    periods: Periods,
    carry: Carry,
    second_opinion: AutoregressiveSum,
    /// Basis at the row that decided to enter.
    entry_basis: f64,
    torn_periods: usize,
    reasons: BTreeMap<Reason, usize>,
}

/// A row's inputs.
struct Row {
    micros: i64,
    basis: f64,
    paid: f64,
}

impl FundingCarry {
    fn next(&mut self, row: &Row) -> Result<Decision, CarryError> {
        let before = self.carry.position();
        match self.periods.update(row.micros, row.paid) {
            None => {}
            Some(Ended::Whole(payment)) => {
                self.second_opinion.update(payment);
                self.carry.update(payment);
            }
            Some(Ended::Torn) => self.torn_periods += 1,
            Some(Ended::TooCoarse) => {
                return Err(CarryError::Interval { timestamp: time(row.micros) });
            }
        }
        let after = self.carry.position();
        let mut reason = match (before != 0.0, after != 0.0) {
            (false, true) => Reason::Entered,
            (true, true) => Reason::Held,
            (true, false) => Reason::Left,
            (false, false) if self.carry.is_young() => Reason::History,
            (false, false) if self.carry.is_locked() => Reason::Locked,
            (false, false) => Reason::Costs,
        };
        if reason == Reason::Entered {
            self.entry_basis = row.basis;
        }
        if reason == Reason::Held
            && -after * (row.basis - self.entry_basis) >= self.config.basis_stop
        {
            self.carry.stop();
            reason = Reason::BasisStop;
        }
        *self.reasons.entry(reason).or_default() += 1;
        Ok(Decision {
            expected_funding: self.carry.expected(),
            autoregressive_funding: self.second_opinion.sum(self.config.carry_horizon),
            cost: self.config.round_trip_cost(),
            basis: row.basis,
            position: self.carry.position(),
            reason,
        })
    }
}

fn time(micros: i64) -> DateTime<chrono::Utc> {
    DateTime::from_timestamp_micros(micros).unwrap_or_default()
}

impl Strategy for FundingCarry {
    const NAME: &'static str = "funding-carry";
    const ABOUT: &'static str = "Earns funding with a perpetual future and its hedge";

    type Config = Config;
    type Signal = Decision;
    type Command = NoCommands;
    type Error = CarryError;

    /// Closes of both legs, then what each pays.
    fn inputs(config: &Config) -> Vec<Input> {
        let of_hedge = |column| Input::of_dataset(column, &config.hedge_with);
        let mut inputs =
            vec![Input::of(Column::Close), of_hedge(Column::Close), Input::of(Column::FundingPaid)];
        if config.kind() == HedgeKind::Perp {
            inputs.push(of_hedge(Column::FundingPaid));
        }
        inputs
    }

    fn legs(config: &Config) -> Vec<Leg> {
        vec![Leg::OWN, Leg::of_dataset(&config.hedge_with)]
    }

    fn lookback(config: &Config) -> Lookback {
        // Periods of 8 hours of hours, and the torn one that the first row stands in.
        Lookback::at_least((config.carry_history + 2) * 8)
    }

    fn new(config: Config, _: &Subject) -> Result<Self, CarryError> {
        Ok(Self {
            carry: Carry::new(config.rule()?),
            inputs: Self::inputs(&config),
            periods: Periods::default(),
            second_opinion: AutoregressiveSum::default(),
            entry_basis: 0.0,
            torn_periods: 0,
            reasons: BTreeMap::new(),
            config,
        })
    }

    fn decide(&mut self, rows: &Rows<'_>) -> Result<Vec<Decision>, CarryError> {
        let columns = self.inputs.iter().map(|input| rows.column(input));
        let columns: Vec<&[f64]> = columns.collect::<Result<_, _>>()?;
        let mut decisions = Vec::with_capacity(rows.len());
        for (row, &micros) in rows.timestamps().iter().enumerate() {
            let refused = |column: usize, wanted| CarryError::Value {
                input: self.inputs[column].to_string(),
                timestamp: time(micros),
                found: columns[column][row],
                wanted,
            };
            let closes = [columns[0][row], columns[1][row]];
            if let Some(leg) = closes.iter().position(|close| !(close.is_finite() && *close > 0.0))
            {
                return Err(refused(leg, "a finite price above 0"));
            }
            let mut paid = columns[2..].iter().map(|column| column[row]);
            if let Some(leg) = paid.clone().position(|rate| !rate.is_finite()) {
                return Err(refused(2 + leg, "a finite rate"));
            }
            // What the perpetual future pays, less what the hedge does.
            let own = paid.next().unwrap_or(0.0);
            let paid = own - paid.next().unwrap_or(0.0);
            let basis = (closes[0] / closes[1]).ln();
            decisions.push(self.next(&Row { micros, basis, paid })?);
        }
        Ok(decisions)
    }

    fn remarks(&self) -> Vec<String> {
        let rows: usize = self.reasons.values().sum();
        if rows == 0 {
            return Vec::new();
        }
        let entered = self.reasons.get(&Reason::Entered).copied().unwrap_or(0);
        let each: Vec<String> =
            self.reasons.iter().map(|(reason, rows)| format!("{} {rows}", reason.name())).collect();
        let mut remarks = vec![format!(
            "{} entered in {}; rows by reason: {}",
            counted(entered, "position"),
            counted(rows, "row"),
            each.join(", ")
        )];
        if self.torn_periods > 0 {
            remarks.push(format!(
                "{} of 8 hours with rows missing: their payments are not counted",
                counted(self.torn_periods, "period")
            ));
        }
        remarks
    }

    fn is_usage_error(error: &CarryError) -> bool {
        matches!(error, CarryError::Order { .. } | CarryError::Parameter { .. })
    }
}

register_strategy!(FundingCarry);

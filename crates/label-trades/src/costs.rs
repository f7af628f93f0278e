//! The flags that say what a trade costs.

#![allow(clippy::doc_markdown, reason = "the comments are help texts, shown as they stand")]

use backtest::{Fees, FundingRule, Venue};
use clap::Args;
use labeling::BarrierRule;

use crate::LabelTradeError;

/// What a trade costs.
#[derive(Debug, Clone, Copy)]
pub struct Costs {
    /// Whose funding hours.
    pub venue: &'static Venue,
    /// Fractions of the notional.
    pub fees: Fees,
    /// Fraction of the price that market orders lose.
    pub slippage: f64,
    /// Who pays funding.
    pub funding: FundingRule,
}

impl Costs {
    /// The share of take profits at which a long that ends at a barrier of `rule` earns its costs.
    #[must_use]
    pub fn break_even(&self, rule: &BarrierRule) -> f64 {
        let market = self.fees.taker + self.slippage;
        let won = rule.take_profit() - market - self.fees.maker;
        let lost = rule.stop_loss() + 2.0 * market;
        lost / (won + lost)
    }
}

/// What a trade costs, as `backtest` has it.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Costs")]
pub struct CostArgs {
    /// Venue of fees and funding hours: binance-usdm, bybit, okx, hyperliquid
    #[arg(long, value_name = "NAME", env = "RUNNER_VENUE", default_value = "binance-usdm")]
    venue: String,

    /// Fee of take profits [default: the venue's base tier]
    #[arg(long, value_name = "FRACTION", env = "RUNNER_FEE_MAKER")]
    fee_maker: Option<f64>,

    /// Fee of all other fills [default: the venue's base tier]
    #[arg(long, value_name = "FRACTION", env = "RUNNER_FEE_TAKER")]
    fee_taker: Option<f64>,

    /// Loss of market orders against the price
    #[arg(long, value_name = "FRACTION", env = "RUNNER_SLIPPAGE", default_value_t = 0.0001)]
    slippage: f64,

    /// Who pays funding stamped at the time of a fill: charge (positions held before), both-ends,
    /// off (none)
    #[arg(long, env = "RUNNER_FUNDING", default_value = "charge", value_parser = ["charge", "both-ends", "off"])]
    funding: String,
}

impl CostArgs {
    /// The costs that the flags state.
    ///
    /// # Errors
    /// When the venue is not known.
    pub fn costs(&self) -> Result<Costs, LabelTradeError> {
        let venue = Venue::find(&self.venue)?;
        let maker = self.fee_maker.unwrap_or(venue.fees.maker);
        let taker = self.fee_taker.unwrap_or(venue.fees.taker);
        let funding = match self.funding.as_str() {
            "both-ends" => FundingRule::BothEnds,
            "off" => FundingRule::Off,
            _ => FundingRule::Charge,
        };
        let fees = Fees { maker, taker, ..venue.fees };
        Ok(Costs { venue, fees, slippage: self.slippage, funding })
    }
}

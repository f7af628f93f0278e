//! The rules that an account is kept by.

use serde::{Deserialize, Serialize};
use strategy_core::{Exits, SideExits};

use crate::{BacktestError, Fees, Instrument, Maintenance, Slippage, Tiers};

/// What the weights of a row ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Intent {
    /// The position wanted from the next open on. Weights of 0 want none; a silent row keeps the level.
    #[default]
    Position,
    /// As `Position`, but weights of 0 say nothing: only an opposite side turns round.
    Change,
    /// One new trade, which ends by its exits. Weights of 0 say nothing.
    Entry,
}

impl From<strategy_core::Intent> for Intent {
    fn from(intent: strategy_core::Intent) -> Self {
        match intent {
            strategy_core::Intent::Position => Self::Position,
            strategy_core::Intent::Entry => Self::Entry,
        }
    }
}

/// What happened first in a candle that reaches a trade's loss (stop, liquidation) and its profit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tie {
    /// The loss.
    #[default]
    Pessimistic,
    /// The profit.
    Optimistic,
}

/// Fill of a take profit when a candle opens beyond it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GapFill {
    /// At the open, which is better.
    #[default]
    Open,
    /// At the limit.
    Limit,
}

/// Who pays funding that is stamped at the time of a fill.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FundingRule {
    /// Who held before: a position opened then does not pay, one closed then does.
    #[default]
    Charge,
    /// Both: a position opened then pays too.
    BothEnds,
    /// Nobody pays at any time.
    Off,
}

/// Margin mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MarginMode {
    /// Each instrument's position has a margin of its own, and can lose no more.
    #[default]
    Isolated,
    /// The whole wallet stands for all positions.
    Cross,
}

/// Missing candles while a position is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Gaps {
    /// Refuse to go on.
    #[default]
    Refuse,
    /// Hold through, and count.
    Hold,
}

/// The rules that an account is kept by.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rules {
    /// Equity at the start, in quote currency.
    pub capital: f64,
    /// What weights ask for.
    pub intent: Intent,
    /// How trades end by themselves.
    pub exits: SideExits,
    /// How many trades of [`Intent::Entry`] may be open at once.
    pub max_trades: usize,
    /// Notional over margin.
    pub leverage: f64,
    /// Margin mode.
    pub margin: MarginMode,
    /// How the venue takes maintenance margin.
    #[serde(default)]
    pub maintenance: Maintenance,
    /// Fees.
    pub fees: Fees,
    /// Slippage of market orders.
    pub slippage: Slippage,
    /// Funding.
    pub funding: FundingRule,
    /// What happened first in a candle.
    pub tie: Tie,
    /// Where a take profit fills behind a gap.
    pub gap_fill: GapFill,
    /// Missing candles.
    pub gaps: Gaps,
}

impl Default for Rules {
    /// A capital of 10,000, no leverage, no costs, one trade at a time.
    fn default() -> Self {
        Self {
            capital: 10_000.0,
            intent: Intent::default(),
            exits: SideExits::default(),
            max_trades: 1,
            leverage: 1.0,
            margin: MarginMode::default(),
            maintenance: Maintenance::default(),
            fees: Fees::default(),
            slippage: Slippage::default(),
            funding: FundingRule::default(),
            tie: Tie::default(),
            gap_fill: GapFill::default(),
            gaps: Gaps::default(),
        }
    }
}

impl Rules {
    /// The price that liquidates a position of signed `quantity` and average `entry` price, backed by
    /// `backing` (see [`liquidation_price`](crate::liquidation_price)), at this venue. `None`: none does.
    #[must_use]
    pub fn liquidation_price(
        &self,
        quantity: f64,
        entry: f64,
        backing: f64,
        tiers: &Tiers,
    ) -> Option<f64> {
        self.maintenance.liquidation_price((quantity, entry), backing, tiers, self.fees.taker)
    }

    /// Maintenance margin of a position of signed `quantity` at `price`, at this venue.
    #[must_use]
    pub fn maintenance_margin(&self, quantity: f64, entry: f64, price: f64, tiers: &Tiers) -> f64 {
        self.maintenance.margin(quantity.abs(), entry, price, tiers, self.fees.taker)
    }

    /// Whether the settings can be, whatever is traded; [`Account::new`](crate::Account::new) asks too.
    ///
    /// # Errors
    /// [`BacktestError::Setting`] or [`BacktestError::Slots`] for the first that cannot be, or cannot be
    /// meant.
    pub fn check(&self) -> Result<(), BacktestError> {
        let positive = |found: f64| found > 0.0 && found.is_finite();
        let capital = "the capital (--capital)";
        require(positive(self.capital), capital, self.capital, "a positive number", 0.0)?;
        for (name, fee) in [
            ("the maker fee (--fee-maker)", self.fees.maker),
            ("the taker fee (--fee-taker)", self.fees.taker),
            ("the liquidation fee", self.fees.liquidation),
        ] {
            // Makers may be paid: then the fee is below 0.
            let fits = fee > -0.01 && fee < 0.1;
            require(fits, name, fee, "a fraction of the notional, below 0.1", 10_000.0)?;
        }
        match self.slippage {
            Slippage::OfPrice(slippage) => {
                let fits = (0.0..0.1).contains(&slippage);
                let wanted = "a fraction of the price, from 0 to below 0.1";
                require(fits, "the slippage (--slippage)", slippage, wanted, 10_000.0)?;
            }
            Slippage::OfRange(slippage) => {
                let fits = (0.0..=1.0).contains(&slippage);
                let wanted = "a fraction of the candle's range, from 0 to 1";
                require(fits, "the slippage (--slippage-range)", slippage, wanted, 0.0)?;
            }
        }
        check_exits(&self.exits.long)?;
        check_exits(&self.exits.short)?;
        require(
            self.exits.short.take_profit.is_none_or(|profit| profit < 1.0),
            "the take profit of shorts (--take-profit)",
            self.exits.short.take_profit.unwrap_or_default(),
            "below 1: a price does not fall by more",
            100.0,
        )?;
        if self.max_trades == 0 || (self.max_trades > 1 && self.intent != Intent::Entry) {
            return Err(BacktestError::Slots { found: self.max_trades });
        }
        let leverage = self.leverage;
        require(
            leverage >= 1.0 && leverage.is_finite(),
            "the leverage (--leverage)",
            leverage,
            "1 or more",
            0.0,
        )
    }

    /// Whether these can be the rules for `instruments`.
    pub(crate) fn check_for(&self, instruments: &[Instrument]) -> Result<(), BacktestError> {
        self.check()?;
        let leverage = self.leverage;
        if instruments.is_empty() {
            return Err(BacktestError::NoInstrument);
        }
        for instrument in instruments {
            let largest =
                instrument.tiers.as_slice().first().map_or(f64::INFINITY, |t| t.max_leverage);
            if leverage > largest {
                let instrument = instrument.name.clone();
                return Err(BacktestError::Leverage { instrument, found: leverage, largest });
            }
            for unit in [instrument.tick, instrument.step, instrument.min_notional] {
                if !(unit >= 0.0 && unit.is_finite()) {
                    let table = instrument.name.clone();
                    let reason = format!("an order rule is {unit}: wanted a number from 0 on");
                    return Err(BacktestError::Table { table, reason });
                }
            }
        }
        Ok(())
    }
}

fn check_exits(exits: &Exits) -> Result<(), BacktestError> {
    let fraction = |setting, found: Option<f64>, most: f64, wanted| {
        let found = found.unwrap_or(most / 2.0);
        require(found > 0.0 && found < most, setting, found, wanted, 100.0)
    };
    let below_one = "a fraction of the entry price, above 0 and below 1";
    fraction(
        "the take profit (--take-profit)",
        exits.take_profit,
        10.0,
        "a fraction of the entry price, above 0 and below 10",
    )?;
    fraction("the stop loss (--stop-loss)", exits.stop_loss, 1.0, below_one)?;
    fraction("the trailing stop (--trailing-stop)", exits.trailing_stop, 1.0, below_one)?;
    let held = exits.max_hold.unwrap_or(1);
    require(
        held > 0,
        "the longest holding time (--max-hold)",
        f64::from(held),
        "1 row or more",
        0.0,
    )
}

/// Where `unit` is not 0, `found` may have been meant in that many parts of one.
fn require(
    fits: bool,
    setting: &'static str,
    found: f64,
    wanted: &'static str,
    unit: f64,
) -> Result<(), BacktestError> {
    if fits {
        return Ok(());
    }
    let hint = if unit > 0.0 && found > 0.0 && found.is_finite() {
        format!(" (did you mean {}?)", found / unit)
    } else {
        String::new()
    };
    Err(BacktestError::Setting { setting, found, wanted, hint })
}

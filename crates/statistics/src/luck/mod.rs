//! What luck explains.

mod backtest_overfitting;
mod deflated;
mod effective_trials;
mod probabilistic;
mod superior_ability;

pub use backtest_overfitting::{BlockSums, Overfitting, backtest_overfitting};
pub use deflated::{DeflatedSharpe, deflated_sharpe, expected_max_sharpe};
pub use effective_trials::{AverageCorrelation, EffectiveTrials, effective_trials};
pub use probabilistic::{min_track_record, probabilistic_sharpe, sharpe_error};
pub use superior_ability::{Contribution, SuperiorAbility, SuperiorAbilityTest};

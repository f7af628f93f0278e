//! The strategies of this program: one line each, which `cargo xtask new-strategy` adds.
//!
//! Without its line the linker would drop the crate, and its registration with it. The end-to-end
//! tests include this file too, so that they hold every strategy to the contract.

use ensemble as _;
use funding_carry as _;
use mean_reversion as _;
use ml_calibrated_bins as _;
use pairs as _;
use technical_indicators as _;

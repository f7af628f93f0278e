//! A generated sample: two correlated perpetual futures in DuckDB files of upstream's schema, so
//! that everything can be tried, tested and documented without a byte of a market's real data.
//!
//! It is made up, but not of noise. Volatility clusters and has its hours of the day and days of
//! the week, returns have fat tails, the two futures move together, funding follows a premium, and
//! the predictions come from a model that has skill and is miscalibrated: overconfident for one
//! future, timid for the other, biased for both. The same [`SampleSpec`] gives the same values; so
//! that numbers in documentation stay true, only [`GENERATOR_VERSION`] may change them.
//!
//! [`ensure`] is what a program calls: it finds the sample in a folder, or makes it in well under a
//! second; [`stand_in()`] does so where no data is configured. In the folder, the first four for `btcusdt` and `ethusdt`:
//!
//! | file | holds |
//! |---|---|
//! | `sample_btcusdt_perp_ohlcv.duckdb` | `ohlcv_btcusdt_1h`, `funding_rates`, and for `btcusdt` only `targets` |
//! | `sample_btcusdt_perp_prediction_classifier.duckdb` | `predictions`, out of sample |
//! | `models/{dataset}/{run_name}/pred_train.csv` | in-sample predictions of the months before |
//! | `models/{dataset}/{run_name}/model.txt` | a note where the model would be |
//! | `sample_btcusdt_perp_three_models.duckdb` | `predictions` of three models, for ensembles |
//! | `sample_solusdt_perp_ohlcv.duckdb` | a coin that is cointegrated with the first from March to October 2025 |
//! | `sample_btcusdc_perp_ohlcv.duckdb` | the first coin in another currency, with funding of its own |
//! | `sample_btcusdt_spot_ohlcv.duckdb` | the first coin itself: candles, no funding |
//! | `sample.toml` | what made it; written last, so without it the sample is not complete |

mod barrier;
mod companion;
mod error;
mod funding;
mod generate;
mod instrument;
mod latent;
mod marker;
mod paths;
mod prices;
mod scores;
mod spec;
mod stand_in;
mod tables;
mod write;

#[cfg(test)]
mod tests;

pub use companion::{Companion, CompanionSample};
pub use error::SampleError;
pub use generate::{InstrumentSample, Sample, generate};
pub use instrument::{Instrument, TARGET_KEY};
pub use marker::GENERATOR_VERSION;
pub use paths::{InstrumentPaths, SamplePaths};
pub use scores::{FEATURE_KEY, OLD_FEATURE_KEY, PredictionRows, TrainingRows};
pub use spec::SampleSpec;
pub use stand_in::{refuse_for, stand_in};
pub use write::{ensure, write};

//! Volatility of one instrument, row by row: per-row standard deviations of log returns.

mod ewma;
mod window;

pub use ewma::{Ewma, EwmaStart};
pub use window::{Estimator, WindowVolatility};

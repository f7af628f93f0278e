//! The best of many Sharpe ratios.

use serde::{Deserialize, Serialize};

use super::probabilistic_sharpe;
use crate::check::check_finite;
use crate::moments::mean;
use crate::normal::upper_quantile;
use crate::{Moments, StatisticsError};

/// The Euler–Mascheroni constant.
const EULER_GAMMA: f64 = 0.577_215_664_901_532_9;

/// Expected largest Sharpe ratio among `trials` strategies without skill, whose ratios have the standard
/// deviation `sd`:
///
/// ```text
/// sd · ((1 − γ) Φ⁻¹(1 − 1/N) + γ Φ⁻¹(1 − 1/(N e))),   γ = 0.5772…
/// ```
///
/// 0 for one trial: of one there is no best.
///
/// D. Bailey and M. López de Prado, "The deflated Sharpe ratio", *Journal of Portfolio Management* 40
/// (2014), 94–107.
///
/// ```
/// // A hundred settings whose daily ratios scatter by 0.03: the best of luck is 1.5 a year.
/// let best = statistics::expected_max_sharpe(0.03, 100.0)?;
/// assert!((best * 365.0_f64.sqrt() - 1.45).abs() < 0.01);
/// # Ok::<(), statistics::StatisticsError>(())
/// ```
///
/// # Errors
/// If `sd` is negative or not finite, or `trials` (which may be an effective number, not whole) is
/// below 1.
pub fn expected_max_sharpe(sd: f64, trials: f64) -> Result<f64, StatisticsError> {
    if !(sd.is_finite() && sd >= 0.0) {
        let (name, wanted) =
            ("the standard deviation of Sharpe ratios", "a finite number, 0 or above");
        return Err(StatisticsError::InvalidArgument { name, value: sd, wanted });
    }
    if !(trials.is_finite() && trials >= 1.0) {
        let (name, wanted) = ("the number of trials", "1 or more");
        return Err(StatisticsError::InvalidArgument { name, value: trials, wanted });
    }
    if trials == 1.0 {
        return Ok(0.0);
    }
    let best = upper_quantile(1.0 / trials);
    let beyond = upper_quantile(1.0 / (trials * std::f64::consts::E));
    // Below two trials the approximation falls below 0, the mean.
    Ok(sd * ((1.0 - EULER_GAMMA) * best + EULER_GAMMA * beyond).max(0.0))
}

/// Result of [`deflated_sharpe`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct DeflatedSharpe {
    /// Trials, that judged included.
    pub trials: usize,
    /// The Sharpe ratio of a period that the best of the trials is expected to have without skill.
    pub benchmark: f64,
    /// The probability that the true ratio is above the benchmark.
    pub probability: f64,
}

/// Deflated Sharpe ratio: the [probability](probabilistic_sharpe) that the true Sharpe ratio of a period
/// is above what the best of all trials is [expected](expected_max_sharpe) to have by luck.
///
/// `moments` are those of the chosen strategy's returns. `sharpes` are the ratios of a period of all
/// `trials` that have one, the chosen one's included; their standard deviation is taken with `n − 1`. A
/// trial without a ratio, since it never traded, counts in `trials` alone. With one trial this is the
/// probabilistic Sharpe ratio over 0.
///
/// Paper: see [`expected_max_sharpe`].
///
/// # Errors
/// If there are fewer trials than ratios, or no ratio, one is not finite, or the chosen returns allow no
/// probability.
pub fn deflated_sharpe(
    moments: &Moments,
    sharpes: &[f64],
    trials: usize,
) -> Result<DeflatedSharpe, StatisticsError> {
    if sharpes.is_empty() {
        return Err(StatisticsError::NoRows);
    }
    if trials < sharpes.len() {
        let (name, wanted) = ("the number of trials", "at least one for each Sharpe ratio");
        return Err(StatisticsError::InvalidArgument { name, value: trials as f64, wanted });
    }
    check_finite("Sharpe ratios", sharpes)?;
    let centre = mean(sharpes);
    let squares: f64 = sharpes.iter().map(|sharpe| (sharpe - centre).powi(2)).sum();
    let sd = if sharpes.len() > 1 { (squares / (sharpes.len() as f64 - 1.0)).sqrt() } else { 0.0 };
    let benchmark = expected_max_sharpe(sd, trials as f64)?;
    let probability = probabilistic_sharpe(moments, benchmark)?;
    Ok(DeflatedSharpe { trials, benchmark, probability })
}

//! Whether a series has a unit root, and whether two are cointegrated.

use crate::PairsError;
use crate::least_squares::{Regression, regress};
use crate::line::{Line, require};
use crate::mackinnon::Kind;

/// What the regression of an augmented Dickey–Fuller test holds beside level and lagged changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deterministic {
    /// A constant.
    Constant,
    /// A constant and a linear trend.
    Trend,
}

/// How many lagged changes a test takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lags {
    /// This number of lags.
    Fixed(usize),
    /// The number that Akaike's criterion chooses, up to this one; compared on the rows that all have,
    /// then fitted on all rows.
    Aic {
        /// The most.
        max: usize,
    },
}

/// A test for a unit root.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct UnitRoot {
    /// The t statistic of the level.
    pub statistic: f64,
    /// `MacKinnon`'s (1994) approximate p-value of "there is a unit root".
    pub p_value: f64,
    /// `MacKinnon`'s (2010) critical values at 1 %, 5 % and 10 %.
    pub critical: [f64; 3],
    /// Rows in the regression.
    pub rows: usize,
}

/// The augmented Dickey–Fuller test of one series: the t statistic of `ρ` in
/// `Δx_t = ρ·x_{t−1} + Σ γ_i·Δx_{t−i} + constant (+ trend)`.
///
/// # Errors
/// A series that is too short for its lags, that holds a value that is no number, or that is an exact
/// line.
pub fn augmented_dickey_fuller(
    series: &[f64],
    deterministic: Deterministic,
    lags: Lags,
) -> Result<UnitRoot, PairsError> {
    let (kind, terms) = match deterministic {
        Deterministic::Constant => (Kind::Constant, 1),
        Deterministic::Trend => (Kind::Trend, 2),
    };
    let (statistic, rows) = level_statistic(series, terms, lags)?;
    Ok(UnitRoot {
        statistic,
        p_value: kind.p_value(statistic),
        critical: kind.critical(rows),
        rows,
    })
}

/// Engle and Granger's test: whether what `x` leaves of `y` has a unit root, in which case the two are
/// not cointegrated. The residuals are those of least squares with a constant, and the regression on
/// them has none.
///
/// # Errors
/// As [`Line::ordinary`] and [`augmented_dickey_fuller`]. Series that are an exact line of each other
/// have no residuals to test.
pub fn engle_granger(x: &[f64], y: &[f64], lags: Lags) -> Result<UnitRoot, PairsError> {
    let residuals = Line::ordinary(x, y)?.residuals(x, y);
    let scale = y.iter().fold(0.0, |largest: f64, value| largest.max(value.abs()));
    if residuals.iter().all(|residual| residual.abs() <= 1e-13 * scale) {
        return Err(PairsError::Collinear);
    }
    let (statistic, rows) = level_statistic(&residuals, 0, lags)?;
    Ok(UnitRoot {
        statistic,
        p_value: Kind::TwoSeries.p_value(statistic),
        critical: Kind::TwoSeries.critical(x.len() - 1),
        rows,
    })
}

/// The t statistic of the level, and the rows it is from; `terms` of 1, t stand beside it.
fn level_statistic(series: &[f64], terms: usize, lags: Lags) -> Result<(f64, usize), PairsError> {
    let most = match lags {
        Lags::Fixed(lags) | Lags::Aic { max: lags } => lags,
    };
    require(series, 2 * most + terms + 4)?;
    let lags = match lags {
        Lags::Fixed(lags) => lags,
        Lags::Aic { max } => least_aic(series, terms, max)?,
    };
    let rows = series.len() - 1 - lags;
    let regression = changes_on_level(series, terms, lags, rows)?;
    Ok((regression.coefficients[0] / regression.errors[0], rows))
}

fn least_aic(series: &[f64], terms: usize, max: usize) -> Result<usize, PairsError> {
    let rows = series.len() - 1 - max;
    let mut best = (f64::INFINITY, 0);
    for lags in 0..=max {
        let regression = changes_on_level(series, terms, lags, rows)?;
        // −2·log-likelihood but for a constant that all share.
        let n = rows as f64;
        let aic = n * (regression.squares / n).ln() + 2.0 * (1 + lags + terms) as f64;
        if aic < best.0 {
            best = (aic, lags);
        }
    }
    Ok(best.1)
}

/// The last `rows` changes on the level before each, `lags` changes before it, and `terms`.
fn changes_on_level(
    series: &[f64],
    terms: usize,
    lags: usize,
    rows: usize,
) -> Result<Regression, PairsError> {
    let changes: Vec<f64> = series.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let first = changes.len() - rows;
    let ones = vec![1.0; rows];
    let time: Vec<f64> = (1..=rows).map(|row| row as f64).collect();
    let mut columns: Vec<&[f64]> = vec![&series[first..first + rows]];
    columns.extend((1..=lags).map(|lag| &changes[first - lag..first - lag + rows]));
    columns.extend([&ones[..], &time[..]].into_iter().take(terms));
    regress(&changes[first..], &columns)
}

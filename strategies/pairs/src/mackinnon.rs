//! The distribution of Dickey and Fuller's statistic, by `MacKinnon`'s response surfaces.

use statrs::distribution::{ContinuousCDF, Normal};

/// Which statistic: what its regression holds, and of how many series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// One series, with a constant.
    Constant,
    /// One series, with a constant and a trend.
    Trend,
    /// Residuals of one series on another, with a constant.
    TwoSeries,
}

/// `MacKinnon` (1994): `p = Φ(polynomial of the statistic)`, one below `split` and another above; 0 below
/// `least` and 1 above `greatest`.
struct Surface {
    least: f64,
    split: f64,
    greatest: f64,
    low: [f64; 3],
    high: [f64; 4],
    /// `MacKinnon` (2010): `c₀ + c₁/n + c₂/n² + c₃/n³` at 1 %, 5 % and 10 %.
    critical: [[f64; 4]; 3],
}

const CONSTANT: Surface = Surface {
    least: -18.83,
    split: -1.61,
    greatest: 2.74,
    low: [2.1659, 1.4412, 0.038_269],
    high: [1.7339, 0.932_02, -0.127_45, -0.010_368],
    critical: [
        [-3.430_35, -6.5393, -16.786, -79.433],
        [-2.861_54, -2.8903, -4.234, -40.040],
        [-2.566_77, -1.5384, -2.809, 0.0],
    ],
};

const TREND: Surface = Surface {
    least: -16.18,
    split: -2.89,
    greatest: 0.7,
    low: [3.2512, 1.6047, 0.049_588],
    high: [2.5261, 0.616_54, -0.379_56, -0.060_285],
    critical: [
        [-3.958_77, -9.0531, -28.428, -134.155],
        [-3.410_49, -4.3904, -9.036, -45.374],
        [-3.127_05, -2.5856, -3.925, -22.380],
    ],
};

const TWO_SERIES: Surface = Surface {
    least: -18.86,
    split: -2.62,
    greatest: 0.92,
    low: [2.92, 1.5012, 0.039_796],
    high: [2.1945, 0.646_95, -0.291_98, -0.042_377],
    critical: [
        [-3.896_44, -10.9519, -33.527, 0.0],
        [-3.336_13, -6.1101, -6.823, 0.0],
        [-3.044_45, -4.2412, -2.720, 0.0],
    ],
};

impl Kind {
    fn surface(self) -> &'static Surface {
        match self {
            Self::Constant => &CONSTANT,
            Self::Trend => &TREND,
            Self::TwoSeries => &TWO_SERIES,
        }
    }

    /// The probability of a statistic as small as `statistic` where there is a unit root.
    pub(crate) fn p_value(self, statistic: f64) -> f64 {
        let surface = self.surface();
        if statistic > surface.greatest {
            return 1.0;
        }
        if statistic < surface.least {
            return 0.0;
        }
        let at = if statistic <= surface.split {
            polynomial(&surface.low, statistic)
        } else {
            polynomial(&surface.high, statistic)
        };
        Normal::standard().cdf(at)
    }

    /// The statistics that are undercut with probability 1 %, 5 % and 10 % over `n` rows.
    pub(crate) fn critical(self, n: usize) -> [f64; 3] {
        self.surface().critical.map(|coefficients| polynomial(&coefficients, 1.0 / n as f64))
    }
}

fn polynomial(coefficients: &[f64], at: f64) -> f64 {
    coefficients.iter().rev().fold(0.0, |sum, coefficient| sum * at + coefficient)
}

//! Quantiles and tails of the standard normal distribution.

#![allow(
    clippy::unreadable_literal,
    reason = "the published coefficients, as the shortest decimals that give the same f64"
)]

use std::f64::consts::FRAC_2_PI;

/// A quotient of two polynomials of degree 7, constant terms first.
struct Fraction {
    numerator: [f64; 8],
    denominator: [f64; 8],
}

impl Fraction {
    fn at(&self, x: f64) -> f64 {
        let horner = |c: &[f64; 8]| c.iter().rev().fold(0.0, |sum, c| sum * x + c);
        horner(&self.numerator) / horner(&self.denominator)
    }
}

/// The `z` with `Φ(z) = tail`, for `0 < tail ≤ ½`: zero or negative, to about 1e-15 relative.
///
/// Upper quantiles follow by symmetry from the tail, which keeps its digits where `1 − tail` would
/// lose them.
///
/// M. Wichura, "Algorithm AS 241: the percentage points of the normal distribution", *Applied
/// Statistics* 37 (1988), 477–484, routine PPND16.
pub(crate) fn lower_quantile(tail: f64) -> f64 {
    let q = tail - 0.5;
    if q.abs() <= 0.425 {
        return q * CENTRAL.at(0.180625 - q * q);
    }
    let r = (-tail.ln()).sqrt();
    if r <= 5.0 { -TAIL.at(r - 1.6) } else { -FAR_TAIL.at(r - 5.0) }
}

/// `P(|Z| ≥ |z|)` for a standard normal `Z`, to about 1e-15 relative, and further out to about
/// `z²` times that; beyond 38 it underflows to 0.
///
/// Near the centre `1 − 2φ(z) Σ z^{2k+1}/(1·3·…·(2k+1))`, whose terms are all positive; further out
/// Laplace's continued fraction `2φ(z) / (z + 1/(z + 2/(z + 3/(z + …))))`, which does not cancel.
///
/// G. Marsaglia, "Evaluating the normal distribution", *Journal of Statistical Software* 11 (2004),
/// issue 4.
#[must_use]
pub fn two_sided_p_value(z: f64) -> f64 {
    let z = z.abs();
    let twice_density = FRAC_2_PI.sqrt() * (-0.5 * z * z).exp();
    if z < CENTRE {
        let (mut term, mut sum, mut odd) = (z, 0.0, 1.0);
        while sum + term > sum {
            sum += term;
            odd += 2.0;
            term *= z * z / odd;
        }
        1.0 - twice_density * sum
    } else {
        let fraction = (1..=LEVELS).rev().fold(z, |below, k| z + f64::from(k) / below);
        twice_density / fraction
    }
}

/// `P(Z ≤ z)` for a standard normal `Z`, small probabilities as precise as large ones.
#[must_use]
pub fn cdf(z: f64) -> f64 {
    let tail = 0.5 * two_sided_p_value(z);
    if z < 0.0 { tail } else { 1.0 - tail }
}

/// The `z` with `P(Z ≤ z) = p` for a standard normal `Z`; infinite at 0 and 1, NaN outside.
#[must_use]
pub fn quantile(p: f64) -> f64 {
    if p == 0.0 || p == 1.0 {
        return if p == 0.0 { f64::NEG_INFINITY } else { f64::INFINITY };
    }
    -upper_quantile(p)
}

/// The `z` with `P(Z ≥ z) = tail` for a standard normal `Z`, for `0 < tail < 1`.
pub(crate) fn upper_quantile(tail: f64) -> f64 {
    if tail <= 0.5 { -lower_quantile(tail) } else { lower_quantile(1.0 - tail) }
}

/// Where [`two_sided_p_value`] goes over to the continued fraction.
const CENTRE: f64 = 1.5;

/// Levels after which the continued fraction has all its digits, even at [`CENTRE`].
const LEVELS: u32 = 250;

/// For `tail ≥ 0.075`, in `0.425² − (tail − ½)²`.
const CENTRAL: Fraction = Fraction {
    numerator: [
        3.3871328727963665,
        133.14166789178438,
        1971.5909503065513,
        13731.69376550946,
        45921.95393154987,
        67265.7709270087,
        33430.57558358813,
        2509.0809287301227,
    ],
    denominator: [
        1.0,
        42.31333070160091,
        687.1870074920579,
        5394.196021424751,
        21213.794301586597,
        39307.89580009271,
        28729.085735721943,
        5226.495278852854,
    ],
};

/// For `tail ≥ e^−25`, in `√(−ln tail) − 1.6`.
const TAIL: Fraction = Fraction {
    numerator: [
        1.4234371107496835,
        4.630337846156546,
        5.769497221460691,
        3.6478483247632045,
        1.2704582524523684,
        0.2417807251774506,
        0.022723844989269184,
        0.0007745450142783414,
    ],
    denominator: [
        1.0,
        2.053191626637759,
        1.6763848301838038,
        0.6897673349851,
        0.14810397642748008,
        0.015198666563616457,
        0.0005475938084995345,
        1.0507500716444169e-9,
    ],
};

/// Below, in `√(−ln tail) − 5`.
const FAR_TAIL: Fraction = Fraction {
    numerator: [
        6.657904643501103,
        5.463784911164114,
        1.7848265399172913,
        0.29656057182850487,
        0.026532189526576124,
        0.0012426609473880784,
        2.7115555687434876e-5,
        2.0103343992922881e-7,
    ],
    denominator: [
        1.0,
        0.599832206555888,
        0.1369298809227358,
        0.014875361290850615,
        0.0007868691311456133,
        1.8463183175100548e-5,
        1.421511758316446e-7,
        2.0442631033899397e-15,
    ],
};

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failing unwrap is a failing test")]
mod tests {
    use super::*;

    #[derive(serde::Deserialize)]
    struct Golden {
        normal_quantile: Vec<Quantile>,
        normal_p_value: Vec<PValue>,
    }

    #[derive(serde::Deserialize)]
    struct Quantile {
        tail: f64,
        z: f64,
    }

    #[derive(serde::Deserialize)]
    struct PValue {
        z: f64,
        p_value: f64,
    }

    fn golden() -> Golden {
        serde_json::from_str(include_str!("../tests/golden/golden.json")).unwrap()
    }

    /// SciPy's `norm.ppf`, from `tests/golden`.
    #[test]
    fn quantiles_are_those_of_scipy() {
        for Quantile { tail, z } in golden().normal_quantile {
            let found = lower_quantile(tail);
            assert!((found - z).abs() <= 2e-15 * z.abs(), "{tail:e}: {found} instead of {z}");
        }
    }

    /// SciPy's `2 * norm.sf(|z|)`, from `tests/golden`.
    #[test]
    fn p_values_are_those_of_scipy() {
        for PValue { z, p_value } in golden().normal_p_value {
            let found = two_sided_p_value(z);
            let allowed = 2e-15 * p_value * z.abs().max(1.0).powi(2);
            assert!((found - p_value).abs() <= allowed, "{z}: {found:e} instead of {p_value:e}");
        }
        assert_eq!(two_sided_p_value(0.0), 1.0);
        assert_eq!(two_sided_p_value(f64::INFINITY), 0.0);
    }

    #[test]
    fn the_two_forms_meet() {
        let (below, above) = (two_sided_p_value(CENTRE.next_down()), two_sided_p_value(CENTRE));
        assert!((below - above).abs() < 1e-15);
    }
}

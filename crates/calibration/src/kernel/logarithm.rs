//! Logarithms of ratios, of which `ln(1 + x)` and log odds are two.

use super::exponential::{LN_2_HIGH, LN_2_LOW};

/// Half a step of the exponent.
const HALF: u64 = 1 << 51;
/// Keeps the exponent of a ratio positive while it is shifted.
const EXPONENT_OFFSET: u64 = 2048;
const EXPONENT_MASK: u64 = !0 << 52;
/// `2⁰`, and the bits of `2⁵²`, whose lower bits count in ones.
const ONE: u64 = 1023 << 52;
const COUNTER: u64 = 1075 << 52;
/// What the counter shows for the exponent 0: `2⁵²` and the offset.
const COUNTER_ZERO: f64 = 4_503_599_627_370_496.0 + 2048.0;

/// `ln((a + low) / b)` for positive normal `a` and `b`, `|low|` at most half a unit in the last
/// place of `a`.
///
/// With `2^k` the power of two nearest to the ratio (by the bits of `a` and `b`, so that
/// `⅔ < a 2^{−k} / b < 1.51`) and `s = (a 2^{−k} − b) / (a 2^{−k} + b)`, the result is
/// `k ln 2 + 2 artanh(s)`. The difference in `s` is exact, so the logarithm keeps its relative
/// precision where the ratio is close to 1, and one division serves the ratio and the series.
#[inline(always)]
pub(crate) fn ln_of_ratio(a: f64, low: f64, b: f64) -> f64 {
    let distance = a.to_bits().wrapping_sub(b.to_bits()).wrapping_add(HALF);
    let exponent = distance & EXPONENT_MASK;
    let shrink = f64::from_bits(ONE.wrapping_sub(exponent));
    let counted = (exponent.wrapping_add(EXPONENT_OFFSET << 52)) >> 52;
    let k = f64::from_bits(COUNTER | counted) - COUNTER_ZERO;

    let near = f64::from_bits(a.to_bits().wrapping_sub(exponent));
    let s = ((near - b) + low * shrink) / (near + b);
    let s2 = s * s;
    let tail = s * (s2 * polynomial(s2)) + k * LN_2_LOW;
    k * LN_2_HIGH + ((s + s) + tail)
}

/// `2 (artanh(s)/s − 1) / s²` for `s² ≤ 0.0404`: minimax, of degree 7 in `s²`, error 1.1e−18 / s².
#[inline(always)]
fn polynomial(s2: f64) -> f64 {
    let s4 = s2 * s2;
    let a = 0.666_666_666_666_666_6 + s2 * 0.400_000_000_000_083_8;
    let b = 0.285_714_285_670_805_5 + s2 * 0.222_222_230_807_594_9;
    let c = 0.181_817_350_928_663_72 + s2 * 0.153_889_686_105_186;
    let d = 0.132_077_334_137_025_63 + s2 * 0.136_241_374_928_884_4;
    (a + s4 * b) + (s4 * s4) * (c + s4 * d)
}

/// `ln(1 + x)` for finite `x ≥ 0`, within 2.5 ulp; small `x` keep their relative precision.
#[inline(always)]
pub(crate) fn ln_1p(x: f64) -> f64 {
    let sum = 1.0 + x;
    // What rounding took from the sum (Knuth's TwoSum, which needs no order of its terms).
    let x_in = sum - 1.0;
    let low = (1.0 - (sum - x_in)) + (x - x_in);
    ln_of_ratio(sum, low, 1.0)
}

/// Log odds `ln(p / (1 − p))` for `1e−12 ≤ p ≤ 1 − 1e−12`, within 2 ulp.
#[inline(always)]
pub(crate) fn log_odds(p: f64) -> f64 {
    let q = 1.0 - p;
    // `1 − q` is exact, and so is what it differs by from `p`, as they are close: `q + low` is `1 − p`
    // to the last bit.
    let low = (1.0 - q) - p;
    -ln_of_ratio(q, low, p)
}

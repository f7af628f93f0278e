//! `e^x`.

/// `1.5 · 2⁵²`: adding it to a number below 2⁵¹ rounds to a whole one, whose two's complement is
/// then the lower bits of the sum.
const ROUNDER: f64 = 6_755_399_441_055_744.0;

/// Its lower bits are those of the number itself, its upper bits make `2⁰` of zero.
const EXPONENT_BIAS: u64 = 1023;

/// `ln 2` in two parts. The upper has 21 zeros at its end: its product with an exponent is exact.
pub(super) const LN_2_HIGH: f64 = 0.693_147_180_369_123_8;
pub(super) const LN_2_LOW: f64 = 1.908_214_929_270_587_7e-10;

/// Below, `e^x` would be subnormal.
const SMALLEST: f64 = -708.0;

/// `e^x` for `x ≤ 0`, within 1 ulp; 0 for `x < −708`, NaN for NaN.
///
/// With `k = round(x / ln 2)` and `r = x − k ln 2`, `e^x = 2^k e^r`, and `e^r = 1 + r + r² q(r)`,
/// where `q` is the minimax polynomial of degree 9 (error 1.3e−17) on `|r| ≤ ½ ln 2`. What the
/// subtraction of the lower part of `k ln 2` loses is added back to `r² q(r)`.
#[inline(always)]
pub(crate) fn exp_of_non_positive(x: f64) -> f64 {
    let rounded = x * std::f64::consts::LOG2_E + ROUNDER;
    let k = rounded - ROUNDER;
    let high = x - k * LN_2_HIGH;
    let low = k * LN_2_LOW;
    let r = high - low;
    let lost = (high - r) - low;
    let tail = lost + r * r * polynomial(r);
    let scale = f64::from_bits(rounded.to_bits().wrapping_add(EXPONENT_BIAS) << 52);
    let power = (1.0 + (r + tail)) * scale;
    if x < SMALLEST { 0.0 } else { power }
}

/// `(e^r − 1 − r) / r²`.
#[inline(always)]
fn polynomial(r: f64) -> f64 {
    let r2 = r * r;
    let r4 = r2 * r2;
    // Neighbours first: five short chains that run side by side instead of a long one.
    let a = 0.500_000_000_000_000_1 + r * 0.166_666_666_666_666_69;
    let b = 0.041_666_666_666_624_13 + r * 0.008_333_333_333_330_062;
    let c = 0.001_388_888_891_721_371_7 + r * 0.000_198_412_698_630_536_18;
    let d = 2.480_152_129_595_437_6e-5 + r * 2.755_726_845_999_706_4e-6;
    let e = 2.762_008_844_540_974_6e-7 + r * 2.510_038_549_551_032e-8;
    (a + r2 * b) + r4 * ((c + r2 * d) + r4 * e)
}

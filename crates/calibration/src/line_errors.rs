//! How sure a calibration line is.

use crate::calibration_line::CalibrationLine;
use crate::diagnostics::check_rows;
use crate::probability::{logistic, logit};
use crate::{CalibrationError, Result};

/// Standard errors of a [`CalibrationLine`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LineErrors {
    /// Of its slope.
    pub slope: f64,
    /// Of its intercept.
    pub intercept: f64,
}

/// Standard errors of the [`calibration_line`](crate::calibration_line()) of `p` (shape `n`) and `y`
/// (shape `n`, in order of time) that allow for labels overlapping within `block` rows: roots of the
/// diagonal of the sandwich `H⁻¹ (Σ_b s_b s_bᵀ) H⁻¹ · B/(B − 1)`, with `H` the information of the fit
/// and `s_b` its scores summed over each of the `B` blocks of `block` consecutive rows. `None` where
/// there are fewer than two blocks.
///
/// K.-Y. Liang and S. Zeger, "Longitudinal data analysis using generalized linear models",
/// *Biometrika* 73 (1986), 13–22.
///
/// # Errors
/// Those of rows that are none; [`CalibrationError::Constant`] where the information has no inverse.
pub fn line_errors(
    p: &[f64],
    y: &[bool],
    line: &CalibrationLine,
    block: usize,
) -> Result<Option<LineErrors>> {
    check_rows(p, y)?;
    let block = block.max(1);
    if block >= p.len() {
        return Ok(None);
    }
    let (mut h, mut scores) = ([0.0; 3], Vec::with_capacity(p.len() / block + 1));
    for (p, y) in p.chunks(block).zip(y.chunks(block)) {
        let (mut intercept, mut slope) = (0.0, 0.0);
        for (&p, &y) in p.iter().zip(y) {
            let x = logit(p);
            let fitted = logistic(line.intercept + line.slope * x);
            let weight = fitted * (1.0 - fitted);
            h = [h[0] + weight, h[1] + weight * x, h[2] + weight * x * x];
            let error = f64::from(u8::from(y)) - fitted;
            (intercept, slope) = (intercept + error, slope + error * x);
        }
        scores.push((intercept, slope));
    }
    let determinant = h[0] * h[2] - h[1] * h[1];
    if determinant.partial_cmp(&0.0) != Some(std::cmp::Ordering::Greater) {
        return Err(CalibrationError::Constant { name: "p", count: p.len() });
    }
    let inverse = [h[2] / determinant, -h[1] / determinant, h[0] / determinant];
    let blocks = scores.len() as f64;
    let (mut of_intercept, mut of_slope) = (0.0, 0.0);
    for (intercept, slope) in scores {
        let a = inverse[0] * intercept + inverse[1] * slope;
        let b = inverse[1] * intercept + inverse[2] * slope;
        (of_intercept, of_slope) = (of_intercept + a * a, of_slope + b * b);
    }
    let error = |squares: f64| (squares * blocks / (blocks - 1.0)).sqrt();
    Ok(Some(LineErrors { slope: error(of_slope), intercept: error(of_intercept) }))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failing unwrap is a failing test")]
mod tests {
    use super::*;
    use crate::calibration_line;

    #[test]
    fn rows_that_come_four_times_count_once() {
        let p: Vec<f64> = (0..200).map(|k| 0.1 + 0.8 * f64::from(k * 37 % 200) / 200.0).collect();
        let y: Vec<bool> =
            p.iter().zip(0..).map(|(p, k)| f64::from(k * 61 % 200) / 200.0 < *p).collect();
        let line = calibration_line(&p, &y).unwrap();
        let once = line_errors(&p, &y, &line, 1).unwrap().unwrap();
        let p4: Vec<f64> = p.iter().flat_map(|&p| [p; 4]).collect();
        let y4: Vec<bool> = y.iter().flat_map(|&y| [y; 4]).collect();
        let blocks = line_errors(&p4, &y4, &line, 4).unwrap().unwrap();
        assert!((once.slope - blocks.slope).abs() < 1e-9);
        assert!((once.intercept - blocks.intercept).abs() < 1e-9);
        let naive = line_errors(&p4, &y4, &line, 1).unwrap().unwrap();
        assert!((naive.slope / blocks.slope - 0.5).abs() < 0.01);
        assert_eq!(line_errors(&p, &y, &line, 200).unwrap(), None);
    }
}

//! Raw scores to probabilities and bins in one go.

use calibration::Calibrator;
use rayon::prelude::*;

use crate::error::same_length;
use crate::selection::{PARALLEL_ROWS, TASK_ROWS};
use crate::{BinEdges, BinningError};

/// Rows that are calibrated and then binned: their calibrated values are still in a core's
/// innermost cache when their bins are looked for.
const BLOCK: usize = 1 << 11;

/// Calibrates raw `scores` (0 to 1) into `p_cal` and writes their bins to `q_bin`, without
/// allocating: the same as [`Calibrator::predict_into`] and then [`BinEdges::assign_into`], bit for
/// bit, but faster, since the calibrated values are not read from memory again. From some ten
/// thousands of rows on it uses all threads of the current [rayon] pool.
///
/// ```
/// use binning::{BinEdges, score_into};
/// use calibration::{Calibrator, PlattScaling};
///
/// let calibrator = Calibrator::from(PlattScaling::new(1.0, 0.0)?);
/// let edges = BinEdges::from_vec(vec![0.25, 0.5])?;
/// let (mut p_cal, mut q_bin) = ([0.0; 3], [0; 3]);
/// score_into(&calibrator, &edges, &[0.1, 0.3, 0.9], &mut p_cal, &mut q_bin)?;
/// assert_eq!(q_bin, [1, 2, 3]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`BinningError::LengthMismatch`]; [`BinningError::Calibration`] names the first score that is not
/// within 0 to 1. What the outputs hold after an error means nothing.
pub fn score_into(
    calibrator: &Calibrator,
    edges: &BinEdges,
    scores: &[f64],
    p_cal: &mut [f64],
    q_bin: &mut [u16],
) -> Result<(), BinningError> {
    same_length("calibrated values", p_cal.len(), scores.len())?;
    same_length("bins", q_bin.len(), scores.len())?;
    let task = |(scores, (p_cal, q_bin)): (&[f64], (&mut [f64], &mut [u16]))| {
        let blocks = p_cal.chunks_mut(BLOCK).zip(q_bin.chunks_mut(BLOCK));
        scores.chunks(BLOCK).zip(blocks).try_for_each(|(scores, (p_cal, q_bin))| {
            calibrator.predict_into(scores, p_cal)?;
            edges.assign_into(p_cal, q_bin)
        })
    };
    let scored = if scores.len() < PARALLEL_ROWS {
        task((scores, (p_cal, q_bin)))
    } else {
        let outputs = p_cal.par_chunks_mut(TASK_ROWS).zip(q_bin.par_chunks_mut(TASK_ROWS));
        scores.par_chunks(TASK_ROWS).zip(outputs).try_for_each(task)
    };
    // A block counts from its own first row; over all rows the first bad one gets its number.
    scored.or_else(|_| Ok(calibrator.predict_into(scores, p_cal)?))
}

#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests fail by panicking"
)]
mod tests {
    use calibration::{CalibrationError, PlattScaling};

    use super::*;

    fn scores(n: u32) -> Vec<f64> {
        (0..n).map(|row| (f64::from(row) * 0.618_033_988_749_895).fract()).collect()
    }

    fn platt() -> Calibrator {
        PlattScaling::new(0.8, -0.3).unwrap().into()
    }

    #[test]
    fn is_calibrating_and_then_assigning_one_by_one() {
        let scores = scores(100_003);
        let calibrator = platt();
        let p_cal = calibrator.predict(scores.as_slice().into()).unwrap().to_vec();
        for n_edges in [1_u32, 19, 64, 65, 999] {
            let edges = (1..=n_edges).map(|edge| p_cal[edge as usize]);
            let mut edges: Vec<f64> = edges.collect();
            edges.sort_by(f64::total_cmp);
            let edges = BinEdges::from_vec(edges).unwrap();
            let bins: Vec<u16> = p_cal.iter().map(|&p| edges.assign(p).unwrap()).collect();
            for threads in [1, 2, 5] {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
                let (mut p, mut q) = (vec![0.0; scores.len()], vec![0; scores.len()]);
                pool.install(|| score_into(&calibrator, &edges, &scores, &mut p, &mut q)).unwrap();
                assert!(p == p_cal && q == bins, "{n_edges} edges, {threads} threads");
            }
        }
    }

    #[test]
    fn names_the_first_bad_score() {
        let edges = BinEdges::from_vec(vec![0.5]).unwrap();
        for n in [5_000, 100_000] {
            let mut scores = scores(n);
            for bad in [4_999, 4_000] {
                scores[bad] = 1.5;
                let (mut p, mut q) = (vec![0.0; scores.len()], vec![0; scores.len()]);
                let error = score_into(&platt(), &edges, &scores, &mut p, &mut q).unwrap_err();
                let BinningError::Calibration(source) = error else { panic!("{error}") };
                assert!(
                    matches!(source, CalibrationError::InvalidScore { index, .. } if index == bad)
                );
            }
        }
    }
}

//! What bounds a score: the memory's bandwidth, and arithmetic.
//!
//! A score reads 8 bytes a row and writes 10. The same reads and writes without arithmetic are as fast
//! as it could ever be on rows that do not fit into the caches; the same arithmetic on rows that do is
//! as fast as it could be without memory. The triad of the STREAM benchmark is there to compare machines by.

use std::io::Write;
use std::thread;
use std::time::Instant;

use binning::score_into;
use calibration::Calibrator;

use crate::columns::{Columns, Model};
use crate::error::BenchError;
use crate::invented::Rows;

/// Each figure is the best of so many: a limit is what is possible, not what is usual.
const ROUNDS: usize = 7;

/// Rows whose columns, 18 bytes a row, fit into a core's second cache.
const RESIDENT_ROWS: usize = 1 << 13;

/// Prints the limits for `rows` rows and all cores, in nanoseconds a row and gigabytes a second.
pub(crate) fn measure(rows: usize, out: &mut impl Write) -> Result<(), BenchError> {
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let columns = Columns::Invented(Rows::new(rows));
    let (scores, model) = (columns.scores()?, columns.model()?);
    let (mut p_cal, mut q_bin) = (vec![0.0; rows], vec![0_u16; rows]);
    let triad = best(|| triad(&scores, &mut p_cal, threads));
    let transfer = best(|| transfer(&scores, &mut p_cal, &mut q_bin, threads));
    let arithmetic = arithmetic(&scores, &model, rows, threads)?;
    let per_row = |seconds: f64| seconds * 1e9 / rows as f64;
    let gigabytes = |bytes: usize, seconds: f64| (bytes * rows) as f64 / seconds / 1e9;
    for (name, value) in [
        ("threads", threads as f64),
        ("triad_gb_per_s", gigabytes(24, triad)),
        ("transfer_gb_per_s", gigabytes(18, transfer)),
        ("transfer_ns_per_row", per_row(transfer)),
        ("arithmetic_ns_per_row", per_row(arithmetic)),
    ] {
        writeln!(out, "{name} {value}")?;
    }
    Ok(())
}

fn best(mut work: impl FnMut()) -> f64 {
    let time = |_| {
        let begin = Instant::now();
        work();
        begin.elapsed().as_secs_f64()
    };
    (0..ROUNDS).map(time).fold(f64::INFINITY, f64::min)
}

/// `a = b + s·a`: reads two numbers a row and writes one.
fn triad(b: &[f64], a: &mut [f64], threads: usize) {
    let part = b.len().div_ceil(threads).max(1);
    thread::scope(|scope| {
        for (b, a) in b.chunks(part).zip(a.chunks_mut(part)) {
            scope.spawn(move || a.iter_mut().zip(b).for_each(|(a, b)| *a = b + 0.5 * *a));
        }
    });
}

/// What a score reads and writes, without what it computes.
fn transfer(scores: &[f64], p_cal: &mut [f64], q_bin: &mut [u16], threads: usize) {
    let part = scores.len().div_ceil(threads).max(1);
    thread::scope(|scope| {
        let outputs = p_cal.chunks_mut(part).zip(q_bin.chunks_mut(part));
        for (scores, (p_cal, q_bin)) in scores.chunks(part).zip(outputs) {
            scope.spawn(move || {
                for ((score, p_cal), q_bin) in scores.iter().zip(p_cal).zip(q_bin) {
                    *p_cal = score + 1.0;
                    *q_bin = u16::from(*score > 0.5);
                }
            });
        }
    });
}

/// Seconds that all threads take for the scores of `rows` rows, each going over its few rows again and
/// again.
fn arithmetic(
    scores: &[f64],
    model: &Model,
    rows: usize,
    threads: usize,
) -> Result<f64, BenchError> {
    let resident = &scores[..rows.min(RESIDENT_ROWS)];
    let repeats = rows.div_ceil(resident.len().max(1) * threads);
    let calibrator = Calibrator::from(model.scaling);
    let worker = || -> Result<(), BenchError> {
        let (mut p_cal, mut q_bin) = (vec![0.0; resident.len()], vec![0; resident.len()]);
        for _ in 0..repeats {
            let input = std::hint::black_box(resident);
            score_into(&calibrator, &model.edges, input, &mut p_cal, &mut q_bin)?;
        }
        Ok(())
    };
    let mut failed = Ok(());
    let seconds = best(|| {
        thread::scope(|scope| {
            let workers: Vec<_> = (0..threads).map(|_| scope.spawn(worker)).collect();
            for worker in workers {
                if let Ok(Err(error)) = worker.join() {
                    failed = Err(error);
                }
            }
        });
    });
    failed.map(|()| seconds * rows as f64 / (repeats * threads * resident.len()).max(1) as f64)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::*;

    #[test]
    fn limits_are_positive_numbers() {
        let mut out = Vec::new();
        measure(100_000, &mut out).unwrap();
        let out = String::from_utf8(out).unwrap();
        for line in out.lines() {
            let (_, value) = line.split_once(' ').unwrap();
            assert!(value.parse::<f64>().unwrap() > 0.0, "{line}");
        }
        assert_eq!(out.lines().count(), 5);
    }
}

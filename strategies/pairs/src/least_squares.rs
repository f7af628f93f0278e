//! Least squares on a few columns.

use nalgebra::{DMatrix, DVector};

use crate::PairsError;

/// What a regression on some columns gives.
pub(crate) struct Regression {
    /// A coefficient a column.
    pub(crate) coefficients: Vec<f64>,
    /// Their standard errors, from `σ² = Σe²/(n − k)`.
    pub(crate) errors: Vec<f64>,
    /// `Σe²`.
    pub(crate) squares: f64,
    /// What the columns leave of each value.
    pub(crate) residuals: Vec<f64>,
}

/// `target` on `columns`, by QR. All are of one length.
pub(crate) fn regress(target: &[f64], columns: &[&[f64]]) -> Result<Regression, PairsError> {
    let (rows, width) = (target.len(), columns.len());
    if rows <= width {
        return Err(PairsError::TooShort { found: rows, wanted: width + 1 });
    }
    let design = DMatrix::from_iterator(rows, width, columns.iter().copied().flatten().copied());
    let wanted = DVector::from_column_slice(target);
    let decomposed = design.clone().qr();
    let upper = decomposed.r();
    let diagonal = upper.diagonal().abs();
    if diagonal.min() <= diagonal.max() * 1e-13 {
        return Err(PairsError::Collinear);
    }
    let mut rotated = wanted.clone();
    decomposed.q_tr_mul(&mut rotated);
    let solved = upper
        .solve_upper_triangular(&rotated.rows(0, width))
        .zip(upper.solve_upper_triangular(&DMatrix::identity(width, width)));
    let Some((coefficients, inverse)) = solved else { return Err(PairsError::Collinear) };
    let residuals = wanted - design * &coefficients;
    let squares = residuals.norm_squared();
    let variance = squares / (rows - width) as f64;
    let errors = inverse.row_iter().map(|row| (variance * row.norm_squared()).sqrt()).collect();
    Ok(Regression {
        coefficients: coefficients.iter().copied().collect(),
        errors,
        squares,
        residuals: residuals.iter().copied().collect(),
    })
}

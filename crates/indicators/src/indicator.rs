//! The trait, and the fold over many rows.

use crate::IndicatorError;

/// Something that takes one input a row and tells one output a row, in constant memory.
///
/// Every indicator serialises: store it when a process ends, and a later one goes on where it was,
/// bit for bit. Use a format that keeps every bit of an `f64`, such as MessagePack (`rmp-serde`);
/// `serde_json` does so only with its feature `float_roundtrip`. A stored state that contradicts
/// itself is refused.
pub trait Indicator {
    /// What a row gives it: an `f64`, a [`Candle`](crate::Candle), a [`Pair`](crate::Pair) or a type of your
    /// own.
    type Input: Copy;
    /// What it tells of a row.
    type Output;

    /// Takes the next row. `None`: not defined for this row, because fewer rows have come than
    /// the indicator needs ([`warm_up`](Indicator::warm_up)) or, where its documentation says so,
    /// because these rows leave it undefined.
    ///
    /// # Errors
    /// When the input is NaN, infinite, beyond ±1e100, or a candle with high < low. The indicator
    /// is then as if the row had not come.
    fn update(&mut self, input: Self::Input) -> Result<Option<Self::Output>, IndicatorError>;

    /// How many rows, from the first, have no output: TA-Lib's lookback. The first output comes
    /// with row `warm_up()` (counted from 0).
    fn warm_up(&self) -> usize;
}

/// The outputs of many rows: exactly those that one [`update`](Indicator::update) a row gives,
/// because that is how they are made. The indicator keeps its state, and a next batch goes on.
///
/// ```
/// use indicators::{Period, Sma, batch};
///
/// let mut sma = Sma::new(Period::new(2)?);
/// assert_eq!(batch(&mut sma, [1.0, 3.0, 4.0])?, [None, Some(2.0), Some(3.5)]);
/// assert_eq!(batch(&mut sma, [6.0])?, [Some(5.0)]);
/// # Ok::<(), indicators::IndicatorError>(())
/// ```
///
/// # Errors
/// At the first row that `update` refuses, naming it. The indicator has then taken the rows before.
pub fn batch<I: Indicator>(
    indicator: &mut I,
    inputs: impl IntoIterator<Item = I::Input>,
) -> Result<Vec<Option<I::Output>>, IndicatorError> {
    let inputs = inputs.into_iter();
    let mut outputs = Vec::with_capacity(inputs.size_hint().0);
    for (row, input) in inputs.enumerate() {
        outputs.push(indicator.update(input).map_err(|source| at(row, source))?);
    }
    Ok(outputs)
}

fn at(row: usize, source: IndicatorError) -> IndicatorError {
    IndicatorError::Row { row, source: Box::new(source) }
}

//! The trait, and the batch forms.

use crate::input::same_lengths;
use crate::{IndicatorError, Row};

/// Something that takes one input a row and tells one output a row, in constant memory.
///
/// Every indicator serialises: store it when a process ends, and a later one goes on where it was,
/// bit for bit. Use a format that keeps every bit of an `f64`, such as MessagePack (`rmp-serde`);
/// `serde_json` does so only with its feature `float_roundtrip`. A stored state that contradicts
/// itself is refused.
pub trait Indicator {
    /// What a row gives it: an `f64`, a [`Candle`](crate::Candle), a [`Pair`](crate::Pair) or a type of your
    /// own.
    type Input: Row;
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

    /// What [`fill`] does: one [`update`](Indicator::update) a row. Most indicators of this crate come
    /// to the same outputs and the same state, bit for bit, in less time.
    ///
    /// # Errors
    /// As [`fill`].
    fn fill_columns<const N: usize>(
        &mut self,
        rows: <Self::Input as Row>::Series<'_>,
        columns: [&mut [f64]; N],
    ) -> Result<(), IndicatorError>
    where
        Self: Sized,
        Self::Output: Columns<N>,
    {
        same_lengths(&columns, Self::Input::len(rows))?;
        fold(self, 0, Self::Input::rows(rows), columns, |_, _| false)?;
        Ok(())
    }
}

/// An output as `N` numbers, for [`fill`]. A number that is not defined is NaN.
pub trait Columns<const N: usize> {
    /// The numbers, in the order that the type documents.
    fn columns(self) -> [f64; N];
}

impl Columns<1> for f64 {
    #[inline]
    fn columns(self) -> [f64; 1] {
        [self]
    }
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

/// As [`batch`], from columns into columns of the caller's: NaN where nothing is defined. It is the
/// quick form: the same bits and the same state as one update a row, many rows at a time.
///
/// ```
/// use indicators::{BollingerBands, Multiplier, Period, fill};
///
/// let close = [1.0, 3.0, 3.0, 5.0];
/// let [mut upper, mut middle, mut lower] = [[0.0; 4]; 3];
/// let mut bands = BollingerBands::new(Period::new(2)?, Multiplier::new(2.0)?);
/// fill(&mut bands, &close, [&mut upper, &mut middle, &mut lower])?;
/// assert!(upper[0].is_nan());
/// assert_eq!((upper[1], middle[1], lower[1]), (4.0, 2.0, 0.0));
/// # Ok::<(), indicators::IndicatorError>(())
/// ```
///
/// # Errors
/// When a column has another length than the inputs, before anything is done; and as [`batch`],
/// with the rows before the bad one filled. What is in the columns from there on has no meaning.
pub fn fill<I, const N: usize>(
    indicator: &mut I,
    rows: <I::Input as Row>::Series<'_>,
    columns: [&mut [f64]; N],
) -> Result<(), IndicatorError>
where
    I: Indicator<Output: Columns<N>>,
{
    indicator.fill_columns(rows, columns)
}

/// One update a row, the first of which is row `first`, until the indicator is `done` or the rows
/// are; says how many rows it took.
#[inline]
pub(crate) fn fold<I: Indicator<Output: Columns<N>>, const N: usize>(
    indicator: &mut I,
    first: usize,
    mut inputs: impl Iterator<Item = I::Input>,
    columns: [&mut [f64]; N],
    done: impl Fn(&I, usize) -> bool,
) -> Result<usize, IndicatorError> {
    // Iterators, since an index could panic: a loop that cannot keeps the state in registers.
    let mut slots = columns.map(|column| column.iter_mut());
    let mut row = first;
    while !done(indicator, row) {
        let Some(input) = inputs.next() else { break };
        let output = indicator.update(input).map_err(|source| at(row, source))?;
        let numbers = output.map_or([f64::NAN; N], Columns::columns);
        for (number, slots) in numbers.into_iter().zip(&mut slots) {
            if let Some(slot) = slots.next() {
                *slot = number;
            }
        }
        row += 1;
    }
    Ok(row - first)
}

fn at(row: usize, source: IndicatorError) -> IndicatorError {
    IndicatorError::Row { row, source: Box::new(source) }
}

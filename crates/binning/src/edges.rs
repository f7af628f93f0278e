//! Bin edges and the assignment of values to bins.

use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::assignment::assign_all;
use crate::error::same_length;
use crate::{BinningError, quantile};

/// How many bins there are: 2 to 1000.
///
/// ```
/// use binning::BinCount;
///
/// assert_eq!(BinCount::default().get(), 20);
/// assert_eq!("5".parse::<BinCount>()?.get(), 5);
/// assert!(BinCount::try_from(1).is_err());
/// # Ok::<(), binning::BinningError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct BinCount(u16);

impl BinCount {
    /// The fewest bins that tell anything apart.
    pub const MIN: Self = Self(2);
    /// The most bins allowed; a year of hours has 8760 rows to share among them.
    pub const MAX: Self = Self(1000);

    /// The number.
    #[must_use]
    pub const fn get(self) -> u16 {
        self.0
    }
}

impl Default for BinCount {
    /// 20 bins of 5 % each.
    fn default() -> Self {
        Self(20)
    }
}

impl TryFrom<u32> for BinCount {
    type Error = BinningError;

    fn try_from(count: u32) -> Result<Self, BinningError> {
        u16::try_from(count)
            .map(Self)
            .ok()
            .filter(|bins| (Self::MIN..=Self::MAX).contains(bins))
            .ok_or_else(|| BinningError::BinCount { found: count.to_string() })
    }
}

impl From<BinCount> for u32 {
    fn from(count: BinCount) -> Self {
        count.0.into()
    }
}

impl FromStr for BinCount {
    type Err = BinningError;

    fn from_str(text: &str) -> Result<Self, BinningError> {
        let count =
            text.parse::<u32>().map_err(|_| BinningError::BinCount { found: text.into() })?;
        Self::try_from(count)
    }
}

impl fmt::Display for BinCount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The `n − 1` ascending edges between `n` bins. Equal edges are kept: bin numbers keep their
/// meaning under ties, so bin `n` stays what is at or above the quantile `(n − 1)/n`: at least the
/// top `1/n` of the values the edges were made of.
///
/// The bin of `v` is `1 + #{edges ≤ v}`: bins are closed below and open above, bin 1 has no lower
/// and bin `n` no upper edge. Between equal edges lies a bin that no value reaches.
///
/// ```
/// use binning::{BinCount, BinEdges};
///
/// let edges = BinEdges::quantiles(&[0.1, 0.2, 0.3, 0.4, 0.5], BinCount::try_from(4)?)?;
/// assert_eq!(edges.as_slice(), [0.2, 0.3, 0.4]);
/// assert_eq!(edges.assign(0.05)?, 1);
/// assert_eq!(edges.assign(0.2)?, 2); // an edge belongs to the bin above it
/// assert_eq!(edges.assign(0.9)?, 4);
/// # Ok::<(), binning::BinningError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Vec<f64>", into = "Vec<f64>")]
pub struct BinEdges {
    /// 1 to 999 of them, finite, ascending.
    edges: Vec<f64>,
    n_bins: BinCount,
}

impl TryFrom<Vec<f64>> for BinEdges {
    type Error = BinningError;

    fn try_from(edges: Vec<f64>) -> Result<Self, BinningError> {
        Self::from_vec(edges)
    }
}

impl From<BinEdges> for Vec<f64> {
    fn from(edges: BinEdges) -> Self {
        edges.edges
    }
}

impl BinEdges {
    /// The quantiles `i/n_bins` of `values` for `i = 1 … n_bins − 1`, equal to
    /// `numpy.quantile(values, [i / n_bins for i in range(1, n_bins)])` to the last bit.
    ///
    /// Takes O(n) time for values that are spread more or less evenly between the least and the
    /// greatest, O(n log `n_bins`) for any. From some ten thousands of rows on it uses all threads
    /// of the current [rayon] pool.
    ///
    /// # Errors
    /// [`BinningError::NoValues`]; [`BinningError::NotFinite`] for the first value that is not;
    /// [`BinningError::EdgeNotFinite`] if values lie so far apart that their difference overflows.
    pub fn quantiles(values: &[f64], n_bins: BinCount) -> Result<Self, BinningError> {
        Self::from_vec(quantile::quantiles(values, n_bins.get())?)
    }

    /// Edges that were computed before.
    ///
    /// # Errors
    /// [`BinningError::BinCount`] unless there are 1 to 999; [`BinningError::EdgeNotFinite`];
    /// [`BinningError::EdgesUnordered`].
    pub fn from_vec(edges: Vec<f64>) -> Result<Self, BinningError> {
        let n_bins = BinCount::try_from(u32::try_from(edges.len() + 1).unwrap_or(u32::MAX))?;
        if let Some(index) = edges.iter().position(|edge| !edge.is_finite()) {
            return Err(BinningError::EdgeNotFinite { index, value: edges[index] });
        }
        if let Some(index) = edges.windows(2).position(|pair| pair[0] > pair[1]) {
            let (previous, value) = (edges[index], edges[index + 1]);
            return Err(BinningError::EdgesUnordered { index: index + 1, previous, value });
        }
        Ok(Self { edges, n_bins })
    }

    /// The edges, ascending.
    #[must_use]
    pub fn as_slice(&self) -> &[f64] {
        &self.edges
    }

    /// How many bins they make: one more than there are edges.
    #[must_use]
    pub fn n_bins(&self) -> BinCount {
        self.n_bins
    }

    /// The numbers of the bins, `1..=n`.
    #[must_use]
    pub fn bins(&self) -> RangeInclusive<u16> {
        1..=self.n_bins.get()
    }

    /// The bin of `value`, `1 + #{edges ≤ value}`.
    ///
    /// # Errors
    /// [`BinningError::NotANumber`] for NaN.
    pub fn assign(&self, value: f64) -> Result<u16, BinningError> {
        if value.is_nan() {
            return Err(BinningError::NotANumber { index: 0 });
        }
        Ok(self.bin_of(value))
    }

    /// Writes the bin of each of `values` to the same place in `bins`, without allocating. From some
    /// ten thousands of rows on it uses all threads of the current [rayon] pool.
    ///
    /// # Errors
    /// [`BinningError::LengthMismatch`]; [`BinningError::NotANumber`] for the first NaN. What
    /// `bins` holds after an error means nothing.
    pub fn assign_into(&self, values: &[f64], bins: &mut [u16]) -> Result<(), BinningError> {
        same_length("bins", bins.len(), values.len())?;
        if assign_all(&self.edges, values, bins) {
            return Ok(());
        }
        let index = values.iter().position(|value| value.is_nan()).unwrap_or_default();
        Err(BinningError::NotANumber { index })
    }

    #[inline]
    #[allow(clippy::cast_possible_truncation, reason = "there are at most 999 edges")]
    fn bin_of(&self, value: f64) -> u16 {
        self.edges.partition_point(|&edge| edge <= value) as u16 + 1
    }

    /// Lower and upper edge of `bin`: values `lower ≤ v < upper` belong to it.
    ///
    /// Bin 1 has no lower and bin `n` no upper edge; a number that is no bin has neither.
    #[must_use]
    pub fn bounds(&self, bin: u16) -> (Option<f64>, Option<f64>) {
        let edge = |index: Option<u16>| self.edges.get(usize::from(index?)).copied();
        (edge(bin.checked_sub(2)), edge(bin.checked_sub(1)))
    }

    /// The bins, ascending, that no value inside the closed `range` falls into: those between equal
    /// edges, and those wholly outside.
    ///
    /// ```
    /// # use binning::BinEdges;
    /// let edges = BinEdges::from_vec(vec![0.2, 0.4, 0.4, 0.8])?;
    /// assert_eq!(edges.unreachable(&(0.0..=0.7)), [3, 5]);
    /// # Ok::<(), binning::BinningError>(())
    /// ```
    #[must_use]
    pub fn unreachable(&self, range: &RangeInclusive<f64>) -> Vec<u16> {
        self.bins().filter(|&bin| !self.is_reachable(bin, range)).collect()
    }

    fn is_reachable(&self, bin: u16, range: &RangeInclusive<f64>) -> bool {
        let (lower, upper) = self.bounds(bin);
        // The smallest value that is both in the range and not below the bin.
        let smallest = lower.map_or(*range.start(), |edge| edge.max(*range.start()));
        smallest <= *range.end() && upper.is_none_or(|edge| smallest < edge)
    }
}

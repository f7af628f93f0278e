//! Rows of the past, all at once.

use std::ops::Range;
use std::slice::{ChunksExact, Iter};

use crate::BacktestError;
use crate::bar::{Bar, Candle, Settlement};

/// Candles and funding of all instruments over one stretch of time, to be fed bar by bar.
#[derive(Debug, Clone, Default)]
pub struct History {
    times: Vec<i64>,
    interval: i64,
    instruments: usize,
    /// Row by row, one an instrument.
    candles: Vec<Candle>,
    marks: Option<Vec<Candle>>,
    settlements: Vec<Settlement>,
}

impl History {
    /// Bars that open at `times` (µs UTC, ascending) and last `interval` µs; `candles` has one an
    /// instrument for each, row by row. `settlements` are ascending by time.
    ///
    /// # Errors
    /// When times do not ascend by at least the interval, or there is not the same number of candles, one or
    /// more, for each.
    pub fn new(
        times: Vec<i64>,
        interval: i64,
        candles: Vec<Candle>,
        mut settlements: Vec<Settlement>,
    ) -> Result<Self, BacktestError> {
        if let Some(pair) = times.windows(2).find(|pair| pair[1] - pair[0] < interval) {
            return Err(BacktestError::Order { time: pair[1], until: pair[0] + interval });
        }
        let instruments = if times.is_empty() { 0 } else { candles.len() / times.len() };
        if instruments * times.len() != candles.len() || (instruments == 0 && !times.is_empty()) {
            let time = times.first().copied().unwrap_or_default();
            let (found, wanted) = (candles.len(), times.len());
            return Err(BacktestError::Instruments { time, found, wanted });
        }
        settlements.sort_by_key(|settlement| settlement.time);
        Ok(Self { times, interval, instruments, candles, marks: None, settlements })
    }

    /// With candles of the mark price, laid out as the candles are.
    ///
    /// # Errors
    /// When there are not as many.
    pub fn with_marks(mut self, marks: Vec<Candle>) -> Result<Self, BacktestError> {
        if marks.len() != self.candles.len() {
            let time = self.times.first().copied().unwrap_or_default();
            let (found, wanted) = (marks.len(), self.candles.len());
            return Err(BacktestError::Instruments { time, found, wanted });
        }
        self.marks = Some(marks);
        Ok(self)
    }

    /// Open times of the bars, µs UTC.
    #[must_use]
    pub fn times(&self) -> &[i64] {
        &self.times
    }

    /// Candles, row by row, one an instrument.
    #[must_use]
    pub fn candles(&self) -> &[Candle] {
        &self.candles
    }

    /// How long a bar lasts, µs.
    #[must_use]
    pub fn interval(&self) -> i64 {
        self.interval
    }

    /// The number of bars.
    #[must_use]
    pub fn len(&self) -> usize {
        self.times.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.times.is_empty()
    }

    /// Settlements before the first bar.
    pub(crate) fn before_first(&self) -> usize {
        let first = self.times.first().copied().unwrap_or_default();
        self.settlements.partition_point(|s| s.time < first)
    }

    /// The bar of this number, from 0, with the settlements of these numbers.
    #[inline]
    pub(crate) fn bar(&self, row: usize, settled: Range<usize>) -> Bar<'_> {
        let (time, candles) =
            (self.times[row], row * self.instruments..(row + 1) * self.instruments);
        Bar {
            time,
            until: time + self.interval,
            candles: &self.candles[candles.clone()],
            marks: self.marks.as_ref().map(|marks| &marks[candles]),
            settlements: &self.settlements[settled],
        }
    }

    /// The bars, in order. A settlement between two bars is given with the later one, as it is charged
    /// on what was held through the gap; those before the first bar with none.
    #[must_use]
    pub fn bars(&self) -> Bars<'_> {
        let settled = self.before_first();
        let width = self.instruments.max(1);
        Bars {
            times: self.times.iter(),
            interval: self.interval,
            candles: self.candles.chunks_exact(width),
            marks: self.marks.as_ref().map(|marks| marks.chunks_exact(width)),
            settlements: &self.settlements[settled..],
        }
    }
}

/// The bars of a [`History`], in order.
#[derive(Debug, Clone)]
pub struct Bars<'a> {
    times: Iter<'a, i64>,
    interval: i64,
    candles: ChunksExact<'a, Candle>,
    marks: Option<ChunksExact<'a, Candle>>,
    /// Those that are still to come.
    settlements: &'a [Settlement],
}

impl<'a> Iterator for Bars<'a> {
    type Item = Bar<'a>;

    #[inline]
    fn next(&mut self) -> Option<Bar<'a>> {
        let time = *self.times.next()?;
        let until = time + self.interval;
        let mut settled = 0;
        while self.settlements.get(settled).is_some_and(|s| s.time < until) {
            settled += 1;
        }
        let (settlements, later) = self.settlements.split_at(settled);
        self.settlements = later;
        Some(Bar {
            time,
            until,
            candles: self.candles.next()?,
            marks: self.marks.as_mut().and_then(Iterator::next),
            settlements,
        })
    }
}

const MINUTE: i64 = 60_000_000;

/// What to do about holes between funding rates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FundingGaps {
    /// Refuse them.
    #[default]
    Refuse,
    /// Charge nothing there.
    Zero,
}

/// The settlements of an instrument from its funding records `(time in µs UTC, rate, mark)`, their times
/// rounded to the minute, and how many holes there are. A hole is a distance of more than `longest` µs,
/// the venue's longest interval, between two records, or from the ends of `span` to the first or last.
///
/// # Errors
/// When a rate is not a finite fraction, or there is a hole and holes are refused.
pub fn settlements(
    instrument: usize,
    records: impl IntoIterator<Item = (i64, f64, Option<f64>)>,
    span: (i64, i64),
    longest: i64,
    gaps: FundingGaps,
) -> Result<(Vec<Settlement>, u64), BacktestError> {
    let mut found = Vec::new();
    let (mut after, mut holes) = (span.0, 0);
    let mut hole = |after: i64, before: i64| {
        let is_hole = before - after > longest;
        holes += u64::from(is_hole);
        if is_hole && gaps == FundingGaps::Refuse {
            return Err(BacktestError::FundingHole { after, before, longest });
        }
        Ok(())
    };
    for (time, rate, mark) in records {
        let time = (time + MINUTE / 2).div_euclid(MINUTE) * MINUTE;
        if rate.is_nan() || rate.abs() >= 1.0 {
            return Err(BacktestError::Funding { time, rate });
        }
        if time > span.1 {
            break;
        }
        if time > span.0 {
            hole(after, time)?;
        }
        after = time;
        found.push(Settlement { instrument, time, rate, mark });
    }
    hole(after.max(span.0), span.1)?;
    Ok((found, holes))
}

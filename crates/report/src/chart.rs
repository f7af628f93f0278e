//! Any chart, drawn as wide as its place needs.

use std::fmt::Write;

use crate::bars::Bars;
use crate::candles::Candles;
use crate::escape::Escaped;
use crate::heat::Heat;
use crate::ladder::Ladder;
use crate::plot::Plot;

/// A chart.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Chart {
    /// Series over two axes.
    Plot(Plot),
    /// Values with intervals, one below the other.
    Ladder(Ladder),
    /// Bars across.
    Bars(Bars),
    /// Candles with entries and exits.
    Candles(Candles),
    /// A coloured table; it needs no other behind it.
    Heat(Heat),
}

/// A picture is drawn once for each width that it may have, since text must not shrink with it; the
/// style sheet shows one.
const HALF: &[(f64, &str)] = &[(640.0, "m"), (350.0, "s")];
const FULL: &[(f64, &str)] = &[(1_320.0, "l"), (690.0, "m"), (350.0, "s")];

impl Chart {
    /// Whether there is nothing to draw.
    pub(crate) fn is_empty(&self) -> bool {
        match self {
            Self::Plot(plot) => plot.is_empty(),
            Self::Ladder(ladder) => ladder.rungs.is_empty(),
            Self::Bars(bars) => bars.bars.is_empty(),
            Self::Candles(candles) => candles.candles.is_empty(),
            Self::Heat(heat) => heat.rows.is_empty(),
        }
    }

    pub(crate) fn html(&self, title: &str, full: bool, out: &mut String) {
        if let Self::Heat(heat) = self {
            return heat.html(title, out);
        }
        if let Self::Plot(plot) = self {
            plot.legend(out);
        }
        for &(width, class) in if full { FULL } else { HALF } {
            let mut inner = String::new();
            let height = match self {
                Self::Plot(plot) => plot.svg(width, &mut inner),
                Self::Ladder(ladder) => ladder.svg(width, &mut inner),
                Self::Bars(bars) => bars.svg(width, &mut inner),
                Self::Candles(candles) => candles.svg(width, &mut inner),
                Self::Heat(_) => 0.0,
            };
            // Writing to a String does not fail.
            let _ = write!(
                out,
                "<svg class=\"{class}{}\" viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"{}\">{inner}</svg>",
                if full { " full" } else { "" },
                Escaped(title)
            );
        }
    }
}

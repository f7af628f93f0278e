//! Bars across, one for each of a few named things.

use std::fmt::Write;

use crate::path::{px, text};
use crate::scale::{Scale, spread};
use crate::tone::Tone;

const ROW: f64 = 28.0;

/// One bar.
#[derive(Debug, Clone, PartialEq)]
pub struct Bar {
    /// Its name, at the left.
    pub name: String,
    /// Where it begins: zero, or where the bar above ended.
    pub from: f64,
    /// Where it ends.
    pub to: f64,
    /// Its colour.
    pub tone: Tone,
    /// Its value, as text at the right.
    pub text: String,
}

/// Bars over a common axis, from top to bottom.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Bars {
    /// The bars.
    pub bars: Vec<Bar>,
    /// A value that the axis reaches in any case.
    pub whole: Option<f64>,
}

impl Bars {
    pub(crate) fn svg(&self, width: f64, out: &mut String) -> f64 {
        let longest = |of: fn(&Bar) -> &str| {
            self.bars.iter().map(|bar| of(bar).chars().count()).max().unwrap_or(0) as f64
        };
        let left = (longest(|bar| &bar.name) * 7.2 + 14.0).min(width * 0.4);
        let right = width - (longest(|bar| &bar.text) * 7.4 + 14.0).min(width * 0.4);
        let x = Scale::new(
            spread(
                self.bars.iter().flat_map(|bar| [bar.from, bar.to]).chain([0.0]).chain(self.whole),
            ),
            (left, right),
        );
        let height = ROW * self.bars.len() as f64;
        for (k, bar) in self.bars.iter().enumerate() {
            let y = ROW * k as f64;
            let (a, b) = (x.at(bar.from), x.at(bar.to));
            let (low, high) = (a.min(b), a.max(b).max(a.min(b) + 1.0));
            text(out, "end", left - 8.0, y + 18.0, &bar.name);
            let (class, low, high, top) = (bar.tone.class(), px(low), px(high), px(y + 5.0));
            // Writing to a String does not fail.
            let _ =
                write!(out, "<path class=\"area f-{class}\" d=\"M{low} {top}H{high}v18H{low}z\"/>");
            text(out, "end", width - 2.0, y + 18.0, &bar.text);
        }
        let zero = px(x.at(0.0));
        let _ = write!(out, "<path class=\"zero\" d=\"M{zero} 0V{}\"/>", px(height));
        height.max(ROW)
    }
}

//! The axes of a plot: where it stands in its picture, grid and ticks.

use std::fmt::Write;

use crate::axis::Axis;
use crate::path::px;
use crate::scale::{Scale, ticks, time_ticks, whole_ticks};

/// Width of a character of a tick's text, in pixels.
const CHARACTER: f64 = 7.8;
/// Room for the texts below the axis of x.
const BELOW: f64 = 24.0;
const ABOVE: f64 = 10.0;

/// Both scales of a picture of `width` by `height` pixels.
#[derive(Debug)]
pub(crate) struct Frame {
    pub(crate) x: Scale,
    pub(crate) y: Scale,
    height: f64,
    y_ticks: Vec<(f64, String)>,
    x_axis: Axis,
}

impl Frame {
    pub(crate) fn new(
        width: f64,
        height: f64,
        x: (Axis, (f64, f64)),
        y: (Axis, (f64, f64)),
    ) -> Self {
        let plot_height = height - ABOVE - BELOW;
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few ticks")]
        let most = (plot_height / 45.0).max(2.0) as usize;
        let y_ticks = axis_ticks(y.0, y.1, most);
        let longest = y_ticks.iter().map(|(_, text)| text.chars().count()).max().unwrap_or(0);
        let left = longest as f64 * CHARACTER + 12.0;
        Self {
            x: Scale::new(x.1, (left, width - 20.0)),
            y: Scale::new(y.1, (ABOVE + plot_height, ABOVE)),
            height,
            y_ticks,
            x_axis: x.0,
        }
    }

    /// How many stretches of three pixels lie side by side.
    pub(crate) fn width_in_stretches(&self) -> usize {
        let (left, right) = self.x.range();
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a width of pixels"
        )]
        let stretches = ((right - left) / 3.0).max(8.0) as usize;
        stretches
    }

    /// Grid, ticks and their texts.
    pub(crate) fn draw(&self, out: &mut String) {
        let (left, right) = self.x.range();
        let (bottom, _) = self.y.range();
        let mut grid = String::new();
        for (value, text) in &self.y_ticks {
            let y = self.y.at(*value);
            // Writing to a String does not fail.
            let _ = write!(grid, "M{} {}H{}", px(left), px(y), px(right));
            crate::path::text(out, "end", left - 7.0, y + 4.0, text);
        }
        let _ = write!(out, "<path class=\"grid\" d=\"{grid}\"/>");
        let widest = match self.x_axis {
            Axis::Time => 11.0,
            Axis::Number | Axis::Whole | Axis::PerCent => 7.0,
        };
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few ticks")]
        let most = ((right - left) / (widest * CHARACTER + 16.0)).max(1.0) as usize;
        let mut free_from = f64::NEG_INFINITY;
        for (value, text) in axis_ticks(self.x_axis, self.x.domain(), most) {
            let x = self.x.at(value);
            let half = text.chars().count() as f64 * CHARACTER / 2.0;
            // The texts of the first and last tick stay within the picture and off their neighbour.
            let middle = x.clamp(half, right + 20.0 - half);
            if middle - half < free_from {
                continue;
            }
            free_from = middle + half + 6.0;
            let _ = write!(out, "<path class=\"tick\" d=\"M{} {}v4\"/>", px(x), px(bottom));
            crate::path::text(out, "mid", middle, self.height - 5.0, &text);
        }
    }
}

fn axis_ticks(axis: Axis, range: (f64, f64), most: usize) -> Vec<(f64, String)> {
    let numbers = |factor: f64, unit: &str| {
        let range = (range.0 * factor, range.1 * factor);
        let whole = axis == Axis::Whole;
        let (values, decimals) = if whole { whole_ticks(range, most) } else { ticks(range, most) };
        let text = |value: f64| format!("{}{unit}", crate::number::fixed(Some(value), decimals));
        values.into_iter().map(|value| (value / factor, text(value))).collect()
    };
    match axis {
        Axis::Time => time_ticks(range, most),
        Axis::Number | Axis::Whole => numbers(1.0, ""),
        Axis::PerCent => numbers(100.0, " %"),
    }
}

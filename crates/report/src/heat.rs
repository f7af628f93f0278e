//! A table whose cells are coloured by their value.

use std::fmt::Write;

use crate::axis::Axis;
use crate::escape::Escaped;
use crate::number;

/// How values become colours.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HeatScale {
    /// The value without colour: zero, or a base rate.
    pub middle: f64,
    /// The distance from it at which the colour is full.
    pub reach: f64,
}

/// Values by row and column; above the middle blue, below orange. Every cell says its number too.
#[derive(Debug, Clone, PartialEq)]
pub struct Heat {
    /// What the rows are.
    pub corner: String,
    /// The columns' names.
    pub columns: Vec<String>,
    /// Each row's name and values; `None` where there is none.
    pub rows: Vec<(String, Vec<Option<f64>>)>,
    /// The colours.
    pub scale: HeatScale,
    /// What the values are: shares are shown in per cent.
    pub axis: Axis,
    /// Their digits after the point.
    pub decimals: usize,
    /// Whether gains have a plus.
    pub signed: bool,
}

/// Steps of colour either way.
const STEPS: f64 = 5.0;

impl Heat {
    /// Colours over the middle of what is there: the largest distance is full.
    #[must_use]
    pub(crate) fn scale_of(rows: &[(String, Vec<Option<f64>>)], middle: f64) -> HeatScale {
        let values = rows.iter().flat_map(|(_, values)| values.iter().flatten());
        let reach =
            values.filter(|v| v.is_finite()).fold(0.0_f64, |far, v| far.max((v - middle).abs()));
        HeatScale { middle, reach }
    }

    pub(crate) fn html(&self, title: &str, out: &mut String) {
        // Writing to a String does not fail.
        let _ = write!(
            out,
            "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{}\"><table class=\"heat\"><thead><tr><th scope=\"col\">{}</th>",
            Escaped(title),
            Escaped(&self.corner)
        );
        for column in &self.columns {
            let _ = write!(out, "<th scope=\"col\">{}</th>", Escaped(column));
        }
        out.push_str("</tr></thead><tbody>");
        for (name, values) in &self.rows {
            let _ = write!(out, "<tr><th scope=\"row\">{}</th>", Escaped(name));
            for value in values {
                let text = if self.signed { number::signed } else { number::fixed }(
                    value.map(|v| if self.axis == Axis::PerCent { v * 100.0 } else { v }),
                    self.decimals,
                );
                match self.step(*value) {
                    Some(class) => drop(write!(out, "<td class={class}>{text}</td>")),
                    None => drop(write!(out, "<td>{text}</td>")),
                }
            }
            out.push_str("</tr>");
        }
        out.push_str("</tbody></table></div>");
    }

    fn step(&self, value: Option<f64>) -> Option<String> {
        let distance = value.filter(|v| v.is_finite())? - self.scale.middle;
        let share = distance.abs() / self.scale.reach;
        if !share.is_finite() {
            return None;
        }
        let step = (share * STEPS).round().min(STEPS);
        (step > 0.0).then(|| format!("{}{step:.0}", if distance > 0.0 { "p" } else { "m" }))
    }
}

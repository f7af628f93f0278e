//! A value with intervals for each of a few named things, one below the other.

use std::fmt::Write;

use crate::layer::shape;
use crate::number;
use crate::path::{px, text};
use crate::scale::{Scale, padded, spread, ticks};
use crate::tone::Tone;

/// Height of a rung.
const RUNG: f64 = 21.0;

/// One thing of a ladder.
#[derive(Debug, Clone, PartialEq)]
pub struct Rung {
    /// Its name, at the left.
    pub name: String,
    /// Its colour and shape.
    pub tone: Tone,
    /// The value, a share.
    pub value: Option<f64>,
    /// The interval drawn thick.
    pub thick: Option<(f64, f64)>,
    /// The interval drawn thin, behind.
    pub thin: Option<(f64, f64)>,
    /// What stands at the right.
    pub text: String,
}

/// Rungs from top to bottom over one axis of shares.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Ladder {
    /// The rungs, the highest first.
    pub rungs: Vec<Rung>,
    /// A dotted line down.
    pub level: Option<f64>,
}

impl Ladder {
    pub(crate) fn svg(&self, width: f64, out: &mut String) -> f64 {
        let longest = |of: fn(&Rung) -> &str| {
            self.rungs.iter().map(|rung| of(rung).chars().count()).max().unwrap_or(0) as f64
        };
        let left = (longest(|rung| &rung.name) * 7.0 + 16.0).min(width * 0.3);
        let right = width - (longest(|rung| &rung.text) * 7.2 + 16.0).min(width * 0.35);
        let ends = |interval: Option<(f64, f64)>| interval.map_or([f64::NAN; 2], |(a, b)| [a, b]);
        let values = self.rungs.iter().flat_map(|rung| {
            [rung.value.unwrap_or(f64::NAN)]
                .into_iter()
                .chain(ends(rung.thick))
                .chain(ends(rung.thin))
        });
        let range = padded(spread(values.chain(self.level)), 0.03);
        let x = Scale::new(range, (left, right));
        let bottom = 12.0 + RUNG * self.rungs.len() as f64;

        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few ticks")]
        let most = ((right - left) / 70.0).max(2.0) as usize;
        let (values, decimals) = ticks((range.0 * 100.0, range.1 * 100.0), most);
        for value in values {
            let at = x.at(value / 100.0);
            // Writing to a String does not fail.
            let _ = write!(out, "<path class=\"grid\" d=\"M{} 6V{}\"/>", px(at), px(bottom));
            let share = format!("{} %", number::fixed(Some(value), decimals));
            text(out, "mid", at, bottom + 17.0, &share);
        }
        for (k, rung) in self.rungs.iter().enumerate() {
            let y = 12.0 + RUNG * (k as f64 + 0.5);
            let class = rung.tone.class();
            text(out, &format!("end t-{class}"), left - 8.0, y + 4.0, &rung.name);
            let mut line = |interval: Option<(f64, f64)>, kind: &str| {
                if let Some((low, high)) = interval {
                    let (low, high) = (px(x.at(low)), px(x.at(high)));
                    let y = px(y);
                    let _ =
                        write!(out, "<path class=\"{kind} s-{class}\" d=\"M{low} {y}H{high}\"/>");
                }
            };
            line(rung.thin, "thin");
            line(rung.thick, "whisker");
            if let Some(value) = rung.value {
                out.push_str(&shape(rung.tone, x.at(value), y, &rung.name));
            }
            text(out, "end", width - 2.0, y + 4.0, &rung.text);
        }
        if let Some(level) = self.level {
            let at = px(x.at(level));
            let _ = write!(out, "<path class=\"rule strong\" d=\"M{at} 6V{}\"/>", px(bottom));
        }
        bottom + 24.0
    }
}

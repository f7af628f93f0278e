//! Candles with entries and exits.

use std::fmt::Write;

use crate::axis::Axis;
use crate::escape::Escaped;
use crate::frame::Frame;
use crate::path::px;
use crate::scale::{padded, spread};

/// One candle.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Candle {
    /// Its open time, seconds, UTC.
    pub time: f64,
    /// The first price.
    pub open: f64,
    /// The highest.
    pub high: f64,
    /// The lowest.
    pub low: f64,
    /// The last.
    pub close: f64,
}

/// What happened at a mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TradeMarkKind {
    /// A long was opened: a blue triangle upwards, below the price.
    LongEntry,
    /// A short was opened: an orange triangle downwards, above the price.
    ShortEntry,
    /// A trade ended: a cross.
    Exit,
}

/// An entry or exit.
#[derive(Debug, Clone, PartialEq)]
pub struct TradeMark {
    /// When, seconds, UTC.
    pub time: f64,
    /// At what price.
    pub price: f64,
    /// Entry or exit, and its side.
    pub kind: TradeMarkKind,
    /// What a pointer over it says.
    pub title: String,
}

/// Candles over time, joined where they would be too narrow to see.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Candles {
    /// Candles in order of time.
    pub candles: Vec<Candle>,
    /// Entries and exits.
    pub marks: Vec<TradeMark>,
}

impl Candles {
    pub(crate) fn svg(&self, width: f64, out: &mut String) -> f64 {
        let height = if width > 1_000.0 { 380.0 } else { 300.0 };
        // A candle needs six pixels.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "pixels")]
        let most = ((width - 80.0) / 6.0).max(10.0) as usize;
        let group = self.candles.len().div_ceil(most).max(1);
        let joined: Vec<Candle> = self.candles.chunks(group).filter_map(join).collect();
        let step = match joined[..] {
            [first, second, ..] => second.time - first.time,
            _ => 3_600.0,
        };
        let times = joined.iter().flat_map(|c| [c.time, c.time + step]);
        let prices = joined.iter().flat_map(|c| [c.low, c.high]);
        let y = padded(spread(prices.chain(self.marks.iter().map(|mark| mark.price))), 0.06);
        let frame = Frame::new(width, height, (Axis::Time, spread(times)), (Axis::Number, y));
        frame.draw(out);
        for rising in [true, false] {
            let (mut wicks, mut bodies) = (String::new(), String::new());
            for candle in joined.iter().filter(|c| (c.close >= c.open) == rising) {
                let at = |price: f64| frame.y.at(price);
                let (left, right) = (frame.x.at(candle.time), frame.x.at(candle.time + step));
                let (middle, half) = (f64::midpoint(left, right), ((right - left) * 0.35).max(0.5));
                let (top, bottom) =
                    (at(candle.open.max(candle.close)), at(candle.open.min(candle.close)));
                // Writing to a String does not fail.
                let _ =
                    write!(wicks, "M{} {}V{}", px(middle), px(at(candle.high)), px(at(candle.low)));
                let _ = write!(
                    bodies,
                    "M{} {}h{}v{}h-{}z",
                    px(middle - half),
                    px(top),
                    px(2.0 * half),
                    px((bottom - top).max(0.6)),
                    px(2.0 * half)
                );
            }
            let class = if rising { "rising" } else { "falling" };
            let _ = write!(
                out,
                "<path class=\"wick\" d=\"{wicks}\"/><path class=\"{class}\" d=\"{bodies}\"/>"
            );
        }
        for mark in &self.marks {
            let (x, y) = (frame.x.at(mark.time), frame.y.at(mark.price));
            let (class, d) = match mark.kind {
                TradeMarkKind::LongEntry => {
                    ("f-long", format!("M{} {}l5 9h-10z", px(x), px(y + 4.0)))
                }
                TradeMarkKind::ShortEntry => {
                    ("f-short", format!("M{} {}l5-9h-10z", px(x), px(y - 4.0)))
                }
                TradeMarkKind::Exit => {
                    ("s-ink", format!("M{} {}l7 7m0-7l-7 7", px(x - 3.5), px(y - 3.5)))
                }
            };
            let _ = write!(
                out,
                "<path class=\"{class}\" d=\"{d}\"><title>{}</title></path>",
                Escaped(&mark.title)
            );
        }
        height
    }
}

fn join(candles: &[Candle]) -> Option<Candle> {
    let (first, last) = (candles.first()?, candles.last()?);
    Some(Candle {
        time: first.time,
        open: first.open,
        high: candles.iter().fold(f64::NEG_INFINITY, |high, c| high.max(c.high)),
        low: candles.iter().fold(f64::INFINITY, |low, c| low.min(c.low)),
        close: last.close,
    })
}

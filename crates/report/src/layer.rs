//! What can be drawn into a plot.

use std::fmt::Write;

use crate::escape::Escaped;
use crate::frame::Frame;
use crate::path::{Path, px, thinned};
use crate::tone::Tone;

/// A point, with an interval around it or without.
#[derive(Debug, Clone, PartialEq)]
pub struct Dot {
    /// Where it stands.
    pub x: f64,
    /// Its value.
    pub y: f64,
    /// The interval around the value.
    pub interval: Option<(f64, f64)>,
    /// What a pointer over it says.
    pub title: String,
    /// Its colour and shape.
    pub tone: Tone,
}

/// One series of a plot. Names go into the legend; an empty one stays out.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the variants say what their fields are")]
pub enum Layer {
    /// A line of points in order of x, dashed or drawn through; values that are not finite are gaps.
    Line { name: String, tone: Tone, dashed: bool, points: Vec<(f64, f64)> },
    /// The area between two lines of points in order of x.
    Band { name: String, tone: Tone, lower: Vec<(f64, f64)>, upper: Vec<(f64, f64)> },
    /// The area between a line of points in order of x and zero.
    Area { name: String, tone: Tone, points: Vec<(f64, f64)> },
    /// Points with whiskers.
    Dots { name: String, dots: Vec<Dot> },
    /// Bars up (or down) from zero: from x, to x, height.
    Bars { name: String, tone: Tone, bars: Vec<(f64, f64, f64)> },
    /// A dotted line across, at a value.
    Level { name: String, y: f64 },
    /// The dotted line of equal x and y.
    Diagonal { name: String },
}

impl Layer {
    /// A line drawn through.
    pub fn line(name: &str, tone: Tone, points: Vec<(f64, f64)>) -> Self {
        Self::Line { name: name.to_owned(), tone, dashed: false, points }
    }

    /// The same line, dashed if it is so.
    pub(crate) fn dashed(mut self, so: bool) -> Self {
        if let Self::Line { dashed, .. } = &mut self {
            *dashed = so;
        }
        self
    }

    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Line { name, .. }
            | Self::Band { name, .. }
            | Self::Area { name, .. }
            | Self::Dots { name, .. }
            | Self::Bars { name, .. }
            | Self::Level { name, .. }
            | Self::Diagonal { name } => name,
        }
    }

    /// Its values of x.
    pub(crate) fn xs(&self) -> Vec<f64> {
        match self {
            Self::Line { points, .. } | Self::Area { points, .. } => {
                points.iter().map(|p| p.0).collect()
            }
            Self::Band { lower, upper, .. } => lower.iter().chain(upper).map(|p| p.0).collect(),
            Self::Dots { dots, .. } => dots.iter().map(|dot| dot.x).collect(),
            Self::Bars { bars, .. } => bars.iter().flat_map(|bar| [bar.0, bar.1]).collect(),
            Self::Level { .. } | Self::Diagonal { .. } => Vec::new(),
        }
    }

    /// Its values of y.
    pub(crate) fn ys(&self) -> Vec<f64> {
        match self {
            Self::Line { points, .. } => points.iter().map(|p| p.1).collect(),
            Self::Band { lower, upper, .. } => lower.iter().chain(upper).map(|p| p.1).collect(),
            Self::Area { points, .. } => points.iter().map(|p| p.1).chain([0.0]).collect(),
            Self::Dots { dots, .. } => {
                let whiskers =
                    |dot: &Dot| dot.interval.map_or([dot.y; 2], |(low, high)| [low, high]);
                dots.iter().flat_map(|dot| [dot.y].into_iter().chain(whiskers(dot))).collect()
            }
            Self::Bars { bars, .. } => bars.iter().map(|bar| bar.2).chain([0.0]).collect(),
            Self::Level { y, .. } => vec![*y],
            Self::Diagonal { .. } => Vec::new(),
        }
    }

    /// The key of the legend.
    pub(crate) fn swatch(&self) -> String {
        match self {
            Self::Line { tone, dashed, .. } => {
                let dash = if *dashed { " dash" } else { "" };
                format!("<path class=\"s-{}{dash}\" d=\"M0 6h22\"/>", tone.class())
            }
            Self::Band { tone, .. } => {
                format!("<path class=\"band f-{}\" d=\"M0 1h22v10h-22z\"/>", tone.class())
            }
            Self::Area { tone, .. } | Self::Bars { tone, .. } => {
                format!("<path class=\"area f-{}\" d=\"M0 1h22v10h-22z\"/>", tone.class())
            }
            Self::Dots { dots, .. } => {
                let tone = dots.first().map_or(Tone::Ink, |dot| dot.tone);
                let whisker = if dots.iter().any(|dot| dot.interval.is_some()) {
                    format!("<path class=\"whisker s-{}\" d=\"M11 0v12\"/>", tone.class())
                } else {
                    String::new()
                };
                format!("{whisker}{}", shape(tone, 11.0, 6.0, ""))
            }
            Self::Level { .. } | Self::Diagonal { .. } => {
                "<path class=\"rule\" d=\"M0 6h22\"/>".to_owned()
            }
        }
    }

    pub(crate) fn draw(&self, frame: &Frame, out: &mut String) {
        let at = |x: f64, y: f64| (frame.x.at(x), frame.y.at(y));
        // One stretch for every three pixels: finer is not seen, and costs bytes.
        let buckets = frame.width_in_stretches();
        // Writing to a String does not fail.
        let _ = match self {
            Self::Line { tone, dashed, points, .. } => {
                let mut path = Path::default();
                for (x, y) in thinned(points, buckets) {
                    if y.is_finite() { path.to(at(x, y)) } else { path.lift() }
                }
                let dash = if *dashed { " dash" } else { "" };
                write!(out, "<path class=\"s-{}{dash}\" d=\"{}\"/>", tone.class(), path.as_str())
            }
            Self::Band { tone, lower, upper, .. } => {
                let mut path = Path::default();
                for (x, y) in thinned(lower, buckets) {
                    path.to(at(x, y));
                }
                for (x, y) in thinned(upper, buckets).into_iter().rev() {
                    path.to(at(x, y));
                }
                path.close();
                write!(out, "<path class=\"band f-{}\" d=\"{}\"/>", tone.class(), path.as_str())
            }
            Self::Area { tone, points, .. } => {
                let mut path = Path::default();
                if let (Some(first), Some(last)) = (points.first(), points.last()) {
                    path.to(at(first.0, 0.0));
                    for (x, y) in thinned(points, buckets) {
                        path.to(at(x, y));
                    }
                    path.to(at(last.0, 0.0));
                    path.close();
                }
                write!(out, "<path class=\"area f-{}\" d=\"{}\"/>", tone.class(), path.as_str())
            }
            Self::Dots { dots, .. } => {
                for dot in dots.iter().filter(|dot| dot.y.is_finite()) {
                    let (x, y) = at(dot.x, dot.y);
                    if let Some((low, high)) = dot.interval {
                        let (low, high) = (px(frame.y.at(low)), px(frame.y.at(high)));
                        let class = dot.tone.class();
                        let _ = write!(
                            out,
                            "<path class=\"whisker s-{class}\" d=\"M{} {low}V{high}\"/>",
                            px(x)
                        );
                    }
                    out.push_str(&shape(dot.tone, x, y, &dot.title));
                }
                Ok(())
            }
            Self::Bars { tone, bars, .. } => {
                let mut path = Path::default();
                for &(from, to, height) in bars {
                    // A hair of space between bars.
                    let (left, right) = (frame.x.at(from) + 0.4, frame.x.at(to) - 0.4);
                    let (zero, top) = (frame.y.at(0.0), frame.y.at(height));
                    for corner in [(left, zero), (left, top), (right, top), (right, zero)] {
                        path.to(corner);
                    }
                    path.close();
                }
                write!(out, "<path class=\"area f-{}\" d=\"{}\"/>", tone.class(), path.as_str())
            }
            Self::Level { y, .. } => {
                let (left, right) = frame.x.range();
                let y = px(frame.y.at(*y));
                write!(out, "<path class=\"rule\" d=\"M{} {y}H{}\"/>", px(left), px(right))
            }
            Self::Diagonal { .. } => {
                let (x, y) = (frame.x.domain(), frame.y.domain());
                let (low, high) = (x.0.max(y.0), x.1.min(y.1));
                let mut path = Path::default();
                if low < high {
                    path.to(at(low, low));
                    path.to(at(high, high));
                }
                write!(out, "<path class=\"rule\" d=\"{}\"/>", path.as_str())
            }
        };
    }
}

/// A mark whose shape says the same as its colour: long a disc, short a diamond, others a square.
pub(crate) fn shape(tone: Tone, x: f64, y: f64, title: &str) -> String {
    let class = tone.class();
    let d = match tone {
        Tone::Long | Tone::Ink => {
            format!("M{} {}a4 4 0 1 0 8 0a4 4 0 1 0-8 0z", px(x - 4.0), px(y))
        }
        Tone::Short => format!("M{} {}l5 5l-5 5l-5-5z", px(x), px(y - 5.0)),
        Tone::Neutral | Tone::Other => format!("M{} {}h7v7h-7z", px(x - 3.5), px(y - 3.5)),
    };
    if title.is_empty() {
        format!("<path class=\"f-{class}\" d=\"{d}\"/>")
    } else {
        format!("<path class=\"f-{class}\" d=\"{d}\"><title>{}</title></path>", Escaped(title))
    }
}

//! Series over two axes.

use std::fmt::Write;

use crate::axis::Axis;
use crate::frame::Frame;
use crate::layer::Layer;
use crate::scale::{padded, spread};

/// Layers over two axes, the first at the back.
#[derive(Debug, Clone, PartialEq)]
pub struct Plot {
    /// The axis across.
    pub x: Axis,
    /// What it shows, where not what the layers need.
    pub x_range: Option<(f64, f64)>,
    /// The axis upwards.
    pub y: Axis,
    /// What it shows, where not what the layers need and a little more.
    pub y_range: Option<(f64, f64)>,
    /// Height as a share of a half page's width.
    pub height: f64,
    /// What is drawn.
    pub layers: Vec<Layer>,
}

impl Plot {
    /// A plot over any two axes.
    pub fn new(x: Axis, y: Axis, layers: Vec<Layer>) -> Self {
        Self { x, x_range: None, y, y_range: None, height: 0.5, layers }
    }

    /// Whether there is nothing to draw.
    pub(crate) fn is_empty(&self) -> bool {
        self.layers.iter().all(|layer| layer.xs().is_empty())
    }

    pub(crate) fn svg(&self, width: f64, out: &mut String) -> f64 {
        let height = (640.0 * self.height).min(width * self.height.max(0.75)).max(120.0).round();
        let xs = self.layers.iter().flat_map(Layer::xs);
        let ys = self.layers.iter().flat_map(Layer::ys);
        let x_range = self.x_range.unwrap_or_else(|| spread(xs));
        let y_range = self.y_range.unwrap_or_else(|| padded(spread(ys), 0.04));
        let frame = Frame::new(width, height, (self.x, x_range), (self.y, y_range));
        frame.draw(out);
        for layer in &self.layers {
            layer.draw(&frame, out);
        }
        height
    }

    /// The legend's entries: key and name.
    pub(crate) fn legend(&self, out: &mut String) {
        let named: Vec<_> = self.layers.iter().filter(|layer| !layer.name().is_empty()).collect();
        if named.is_empty() {
            return;
        }
        out.push_str("<ul class=\"legend\">");
        for layer in named {
            // Writing to a String does not fail.
            let _ = write!(
                out,
                "<li><svg class=\"key\" width=\"22\" height=\"12\" viewBox=\"0 0 22 12\" aria-hidden=\"true\">{}</svg>{}</li>",
                layer.swatch(),
                crate::escape::Escaped(layer.name())
            );
        }
        out.push_str("</ul>");
    }
}

//! A plot over months.

use crate::{Axis, Layer, Plot};

/// A plot over months, with air at both ends so that no dot is cut.
pub(crate) fn over_months(y: Axis, layers: Vec<Layer>) -> Plot {
    let mut plot = Plot::new(Axis::Time, y, layers);
    let xs = plot.layers.iter().flat_map(Layer::xs);
    plot.x_range = Some(crate::scale::padded(crate::scale::spread(xs), 0.02));
    plot
}

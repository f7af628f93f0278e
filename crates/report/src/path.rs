//! Paths of SVG, short in bytes.

use std::fmt::Write;

/// A path in tenths of a pixel, each point written as the distance from the one before.
#[derive(Debug, Default)]
pub(crate) struct Path {
    text: String,
    last: Option<(i64, i64)>,
}

impl Path {
    /// Lifts the pen: the next point begins a part of its own.
    pub(crate) fn lift(&mut self) {
        self.last = None;
    }

    pub(crate) fn to(&mut self, (x, y): (f64, f64)) {
        #[allow(clippy::cast_possible_truncation, reason = "pixels are clamped")]
        let tenths = |pixel: f64| (pixel * 10.0).round() as i64;
        let (x, y) = (tenths(x), tenths(y));
        let (command, dx, dy) = match self.last {
            None => ('M', x, y),
            Some((last_x, last_y)) => ('l', x - last_x, y - last_y),
        };
        if command == 'l' && (dx, dy) == (0, 0) {
            return;
        }
        self.text.push(command);
        tenth(&mut self.text, dx);
        if dy >= 0 {
            self.text.push(' ');
        }
        tenth(&mut self.text, dy);
        self.last = Some((x, y));
    }

    pub(crate) fn close(&mut self) {
        if self.last.take().is_some() {
            self.text.push('z');
        }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }
}

fn tenth(text: &mut String, tenths: i64) {
    if tenths < 0 {
        text.push('-');
    }
    let size = tenths.unsigned_abs();
    // Writing to a String does not fail.
    let _ = match (size / 10, size % 10) {
        (whole, 0) => write!(text, "{whole}"),
        (0, part) => write!(text, ".{part}"),
        (whole, part) => write!(text, "{whole}.{part}"),
    };
}

/// A pixel with at most one decimal.
pub(crate) fn px(pixel: f64) -> String {
    let mut text = String::new();
    #[allow(clippy::cast_possible_truncation, reason = "pixels are clamped")]
    tenth(&mut text, (pixel * 10.0).round() as i64);
    text
}

/// Points of a line, thinned so that about `buckets` stretches of x remain: of each its lowest and
/// highest point, in order. A gap (a value that is not finite) stays one.
pub(crate) fn thinned(points: &[(f64, f64)], buckets: usize) -> Vec<(f64, f64)> {
    if points.len() <= buckets * 2 {
        return points.to_vec();
    }
    let (first, last) = (points[0].0, points[points.len() - 1].0);
    let width = (last - first) / buckets.max(1) as f64;
    let mut kept = Vec::with_capacity(buckets * 2);
    let mut rest = points;
    let mut end = first;
    while !rest.is_empty() {
        end += width;
        let mut n = rest.partition_point(|&(x, _)| x < end);
        if kept.len() >= buckets * 2 || width <= 0.0 {
            n = rest.len();
        }
        let (stretch, later) = rest.split_at(n);
        rest = later;
        let Some(&start) = stretch.first() else { continue };
        let (mut low, mut high) = ((0, start), (0, start));
        for (k, &point) in stretch.iter().enumerate() {
            if low.1.1.is_nan() || point.1 < low.1.1 {
                low = (k, point);
            }
            if high.1.1.is_nan() || point.1 > high.1.1 {
                high = (k, point);
            }
        }
        let (a, b) = if low.0 <= high.0 { (low, high) } else { (high, low) };
        kept.push(a.1);
        if b.0 != a.0 {
            kept.push(b.1);
        }
    }
    // The last value is what many look for.
    if kept.last() != points.last() {
        kept.push(points[points.len() - 1]);
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_relative_and_do_not_drift() {
        let mut path = Path::default();
        for k in 0..4 {
            path.to((f64::from(k) / 3.0, 5.04 - f64::from(k)));
        }
        assert_eq!(path.as_str(), "M0 5l.3-1l.4-1l.3-1");
    }

    #[test]
    fn thinning_keeps_extremes_and_the_end() {
        let points: Vec<_> = (0..10_000).map(|k| (f64::from(k), f64::from(k % 97))).collect();
        let kept = thinned(&points, 100);
        assert!(kept.len() <= 203, "{}", kept.len());
        assert!(kept.iter().any(|p| p.1 == 96.0) && kept.iter().any(|p| p.1 == 0.0));
        assert_eq!(kept.last(), points.last());
        assert!(kept.windows(2).all(|w| w[0].0 <= w[1].0));
    }
}

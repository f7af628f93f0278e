//! Paths of SVG, short in bytes.

use std::fmt::Write;

use crate::escape::Escaped;

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

/// A text whose baseline is at `y`; the class says which point of it is at `x`.
pub(crate) fn text(out: &mut String, class: &str, x: f64, y: f64, text: &str) {
    let (x, y, text) = (px(x), px(y), Escaped(text));
    // Writing to a String does not fail.
    let _ = write!(out, "<text class=\"{class}\" x=\"{x}\" y=\"{y}\">{text}</text>");
}

/// Points of a line, thinned so that about `buckets` stretches of x remain: of each its lowest and
/// highest point, in order. A gap (a value that is not finite) stays one.
pub(crate) fn thinned(points: &[(f64, f64)], buckets: usize) -> Vec<(f64, f64)> {
    let ends = points.first().zip(points.last());
    let span = ends.map_or((0.0, 0.0), |(first, last)| (first.0, last.0));
    let mut thinned = Thinned::over(points.len(), span, buckets);
    for &point in points {
        thinned.push(point);
    }
    thinned.finish()
}

/// The same, point by point in order of x, for whoever has no list of them.
#[derive(Debug)]
pub(crate) struct Thinned {
    kept: Vec<(f64, f64)>,
    /// Whether there are so few points that all are kept.
    all: bool,
    most: usize,
    width: f64,
    /// Where the stretch ends.
    end: f64,
    stretch: Option<Stretch>,
    last: Option<(f64, f64)>,
}

/// The lowest and the highest point of a stretch so far, each with its place in it.
#[derive(Debug, Clone, Copy)]
struct Stretch {
    low: (usize, (f64, f64)),
    high: (usize, (f64, f64)),
    points: usize,
}

impl Thinned {
    /// For so many `points` from the first to the second x.
    pub(crate) fn over(points: usize, (first, last): (f64, f64), buckets: usize) -> Self {
        let most = buckets * 2;
        let all = points <= most;
        let kept = Vec::with_capacity(points.min(most + 3));
        let width = (last - first) / buckets.max(1) as f64;
        let end = if width > 0.0 { first + width } else { f64::INFINITY };
        Self { kept, all, most, width, end, stretch: None, last: None }
    }

    #[inline]
    pub(crate) fn push(&mut self, point: (f64, f64)) {
        if self.all {
            return self.kept.push(point);
        }
        self.last = Some(point);
        if point.0 >= self.end {
            self.begin(point.0);
        }
        let Some(found) = &mut self.stretch else {
            self.stretch = Some(Stretch { low: (0, point), high: (0, point), points: 1 });
            return;
        };
        if point.1 < found.low.1.1 || found.low.1.1.is_nan() {
            found.low = (found.points, point);
        }
        if point.1 > found.high.1.1 || found.high.1.1.is_nan() {
            found.high = (found.points, point);
        }
        found.points += 1;
    }

    /// Ends the stretch, and finds the one that `x` lies in.
    fn begin(&mut self, x: f64) {
        self.flush();
        while x >= self.end {
            self.end =
                if self.kept.len() >= self.most { f64::INFINITY } else { self.end + self.width };
        }
    }

    fn flush(&mut self) {
        let Some(found) = self.stretch.take() else { return };
        let Stretch { low, high, .. } = found;
        let (a, b) = if low.0 <= high.0 { (low, high) } else { (high, low) };
        self.kept.push(a.1);
        if b.0 != a.0 {
            self.kept.push(b.1);
        }
    }

    pub(crate) fn finish(mut self) -> Vec<(f64, f64)> {
        self.flush();
        // The last value is what many look for.
        if self.kept.last() != self.last.as_ref() {
            self.kept.extend(self.last);
        }
        self.kept
    }
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

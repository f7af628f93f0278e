//! Tables and their cells as people read them.

use std::fmt::Write as _;

/// A table in Markdown, aligned so that it reads as well where nothing renders it.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    head: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(crate) fn new(head: &[&str]) -> Self {
        Self { head: head.iter().map(|&cell| cell.to_owned()).collect(), rows: Vec::new() }
    }

    pub(crate) fn push(&mut self, row: Vec<String>) {
        self.rows.push(row);
    }

    /// Text in the first column, to its left; figures in the others, to their right.
    pub(crate) fn markdown(&self) -> String {
        let width = |column: usize| {
            let cells =
                self.rows.iter().filter_map(|row| row.get(column)).chain([&self.head[column]]);
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0).max(3)
        };
        let widths: Vec<usize> = (0..self.head.len()).map(width).collect();
        let mut text = String::new();
        let mut line = |cells: &[String]| {
            for (column, &width) in widths.iter().enumerate() {
                let cell = cells.get(column).map_or("", String::as_str);
                let _ = if column == 0 {
                    write!(text, "| {cell:<width$} ")
                } else {
                    write!(text, "| {cell:>width$} ")
                };
            }
            text.push_str("|\n");
        };
        line(&self.head);
        let rule = |(column, width): (usize, &usize)| {
            if column == 0 { "-".repeat(*width) } else { format!("{}:", "-".repeat(width - 1)) }
        };
        line(&widths.iter().enumerate().map(rule).collect::<Vec<_>>());
        self.rows.iter().for_each(|row| line(row));
        text
    }
}

/// Seconds in the unit that suits them, three digits.
pub(crate) fn duration(seconds: f64) -> String {
    match seconds {
        s if s >= 1.0 => format!("{} s", three_digits(s)),
        s if s >= 1e-3 => format!("{} ms", three_digits(s * 1e3)),
        s => format!("{} µs", three_digits(s * 1e6)),
    }
}

/// KiB as MiB, three digits.
pub(crate) fn memory(kib: f64) -> String {
    format!("{} MiB", three_digits(kib / 1024.0))
}

/// A factor.
pub(crate) fn factor(value: f64) -> String {
    format!("{}×", three_digits(value))
}

/// Three significant digits, no exponent.
pub(crate) fn three_digits(value: f64) -> String {
    match value.abs() {
        v if v >= 99.95 => format!("{value:.0}"),
        v if v >= 9.995 => format!("{value:.1}"),
        v if v >= 0.9995 => format!("{value:.2}"),
        _ => format!("{value:.3}"),
    }
}

/// A figure, or a dash where there is none.
pub(crate) fn or_dash<T>(value: Option<T>, show: impl Fn(T) -> String) -> String {
    value.map_or_else(|| "–".to_owned(), show)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned() {
        let mut table = Table::new(&["case", "µs"]);
        table.push(vec!["a".to_owned(), "1.25".to_owned()]);
        table.push(vec!["longer".to_owned(), "7".to_owned()]);
        let expect = "| case   |   µs |\n| ------ | ---: |\n| a      | 1.25 |\n| longer |    7 |\n";
        assert_eq!(table.markdown(), expect);
    }

    #[test]
    fn figures_have_three_digits() {
        let shown = [1.234, 0.012_34, 12.0, 123.4].map(duration);
        assert_eq!(shown, ["1.23 s", "12.3 ms", "12.0 s", "123 s"]);
        assert_eq!(duration(0.000_001_5), "1.50 µs");
        assert_eq!(memory(2048.0), "2.00 MiB");
        assert_eq!([9.996, 99.96, 0.5].map(factor), ["10.0×", "100×", "0.500×"]);
        assert_eq!(or_dash(None, factor), "–");
    }
}

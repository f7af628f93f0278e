//! A chart with its title, its caption and the table of its numbers.

use std::fmt::Write;

use crate::chart::Chart;
use crate::escape::Escaped;
use crate::table::Table;

/// One card of a page.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    title: String,
    note: String,
    chart: Chart,
    caption: String,
    table: Table,
    full: bool,
}

impl Figure {
    /// A chart; `caption` says what is drawn and by what rule, `table` holds its numbers.
    pub fn new(title: &str, chart: Chart, caption: &str, table: Table) -> Self {
        let (title, caption) = (title.to_owned(), caption.to_owned());
        Self { title, note: String::new(), chart, caption, table, full: false }
    }

    /// A coloured table, which is its own numbers.
    pub fn heat(title: &str, heat: crate::Heat, caption: &str) -> Self {
        Self::new(title, Chart::Heat(heat), caption, Table::default()).full()
    }

    /// As wide as the page.
    #[must_use]
    pub fn full(mut self) -> Self {
        self.full = true;
        self
    }

    /// With a remark beside the title: units, costs, sample size.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }

    pub(crate) fn html(&self, out: &mut String) {
        let full = if self.full { " wide" } else { "" };
        // Writing to a String does not fail.
        let _ = write!(out, "<figure class=\"card{full}\"><h3>{}", Escaped(&self.title));
        if !self.note.is_empty() {
            let _ = write!(out, " <small>{}</small>", Escaped(&self.note));
        }
        out.push_str("</h3>");
        if self.chart.is_empty() {
            let _ = write!(out, "<p class=\"nothing\">No data: nothing to draw.</p>");
        } else {
            self.chart.html(&self.title, self.full, out);
        }
        let _ = write!(out, "<figcaption>{}</figcaption>", Escaped(&self.caption));
        if !self.table.rows.is_empty() {
            let _ = write!(
                out,
                "<details><summary>Table<span class=\"sr\"> of {}</span>, {} {}</summary>",
                Escaped(&self.title),
                crate::number::count(self.table.rows.len() as u64),
                if self.table.rows.len() == 1 { "row" } else { "rows" }
            );
            self.table.html(&self.title, out);
            out.push_str("</details>");
        }
        out.push_str("</figure>");
    }
}

//! Plain tables.

use std::fmt::Write;

use crate::escape::Escaped;

/// Rows beyond these are left out, and it is said.
const MOST_ROWS: usize = 400;

/// A table of texts; the first column names the row.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Table {
    /// The columns' names.
    pub columns: Vec<String>,
    /// The rows' texts.
    pub rows: Vec<Vec<String>>,
    /// Whether the columns hold words, which begin at the left, instead of numbers.
    pub words: bool,
}

impl Table {
    /// A table of these columns, without rows.
    pub fn new(columns: &[&str]) -> Self {
        Self {
            columns: columns.iter().map(|&name| name.to_owned()).collect(),
            rows: Vec::new(),
            words: false,
        }
    }

    /// With words in its columns instead of numbers.
    #[must_use]
    pub fn words(mut self) -> Self {
        self.words = true;
        self
    }

    /// With one more row.
    #[must_use]
    pub fn row<const N: usize>(mut self, texts: [impl Into<String>; N]) -> Self {
        self.rows.push(texts.into_iter().map(Into::into).collect());
        self
    }

    /// With these rows after its own.
    #[must_use]
    pub fn rows(mut self, rows: impl IntoIterator<Item = Vec<String>>) -> Self {
        self.rows.extend(rows);
        self
    }

    pub(crate) fn html(&self, title: &str, out: &mut String) {
        // Writing to a String does not fail.
        let _ = write!(
            out,
            "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{}\"><table{}><thead><tr>",
            Escaped(title),
            if self.words { " class=\"texts\"" } else { "" }
        );
        for column in &self.columns {
            let _ = write!(out, "<th scope=\"col\">{}</th>", Escaped(column));
        }
        out.push_str("</tr></thead><tbody>");
        for row in self.rows.iter().take(MOST_ROWS) {
            out.push_str("<tr>");
            for (k, text) in row.iter().enumerate() {
                let (open, close) =
                    if k == 0 { ("<th scope=\"row\">", "</th>") } else { ("<td>", "</td>") };
                let _ = write!(out, "{open}{}{close}", Escaped(text));
            }
            out.push_str("</tr>");
        }
        out.push_str("</tbody></table></div>");
        if self.rows.len() > MOST_ROWS {
            let rows = crate::number::count(self.rows.len() as u64);
            let _ = write!(out, "<p class=\"note\">The first {MOST_ROWS} of {rows} rows.</p>");
        }
    }
}

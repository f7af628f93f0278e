//! A whole page.

use std::ffi::OsString;
use std::fmt::Write;

use crate::escape::Escaped;
use crate::figure::Figure;
use crate::style::STYLE;
use crate::table::Table;

/// One number with its meaning, at the top of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tile {
    /// The figure's name.
    pub name: String,
    /// The number, with its unit.
    pub value: String,
    /// What it means, or how it came about.
    pub meaning: String,
}

impl Tile {
    /// A number and its meaning.
    pub fn new(name: &str, value: impl Into<String>, meaning: impl Into<String>) -> Self {
        Self { name: name.to_owned(), value: value.into(), meaning: meaning.into() }
    }
}

/// What stands under one heading.
#[derive(Debug, Clone, PartialEq)]
pub struct Section {
    title: String,
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq)]
enum Part {
    Text(String),
    Figure(Figure),
    Table { title: String, table: Table },
}

impl Section {
    /// An empty section.
    pub fn new(title: &str) -> Self {
        Self { title: title.to_owned(), parts: Vec::new() }
    }

    /// With a paragraph.
    #[must_use]
    pub fn text(mut self, text: impl Into<String>) -> Self {
        self.parts.push(Part::Text(text.into()));
        self
    }

    /// With a figure.
    #[must_use]
    pub fn figure(mut self, figure: Figure) -> Self {
        self.parts.push(Part::Figure(figure));
        self
    }

    /// With a table that is always shown.
    #[must_use]
    pub fn table(mut self, title: &str, table: Table) -> Self {
        self.parts.push(Part::Table { title: title.to_owned(), table });
        self
    }
}

/// A page: the answer first, then sections, then where it comes from.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    kind: String,
    subject: String,
    facts: Vec<String>,
    answers: Vec<String>,
    warnings: Vec<String>,
    tiles: Vec<Tile>,
    sections: Vec<Section>,
    origin: Vec<(String, String)>,
}

impl Page {
    /// A page of a `kind` ("Backtest") about a `subject`, the dataset.
    pub fn new(kind: &str, subject: &str) -> Self {
        Self {
            kind: kind.to_owned(),
            subject: subject.to_owned(),
            facts: Vec::new(),
            answers: Vec::new(),
            warnings: Vec::new(),
            tiles: Vec::new(),
            sections: Vec::new(),
            origin: Vec::new(),
        }
    }

    /// With a fact below the title: run, range, rule.
    #[must_use]
    pub fn fact(mut self, fact: impl Into<String>) -> Self {
        self.facts.push(fact.into());
        self
    }

    /// With a sentence that answers what the page is opened for.
    #[must_use]
    pub fn answer(mut self, answer: impl Into<String>) -> Self {
        self.answers.push(answer.into());
        self
    }

    /// With warnings.
    #[must_use]
    pub fn warnings(mut self, warnings: impl IntoIterator<Item = String>) -> Self {
        self.warnings.extend(warnings);
        self
    }

    /// With a number at the top.
    #[must_use]
    pub fn tile(mut self, tile: Tile) -> Self {
        self.tiles.push(tile);
        self
    }

    /// With a section.
    #[must_use]
    pub fn section(mut self, section: Section) -> Self {
        self.sections.push(section);
        self
    }

    /// With a line of the footer: the command, a version, a fingerprint.
    #[must_use]
    pub fn origin(mut self, name: &str, value: impl Into<String>) -> Self {
        self.origin.push((name.to_owned(), value.into()));
        self
    }

    /// The page as one HTML text that needs nothing else. The same page gives the same text.
    pub fn to_html(&self) -> String {
        let mut out = String::with_capacity(64 << 10);
        // Writing to a String does not fail.
        let _ = write!(
            out,
            "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
             <meta name=\"color-scheme\" content=\"light dark\">\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">\
             <link rel=\"icon\" href=\"data:,\"><title>{}: {}</title><style>{STYLE}</style></head><body>\
             <a class=\"skip\" href=\"#main\">Skip to the content</a><header><p class=\"kind\">{}</p><h1><bdi>{}</bdi></h1>",
            Escaped(&self.kind),
            Escaped(&self.subject),
            Escaped(&self.kind),
            Escaped(&self.subject)
        );
        if !self.facts.is_empty() {
            out.push_str("<ul class=\"facts\">");
            for fact in &self.facts {
                let _ = write!(out, "<li><bdi>{}</bdi></li>", Escaped(fact));
            }
            out.push_str("</ul>");
        }
        if self.sections.len() > 1 {
            out.push_str("<nav aria-label=\"Sections\"><ul>");
            for (k, section) in self.sections.iter().enumerate() {
                let _ = write!(out, "<li><a href=\"#s{k}\">{}</a></li>", Escaped(&section.title));
            }
            out.push_str("</ul></nav>");
        }
        out.push_str("</header><main id=\"main\">");
        self.overview(&mut out);
        for (k, section) in self.sections.iter().enumerate() {
            section.html(k, &mut out);
        }
        out.push_str("</main><footer><h2>Where this comes from</h2><dl>");
        for (name, value) in &self.origin {
            let _ = write!(out, "<dt>{}</dt><dd><bdi>{}</bdi></dd>", Escaped(name), Escaped(value));
        }
        out.push_str("<dt>Times</dt><dd>UTC; a row carries the open time of its candle</dd></dl></footer></body></html>\n");
        out
    }

    fn overview(&self, out: &mut String) {
        if !self.answers.is_empty() {
            out.push_str("<div class=\"answers\">");
            for answer in &self.answers {
                // Writing to a String does not fail.
                let _ = write!(out, "<p>{}</p>", Escaped(answer));
            }
            out.push_str("</div>");
        }
        if !self.tiles.is_empty() {
            out.push_str("<dl class=\"tiles\">");
            for tile in &self.tiles {
                let _ = write!(
                    out,
                    "<div><dt>{}</dt><dd><strong>{}</strong><span>{}</span></dd></div>",
                    Escaped(&tile.name),
                    Escaped(&tile.value),
                    Escaped(&tile.meaning)
                );
            }
            out.push_str("</dl>");
        }
        if !self.warnings.is_empty() {
            let _ = write!(
                out,
                "<section class=\"card wide warnings\" aria-label=\"Warnings\"><h2>Warnings ({})</h2><ul>",
                self.warnings.len()
            );
            for warning in self.warnings.iter().take(20) {
                let _ = write!(out, "<li>{}</li>", Escaped(warning));
            }
            if self.warnings.len() > 20 {
                let _ = write!(
                    out,
                    "<li>and {} more, on standard error</li>",
                    self.warnings.len() - 20
                );
            }
            out.push_str("</ul></section>");
        }
    }
}

impl Section {
    fn html(&self, k: usize, out: &mut String) {
        // Writing to a String does not fail.
        let _ = write!(
            out,
            "<section aria-labelledby=\"s{k}\"><h2 id=\"s{k}\">{}</h2><div class=\"cards\">",
            Escaped(&self.title)
        );
        for part in &self.parts {
            match part {
                Part::Text(text) => drop(write!(out, "<p class=\"wide\">{}</p>", Escaped(text))),
                Part::Figure(figure) => figure.html(out),
                Part::Table { title, table } => {
                    let _ = write!(out, "<div class=\"card wide\"><h3>{}</h3>", Escaped(title));
                    table.html(title, out);
                    out.push_str("</div>");
                }
            }
        }
        out.push_str("</div></section>");
    }
}

/// What a page's footer says of the program that wrote it: the command as it was called (the name of the
/// program, which comes first among `arguments`, aside), and the version.
pub fn origin(arguments: impl Iterator<Item = OsString>, version: &str) -> Vec<(String, String)> {
    let arguments = arguments.skip(1).map(|argument| {
        let text = argument.to_string_lossy().into_owned();
        if text.contains(char::is_whitespace) { format!("'{text}'") } else { text }
    });
    let command: Vec<String> = std::iter::once("runner".to_owned()).chain(arguments).collect();
    vec![("Command".to_owned(), command.join(" ")), ("Version".to_owned(), version.to_owned())]
}

//! Long lines, broken for a terminal.

use std::io::{self, Write};

/// The width that a terminal has at least.
pub(crate) const WIDTH: usize = 100;

/// What begins a sequence that sets a colour.
const ESCAPE: char = '\u{1b}';

/// A writer that breaks lines of more than 100 columns at a space or, in a long path, after a slash. What
/// goes on stands below the text that it belongs to. Colours take no room. Lines with other control
/// characters, progress say, pass as they are.
#[derive(Debug)]
pub struct Folded<W: Write> {
    inner: W,
    /// The line that is not at its end yet.
    line: Vec<u8>,
}

impl<W: Write> Folded<W> {
    /// Lines for `inner`.
    pub fn new(inner: W) -> Self {
        Self { inner, line: Vec::new() }
    }

    fn end_line(&mut self) -> io::Result<()> {
        let line = std::mem::take(&mut self.line);
        match std::str::from_utf8(&line) {
            Ok(text) if !text.chars().any(|c| c.is_control() && c != '\n' && c != ESCAPE) => {
                self.inner.write_all(folded(text).as_bytes())
            }
            _ => self.inner.write_all(&line),
        }
    }
}

impl<W: Write> Write for Folded<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for part in bytes.split_inclusive(|&byte| byte == b'\n') {
            self.line.extend_from_slice(part);
            // Progress is to be seen although its line has no end.
            if part.ends_with(b"\n") || self.line.contains(&b'\r') {
                self.end_line()?;
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.end_line()?;
        self.inner.flush()
    }
}

impl<W: Write> Drop for Folded<W> {
    fn drop(&mut self) {
        // Whoever closed the stream does not want the rest of the line.
        let _ = self.end_line();
    }
}

/// The characters of a text with their byte and the column that each stands in; what only sets a colour
/// (`ESC[1m`) has none.
fn columns(text: &str) -> impl Iterator<Item = (usize, usize, char)> {
    let (mut column, mut is_style) = (0, false);
    text.char_indices().filter_map(move |(at, c)| {
        is_style |= c == ESCAPE;
        if is_style {
            is_style = c != 'm';
            return None;
        }
        column += 1;
        Some((column - 1, at, c))
    })
}

fn width(text: &str) -> usize {
    columns(text).count()
}

/// `line` in lines that fit.
fn folded(line: &str) -> String {
    if width(line.trim_end()) <= WIDTH {
        return line.to_owned();
    }
    let (text, end) = line.strip_suffix('\n').map_or((line, ""), |text| (text, "\n"));
    let indent = hanging(text);
    let mut lines = Vec::new();
    let mut rest = text.trim_end().to_owned();
    while width(&rest) > WIDTH {
        let Some((head, tail)) = broken(&rest, indent) else { break };
        let next = format!("{}{}", " ".repeat(indent), tail);
        lines.push(head.trim_end().to_owned());
        rest = next;
    }
    lines.push(rest);
    format!("{}{end}", lines.join("\n"))
}

/// `line` at the last place where it may be broken: at a space, otherwise after a slash, beyond
/// `indent`.
fn broken(line: &str, indent: usize) -> Option<(&str, &str)> {
    let within = |column: usize| column > indent && column <= WIDTH;
    let space = columns(line).filter(|&(column, _, c)| c == ' ' && within(column)).last();
    let slash = || columns(line).filter(|&(column, _, c)| c == '/' && within(column + 1)).last();
    if let Some((_, at, _)) = space {
        return Some((&line[..at], line[at..].trim_start()));
    }
    let (_, at, _) = slash()?;
    Some(line.split_at(at + 1)).filter(|(_, tail)| !tail.is_empty())
}

/// Where the text of a line goes on: below a value that stands apart from its name, otherwise two columns
/// inwards.
fn hanging(line: &str) -> usize {
    let start = line.chars().take_while(|&c| c == ' ').count();
    let named = line.trim_start().find("  ").map(|gap| {
        let from = line.len() - line.trim_start().len() + gap;
        let value = line[from..].trim_start();
        width(&line[..line.len() - value.len()])
    });
    named.filter(|&column| column <= WIDTH / 3).unwrap_or(start + 2)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use std::io::Write;

    use super::{Folded, WIDTH};

    fn folded(text: &str) -> String {
        let mut out = Vec::new();
        Folded::new(&mut out).write_all(text.as_bytes()).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn lines_are_broken_and_nothing_is_lost() {
        let sentence = "a word and ".repeat(30);
        for start in ["", "  ", "name      ", "warning: ", "\u{2212} "] {
            let text = format!("{start}{sentence}\nshort\n");
            let found = folded(&text);
            assert!(found.lines().all(|line| line.chars().count() <= WIDTH), "{found}");
            assert!(found.lines().count() > 4, "{found}");
            let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
            assert_eq!(words(&found), words(&text));
        }
        let found = folded(&format!("name      {sentence}\n"));
        assert!(
            found
                .lines()
                .skip(1)
                .all(|line| line.starts_with("          a") || line.starts_with("          w")),
            "{found}"
        );
    }

    #[test]
    fn paths_are_broken_after_a_slash_and_long_words_are_not() {
        let path = format!("model      models/{}/{}/model.txt\n", "d".repeat(50), "r".repeat(70));
        let wanted = format!(
            "model      models/{}/\n           {}/model.txt\n",
            "d".repeat(50),
            "r".repeat(70)
        );
        assert_eq!(folded(&path), wanted);
        let word = format!("{}\n", "x".repeat(150));
        assert_eq!(folded(&word), word);
    }

    #[test]
    fn what_is_no_line_of_text_passes_as_it_is() {
        let long = "y ".repeat(80);
        for text in [format!("\r{long}"), format!("\t{long}\n"), "short".to_owned()] {
            assert_eq!(folded(&text), text);
        }
    }

    #[test]
    fn colours_take_no_room() {
        let line = |length: usize| format!("{}\n", "\x1b[1mx\x1b[0m ".repeat(length));
        assert_eq!(folded(&line(50)), line(50));
        let found = folded(&line(60));
        assert_eq!(found.matches('x').count(), 60);
        assert_eq!(found.lines().next(), Some(line(50).trim_end()));
    }
}

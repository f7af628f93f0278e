//! Generated parts of a document, each between two marks.

use anyhow::{Result, bail};

/// `text` with what stands between `<!-- bench:NAME -->` and `<!-- /bench:NAME -->` replaced.
pub(crate) fn replaced(text: &str, name: &str, part: &str) -> Result<String> {
    let (open, close) = (format!("<!-- bench:{name} -->"), format!("<!-- /bench:{name} -->"));
    let (Some((before, rest)), Some((_, after))) =
        (text.split_once(&open), text.split_once(&close))
    else {
        bail!("no {open} … {close} in the document");
    };
    if !rest.contains(&close) || after.contains(&open) || after.contains(&close) {
        bail!("{open} and {close} must stand once each, in this order");
    }
    Ok(format!("{before}{open}\n\n{}\n\n{close}{after}", part.trim()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_between_the_marks_changes() {
        let text =
            "a\n<!-- bench:x -->\nold\n<!-- /bench:x -->\nb <!-- bench:y --> <!-- /bench:y -->";
        let once = replaced(text, "x", "\nnew\n").unwrap();
        let expect =
            "a\n<!-- bench:x -->\n\nnew\n\n<!-- /bench:x -->\nb <!-- bench:y --> <!-- /bench:y -->";
        assert_eq!(once, expect);
        assert_eq!(replaced(&once, "x", "new").unwrap(), once);
    }

    #[test]
    fn marks_must_be_there_once_and_in_order() {
        for text in [
            "",
            "<!-- bench:x -->",
            "<!-- /bench:x --> <!-- bench:x -->",
            "<!-- bench:x --> <!-- /bench:x --> <!-- bench:x -->",
        ] {
            assert!(replaced(text, "x", "new").is_err(), "{text}");
        }
    }
}

//! Numbers on the command line.

/// A finite number: what it may be is for its rule to say.
pub(crate) fn number(text: &str) -> Result<f64, String> {
    let number = text.parse().ok().filter(|number: &f64| number.is_finite());
    number.ok_or_else(|| "wanted a number, as in 30 or 27.5".to_owned())
}

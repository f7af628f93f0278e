//! Numbers as a page shows them: the same in every locale.

/// Where there is no value.
pub const NONE: &str = "–";

/// A count with commas: `26,280`.
pub fn count(count: u64) -> String {
    grouped(&count.to_string())
}

/// `value` with `decimals` digits after the point: `1,752.25`, `∞`, or [`NONE`].
pub fn fixed(value: Option<f64>, decimals: usize) -> String {
    match value {
        None => NONE.to_owned(),
        Some(value) if value.is_nan() => NONE.to_owned(),
        Some(value) if value.is_infinite() => if value > 0.0 { "∞" } else { "-∞" }.to_owned(),
        Some(value) => {
            let text = format!("{:.decimals$}", value.abs());
            // What rounds to zero has no sign.
            let negative = value < 0.0 && text.bytes().any(|b| (b'1'..=b'9').contains(&b));
            let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
            let point = if fraction.is_empty() { "" } else { "." };
            format!("{}{}{point}{fraction}", if negative { "-" } else { "" }, grouped(whole))
        }
    }
}

/// A share as `13.4 %`.
pub fn per_cent(share: Option<f64>, decimals: usize) -> String {
    let text = fixed(share.map(|share| share * 100.0), decimals);
    if text == NONE { text } else { format!("{text} %") }
}

/// A change as `+18.4 %`.
pub fn change(share: Option<f64>, decimals: usize) -> String {
    plus(share, per_cent(share, decimals))
}

/// `value` with its sign: `+0.25`.
pub fn signed(value: Option<f64>, decimals: usize) -> String {
    plus(value, fixed(value, decimals))
}

/// `lower to upper` as [`fixed`] writes them.
pub fn interval(interval: Option<(f64, f64)>, decimals: usize) -> String {
    interval.map_or_else(
        || NONE.to_owned(),
        |(lower, upper)| {
            format!("{} to {}", fixed(Some(lower), decimals), fixed(Some(upper), decimals))
        },
    )
}

/// `lower to upper %` of shares.
pub fn interval_per_cent(shares: Option<(f64, f64)>, decimals: usize) -> String {
    let text = interval(shares.map(|(lower, upper)| (lower * 100.0, upper * 100.0)), decimals);
    if text == NONE { text } else { format!("{text} %") }
}

fn plus(value: Option<f64>, text: String) -> String {
    let nothing = !text.bytes().any(|b| (b'1'..=b'9').contains(&b)) && !text.starts_with('∞');
    if value.is_some_and(|value| value > 0.0) && !nothing { format!("+{text}") } else { text }
}

fn grouped(digits: &str) -> String {
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (k, digit) in digits.chars().enumerate() {
        if k > 0 && (digits.len() - k).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_for_people() {
        assert_eq!(count(0), "0");
        assert_eq!(count(1_234_567), "1,234,567");
        assert_eq!(fixed(Some(-1234.5), 2), "-1,234.50");
        assert_eq!(fixed(Some(-0.001), 2), "0.00");
        assert_eq!(fixed(Some(f64::INFINITY), 2), "∞");
        assert_eq!(fixed(Some(f64::NAN), 2), NONE);
        assert_eq!(per_cent(Some(0.134), 1), "13.4 %");
        assert_eq!(change(Some(0.184), 1), "+18.4 %");
        assert_eq!(change(Some(0.0001), 1), "0.0 %");
        assert_eq!(change(Some(-0.03), 1), "-3.0 %");
        assert_eq!(signed(None, 1), NONE);
        assert_eq!(interval_per_cent(Some((0.1, 0.25)), 1), "10.0 to 25.0 %");
    }
}

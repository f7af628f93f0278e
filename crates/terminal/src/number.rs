//! Numbers as people read them.

use std::fmt::Display;

/// `8760` as `8,760`.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 row`, `2 rows`: a number of things with the noun of one.
pub fn counted<N: Copy + Display + PartialEq + From<u8>>(number: N, noun: &str) -> String {
    let plural = if number == N::from(1) { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

/// A probability with four decimals; nothing where there is none.
pub fn probability(value: Option<f64>) -> String {
    value.map_or_else(String::new, |value| format!("{value:.4}"))
}

/// A share in per cent with one decimal; nothing where there is none.
pub fn per_cent(value: Option<f64>) -> String {
    value.map_or_else(String::new, |value| format!("{:.1} %", value * 100.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_set_apart() {
        let texts = [0, 12, 999, 1_000, 8_760, 1_234_567].map(count);
        assert_eq!(texts, ["0", "12", "999", "1,000", "8,760", "1,234,567"]);
    }

    #[test]
    fn one_thing_has_no_plural() {
        assert_eq!([0_u64, 1, 2].map(|n| counted(n, "row")), ["0 rows", "1 row", "2 rows"]);
    }

    #[test]
    fn what_is_missing_is_left_blank() {
        assert_eq!(probability(None), "");
        assert_eq!(per_cent(Some(0.1234)), "12.3 %");
    }
}

//! One sentence for many of a kind.

/// `texts` in their order, those that differ in their numbers only told once, with how many there are.
pub fn collapse(texts: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut kinds: Vec<(String, String, usize)> = Vec::new();
    for text in texts {
        let kind = kind_of(&text);
        match kinds.iter_mut().find(|(known, ..)| *known == kind) {
            Some((_, _, more)) => *more += 1,
            None => kinds.push((kind, text, 0)),
        }
    }
    let told = |(_, text, more): (String, String, usize)| match more {
        0 => text,
        more => format!("{text} (and {more} more like it)"),
    };
    kinds.into_iter().map(told).collect()
}

/// A text without its numbers, and without the plural of what they count.
fn kind_of(text: &str) -> String {
    let mut kind = String::with_capacity(text.len());
    let mut after_number = false;
    for word in text.split(' ') {
        let bare: String = word.chars().filter(|c| !c.is_ascii_digit() && *c != ',').collect();
        kind.push_str(if after_number { bare.trim_end_matches('s') } else { &bare });
        kind.push(' ');
        after_number = bare.is_empty();
    }
    kind
}

#[cfg(test)]
mod tests {
    use super::collapse;

    #[test]
    fn what_differs_in_numbers_only_is_told_once() {
        let told = ["2025-01: 3 rows", "2025-02: other", "2025-03: 1,200 rows", "2025-04: 1 row"];
        let wanted = ["2025-01: 3 rows (and 2 more like it)", "2025-02: other"];
        assert_eq!(collapse(told.map(str::to_owned)), wanted);
    }
}

//! What the names of tables of candles and of datasets tell.

use chrono::TimeDelta;

const PREFIX: &str = "ohlcv_";

/// Whether the name of a table of candles tells that they are those of the dataset's instrument.
pub fn holds_candles_of(table: &str, dataset: &str) -> bool {
    let name = table.to_lowercase();
    let rest = after_prefix(&name).unwrap_or(&name);
    let instrument = match rest.rsplit_once('_') {
        Some((before, end)) if looks_like_interval(end) => before,
        _ if looks_like_interval(rest) => "",
        _ => rest,
    };
    let is_part = format!("_{}_", dataset.to_lowercase()).contains(&format!("_{instrument}_"));
    is_part && !instrument.is_empty()
}

/// `1h`, `60min`, `hourly`: what stands at the end of a name and is no instrument.
fn looks_like_interval(text: &str) -> bool {
    const WORDS: [&str; 5] = ["hourly", "daily", "weekly", "monthly", "minutely"];
    const UNITS: [&str; 12] =
        ["s", "sec", "m", "min", "minute", "t", "h", "hour", "d", "day", "w", "week"];
    let unit = text.trim_start_matches(|c: char| c.is_ascii_digit());
    WORDS.contains(&text) || UNITS.contains(&unit.strip_suffix('s').unwrap_or(unit)) || unit == "s"
}

/// What follows `ohlcv_`, the mark of a table of candles.
pub(crate) fn after_prefix(name: &str) -> Option<&str> {
    let (prefix, rest) = name.split_at_checked(PREFIX.len())?;
    prefix.eq_ignore_ascii_case(PREFIX).then_some(rest)
}

/// Symbol and interval of `ohlcv_<symbol>_<interval>`.
pub(crate) fn parse_name(name: &str) -> Option<(String, TimeDelta)> {
    let (symbol, interval) = after_prefix(name)?.rsplit_once('_')?;
    let interval = parse_interval(interval)?;
    (!symbol.is_empty()).then(|| (symbol.to_owned(), interval))
}

/// The interval that `1m`, `1h` or `1d` in the name of a table or dataset means: up to four digits
/// and a unit, seconds to weeks.
pub fn parse_interval(text: &str) -> Option<TimeDelta> {
    let (count, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        "w" => 604_800,
        _ => return None,
    };
    // Four digits are plenty and keep the product far from overflow.
    let digits = (1..=4).contains(&count.len()) && count.bytes().all(|b| b.is_ascii_digit());
    let count: i64 = digits.then(|| count.parse().ok())??;
    (count > 0).then(|| TimeDelta::seconds(count * seconds))
}

/// The intervals that the parts of a dataset's name look like, in their order: `1h` in
/// `binance_btcusdt_perp_1h`, and also `3d` in `…_1h_fold_3d`, which is none.
pub fn dataset_intervals(dataset: &str) -> Vec<TimeDelta> {
    dataset.split('_').skip(1).filter_map(parse_interval).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_symbol_and_interval() {
        let cases = [
            ("ohlcv_btcusdt_1h", Some(("btcusdt", TimeDelta::hours(1)))),
            ("OHLCV_btcusdt_perp_15m", Some(("btcusdt_perp", TimeDelta::minutes(15)))),
            ("ohlcv_x_30s", Some(("x", TimeDelta::seconds(30)))),
            ("ohlcv_x_4h", Some(("x", TimeDelta::hours(4)))),
            ("ohlcv_x_1d", Some(("x", TimeDelta::days(1)))),
            ("ohlcv_x_1w", Some(("x", TimeDelta::weeks(1)))),
            ("ohlcv_btcusdt", None),
            ("ohlcv__1h", None),
            ("ohlcv_x_0h", None),
            ("ohlcv_x_h", None),
            ("ohlcv_x_", None),
            ("ohlcv_x_+1h", None),
            ("ohlcv_x_1M", None),
            ("ohlcv_x_1é", None),
            ("ohlcv_x_99999h", None),
            ("candles_x_1h", None),
            ("é", None),
        ];
        for (name, wanted) in cases {
            let wanted = wanted.map(|(symbol, interval)| (symbol.to_owned(), interval));
            assert_eq!(parse_name(name), wanted, "{name}");
        }
    }
}

//! Instants as a page shows them: UTC, ISO 8601, the same in every locale and time zone.

const DAY: i64 = 86_400;

/// Year, month and day of a day since the Unix epoch, in the Gregorian calendar.
pub fn civil(day: i64) -> (i64, u8, u8) {
    // Counted from 0000-03-01, so that the leap day is a year's last.
    let shifted = day + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, u8::try_from(month).unwrap_or(1), u8::try_from(day).unwrap_or(1))
}

/// The day since the Unix epoch on which a month of the Gregorian calendar begins; months beyond 12
/// are of later years.
pub fn month_start(year: i64, month: i64) -> i64 {
    let (year, month) = (year + (month - 1).div_euclid(12), (month - 1).rem_euclid(12) + 1);
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// `2025-11-01`.
pub fn day(seconds: i64) -> String {
    let (year, month, day) = civil(seconds.div_euclid(DAY));
    format!("{year:04}-{month:02}-{day:02}")
}

/// `2025-11`.
pub fn month(seconds: i64) -> String {
    let (year, month, _) = civil(seconds.div_euclid(DAY));
    format!("{year:04}-{month:02}")
}

/// `2025-11-01 05:00`, UTC.
pub fn minute(seconds: i64) -> String {
    let of_day = seconds.rem_euclid(DAY);
    format!("{} {:02}:{:02}", day(seconds), of_day / 3_600, of_day % 3_600 / 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_calendar_is_the_gregorian_one() {
        assert_eq!(minute(0), "1970-01-01 00:00");
        assert_eq!(minute(1_761_973_259), "2025-11-01 05:00");
        assert_eq!(day(951_782_400), "2000-02-29");
        assert_eq!(day(-1), "1969-12-31");
        for day in (-800_000..800_000).step_by(97) {
            let (year, month, of_month) = civil(day);
            assert_eq!(month_start(year, month.into()) + i64::from(of_month) - 1, day);
        }
        assert_eq!(month_start(2024, 13), month_start(2025, 1));
        assert_eq!(month_start(2024, 0), month_start(2023, 12));
    }
}

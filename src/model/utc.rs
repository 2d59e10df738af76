//! The one form of times that services write, read and written digit by digit: a page of a listing has two
//! thousand of them. Every other form is left to the calendar library.

const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;
/// Days from 1 March of the year 0 to 1 January 1970.
const EPOCH: i64 = 719_468;
/// Days of 400, 100, 4 years and one, as they follow each other from a 1 March.
const ERA: i64 = 146_097;
const CENTURY: i64 = 36_524;
const OLYMPIAD: i64 = 1_461;
const YEAR: i64 = 365;
/// The first and the last year that are meant here.
const YEARS: std::ops::RangeInclusive<i64> = 1..=9998;

/// Length of a written time.
const LENGTH: usize = 27;

/// Microseconds since 1970 of `2022-09-28T15:53:36.082137Z`, with up to six digits of a fraction or none;
/// `None` for any other form, and for days that no month has.
pub(super) fn parse(text: &[u8]) -> Option<i64> {
    let (head, rest) = text.split_first_chunk::<19>()?;
    for (at, mark) in [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')] {
        if head[at] != mark {
            return None;
        }
    }
    let two = |at: usize| number(&head[at..at + 2]);
    let year = number(&head[..4]).filter(|year| YEARS.contains(year))?;
    let month = two(5).filter(|month| (1..=12).contains(month))?;
    let day = two(8).filter(|day| (1..=length(year, month)).contains(day))?;
    let hour = two(11).filter(|hour| *hour < 24)?;
    let minute = two(14).filter(|minute| *minute < 60)?;
    let second = two(17).filter(|second| *second < 60)?;
    let seconds = hour * 3600 + minute * 60 + second;
    Some(days(year, month, day) * DAY + seconds * SECOND + fraction(rest)?)
}

/// The time as it is written with six digits; `None` outside of the years that are meant here.
pub(super) fn text(micros: i64) -> Option<[u8; LENGTH]> {
    let (year, month, day) = date(micros.div_euclid(DAY));
    if !YEARS.contains(&year) {
        return None;
    }
    let rest = micros.rem_euclid(DAY);
    let seconds = rest / SECOND;
    let mut text = *b"0000-00-00T00:00:00.000000Z";
    put(&mut text[..4], year);
    put(&mut text[5..7], month);
    put(&mut text[8..10], day);
    put(&mut text[11..13], seconds / 3600);
    put(&mut text[14..16], seconds / 60 % 60);
    put(&mut text[17..19], seconds % 60);
    put(&mut text[20..26], rest % SECOND);
    Some(text)
}

/// The microseconds in `.082137Z`, or in `Z`.
fn fraction(text: &[u8]) -> Option<i64> {
    let digits = match text {
        b"Z" => return Some(0),
        [b'.', digits @ .., b'Z'] if (1..=6).contains(&digits.len()) => digits,
        _ => return None,
    };
    Some(number(digits)? * 10_i64.pow(6 - digits.len() as u32))
}

fn number(digits: &[u8]) -> Option<i64> {
    digits.iter().try_fold(0, |number, digit| {
        let value = digit.wrapping_sub(b'0');
        (value < 10).then_some(10 * number + i64::from(value))
    })
}

fn put(digits: &mut [u8], mut number: i64) {
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
    }
}

fn length(year: i64, month: i64) -> i64 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970. A year is taken to begin in March, so that its odd day is the last one.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = match month {
        1 | 2 => (year - 1, month + 9),
        _ => (year, month - 3),
    };
    YEAR * year + year / 4 - year / 100 + year / 400 + before(month) + day - 1 - EPOCH
}

/// Days of a year before its month, both counted from March: months of 31 and 30 days in turn, but for two
/// of 31 after each fifth.
fn before(month: i64) -> i64 {
    (153 * month + 2) / 5
}

/// Year, month and day of a number of days since 1970.
fn date(days: i64) -> (i64, i64, i64) {
    let days = days + EPOCH;
    let (era, of_era) = (days.div_euclid(ERA), days.rem_euclid(ERA));
    // The last day of an era or of a leap year is the one that its parts have no room for.
    let century = (of_era / CENTURY).min(3);
    let of_century = of_era - century * CENTURY;
    let (olympiad, of_olympiad) = (of_century / OLYMPIAD, of_century % OLYMPIAD);
    let year = (of_olympiad / YEAR).min(3);
    let of_year = of_olympiad - year * YEAR;
    let month = (5 * of_year + 2) / 153;
    let day = of_year - before(month) + 1;
    let year = era * 400 + century * 100 + olympiad * 4 + year;
    match month {
        ..10 => (year, month + 3, day),
        _ => (year + 1, month - 9, day),
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use jiff::civil::Date;

    use super::*;

    fn shown(micros: i64) -> Option<String> {
        text(micros).map(|text| String::from_utf8(text.to_vec()).unwrap())
    }

    #[test]
    fn every_day_is_the_calendars() {
        let mut date = Date::new(1590, 1, 1).unwrap();
        let mut at = days(1590, 1, 1);
        while date.year() < 2410 {
            let text = format!("{date}T23:59:59.999999Z");
            let micros = at * DAY + DAY - 1;
            assert_eq!(shown(micros).as_deref(), Some(text.as_str()));
            assert_eq!(parse(text.as_bytes()), Some(micros), "{text}");
            (date, at) = (date.tomorrow().unwrap(), at + 1);
        }
        let (first, last) = (days(1, 1, 1) * DAY, days(9999, 1, 1) * DAY - 1);
        assert_eq!(shown(first).unwrap(), "0001-01-01T00:00:00.000000Z");
        assert_eq!(shown(last).unwrap(), "9998-12-31T23:59:59.999999Z");
        assert_eq!((shown(first - 1), shown(last + 1)), (None, None));
    }

    #[test]
    fn any_time_is_the_calendars() {
        let mut rng = fastrand::Rng::with_seed(11);
        let (least, most) = (days(1, 1, 1) * DAY, days(9998, 12, 31) * DAY);
        for _ in 0..50_000 {
            let micros = rng.i64(least..most);
            let stamp = Timestamp::from_microsecond(micros).unwrap();
            assert_eq!(shown(micros).unwrap(), format!("{stamp:.6}"));
            for digits in 0..=6 {
                let text = format!("{stamp:.digits$}");
                let micros = text.parse::<Timestamp>().unwrap().as_microsecond();
                assert_eq!(parse(text.as_bytes()), Some(micros), "{text}");
            }
        }
        for (micros, is_meant) in [(i64::MIN, false), (i64::MAX, false), (0, true), (-1, true)] {
            assert_eq!(text(micros).is_some(), is_meant, "{micros}");
        }
    }

    #[test]
    fn other_forms_are_not_for_it() {
        for text in [
            "",
            "Z",
            "2022-09-28",
            "2022-09-28T15:53:36",
            "2022-09-28T15:53:36+00:00",
            "2022-09-28T15:53:36.Z",
            "2022-09-28T15:53:36.0821370Z",
            "2022-09-28T15:53:36.08213-Z",
            "2022-09-28t15:53:36Z",
            "2022-09-28 15:53:36Z",
            "2022-09-28T15:53:36z",
            "2022-02-29T15:53:36Z",
            "1900-02-29T00:00:00Z",
            "2022-13-01T15:53:36Z",
            "2022-00-01T15:53:36Z",
            "2022-04-31T15:53:36Z",
            "2022-04-00T15:53:36Z",
            "2022-09-28T24:00:00Z",
            "2022-09-28T15:60:36Z",
            "2022-09-28T23:59:60Z",
            "0000-01-01T00:00:00Z",
            "9999-12-31T00:00:00Z",
            "+2022-09-28T15:53:36Z",
            "2O22-09-28T15:53:36Z",
            "2022-09-28T15:53:36Z ",
        ] {
            assert_eq!(parse(text.as_bytes()), None, "{text}");
        }
        assert!(parse(b"2000-02-29T00:00:00Z").is_some());
    }
}

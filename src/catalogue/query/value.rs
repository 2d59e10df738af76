//! Sizes, dates and ages, as people write them.

use jiff::civil;
use jiff::tz::TimeZone;
use jiff::{Span, ToSpan as _};

use super::expr::When;
use super::lex::{Op, Text};
use super::{Clock, Wrong};

const HOUR: i64 = 3_600_000_000;

/// A value and how it is compared.
pub(super) struct Values<'a> {
    pub value: &'a Text,
    pub op: Op,
}

impl Values<'_> {
    fn wrong(&self, why: &str) -> Wrong {
        Wrong::new(self.value.span.clone(), why)
    }

    /// The two ends of `1mb..5mb`; either may be left out.
    fn ends(&self) -> Option<(&str, &str)> {
        self.value.text.split_once("..")
    }
}

/// Bytes: the least and the most, both included.
pub(super) fn size(values: &Values<'_>) -> Result<(u64, u64), Wrong> {
    const WHY: &str =
        "A size is a number and a unit: 500kb, 10mb, 1.5gb, or a span of two: 1mb..5mb";
    let read = |text: &str| bytes(text).ok_or_else(|| values.wrong(WHY));
    if let Some((least, most)) = values.ends() {
        if values.op != Op::Is {
            return Err(values.wrong("A span takes a colon: size:1mb..5mb"));
        }
        if least.is_empty() && most.is_empty() {
            return Err(values.wrong(WHY));
        }
        let least = if least.is_empty() { 0 } else { read(least)? };
        let most = if most.is_empty() {
            u64::MAX
        } else {
            read(most)?
        };
        if least > most {
            return Err(values.wrong("The smaller size comes first: size:1mb..5mb"));
        }
        return Ok((least, most));
    }
    let size = read(&values.value.text)?;
    Ok(match values.op {
        Op::Is => (size, size),
        Op::AtMost => (0, size),
        Op::AtLeast => (size, u64::MAX),
        Op::Less => size.checked_sub(1).map_or((1, 0), |most| (0, most)),
        Op::More => size
            .checked_add(1)
            .map_or((1, 0), |least| (least, u64::MAX)),
    })
}

fn bytes(text: &str) -> Option<u64> {
    let text = text.trim().to_ascii_lowercase();
    let split = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    let unit: u128 = match unit.trim_start() {
        "" | "b" => 1,
        "k" | "kb" => 1000,
        "m" | "mb" => 1000_u128.pow(2),
        "g" | "gb" => 1000_u128.pow(3),
        "t" | "tb" => 1000_u128.pow(4),
        "kib" => 1 << 10,
        "mib" => 1 << 20,
        "gib" => 1 << 30,
        "tib" => 1 << 40,
        _ => return None,
    };
    let (whole, parts) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() || whole.len() > 20 || parts.len() > 6 || number.ends_with('.') {
        return None;
    }
    let whole: u128 = whole.parse().ok()?;
    let scale = 10_u128.pow(parts.len() as u32);
    let parts: u128 = if parts.is_empty() {
        0
    } else {
        parts.parse().ok()?
    };
    u64::try_from((whole * scale + parts) * unit / scale).ok()
}

/// A day, a month, a year or a span of them.
pub(super) fn date(values: &Values<'_>, clock: &Clock) -> Result<When, Wrong> {
    const WHY: &str =
        "A date is 2024, 2024-03, 2024-03-15, today or yesterday, or a span: 2024-01..2024-03";
    let read = |text: &str| days(text, clock).ok_or_else(|| values.wrong(WHY));
    if let Some((from, to)) = values.ends() {
        if values.op != Op::Is {
            return Err(values.wrong("A span takes a colon: uploaded:2024-01..2024-03"));
        }
        if from.is_empty() && to.is_empty() {
            return Err(values.wrong(WHY));
        }
        let start = if from.is_empty() {
            i64::MIN
        } else {
            read(from)?.0
        };
        let end = if to.is_empty() { i64::MAX } else { read(to)?.1 };
        if start >= end {
            return Err(values.wrong("The earlier date comes first: 2024-01..2024-03"));
        }
        return Ok(When::Within(start, end));
    }
    match (values.value.text.to_ascii_lowercase().as_str(), values.op) {
        ("none" | "never", Op::Is) => return Ok(When::Never),
        ("any", Op::Is) => return Ok(When::Ever),
        _ => {}
    }
    let (start, end) = read(&values.value.text)?;
    Ok(match values.op {
        Op::Is => When::Within(start, end),
        Op::Less => When::Within(i64::MIN, start),
        Op::AtMost => When::Within(i64::MIN, end),
        Op::More => When::Within(end, i64::MAX),
        Op::AtLeast => When::Within(start, i64::MAX),
    })
}

/// The first microsecond of a stretch, and the first after it.
fn days(text: &str, clock: &Clock) -> Option<(i64, i64)> {
    let now = jiff::Timestamp::from_microsecond(clock.now.0).ok()?;
    let today = || now.to_zoned(clock.zone.clone()).date();
    let day = |day: civil::Date| stretch(day, 1.day(), &clock.zone);
    match text.to_ascii_lowercase().as_str() {
        "today" => return day(today()),
        "yesterday" => return day(today().yesterday().ok()?),
        _ => {}
    }
    if !text.bytes().all(|b| b.is_ascii_digit() || b == b'-') {
        return None;
    }
    let parts: Vec<&str> = text.split('-').collect();
    let number = |at: usize, digits: std::ops::RangeInclusive<usize>| -> Option<i16> {
        let part = parts.get(at)?;
        digits.contains(&part.len()).then(|| part.parse().ok())?
    };
    let year = number(0, 4..=4)?;
    let small = |at: usize| number(at, 1..=2).and_then(|n| i8::try_from(n).ok());
    match parts.len() {
        1 => stretch(civil::Date::new(year, 1, 1).ok()?, 1.year(), &clock.zone),
        2 => stretch(
            civil::Date::new(year, small(1)?, 1).ok()?,
            1.month(),
            &clock.zone,
        ),
        3 => day(civil::Date::new(year, small(1)?, small(2)?).ok()?),
        _ => None,
    }
}

fn stretch(start: civil::Date, length: Span, zone: &TimeZone) -> Option<(i64, i64)> {
    let instant = |date: civil::Date| -> Option<i64> {
        let zoned = date.to_zoned(zone.clone()).ok()?;
        Some(zoned.timestamp().as_microsecond())
    };
    let end = start.checked_add(length).ok().and_then(instant);
    Some((instant(start)?, end.unwrap_or(i64::MAX)))
}

/// When a file of that age was uploaded: from the first microsecond on, before the second.
pub(super) fn age(values: &Values<'_>, clock: &Clock) -> Result<(i64, i64), Wrong> {
    let text = values.value.text.to_ascii_lowercase();
    let split = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    let unit = match unit {
        "min" => HOUR / 60,
        "h" => HOUR,
        "d" => 24 * HOUR,
        "w" => 7 * 24 * HOUR,
        "mo" => 30 * 24 * HOUR,
        "y" => 365 * 24 * HOUR,
        "m" => return Err(values.wrong("Is m minutes or months? Write min or mo")),
        _ => {
            return Err(values.wrong("An age is a number and min, h, d, w, mo or y: age>30d"));
        }
    };
    let number: i64 = number
        .parse()
        .map_err(|_| values.wrong("An age is a number and min, h, d, w, mo or y: age>30d"))?;
    let then = clock.now.0.saturating_sub(number.saturating_mul(unit));
    match values.op {
        Op::More => Ok((i64::MIN, then)),
        Op::AtLeast => Ok((i64::MIN, then.saturating_add(1))),
        Op::Less => Ok((then.saturating_add(1), i64::MAX)),
        Op::AtMost => Ok((then, i64::MAX)),
        Op::Is => Err(values.wrong("An age is compared: age>30d or age<30d")),
    }
}

//! Which month an instant falls into, without a calendar's work for every row.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::model::Time;

/// A month of a year: `2024-03`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Month {
    /// Year.
    pub year: i16,
    /// From 1.
    pub month: i8,
}

impl Month {
    /// `Mar`.
    pub fn name(self) -> &'static str {
        const NAMES: [&str; 12] = [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ];
        let at = usize::try_from(self.month - 1).unwrap_or_default();
        NAMES.get(at).copied().unwrap_or_default()
    }

    /// The month after it.
    pub fn next(self) -> Self {
        match self.month {
            12 => Self {
                year: self.year + 1,
                month: 1,
            },
            month => Self {
                month: month + 1,
                ..self
            },
        }
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

/// Months that were asked for, by their bounds.
pub(super) struct Calendar {
    zone: TimeZone,
    /// First instant of a month, the first one after it, and the month.
    known: BTreeMap<i64, (i64, Month)>,
    last: Option<(i64, i64, Month)>,
}

impl Calendar {
    pub fn new(zone: TimeZone) -> Self {
        Self {
            zone,
            known: BTreeMap::new(),
            last: None,
        }
    }

    /// The month of an instant; `None` outside the calendar's years.
    pub fn month(&mut self, time: Time) -> Option<Month> {
        let (start, end, month) = match self.last {
            Some(last) if (last.0..last.1).contains(&time.0) => last,
            _ => self.look(time)?,
        };
        self.last = Some((start, end, month));
        Some(month)
    }

    fn look(&mut self, time: Time) -> Option<(i64, i64, Month)> {
        let near = self.known.range(..=time.0).next_back();
        if let Some((start, (end, month))) = near
            && time.0 < *end
        {
            return Some((*start, *end, *month));
        }
        let stamp = Timestamp::from_microsecond(time.0).ok()?;
        let date = stamp.to_zoned(self.zone.clone()).date();
        let month = Month {
            year: date.year(),
            month: date.month(),
        };
        let start = self.start_of(month)?;
        let end = self.start_of(month.next())?;
        self.known.insert(start, (end, month));
        Some((start, end, month))
    }

    fn start_of(&self, month: Month) -> Option<i64> {
        let day = Date::new(month.year, month.month, 1).ok()?;
        let start = day.to_zoned(self.zone.clone()).ok()?;
        Some(start.timestamp().as_microsecond())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_those_of_the_zone() {
        let zone = TimeZone::get("Europe/Berlin").unwrap_or(TimeZone::UTC);
        for zone in [TimeZone::UTC, zone] {
            let mut calendar = Calendar::new(zone.clone());
            for text in [
                "2024-02-29T23:59:59.999999Z",
                "2024-03-01T00:00:00Z",
                "2024-03-31T22:30:00Z",
                "2023-12-31T23:30:00Z",
                "1969-12-31T23:59:59Z",
            ] {
                let time = Time::parse(text).unwrap();
                let month = calendar.month(time).unwrap();
                assert_eq!(month.to_string(), time.format(&zone, "%Y-%m"), "{text}");
            }
            assert_eq!(calendar.month(Time(i64::MAX)), None);
        }
    }
}

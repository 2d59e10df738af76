//! One instant type: microseconds since the Unix epoch, UTC.

use std::fmt;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::utc;

/// An instant in microseconds since 1970-01-01T00:00:00Z.
///
/// Services give six fractional digits and page by them, so nothing is rounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Time(pub i64);

impl Time {
    /// The system's clock, now.
    pub fn now() -> Self {
        Self(Timestamp::now().as_microsecond())
    }

    /// Parses RFC 3339 (`2022-09-28T15:53:36.082137Z`, any offset, fraction optional).
    /// A text without an offset is taken as UTC. `None` if it is no time.
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(micros) = utc::parse(text.as_bytes()) {
            return Some(Self(micros));
        }
        if let Ok(stamp) = text.parse::<Timestamp>() {
            return Some(Self(stamp.as_microsecond()));
        }
        let civil = text.parse::<jiff::civil::DateTime>().ok()?;
        let zoned = civil.to_zoned(TimeZone::UTC).ok()?;
        Some(Self(zoned.timestamp().as_microsecond()))
    }

    /// Whole hours until `self + hours`, seen from `now`; 0 when past.
    pub fn hours_left(self, hours: i64, now: Self) -> i64 {
        let end = self.0.saturating_add(hours.saturating_mul(3_600_000_000));
        let left = end.saturating_sub(now.0);
        left.max(0) / 3_600_000_000
    }

    /// `2024-09-28 09:10` in the given zone.
    pub fn to_minute(self, zone: &TimeZone) -> String {
        self.format(zone, "%Y-%m-%d %H:%M")
    }

    /// `2024-09-28` in the given zone.
    pub fn to_day(self, zone: &TimeZone) -> String {
        self.format(zone, "%Y-%m-%d")
    }

    /// Any `strftime` pattern in the given zone; empty when out of range.
    pub fn format(self, zone: &TimeZone, pattern: &str) -> String {
        Timestamp::from_microsecond(self.0)
            .map(|stamp| stamp.to_zoned(zone.clone()).strftime(pattern).to_string())
            .unwrap_or_default()
    }
}

/// RFC 3339 in UTC with six fractional digits: `2022-09-28T15:53:36.082137Z`.
impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(text) = utc::text(self.0) {
            return f.write_str(std::str::from_utf8(&text).unwrap_or_default());
        }
        match Timestamp::from_microsecond(self.0) {
            Ok(stamp) => write!(f, "{stamp:.6}"),
            Err(_) => write!(f, "{} us", self.0),
        }
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match utc::text(self.0) {
            Some(text) => serializer.serialize_str(std::str::from_utf8(&text).unwrap_or_default()),
            None => serializer.collect_str(self),
        }
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        // One that no calendar has is written as its number, and comes back so.
        let number = || text.strip_suffix(" us")?.parse().ok().map(Self);
        Self::parse(&text)
            .or_else(number)
            .ok_or_else(|| serde::de::Error::custom(format!("{text:?} is no time")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_and_prints_without_loss() {
        let cases = [
            ("2022-09-28T15:53:36.082137Z", "2022-09-28T15:53:36.082137Z"),
            ("2022-09-28T15:53:36Z", "2022-09-28T15:53:36.000000Z"),
            ("2022-09-28T17:53:36.5+02:00", "2022-09-28T15:53:36.500000Z"),
            ("2010-07-31T15:18:35", "2010-07-31T15:18:35.000000Z"),
        ];
        for (text, shown) in cases {
            assert_eq!(Time::parse(text).unwrap().to_string(), shown, "{text}");
        }
        assert_eq!(Time::parse("yesterday"), None);
        assert_eq!(Time::parse(""), None);
    }

    #[test]
    fn times_that_no_calendar_has_come_back_too() {
        for time in [i64::MIN, i64::MAX, 0].map(Time) {
            let text = serde_json::to_string(&time).unwrap();
            assert_eq!(serde_json::from_str::<Time>(&text).unwrap(), time, "{text}");
            time.hours_left(24, Time(i64::MAX));
            time.hours_left(24, Time(i64::MIN));
        }
    }

    #[test]
    fn hours_left_never_goes_below_zero() {
        let uploaded = Time(0);
        assert_eq!(uploaded.hours_left(24, Time(3_600_000_000)), 23);
        assert_eq!(uploaded.hours_left(24, Time(25 * 3_600_000_000)), 0);
    }
}

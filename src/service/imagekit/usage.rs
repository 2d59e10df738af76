//! What the account has used this month. One question; the service tells figures and no bound.

use jiff::tz::TimeZone;

use crate::model::{Time, Usage};
use crate::service::{ErrorKind, ServiceError};

use super::ImageKit;
use super::wire::account;

const DAY: i64 = 86_400_000_000;

impl ImageKit {
    /// Asks for the days from the first of this month until today.
    pub(super) async fn used(&self, now: Time) -> Result<Option<Usage>, ServiceError> {
        let (start, end) = this_month(now);
        let route = format!("v1/accounts/usage?startDate={start}&endDate={end}");
        let answer = self.look(&self.route(&route)).await?;
        if !answer.is_success() {
            return Err(self.refuse(&answer, ErrorKind::NotTheService));
        }
        Ok(account::usage(&answer.text(), now))
    }
}

/// The first of the month, and the day after today, which the service leaves out.
fn this_month(now: Time) -> (String, String) {
    let tomorrow = Time(now.0.saturating_add(DAY));
    (
        now.format(&TimeZone::UTC, "%Y-%m-01"),
        tomorrow.format(&TimeZone::UTC, "%Y-%m-%d"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_is_never_empty() {
        let cases = [
            ("2026-11-22T07:00:00Z", "2026-11-01", "2026-11-23"),
            ("2026-11-01T00:00:00Z", "2026-11-01", "2026-11-02"),
            ("2026-12-31T23:59:59Z", "2026-12-01", "2027-01-01"),
            ("2028-02-29T12:00:00Z", "2028-02-01", "2028-03-01"),
        ];
        for (now, start, end) in cases {
            let span = this_month(Time::parse(now).unwrap());
            assert_eq!(span, (start.to_owned(), end.to_owned()), "{now}");
        }
    }
}

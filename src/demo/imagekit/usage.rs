//! `GET /v1/accounts/usage`: figures of a span of days.

use jiff::civil::Date;
use serde_json::json;

use crate::demo::exchange::Answer;

use super::Visit;
use super::reply::{self, Refusal};

const MOST_DAYS: i32 = 90;

/// Start included, end excluded.
pub(super) fn run(visit: &Visit<'_>) -> Result<Answer, Refusal> {
    let query = visit.ask.query();
    let value = |name: &str| {
        let found = query
            .iter()
            .find(|(key, value)| key == name && !value.is_empty());
        found.map(|(_, value)| value.as_str())
    };
    let (Some(start), Some(end)) = (value("startDate"), value("endDate")) else {
        return Err(Refusal::bad(
            "startDate and endDate are required in query parameters.",
        ));
    };
    let (Some(start), Some(end)) = (date(start), date(end)) else {
        let words = "startDate and endDate should be in format YYYY-MM-DD.";
        return Err(Refusal::bad(words));
    };
    if start >= end {
        return Err(Refusal::bad("startDate should be before endDate."));
    }
    let days = (end - start).get_days();
    if days > MOST_DAYS {
        return Err(Refusal::bad(
            "startDate and endDate should be within 90 days.",
        ));
    }
    let library = visit.library();
    let existing = library.files.iter().filter(|file| file.removed.is_none());
    let versions = existing.flat_map(|file| &file.versions);
    let stored: u64 = versions.map(|version| version.size).sum();
    Ok(reply::json(json!({
        "bandwidthBytes": 21_991_583_578_u64 / 30 * days as u64,
        "mediaLibraryStorageBytes": stored,
        "videoProcessingUnitsCount": 40 * days,
        "extensionUnitsCount": 3 * days,
        "originalCacheStorageBytes": stored / 5,
    })))
}

fn date(text: &str) -> Option<Date> {
    (text.len() == 10).then(|| text.parse().ok()).flatten()
}

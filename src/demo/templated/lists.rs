//! What all lists have in common: pages counted from 0, a bare array, no total.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::demo::exchange::Answer;
use crate::model::Time;

use super::Visit;
use super::reply::{self, Refusal};

/// The parameters of a list.
pub(super) struct Wish {
    page: usize,
    limit: usize,
    /// In lower case.
    query: Option<String>,
    tags: Vec<String>,
    external: Option<String>,
}

impl Wish {
    /// Reads them; `limit` is what a list gives if it is not told.
    pub fn read(visit: &Visit<'_>, limit: usize) -> Result<Self, Refusal> {
        let query = visit.ask.query();
        let value = |name: &str| {
            let found = query
                .iter()
                .find(|(key, value)| key == name && !value.is_empty());
            found.map(|(_, value)| value.as_str())
        };
        let number = |name: &str, default: usize, least: usize| match value(name) {
            None => Ok(default),
            Some(text) => match text.parse() {
                Ok(number) if number >= least => Ok(number),
                _ => Err(Refusal::bad(format!("Invalid {name}: {text}"))),
            },
        };
        let tags = value("tags").unwrap_or_default().split(',');
        let tags = tags.map(str::trim).filter(|tag| !tag.is_empty());
        Ok(Self {
            page: number("page", 0, 0)?,
            limit: number("limit", limit, 1)?.min(visit.quirks().list_cap),
            query: value("query").map(str::to_lowercase),
            tags: tags.map(str::to_owned).collect(),
            external: value("externalId").map(str::to_owned),
        })
    }

    /// Whether a name or a tag has the text that is looked for, and any of the tags is there.
    pub fn shows(&self, name: &str, tags: &[String], external: Option<&String>) -> bool {
        let has = |text: &str| {
            let query = self.query.as_deref().unwrap_or_default();
            text.to_lowercase().contains(query)
        };
        let named = has(name) || tags.iter().any(|tag| has(tag));
        let tagged = self.tags.is_empty() || tags.iter().any(|tag| self.tags.contains(tag));
        named && tagged && (self.external.is_none() || self.external.as_ref() == external)
    }

    /// One page of the rows; `name` holds the array where lists are wrapped.
    pub fn page(&self, visit: &Visit<'_>, name: &str, rows: impl Iterator<Item = Value>) -> Answer {
        let skipped = rows.skip(self.page.saturating_mul(self.limit));
        let rows: Value = skipped.take(self.limit).collect();
        match visit.quirks().wrapped_lists {
            true => reply::json(&json!({name: rows})),
            false => reply::json(&rows),
        }
    }
}

/// ISO 8601 in UTC with milliseconds.
pub(super) fn stamp(at: Time) -> String {
    Timestamp::from_microsecond(at.0)
        .map(|stamp| format!("{stamp:.3}"))
        .unwrap_or_default()
}

//! One term of a search: a field of a row, an operator, and the values it is held against.

use std::cmp::Ordering;

use serde_json::Value;

use crate::model::Time;

use super::item::Item;
use super::library::{is_within, normal};
use super::{ACCOUNT_EMAIL, Visit, json, kinds};

const SECOND: i64 = 1_000_000;
const HOUR: i64 = 3600 * SECOND;
const DAY: i64 = 24 * HOUR;

/// How a field is held against values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Op {
    Is,
    Begins,
    Less,
    AtMost,
    More,
    AtLeast,
    In,
    Has,
    Exists,
}

/// A value as it was written.
#[derive(Clone, Debug)]
pub(super) enum Raw {
    Text(String),
    Number(f64),
    Flag(bool),
}

/// What a field is.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Field {
    Name,
    Tags,
    Type,
    Id,
    Created,
    Updated,
    Width,
    Height,
    Size,
    Format,
    Private,
    Published,
    Transparency,
    CreatedBy,
    Path,
    Custom(String),
    Embedded(String),
}

/// A value to compare.
#[derive(Clone, Debug, PartialEq, PartialOrd)]
enum Val {
    Text(String),
    Number(f64),
    Flag(bool),
    At(i64),
}

/// A term, its values understood.
#[derive(Debug)]
pub(super) struct Term {
    field: Field,
    op: Op,
    negated: bool,
    values: Vec<Val>,
}

impl Term {
    pub fn new(
        name: &str,
        op: Op,
        negated: bool,
        values: Vec<Raw>,
        visit: &Visit<'_>,
    ) -> Result<Self, String> {
        let field = Field::of(name).ok_or_else(|| format!("{name} is no field."))?;
        if !field.takes(op) || (negated && !matches!(op, Op::Is | Op::In | Op::Exists)) {
            return Err(format!("{name} field does not support this operator."));
        }
        let values = values.into_iter();
        let values = values.map(|raw| field.value(name, raw, visit));
        Ok(Self {
            values: values.collect::<Result<_, _>>()?,
            field,
            op,
            negated,
        })
    }

    pub fn holds(&self, item: &Item<'_>) -> bool {
        let own = self.field.values_of(item);
        let found = match self.op {
            Op::Exists => !own.is_empty(),
            _ => own
                .iter()
                .any(|own| self.values.iter().any(|value| self.matches(own, value))),
        };
        found != self.negated
    }

    pub fn names_versions(&self) -> bool {
        let versions = Val::Text("file-version".to_owned());
        self.field == Field::Type && self.values.contains(&versions)
    }

    fn matches(&self, own: &Val, value: &Val) -> bool {
        let order = own.partial_cmp(value);
        match (self.op, own, value) {
            (Op::Is | Op::In, ..) => order == Some(Ordering::Equal),
            (Op::Less, ..) => order == Some(Ordering::Less),
            (Op::AtMost, ..) => order.is_some_and(Ordering::is_le),
            (Op::More, ..) => order == Some(Ordering::Greater),
            (Op::AtLeast, ..) => order.is_some_and(Ordering::is_ge),
            (Op::Begins, Val::Text(own), Val::Text(value)) if self.field == Field::Path => {
                is_within(own, value)
            }
            (Op::Begins, Val::Text(own), Val::Text(value)) => own.starts_with(value),
            (Op::Has, Val::Text(own), Val::Text(value)) => has(own, value),
            _ => false,
        }
    }
}

/// Whether all words of the one are in the other, of which the last may be a word's beginning.
fn has(own: &str, words: &str) -> bool {
    let split = |text: &str| -> Vec<String> {
        let lower = text.to_lowercase();
        let words = lower.split(|c: char| !c.is_alphanumeric());
        words
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect()
    };
    let (own, wanted) = (split(own), split(words));
    let Some((last, others)) = wanted.split_last() else {
        return false;
    };
    others.iter().all(|word| own.contains(word)) && own.iter().any(|word| word.starts_with(last))
}

impl Field {
    fn of(name: &str) -> Option<Self> {
        Some(match name {
            "name" => Self::Name,
            "tags" => Self::Tags,
            "type" => Self::Type,
            "id" => Self::Id,
            "createdAt" => Self::Created,
            "updatedAt" => Self::Updated,
            "width" => Self::Width,
            "height" => Self::Height,
            "size" => Self::Size,
            "format" => Self::Format,
            "private" => Self::Private,
            "published" => Self::Published,
            "transparency" => Self::Transparency,
            "createdBy" => Self::CreatedBy,
            "path" => Self::Path,
            _ => {
                let (group, inner) = name.split_once('.')?;
                match group {
                    "customMetadata" => Self::Custom(inner.to_owned()),
                    "embeddedMetadata" => Self::Embedded(inner.to_owned()),
                    _ => return None,
                }
            }
        })
    }

    fn takes(&self, op: Op) -> bool {
        use Op::{Begins, Exists, Has, In, Is};
        match self {
            Self::Name => matches!(op, Is | Begins | In | Has),
            Self::Tags => matches!(op, In | Has | Exists),
            Self::Type | Self::Id | Self::Format | Self::CreatedBy => matches!(op, Is | In),
            Self::Private | Self::Published | Self::Transparency => op == Is,
            Self::Path => matches!(op, Is | Begins | In),
            Self::Custom(_) => true,
            _ => !matches!(op, Begins | Has | Exists),
        }
    }

    /// A written value as this field's.
    fn value(&self, name: &str, raw: Raw, visit: &Visit<'_>) -> Result<Val, String> {
        match (self, raw) {
            (Self::Created | Self::Updated, raw) => instant(raw, visit.now).ok_or_else(|| {
                format!(
                    "{name} field must have a valid date value. Make sure the value is enclosed within quotes."
                )
            }),
            (Self::Width | Self::Height | Self::Size, Raw::Number(number)) => {
                Ok(Val::Number(number))
            }
            (Self::Size, Raw::Text(text)) => bytes(&text, visit.quirks().kilobyte)
                .ok_or_else(|| format!("{name} field must have a valid size value.")),
            (Self::Private | Self::Published | Self::Transparency, Raw::Flag(flag)) => {
                Ok(Val::Flag(flag))
            }
            (Self::Path, Raw::Text(text)) => Ok(Val::Text(normal(&text))),
            (Self::Custom(_), Raw::Number(number)) => Ok(Val::Number(number)),
            (Self::Custom(_), Raw::Flag(flag)) => Ok(Val::Flag(flag)),
            (
                Self::Name
                | Self::Tags
                | Self::Type
                | Self::Id
                | Self::Format
                | Self::CreatedBy
                | Self::Custom(_)
                | Self::Embedded(_),
                Raw::Text(text),
            ) => Ok(Val::Text(text)),
            (_, raw) => Err(format!("{name} field cannot have the value {raw:?}.")),
        }
    }

    /// What the row has in this field.
    fn values_of(&self, item: &Item<'_>) -> Vec<Val> {
        let text = |text: &str| vec![Val::Text(text.to_owned())];
        match self {
            Self::Name => text(item.name()),
            Self::Type => text(item.word()),
            Self::Id => text(item.id()),
            Self::Path => text(item.place()),
            Self::CreatedBy => text(ACCOUNT_EMAIL),
            Self::Created => vec![Val::At(item.created().0)],
            Self::Updated => vec![Val::At(item.updated().0)],
            _ => self.values_of_file(item).unwrap_or_default(),
        }
    }

    fn values_of_file(&self, item: &Item<'_>) -> Option<Vec<Val>> {
        let (file, content) = (item.file()?, item.content()?);
        let image = json::file_type(content) == "image";
        let side = |side: u32| image.then(|| vec![Val::Number(f64::from(side))]);
        let flag = |flag: bool| Some(vec![Val::Flag(flag)]);
        match self {
            Self::Tags => {
                let ai = file.ai_tags.iter().map(|tag| &tag.name);
                let all = file.tags.iter().chain(ai);
                Some(all.map(|tag| Val::Text(tag.clone())).collect())
            }
            Self::Width => side(content.sides.0),
            Self::Height => side(content.sides.1),
            Self::Size => Some(vec![Val::Number(content.size as f64)]),
            Self::Format => Some(vec![Val::Text(kinds::at(content.kind).format.to_owned())]),
            Self::Private => flag(file.private),
            Self::Published => flag(file.published),
            Self::Transparency => image.then(|| vec![Val::Flag(json::has_alpha(content))]),
            Self::Custom(name) => file.metadata.get(name).map(vals),
            Self::Embedded(name) if name == "DateTimeOriginal" && image => {
                Some(vec![Val::Text(json::stamp(content.created))])
            }
            _ => None,
        }
    }
}

fn vals(value: &Value) -> Vec<Val> {
    match value {
        Value::String(text) => vec![Val::Text(text.clone())],
        Value::Number(number) => vec![Val::Number(number.as_f64().unwrap_or_default())],
        Value::Bool(flag) => vec![Val::Flag(*flag)],
        Value::Array(values) => values.iter().flat_map(vals).collect(),
        _ => Vec::new(),
    }
}

/// A date, a time, or how long ago: `2020-01-01`, `2020-01-01T12:12:12`, `7d`. An `m` is a month.
fn instant(raw: Raw, now: Time) -> Option<Val> {
    let Raw::Text(text) = raw else {
        return None;
    };
    if let Some((unit_at, unit)) = text.char_indices().last()
        && let Ok(count) = text[..unit_at].parse::<u32>()
    {
        let length = match unit {
            'h' => HOUR,
            'd' => DAY,
            'w' => 7 * DAY,
            'm' => 30 * DAY,
            'y' => 365 * DAY,
            _ => return None,
        };
        return Some(Val::At(now.0 - i64::from(count) * length));
    }
    let whole = match text.len() {
        10 => format!("{text}T00:00:00"),
        _ => text,
    };
    Time::parse(&whole).map(|at| Val::At(at.0))
}

/// `10kb` or `1mb` in bytes.
fn bytes(text: &str, kilobyte: u64) -> Option<Val> {
    let text = text.to_ascii_lowercase();
    let (number, unit) = match text.strip_suffix("mb") {
        Some(number) => (number, kilobyte * kilobyte),
        None => match text.strip_suffix("kb") {
            Some(number) => (number, kilobyte),
            None => (&*text, 1),
        },
    };
    let number: f64 = number.trim().parse().ok()?;
    Some(Val::Number(number * unit as f64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_in_every_form() {
        let now = Time(1_790_000_000 * SECOND);
        let at = |text: &str| instant(Raw::Text(text.to_owned()), now);
        assert_eq!(at("7d"), Some(Val::At(now.0 - 7 * DAY)));
        assert_eq!(at("1m"), Some(Val::At(now.0 - 30 * DAY)));
        assert_eq!(at("1970-01-02"), Some(Val::At(DAY)));
        assert_eq!(at("1970-01-01T01:00:00"), Some(Val::At(HOUR)));
        for bad in ["", "d", "7x", "yesterday", "2020-13-01"] {
            assert_eq!(at(bad), None, "{bad}");
        }
        assert_eq!(instant(Raw::Number(7.0), now), None);
    }

    #[test]
    fn sizes_have_units() {
        assert_eq!(bytes("10kb", 1024), Some(Val::Number(10_240.0)));
        assert_eq!(bytes("1MB", 1000), Some(Val::Number(1e6)));
        assert_eq!(bytes("17", 1000), Some(Val::Number(17.0)));
        assert_eq!(bytes("lots", 1000), None);
    }

    #[test]
    fn words_are_found_by_their_beginning() {
        assert!(has("red-Summer_shirt.jpg", "red summ"));
        assert!(!has("red-Summer_shirt.jpg", "summ red"));
        assert!(!has("red", ""));
    }
}

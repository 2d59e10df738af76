//! JSON objects read field by field, so that one odd value costs only itself.
//!
//! Nothing here fails on a null, a wrong type, a number out of range, a key given twice or half a surrogate.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::model::Time;

/// An object's fields in their order, values unread.
pub(crate) struct Fields<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'a> Fields<'a> {
    /// The fields, if the text is a JSON object.
    pub(crate) fn of(json: &'a str) -> Option<Self> {
        serde_json::from_str(json).ok()
    }

    /// A field that is there and not null. Of two with one name the last counts.
    pub(crate) fn get(&self, key: &str) -> Option<&'a RawValue> {
        self.raw(key).filter(|value| value.get() != "null")
    }

    /// A field that is there, null or not.
    pub(crate) fn raw(&self, key: &str) -> Option<&'a RawValue> {
        self.0
            .iter()
            .rev()
            .find(|(name, _)| name == key)
            .map(|(_, value)| *value)
    }

    /// All fields in their order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &'a RawValue)> {
        self.0.iter().map(|(key, value)| (key.as_ref(), *value))
    }

    /// A string, and nothing else.
    pub(crate) fn string(&self, key: &str) -> Option<String> {
        string(self.get(key)?)
    }

    /// A string that says something.
    pub(crate) fn words(&self, key: &str) -> Option<String> {
        self.string(key).filter(|text| !text.is_empty())
    }

    /// A string, borrowed if it is written as it reads.
    pub(crate) fn text(&self, key: &str) -> Option<Cow<'a, str>> {
        text(self.get(key)?)
    }

    /// A time written as a string.
    pub(crate) fn time(&self, key: &str) -> Option<Time> {
        Time::parse(&self.text(key)?)
    }

    /// A number of any kind, also one in quotes.
    pub(crate) fn number(&self, key: &str) -> Option<f64> {
        number(self.get(key)?)
    }

    /// A count: whole, at least 0; a fraction is cut off, a number in quotes is read.
    pub(crate) fn count(&self, key: &str) -> Option<u64> {
        count(self.get(key)?)
    }

    /// A whole number that may be negative.
    pub(crate) fn signed(&self, key: &str) -> Option<i64> {
        serde_json::from_str(self.get(key)?.get()).ok()
    }

    /// A truth, also in quotes or as 0 or 1.
    pub(crate) fn flag(&self, key: &str) -> Option<bool> {
        flag(self.get(key)?)
    }

    /// An object.
    pub(crate) fn object(&self, key: &str) -> Option<Fields<'a>> {
        Fields::of(self.get(key)?.get())
    }

    /// An array, if it is one.
    pub(crate) fn array(&self, key: &str) -> Option<Vec<&'a RawValue>> {
        serde_json::from_str(self.get(key)?.get()).ok()
    }
}

/// The keys of an object among the fields, sorted, one a line: as a row keeps those of its metadata. Nulls are
/// no values.
pub(crate) fn keys(fields: &Fields<'_>, object: &str) -> String {
    fields.get(object).map(keys_of).unwrap_or_default()
}

/// The keys of an object, likewise.
pub(crate) fn keys_of(object: &RawValue) -> String {
    if object.get() == "{}" {
        return String::new();
    }
    let Some(own) = Fields::of(object.get()) else {
        return String::new();
    };
    let own = own.iter().filter(|(_, value)| value.get() != "null");
    let mut keys: Vec<&str> = own.map(|(key, _)| key).collect();
    keys.retain(|key| !key.is_empty() && !key.contains('\n'));
    keys.sort_unstable();
    keys.dedup();
    keys.join("\n")
}

/// A JSON string as text. Half a surrogate pair becomes a replacement character.
pub(crate) fn string(value: &RawValue) -> Option<String> {
    let inner = value.get().strip_prefix('"')?.strip_suffix('"')?;
    if !inner.contains('\\') {
        return Some(inner.to_owned());
    }
    serde_json::from_str::<Text>(value.get())
        .ok()
        .map(|text| text.0)
}

/// A JSON string as text, borrowed if it is written as it reads.
pub(crate) fn text(value: &RawValue) -> Option<Cow<'_, str>> {
    let inner = value.get().strip_prefix('"')?.strip_suffix('"')?;
    match inner.contains('\\') {
        true => string(value).map(Cow::Owned),
        false => Some(Cow::Borrowed(inner)),
    }
}

/// A string as it is, anything else as its JSON.
pub(crate) fn plain(value: &RawValue) -> String {
    string(value).unwrap_or_else(|| value.get().to_owned())
}

/// A number of any kind, also one in quotes.
pub(crate) fn number(value: &RawValue) -> Option<f64> {
    let number: f64 = value.get().trim_matches('"').trim().parse().ok()?;
    number.is_finite().then_some(number)
}

/// A truth, also in quotes or as 0 or 1.
pub(crate) fn flag(value: &RawValue) -> Option<bool> {
    match value.get().trim_matches('"') {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    }
}

/// A count: whole, at least 0; a fraction is cut off, a number in quotes is read.
pub(crate) fn count(value: &RawValue) -> Option<u64> {
    let text = value.get().trim_matches('"').trim();
    if let Ok(count) = text.parse() {
        return Some(count);
    }
    let number = number(value).filter(|number| *number >= 0.0)?;
    // A cast from float to integer saturates, so a huge number stays huge.
    Some(number as u64)
}

struct Text(String);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_byte_buf(TextVisitor)
    }
}

struct TextVisitor;

impl Visitor<'_> for TextVisitor {
    type Value = Text;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E>(self, text: &str) -> Result<Text, E> {
        Ok(Text(text.to_owned()))
    }

    fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Text, E> {
        Ok(Text(String::from_utf8_lossy(bytes).into_owned()))
    }
}

impl<'de> Deserialize<'de> for Fields<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(FieldsVisitor)
    }
}

struct FieldsVisitor;

impl<'de> Visitor<'de> for FieldsVisitor {
    type Value = Fields<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields<'de>, A::Error> {
        let mut fields = Vec::with_capacity(16);
        while let Some((key, value)) = map.next_entry::<Key<'de>, &'de RawValue>()? {
            fields.push((key.0, value));
        }
        Ok(Fields(fields))
    }
}

/// A key, borrowed if it is written as it reads.
pub(crate) struct Key<'a>(pub Cow<'a, str>);

impl<'de> Deserialize<'de> for Key<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(KeyVisitor)
    }
}

struct KeyVisitor;

impl<'de> Visitor<'de> for KeyVisitor {
    type Value = Key<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Key<'de>, E> {
        Ok(Key(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Key<'de>, E> {
        Ok(Key(Cow::Owned(text.to_owned())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_of_every_kind() {
        let cases = [
            ("7", Some(7)),
            ("18446744073709551615", Some(u64::MAX)),
            ("1.9", Some(1)),
            ("1e3", Some(1000)),
            ("1e30", Some(u64::MAX)),
            ("\"42\"", Some(42)),
            ("-1", None),
            ("1e999", None),
            ("\"x\"", None),
            ("null", None),
            ("true", None),
            ("{}", None),
            ("[1]", None),
        ];
        for (value, expected) in cases {
            let json = format!("{{\"size\": {value}}}");
            assert_eq!(
                Fields::of(&json).unwrap().count("size"),
                expected,
                "{value}"
            );
        }
    }

    #[test]
    fn strings_and_their_ruins() {
        let cases = [
            (r#""plain""#, Some("plain")),
            (r#""é \" \n""#, Some("é \" \n")),
            (r#""half \ud83d""#, Some("half \u{fffd}\u{fffd}\u{fffd}")),
            (r#""""#, Some("")),
            ("42", None),
            ("null", None),
            ("{}", None),
        ];
        for (value, expected) in cases {
            let json = format!("{{\"name\": {value}}}");
            assert_eq!(
                Fields::of(&json).unwrap().string("name").as_deref(),
                expected,
                "{value}"
            );
        }
    }

    #[test]
    fn flags_of_every_kind() {
        let cases = [
            ("true", Some(true)),
            ("\"true\"", Some(true)),
            ("1", Some(true)),
            ("false", Some(false)),
            ("0", Some(false)),
            ("null", None),
            ("\"maybe\"", None),
            ("[]", None),
        ];
        for (value, expected) in cases {
            let json = format!("{{\"is\": {value}}}");
            assert_eq!(Fields::of(&json).unwrap().flag("is"), expected, "{value}");
        }
    }

    #[test]
    fn the_last_of_two_counts_and_null_is_not_there() {
        let fields = Fields::of(r#"{"a": 1, "a": 2, "n": null, "k\u0065y": 3}"#).unwrap();
        assert_eq!(fields.count("a"), Some(2));
        assert!(fields.get("n").is_none() && fields.raw("n").is_some());
        assert_eq!(fields.count("key"), Some(3));
        assert!(Fields::of("[]").is_none() && Fields::of("{").is_none());
    }
}

//! Pages of files in one pass: of each row only the fields that a row shows are read, the rest is skipped.
//!
//! It reads what it can read whole, and nothing else: a page with one row that is no object is not for it.

use std::borrow::Cow;
use std::fmt;

use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess,
    Visitor,
};
use serde_json::value::RawValue;

use crate::model::FileRow;
use crate::service::wire::{Key, Types};

use super::{Listed, Parts};

/// A page, if all of it can be read at once.
pub(super) fn page(json: &str) -> Option<Listed<FileRow>> {
    let mut deserializer = serde_json::Deserializer::from_str(json);
    let page = deserializer.deserialize_map(PageVisitor).ok()?;
    deserializer.end().ok()?;
    Some(page)
}

struct PageVisitor;

impl<'de> Visitor<'de> for PageVisitor {
    type Value = Listed<FileRow>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a page")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let (mut rows, mut next, mut total) = (None, None, None);
        while let Some(key) = map.next_key::<Cow<'de, str>>()? {
            match key.as_ref() {
                "results" => rows = Some(map.next_value_seed(Rows)?),
                "next" => {
                    next = map.next_value::<Option<String>>()?;
                }
                "total" => {
                    let value = map.next_value::<&'de RawValue>()?;
                    total = serde_json::from_str(value.get()).ok();
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(Listed {
            rows: rows.ok_or_else(|| A::Error::missing_field("results"))?,
            next: next.filter(|link| !link.is_empty()),
            total,
        })
    }
}

struct Rows;

impl<'de> DeserializeSeed<'de> for Rows {
    type Value = Vec<FileRow>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Rows {
    type Value = Vec<FileRow>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("rows")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut rows: A) -> Result<Self::Value, A::Error> {
        let mut types = Types::default();
        let mut files = Vec::with_capacity(1000);
        while let Some(parts) = rows.next_element_seed(Row)? {
            files.push(parts.file(&mut types));
        }
        Ok(files)
    }
}

struct Row;

impl<'de> DeserializeSeed<'de> for Row {
    type Value = Parts<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Row {
    type Value = Parts<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a file")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut parts = Parts::default();
        while let Some(key) = map.next_key::<Key<'de>>()? {
            let part = match key.0.as_ref() {
                "uuid" => &mut parts.id,
                "original_filename" => &mut parts.name,
                "size" => &mut parts.size,
                "mime_type" => &mut parts.claimed,
                "datetime_uploaded" => &mut parts.uploaded,
                "datetime_stored" => &mut parts.stored,
                "datetime_removed" => &mut parts.removed,
                "is_ready" => &mut parts.ready,
                "is_image" => &mut parts.image,
                "metadata" => &mut parts.metadata,
                "content_info" => {
                    parts.detected = map.next_value_seed(Within(&["mime", "mime"]))?;
                    continue;
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                    continue;
                }
            };
            let value: &'de RawValue = map.next_value()?;
            *part = Some(value).filter(|value| value.get() != "null");
        }
        Ok(parts)
    }
}

/// The value at the end of a path of keys; nothing where something else than an object is on the way.
struct Within(&'static [&'static str]);

impl<'de> DeserializeSeed<'de> for Within {
    type Value = Option<&'de RawValue>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        match self.0 {
            [] => <&'de RawValue>::deserialize(deserializer).map(Some),
            _ => deserializer.deserialize_any(self),
        }
    }
}

impl<'de> Visitor<'de> for Within {
    type Value = Option<&'de RawValue>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut found = None;
        while let Some(key) = map.next_key::<Key<'de>>()? {
            match self.0.split_first() {
                Some((name, path)) if key.0 == *name => {
                    found = map.next_value_seed(Within(path))?
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(found)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<Self::Value, A::Error> {
        while values.next_element::<IgnoredAny>()?.is_some() {}
        Ok(None)
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{RawPage, Types, file};
    use super::*;

    #[test]
    fn in_one_go_as_row_by_row() {
        let uuid = r#""uuid": "21975c81-7f57-4c7a-aef9-acfe28779f78""#;
        let rows = [
            format!(r#"{{{uuid}, "size": 1, "size": 2, "is_image": true}}"#),
            format!(
                r#"{{{uuid}, "content_info": {{"mime": {{"mime": "a/b"}}, "image": {{"w": 1}}}}}}"#
            ),
            format!(
                r#"{{{uuid}, "content_info": {{"mime": {{"mime": ""}}}}, "mime_type": "c/d"}}"#
            ),
            format!(r#"{{{uuid}, "content_info": 5, "mime_type": "c\/d"}}"#),
            format!(r#"{{{uuid}, "content_info": {{"mime": null}}, "mime_type": "c/d"}}"#),
            format!(r#"{{{uuid}, "content_info": {{"mime": [{{"mime": "a/b"}}, -1.5, null]}}}}"#),
            format!(r#"{{{uuid}, "content_info": {{"mime": {{"mime": {{"mime": "a/b"}}}}}}}}"#),
            format!(r#"{{{uuid}, "content_info": {{"mime": {{"mime": "a\/b", "mime": null}}}}}}"#),
            format!(
                r#"{{{uuid}, "content_info": {{"mime": {{"mime": "a/b"}}, "mime": {{"mime": "c/d"}}}}}}"#
            ),
            format!(r#"{{{uuid}, "content_info": {{"mime": {{"mime": "a/b"}}, "mime": true}}}}"#),
            format!(
                r#"{{{uuid}, "content_info": {{"mime": {{"mime": "a/b"}}}}, "content_info": "x"}}"#
            ),
            format!(r#"{{{uuid}, "content_info": [[]], "size": null, "size": 7}}"#),
            format!(r#"{{{uuid}, "size": 7, "size": null, "metadata": {{"b": 1, "a": null}}}}"#),
            format!(r#"{{{uuid}, "is_ready": "false", "is_image": 1, "metadata": {{}}}}"#),
            format!(r#"{{{uuid}, "original_filename": "\ud83d \u00e9", "odd": "\ud83d"}}"#),
            format!(r#"{{{uuid}, "original_filename": [1, 2], "size": 1e400, "x": 1e400}}"#),
            format!(r#"{{{uuid}, "datetime_uploaded": "2022-09-28T15:53:36.082137Z"}}"#),
            format!(r#"{{{uuid}, "datetime_uploaded": 7, "datetime_removed": "never"}}"#),
            "{}".to_owned(),
        ];
        for row in rows {
            let json = format!(
                r#"{{"next": null, "total": -3, "results": [{row}, {row}], "per_page": 1}}"#
            );
            let swift = page(&json).unwrap();
            let slow = RawPage::of(&json).unwrap();
            let slow_rows: Vec<FileRow> = slow
                .results
                .iter()
                .map(|row| file(row, &mut Types::default()))
                .collect();
            assert_eq!(swift.rows, slow_rows, "{row}");
            assert_eq!((swift.next, swift.total), (slow.next, slow.total));
        }
    }

    #[test]
    fn what_is_not_for_it() {
        let cases = [
            r#"{"next": null, "results": [{}, null]}"#,
            r#"{"next": null, "results": [{}, 1e400]}"#,
            r#"{"next": 5, "results": []}"#,
            r#"{"next": null}"#,
            r#"{"next": null, "results": [{}]} x"#,
            r#"{"next": null, "results": [{}"#,
            "[]",
        ];
        for json in cases {
            assert!(page(json).is_none(), "{json}");
        }
    }
}

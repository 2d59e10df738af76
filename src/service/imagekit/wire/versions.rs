//! Versions of a file, row by row. Only `versionInfo.id` names one: its `fileId` may be the whole file's.

use serde_json::value::RawValue;

use crate::model::VersionRow;
use crate::service::wire::Fields;

/// The versions of one answer; rows that name none are left out.
pub(crate) fn rows(json: &str) -> Option<Vec<VersionRow>> {
    let rows: Vec<&RawValue> = serde_json::from_str(json).ok()?;
    Some(rows.iter().filter_map(|row| version(row)).collect())
}

fn version(row: &RawValue) -> Option<VersionRow> {
    let fields = Fields::of(row.get())?;
    let info = fields.object("versionInfo")?;
    Some(VersionRow {
        version: info.words("id")?,
        name: info.words("name").unwrap_or_default(),
        current: fields.string("type").as_deref() == Some("file"),
        size: fields.count("size").unwrap_or(0),
        mime: fields.string("mime").unwrap_or_default(),
        created: fields.time("createdAt"),
        url: fields.words("url"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_named_by_its_own_id() {
        let json = r#"[{"type": "file", "fileId": "f", "versionInfo": {"id": "v2", "name": "Version 2"}, "size": 7, "mime": "image/png"},
            {"type": "file-version", "fileId": "f", "versionInfo": {"id": "v1", "name": "Version 1"}},
            {"type": "file-version", "fileId": "f"}, null]"#;
        let rows = rows(json).unwrap();
        let told: Vec<_> = rows
            .iter()
            .map(|row| {
                (
                    row.version.as_str(),
                    row.name.as_str(),
                    row.current,
                    row.size,
                )
            })
            .collect();
        assert_eq!(
            told,
            [("v2", "Version 2", true, 7), ("v1", "Version 1", false, 0)]
        );
        assert!(super::rows("{}").is_none());
    }
}

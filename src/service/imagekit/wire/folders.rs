//! Folders of a listing, and what the service says of a change that it works on.

use serde_json::value::RawValue;

use crate::model::{FolderJob, FolderRow};
use crate::service::wire::Fields;

/// The folders of one answer.
#[derive(Debug, Default)]
pub(crate) struct Folders {
    /// How many rows came, of any kind.
    pub came: usize,
    /// The folders among them that have a path.
    pub folders: Vec<FolderRow>,
}

/// The folders of a listing, if the text is one.
pub(crate) fn page(json: &str) -> Option<Folders> {
    let rows: Vec<&RawValue> = serde_json::from_str(json).ok()?;
    Some(Folders {
        came: rows.len(),
        folders: rows.iter().filter_map(|row| folder(row)).collect(),
    })
}

fn folder(row: &RawValue) -> Option<FolderRow> {
    let fields = Fields::of(row.get())?;
    if fields.string("type").as_deref() != Some("folder") {
        return None;
    }
    let path = fields.words("folderPath")?;
    let path = path.trim_matches('/');
    (!path.is_empty()).then(|| FolderRow {
        path: format!("/{path}"),
        created: fields.time("createdAt"),
        updated: fields.time("updatedAt"),
    })
}

/// Where a change stands. There is no word for one that failed.
pub(crate) fn job(json: &str) -> Option<FolderJob> {
    let fields = Fields::of(json)?;
    let status = fields.words("status")?.to_lowercase();
    Some(match status.as_str() {
        "completed" => FolderJob::Done,
        "partial success" => FolderJob::Partly(fields.words("message").unwrap_or_default()),
        _ => FolderJob::Pending,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_have_a_path() {
        let json = r#"[{"type": "folder", "name": "summer", "folderPath": "/sale/summer/", "createdAt": "2023-04-21T03:03:00.869Z"},
            {"type": "file", "folderPath": "/x"}, {"type": "folder", "name": "x"}, {"type": "folder", "folderPath": "/"}, null, 7]"#;
        let page = page(json).unwrap();
        assert_eq!((page.came, page.folders.len()), (6, 1));
        assert_eq!(page.folders[0].path, "/sale/summer");
        assert!(page.folders[0].created.is_some() && page.folders[0].updated.is_none());
        assert!(super::page("{}").is_none());
    }

    #[test]
    fn where_a_change_stands() {
        let cases = [
            (
                r#"{"jobId": "x", "status": "Pending"}"#,
                Some(FolderJob::Pending),
            ),
            (
                r#"{"jobId": "x", "status": "Completed"}"#,
                Some(FolderJob::Done),
            ),
            (
                r#"{"status": "Partial success", "message": "Purge failed."}"#,
                Some(FolderJob::Partly("Purge failed.".to_owned())),
            ),
            (r#"{"jobId": "x"}"#, None),
            ("<html>", None),
        ];
        for (json, expected) in cases {
            assert_eq!(job(json), expected, "{json}");
        }
    }
}

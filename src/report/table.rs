//! The rows of `items.csv` and `problems.csv`, and the guard against cells that a spreadsheet would run.

use std::borrow::Cow;
use std::io::{self, Write};

use crate::model::{ItemRecord, JobSummary, Outcome, Time};

/// The columns, in order.
pub const COLUMNS: [&str; 22] = [
    "seq",
    "kind",
    "service",
    "project",
    "profile",
    "item_id",
    "name",
    "size_bytes",
    "mime_type",
    "uploaded_at",
    "stored_at",
    "verb",
    "outcome",
    "problem",
    "http_status",
    "attempts",
    "first_sent_at",
    "settled_at",
    "call",
    "request_id",
    "service_time",
    "evidence",
];

/// The columns that a redacted table holds nothing of, which their titles say.
const REDACTED: [&str; 4] = ["project", "profile", "name", "problem"];

/// The titles of a table. In a redacted one they mark it even where it has no rows; `project`: whether the
/// project's name is left out too.
pub(super) fn titles(redacted: bool, project: bool) -> impl Iterator<Item = Cow<'static, str>> {
    COLUMNS.into_iter().map(move |title| {
        if redacted && REDACTED.contains(&title) && (project || title != "project") {
            Cow::Owned(format!("{title}_redacted"))
        } else {
            Cow::Borrowed(title)
        }
    })
}

/// The cells of one item as they are meant, before the guard.
pub(super) type Row = [String; COLUMNS.len()];

/// The row of an item. Counted from 1, as people do.
pub(super) fn row(summary: &JobSummary, record: &ItemRecord) -> Row {
    let (item, source) = (&record.item, &summary.source);
    let settled = record.settled.as_ref();
    [
        (u64::from(record.seq) + 1).to_string(),
        summary.verb.kind().key().into(),
        source.service.key().into(),
        source.account.label().into(),
        source.profile_name.clone(),
        item.id.to_string(),
        item.name.clone(),
        text(item.size),
        item.mime.clone(),
        text(item.uploaded),
        text(item.stored),
        summary.verb.key().into(),
        text(record.outcome()),
        settled.map(|one| one.problem.clone()).unwrap_or_default(),
        text(record.http_status),
        record.attempts.to_string(),
        text(record.first_sent_at),
        text(settled.map(|one| one.settled_at)),
        text(record.call),
        text(record.request_id.as_ref()),
        text::<Time>(settled.and_then(|one| one.service_time)),
        text(settled.and_then(|one| one.evidence).map(|one| one.key())),
    ]
}

/// Whether the item belongs into `problems.csv`.
pub(super) fn is_not_done(record: &ItemRecord) -> bool {
    record.outcome() != Some(Outcome::Done)
}

fn text<T: ToString>(value: Option<T>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

/// Writes the header and the rows: RFC 4180, UTF-8, lines ended by CR LF. How many rows there were.
pub(super) fn write(
    out: impl Write,
    redacted: bool,
    rows: impl Iterator<Item = Row>,
) -> io::Result<u64> {
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(out);
    let titles: Vec<_> = titles(redacted, redacted).collect();
    let titles = titles.iter().map(|title| title.as_bytes());
    writer.write_record(titles).map_err(on_disk)?;
    let mut number = 0;
    for row in rows {
        let cells = row.iter().map(|cell| guarded(cell).into_owned());
        writer.write_record(cells).map_err(on_disk)?;
        number += 1;
    }
    writer.flush()?;
    Ok(number)
}

/// What the disk said: the library's own conversion hides it.
fn on_disk(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

/// Whether a spreadsheet may take a cell that begins so for a formula: `= + - @`, their full-width
/// forms, and what is skipped before one.
const fn is_run(first: char) -> bool {
    matches!(
        first,
        '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠'
    )
}

/// The cell with a leading `'` where a spreadsheet would run it, and where it begins with one
/// already: so `unguarded` undoes exactly this.
pub fn guarded(cell: &str) -> Cow<'_, str> {
    match cell.chars().next() {
        Some(first) if first == '\'' || is_run(first) => Cow::Owned(format!("'{cell}")),
        _ => Cow::Borrowed(cell),
    }
}

/// The cell as it was before [`guarded`]. A `'` that no guard put there stays.
pub(super) fn unguarded(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if rest.starts_with('\'') || rest.starts_with(is_run) => rest,
        _ => cell,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_guard_is_undone_exactly() {
        let cases = [
            ("", ""),
            ("plain.jpg", "plain.jpg"),
            ("=1+1", "'=1+1"),
            ("+49 30", "'+49 30"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "'\t=1"),
            ("\r=1", "'\r=1"),
            ("\n=1", "'\n=1"),
            ("＝1+1", "'＝1+1"),
            ("'", "''"),
            ("'quoted'", "''quoted'"),
            ("'=1+1", "''=1+1"),
            ("''=1+1", "'''=1+1"),
            ("a=1", "a=1"),
        ];
        for (cell, kept) in cases {
            assert_eq!(guarded(cell), kept, "{cell:?}");
            assert_eq!(unguarded(kept), cell, "{kept:?}");
        }
        assert_eq!(unguarded("'tis"), "'tis", "a list of somebody else");
    }

    #[test]
    fn a_full_disk_keeps_its_name() {
        struct Full;
        impl Write for Full {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::StorageFull.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let many = std::iter::repeat_n(Row::default(), 10_000);
        let error = write(Full, false, many).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::StorageFull);
    }

    #[test]
    fn lines_end_as_rfc_4180_says() {
        let mut out = Vec::new();
        let mut row = Row::default();
        row[6] = "a \"b\",\nc".into();
        assert_eq!(write(&mut out, false, std::iter::once(row)).unwrap(), 1);
        let text = String::from_utf8(out).unwrap();
        let (header, rest) = text.split_once("\r\n").unwrap();
        assert_eq!(header.split(',').collect::<Vec<_>>(), COLUMNS);
        assert_eq!(rest, ",,,,,,\"a \"\"b\"\",\nc\",,,,,,,,,,,,,,,\r\n");
    }
}

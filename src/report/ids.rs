//! Ids from a list or from a report's own `items.csv`: what `--ids` and *Select from file* read.

use std::collections::HashSet;

use crate::model::ItemId;

use super::table::unguarded;
use super::{ReportError, ReportErrorKind};

/// The column that holds ids; `id` is taken where there is no other.
const COLUMNS: [&str; 2] = ["item_id", "id"];

/// The ids of a list, one a line, or of a CSV with an `item_id` column; each once, in order.
///
/// Taken as they come: a byte order mark, CR LF, blank lines, quotes, `;` or tabs between the
/// columns, and the guard that a report puts before cells that a spreadsheet would run.
///
/// # Errors
/// Names the line that is not UTF-8, is not CSV, or has no id where others have one.
pub fn read_ids(text: &[u8]) -> Result<Vec<ItemId>, ReportError> {
    let text = utf8(text)?;
    let list = text.trim_start();
    let above = lines_in(&text.as_bytes()[..text.len() - list.len()]);
    let first = list.lines().next().unwrap_or_default();
    let ids = match header(first) {
        Header::Csv(delimiter, column) => from_csv(list, above, delimiter, column)?,
        Header::None => from_lines(list),
        Header::Other => {
            let what = "has several columns, none of them called item_id. Give a CSV with an \
                        item_id column, or ids one a line";
            return Err(bad(above + 1, what));
        }
    };
    let mut seen = HashSet::with_capacity(ids.len());
    Ok(ids
        .into_iter()
        .filter(|id| seen.insert(id.clone()))
        .collect())
}

fn utf8(text: &[u8]) -> Result<&str, ReportError> {
    let text = text.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(text);
    std::str::from_utf8(text).map_err(|error| {
        let line = 1 + lines_in(&text[..error.valid_up_to()]);
        bad(line, "is not UTF-8 text. Save the list as UTF-8")
    })
}

fn lines_in(text: &[u8]) -> u64 {
    text.iter().filter(|byte| **byte == b'\n').count() as u64
}

fn bad(line: u64, what: &str) -> ReportError {
    let message = format!("Line {line} of the list of ids {what}.");
    ReportError::new(ReportErrorKind::Input, message)
}

/// What the first line of a list is.
enum Header {
    /// Titles: what parts them, and which is the ids'.
    Csv(u8, usize),
    /// Titles, none of them the ids'.
    Other,
    /// An id already.
    None,
}

fn header(first: &str) -> Header {
    for name in COLUMNS {
        for delimiter in [b',', b';', b'\t'] {
            let titles: Vec<_> = first.split(char::from(delimiter)).map(title).collect();
            let place = titles.iter().position(|title| title == name);
            if let Some(place) = place.filter(|_| titles.len() > 1 || name == COLUMNS[0]) {
                return Header::Csv(delimiter, place);
            }
        }
    }
    match first.contains([',', ';', '\t']) {
        true => Header::Other,
        false => Header::None,
    }
}

fn title(cell: &str) -> String {
    cell.trim().trim_matches('"').trim().to_ascii_lowercase()
}

/// The column's cells. `above` lines stood before the text: errors name the line of the whole list.
fn from_csv(
    text: &str,
    above: u64,
    delimiter: u8,
    column: usize,
) -> Result<Vec<ItemId>, ReportError> {
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut ids = Vec::new();
    for row in reader.records() {
        let row = row.map_err(|error| {
            let line = error.position().map_or(0, csv::Position::line);
            bad(above + line, "is not CSV")
        })?;
        let line = row.position().map_or(0, csv::Position::line);
        match row.get(column).filter(|cell| !cell.is_empty()) {
            Some(cell) => ids.push(ItemId::new(unguarded(cell))),
            None if row.iter().all(|cell| cell.trim().is_empty()) => {}
            None => return Err(bad(above + line, "has no item_id")),
        }
    }
    Ok(ids)
}

fn from_lines(text: &str) -> Vec<ItemId> {
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(|line| {
            match line
                .strip_prefix('"')
                .and_then(|rest| rest.strip_suffix('"'))
            {
                Some(quoted) => ItemId::new(unguarded(&quoted.replace("\"\"", "\""))),
                None => ItemId::new(unguarded(line)),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_many_makes_are_read() {
        let cases: [(&str, &[&str]); 14] = [
            ("", &[]),
            ("\n \r\n", &[]),
            ("a\nb\na\n", &["a", "b"]),
            ("\u{FEFF}a\r\n\r\n  b  ", &["a", "b"]),
            ("\"a\"\n\"say \"\"b\"\"\"", &["a", "say \"b\""]),
            ("'=a\n'tis", &["=a", "'tis"]),
            ("item_id\na\n", &["a"]),
            (
                "seq,item_id,name\r\n1,a,\"x,\ny\"\r\n2,b,z\r\n1,a,w\r\n",
                &["a", "b"],
            ),
            ("\u{FEFF}\"name\",\"Item_ID\"\nx,\"'=1\"\n\n,\n", &["=1"]),
            ("\n \nname;item_id\nx;a\n", &["a"]),
            ("name\titem_id\nx\ta\n", &["a"]),
            ("id,name\na,x\n", &["a"]),
            ("id\na\n", &["id", "a"]),
            ("badfood-not-a-uuid\n9b~2", &["badfood-not-a-uuid", "9b~2"]),
        ];
        for (text, ids) in cases {
            let read =
                read_ids(text.as_bytes()).unwrap_or_else(|error| panic!("{text:?}: {error}"));
            let read: Vec<_> = read.iter().map(ItemId::as_str).collect();
            assert_eq!(read, ids, "{text:?}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_named_by_its_line() {
        let cases: [(&[u8], &str); 6] = [
            (b"\n\nname,item_id\nx,a\ny\n", "Line 5"),
            (b"a\nb\n\xFFc\n", "Line 3"),
            (b"\xEF\xBB\xBFa\nb\xC3", "Line 2"),
            (b"name,size\nx,1\n", "Line 1"),
            (b"name,item_id\nx,a\ny\n", "Line 3"),
            (b"name,item_id\nx,\n", "Line 2"),
        ];
        for (text, line) in cases {
            let error = read_ids(text).unwrap_err();
            assert_eq!(error.kind, ReportErrorKind::Input);
            assert!(error.message.starts_with(line), "{error}");
        }
    }
}

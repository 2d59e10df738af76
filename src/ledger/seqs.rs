//! The items of a call as text: `0-99,105`. Short for a chunk, and readable in any SQLite shell.

use std::fmt::Write as _;

/// Most items of one call that are read: no service takes as many. A damaged row must not fill the memory.
const MOST: usize = 100_000;

/// Writes places in the plan as ranges, in ascending order.
pub fn to_text(seqs: &[u32]) -> String {
    let mut sorted = seqs.to_vec();
    sorted.sort_unstable();
    let mut out = String::new();
    let mut rest = sorted.as_slice();
    while let Some(&first) = rest.first() {
        let run = rest
            .iter()
            .zip(first..=u32::MAX)
            .take_while(|(seq, expected)| **seq == *expected)
            .count();
        let comma = if out.is_empty() { "" } else { "," };
        // Writing to a String cannot fail.
        let _ = match run {
            0 | 1 => write!(out, "{comma}{first}"),
            _ => write!(out, "{comma}{first}-{}", rest[run - 1]),
        };
        rest = &rest[run.max(1)..];
    }
    out
}

/// Reads what [`to_text`] wrote. `None` if it did not write it.
pub fn from_text(text: &str) -> Option<Vec<u32>> {
    let mut out = Vec::new();
    for range in text.split(',').filter(|range| !range.is_empty()) {
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        let (first, last): (u32, u32) = (first.parse().ok()?, last.parse().ok()?);
        if last < first || out.len() + (last - first) as usize >= MOST {
            return None;
        }
        out.extend(first..=last);
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_round_trip() {
        let cases: [(&[u32], &str); 6] = [
            (&[], ""),
            (&[7], "7"),
            (&[0, 1, 2], "0-2"),
            (&[5, 3, 4, 9], "3-5,9"),
            (&[1, 3, 5, 6], "1,3,5-6"),
            (&[u32::MAX], "4294967295"),
        ];
        for (seqs, text) in cases {
            assert_eq!(to_text(seqs), text);
            let mut sorted = seqs.to_vec();
            sorted.sort_unstable();
            assert_eq!(from_text(text), Some(sorted));
        }
    }

    #[test]
    fn other_text_is_no_list() {
        let many = vec!["0-999"; 101].join(",");
        for text in ["x", "3-1", "1-", "1,,x", "0-4294967295", &many] {
            assert_eq!(from_text(text), None, "{text}");
        }
    }
}

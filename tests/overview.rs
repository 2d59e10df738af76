//! The overview against a naive count of the same rows.

#![allow(clippy::unwrap_used, reason = "a test may stop where it cannot go on")]

use std::collections::{BTreeMap, HashMap};

use jiff::tz::TimeZone;
use proptest::prelude::*;
use tallyman::catalogue::{Catalogue, LARGEST, Sum, overview};
use tallyman::model::{FileRow, FileState, Time};

const HOUR: i64 = 3_600_000_000;
const NOW: Time = Time(1_700_000_000_000_000);

fn rows() -> impl Strategy<Value = Vec<FileRow>> {
    let name = prop_oneof![Just(""), Just("a.png"), Just("b.png"), Just("ملف.pdf")];
    let mime = prop_oneof![
        Just("image/png"),
        Just("image/jpeg"),
        Just("video/mp4"),
        Just("")
    ];
    let size = prop_oneof![0..4_u64, Just(u64::MAX), 1_000..2_000_u64];
    let uploaded = prop_oneof![
        Just(None),
        (0..40_i64).prop_map(|hours| Some(Time(NOW.0 - hours * HOUR))),
        (0..3_000_i64).prop_map(|days| Some(Time(NOW.0 - days * 24 * HOUR))),
        Just(Some(Time(i64::MAX))),
    ];
    let dates = (prop::bool::weighted(0.7), prop::bool::weighted(0.1));
    let row = (name, mime, size, uploaded, dates);
    prop::collection::vec(row, 0..400).prop_map(|rows| {
        let rows = rows.into_iter().enumerate();
        rows.map(
            |(n, (name, mime, size, uploaded, (stored, removed)))| FileRow {
                name: name.to_owned(),
                mime: mime.into(),
                size,
                uploaded,
                folder: ["", "/a", "/a/b"][n % 3].into(),
                stored: (stored && !removed).then_some(NOW),
                removed: removed.then_some(NOW),
                ..FileRow::unknown(format!("{n:024x}").as_str().into())
            },
        )
        .collect()
    })
}

fn sum<'a>(rows: impl Iterator<Item = &'a FileRow>) -> Sum {
    rows.fold(Sum::default(), |sum, row| sum.with(row.size))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_number_is_that_of_a_naive_count(rows in rows()) {
        let mut catalogue = Catalogue::new();
        let epoch = catalogue.begin();
        catalogue.merge(epoch, rows.clone());
        catalogue.finish(epoch);
        let rows: Vec<&FileRow> = rows.iter().filter(|row| row.removed.is_none()).collect();
        let shown = overview(&catalogue, &TimeZone::UTC, NOW);
        let all = || rows.iter().copied();

        prop_assert_eq!(shown.all, sum(all()));
        for kind in &shown.types {
            prop_assert_eq!(kind.sum, sum(all().filter(|row| *row.mime == *kind.mime)));
        }
        prop_assert_eq!(shown.types.iter().map(|kind| kind.sum.files).sum::<u64>(), shown.all.files);

        let folders: u64 = shown.folders.iter().map(|folder| folder.sum.files).sum();
        prop_assert_eq!(folders, all().filter(|row| !row.folder.is_empty()).count() as u64);
        for folder in &shown.folders {
            prop_assert_eq!(folder.sum, sum(all().filter(|row| *row.folder == *folder.folder)));
        }

        let mut months: BTreeMap<String, Sum> = BTreeMap::new();
        let month = |row: &FileRow| row.uploaded.map(|t| t.format(&TimeZone::UTC, "%Y-%m")).filter(|m| !m.is_empty());
        for row in all() {
            if let Some(month) = month(row) {
                let sum = months.entry(month).or_default();
                *sum = sum.with(row.size);
            }
        }
        let counted: BTreeMap<String, Sum> =
            shown.months.iter().map(|sum| (sum.month.to_string(), sum.sum)).collect();
        prop_assert_eq!(counted, months);
        prop_assert_eq!(shown.undated, sum(all().filter(|row| month(row).is_none())));

        let mut sizes: Vec<u64> = all().map(|row| row.size).collect();
        sizes.sort_unstable_by(|a, b| b.cmp(a));
        sizes.truncate(LARGEST);
        let largest: Vec<u64> = shown.largest.iter().map(|ix| catalogue.row(*ix).size()).collect();
        prop_assert_eq!(largest, sizes);

        let mut same: HashMap<(&str, u64), u64> = HashMap::new();
        for row in all().filter(|row| !row.name.is_empty() && row.size > 0) {
            *same.entry((&row.name, row.size)).or_default() += 1;
        }
        same.retain(|_, files| *files > 1);
        prop_assert_eq!(shown.wasted.files, same.values().map(|files| files - 1).sum::<u64>());
        for repeat in &shown.repeats {
            let row = catalogue.row(repeat.row);
            prop_assert_eq!(same.get(&(row.name(), row.size())), Some(&repeat.files));
        }
        prop_assert_eq!(shown.repeats.len(), same.len().min(100));

        for (left, counted) in shown.hours_left.iter().enumerate() {
            let unstored = all().filter(|row| row.state() == FileState::Unstored);
            let there = unstored.filter(|row| {
                row.uploaded.is_some_and(|t| t.hours_left(24, NOW).min(23) == left as i64)
            });
            prop_assert_eq!(*counted, sum(there));
        }
    }
}

//! The catalogue against twins made of maps and plain sorts.

#[path = "../benches/common/mod.rs"]
mod common;

use std::cmp::Ordering;
use std::sync::Arc;

use proptest::prelude::*;
use tallyman::catalogue::{
    Catalogue, Change, Column, Filter, ProblemIndex, Query, RowIx, Sort, Totals, arrange,
    compare_names,
};
use tallyman::model::{FileRow, FileState, Time};

const NAMES: [&str; 12] = [
    "",
    "img2.jpg",
    "IMG10.jpg",
    "img010.png",
    "фото_Склад.jpg",
    "ФОТО 2.JPG",
    "製品カタログ.pdf",
    "report 2024 final.pdf",
    "Report 2024 FINAL (2).pdf",
    "very-long-common-prefix-a.txt",
    "very-long-common-prefix-b.txt",
    "größe.webp",
];
const TYPES: [&str; 4] = ["", "image/jpeg", "image/png", "application/pdf"];
const REASONS: [&str; 2] = ["locked", "Missing in the project"];

fn id() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => (0..30u32).prop_map(|n| format!("{n:08x}-7f57-4c7a-aef9-acfe28779f78")),
        2 => (0..9u32).prop_map(|n| format!("{n:024x}")),
        2 => (0..9u32).prop_map(|n| format!("Text id {n}")),
        1 => Just(String::new()),
    ]
}

fn time() -> impl Strategy<Value = Option<Time>> {
    prop::option::weighted(0.8, (0..20i64).prop_map(Time))
}

prop_compose! {
    fn file()(
        id in id(),
        name in prop::sample::select(&NAMES[..]),
        size in prop_oneof![0..10u64, any::<u64>()],
        mime in prop::sample::select(&TYPES[..]),
        uploaded in time(),
        stored in time(),
        removed in prop::option::weighted(0.1, Just(Time(7))),
        flags in (any::<bool>(), prop::bool::weighted(0.9)),
        folder in prop::sample::select(vec!["", "/", "/a", "/a/b 10", "/a/b 9"]),
        odd in prop::option::weighted(0.05, Just("odd".to_owned())),
    ) -> FileRow {
        FileRow {
            name: name.into(),
            size,
            mime: mime.into(),
            uploaded,
            stored,
            removed,
            image: flags.0,
            ready: flags.1,
            folder: folder.into(),
            odd,
            ..FileRow::unknown(id.as_str().into())
        }
    }
}

#[derive(Clone, Debug)]
enum Event {
    Begin,
    BeginRemoved,
    Page(Vec<FileRow>),
    Finish,
    Abandon,
    Apply(usize, Change),
    Clone,
}

fn event() -> impl Strategy<Value = Event> {
    let change = prop_oneof![
        Just(Change::Stored(Time(3))),
        Just(Change::Removed(Time(4))),
        Just(Change::Restored(None)),
        Just(Change::Restored(Some(Time(5)))),
        Just(Change::Gone),
    ];
    prop_oneof![
        2 => Just(Event::Begin),
        1 => Just(Event::BeginRemoved),
        6 => prop::collection::vec(file(), 0..12).prop_map(Event::Page),
        2 => Just(Event::Finish),
        1 => Just(Event::Abandon),
        5 => (0..60usize, change).prop_map(|(row, change)| Event::Apply(row, change)),
        1 => Just(Event::Clone),
    ]
}

#[derive(Clone, Debug, PartialEq)]
struct TwinRow {
    row: FileRow,
    gone: bool,
    /// In which listing it was seen, and touched.
    seen: Option<u64>,
    touched: Option<u64>,
}

/// One listing at a time, rows in a vector.
#[derive(Default)]
struct Twin {
    rows: Vec<TwinRow>,
    listing: Option<(u64, bool, usize)>,
}

impl Twin {
    fn merge(&mut self, epoch: u64, page: Vec<FileRow>) {
        for row in page {
            let known = self
                .rows
                .iter()
                .position(|twin| twin.row.id == row.id && !row.id.as_str().is_empty());
            let Some(at) = known else {
                self.rows.push(TwinRow {
                    row,
                    gone: false,
                    seen: Some(epoch),
                    touched: None,
                });
                continue;
            };
            let twin = &mut self.rows[at];
            let (stored, removed) = (twin.row.stored, twin.row.removed);
            twin.row = row;
            twin.seen = Some(epoch);
            if twin.touched == Some(epoch) {
                (twin.row.stored, twin.row.removed) = (stored, removed);
            } else {
                twin.gone = false;
            }
        }
    }

    fn finish(&mut self) -> usize {
        let Some((epoch, removed, slots)) = self.listing.take() else {
            return 0;
        };
        let mut lost = 0;
        for twin in &mut self.rows[..slots] {
            let covered = twin.row.removed.is_some() == removed;
            let known = twin.seen == Some(epoch) || twin.touched == Some(epoch);
            if covered && !twin.gone && !known {
                twin.gone = true;
                lost += 1;
            }
        }
        lost
    }

    fn apply(&mut self, at: usize, change: Change) {
        let epoch = self.listing.map(|(epoch, ..)| epoch);
        let twin = &mut self.rows[at];
        twin.touched = epoch;
        twin.gone = change == Change::Gone;
        match change {
            Change::Stored(time) => (twin.row.stored, twin.row.removed) = (Some(time), None),
            Change::Removed(time) => (twin.row.stored, twin.row.removed) = (None, Some(time)),
            Change::Restored(time) => (twin.row.stored, twin.row.removed) = (time, None),
            Change::Gone => {}
        }
    }

    fn sum(&self, state: FileState) -> (u64, u128) {
        let rows = self.rows.iter();
        let of = rows.filter(|twin| !twin.gone && twin.row.state() == state);
        of.fold((0, 0), |(files, bytes), twin| {
            (files + 1, bytes + u128::from(twin.row.size))
        })
    }
}

fn check_same(catalogue: &Catalogue, twin: &Twin) {
    assert_eq!(catalogue.slots(), twin.rows.len());
    for (at, expected) in twin.rows.iter().enumerate() {
        let row = catalogue.row(at as RowIx);
        assert_eq!(row.file_row(), expected.row);
        assert_eq!(row.is_gone(), expected.gone);
        assert_eq!(row.state(), expected.row.state());
        let found = catalogue.find(expected.row.id.as_str());
        let has_id = !expected.row.id.as_str().is_empty();
        assert_eq!(found, has_id.then_some(at as RowIx));
    }
    check_totals(catalogue.totals(), twin);
}

fn check_totals(totals: &Totals, twin: &Twin) {
    for state in [
        FileState::Stored,
        FileState::Unstored,
        FileState::Processing,
        FileState::Removed,
    ] {
        let (files, bytes) = twin.sum(state);
        assert_eq!(totals.of(state).files, files);
        assert_eq!(
            totals.of(state).bytes,
            u64::try_from(bytes).unwrap_or(u64::MAX)
        );
    }
}

proptest! {
    #[test]
    fn listings_and_outcomes_merge_as_the_twin_says(
        events in prop::collection::vec(event(), 0..40),
    ) {
        let (mut catalogue, mut twin) = (Catalogue::new(), Twin::default());
        let mut snapshots = Vec::new();
        for event in events {
            match event {
                Event::Begin | Event::BeginRemoved => {
                    if let Some((epoch, ..)) = twin.listing {
                        catalogue.abandon(epoch);
                    }
                    let removed = matches!(event, Event::BeginRemoved);
                    let epoch = match removed {
                        true => catalogue.begin_removed(),
                        false => catalogue.begin(),
                    };
                    twin.listing = Some((epoch, removed, twin.rows.len()));
                }
                Event::Page(page) => match twin.listing {
                    Some((epoch, ..)) => {
                        catalogue.merge(epoch, page.clone());
                        twin.merge(epoch, page);
                    }
                    None => catalogue.merge(0, page),
                },
                Event::Finish => {
                    let epoch = twin.listing.map_or(0, |(epoch, ..)| epoch);
                    prop_assert_eq!(catalogue.finish(epoch), twin.finish());
                }
                Event::Abandon => {
                    if let Some((epoch, ..)) = twin.listing.take() {
                        catalogue.abandon(epoch);
                    }
                }
                Event::Apply(at, change) if at < twin.rows.len() => {
                    let before = catalogue.generation();
                    catalogue.apply(at as RowIx, change);
                    twin.apply(at, change);
                    prop_assert_ne!(catalogue.generation(), before);
                }
                Event::Apply(..) => {}
                Event::Clone => {
                    let copy = Twin { rows: twin.rows.clone(), listing: None };
                    snapshots.push((catalogue.clone(), copy));
                }
            }
            check_same(&catalogue, &twin);
        }
        for (snapshot, twin) in snapshots {
            check_same(&snapshot, &twin);
        }
    }

    #[test]
    fn filter_and_sort_do_what_the_twin_does(
        rows in prop::collection::vec(file(), 0..60),
        text in prop::sample::select(vec![
            "", "IMG", "2024 report", "ФОТО", "склад", "カタログ", "nothing", "00000003", "3", "text ID 4",
            "TEXT id 4 x", "GRÖSSE", "GRÖẞE", "7f57-4c7a",
        ]),
        state in prop::option::of(prop::sample::select(vec![
            FileState::Stored, FileState::Unstored, FileState::Processing, FileState::Removed,
        ])),
        only in prop::option::of(prop::collection::vec(0..60u32, 0..40)),
        removed_view in any::<bool>(),
        folder in prop::option::weighted(0.2, Just("/a".to_owned())),
        flat in any::<bool>(),
        column in prop::sample::select(&Column::ALL[..]),
        descending in any::<bool>(),
        gone in prop::collection::vec(0..60u32, 0..6),
    ) {
        let mut catalogue = Catalogue::new();
        let epoch = catalogue.begin();
        catalogue.merge(epoch, rows);
        let slots = catalogue.slots() as RowIx;
        for ix in gone.into_iter().filter(|&ix| ix < slots) {
            catalogue.apply(ix, Change::Gone);
        }
        let mut problems = ProblemIndex::default();
        for ix in (0..slots).filter(|ix| ix % 5 == 0) {
            problems.set(ix, REASONS[ix as usize % 2]);
        }
        let sort = Sort { column, descending };
        let query = Query {
            filter: Filter::of(text).unwrap(),
            state,
            only: only.clone().map(|rows| Arc::new(rows.into_iter().collect())),
            folder: folder.clone(),
            flat,
            removed_view,
            ..Query::default()
        };
        let shown = arrange(&catalogue, &query, sort, &problems);
        let mut expected: Vec<RowIx> = (0..slots)
            .filter(|&ix| is_shown(&catalogue, ix, text, &query, only.as_deref()))
            .collect();
        expected.sort_by(|&a, &b| twin_order(&catalogue, &problems, sort, a, b));
        prop_assert_eq!(&shown.order[..], &expected[..]);
        let bytes: u128 = expected.iter().map(|&ix| u128::from(catalogue.row(ix).size())).sum();
        prop_assert_eq!(shown.bytes, u64::try_from(bytes).unwrap_or(u64::MAX));
        prop_assert_eq!(shown.sum().files, expected.len() as u64);
        for &ix in &expected {
            prop_assert_eq!(shown.selectable.contains(ix), catalogue.row(ix).has_id());
        }
    }
}

fn is_shown(
    catalogue: &Catalogue,
    ix: RowIx,
    text: &str,
    query: &Query,
    only: Option<&[RowIx]>,
) -> bool {
    let row = catalogue.row(ix);
    let name = row.name().to_lowercase();
    let id = row.id().to_lowercase();
    let has = |word: &str| {
        let word = word.to_lowercase();
        name.contains(&word) || id == word || word.chars().count() >= 8 && id.contains(&word)
    };
    !row.is_gone()
        && row.removed().is_some() == query.removed_view
        && query.state.is_none_or(|state| state == row.state())
        && only.is_none_or(|rows| rows.contains(&ix))
        && (query.folder.is_none()
            || row.folder() == "/a"
            || !query.flat && row.folder().starts_with("/a/"))
        && text.split_whitespace().all(has)
}

/// Rows without a value last in both directions, then newest first, then as they came.
fn twin_order(
    catalogue: &Catalogue,
    problems: &ProblemIndex,
    sort: Sort,
    a: RowIx,
    b: RowIx,
) -> Ordering {
    let (left, right) = (catalogue.row(a), catalogue.row(b));
    fn by<T>(
        a: Option<T>,
        b: Option<T>,
        down: bool,
        compare: impl Fn(&T, &T) -> Ordering,
    ) -> Ordering {
        match (a, b) {
            (Some(a), Some(b)) if down => compare(&b, &a),
            (Some(a), Some(b)) => compare(&a, &b),
            (a, b) => b.is_some().cmp(&a.is_some()),
        }
    }
    let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let natural = |a: &String, b: &String| compare_names(a, b).then_with(|| a.cmp(b));
    let down = sort.descending;
    let first = match sort.column {
        Column::State => by(
            Some(left.state()),
            Some(right.state()),
            down,
            FileState::cmp,
        )
        .then_with(|| match left.state() {
            // The fewest hours left first, and what went first.
            FileState::Unstored => by(left.uploaded(), right.uploaded(), down, Time::cmp),
            FileState::Removed => by(left.removed(), right.removed(), down, Time::cmp),
            _ => Ordering::Equal,
        }),
        Column::Size => by(Some(left.size()), Some(right.size()), down, u64::cmp),
        Column::Uploaded => by(left.uploaded(), right.uploaded(), down, Time::cmp),
        Column::Stored => by(left.stored(), right.stored(), down, Time::cmp),
        Column::Name => by(text(left.name()), text(right.name()), down, |a, b| {
            compare_names(a, b)
        }),
        Column::Path => by(text(left.folder()), text(right.folder()), down, natural),
        Column::Type => by(text(left.mime()), text(right.mime()), down, natural),
        Column::Id => by(text(&left.id()), text(&right.id()), down, String::cmp),
        Column::Problem => by(
            problems.get(a).map(str::to_owned),
            problems.get(b).map(str::to_owned),
            down,
            natural,
        ),
    };
    first
        .then_with(|| by(left.uploaded(), right.uploaded(), true, Time::cmp))
        .then_with(|| a.cmp(&b))
}

#[test]
fn two_threads_sort_as_one() {
    let mut catalogue = Catalogue::new();
    let epoch = catalogue.begin();
    catalogue.merge(epoch, (0..21_000).map(common::realistic).collect());
    let problems = ProblemIndex::default();
    for (column, descending) in Column::ALL
        .into_iter()
        .zip([false, true].into_iter().cycle())
    {
        let sort = Sort { column, descending };
        let shown = arrange(&catalogue, &Query::default(), sort, &problems);
        let sorted = shown
            .order
            .is_sorted_by(|&a, &b| twin_order(&catalogue, &problems, sort, a, b).is_lt());
        assert!(sorted, "{column:?}, descending {descending}");
    }
}

/// A single reason once had the same key as none, turned over.
#[test]
fn rows_without_a_problem_come_last_in_both_directions() {
    let mut catalogue = Catalogue::new();
    let epoch = catalogue.begin();
    catalogue.merge(epoch, (0..3).map(common::realistic).collect());
    let mut problems = ProblemIndex::default();
    problems.set(1, "locked");
    for descending in [false, true] {
        let column = Column::Problem;
        let sort = Sort { column, descending };
        let shown = arrange(&catalogue, &Query::default(), sort, &problems);
        assert_eq!(shown.order[..], [1, 0, 2]);
    }
}

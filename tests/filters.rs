//! The filter language and the order against twins that look at one row at a time; any text against the
//! parser; a selection through everything that happens to a list.

#![allow(clippy::unwrap_used, reason = "a test may stop where it cannot go on")]

use std::cmp::Ordering;
use std::collections::BTreeSet;

use jiff::tz::TimeZone;
use proptest::prelude::*;
use tallyman::catalogue::query::{Clock, complete};
use tallyman::catalogue::{
    Arranger, Catalogue, Change, Column, Filter, Members, Modifiers, Order, ProblemIndex, Query,
    RowIx, Seen, Selection, Sort, compare_names,
};
use tallyman::model::{FileRow, FileState, ItemId, Time};

const DAY: i64 = 24 * 3_600_000_000;
/// 2024-03-15T12:00:00Z.
const NOW: i64 = 1_710_504_000_000_000;

fn clock() -> Clock {
    Clock {
        now: Time(NOW),
        zone: TimeZone::UTC,
    }
}

const NAMES: [&str; 11] = [
    "",
    "img2.jpg",
    "IMG10.JPG",
    "фото_Склад.jpg",
    "製品カタログ.pdf",
    "report 2024 final.pdf",
    "Report (2).pdf",
    ".profile",
    "größe.webp",
    "or",
    "00000003-7f57",
];
const TYPES: [&str; 5] = [
    "",
    "image/jpeg",
    "Image/PNG",
    "application/pdf",
    "image/svg+xml",
];
const FOLDERS: [&str; 4] = ["", "/", "/Shop", "/Shop/Summer 24"];

fn time() -> impl Strategy<Value = Option<Time>> {
    let days = prop_oneof![Just(0_i64), 1..40_i64, 300..500_i64];
    let time = (days, 0..DAY).prop_map(|(days, rest)| Time(NOW - days * DAY - rest % (DAY / 3)));
    prop::option::weighted(0.85, time)
}

fn id() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => (0..40u32).prop_map(|n| format!("{n:08x}-7f57-4c7a-aef9-acfe28779f78")),
        2 => (0..9u32).prop_map(|n| format!("{n:024x}")),
        2 => (0..9u32).prop_map(|n| format!("Text-{n}")),
        1 => Just(String::new()),
    ]
}

prop_compose! {
    fn file()(
        id in id(),
        name in prop_oneof![3 => prop::sample::select(&NAMES[..]).prop_map(str::to_owned), 1 => "\\PC{0,8}"],
        size in prop_oneof![0..3000u64, 999_000..1_001_000u64, any::<u64>()],
        mime in prop::sample::select(&TYPES[..]),
        dates in (time(), time(), prop::option::weighted(0.15, Just(Time(NOW - DAY)))),
        ready in prop::bool::weighted(0.9),
        folder in prop::sample::select(&FOLDERS[..]),
        odd in prop::option::weighted(0.1, Just("Its date is odd".to_owned())),
    ) -> FileRow {
        FileRow {
            name,
            size,
            mime: mime.into(),
            uploaded: dates.0,
            stored: dates.1,
            removed: dates.2,
            ready,
            folder: folder.into(),
            odd,
            ..FileRow::unknown(id.as_str().into())
        }
    }
}

/// A filter as a person means it, and as it is typed.
#[derive(Clone, Debug)]
enum Meant {
    Word(&'static str),
    Name(&'static str),
    Ext(&'static str),
    Type(&'static str),
    Size(&'static str, u64),
    Span(u64, u64),
    Uploaded(&'static str, i16, Option<i8>),
    StoredNone,
    Age(bool, i64),
    State(FileState),
    In(&'static str),
    Problem(&'static str),
    Id(&'static str),
    Path(&'static str),
    Not(Box<Meant>),
    And(Vec<Meant>),
    Or(Vec<Meant>),
}

const OPS: [&str; 5] = [":", "<", "<=", ">", ">="];
const STATES: [FileState; 4] = [
    FileState::Stored,
    FileState::Unstored,
    FileState::Processing,
    FileState::Removed,
];

fn meant() -> impl Strategy<Value = Meant> {
    fn one(values: &'static [&'static str]) -> impl Strategy<Value = &'static str> {
        prop::sample::select(values)
    }
    let size = prop_oneof![0..3000u64, Just(1_000_000), Just(u64::MAX)];
    let month = prop::option::of(1..=12i8);
    let leaf = prop_oneof![
        one(&[
            "img",
            "СКЛАД",
            "カタログ",
            "2024",
            "ß",
            "00000003",
            "text-4",
            "nope",
            "(2)",
            "7f57-4c7a"
        ])
        .prop_map(Meant::Word),
        one(&["report 2024", "фото", "."]).prop_map(Meant::Name),
        one(&["jpg", "PDF", "none", "webp"]).prop_map(Meant::Ext),
        one(&["image", "jpeg", "image/png", "SVG", "none", "zip"]).prop_map(Meant::Type),
        (one(&OPS), size.clone()).prop_map(|(op, size)| Meant::Size(op, size)),
        (0..2000u64, 2000..1_000_001u64).prop_map(|(a, b)| Meant::Span(a, b)),
        (one(&OPS), 2022..2026i16, month).prop_map(|(op, y, m)| Meant::Uploaded(op, y, m)),
        Just(Meant::StoredNone),
        (any::<bool>(), 0..45i64).prop_map(|(more, days)| Meant::Age(more, days)),
        prop::sample::select(&STATES[..]).prop_map(Meant::State),
        one(&["any", "g1", "g", "G2", "x"]).prop_map(Meant::In),
        one(&["any", "none", "LOCK", "odd"]).prop_map(Meant::Problem),
        one(&["0", "0000000", "text", "00000003-7"]).prop_map(Meant::Id),
        one(&["/", "/shop", "/Shop/Summer 24", "summer", "none"]).prop_map(Meant::Path),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|part| Meant::Not(Box::new(part))),
            prop::collection::vec(inner.clone(), 2..4).prop_map(Meant::And),
            prop::collection::vec(inner, 2..4).prop_map(Meant::Or),
        ]
    })
}

impl Meant {
    fn typed(&self) -> String {
        let quoted = |key: &str, value: &str| match value.contains(' ') {
            true => format!("{key}:\"{value}\""),
            false => format!("{key}:{value}"),
        };
        let all = |parts: &[Self], between: &str| {
            let parts: Vec<_> = parts.iter().map(Self::typed).collect();
            format!("({})", parts.join(between))
        };
        match self {
            Self::Word(word) if word.starts_with('(') => format!("\"{word}\""),
            Self::Word(word) => (*word).to_owned(),
            Self::Name(name) => quoted("name", name),
            Self::Ext(ext) => quoted("ext", ext),
            Self::Type(kind) => quoted("TYPE", kind),
            Self::Size(op, size) => format!("size{op}{size}"),
            Self::Span(from, to) => format!("size:{from}..{to}b"),
            Self::Uploaded(op, year, None) => format!("uploaded{op}{year}"),
            Self::Uploaded(op, year, Some(month)) => format!("uploaded{op}{year}-{month:02}"),
            Self::StoredNone => "stored:none".to_owned(),
            Self::Age(more, days) => format!("age{}{days}d", if *more { '>' } else { '<' }),
            Self::State(state) => format!("state:{}", state.key()),
            Self::In(group) => quoted("in", group),
            Self::Problem(words) => quoted("problem", words),
            Self::Id(start) => quoted("id", start),
            Self::Path(path) => quoted("path", path),
            Self::Not(part) => format!("-{}", part.typed()),
            Self::And(parts) => all(parts, " "),
            Self::Or(parts) => all(parts, " or "),
        }
    }

    fn fits(&self, row: &Row<'_>) -> bool {
        let file = row.file;
        let low = |text: &str| text.to_lowercase();
        match self {
            Self::Word(word) => {
                let (word, id) = (low(word), low(file.id.as_str()));
                let long = word.chars().count() >= 8;
                low(&file.name).contains(&word) || id == word || long && id.contains(&word)
            }
            Self::Name(name) => low(&file.name).contains(&low(name)),
            Self::Ext("none") => {
                let name = low(&file.name);
                let (before, ext) = name.rsplit_once('.').unwrap_or_default();
                let has_ext = !before.is_empty()
                    && (1..=10).contains(&ext.len())
                    && !ext.contains(char::is_whitespace);
                !has_ext
            }
            Self::Ext(ext) => {
                let end = format!(".{}", low(ext));
                let name = low(&file.name);
                name.len() > end.len() && name.ends_with(&end)
            }
            Self::Type(kind) => row.is_type(&low(kind)),
            Self::Size(op, size) => by(op, file.size, *size, *size),
            Self::Span(from, to) => (*from..=*to).contains(&file.size),
            Self::Uploaded(op, year, month) => file.uploaded.is_some_and(|time| {
                let day = time.to_day(&TimeZone::UTC);
                let wanted = match month {
                    Some(month) => format!("{year}-{month:02}"),
                    None => year.to_string(),
                };
                by(op, &day[..wanted.len()], wanted.as_str(), wanted.as_str())
            }),
            Self::StoredNone => file.stored.is_none(),
            Self::Age(more, days) => file.uploaded.is_some_and(|time| {
                let age = NOW - time.0;
                if *more {
                    age > days * DAY
                } else {
                    age < days * DAY
                }
            }),
            Self::State(state) => file.state() == *state,
            Self::In("any") => row.groups().next().is_some(),
            Self::In(start) => row.groups().any(|group| group.starts_with(&low(start))),
            Self::Problem("any") => row.said().next().is_some(),
            Self::Problem("none") => row.said().next().is_none(),
            Self::Problem(words) => row.said().any(|said| low(said).contains(&low(words))),
            Self::Id(start) => low(file.id.as_str()).starts_with(&low(start)),
            Self::Path("none") => file.folder.is_empty(),
            Self::Path("/") => !file.folder.is_empty(),
            Self::Path(path) if path.starts_with('/') => {
                let (folder, path) = (low(&file.folder), low(path));
                folder == path || folder.starts_with(&format!("{path}/"))
            }
            Self::Path(part) => low(&file.folder).contains(&low(part)),
            Self::Not(part) => !part.fits(row),
            Self::And(parts) => parts.iter().all(|part| part.fits(row)),
            Self::Or(parts) => parts.iter().any(|part| part.fits(row)),
        }
    }
}

fn by<T: PartialOrd>(op: &str, value: T, least: T, most: T) -> bool {
    match op {
        "<" => value < least,
        "<=" => value <= most,
        ">" => value > most,
        ">=" => value >= least,
        _ => least <= value && value <= most,
    }
}

struct Row<'a> {
    file: &'a FileRow,
    problem: Option<&'a str>,
    members: &'a [(&'a str, Vec<ItemId>)],
}

impl Row<'_> {
    fn is_type(&self, word: &str) -> bool {
        let mime = self.file.mime.to_lowercase();
        let (main, sub) = mime.split_once('/').unwrap_or((mime.as_str(), ""));
        match word {
            "none" => mime.is_empty(),
            "svg" => sub == "svg+xml",
            _ => [mime.as_str(), main, sub].contains(&word),
        }
    }

    fn groups(&self) -> impl Iterator<Item = &str> {
        let id = &self.file.id;
        let named = !id.as_str().is_empty();
        let groups = self.members.iter();
        groups
            .filter(move |(_, files)| named && files.contains(id))
            .map(|(group, _)| *group)
    }

    fn said(&self) -> impl Iterator<Item = &str> {
        self.problem.into_iter().chain(self.file.odd.as_deref())
    }
}

/// A catalogue and all that is known beside it.
struct Shop {
    catalogue: Catalogue,
    problems: ProblemIndex,
    groups: Vec<(&'static str, Vec<ItemId>)>,
    members: Members,
}

impl Shop {
    fn of(rows: Vec<FileRow>) -> Self {
        let mut catalogue = Catalogue::new();
        let epoch = catalogue.begin();
        catalogue.merge(epoch, rows);
        let mut problems = ProblemIndex::default();
        for ix in (0..catalogue.slots() as RowIx).step_by(5) {
            problems.set(ix, ["is locked", "Missing"][ix as usize % 2]);
        }
        let ids = |every: usize| -> Vec<ItemId> {
            let rows = (0..catalogue.slots() as RowIx).step_by(every);
            rows.map(|ix| ItemId::new(catalogue.row(ix).id().as_ref()))
                .collect()
        };
        let groups = vec![("g1", ids(3)), ("g2", ids(4))];
        let mut members = Members::default();
        for (group, files) in &groups {
            members.set(&group.to_uppercase(), files.clone());
        }
        Self {
            catalogue,
            problems,
            groups,
            members,
        }
    }

    fn query(&self, filter: &str, removed_view: bool) -> Query {
        Query {
            filter: Filter::parse(filter, &clock()).unwrap(),
            removed_view,
            members: self.members.clone(),
            ..Query::default()
        }
    }

    /// What should be shown, looked at row by row.
    fn expected(&self, meant: Option<&Meant>, removed_view: bool, order: Order) -> Vec<RowIx> {
        let mut rows: Vec<RowIx> = (0..self.catalogue.slots() as RowIx)
            .filter(|&ix| {
                let row = self.catalogue.row(ix);
                let file = row.file_row();
                let seen = Row {
                    file: &file,
                    problem: self.problems.get(ix),
                    members: &self.groups,
                };
                !row.is_gone()
                    && row.removed().is_some() == removed_view
                    && meant.is_none_or(|meant| meant.fits(&seen))
            })
            .collect();
        let newest = Sort::default();
        rows.sort_by(|&a, &b| {
            let by_keys = self.compare(order.first, a, b).then_with(|| {
                order
                    .second
                    .map_or(Ordering::Equal, |key| self.compare(key, a, b))
            });
            let last = order.second.unwrap_or(order.first);
            by_keys
                .then_with(|| match last.column {
                    Column::State => self.compare_beside_state(last.descending, a, b),
                    _ => Ordering::Equal,
                })
                .then_with(|| self.compare(newest, a, b))
        });
        rows
    }

    /// Files of one state: by the hours left, by the time they went.
    fn compare_beside_state(&self, down: bool, a: RowIx, b: RowIx) -> Ordering {
        let (left, right) = (self.catalogue.row(a), self.catalogue.row(b));
        let (left, right) = match left.state() {
            FileState::Unstored => (left.uploaded(), right.uploaded()),
            FileState::Removed => (left.removed(), right.removed()),
            _ => return Ordering::Equal,
        };
        match (left, right) {
            (Some(left), Some(right)) if down => right.cmp(&left),
            (Some(left), Some(right)) => left.cmp(&right),
            (left, right) => right.is_some().cmp(&left.is_some()),
        }
    }

    /// Rows without a value come last in both directions.
    fn compare(&self, sort: Sort, a: RowIx, b: RowIx) -> Ordering {
        let (left, right) = (self.catalogue.row(a), self.catalogue.row(b));
        fn of<T>(
            a: Option<T>,
            b: Option<T>,
            down: bool,
            by: impl Fn(&T, &T) -> Ordering,
        ) -> Ordering {
            match (a, b) {
                (Some(a), Some(b)) if down => by(&b, &a),
                (Some(a), Some(b)) => by(&a, &b),
                (a, b) => b.is_some().cmp(&a.is_some()),
            }
        }
        let down = sort.descending;
        let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let plain = |a: &String, b: &String| compare_names(a, b);
        let exact = |a: &String, b: &String| compare_names(a, b).then_with(|| a.cmp(b));
        match sort.column {
            Column::State => of(Some(left.state()), Some(right.state()), down, Ord::cmp),
            Column::Size => of(Some(left.size()), Some(right.size()), down, Ord::cmp),
            Column::Uploaded => of(left.uploaded(), right.uploaded(), down, Ord::cmp),
            Column::Stored => of(left.stored(), right.stored(), down, Ord::cmp),
            Column::Name => of(text(left.name()), text(right.name()), down, plain),
            Column::Type => of(text(left.mime()), text(right.mime()), down, exact),
            Column::Path => of(text(left.folder()), text(right.folder()), down, exact),
            Column::Id => of(text(&left.id()), text(&right.id()), down, Ord::cmp),
            Column::Problem => {
                let said = |ix| self.problems.get(ix).map(str::to_owned);
                of(said(a), said(b), down, exact)
            }
        }
    }
}

fn sort() -> impl Strategy<Value = Sort> {
    let column = prop::sample::select(&Column::ALL[..]);
    (column, any::<bool>()).prop_map(|(column, descending)| Sort { column, descending })
}

fn order() -> impl Strategy<Value = Order> {
    (sort(), prop::option::of(sort())).prop_map(|(first, second)| Order { first, second })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn filter_and_sort_do_what_the_twin_does(
        rows in prop::collection::vec(file(), 0..70),
        turns in prop::collection::vec((prop::option::of(meant()), order(), any::<bool>()), 1..4),
        changes in prop::collection::vec((0..70u32, 0..4usize), 0..6),
    ) {
        let mut shop = Shop::of(rows);
        let slots = shop.catalogue.slots() as RowIx;
        let arranger = Arranger::default();
        for (turn, (meant, order, removed)) in turns.into_iter().enumerate() {
            let text = meant.as_ref().map(Meant::typed).unwrap_or_default();
            let query = shop.query(&text, removed);
            let shown = arranger.arrange(&shop.catalogue, &query, order, &shop.problems);
            let expected = shop.expected(meant.as_ref(), removed, order);
            prop_assert_eq!(&shown.order[..], &expected[..], "{}", text);
            let sizes = expected.iter().map(|&ix| u128::from(shop.catalogue.row(ix).size()));
            prop_assert_eq!(shown.bytes, u64::try_from(sizes.sum::<u128>()).unwrap_or(u64::MAX));
            prop_assert_eq!(shown.sum().files, expected.len() as u64);
            let selectable: Vec<RowIx> = shown.selectable.iter().collect();
            let has_id = |ix: &RowIx| shop.catalogue.row(*ix).has_id();
            let wanted: BTreeSet<RowIx> = expected.into_iter().filter(has_id).collect();
            prop_assert_eq!(selectable, wanted.into_iter().collect::<Vec<_>>());
            // What the arranger remembers must not outlive a change.
            for &(ix, change) in changes.iter().skip(turn).filter(|(ix, _)| *ix < slots) {
                let at = Time(NOW - 1);
                let changes = [Change::Gone, Change::Removed(at), Change::Stored(at), Change::Restored(None)];
                shop.catalogue.apply(ix, changes[change]);
            }
        }
    }

    #[test]
    fn no_text_makes_the_parser_panic(text in "\\PC{0,40}", cursor in 0..60usize) {
        check_any_text(&text, cursor);
    }

    #[test]
    fn no_heap_of_signs_makes_the_parser_panic(
        pieces in prop::collection::vec(prop::sample::select(vec![
            "(", ")", "\"", "-", ":", "<", ">", "=", "..", ",", " ", "or", "size", "age", "uploaded", "type",
            "ext", "in", "state", "ß", "製", "10mb", "2024-03", "99999999999999999999", "30d", "\u{0}", "\t",
        ]), 0..14),
        cursor in 0..60usize,
    ) {
        check_any_text(&pieces.concat(), cursor);
    }

    #[test]
    fn a_selection_survives_everything_but_removal(
        rows in prop::collection::vec(file(), 1..40),
        turns in prop::collection::vec((meant(), order(), 0..6usize, 0..40usize, 0..40u32), 1..12),
    ) {
        let mut shop = Shop::of(rows.clone());
        let arranger = Arranger::default();
        let mut selection = Selection::default();
        let mut expected = BTreeSet::new();
        for (meant, order, act, place, ix) in turns {
            let query = shop.query(&meant.typed(), false);
            let shown = arranger.arrange(&shop.catalogue, &query, order, &shop.problems);
            match act {
                0 => {
                    // A refresh that shows the same files again.
                    let epoch = shop.catalogue.begin();
                    shop.catalogue.merge(epoch, rows.clone());
                    shop.catalogue.abandon(epoch);
                }
                1 if (ix as usize) < shop.catalogue.slots() => {
                    shop.catalogue.apply(ix, Change::Gone);
                    expected.remove(&ix);
                }
                2 if (ix as usize) < shop.catalogue.slots() => {
                    shop.catalogue.apply(ix, Change::Removed(Time(NOW)));
                    expected.remove(&ix);
                }
                3 => {
                    selection.select_all(&shown);
                    expected = shown.selectable.iter().collect();
                }
                _ => {
                    selection.click(&shown, place, Modifiers { ctrl: true, shift: false });
                    let row = shown.row(place).filter(|&row| shown.selectable.contains(row));
                    if let Some(row) = row && !expected.remove(&row) {
                        expected.insert(row);
                    }
                }
            }
            selection.prune(&shop.catalogue, false);
            // A row that a listing brought back or removed elsewhere is judged by what the catalogue says now.
            expected.retain(|&ix| {
                let row = shop.catalogue.row(ix);
                row.is_selectable() && row.removed().is_none()
            });
            prop_assert_eq!(selection.iter().collect::<BTreeSet<_>>(), expected.clone());
            let after = arranger.arrange(&shop.catalogue, &query, order, &shop.problems);
            let hidden = expected.iter().filter(|&&ix| !after.selectable.contains(ix)).count();
            prop_assert_eq!(selection.hidden(&after), hidden);
        }
    }
}

fn check_any_text(text: &str, cursor: usize) {
    match Filter::parse(text, &clock()) {
        Ok(filter) => assert_eq!(Filter::parse(text, &clock()), Ok(filter)),
        Err(wrong) => {
            assert!(
                text.get(wrong.span.clone()).is_some(),
                "{text:?}: {wrong:?}"
            );
            assert!(!wrong.why.is_empty());
            assert!(wrong.pointed(text).contains('^'));
        }
    }
    let seen = Seen {
        types: vec![("image/jpeg".into(), 2)],
        extensions: vec![("jpg".into(), 2)],
        ..Seen::default()
    };
    let found = complete(text, cursor, &seen);
    assert!(
        text.get(found.replace.clone()).is_some(),
        "{text:?} {found:?}"
    );
}

/// More rows than a segment has, on two threads, with what the arranger remembers and without.
#[test]
fn many_rows_are_filtered_and_sorted_as_the_twin_does() {
    let row = |n: u64| {
        let mixed = n.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40;
        FileRow {
            name: format!(
                "{} {}.jpg",
                NAMES[mixed as usize % NAMES.len()],
                mixed % 700
            ),
            size: mixed % 5000,
            mime: TYPES[mixed as usize % TYPES.len()].into(),
            uploaded: (!mixed.is_multiple_of(17))
                .then_some(Time(NOW - (mixed % 900) as i64 * DAY / 5)),
            ..FileRow::unknown(
                format!("{n:08x}-7f57-4c7a-aef9-acfe28779f78")
                    .as_str()
                    .into(),
            )
        }
    };
    let shop = Shop::of((0..34_000).map(row).collect());
    let arranger = Arranger::default();
    let by = |column, descending| Sort { column, descending };
    let orders = [
        Order::default(),
        by(Column::Name, false).into(),
        Order {
            first: by(Column::Size, true),
            second: Some(by(Column::Name, true)),
        },
    ];
    let meants = [
        None,
        Some(Meant::Word("img")),
        Some(Meant::And(vec![
            Meant::Type("image"),
            Meant::Size(">", 4000),
        ])),
        Some(Meant::Or(vec![
            Meant::Word("0000a0ff"),
            Meant::Word("СКЛАД"),
        ])),
    ];
    for order in orders {
        for meant in &meants {
            let text = meant.as_ref().map(Meant::typed).unwrap_or_default();
            let query = shop.query(&text, false);
            let expected = shop.expected(meant.as_ref(), false, order);
            for arranger in [&arranger, &Arranger::default()] {
                let shown = arranger.arrange(&shop.catalogue, &query, order, &shop.problems);
                assert!(shown.order[..] == expected[..], "{text} {order:?}");
            }
        }
    }
}

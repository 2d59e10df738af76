//! What is typed into the filter box, over files of any name and date.

use std::sync::Arc;

use fastrand::Rng;
use jiff::tz::{Offset, TimeZone};
use tallyman::catalogue::query::{Clock, HELP, complete};
use tallyman::catalogue::{Catalogue, Filter, Members, ProblemIndex, Query, Seen, Sort, arrange};
use tallyman::model::{FileRow, ItemId, Time};

use crate::{drive, mutate};

/// Pieces between which harm is likely to still be a filter.
const PIECES: [&str; 12] = [
    "(", ")", "-", " or ", "\"", "ext:", "size>1kb", "age<9y", "path:/", "in:any", "id:", "..",
];

fn text(rng: &mut Rng) -> String {
    let mut text = String::new();
    for _ in 0..rng.usize(1..6) {
        let (example, _) = HELP[rng.usize(..HELP.len())];
        match rng.u8(..3) {
            0 => text += PIECES[rng.usize(..PIECES.len())],
            _ => text += example,
        }
        text += [" ", "", "-"][rng.usize(..3)];
    }
    if rng.bool() {
        let mut bytes = text.into_bytes();
        mutate::harm_bytes(rng, &mut bytes);
        text = String::from_utf8_lossy(&bytes).into_owned();
    }
    text
}

fn time(rng: &mut Rng) -> Option<Time> {
    rng.bool().then(|| Time(mutate::integer(rng)))
}

fn catalogue(rng: &mut Rng) -> Catalogue {
    let count = rng.usize(..20);
    let row = |number: usize| FileRow {
        name: mutate::text(rng).chars().take(200).collect(),
        size: mutate::integer(rng) as u64,
        mime: Arc::from(mutate::ODD[rng.usize(..mutate::ODD.len())]),
        folder: Arc::from(["", "/", "/a", "/a/b"][rng.usize(..4)]),
        uploaded: time(rng),
        stored: time(rng),
        removed: time(rng).filter(|_| rng.u8(..4) == 0),
        ready: rng.bool(),
        odd: rng.bool().then(|| "its date is odd".to_owned()),
        ..FileRow::unknown(ItemId::new(format!("{number}{}", mutate::integer(rng))))
    };
    let rows = (0..count).map(row).collect();
    let mut catalogue = Catalogue::new();
    let epoch = catalogue.begin();
    catalogue.merge(epoch, rows);
    catalogue.finish(epoch);
    catalogue
}

/// A text is a filter or is refused with its place; a filter and its opposite share the files between them.
#[test]
fn filters() {
    drive("filters", 3_000, |rng| {
        let text = text(rng);
        let clock = Clock {
            now: Time(mutate::integer(rng)),
            zone: TimeZone::fixed(Offset::constant(rng.i8(-25..=25))),
        };
        let catalogue = catalogue(rng);
        let mut members = Members::default();
        members.set("3f2a~2", vec![ItemId::new("3"), ItemId::new("none")]);
        let mut problems = ProblemIndex::default();
        if !catalogue.is_empty() {
            problems.set(0, "this file is locked");
        }
        let seen = Seen::of(&catalogue, &problems, &members);
        suggestions(&text, rng.usize(..=text.len() + 1), &seen);

        let filter = match Filter::parse(&text, &clock) {
            Ok(filter) => filter,
            Err(wrong) => {
                assert!(text.get(wrong.span.clone()).is_some(), "{wrong:?}");
                assert!(!wrong.pointed(&text).is_empty());
                return;
            }
        };
        let find = |filter: Filter| {
            let query = Query {
                filter,
                members: members.clone(),
                ..Query::default()
            };
            let found = arrange(&catalogue, &query, Sort::default(), &problems);
            found.order.iter().copied().collect::<Vec<_>>()
        };
        let (all, mut both) = (find(Filter::default()), find(filter));
        // The opposite is one level deeper, and an empty text has none.
        let Ok(opposite) = Filter::parse(&format!("-({text} )"), &clock) else {
            return;
        };
        both.extend(find(opposite));
        both.sort_unstable();
        let mut all = all;
        all.sort_unstable();
        assert_eq!(both, all, "{text:?}");
    });
}

fn suggestions(text: &str, cursor: usize, seen: &Seen) {
    let offered = complete(text, cursor, seen);
    assert!(text.get(offered.replace.clone()).is_some(), "{offered:?}");
    for item in &offered.items {
        let mut next = text.to_owned();
        next.replace_range(offered.replace.clone(), &item.insert);
    }
}

//! The rules of selecting as a table of cases, and against a twin that is too simple to be wrong.

use std::collections::BTreeSet;
use std::sync::Arc;

use proptest::prelude::*;
use tallyman::catalogue::{
    Arrangement, Catalogue, Change, Coverage, Key, Modifiers, ProblemIndex, Query, RowIx, RowSet,
    Selection, Sort, arrange,
};
use tallyman::model::{FileRow, Time};

const PAGE: usize = 4;
const NONE: Modifiers = Modifiers {
    ctrl: false,
    shift: false,
};
const CTRL: Modifiers = Modifiers {
    ctrl: true,
    shift: false,
};
const SHIFT: Modifiers = Modifiers {
    ctrl: false,
    shift: true,
};
const BOTH: Modifiers = Modifiers {
    ctrl: true,
    shift: true,
};

#[derive(Clone, Copy, Debug)]
enum Step {
    Click(usize, Modifiers),
    Box(usize, Modifiers),
    Press(Key, Modifiers),
    ToggleAll,
    DropHidden,
}
use Step::{Box as Check, Click, DropHidden, Press, ToggleAll};

fn take(selection: &mut Selection, shown: &Arrangement, step: Step) {
    match step {
        Click(place, held) => selection.click(shown, place, held),
        Check(place, held) => selection.click_checkbox(shown, place, held),
        Press(key, held) => {
            selection.key(shown, key, held, PAGE);
        }
        ToggleAll => selection.toggle_all(shown),
        DropHidden => selection.drop_hidden(shown),
    }
}

/// Rows `0..count` in order; those of `fixed` cannot be selected.
fn shown(order: Vec<RowIx>, fixed: &[RowIx]) -> Arrangement {
    let selectable: RowSet = order
        .iter()
        .copied()
        .filter(|row| !fixed.contains(row))
        .collect();
    Arrangement {
        selectable: Arc::new(selectable),
        ..Arrangement::of(order)
    }
}

fn selected(selection: &Selection) -> Vec<RowIx> {
    selection.iter().collect()
}

type Case<'a> = (&'a str, &'a [Step], &'a [RowIx], Option<usize>);

/// Ten rows in their own order; row 5 cannot be selected.
const CASES: &[Case<'_>] = &[
    ("nothing is selected at first", &[], &[], None),
    ("a click selects one", &[Click(3, NONE)], &[3], Some(3)),
    (
        "a click replaces what was",
        &[Click(3, NONE), Click(7, NONE)],
        &[7],
        Some(7),
    ),
    (
        "Ctrl+click adds",
        &[Click(3, NONE), Click(7, CTRL)],
        &[3, 7],
        Some(7),
    ),
    (
        "Ctrl+click takes out",
        &[Click(3, NONE), Click(7, CTRL), Click(3, CTRL)],
        &[7],
        Some(3),
    ),
    (
        "Shift+click selects from the anchor",
        &[Click(2, NONE), Click(4, SHIFT)],
        &[2, 3, 4],
        Some(4),
    ),
    (
        "Shift+click upwards",
        &[Click(4, NONE), Click(2, SHIFT)],
        &[2, 3, 4],
        Some(2),
    ),
    (
        "a second Shift+click turns around the same anchor",
        &[Click(3, NONE), Click(4, SHIFT), Click(1, SHIFT)],
        &[1, 2, 3],
        Some(1),
    ),
    (
        "Shift+click without an anchor selects one",
        &[Click(4, SHIFT)],
        &[4],
        Some(4),
    ),
    (
        "Shift+click drops what is outside",
        &[Click(9, NONE), Click(1, CTRL), Click(3, SHIFT)],
        &[1, 2, 3],
        Some(3),
    ),
    (
        "Ctrl+Shift+click keeps what is outside",
        &[Click(9, NONE), Click(1, CTRL), Click(3, BOTH)],
        &[1, 2, 3, 9],
        Some(3),
    ),
    (
        "ranges leave out what cannot be selected",
        &[Click(4, NONE), Click(6, SHIFT)],
        &[4, 6],
        Some(6),
    ),
    (
        "a click on what cannot be selected selects nothing",
        &[Click(4, NONE), Click(5, NONE)],
        &[],
        Some(5),
    ),
    (
        "a click below the rows changes nothing",
        &[Click(4, NONE), Click(10, NONE)],
        &[4],
        Some(4),
    ),
    (
        "a checkbox adds",
        &[Click(3, NONE), Check(6, NONE)],
        &[3, 6],
        Some(6),
    ),
    (
        "a checkbox takes out",
        &[Click(3, NONE), Check(3, NONE)],
        &[],
        Some(3),
    ),
    (
        "Shift on a checkbox adds a range",
        &[Check(9, NONE), Check(1, NONE), Check(3, SHIFT)],
        &[1, 2, 3, 9],
        Some(3),
    ),
    (
        "a checkbox of what cannot be selected does nothing",
        &[Check(3, NONE), Check(5, NONE)],
        &[3],
        Some(5),
    ),
    (
        "Down starts at the first row",
        &[Press(Key::Down, NONE)],
        &[0],
        Some(0),
    ),
    (
        "Down goes on",
        &[Click(3, NONE), Press(Key::Down, NONE)],
        &[4],
        Some(4),
    ),
    (
        "Up stops at the first row",
        &[Click(0, NONE), Press(Key::Up, NONE)],
        &[0],
        Some(0),
    ),
    (
        "Down stops at the last row",
        &[Click(9, NONE), Press(Key::Down, NONE)],
        &[9],
        Some(9),
    ),
    (
        "Shift+Down grows",
        &[
            Click(1, NONE),
            Press(Key::Down, SHIFT),
            Press(Key::Down, SHIFT),
        ],
        &[1, 2, 3],
        Some(3),
    ),
    (
        "Shift+Up takes it back",
        &[
            Click(1, NONE),
            Press(Key::Down, SHIFT),
            Press(Key::Down, SHIFT),
            Press(Key::Up, SHIFT),
        ],
        &[1, 2],
        Some(2),
    ),
    (
        "Ctrl+Down moves only the cursor",
        &[Click(1, NONE), Press(Key::Down, CTRL)],
        &[1],
        Some(2),
    ),
    (
        "Ctrl+Down and Space pick one more",
        &[
            Click(1, NONE),
            Press(Key::Down, CTRL),
            Press(Key::Down, CTRL),
            Press(Key::Space, NONE),
        ],
        &[1, 3],
        Some(3),
    ),
    (
        "Ctrl+Space takes out",
        &[Click(1, NONE), Press(Key::Space, CTRL)],
        &[],
        Some(1),
    ),
    (
        "Shift+Space selects up to the cursor",
        &[
            Click(1, NONE),
            Press(Key::Down, CTRL),
            Press(Key::Down, CTRL),
            Press(Key::Space, SHIFT),
        ],
        &[1, 2, 3],
        Some(3),
    ),
    (
        "Space without a cursor does nothing",
        &[Press(Key::Space, NONE)],
        &[],
        None,
    ),
    (
        "Ctrl+Shift+Down adds a range",
        &[
            Click(8, NONE),
            Click(1, CTRL),
            Press(Key::Down, BOTH),
            Press(Key::Down, BOTH),
        ],
        &[1, 2, 3, 8],
        Some(3),
    ),
    (
        "Home",
        &[Click(4, NONE), Press(Key::Home, NONE)],
        &[0],
        Some(0),
    ),
    (
        "End",
        &[Click(4, NONE), Press(Key::End, NONE)],
        &[9],
        Some(9),
    ),
    (
        "Shift+Home",
        &[Click(2, NONE), Press(Key::Home, SHIFT)],
        &[0, 1, 2],
        Some(0),
    ),
    (
        "Shift+End",
        &[Click(7, NONE), Press(Key::End, SHIFT)],
        &[7, 8, 9],
        Some(9),
    ),
    (
        "PageDown",
        &[Click(2, NONE), Press(Key::PageDown, NONE)],
        &[6],
        Some(6),
    ),
    (
        "PageUp stops at the top",
        &[Click(2, NONE), Press(Key::PageUp, NONE)],
        &[0],
        Some(0),
    ),
    (
        "Shift+PageDown stops at the foot",
        &[Click(7, NONE), Press(Key::PageDown, SHIFT)],
        &[7, 8, 9],
        Some(9),
    ),
    (
        "Shift+PageUp",
        &[Click(4, NONE), Press(Key::PageUp, SHIFT)],
        &[0, 1, 2, 3, 4],
        Some(0),
    ),
    (
        "Ctrl+A takes all that can be selected",
        &[Click(4, NONE), Press(Key::A, CTRL)],
        &[0, 1, 2, 3, 4, 6, 7, 8, 9],
        Some(4),
    ),
    (
        "A alone is a letter",
        &[Click(4, NONE), Press(Key::A, NONE)],
        &[4],
        Some(4),
    ),
    (
        "Ctrl+I turns all over",
        &[
            Click(0, NONE),
            Press(Key::End, SHIFT),
            Click(3, CTRL),
            Press(Key::I, CTRL),
        ],
        &[3],
        Some(3),
    ),
    (
        "Escape selects nothing and keeps the cursor",
        &[Click(1, NONE), Click(4, SHIFT), Press(Key::Escape, NONE)],
        &[],
        Some(4),
    ),
    (
        "after Escape ranges start at the cursor",
        &[
            Click(1, NONE),
            Click(3, SHIFT),
            Press(Key::Escape, NONE),
            Press(Key::Down, SHIFT),
        ],
        &[3, 4],
        Some(4),
    ),
    (
        "the header's checkbox completes",
        &[Click(4, NONE), ToggleAll],
        &[0, 1, 2, 3, 4, 6, 7, 8, 9],
        Some(4),
    ),
    (
        "the header's checkbox clears what is complete",
        &[ToggleAll, ToggleAll],
        &[],
        None,
    ),
    (
        "nothing hidden, nothing dropped",
        &[Click(4, NONE), DropHidden],
        &[4],
        Some(4),
    ),
];

#[test]
fn rules_of_a_file_manager() {
    let rows = shown((0..10).collect(), &[5]);
    for (name, steps, expected, cursor) in CASES {
        let mut selection = Selection::default();
        for &step in *steps {
            take(&mut selection, &rows, step);
        }
        assert_eq!(selected(&selection), *expected, "{name}");
        assert_eq!(selection.place_of_cursor(&rows), *cursor, "cursor: {name}");
    }
}

#[test]
fn what_the_filter_hides_stays_selected_and_is_counted() {
    let all = shown((0..10).collect(), &[]);
    let even = shown((0..10).step_by(2).collect(), &[]);
    let mut selection = Selection::default();
    take(&mut selection, &all, Click(1, NONE));
    take(&mut selection, &all, Click(4, SHIFT));
    assert_eq!((selection.len(), selection.hidden(&even)), (4, 2));
    assert_eq!(selection.coverage(&even), Coverage::Some);

    take(&mut selection, &even, Check(4, NONE));
    assert_eq!(selected(&selection), [1, 2, 3, 4, 8]);
    take(&mut selection, &even, Press(Key::I, CTRL));
    assert_eq!(selected(&selection), [0, 1, 3, 6]);
    take(&mut selection, &even, ToggleAll);
    assert_eq!(selected(&selection), [0, 1, 2, 3, 4, 6, 8]);
    assert_eq!(selection.coverage(&even), Coverage::All);
    take(&mut selection, &even, ToggleAll);
    assert_eq!(selected(&selection), [1, 3]);
    assert_eq!(selection.coverage(&even), Coverage::None);
    take(&mut selection, &even, Press(Key::A, CTRL));
    assert_eq!(
        selected(&selection),
        [0, 2, 4, 6, 8],
        "Ctrl+A is exactly what is shown"
    );
    take(&mut selection, &all, Press(Key::A, CTRL));
    take(&mut selection, &even, DropHidden);
    assert_eq!(selected(&selection), [0, 2, 4, 6, 8]);
}

#[test]
fn a_cursor_that_is_hidden_goes_on_from_its_place() {
    let all = shown((0..10).collect(), &[]);
    let even = shown((0..10).step_by(2).collect(), &[]);
    let mut selection = Selection::default();
    take(&mut selection, &all, Click(3, NONE));
    assert_eq!(selection.place_of_cursor(&even), None);
    take(&mut selection, &even, Press(Key::Down, NONE));
    assert_eq!(selected(&selection), [6]);
    take(&mut selection, &all, Click(9, NONE));
    take(&mut selection, &even, Press(Key::Down, NONE));
    assert_eq!(selected(&selection), [8], "not beyond the end");
}

#[test]
fn cursor_and_anchor_follow_their_rows_through_a_sort() {
    let rising = shown((0..10).collect(), &[]);
    let falling = shown((0..10).rev().collect(), &[]);
    let mut selection = Selection::default();
    take(&mut selection, &rising, Click(2, NONE));
    assert_eq!(selection.place_of_cursor(&falling), Some(7));
    take(&mut selection, &falling, Press(Key::Down, SHIFT));
    assert_eq!(selected(&selection), [1, 2]);
}

fn catalogue(files: usize) -> Catalogue {
    let mut catalogue = Catalogue::new();
    let epoch = catalogue.begin();
    let row = |n: usize| FileRow {
        size: 10,
        ..FileRow::unknown(format!("id-{n}").as_str().into())
    };
    catalogue.merge(epoch, (0..files).map(row).collect());
    catalogue.finish(epoch);
    catalogue
}

fn order(catalogue: &Catalogue, removed_view: bool) -> Arrangement {
    let query = Query {
        removed_view,
        ..Query::default()
    };
    arrange(catalogue, &query, Sort::default(), &ProblemIndex::default())
}

#[test]
fn rows_that_are_gone_or_left_the_view_leave_the_selection() {
    let mut catalogue = catalogue(6);
    let mut selection = Selection::default();
    selection.select_all(&order(&catalogue, false));
    catalogue.apply(1, Change::Gone);
    catalogue.apply(2, Change::Removed(Time(5)));
    catalogue.apply(3, Change::Stored(Time(5)));
    assert_eq!(selection.prune(&catalogue, false), 2);
    assert_eq!(selected(&selection), [0, 3, 4, 5]);
    assert_eq!(selection.totals(&catalogue).bytes, 40);

    let mut removed = Selection::default();
    removed.select_all(&order(&catalogue, true));
    assert_eq!(selected(&removed), [2]);
    catalogue.apply(2, Change::Restored(None));
    assert_eq!(removed.prune(&catalogue, true), 1);
    assert!(removed.is_empty());
}

#[test]
fn a_refresh_changes_no_selected_id() {
    let mut catalogue = catalogue(100);
    let mut selection = Selection::default();
    take(&mut selection, &order(&catalogue, false), Click(10, NONE));
    take(&mut selection, &order(&catalogue, false), Click(19, SHIFT));
    let ids = |selection: &Selection, catalogue: &Catalogue| -> BTreeSet<String> {
        let id = |ix| catalogue.row(ix).id().into_owned();
        selection.iter().map(id).collect()
    };
    let before = ids(&selection, &catalogue);
    let epoch = catalogue.begin();
    // Newer files come first, every second old one is renamed, one selected file is missing.
    let lost = catalogue.row(12).id().into_owned();
    let kept = (0..100).filter(|&ix| ix != 12);
    let mut page: Vec<FileRow> = kept.map(|ix| catalogue.row(ix).file_row()).collect();
    page.iter_mut()
        .step_by(2)
        .for_each(|row| row.name = "new".into());
    page.insert(0, FileRow::unknown("newest".into()));
    catalogue.merge(epoch, page);
    assert_eq!(catalogue.finish(epoch), 1);
    selection.prune(&catalogue, false);
    let mut expected = before;
    expected.remove(&lost);
    assert_eq!(ids(&selection, &catalogue), expected);
}

/// The rules again, with sets and vectors and no thought of speed.
#[derive(Default)]
struct Twin {
    rows: BTreeSet<RowIx>,
    anchor: Option<RowIx>,
    cursor: Option<RowIx>,
    at: usize,
}

impl Twin {
    fn click(&mut self, order: &[RowIx], fixed: &[RowIx], place: usize, held: Modifiers) {
        let Some(&row) = order.get(place) else { return };
        let place_of = |row: Option<RowIx>| order.iter().position(|&o| Some(o) == row);
        if held.shift {
            let from = place_of(self.anchor)
                .or(place_of(self.cursor))
                .unwrap_or(place);
            if !held.ctrl {
                self.rows.clear();
            }
            let range = &order[from.min(place)..=from.max(place)];
            self.rows
                .extend(range.iter().filter(|row| !fixed.contains(row)));
            self.anchor = Some(order[from]);
        } else {
            let on = !held.ctrl || !self.rows.contains(&row);
            if !held.ctrl {
                self.rows.clear();
            }
            self.rows.remove(&row);
            if on && !fixed.contains(&row) {
                self.rows.insert(row);
            }
            self.anchor = Some(row);
        }
        self.cursor = Some(row);
        self.at = place;
    }

    fn travel(&mut self, order: &[RowIx], fixed: &[RowIx], key: Key, held: Modifiers) {
        if order.is_empty() {
            return;
        }
        let now = order.iter().position(|&row| Some(row) == self.cursor);
        let now = now.map(|place| place as i64);
        let step = match key {
            Key::Up => -1,
            Key::Down => 1,
            Key::PageUp => -(PAGE as i64),
            _ => PAGE as i64,
        };
        let wanted = match key {
            Key::Home => 0,
            Key::End => i64::MAX,
            _ => now.map_or(self.at as i64, |now| now + step),
        };
        let place = wanted.clamp(0, order.len() as i64 - 1) as usize;
        if held == CTRL {
            self.cursor = Some(order[place]);
            self.at = place;
        } else {
            self.click(order, fixed, place, held);
        }
    }

    fn step(&mut self, order: &[RowIx], fixed: &[RowIx], step: Step) {
        let can: BTreeSet<RowIx> = order
            .iter()
            .copied()
            .filter(|row| !fixed.contains(row))
            .collect();
        let place = order.iter().position(|&row| Some(row) == self.cursor);
        match step {
            Click(place, held) => self.click(order, fixed, place, held),
            Check(place, held) => {
                self.click(order, fixed, place, Modifiers { ctrl: true, ..held });
            }
            Press(Key::A, held) if held.ctrl => self.rows = can,
            Press(Key::I, held) if held.ctrl => self.rows = &self.rows ^ &can,
            Press(Key::A | Key::I, _) => {}
            Press(Key::Escape, _) => {
                self.rows.clear();
                self.anchor = self.cursor;
            }
            Press(Key::Space, held) => {
                if let Some(place) = place {
                    let ctrl = held.ctrl || !held.shift;
                    self.click(order, fixed, place, Modifiers { ctrl, ..held });
                }
            }
            Press(key, held) => self.travel(order, fixed, key, held),
            ToggleAll if !can.is_empty() && can.is_subset(&self.rows) => {
                self.rows = &self.rows - &can;
            }
            ToggleAll => self.rows.extend(can),
            DropHidden => self.rows = &self.rows & &can,
        }
    }
}

const ROWS: RowIx = 20;

fn step() -> impl Strategy<Value = Step> {
    let held = (any::<bool>(), any::<bool>()).prop_map(|(ctrl, shift)| Modifiers { ctrl, shift });
    let key = prop::sample::select(vec![
        Key::Up,
        Key::Down,
        Key::Home,
        Key::End,
        Key::PageUp,
        Key::PageDown,
        Key::Space,
        Key::A,
        Key::I,
        Key::Escape,
    ]);
    let place = 0..ROWS as usize + 2;
    prop_oneof![
        4 => (place.clone(), held.clone()).prop_map(|(place, held)| Click(place, held)),
        2 => (place, held.clone()).prop_map(|(place, held)| Check(place, held)),
        6 => (key, held).prop_map(|(key, held)| Press(key, held)),
        1 => Just(ToggleAll),
        1 => Just(DropHidden),
    ]
}

/// Some of the rows, in any order: a filter and a sort.
fn any_order() -> impl Strategy<Value = Vec<RowIx>> {
    let all: Vec<RowIx> = (0..ROWS).collect();
    prop::sample::subsequence(all, 0..=ROWS as usize).prop_shuffle()
}

proptest! {
    #[test]
    fn any_sequence_ends_as_the_twin_says(
        turns in prop::collection::vec((any_order(), prop::collection::vec(step(), 0..12)), 1..6),
        fixed in prop::sample::subsequence((0..ROWS).collect::<Vec<_>>(), 0..4),
    ) {
        let (mut selection, mut twin) = (Selection::default(), Twin::default());
        for (order, steps) in turns {
            let rows = shown(order.clone(), &fixed);
            let before = selected(&selection);
            prop_assert_eq!(&before, &twin.rows.iter().copied().collect::<Vec<_>>());
            for step in steps {
                take(&mut selection, &rows, step);
                twin.step(&order, &fixed, step);
                prop_assert_eq!(selected(&selection), twin.rows.iter().copied().collect::<Vec<_>>());
                prop_assert_eq!(selection.cursor(), twin.cursor);
                prop_assert_eq!(selection.anchor(), twin.anchor);
                let hidden = twin.rows.iter().filter(|row| !order.contains(row)).count();
                prop_assert_eq!(selection.hidden(&rows), hidden);
            }
        }
    }
}

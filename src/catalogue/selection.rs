//! Which rows are selected, by the rules of a file manager, over whatever order is shown.
//!
//! Selected are rows, not places: sorting, filtering and refreshing change nothing here. Gestures without
//! Ctrl set the selection; gestures with Ctrl, and the checkboxes, change what they touch and leave the
//! rest, rows hidden by the filter included.

mod drag;

use std::ops::RangeInclusive;

use super::{Arrangement, Catalogue, RowIx, RowSet, Sum};

/// Keys held with a click or another key. Command on a Mac counts as Ctrl.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Modifiers {
    /// Ctrl, or Command.
    pub ctrl: bool,
    /// Shift.
    pub shift: bool,
}

/// A key that a selection knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    /// One row up.
    Up,
    /// One row down.
    Down,
    /// To the first row.
    Home,
    /// To the last row.
    End,
    /// One screen up.
    PageUp,
    /// One screen down.
    PageDown,
    /// Turns the cursor's row over; with Shift selects from the anchor to it.
    Space,
    /// With Ctrl: exactly all rows that are shown.
    A,
    /// With Ctrl: turns over all rows that are shown.
    I,
    /// Nothing is selected any more.
    Escape,
}

/// How much of what is shown is selected: the header's checkbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coverage {
    /// No row.
    None,
    /// Some rows.
    Some,
    /// Every row that can be.
    All,
}

/// Selected rows, where ranges start, and where the keyboard is.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    rows: RowSet,
    anchor: Option<RowIx>,
    cursor: Option<RowIx>,
    /// Where the cursor was last seen; it goes on from there when its row is no longer shown.
    at: usize,
    drag: Option<drag::Drag>,
    revision: u64,
}

impl Selection {
    /// How many rows are selected, hidden ones included.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether nothing is selected.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Whether a row is selected.
    pub fn contains(&self, row: RowIx) -> bool {
        self.rows.contains(row)
    }

    /// The selected rows, ascending.
    pub fn iter(&self) -> impl Iterator<Item = RowIx> + '_ {
        self.rows.iter()
    }

    /// The row that the keyboard is on.
    pub fn cursor(&self) -> Option<RowIx> {
        self.cursor
    }

    /// The row that ranges start from.
    pub fn anchor(&self) -> Option<RowIx> {
        self.anchor
    }

    /// The cursor's place, if its row is shown.
    pub fn place_of_cursor(&self, shown: &Arrangement) -> Option<usize> {
        let row = self.cursor?;
        if shown.row(self.at) == Some(row) {
            return Some(self.at);
        }
        shown.place(row)
    }

    /// Different after each change, for whoever keeps a sum of it.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// Selected files and their bytes.
    pub fn totals(&self, catalogue: &Catalogue) -> Sum {
        let known = self.iter().filter_map(|ix| catalogue.get(ix));
        known.fold(Sum::default(), |sum, row| sum.with(row.size()))
    }

    /// Selected rows that the filter hides.
    pub fn hidden(&self, shown: &Arrangement) -> usize {
        self.rows.len() - self.rows.shared(&shown.selectable)
    }

    /// How much of what is shown is selected.
    pub fn coverage(&self, shown: &Arrangement) -> Coverage {
        match self.rows.shared(&shown.selectable) {
            0 => Coverage::None,
            some if some == shown.selectable.len() => Coverage::All,
            _ => Coverage::Some,
        }
    }

    /// Selects nothing. The cursor stays.
    pub fn clear(&mut self) {
        self.rows.clear();
        self.drag = None;
        self.anchor = self.cursor;
        self.revision += 1;
    }

    /// Selects exactly these rows, in place of what was.
    pub fn set(&mut self, rows: RowSet) {
        self.rows = rows;
        self.drag = None;
        self.revision += 1;
    }

    /// A click on the row at a place.
    pub fn click(&mut self, shown: &Arrangement, place: usize, held: Modifiers) {
        if place >= shown.len() {
            return;
        }
        match held {
            Modifiers { shift: true, .. } => self.range_to(shown, place, held.ctrl),
            Modifiers { ctrl: true, .. } => self.toggle(shown, place),
            Modifiers { .. } => self.select_only(shown, place),
        }
    }

    /// A click on the checkbox at a place: as a click with Ctrl.
    pub fn click_checkbox(&mut self, shown: &Arrangement, place: usize, held: Modifiers) {
        self.click(shown, place, Modifiers { ctrl: true, ..held });
    }

    /// Turns over the row at a place.
    pub fn toggle(&mut self, shown: &Arrangement, place: usize) {
        let Some(row) = shown.row(place) else { return };
        if shown.selectable.contains(row) && !self.rows.remove(row) {
            self.rows.insert(row);
        }
        self.move_to(shown, place);
        self.anchor = Some(row);
    }

    /// Selects exactly all rows that are shown.
    pub fn select_all(&mut self, shown: &Arrangement) {
        self.set((*shown.selectable).clone());
    }

    /// Turns over all rows that are shown. Hidden ones stay as they are.
    pub fn invert(&mut self, shown: &Arrangement) {
        self.rows.toggle(&shown.selectable);
        self.revision += 1;
    }

    /// A click on the header's checkbox: selects what is shown, or takes it out if all of it was selected.
    pub fn toggle_all(&mut self, shown: &Arrangement) {
        match self.coverage(shown) {
            Coverage::All => self.rows.subtract(&shown.selectable),
            Coverage::None | Coverage::Some => self.rows.add(&shown.selectable),
        }
        self.revision += 1;
    }

    /// Takes out the rows that the filter hides.
    pub fn drop_hidden(&mut self, shown: &Arrangement) {
        self.rows.keep(&shown.selectable);
        self.revision += 1;
    }

    /// Takes out rows that became gone, and rows that left the view: removed ones from that of existing
    /// files (`removed_view` false), restored ones from that of removed files. Call it when the catalogue's
    /// generation has changed. Returns how many rows left.
    pub fn prune(&mut self, catalogue: &Catalogue, removed_view: bool) -> usize {
        let stays = |ix: RowIx| {
            catalogue
                .get(ix)
                .is_some_and(|row| row.is_selectable() && row.removed().is_some() == removed_view)
        };
        let left: Vec<RowIx> = self.iter().filter(|&ix| !stays(ix)).collect();
        for &ix in &left {
            self.rows.remove(ix);
        }
        if !left.is_empty() {
            self.drag = None;
        }
        self.revision += u64::from(!left.is_empty());
        left.len()
    }

    /// A key, with as many rows as a screen shows. Returns whether the key means anything here.
    pub fn key(
        &mut self,
        shown: &Arrangement,
        key: Key,
        held: Modifiers,
        page_rows: usize,
    ) -> bool {
        match key {
            Key::A if held.ctrl => self.select_all(shown),
            Key::I if held.ctrl => self.invert(shown),
            Key::A | Key::I => return false,
            Key::Escape => self.clear(),
            Key::Space => self.space(shown, held),
            Key::Up | Key::Down | Key::Home | Key::End | Key::PageUp | Key::PageDown => {
                self.travel(shown, key, held, page_rows.max(1));
            }
        }
        true
    }

    fn space(&mut self, shown: &Arrangement, held: Modifiers) {
        let Some(place) = self.place_of_cursor(shown) else {
            return;
        };
        if held.shift {
            self.range_to(shown, place, held.ctrl);
        } else {
            self.toggle(shown, place);
        }
    }

    fn travel(&mut self, shown: &Arrangement, key: Key, held: Modifiers, page: usize) {
        let Some(last) = shown.len().checked_sub(1) else {
            return;
        };
        let place = self.target(shown, key, page).min(last);
        match held {
            Modifiers { shift: true, .. } => self.range_to(shown, place, held.ctrl),
            Modifiers { ctrl: true, .. } => self.move_to(shown, place),
            Modifiers { .. } => self.select_only(shown, place),
        }
    }

    /// Where a key leads, perhaps beyond the end. A cursor that is not shown arrives where it was.
    fn target(&self, shown: &Arrangement, key: Key, page: usize) -> usize {
        match (key, self.place_of_cursor(shown)) {
            (Key::Home, _) => 0,
            (Key::End, _) => usize::MAX,
            (_, None) => self.at,
            (Key::Up, Some(place)) => place.saturating_sub(1),
            (Key::PageUp, Some(place)) => place.saturating_sub(page),
            (Key::PageDown, Some(place)) => place.saturating_add(page),
            (_, Some(place)) => place.saturating_add(1),
        }
    }

    fn select_only(&mut self, shown: &Arrangement, place: usize) {
        self.rows.clear();
        self.insert_places(shown, place..=place);
        self.move_to(shown, place);
        self.anchor = self.cursor;
    }

    fn range_to(&mut self, shown: &Arrangement, place: usize, keep: bool) {
        let anchor = self.anchor.and_then(|row| shown.place(row));
        let from = anchor
            .or_else(|| self.place_of_cursor(shown))
            .unwrap_or(place);
        if !keep {
            self.rows.clear();
        }
        self.insert_places(shown, from.min(place)..=from.max(place));
        self.anchor = shown.row(from);
        self.move_to(shown, place);
    }

    fn insert_places(&mut self, shown: &Arrangement, places: RangeInclusive<usize>) {
        for &row in &shown.order[places] {
            if shown.selectable.contains(row) {
                self.rows.insert(row);
            }
        }
    }

    fn move_to(&mut self, shown: &Arrangement, place: usize) {
        self.cursor = shown.row(place);
        self.at = place;
        self.revision += 1;
    }
}

//! A range drawn with the pointer, from the row that was pressed to the one under it.
//!
//! A step touches only the rows that enter or leave the range: it costs the same among a million rows.

use std::sync::Arc;

use super::{Modifiers, Selection};
use crate::catalogue::{Arrangement, RowIx, RowSet};

/// A range that is being drawn.
#[derive(Clone, Debug)]
pub(super) struct Drag {
    /// What was selected before; it comes back where the range leaves it.
    base: RowSet,
    from: usize,
    to: usize,
    order: Arc<[RowIx]>,
}

impl Selection {
    /// The pointer was pressed on a row and moves: the range takes the place of what was selected; with Ctrl
    /// it is added. With Shift it goes on from where ranges start.
    pub fn drag_from(&mut self, shown: &Arrangement, place: usize, held: Modifiers) {
        if place >= shown.len() {
            return;
        }
        let anchor = self.anchor.filter(|_| held.shift);
        let from = anchor.and_then(|row| shown.place(row)).unwrap_or(place);
        if !held.ctrl {
            self.rows.clear();
        }
        self.drag = Some(Drag {
            base: self.rows.clone(),
            from,
            to: from,
            order: shown.order.clone(),
        });
        self.insert_places(shown, from..=from);
        self.anchor = shown.row(from);
        self.drag_to(shown, place);
    }

    /// The pointer is at a place now.
    pub fn drag_to(&mut self, shown: &Arrangement, place: usize) {
        let Some(last) = shown.len().checked_sub(1) else {
            return;
        };
        let Some(drag) = self.drag.take() else { return };
        let place = place.min(last);
        self.drag = Some(if Arc::ptr_eq(&drag.order, &shown.order) {
            self.step(shown, drag, place)
        } else {
            self.again(shown, drag, place)
        });
        self.move_to(shown, place);
    }

    /// The pointer was let go.
    pub fn drag_end(&mut self) {
        self.drag = None;
    }

    fn step(&mut self, shown: &Arrangement, drag: Drag, place: usize) -> Drag {
        let range = drag.from.min(place)..=drag.from.max(place);
        for at in drag.to.min(place)..=drag.to.max(place) {
            let row = shown.order[at];
            let inside = range.contains(&at) && shown.selectable.contains(row);
            if inside || drag.base.contains(row) {
                self.rows.insert(row);
            } else {
                self.rows.remove(row);
            }
        }
        Drag { to: place, ..drag }
    }

    /// The rows stand elsewhere than at the last step: the range is drawn anew from its first row.
    fn again(&mut self, shown: &Arrangement, drag: Drag, place: usize) -> Drag {
        let from = self.anchor.and_then(|row| shown.place(row));
        let from = from.unwrap_or(place);
        self.rows = drag.base.clone();
        self.insert_places(shown, from.min(place)..=from.max(place));
        self.anchor = shown.row(from);
        Drag {
            from,
            to: place,
            order: shown.order.clone(),
            ..drag
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Modifiers = Modifiers {
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

    fn shown(order: &[RowIx]) -> Arrangement {
        Arrangement {
            order: order.into(),
            selectable: Arc::new(order.iter().copied().filter(|row| *row != 13).collect()),
            ..Arrangement::default()
        }
    }

    fn rows(selection: &Selection) -> Vec<RowIx> {
        selection.iter().collect()
    }

    #[test]
    fn a_range_grows_shrinks_and_turns() {
        let shown = shown(&[10, 11, 12, 13, 14, 15]);
        let mut selection = Selection::default();
        selection.click(&shown, 5, PLAIN);
        selection.drag_from(&shown, 2, PLAIN);
        let steps: [(usize, &[RowIx]); 5] = [
            (4, &[12, 14]),
            (3, &[12]),
            (0, &[10, 11, 12]),
            (5, &[12, 14, 15]),
            (99, &[12, 14, 15]),
        ];
        for (place, expected) in steps {
            selection.drag_to(&shown, place);
            assert_eq!(rows(&selection), expected, "to {place}");
        }
        assert_eq!(
            (selection.anchor(), selection.cursor()),
            (Some(12), Some(15))
        );
        selection.drag_end();
        selection.drag_to(&shown, 0);
        assert_eq!(rows(&selection), [12, 14, 15], "it has ended");
    }

    #[test]
    fn ctrl_adds_and_gives_back_what_it_leaves() {
        let shown = shown(&[1, 2, 3, 4, 5]);
        let mut selection = Selection::default();
        selection.click(&shown, 2, PLAIN);
        selection.drag_from(&shown, 0, CTRL);
        selection.drag_to(&shown, 3);
        assert_eq!(rows(&selection), [1, 2, 3, 4]);
        selection.drag_to(&shown, 0);
        assert_eq!(rows(&selection), [1, 3]);
    }

    #[test]
    fn shift_goes_on_from_the_anchor() {
        let shown = shown(&[1, 2, 3, 4, 5]);
        let mut selection = Selection::default();
        selection.click(&shown, 1, PLAIN);
        selection.drag_from(&shown, 3, SHIFT);
        assert_eq!(rows(&selection), [2, 3, 4]);
        selection.drag_to(&shown, 0);
        assert_eq!(rows(&selection), [1, 2]);
    }

    #[test]
    fn rows_that_come_while_it_is_drawn_move_it() {
        let mut selection = Selection::default();
        let before = shown(&[5, 4, 3]);
        selection.drag_from(&before, 1, PLAIN);
        let after = shown(&[9, 8, 5, 4, 3]);
        selection.drag_to(&after, 4);
        assert_eq!(rows(&selection), [3, 4]);
        selection.drag_to(&after, 2);
        assert_eq!(rows(&selection), [4, 5]);
    }

    #[test]
    fn a_step_among_a_million_rows_touches_few() {
        let order: Vec<RowIx> = (0..1_000_000).collect();
        let shown = shown(&order);
        let mut selection = Selection::default();
        selection.drag_from(&shown, 0, PLAIN);
        for place in (0..1_000_000).step_by(100) {
            selection.drag_to(&shown, place);
        }
        // Each step over the whole range would take ten thousand times as long as this.
        assert_eq!(selection.len(), 999_901 - 1);
    }
}

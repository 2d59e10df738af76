//! Whose rows a table shows, and what it tells of what was done to them.

use egui::{Modifiers as EguiModifiers, Pos2};

use crate::catalogue::{Key, Modifiers};

use super::cell::CellPainter;

/// How a row is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RowStyle {
    /// On the colour of selected rows, and its checkbox is checked.
    pub selected: bool,
    /// On the colour of problems, with a bar at its left.
    pub problem: bool,
    /// The keyboard is on it.
    pub cursor: bool,
    /// It cannot be selected: no checkbox.
    pub fixed: bool,
}

/// The rows of a table. Asked for what is in view and for nothing else.
pub trait TableRows {
    /// How many there are.
    fn row_count(&self) -> usize;

    /// What stays the same of the row at this place when it moves. Unique in the table.
    fn row_key(&self, place: usize) -> u64;

    /// What the row is called, for screen readers and tests.
    fn row_label(&self, place: usize) -> String;

    /// How the row is shown.
    fn row_style(&self, place: usize) -> RowStyle;

    /// Paints a cell. `column` counts the table's columns, hidden ones included.
    fn cell(&mut self, place: usize, column: usize, cell: &mut CellPainter<'_>);
}

/// What was done to a table. The caller decides what it means.
#[derive(Clone, Debug, PartialEq)]
pub enum TableEvent {
    /// A row was clicked.
    Click {
        /// Which.
        place: usize,
        /// Keys held.
        held: Modifiers,
    },
    /// A row was clicked twice. A `Click` came before.
    DoubleClick {
        /// Which.
        place: usize,
    },
    /// A row was clicked with the other button. Select it if it is not, then show a menu with
    /// `output.body.container_context_menu(..)`.
    Context {
        /// Which.
        place: usize,
        /// Where.
        at: Pos2,
    },
    /// A row's checkbox was clicked.
    Checkbox {
        /// Which.
        place: usize,
        /// Keys held.
        held: Modifiers,
    },
    /// The header's checkbox was clicked.
    ToggleAll,
    /// A row was pressed and the pointer moves: rows are being selected by drawing over them.
    DragFrom {
        /// Which.
        place: usize,
        /// Keys held; from a checkbox it is as with Ctrl.
        held: Modifiers,
    },
    /// The pointer came to another row, perhaps because the rows scrolled under it.
    DragTo {
        /// Which.
        place: usize,
    },
    /// The pointer was let go.
    DragEnd,
    /// The space below the rows was clicked.
    Blank {
        /// Keys held.
        held: Modifiers,
    },
    /// A title was clicked.
    Sort {
        /// Counts the table's columns, hidden ones included.
        column: usize,
        /// Shift was held: as a second key.
        add: bool,
    },
    /// A key for the selection, while the table has the keyboard.
    Key {
        /// Which.
        key: Key,
        /// Keys held.
        held: Modifiers,
    },
    /// Enter, while the table has the keyboard: open the cursor's row.
    Enter,
}

/// The keys that a selection knows of, from egui's.
pub(super) fn held(modifiers: EguiModifiers) -> Modifiers {
    Modifiers {
        ctrl: modifiers.command,
        shift: modifiers.shift,
    }
}

/// What a key says to the table; `None` leaves it to others.
pub(super) fn key_event(key: egui::Key, modifiers: EguiModifiers) -> Option<TableEvent> {
    use egui::Key as E;
    if modifiers.alt {
        return None;
    }
    let held = held(modifiers);
    let key = match key {
        E::ArrowUp => Key::Up,
        E::ArrowDown => Key::Down,
        E::Home => Key::Home,
        E::End => Key::End,
        E::PageUp => Key::PageUp,
        E::PageDown => Key::PageDown,
        E::Space => Key::Space,
        E::A if held.ctrl => Key::A,
        E::I if held.ctrl => Key::I,
        E::Escape => Key::Escape,
        E::Enter if !held.ctrl && !held.shift => return Some(TableEvent::Enter),
        _ => return None,
    };
    Some(TableEvent::Key { key, held })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_mean_something_elsewhere_are_left_alone() {
        let none = EguiModifiers::NONE;
        for (key, modifiers) in [
            (egui::Key::A, none),
            (egui::Key::Delete, none),
            (egui::Key::ArrowUp, EguiModifiers::ALT),
            (egui::Key::Enter, EguiModifiers::COMMAND),
        ] {
            assert_eq!(key_event(key, modifiers), None);
        }
        let all = TableEvent::Key {
            key: Key::A,
            held: Modifiers {
                ctrl: true,
                shift: false,
            },
        };
        assert_eq!(key_event(egui::Key::A, EguiModifiers::COMMAND), Some(all));
    }
}

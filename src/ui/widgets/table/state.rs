//! What a table remembers between frames: where it is scrolled to, its columns. Never the data.
//!
//! Offsets are `f64`: a million rows are more pixels than an `f32` can count.

/// A column of a table: what it is called and how it starts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TableColumn {
    /// Names it in [`ColumnState`] and in settings.
    pub id: &'static str,
    /// Stands over it.
    pub title: &'static str,
    /// Width at first, in points, padding included.
    pub width: f32,
    /// Whether title and content stand on the right, as figures do.
    pub right: bool,
    /// Whether a click on its title sorts.
    pub sortable: bool,
    /// Whether it can be hidden. One that cannot, and is the first, stays at the left while the others scroll.
    pub hideable: bool,
    /// Whether it is shown at first.
    pub visible: bool,
    /// Whether it takes the space that is left, until it is resized by hand.
    pub grows: bool,
    /// Where room is short the columns with the highest of these are left out first; 0 stays.
    pub gives: u8,
}

impl TableColumn {
    /// A sortable column that can be hidden.
    pub const fn new(id: &'static str, title: &'static str, width: f32) -> Self {
        Self {
            id,
            title,
            width,
            right: false,
            sortable: true,
            hideable: true,
            visible: true,
            grows: false,
            gives: 0,
        }
    }

    /// Title and content on the right.
    pub const fn right(self) -> Self {
        Self {
            right: true,
            ..self
        }
    }

    /// Takes the space that is left.
    pub const fn grows(self) -> Self {
        Self {
            grows: true,
            ..self
        }
    }

    /// Left out where room is short, those with the highest rank first.
    pub const fn gives(self, rank: u8) -> Self {
        Self {
            gives: rank,
            ..self
        }
    }

    /// A click on its title does nothing.
    pub const fn unsortable(self) -> Self {
        Self {
            sortable: false,
            ..self
        }
    }

    /// Cannot be hidden, and as the first stays at the left while the others scroll.
    pub const fn always(self) -> Self {
        Self {
            hideable: false,
            ..self
        }
    }

    /// Not shown at first.
    pub const fn hidden(self) -> Self {
        Self {
            visible: false,
            ..self
        }
    }
}

/// What a person made of a column.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ColumnState {
    /// [`TableColumn::id`].
    pub id: &'static str,
    /// In points, padding included.
    pub width: f32,
    /// Whether it is shown.
    pub visible: bool,
    /// Whether the width was set by hand: such a column does not grow.
    pub fixed: bool,
    /// Whether it can be shown at all: one that has nothing to say is not in the menu.
    pub offered: bool,
}

/// Narrowest column.
pub const MIN_WIDTH: f32 = 40.0;
/// Widest column.
pub const MAX_WIDTH: f32 = 2000.0;

/// What a table remembers between frames.
#[derive(Clone, Debug, PartialEq)]
pub struct TableState {
    /// Points above the first shown one.
    pub top_px: f64,
    /// Points left of the first shown one.
    pub left_px: f64,
    /// Columns, in the order of the table's own.
    pub columns: Vec<ColumnState>,
    row_height: f64,
    body_height: f64,
    wanted: Option<Wanted>,
    pub(super) grabs: [Option<Grab>; 2],
    /// The row under the pointer while rows are selected by drawing over them.
    pub(super) drawn: Option<usize>,
}

/// A scroll bar's thumb in the hand: where scroll offset and pointer were when it was taken.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Grab {
    pub offset: f64,
    pub pointer: f32,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Wanted {
    OnTop(usize),
    InView(usize),
}

impl TableState {
    /// A table at its top, with its columns as they start.
    pub fn new(columns: &[TableColumn], row_height: f32) -> Self {
        let start = |column: &TableColumn| ColumnState {
            id: column.id,
            width: column.width,
            visible: column.visible,
            fixed: false,
            offered: true,
        };
        Self {
            top_px: 0.0,
            left_px: 0.0,
            columns: columns.iter().map(start).collect(),
            row_height: f64::from(row_height.max(1.0)),
            body_height: 0.0,
            wanted: None,
            grabs: [None; 2],
            drawn: None,
        }
    }

    /// Puts the row of a place on top at the next frame, as far as there are rows to follow it.
    pub fn scroll_to(&mut self, place: usize) {
        self.wanted = Some(Wanted::OnTop(place));
    }

    /// Brings the row of a place into view at the next frame, moving as little as that takes.
    pub fn reveal(&mut self, place: usize) {
        self.wanted = Some(Wanted::InView(place));
    }

    /// Places that the last frame had room for, whether there are rows or not.
    pub fn in_view(&self) -> std::ops::Range<usize> {
        let first = self.first().0;
        first..first + self.page_rows() + 1
    }

    /// Scrolls as far as a row moved, so that it stays where it is seen.
    pub fn follow(&mut self, from: usize, to: usize) {
        self.top_px = (self.top_px + (to as f64 - from as f64) * self.row_height).max(0.0);
    }

    /// Height of a row, in points.
    pub fn row_height(&self) -> f32 {
        self.row_height as f32
    }

    /// Whole rows that the last frame had room for, at least one: how far PageDown goes.
    pub fn page_rows(&self) -> usize {
        ((self.body_height / self.row_height) as usize).max(1)
    }

    /// Shows or hides a column.
    pub fn set_visible(&mut self, id: &str, visible: bool) {
        for column in self.columns.iter_mut().filter(|c| c.id == id) {
            column.visible = visible && column.offered;
        }
    }

    /// Takes a column away for good: it has nothing to say here.
    pub fn withdraw(&mut self, id: &str) {
        for column in self.columns.iter_mut().filter(|c| c.id == id) {
            (column.visible, column.offered) = (false, false);
        }
    }

    /// Sets a column's width as if by hand.
    pub fn set_width(&mut self, id: &str, width: f32) {
        for column in self.columns.iter_mut().filter(|c| c.id == id) {
            column.width = width.clamp(MIN_WIDTH, MAX_WIDTH);
            column.fixed = true;
        }
    }

    /// Settles the offset for a frame: goes where it was asked to, stays within the rows.
    pub(super) fn settle(&mut self, rows: usize, body_height: f32) {
        self.body_height = f64::from(body_height);
        match self.wanted.take() {
            Some(Wanted::OnTop(place)) => self.top_px = place as f64 * self.row_height,
            Some(Wanted::InView(place)) => {
                let top = place as f64 * self.row_height;
                let lowest = top + self.row_height - self.body_height;
                // Of a body lower than a row, the row's top is seen.
                self.top_px = self.top_px.max(lowest).min(top);
            }
            None => {}
        }
        self.top_px = self.top_px.clamp(0.0, self.max_top(rows));
    }

    /// Scrolls by points, within the rows.
    pub(super) fn scroll_by(&mut self, points: f64, rows: usize) {
        self.top_px = (self.top_px + points).clamp(0.0, self.max_top(rows));
    }

    /// The row in view that is nearest to a height below the top of the rows.
    pub(super) fn nearest(&self, y: f32, rows: usize) -> usize {
        let inside = f64::from(y).min(self.body_height - 1.0).max(0.0);
        let place = ((self.top_px + inside) / self.row_height) as usize;
        place.min(rows.saturating_sub(1))
    }

    /// Height of all rows.
    pub(super) fn height(&self, rows: usize) -> f64 {
        rows as f64 * self.row_height
    }

    pub(super) fn max_top(&self, rows: usize) -> f64 {
        (self.height(rows) - self.body_height).max(0.0)
    }

    /// The first row in view, and how far its top is above the body's, in points.
    pub(super) fn first(&self) -> (usize, f32) {
        let first = (self.top_px / self.row_height).floor();
        let above = self.top_px - first * self.row_height;
        (first as usize, above as f32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROWS: usize = 1_000_000;

    fn state() -> TableState {
        let mut state = TableState::new(&[TableColumn::new("a", "A", 100.0)], 28.0);
        state.settle(ROWS, 280.0);
        state
    }

    #[test]
    fn every_row_can_be_put_on_top() {
        let mut state = state();
        for place in [0, 1, 87_000, 349_000, 699_051, 999_990] {
            state.scroll_to(place);
            state.settle(ROWS, 280.0);
            assert_eq!(state.first(), (place, 0.0));
        }
        state.scroll_to(999_999);
        state.settle(ROWS, 280.0);
        assert_eq!(state.first(), (999_990, 0.0), "the last row is at the foot");
    }

    #[test]
    fn reveal_moves_no_more_than_it_must() {
        let mut state = state();
        let cases = [
            (5, 0.0),
            (9, 0.0),
            (10, 28.0),
            (11, 56.0),
            (5, 56.0),
            (1, 28.0),
            (500_000, 499_991.0 * 28.0),
        ];
        for (place, top) in cases {
            state.reveal(place);
            state.settle(ROWS, 280.0);
            assert_eq!(state.top_px, top, "place {place}");
        }
        state.settle(3, 280.0);
        assert_eq!(state.top_px, 0.0, "fewer rows bring it back");
        assert_eq!(state.page_rows(), 10);
    }

    #[test]
    fn a_row_that_moved_is_followed() {
        let mut state = state();
        state.scroll_to(100);
        state.settle(ROWS, 280.0);
        assert_eq!(state.in_view(), 100..111);
        state.follow(104, 90_004);
        state.settle(ROWS, 280.0);
        assert_eq!(state.first(), (90_000, 0.0));
        state.follow(90_001, 0);
        state.settle(ROWS, 280.0);
        assert_eq!(state.first(), (0, 0.0));
    }

    #[test]
    fn widths_stay_within_reason() {
        let mut state = state();
        for (asked, got) in [(1.0, MIN_WIDTH), (120.0, 120.0), (1e9, MAX_WIDTH)] {
            state.set_width("a", asked);
            assert_eq!(
                (state.columns[0].width, state.columns[0].fixed),
                (got, true)
            );
        }
    }
}

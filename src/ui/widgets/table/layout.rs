//! Where everything of one frame is: header, body, scroll bars, columns.

use egui::{Id, Rect, pos2, vec2};

use super::bars::BAR;
use super::{TableColumn, TableState, TableStyle};
use crate::catalogue::Coverage;

/// What a growing column keeps of its width where room is short: beyond that the table scrolls sideways.
const SHRINK: f32 = 0.8;
/// What the column that stays may take of the view once others slide below it.
const STAYS: f32 = 0.5;

/// A column of this frame.
#[derive(Clone, Copy, Debug)]
pub(super) struct Placed {
    pub column: usize,
    /// From the left of all columns.
    pub x: f32,
    pub width: f32,
    /// Whether it stays at the left while the others scroll.
    pub stays: bool,
}

/// What all parts of a frame share.
pub(super) struct Frame<'a> {
    pub id: Id,
    pub style: &'a TableStyle,
    pub columns: &'a [TableColumn],
    pub sort: Option<(usize, bool)>,
    /// The second column sorted by, and whether downwards.
    pub second: Option<(usize, bool)>,
    pub checks: Option<Coverage>,
    pub placed: &'a [Placed],
    pub across: Across,
}

/// How far the columns of this frame are scrolled.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Across {
    /// Where columns begin: right of the checkboxes.
    pub begin: f32,
    /// Where the first of them would begin, scrolled as they are.
    pub left: f32,
    /// What is seen of the column that stays; 0 where none does.
    pub stays: f32,
    /// Whether others are below it.
    pub is_over: bool,
}

impl Frame<'_> {
    /// A column's part of a row.
    pub fn cell(&self, placed: &Placed, row: Rect) -> Rect {
        let (x, width) = self.span(placed);
        Rect::from_min_size(pos2(x, row.top()), vec2(width, row.height()))
    }

    /// Where a column begins, and how wide it is seen.
    fn span(&self, placed: &Placed) -> (f32, f32) {
        match placed.stays {
            true => (self.across.begin, self.across.stays),
            false => (self.across.left + placed.x, placed.width),
        }
    }

    /// Width of a column as it is seen.
    pub fn width(&self, placed: &Placed) -> f32 {
        self.span(placed).1
    }

    /// The part of a rect in which a column is seen: right of all that stays before it.
    pub fn seen(&self, placed: &Placed, rect: Rect) -> Rect {
        let before = if placed.stays { 0.0 } else { self.across.stays };
        rect.with_min_x(self.across.begin + before)
    }
}

/// How the table's space is divided.
pub(super) struct Areas {
    pub header: Rect,
    pub body: Rect,
    /// Tracks of the scroll bars, where there are any.
    pub down: Option<Rect>,
    pub across: Option<Rect>,
    pub placed: Vec<Placed>,
    pub columns_left: f32,
    /// Width in which columns are seen.
    pub columns_view: f32,
}

impl Areas {
    /// Divides `rect`. No column of `kept` is left out for want of room. `check_width` is 0 without checkboxes, `rows_height` that of all rows.
    pub fn of(
        rect: Rect,
        columns: &[TableColumn],
        kept: &[usize],
        state: &TableState,
        header_height: f32,
        check_width: f32,
        rows_height: f64,
    ) -> Self {
        let header_bottom = (rect.top() + header_height).min(rect.bottom());
        let (header, below) = rect.split_top_bottom_at_y(header_bottom);
        let columns_left = rect.left() + check_width;
        let place = |down: bool| {
            let view = rect.right() - columns_left - if down { BAR } else { 0.0 };
            let placed = place_columns(columns, kept, state, view.max(0.0));
            let is_wide = width_of(&placed) > view + 0.5;
            (placed, view.max(0.0), is_wide)
        };
        let mut down = rows_height > f64::from(below.height());
        let is_wide = place(down).2;
        let foot = below.bottom() - if is_wide { BAR } else { 0.0 };
        down |= rows_height > f64::from(foot - below.top());
        let (placed, columns_view, is_wide) = place(down);
        let body = Rect::from_min_max(
            below.min,
            pos2(
                below.right() - if down { BAR } else { 0.0 },
                foot.max(below.top()),
            ),
        );
        let down_track = Rect::from_x_y_ranges(body.right()..=rect.right(), body.y_range());
        let across_track =
            Rect::from_x_y_ranges(columns_left..=body.right(), body.bottom()..=rect.bottom());
        Self {
            header,
            body,
            down: down.then_some(down_track),
            across: is_wide.then_some(across_track),
            placed,
            columns_left,
            columns_view,
        }
    }

    /// How far the columns are scrolled. A column that stays and is wider than it may be gives of its width
    /// first: then the others slide below it.
    pub fn scrolled(&self, state: &TableState) -> Across {
        let scrolled = state.left_px as f32;
        let first = self.staying().map_or(0.0, |first| first.width);
        let stays = (first - scrolled).max(self.stays_at_least());
        Across {
            begin: self.columns_left,
            left: self.columns_left - scrolled,
            stays,
            is_over: stays > 0.0 && stays > first - scrolled + 0.5,
        }
    }

    fn staying(&self) -> Option<&Placed> {
        self.placed.first().filter(|first| first.stays)
    }

    /// What is seen of the column that stays, however far the others are scrolled.
    pub fn stays_at_least(&self) -> f32 {
        let most = STAYS * self.columns_view;
        self.staying().map_or(0.0, |first| first.width.min(most))
    }

    /// Width of all columns.
    pub fn columns_width(&self) -> f32 {
        width_of(&self.placed)
    }

    pub fn max_left(&self) -> f64 {
        f64::from((self.columns_width() - self.columns_view).max(0.0))
    }
}

fn width_of(placed: &[Placed]) -> f32 {
    placed.last().map_or(0.0, |last| last.x + last.width)
}

/// Columns from left to right. The first that grows takes what is left of `view`, and gives some of its
/// own where that is not enough; then columns that give way are left out.
fn place_columns(
    columns: &[TableColumn],
    kept: &[usize],
    state: &TableState,
    view: f32,
) -> Vec<Placed> {
    let mut shown: Vec<usize> = (0..columns.len().min(state.columns.len()))
        .filter(|&column| state.columns[column].visible)
        .collect();
    let width = |column: usize| state.columns[column].width;
    let grows = |column: &usize| columns[*column].grows && !state.columns[*column].fixed;
    let least = |shown: &[usize]| -> f32 {
        let shrunk = |column: &usize| if grows(column) { SHRINK } else { 1.0 };
        shown.iter().map(|at| width(*at) * shrunk(at)).sum()
    };
    let stays =
        |at: &usize| columns[*at].gives == 0 || state.columns[*at].fixed || kept.contains(at);
    while least(&shown) > view {
        let giving = shown.iter().copied().filter(|at| !stays(at));
        let Some(first) = giving.max_by_key(|at| columns[*at].gives) else {
            break;
        };
        shown.retain(|at| *at != first);
    }
    let grower = shown.iter().copied().find(grows);
    let left_over = view - shown.iter().map(|&column| width(column)).sum::<f32>();
    let mut x = 0.0;
    let place = |column| {
        let width = if grower == Some(column) {
            (width(column) + left_over).max(SHRINK * width(column))
        } else {
            width(column)
        };
        let stays = x == 0.0 && !columns[column].hideable;
        let placed = Placed {
            column,
            x,
            width,
            stays,
        };
        x += width;
        placed
    };
    shown.into_iter().map(place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: [TableColumn; 3] = [
        TableColumn::new("name", "Name", 200.0).grows(),
        TableColumn::new("size", "Size", 80.0),
        TableColumn::new("id", "Id", 100.0).hidden(),
    ];

    fn widths(state: &TableState, view: f32) -> Vec<f32> {
        let placed = place_columns(&COLUMNS, &[], state, view);
        placed.iter().map(|placed| placed.width).collect()
    }

    #[test]
    fn the_growing_column_takes_and_gives() {
        let mut state = TableState::new(&COLUMNS, 28.0);
        let cases = [
            (280.0, [200.0, 80.0]),
            (500.0, [420.0, 80.0]),
            (245.0, [165.0, 80.0]),
            (240.0, [160.0, 80.0]),
            (50.0, [160.0, 80.0]),
        ];
        for (view, expected) in cases {
            assert_eq!(widths(&state, view), expected, "in {view}");
        }
        state.set_visible("id", true);
        assert_eq!(widths(&state, 500.0), [320.0, 80.0, 100.0]);
        state.set_width("name", 150.0);
        assert_eq!(widths(&state, 500.0), [150.0, 80.0, 100.0], "set by hand");
    }

    #[test]
    fn columns_give_way_by_rank() {
        const RANKED: [TableColumn; 4] = [
            TableColumn::new("name", "Name", 200.0).grows(),
            TableColumn::new("size", "Size", 80.0).gives(1),
            TableColumn::new("type", "Type", 60.0).gives(2),
            TableColumn::new("state", "State", 100.0),
        ];
        let mut state = TableState::new(&RANKED, 28.0);
        let left = |state: &TableState, kept: &[usize], view: f32| -> Vec<usize> {
            let placed = place_columns(&RANKED, kept, state, view);
            placed.iter().map(|placed| placed.column).collect()
        };
        let cases: [(f32, &[usize]); 4] = [
            (400.0, &[0, 1, 2, 3]),
            (399.0, &[0, 1, 3]),
            (339.0, &[0, 3]),
            (90.0, &[0, 3]),
        ];
        for (view, expected) in cases {
            assert_eq!(left(&state, &[], view), expected, "in {view}");
        }
        assert_eq!(left(&state, &[2], 399.0), [0, 2, 3], "sorted by it");
        state.set_width("type", 60.0);
        assert_eq!(left(&state, &[], 399.0), [0, 2, 3], "set by hand");
    }

    #[test]
    fn the_first_column_stays_and_a_wide_one_gives_first() {
        const NAMED: [TableColumn; 3] = [
            TableColumn::new("name", "Name", 100.0).always(),
            TableColumn::new("size", "Size", 200.0).always(),
            TableColumn::new("id", "Id", 200.0),
        ];
        let mut state = TableState::new(&NAMED, 28.0);
        let rect = Rect::from_min_size(pos2(0.0, 0.0), vec2(336.0, 128.0));
        let scrolled = |state: &mut TableState, by: f64| {
            let areas = Areas::of(rect, &NAMED, &[], state, 28.0, 36.0, 0.0);
            assert!(areas.placed[0].stays && !areas.placed[1].stays);
            state.left_px = by;
            let across = areas.scrolled(state);
            (across.left, across.stays, across.is_over)
        };
        assert_eq!(scrolled(&mut state, 0.0), (36.0, 100.0, false));
        assert_eq!(scrolled(&mut state, 120.0), (-84.0, 100.0, true));
        state.set_width("name", 400.0);
        assert_eq!(scrolled(&mut state, 0.0), (36.0, 400.0, false));
        assert_eq!(scrolled(&mut state, 250.0), (-214.0, 150.0, false));
        assert_eq!(scrolled(&mut state, 300.0), (-264.0, 150.0, true));
    }

    #[test]
    fn bars_appear_when_there_is_more_to_see() {
        let state = TableState::new(&COLUMNS, 28.0);
        let rect = Rect::from_min_size(pos2(0.0, 0.0), vec2(300.0, 128.0));
        let narrow = rect.with_max_x(100.0);
        let cases = [
            (rect, 100.0, false, false),
            (rect, 101.0, true, false),
            (narrow, 80.0, false, true),
            // The bar across takes the room that the rows had.
            (narrow, 90.0, true, true),
        ];
        for (rect, height, down, across) in cases {
            let areas = Areas::of(rect, &COLUMNS, &[], &state, 28.0, 0.0, height);
            let found = (areas.down.is_some(), areas.across.is_some());
            assert_eq!(found, (down, across), "{rect:?}, {height}");
        }
    }
}

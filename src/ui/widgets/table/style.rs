//! Colours and sizes of a table. The window's theme fills them in.

use egui::{Color32, FontId, Style, TextStyle};

/// Everything that a table is painted with.
#[derive(Clone, Debug, PartialEq)]
pub struct TableStyle {
    /// Height of the header.
    pub header_height: f32,
    /// Space on each side of a cell's content.
    pub padding: f32,
    /// Width of the column of checkboxes.
    pub check_width: f32,
    /// Text of cells.
    pub font: FontId,
    /// Ids and other figures of fixed width.
    pub mono: FontId,
    /// Text of pills.
    pub pill: FontId,
    /// Titles of columns.
    pub header_font: FontId,
    /// Behind the rows.
    pub background: Color32,
    /// Behind the header.
    pub header_background: Color32,
    /// Separators.
    pub line: Color32,
    /// Where columns slide below the one that stays.
    pub fold: Color32,
    /// Titles of columns.
    pub header_text: Color32,
    /// The sorted column's title.
    pub header_strong: Color32,
    /// Checked boxes, the cursor's row while the table has the keyboard.
    pub accent: Color32,
    /// On top of `accent`.
    pub on_accent: Color32,
    /// Behind selected rows.
    pub selection: Color32,
    /// Behind the row under the pointer.
    pub hover: Color32,
    /// Behind rows with a problem.
    pub problem: Color32,
    /// Left edge of rows with a problem.
    pub problem_ink: Color32,
    /// Inside an empty checkbox.
    pub check_fill: Color32,
    /// Around an empty checkbox.
    pub check_line: Color32,
    /// The thumb of the scroll bar.
    pub thumb: Color32,
    /// The thumb under the pointer.
    pub thumb_strong: Color32,
}

impl TableStyle {
    /// A table that looks like the rest of egui, for a start.
    pub fn of(style: &Style) -> Self {
        let visuals = &style.visuals;
        let font = |of: &TextStyle| {
            let known = style.text_styles.get(of);
            known.cloned().unwrap_or_default()
        };
        let widgets = &visuals.widgets;
        Self {
            header_height: 28.0,
            padding: 10.0,
            check_width: 36.0,
            font: font(&TextStyle::Body),
            mono: font(&TextStyle::Monospace),
            pill: font(&TextStyle::Small),
            header_font: font(&TextStyle::Body),
            background: visuals.panel_fill,
            header_background: visuals.faint_bg_color,
            line: widgets.noninteractive.bg_stroke.color,
            fold: widgets.noninteractive.bg_stroke.color,
            header_text: visuals.weak_text_color(),
            header_strong: visuals.text_color(),
            accent: visuals.hyperlink_color,
            on_accent: visuals.panel_fill,
            selection: visuals.selection.bg_fill,
            hover: widgets.hovered.weak_bg_fill,
            problem: visuals.error_fg_color.linear_multiply(0.15),
            problem_ink: visuals.error_fg_color,
            check_fill: visuals.extreme_bg_color,
            check_line: widgets.inactive.bg_fill,
            thumb: widgets.inactive.bg_fill,
            thumb_strong: widgets.hovered.bg_fill,
        }
    }
}

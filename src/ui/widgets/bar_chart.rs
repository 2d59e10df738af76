//! Upright bars along a line, each of which can be clicked.

use egui::{
    Align2, Color32, CornerRadius, CursorIcon, FontId, Id, Rect, Sense, Stroke, Ui, WidgetInfo,
    pos2, vec2,
};

/// One bar.
#[derive(Clone, Debug, Default)]
pub struct Bar {
    /// Its height, above 0.
    pub value: f64,
    /// The whole of it, for the tooltip and for those who cannot see the chart.
    pub words: String,
    /// What stands under it; empty for most.
    pub mark: String,
}

/// Fonts and colours.
#[derive(Clone, Debug)]
pub struct BarStyle {
    /// Of the marks.
    pub font: FontId,
    /// Of bars.
    pub fill: Color32,
    /// Of the bar under the pointer.
    pub strong: Color32,
    /// Under the bars.
    pub line: Color32,
    /// Of the marks.
    pub ink: Color32,
}

const FOOT: f32 = 18.0;
const WIDEST: f32 = 28.0;

/// Draws the bars over the width that there is; the highest is as high as the chart. Returns the one that
/// was clicked. Bars without a value cannot be. `name` tells charts that stand together apart.
pub fn bar_chart(
    ui: &mut Ui,
    name: &str,
    bars: &[Bar],
    height: f32,
    style: &BarStyle,
) -> Option<usize> {
    let (whole, _) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::hover());
    let plot = Rect::from_min_max(whole.min, pos2(whole.right(), whole.bottom() - FOOT));
    let most = bars.iter().map(|bar| bar.value).fold(0.0, f64::max);
    let step = (plot.width() / bars.len().max(1) as f32).min(WIDEST);
    let gap = if step > 4.0 { 2.0 } else { 0.0 };
    let chart = ui.scope_id().with(("chart", name));
    let mut clicked = None;
    let mut free = plot.left();
    for (n, bar) in bars.iter().enumerate() {
        let left = plot.left() + step * n as f32;
        let slot = Rect::from_min_max(pos2(left, plot.top()), pos2(left + step, plot.bottom()));
        if bar.value > 0.0 {
            let part = (bar.value / most) as f32;
            let top = plot.bottom() - (part * plot.height()).max(2.0);
            let shape = Rect::from_min_max(
                pos2(slot.left(), top),
                pos2(slot.right() - gap, slot.bottom()),
            );
            if bar_ui(ui, chart.with(n), bar, slot, shape, style) {
                clicked = Some(n);
            }
        }
        if !bar.mark.is_empty() && slot.left() >= free {
            let at = pos2(slot.left(), plot.bottom() + 4.0);
            let font = style.font.clone();
            let text = ui
                .painter()
                .text(at, Align2::LEFT_TOP, &bar.mark, font, style.ink);
            free = text.right() + 8.0;
        }
    }
    ui.painter()
        .hline(plot.x_range(), plot.bottom(), Stroke::new(1.0, style.line));
    clicked
}

fn bar_ui(ui: &mut Ui, id: Id, bar: &Bar, slot: Rect, shape: Rect, style: &BarStyle) -> bool {
    let response = ui
        .interact(slot, id, Sense::click())
        .on_hover_cursor(CursorIcon::PointingHand);
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, &bar.words));
    let lit = response.hovered() || response.has_focus();
    let fill = if lit { style.strong } else { style.fill };
    let radius = CornerRadius {
        nw: 2,
        ne: 2,
        sw: 0,
        se: 0,
    };
    ui.painter().rect_filled(shape, radius, fill);
    response.on_hover_text_at_pointer(&bar.words).clicked()
}

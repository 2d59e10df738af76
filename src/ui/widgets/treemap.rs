//! Rectangles whose areas are as the values: squarified, two levels deep.

use egui::{
    Color32, CornerRadius, CursorIcon, FontId, Id, Rect, Sense, Ui, WidgetInfo, pos2, vec2,
};

/// A rectangle of the map, or a set of them under a heading.
#[derive(Clone, Debug, Default)]
pub struct Mark {
    /// What stands in it.
    pub label: String,
    /// What stands in it under the heading of its set, where that says the rest; nothing if it does not fit.
    /// Empty: the label.
    pub short: String,
    /// The whole of it, for the tooltip and for those who cannot see the map.
    pub words: String,
    /// Its area. Marks without one are left out.
    pub value: f64,
    /// Marks inside it.
    pub inside: Vec<Mark>,
}

/// Fonts and colours.
#[derive(Clone, Debug)]
pub struct TreemapStyle {
    /// Of labels.
    pub font: FontId,
    /// Of headings.
    pub heading: FontId,
    /// Ink and ground of each set in turn.
    pub hues: Vec<(Color32, Color32)>,
    /// Around the one under the pointer.
    pub accent: Color32,
}

const HEADING: f32 = 20.0;
const GAP: f32 = 1.0;

/// Which words stand in a mark.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Words {
    Label,
    Short,
}

/// Draws the map over the width that there is. Returns the place of the mark that was clicked: of a set,
/// and of the mark in it unless its heading was clicked.
pub fn treemap(
    ui: &mut Ui,
    marks: &[Mark],
    height: f32,
    style: &TreemapStyle,
) -> Option<(usize, Option<usize>)> {
    let (whole, _) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::hover());
    let mut clicked = None;
    let values: Vec<f64> = marks.iter().map(|mark| mark.value).collect();
    for (n, (mark, rect)) in marks.iter().zip(squarify(&values, whole)).enumerate() {
        let hue = style.hues[n % style.hues.len().max(1)];
        let id = ui.unique_id().with(("treemap", n));
        if mark.inside.len() < 2 {
            if leaf(ui, id, mark, Words::Label, rect, hue, style) {
                clicked = Some((n, (mark.inside.len() == 1).then_some(0)));
            }
            continue;
        }
        let mut room = rect;
        let headed = rect.height() > 3.0 * HEADING && rect.width() > 48.0;
        if headed {
            let head = Rect::from_min_max(rect.min, pos2(rect.right(), rect.top() + HEADING));
            room.min.y = head.bottom();
            if heading(ui, id, mark, head, hue, style) {
                clicked = Some((n, None));
            }
        }
        let values: Vec<f64> = mark.inside.iter().map(|mark| mark.value).collect();
        for (m, (inner, rect)) in mark.inside.iter().zip(squarify(&values, room)).enumerate() {
            let words = if headed { Words::Short } else { Words::Label };
            if leaf(ui, id.with(m), inner, words, rect, hue, style) {
                clicked = Some((n, Some(m)));
            }
        }
    }
    clicked
}

fn heading(
    ui: &mut Ui,
    id: Id,
    mark: &Mark,
    rect: Rect,
    (ink, ground): (Color32, Color32),
    style: &TreemapStyle,
) -> bool {
    let response = act(ui, id, mark, rect);
    let shape = rect.shrink(GAP);
    ui.painter().rect_filled(shape, CornerRadius::ZERO, ground);
    label(ui, &mark.label, shape, style.heading.clone(), ink);
    if response.hovered() || response.has_focus() {
        outline(ui, shape, style.accent);
    }
    response.clicked()
}

fn leaf(
    ui: &mut Ui,
    id: Id,
    mark: &Mark,
    words: Words,
    rect: Rect,
    (ink, ground): (Color32, Color32),
    style: &TreemapStyle,
) -> bool {
    let shape = rect.shrink(GAP);
    if shape.width() < 1.0 || shape.height() < 1.0 {
        return false;
    }
    let response = act(ui, id, mark, rect);
    ui.painter().rect_filled(shape, CornerRadius::ZERO, ground);
    let short = words == Words::Short && !mark.short.is_empty();
    if short {
        whole_label(ui, &mark.short, shape, style.font.clone(), ink);
    } else if shape.width() > 36.0 && shape.height() > 16.0 {
        label(ui, &mark.label, shape, style.font.clone(), ink);
    }
    if response.hovered() || response.has_focus() {
        outline(ui, shape, style.accent);
    }
    response.clicked()
}

fn act(ui: &mut Ui, id: Id, mark: &Mark, rect: Rect) -> egui::Response {
    let response = ui.interact(rect, id, Sense::click());
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, &mark.words));
    response
        .on_hover_cursor(CursorIcon::PointingHand)
        .on_hover_text_at_pointer(&mark.words)
}

fn label(ui: &Ui, text: &str, rect: Rect, font: FontId, ink: Color32) {
    let painter = ui.painter().with_clip_rect(rect.intersect(ui.clip_rect()));
    let mut job = egui::text::LayoutJob::simple_singleline(text.to_owned(), font, ink);
    job.wrap = egui::text::TextWrapping::truncate_at_width(rect.width() - 10.0);
    let galley = painter.layout_job(job);
    painter.galley(rect.min + vec2(5.0, 2.0), galley, ink);
}

/// A label that fits, or none.
fn whole_label(ui: &Ui, text: &str, rect: Rect, font: FontId, ink: Color32) {
    let painter = ui.painter().with_clip_rect(rect.intersect(ui.clip_rect()));
    let galley = painter.layout_no_wrap(text.to_owned(), font, ink);
    let room = rect.size() - vec2(6.0, 2.0);
    if galley.size().x <= room.x && galley.size().y <= room.y {
        let inset = vec2(5.0, 2.0).min(rect.size() - galley.size());
        painter.galley(rect.min + inset, galley, ink);
    }
}

fn outline(ui: &Ui, rect: Rect, accent: Color32) {
    let stroke = egui::Stroke::new(1.5, accent);
    let kind = egui::StrokeKind::Inside;
    ui.painter()
        .rect_stroke(rect, CornerRadius::ZERO, stroke, kind);
}

/// Divides a rectangle among values, in their order, each as square as can be (Bruls, Huizing and van Wijk,
/// *Squarified Treemaps*, 2000). Values should come largest first; what is not above 0 gets no area.
pub fn squarify(values: &[f64], whole: Rect) -> Vec<Rect> {
    let none = Rect::from_min_size(whole.min, vec2(0.0, 0.0));
    let mut rects = vec![none; values.len()];
    let total: f64 = values.iter().filter(|value| **value > 0.0).sum();
    if total.is_nan() || total <= 0.0 || !whole.is_positive() {
        return rects;
    }
    let scale = f64::from(whole.area()) / total;
    let wanted: Vec<usize> = (0..values.len()).filter(|n| values[*n] > 0.0).collect();
    let area = |n: &usize| values[*n] * scale;
    let (mut room, mut rest) = (whole, wanted.as_slice());
    while !rest.is_empty() {
        let side = f64::from(room.width().min(room.height()));
        let mut count = 1;
        while count < rest.len()
            && worst(rest[..=count].iter().map(area), side)
                <= worst(rest[..count].iter().map(area), side)
        {
            count += 1;
        }
        let (row, others) = rest.split_at(count);
        let areas: Vec<f64> = row.iter().map(area).collect();
        room = lay(&mut rects, row, &areas, room, others.is_empty());
        rest = others;
    }
    rects
}

/// The worst aspect of a row along a side.
fn worst(areas: impl Iterator<Item = f64> + Clone, side: f64) -> f64 {
    let sum: f64 = areas.clone().sum();
    let thick = sum / side;
    areas
        .map(|area| {
            let length = area / thick;
            (thick / length).max(length / thick)
        })
        .fold(0.0, f64::max)
}

/// Lays a row along the shorter side; returns the room that is left.
fn lay(rects: &mut [Rect], row: &[usize], areas: &[f64], room: Rect, last: bool) -> Rect {
    let sum: f64 = areas.iter().sum();
    let wide = room.width() >= room.height();
    let (side, other) = if wide {
        (room.height(), room.width())
    } else {
        (room.width(), room.height())
    };
    let thick = if last {
        other
    } else {
        ((sum / f64::from(side)) as f32).min(other)
    };
    let mut at = 0.0;
    for (n, area) in row.iter().zip(areas) {
        let from = (at / sum) as f32 * side;
        at += area;
        let to = (at / sum) as f32 * side;
        rects[*n] = if wide {
            Rect::from_min_max(
                pos2(room.left(), room.top() + from),
                pos2(room.left() + thick, room.top() + to),
            )
        } else {
            Rect::from_min_max(
                pos2(room.left() + from, room.top()),
                pos2(room.left() + to, room.top() + thick),
            )
        };
    }
    let min = if wide {
        pos2(room.left() + thick, room.top())
    } else {
        pos2(room.left(), room.top() + thick)
    };
    Rect::from_min_max(min, room.max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn areas_are_as_the_values() {
        let whole = Rect::from_min_size(pos2(10.0, 20.0), vec2(640.0, 300.0));
        let many: Vec<f64> = (1..200).rev().map(|n| f64::from(n * n)).collect();
        for values in [
            vec![6.0, 6.0, 4.0, 3.0, 2.0, 2.0, 1.0],
            vec![1.0],
            vec![1e15, 1.0],
            many,
        ] {
            let total: f64 = values.iter().sum();
            let rects = squarify(&values, whole);
            for (value, rect) in values.iter().zip(&rects) {
                let wanted = value / total * f64::from(whole.area());
                assert!((f64::from(rect.area()) - wanted).abs() < 1.0 + wanted * 1e-3);
                assert!(whole.expand(0.01).contains_rect(*rect), "{rect:?}");
            }
            for (n, a) in rects.iter().enumerate() {
                for b in &rects[n + 1..] {
                    assert!(!a.shrink(0.01).intersects(b.shrink(0.01)), "{a:?} {b:?}");
                }
            }
        }
    }

    #[test]
    fn the_example_of_the_paper_is_laid_out_as_there() {
        let whole = Rect::from_min_size(pos2(0.0, 0.0), vec2(6.0, 4.0));
        let rects = squarify(&[6.0, 6.0, 4.0, 3.0, 2.0, 2.0, 1.0], whole);
        assert_eq!(rects[0], Rect::from_min_max(pos2(0.0, 0.0), pos2(3.0, 2.0)));
        assert_eq!(rects[1], Rect::from_min_max(pos2(0.0, 2.0), pos2(3.0, 4.0)));
    }

    #[test]
    fn values_that_are_none_get_no_area() {
        let whole = Rect::from_min_size(pos2(0.0, 0.0), vec2(6.0, 4.0));
        for values in [vec![], vec![0.0, 0.0], vec![f64::NAN, -1.0]] {
            assert!(squarify(&values, whole).iter().all(|r| r.area() == 0.0));
        }
        let rects = squarify(&[3.0, 0.0], whole);
        assert_eq!((rects[0], rects[1].area()), (whole, 0.0));
    }
}

//! What a row's owner paints a cell with: texts, pills, pictures, from left to right.

use std::sync::Arc;

use egui::epaint::RectShape;
use egui::text::LayoutJob;
use egui::{
    Align, Align2, Color32, CornerRadius, FontId, Galley, Painter, Pos2, Rect, Shape, Stroke,
    StrokeKind, TextureId, Vec2, pos2, vec2,
};

use crate::model::text::visible;

use super::elide;
use super::style::TableStyle;
use super::table_rows::RowStyle;

const PICTURE: f32 = 20.0;
const PICTURE_RADIUS: u8 = 4;
const PILL_HEIGHT: f32 = 18.0;
const PILL_RADIUS: u8 = 4;
const PILL_PADDING: f32 = 7.0;
const GAP: f32 = 8.0;
const SIGN: f32 = 13.0;

/// A small drawing in place of a thumbnail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Icon {
    /// A picture that has no thumbnail yet.
    Picture,
    /// Lines of text.
    Page,
    /// A triangle that plays.
    Play,
    /// Anything else.
    Blank,
}

/// Paints one cell. What does not fit is cut, and shown whole when the pointer rests on it.
///
/// Hidden and reordering characters of texts are made visible here, for every cell.
pub struct CellPainter<'a> {
    painter: Painter,
    style: &'a TableStyle,
    row: RowStyle,
    /// What is left of the cell.
    rect: Rect,
    /// Points that the content would like to have, so far.
    wants: f32,
    measuring: bool,
    cut: Option<String>,
}

impl<'a> CellPainter<'a> {
    pub(super) fn new(
        painter: Painter,
        style: &'a TableStyle,
        row: RowStyle,
        rect: Rect,
        measuring: bool,
    ) -> Self {
        Self {
            painter,
            style,
            row,
            rect,
            wants: 0.0,
            measuring,
            cut: None,
        }
    }

    /// How the row is shown.
    pub fn row(&self) -> RowStyle {
        self.row
    }

    /// What is left of the cell.
    pub fn rect(&self) -> Rect {
        self.rect
    }

    /// For drawings that are not foreseen here. Clipped to the cell; paints nothing while measuring.
    pub fn painter(&self) -> &Painter {
        &self.painter
    }

    /// Text, cut at its end.
    pub fn text(&mut self, text: &str, color: Color32, align: Align) {
        self.line(text, self.style.font.clone(), color, align);
    }

    /// Text of fixed width, cut at its end.
    pub fn mono(&mut self, text: &str, color: Color32) {
        self.line(text, self.style.mono.clone(), color, Align::Min);
    }

    /// The name of a file, cut in its middle.
    pub fn name(&mut self, name: &str, color: Color32) {
        let shown = visible(name);
        let font = self.style.font.clone();
        let width = self.width();
        let (galley, is_cut) = elide::middle(&self.painter, &shown, &font, width);
        if is_cut {
            self.cut = Some(shown.into_owned());
        }
        self.put(galley, color, Align::Min);
    }

    /// A word on a tinted ground.
    pub fn pill(&mut self, text: &str, ink: Color32, tint: Color32) {
        let room = (self.width() - 2.0 * PILL_PADDING).max(0.0);
        let galley = self.layout(text, self.style.pill.clone(), room);
        let size = vec2(galley.size().x + 2.0 * PILL_PADDING, PILL_HEIGHT);
        let rect = Align2::LEFT_CENTER.align_size_within_rect(size, self.rect);
        self.painter.rect_filled(rect, PILL_RADIUS, tint);
        self.painter
            .galley(centred(&galley, rect.center()), galley, ink);
        self.advance(size.x + GAP);
    }

    /// A picture, cut square from its middle. `size` is the texture's.
    pub fn thumbnail(&mut self, texture: TextureId, size: Vec2) {
        let rect = self.picture_rect();
        let part = Vec2::splat(size.min_elem()) / size.max(Vec2::splat(1.0));
        let uv = Rect::from_center_size(pos2(0.5, 0.5), part);
        let shape = RectShape::filled(rect, CornerRadius::same(PICTURE_RADIUS), Color32::WHITE);
        self.painter.add(shape.with_texture(texture, uv));
        self.advance(PICTURE + GAP);
    }

    /// A coloured square.
    pub fn swatch(&mut self, fill: Color32) {
        self.painter
            .rect_filled(self.picture_rect(), PICTURE_RADIUS, fill);
        self.advance(PICTURE + GAP);
    }

    /// A small drawing on a coloured square.
    pub fn icon(&mut self, icon: Icon, ink: Color32, fill: Color32) {
        let rect = self.picture_rect();
        self.painter.rect_filled(rect, PICTURE_RADIUS, fill);
        self.painter.extend(icon_shapes(icon, rect.center(), ink));
        self.advance(PICTURE + GAP);
    }

    /// A warning sign and words, cut at their end.
    pub fn warning(&mut self, text: &str, ink: Color32) {
        let center = self.rect.left_center() + vec2(SIGN / 2.0, 0.0);
        self.painter.extend(warning_shapes(center, ink));
        self.advance(SIGN + GAP / 2.0);
        self.text(text, ink, Align::Min);
    }

    /// Space.
    pub fn space(&mut self, points: f32) {
        self.advance(points);
    }

    /// What the content would like to have, in points.
    pub(super) fn wants(&self) -> f32 {
        self.wants
    }

    /// The whole of what was cut.
    pub(super) fn into_cut(self) -> Option<String> {
        self.cut
    }

    fn width(&self) -> f32 {
        if self.measuring {
            f32::INFINITY
        } else {
            self.rect.width().max(0.0)
        }
    }

    fn line(&mut self, text: &str, font: FontId, color: Color32, align: Align) {
        let galley = self.layout(text, font, self.width());
        self.put(galley, color, align);
    }

    fn layout(&mut self, text: &str, font: FontId, width: f32) -> Arc<Galley> {
        let shown = visible(text);
        let mut job =
            LayoutJob::simple_singleline(shown.clone().into_owned(), font, Color32::PLACEHOLDER);
        job.wrap.max_width = width;
        job.wrap.max_rows = 1;
        job.wrap.break_anywhere = true;
        let galley = self.painter.layout_job(job);
        if galley.elided {
            self.cut = Some(shown.into_owned());
        }
        galley
    }

    fn put(&mut self, galley: Arc<Galley>, color: Color32, align: Align) {
        let size = galley.size();
        let align = Align2([align, Align::Center]);
        let rect = align.align_size_within_rect(size, self.rect);
        self.painter.galley(rect.min, galley, color);
        self.advance(size.x + GAP);
    }

    fn picture_rect(&self) -> Rect {
        let size = Vec2::splat(PICTURE);
        Align2::LEFT_CENTER.align_size_within_rect(size, self.rect)
    }

    fn advance(&mut self, points: f32) {
        self.wants += points;
        self.rect.min.x = (self.rect.min.x + points).min(self.rect.max.x);
    }
}

fn centred(galley: &Galley, center: Pos2) -> Pos2 {
    center - galley.size() / 2.0
}

fn icon_shapes(icon: Icon, center: Pos2, ink: Color32) -> Vec<Shape> {
    let stroke = Stroke::new(1.0, ink);
    let line = |dy: f32, width: f32| {
        let from = center + vec2(-4.0, dy);
        Shape::line_segment([from, from + vec2(width, 0.0)], stroke)
    };
    match icon {
        Icon::Page => vec![line(-3.0, 8.0), line(0.0, 8.0), line(3.0, 5.0)],
        Icon::Play => {
            let at = |x, y| center + vec2(x, y);
            let points = vec![at(-3.0, -4.0), at(4.5, 0.0), at(-3.0, 4.0)];
            vec![Shape::convex_polygon(points, ink, Stroke::NONE)]
        }
        Icon::Picture => {
            let frame = Rect::from_center_size(center, vec2(10.0, 8.0));
            let sun = Shape::circle_filled(center + vec2(2.0, -1.0), 1.2, ink);
            vec![
                Shape::rect_stroke(frame, 1.0, stroke, StrokeKind::Inside),
                sun,
            ]
        }
        Icon::Blank => vec![line(0.0, 8.0)],
    }
}

fn warning_shapes(center: Pos2, ink: Color32) -> Vec<Shape> {
    let at = |x, y| center + vec2(x, y);
    let corners = vec![at(0.0, -5.0), at(5.5, 4.5), at(-5.5, 4.5)];
    let stroke = Stroke::new(1.3, ink);
    vec![
        Shape::closed_line(corners, stroke),
        Shape::line_segment([at(0.0, -1.8), at(0.0, 1.4)], stroke),
        Shape::circle_filled(at(0.0, 3.0), 0.8, ink),
    ]
}

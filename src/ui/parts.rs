//! Small things that every view draws alike: buttons, fields, pills, captions, icons.

use egui::{
    Align, Align2, Button, Color32, CornerRadius, CursorIcon, FontId, Frame, Label, Margin, Panel,
    Pos2, Rect, Response, RichText, Sense, Stroke, StrokeKind, TextEdit, Ui, UiBuilder, Vec2,
    Widget, WidgetInfo, WidgetText, pos2, vec2,
};

use super::theme::{self, Ink, Tokens};

/// How much a button asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// Bordered.
    Plain,
    /// Filled with the accent: the one thing to do here.
    Primary,
    /// Filled red: it destroys.
    Danger,
}

/// The pane beside the rows: what is known of the one at the cursor.
pub fn side(ui: &mut Ui, name: &'static str, add: impl FnOnce(&mut Ui)) {
    let frame = Frame::new()
        .fill(Tokens::of(ui).panel)
        .inner_margin(Margin {
            left: 16,
            right: 16,
            top: 14,
            bottom: 12,
        });
    Panel::right(name)
        .exact_size(theme::DETAILS)
        .resizable(false)
        .frame(frame)
        .show(ui, add);
}

/// A button of the house: 30 high, radius 7.
pub fn button(ui: &mut Ui, weight: Weight, text: &str) -> Response {
    let response = ui.add(styled(ui, weight, text));
    ringed(ui, weight, response)
}

/// Shows where the keyboard is, on filled buttons too.
fn ringed(ui: &Ui, weight: Weight, response: Response) -> Response {
    if response.has_focus() {
        // A border is made thicker; around a filled button there is a gap.
        let (gap, width) = match weight {
            Weight::Plain => (0, 1.5),
            Weight::Primary | Weight::Danger => (2, 2.0),
        };
        let rect = response.rect.expand(f32::from(gap));
        let stroke = Stroke::new(width, Tokens::of(ui).accent);
        let radius = CornerRadius::same(theme::RADIUS + gap);
        ui.painter()
            .rect_stroke(rect, radius, stroke, StrokeKind::Outside);
    }
    response
}

/// A ring around a row that has the keyboard.
pub fn row_ring(ui: &Ui, response: &Response, rect: Rect, radius: u8) {
    if response.has_focus() {
        let stroke = Stroke::new(1.5, Tokens::of(ui).accent);
        let radius = CornerRadius::same(radius);
        ui.painter()
            .rect_stroke(rect, radius, stroke, StrokeKind::Inside);
    }
}

/// A button that may be disabled, and then says why on hover.
pub fn button_if(ui: &mut Ui, weight: Weight, text: &str, blocked: Option<&str>) -> Response {
    let response = match (blocked, weight) {
        (None, _) => ui.add(styled(ui, weight, text)),
        (Some(_), Weight::Plain) => ui.add_enabled(false, styled(ui, weight, text)),
        (Some(_), Weight::Primary | Weight::Danger) => off(ui, weight, text),
    };
    let response = ringed(ui, weight, response);
    match blocked {
        Some(reason) => response.on_disabled_hover_text(reason),
        None => response,
    }
}

/// A filled button that cannot be pressed: its colour on a tint, so that its words can still be read.
fn off(ui: &mut Ui, weight: Weight, text: &str) -> Response {
    let tokens = Tokens::of(ui);
    let (ink, tint) = match weight {
        Weight::Danger => (tokens.bad.ink, tokens.bad.tint),
        _ => (tokens.accent, tokens.selection),
    };
    let text = RichText::new(text).color(ink.lerp_to_gamma(tint, 0.35));
    let button = Button::new(text)
        .min_size(vec2(0.0, theme::FIELD))
        .fill(tint)
        .stroke(Stroke::NONE);
    let usual = ui.visuals().disabled_alpha;
    ui.visuals_mut().disabled_alpha = 1.0;
    let response = ui.add_enabled(false, button);
    ui.visuals_mut().disabled_alpha = usual;
    response
}

fn styled(ui: &Ui, weight: Weight, text: &str) -> Button<'static> {
    let tokens = Tokens::of(ui);
    let (fill, ink) = match weight {
        Weight::Plain => (None, tokens.text),
        Weight::Primary => (
            Some(if ui.visuals().dark_mode {
                Color32::from_rgb(0x2F, 0x63, 0xD6)
            } else {
                tokens.accent
            }),
            tokens.on_fill,
        ),
        Weight::Danger => (Some(tokens.danger), tokens.on_fill),
    };
    let button = Button::new(RichText::new(text).color(ink)).min_size(vec2(0.0, theme::FIELD));
    match fill {
        Some(fill) => button.fill(fill).stroke(Stroke::NONE),
        None => button,
    }
}

/// Text that acts, without a border.
pub fn link(ui: &mut Ui, text: &str) -> Response {
    let label = link_label(ui, text);
    linked(ui, label)
}

/// The same in running words: it comes on a line of its own rather than on two.
pub fn link_whole(ui: &mut Ui, text: &str) -> Response {
    let label = link_label(ui, text).extend();
    linked(ui, label)
}

fn link_label(ui: &Ui, text: &str) -> Label {
    let text = RichText::new(text)
        .color(Tokens::of(ui).accent)
        .family(theme::medium());
    Label::new(text).selectable(false).sense(Sense::click())
}

fn linked(ui: &mut Ui, label: Label) -> Response {
    let tokens = Tokens::of(ui);
    let response = ui.add(label);
    if response.has_focus() {
        let stroke = Stroke::new(1.5, tokens.accent);
        let rect = response.rect;
        ui.painter()
            .hline(rect.x_range(), rect.bottom() + 1.0, stroke);
    }
    response.on_hover_cursor(CursorIcon::PointingHand)
}

/// A single-line field, as wide as `width`; `name` is for those who cannot see its caption.
pub fn field(ui: &mut Ui, text: &mut String, name: &str, width: f32) -> Response {
    field_of(ui, TextEdit::singleline(text), name, width)
}

/// A field that shows a hint while it is empty.
pub fn hinted_field(
    ui: &mut Ui,
    text: &mut String,
    name: &str,
    hint: &str,
    width: f32,
) -> Response {
    hinted(ui, TextEdit::singleline(text), name, hint, width)
}

/// A single-line field of dots, with a hint while it is empty.
pub fn secret_field(
    ui: &mut Ui,
    text: &mut String,
    name: &str,
    hint: &str,
    width: f32,
) -> Response {
    let edit = TextEdit::singleline(text).password(true);
    hinted(ui, edit, name, hint, width)
}

fn hinted(ui: &mut Ui, edit: TextEdit<'_>, name: &str, hint: &str, width: f32) -> Response {
    let hint = RichText::new(hint).color(Tokens::of(ui).faint);
    field_of(ui, edit.hint_text(hint), name, width)
}

fn field_of(ui: &mut Ui, edit: TextEdit<'_>, name: &str, width: f32) -> Response {
    edit.desired_width(width)
        .margin(Margin::symmetric(10, 7))
        .align(egui::Align2::LEFT_CENTER)
        .ui(ui)
        .accessible_name(name)
}

/// Selects what is in a field, so that typing takes its place.
pub fn select_all(ctx: &egui::Context, field: &Response, words: &str) {
    let end = words.chars().count();
    let mut state = egui::text_edit::TextEditState::load(ctx, field.id).unwrap_or_default();
    let all =
        egui::text::CCursorRange::two(egui::text::CCursor::new(0), egui::text::CCursor::new(end));
    state.cursor.set_char_range(Some(all));
    state.store(ctx, field.id);
}

/// A caption in weak ink.
pub fn caption(ui: &mut Ui, text: &str) -> Response {
    let tokens = Tokens::of(ui);
    ui.add(
        Label::new(
            RichText::new(text)
                .font(theme::caption())
                .color(tokens.weak),
        )
        .selectable(false),
    )
}

/// Text in weak ink that wraps.
pub fn weak(ui: &mut Ui, text: impl Into<String>) -> Response {
    let tokens = Tokens::of(ui);
    ui.add(Label::new(RichText::new(text).color(tokens.weak)).wrap())
}

/// Strong text.
pub fn strong(ui: &mut Ui, text: impl Into<String>) -> Response {
    ui.add(Label::new(RichText::new(text).font(theme::strong())).selectable(false))
}

/// A tag with a border: `Uploadcare`, `Protected`.
pub fn tag(ui: &mut Ui, text: &str, ink: Color32) -> Response {
    boxed(
        ui,
        text,
        ink,
        Color32::TRANSPARENT,
        Stroke::new(1.0, ink.gamma_multiply(0.6)),
    )
}

/// A pill: ink on tint.
pub fn pill(ui: &mut Ui, text: &str, pair: Ink) -> Response {
    boxed(ui, text, pair.ink, pair.tint, Stroke::NONE)
}

fn boxed(ui: &mut Ui, text: &str, ink: Color32, fill: Color32, stroke: Stroke) -> Response {
    let galley = ui
        .painter()
        .layout_no_wrap(text.to_owned(), theme::pill(), ink);
    let size = vec2(galley.size().x + 14.0, 20.0);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    ui.painter().rect(
        rect,
        CornerRadius::same(5),
        fill,
        stroke,
        StrokeKind::Inside,
    );
    let at = Align2::CENTER_CENTER
        .align_size_within_rect(galley.size(), rect)
        .min;
    ui.painter().galley(at, galley, ink);
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Label, true, text));
    response
}

/// A dot of colour, `size` across.
pub fn dot(ui: &mut Ui, color: Color32, size: f32) -> Response {
    let (rect, response) = ui.allocate_exact_size(vec2(size, size), Sense::hover());
    ui.painter().circle_filled(rect.center(), size / 2.0, color);
    response
}

/// A ground of one tint over the whole width, with an icon and what `add` puts beside it.
pub fn notice<R>(ui: &mut Ui, icon: Icon, pair: Ink, add: impl FnOnce(&mut Ui) -> R) -> R {
    Frame::new()
        .fill(pair.tint)
        .corner_radius(CornerRadius::same(RADIUS_NOTICE))
        .inner_margin(Margin::symmetric(12, 7))
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.horizontal(|ui| {
                let (rect, _) = ui.allocate_exact_size(Vec2::splat(16.0), Sense::hover());
                icon.paint(ui.painter(), rect, pair.ink);
                ui.add_space(2.0);
                add(ui)
            })
            .inner
        })
        .inner
}

/// A ground with words that wrap and links at its right. The link that was clicked.
pub fn notice_links(
    ui: &mut Ui,
    icon: Icon,
    pair: Ink,
    words: &str,
    links: &[&str],
) -> Option<usize> {
    let mut clicked = None;
    Frame::new()
        .fill(pair.tint)
        .corner_radius(CornerRadius::same(RADIUS_NOTICE))
        .inner_margin(Margin::symmetric(12, 10))
        .show(ui, |ui| clicked = notice_row(ui, icon, pair, words, links));
    clicked
}

/// Icon, words and links, all centred on one line; where the words wrap, on the middle of them.
fn notice_row(ui: &mut Ui, icon: Icon, pair: Ink, words: &str, links: &[&str]) -> Option<usize> {
    const ICON: f32 = 16.0;
    const GAP: f32 = 14.0;
    let whole = ui.available_width();
    let medium = FontId::new(theme::body().size, theme::medium());
    let widths: Vec<f32> = links
        .iter()
        .map(|text| {
            let galley = ui
                .painter()
                .layout_no_wrap((*text).to_owned(), medium.clone(), pair.ink);
            galley.size().x.ceil() + 1.0
        })
        .collect();
    let taken: f32 = widths.iter().map(|width| width + GAP).sum();
    let room = (whole - ICON - 10.0 - taken).max(80.0);
    let galley = ui
        .painter()
        .layout(words.to_owned(), theme::body(), pair.ink, room);
    let height = galley.size().y.max(ICON);
    let (row, _) = ui.allocate_exact_size(vec2(whole, height), Sense::hover());
    let at =
        |left: f32, width: f32| Rect::from_min_size(pos2(left, row.top()), vec2(width, height));
    let sign = Rect::from_center_size(at(row.left(), ICON).center(), Vec2::splat(ICON));
    icon.paint(ui.painter(), sign, pair.ink);
    let text = Rect::from_center_size(
        at(row.left() + ICON + 10.0, room).center(),
        vec2(room, galley.size().y),
    );
    let words = Label::new(words).wrap().halign(Align::Min);
    ui.scope_builder(UiBuilder::new().max_rect(text), |ui| ui.add(words));
    let (mut clicked, mut left) = (None, row.right() - taken + GAP);
    for (n, (text, width)) in links.iter().zip(widths).enumerate() {
        let line = galley.rows.first().map_or(ICON, |row| row.size.y);
        let place = Rect::from_center_size(at(left, width).center(), vec2(width, line));
        let builder = UiBuilder::new().max_rect(place);
        if ui
            .scope_builder(builder, |ui| link(ui, text))
            .inner
            .clicked()
        {
            clicked = Some(n);
        }
        left += width + GAP;
    }
    clicked
}

const RADIUS_NOTICE: u8 = 8;

/// A label that is not there to be copied.
pub fn text(ui: &mut Ui, text: impl Into<WidgetText>) -> Response {
    ui.add(Label::new(text).selectable(false))
}

/// A square button with an icon only; `name` is its tooltip and its name.
pub fn icon_button(ui: &mut Ui, icon: Icon, name: &str) -> Response {
    let tokens = Tokens::of(ui);
    let (rect, response) = ui.allocate_exact_size(Vec2::splat(26.0), Sense::click());
    if response.hovered() || response.has_focus() {
        ui.painter()
            .rect_filled(rect, CornerRadius::same(6), tokens.hover);
    }
    let ink = if response.hovered() {
        tokens.text
    } else {
        tokens.weak
    };
    icon.paint(ui.painter(), rect.shrink(6.0), ink);
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Button, ui.is_enabled(), name));
    response.on_hover_text(name)
}

/// The few icons, drawn with strokes so that no icon font is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Icon {
    /// A triangle with a mark.
    Warning,
    /// A filled dot.
    Info,
    /// An arrow that turns back.
    Back,
    /// A lens.
    Search,
    /// A circle arrow.
    Refresh,
    /// A plus.
    Plus,
    /// A cross.
    Close,
    /// A check mark.
    Check,
    /// Three dots.
    More,
    /// A gear, as three sliders.
    Settings,
    /// A sheet of paper.
    File,
    /// A play sign.
    Play,
    /// Stacked sheets.
    Group,
    /// A question mark.
    Help,
    /// A corner that points down: unfolded.
    Open,
    /// A corner that points right: folded up.
    Closed,
}

impl Icon {
    /// Paints the icon into a square.
    pub fn paint(self, painter: &egui::Painter, rect: Rect, ink: Color32) {
        let stroke = Stroke::new((rect.width() / 10.0).clamp(1.2, 1.8), ink);
        let at = |x: f32, y: f32| -> Pos2 {
            pos2(
                rect.left() + rect.width() * x,
                rect.top() + rect.height() * y,
            )
        };
        let line = |points: &[(f32, f32)]| {
            let points: Vec<Pos2> = points.iter().map(|&(x, y)| at(x, y)).collect();
            painter.line(points, stroke);
        };
        let arc = |from: f32, to: f32| -> Vec<Pos2> {
            (0..=24)
                .map(|step| {
                    let turn = (from + (to - from) * step as f32 / 24.0) * std::f32::consts::TAU;
                    at(0.5 + 0.4 * turn.cos(), 0.5 + 0.4 * turn.sin())
                })
                .collect()
        };
        match self {
            Self::Warning => {
                line(&[(0.5, 0.08), (0.97, 0.9), (0.03, 0.9), (0.5, 0.08)]);
                line(&[(0.5, 0.38), (0.5, 0.62)]);
                painter.circle_filled(at(0.5, 0.76), stroke.width * 0.7, ink);
            }
            Self::Info => {
                painter.circle_filled(rect.center(), rect.width() * 0.3, ink);
            }
            Self::Back => {
                painter.line(arc(0.62, 1.32), stroke);
                line(&[(0.02, 0.08), (0.12, 0.4), (0.44, 0.3)]);
            }
            Self::Refresh => {
                painter.line(arc(-0.1, 0.72), stroke);
                line(&[(0.98, 0.02), (0.9, 0.36), (0.58, 0.24)]);
            }
            Self::Search => {
                painter.circle_stroke(at(0.42, 0.42), rect.width() * 0.32, stroke);
                line(&[(0.66, 0.66), (0.95, 0.95)]);
            }
            Self::Plus => {
                line(&[(0.5, 0.1), (0.5, 0.9)]);
                line(&[(0.1, 0.5), (0.9, 0.5)]);
            }
            Self::Close => {
                line(&[(0.15, 0.15), (0.85, 0.85)]);
                line(&[(0.85, 0.15), (0.15, 0.85)]);
            }
            Self::Help => {
                line(&[
                    (0.25, 0.3),
                    (0.3, 0.12),
                    (0.5, 0.05),
                    (0.7, 0.12),
                    (0.75, 0.3),
                    (0.68, 0.45),
                ]);
                line(&[(0.68, 0.45), (0.5, 0.58), (0.5, 0.7)]);
                painter.circle_filled(at(0.5, 0.9), stroke.width * 0.8, ink);
            }
            Self::Open => line(&[(0.1, 0.3), (0.5, 0.75), (0.9, 0.3)]),
            Self::Closed => line(&[(0.3, 0.1), (0.75, 0.5), (0.3, 0.9)]),
            Self::Check => line(&[(0.12, 0.55), (0.4, 0.82), (0.9, 0.2)]),
            Self::More => {
                for x in [0.15, 0.5, 0.85] {
                    painter.circle_filled(at(x, 0.5), stroke.width, ink);
                }
            }
            Self::Settings => {
                for (y, x) in [(0.2, 0.65), (0.5, 0.3), (0.8, 0.6)] {
                    line(&[(0.05, y), (0.95, y)]);
                    painter.circle_filled(at(x, y), stroke.width * 1.5, ink);
                }
            }
            Self::File => {
                line(&[
                    (0.2, 0.05),
                    (0.62, 0.05),
                    (0.82, 0.27),
                    (0.82, 0.95),
                    (0.2, 0.95),
                    (0.2, 0.05),
                ]);
                line(&[(0.36, 0.5), (0.66, 0.5)]);
                line(&[(0.36, 0.7), (0.66, 0.7)]);
            }
            Self::Play => {
                let points = vec![at(0.22, 0.1), at(0.9, 0.5), at(0.22, 0.9)];
                painter.add(egui::Shape::convex_polygon(points, ink, Stroke::NONE));
            }
            Self::Group => {
                line(&[(0.3, 0.1), (0.95, 0.1), (0.95, 0.7)]);
                line(&[
                    (0.08, 0.3),
                    (0.75, 0.3),
                    (0.75, 0.92),
                    (0.08, 0.92),
                    (0.08, 0.3),
                ]);
            }
        }
    }
}

/// The text cut in its middle so that it fits, the end (and so the extension) kept.
pub fn elide_middle(painter: &egui::Painter, text: &str, font: &FontId, width: f32) -> String {
    let measure = |text: &str| {
        painter
            .layout_no_wrap(text.to_owned(), font.clone(), Color32::WHITE)
            .size()
            .x
    };
    if measure(text) <= width {
        return text.to_owned();
    }
    let chars: Vec<char> = text.chars().collect();
    let cut = |keep: usize| -> String {
        let tail = (keep / 3).max(1).min(chars.len());
        let head = keep.saturating_sub(tail);
        // A point or a blank right behind the ellipsis looks like a part of it.
        let tail = chars[chars.len() - tail..].iter();
        let tail = tail.skip_while(|c| matches!(c, '.' | ' ' | '-' | '_'));
        chars[..head]
            .iter()
            .chain(['…'].iter())
            .chain(tail)
            .collect()
    };
    let (mut low, mut high) = (1, chars.len().saturating_sub(1).max(1));
    while low < high {
        let middle = (low + high).div_ceil(2);
        if measure(&cut(middle)) <= width {
            low = middle
        } else {
            high = middle - 1
        }
    }
    cut(low)
}

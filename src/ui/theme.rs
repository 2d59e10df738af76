//! Colours, type and space of the window: every number that a view uses has a name here.

use std::sync::Arc;

use super::widgets::table::TableStyle;
use egui::{
    Color32, Context, CornerRadius, FontData, FontDefinitions, FontFamily, FontId, Margin, Shadow,
    Stroke, TextStyle, Theme, Ui, Vec2, Visuals,
};

/// Height of a table row.
pub const ROW: f32 = 28.0;
/// Height of buttons and fields.
pub const FIELD: f32 = 30.0;
/// Corner radius of buttons and fields.
pub const RADIUS: u8 = 7;
/// Corner radius of sheets.
pub const SHEET_RADIUS: u8 = 12;
/// Width of the sidebar.
pub const SIDEBAR: f32 = 232.0;
/// Width of the details pane.
pub const DETAILS: f32 = 316.0;
/// Width of a sheet.
pub const SHEET: f32 = 600.0;
/// Height of the profile's band over the window.
pub const BAND: f32 = 4.0;

/// The colours of one theme.
#[derive(Clone, Copy, Debug)]
pub struct Tokens {
    /// Behind the table.
    pub bg: Color32,
    /// Behind sidebar, details and bars.
    pub panel: Color32,
    /// Behind fields and sheets.
    pub raised: Color32,
    /// Separators and borders.
    pub line: Color32,
    /// Borders of what can be typed into or checked on a sheet.
    pub edge: Color32,
    /// Names.
    pub text: Color32,
    /// Other cells and captions.
    pub weak: Color32,
    /// Hints.
    pub faint: Color32,
    /// Focus, links, checked.
    pub accent: Color32,
    /// Selected rows.
    pub selection: Color32,
    /// Under the pointer.
    pub hover: Color32,
    /// Good: ink and tint.
    pub ok: Ink,
    /// Careful: ink and tint.
    pub warn: Ink,
    /// Bad: ink and tint.
    pub bad: Ink,
    /// Plain: ink and tint.
    pub plain: Ink,
    /// Ink and tint of things that stand side by side and are only to be told apart.
    pub hues: [Ink; 6],
    /// Fill of the one button that destroys.
    pub danger: Color32,
    /// Text on a filled button.
    pub on_fill: Color32,
}

/// Text colour and the tint behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ink {
    /// Of the text.
    pub ink: Color32,
    /// Of the ground.
    pub tint: Color32,
}

const fn rgb(hex: u32) -> Color32 {
    Color32::from_rgb((hex >> 16) as u8, (hex >> 8) as u8, hex as u8)
}

const fn ink(ink: u32, tint: u32) -> Ink {
    Ink {
        ink: rgb(ink),
        tint: rgb(tint),
    }
}

const LIGHT: Tokens = Tokens {
    bg: rgb(0xFFFFFF),
    panel: rgb(0xF6F7F9),
    raised: rgb(0xFFFFFF),
    line: rgb(0xE3E6EA),
    edge: rgb(0xC3C9D1),
    text: rgb(0x1B1F24),
    weak: rgb(0x626B76),
    faint: rgb(0x7D8691),
    accent: rgb(0x2F6FED),
    selection: rgb(0xE6EEFE),
    hover: rgb(0xEEF0F3),
    ok: ink(0x17753F, 0xE3F4EA),
    warn: ink(0x8A5A00, 0xFDF1D8),
    bad: ink(0xC0362C, 0xFCE8E6),
    plain: ink(0x626B76, 0xEDEFF2),
    hues: [
        ink(0x1F4FB0, 0xDCE8FD),
        ink(0x17643F, 0xD9F0E3),
        ink(0x7A4B00, 0xFBEBCB),
        ink(0x6A2C91, 0xF0E3F8),
        ink(0x0B6470, 0xD6EFF2),
        ink(0x8E2F4A, 0xFBE1E8),
    ],
    danger: rgb(0xC0362C),
    on_fill: rgb(0xFFFFFF),
};

const DARK: Tokens = Tokens {
    bg: rgb(0x15171B),
    panel: rgb(0x1C1F24),
    raised: rgb(0x23272E),
    line: rgb(0x2E333B),
    edge: rgb(0x454C57),
    text: rgb(0xE6E9ED),
    weak: rgb(0x9AA3AE),
    faint: rgb(0x7F8893),
    accent: rgb(0x6C9BFF),
    selection: rgb(0x22304D),
    hover: rgb(0x262B32),
    ok: ink(0x5CC98D, 0x173526),
    warn: ink(0xE5B454, 0x3A2E14),
    bad: ink(0xFF7B72, 0x41201E),
    plain: ink(0x9AA3AE, 0x2A2F37),
    hues: [
        ink(0xA9C4FF, 0x22345A),
        ink(0x93DDB5, 0x1B3E2D),
        ink(0xF0CD86, 0x43361A),
        ink(0xD9B4F0, 0x3A2649),
        ink(0x8FD8E2, 0x173D44),
        ink(0xF5AEC0, 0x4A2230),
    ],
    danger: rgb(0xB8392F),
    on_fill: rgb(0xFFFFFF),
};

impl Tokens {
    /// The tokens of the theme that the `Ui` is drawn in.
    pub fn of(ui: &Ui) -> &'static Self {
        Self::of_dark(ui.visuals().dark_mode)
    }

    /// The tokens of the dark or the light theme.
    pub fn of_dark(dark: bool) -> &'static Self {
        if dark { &DARK } else { &LIGHT }
    }
}

/// The family of headings and buttons.
pub fn semibold() -> FontFamily {
    FontFamily::Name("semibold".into())
}

/// The family of table headers and counts.
pub fn medium() -> FontFamily {
    FontFamily::Name("medium".into())
}

/// Body text.
pub fn body() -> FontId {
    FontId::proportional(13.0)
}

/// Captions and headers.
pub fn caption() -> FontId {
    FontId::new(12.0, medium())
}

/// Pills.
pub fn pill() -> FontId {
    FontId::new(11.5, medium())
}

/// Ids and JSON.
pub fn mono() -> FontId {
    FontId::monospace(11.5)
}

/// Emphasised body text.
pub fn strong() -> FontId {
    FontId::new(13.0, semibold())
}

/// The project's name.
pub fn project() -> FontId {
    FontId::new(17.0, semibold())
}

/// A sheet's title.
pub fn title() -> FontId {
    FontId::new(18.0, semibold())
}

/// Puts fonts, colours and spaces into the context, for both themes.
pub fn install(ctx: &Context) {
    ctx.set_fonts(fonts());
    for theme in [Theme::Light, Theme::Dark] {
        let tokens = Tokens::of_dark(theme == Theme::Dark);
        ctx.set_visuals_of(theme, visuals(tokens, theme == Theme::Dark));
    }
    ctx.all_styles_mut(|style| {
        style.text_styles = [
            (TextStyle::Small, FontId::proportional(11.5)),
            (TextStyle::Body, body()),
            (TextStyle::Button, FontId::new(13.0, medium())),
            (TextStyle::Heading, project()),
            (TextStyle::Monospace, mono()),
        ]
        .into();
        style.spacing.item_spacing = Vec2::new(8.0, 8.0);
        style.spacing.button_padding = Vec2::new(12.0, 6.0);
        style.spacing.interact_size = Vec2::new(24.0, 24.0);
        style.spacing.menu_margin = Margin::same(6);
        style.spacing.scroll.floating = true;
        style.spacing.scroll.floating_width = 5.0;
        style.spacing.scroll.handle_min_length = 28.0;
        style.spacing.scroll.active_handle_opacity = 0.22;
        style.spacing.scroll.interact_handle_opacity = 0.45;
        style.interaction.tooltip_delay = 0.4;
        style.url_in_tooltip = false;
    });
}

/// How tables are painted.
pub fn table(ui: &Ui) -> TableStyle {
    let tokens = Tokens::of(ui);
    TableStyle {
        header_height: ROW,
        font: body(),
        mono: mono(),
        pill: pill(),
        header_font: caption(),
        background: tokens.bg,
        header_background: tokens.panel,
        line: tokens.line,
        fold: tokens.edge,
        header_text: tokens.weak,
        header_strong: tokens.text,
        accent: tokens.accent,
        on_accent: tokens.on_fill,
        selection: tokens.selection,
        hover: tokens.hover,
        problem: tokens.bad.tint,
        problem_ink: tokens.bad.ink,
        check_fill: tokens.raised,
        check_line: tokens.faint,
        thumb: tokens.line,
        thumb_strong: tokens.faint,
        ..TableStyle::of(ui.style())
    }
}

fn fonts() -> FontDefinitions {
    let mut fonts = FontDefinitions::default();
    let faces: [(&str, &'static [u8]); 3] = [
        (
            "Inter",
            include_bytes!("../../assets/fonts/Inter-Regular.ttf"),
        ),
        (
            "Inter Medium",
            include_bytes!("../../assets/fonts/Inter-Medium.ttf"),
        ),
        (
            "Inter SemiBold",
            include_bytes!("../../assets/fonts/Inter-SemiBold.ttf"),
        ),
    ];
    for (name, bytes) in faces {
        fonts
            .font_data
            .insert(name.to_owned(), Arc::new(FontData::from_static(bytes)));
    }
    let fallback = fonts
        .families
        .get(&FontFamily::Proportional)
        .cloned()
        .unwrap_or_default();
    let family = |face: &str| {
        let mut faces = vec![face.to_owned()];
        faces.extend(fallback.iter().cloned());
        faces
    };
    fonts
        .families
        .insert(FontFamily::Proportional, family("Inter"));
    fonts.families.insert(medium(), family("Inter Medium"));
    fonts.families.insert(semibold(), family("Inter SemiBold"));
    fonts
}

fn visuals(tokens: &Tokens, dark: bool) -> Visuals {
    let mut visuals = if dark {
        Visuals::dark()
    } else {
        Visuals::light()
    };
    let radius = CornerRadius::same(RADIUS);
    visuals.override_text_color = None;
    visuals.weak_text_color = Some(tokens.weak);
    visuals.hyperlink_color = tokens.accent;
    visuals.panel_fill = tokens.bg;
    visuals.window_fill = tokens.raised;
    visuals.window_stroke = Stroke::new(1.0, tokens.line);
    visuals.window_corner_radius = CornerRadius::same(SHEET_RADIUS);
    visuals.menu_corner_radius = CornerRadius::same(9);
    visuals.extreme_bg_color = tokens.raised;
    visuals.text_edit_bg_color = Some(tokens.raised);
    visuals.faint_bg_color = tokens.panel;
    visuals.code_bg_color = tokens.panel;
    visuals.warn_fg_color = tokens.warn.ink;
    visuals.error_fg_color = tokens.bad.ink;
    visuals.selection.bg_fill = tokens.selection;
    visuals.selection.stroke = Stroke::new(1.0, tokens.accent);
    let shadow = Color32::from_black_alpha(if dark { 110 } else { 38 });
    visuals.window_shadow = Shadow {
        offset: [0, 12],
        blur: 36,
        spread: 0,
        color: shadow,
    };
    visuals.popup_shadow = Shadow {
        offset: [0, 6],
        blur: 18,
        spread: 0,
        color: shadow,
    };

    let widgets = &mut visuals.widgets;
    for (state, fill, line) in [
        (&mut widgets.noninteractive, tokens.bg, tokens.line),
        (&mut widgets.inactive, tokens.raised, tokens.line),
        (&mut widgets.hovered, tokens.hover, tokens.line),
        (&mut widgets.active, tokens.selection, tokens.accent),
        (&mut widgets.open, tokens.hover, tokens.line),
    ] {
        state.bg_fill = fill;
        state.weak_bg_fill = fill;
        state.bg_stroke = Stroke::new(1.0, line);
        state.fg_stroke = Stroke::new(1.0, tokens.text);
        state.corner_radius = radius;
        state.expansion = 0.0;
    }
    visuals
}

#[cfg(test)]
mod tests {
    use super::*;

    fn luminance(color: Color32) -> f64 {
        let channel = |value: u8| {
            let value = f64::from(value) / 255.0;
            if value <= 0.03928 {
                value / 12.92
            } else {
                ((value + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * channel(color.r()) + 0.7152 * channel(color.g()) + 0.0722 * channel(color.b())
    }

    fn contrast(one: Color32, other: Color32) -> f64 {
        let (a, b) = (luminance(one), luminance(other));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// WCAG 2.2, 1.4.3: 4.5 for text; 3 for what is not needed to read on (hints).
    #[test]
    fn text_can_be_read_on_every_ground() {
        for tokens in [&LIGHT, &DARK] {
            for ground in [tokens.bg, tokens.panel, tokens.raised, tokens.selection] {
                assert!(contrast(tokens.text, ground) >= 4.5);
                assert!(contrast(tokens.weak, ground) >= 4.5);
                assert!(contrast(tokens.faint, ground) >= 3.0);
            }
            for pair in [tokens.ok, tokens.warn, tokens.bad, tokens.plain] {
                assert!(contrast(pair.ink, pair.tint) >= 4.5, "{pair:?}");
            }
            assert!(contrast(tokens.on_fill, tokens.danger) >= 4.5);
        }
    }
}

//! The box for the service's own search: an expression in its own language, its errors, a short help.

use egui::{Align, Grid, Key, Layout, Popup, RichText, Ui, vec2};

use crate::model::text::visible;
use crate::ui::command::Command;
use crate::ui::files::Progress;
use crate::ui::parts::{self, Icon, Weight};
use crate::ui::theme::{self, Tokens};
use crate::ui::workspace::Workspace;

use super::header::filter_id;

/// Fields of the language, and what they take.
const FIELDS: [(&str, &str); 12] = [
    ("name", "= exact, : begins with, HAS words"),
    ("tags", "IN [\"sale\", \"summer\"], NOT IN, EXISTS"),
    ("path", "= this folder, : it and all below"),
    (
        "createdAt, updatedAt",
        "> \"7d\" (m is months), >= \"2026-01-31\"",
    ),
    ("size", "> \"1mb\", < 10240"),
    ("width, height", "> 1000, pixels of images"),
    ("format", "= \"jpg\", IN [\"png\", \"webp\"]"),
    ("private, published", "= true, without quotes"),
    ("transparency", "= true, of images"),
    ("createdBy", "= \"somebody@example.com\""),
    ("id", "= \"a file's id\""),
    (
        "\"customMetadata.brand\"",
        "= \"Nike\", the field in quotes",
    ),
];

/// Expressions to begin from.
const EXAMPLES: [&str; 3] = [
    "createdAt > \"7d\" AND size > \"1mb\"",
    "tags IN [\"sale\"] AND path : \"/products\"",
    "name HAS \"logo\"",
];

/// Draws box, buttons and what the service said of the expression.
pub fn ui(ui: &mut Ui, workspace: &mut Workspace, send: &mut Vec<Command>) {
    let service = workspace.profile.service;
    let Some(search) = &mut workspace.search else {
        return;
    };
    let row = vec2(ui.available_width(), theme::FIELD + 2.0);
    ui.allocate_ui_with_layout(row, Layout::left_to_right(Align::Center), |ui| {
        mode(ui, true, send);
        let room = ui.available_width() - 118.0;
        let hint = format!("{service}'s own language, then Enter: name HAS \"logo\"");
        let hint = RichText::new(hint).color(Tokens::of(ui).faint);
        let edit = egui::TextEdit::singleline(&mut search.text)
            .id(filter_id())
            .hint_text(hint)
            .font(egui::TextStyle::Monospace)
            .margin(egui::Margin::symmetric(10, 8))
            .desired_width(room);
        let field = ui.add(edit).accessible_name("Server search");
        let enter = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        if enter {
            // Whoever searched goes on typing: a second expression follows a first.
            field.request_focus();
        }
        let empty = search.text.trim().is_empty();
        let blocked = empty.then_some("Type an expression first.");
        let go = parts::button_if(ui, Weight::Primary, "Search", blocked).clicked();
        if (go || enter) && !empty {
            send.push(Command::Search);
        }
        let button = parts::icon_button(ui, Icon::Help, "Help on searching");
        Popup::menu(&button).show(|ui| {
            if let Some(example) = help(ui) {
                search.text = example.to_owned();
                ui.close();
            }
        });
    });
    said(ui, workspace, send);
}

/// The switch between filtering what is loaded and searching at the service.
pub fn mode(ui: &mut Ui, server: bool, send: &mut Vec<Command>) {
    let sides = [
        ("Filter", "Filter what is loaded"),
        ("Server search", "Search at the service"),
    ];
    let words = sides.map(|(words, _)| words);
    let names = sides.map(|(_, name)| name);
    if let Some(n) = super::header::switch(ui, words, names, usize::from(server))
        && (n == 1) != server
    {
        send.push(Command::SearchServer(n == 1));
    }
}

/// What the service said of the expression that was sent.
fn said(ui: &mut Ui, workspace: &Workspace, send: &mut Vec<Command>) {
    let tokens = Tokens::of(ui);
    let sent = workspace.search.as_ref();
    let Some((search, sent)) = sent.and_then(|search| Some((search, search.sent.as_ref()?))) else {
        let words = "Nothing was searched for yet: the list below is as it was. What is found becomes a list of its own.";
        parts::caption(ui, words);
        return;
    };
    if let Progress::Failed(error) = &search.list.progress {
        if parts::notice_links(
            ui,
            Icon::Warning,
            tokens.bad,
            &visible(error),
            &["Back to all files"],
        )
        .is_some()
        {
            send.push(Command::SearchServer(false));
        }
        return;
    }
    ui.horizontal(|ui| {
        let found = crate::model::size::counted(search.list.loaded, "file", "files");
        let words = if search.list.is_loading() {
            format!("{found} found so far by")
        } else {
            format!("{found} found by")
        };
        parts::text(ui, RichText::new(words).color(tokens.weak));
        let room = (ui.available_width() - 130.0).max(60.0);
        let sent = parts::elide_middle(ui.painter(), &visible(sent), &theme::mono(), room);
        parts::text(ui, RichText::new(sent).font(theme::mono()));
        if parts::link(ui, "Back to all files").clicked() {
            send.push(Command::SearchServer(false));
        }
    });
}

/// The fields, and examples that can be taken over.
fn help(ui: &mut Ui) -> Option<&'static str> {
    ui.set_width(430.0);
    ui.spacing_mut().item_spacing.y = 4.0;
    parts::strong(ui, "Fields");
    Grid::new("search fields")
        .num_columns(2)
        .spacing([14.0, 3.0])
        .show(ui, |ui| {
            for (field, takes) in FIELDS {
                parts::text(ui, RichText::new(field).font(theme::mono()));
                parts::caption(ui, takes);
                ui.end_row();
            }
        });
    ui.add_space(4.0);
    parts::caption(
        ui,
        "Strings in double quotes. Put parentheses around what AND and OR join.",
    );
    ui.add_space(4.0);
    parts::strong(ui, "Try");
    let mut taken = None;
    for example in EXAMPLES {
        let text = RichText::new(example).font(theme::mono());
        if ui.button(text).clicked() {
            taken = Some(example);
        }
    }
    taken
}

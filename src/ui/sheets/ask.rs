//! What a verb has to be told before its plan can be confirmed: tags, a folder, a name, a purge.

use std::sync::Arc;

use egui::{RichText, Ui};

use super::place::PlacePicker;
use crate::job;
use crate::model::{Plan, PlanArgs, Verb, size, text::visible};
use crate::ui::folders::tree::Tree;
use crate::ui::parts;
use crate::ui::tags::{MOST, TagEditor};
use crate::ui::theme::{self, Tokens};

/// What is asked, and what was answered so far.
pub enum Ask {
    /// Nothing.
    Nothing,
    /// Which tags, and whether to add them or to take them away.
    Tags {
        /// The tags.
        editor: TagEditor,
        /// Whether the keyboard was put into the field.
        focused: bool,
    },
    /// Which folder.
    Folder(PlacePicker),
    /// Which name.
    Name {
        /// The name.
        name: String,
        /// Whether the keyboard was put into the field.
        focused: bool,
    },
    /// Whether the delivery network shall forget what is deleted.
    Purge {
        /// Whether it shall.
        on: bool,
        /// Purges that an account has in a month.
        a_month: u32,
    },
}

impl Ask {
    /// What the verb needs. `purges` is how many purges a month the service has, if it has any.
    pub fn of(verb: Verb, folders: Arc<Tree>, purges: Option<u32>) -> Self {
        match (verb, purges) {
            (Verb::AddTags | Verb::RemoveTags, _) => Self::Tags {
                editor: TagEditor::default(),
                focused: false,
            },
            (Verb::Copy | Verb::Move, _) => Self::Folder(PlacePicker::new(folders)),
            (Verb::Rename, _) => Self::Name {
                name: String::new(),
                focused: false,
            },
            (Verb::Delete, Some(a_month)) => Self::Purge { on: false, a_month },
            _ => Self::Nothing,
        }
    }

    /// Fills in what is known of the plan's items: the name that a file has.
    pub fn know(&mut self, plan: &Plan) {
        if let Self::Folder(picker) = self
            && plan.verb == Verb::Move
        {
            picker.moves(plan.items().iter().map(|item| item.path.as_str()));
        }
        if let (Self::Name { name, .. }, Some(item)) = (self, plan.items().first())
            && name.is_empty()
        {
            name.clone_from(&item.name);
        }
    }

    /// What the verb is told.
    pub fn args(&self) -> PlanArgs {
        let mut args = PlanArgs::default();
        match self {
            Self::Nothing => {}
            Self::Tags { editor, .. } => args.tags = editor.all(),
            Self::Folder(picker) => args.folder = Some(picker.folder()),
            Self::Name { name, .. } => args.name = Some(name.trim().to_owned()),
            Self::Purge { on, .. } => args.purge = *on,
        }
        args
    }

    /// Why the plan cannot be confirmed with this; `None` if it can.
    pub fn trouble(&self, verb: Verb, plan: &Plan) -> Option<String> {
        match self {
            Self::Tags { editor, .. } if editor.all().is_empty() => {
                return Some("Type a tag first.".into());
            }
            Self::Folder(picker) => return picker.trouble(),
            Self::Name { name, .. } if name.trim().is_empty() => {
                return Some("Type a name first.".into());
            }
            Self::Name { name, .. }
                if plan
                    .items()
                    .first()
                    .is_some_and(|item| item.name == name.trim()) =>
            {
                return Some("The file is called that already.".into());
            }
            _ => {}
        }
        self.args().check(verb).err()
    }

    /// Draws the questions. The verb changes where tags may be added or taken away.
    pub fn ui(&mut self, ui: &mut Ui, verb: &mut Verb, items: u64) {
        match self {
            Self::Nothing => {}
            Self::Tags { editor, focused } => {
                tags(ui, editor, verb, !std::mem::replace(focused, true))
            }
            Self::Folder(picker) => picker.ui(ui),
            Self::Name { name, focused } => rename(ui, name, !std::mem::replace(focused, true)),
            Self::Purge { on, a_month } => purge(ui, on, *a_month, items),
        }
        ui.add_space(2.0);
    }
}

fn tags(ui: &mut Ui, editor: &mut TagEditor, verb: &mut Verb, focus: bool) {
    ui.horizontal(|ui| {
        ui.radio_value(verb, Verb::AddTags, "Add to each file");
        ui.add_space(8.0);
        ui.radio_value(verb, Verb::RemoveTags, "Remove from each file");
    });
    editor.ui(ui, "Add a tag", focus);
    let all = editor.all();
    let long: usize = all.iter().map(|tag| tag.chars().count()).sum();
    let over = long > MOST || all.iter().any(|tag| tag.contains('%'));
    let tokens = Tokens::of(ui);
    let words = format!("{long} of {MOST} characters in all. A tag has no % and no comma.");
    let ink = if over { tokens.bad.ink } else { tokens.weak };
    parts::text(ui, RichText::new(words).font(theme::caption()).color(ink));
}

fn rename(ui: &mut Ui, name: &mut String, focus: bool) {
    parts::caption(ui, "New name");
    let width = ui.available_width();
    let field = parts::field(ui, name, "New name", width);
    if focus {
        field.request_focus();
    }
    parts::caption(ui, &becomes(name.trim()));
}

/// What the service makes of a name: all but letters, digits, `.`, `_` and `-` becomes `_`.
fn becomes(name: &str) -> String {
    let kept = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-');
    if name.chars().all(kept) {
        return "Letters, digits, . _ and - are kept; the service turns all else into _.".into();
    }
    let made: String = name
        .chars()
        .map(|c| if kept(c) { c } else { '_' })
        .collect();
    format!(
        "The service will call it {}: what is no letter, digit, . _ or - becomes _.",
        visible(&made)
    )
}

fn purge(ui: &mut Ui, on: &mut bool, a_month: u32, items: u64) {
    ui.checkbox(on, "Also purge the CDN cache");
    let words = if *on {
        let purges = job::purges(items, a_month);
        format!("{purges}, in a job of its own after the delete.")
    } else {
        let limit = size::count(a_month.into());
        format!("Each file takes one purge; an account has {limit} in a month.")
    };
    parts::caption(ui, &words);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_as_the_service_makes_them() {
        let kept = "Letters, digits, . _ and - are kept; the service turns all else into _.";
        for (name, words) in [
            ("a-1_b.jpg", kept),
            ("Größe.jpg", kept),
            ("a b(1).jpg", "The service will call it a_b_1_.jpg"),
        ] {
            assert!(becomes(name).starts_with(words), "{name}");
        }
    }
}

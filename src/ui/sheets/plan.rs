//! The plan sheet: what will be done, to what, where, and every warning. What is confirmed is what runs.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use egui::{
    Align, Context, CornerRadius, Frame, Key, Layout, Margin, RichText, ScrollArea, Stroke, Ui,
    vec2,
};
use poll_promise::Promise;
use tokio_util::sync::CancellationToken;

use super::ask::Ask;
use super::keyboard::rest_on;
use super::{Stay, show};
use crate::job::{self, InGroups, PlanFacts};
use crate::model::{ItemId, ItemKind, Plan, PlanItem, ServiceKind, Source, Time, Verb, size, text};
use crate::profile::Profile;
use crate::service::ServiceError;
use crate::ui::cached::as_of;
use crate::ui::engine::{Engine, Session};
use crate::ui::folders::{Folders, tree::Tree};
use crate::ui::parts::{self, Icon, Weight};
use crate::ui::sides::sides;
use crate::ui::theme::{self, Ink, Tokens};

/// A plan larger than this asks for its count to be typed.
const TYPE_ABOVE: u64 = 500;

/// Reasons to leave items out that are told apart.
const GUARDS_SHOWN: usize = 3;

/// The sheet's state.
pub struct PlanSheet {
    profile: Profile,
    source: Source,
    verb: Verb,
    making: Option<Promise<Result<Vec<PlanItem>, String>>>,
    trouble: Option<String>,
    plan: Option<Arc<Plan>>,
    facts: PlanFacts,
    groups: Option<Promise<Result<InGroups, ServiceError>>>,
    looking: CancellationToken,
    typed: String,
    view_all: bool,
    view_groups: bool,
    undo: bool,
    unstored: bool,
    /// As of when the rows are, where the list was not checked to its end since.
    pub unchecked: Option<Time>,
    ask: Ask,
    folders: Arc<Tree>,
}

impl PlanSheet {
    /// Opens the sheet; the items are made off the window's thread.
    pub fn open(
        engine: &Engine,
        profile: &Profile,
        session: &Session,
        verb: Verb,
        folders: &Folders,
        make: impl FnOnce() -> Result<Vec<PlanItem>, String> + Send + 'static,
    ) -> Self {
        let source = profile.source(session.account.clone(), session.service.api_base());
        Self {
            profile: profile.clone(),
            source,
            verb,
            making: Some(engine.ask_blocking(make)),
            trouble: None,
            plan: None,
            facts: PlanFacts::default(),
            groups: None,
            looking: CancellationToken::new(),
            typed: String::new(),
            view_all: false,
            view_groups: false,
            undo: session.service.can().restore,
            unstored: session.service.can().unstored,
            unchecked: None,
            ask: Ask::of(
                verb,
                folders.tree.clone(),
                session.service.can().purges_a_month,
            ),
            folders: folders.tree.clone(),
        }
    }

    /// What is shown, once it is made.
    pub fn plan(&self) -> Option<&Plan> {
        self.plan.as_deref()
    }

    /// Shows the sheet. `Some` once the plan is confirmed.
    pub fn ui(
        &mut self,
        ctx: &Context,
        engine: &Engine,
        session: Option<&Session>,
    ) -> (Stay, Option<Plan>) {
        self.take_items(engine, session);
        let mut confirmed = None;
        let band = crate::ui::color(self.profile.colour);
        let stay = show(ctx, "Plan", theme::SHEET, Some(band), |ui| {
            self.head(ui);
            let Some(plan) = self.plan.clone() else {
                parts::weak(ui, self.trouble.as_deref().unwrap_or("Making the plan…"));
                return super::cancel(ui);
            };
            self.tiles(ui);
            ui.add_space(2.0);
            ui.spacing_mut().item_spacing.y = 6.0;
            self.ask.ui(ui, &mut self.verb, self.facts.items);
            self.warnings(ui);
            ui.add_space(4.0);
            self.sample(ui, &plan);
            let ready = ui.push_id("typing", |ui| self.typing(ui)).inner;
            ui.add_space(6.0);
            self.buttons(ui, &plan, ready, &mut confirmed)
        });
        (
            if confirmed.is_some() {
                Stay::Close
            } else {
                stay
            },
            confirmed,
        )
    }

    fn take_items(&mut self, engine: &Engine, session: Option<&Session>) {
        let Some(promise) = self.making.take() else {
            return;
        };
        match promise.try_take() {
            Ok(Err(error)) => self.trouble = Some(error),
            Ok(Ok(items)) => {
                self.freeze(items);
                if self.verb == Verb::Delete
                    && let Some(session) = session.filter(|session| session.service.can().groups)
                {
                    let stop = self.looking.clone();
                    let look = job::look_into_groups(session.service.clone(), self.ids());
                    self.groups = Some(engine.ask(async move {
                        let found = stop.run_until_cancelled(look).await;
                        found.unwrap_or_else(|| Ok(InGroups::default()))
                    }));
                }
            }
            Err(promise) => self.making = Some(promise),
        }
    }

    fn freeze(&mut self, items: Vec<PlanItem>) {
        let plan = Plan::new(self.verb, self.source.clone(), items);
        self.facts = job::plan_facts(&plan);
        self.ask.know(&plan);
        self.plan = Some(Arc::new(plan));
    }

    fn is_looking(&self) -> bool {
        self.groups
            .as_ref()
            .is_some_and(|found| found.ready().is_none())
    }

    fn ids(&self) -> HashSet<ItemId> {
        let items = self
            .plan
            .as_ref()
            .map(|plan| plan.items())
            .unwrap_or_default();
        items.iter().map(|item| item.id.clone()).collect()
    }

    fn noun(&self) -> &'static str {
        self.verb.kind().noun(self.facts.items)
    }

    fn what(&self) -> String {
        let act = match self.verb {
            Verb::AddTags => "Add tags to",
            Verb::RemoveTags => "Remove tags from",
            verb => verb.title(),
        };
        format!("{act} {} {}", size::count(self.facts.items), self.noun())
    }

    fn head(&self, ui: &mut Ui) {
        ui.spacing_mut().item_spacing.y = 4.0;
        ui.label(RichText::new(self.what()).font(theme::title()));
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 4.0;
            let tokens = Tokens::of(ui);
            let weak = |text: String| RichText::new(text).color(tokens.weak);
            let from = if self.verb.destroys() { "from" } else { "in" };
            parts::text(ui, weak(from.into()));
            let account = text::visible(self.source.account.label()).into_owned();
            parts::text(
                ui,
                RichText::new(account)
                    .color(tokens.weak)
                    .font(theme::strong()),
            );
            parts::text(ui, weak(format!("on {} · profile", self.source.service)));
            parts::dot(ui, crate::ui::color(self.profile.colour), 9.0);
            let guard = if self.profile.protected {
                " (protected)"
            } else {
                ""
            };
            parts::text(ui, weak(format!("{}{guard}", self.profile.name)));
        });
        ui.add_space(10.0);
    }

    fn tiles(&self, ui: &mut Ui) {
        let tokens = Tokens::of(ui);
        let facts = &self.facts;
        let zone = jiff::tz::TimeZone::system();
        let mut tiles = vec![(size::count(facts.items), self.noun().to_owned())];
        if self.verb.kind() == ItemKind::File {
            tiles.push((size::bytes(facts.bytes), "in all".to_owned()));
        }
        if let (Some(oldest), Some(newest)) = (facts.oldest, facts.newest) {
            let made = if self.verb.kind() == ItemKind::File {
                "uploaded"
            } else {
                "made"
            };
            let (oldest, newest) = (oldest.to_day(&zone), newest.to_day(&zone));
            let days = if oldest == newest {
                oldest
            } else {
                format!("{oldest} – {newest}")
            };
            tiles.push((days, made.to_owned()));
        }
        if self.unstored && self.verb.kind() == ItemKind::File && self.verb != Verb::Restore {
            let both = format!(
                "{} / {}",
                size::count(facts.stored),
                size::count(facts.unstored)
            );
            tiles.push((both, "stored / unstored".to_owned()));
        }
        Frame::new()
            .stroke(Stroke::new(1.0, tokens.line))
            .corner_radius(CornerRadius::same(8))
            .inner_margin(Margin::symmetric(14, 9))
            .show(ui, |ui| {
                ui.set_width(ui.available_width());
                let mut ends = Vec::new();
                let row = ui.horizontal(|ui| {
                    ui.spacing_mut().item_spacing.x = 28.0;
                    for (figure, caption) in tiles {
                        let tile = ui.vertical(|ui| {
                            ui.spacing_mut().item_spacing.y = 1.0;
                            parts::strong(ui, figure);
                            parts::caption(ui, &caption);
                        });
                        ends.push(tile.response.rect.right() + 14.0);
                    }
                });
                ends.pop();
                let (tall, line) = (row.response.rect.y_range().expand(9.0), tokens.line);
                for x in ends {
                    ui.painter().vline(x, tall, Stroke::new(1.0, line));
                }
            });
    }

    fn warnings(&mut self, ui: &mut Ui) {
        let tokens = Tokens::of(ui);
        if let Some(at) = self.unchecked {
            let words = format!(
                "From a list {}, which was not checked to its end. What becomes of each file is the service's word.",
                as_of(at)
            );
            note(ui, Icon::Info, tokens, &words);
        }
        self.group_warning(ui);
        for (reason, number) in self.facts.guards.iter().take(GUARDS_SHOWN) {
            let left_out = size::counted(*number, "item is", "items are");
            let words = format!("{left_out} left out: {}.", text::visible(reason));
            note(ui, Icon::Info, tokens, &words);
        }
        match self.verb {
            Verb::Delete => {
                for words in delete_notes(self.source.service) {
                    note(ui, Icon::Info, tokens, words);
                }
                self.undo_note(ui);
            }
            Verb::DeleteGroups => {
                note(ui, Icon::Info, tokens, "The files of the groups stay.");
                parts::notice(ui, Icon::Warning, tokens.warn, |ui| {
                    parts::text(ui, "A deleted group cannot be brought back.");
                });
            }
            Verb::Store => note(
                ui,
                Icon::Info,
                tokens,
                "Stored files are kept until they are deleted.",
            ),
            Verb::Restore => {
                note(
                    ui,
                    Icon::Info,
                    tokens,
                    "Restored files come back stored, also those that were not before.",
                );
                let words = "How long a deleted file can be brought back is not documented; what is gone for good \
                             will be named.";
                note(ui, Icon::Info, tokens, words);
            }
            Verb::DeleteFolders => self.folder_warnings(ui),
            Verb::AddTags
            | Verb::RemoveTags
            | Verb::Copy
            | Verb::Move
            | Verb::Rename
            | Verb::Purge => {
                for words in verb_notes(self.verb) {
                    note(ui, Icon::Info, tokens, words);
                }
            }
            Verb::DeleteRenders => {
                let words = "What was rendered may stay at its address for a time.";
                note(ui, Icon::Info, tokens, words);
                self.undo_note(ui);
            }
            Verb::DeleteTemplates => {
                let words =
                    "What becomes of renders of a deleted template, the service does not say.";
                note(ui, Icon::Info, tokens, words);
                let words = "Calls that render from a deleted template will be refused.";
                note(ui, Icon::Info, tokens, words);
                self.undo_note(ui);
            }
        }
    }

    fn folder_warnings(&self, ui: &mut Ui) {
        let tokens = Tokens::of(ui);
        let items = self
            .plan
            .as_ref()
            .map(|plan| plan.items())
            .unwrap_or_default();
        let files = items
            .iter()
            .filter_map(|item| self.folders.find(&item.path))
            .map(|node| node.all)
            .sum();
        let files = size::counted(files, "file is", "files are");
        let words = format!(
            "{files} known in it and below. All go, with all their versions, and so does what came since the last listing."
        );
        parts::notice(ui, Icon::Warning, tokens.bad, |ui| {
            ui.add(egui::Label::new(words).wrap());
        });
        for words in delete_notes(self.source.service).iter().skip(1) {
            note(ui, Icon::Info, tokens, words);
        }
        self.undo_note(ui);
    }

    fn undo_note(&self, ui: &mut Ui) {
        let tokens = Tokens::of(ui);
        let service = self.source.service;
        if self.undo {
            parts::notice(ui, Icon::Back, tokens.ok, |ui| {
                let words = format!("{service} can bring these back: Restore in History.");
                parts::text(ui, words);
            });
        } else {
            parts::notice(ui, Icon::Warning, tokens.warn, |ui| {
                let what = self.verb.kind().noun(2);
                parts::text(ui, format!("{service} cannot bring deleted {what} back."));
            });
        }
    }

    fn group_warning(&mut self, ui: &mut Ui) {
        let tokens = Tokens::of(ui);
        let Some(promise) = &self.groups else { return };
        match promise.ready() {
            None => {
                let words = "Looking whether any of these are in a group…";
                let plain = Ink {
                    ink: tokens.text,
                    tint: tokens.panel,
                };
                if parts::notice_links(ui, Icon::Info, plain, words, &["Skip"]).is_some() {
                    self.looking.cancel();
                    self.groups = None;
                }
            }
            Some(Err(error)) => {
                let text = format!(
                    "Whether any of these are in a group is not known: {}",
                    error.message
                );
                note(ui, Icon::Info, tokens, &text);
            }
            Some(Ok(found)) if found.groups.is_empty() => {
                if found.unread > 0 {
                    let unread = size::counted(found.unread as u64, "group", "groups");
                    note(
                        ui,
                        Icon::Info,
                        tokens,
                        &format!("{unread} could not be read; the others hold none of these."),
                    );
                }
            }
            Some(Ok(found)) => {
                let files = found.files();
                let mut leave_out = false;
                parts::notice(ui, Icon::Warning, tokens.warn, |ui| {
                    let groups = size::counted(found.groups.len() as u64, "group", "groups");
                    let files = size::counted(files.len() as u64, "file is", "files are");
                    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                        ui.spacing_mut().item_spacing.x = 14.0;
                        leave_out = parts::link(ui, "Leave these out").clicked();
                        let title = if self.view_groups { "Hide" } else { "Show" };
                        if parts::link(ui, title).clicked() {
                            self.view_groups = !self.view_groups;
                        }
                        // Great numbers must not push the links out of the sheet.
                        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                            ui.spacing_mut().item_spacing.x = 6.0;
                            parts::strong(ui, format!("{files} in {groups}."));
                            let what = egui::Label::new("Groups stay, with holes.");
                            ui.add(what.selectable(false).truncate());
                        });
                    });
                });
                if self.view_groups {
                    let lines = self.group_lines(found);
                    group_list(ui, &lines);
                }
                if leave_out {
                    self.leave_out(&files);
                }
            }
        }
    }

    /// Each group with the names of its files.
    fn group_lines(&self, found: &InGroups) -> Vec<(String, String)> {
        let items = self.plan.as_ref().map(|plan| plan.items());
        let names: HashMap<&ItemId, &str> = items
            .unwrap_or_default()
            .iter()
            .filter(|item| !item.name.is_empty())
            .map(|item| (&item.id, item.name.as_str()))
            .collect();
        let line = |holds: &job::Holds| {
            let name = |id| names.get(id).copied().unwrap_or(ItemId::as_str(id));
            let files = holds.files.iter().map(|id| text::visible(name(id)));
            let files = files.collect::<Vec<_>>().join(" · ");
            (holds.group.to_string(), files)
        };
        found.groups.iter().map(line).collect()
    }

    fn leave_out(&mut self, files: &HashSet<ItemId>) {
        let Some(plan) = &self.plan else { return };
        let items = plan
            .items()
            .iter()
            .filter(|item| !files.contains(&item.id))
            .cloned()
            .collect();
        self.freeze(items);
        self.groups = None;
    }

    fn sample(&mut self, ui: &mut Ui, plan: &Plan) {
        if self.view_all {
            return self.all(ui, plan);
        }
        parts::caption(ui, "Sample");
        ui.scope(|ui| {
            ui.spacing_mut().interact_size.y = 18.0;
            ui.spacing_mut().item_spacing = vec2(5.0, 2.0);
            ui.horizontal_wrapped(|ui| {
                sample_names(ui, &self.facts.sample);
                let more = (self.facts.sample.len() as u64) < self.facts.items;
                let all = format!("View all {}", size::count(self.facts.items));
                if more && parts::link(ui, &all).clicked() {
                    self.view_all = true;
                }
            });
        });
    }

    fn all(&mut self, ui: &mut Ui, plan: &Plan) {
        ui.horizontal(|ui| {
            parts::caption(ui, "All, in the order of sending");
            if parts::link(ui, "Show fewer").clicked() {
                self.view_all = false;
            }
        });
        let items = plan.items();
        ScrollArea::vertical()
            .max_height(180.0)
            .auto_shrink([false, true])
            .show_rows(ui, 18.0, items.len(), |ui, range| {
                ui.spacing_mut().item_spacing.y = 2.0;
                for item in &items[range] {
                    let name = if item.name.is_empty() {
                        item.id.as_str()
                    } else {
                        &item.name
                    };
                    ui.add(egui::Label::new(text::visible(name)).truncate());
                }
            });
    }

    /// What must be typed before the button works.
    fn key_phrase(&self) -> Option<String> {
        if !self.verb.destroys() {
            None
        } else if self.verb == Verb::DeleteFolders {
            let plan = self.plan.as_ref()?;
            Some(plan.items().first()?.name.clone())
        } else if self.profile.protected {
            Some(self.source.account.label().to_owned())
        } else if self.facts.items > TYPE_ABOVE {
            Some(size::count(self.facts.items))
        } else {
            None
        }
    }

    fn typing(&mut self, ui: &mut Ui) -> bool {
        let Some(phrase) = self.key_phrase() else {
            return true;
        };
        ui.add_space(4.0);
        ui.horizontal(|ui| {
            let tokens = Tokens::of(ui);
            ui.spacing_mut().item_spacing.x = 4.0;
            parts::text(ui, RichText::new("Type").color(tokens.weak));
            parts::strong(ui, &phrase);
            parts::text(ui, RichText::new("to delete").color(tokens.weak));
        });
        let width = ui.available_width();
        let response = parts::field(ui, &mut self.typed, "Type to confirm", width);
        rest_on(ui, &response);
        // A count may be typed with or without its commas.
        let plain = |text: &str| text.replace([',', ' '], "");
        let typed = self.typed.trim();
        typed == phrase || (!self.profile.protected && plain(typed) == plain(&phrase))
    }

    fn buttons(
        &mut self,
        ui: &mut Ui,
        plan: &Plan,
        ready: bool,
        confirmed: &mut Option<Plan>,
    ) -> Stay {
        let mut stay = Stay::Open;
        let requests = size::counted(self.facts.calls, "request", "requests");
        let what = self.what();
        sides(
            ui,
            "plan",
            &mut stay,
            |ui, _| {
                parts::weak(ui, requests);
            },
            |ui, stay| {
                *stay = super::cancel(ui);
                let weight = if self.verb.destroys() {
                    Weight::Danger
                } else {
                    Weight::Primary
                };
                let untold = self.ask.trouble(self.verb, plan);
                let blocked = match (ready, self.facts.items - self.facts.guarded) {
                    (_, 0) => Some("Nothing is left to do."),
                    _ if self.is_looking() => Some("The groups are still being looked through."),
                    (false, _) => Some("Type the words above first."),
                    (true, _) => untold.as_deref(),
                };
                let go = parts::button_if(ui, weight, &what, blocked);
                // Enter presses a focused button; a delete has to be clicked or pressed with Space.
                let by_enter =
                    self.verb.destroys() && ui.input(|input| input.key_pressed(Key::Enter));
                if go.clicked() && !by_enter {
                    let mut told = plan.clone();
                    told.verb = self.verb;
                    *confirmed = Some(told.with_args(self.ask.args()));
                }
            },
        );
        stay
    }
}

/// Names beside each other, none of them broken: one that does not fit goes to the next line, one that is
/// longer than a line is cut in its middle.
fn sample_names(ui: &mut Ui, names: &[String]) {
    let room = ui.available_width() - 12.0;
    for (n, name) in names.iter().enumerate() {
        let name = parts::elide_middle(ui.painter(), &text::visible(name), &theme::body(), room);
        let between = if n + 1 < names.len() { " ·" } else { "" };
        let label = egui::Label::new(format!("{name}{between}"));
        ui.add(label.selectable(false).extend());
    }
}

const ONTO_ANOTHER: &str = "A file whose name is taken there is left out, with the reason; \
                            ImageKit would make it a version of the other one.";

/// What a verb does beyond what is seen.
fn verb_notes(verb: Verb) -> &'static [&'static str] {
    match verb {
        Verb::Copy => &[ONTO_ANOTHER],
        Verb::Move => &["The old URLs of moved files stop working.", ONTO_ANOTHER],
        Verb::Rename => &["The old URL of a renamed file stops working."],
        Verb::Purge => &[
            "Each file takes one of the 1,000 purges that an account has in a month.",
            "The files stay; only the CDN's copies are fetched anew.",
        ],
        _ => &[],
    }
}

/// What a delete does not do, or does beyond what is seen.
fn delete_notes(service: ServiceKind) -> &'static [&'static str] {
    match service {
        ServiceKind::Uploadcare => {
            &["Copies in the CDN's cache can stay reachable for up to a year."]
        }
        ServiceKind::ImageKit => &[
            "All versions of each file go with it.",
            "Copies in the CDN's cache stay reachable until they are purged.",
        ],
        ServiceKind::Templated => &["Templates that use a deleted upload may lose its picture."],
    }
}

fn group_list(ui: &mut Ui, lines: &[(String, String)]) {
    ScrollArea::vertical()
        .id_salt("groups")
        .max_height(110.0)
        .auto_shrink([false, true])
        .show_rows(ui, 18.0, lines.len(), |ui, range| {
            ui.spacing_mut().item_spacing.y = 2.0;
            let weak = Tokens::of(ui).weak;
            for (group, files) in &lines[range] {
                ui.horizontal(|ui| {
                    let group = RichText::new(group).font(theme::mono()).color(weak);
                    parts::text(ui, group);
                    ui.add(egui::Label::new(files).truncate());
                });
            }
        });
}

fn note(ui: &mut Ui, icon: Icon, tokens: &Tokens, text: &str) {
    parts::notice(
        ui,
        icon,
        Ink {
            ink: tokens.text,
            tint: tokens.panel,
        },
        |ui| {
            ui.add(egui::Label::new(text).wrap());
        },
    );
}

impl Drop for PlanSheet {
    /// What is asked for the sheet alone must not stand in the job's way.
    fn drop(&mut self) {
        self.looking.cancel();
    }
}

//! The plan sheet: what will be done, to what, where, and every warning. What is confirmed is what runs.

use std::collections::HashSet;
use std::sync::Arc;

use egui::{Context, CornerRadius, Frame, Key, Margin, RichText, ScrollArea, Stroke, Ui, vec2};
use poll_promise::Promise;

use super::ask::Ask;
use super::keyboard::rest_on;
use super::plan_groups::GroupLook;
use super::{Stay, show};
use crate::job::{self, PlanFacts, PlanNote, Tone, Wanted};
use crate::model::{ItemId, ItemKind, Plan, PlanItem, Source, Time, Verb, size, text};
use crate::profile::Profile;
use crate::ui::cached::as_of;
use crate::ui::engine::{Engine, Session};
use crate::ui::folders::{Folders, tree::Tree};
use crate::ui::parts::{self, Icon, Weight};
use crate::ui::sides::sides;
use crate::ui::theme::{self, Ink, Tokens};

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
    groups: GroupLook,
    typed: String,
    view_all: bool,
    unstored: bool,
    /// As of when the rows are, where the list was not checked to its end since.
    pub unchecked: Option<Time>,
    /// What to know of the selection that the plan was made of, a sentence each.
    pub selection: Vec<String>,
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
            groups: GroupLook::default(),
            typed: String::new(),
            view_all: false,
            unstored: session.service.can().unstored,
            unchecked: None,
            selection: Vec::new(),
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
            self.ask.ui(ui, &mut self.verb, self.facts.going());
            self.warnings(ui, &plan);
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
                    self.groups = GroupLook::begin(engine, session, self.ids());
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

    fn ids(&self) -> HashSet<ItemId> {
        let items = self
            .plan
            .as_ref()
            .map(|plan| plan.items())
            .unwrap_or_default();
        let sent = items.iter().filter(|item| item.guard.is_none());
        sent.map(|item| item.id.clone()).collect()
    }

    fn noun(&self) -> &'static str {
        self.verb.kind().noun(self.facts.going())
    }

    /// What is done, for the sheet's head. A folder is named by its whole path: many end alike.
    fn title(&self) -> String {
        match self.the_folder() {
            Some(path) => format!("Delete folder {}", text::visible(path)),
            None if self.plan.is_some() && self.facts.going() == 0 => {
                format!("Nothing to {}", self.verb.title().to_lowercase())
            }
            None => self.what(),
        }
    }

    /// The one folder that goes.
    fn the_folder(&self) -> Option<&str> {
        let items = self.plan.as_ref()?.items();
        let is_one = self.verb.kind() == ItemKind::Folder && self.facts.going() == 1;
        let folder = items.iter().find(|item| is_one && item.guard.is_none());
        folder.map(|item| item.id.as_str())
    }

    fn what(&self) -> String {
        let act = match self.verb {
            Verb::AddTags => "Add tags to",
            Verb::RemoveTags => "Remove tags from",
            verb => verb.title(),
        };
        format!("{act} {} {}", size::count(self.facts.going()), self.noun())
    }

    fn head(&self, ui: &mut Ui) {
        ui.spacing_mut().item_spacing.y = 4.0;
        ui.add(egui::Label::new(RichText::new(self.title()).font(theme::title())).wrap());
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
        let mut tiles = vec![(size::count(facts.going()), self.noun().to_owned())];
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
            tiles.push(stored_tile(facts));
        }
        Frame::new()
            .stroke(Stroke::new(1.0, tokens.line))
            .corner_radius(CornerRadius::same(8))
            .inner_margin(Margin::symmetric(14, 9))
            .show(ui, |ui| {
                ui.set_width(ui.available_width());
                let mut ends = Vec::new();
                let apart = if tiles.len() > 3 { 10.0 } else { 14.0 };
                let row = ui.horizontal(|ui| {
                    ui.spacing_mut().item_spacing.x = 2.0 * apart;
                    for (figure, caption) in tiles {
                        let tile = ui.vertical(|ui| {
                            ui.spacing_mut().item_spacing.y = 1.0;
                            parts::strong(ui, figure);
                            parts::caption(ui, &caption);
                        });
                        ends.push(tile.response.rect.right() + apart);
                    }
                });
                ends.pop();
                let (tall, line) = (row.response.rect.y_range().expand(9.0), tokens.line);
                for x in ends {
                    ui.painter().vline(x, tall, Stroke::new(1.0, line));
                }
            });
    }

    fn warnings(&mut self, ui: &mut Ui, plan: &Plan) {
        let tokens = Tokens::of(ui);
        if let Some(at) = self.unchecked {
            let words = format!(
                "From a list {}, which was not checked to its end. What becomes of each file is the service's word.",
                as_of(at)
            );
            note(ui, Icon::Info, tokens, &words);
        }
        for words in &self.selection {
            note(ui, Icon::Info, tokens, words);
        }
        let kind = self.verb.kind();
        for (reason, number) in self.facts.guards.iter().take(GUARDS_SHOWN) {
            let words = job::left_out(kind, *number, reason);
            note(ui, Icon::Info, tokens, &format!("{words}."));
        }
        if let Some(items) = self.groups.ui(ui, plan) {
            self.freeze(items);
        }
        for known in job::plan_notes(plan, &self.facts, self.within(plan)) {
            known_note(ui, &known);
        }
    }

    /// Files that are known in the folders of the plan and below.
    fn within(&self, plan: &Plan) -> Option<u64> {
        let folders = plan.items().iter().filter(|item| item.guard.is_none());
        let nodes = folders.filter_map(|item| self.folders.find(&item.path));
        Some(nodes.map(|node| node.all).sum())
    }

    fn sample(&mut self, ui: &mut Ui, plan: &Plan) {
        if self.view_all {
            return self.all(ui, plan);
        }
        if self.facts.sample.is_empty() {
            return;
        }
        parts::caption(ui, "Sample");
        ui.scope(|ui| {
            ui.spacing_mut().interact_size.y = 18.0;
            ui.spacing_mut().item_spacing = vec2(5.0, 2.0);
            ui.horizontal_wrapped(|ui| {
                sample_names(ui, &self.facts.sample);
                let more = (self.facts.sample.len() as u64) < self.facts.items;
                let all = format!("View all {}", size::count(self.facts.items));
                if more && parts::link_whole(ui, &all).clicked() {
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
                    let is_named = !item.name.is_empty() && item.path != item.id.as_str();
                    let name = if is_named {
                        &item.name
                    } else {
                        item.id.as_str()
                    };
                    let name = text::visible(name);
                    let label = match item.guard {
                        None => RichText::new(name),
                        Some(_) => {
                            RichText::new(format!("{name} · left out")).color(Tokens::of(ui).faint)
                        }
                    };
                    ui.add(egui::Label::new(label).truncate());
                }
            });
    }

    /// What must be typed before the button works.
    fn wanted(&self) -> Wanted {
        let going = self.facts.going();
        let plan = self.plan.as_ref();
        match plan.filter(|plan| plan.verb.destroys() && going > 0) {
            Some(plan) => Wanted::of(plan, going, self.profile.protected),
            None => Wanted::Yes,
        }
    }

    fn typing(&mut self, ui: &mut Ui) -> bool {
        let wanted = self.wanted();
        if wanted == Wanted::Yes {
            return true;
        }
        ui.add_space(4.0);
        ui.horizontal(|ui| {
            let tokens = Tokens::of(ui);
            ui.spacing_mut().item_spacing.x = 4.0;
            parts::text(ui, RichText::new("Type").color(tokens.weak));
            parts::strong(ui, wanted.shown());
            parts::text(ui, RichText::new("to delete").color(tokens.weak));
        });
        let width = ui.available_width();
        let response = parts::field(ui, &mut self.typed, "Type to confirm", width);
        rest_on(ui, &response);
        wanted.is(&self.typed)
    }

    /// What it takes, or why nothing is sent.
    fn requests(&self, plan: &Plan) -> String {
        if self.facts.going() == 0 {
            return "Nothing is left to do.".to_owned();
        }
        let requests = size::counted(self.facts.calls, "request", "requests");
        match job::at_least(plan, &self.facts) {
            Some(time) => format!("{requests}, {time}"),
            None => requests,
        }
    }

    fn buttons(
        &mut self,
        ui: &mut Ui,
        plan: &Plan,
        ready: bool,
        confirmed: &mut Option<Plan>,
    ) -> Stay {
        let mut stay = Stay::Open;
        let requests = self.requests(plan);
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
                let blocked = match (ready, self.facts.going()) {
                    (_, 0) => Some("Nothing is left to do."),
                    _ if self.groups.is_looking() => {
                        Some("The groups are still being looked through.")
                    }
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

fn stored_tile(facts: &PlanFacts) -> (String, String) {
    let (stored, unstored) = (size::count(facts.stored), size::count(facts.unstored));
    if facts.processing == 0 {
        return (
            format!("{stored} / {unstored}"),
            "stored / unstored".to_owned(),
        );
    }
    let processing = size::count(facts.processing);
    let caption = "stored / unstored / processing";
    (
        format!("{stored} / {unstored} / {processing}"),
        caption.to_owned(),
    )
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

fn known_note(ui: &mut Ui, known: &PlanNote) {
    let tokens = Tokens::of(ui);
    let (icon, pair) = match known.tone {
        Tone::Plain => return note(ui, Icon::Info, tokens, &known.words),
        Tone::Undo => (Icon::Back, tokens.ok),
        Tone::Warning => (Icon::Warning, tokens.warn),
        Tone::Grave => (Icon::Warning, tokens.bad),
    };
    parts::notice(ui, icon, pair, |ui| {
        ui.add(egui::Label::new(&known.words).selectable(false).wrap());
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

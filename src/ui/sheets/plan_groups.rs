//! Groups that hold files of a plan: how far the look for them is, what it found, and leaving those files out.
//!
//! What can be clicked here comes and goes by itself, so nothing new may be hit by a click meant for the old.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use egui::{Align, Layout, RichText, ScrollArea, Ui};
use poll_promise::Promise;
use tokio_util::sync::CancellationToken;

use crate::job::{self, Holds, InGroups, Looked};
use crate::model::{ItemId, Plan, PlanItem, size, text};
use crate::service::ServiceError;
use crate::ui::engine::{Engine, Session};
use crate::ui::parts::{self, Icon};
use crate::ui::theme::{self, Ink, Tokens};

/// How long something new stands there before it can be clicked, in seconds.
const REST: f64 = 0.8;

/// How often a count is drawn anew while it grows.
const TICK: Duration = Duration::from_millis(200);

/// What the line says; its links are at rest after each change of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Shows {
    #[default]
    Nothing,
    Looking,
    Skipped,
    Failed,
    InNone,
    Found,
    LeftOut,
}

/// The look for groups that hold files of a plan.
#[derive(Default)]
pub struct GroupLook {
    answer: Option<Promise<Result<InGroups, ServiceError>>>,
    looked: Arc<Looked>,
    stop: CancellationToken,
    skipped: bool,
    is_open: bool,
    /// The plan's items before those in groups were left out of it.
    before: Option<Vec<PlanItem>>,
    shown: Shows,
    since: f64,
}

impl GroupLook {
    /// Begins to look which groups hold these.
    pub fn begin(engine: &Engine, session: &Session, ids: HashSet<ItemId>) -> Self {
        let (looked, stop) = (Arc::<Looked>::default(), CancellationToken::new());
        let look = job::look_into_groups(session.service.clone(), ids, looked.clone());
        let until = stop.clone();
        let answer = engine.ask(async move {
            let found = until.run_until_cancelled(look).await;
            found.unwrap_or_else(|| Ok(InGroups::default()))
        });
        Self {
            answer: Some(answer),
            looked,
            stop,
            skipped: false,
            is_open: false,
            before: None,
            shown: Shows::Nothing,
            since: 0.0,
        }
    }

    /// Whether it is not known yet.
    pub fn is_looking(&self) -> bool {
        self.shows() == Shows::Looking
    }

    fn shows(&self) -> Shows {
        let Some(answer) = &self.answer else {
            return Shows::Nothing;
        };
        match answer.ready() {
            _ if self.before.is_some() => Shows::LeftOut,
            _ if self.skipped => Shows::Skipped,
            None => Shows::Looking,
            Some(Err(_)) => Shows::Failed,
            Some(Ok(found)) if found.groups.is_empty() && found.unread == 0 => Shows::InNone,
            Some(Ok(_)) => Shows::Found,
        }
    }

    /// Shows the line. `Some` are the items that the plan shall have from now on.
    pub fn ui(&mut self, ui: &mut Ui, plan: &Plan) -> Option<Vec<PlanItem>> {
        let shows = self.shows();
        let ready = self.is_at_rest(ui, shows);
        if shows == Shows::Nothing {
            return None;
        }
        // Nothing that is pressed in one state can be let go of in another.
        ui.push_id(("groups", shows as u8), |ui| match shows {
            Shows::Nothing => None,
            Shows::Looking => self.looking_ui(ui),
            Shows::Skipped => plain(ui, "Whether any of these are in a group was not looked at."),
            Shows::Failed => self.failed_ui(ui),
            // A line that went would move the sheet, and its buttons, under the pointer.
            Shows::InNone => plain(ui, "None of these is in a group."),
            Shows::Found => self.found_ui(ui, plan, ready),
            Shows::LeftOut => self.left_out_ui(ui, plan, ready),
        })
        .inner
    }

    /// Whether what is shown has been there for a moment.
    fn is_at_rest(&mut self, ui: &Ui, shows: Shows) -> bool {
        let left = self.rest(ui.input(|input| input.time), shows);
        if left > 0.0 {
            ui.request_repaint_after(Duration::from_secs_f64(left));
        }
        left <= 0.0
    }

    /// Seconds before what is shown can be clicked; they begin with each change of it.
    fn rest(&mut self, now: f64, shows: Shows) -> f64 {
        if std::mem::replace(&mut self.shown, shows) != shows {
            self.since = now;
        }
        self.since + REST - now
    }

    fn looking_ui(&mut self, ui: &mut Ui) -> Option<Vec<PlanItem>> {
        ui.request_repaint_after(TICK);
        let words = match self.looked.groups() {
            (_, 0) => "Looking whether any of these are in a group…".to_owned(),
            (read, all) => format!(
                "Looking whether any of these are in a group: {} of {} read",
                size::count(read),
                size::counted(all, "group", "groups")
            ),
        };
        if parts::notice_links(ui, Icon::Info, quiet(ui), &words, &["Skip"]).is_some() {
            self.stop.cancel();
            self.skipped = true;
        }
        None
    }

    fn failed_ui(&self, ui: &mut Ui) -> Option<Vec<PlanItem>> {
        let answer = self.answer.as_ref()?.ready()?;
        let error = answer.as_ref().err()?;
        let words = format!(
            "Whether any of these are in a group is not known: {}",
            error.message
        );
        plain(ui, &words)
    }

    fn found_ui(&mut self, ui: &mut Ui, plan: &Plan, ready: bool) -> Option<Vec<PlanItem>> {
        let found = self.answer.as_ref()?.ready()?.as_ref().ok()?;
        if found.groups.is_empty() {
            let unread = size::counted(found.unread as u64, "group", "groups");
            return plain(
                ui,
                &format!("{unread} could not be read; the others hold none of these."),
            );
        }
        let files = found.files();
        let (mut leaves_out, mut opens) = (false, false);
        parts::notice(ui, Icon::Warning, Tokens::of(ui).warn, |ui| {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                ui.spacing_mut().item_spacing.x = 14.0;
                // Where Skip stood a moment ago there is what does no harm.
                let title = if self.is_open { "Hide" } else { "Show" };
                opens = parts::link(ui, title).clicked();
                leaves_out = link_at_rest(ui, "Leave these out", ready);
                // Great numbers must not push the links out of the sheet.
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    ui.spacing_mut().item_spacing.x = 6.0;
                    let groups = size::counted(found.groups.len() as u64, "group", "groups");
                    let files = size::counted(files.len() as u64, "file is", "files are");
                    parts::strong(ui, format!("{files} in {groups}."));
                    let what = egui::Label::new("Groups stay, with holes.");
                    ui.add(what.selectable(false).truncate());
                });
            });
        });
        if self.is_open {
            group_list(ui, &group_lines(plan, found));
        }
        self.is_open ^= opens;
        leaves_out.then(|| {
            self.before = Some(plan.items().to_vec());
            let rest = plan.items().iter();
            rest.filter(|item| !files.contains(&item.id))
                .cloned()
                .collect()
        })
    }

    fn left_out_ui(&mut self, ui: &mut Ui, plan: &Plan, ready: bool) -> Option<Vec<PlanItem>> {
        let out = self
            .before
            .as_ref()?
            .len()
            .saturating_sub(plan.items().len());
        let words = match out {
            1 => "1 file of a group is left out and stays.".to_owned(),
            _ => format!(
                "{} files of groups are left out and stay.",
                size::count(out as u64)
            ),
        };
        let back = parts::notice(ui, Icon::Info, quiet(ui), |ui| {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let back = link_at_rest(ui, "Put them back", ready);
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    ui.add(egui::Label::new(words).wrap());
                });
                back
            })
            .inner
        });
        if back { self.before.take() } else { None }
    }
}

impl Drop for GroupLook {
    /// What is asked for the sheet alone must not stand in the job's way.
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// A link that cannot be clicked before it is at rest.
fn link_at_rest(ui: &mut Ui, title: &str, ready: bool) -> bool {
    if ready {
        return parts::link(ui, title).clicked();
    }
    let faint = Tokens::of(ui).faint;
    let text = RichText::new(title).color(faint).family(theme::medium());
    parts::text(ui, text);
    false
}

fn quiet(ui: &Ui) -> Ink {
    let tokens = Tokens::of(ui);
    Ink {
        ink: tokens.text,
        tint: tokens.panel,
    }
}

/// A line that changes nothing.
fn plain(ui: &mut Ui, words: &str) -> Option<Vec<PlanItem>> {
    parts::notice_links(ui, Icon::Info, quiet(ui), words, &[]);
    None
}

/// Each group with the names of its files.
fn group_lines(plan: &Plan, found: &InGroups) -> Vec<(String, String)> {
    let items = plan.items().iter();
    let names: HashMap<&ItemId, &str> = items
        .filter(|item| !item.name.is_empty())
        .map(|item| (&item.id, item.name.as_str()))
        .collect();
    let line = |holds: &Holds| {
        let name = |id| names.get(id).copied().unwrap_or(ItemId::as_str(id));
        let files = holds.files.iter().map(|id| text::visible(name(id)));
        let files = files.collect::<Vec<_>>().join(" · ");
        (holds.group.to_string(), files)
    };
    found.groups.iter().map(line).collect()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_by_itself_cannot_be_clicked_at_once() {
        let mut look = GroupLook::default();
        let steps = [
            (5.0, Shows::Looking, false),
            (9.0, Shows::Looking, true),
            (9.1, Shows::Found, false),
            (9.8, Shows::Found, false),
            (10.0, Shows::Found, true),
            (10.1, Shows::LeftOut, false),
            (11.0, Shows::LeftOut, true),
        ];
        for (now, shows, ready) in steps {
            assert_eq!(look.rest(now, shows) <= 0.0, ready, "{shows:?} at {now}");
        }
    }
}

//! Pictures of the window on a software GPU, compared with those in `tests/snapshots/`.
//!
//! They need a Vulkan driver (Mesa's lavapipe will do) and `TZ=UTC`, so they run only when asked for:
//! `TZ=UTC cargo test --test snapshots -- --ignored`; with `UPDATE_SNAPSHOTS=1` they are drawn anew.

#![allow(clippy::unwrap_used, reason = "a test may stop where it cannot go on")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use egui::accesskit::Role;
use egui::{Context, Theme, Ui};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use tallyman::model::{Account, FileRow, GroupRow, PlanItem, ProfileId, ServiceKind, Time, Verb};
use tallyman::profile::{Keyring, Profile};
use tallyman::service::{self, Listing, Page};
use tallyman::ui::engine::{Engine, Session};
use tallyman::ui::folders::Folders;
use tallyman::ui::sheets::plan::PlanSheet;
use tallyman::ui::workspace::{State, Workspace};
use tallyman::ui::{App, Setup, Start, theme, views};

const SIZE: [f32; 2] = [1000.0, 640.0];

fn profile() -> Profile {
    Profile {
        public_key: "demopublickey".into(),
        // Nobody listens here; nothing in these pictures asks.
        api_base: Some("http://127.0.0.1:9".into()),
        protected: true,
        ..Profile::new(
            ProfileId("picture".into()),
            "Acme shop",
            ServiceKind::Uploadcare,
        )
    }
}

fn session(profile: &Profile) -> Session {
    let account = Account {
        name: "acme-prod".into(),
        key: "demopublickey".into(),
    };
    let credentials = profile.credentials("a secret".to_owned().into());
    let service = service::open(&credentials).unwrap();
    Session { service, account }
}

fn files() -> Vec<FileRow> {
    let names = [
        ("IMG_20240311_0931.jpg", 4_200_000, "image/jpeg"),
        ("produktbild-größe-42.webp", 318_000, "image/webp"),
        ("фото_склад_017.jpg", 2_900_000, "image/jpeg"),
        ("contract-2023-final (2).pdf", 1_100_000, "application/pdf"),
        ("=cmd|'/c calc'!A1.csv", 12_000, "text/csv"),
        ("promo-cut-03.mp4", 1_240_000_000, "video/mp4"),
        ("evil\u{202E}gnp.exe", 44_000, "application/octet-stream"),
        (
            "very-long-name-very-long-name-very-long-name-very-long-name-very-long-name.tiff",
            22_000_000,
            "image/tiff",
        ),
    ];
    let first = Time::parse("2024-09-28T09:10:00Z").unwrap();
    names
        .into_iter()
        .enumerate()
        .map(|(n, (name, size, mime))| FileRow {
            name: name.into(),
            size,
            mime: Arc::from(mime),
            uploaded: Some(Time(first.0 - n as i64 * 86_400_000_000)),
            stored: Some(first),
            ..FileRow::unknown(
                format!("21975c81-7f57-4c7a-aef9-acfe28779f{n:02}")
                    .as_str()
                    .into(),
            )
        })
        .collect()
}

/// The table and its bars as a picture; rows 2 and 3 are selected.
struct Table {
    engine: Engine,
    workspace: Workspace,
}

impl Table {
    fn new(ctx: &Context) -> Self {
        theme::install(ctx);
        let mut workspace = Workspace::new(profile());
        workspace.state = State::Open(session(&workspace.profile));
        let (run, _) = workspace.files.begin(&mut workspace.catalogue);
        let page = Page {
            rows: files(),
            total: Some(8),
        };
        workspace.files_arrived(Listing::Existing, run, page);
        Self {
            engine: Engine::new(ctx.clone()).unwrap(),
            workspace,
        }
    }

    fn ui(&mut self, ui: &mut Ui) {
        self.engine.drain(Duration::from_millis(5), |event| {
            if let tallyman::ui::engine::Event::Arranged {
                view,
                question,
                arrangement,
                ..
            } = event
            {
                self.workspace.arranged(view, question, arrangement);
            }
        });
        self.workspace.arrange(&self.engine);
        let mut send = Vec::new();
        let tokens = theme::Tokens::of(ui);
        ui.painter().rect_filled(ui.max_rect(), 0.0, tokens.bg);
        let mut toast = None;
        views::bars::ui(ui, &mut self.workspace, &mut toast, &mut send);
        views::files::ui(ui, &self.engine, &mut self.workspace, &mut send);
    }
}

fn table(theme: Theme, name: &str) {
    let state: Option<Table> = None;
    let mut harness = Harness::builder()
        .with_size([900.0, 420.0])
        .with_theme(theme)
        .allow_missing_glyphs()
        .build_ui_state(
            |ui, table: &mut Option<Table>| {
                let ctx = ui.ctx().clone();
                table.get_or_insert_with(|| Table::new(&ctx)).ui(ui);
            },
            state,
        );
    settle(&mut harness, |harness| {
        harness.query_all_by_role(Role::Row).count() == 8
    });
    for (n, name) in ["produktbild-größe-42.webp", "фото_склад_017.jpg"]
        .iter()
        .enumerate()
    {
        let held = if n == 0 {
            egui::Modifiers::NONE
        } else {
            egui::Modifiers::COMMAND
        };
        harness
            .get_by_role_and_label(Role::Row, name)
            .click_modifiers(held);
        harness.run_steps(2);
    }
    harness.remove_cursor();
    harness.run_steps(3);
    harness.snapshot(name);
}

fn settle<S>(harness: &mut Harness<'_, S>, done: impl Fn(&Harness<'_, S>) -> bool) {
    let start = Instant::now();
    while !done(harness) {
        assert!(start.elapsed() < Duration::from_secs(20), "it never came");
        harness.step();
        std::thread::sleep(Duration::from_millis(5));
    }
    harness.run_steps(3);
}

fn app(theme: Theme) -> (Harness<'static, App>, tempfile::TempDir) {
    let data = tempfile::tempdir().unwrap();
    let start = Start {
        demo: false,
        data_dir: data.path().to_path_buf(),
        data_dir_given: true,
    };
    let setup = Setup::new(start, Keyring::mock()).unwrap();
    let mut harness = Harness::builder()
        .with_size(SIZE)
        .with_theme(theme)
        .build_eframe(move |cc| App::new(&cc.egui_ctx, setup).unwrap());
    harness.run_steps(4);
    (harness, data)
}

fn first_start(theme: Theme, name: &str) {
    let (mut harness, _data) = app(theme);
    harness.snapshot(name);
}

fn adding_a_profile(theme: Theme, name: &str) {
    let (mut harness, _data) = app(theme);
    let buttons = harness.query_all_by_role_and_label(Role::Button, "Add profile");
    buttons.last().unwrap().click();
    harness.run_steps(5);
    harness.snapshot(name);
}

#[test]
#[ignore = "needs a GPU, or Mesa's software one"]
fn first_start_light() {
    first_start(Theme::Light, "first_light");
}

#[test]
#[ignore = "needs a GPU, or Mesa's software one"]
fn first_start_dark() {
    first_start(Theme::Dark, "first_dark");
}

#[test]
#[ignore = "needs a GPU, or Mesa's software one"]
fn adding_a_profile_light() {
    adding_a_profile(Theme::Light, "profile_light");
}

#[test]
#[ignore = "needs a GPU, or Mesa's software one"]
fn adding_a_profile_dark() {
    adding_a_profile(Theme::Dark, "profile_dark");
}

#[test]
#[ignore = "needs a GPU, or Mesa's software one"]
fn the_table_light() {
    table(Theme::Light, "table_light");
}

#[test]
#[ignore = "needs a GPU, or Mesa's software one"]
fn the_table_dark() {
    table(Theme::Dark, "table_dark");
}

#[test]
#[ignore = "needs a GPU, or Mesa's software one"]
fn the_plan_of_groups() {
    type Sheet = Option<(Engine, PlanSheet)>;
    let mut harness = Harness::builder()
        .with_size([760.0, 560.0])
        .with_theme(Theme::Light)
        .build_ui_state(
            |ui, sheet: &mut Sheet| {
                let ctx = ui.ctx().clone();
                let (engine, sheet) = sheet.get_or_insert_with(|| {
                    theme::install(&ctx);
                    let engine = Engine::new(ctx.clone()).unwrap();
                    // Not protected: a text cursor blinks, and would not be the same twice.
                    let profile = Profile {
                        protected: false,
                        ..profile()
                    };
                    let session = session(&profile);
                    let verb = Verb::DeleteGroups;
                    let sheet = PlanSheet::open(
                        &engine,
                        &profile,
                        &session,
                        verb,
                        &Folders::default(),
                        || Ok(groups()),
                    );
                    (engine, sheet)
                });
                sheet.ui(&ctx, engine, None);
            },
            None,
        );
    settle(&mut harness, |harness| {
        harness.query_all_by_label("Delete 3 groups").count() > 0
    });
    harness.snapshot("plan_groups_light");
}

fn groups() -> Vec<PlanItem> {
    (1..=3)
        .map(|n| GroupRow {
            id: format!("21975c81-7f57-4c7a-aef9-acfe28779f78~{n}")
                .as_str()
                .into(),
            created: Time::parse(&format!("2024-0{n}-15T12:00:00Z")),
            files: n,
            url: None,
        })
        .map(|row| PlanItem::from_group(&row))
        .collect()
}

//! Manners of the window: what Esc and Tab do, where the keyboard is, and what a stranger would trip over.

#![allow(clippy::unwrap_used, reason = "a test may stop where it cannot go on")]

mod window_bench;

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _, by};
use tallyman::ui::App;
use window_bench::{FILTER, Window};

fn key(window: &mut Window, key: Key) {
    window.key(Modifiers::NONE, key);
}

/// Opens the menu of the first row.
fn open_menu(window: &mut Window) {
    let mut rows = window.harness.query_all_by_role(Role::Row);
    rows.next().unwrap().click_secondary();
    drop(rows);
    window.steps(3);
    assert!(window.has_button("Select none"), "the menu is open");
}

#[test]
fn esc_closes_a_menu_and_nothing_else() {
    let mut window = Window::open();
    window.click_row(0, Modifiers::NONE);
    window.click_row(2, Modifiers::SHIFT);
    assert!(window.has("3 selected"));
    open_menu(&mut window);
    key(&mut window, Key::Escape);
    assert!(!window.has_button("Select none"), "the menu is closed");
    assert!(window.has("3 selected"), "the selection stays");
    key(&mut window, Key::Escape);
    assert!(!window.has(" selected"));
}

#[test]
fn keys_of_the_window_wait_until_a_menu_is_closed() {
    let mut window = Window::open();
    window.click_row(0, Modifiers::NONE);
    open_menu(&mut window);
    key(&mut window, Key::Delete);
    window.steps(2);
    assert!(sheet(&window.harness).is_none(), "no plan behind the menu");
    key(&mut window, Key::Escape);
    key(&mut window, Key::Delete);
    window.shows("Delete 1 file");
}

/// The name of the sheet that is open.
fn sheet(harness: &Harness<'static, App>) -> Option<String> {
    let mut dialogs = harness.query_all_by_role(Role::Dialog);
    dialogs.find_map(|dialog| dialog.accesskit_node().label())
}

/// What has the keyboard: its name, and whether it is in the sheet.
fn focused(window: &Window) -> Option<(String, bool)> {
    let mut nodes = window
        .harness
        .query_all(by().predicate(|node| node.is_focused()));
    let node = nodes.next()?;
    let mut above = node.accesskit_node().parent();
    let mut inside = false;
    while let Some(parent) = above {
        inside |= parent.role() == Role::Dialog;
        above = parent.parent();
    }
    let node = node.accesskit_node();
    Some((node.label().unwrap_or_default(), inside))
}

/// Whether the table of files has it: on its row at the cursor, if there is one.
fn table_has_it(window: &Window) -> bool {
    let mut nodes = window
        .harness
        .query_all(by().predicate(|node| node.is_focused()));
    let role = nodes.next().map(|node| node.accesskit_node().role());
    matches!(role, Some(Role::Row | Role::Table))
}

/// Whoever opens a sheet finds the keyboard on `first`, in the sheet wherever keys carry it, and where it was
/// once the sheet is closed.
fn keeps_the_keyboard(window: &mut Window, name: &str, first: &str) {
    window.wait(name, |window| {
        let there = focused(window).is_some_and(|(label, inside)| inside && label == first);
        sheet(&window.harness).as_deref() == Some(name) && there
    });
    let press = |window: &mut Window, modifiers: Modifiers, pressed: Key| {
        window.key(modifiers, pressed);
        let (label, inside) = focused(window).expect("something has the keyboard");
        assert!(inside, "{name}: {pressed:?} went to {label}");
        label
    };
    let round = (0..40).any(|_| press(window, Modifiers::NONE, Key::Tab) == first);
    assert!(round, "{name}: Tab goes round");
    let back = (0..40).any(|_| press(window, Modifiers::SHIFT, Key::Tab) == first);
    assert!(back, "{name}: and the other way");
    for arrow in [
        Key::ArrowUp,
        Key::ArrowLeft,
        Key::ArrowDown,
        Key::ArrowRight,
    ] {
        for _ in 0..3 {
            press(window, Modifiers::NONE, arrow);
        }
    }
    key(window, Key::Escape);
    window.steps(2);
    assert_eq!(sheet(&window.harness), None, "{name} is closed");
}

#[test]
fn a_sheet_takes_the_keyboard_and_gives_it_back() {
    let mut window = Window::open();
    window.click_row(0, Modifiers::NONE);
    assert!(table_has_it(&window), "{:?}", focused(&window));

    key(&mut window, Key::Delete);
    keeps_the_keyboard(&mut window, "Plan", "Cancel");
    assert!(table_has_it(&window) && window.has("1 selected"));
    key(&mut window, Key::F1);
    keeps_the_keyboard(&mut window, "Keyboard shortcuts", "Close");
    assert!(table_has_it(&window), "{:?}", focused(&window));
    window.key(Modifiers::COMMAND, Key::N);
    keeps_the_keyboard(&mut window, "Add profile", "Name");
    assert!(table_has_it(&window), "{:?}", focused(&window));
    for (item, name, first) in [
        ("Edit profile…", "Edit profile", "Name"),
        ("Keep list…", "Keep list", "Cancel"),
        ("Forget profile…", "Forget profile", "Keep"),
    ] {
        window.press("Menu");
        window.press(item);
        keeps_the_keyboard(&mut window, name, first);
    }

    window.key(Modifiers::COMMAND, Key::A);
    key(&mut window, Key::Delete);
    keeps_the_keyboard(&mut window, "Plan", "Type to confirm");
    assert!(table_has_it(&window), "{:?}", focused(&window));

    window.fill(FILTER, "ext:jpg");
    window.settle();
    window.press("Save filter");
    keeps_the_keyboard(&mut window, "Save filter", "Name");
}

#[test]
fn the_keyboard_goes_back_to_the_field_that_had_it() {
    let mut window = Window::open();
    window.fill(FILTER, "ext:jpg");
    window.settle();
    window.key(Modifiers::COMMAND, Key::N);
    keeps_the_keyboard(&mut window, "Add profile", "Name");
    assert_eq!(focused(&window).unwrap().0, FILTER);
}

#[test]
fn a_click_beside_a_sheet_keeps_what_was_typed() {
    let mut window = Window::open();
    window.key(Modifiers::COMMAND, Key::N);
    window.fill("Name", "Second");
    let beside = egui::pos2(700.0, 20.0);
    window.harness.hover_at(beside);
    for pressed in [true, false] {
        window.harness.event(egui::Event::PointerButton {
            pos: beside,
            button: egui::PointerButton::Primary,
            pressed,
            modifiers: Modifiers::NONE,
        });
        window.steps(2);
    }
    assert_eq!(sheet(&window.harness).as_deref(), Some("Add profile"));
    let name = window
        .harness
        .get_by_role_and_label(Role::TextInput, "Name");
    assert_eq!(name.value().as_deref(), Some("Second"));
}

#[test]
fn a_link_that_goes_leaves_the_keyboard_in_the_field() {
    let mut window = Window::open();
    let latency = std::time::Duration::from_secs(600);
    window.click_row(0, Modifiers::NONE);
    window.key(Modifiers::COMMAND, Key::A);
    window.demo().faults().set_latency(latency);
    key(&mut window, Key::Delete);
    window.shows("Looking whether any of these");
    let at = window.harness.get_by_label("Skip").rect().center();
    window.harness.hover_at(at);
    for pressed in [true, false] {
        window.harness.event(egui::Event::PointerButton {
            pos: at,
            button: egui::PointerButton::Primary,
            pressed,
            modifiers: Modifiers::NONE,
        });
        window.steps(1);
    }
    window.steps(4);
    assert!(!window.has("Looking whether any of these"));
    window.harness.event(egui::Event::Text("28".to_owned()));
    window.steps(2);
    let field = window
        .harness
        .get_by_role_and_label(Role::TextInput, "Type to confirm");
    assert_eq!(
        field.value().as_deref(),
        Some("28"),
        "{:?}",
        focused(&window)
    );
    window
        .demo()
        .faults()
        .set_latency(std::time::Duration::ZERO);
}

#[test]
fn a_report_sheet_takes_the_keyboard_too() {
    let mut window = Window::open();
    window.click_row(2, Modifiers::NONE);
    window.press("Store…");
    window.press("Store 1 file");
    window.shows("1 of 1 stored");
    window.press("Save report");
    keeps_the_keyboard(&mut window, "Save report", "Save");
}

#[test]
fn a_half_typed_type_keeps_the_last_rows() {
    let mut window = Window::open();
    let all = window.rows();
    window.fill(FILTER, "type:im");
    window.offers("image");
    window.settle();
    assert_eq!(window.rows(), all, "nothing changes while a type is typed");
    key(&mut window, Key::Escape);
    window.settle();
    assert!(window.has("No type is called \"im\""));
    assert!(
        window.has("image, video, audio"),
        "the known ones are named"
    );
    let shown = window.rows();
    assert!(shown.len() > 5 && all.starts_with(&shown));
}

#[test]
fn the_letters_of_a_key_do_not_stay_a_filter() {
    let mut window = Window::open();
    let all = window.rows();
    window.fill(FILTER, "");
    for piece in ["t", "yp", "e", ":im"] {
        let field = window
            .harness
            .get_by_role_and_label(Role::TextInput, FILTER);
        field.type_text(piece);
        window.settle();
    }
    window.offers("image");
    assert_eq!(window.rows(), all, "as before the key was begun");
}

#[test]
fn the_card_hangs_below_what_is_wrong() {
    let mut window = Window::open();
    window.fill(FILTER, "type:im");
    window.offers("image");
    key(&mut window, Key::Escape);
    window.shows("No type is called");
    window.press("Filter help");
    window.shows("What can be typed");
    window.steps(2);
    let mut wrong = window.harness.query_all_by_label_contains("No type is");
    let line = wrong.next().unwrap().rect();
    let card = window.harness.get_by_label("What can be typed").rect();
    assert!(line.bottom() + 4.0 < card.top(), "{line:?} {card:?}");
}

#[test]
fn the_problem_column_is_where_problems_are() {
    let mut window = Window::open();
    let locked = window.demo().books().locked_ids()[0].clone();
    window.filter(&locked, 1);
    window.click_row(0, Modifiers::NONE);
    window.press("Delete…");
    window.press("Delete 1 file");
    window.shows("0 of 1 deleted");
    let head = |window: &Window| {
        let heads = window.harness.query_all_by_role(Role::ColumnHeader);
        let mut heads = heads.filter_map(|head| head.accesskit_node().label());
        heads.any(|label| label.contains("Problem"))
    };
    window.wait("the column", head);
    window.press("Removed");
    window.wait_for_rows();
    assert!(!head(&window), "no removed file has a problem");
}

#[test]
fn the_name_keeps_room_when_all_columns_are_shown() {
    let mut window = Window::open();
    let head = |window: &Window, name: &str| {
        let heads = window.harness.query_all_by_role(Role::ColumnHeader);
        let mut heads = heads.filter(|head| {
            let label = head.accesskit_node().label().unwrap_or_default();
            label.ends_with(name)
        });
        heads.next().map(|head| head.rect())
    };
    window
        .harness
        .get_by_role_and_label(Role::ColumnHeader, "Sort by Name")
        .click_secondary();
    window.steps(3);
    for column in ["Stored", "Id", "Problem"] {
        window.click(Role::CheckBox, column);
    }
    key(&mut window, Key::Escape);
    window.harness.set_size(egui::vec2(1000.0, 700.0));
    window.steps(4);
    let name = head(&window, "Name").unwrap();
    assert!(name.width() > 195.0, "{name:?}");
}

#[test]
fn names_in_a_plan_are_not_broken() {
    let mut window = Window::open();
    window.filter("製品 or 产品图 or 合同 or 議事録", window.rows().len());
    window.click_row(0, Modifiers::NONE);
    window.key(Modifiers::COMMAND, Key::A);
    key(&mut window, Key::Delete);
    window.shows("Sample");
    window.steps(3);
    let names: Vec<_> = window.harness.query_all_by_label_contains(" ·").collect();
    let names: Vec<_> = names
        .iter()
        .filter(|name| name.rect().width() < 560.0)
        .collect();
    assert!(names.len() > 2);
    for name in names {
        assert!(
            name.rect().height() < 22.0,
            "{:?}",
            name.accesskit_node().value()
        );
    }
}

#[test]
fn the_items_of_a_job_stand_under_their_columns() {
    let mut window = Window::open();
    window.click_row(2, Modifiers::NONE);
    window.press("Store…");
    window.press("Store 1 file");
    window.shows("1 of 1 stored");
    window.press("History");
    window.shows("Job 1:");
    let job = window.harness.query_all_by_label_contains("Job 1:").next();
    job.unwrap().click();
    window.wait("the columns", |window| {
        let heads = window.harness.query_all_by_role(Role::ColumnHeader);
        heads.count() == 5
    });
    for head in ["Outcome", "Name", "Id", "Evidence", "What was said"] {
        let _ = window
            .harness
            .get_by_role_and_label(Role::ColumnHeader, head);
    }
}

#[test]
fn the_overview_has_files_of_the_same_name_and_size() {
    let mut window = Window::open();
    window.press("Overview");
    window.wait("repeats", |window| window.has("more than one of each"));
}

#[test]
fn down_leads_from_the_filter_box_to_the_first_row() {
    let mut window = Window::open();
    window.click(Role::TextInput, FILTER);
    key(&mut window, Key::ArrowDown);
    assert!(table_has_it(&window));
    assert!(window.has("1 selected"));
    key(&mut window, Key::ArrowDown);
    window
        .harness
        .key_press_modifiers(Modifiers::SHIFT, Key::ArrowDown);
    window.steps(2);
    assert!(window.has("2 selected"));
    window.click(Role::TextInput, FILTER);
    key(&mut window, Key::ArrowDown);
    assert!(table_has_it(&window));
    assert!(window.has("2 selected"), "what is selected stays");
}

#[test]
fn esc_closes_the_suggestions_before_it_clears_the_filter() {
    let mut window = Window::open();
    let text = |window: &Window| {
        let field = window
            .harness
            .get_by_role_and_label(Role::TextInput, FILTER);
        field.accesskit_node().value().unwrap_or_default()
    };
    window.fill(FILTER, "typ");
    window.shows("type:");
    key(&mut window, Key::Escape);
    assert_eq!(text(&window), "typ");
    key(&mut window, Key::Escape);
    assert_eq!(text(&window), "");
}

//! The filter box, saved filters and the second sort key, by role and label on the embedded service.

#![allow(clippy::unwrap_used, reason = "a test may stop where it cannot go on")]

mod window_bench;

use egui::accesskit::{Role, SortDirection};
use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use window_bench::{FILTER, Window};

fn key(window: &mut Window, key: Key) {
    window.key(Modifiers::NONE, key);
}

/// What stands in the box.
fn typed(window: &Window) -> String {
    let field = window
        .harness
        .get_by_role_and_label(Role::TextInput, FILTER);
    field.value().unwrap_or_default()
}

/// Types on in the box.
fn more(window: &mut Window, text: &str) {
    let field = window
        .harness
        .get_by_role_and_label(Role::TextInput, FILTER);
    field.type_text(text);
    window.steps(3);
}

fn header(window: &Window, label: &str) -> (Option<SortDirection>, Option<String>) {
    let title = window
        .harness
        .get_by_role_and_label(Role::ColumnHeader, label);
    let node = title.accesskit_node();
    (node.sort_direction(), node.description())
}

#[test]
fn a_wrong_filter_says_why_and_keeps_the_last_good_rows() {
    let mut window = Window::open();
    let all = window.rows();
    window.fill(FILTER, "type:image -ext:png");
    window.settle();
    let images = window.rows();
    assert!(!images.is_empty() && images != all);
    assert!(
        images.iter().all(|name| !name.ends_with(".png")),
        "{images:?}"
    );
    assert!(window.has("match"));

    more(&mut window, " colour:red");
    window.settle();
    assert!(window.has("No key is called \"colour\""));
    assert!(window.has("Shown meanwhile: type:image -ext:png"));
    assert!(window.has("match “type:image -ext:png”, not what is typed"));
    // The words under the box take room from the rows.
    let shown = window.rows();
    assert!(
        shown.len() > 5 && images.starts_with(&shown),
        "the last good result stays"
    );
    assert!(window.harness.query_by_label("Save filter").is_none());

    window.fill(FILTER, "size>=0");
    window.settle();
    assert!(!window.has("No key is called"));
    assert_eq!(window.rows().len(), all.len());
    key(&mut window, Key::Escape);
    window.settle();
    assert_eq!(typed(&window), "");
}

#[test]
fn keys_and_values_are_completed_by_the_keyboard() {
    let mut window = Window::open();
    window.fill(FILTER, "st");
    assert!(window.has("state:unstored"), "keys are suggested");
    key(&mut window, Key::ArrowDown);
    key(&mut window, Key::ArrowUp);
    key(&mut window, Key::Tab);
    assert_eq!(typed(&window), "state:");
    window.shows("temporary");
    key(&mut window, Key::ArrowDown);
    key(&mut window, Key::Enter);
    assert_eq!(typed(&window), "state:unstored ");
    window.settle();
    assert!(window.has("match"));

    // Types are those that the files have.
    window.fill(FILTER, "-type:im");
    window.offers("image");
    key(&mut window, Key::Escape);
    assert_eq!(
        typed(&window),
        "-type:im",
        "the first Esc closes the list only"
    );
    more(&mut window, "a");
    window.offers("image");
    key(&mut window, Key::Enter);
    assert_eq!(typed(&window), "-type:image ");
}

#[test]
fn the_card_shows_the_language() {
    let mut window = Window::open();
    window.press("Filter help");
    window.shows("What can be typed");
    assert!(window.has("size>10mb") && window.has("in any case"));
}

#[test]
fn filters_are_saved_counted_named_and_forgotten() {
    let data = tempfile::tempdir().unwrap();
    let mut window = Window::open_in(data.path());
    window.fill(FILTER, "ext:jpg");
    window.settle();
    window.press("Save filter");
    window.fill("Name", "Photos");
    window.press("Save");
    window.wait("the saved filter", |window| window.has_button("Photos"));
    let settings = std::fs::read_to_string(data.path().join("window.toml")).unwrap();
    assert!(
        settings.contains("Photos") && settings.contains("ext:jpg"),
        "{settings}"
    );

    window.fill(FILTER, "zzz");
    window.settle();
    assert!(window.rows().is_empty());
    window.press("Photos");
    window.settle();
    assert_eq!(typed(&window), "ext:jpg");
    assert!(!window.rows().is_empty());
    drop(window);

    let mut window = Window::open_in(data.path());
    let saved = window.harness.get_by_role_and_label(Role::Button, "Photos");
    saved.click_secondary();
    window.steps(3);
    window.press("Remove");
    assert!(!window.has_button("Photos"));
}

#[test]
fn shift_and_a_click_add_a_second_key() {
    let mut window = Window::open();
    let click = |window: &mut Window, label: &str, held: Modifiers| {
        let title = window
            .harness
            .get_by_role_and_label(Role::ColumnHeader, label);
        title.click_modifiers(held);
        window.settle();
    };
    click(&mut window, "Sort by Type", Modifiers::NONE);
    assert_eq!(header(&window, "Sort by Type").1, None);
    let by_type = window.rows();
    click(&mut window, "Sort by Size", Modifiers::SHIFT);
    let (direction, key) = header(&window, "Sort by Size");
    assert_eq!(direction, Some(SortDirection::Descending));
    assert_eq!(key.as_deref(), Some("sort key 2"));
    assert_eq!(
        header(&window, "Sort by Type").1.as_deref(),
        Some("sort key 1")
    );
    let down = window.rows();
    assert_ne!(down, by_type);
    click(&mut window, "Sort by Size", Modifiers::SHIFT);
    assert_eq!(
        header(&window, "Sort by Size").0,
        Some(SortDirection::Ascending)
    );
    assert_ne!(window.rows(), down);
    click(&mut window, "Sort by Name", Modifiers::NONE);
    assert_eq!(header(&window, "Sort by Size"), (None, None));
}

#[test]
fn members_of_a_group_are_found() {
    let mut window = Window::open();
    let all = window.rows().len();
    window.fill(FILTER, "in:any ");
    window.wait("the groups", |window| {
        window.harness.state().is_settled() && window.has("match") && !window.has("Looking into")
    });
    window.settle();
    let members = window.rows().len();
    assert!(members > 0 && members <= all, "{members} of {all}");
    window.fill(FILTER, "in:nosuchgroup ");
    window.settle();
    assert!(window.rows().is_empty());
}

#[test]
fn a_half_typed_filter_counts_and_plans_as_what_it_is() {
    let mut window = Window::open();
    window.click(Role::TextInput, FILTER);
    for letter in ["a", "g", "e", ">", "3", "0"] {
        more(&mut window, letter);
    }
    window.settle();
    assert_eq!(typed(&window), "age>30");
    assert!(window.has("files shown, not what is typed"));
    assert!(!window.has("files match"), "no word was meant");

    window.fill(FILTER, "\"annual rep");
    window.settle();
    assert!(window.has("This quote is not closed"));
    assert!(window.has("All files are shown meanwhile."));

    window.fill(FILTER, "ext:png");
    window.settle();
    more(&mut window, " size>");
    window.settle();
    assert!(window.has("match “ext:png”, not what is typed"));
    // Below the list of suggestions.
    window.click_row(14, Modifiers::NONE);
    window.key(Modifiers::NONE, Key::Delete);
    window.shows("no filter yet; the files shown match “ext:png”.");
}

#[test]
fn letters_of_a_key_are_a_word_once_nothing_more_is_typed() {
    let mut window = Window::open();
    window.click(Role::TextInput, FILTER);
    for letter in ["s", "i", "z", "e"] {
        more(&mut window, letter);
    }
    window.settle();
    assert!(window.has("files match"), "a pause makes them a word");
    assert!(window.rows().iter().all(|name| name.contains("size")));

    window.fill(FILTER, "ext:png ty");
    key(&mut window, Key::Escape);
    key(&mut window, Key::Enter);
    window.settle();
    assert_eq!(typed(&window), "ext:png ty");
    let rows = window.rows();
    let fits = |name: &String| name.ends_with(".png") && name.to_lowercase().contains("ty");
    assert!(rows.iter().all(fits), "{rows:?}");
}

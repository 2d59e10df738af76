//! The window where room is short: nothing lies over anything else, and what has to be read can be.

#![allow(clippy::unwrap_used, reason = "a test may stop where it cannot go on")]

mod window_bench;

use egui::accesskit::Role;
use egui::{Key, Modifiers, Rect, Vec2};
use egui_kittest::kittest::Queryable as _;
use window_bench::{FILTER, Window};

const SIZES: [(f32, f32); 4] = [
    (900.0, 560.0),
    (1000.0, 640.0),
    (1280.0, 800.0),
    (1920.0, 1080.0),
];

fn resized(window: &mut Window, (width, height): (f32, f32)) {
    window.harness.set_size(Vec2::new(width, height));
    window.steps(4);
}

fn rect(window: &Window, role: Role, label: &str) -> Rect {
    window.harness.get_by_role_and_label(role, label).rect()
}

#[test]
fn nothing_in_the_header_lies_over_anything_else() {
    let mut window = Window::open();
    for size in SIZES {
        resized(&mut window, size);
        let status = window.harness.get_by_label_contains("18,827 files").rect();
        let tag = window.harness.get_by_label("Uploadcare").rect();
        assert!(tag.right() < status.left(), "{size:?}: {tag:?} {status:?}");
        let field = rect(&window, Role::TextInput, FILTER);
        let all = rect(&window, Role::RadioButton, "All");
        assert!(field.right() <= all.left(), "{size:?}: {field:?} {all:?}");
        assert!(field.width() >= 240.0, "{size:?}: {field:?}");
        let last = rect(&window, Role::RadioButton, "Processing");
        assert!(last.right() <= size.0, "{size:?}: {last:?}");
    }
}

#[test]
fn columns_are_left_out_before_the_table_scrolls_sideways() {
    let mut window = Window::open();
    let has = |window: &Window, title: &str| {
        let label = format!("Sort by {title}");
        window.can(Role::ColumnHeader, &label)
    };
    for (size, expected) in [((900.0, 560.0), true), ((860.0, 560.0), false)] {
        resized(&mut window, size);
        assert_eq!(has(&window, "Type"), expected, "{size:?}");
        let state = rect(&window, Role::ColumnHeader, "Sort by State");
        assert!(
            state.right() <= size.0 && state.width() > 120.0,
            "{state:?}"
        );
    }
}

#[test]
fn details_are_open_where_there_is_room_for_them() {
    let words = "Select a file to see its details";
    for (size, empty, with_a_file) in [
        ((1920.0, 1080.0), true, true),
        ((1280.0, 800.0), false, true),
        ((1000.0, 640.0), false, false),
    ] {
        let mut window = Window::open();
        resized(&mut window, size);
        assert_eq!(window.has(words), empty, "{size:?}");
        window.click_row(0, Modifiers::NONE);
        window.steps(2);
        assert_eq!(window.has_button("Copy id"), with_a_file, "{size:?}");
        window.key(Modifiers::COMMAND, Key::D);
        assert_eq!(window.has_button("Copy id"), !with_a_file, "{size:?}");
    }
}

#[test]
fn names_stay_in_view_when_all_columns_are_shown() {
    let mut window = Window::open();
    resized(&mut window, (1000.0, 640.0));
    let name = "Sort by Name";
    let title = window
        .harness
        .get_by_role_and_label(Role::ColumnHeader, name);
    title.click_secondary();
    window.steps(3);
    for column in ["Id", "Stored"] {
        window.click(Role::CheckBox, column);
    }
    window.key(Modifiers::NONE, Key::Escape);
    let before = rect(&window, Role::ColumnHeader, name);
    let id = rect(&window, Role::ColumnHeader, "Sort by Id");
    assert!(id.width() < 260.0, "{id:?} is cut, so the table scrolls");
    window
        .harness
        .hover_at(before.center() + Vec2::new(0.0, 100.0));
    window.harness.event(egui::Event::MouseWheel {
        unit: egui::MouseWheelUnit::Point,
        delta: Vec2::new(-5000.0, 0.0),
        phase: egui::TouchPhase::Move,
        source: egui::MouseWheelSource::Unknown,
        modifiers: Modifiers::NONE,
    });
    window.wait("the last column", |window| {
        rect(window, Role::ColumnHeader, "Sort by Id").width() == 270.0
    });
    assert_eq!(rect(&window, Role::ColumnHeader, name), before);
    let id = rect(&window, Role::ColumnHeader, "Sort by Id");
    assert!(id.left() >= before.right(), "{id:?}");
}

//! The window on a Templated account: its places, its lists of renders and templates, and a delete of each.

#![allow(clippy::unwrap_used, reason = "a test may stop where it cannot go on")]

mod window_bench;

use std::collections::BTreeSet;

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;
use tallyman::demo::templated::Books;
use tallyman::demo::{Fault, Rule, Target};
use window_bench::Window;

fn books(window: &Window) -> Books {
    window.demo().templated_books()
}

/// Goes to a place and waits for its rows.
fn go(window: &mut Window, place: &str, count: usize) {
    window.press(place);
    let noun = place.to_lowercase();
    window.shows(&format!("{count} {noun} · as of"));
    window.wait("rows", |window| !window.rows().is_empty());
}

#[test]
fn places_are_those_that_the_service_has() {
    let mut window = Window::templated();
    for place in ["Uploads", "Renders", "Templates", "History"] {
        assert!(window.can_press(place), "{place}");
    }
    assert!(!window.can_press("Groups") && !window.can_press("Removed"));
    window.shows("of 10,000 render credits used, Scale plan · as of");
    window.key(Modifiers::COMMAND, Key::Num1);
    window.listed();
    for place in ["Renders", "Templates", "Uploads"] {
        assert!(!window.can_press(place), "{place}");
    }
    assert!(!window.has("render credits"));
}

#[test]
fn renders_are_filtered_planned_deleted_and_gone() {
    let mut window = Window::templated();
    let before: BTreeSet<String> = books(&window).render_ids().into_iter().collect();
    go(&mut window, "Renders", before.len());

    window.fill("Filter by name, template, format or status", "png");
    window.shows(&format!("of {} renders match", before.len()));
    window.click_row(0, Modifiers::NONE);
    window.click_row(1, Modifiers::COMMAND);
    window.shows("2 renders selected");
    window.shows("completed");
    assert!(window.can_press("Copy URLs") && window.can_press("Copy ids"));
    window.fill(
        "Filter by name, template, format or status",
        "no such thing",
    );
    window.shows("None of the renders matches the filter");
    window.shows("2 hidden by the filter");
    window.press("Clear filter");

    window.press("Delete…");
    window.shows("Templated cannot bring deleted renders back.");
    window.press("Delete 2 renders");
    window.shows("2 of 2 renders deleted");
    let left: BTreeSet<String> = books(&window).render_ids().into_iter().collect();
    assert_eq!(left.len(), before.len() - 2);
    window.shows(&format!("{} renders · as of", left.len()));
    assert!(!window.has("selected"), "what is gone is not selected");

    window.press("History");
    window.shows("2 of 2 renders deleted");
}

#[test]
fn a_template_that_is_refused_stays_with_its_words_and_is_tried_again() {
    let mut window = Window::templated();
    let before = books(&window).template_ids();
    go(&mut window, "Templates", before.len());
    let refuses = Rule {
        kind: Fault::ErrorBefore(409),
        on: Target::Writes,
        chance: 1.0,
        times: Some(1),
    };
    window.demo().faults().add(refuses);
    window.click_row(0, Modifiers::NONE);
    window.shows("1 template selected");
    window.press("Delete…");
    window.shows("Calls that render from a deleted template will be refused.");
    window.press("Delete 1 template");
    window.shows("0 of 1 template deleted, 1 refused");
    assert_eq!(books(&window).template_ids().len(), before.len());

    window.press("Uploads");
    window.listed();
    window.press("Show problems");
    window.wait("the row", |window| window.rows().len() == 1);
    assert!(window.rows()[0].contains("problem:"), "{:?}", window.rows());
    window.press("Retry 1");
    window.press("Delete 1 template");
    window.shows("1 of 1 template deleted");
    assert_eq!(books(&window).template_ids().len(), before.len() - 1);
    window.wait("all rows", |window| window.rows().len() == before.len() - 1);
    assert!(
        window
            .harness
            .query_by_role_and_label(Role::RadioButton, "Problems")
            .is_none()
    );
}

//! Closing, copying, the keyboard's way through a bar, what the demo says of keys.

use egui::accesskit::Role;
use egui::{Key, Modifiers, ViewportCommand, ViewportEvent, ViewportId};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use tallyman::demo::Target;

use crate::window_bench::Window;

fn ask_to_close(window: &mut Window) {
    let input = window.harness.input_mut();
    let root = input.viewports.entry(ViewportId::ROOT).or_default();
    root.events.push(ViewportEvent::Close);
    window.harness.step();
    let input = window.harness.input_mut();
    input
        .viewports
        .entry(ViewportId::ROOT)
        .or_default()
        .events
        .clear();
}

fn commands(window: &Window) -> Vec<ViewportCommand> {
    let output = &window.harness.output().viewport_output;
    output
        .get(&ViewportId::ROOT)
        .map(|output| output.commands.clone())
        .unwrap_or_default()
}

fn start_a_slow_delete(window: &mut Window) {
    window.click_row(0, Modifiers::NONE);
    window.click_row(4, Modifiers::SHIFT);
    window.press("Delete…");
    window.wait("the plan", |window| window.can_press("Delete 5 files"));
    window.demo().faults().hold(Target::Writes, 0);
    window.press("Delete 5 files");
    window.shows("Deleting");
}

#[test]
fn closing_while_a_job_runs_asks_first() {
    let mut window = Window::open();
    start_a_slow_delete(&mut window);
    ask_to_close(&mut window);
    assert!(commands(&window).contains(&ViewportCommand::CancelClose));
    window.shows("A job is running");
    assert!(window.has("of 5 in Demo shop"), "which job");
    window.press("Keep running");
    assert!(!window.has("A job is running"));
    assert!(window.can_press("Stop"), "it goes on");

    ask_to_close(&mut window);
    window.press("Stop and close");
    window.demo().faults().release();
    window.wait("the end", |window| {
        commands(window).contains(&ViewportCommand::Close)
    });
}

/// The end of a job is no answer: the window stays, and says what became of it.
#[test]
fn a_job_that_ends_meanwhile_does_not_close_the_window() {
    let mut window = Window::open();
    start_a_slow_delete(&mut window);
    ask_to_close(&mut window);
    window.shows("A job is running");
    window.demo().faults().release();
    window.wait("the end", |window| {
        assert!(!commands(window).contains(&ViewportCommand::Close));
        window.has("The job has ended")
    });
    assert!(window.has("Demo shop: 5 of 5 deleted"));
    for _ in 0..20 {
        window.steps(1);
        assert!(!commands(&window).contains(&ViewportCommand::Close));
    }
    window.press("Keep it open");
    assert!(!window.has("The job has ended") && window.has("5 of 5 deleted"));
    ask_to_close(&mut window);
    assert!(!commands(&window).contains(&ViewportCommand::CancelClose));
}

#[test]
fn closing_at_rest_does_not_ask() {
    let mut window = Window::open();
    ask_to_close(&mut window);
    assert!(!commands(&window).contains(&ViewportCommand::CancelClose));
    assert!(!window.has("is running"));
}

#[test]
fn copying_says_so_and_the_word_goes_away() {
    let mut window = Window::open();
    window.click_row(1, Modifiers::NONE);
    window.click_row(3, Modifiers::SHIFT);
    window.press("Copy URLs");
    window.shows("Copied 3 URLs");
    window.steps(14);
    assert!(!window.has("Copied 3 URLs"));
}

#[test]
fn tab_goes_through_the_bar_as_one_reads() {
    let mut window = Window::open();
    window.click_row(1, Modifiers::NONE);
    window
        .harness
        .get_by_role_and_label(Role::Button, "Store…")
        .focus();
    window.steps(2);
    for next in ["Copy URLs", "Delete…"] {
        window.key(Modifiers::NONE, Key::Tab);
        let button = window.harness.get_by_role_and_label(Role::Button, next);
        assert!(button.accesskit_node().is_focused(), "{next}");
    }
    let left = |name: &str| {
        let button = window.harness.get_by_role_and_label(Role::Button, name);
        button.rect().left()
    };
    assert!(left("Store…") < left("Copy URLs") && left("Copy URLs") < left("Delete…"));
}

#[test]
fn the_demo_says_where_a_new_key_is_kept() {
    let mut window = Window::open();
    window.press("Add profile");
    window.shows("kept in memory only");
}

#[test]
fn what_the_account_has_used_is_told_as_of_a_moment() {
    let mut window = Window::imagekit();
    window.shows("of bandwidth this month, ");
    assert!(window.has(" stored · as of "));
    assert!(!window.has("render credits"));
}

//! The overview in the real window: each mark leads to as many files as it says.

#![allow(clippy::unwrap_used, reason = "a test may stop where it cannot go on")]

mod window_bench;

use egui::accesskit::Role;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use window_bench::Window;

/// The label of the first mark that has these words.
fn mark(window: &Window, words: &str) -> Option<String> {
    let mut marks = window.harness.query_all_by_label_contains(words);
    marks.find_map(|mark| mark.accesskit_node().label().filter(|l| l.contains(" · ")))
}

/// Clicks a mark and waits for the files that it says.
fn follow(window: &mut Window, words: &str) {
    window.press("Overview");
    window.wait(words, |window| mark(window, words).is_some());
    let label = mark(window, words).unwrap();
    let files = label.rsplit(" · ").next().unwrap();
    let files = files.split(' ').next().unwrap().to_owned();
    window.press(&label);
    let shown = format!("{files} of ");
    window.wait(&label, |window| {
        window.has(&shown) && window.harness.state().is_settled()
    });
}

fn divide(window: &mut Window, how: &str) {
    window.press("Overview");
    window.click(Role::RadioButton, how);
}

#[test]
fn each_mark_leads_to_as_many_files_as_it_says() {
    let mut window = Window::open();
    for words in ["video: ", "pdf: ", "2024-03: "] {
        follow(&mut window, words);
    }
    divide(&mut window, "By month");
    follow(&mut window, "2023: ");
}

/// Months and hours stand in charts of their own: a bar of one must not take the place of the other's.
#[test]
fn every_bar_of_both_charts_is_there() {
    let mut window = Window::open();
    window.press("Overview");
    window.wait("hours", |window| mark(window, " h left: ").is_some());
    let bars = |of: &dyn Fn(&str) -> bool| -> Vec<String> {
        let buttons = window.harness.query_all_by_role(Role::Button);
        let labels = buttons.filter_map(|node| node.accesskit_node().label());
        labels.filter(|label| of(label)).collect()
    };
    let months = bars(&|label| {
        label.as_bytes().get(4) == Some(&b'-') && label.as_bytes().get(7) == Some(&b':')
    });
    let hours = bars(&|label| label.contains(" h left: "));
    assert!(
        months.len() > 48 && !hours.is_empty(),
        "{months:?} {hours:?}"
    );
    for words in [&months[0], &months[20]] {
        follow(&mut window, words);
    }
}

#[test]
fn folders_lead_to_what_is_in_them_and_below() {
    let mut window = Window::imagekit();
    divide(&mut window, "By folder");
    window.wait("folders", |window| mark(window, "/").is_some());
    let marks: Vec<String> = window
        .harness
        .query_all_by_role(Role::Button)
        .filter_map(|node| node.accesskit_node().label())
        .filter(|label| label.starts_with('/') && label.contains(" · "))
        .collect();
    assert!(marks.len() > 1, "{marks:?}");
    for label in marks.iter().take(3) {
        follow(&mut window, label);
    }
    divide(&mut window, "By folder");
    follow(&mut window, "files in it: ");
}

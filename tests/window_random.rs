//! Whatever was clicked, typed, filtered, sorted, listed again and switched before: what a plan sheet shows
//! is what leaves, and nothing else does.

#![allow(clippy::unwrap_used, reason = "a test may stop where it cannot go on")]

mod window_bench;

use std::collections::BTreeSet;

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use tallyman::model::{ServiceKind, Verb};
use window_bench::Window;

/// Deletes that are confirmed before the test ends, unless `TALLYMAN_DELETES` says more.
const DELETES: usize = 6;
/// Plans larger than this are looked at and left.
const LARGEST: usize = 400;

#[derive(Clone, Debug)]
enum Act {
    Row(usize, Modifiers),
    Key(Modifiers, Key),
    Filter(&'static str),
    Sort(&'static str),
    State(&'static str),
    Refresh,
    Profile(Key),
    Place(&'static str),
}

fn held() -> impl Strategy<Value = Modifiers> {
    prop_oneof![
        Just(Modifiers::NONE),
        Just(Modifiers::SHIFT),
        Just(Modifiers::COMMAND),
        Just(Modifiers::COMMAND | Modifiers::SHIFT),
    ]
}

fn act() -> impl Strategy<Value = Act> {
    let keys = [
        Key::ArrowDown,
        Key::ArrowUp,
        Key::PageDown,
        Key::PageUp,
        Key::Home,
        Key::End,
        Key::Space,
    ];
    let all = [(Modifiers::COMMAND, Key::A), (Modifiers::COMMAND, Key::I)];
    let words = ["", "img", "jpg", "report", "фото", "000", "no such file"];
    let columns = ["Name", "Size", "Type", "Uploaded"];
    prop_oneof![
        8 => (0..24_usize, held()).prop_map(|(row, held)| Act::Row(row, held)),
        6 => (held(), prop::sample::select(keys.to_vec())).prop_map(|(held, key)| Act::Key(held, key)),
        4 => Just(Act::Key(Modifiers::SHIFT, Key::PageDown)),
        1 => prop::sample::select(all.to_vec()).prop_map(|(held, key)| Act::Key(held, key)),
        1 => Just(Act::Key(Modifiers::NONE, Key::Escape)),
        4 => prop::sample::select(words.to_vec()).prop_map(Act::Filter),
        3 => prop::sample::select(columns.to_vec()).prop_map(Act::Sort),
        2 => prop::sample::select(&["All", "Stored", "Unstored"][..]).prop_map(Act::State),
        1 => Just(Act::Refresh),
        2 => prop::sample::select(&[Key::Num1, Key::Num2, Key::Num3][..]).prop_map(Act::Profile),
        1 => prop::sample::select(&["Files", "Removed", "History"][..]).prop_map(Act::Place),
    ]
}

/// Does it if it can be done now; a person cannot press what is not there either.
fn perform(window: &mut Window, act: &Act) {
    match act {
        Act::Row(place, held) => {
            if *place < window.rows().len() {
                window.click_row(*place, *held);
            }
        }
        Act::Key(held, key) => window.key(*held, *key),
        Act::Filter(words) => {
            let label = "Filter by name or id";
            let field = window
                .harness
                .query_by_role_and_label(Role::TextInput, label);
            if field.is_some() {
                window.fill(label, words);
                // Back to the rows, as a click beside the field does.
                window.key(Modifiers::NONE, Key::Enter);
            }
        }
        Act::Sort(column) => click(window, Role::ColumnHeader, column),
        Act::State(state) => click(window, Role::RadioButton, state),
        Act::Refresh => window.key(Modifiers::NONE, Key::F5),
        Act::Profile(key) => window.key(Modifiers::COMMAND, *key),
        Act::Place(place) => click(window, Role::Button, place),
    }
}

fn click(window: &mut Window, role: Role, label: &str) {
    let node = window.harness.query_by_role_and_label(role, label);
    if let Some(node) = node.filter(|node| !node.accesskit_node().is_disabled()) {
        node.click();
        window.steps(2);
    }
}

/// What the embedded service's own books say, whichever service it is.
struct Account {
    there: BTreeSet<String>,
    writes: u64,
}

fn account(window: &Window, service: ServiceKind) -> Account {
    let books = window.demo().file_books(service);
    Account {
        there: books.existing().into_iter().collect(),
        writes: books.all_writes(),
    }
}

/// Confirms the delete that the sheet shows and holds what left against it; whether it was confirmed.
fn delete(window: &mut Window) -> bool {
    window.key(Modifiers::NONE, Key::Delete);
    let opened = |window: &Window| window.harness.state().shown_plan().is_some();
    if !window.has("Making the plan") && !opened(window) {
        return false;
    }
    window.wait("the plan", opened);
    let plan = window.harness.state().shown_plan().unwrap();
    let service = plan.source.service;
    let ids: BTreeSet<String> = plan
        .items()
        .iter()
        .map(|item| item.id.to_string())
        .collect();
    let button = format!(
        "Delete {} {}",
        tallyman::model::size::count(ids.len() as u64),
        plan.verb.kind().noun(ids.len() as u64)
    );
    if plan.verb != Verb::Delete || ids.len() > LARGEST {
        window.press("Cancel");
        return false;
    }
    println!("{button} from {service}");
    let all_before = ServiceKind::ALL.map(|kind| account(window, kind));
    let books = window.demo().file_books(service);
    let sent_before: Vec<u64> = ids.iter().map(|id| books.writes_naming(id)).collect();
    // The count stands on the button; many items that nothing brings back want it typed as well.
    if window.has("Type to confirm") {
        window.fill("Type to confirm", &ids.len().to_string());
    }
    window.press(&button);
    window.wait("the end of the job", |window| {
        window.harness.state().shown_plan().is_none() && window.harness.state().is_idle()
    });
    for (kind, before) in ServiceKind::ALL.into_iter().zip(all_before) {
        let after = account(window, kind);
        let gone: BTreeSet<_> = before.there.difference(&after.there).cloned().collect();
        if kind == service {
            let wrong: Vec<_> = gone.difference(&ids).collect();
            assert!(wrong.is_empty(), "went without being shown: {wrong:?}");
            // What the service does not delete, by its own books.
            let kept = books.refused();
            let stayed: Vec<_> = ids.intersection(&after.there).collect();
            let wrong: Vec<_> = stayed.iter().filter(|id| !kept.contains(id)).collect();
            assert!(wrong.is_empty(), "stayed without a reason: {wrong:?}");
        } else {
            assert!(gone.is_empty(), "{kind} lost {gone:?}");
            assert_eq!(before.writes, after.writes, "{kind}");
        }
    }
    for (id, before) in ids.iter().zip(sent_before) {
        assert!(books.writes_naming(id) > before, "{id} was never sent");
    }
    true
}

#[test]
fn what_the_plan_sheet_shows_is_what_leaves() {
    let mut runner = TestRunner::deterministic();
    let acts = prop::collection::vec(act(), 3..14);
    let mut window = Window::open();
    let mut done = Vec::new();
    let mut deletes = 0;
    let wanted = std::env::var("TALLYMAN_DELETES").map_or(DELETES, |n| n.parse().unwrap());
    for _ in 0..20 * wanted {
        if deletes == wanted {
            return;
        }
        for act in acts.new_tree(&mut runner).unwrap().current() {
            done.push(format!("{act:?}"));
            perform(&mut window, &act);
        }
        window.wait("the rows", |window| window.harness.state().is_settled());
        let before = done.len();
        if delete(&mut window) {
            deletes += 1;
            println!("after {before} acts, delete {deletes}");
        }
    }
    panic!("only {deletes} deletes after {} acts", done.len());
}

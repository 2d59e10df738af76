//! The table widget by role and label, over a real catalogue and over a million rows of nothing.

use egui::{Align, Color32, Key as EguiKey, Modifiers as EguiModifiers, Pos2, Vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use tallyman::catalogue::{
    Arrangement, Catalogue, Column, Coverage, ProblemIndex, Query, Selection, Sort, arrange,
};
use tallyman::model::{FileRow, Time};
use tallyman::ui::widgets::table::{
    CellPainter, Icon, RowStyle, Table, TableColumn, TableEvent, TableRows, TableState, TableStyle,
};

const COLUMNS: [TableColumn; 3] = [
    TableColumn::new("name", "Name", 240.0).always().grows(),
    TableColumn::new("size", "Size", 90.0).right(),
    TableColumn::new("problem", "Problem", 120.0),
];
const HEIGHT: f32 = 28.0;
const INK: Color32 = Color32::GRAY;

struct Screen {
    catalogue: Catalogue,
    shown: Arrangement,
    selection: Selection,
    problems: ProblemIndex,
    sort: Sort,
    table: TableState,
    events: Vec<TableEvent>,
}

struct Rows<'a> {
    catalogue: &'a Catalogue,
    shown: &'a Arrangement,
    selection: &'a Selection,
    problems: &'a ProblemIndex,
}

impl TableRows for Rows<'_> {
    fn row_count(&self) -> usize {
        self.shown.len()
    }

    fn row_key(&self, place: usize) -> u64 {
        self.shown.order[place].into()
    }

    fn row_label(&self, place: usize) -> String {
        self.catalogue
            .row(self.shown.order[place])
            .name()
            .to_owned()
    }

    fn row_style(&self, place: usize) -> RowStyle {
        let row = self.shown.order[place];
        RowStyle {
            selected: self.selection.contains(row),
            problem: self.problems.get(row).is_some(),
            cursor: self.selection.cursor() == Some(row),
            fixed: !self.catalogue.row(row).is_selectable(),
        }
    }

    fn cell(&mut self, place: usize, column: usize, cell: &mut CellPainter<'_>) {
        let ix = self.shown.order[place];
        let row = self.catalogue.row(ix);
        match COLUMNS[column].id {
            "name" => {
                cell.icon(Icon::Page, INK, Color32::TRANSPARENT);
                cell.name(row.name(), INK);
            }
            "size" => cell.text(&row.size().to_string(), INK, Align::Max),
            _ => match self.problems.get(ix) {
                Some(words) => cell.warning(words, INK),
                None => cell.pill("Stored", INK, Color32::TRANSPARENT),
            },
        }
    }
}

impl Screen {
    fn new(files: usize) -> Self {
        let mut catalogue = Catalogue::new();
        let epoch = catalogue.begin();
        let row = |n: usize| FileRow {
            name: format!("img{n}.jpg"),
            size: ((n * 7) % 100) as u64,
            uploaded: Some(Time(-(n as i64))),
            ..FileRow::unknown(format!("id-{n}").as_str().into())
        };
        catalogue.merge(epoch, (0..files).map(row).collect());
        let mut screen = Self {
            catalogue,
            shown: Arrangement::default(),
            selection: Selection::default(),
            problems: ProblemIndex::default(),
            sort: Sort::default(),
            table: TableState::new(&COLUMNS, HEIGHT),
            events: Vec::new(),
        };
        screen.arrange();
        screen
    }

    fn arrange(&mut self) {
        let query = Query::default();
        self.shown = arrange(&self.catalogue, &query, self.sort, &self.problems);
    }

    fn ui(&mut self, ui: &mut egui::Ui) {
        let style = TableStyle::of(ui.style());
        let mut rows = Rows {
            catalogue: &self.catalogue,
            shown: &self.shown,
            selection: &self.selection,
            problems: &self.problems,
        };
        let output = Table::new("Files", &COLUMNS)
            .checkboxes(self.selection.coverage(&self.shown))
            .show(ui, &mut self.table, &style, &mut rows);
        for event in &output.events {
            self.apply(event);
        }
        self.events.extend(output.events);
    }

    fn apply(&mut self, event: &TableEvent) {
        match *event {
            TableEvent::Click { place, held } => self.selection.click(&self.shown, place, held),
            TableEvent::Checkbox { place, held } => {
                self.selection.click_checkbox(&self.shown, place, held);
            }
            TableEvent::ToggleAll => self.selection.toggle_all(&self.shown),
            TableEvent::DragFrom { place, held } => {
                self.selection.drag_from(&self.shown, place, held);
            }
            TableEvent::DragTo { place } => self.selection.drag_to(&self.shown, place),
            TableEvent::DragEnd => self.selection.drag_end(),
            TableEvent::Sort { column, .. } => {
                let column = [Column::Name, Column::Size, Column::Problem][column];
                self.sort = self.sort.clicked(column);
                self.arrange();
            }
            TableEvent::Key { key, held } => {
                let page = self.table.page_rows();
                self.selection.key(&self.shown, key, held, page);
                if let Some(place) = self.selection.place_of_cursor(&self.shown) {
                    self.table.reveal(place);
                }
            }
            _ => {}
        }
    }

    fn selected(&self) -> Vec<u32> {
        self.selection.iter().collect()
    }
}

fn files(files: usize) -> Harness<'static, Screen> {
    harness(Screen::new(files), |ui, screen| screen.ui(ui))
}

fn harness<S>(state: S, app: impl FnMut(&mut egui::Ui, &mut S) + 'static) -> Harness<'static, S> {
    let mut harness = Harness::builder()
        .with_size(Vec2::new(640.0, 400.0))
        .with_step_dt(0.05)
        .build_ui_state(app, state);
    harness.run();
    harness
}

#[test]
fn rows_are_found_and_clicked_by_name() {
    let mut harness = files(1000);
    harness.get_by_label("img3.jpg").click();
    harness.run();
    assert_eq!(harness.state().selected(), [3]);
    harness
        .get_by_label("img7.jpg")
        .click_modifiers(EguiModifiers::SHIFT);
    harness.run();
    assert_eq!(harness.state().selected(), [3, 4, 5, 6, 7]);
    harness
        .get_by_label("img5.jpg")
        .click_modifiers(EguiModifiers::COMMAND);
    harness.run();
    assert_eq!(harness.state().selected(), [3, 4, 6, 7]);
    let row = harness.get_by_label("img4.jpg");
    assert_eq!(row.accesskit_node().is_selected(), Some(true));
}

#[test]
fn checkboxes_add_and_the_one_above_takes_all() {
    let mut harness = files(30);
    for name in ["Select img2.jpg", "Select img5.jpg"] {
        harness.get_by_label(name).click();
        harness.run();
    }
    assert_eq!(harness.state().selected(), [2, 5]);
    harness.get_by_label("Select all").click();
    harness.run();
    assert_eq!(harness.state().selection.len(), 30);
    harness.get_by_label("Select all").click();
    harness.run();
    assert!(harness.state().selection.is_empty());
}

fn middle(harness: &Harness<'_, Screen>, name: &str) -> egui::Pos2 {
    harness.get_by_label(name).rect().center()
}

fn button(harness: &mut Harness<'_, Screen>, at: egui::Pos2, pressed: bool) {
    let modifiers = EguiModifiers::NONE;
    let event = egui::Event::PointerButton {
        pos: at,
        button: egui::PointerButton::Primary,
        pressed,
        modifiers,
    };
    harness.event(event);
    harness.step();
}

/// Presses at one place and lets go at the other.
fn draw(harness: &mut Harness<'_, Screen>, from: egui::Pos2, to: egui::Pos2) {
    harness.hover_at(from);
    harness.step();
    button(harness, from, true);
    harness.hover_at(to);
    harness.run_steps(2);
    button(harness, to, false);
}

#[test]
fn drawing_over_rows_selects_them() {
    let mut harness = files(1000);
    let (from, to) = (middle(&harness, "img2.jpg"), middle(&harness, "img6.jpg"));
    harness.hover_at(from);
    harness.step();
    button(&mut harness, from, true);
    harness.hover_at(from + Vec2::new(0.0, 2.0));
    harness.step();
    assert!(
        harness.state().selected().is_empty(),
        "it may be a click yet"
    );
    harness.hover_at(to);
    harness.run_steps(2);
    assert_eq!(harness.state().selected(), [2, 3, 4, 5, 6]);
    harness.hover_at(middle(&harness, "img4.jpg"));
    harness.run_steps(2);
    assert_eq!(harness.state().selected(), [2, 3, 4]);
    button(&mut harness, to, false);
    harness.hover_at(middle(&harness, "img9.jpg"));
    harness.run_steps(2);
    let screen = harness.state();
    assert_eq!(screen.selected().len(), 5, "it ended where it was let go");
    assert_eq!(screen.table.top_px, 0.0);
    let clicks = |event: &&TableEvent| matches!(event, TableEvent::Click { .. });
    assert_eq!(screen.events.iter().filter(clicks).count(), 0);
}

#[test]
fn drawing_from_a_checkbox_adds() {
    let mut harness = files(30);
    harness.get_by_label("img0.jpg").click();
    harness.run();
    let (from, to) = (
        middle(&harness, "Select img3.jpg"),
        middle(&harness, "img4.jpg"),
    );
    draw(&mut harness, from, to);
    assert_eq!(harness.state().selected(), [0, 3, 4]);
}

#[test]
fn drawing_beyond_the_edge_scrolls_and_goes_on() {
    let mut harness = files(1_000_000);
    let from = middle(&harness, "img2.jpg");
    harness.hover_at(from);
    harness.step();
    button(&mut harness, from, true);
    harness.hover_at(egui::pos2(from.x, 900.0));
    harness.run_steps(40);
    let scrolled = harness.state().selection.len();
    assert!(scrolled > 200, "{scrolled}");
    let last = harness.state().selection.cursor().unwrap();
    assert_eq!(harness.state().selected(), (2..=last).collect::<Vec<_>>());
    harness.hover_at(egui::pos2(from.x, -400.0));
    harness.run_steps(80);
    button(&mut harness, from, false);
    assert_eq!(harness.state().table.top_px, 0.0, "and back");
    let first = harness.state().selection.cursor().unwrap();
    let (least, most) = (first.min(2), first.max(2));
    assert_eq!(
        harness.state().selected(),
        (least..=most).collect::<Vec<_>>()
    );
    harness.run();
}

#[test]
fn keys_move_select_and_scroll() {
    let mut harness = files(1000);
    harness.get_by_label("img0.jpg").click();
    harness.run();
    harness.key_press(EguiKey::ArrowDown);
    harness.run();
    assert_eq!(harness.state().selected(), [1]);
    harness.key_press_modifiers(EguiModifiers::SHIFT, EguiKey::ArrowDown);
    harness.run();
    assert_eq!(harness.state().selected(), [1, 2]);
    harness.key_press_modifiers(EguiModifiers::COMMAND, EguiKey::ArrowDown);
    harness.run();
    assert_eq!(harness.state().selected(), [1, 2]);
    harness.key_press(EguiKey::Space);
    harness.run();
    assert_eq!(harness.state().selected(), [1, 2, 3]);
    harness.key_press(EguiKey::End);
    harness.run();
    assert_eq!(harness.state().selected(), [999]);
    harness.get_by_label("img999.jpg");
    harness.key_press(EguiKey::PageUp);
    harness.run();
    let page = harness.state().table.page_rows() as u32;
    assert_eq!(harness.state().selected(), [999 - page]);
    harness.key_press_modifiers(EguiModifiers::COMMAND, EguiKey::A);
    harness.run();
    assert_eq!(harness.state().selection.len(), 1000);
    harness.key_press(EguiKey::Escape);
    harness.run();
    assert!(harness.state().selection.is_empty());
    harness.key_press(EguiKey::Home);
    harness.run();
    assert_eq!(harness.state().selected(), [0], "Escape keeps the keyboard");
}

#[test]
fn keys_go_elsewhere_until_the_table_has_them() {
    let mut harness = files(30);
    harness.key_press(EguiKey::ArrowDown);
    harness.key_press_modifiers(EguiModifiers::COMMAND, EguiKey::A);
    harness.run();
    assert!(harness.state().selection.is_empty());
    harness.get_by_label("Files").focus();
    harness.run();
    harness.key_press(EguiKey::ArrowDown);
    harness.run();
    assert_eq!(harness.state().selected(), [0]);
}

#[test]
fn a_title_sorts_and_turns() {
    let mut harness = files(200);
    harness.get_by_label("img2.jpg").click();
    harness.run();
    let biggest = |harness: &Harness<'_, Screen>| {
        let screen = harness.state();
        screen.catalogue.row(screen.shown.order[0]).size()
    };
    harness.get_by_label("Sort by Size").click();
    harness.run();
    assert_eq!(biggest(&harness), 99);
    harness.get_by_label("Sort by Size").click();
    harness.run();
    assert_eq!(biggest(&harness), 0);
    assert_eq!(harness.state().selected(), [2], "what is selected stays");
    let sorts = |event: &&TableEvent| {
        matches!(
            event,
            TableEvent::Sort {
                column: 1,
                add: false
            }
        )
    };
    assert_eq!(harness.state().events.iter().filter(sorts).count(), 2);
}

#[test]
fn rows_without_an_id_have_no_checkbox() {
    let mut screen = Screen::new(3);
    let epoch = screen.catalogue.begin_removed();
    let nameless = FileRow {
        name: "odd.jpg".into(),
        odd: Some("listed without an id".into()),
        ..FileRow::unknown("".into())
    };
    screen.catalogue.merge(epoch, vec![nameless]);
    screen.arrange();
    let mut harness = harness(screen, |ui, screen| screen.ui(ui));
    assert!(harness.query_by_label("Select odd.jpg").is_none());
    harness.get_by_label("odd.jpg").click();
    harness.run();
    assert!(harness.state().selection.is_empty());
    assert_eq!(
        harness.state().selection.coverage(&harness.state().shown),
        Coverage::None
    );
}

#[test]
fn double_and_right_clicks_say_where() {
    let mut harness = files(30);
    let row = harness.get_by_label("img4.jpg");
    row.click();
    row.click();
    harness.run_steps(8);
    let twice = TableEvent::DoubleClick { place: 4 };
    assert!(
        harness.state().events.contains(&twice),
        "{:?}",
        harness.state().events
    );
    harness.get_by_label("img6.jpg").click_secondary();
    harness.run();
    let asked = |event: &TableEvent| matches!(event, TableEvent::Context { place: 6, .. });
    assert!(harness.state().events.iter().any(asked));
}

#[test]
fn a_column_is_hidden_from_the_header_menu() {
    let mut harness = files(30);
    harness.get_by_label("Sort by Name").click_secondary();
    harness.run();
    harness
        .get_by_role_and_label(egui::Role::CheckBox, "Problem")
        .click();
    harness.run();
    assert!(!harness.state().table.columns[2].visible);
    assert!(harness.query_by_label("Sort by Problem").is_none());
    harness.get_by_role_and_label(egui::Role::CheckBox, "Size");
}

#[test]
fn edges_resize_and_fit() {
    let mut harness = files(30);
    let edge = |harness: &Harness<'_, Screen>| {
        let title = harness.get_by_label("Sort by Size").rect();
        Pos2::new(title.right() - 1.0, title.center().y)
    };
    let from = edge(&harness);
    harness.drag_at(from);
    harness.run();
    harness.hover_at(from + Vec2::new(10.0, 0.0));
    harness.run();
    harness.hover_at(from + Vec2::new(30.0, 0.0));
    harness.run();
    harness.drop_at(from + Vec2::new(30.0, 0.0));
    harness.run();
    assert_eq!(harness.state().table.columns[1].width, 120.0);
    let at = edge(&harness);
    for pressed in [true, false, true, false] {
        harness.event(egui::Event::PointerMoved(at));
        harness.event(egui::Event::PointerButton {
            pos: at,
            button: egui::PointerButton::Primary,
            pressed,
            modifiers: EguiModifiers::NONE,
        });
    }
    harness.run_steps(12);
    let fitted = harness.state().table.columns[1].width;
    assert!((40.0..90.0).contains(&fitted), "{fitted}");
}

struct Million(TableState);

struct Numbers;

impl TableRows for Numbers {
    fn row_count(&self) -> usize {
        MILLION
    }

    fn row_key(&self, place: usize) -> u64 {
        place as u64
    }

    fn row_label(&self, place: usize) -> String {
        format!("row {place}")
    }

    fn row_style(&self, _place: usize) -> RowStyle {
        RowStyle::default()
    }

    fn cell(&mut self, place: usize, _column: usize, cell: &mut CellPainter<'_>) {
        cell.mono(&place.to_string(), INK);
    }
}

const MILLION: usize = 1_000_000;
const JUMPS: [usize; 5] = [0, 87_000, 349_000, 699_051, 999_999];

fn million() -> Harness<'static, Million> {
    let state = Million(TableState::new(&COLUMNS, HEIGHT));
    let mut harness = harness(state, |ui, Million(table)| {
        let style = TableStyle::of(ui.style());
        Table::new("Numbers", &COLUMNS).show(ui, table, &style, &mut Numbers);
    });
    harness.hover_at(Pos2::new(300.0, 200.0));
    harness.run();
    harness
}

fn wheel(harness: &Harness<'_, Million>, unit: egui::MouseWheelUnit, y: f32) {
    harness.event(egui::Event::MouseWheel {
        unit,
        delta: Vec2::new(0.0, y),
        phase: egui::TouchPhase::Move,
        source: egui::MouseWheelSource::Unknown,
        modifiers: EguiModifiers::NONE,
    });
}

fn jump(harness: &mut Harness<'_, Million>, place: usize) -> f64 {
    harness.state_mut().0.scroll_to(place);
    harness.run();
    harness.get_by_label(&format!("row {place}"));
    harness.state().0.top_px
}

#[test]
fn every_jump_lands_exactly() {
    let mut harness = million();
    for place in JUMPS {
        let top = jump(&mut harness, place);
        let last = MILLION as f64 * 28.0 - (400.0 - 28.0);
        assert_eq!(
            top,
            (place as f64 * 28.0).min(if place == 999_999 { top } else { last })
        );
        let row = harness.get_by_label(&format!("row {place}")).rect();
        if place < 999_999 {
            assert_eq!(
                row.top(),
                harness.get_by_label("Sort by Name").rect().bottom()
            );
        }
        assert_eq!(row.height(), 28.0);
    }
    let last = harness.get_by_label("row 999999").rect();
    assert_eq!(
        last.bottom(),
        harness.get_by_label("Numbers").rect().bottom()
    );
}

#[test]
fn a_touchpad_scrolls_by_exact_parts_of_a_point() {
    let mut harness = million();
    for place in JUMPS {
        let top = jump(&mut harness, place);
        for step in [0.25_f32, 0.5, 1.0, 1.5, 3.0] {
            for _ in 0..80 {
                wheel(&harness, egui::MouseWheelUnit::Point, step);
            }
            harness.run_steps(90);
            let up = (80.0 * f64::from(step)).min(top);
            assert_eq!(harness.state().0.top_px, top - up, "at {place} by {step}");
            for _ in 0..80 {
                wheel(&harness, egui::MouseWheelUnit::Point, -step);
            }
            harness.run_steps(90);
            let back = top - up + 80.0 * f64::from(step);
            let end = MILLION as f64 * 28.0 - 372.0;
            assert_eq!(harness.state().0.top_px, back.min(end.max(top)));
            harness.state_mut().0.scroll_to(place);
            harness.run();
        }
    }
}

#[test]
fn wheel_notches_go_as_far_everywhere() {
    let mut harness = million();
    for place in &JUMPS[1..] {
        let top = jump(&mut harness, *place);
        for _ in 0..4 {
            wheel(&harness, egui::MouseWheelUnit::Line, 1.0);
        }
        harness.run_steps(60);
        let gone = top - harness.state().0.top_px;
        assert!((gone - 160.0).abs() < 1e-3, "{gone} at {place}");
    }
}

#[test]
fn the_thumb_reaches_both_ends() {
    let mut harness = million();
    let table = harness.get_by_label("Numbers").rect();
    let x = table.right() - 6.0;
    let from = Pos2::new(x, table.top() + 28.0 + 5.0);
    for to in [table.bottom() + 50.0, table.top() - 50.0] {
        let grab = if to > from.y {
            from
        } else {
            Pos2::new(x, table.bottom() - 5.0)
        };
        harness.drag_at(grab);
        harness.run();
        harness.hover_at(Pos2::new(x, grab.y.midpoint(to)));
        harness.run();
        harness.hover_at(Pos2::new(x, to));
        harness.run();
        harness.drop_at(Pos2::new(x, to));
        harness.run();
        let place = if to > from.y { 999_999 } else { 0 };
        harness.get_by_label(&format!("row {place}"));
    }
}

#[test]
fn a_table_at_rest_asks_for_no_frame() {
    let mut harness = files(1000);
    harness.get_by_label("img3.jpg").click();
    harness.run();
    // `run` panics when frames keep being asked for; one more step must bring none either.
    harness.step();
    let wait = harness.output().viewport_output.values();
    for viewport in wait {
        assert_eq!(viewport.repaint_delay, std::time::Duration::MAX);
    }
}

#[test]
fn a_cut_name_is_shown_whole_under_the_pointer() {
    let mut harness = files(30);
    let tips = |harness: &Harness<'_, Screen>| {
        let labels = harness.query_all_by_role(egui::Role::Label);
        labels
            .filter(|node| node.value().as_deref() == Some("img4.jpg"))
            .count()
    };
    let pointer = |harness: &Harness<'_, Screen>| {
        let row = harness.get_by_label("img4.jpg").rect();
        Pos2::new(row.left() + 60.0, row.center().y)
    };
    harness.hover_at(pointer(&harness));
    harness.run_steps(30);
    assert_eq!(tips(&harness), 0, "nothing is cut");
    harness.state_mut().table.set_width("name", 80.0);
    harness.run_steps(2);
    harness.hover_at(pointer(&harness) + Vec2::new(1.0, 0.0));
    harness.run_steps(30);
    assert_eq!(tips(&harness), 1);
}

#[test]
fn columns_that_do_not_fit_scroll_sideways() {
    let mut harness = files(30);
    harness.state_mut().table.set_width("name", 900.0);
    harness.run();
    assert!(harness.query_by_label("Sort by Problem").is_none());
    sideways(&mut harness, 5000.0);
    let title = harness.get_by_label("Sort by Problem").rect();
    let table = harness.get_by_label("Files").rect();
    assert!(
        (title.right() - table.right()).abs() <= 13.0,
        "{title} in {table}"
    );
}

fn sideways(harness: &mut Harness<'_, Screen>, points: f32) {
    harness.hover_at(Pos2::new(300.0, 200.0));
    harness.event(egui::Event::MouseWheel {
        unit: egui::MouseWheelUnit::Point,
        delta: Vec2::new(-points, 0.0),
        phase: egui::TouchPhase::Move,
        source: egui::MouseWheelSource::Unknown,
        modifiers: EguiModifiers::NONE,
    });
    harness.run_steps(60);
}

/// A table that is scrolled to its right end, with names of 240 points and other columns of 600 each.
fn far_right() -> Harness<'static, Screen> {
    let mut harness = files(30);
    for (column, width) in [("name", 240.0), ("size", 600.0), ("problem", 600.0)] {
        harness.state_mut().table.set_width(column, width);
    }
    harness.run();
    sideways(&mut harness, 5000.0);
    harness
}

#[test]
fn the_name_stays_while_other_columns_scroll() {
    let mut harness = far_right();
    let title = |harness: &Harness<'_, Screen>, name: &str| {
        let title = harness.query_by_role_and_label(egui::Role::ColumnHeader, name);
        title.map(|title| title.rect())
    };
    let table = harness.get_by_label("Files").rect();
    let name = title(&harness, "Sort by Name").unwrap();
    assert_eq!((name.left(), name.width()), (table.left() + 36.0, 240.0));
    assert_eq!(title(&harness, "Sort by Size"), None, "below the name");
    let problem = title(&harness, "Sort by Problem").unwrap();
    assert_eq!(problem.left(), name.right(), "only what is seen of it");
    assert!((problem.right() - table.right()).abs() <= 13.0, "{problem}");

    harness.get_by_label("Sort by Name").click();
    harness.run();
    let column = |event: &TableEvent| match event {
        TableEvent::Sort { column, .. } => Some(*column),
        _ => None,
    };
    let sorted = harness.state().events.iter().find_map(column);
    assert_eq!(sorted, Some(0), "nothing lies over the name's title");
    sideways(&mut harness, -5000.0);
    assert!(title(&harness, "Sort by Size").is_some());
}

#[test]
fn rows_are_used_as_ever_while_columns_are_scrolled() {
    let mut harness = far_right();
    let (from, to) = (middle(&harness, "img2.jpg"), middle(&harness, "img4.jpg"));
    draw(&mut harness, from, to);
    assert_eq!(harness.state().selected(), [2, 3, 4]);
    harness.get_by_label("Select img7.jpg").click();
    harness.run();
    assert_eq!(harness.state().selected(), [2, 3, 4, 7]);
    harness.key_press(EguiKey::End);
    harness.run();
    assert_eq!(harness.state().selected(), [29]);
    let row = harness.get_by_label("img29.jpg");
    assert_eq!(row.accesskit_node().is_selected(), Some(true));
}

#[test]
fn the_edge_of_the_name_is_where_it_is_seen() {
    let mut harness = far_right();
    harness.state_mut().table.set_width("name", 900.0);
    sideways(&mut harness, 5000.0);
    let name = |harness: &Harness<'_, Screen>| harness.get_by_label("Sort by Name").rect();
    let wide = name(&harness);
    assert!(wide.width() < 320.0, "half the table at most: {wide}");
    let edge = Pos2::new(wide.right() - 1.0, wide.center().y);
    harness.drag_at(edge);
    harness.run();
    for by in [-10.0, -60.0] {
        harness.hover_at(edge + Vec2::new(by, 0.0));
        harness.run();
    }
    harness.drop_at(edge + Vec2::new(-60.0, 0.0));
    harness.run();
    assert_eq!(name(&harness).width(), wide.width() - 60.0);
}

//! The list of groups, its selection, and the members of one.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::catalogue::{Arrangement, RowSet, Selection};
use crate::model::{GroupDetails, GroupRow, ItemId, Time};
use crate::service::{Page, ServiceError};

use super::files::Progress;
use super::widgets::table::TableState;

/// What groups can be sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GroupColumn {
    /// The id.
    Id,
    /// Files at its making.
    Files,
    /// When it was made.
    Created,
}

/// The groups of one profile.
pub struct GroupList {
    rows: Vec<GroupRow>,
    places: HashMap<ItemId, usize>,
    /// Order shown; its rows are places in `rows`.
    pub shown: Arrangement,
    /// Selected groups, as rows.
    pub selection: Selection,
    /// How far the listing is.
    pub progress: Progress,
    /// How many the service says there are.
    pub total: Option<i64>,
    /// Scroll place and columns.
    pub table: TableState,
    /// What it is sorted by, and whether descending.
    pub sort: (GroupColumn, bool),
    /// Words of the id to filter by.
    pub text: String,
    /// The group whose members are shown.
    pub open: Option<OpenGroup>,
    gone: HashSet<ItemId>,
    seen: HashSet<ItemId>,
    run: u64,
}

/// A group whose members are shown, or on their way.
pub struct OpenGroup {
    /// Which.
    pub id: ItemId,
    /// Its members.
    pub answer: poll_promise::Promise<Result<GroupDetails, ServiceError>>,
}

impl Default for GroupList {
    fn default() -> Self {
        Self {
            rows: Vec::new(),
            places: HashMap::new(),
            shown: Arrangement::default(),
            selection: Default::default(),
            progress: Progress::New,
            total: None,
            table: super::views::groups::table_state(),
            sort: (GroupColumn::Created, true),
            text: String::new(),
            open: None,
            gone: HashSet::new(),
            seen: HashSet::new(),
            run: 0,
        }
    }
}

impl GroupList {
    /// Whether it was never listed.
    pub fn is_new(&self) -> bool {
        matches!(self.progress, Progress::New)
    }

    /// Groups that are there.
    pub fn len(&self) -> usize {
        self.rows.len() - self.gone.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// One row of the list.
    pub fn row(&self, place: u32) -> &GroupRow {
        &self.rows[place as usize]
    }

    /// A new run.
    pub fn begin(&mut self) -> u64 {
        self.run = super::engine::question();
        self.seen.clear();
        self.gone.clear();
        self.progress = Progress::Loading;
        self.run
    }

    /// Takes a page in.
    pub fn arrived(&mut self, run: u64, page: Page<GroupRow>) {
        if run != self.run {
            return;
        }
        self.total = page.total.or(self.total);
        for row in page.rows {
            self.seen.insert(row.id.clone());
            match self.places.get(&row.id) {
                Some(&place) => self.rows[place] = row,
                None => {
                    self.places.insert(row.id.clone(), self.rows.len());
                    self.rows.push(row);
                }
            }
        }
        self.arrange();
    }

    /// Takes the end in.
    pub fn ended(&mut self, run: u64, result: Result<(), ServiceError>) {
        if run != self.run {
            return;
        }
        match result {
            Ok(()) => {
                let unseen: Vec<ItemId> = self
                    .rows
                    .iter()
                    .map(|row| &row.id)
                    .filter(|id| !self.seen.contains(id))
                    .cloned()
                    .collect();
                unseen.iter().for_each(|id| self.gone(id));
                self.progress = Progress::Loaded(Time::now());
            }
            Err(error) => self.progress = Progress::Failed(error.message),
        }
        self.arrange();
    }

    /// A group that is there no more.
    pub fn gone(&mut self, id: &ItemId) {
        if let Some(&place) = self.places.get(id) {
            self.gone.insert(id.clone());
            if self.selection.contains(place as u32) {
                let rest: RowSet = self
                    .selection
                    .iter()
                    .filter(|&row| row != place as u32)
                    .collect();
                self.selection.set(rest);
            }
            self.arrange();
        }
    }

    /// Orders the rows anew. Groups are few: a few thousand take under a frame.
    pub fn arrange(&mut self) {
        let words = self.text.to_lowercase();
        let mut order: Vec<u32> = (0..self.rows.len() as u32)
            .filter(|&place| {
                let id = &self.row(place).id;
                !self.gone.contains(id) && id.as_str().to_lowercase().contains(&words)
            })
            .collect();
        let (column, descending) = self.sort;
        order.sort_by(|&a, &b| {
            let (a, b) = (self.row(a), self.row(b));
            let ordering = match column {
                GroupColumn::Id => a.id.cmp(&b.id),
                GroupColumn::Files => a.files.cmp(&b.files),
                GroupColumn::Created => a.created.cmp(&b.created),
            };
            if descending {
                ordering.reverse()
            } else {
                ordering
            }
        });
        self.shown = Arrangement {
            selectable: Arc::new(order.iter().copied().collect()),
            order: order.into(),
            ..Arrangement::default()
        };
    }

    /// The selected groups, in the order shown.
    pub fn selected(&self) -> Vec<GroupRow> {
        self.shown
            .order
            .iter()
            .filter(|&&place| self.selection.contains(place))
            .map(|&place| self.row(place).clone())
            .collect()
    }
}

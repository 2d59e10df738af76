//! A profile's folders: the tree as it is known, which of it is unfolded, and changes the service works on.

mod change;
pub mod tree;

use std::collections::HashSet;
use std::sync::Arc;

use poll_promise::Promise;

use super::engine::{Engine, Session};
use crate::catalogue::Catalogue;
use crate::model::FolderRow;
use crate::service::ServiceError;

pub use change::{Change, ChangeState};
use tree::Tree;

/// What a tree is made of: the catalogue's generation, and how often folders were listed.
type Made = (u64, u64);

/// The folders of one profile.
#[derive(Default)]
pub struct Folders {
    /// All folders that are known.
    pub tree: Arc<Tree>,
    /// Why the service's own list could not be had.
    pub trouble: Option<String>,
    /// Changes that the service works on, and those that ended and were not closed yet.
    pub changes: Vec<Change>,
    listed: Arc<[String]>,
    lists: u64,
    asking: Option<Promise<Result<Vec<FolderRow>, ServiceError>>>,
    making: Option<(Made, Promise<Tree>)>,
    made: Option<Made>,
    open: HashSet<Arc<str>>,
    lines: Arc<[usize]>,
}

impl Folders {
    /// Asks the service for its folders.
    pub fn refresh(&mut self, engine: &Engine, session: &Session) {
        let service = session.service.clone();
        self.asking = Some(engine.ask(async move { service.folders().await }));
    }

    /// Takes answers in and makes the tree anew if what it is made of changed. Once a frame.
    pub fn tick(&mut self, engine: &Engine, catalogue: &Catalogue) {
        self.take_list();
        self.take_tree();
        let wanted = (catalogue.generation(), self.lists);
        if self.making.is_none() && self.made != Some(wanted) {
            let (catalogue, listed) = (catalogue.clone(), self.listed.clone());
            let making = engine.ask_blocking(move || {
                let listed = listed.iter().map(String::as_str);
                Tree::new(listed, &catalogue.folder_counts())
            });
            self.making = Some((wanted, making));
        }
    }

    fn take_list(&mut self) {
        let Some(asking) = self.asking.take() else {
            return;
        };
        match asking.try_take() {
            Ok(Ok(rows)) => {
                self.listed = rows.into_iter().map(|row| row.path).collect();
                self.lists += 1;
                self.trouble = None;
            }
            Ok(Err(error)) => self.trouble = Some(error.message),
            Err(asking) => self.asking = Some(asking),
        }
    }

    fn take_tree(&mut self) {
        let Some((made, making)) = self.making.take() else {
            return;
        };
        match making.try_take() {
            Ok(tree) => {
                self.made = Some(made);
                if *self.tree != tree {
                    self.tree = Arc::new(tree);
                    self.lay_out();
                }
            }
            Err(making) => self.making = Some((made, making)),
        }
    }

    fn lay_out(&mut self) {
        self.lines = self.tree.lines(&self.open).into();
    }

    /// The places in the tree to show, in order.
    pub fn lines(&self) -> &[usize] {
        &self.lines
    }

    /// Whether a folder is unfolded.
    pub fn is_open(&self, path: &str) -> bool {
        self.open.contains(path)
    }

    /// Unfolds a folder, or folds it up.
    pub fn toggle(&mut self, path: &Arc<str>) {
        if !self.open.remove(path) {
            self.open.insert(path.clone());
        }
        self.lay_out();
    }

    /// Unfolds all that is above a folder, so that its line is shown.
    pub fn reveal(&mut self, path: &str) {
        let above = path.char_indices().filter(|(at, c)| *c == '/' && *at > 0);
        let above: Vec<Arc<str>> = above.map(|(at, _)| path[..at].into()).collect();
        self.open.extend(above);
        self.lay_out();
    }

    /// Files that are known to be in a folder and below it.
    pub fn files_in(&self, path: &str) -> u64 {
        self.tree.find(path).map_or(0, |node| node.all)
    }

    /// Whether nothing is being asked or made.
    pub fn is_settled(&self) -> bool {
        self.asking.is_none() && self.making.is_none()
    }
}

//! Lists that are asked for, and what arrives of them.

use super::{State, Workspace};
use crate::catalogue::Catalogue;
use crate::model::FileRow;
use crate::service::{Listing, Page, ServiceError};
use crate::ui::command::Place;
use crate::ui::engine::Engine;
use crate::ui::files::{FileList, View};
use crate::ui::item_list::Items;
use crate::ui::search::Search;

impl Workspace {
    /// Lists what is shown, and the files in any case.
    pub(in crate::ui) fn first_lists(&mut self, engine: &Engine) {
        self.show(engine, self.place);
        if self.place != Place::Files {
            self.refresh_files(engine, Listing::Existing);
        }
    }

    /// Goes to a place and lists it if it never was.
    pub fn show(&mut self, engine: &Engine, place: Place) {
        self.place = place;
        match place {
            Place::Files | Place::Overview if !self.files.was_listed() => {
                self.refresh_files(engine, Listing::Existing)
            }
            Place::Removed if !self.removed.was_listed() => {
                self.refresh_files(engine, Listing::Removed);
            }
            Place::Files | Place::Overview | Place::Removed | Place::History => {}
            _ if self.items().is_some_and(is_new) => self.refresh_items(engine),
            _ => {}
        }
    }

    /// Lists again what is shown.
    pub fn refresh(&mut self, engine: &Engine) {
        match self.place {
            Place::Overview => self.refresh_files(engine, Listing::Existing),
            Place::Files => {
                self.refresh_files(engine, Listing::Existing);
                if self.found_list().is_some() {
                    self.search(engine);
                }
            }
            Place::Removed => self.refresh_files(engine, Listing::Removed),
            Place::Groups | Place::Renders | Place::Templates => self.refresh_items(engine),
            Place::History => {}
        }
        self.ask_usage(engine);
    }

    pub(super) fn ask_usage(&mut self, engine: &Engine) {
        if let State::Open(session) = &self.state {
            self.usage.ask(engine, session);
        }
    }

    /// Lists files again, once the rows from disk are here.
    pub fn refresh_files(&mut self, engine: &Engine, listing: Listing) {
        let Some(session) = self.session().cloned().filter(|_| !self.cache.is_reading()) else {
            return;
        };
        let id = self.profile.id.clone();
        if self.can().folders && listing == Listing::Existing {
            self.folders.refresh(engine, &session);
        }
        let newer = self.newer_than(listing);
        let (list, catalogue) = self.list_mut(listing);
        let (run, stop) = list.begin(catalogue);
        engine.list(id, session.service, (listing, newer), run, stop);
    }

    /// Lists groups, renders or templates again, whichever are shown.
    fn refresh_items(&mut self, engine: &Engine) {
        let Some(session) = self.session().cloned() else {
            return;
        };
        let profile = self.profile.id.clone();
        if self.place == Place::Groups {
            self.refresh_groups(engine);
        } else if let Some(kind) = self.shown_things()
            && let Some(things) = self.things_mut(kind)
        {
            let run = things.list.begin();
            engine.list_things(profile, session.service, kind, run);
        }
    }

    /// Lists groups again.
    pub(super) fn refresh_groups(&mut self, engine: &Engine) {
        let Some(session) = self.session().cloned() else {
            return;
        };
        self.looking.forget();
        let run = self.groups.begin();
        engine.list_groups(self.profile.id.clone(), session.service, run);
    }

    /// Takes a page of files in.
    pub fn files_arrived(&mut self, listing: Listing, run: u64, page: Page<FileRow>) {
        let (list, catalogue) = self.list_mut(listing);
        list.arrived(catalogue, run, page);
    }

    /// Takes the end of a listing in.
    pub fn files_ended(&mut self, listing: Listing, run: u64, result: Result<(), ServiceError>) {
        let (list, catalogue) = self.list_mut(listing);
        list.ended(catalogue, run, result);
        self.index_problems();
    }

    /// The view of a listing, and the rows.
    fn list_mut(&mut self, listing: Listing) -> (&mut FileList, &mut Catalogue) {
        let list = match listing {
            Listing::Existing => &mut self.files,
            Listing::Removed => &mut self.removed,
        };
        (list, &mut self.catalogue)
    }

    /// Takes an order in.
    pub fn arranged(
        &mut self,
        view: View,
        question: u64,
        arrangement: crate::catalogue::Arrangement,
    ) {
        match (view, &mut self.search) {
            (View::Existing, _) => self.files.arranged(question, arrangement),
            (View::Removed, _) => self.removed.arranged(question, arrangement),
            (View::Found, Some(search)) => search.list.arranged(question, arrangement),
            (View::Found, None) => {}
        }
    }

    /// Begins or ends searching at the service in place of filtering what is loaded.
    pub fn search_server(&mut self, on: bool) {
        if !on {
            self.search = None;
        } else if self.search.is_none() && self.can().search {
            self.search = Some(Search::beside(&self.files));
        }
    }

    /// Sends what was typed to the service's search.
    pub fn search(&mut self, engine: &Engine) {
        let Some(session) = self.session().cloned() else {
            return;
        };
        let id = self.profile.id.clone();
        let Some(search) = &mut self.search else {
            return;
        };
        let query = search.text.trim().to_owned();
        search.sent = Some(query.clone());
        search.list.selection.clear();
        let (run, stop) = search.list.begin(&mut self.catalogue);
        engine.search(id, session.service, query, run, stop);
    }

    /// Takes a page of what was found in.
    pub fn found(&mut self, run: u64, page: Page<FileRow>) {
        if let Some(search) = &mut self.search {
            search.list.arrived(&mut self.catalogue, run, page);
        }
    }

    /// Takes the end of a search in.
    pub fn found_ended(&mut self, run: u64, result: Result<(), ServiceError>) {
        if let Some(search) = &mut self.search {
            search.list.ended(&mut self.catalogue, run, result);
        }
        self.index_problems();
    }
}

fn is_new(items: &dyn Items) -> bool {
    matches!(items.progress(), crate::ui::files::Progress::New)
}

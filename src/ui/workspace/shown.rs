//! Which list is shown.

use super::Workspace;
use crate::model::ItemKind;
use crate::ui::command::Place;
use crate::ui::files::FileList;
use crate::ui::item_list::Items;
use crate::ui::search::Search;
use crate::ui::things::Things;

impl Workspace {
    /// Renders or templates.
    pub fn things(&self, kind: ItemKind) -> Option<&Things> {
        match kind {
            ItemKind::Render => Some(&self.renders),
            ItemKind::Template => Some(&self.templates),
            ItemKind::File | ItemKind::Group | ItemKind::Folder => None,
        }
    }

    /// Renders or templates, to change.
    pub fn things_mut(&mut self, kind: ItemKind) -> Option<&mut Things> {
        match kind {
            ItemKind::Render => Some(&mut self.renders),
            ItemKind::Template => Some(&mut self.templates),
            ItemKind::File | ItemKind::Group | ItemKind::Folder => None,
        }
    }

    /// The kind of what is shown, if it is renders or templates.
    pub fn shown_things(&self) -> Option<ItemKind> {
        match self.place {
            Place::Renders => Some(ItemKind::Render),
            Place::Templates => Some(ItemKind::Template),
            Place::Files | Place::Overview | Place::Groups | Place::Removed | Place::History => {
                None
            }
        }
    }

    /// The list that is shown, if it is one of items other than files.
    pub fn items(&self) -> Option<&dyn Items> {
        match self.place {
            Place::Groups => Some(&self.groups),
            Place::Renders => Some(&self.renders.list),
            Place::Templates => Some(&self.templates.list),
            Place::Files | Place::Overview | Place::Removed | Place::History => None,
        }
    }

    /// The list that is shown, to change.
    pub fn items_mut(&mut self) -> Option<&mut dyn Items> {
        match self.place {
            Place::Groups => Some(&mut self.groups),
            Place::Renders => Some(&mut self.renders.list),
            Place::Templates => Some(&mut self.templates.list),
            Place::Files | Place::Overview | Place::Removed | Place::History => None,
        }
    }

    /// The list of items of a kind, if it is none of files.
    pub(super) fn items_of(&mut self, kind: ItemKind) -> Option<&mut dyn Items> {
        match kind {
            ItemKind::Group => Some(&mut self.groups),
            ItemKind::Render => Some(&mut self.renders.list),
            ItemKind::Template => Some(&mut self.templates.list),
            ItemKind::File | ItemKind::Folder => None,
        }
    }

    /// The view that is shown, if files are shown, and the rows.
    pub fn shown(&self) -> Option<&FileList> {
        match self.place {
            Place::Files => Some(self.found_list().unwrap_or(&self.files)),
            Place::Removed => Some(&self.removed),
            _ => None,
        }
    }

    /// The view that is shown, if files are shown.
    pub fn shown_mut(&mut self) -> Option<&mut FileList> {
        let (files, removed) = (&mut self.files, &mut self.removed);
        shown_of(self.place, files, removed, &mut self.search)
    }

    /// What a search found, if one was sent.
    pub(super) fn found_list(&self) -> Option<&FileList> {
        let search = self.search.as_ref()?;
        search.sent.is_some().then_some(&search.list)
    }
}

/// Of the views of files the one that a place shows; for whoever needs more of the workspace beside it.
pub fn shown_of<'a>(
    place: Place,
    files: &'a mut FileList,
    removed: &'a mut FileList,
    search: &'a mut Option<Search>,
) -> Option<&'a mut FileList> {
    match place {
        Place::Files => match search {
            Some(search) if search.sent.is_some() => Some(&mut search.list),
            _ => Some(files),
        },
        Place::Removed => Some(removed),
        _ => None,
    }
}

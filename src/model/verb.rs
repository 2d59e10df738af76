//! What can be done to items.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What a plan does to each of its items.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verb {
    /// Keep a temporary file for good.
    Store,
    /// Remove a file.
    Delete,
    /// Bring a removed file back.
    Restore,
    /// Remove a group; its files stay.
    DeleteGroups,
    /// Give files further tags.
    AddTags,
    /// Take tags from files.
    RemoveTags,
    /// Copy a file into a folder.
    Copy,
    /// Move a file into a folder.
    Move,
    /// Give a file another name in its folder.
    Rename,
    /// Make the delivery network forget its copies of a file.
    Purge,
    /// Remove a folder with all that is in it.
    DeleteFolders,
    /// Remove a render.
    DeleteRenders,
    /// Remove a template.
    DeleteTemplates,
}

/// What an item is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ItemKind {
    /// An uploaded file.
    File,
    /// A group of files.
    Group,
    /// A folder; its id is its full path.
    Folder,
    /// A picture or a film made from a template.
    Render,
    /// A template.
    Template,
}

impl ItemKind {
    /// `file`, `group`, `folder`, `render` or `template`, as in reports.
    pub const fn key(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Group => "group",
            Self::Folder => "folder",
            Self::Render => "render",
            Self::Template => "template",
        }
    }

    /// `file`/`files`, `group`/`groups`, by number.
    pub const fn noun(self, number: u64) -> &'static str {
        match (self, number) {
            (Self::File, 1) => "file",
            (Self::File, _) => "files",
            (Self::Group, 1) => "group",
            (Self::Group, _) => "groups",
            (Self::Folder, 1) => "folder",
            (Self::Folder, _) => "folders",
            (Self::Render, 1) => "render",
            (Self::Render, _) => "renders",
            (Self::Template, 1) => "template",
            (Self::Template, _) => "templates",
        }
    }
}

impl Verb {
    /// All verbs.
    pub const ALL: [Self; 13] = [
        Self::Store,
        Self::Delete,
        Self::Restore,
        Self::DeleteGroups,
        Self::AddTags,
        Self::RemoveTags,
        Self::Copy,
        Self::Move,
        Self::Rename,
        Self::Purge,
        Self::DeleteFolders,
        Self::DeleteRenders,
        Self::DeleteTemplates,
    ];

    /// `store`, `delete`, `add-tags`, …: in files, arguments and reports.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Store => "store",
            Self::Delete => "delete",
            Self::Restore => "restore",
            Self::DeleteGroups => "delete-groups",
            Self::AddTags => "add-tags",
            Self::RemoveTags => "remove-tags",
            Self::Copy => "copy",
            Self::Move => "move",
            Self::Rename => "rename",
            Self::Purge => "purge",
            Self::DeleteFolders => "delete-folders",
            Self::DeleteRenders => "delete-renders",
            Self::DeleteTemplates => "delete-templates",
        }
    }

    /// `Store`, `Delete`, `Add tags`: what a button says.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Store => "Store",
            Self::Delete
            | Self::DeleteGroups
            | Self::DeleteFolders
            | Self::DeleteRenders
            | Self::DeleteTemplates => "Delete",
            Self::Restore => "Restore",
            Self::AddTags => "Add tags",
            Self::RemoveTags => "Remove tags",
            Self::Copy => "Copy",
            Self::Move => "Move",
            Self::Rename => "Rename",
            Self::Purge => "Purge",
        }
    }

    /// `Storing`, `Deleting`, `Adding tags`: what runs.
    pub const fn running(self) -> &'static str {
        match self {
            Self::Store => "Storing",
            Self::Delete
            | Self::DeleteGroups
            | Self::DeleteFolders
            | Self::DeleteRenders
            | Self::DeleteTemplates => "Deleting",
            Self::Restore => "Restoring",
            Self::AddTags => "Adding tags",
            Self::RemoveTags => "Removing tags",
            Self::Copy => "Copying",
            Self::Move => "Moving",
            Self::Rename => "Renaming",
            Self::Purge => "Purging",
        }
    }

    /// `stored`, `deleted`, `tagged`: what is done.
    pub const fn past(self) -> &'static str {
        match self {
            Self::Store => "stored",
            Self::Delete
            | Self::DeleteGroups
            | Self::DeleteFolders
            | Self::DeleteRenders
            | Self::DeleteTemplates => "deleted",
            Self::Restore => "restored",
            Self::AddTags => "tagged",
            Self::RemoveTags => "untagged",
            Self::Copy => "copied",
            Self::Move => "moved",
            Self::Rename => "renamed",
            Self::Purge => "purged",
        }
    }

    /// What the verb's items are.
    pub const fn kind(self) -> ItemKind {
        match self {
            Self::DeleteGroups => ItemKind::Group,
            Self::DeleteFolders => ItemKind::Folder,
            Self::DeleteRenders => ItemKind::Render,
            Self::DeleteTemplates => ItemKind::Template,
            Self::Store
            | Self::Delete
            | Self::Restore
            | Self::AddTags
            | Self::RemoveTags
            | Self::Copy
            | Self::Move
            | Self::Rename
            | Self::Purge => ItemKind::File,
        }
    }

    /// Whether something is gone afterwards.
    pub const fn destroys(self) -> bool {
        matches!(
            self,
            Self::Delete
                | Self::DeleteGroups
                | Self::DeleteFolders
                | Self::DeleteRenders
                | Self::DeleteTemplates
        )
    }
}

impl fmt::Display for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key())
    }
}

impl FromStr for Verb {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|verb| verb.key() == text)
            .ok_or_else(|| format!("{text:?} is no verb"))
    }
}

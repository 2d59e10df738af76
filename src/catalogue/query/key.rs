//! The keys of the language, in one table: help, completion and errors read it.

/// What a key compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Key {
    Name,
    Ext,
    Type,
    Size,
    Uploaded,
    Age,
    State,
    Stored,
    Removed,
    In,
    Problem,
    Id,
    Path,
    Has,
}

impl Key {
    pub const ALL: [Self; 14] = [
        Self::Name,
        Self::Ext,
        Self::Type,
        Self::Size,
        Self::Uploaded,
        Self::Age,
        Self::State,
        Self::Stored,
        Self::Removed,
        Self::In,
        Self::Problem,
        Self::Id,
        Self::Path,
        Self::Has,
    ];

    pub const fn word(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Ext => "ext",
            Self::Type => "type",
            Self::Size => "size",
            Self::Uploaded => "uploaded",
            Self::Age => "age",
            Self::State => "state",
            Self::Stored => "stored",
            Self::Removed => "removed",
            Self::In => "in",
            Self::Problem => "problem",
            Self::Id => "id",
            Self::Path => "path",
            Self::Has => "has",
        }
    }

    /// What it looks at, in a few words.
    pub const fn about(self) -> &'static str {
        match self {
            Self::Name => "part of the name",
            Self::Ext => "what is behind the last dot",
            Self::Type => "content type, or a part of it",
            Self::Size => "bytes",
            Self::Uploaded => "day of the upload",
            Self::Age => "time since the upload",
            Self::State => "stored, unstored, …",
            Self::Stored => "day it was stored",
            Self::Removed => "day it was removed",
            Self::In => "member of a group",
            Self::Problem => "what was said against it",
            Self::Id => "what the id begins with",
            Self::Path => "folder, and what is below it",
            Self::Has => "a key of its metadata",
        }
    }

    /// A whole term.
    pub const fn example(self) -> &'static str {
        match self {
            Self::Name => "name:invoice",
            Self::Ext => "ext:pdf",
            Self::Type => "type:image",
            Self::Size => "size>10mb",
            Self::Uploaded => "uploaded:2024-03",
            Self::Age => "age>30d",
            Self::State => "state:unstored",
            Self::Stored => "stored:2024",
            Self::Removed => "removed:today",
            Self::In => "in:any",
            Self::Problem => "problem:any",
            Self::Id => "id:3f2a",
            Self::Path => "path:/products",
            Self::Has => "has:owner",
        }
    }

    /// What usually stands between key and value.
    pub const fn usual(self) -> &'static str {
        match self {
            Self::Size | Self::Age => ">",
            _ => ":",
        }
    }

    /// Whether more and less mean something.
    pub const fn is_ordered(self) -> bool {
        matches!(
            self,
            Self::Size | Self::Uploaded | Self::Age | Self::Stored | Self::Removed
        )
    }

    pub fn of(word: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|key| key.word().eq_ignore_ascii_case(word))
    }

    /// All keys for a sentence: `name, ext, type, …`.
    pub fn list() -> String {
        Self::ALL.map(Self::word).join(", ")
    }
}

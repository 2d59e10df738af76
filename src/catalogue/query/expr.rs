//! What a filter says, as a tree.

use crate::model::FileState;

/// A filter.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::catalogue) enum Expr {
    #[default]
    All,
    And(Vec<Expr>),
    Or(Vec<Expr>),
    Not(Box<Expr>),
    Test(Test),
}

/// One thing that a row is or is not. Texts are folded.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::catalogue) enum Test {
    /// In the name, or in the id if it is long enough.
    Word(String),
    /// In the name.
    InName(String),
    /// One of these is behind the name's last dot; empty is a name without one.
    Ext(Vec<String>),
    /// One of these is the type, or a part of it; empty is no type.
    Type(Vec<String>),
    /// The folder, or a part of its path; empty is none.
    Path(String),
    /// This is a key of its metadata; empty is no metadata.
    Has(String),
    /// Bytes, both ends included; none where the first is larger.
    Size(u64, u64),
    /// A date.
    Date(Date, When),
    /// One of these.
    State(Vec<FileState>),
    /// A member of a group.
    Group(Group),
    /// What was said against it.
    Problem(Problem),
    /// What the id begins with.
    Id(String),
}

/// Which date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::catalogue) enum Date {
    Uploaded,
    Stored,
    Removed,
}

/// What a date is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::catalogue) enum When {
    Never,
    Ever,
    /// From the first microsecond on, before the second.
    Within(i64, i64),
}

/// Which group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::catalogue) enum Group {
    Any,
    Begins(String),
}

/// Which problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::catalogue) enum Problem {
    Any,
    None,
    Words(String),
}

impl Expr {
    /// The state that everything it means is in, where it says so.
    pub fn state(&self) -> Option<FileState> {
        match self {
            Self::Test(Test::State(states)) => match states[..] {
                [state] => Some(state),
                _ => None,
            },
            Self::And(parts) => parts.iter().find_map(Self::state),
            Self::Or(parts) => {
                let first = parts.first()?.state();
                let same = parts.iter().all(|part| part.state() == first);
                first.filter(|_| same)
            }
            Self::All | Self::Not(_) | Self::Test(_) => None,
        }
    }

    /// Shows each test once, in order.
    pub fn each_test(&self, see: &mut impl FnMut(&Test)) {
        match self {
            Self::All => {}
            Self::And(parts) | Self::Or(parts) => {
                parts.iter().for_each(|part| part.each_test(see));
            }
            Self::Not(part) => part.each_test(see),
            Self::Test(test) => see(test),
        }
    }
}

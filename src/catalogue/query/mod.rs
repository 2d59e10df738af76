//! The filter language: from a line of text to a test of rows, or to the place where it is wrong.
//!
//! Pure functions of text and a clock. What a filter means over columns is in `matching`; who types it,
//! and where, is not known here.

mod complete;
mod expr;
mod help;
mod key;
mod kind;
mod lex;
mod parse;
mod quote;
mod value;

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use jiff::tz::TimeZone;

use crate::model::{FileState, Time};

pub use complete::{Completion, Completions, complete};
pub use help::HELP;
pub use kind::{extension, short_type};
pub use quote::{quoted, written_type};

pub(super) use expr::{Date, Expr, Group, Problem, Test, When};
pub(super) use kind::type_is;

/// The longest filter that is read; a longer one is a mistake of the clipboard.
pub const LONGEST: usize = 4000;

/// What a date without a zone, and an age, are counted from.
#[derive(Clone, Debug)]
pub struct Clock {
    /// Now.
    pub now: Time,
    /// Where days begin and end.
    pub zone: TimeZone,
}

impl Clock {
    /// This system's clock, now.
    pub fn system() -> Self {
        Self {
            now: Time::now(),
            zone: TimeZone::system(),
        }
    }
}

/// Why a text is no filter, and which part of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// Bytes of the text; always within it and between characters.
    pub span: Range<usize>,
    /// What is wrong and what would be right.
    pub why: String,
}

impl Wrong {
    pub(super) fn new(span: Range<usize>, why: impl Into<String>) -> Self {
        Self {
            span,
            why: why.into(),
        }
    }

    /// The text on one line, marks under the wrong part on the next: for a terminal.
    pub fn pointed(&self, text: &str) -> String {
        let shown = |part: &str| -> String {
            part.chars()
                .map(|c| if c.is_control() { ' ' } else { c })
                .collect()
        };
        let before = shown(&text[..self.span.start]).chars().count();
        let marks = text[self.span.clone()].chars().count().max(1);
        format!(
            "{}\n  {}\n  {}{}",
            self.why,
            shown(text),
            " ".repeat(before),
            "^".repeat(marks)
        )
    }
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.why)
    }
}

/// Which rows are meant. An empty text means all of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filter(Arc<Expr>);

impl Filter {
    /// Reads a text.
    ///
    /// # Errors
    /// Where the text is no filter, with the place and the reason.
    pub fn parse(text: &str, clock: &Clock) -> Result<Self, Wrong> {
        parse::parse(text, clock).map(|expr| Self(Arc::new(expr)))
    }

    /// Reads a text by this system's clock.
    ///
    /// # Errors
    /// As [`parse`](Self::parse).
    pub fn of(text: &str) -> Result<Self, Wrong> {
        Self::parse(text, &Clock::system())
    }

    /// Files that have metadata under a key.
    pub fn has_key(key: &str) -> Self {
        Self(Arc::new(Expr::Test(Test::Has(super::fold::fold(key)))))
    }

    /// Whether it means all rows.
    pub fn is_all(&self) -> bool {
        matches!(*self.0, Expr::All)
    }

    /// The state that every row it means is in, where it says so.
    pub fn state(&self) -> Option<FileState> {
        self.0.state()
    }

    /// The beginnings of group ids that it names, each once; empty for `in:any`.
    pub fn groups(&self) -> Vec<String> {
        let mut groups = Vec::new();
        self.0.each_test(&mut |test| {
            if let Test::Group(group) = test {
                groups.push(match group {
                    Group::Any => String::new(),
                    Group::Begins(id) => id.clone(),
                });
            }
        });
        groups.sort();
        groups.dedup();
        groups
    }

    pub(super) fn expr(&self) -> &Expr {
        &self.0
    }
}

#[cfg(test)]
mod tests;

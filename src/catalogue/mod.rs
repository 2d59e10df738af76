//! One profile's files in columns: listing merges into it, filter, sort and selection read it.
//!
//! It knows rows, not services or windows. One thread owns a [`Catalogue`]; clones are cheap snapshots
//! for [`arrange`] on any other. A row keeps its number for life, so a [`RowIx`] outlives every refresh.

mod arrange;
mod arranger;
mod cache;
mod column;
mod fold;
mod folders;
mod id;
mod index;
mod mask;
mod matching;
mod members;
mod natural;
mod overview;
mod problems;
pub mod query;
mod radix;
mod ranks;
mod row;
mod row_set;
mod seen;
mod segment;
mod selection;
mod sort;
mod store;
mod totals;
mod two;
mod types;

pub use arrange::{Arrangement, Query, arrange, count};
pub use arranger::Arranger;
pub use cache::{AsOf, CacheError, Cached, Owner, read as read_cache, write as write_cache};
pub use column::{Column, Order, Sort};
pub use members::Members;
pub use natural::compare as compare_names;
pub use overview::{
    FolderSum, LARGEST, Month, MonthSum, Overview, REPEATS, Repeat, TypeSum, families, overview,
};
pub use problems::{ProblemIndex, Reason};
pub use query::{Filter, Wrong};
pub use row::RowRef;
pub use row_set::RowSet;
pub use seen::Seen;
pub use selection::{Coverage, Key, Modifiers, Selection};
pub use store::{Catalogue, Change};
pub use totals::{Sum, Totals};

/// A row's number in its catalogue. It never changes and is never used again.
pub type RowIx = u32;

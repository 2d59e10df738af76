//! What reading the services' JSON has in common: lenient fields, statements about ids, layout for a person.
//!
//! It knows no service and no status.

mod fields;
mod layout;
mod said;
pub(crate) mod show;
mod types;

pub(crate) use fields::{Fields, Key, count, flag, keys, keys_of, number, plain, string, text};
pub(crate) use layout::indent;
pub(crate) use said::Said;
pub(crate) use types::Types;

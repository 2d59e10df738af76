//! ImageKit's JSON in and out: what a body says, never what a status means.
//!
//! Everything here is a pure function of text, and lenient: an odd value never fails a page.

pub(super) mod account;
pub(super) mod batch;
pub(super) mod edit;
pub(super) mod facts;
pub(super) mod folders;
pub(super) mod rows;
pub(super) mod versions;

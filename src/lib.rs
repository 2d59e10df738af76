//! Tallyman: a desktop file manager for upload services that accounts for every file of a batch.
//!
//! | Room | Owns |
//! |---|---|
//! | [`model`] | plain data: ids, files, verbs, plans, outcomes |
//! | [`catalogue`] | one profile's files in columns: filter, sort, selection, totals |
//! | [`service`] | the services behind one trait, and the HTTP they share |
//! | [`ledger`] | SQLite: jobs, calls, outcomes |
//! | [`job`] | plan, run, settle, finish |
//! | [`profile`] | the profile list and the kept lists of files on disk, the secrets in the keyring |
//! | [`report`] | one job as CSV, JSON, HTML and a manifest |
//! | [`demo`] | an honest stand-in for the services, in this process |
//! | [`cli`] | the engine without a window |
//! | [`ui`] | the window |
//!
//! Imports run downwards only: `ui` and `cli` on top, `model` at the bottom; `demo` knows `model` alone.

pub mod catalogue;
pub mod cli;
mod crash;
pub mod demo;
pub mod job;
pub mod ledger;
pub mod model;
pub mod profile;
pub mod report;
pub mod service;
pub mod ui;

//! The demo server's ImageKit, byte by byte over TCP, row by row of the contract's simulator checklist.
//!
//! Requests are written here, by hand: nothing of the client under test takes part.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

#[path = "../raw_http/mod.rs"]
mod raw_http;

mod api;
mod bulk;
mod edits;
mod keys;
mod lists;
mod places;
mod rest;

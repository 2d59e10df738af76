//! The demo server, byte by byte over TCP, row by row of the contract's simulator checklist.
//!
//! Requests are written and signed here, by hand: nothing of the client under test takes part.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod batches;
mod cdn;
mod extras;
mod faults;
mod files;
mod groups;
mod keys;
mod lists;
#[path = "../raw_http/mod.rs"]
#[allow(dead_code, reason = "shared with tests that need all of it")]
mod raw_http;
mod wire;

//! The window on what ImageKit can do beyond the others, and its manners everywhere.

#![allow(clippy::unwrap_used, reason = "a test may stop where it cannot go on")]

mod bench;
mod details;
mod folders;
mod manners;
mod search;
mod verbs;
#[path = "../window_bench/mod.rs"]
mod window_bench;

//! The list that is kept on disk: its bytes, and the window that shows it and checks it.

#![allow(clippy::unwrap_used, reason = "a test may stop where it cannot go on")]

mod bytes;
#[path = "../raw_http/mod.rs"]
#[allow(dead_code, reason = "each test target uses a part of it")]
mod raw_http;
mod window;
#[path = "../window_bench/mod.rs"]
mod window_bench;

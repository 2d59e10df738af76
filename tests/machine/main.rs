//! What the machine does to a job: disks that are full or read-only, other windows, other versions, damage,
//! clocks that jump, networks that come and go. The job waits or halts with a clear message; nothing is lost.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test may stop at once")]

mod clock;
mod disk;
mod folder;
mod house;
mod network;
mod proxy;
mod terminal;

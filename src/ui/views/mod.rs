//! The parts of the window, one file each. They draw and send commands; they change nothing else.

pub mod bars;
pub mod empty;
pub mod files;
pub mod groups;
pub mod header;
pub mod history;
pub mod sidebar;

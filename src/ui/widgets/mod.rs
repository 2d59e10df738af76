//! Widgets of our own. They know no view and no room: what they show comes through their arguments.

pub mod bar_chart;
pub mod table;
pub mod treemap;

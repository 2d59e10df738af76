//! What the window remembers from one run to the next: theme, details pane, columns.
//!
//! None of it is precious: a file that cannot be read is left out, and one that cannot be written is not
//! worth a message.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use egui::ThemePreference;
use serde::{Deserialize, Serialize};

use super::saved::SavedFilter;
use super::widgets::table::TableState;
use crate::model::JobId;

const FILE: &str = "window.toml";

/// The settings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// `system`, `light` or `dark`.
    pub theme: String,
    /// Whether the details pane is shown.
    pub details: bool,
    /// Jobs that ended with problems, as long as nobody has read of it.
    pub unseen: Vec<JobId>,
    /// Columns of the file table that a person changed.
    pub columns: Vec<ColumnSetting>,
    /// Filters with names.
    pub filters: Vec<SavedFilter>,
}

/// What a person made of one column.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ColumnSetting {
    /// Which.
    pub id: String,
    /// Whether it is shown.
    pub visible: bool,
    /// Its width in points, where it was set by hand.
    pub width: Option<f32>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            theme: "system".into(),
            details: true,
            unseen: Vec::new(),
            columns: Vec::new(),
            filters: Vec::new(),
        }
    }
}

impl Settings {
    /// Reads the settings of a data folder; the default ones if there are none.
    pub fn load(data_dir: &Path) -> Self {
        let text = std::fs::read_to_string(path(data_dir)).unwrap_or_default();
        toml::from_str(&text).unwrap_or_default()
    }

    /// Writes them, whole or not at all.
    pub fn save(&self, data_dir: &Path) {
        let written = || -> Option<()> {
            let text = toml::to_string(self).ok()?;
            let mut file = tempfile::NamedTempFile::new_in(data_dir).ok()?;
            file.write_all(text.as_bytes()).ok()?;
            file.persist(path(data_dir)).ok()?;
            Some(())
        };
        if written().is_none() {
            tracing::debug!("the window's settings could not be written");
        }
    }

    /// The theme to use.
    pub fn theme(&self) -> ThemePreference {
        match self.theme.as_str() {
            "light" => ThemePreference::Light,
            "dark" => ThemePreference::Dark,
            _ => ThemePreference::System,
        }
    }

    /// Notes the theme in use.
    pub fn set_theme(&mut self, theme: ThemePreference) {
        self.theme = match theme {
            ThemePreference::System => "system",
            ThemePreference::Light => "light",
            ThemePreference::Dark => "dark",
        }
        .into();
    }

    /// Notes a table's columns, except those that come and go by themselves.
    pub fn note_columns(&mut self, table: &TableState, by_themselves: &[&str]) {
        let offered = |id: &str| {
            let mut columns = table.columns.iter();
            columns.any(|column| column.id == id && column.offered)
        };
        // What this table does not have stays as another one left it.
        self.columns.retain(|column| !offered(&column.id));
        let noted = table
            .columns
            .iter()
            .filter(|column| column.offered && !by_themselves.contains(&column.id))
            .map(|column| ColumnSetting {
                id: column.id.to_owned(),
                visible: column.visible,
                width: column.fixed.then_some(column.width),
            });
        self.columns.extend(noted);
    }

    /// Gives a table its columns back.
    pub fn dress(&self, table: &mut TableState) {
        for column in &self.columns {
            table.set_visible(&column.id, column.visible);
            if let Some(width) = column.width.filter(|width| width.is_finite()) {
                table.set_width(&column.id, width);
            }
        }
    }
}

fn path(data_dir: &Path) -> PathBuf {
    data_dir.join(FILE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_come_back_and_broken_ones_do_no_harm() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Settings::load(folder.path()), Settings::default());
        let mut settings = Settings {
            details: false,
            unseen: vec![JobId(7)],
            ..Settings::default()
        };
        settings.set_theme(ThemePreference::Dark);
        let mut table = crate::ui::views::files::table_state();
        table.set_visible("stored", true);
        table.set_width("size", 120.0);
        settings.note_columns(&table, &["problem"]);
        settings.filters.push(SavedFilter {
            name: "Large".into(),
            text: "size>10mb -type:\"x y\"".into(),
        });
        settings.save(folder.path());
        let back = Settings::load(folder.path());
        assert_eq!(back, settings);
        let mut dressed = crate::ui::views::files::table_state();
        back.dress(&mut dressed);
        assert_eq!(dressed, table);
        for broken in ["details = 7", "{", "theme = \"green\""] {
            std::fs::write(path(folder.path()), broken).unwrap();
            assert_eq!(
                Settings::load(folder.path()).theme(),
                ThemePreference::System
            );
        }
    }
}

//! Renders and templates: what a service makes files from and what it made. One shape does for both.

use super::{ItemId, Time};

/// A render or a template, as the listing gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ThingRow {
    /// The service's id. Empty where the service listed a row without one: such a row is shown, says so in
    /// `odd`, and cannot be selected.
    pub id: ItemId,
    /// Its name; may be empty, any Unicode, hostile.
    pub name: String,
    /// The name of the template that a render was made from; empty of a template.
    pub template: String,
    /// `jpg`, `pdf`; empty where the service tells none.
    pub format: String,
    /// `completed`, in lower case; empty where the service tells none.
    pub status: String,
    /// Width and height in pixels.
    pub sides: Option<(u64, u64)>,
    /// When it was made.
    pub created: Option<Time>,
    /// Where anybody can fetch it.
    pub url: Option<String>,
    /// Whether a thumbnail can be had.
    pub image: bool,
    /// What was wrong with the listing's row, if anything.
    pub odd: Option<String>,
}

impl ThingRow {
    /// A row of which only the id is known.
    pub fn unknown(id: ItemId) -> Self {
        Self {
            id,
            name: String::new(),
            template: String::new(),
            format: String::new(),
            status: String::new(),
            sides: None,
            created: None,
            url: None,
            image: false,
            odd: None,
        }
    }

    /// The name, or the id where there is none.
    pub fn label(&self) -> &str {
        match self.name.as_str() {
            "" => self.id.as_str(),
            name => name,
        }
    }

    /// `1080 × 1920`; empty where it is not known.
    pub fn size(&self) -> String {
        self.sides
            .map(|(width, height)| format!("{width} × {height}"))
            .unwrap_or_default()
    }
}

/// Everything known of one render or template.
#[derive(Clone, Debug)]
pub struct ThingDetails {
    /// What the listing would say of it now.
    pub row: ThingRow,
    /// Label and value, in the order to show, beside what the row says.
    pub facts: Vec<(String, String)>,
    /// The service's answer, indented.
    pub json: String,
}

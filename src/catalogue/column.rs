//! The columns that files are shown in and sorted by.

/// A column of the file table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Column {
    /// Stored, unstored, processing, removed.
    State,
    /// The uploader's name, in natural order.
    Name,
    /// Content type.
    Type,
    /// Bytes.
    Size,
    /// When it was uploaded.
    Uploaded,
    /// When it was stored.
    Stored,
    /// The service's id.
    Id,
    /// What the service last said against it.
    Problem,
    /// The folder that it is in, in natural order.
    Path,
}

impl Column {
    /// All columns, in the order of the table.
    pub const ALL: [Self; 9] = [
        Self::Name,
        Self::Path,
        Self::Size,
        Self::Type,
        Self::Uploaded,
        Self::State,
        Self::Stored,
        Self::Id,
        Self::Problem,
    ];

    /// `Uploaded`: over the column.
    pub const fn title(self) -> &'static str {
        match self {
            Self::State => "State",
            Self::Name => "Name",
            Self::Type => "Type",
            Self::Size => "Size",
            Self::Uploaded => "Uploaded",
            Self::Stored => "Stored",
            Self::Id => "Id",
            Self::Problem => "Problem",
            Self::Path => "Path",
        }
    }

    /// `uploaded`: in settings and arguments.
    pub const fn key(self) -> &'static str {
        match self {
            Self::State => "state",
            Self::Name => "name",
            Self::Type => "type",
            Self::Size => "size",
            Self::Uploaded => "uploaded",
            Self::Stored => "stored",
            Self::Id => "id",
            Self::Problem => "problem",
            Self::Path => "path",
        }
    }

    /// The column of a key.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|column| column.key() == key)
    }

    /// Whether a first click sorts it downwards: newest and largest first.
    pub const fn starts_descending(self) -> bool {
        matches!(self, Self::Size | Self::Uploaded | Self::Stored)
    }
}

/// What the files are sorted by. Files that have nothing in the column come last in both directions;
/// files that are equal in it stand newest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Sort {
    /// By what.
    pub column: Column,
    /// Largest, newest, or last in the alphabet first.
    pub descending: bool,
}

impl Sort {
    /// What a click on a column's header makes of this: another column starts its own way, the same turns.
    pub fn clicked(self, column: Column) -> Self {
        let descending = if self.column == column {
            !self.descending
        } else {
            column.starts_descending()
        };
        Self { column, descending }
    }
}

/// Newest first.
impl Default for Sort {
    fn default() -> Self {
        Self {
            column: Column::Uploaded,
            descending: true,
        }
    }
}

/// What the files are sorted by first, and what those that are equal in it are sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Order {
    /// The first key.
    pub first: Sort,
    /// The second key.
    pub second: Option<Sort>,
}

impl Order {
    /// What a click on a column's header makes of this. Files sorted by their upload stay in that order where
    /// they are equal in the new column. With `add` (Shift) the first key stays, and the
    /// column becomes the second or is turned there; on the first key's own column it turns that one.
    pub fn clicked(self, column: Column, add: bool) -> Self {
        if !add {
            let oldest_first = Sort {
                column: Column::Uploaded,
                descending: false,
            };
            let keeps = self.has_key(oldest_first) && column != Column::Uploaded;
            return Self {
                first: self.first.clicked(column),
                second: keeps.then_some(oldest_first),
            };
        }
        if column == self.first.column {
            let first = self.first.clicked(column);
            return Self { first, ..self };
        }
        let fresh = Sort {
            column,
            descending: column.starts_descending(),
        };
        let second = match self.second {
            Some(second) if second.column == column => second.clicked(column),
            _ => fresh,
        };
        Self {
            second: Some(second),
            ..self
        }
    }

    fn has_key(self, key: Sort) -> bool {
        self.first == key || self.second == Some(key)
    }

    /// Whether one of its keys is that column.
    pub fn has(self, column: Column) -> bool {
        self.first.column == column || self.second.is_some_and(|second| second.column == column)
    }
}

impl From<Sort> for Order {
    fn from(first: Sort) -> Self {
        Self {
            first,
            second: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_unique_and_come_back() {
        for column in Column::ALL {
            assert_eq!(Column::from_key(column.key()), Some(column));
        }
        assert_eq!(Column::from_key("colour"), None);
    }

    #[test]
    fn a_second_click_turns_the_order() {
        let by_name = Sort::default().clicked(Column::Name);
        assert!(!by_name.descending && by_name.clicked(Column::Name).descending);
        assert!(by_name.clicked(Column::Size).descending);
    }

    #[test]
    fn oldest_first_stays_below_another_column() {
        let by = |column, descending| Sort { column, descending };
        let oldest = by(Column::Uploaded, false);
        let order = Order::from(oldest).clicked(Column::State, false);
        assert_eq!(
            (order.first, order.second),
            (by(Column::State, false), Some(oldest))
        );
        let order = order.clicked(Column::State, false);
        assert_eq!(
            (order.first, order.second),
            (by(Column::State, true), Some(oldest))
        );
        let newest = order.clicked(Column::Uploaded, false);
        assert_eq!(newest, by(Column::Uploaded, true).into());
        assert_eq!(
            newest.clicked(Column::Name, false).second,
            None,
            "it is so anyway"
        );
    }

    #[test]
    fn shift_keeps_the_first_key() {
        let by = |column, descending| Sort { column, descending };
        let order = Order::from(by(Column::Type, false)).clicked(Column::Size, true);
        assert_eq!(order.first, by(Column::Type, false));
        assert_eq!(order.second, Some(by(Column::Size, true)));
        let order = order.clicked(Column::Size, true);
        assert_eq!(order.second, Some(by(Column::Size, false)));
        let order = order.clicked(Column::Type, true);
        assert_eq!(order.first, by(Column::Type, true));
        assert!(order.has(Column::Size) && !order.has(Column::Name));
        let order = order.clicked(Column::Type, false);
        assert_eq!(order, by(Column::Type, false).into());
    }
}

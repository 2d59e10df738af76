//! What a profile never deletes, whatever is selected.

use serde::{Deserialize, Serialize};

use super::ItemId;

/// Files that are never deleted. A plan leaves them out, with the reason.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Keep {
    /// These.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ids: Vec<ItemId>,
    /// Those that this filter matches; empty: none.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub filter: String,
    /// Those that have metadata under this key; empty: none.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub metadata_key: String,
}

impl Keep {
    /// Whether nothing is kept.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty() && !self.needs_rows()
    }

    /// Whether ids alone do not tell what is kept: the files have to be known.
    pub fn needs_rows(&self) -> bool {
        !self.filter.trim().is_empty() || !self.metadata_key.trim().is_empty()
    }

    /// Keeps more files. An id that is kept already, in whatever case, is not put in again.
    pub fn add(&mut self, ids: impl IntoIterator<Item = ItemId>) {
        self.ids.extend(ids);
        self.ids.sort_by(|a, b| a.plain().cmp(&b.plain()));
        self.ids.dedup_by(|a, b| a.plain() == b.plain());
    }

    /// Keeps these files no longer. Returns how many of them were kept by their ids.
    pub fn remove(&mut self, ids: &[ItemId]) -> usize {
        let before = self.ids.len();
        let gone: std::collections::HashSet<_> = ids.iter().map(ItemId::plain).collect();
        self.ids.retain(|id| !gone.contains(&id.plain()));
        before - self.ids.len()
    }

    /// `12 ids, the filter “ext:pdf”, the metadata key “keep”`; empty if nothing is kept.
    pub fn words(&self) -> String {
        let ids = match self.ids.len() {
            0 => None,
            number => Some(super::size::counted(number as u64, "id", "ids")),
        };
        let named = |what: &str, text: &str| {
            let text = text.trim();
            (!text.is_empty()).then(|| format!("the {what} “{text}”"))
        };
        let parts = [
            ids,
            named("filter", &self.filter),
            named("metadata key", &self.metadata_key),
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_kept_once_in_whatever_case() {
        let lower = "21975c81-7f57-4c7a-aef9-acfe28779f78";
        let mut keep = Keep::default();
        assert!(keep.is_empty());
        keep.add([
            lower.into(),
            "b".into(),
            lower.to_uppercase().as_str().into(),
        ]);
        assert_eq!(keep.ids.len(), 2);
        assert_eq!(keep.remove(&[lower.to_uppercase().as_str().into()]), 1);
        assert_eq!(keep.ids, ["b".into()]);
        assert_eq!(keep.words(), "1 id");
    }
}

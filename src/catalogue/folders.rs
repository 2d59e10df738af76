//! How many files are in which folder.

use std::sync::Arc;

use super::Catalogue;

impl Catalogue {
    /// The folders of the files that exist, with how many are in each itself; in no order. One pass over
    /// all rows: not for the window's thread.
    pub fn folder_counts(&self) -> Vec<(Arc<str>, u64)> {
        let names = self.folders().names();
        let mut counts = vec![0_u64; names.len()];
        for segment in self.segments() {
            for at in 0..segment.len() {
                if !segment.is_gone(at) && segment.removed(at).is_none() {
                    counts[segment.folder(at) as usize] += 1;
                }
            }
        }
        let counted = names.iter().cloned().zip(counts);
        counted
            .filter(|(name, count)| *count > 0 && !name.is_empty())
            .collect()
    }
}

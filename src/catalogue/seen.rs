//! What the files at hand have: types, extensions, groups, problems. For whoever types a filter.

use std::collections::HashMap;

use super::query::extension;
use super::types::Types;
use super::{Catalogue, Members, ProblemIndex};

/// Extensions that are kept, the most frequent ones.
const EXTENSIONS: usize = 60;
/// Groups and reasons that are kept.
const OTHERS: usize = 40;

/// Values and how many files have each, the most frequent first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// Content types.
    pub types: Vec<(String, u32)>,
    /// Extensions, without case and dot.
    pub extensions: Vec<(String, u32)>,
    /// Folders.
    pub folders: Vec<(String, u32)>,
    /// Keys of metadata.
    pub keys: Vec<(String, u32)>,
    /// Groups whose members are known.
    pub groups: Vec<(String, u32)>,
    /// What was said against files.
    pub problems: Vec<(String, u32)>,
}

impl Seen {
    /// Looks at all rows: some 50 ms for a million, so not on the window's thread.
    pub fn of(catalogue: &Catalogue, problems: &ProblemIndex, members: &Members) -> Self {
        let mut kinds = vec![0_u32; catalogue.types().names().len()];
        let mut folders = vec![0_u32; catalogue.folders().names().len()];
        let mut key_sets = vec![0_u32; catalogue.keys().names().len()];
        let mut extensions: HashMap<&str, u32> = HashMap::new();
        for segment in catalogue.segments() {
            for at in (0..segment.len()).filter(|&at| !segment.is_gone(at)) {
                kinds[segment.kind(at) as usize] += 1;
                folders[segment.folder(at) as usize] += 1;
                key_sets[segment.keys()[at] as usize] += 1;
                if let Some(ext) = extension(segment.folded().name(at)) {
                    *extensions.entry(ext).or_default() += 1;
                }
            }
        }
        let texts = |texts: &Types| -> Vec<String> {
            texts.names().iter().map(|name| name.to_string()).collect()
        };
        let kinds = texts(catalogue.types()).into_iter().zip(kinds);
        let folders = texts(catalogue.folders()).into_iter().zip(folders);
        let mut keys: HashMap<&str, u32> = HashMap::new();
        for (set, count) in catalogue.keys().names().iter().zip(key_sets) {
            for key in set.lines() {
                *keys.entry(key).or_default() += count;
            }
        }
        let is_one = |(text, count): &(String, u32)| *count > 0 && !text.is_empty();
        let own = |(ext, count): (&str, u32)| (ext.to_owned(), count);
        let reasons = problems.reasons().into_iter();
        Self {
            types: most(kinds.filter(is_one), usize::MAX),
            folders: most(folders.filter(is_one), OTHERS),
            extensions: most(extensions.into_iter().map(own), EXTENSIONS),
            keys: most(keys.into_iter().map(own).filter(is_one), OTHERS),
            groups: most(members.counts(), OTHERS),
            problems: most(
                reasons.map(|r| (r.words.to_string(), r.rows as u32)),
                OTHERS,
            ),
        }
    }
}

fn most(values: impl Iterator<Item = (String, u32)>, keep: usize) -> Vec<(String, u32)> {
    let mut values: Vec<_> = values.collect();
    values.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    values.truncate(keep);
    values
}

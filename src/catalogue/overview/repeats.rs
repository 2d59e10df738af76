//! Files that have the same name and the same size, and so are likely the same file.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use super::super::{Catalogue, RowIx, Sum};
use super::REPEATS;

/// Files with the same name and size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Repeat {
    /// The first of them.
    pub row: RowIx,
    /// How many there are.
    pub files: u64,
    /// Bytes of all but one.
    pub wasted: u64,
}

/// Rows by a hash of name and size. Names are compared before a set is told of.
pub(super) struct Repeats {
    hasher: RandomState,
    first: HashMap<u64, RowIx>,
    sets: HashMap<u64, Vec<RowIx>>,
}

impl Repeats {
    pub fn with_rows(rows: usize) -> Self {
        Self {
            hasher: RandomState::new(),
            first: HashMap::with_capacity(rows),
            sets: HashMap::new(),
        }
    }

    /// Files without a name or without bytes tell nothing.
    pub fn add(&mut self, ix: RowIx, name: &str, size: u64) {
        if name.is_empty() || size == 0 {
            return;
        }
        let key = self.hasher.hash_one((name, size));
        match self.first.get(&key) {
            Some(&first) => self.sets.entry(key).or_insert_with(|| vec![first]).push(ix),
            None => {
                self.first.insert(key, ix);
            }
        }
    }

    /// The sets that waste the most, and what all of them waste.
    pub fn finish(self, catalogue: &Catalogue) -> (Vec<Repeat>, Sum) {
        let mut wasted = Sum::default();
        let mut repeats: Vec<Repeat> = Vec::new();
        for (row, files) in self.sets.into_values().flat_map(|set| same(catalogue, set)) {
            let size = catalogue.row(row).size();
            let repeat = Repeat {
                row,
                files,
                wasted: size.saturating_mul(files - 1),
            };
            wasted = wasted.plus(Sum {
                files: files - 1,
                bytes: repeat.wasted,
            });
            repeats.push(repeat);
        }
        repeats.sort_by_key(|repeat| (std::cmp::Reverse(repeat.wasted), repeat.row));
        repeats.truncate(REPEATS);
        (repeats, wasted)
    }
}

/// A set of one hash, taken apart where names or sizes differ after all; only what repeats.
fn same(catalogue: &Catalogue, set: Vec<RowIx>) -> impl Iterator<Item = (RowIx, u64)> + use<> {
    let mut apart: Vec<(RowIx, u64)> = Vec::with_capacity(1);
    for ix in set {
        let row = catalogue.row(ix);
        let known = apart.iter_mut().find(|(first, _)| {
            let first = catalogue.row(*first);
            first.size() == row.size() && first.name() == row.name()
        });
        match known {
            Some((_, files)) => *files += 1,
            None => apart.push((ix, 1)),
        }
    }
    apart.into_iter().filter(|(_, files)| *files > 1)
}

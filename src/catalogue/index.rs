//! From an id to its row: an open-addressing table of row numbers that keeps no ids of its own.
//!
//! Rows are never taken out. New rows go to a small second table first, so that a snapshot held
//! elsewhere costs a copy of the small one, not of megabytes, when the next page arrives.

use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

use super::RowIx;
use super::id::Id;

const FREE: u32 = u32::MAX;
const FOLD_AT_LEAST: usize = 4096;

#[derive(Clone, Debug, Default)]
struct Table {
    /// A power of two long, at most three quarters full.
    slots: Vec<u32>,
    len: usize,
}

impl Table {
    fn find(&self, hash: u64, is_it: impl Fn(RowIx) -> bool) -> Option<RowIx> {
        if self.slots.is_empty() {
            return None;
        }
        let mask = self.slots.len() - 1;
        let mut at = hash as usize & mask;
        loop {
            match self.slots[at] {
                FREE => return None,
                row if is_it(row) => return Some(row),
                _ => at = (at + 1) & mask,
            }
        }
    }

    fn insert(&mut self, hash: u64, row: RowIx, hash_of: &impl Fn(RowIx) -> u64) {
        if 4 * (self.len + 1) > 3 * self.slots.len() {
            self.grow(hash_of);
        }
        self.place(hash, row);
    }

    fn place(&mut self, hash: u64, row: RowIx) {
        let mask = self.slots.len() - 1;
        let mut at = hash as usize & mask;
        while self.slots[at] != FREE {
            at = (at + 1) & mask;
        }
        self.slots[at] = row;
        self.len += 1;
    }

    fn grow(&mut self, hash_of: &impl Fn(RowIx) -> u64) {
        let size = (2 * self.slots.len()).max(16);
        let old = std::mem::replace(&mut self.slots, vec![FREE; size]);
        self.len = 0;
        for row in old.into_iter().filter(|&row| row != FREE) {
            self.place(hash_of(row), row);
        }
    }
}

/// Hashes ids. Packed ones are mostly random by themselves: two secret numbers are enough to mix them.
#[derive(Clone, Debug)]
struct Hasher {
    secrets: [u64; 2],
    texts: RandomState,
}

impl Default for Hasher {
    fn default() -> Self {
        let texts = RandomState::new();
        Self {
            secrets: [0_u8, 1].map(|number| texts.hash_one(number)),
            texts,
        }
    }
}

impl Hasher {
    fn hash(&self, id: &Id<'_>) -> u64 {
        let (Id::Uuid(bytes) | Id::Hex(bytes)) = id else {
            return self.texts.hash_one(id);
        };
        let whole = u128::from_ne_bytes(*bytes);
        let [upper, lower] = [(whole >> 64) as u64, whole as u64];
        let mixed = u128::from(upper ^ self.secrets[0]) * u128::from(lower ^ self.secrets[1]);
        (mixed >> 64) as u64 ^ mixed as u64
    }
}

/// Finds rows by id.
#[derive(Clone, Debug, Default)]
pub(super) struct IdIndex {
    settled: Arc<Table>,
    fresh: Arc<Table>,
    hasher: Hasher,
}

impl IdIndex {
    /// The hash of an id, for [`find`](Self::find) and [`insert`](Self::insert).
    pub fn hash(&self, id: &Id<'_>) -> u64 {
        self.hasher.hash(id)
    }

    /// The row of an id with this hash; `id_of` tells a row's id.
    pub fn find<'a>(
        &self,
        hash: u64,
        id: &Id<'_>,
        id_of: impl Fn(RowIx) -> Id<'a>,
    ) -> Option<RowIx> {
        let is_it = |row| id_of(row) == *id;
        let settled = self.settled.find(hash, is_it);
        settled.or_else(|| self.fresh.find(hash, is_it))
    }

    /// Adds a row whose id is not here yet, with the id's hash.
    pub fn insert<'a>(&mut self, hash: u64, row: RowIx, id_of: impl Fn(RowIx) -> Id<'a>) {
        let hasher = self.hasher.clone();
        let hash_of = |row| hasher.hash(&id_of(row));
        Arc::make_mut(&mut self.fresh).insert(hash, row, &hash_of);
        if self.fresh.len >= FOLD_AT_LEAST.max(self.settled.len / 16) {
            let fresh = std::mem::take(&mut self.fresh);
            let settled = Arc::make_mut(&mut self.settled);
            for &row in fresh.slots.iter().filter(|&&row| row != FREE) {
                settled.insert(hash_of(row), row, &hash_of);
            }
        }
    }

    /// Bytes on the heap.
    pub fn heap_bytes(&self) -> usize {
        4 * (self.settled.slots.capacity() + self.fresh.slots.capacity())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_was_put_in_and_nothing_else() {
        let name = |n: u32| match n % 3 {
            0 => format!("id-{n}"),
            1 => format!("{n:024x}"),
            _ => format!("{n:08x}-0000-4000-8000-{n:012x}"),
        };
        let names: Vec<String> = (0..20_000).map(name).collect();
        let id_of = |row: RowIx| Id::of(&names[row as usize]);
        let mut index = IdIndex::default();
        let find = |index: &IdIndex, id: Id<'_>| index.find(index.hash(&id), &id, id_of);
        for row in 0..10_000 {
            index.insert(index.hash(&id_of(row)), row, id_of);
        }
        let snapshot = index.clone();
        for row in 10_000..20_000 {
            index.insert(index.hash(&id_of(row)), row, id_of);
        }
        for row in 0..20_000 {
            assert_eq!(find(&index, id_of(row)), Some(row));
            let known = (row < 10_000).then_some(row);
            assert_eq!(find(&snapshot, id_of(row)), known);
        }
        assert_eq!(find(&index, Id::of("id-20000")), None);
        assert_eq!(find(&IdIndex::default(), Id::of("")), None);
    }
}

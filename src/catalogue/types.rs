//! Content types, folders and sets of metadata keys, each kept once.

use std::collections::HashMap;
use std::sync::Arc;

/// The numbers of what a row shares with others: content type, folder, metadata keys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Shared {
    pub kind: u32,
    pub folder: u32,
    pub keys: u32,
}

/// All texts seen, by number.
#[derive(Clone, Debug, Default)]
pub(super) struct Types {
    names: Vec<Arc<str>>,
    numbers: HashMap<Arc<str>, u32>,
}

impl Types {
    /// The number of a known text.
    pub fn find(&self, name: &str) -> Option<u32> {
        self.numbers.get(name).copied()
    }

    /// Adds a text that is not here yet.
    pub fn add(&mut self, name: &Arc<str>) -> u32 {
        let number = self.names.len() as u32;
        self.names.push(name.clone());
        self.numbers.insert(name.clone(), number);
        number
    }

    /// The text of a number.
    pub fn name(&self, number: u32) -> &Arc<str> {
        &self.names[number as usize]
    }

    /// All texts, by number.
    pub fn names(&self) -> &[Arc<str>] {
        &self.names
    }

    /// Bytes on the heap, about.
    pub fn heap_bytes(&self) -> usize {
        let texts: usize = self.names.iter().map(|name| name.len() + 16).sum();
        texts + 16 * self.names.capacity() + 32 * self.numbers.capacity()
    }
}

//! What an answer says of the ids that were sent, however it writes them.

use std::collections::{HashMap, HashSet};

use crate::service::Fact;

/// What the answer said of each wire id. `None`: nothing that proves anything.
pub(crate) struct Said<'a> {
    facts: HashMap<&'a str, Option<Fact>>,
    exact: HashSet<&'a str>,
    folded: HashMap<String, Vec<&'a str>>,
}

impl<'a> Said<'a> {
    /// Nothing is said yet of the ids that were sent.
    pub(crate) fn new(sent: impl Iterator<Item = &'a str> + Clone) -> Self {
        let mut folded: HashMap<String, Vec<&str>> = HashMap::new();
        for wire in sent.clone() {
            folded
                .entry(wire.to_ascii_lowercase())
                .or_default()
                .push(wire);
        }
        Self {
            facts: HashMap::new(),
            exact: sent.collect(),
            folded,
        }
    }

    /// Notes what was said of an id, however it was written. Two different statements prove nothing.
    pub(crate) fn add(&mut self, id: &str, fact: Option<Fact>) {
        let wires = match self.exact.get(id) {
            Some(wire) => vec![*wire],
            None => self
                .folded
                .get(&id.to_ascii_lowercase())
                .cloned()
                .unwrap_or_default(),
        };
        for wire in wires {
            self.facts
                .entry(wire)
                .and_modify(|earlier| {
                    if !agree(earlier.as_ref(), fact.as_ref()) {
                        *earlier = None;
                    }
                })
                .or_insert_with(|| fact.clone());
        }
    }

    /// What is proven of an id that was sent.
    pub(crate) fn of(&self, wire: &str) -> Option<Fact> {
        self.facts.get(wire).cloned().flatten()
    }
}

/// Whether two statements about one id mean the same.
fn agree(one: Option<&Fact>, other: Option<&Fact>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => std::mem::discriminant(one) == std::mem::discriminant(other),
        _ => false,
    }
}

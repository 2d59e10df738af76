//! What a plan amounts to: for the plan sheet and `--dry-run`. Pure.

use std::collections::BTreeMap;

use crate::model::{ItemKind, Plan, PlanItem, Time, size};
use crate::service::capabilities;

/// How many names a sample shows.
const SAMPLE: usize = 5;

/// What a plan amounts to. Apart from `items` and `guarded`, all figures are of the items that will be sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlanFacts {
    /// All items, those that a guard leaves out included.
    pub items: u64,
    /// Known bytes.
    pub bytes: u64,
    /// Items whose size is not known.
    pub unknown_sizes: u64,
    /// The earliest upload.
    pub oldest: Option<Time>,
    /// The latest upload.
    pub newest: Option<Time>,
    /// Items known to be stored.
    pub stored: u64,
    /// Items known to be temporary.
    pub unstored: u64,
    /// Items that the service was still working on.
    pub processing: u64,
    /// Items that a guard leaves out.
    pub guarded: u64,
    /// Why, and how many for each reason, most first.
    pub guards: Vec<(String, u64)>,
    /// Calls needed if all goes well.
    pub calls: u64,
    /// Some names from the whole length of the plan, ids where there is no name; of folders the whole paths.
    pub sample: Vec<String>,
}

impl PlanFacts {
    /// How many items will be sent.
    pub fn going(&self) -> u64 {
        self.items - self.guarded
    }
}

/// Adds up a plan.
pub fn plan_facts(plan: &Plan) -> PlanFacts {
    let sent = || plan.items().iter().filter(|item| item.guard.is_none());
    let count = |test: fn(&PlanItem) -> bool| sent().filter(|item| test(item)).count() as u64;
    let items = plan.items().len() as u64;
    let going = sent().count() as u64;
    PlanFacts {
        items,
        bytes: size::sum(sent().filter_map(|item| item.size)),
        unknown_sizes: count(|item| item.size.is_none()),
        oldest: sent().filter_map(|item| item.uploaded).min(),
        newest: sent().filter_map(|item| item.uploaded).max(),
        stored: count(|item| item.stored.is_some() && !item.processing),
        unstored: count(is_unstored),
        processing: count(|item| item.processing),
        guarded: items - going,
        guards: guards(plan),
        calls: going.div_ceil(batch_limit(plan)),
        sample: sample(plan.verb.kind(), &sent().collect::<Vec<_>>()),
    }
}

fn guards(plan: &Plan) -> Vec<(String, u64)> {
    let mut guards: BTreeMap<&str, u64> = BTreeMap::new();
    for reason in plan.items().iter().filter_map(|item| item.guard.as_deref()) {
        *guards.entry(reason).or_default() += 1;
    }
    let mut guards: Vec<_> = guards.into_iter().map(|(r, n)| (r.to_owned(), n)).collect();
    guards.sort_by_key(|(_, number)| std::cmp::Reverse(*number));
    guards
}

/// Known to exist (it was listed), to be ready, and to be kept by nobody.
fn is_unstored(item: &PlanItem) -> bool {
    let is_there = item.uploaded.is_some() && item.removed.is_none();
    is_there && item.stored.is_none() && !item.processing
}

/// Ids in one call; the plan is added up before a service is at hand.
fn batch_limit(plan: &Plan) -> u64 {
    capabilities(plan.source.service)
        .batch_limit(plan.verb)
        .max(1) as u64
}

fn sample(kind: ItemKind, items: &[&PlanItem]) -> Vec<String> {
    let step = items.len().div_ceil(SAMPLE).max(1);
    items
        .iter()
        .step_by(step)
        .map(|item| match item.name.as_str() {
            // Folders in many places have the same name.
            _ if kind == ItemKind::Folder => item.id.to_string(),
            "" => item.id.to_string(),
            name => name.to_owned(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::fixture;
    use super::*;
    use crate::model::Verb;

    #[test]
    fn a_plan_adds_up() {
        let mut items: Vec<_> = (0..250).map(|n| PlanItem::bare(fixture::id(n))).collect();
        for (n, item) in items.iter_mut().enumerate().take(100) {
            item.name = format!("photo {n}.jpg");
            item.size = Some(10);
            item.uploaded = Some(Time(n as i64));
            item.stored = n.is_multiple_of(4).then_some(Time(1));
        }
        items[0].guard = Some("protected".into());
        items[1].processing = true;
        items[4].processing = true;
        let facts = plan_facts(&fixture::plan(Verb::Delete, items));
        let sample = std::mem::take(&mut facts.clone().sample);
        assert_eq!(sample.len(), SAMPLE);
        assert_eq!(sample[0], "photo 1.jpg");
        assert_eq!(facts.going(), 249);
        let expected = PlanFacts {
            items: 250,
            bytes: 990,
            unknown_sizes: 150,
            oldest: Some(Time(1)),
            newest: Some(Time(99)),
            stored: 23,
            unstored: 74,
            processing: 2,
            guarded: 1,
            guards: vec![("protected".to_owned(), 1)],
            calls: 3,
            sample,
        };
        assert_eq!(facts, expected);
    }

    #[test]
    fn an_empty_plan_is_nothing() {
        let facts = plan_facts(&fixture::plan(Verb::DeleteGroups, Vec::new()));
        assert_eq!(facts, PlanFacts::default());
    }

    #[test]
    fn folders_are_named_by_their_whole_paths() {
        let row = crate::model::FolderRow {
            path: "/products/2024".to_owned(),
            created: None,
            updated: None,
        };
        let plan = fixture::plan(Verb::DeleteFolders, vec![PlanItem::from_folder(&row)]);
        assert_eq!(plan_facts(&plan).sample, ["/products/2024"]);
    }

    #[test]
    fn groups_go_one_by_one() {
        let items = (0..3).map(|n| PlanItem::bare(fixture::id(n))).collect();
        assert_eq!(
            plan_facts(&fixture::plan(Verb::DeleteGroups, items)).calls,
            3
        );
    }
}

//! What a plan does beyond what is seen, and what cannot be undone: the same words for the plan sheet and the
//! command line. Pure.

use crate::model::{ItemKind, Plan, ServiceKind, Verb, size, text};
use crate::service::{capabilities, pace};

use super::PlanFacts;

/// A plan that destroys more items than this asks for their count to be typed.
const TYPED_ABOVE: u64 = 500;

/// The same where nothing brings them back.
const TYPED_ABOVE_FINAL: u64 = 10;

/// A shorter wait is not worth a word, in seconds.
const SHORT: u64 = 10;

/// How grave a note is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Good to know.
    Plain,
    /// It can be undone.
    Undo,
    /// It cannot be undone.
    Warning,
    /// More goes than is named.
    Grave,
}

/// Something to know before a plan is confirmed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanNote {
    /// How grave it is.
    pub tone: Tone,
    /// It, in a sentence or two.
    pub words: String,
}

fn note(tone: Tone, words: impl Into<String>) -> PlanNote {
    let words = words.into();
    PlanNote { tone, words }
}

fn plain(words: impl Into<String>) -> PlanNote {
    note(Tone::Plain, words)
}

/// What to know of a plan. `within` is how many files are known in its folders and below.
pub fn plan_notes(plan: &Plan, facts: &PlanFacts, within: Option<u64>) -> Vec<PlanNote> {
    let mut notes: Vec<_> = match plan.verb {
        Verb::DeleteFolders => vec![note(Tone::Grave, folder_words(within))],
        _ => Vec::new(),
    };
    notes.extend(effects(plan).into_iter().map(plain));
    let a_month = capabilities(plan.source.service).purges_a_month;
    if let Some(a_month) = a_month.filter(|_| plan.verb == Verb::Purge || plan.args.purge) {
        let after = if plan.verb == Verb::Purge {
            ""
        } else {
            ", in a job of its own after the delete"
        };
        notes.push(plain(format!("{}{after}.", purges(facts.going(), a_month))));
    }
    notes.extend(undo(plan));
    notes
}

/// `3 of the 1,000 purges that an account has in a month`
pub fn purges(number: u64, a_month: u32) -> String {
    let a_month = size::count(a_month.into());
    format!(
        "{} of the {a_month} purges that an account has in a month",
        size::count(number)
    )
}

fn folder_words(within: Option<u64>) -> String {
    let known = match within {
        Some(files) => {
            let files = size::counted(files, "file is", "files are");
            format!("{files} known in it and below. ")
        }
        None => String::new(),
    };
    format!("{known}All go, with all their versions, and so does what came since the last listing.")
}

const ONTO_ANOTHER: &str = "A file whose name is taken there is left out, with the reason; \
                            ImageKit would make it a version of the other one.";

/// What the verb does beyond what is seen, or does not do.
fn effects(plan: &Plan) -> Vec<&'static str> {
    let service = plan.source.service;
    match plan.verb {
        Verb::Store => vec!["Stored files are kept until they are deleted."],
        Verb::Delete => delete_effects(service).to_vec(),
        Verb::DeleteFolders => delete_effects(service)[1..].to_vec(),
        Verb::Restore => vec![
            "Restored files come back stored, also those that were not before.",
            "How long a deleted file can be brought back is not documented; what is gone for good will be named.",
        ],
        Verb::DeleteGroups => vec!["The files of the groups stay."],
        Verb::Copy => vec![ONTO_ANOTHER],
        Verb::Move => vec!["The old URLs of moved files stop working.", ONTO_ANOTHER],
        Verb::Rename => vec!["The old URL of a renamed file stops working."],
        Verb::Purge => vec!["The files stay; only the CDN's copies are fetched anew."],
        Verb::AddTags | Verb::RemoveTags => Vec::new(),
        Verb::DeleteRenders => vec!["What was rendered may stay at its address for a time."],
        Verb::DeleteTemplates => vec![
            "What becomes of renders of a deleted template, the service does not say.",
            "Calls that render from a deleted template will be refused.",
        ],
    }
}

fn delete_effects(service: ServiceKind) -> &'static [&'static str] {
    match service {
        ServiceKind::Uploadcare => {
            &["Copies in the CDN's cache can stay reachable for up to a year."]
        }
        ServiceKind::ImageKit => &[
            "All versions of each file go with it.",
            "Copies in the CDN's cache stay reachable until they are purged.",
        ],
        ServiceKind::Templated => &["Templates that use a deleted upload may lose its picture."],
    }
}

fn undo(plan: &Plan) -> Option<PlanNote> {
    if !plan.verb.destroys() {
        return None;
    }
    if !is_final(plan) {
        let words =
            "Restore can bring these back, as stored files; for how long is not documented.";
        return Some(note(Tone::Undo, words));
    }
    let (service, what) = (plan.source.service, plan.verb.kind().noun(2));
    let words = format!("{service} cannot bring deleted {what} back.");
    Some(note(Tone::Warning, words))
}

/// Whether nothing brings the plan's items back.
fn is_final(plan: &Plan) -> bool {
    let undone = plan.verb == Verb::Delete && capabilities(plan.source.service).restore;
    plan.verb.destroys() && !undone
}

/// The most items that go without their count being typed: few where nothing brings them back.
pub(super) fn typed_above(plan: &Plan) -> u64 {
    if is_final(plan) {
        TYPED_ABOVE_FINAL
    } else {
        TYPED_ABOVE
    }
}

/// `3 files are left out, each because it is on the keep list`
pub fn left_out(kind: ItemKind, number: u64, reason: &str) -> String {
    let reason = text::visible(reason);
    match number {
        1 => format!("1 {} is left out because {reason}", kind.noun(1)),
        _ => {
            let number_shown = size::count(number);
            let noun = kind.noun(number);
            format!("{number_shown} {noun} are left out, each because {reason}")
        }
    }
}

/// `80 seconds or more`; nothing where a service sets no pace or it does not take long.
pub fn at_least(plan: &Plan, facts: &PlanFacts) -> Option<String> {
    let pace = pace(plan.source.service, &plan.source.api_base);
    let seconds = u64::try_from(pace.as_millis()).unwrap_or(u64::MAX);
    let seconds = seconds.saturating_mul(facts.calls) / 1_000;
    let time = match seconds {
        0..SHORT => return None,
        SHORT..120 => size::counted(seconds, "second", "seconds"),
        _ => size::counted(seconds / 60, "minute", "minutes"),
    };
    Some(format!("{time} or more"))
}

#[cfg(test)]
mod tests {
    use super::super::{fixture, plan_facts};
    use super::*;
    use crate::model::{PlanArgs, PlanItem};

    fn plan(service: ServiceKind, verb: Verb, items: usize) -> Plan {
        let items = (0..items).map(|n| PlanItem::bare(fixture::id(n)));
        let mut plan = fixture::plan(verb, items.collect());
        plan.source.service = service;
        plan.source.api_base = "https://api.example.com".into();
        plan
    }

    fn words(plan: &Plan, within: Option<u64>) -> String {
        let notes = plan_notes(plan, &plan_facts(plan), within).into_iter();
        let words: Vec<_> = notes.map(|note| note.words).collect();
        words.join(" ")
    }

    #[test]
    fn what_cannot_be_undone_is_said_of_every_verb_that_destroys() {
        use ServiceKind::{ImageKit, Templated, Uploadcare};
        let cases = [
            (Uploadcare, Verb::Delete, "Restore can bring these back"),
            (
                Uploadcare,
                Verb::DeleteGroups,
                "cannot bring deleted groups back",
            ),
            (
                ImageKit,
                Verb::Delete,
                "All versions of each file go with it. Copies in the CDN",
            ),
            (
                ImageKit,
                Verb::Delete,
                "ImageKit cannot bring deleted files back",
            ),
            (
                ImageKit,
                Verb::DeleteFolders,
                "7 files are known in it and below. All go",
            ),
            (
                ImageKit,
                Verb::DeleteFolders,
                "cannot bring deleted folders back",
            ),
            (
                ImageKit,
                Verb::Move,
                "The old URLs of moved files stop working.",
            ),
            (
                ImageKit,
                Verb::Rename,
                "The old URL of a renamed file stops working.",
            ),
            (
                ImageKit,
                Verb::Purge,
                "3 of the 1,000 purges that an account has in a month.",
            ),
            (
                Templated,
                Verb::DeleteTemplates,
                "cannot bring deleted templates back",
            ),
            (
                Templated,
                Verb::Delete,
                "Templated cannot bring deleted files back",
            ),
        ];
        for (service, verb, said) in cases {
            let words = words(&plan(service, verb, 3), Some(7));
            assert!(words.contains(said), "{service} {verb}: {words}");
        }
        for verb in Verb::ALL.into_iter().filter(|verb| verb.destroys()) {
            let back = words(&plan(ImageKit, verb, 1), None);
            assert!(back.ends_with("back."), "{verb}: {back}");
        }
    }

    #[test]
    fn a_purge_that_follows_is_counted() {
        let mut plan = plan(ServiceKind::ImageKit, Verb::Delete, 3);
        assert!(!words(&plan, None).contains("of the 1,000"));
        plan.args = PlanArgs {
            purge: true,
            ..PlanArgs::default()
        };
        let said = "3 of the 1,000 purges that an account has in a month, in a job of its own after the delete.";
        assert!(words(&plan, None).contains(said));
    }

    #[test]
    fn a_count_is_typed_sooner_where_nothing_brings_the_items_back() {
        let cases = [
            (ServiceKind::Uploadcare, Verb::Delete, 500),
            (ServiceKind::Uploadcare, Verb::DeleteGroups, 10),
            (ServiceKind::ImageKit, Verb::Delete, 10),
            (ServiceKind::Templated, Verb::DeleteRenders, 10),
        ];
        for (service, verb, most) in cases {
            assert_eq!(
                typed_above(&plan(service, verb, 1)),
                most,
                "{service} {verb}"
            );
        }
    }

    #[test]
    fn what_is_left_out_has_its_reason() {
        let words = left_out(ItemKind::File, 1, "it is on the keep list");
        assert_eq!(words, "1 file is left out because it is on the keep list");
        let words = left_out(ItemKind::Folder, 2, "it holds 1 file of the keep list");
        assert_eq!(
            words,
            "2 folders are left out, each because it holds 1 file of the keep list"
        );
    }

    #[test]
    fn a_slow_service_says_how_long() {
        let time = |service, items, base: Option<&str>| {
            let mut plan = plan(service, Verb::DeleteRenders, items);
            base.into_iter()
                .for_each(|base| plan.source.api_base = base.into());
            at_least(&plan, &plan_facts(&plan))
        };
        let words = |time: &str| Some(format!("{time} or more"));
        let templated = ServiceKind::Templated;
        assert_eq!(time(templated, 160, None), words("80 seconds"));
        assert_eq!(time(templated, 2_400, None), words("20 minutes"));
        assert_eq!(time(templated, 5, None), None);
        assert_eq!(time(templated, 160, Some("http://127.0.0.1:8000")), None);
        assert_eq!(time(ServiceKind::ImageKit, 160, None), None);
    }
}

//! The sentences that every file of a report shares.

use crate::model::size::count;
use crate::model::{ItemKind, JobState, JobSummary, Outcome, Tally, Verb};

/// What happened, in one line: `Stopped: 300 of 5,000 deleted, 4,700 not sent`.
pub(super) fn says(summary: &JobSummary) -> String {
    let sentence = summary.sentence();
    match summary.state {
        JobState::Ended => sentence,
        JobState::Stopped => format!("Stopped: {sentence}"),
        JobState::Halted => format!("Halted: {sentence}"),
        JobState::Running => format!("Not ended: {sentence}"),
    }
}

/// The terms of the sum, in order; those without an outcome only where there are any.
pub(super) fn terms(verb: Verb, tally: &Tally) -> Vec<(u64, &'static str)> {
    let word = |outcome: Outcome| match outcome {
        Outcome::Done => verb.past(),
        _ => outcome.words(),
    };
    let mut terms: Vec<_> = Outcome::ALL
        .into_iter()
        .map(|outcome| (tally.get(outcome), word(outcome)))
        .collect();
    if tally.pending > 0 {
        terms.push((tally.pending, "without an outcome"));
    }
    terms
}

/// `4,963 deleted + 25 not there + … + 0 unknown = 5,000 files`.
pub(super) fn equation(verb: Verb, tally: &Tally) -> String {
    let terms: Vec<_> = terms(verb, tally)
        .into_iter()
        .map(|(number, word)| format!("{} {word}", count(number)))
        .collect();
    let items = tally.items();
    let noun = verb.kind().noun(items);
    format!("{} = {} {noun}", terms.join(" + "), count(items))
}

/// What a job's state means for its report; nothing for one that ended.
pub(super) fn state(summary: &JobSummary) -> Option<String> {
    match summary.state {
        JobState::Ended => None,
        JobState::Stopped => Some("This job was stopped by its user before all was sent.".into()),
        JobState::Halted if summary.reason.is_empty() => {
            Some("Tallyman stopped this job before all was sent.".into())
        }
        JobState::Halted => Some(format!(
            "Tallyman stopped this job before all was sent: {}",
            summary.reason
        )),
        JobState::Running => Some(
            "This job had not ended when the report was written: it was running, or had been cut off. \
             Items without an outcome may have one by now."
                .into(),
        ),
    }
}

/// What an outcome says of an item.
pub(super) const fn meaning(outcome: Option<Outcome>) -> &'static str {
    match outcome {
        Some(Outcome::Done) => {
            "The service named the item as done, or it was read again and seen so."
        }
        Some(Outcome::Absent) => "The service says that the item is not there.",
        Some(Outcome::Refused) => "The service named the item and gave a reason of its own.",
        Some(Outcome::Failed) => "Known not to be done; all tries were used up.",
        Some(Outcome::Skipped) => "A guard left the item out, for the reason in its row.",
        Some(Outcome::NotSent) => {
            "The job stopped before the item was sent. Nothing happened to it."
        }
        Some(Outcome::Unknown) => "Sent, never answered, and could not be read again.",
        None => "The job has not come to this item, or was cut off while it did.",
    }
}

/// What no report can prove, said in every one.
pub(super) fn not_proven(verb: Verb, signed: bool) -> Vec<&'static str> {
    let mut limits = Vec::new();
    match (verb.destroys(), verb.kind()) {
        (true, ItemKind::File | ItemKind::Folder) => {
            limits.push(
                "That no copy is left on the content delivery network or in browsers: those expire by their own rules.",
            );
            limits.push("That the service and its storage keep no backups or logs of the files.");
        }
        (true, ItemKind::Render | ItemKind::Template) => {
            limits.push("That the service and its storage keep no backups or logs of them.");
        }
        (true, ItemKind::Group) => {
            limits.push("Anything of the files in the groups: they stay as they were.");
            limits.push("That the service keeps no backups or logs of the groups.");
        }
        (false, _) if verb == Verb::Purge => {
            limits.push(
                "That the delivery network has forgotten the files by now: the service took the order, and carries it out in its own time.",
            );
            limits.push("That no copy is left in browsers or with others who fetched the files.");
        }
        (false, _) => {
            limits.push(
                "That the files stay as they are: anyone with the keys can change them again.",
            );
        }
    }
    limits.push("What happened to an item after the time in its row.");
    limits.push(
        "That the service's words are true: the report holds what it answered and what was read from it.",
    );
    limits.push(
        "That the times are right, but for those of the service: they are of this computer's clock.",
    );
    limits.push(match signed {
        true => {
            "More than who exported it and that nothing was changed since: a signature does not make its contents true."
        }
        false => "Who wrote it: it is not signed.",
    });
    limits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sum_is_shown_whole() {
        let tally = Tally {
            done: 4_963,
            absent: 25,
            refused: 12,
            ..Tally::default()
        };
        assert_eq!(
            equation(Verb::Delete, &tally),
            "4,963 deleted + 25 not there + 12 refused + 0 failed + 0 skipped + 0 not sent + 0 unknown = 5,000 files"
        );
        assert!(
            equation(Verb::DeleteGroups, &Tally::pending(1))
                .ends_with("+ 0 unknown + 1 without an outcome = 1 group")
        );
    }

    #[test]
    fn every_verb_has_limits() {
        for verb in Verb::ALL {
            for signed in [true, false] {
                assert!(not_proven(verb, signed).len() >= 5);
            }
        }
    }
}

//! What happened in a job, in one sentence: the same in the window, the command line and reports.

use super::size::count;
use super::{ItemKind, Outcome, PlanArgs, Tally, Verb};

/// `4,963 of 5,000 deleted, 25 were not there, 12 refused`.
///
/// True of a job in any state: items without an outcome are named too, and every item is in the
/// sentence exactly once.
pub fn sentence(verb: Verb, args: &PlanArgs, tally: &Tally) -> String {
    let kind = verb.kind();
    if tally.items() == 0 {
        return format!("No {} to {}", kind.noun(0), verb.title().to_lowercase());
    }
    let mut parts = vec![done(verb, args, tally)];
    parts.extend(
        Outcome::ALL
            .into_iter()
            .filter(|outcome| *outcome != Outcome::Done && tally.get(*outcome) > 0)
            .map(|outcome| part(outcome, tally.get(outcome))),
    );
    if tally.pending > 0 {
        parts.push(format!("{} without an outcome yet", count(tally.pending)));
    }
    parts.join(", ")
}

fn done(verb: Verb, args: &PlanArgs, tally: &Tally) -> String {
    let (done, items) = (count(tally.done), count(tally.items()));
    let told = args.words(verb);
    match verb.kind() {
        ItemKind::File => format!("{done} of {items} {}{told}", verb.past()),
        kind => {
            let noun = kind.noun(tally.items());
            format!("{done} of {items} {noun} {}{told}", verb.past())
        }
    }
}

fn part(outcome: Outcome, number: u64) -> String {
    let shown = count(number);
    match (outcome, number) {
        (Outcome::Absent, 1) => format!("{shown} was not there"),
        (Outcome::Absent, _) => format!("{shown} were not there"),
        (outcome, _) => format!("{shown} {}", outcome.words()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_verb_was_told_is_said() {
        let tally = Tally {
            done: 142,
            refused: 1,
            ..Tally::default()
        };
        let args = PlanArgs {
            tags: vec!["summer".to_owned()],
            folder: Some("/archive".to_owned()),
            ..PlanArgs::default()
        };
        let cases = [
            (Verb::AddTags, "142 of 143 tagged 'summer', 1 refused"),
            (Verb::Move, "142 of 143 moved to /archive, 1 refused"),
            (Verb::Purge, "142 of 143 purged, 1 refused"),
            (Verb::DeleteFolders, "142 of 143 folders deleted, 1 refused"),
        ];
        for (verb, said) in cases {
            assert_eq!(sentence(verb, &args, &tally), said);
        }
    }

    #[test]
    fn a_job_in_any_state_has_a_sentence() {
        let none = Tally::default();
        let whole = Tally {
            done: 4_963,
            absent: 25,
            refused: 12,
            ..none
        };
        let every = Tally {
            done: 1,
            absent: 1,
            refused: 1,
            failed: 2,
            skipped: 3,
            not_sent: 1_000,
            unknown: 4,
            pending: 40,
        };
        let cases = [
            (
                Verb::Delete,
                whole,
                "4,963 of 5,000 deleted, 25 were not there, 12 refused",
            ),
            (
                Verb::Store,
                every,
                "1 of 1,052 stored, 1 was not there, 1 refused, 2 failed, 3 skipped, 1,000 not sent, 4 unknown, 40 without an outcome yet",
            ),
            (Verb::Restore, Tally { done: 1, ..none }, "1 of 1 restored"),
            (
                Verb::DeleteGroups,
                Tally { done: 2, ..none },
                "2 of 2 groups deleted",
            ),
            (
                Verb::DeleteGroups,
                Tally { refused: 1, ..none },
                "0 of 1 group deleted, 1 refused",
            ),
            (
                Verb::Delete,
                Tally::pending(40),
                "0 of 40 deleted, 40 without an outcome yet",
            ),
            (Verb::Delete, none, "No files to delete"),
            (Verb::DeleteGroups, none, "No groups to delete"),
        ];
        for (verb, tally, said) in cases {
            assert_eq!(sentence(verb, &PlanArgs::default(), &tally), said);
        }
    }
}

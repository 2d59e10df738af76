//! Jobs of the ledger: list, continue, report; and how a job's end is told.

use std::path::Path;
use std::sync::Arc;

use jiff::tz::TimeZone;
use serde::Serialize;

use crate::job::{Engine, Guard, purge_owed};
use crate::ledger::Ledger;
use crate::model::size::{count, counted};
use crate::model::text::visible;
use crate::model::{JobId, JobState, JobSummary, Outcome, Tally, Time, Verb};
use crate::report::{self, How};

use super::out::{DONE, Failure, NOT_ALL, START, line, note, table, to_json};
use super::purge;
use super::source::Project;
use super::{run, signed};

/// How many problems are shown at a job's end.
const SHOWN: usize = 10;

/// A job as `--json` tells it.
#[derive(Serialize)]
struct JobObject {
    /// `null` where there was nothing to do.
    job: Option<JobId>,
    verb: Verb,
    state: JobState,
    items: u64,
    outcomes: Outcomes,
    calls: u64,
    retries: u64,
    throttled: u64,
    seconds: f64,
    /// The job that purged what this one deleted.
    #[serde(skip_serializing_if = "Option::is_none")]
    purge: Option<Box<JobObject>>,
}

/// The counts, in the order of reports.
#[derive(Serialize)]
struct Outcomes {
    done: u64,
    absent: u64,
    refused: u64,
    failed: u64,
    skipped: u64,
    not_sent: u64,
    unknown: u64,
}

impl From<&Tally> for Outcomes {
    fn from(tally: &Tally) -> Self {
        Self {
            done: tally.done,
            absent: tally.absent,
            refused: tally.refused,
            failed: tally.failed,
            skipped: tally.skipped,
            not_sent: tally.not_sent,
            unknown: tally.unknown,
        }
    }
}

impl JobObject {
    fn nothing(verb: Verb) -> Self {
        Self {
            job: None,
            verb,
            state: JobState::Ended,
            items: 0,
            outcomes: Outcomes::from(&Tally::default()),
            calls: 0,
            retries: 0,
            throttled: 0,
            seconds: 0.0,
            purge: None,
        }
    }

    fn of(summary: &JobSummary) -> Self {
        let tally = &summary.tally;
        Self {
            job: Some(summary.id),
            verb: summary.verb,
            state: summary.state,
            items: tally.items(),
            outcomes: Outcomes::from(tally),
            calls: summary.calls,
            retries: summary.retries,
            throttled: summary.throttled,
            seconds: (summary.seconds * 1_000.0).round() / 1_000.0,
            purge: None,
        }
    }
}

/// A job as `jobs --json` tells it: also whose it is and when it was.
#[derive(Serialize)]
struct ListedJob<'a> {
    #[serde(flatten)]
    job: JobObject,
    service: &'a str,
    project: &'a str,
    profile: &'a str,
    created: Time,
    ended: Option<Time>,
    reason: &'a str,
    can_resume: bool,
}

/// Lists jobs, newest first.
pub fn list(json: bool, data_dir: &Path) -> Result<u8, Failure> {
    let jobs = match Ledger::open_to_read(data_dir)? {
        Some(ledger) => ledger.jobs()?,
        None => Vec::new(),
    };
    if json {
        let listed: Vec<_> = jobs.iter().map(listed).collect();
        line(to_json(&listed)?)?;
        return Ok(DONE);
    }
    if jobs.is_empty() {
        note("No jobs yet.");
        return Ok(DONE);
    }
    let head = [
        "JOB",
        "BEGUN",
        "PROFILE",
        "PROJECT",
        "STATE",
        "WHAT HAPPENED",
    ];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    // Who runs a job holds the folder's lock.
    let running = jobs.iter().any(|job| job.state == JobState::Running);
    let alone = running && !Ledger::is_in_use(data_dir);
    rows.extend(jobs.iter().map(|job| job_row(job, alone)));
    table(&[0], &rows)?;
    Ok(DONE)
}

fn listed(summary: &JobSummary) -> ListedJob<'_> {
    ListedJob {
        job: JobObject::of(summary),
        service: summary.source.service.key(),
        project: &summary.source.account.name,
        profile: &summary.source.profile_name,
        created: summary.created,
        ended: summary.ended,
        reason: &summary.reason,
        can_resume: summary.can_continue(),
    }
}

fn job_row(summary: &JobSummary, alone: bool) -> Vec<String> {
    let state = match summary.state {
        JobState::Running if alone => "cut off",
        other => other.key(),
    };
    vec![
        summary.id.to_string(),
        summary.created.to_minute(&TimeZone::system()),
        visible(&summary.source.profile_name).into_owned(),
        visible(summary.source.account.label()).into_owned(),
        state.to_owned(),
        summary.sentence(),
    ]
}

/// Checks and continues a job.
pub async fn resume(job: Option<JobId>, json: bool, data_dir: &Path) -> Result<u8, Failure> {
    let ledger = run::open_ledger(data_dir)?;
    let Some(summary) = unfinished(&ledger, job)? else {
        note("No job is unfinished.");
        if json {
            line("null")?;
        }
        return Ok(DONE);
    };
    let owed = purge_owed(&ledger, &summary)?.is_some();
    if !summary.can_continue() && !owed {
        note(format_args!(
            "Job {} has ended; nothing is left to do.",
            summary.id
        ));
        let told = print_end(&ledger, &summary, None, json);
        return run::end(exit_code(&summary), told);
    }
    let project = Project::of_job(&summary.source, data_dir).await?;
    project.allow(summary.verb)?;
    let keep = Guard::of(&project.profile.keep, summary.verb).map_err(Failure::start)?;
    let engine = Engine {
        service: Arc::clone(&project.service),
        ledger,
    };
    let (summary, code) = match summary.can_continue() {
        true => run::run(&engine, summary.id, Some(keep)).await?,
        false => {
            let code = exit_code(&summary);
            (summary, code)
        }
    };
    let (purged, code) = purge::follow(&engine, &summary, code).await?;
    let told = print_end(&engine.ledger, &summary, purged.as_ref(), json);
    run::end(code, told)
}

/// The named job, or the newest that something is left to do for.
fn unfinished(ledger: &Ledger, job: Option<JobId>) -> Result<Option<JobSummary>, Failure> {
    match job {
        Some(job) => Ok(Some(ledger.summary(job)?)),
        None => {
            for job in ledger.jobs()? {
                if job.can_continue() || purge_owed(ledger, &job)?.is_some() {
                    return Ok(Some(job));
                }
            }
            Ok(None)
        }
    }
}

/// Writes a job's report.
pub async fn report(
    job: JobId,
    out: &Path,
    redacted: bool,
    data_dir: &Path,
) -> Result<u8, Failure> {
    match Ledger::open_to_read(data_dir)? {
        Some(ledger) => write_report(&ledger, job, out, redacted).await?,
        None => {
            let folder = data_dir.display();
            return Err(Failure::start(format!(
                "There are no jobs in {folder} yet."
            )));
        }
    }
    Ok(DONE)
}

/// Writes a job's report and says where, and whether it is signed.
pub async fn write_report(
    ledger: &Ledger,
    job: JobId,
    out: &Path,
    redacted: bool,
) -> Result<(), Failure> {
    let record = ledger.record(job)?;
    let key = signed::own_key(true).await;
    let how = How {
        key: key.as_ref().map_err(|why| why.unsigned()),
        redacted,
    };
    let written = report::write(&record, out, &how)?;
    note(format_args!(
        "Report: {} ({}, {} not done)",
        written.dir.display(),
        counted(written.items, "item", "items"),
        count(written.problems)
    ));
    match &written.signed {
        Ok(key) => note(format_args!("Signed with the key {}.", key.id())),
        Err(why) => note(format_args!("The report is not signed. {why}")),
    }
    Ok(())
}

/// Tells how a job ended, and the purge that followed it: one object, or a sentence and the first problems.
pub fn print_end(
    ledger: &Ledger,
    summary: &JobSummary,
    purged: Option<&JobSummary>,
    json: bool,
) -> Result<(), Failure> {
    for summary in [Some(summary), purged].into_iter().flatten() {
        if !summary.reason.is_empty() {
            note(&summary.reason);
        }
    }
    if json {
        let mut object = JobObject::of(summary);
        object.purge = purged.map(|purged| Box::new(JobObject::of(purged)));
        return line(to_json(&object)?);
    }
    print_sentence(ledger, summary)?;
    match purged {
        Some(purged) => print_sentence(ledger, purged),
        None => Ok(()),
    }
}

/// Tells of a batch without items, for which no job was made.
pub fn print_nothing(verb: Verb, json: bool) -> Result<u8, Failure> {
    if json {
        line(to_json(&JobObject::nothing(verb))?)?;
    }
    Ok(DONE)
}

fn print_sentence(ledger: &Ledger, summary: &JobSummary) -> Result<(), Failure> {
    line(format_args!("Job {}: {}.", summary.id, summary.sentence()))?;
    if summary.tally.problems() > 0 {
        print_problems(ledger, summary)?;
    }
    if summary.can_continue() {
        line(format_args!(
            "`tallyman resume {}` checks and continues it.",
            summary.id
        ))?;
    }
    Ok(())
}

fn print_problems(ledger: &Ledger, summary: &JobSummary) -> Result<(), Failure> {
    let record = ledger.record(summary.id)?;
    let problems = record
        .items
        .iter()
        .filter(|item| item.outcome().is_some_and(Outcome::is_problem));
    for item in problems.take(SHOWN) {
        let Some(settled) = &item.settled else {
            continue;
        };
        line(format_args!(
            "  {}: {}: {}",
            visible(item.item.id.as_str()),
            settled.outcome.words(),
            visible(&settled.problem)
        ))?;
    }
    let more = summary.tally.problems().saturating_sub(SHOWN as u64);
    if more > 0 {
        line(format_args!(
            "  and {} more; `tallyman report {} --out DIR` tells them all.",
            count(more),
            summary.id
        ))?;
    }
    Ok(())
}

/// The exit status of a job that was not stopped by a signal.
pub fn exit_code(summary: &JobSummary) -> u8 {
    let tally = &summary.tally;
    let good = tally.done
        + if summary.verb.destroys() {
            tally.absent
        } else {
            0
        };
    if good == tally.items() {
        DONE
    } else if summary.state == JobState::Halted && tally.not_sent == tally.items() {
        START
    } else {
        NOT_ALL
    }
}

#[cfg(test)]
mod tests {
    use crate::model::{PlanArgs, Source, Tally};

    use super::*;

    fn summary(verb: Verb, state: JobState, tally: Tally) -> JobSummary {
        JobSummary {
            id: JobId(7),
            verb,
            args: PlanArgs::default(),
            source: Source::example(),
            state,
            reason: String::new(),
            created: Time(0),
            ended: None,
            tally,
            bytes: 0,
            calls: 1,
            retries: 0,
            throttled: 0,
            seconds: 1.234_567,
        }
    }

    fn tally(done: u64, absent: u64, refused: u64, not_sent: u64) -> Tally {
        Tally {
            done,
            absent,
            refused,
            not_sent,
            ..Tally::default()
        }
    }

    #[test]
    fn exit_codes_follow_the_outcomes() {
        use JobState::{Ended, Halted};
        let cases = [
            (Verb::Delete, Ended, tally(3, 0, 0, 0), 0),
            (Verb::Delete, Ended, tally(2, 1, 0, 0), 0),
            (Verb::DeleteGroups, Ended, tally(0, 1, 0, 0), 0),
            (Verb::Restore, Ended, tally(2, 1, 0, 0), 1),
            (Verb::Store, Ended, tally(2, 1, 0, 0), 1),
            (Verb::Delete, Ended, tally(2, 0, 1, 0), 1),
            (Verb::Delete, Halted, tally(0, 0, 0, 3), 3),
            (Verb::Delete, Halted, tally(1, 0, 0, 2), 1),
            (Verb::Delete, Ended, tally(0, 0, 0, 0), 0),
        ];
        for (verb, state, tally, code) in cases {
            assert_eq!(
                exit_code(&summary(verb, state, tally)),
                code,
                "{verb} {tally:?}"
            );
        }
    }

    #[test]
    fn the_object_has_exactly_its_keys() {
        let object = JobObject::of(&summary(
            Verb::DeleteGroups,
            JobState::Ended,
            tally(1, 0, 2, 0),
        ));
        assert_eq!(
            to_json(&object).unwrap(),
            r#"{"job":7,"verb":"delete-groups","state":"ended","items":3,"outcomes":{"done":1,"absent":0,"refused":2,"failed":0,"skipped":0,"not_sent":0,"unknown":0},"calls":1,"retries":0,"throttled":0,"seconds":1.235}"#
        );
    }
}

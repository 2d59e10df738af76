//! All that changes items: from ids to a plan, a question, a job and its end.

use std::collections::HashMap;
use std::fs;
use std::io::{self, IsTerminal as _, Read as _};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use jiff::tz::TimeZone;
use tokio_util::sync::CancellationToken;

use crate::catalogue::{Catalogue, RowRef};
use crate::job::{
    self, Engine, Guard, InGroups, JobError, PlanFacts, Wanted, look_into_groups, plan_facts,
};
use crate::ledger::Ledger;
use crate::model::path::is_within;
use crate::model::size::{bytes, count, counted};
use crate::model::text::visible;
use crate::model::{ItemId, ItemKind, JobId, JobState, JobSummary, Plan, PlanArgs, PlanItem, Verb};
use crate::profile::Profile;
use crate::report;
use crate::service::capabilities;

use super::args::BatchArgs;
use super::folders::refuse_renamed;
use super::jobs;
use super::list::{Filter, catalogue};
use super::out::{DONE, Failure, NOT_ALL, line, note, to_json};
use super::progress::watch;
use super::purge;
use super::source::Project;

/// Groups that a plan names.
const GROUPS_SHOWN: usize = 10;

/// The exit status of what Ctrl-C stopped; SIGTERM's is its own.
const INTERRUPTED: u8 = 130;
#[cfg(unix)]
const TERMINATED: u8 = 143;

/// Runs a verb on what the arguments name.
pub async fn batch(
    verb: Verb,
    told: PlanArgs,
    args: &BatchArgs,
    filter: Option<&str>,
    data_dir: &Path,
) -> Result<u8, Failure> {
    told.check(verb).map_err(Failure::usage)?;
    if let Some(folder) = &told.folder {
        refuse_renamed(folder)?;
    }
    if args.keep.is_some() && !Guard::minds(verb) {
        return Err(Failure::usage(format!(
            "--keep is for deletes of files and folders. `{verb}` does not look at it."
        )));
    }
    let filter = filter.map(Filter::of_batch).transpose()?;
    let given = ids_of(&args.ids, args.ids_file.as_deref())?;
    if args.ids.is_empty() && args.ids_file.is_none() && filter.is_none() {
        let what = verb.kind().noun(2);
        let given = match verb {
            Verb::DeleteFolders => "paths",
            Verb::Rename => "its id",
            _ => "ids",
        };
        return Err(Failure::usage(format!(
            "Which {what}? Give {given}, --ids FILE{}.",
            match verb.kind() {
                ItemKind::File if verb != Verb::Rename => ", or --filter QUERY",
                _ => "",
            }
        )));
    }
    check_folders(verb, &given)?;
    let project = Project::open_if(&args.source, data_dir, |profile| {
        if asks(verb, args, profile.protected) && !can_ask() {
            return Err(nobody_to_ask(verb, profile));
        }
        args.report.as_deref().map_or(Ok(()), check_report_dir)
    })
    .await?;
    project.allow(verb)?;
    if told.purge {
        purge::allow(&project)?;
    }
    let keep = &project.profile.keep;
    let mut keep = keep.clone();
    keep.add(ids_of(&[], args.keep.as_deref())?);
    let guard = Guard::of(&keep, verb).map_err(Failure::usage)?;
    let account = project.account().await?;
    let removed = verb == Verb::Restore;
    let protected = project.profile.protected;
    let asks = asks(verb, args, protected);
    // Whoever looks at the plan is told how many files are in its folders.
    let counts = verb == Verb::DeleteFolders && (args.dry_run || asks);
    let (known, found) = match &filter {
        Some(filter) => filter.items(&project, removed).await?,
        None if counts || guard.needs_list(verb) => (catalogue(&project, false).await?, Vec::new()),
        None => (Catalogue::new(), Vec::new()),
    };
    let source = project.profile.source(account, project.service.api_base());
    let mut items = items(given, found);
    guard.mark(verb, &known, &mut items);
    if (told.purge || verb == Verb::Purge) && !args.dry_run {
        purge::prepare(&project, &mut items).await;
    }
    let plan = Plan::new(verb, source, items).with_args(told);
    if verb == Verb::Rename && plan.items().len() != 1 {
        return Err(Failure::usage("A new name is for one file. Give one id."));
    }
    let within = counts.then(|| files_within(&known, &plan));
    let facts = plan_facts(&plan);
    let asks = asks && facts.going() > 0;
    let held = if verb == Verb::Delete && (args.dry_run || asks) {
        in_groups(&project, &plan).await
    } else {
        InGroups::default()
    };
    let shown = Shown {
        plan: &plan,
        facts,
        held: &held,
        within,
    };
    if args.dry_run {
        return print_plan(&shown, args.json);
    }
    if plan.items().is_empty() {
        note("Nothing to do: nothing was named or found. No job was made.");
        return jobs::print_nothing(verb, args.json);
    }
    if asks {
        ask(&shown, protected)?;
    } else if tells(verb) && io::stderr().is_terminal() {
        plan_lines(&shown).into_iter().for_each(note);
    }

    let ledger = open_ledger(data_dir)?;
    let engine = Engine {
        service: Arc::clone(&project.service),
        ledger,
    };
    let job = engine.start(&plan).await?;
    let (summary, code) = run(&engine, job, None).await?;
    let (purged, code) = purge::follow(&engine, &summary, code).await?;
    let written = match &args.report {
        Some(dir) => jobs::write_report(&engine.ledger, job, dir, args.redacted).await,
        None => Ok(()),
    };
    let told = jobs::print_end(&engine.ledger, &summary, purged.as_ref(), args.json);
    end(code, written.and(told))
}

/// The job's own status, whatever became of telling it; a report or result that is owed is never status 0.
pub fn end(code: u8, told: Result<(), Failure>) -> Result<u8, Failure> {
    match told {
        Err(failure) if failure.code != DONE => Err(Failure {
            code: code.max(NOT_ALL),
            ..failure
        }),
        _ => Ok(code),
    }
}

/// Runs a job, or with a keep list continues it, until it ends or is stopped; the summary and the exit status.
pub async fn run(
    engine: &Engine,
    job: JobId,
    keep: Option<Guard>,
) -> Result<(JobSummary, u8), Failure> {
    let stop = CancellationToken::new();
    let by_signal = Arc::new(AtomicU8::new(0));
    let signals = tokio::spawn(stop_on_signal(stop.clone(), Arc::clone(&by_signal)));
    let (watcher, shown) = watch();
    let result = match keep {
        Some(keep) => engine.go_on(job, keep, stop, watcher).await,
        None => engine.run(job, stop, watcher).await,
    };
    signals.abort();
    drop(shown.await);
    let summary = match (result, by_signal.load(Ordering::SeqCst)) {
        // It stops though its ledger cannot be written; what that lacks is settled when it is continued.
        (Err(JobError::Ledger(failure)), signal @ 1..) => {
            note(&failure.message);
            return Ok((engine.ledger.summary(job)?, signal));
        }
        (result, _) => result?,
    };
    let code = match (summary.state, by_signal.load(Ordering::SeqCst)) {
        (JobState::Stopped, 0) => INTERRUPTED,
        (JobState::Stopped, signal) => signal,
        _ => jobs::exit_code(&summary),
    };
    Ok((summary, code))
}

/// The first signal stops the job after the calls under way; the second ends the process at once. The
/// ledger is right in both cases.
async fn stop_on_signal(stop: CancellationToken, by: Arc<AtomicU8>) {
    by.store(signal().await, Ordering::SeqCst);
    note("Stopping after the calls under way. Once more to leave at once.");
    stop.cancel();
    std::process::exit(i32::from(signal().await));
}

/// Waits for Ctrl-C or SIGTERM; the exit status for it.
#[cfg(unix)]
pub async fn signal() -> u8 {
    use tokio::signal::unix::{SignalKind, signal};
    match (
        signal(SignalKind::interrupt()),
        signal(SignalKind::terminate()),
    ) {
        (Ok(mut interrupt), Ok(mut terminate)) => tokio::select! {
            _ = interrupt.recv() => INTERRUPTED,
            _ = terminate.recv() => TERMINATED,
        },
        _ => std::future::pending().await,
    }
}

/// Waits for Ctrl-C; the exit status for it.
#[cfg(not(unix))]
pub async fn signal() -> u8 {
    match tokio::signal::ctrl_c().await {
        Ok(()) => INTERRUPTED,
        Err(_) => std::future::pending().await,
    }
}

/// The ledger, for writing.
pub fn open_ledger(data_dir: &Path) -> Result<Arc<Ledger>, Failure> {
    let ledger = Ledger::open(data_dir)?;
    let notice = ledger.notice().unwrap_or_default();
    if ledger.is_read_only() {
        return Err(Failure::start(format!("{notice} Nothing was sent.")));
    }
    if !notice.is_empty() {
        note(notice);
    }
    Ok(Arc::new(ledger))
}

/// Ids of the arguments, then those of the file.
pub fn ids_of(given: &[ItemId], file: Option<&Path>) -> Result<Vec<ItemId>, Failure> {
    let mut ids = given.to_vec();
    if let Some(path) = file {
        let text = if path.as_os_str() == "-" {
            let mut text = Vec::new();
            io::stdin().lock().read_to_end(&mut text).map(|_| text)
        } else {
            fs::read(path)
        };
        let shown = path.display();
        let text = text.map_err(|error| {
            Failure::usage(format!("The ids could not be read from {shown}: {error}."))
        })?;
        let read = report::read_ids(&text)
            .map_err(|error| Failure::usage(format!("No ids in {shown}: {error}")))?;
        ids.extend(read);
    }
    Ok(ids)
}

/// The given ids in their order, with what the listing knows of them; then the rest of what it found.
fn items(given: Vec<ItemId>, found: Vec<PlanItem>) -> Vec<PlanItem> {
    let known: HashMap<_, &PlanItem> = found.iter().map(|item| (item.id.plain(), item)).collect();
    let mut items: Vec<PlanItem> = given
        .into_iter()
        .map(|id| match known.get(&id.plain()) {
            Some(item) => (*item).clone(),
            None => PlanItem::bare(id),
        })
        .collect();
    items.extend(found);
    items
}

/// A report must not be refused after the job, so a folder that would be is refused before it.
fn check_report_dir(dir: &Path) -> Result<(), Failure> {
    report::can_write(dir).map_err(|error| Failure::usage(error.to_string()))
}

/// Whether the batch has to be asked for. For a protected profile `--yes` does not answer: a script that
/// was written for another project must not pass.
fn asks(verb: Verb, args: &BatchArgs, protected: bool) -> bool {
    verb.destroys() && !args.dry_run && (protected || !args.yes)
}

/// Whether a plan that is not asked for is shown on a terminal all the same: addresses change with it.
fn tells(verb: Verb) -> bool {
    matches!(verb, Verb::Copy | Verb::Move | Verb::Rename | Verb::Purge)
}

/// The root is no folder that can be deleted: it would be the whole library.
fn check_folders(verb: Verb, ids: &[ItemId]) -> Result<(), Failure> {
    let is_root = |id: &ItemId| id.as_str().trim_end_matches('/').is_empty();
    if verb == Verb::DeleteFolders && ids.iter().any(is_root) {
        return Err(Failure::usage(
            "The root folder cannot be deleted. Name the folders in it; `tallyman folders` lists them.",
        ));
    }
    Ok(())
}

/// Files that are known in the folders of a plan and below.
fn files_within(known: &Catalogue, plan: &Plan) -> u64 {
    let sent = plan.items().iter().filter(|item| item.guard.is_none());
    let folders: Vec<&str> = sent.map(|item| item.id.as_str()).collect();
    let rows = (0..known.slots() as u32).map(|ix| known.row(ix));
    let there = rows.filter(|row| !row.is_gone() && row.removed().is_none());
    let within = |row: &RowRef<'_>| folders.iter().any(|folder| is_within(row.folder(), folder));
    there.filter(within).count() as u64
}

fn nobody_to_ask(verb: Verb, profile: &Profile) -> Failure {
    Failure::usage(if profile.protected {
        format!(
            "The profile {} is protected: before `{verb}` the project's name has to be typed, with --yes too, and \
             there is nobody to ask here. Run it in a terminal, look at the plan with --dry-run, or switch the \
             protection off in the profile's settings.",
            visible(&profile.name)
        )
    } else {
        format!(
            "`{verb}` asks before it begins, and there is nobody to ask here. Add --yes, or look at the plan with --dry-run."
        )
    })
}

fn can_ask() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Shows the plan and asks.
fn ask(shown: &Shown<'_>, protected: bool) -> Result<(), Failure> {
    plan_lines(shown).into_iter().for_each(note);
    let plan = shown.plan;
    let items = shown.facts.going();
    let what = counted(items, plan.verb.kind().noun(1), plan.verb.kind().noun(2));
    let account = plan.source.account.label();
    let wanted = Wanted::of(plan, items, protected);
    eprint_now(&format!(
        "{} {what} from {}? Type {} to go on: ",
        plan.verb.title(),
        visible(account),
        wanted.shown()
    ));
    let mut answer = String::new();
    io::stdin()
        .read_line(&mut answer)
        .map_err(|error| Failure::usage(format!("No answer could be read: {error}.")))?;
    if wanted.is(&answer) {
        return Ok(());
    }
    Err(Failure::usage("Nothing was sent."))
}

fn eprint_now(text: &str) {
    use std::io::Write as _;
    let mut out = io::stderr();
    drop(out.write_all(text.as_bytes()));
    drop(out.flush());
}

/// A plan and what was found out of it for whoever looks at it.
struct Shown<'a> {
    plan: &'a Plan,
    facts: PlanFacts,
    held: &'a InGroups,
    /// Files in its folders, where it has some.
    within: Option<u64>,
}

fn print_plan(shown: &Shown<'_>, json: bool) -> Result<u8, Failure> {
    if json {
        line(to_json(&plan_object(shown))?)?;
        return Ok(DONE);
    }
    for text in plan_lines(shown) {
        line(text)?;
    }
    line("Nothing was sent: this was a dry run.")?;
    Ok(DONE)
}

fn plan_object(shown: &Shown<'_>) -> serde_json::Value {
    let (plan, facts, held) = (shown.plan, &shown.facts, shown.held);
    let notes = job::plan_notes(plan, facts, shown.within).into_iter();
    let notes: Vec<_> = notes.map(|note| note.words).collect();
    let mut object = serde_json::json!({
        "dry_run": true,
        "verb": plan.verb,
        "service": plan.source.service,
        "project": plan.source.account.name,
        "profile": plan.source.profile_name,
        "items": facts.items,
        "bytes": facts.bytes,
        "unknown_sizes": facts.unknown_sizes,
        "oldest": facts.oldest,
        "newest": facts.newest,
        "skipped": facts.guarded,
        "calls": facts.calls,
        "sample": facts.sample,
        "groups": held.groups.iter().map(|holds| serde_json::json!({
            "id": holds.group,
            "files": holds.files,
        })).collect::<Vec<_>>(),
        "notes": notes,
    });
    if has_unstored(plan) {
        object["stored"] = facts.stored.into();
        object["unstored"] = facts.unstored.into();
        object["processing"] = facts.processing.into();
    }
    if let Some(files) = shown.within {
        object["files_within"] = files.into();
    }
    if !plan.args.is_empty() {
        object["args"] = serde_json::json!(plan.args);
    }
    object
}

/// The plan for a person.
fn plan_lines(shown: &Shown<'_>) -> Vec<String> {
    let (plan, facts) = (shown.plan, &shown.facts);
    let kind = plan.verb.kind();
    let what = counted(facts.going(), kind.noun(1), kind.noun(2));
    let notes = job::plan_notes(plan, facts, shown.within).into_iter();
    let mut lines = vec![heading(plan, &what)];
    lines.extend(
        fact_lines(plan, facts)
            .into_iter()
            .chain(group_lines(plan, shown.held))
            .chain(notes.map(|note| note.words))
            .map(|text| format!("  {text}")),
    );
    lines
}

/// `Move 3 files from shop on ImageKit (profile Media) to /archive`
fn heading(plan: &Plan, what: &str) -> String {
    let told = plan.args.words(plan.verb);
    let source = format!(
        "from {} on {} (profile {})",
        visible(plan.source.account.label()),
        plan.source.service,
        visible(&plan.source.profile_name)
    );
    match plan.verb {
        Verb::AddTags | Verb::RemoveTags => {
            format!("{}{told}: {what} {source}", plan.verb.title())
        }
        Verb::DeleteFolders => format!("Delete {what}, with all within, {source}"),
        _ => format!("{} {what} {source}{told}", plan.verb.title()),
    }
}

/// What is known of groups that hold the plan's files. Not to know it is no reason to stop.
async fn in_groups(project: &Project, plan: &Plan) -> InGroups {
    let sent = plan.items().iter().filter(|item| item.guard.is_none());
    let ids = sent.map(|item| item.id.clone()).collect();
    match look_into_groups(Arc::clone(&project.service), ids, Arc::default()).await {
        Ok(found) => found,
        Err(error) => {
            note(format_args!(
                "Whether any of these are in a group is not known: {}",
                error.message
            ));
            InGroups::default()
        }
    }
}

/// The groups that hold files of the plan, each with their names.
fn group_lines(plan: &Plan, held: &InGroups) -> Vec<String> {
    if held.groups.is_empty() {
        return Vec::new();
    }
    let items = plan.items().iter();
    let names: HashMap<&ItemId, &str> = items
        .filter(|item| !item.name.is_empty())
        .map(|item| (&item.id, item.name.as_str()))
        .collect();
    let files = counted(held.files().len() as u64, "file is", "files are");
    let groups = counted(held.groups.len() as u64, "group", "groups");
    let mut lines = vec![format!("{files} in {groups}, which stay with holes:")];
    for holds in held.groups.iter().take(GROUPS_SHOWN) {
        let name = |id| visible(names.get(id).copied().unwrap_or(ItemId::as_str(id)));
        let files: Vec<_> = holds.files.iter().map(name).collect();
        lines.push(format!(
            "  {}: {}",
            visible(holds.group.as_str()),
            files.join(", ")
        ));
    }
    let more = held.groups.len().saturating_sub(GROUPS_SHOWN);
    if more > 0 {
        lines.push(format!("  and {} more", count(more as u64)));
    }
    if held.unread > 0 {
        let unread = counted(held.unread as u64, "group was", "groups were");
        lines.push(format!("{unread} not read"));
    }
    lines
}

/// Whether files of the plan's service may be temporary.
fn has_unstored(plan: &Plan) -> bool {
    capabilities(plan.source.service).unstored
}

fn fact_lines(plan: &Plan, facts: &PlanFacts) -> Vec<String> {
    let mut lines = Vec::new();
    let is_sized = plan.verb.kind() == ItemKind::File;
    if is_sized && facts.going() > facts.unknown_sizes {
        lines.push(format!("{} in all", bytes(facts.bytes)));
    }
    if is_sized && facts.unknown_sizes > 0 {
        lines.push(format!("{} of unknown size", count(facts.unknown_sizes)));
    }
    if let (Some(oldest), Some(newest)) = (facts.oldest, facts.newest) {
        let zone = TimeZone::system();
        lines.push(format!(
            "uploaded {} to {}",
            oldest.to_day(&zone),
            newest.to_day(&zone)
        ));
    }
    if has_unstored(plan) && facts.stored + facts.unstored + facts.processing > 0 {
        let (stored, unstored) = (count(facts.stored), count(facts.unstored));
        let processing = match facts.processing {
            0 => String::new(),
            number => format!(", {} processing", count(number)),
        };
        lines.push(format!("{stored} stored, {unstored} unstored{processing}"));
    }
    for (reason, number) in &facts.guards {
        lines.push(job::left_out(plan.verb.kind(), *number, reason));
    }
    let calls = counted(facts.calls, "call", "calls");
    lines.push(match job::at_least(plan, facts) {
        Some(time) => format!(
            "{calls}, {time}: the pace that {} sets",
            plan.source.service
        ),
        None => calls,
    });
    if !facts.sample.is_empty() {
        let names: Vec<_> = facts.sample.iter().map(|name| visible(name)).collect();
        let few = facts.going() > names.len() as u64;
        let some = if few { "for example" } else { "namely" };
        lines.push(format!("{some} {}", names.join(", ")));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn given_ids_come_first_with_what_is_known_of_them() {
        let mut known = PlanItem::bare("b".into());
        known.name = "photo.jpg".to_owned();
        let found = vec![PlanItem::bare("c".into()), known.clone()];
        let items = items(vec!["a".into(), "b".into()], found);
        let ids: Vec<_> = items.iter().map(|item| item.id.as_str()).collect();
        assert_eq!(ids, ["a", "b", "c", "b"]);
        assert_eq!(items[1], known);
    }

    #[test]
    fn yes_does_not_answer_for_a_protected_profile() {
        use clap::Parser as _;
        #[derive(clap::Parser)]
        struct Line {
            #[command(flatten)]
            batch: BatchArgs,
        }
        let cases = [
            (Verb::Delete, "x a --yes", false, false),
            (Verb::Delete, "x a --yes", true, true),
            (Verb::DeleteGroups, "x a --yes", true, true),
            (Verb::Delete, "x a", false, true),
            (Verb::Delete, "x a", true, true),
            (Verb::Delete, "x a --yes --dry-run", true, false),
            (Verb::Store, "x a", true, false),
            (Verb::Restore, "x a", true, false),
        ];
        for (verb, typed, protected, asked) in cases {
            let line = Line::try_parse_from(typed.split(' ')).unwrap();
            let found = asks(verb, &line.batch, protected);
            assert_eq!(found, asked, "{verb} {typed} {protected}");
        }
    }
}

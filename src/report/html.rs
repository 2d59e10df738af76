//! `report.html`: one file without script and with nothing from elsewhere, for people and for paper.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use jiff::tz::TimeZone;

use crate::model::size::{bytes, count, counted};
use crate::model::text::visible;
use crate::model::{ItemRecord, JobRecord, JobSummary, Outcome, Time, Verb};

use super::document::{Bytes, Signature, generator};
use super::redact::{LEFT_OUT, SAYS};
use super::{How, words};

/// Most rows of the table; the rest is in `items.csv`.
pub(super) const ROWS: usize = 5_000;

/// Most reasons that are shown on their own.
const REASONS: usize = 60;

/// Most items that are named under a reason.
const NAMED: usize = 50;

const STYLE: &str = include_str!("../../assets/report.css");

/// The page of a job, as of `now`.
pub(super) fn page(record: &JobRecord, how: &How<'_>, now: Time) -> String {
    let summary = &record.summary;
    let signature = Signature::of(how);
    let says = words::says(summary);
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta http-equiv="Content-Security-Policy"
                    content="default-src 'none'; style-src 'unsafe-inline'";
                meta name="generator" content=(generator());
                title { (says) " – Tallyman report" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                (masthead(summary, &says, how.redacted))
                (sum(summary))
                (tiles(summary))
                (facts(record))
                (problems(record))
                (items(record))
                (limits(summary.verb, signature.is_signed()))
                (signed(&signature))
                (footer(now))
            }
        }
    };
    page.into_string()
}

fn masthead(summary: &JobSummary, says: &str, redacted: bool) -> Markup {
    let source = &summary.source;
    html! {
        header {
            h1 { (visible(says)) }
            p.where {
                bdi { (visible(source.account.label())) }
                " on " (source.service.title())
                " · job " (summary.id)
                " · " (moment(summary.created))
            }
            @if let Some(state) = words::state(summary) {
                p.state { (visible(&state)) }
            }
            @if redacted { p.state { (SAYS) } }
        }
    }
}

fn sum(summary: &JobSummary) -> Markup {
    let items = summary.tally.items();
    html! {
        section.sum {
            h2 { "The sum" }
            p.equation {
                @for (place, (number, word)) in words::terms(summary.verb, &summary.tally).into_iter().enumerate() {
                    @if place > 0 { span.sign { "+ " } }
                    span.term.zero[number == 0] { b { (count(number)) } " " (word) }
                    " "
                }
                span.sign { "= " }
                span.term { b { (count(items)) } " " (summary.verb.kind().noun(items)) }
            }
            p.note { "Every item of the plan is counted once, under the one outcome that it has. The names in small type are those of items.csv and report.json." }
        }
    }
}

fn tiles(summary: &JobSummary) -> Markup {
    let tally = &summary.tally;
    html! {
        section.tiles {
            @for outcome in Outcome::ALL {
                (tile(summary.verb, Some(outcome), tally.get(outcome)))
            }
            @if tally.pending > 0 { (tile(summary.verb, None, tally.pending)) }
        }
    }
}

/// With the word of the sum, and the outcome's own name, which the tables and `report.json` have.
fn tile(verb: Verb, outcome: Option<Outcome>, number: u64) -> Markup {
    let word = match outcome {
        Some(Outcome::Done) => verb.past(),
        _ => title(outcome),
    };
    html! {
        div class={ "tile " (tone(outcome)) @if number == 0 { " zero" } } {
            b { (count(number)) }
            strong { (word) }
            @if let Some(outcome) = outcome { " " code { (outcome.key()) } }
            p { (words::meaning(outcome)) }
        }
    }
}

fn title(outcome: Option<Outcome>) -> &'static str {
    outcome.map_or("no outcome yet", Outcome::words)
}

/// The colour family of an outcome.
const fn tone(outcome: Option<Outcome>) -> &'static str {
    match outcome {
        Some(Outcome::Done) => "ok",
        Some(Outcome::Refused | Outcome::Failed | Outcome::Unknown) => "bad",
        Some(Outcome::Skipped | Outcome::NotSent) | None => "warn",
        Some(Outcome::Absent) => "calm",
    }
}

/// `412.0 GB deleted, of 422.5 GB planned`.
fn sizes(record: &JobRecord) -> String {
    let summary = &record.summary;
    let sizes = Bytes::of(record);
    let past = summary.verb.past();
    let unknown = match sizes.done_without_size {
        0 => String::new(),
        _ if sizes.planned == 0 => return String::new(),
        number => format!("; {} {past} without a known size", count(number)),
    };
    let (done, planned) = (bytes(sizes.done), bytes(sizes.planned));
    format!("{done} {past}, of {planned} planned{unknown}")
}

fn facts(record: &JobRecord) -> Markup {
    let summary = &record.summary;
    let source = &summary.source;
    let retries = counted(summary.retries, "retry", "retries");
    let facts = [
        (
            "What",
            format!(
                "{} {}",
                summary.verb.title(),
                counted(
                    summary.tally.items(),
                    summary.verb.kind().noun(1),
                    summary.verb.kind().noun(2)
                )
            ),
        ),
        ("Known size", sizes(record)),
        (
            "Service",
            format!("{}, {}", source.service.title(), source.api_base),
        ),
        ("Project", source.account.label().to_owned()),
        ("Account key", source.account.key.clone()),
        ("Profile", source.profile_name.clone()),
        ("Plan frozen", moment(summary.created)),
        (
            "Ended",
            summary.ended.map_or_else(|| "not yet".into(), moment),
        ),
        ("Time spent", format!("{:.1} s", summary.seconds)),
        (
            "Requests",
            format!(
                "{}, {retries}, {} throttled",
                counted(summary.calls, "call", "calls"),
                count(summary.throttled)
            ),
        ),
    ];
    html! {
        section.facts {
            h2 { "The job" }
            dl {
                @for (label, value) in facts.iter().filter(|(_, value)| !value.is_empty()) {
                    div { dt { (label) } dd { bdi { (visible(value)) } } }
                }
            }
        }
    }
}

/// Items with the same outcome and the same reason.
struct Reason<'a> {
    outcome: Option<Outcome>,
    words: &'a str,
    items: Vec<&'a ItemRecord>,
}

/// What is not done, by outcome and reason: what needs a person first, then the largest groups.
fn reasons(record: &JobRecord) -> Vec<Reason<'_>> {
    let mut places = std::collections::HashMap::new();
    let mut reasons: Vec<Reason<'_>> = Vec::new();
    for item in record
        .items
        .iter()
        .filter(|item| super::table::is_not_done(item))
    {
        let words = item
            .settled
            .as_ref()
            .map_or("", |settled| settled.problem.as_str());
        let place = *places.entry((item.outcome(), words)).or_insert_with(|| {
            reasons.push(Reason {
                outcome: item.outcome(),
                words,
                items: Vec::new(),
            });
            reasons.len() - 1
        });
        reasons[place].items.push(item);
    }
    let calm = |reason: &Reason<'_>| !reason.outcome.is_some_and(Outcome::is_problem);
    reasons.sort_by_key(|reason| (calm(reason), usize::MAX - reason.items.len()));
    reasons
}

fn problems(record: &JobRecord) -> Markup {
    let reasons = reasons(record);
    html! {
        section.problems {
            h2 { "What is not done, by reason" }
            @if reasons.is_empty() {
                p { "Nothing: every item is done." }
            }
            @for reason in reasons.iter().take(REASONS) { (reason_of(reason)) }
            @if reasons.len() > REASONS {
                p.note {
                    "And " (counted((reasons.len() - REASONS) as u64, "more reason", "more reasons"))
                    " in problems.csv."
                }
            }
        }
    }
}

fn reason_of(reason: &Reason<'_>) -> Markup {
    let left = reason.items.len().saturating_sub(NAMED);
    html! {
        article {
            h3 {
                (pill(reason.outcome)) " "
                span.count { (count(reason.items.len() as u64)) } " "
                bdi { (visible(if reason.words.is_empty() { words::meaning(reason.outcome) } else { reason.words })) }
            }
            ul {
                @for item in reason.items.iter().take(NAMED) {
                    li { (name(item)) " " code { (visible(item.item.id.as_str())) } }
                }
                @if left > 0 { li.note { "and " (count(left as u64)) " more in problems.csv" } }
            }
        }
    }
}

fn pill(outcome: Option<Outcome>) -> Markup {
    html! { span class={ "pill " (tone(outcome)) } { (title(outcome)) } }
}

fn name(item: &ItemRecord) -> Markup {
    match item.item.name.is_empty() {
        true => html! { span.note { "name not known" } },
        false if item.item.name == LEFT_OUT => html! { span.note { (LEFT_OUT) } },
        false => html! { bdi { (visible(&item.item.name)) } },
    }
}

fn items(record: &JobRecord) -> Markup {
    let total = record.items.len();
    html! {
        section.items {
            h2 { "Every item" }
            @if total > ROWS {
                p.note {
                    "The first " (count(ROWS as u64)) " of " (count(total as u64))
                    " are shown here. All of them are in items.csv, with every column."
                }
            } @else {
                p.note { "All columns are in items.csv." }
            }
            table {
                thead {
                    tr {
                        th.number { "#" } th { "Name" } th { "Id" } th.number { "Size" }
                        th { "Outcome" } th { "Problem" } th { "Known at (UTC)" }
                    }
                }
                tbody {
                    @for item in record.items.iter().take(ROWS) { (row(item)) }
                }
            }
        }
    }
}

fn row(item: &ItemRecord) -> Markup {
    let settled = item.settled.as_ref();
    html! {
        tr {
            td.number { (u64::from(item.seq) + 1) }
            td { (name(item)) }
            td.id { code { (visible(item.item.id.as_str())) } }
            td.number { @if let Some(size) = item.item.size { (bytes(size)) } }
            td { (pill(item.outcome())) }
            td { @if let Some(settled) = settled { bdi { (visible(&settled.problem)) } } }
            td.when { @if let Some(settled) = settled { (short(settled.settled_at)) } }
        }
    }
}

fn limits(verb: Verb, signed: bool) -> Markup {
    html! {
        section.limits {
            h2 { "What this report does not prove" }
            ul { @for limit in words::not_proven(verb, signed) { li { (limit) } } }
        }
    }
}

fn signed(signature: &Signature) -> Markup {
    html! {
        section.signature {
            h2 { "Signature" }
            @match signature {
                Signature::SignedWith { key_id, public_key } => {
                    p { "The manifest, and so every file of this report, is signed with the key " code.key { (key_id) } "." }
                    p { "Public key: " code.key { (public_key) } }
                    p {
                        "To verify, in the report's folder: " code { "tallyman check-report . --public-key " (public_key) }
                        ", or with minisign: " code { "minisign -Vm manifest.json -P " (public_key) }
                        " and then compare the SHA-256 of each file with manifest.json."
                    }
                    p.note {
                        "Ask whoever sent the report for the key in another way. A key that is taken from the report itself "
                        "shows only that nothing was changed since somebody signed it."
                    }
                }
                Signature::NotSigned { why } => {
                    p { "This report is not signed. " (visible(why)) }
                    p.note { "The manifest finds damage and careless changes. It does not show who wrote the report." }
                }
            }
        }
    }
}

fn footer(now: Time) -> Markup {
    html! {
        footer {
            p {
                "Written by " (generator()) ", " (moment(now)) ". The same job without loss is in "
                "report.json. Check this folder with " code { "tallyman check-report" } "."
            }
        }
    }
}

fn moment(time: Time) -> String {
    time.format(&TimeZone::UTC, "%Y-%m-%d %H:%M:%S UTC")
}

fn short(time: Time) -> String {
    time.format(&TimeZone::UTC, "%Y-%m-%d %H:%M:%S")
}

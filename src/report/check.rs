//! The check of a bundle: is every file as it was written, and do the files say the same?

use std::fs;
use std::path::Path;

use crate::model::{ItemRecord, JobRecord};

use super::bundle::is_ours;
use super::document::{Bytes, Document, Signature, unsound};
use super::manifest::{FILES, MANIFEST, Manifest, PUBLIC_KEY, SIGNATURE, entry_of};
use super::redact::LEFT_OUT;
use super::table::{COLUMNS, Row, is_not_done, row, titles, unguarded};
use super::{Checked, Finding, PublicKey, ReportError, ReportErrorKind, words};

/// Most findings that are listed for one table.
const LISTED: usize = 20;

/// Recomputes hashes and sums of a bundle and compares its files with each other.
///
/// # Errors
/// The folder cannot be read, is no bundle, or was written by a newer Tallyman.
pub fn check(dir: &Path) -> Result<Checked, ReportError> {
    let names = names(dir)?;
    if !names.iter().any(|name| is_ours(name)) {
        return Err(not_a_bundle(dir, "there is no file of a report in it"));
    }
    let mut findings = Findings::default();
    for name in names.iter().filter(|name| !is_ours(name)) {
        findings.add(name, "is no part of the report");
    }
    let files = check_manifest(dir, &names, &mut findings);
    let document = check_report(dir, &mut findings)?;
    let said = document.as_ref().map(|document| &document.signature);
    let signed = check_signature(dir, said, &mut findings);
    Ok(Checked {
        files,
        items: document
            .as_ref()
            .map_or(0, |document| document.job.items.len() as u64),
        findings: findings.0,
        signed,
        redacted: document.is_some_and(|document| document.redacted),
    })
}

/// Verifies the signature, if there is one, and holds it against what `report.json` says of it.
fn check_signature(
    dir: &Path,
    said: Option<&Option<Signature>>,
    findings: &mut Findings,
) -> Result<PublicKey, String> {
    let (key, signature) = (
        fs::read(dir.join(PUBLIC_KEY)),
        fs::read(dir.join(SIGNATURE)),
    );
    let named = match said {
        Some(Some(Signature::SignedWith { key_id, public_key })) => Some((key_id, public_key)),
        _ => None,
    };
    let (key, signature) = match (key, signature) {
        (Ok(key), Ok(signature)) => (key, signature),
        (Err(_), Err(_)) if named.is_none() => return Err(not_signed(said)),
        (key, _) => {
            let file = if key.is_ok() { SIGNATURE } else { PUBLIC_KEY };
            let what = named.map_or_else(
                || "is missing, or cannot be read".to_owned(),
                |(id, _)| {
                    format!(
                        "is missing, or cannot be read: the report was signed with the key {id}"
                    )
                },
            );
            findings.add(file, what);
            return Err("Its signature is not whole.".into());
        }
    };
    let Some(key) = std::str::from_utf8(&key).ok().and_then(PublicKey::parse) else {
        findings.add(PUBLIC_KEY, "is no public key that can be read");
        return Err("Its signature cannot be verified.".into());
    };
    match (named, said) {
        (Some((id, text)), _) if *text != key.to_string() => {
            let what = format!("is not the key that report.json names, which is {id}");
            findings.add(PUBLIC_KEY, what);
        }
        (None, Some(_)) => {
            findings.add(
                SIGNATURE,
                "is there, and report.json says that the report is not signed",
            );
        }
        _ => {}
    }
    let manifest = fs::read(dir.join(MANIFEST)).unwrap_or_default();
    match key.verify(&manifest, &signature) {
        Ok(_) => Ok(key),
        Err(what) => {
            findings.add(SIGNATURE, what);
            Err("Its signature is not good.".into())
        }
    }
}

fn not_signed(said: Option<&Option<Signature>>) -> String {
    match said {
        Some(Some(Signature::NotSigned { why })) => why.clone(),
        Some(None) => "It was written by a Tallyman that did not sign reports yet.".into(),
        _ => "There is no signature.".into(),
    }
}

#[derive(Default)]
struct Findings(Vec<Finding>);

impl Findings {
    fn add(&mut self, file: &str, what: impl Into<String>) {
        self.0.push(Finding {
            file: crate::model::text::visible(file).into_owned(),
            what: what.into(),
        });
    }
}

fn not_a_bundle(dir: &Path, why: &str) -> ReportError {
    let message = format!("{} is no report of Tallyman: {why}.", dir.display());
    ReportError::new(ReportErrorKind::NotABundle, message)
}

fn names(dir: &Path) -> Result<Vec<String>, ReportError> {
    let read = || -> std::io::Result<Vec<String>> {
        fs::read_dir(dir)?
            .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
            .collect()
    };
    let mut names = read().map_err(|error| not_a_bundle(dir, &error.to_string()))?;
    names.sort();
    Ok(names)
}

/// Holds each file against the manifest. How many files it names.
fn check_manifest(dir: &Path, names: &[String], findings: &mut Findings) -> usize {
    let Ok(bytes) = fs::read(dir.join(MANIFEST)) else {
        findings.add(MANIFEST, "is missing");
        return 0;
    };
    let Some(manifest) = Manifest::read(&bytes) else {
        findings.add(MANIFEST, "is no manifest that can be read");
        return 0;
    };
    for name in FILES {
        match manifest
            .files
            .iter()
            .filter(|entry| entry.name == name)
            .count()
        {
            0 if names.iter().any(|one| one == name) => {
                findings.add(MANIFEST, format!("does not name {name}"));
            }
            0 => findings.add(name, "is missing, in the manifest too"),
            1 => {}
            _ => findings.add(MANIFEST, format!("names {name} more than once")),
        }
    }
    for entry in &manifest.files {
        if !FILES.contains(&entry.name.as_str()) {
            findings.add(
                &entry.name,
                "is named by the manifest but is no part of a report",
            );
            continue;
        }
        check_file(dir, entry, findings);
    }
    manifest.files.len()
}

fn check_file(dir: &Path, written: &super::manifest::Entry, findings: &mut Findings) {
    let name = &written.name;
    match fs::read(dir.join(name)) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            findings.add(name, "is missing");
        }
        Err(error) => findings.add(name, format!("cannot be read: {error}")),
        Ok(bytes) => {
            let found = entry_of(name, &bytes);
            if found.bytes != written.bytes {
                let what = format!(
                    "was changed: it has {} bytes, the manifest says {}",
                    found.bytes, written.bytes
                );
                findings.add(name, what);
            } else if found.sha256 != written.sha256 {
                findings.add(name, "was changed: its SHA-256 is not the manifest's");
            }
        }
    }
}

/// Holds the sums and the tables against `report.json`, which comes back if it can be read.
fn check_report(
    dir: &Path,
    findings: &mut Findings,
) -> Result<Option<Document<JobRecord>>, ReportError> {
    const NAME: &str = "report.json";
    // That it is missing was found with the manifest, or is told here.
    let Ok(bytes) = fs::read(dir.join(NAME)) else {
        if !findings.0.iter().any(|finding| finding.file == NAME) {
            findings.add(NAME, "is missing");
        }
        return Ok(None);
    };
    let document = match Document::read(&bytes) {
        Ok(document) => document,
        Err(error) if error.kind == ReportErrorKind::Newer => {
            let message = format!(
                "{} cannot be checked: {}. Update Tallyman.",
                dir.display(),
                error.message
            );
            return Err(ReportError::new(ReportErrorKind::Newer, message));
        }
        Err(error) => {
            findings.add(NAME, error.message);
            return Ok(None);
        }
    };
    check_sums(&document, findings);
    check_table(dir, "items.csv", &document, |_| true, findings);
    check_table(dir, "problems.csv", &document, is_not_done, findings);
    Ok(Some(document))
}

fn check_sums(document: &Document<JobRecord>, findings: &mut Findings) {
    const NAME: &str = "report.json";
    let summary = &document.job.summary;
    if let Some(why) = unsound(&document.job) {
        findings.add(NAME, format!("its counts do not add up: {why}"));
    }
    let (sum, tally) = (&document.sum, &summary.tally);
    let equation = words::equation(summary.verb, tally);
    if sum.outcomes != *tally || sum.items != tally.items() || sum.equation != equation {
        findings.add(
            NAME,
            format!("its sum is not its job's, which is {equation}"),
        );
    }
    if sum
        .bytes
        .is_some_and(|bytes| bytes != Bytes::of(&document.job))
    {
        findings.add(NAME, "its bytes are not those of its items");
    }
    let says = words::says(summary);
    if document.says != says {
        findings.add(
            NAME,
            format!("does not say what happened, which is: {says}"),
        );
    }
}

/// Compares a table with the rows that the job's items make.
fn check_table(
    dir: &Path,
    name: &str,
    document: &Document<JobRecord>,
    belongs: fn(&ItemRecord) -> bool,
    findings: &mut Findings,
) {
    let Ok(bytes) = fs::read(dir.join(name)) else {
        return;
    };
    let job = &document.job;
    let mut wrong = Vec::new();
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .from_reader(&bytes[..]);
    let header = reader.byte_headers().cloned().unwrap_or_default();
    // Older redacted reports still had the project's name.
    let project = job.summary.source.account.name == LEFT_OUT;
    let titles: Vec<_> = titles(document.redacted, project).collect();
    if header
        .iter()
        .ne(titles.iter().map(|title| title.as_bytes()))
    {
        wrong.push("its columns are not those of a report".to_owned());
    }
    let mut found = reader.byte_records();
    for item in job.items.iter().filter(|item| belongs(item)) {
        match found.next() {
            Some(Ok(cells)) => wrong.extend(difference(&row(&job.summary, item), &cells)),
            Some(Err(_)) => wrong.push(format!("the row of item {} is not CSV", item.seq + 1)),
            None => wrong.push(format!("the row of item {} is missing", item.seq + 1)),
        }
    }
    let extra = found.count();
    if extra > 0 {
        wrong.push(format!("it has {extra} rows too many"));
    }
    let more = wrong.len().saturating_sub(LISTED);
    for what in wrong.into_iter().take(LISTED) {
        findings.add(name, what);
    }
    if more > 0 {
        findings.add(name, format!("and {more} more rows differ"));
    }
}

/// The first cell of a row that is not as the job has it.
fn difference(meant: &Row, found: &csv::ByteRecord) -> Option<String> {
    let seq = &meant[0];
    if found.len() != meant.len() {
        return Some(format!("the row of item {seq} has {} cells", found.len()));
    }
    let cells = meant.iter().zip(found.iter()).zip(COLUMNS);
    for ((meant, found), column) in cells {
        let found = String::from_utf8_lossy(found);
        if unguarded(&found) != meant {
            let shown = |text: &str| crate::model::text::visible(text).into_owned();
            return Some(format!(
                "item {seq}: {column} is “{}”, report.json says “{}”",
                shown(unguarded(&found)),
                shown(meant)
            ));
        }
    }
    None
}

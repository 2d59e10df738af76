//! The variant of a report without names: what would tell of contents goes, what proves a deletion stays.
//!
//! Ids, sizes, types, times and outcomes stay. A service's words go whole: a name, a folder or an
//! address may stand anywhere in them.

use crate::model::{ItemId, ItemKind, ItemRecord, JobRecord, PlanArgs};

/// What stands where something was left out.
pub(super) const LEFT_OUT: &str = "[redacted]";

/// Longest content type or request id that is taken for one.
const TOKEN_CHARS: usize = 128;

/// What is left out, said in every such report.
pub(super) const SAYS: &str = "Redacted: names of files, folders and tags, the names of the project and of the profile, and all words of the \
     service were left out. Ids that cannot be names, the account's key and the service's address, sizes, types, times \
     and outcomes are as in the full report.";

/// The job without what would identify contents.
pub(super) fn redacted(record: &JobRecord) -> JobRecord {
    let mut record = record.clone();
    let summary = &mut record.summary;
    leave_out(&mut summary.reason);
    summary.source.profile_name = LEFT_OUT.into();
    // Its key stays: it tells which account it was to whoever has it, and nothing to others.
    summary.source.account.name = LEFT_OUT.into();
    told(&mut summary.args);
    let folders = summary.verb.kind() == ItemKind::Folder;
    for record in &mut record.items {
        item(record);
        if folders || !is_id(record.item.id.as_str()) {
            // A folder's id is its path, and others may be given by one, by an address or by a name.
            record.item.id = ItemId::new(format!("{LEFT_OUT} {}", record.seq + 1));
        }
    }
    for call in &mut record.calls {
        leave_out(&mut call.error);
        token(&mut call.request_id);
    }
    record
}

fn item(record: &mut ItemRecord) {
    let item = &mut record.item;
    // A name that was not known looks the same: that too says something.
    item.name = LEFT_OUT.into();
    leave_out(&mut item.path);
    item.url.iter_mut().for_each(leave_out);
    if !is_mime(&item.mime) {
        leave_out(&mut item.mime);
    }
    item.guard.iter_mut().for_each(leave_out);
    if let Some(settled) = &mut record.settled {
        leave_out(&mut settled.problem);
    }
    token(&mut record.request_id);
}

/// Tags, folders and new names are names too.
fn told(args: &mut PlanArgs) {
    args.tags.iter_mut().for_each(leave_out);
    args.folder.iter_mut().for_each(leave_out);
    args.name.iter_mut().for_each(leave_out);
}

fn leave_out(text: &mut String) {
    if !text.is_empty() {
        *text = LEFT_OUT.into();
    }
}

/// An id of a request is the service's own, and no place for words.
fn token(id: &mut Option<String>) {
    if id.as_deref().is_some_and(|id| !is_token(id)) {
        *id = Some(LEFT_OUT.into());
    }
}

/// Whether an id looks as those that services give, and not as what a person typed for one.
fn is_id(text: &str) -> bool {
    text.len() <= TOKEN_CHARS
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_~".contains(&byte))
}

fn is_token(text: &str) -> bool {
    text.len() <= TOKEN_CHARS
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_:=".contains(&byte))
}

/// `type/subtype` and nothing after it.
fn is_mime(text: &str) -> bool {
    let good = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-+.".contains(&byte))
    };
    text.len() <= TOKEN_CHARS
        && text
            .split_once('/')
            .is_some_and(|(kind, rest)| good(kind) && good(rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_addresses_and_what_a_verb_was_told_go_too() {
        let secret = || "secret".to_owned();
        let mut args = PlanArgs {
            tags: vec![secret()],
            folder: Some(secret()),
            name: Some(secret()),
            purge: true,
        };
        told(&mut args);
        assert!(args.purge && !format!("{args:?}").contains("secret"));
        let mut record = ItemRecord {
            seq: 0,
            item: crate::model::PlanItem {
                path: secret(),
                url: Some(secret()),
                ..crate::model::PlanItem::bare("id".into())
            },
            settled: None,
            attempts: 0,
            first_sent_at: None,
            call: None,
            http_status: None,
            request_id: None,
        };
        item(&mut record);
        assert!(!format!("{record:?}").contains("secret"));
    }

    #[test]
    fn types_and_ids_of_requests_are_told_from_words() {
        for (text, mime) in [
            ("image/png", true),
            ("application/vnd.ms-excel", true),
            ("image/svg+xml", true),
            ("image/png; name=secret.png", false),
            ("secret.png", false),
            ("a/b/c", false),
            ("", false),
        ] {
            assert_eq!(is_mime(text), mime, "{text}");
        }
        for (text, id) in [
            ("21975c81-7f57-4c7a-aef9-acfe28779f78~3", true),
            ("598821f949c0a938d57563bd", true),
            ("secret.png", false),
            ("secret photo", false),
            ("/secret/photo", false),
            ("geheim-ß", false),
        ] {
            assert_eq!(is_id(text), id, "{text}");
        }
        for (text, id) in [
            ("f81d4fae-7dec-11d0-a765-00a0c91e6bf6", true),
            ("Root=1-67891233-abcdef012345678912345678", true),
            ("https://x/secret.png", false),
            ("secret photo", false),
            ("photo.jpg", false),
        ] {
            assert_eq!(is_token(text), id, "{text}");
        }
    }
}

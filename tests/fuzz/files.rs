//! Files that may be damaged, or of somebody else: lists of ids, profiles, settings, reports, ledgers.

use std::fs;
use std::path::Path;

use fastrand::Rng;
use tallyman::catalogue::{AsOf, Catalogue, Owner, read_cache, write_cache};
use tallyman::ledger::{CallEnd, Ledger};
use tallyman::model::{
    Account, CallPurpose, Evidence, FileRow, ItemId, JobId, Outcome, Plan, PlanItem, ProfileId,
    ServiceKind, Settled, Source, Time, Verb,
};
use tallyman::profile::{Profile, Profiles, new_id};
use tallyman::report::{self, How, PublicKey, SigningKey};
use tallyman::ui::settings::Settings;

use crate::{drive, mutate};

const LISTS: [&str; 5] = [
    "21975c81-7f57-4c7a-aef9-acfe28779f78\nb\r\n\"say \"\"c\"\"\"\n'=d\n",
    "\u{FEFF}seq,item_id,name\r\n1,a,\"x,\ny\"\r\n2,'=b,z\r\n",
    "name;item_id\nx;a\ny;b\n",
    "item_id\nphoto\n",
    "id\tname\na\tb\n",
];

#[test]
fn ids() {
    drive("ids", 3_000, |rng| {
        let mut bytes = LISTS[rng.usize(..LISTS.len())].as_bytes().to_vec();
        mutate::harm_bytes(rng, &mut bytes);
        let Ok(ids) = report::read_ids(&bytes) else {
            return;
        };
        let bare = |text: &str| text.replace('"', "");
        let text = bare(std::str::from_utf8(&bytes).expect("only text has ids"));
        for (place, id) in ids.iter().enumerate() {
            assert!(
                text.contains(&bare(id.as_str())),
                "{id:?} is not in {text:?}"
            );
            assert!(!ids[..place].contains(id), "{id:?} is there twice");
        }
    });
}

const PROFILES: &str = r##"
version = 1
theme = "dark"
[[profile]]
id = "a"
name = "Shop"
service = "uploadcare"
colour = "#d9480f"
public_key = "pub"
api_base = "https://api.example.com"
protected = true
account = { name = "shop", key = "k" }
[[profile]]
id = "b"
name = "Media"
service = "imagekit"
colour = "#2b8a3e"
"##;

#[test]
fn profiles() {
    drive("profiles", 400, |rng| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("profiles.toml");
        let mut bytes = PROFILES.as_bytes().to_vec();
        mutate::harm_bytes(rng, &mut bytes);
        fs::write(&path, &bytes).unwrap();
        let Ok(mut profiles) = Profiles::load(folder.path()) else {
            return;
        };
        if profiles.is_frozen() {
            assert_eq!(
                fs::read(&path).unwrap(),
                bytes,
                "a frozen file is left alone"
            );
            return;
        }
        let known = profiles.list().len();
        profiles.put(fresh()).unwrap();
        let again = Profiles::load(folder.path()).unwrap();
        assert_eq!(again.list().len(), known + 1);
        assert_eq!(again.list(), profiles.list());
        // What could not be read at all is kept aside.
        let aside = fs::read_dir(folder.path()).unwrap().count() == 2;
        assert!(!aside || known == 0);
    });
}

fn fresh() -> Profile {
    Profile::new(
        new_id(),
        "A name that no harm makes",
        ServiceKind::Templated,
    )
}

const SETTINGS: &str = r#"
theme = "dark"
details = false
[[columns]]
id = "size"
visible = true
width = 120.5
[[columns]]
id = "name"
visible = false
"#;

#[test]
fn settings() {
    drive("settings", 1_000, |rng| {
        let folder = tempfile::tempdir().unwrap();
        let mut bytes = SETTINGS.as_bytes().to_vec();
        mutate::harm_bytes(rng, &mut bytes);
        fs::write(folder.path().join("window.toml"), bytes).unwrap();
        let settings = Settings::load(folder.path());
        settings.theme();
        let mut table = tallyman::ui::views::files::table_state();
        settings.dress(&mut table);
        for column in &table.columns {
            let width = column.width;
            assert!(
                width.is_finite() && (0.0..100_000.0).contains(&width),
                "{width}"
            );
        }
    });
}

fn plan() -> Plan {
    let source = Source {
        service: ServiceKind::Uploadcare,
        profile: ProfileId("p".into()),
        profile_name: "Shop".into(),
        account: Account {
            name: "shop".into(),
            key: "key".into(),
        },
        api_base: "https://api.uploadcare.com".into(),
    };
    let item = |number: u64| PlanItem {
        name: format!("photo {number}.jpg"),
        size: Some(number),
        mime: "image/jpeg".into(),
        ..PlanItem::bare(ItemId::new(format!("id-{number}")))
    };
    Plan::new(Verb::Delete, source, (0..6).map(item).collect())
}

/// A ledger with a job of every state of an item.
fn ledger(folder: &Path) {
    let ledger = Ledger::open(folder).unwrap();
    let job = ledger.create_job(&plan()).unwrap();
    let call = ledger
        .begin_call(job, CallPurpose::Send, &[0, 1, 2, 3])
        .unwrap();
    let settled = |seq, outcome| Settled {
        seq,
        outcome,
        problem: "words".into(),
        evidence: Some(Evidence::Answer),
        service_time: Some(Time(7)),
        settled_at: Time(8),
    };
    let end = CallEnd {
        http_status: Some(200),
        request_id: Some("req".into()),
        attempts: 2,
        throttled: 1,
        error: String::new(),
    };
    let facts = [settled(0, Outcome::Done), settled(1, Outcome::Refused)];
    ledger.finish_call(call, &end, &facts).unwrap();
    ledger.begin_call(job, CallPurpose::Send, &[4]).unwrap();
}

/// Reads all that can be read, and writes the report of what is sound.
fn read_ledger(folder: &Path) {
    let Ok(ledger) = Ledger::open(folder) else {
        return;
    };
    for job in ledger.jobs().unwrap_or_default() {
        let _ = (ledger.summary(job.id), ledger.unanswered(job.id));
        let _ = ledger.items(job.id, 0..u32::MAX);
        if let Ok(record) = ledger.record(job.id) {
            let into = folder.join("report");
            if report::write(&record, &into, &How::default()).is_ok() {
                let checked = report::check(&into).unwrap();
                assert_eq!(checked.findings, [], "a report that its own check refuses");
                fs::remove_dir_all(into).unwrap();
            }
        }
    }
    let _ = ledger.record(JobId(i64::MAX));
}

/// Any value in any column of any row.
#[test]
fn ledger_rows() {
    let base = tempfile::tempdir().unwrap();
    ledger(base.path());
    let file = base.path().join("ledger.sqlite");
    drive("ledger_rows", 60, |rng| {
        let folder = tempfile::tempdir().unwrap();
        let copy = folder.path().join("ledger.sqlite");
        fs::copy(&file, &copy).unwrap();
        let connection = rusqlite::Connection::open(&copy).unwrap();
        connection
            .execute_batch("PRAGMA ignore_check_constraints = 1; PRAGMA foreign_keys = 0")
            .unwrap();
        for _ in 0..rng.usize(1..4) {
            let table = ["jobs", "calls", "items"][rng.usize(..3)];
            let columns: Vec<String> = connection
                .prepare(&format!("SELECT name FROM pragma_table_info('{table}')"))
                .unwrap()
                .query_map([], |row| row.get(0))
                .unwrap()
                .map(Result::unwrap)
                .collect();
            let column = &columns[rng.usize(..columns.len())];
            let sql = format!("UPDATE {table} SET {column} = ? WHERE rowid = 1 OR ? > 0");
            let sql = if table == "items" {
                format!("UPDATE items SET {column} = ? WHERE seq < ?")
            } else {
                sql
            };
            // A value of a wrong type does not get in: the tables are strict.
            let _ = match rng.u8(..4) {
                0 => connection.execute(&sql, (rusqlite::types::Null, rng.u8(..4))),
                1 => connection.execute(&sql, (mutate::integer(rng), rng.u8(..4))),
                2 => connection.execute(&sql, ("0-4294967295", rng.u8(..4))),
                _ => connection.execute(&sql, (mutate::text(rng), rng.u8(..4))),
            };
        }
        drop(connection);
        read_ledger(folder.path());
    });
}

/// Any damage to the file.
#[test]
fn ledger_bytes() {
    let base = tempfile::tempdir().unwrap();
    ledger(base.path());
    let bytes = fs::read(base.path().join("ledger.sqlite")).unwrap();
    drive("ledger_bytes", 60, |rng| {
        let folder = tempfile::tempdir().unwrap();
        let mut bytes = bytes.clone();
        for _ in 0..rng.usize(1..20) {
            mutate::harm_bytes(rng, &mut bytes);
        }
        fs::write(folder.path().join("ledger.sqlite"), bytes).unwrap();
        read_ledger(folder.path());
    });
}

/// Whatever is changed in a signed report is found.
#[test]
fn bundle() {
    let base = tempfile::tempdir().unwrap();
    ledger(base.path());
    let record = Ledger::open(base.path()).unwrap().record(JobId(1)).unwrap();
    let key = SigningKey::read(&SigningKey::make().unwrap()).unwrap();
    let sound = base.path().join("sound");
    for redacted in [false, true] {
        let how = How {
            key: Ok(&key),
            redacted,
        };
        report::write(&record, &sound.join(redacted.to_string()), &how).unwrap();
    }
    drive("bundle", 300, |rng| {
        let variant = rng.bool().to_string();
        harmed_bundle(rng, &sound.join(variant));
    });
}

fn harmed_bundle(rng: &mut Rng, sound: &Path) {
    let folder = tempfile::tempdir().unwrap();
    let mut names: Vec<_> = fs::read_dir(sound)
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    let victim = &names[rng.usize(..names.len())];
    for name in &names {
        let before = fs::read(sound.join(name)).unwrap();
        let mut bytes = before.clone();
        if name == victim {
            mutate::harm(rng, &mut bytes, &["id-1".into(), "done".into()]);
        }
        if name != victim || bytes == before || rng.u8(..20) > 0 {
            fs::write(folder.path().join(name), &bytes).unwrap();
        }
    }
    let same = |name: &str| {
        let read = |folder: &Path| fs::read(folder.join(name)).ok();
        read(sound) == read(folder.path())
    };
    // Comments in the two files of the signature are not signed.
    let signed = names
        .iter()
        .filter(|name| !name.ends_with(".pub") && !name.ends_with(".minisig"))
        .all(|name| same(name));
    if let Ok(checked) = report::check(folder.path()) {
        assert!(
            signed || !checked.findings.is_empty(),
            "{victim} was changed unseen"
        );
    }
}

/// Public keys come from other people.
#[test]
fn public_keys() {
    let key = SigningKey::read(&SigningKey::make().unwrap()).unwrap();
    let text = format!("untrusted comment: x\n{}\n", key.public());
    drive("public_keys", 3_000, |rng| {
        let mut bytes = text.clone().into_bytes();
        mutate::harm_bytes(rng, &mut bytes);
        if let Some(read) = PublicKey::parse(&String::from_utf8_lossy(&bytes)) {
            assert_eq!(PublicKey::parse(&read.to_string()), Some(read));
        }
    });
}

/// The kept list of a profile: damage is found, or does not matter.
#[test]
fn kept_list() {
    let owner = Owner {
        profile: ProfileId("p".into()),
        service: ServiceKind::Uploadcare,
        account: Account {
            name: "shop".into(),
            key: "key".into(),
        },
    };
    let mut catalogue = Catalogue::new();
    let epoch = catalogue.begin();
    let row = |number: u64| FileRow {
        name: format!("photo {number}.jpg"),
        size: number,
        uploaded: Some(Time(1_000_000)),
        ..FileRow::unknown(ItemId::new(format!("id-{number}")))
    };
    catalogue.merge(epoch, (0..200).map(row).collect());
    catalogue.finish(epoch);
    let mut sound = Vec::new();
    write_cache(&mut sound, &owner, AsOf::default(), &catalogue).unwrap();
    drive("kept_list", 2_000, |rng| {
        let mut bytes = sound.clone();
        mutate::harm_bytes(rng, &mut bytes);
        if let Ok(cached) = read_cache(&mut &bytes[..], &owner) {
            let (before, after) = (catalogue.totals().all(), cached.catalogue.totals().all());
            assert_eq!(
                (before.files, before.bytes),
                (after.files, after.bytes),
                "rows were changed unseen"
            );
        }
    });
}

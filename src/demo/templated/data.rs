//! Makes an account out of a seed: two years of uploads, templates, their renders, and folders of both.

use std::time::Duration;

use fastrand::Rng;

use crate::demo::{Options, names, repeats};
use crate::model::Time;

use super::account::{Account, Folder, Render, Template, Upload};

const SECOND: i64 = 1_000_000;
const DAY: i64 = 24 * 3600 * SECOND;
const SPAN: i64 = 2 * 365 * DAY;

const KINDS: [(&str, &str); 3] = [
    ("jpg", "image/jpeg"),
    ("png", "image/png"),
    ("webp", "image/webp"),
];
const TAGS: [&str; 7] = [
    "logo",
    "background",
    "portrait",
    "product",
    "2026",
    "été",
    "poster",
];
const TEMPLATES: [(&str, (u32, u32)); 12] = [
    ("Instagram post", (1080, 1080)),
    ("Instagram story", (1080, 1920)),
    ("Open Graph card", (1200, 630)),
    ("Certificate of completion", (1754, 1240)),
    ("Event poster", (1240, 1754)),
    ("Product label", (800, 600)),
    ("Price tag", (400, 240)),
    ("Banner 728×90", (728, 90)),
    ("Karta podarunkowa", (1050, 600)),
    ("Invoice header", (1600, 300)),
    ("Thumbnail, video", (1280, 720)),
    ("Untitled", (500, 500)),
];
const FOLDERS: [&str; 4] = ["Social", "Print", "Clients / Münster", "Archive 2024"];

/// Makes the data as of `now`.
pub(super) fn make(options: &Options, now: Time) -> Account {
    let mut rng = Rng::with_seed(options.seed ^ 0x7470);
    let mut account = Account::new(options.seed);
    let count = options.templated_uploads;
    for ix in 0..count {
        let place = (ix as f64 + rng.f64()) / count as f64;
        let created = Time(now.0 - SPAN + ((SPAN - 3600 * SECOND) as f64 * place) as i64);
        let upload = upload(&mut rng, account.id(), created);
        account.add(upload);
    }
    // What is somebody else's is never listed, and may not be deleted.
    for _ in 0..(count / 40).clamp(1, 12) {
        let created = Time(now.0 - rng.i64(DAY..SPAN));
        let mut upload = upload(&mut rng, account.id(), created);
        upload.foreign = true;
        account.add(upload);
    }
    repeat_some(&mut account, count);
    name_hostile(&mut account, count);
    fill(&mut rng, &mut account, count, now);
    account
}

fn upload(rng: &mut Rng, id: String, created: Time) -> Upload {
    let (extension, mime) = KINDS[rng.usize(..KINDS.len())];
    let sides = [(1200, 800), (800, 1200), (512, 512), (1920, 1080)][rng.usize(..4)];
    let tags = TAGS.iter().filter(|_| rng.u8(..6) == 0);
    let tags = tags.map(|tag| (*tag).to_owned()).collect();
    Upload {
        id,
        name: names::name(rng, extension, true, day(created)),
        size: (4e3 * 500f64.powf(rng.f64())) as u64,
        mime,
        created,
        tags,
        external: (rng.u8(..8) == 0).then(|| format!("order-{}", rng.u32(1000..9999))),
        sides,
        removed: None,
        foreign: false,
    }
}

/// Some pictures were uploaded more than once.
fn repeat_some(account: &mut Account, own: usize) {
    for (from, to) in repeats::pairs(own) {
        let source = account.uploads[from].clone();
        let target = &mut account.uploads[to];
        (target.name, target.mime) = (source.name, source.mime);
        (target.size, target.sides) = (source.size, source.sides);
    }
}

/// Spreads the hostile names over the account's own uploads.
fn name_hostile(account: &mut Account, own: usize) {
    for (place, (name, _)) in names::HOSTILE.iter().enumerate() {
        let ix = (place + 1) * own / (names::HOSTILE.len() + 1);
        if ix < own && own > 100 {
            account.uploads[ix].name = (*name).to_owned();
        }
    }
}

/// Adds folders, templates, and a render for about every fifth upload.
fn fill(rng: &mut Rng, account: &mut Account, uploads: usize, now: Time) {
    let start = Time(now.0 - SPAN);
    for name in FOLDERS {
        let folder = Folder {
            id: account.id(),
            name: name.to_owned(),
            created: start,
            updated: start,
        };
        account.folders.push(folder);
    }
    for (ix, (name, sides)) in TEMPLATES.into_iter().enumerate() {
        let template = Template {
            id: account.id(),
            name: name.to_owned(),
            sides,
            created: Time(start.0 + rng.i64(0..30 * DAY)),
            tags: vec![TAGS[rng.usize(..TAGS.len())].to_owned()],
            folder: account.folders.get(ix % 5).map(|folder| folder.id.clone()),
        };
        account.templates.push(template);
    }
    for ix in 0..uploads / 5 {
        let age = (SPAN - 40 * DAY) / (uploads as i64 / 5) * ix as i64;
        let render = render(rng, account, Time(start.0 + 35 * DAY + age));
        account.renders.push(render);
        account.credits += 1;
    }
}

fn render(rng: &mut Rng, account: &mut Account, created: Time) -> Render {
    let template = &account.templates[rng.usize(..account.templates.len())];
    let template = (template.id.clone(), template.name.clone(), template.sides);
    Render {
        id: account.id(),
        template,
        format: ["jpg", "png", "webp", "pdf"][rng.usize(..4)],
        status: match rng.u8(..30) {
            0 => "failed",
            1 => "processing",
            _ => "completed",
        },
        created,
        external: (rng.u8(..4) == 0).then(|| format!("campaign-{}", rng.u16(1..99))),
        folder: some_folder(rng, account),
    }
}

fn some_folder(rng: &mut Rng, account: &Account) -> Option<String> {
    let folders = &account.folders;
    rng.bool()
        .then(|| folders[rng.usize(..folders.len())].id.clone())
}

fn day(at: Time) -> (i16, i8, i8) {
    let since = Duration::from_micros(u64::try_from(at.0).unwrap_or_default());
    let stamp = jiff::Timestamp::UNIX_EPOCH + since;
    let date = stamp.to_zoned(jiff::tz::TimeZone::UTC).date();
    (date.year(), date.month(), date.day())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(uploads: usize) -> Account {
        let options = Options {
            templated_uploads: uploads,
            ..Options::default()
        };
        make(&options, Time(1_790_000_000_000_000))
    }

    #[test]
    fn an_account_has_its_own_uploads_and_knows_of_others() {
        let account = account(800);
        let foreign = account.uploads.iter().filter(|upload| upload.foreign);
        assert_eq!((account.uploads.len(), foreign.count()), (812, 12));
        assert_eq!((account.renders.len(), account.templates.len()), (160, 12));
        let known = |id: &String| account.folders.iter().any(|folder| folder.id == *id);
        assert!(
            account
                .renders
                .iter()
                .filter_map(|one| one.folder.as_ref())
                .all(known)
        );
        let small = account.uploads.iter().all(|upload| upload.size <= 2 << 20);
        assert!(small, "an upload has 2 MB at most");
    }

    #[test]
    fn the_same_seed_makes_the_same() {
        let ids = |uploads| -> Vec<String> {
            let account = account(uploads);
            account
                .uploads
                .iter()
                .map(|upload| upload.id.clone())
                .collect()
        };
        assert_eq!(ids(100), ids(100));
        for uploads in [0, 1, 4] {
            assert_eq!(ids(uploads).len(), uploads + 1);
        }
    }
}

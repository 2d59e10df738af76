//! One window after another on one data folder: the old rows at once, then the truth.

use std::path::PathBuf;

use egui::Modifiers;
use egui_kittest::kittest::Queryable as _;
use tallyman::catalogue::{AsOf, Catalogue};
use tallyman::demo::{Options, PUBLIC_KEY, Quirks, SECRET_KEY, Server, Target};
use tallyman::model::{Account, FileRow, ProfileId, ServiceKind, Time};
use tallyman::profile::{Keyring, Profile, Profiles, cache};

use crate::raw_http::Request;
use crate::window_bench::{FILTER, Window};

const FILES: usize = 1_200;

/// A service, a data folder with a profile for it, and a keyring: what stays while windows come and go.
struct World {
    runtime: tokio::runtime::Runtime,
    server: Server,
    data: tempfile::TempDir,
    keyring: Keyring,
}

impl World {
    fn new() -> Self {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let options = Options {
            files: FILES,
            groups: 5,
            imagekit_files: 0,
            templated_uploads: 0,
            quirks: Quirks {
                allow_simple: true,
                ..Quirks::default()
            },
            ..Options::default()
        };
        let server = runtime.block_on(Server::start(options)).unwrap();
        let world = Self {
            server,
            runtime,
            data: tempfile::tempdir().unwrap(),
            keyring: Keyring::mock(),
        };
        world.put_profile(None);
        world.unlock();
        world
    }

    fn profile(&self, account: Option<Account>) -> Profile {
        Profile {
            public_key: PUBLIC_KEY.into(),
            api_base: Some(self.server.base()),
            cdn_base: Some(self.server.cdn_base()),
            account,
            ..Profile::new(ProfileId("shop".into()), "Shop", ServiceKind::Uploadcare)
        }
    }

    fn put_profile(&self, account: Option<Account>) {
        let mut profiles = Profiles::load(self.data.path()).unwrap();
        profiles.put(self.profile(account)).unwrap();
    }

    fn unlock(&self) {
        let (keyring, id) = (&self.keyring, ProfileId("shop".into()));
        let saved = keyring.save(&id, "Shop", SECRET_KEY.to_owned().into());
        self.runtime.block_on(saved).unwrap();
    }

    fn lock(&self) {
        let id = ProfileId("shop".into());
        let forgotten = self.keyring.forget(&id);
        self.runtime.block_on(forgotten).unwrap();
    }

    fn cache(&self) -> PathBuf {
        self.data.path().join("cache/shop.list")
    }

    fn open(&self) -> Window {
        Window::start(self.data.path(), false, self.keyring.clone())
    }

    /// A first window that lists everything, is closed, and leaves its list.
    fn open_and_close(&self) {
        let mut window = self.open();
        window.wait("the whole list", |window| {
            window.has("files · ") && window.has("as of")
        });
        window.wait("the kept list", |_| self.cache().exists());
    }

    /// What somebody else does at the service.
    fn elsewhere(&self, method: &str, target: &str, body: &str) {
        let keys = format!("Uploadcare.Simple {PUBLIC_KEY}:{SECRET_KEY}");
        let request = Request::new(method, target, body)
            .header("Accept", "application/vnd.uploadcare-v0.7+json")
            .header("Content-Type", "application/json")
            .header("Authorization", &keys);
        let host = self.server.base().replace("http://", "");
        let answer = self.runtime.block_on(request.send_to(&host)).unwrap();
        assert!(answer.status < 300, "{target}: {}", answer.status);
    }

    fn counted(&self) -> String {
        let files = self.server.books().file_ids().len() as u64;
        tallyman::model::size::counted(files, "file", "files")
    }
}

fn wait_for_truth(window: &mut Window, world: &World) {
    let files = format!("{} · ", world.counted());
    window.wait("the true list", |window| {
        window.has(&files) && !window.has("checking…") && window.harness.state().is_settled()
    });
}

#[test]
fn old_rows_at_once_and_then_the_truth() {
    let world = World::new();
    world.open_and_close();
    let before = world.counted();
    let ids = world.server.books().file_ids();
    let (removed, source) = (&ids[3..8], &ids[0]);
    world.elsewhere(
        "DELETE",
        "/files/storage/",
        &serde_json::to_string(removed).unwrap(),
    );
    let copy = format!(r#"{{"source": "{source}", "store": true}}"#);
    world.elsewhere("POST", "/files/local_copy/", &copy);
    let added = world.server.books().file_ids()[0].clone();
    assert!(!ids.contains(&added));

    world.server.faults().hold(Target::Reads, 0);
    let mut window = world.open();
    window.wait_for_rows();
    assert!(window.has(&format!("{before} · ")), "the old rows");
    assert!(window.has("checking…"));
    // Nothing is planned before it is known whose files these are.
    window.click_row(2, Modifiers::NONE);
    assert!(window.has("1 selected"));
    assert!(window.has_button("Delete…") && !window.can_press("Delete…"));

    // Open, but not checked to the end: the plan says so.
    world.server.faults().hold(Target::Reads, 1);
    window.wait("the account", |window| window.can_press("Delete…"));
    assert!(window.has("checking…"));
    window.press("Delete…");
    window.shows("From a list as of");
    window.press("Cancel");

    world.server.faults().release();
    wait_for_truth(&mut window, &world);
    assert!(window.has("1 selected"), "the selection holds");
    window.press("Delete…");
    window.shows("Delete 1 file");
    assert!(!window.has("From a list as of"));
    window.press("Cancel");
    window.fill(FILTER, &removed[0]);
    window.shows("No file matches the filter");
}

#[test]
fn the_checked_list_is_the_next_one() {
    let world = World::new();
    world.open_and_close();
    let source = world.server.books().file_ids()[0].clone();
    let copy = format!(r#"{{"source": "{source}"}}"#);
    world.elsewhere("POST", "/files/local_copy/", &copy);
    let mut window = world.open();
    wait_for_truth(&mut window, &world);
    drop(window);
    // The list that was checked is the one that the next start shows.
    world.lock();
    let mut window = world.open();
    window.wait_for_rows();
    assert!(window.has(&format!("{} · ", world.counted())));
}

#[test]
fn a_locked_keyring_leaves_the_list_to_look_at() {
    let world = World::new();
    world.open_and_close();
    world.lock();
    let mut window = world.open();
    window.wait_for_rows();
    window.shows("These files are as of");
    assert!(window.has("not checked"));
    window.click_row(0, Modifiers::NONE);
    for name in ["Delete…", "Store…"] {
        assert!(window.has_button(name) && !window.can_press(name), "{name}");
    }
    window.press("Copy ids");
    window.shows("Copied 1 id");
    window.fill(FILTER, "no file is called this");
    window.shows("0 of ");
    world.unlock();
    window.harness.get_by_label("Try again").click();
    window.wait("the checked list", |window| {
        !window.has("These files are as of") && !window.has("checking…")
    });
}

#[test]
fn a_damaged_list_is_thrown_away_with_a_word() {
    let world = World::new();
    world.open_and_close();
    let mut bytes = std::fs::read(world.cache()).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(world.cache(), &bytes).unwrap();
    let mut window = world.open();
    wait_for_truth(&mut window, &world);
    assert!(window.has("The kept list of Shop was thrown away: it is damaged"));
    window.wait("a sound list", |_| {
        std::fs::read(world.cache()).is_ok_and(|now| now != bytes)
    });
}

/// The keys open another project than the one that the rows on disk are of.
#[test]
fn rows_of_another_account_go() {
    let world = World::new();
    let other = Account {
        name: "Other".into(),
        key: "otherpublickey".into(),
    };
    let mut catalogue = Catalogue::new();
    let epoch = catalogue.begin();
    let row = FileRow {
        name: "a file of others.jpg".into(),
        ready: true,
        ..FileRow::unknown("21975c81-7f57-4c7a-aef9-acfe28779f78".into())
    };
    catalogue.merge(epoch, vec![row]);
    catalogue.finish(epoch);
    let as_of = AsOf {
        files: Some(Time::now()),
        removed: None,
    };
    let profile = world.profile(Some(other.clone()));
    let owner = cache::owner(&profile, &other);
    cache::save(world.data.path(), &owner, as_of, &catalogue).unwrap();

    // An account that the profile is not known to be of is not even shown for a moment.
    let mut window = world.open();
    wait_for_truth(&mut window, &world);
    assert!(!window.has("a file of others.jpg"));
    drop(window);

    cache::save(world.data.path(), &owner, as_of, &catalogue).unwrap();
    world.put_profile(Some(other));
    let mut window = world.open();
    wait_for_truth(&mut window, &world);
    assert!(window.has("it holds the files of another project"));
    window.fill(FILTER, "a file of others");
    window.shows("No file matches the filter");
}

#[test]
fn a_forgotten_profile_leaves_no_list() {
    let world = World::new();
    world.open_and_close();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = |path: PathBuf| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(world.cache()), 0o600);
        assert_eq!(mode(world.data.path().join("cache")), 0o700);
    }
    let kept = std::fs::read(world.cache()).unwrap();
    let has = |words: &str| {
        kept.windows(words.len())
            .any(|part| part == words.as_bytes())
    };
    assert!(has(PUBLIC_KEY) && !has(SECRET_KEY));
    let mut profiles = Profiles::load(world.data.path()).unwrap();
    profiles.remove(&ProfileId("shop".into())).unwrap();
    assert!(!world.cache().exists());
}

/// What a job did is not shown as undone by the next start.
#[test]
fn a_job_is_in_the_list_of_the_next_start() {
    let world = World::new();
    let locked = world.server.books().locked_ids();
    let files = world.server.books().file_ids();
    let id = files.iter().find(|id| !locked.contains(id)).unwrap();
    let mut window = world.open();
    wait_for_truth(&mut window, &world);
    window.fill(FILTER, id);
    window.wait("the file alone", |window| window.rows().len() == 1);
    window.click_row(0, Modifiers::NONE);
    window.press("Delete…");
    window.press("Delete 1 file");
    window.shows("1 of 1 deleted");
    eframe::App::on_exit(window.harness.state_mut(), None);
    drop(window);
    world.lock();
    let mut window = world.open();
    window.wait_for_rows();
    assert!(window.has(&format!("{} · ", world.counted())));
    window.fill(FILTER, id);
    window.shows("0 of ");
}

/// The second window looks at the list and leaves it alone.
#[test]
fn two_windows_share_one_list() {
    let world = World::new();
    world.open_and_close();
    let mut first = world.open();
    wait_for_truth(&mut first, &world);
    let mut second = world.open();
    second.wait_for_rows();
    wait_for_truth(&mut second, &world);
    drop(second);
    drop(first);
    world.lock();
    let mut third = world.open();
    third.wait_for_rows();
    assert!(third.has(&format!("{} · ", world.counted())));
    assert!(!third.has("thrown away"));
}

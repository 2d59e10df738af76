//! Profiles on disk, and the check of their keys against a server.

#![allow(clippy::unwrap_used, reason = "a test may stop at once")]

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tallyman::demo::{self, Options, Quirks, Server};
use tallyman::model::{Account, ProfileId, ServiceKind};
use tallyman::profile::{
    Colour, Keyring, Profile, ProfileErrorKind, Profiles, Secrets, VerifyErrorKind, new_id, verify,
};
use tallyman::service::Credentials;

const SECRET: &str = "a-very-secret-key";

fn profile(name: &str) -> Profile {
    Profile {
        public_key: "demopublickey".into(),
        api_base: Some("https://api.example.com".into()),
        protected: true,
        account: Some(Account {
            name: "Söhne \"& Co\"".into(),
            key: "demopublickey".into(),
        }),
        ..Profile::new(new_id(), name, ServiceKind::Uploadcare)
    }
}

fn file(dir: &Path) -> PathBuf {
    dir.join("profiles.toml")
}

fn names(dir: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn profiles_come_back_as_they_were_put() {
    let base = tempfile::tempdir().unwrap();
    let dir = base.path().join("not/yet");
    let (shop, other) = (profile("Shop"), profile("Other"));
    let mut profiles = Profiles::load(&dir).unwrap();
    assert!(profiles.list().is_empty() && profiles.notice().is_none());
    profiles.put(shop.clone()).unwrap();
    profiles.put(other.clone()).unwrap();

    let mut again = Profiles::load(&dir).unwrap();
    assert_eq!(again.list(), [shop.clone(), other.clone()]);
    assert_eq!(again.by_name(" sHOP "), Some(&shop));
    assert_eq!(again.get(&other.id), Some(&other));

    let renamed = Profile {
        name: "Shop 2".into(),
        account: None,
        api_base: None,
        ..shop
    };
    again.put(renamed.clone()).unwrap();
    again.remove(&other.id).unwrap();
    assert_eq!(Profiles::load(&dir).unwrap().list(), [renamed]);
    assert_eq!(
        again.remove(&other.id).unwrap_err().kind,
        ProfileErrorKind::NotFound
    );
    assert_eq!(names(&dir), ["profiles.toml"]);
}

#[test]
fn two_windows_do_not_undo_each_other() {
    let base = tempfile::tempdir().unwrap();
    let mut one = Profiles::load(base.path()).unwrap();
    let mut other = Profiles::load(base.path()).unwrap();
    one.put(profile("One")).unwrap();
    other.put(profile("Other")).unwrap();
    one.put(profile("Third")).unwrap();
    let names: Vec<_> = one.list().iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["One", "Other", "Third"]);
    let error = other.put(profile("third")).unwrap_err();
    assert_eq!(error.kind, ProfileErrorKind::Name);
}

#[test]
fn bad_profiles_are_refused_and_nothing_changes() {
    let base = tempfile::tempdir().unwrap();
    let mut profiles = Profiles::load(base.path()).unwrap();
    profiles.put(profile("Straße")).unwrap();
    let before = fs::read(file(base.path())).unwrap();
    let long = "x".repeat(61);
    for name in ["", "  ", "STRAßE", &long, "a\u{202E}b", "two\nlines"] {
        let error = profiles.put(profile(name)).unwrap_err();
        assert_eq!(error.kind, ProfileErrorKind::Name, "{name:?}");
    }
    for address in ["http://api.example.com", "ftp://x", "api", "https://u:p@x"] {
        let bad = Profile {
            api_base: Some(address.into()),
            ..profile("New")
        };
        let error = profiles.put(bad).unwrap_err();
        assert_eq!(error.kind, ProfileErrorKind::Address, "{address}");
    }
    let local = Profile {
        api_base: Some("http://127.0.0.1:8000".into()),
        ..profile(&"x".repeat(60))
    };
    profiles.put(local.clone()).unwrap();
    profiles.remove(&local.id).unwrap();
    assert_eq!(fs::read(file(base.path())).unwrap(), before);
}

#[test]
fn an_old_file_is_migrated_at_the_next_save() {
    let base = tempfile::tempdir().unwrap();
    let old = "[[profile]]\nid = \"a\"\nname = \"Shop\"\nservice = \"uploadcare\"\npublic_key = \"pub\"\n\n\
               [[profile]]\nid = \"b\"\nname = \"Blog\"\nservice = \"imagekit\"\n";
    fs::write(file(base.path()), old).unwrap();
    let mut profiles = Profiles::load(base.path()).unwrap();
    assert_eq!(profiles.notice(), None);
    assert_eq!(profiles.list()[1].colour, Colour::PALETTE[1]);
    assert_eq!(fs::read_to_string(file(base.path())).unwrap(), old);
    let shop = profiles.get(&ProfileId("a".into())).unwrap().clone();
    profiles.put(shop).unwrap();
    let text = fs::read_to_string(file(base.path())).unwrap();
    assert!(text.contains("version = 1"), "{text}");
    assert!(text.contains("colour = \"#2b8a3e\""), "{text}");
}

#[test]
fn a_broken_file_is_kept_aside() {
    for broken in [
        &b"version = 1\n[[profile\n"[..],
        b"\xFF\xFE",
        b"version = \"one\"",
    ] {
        let base = tempfile::tempdir().unwrap();
        fs::write(file(base.path()), broken).unwrap();
        let mut profiles = Profiles::load(base.path()).unwrap();
        assert!(profiles.list().is_empty() && !profiles.is_frozen());
        let aside = names(base.path());
        assert_eq!(aside.len(), 1);
        assert!(aside[0].starts_with("profiles.broken-2"), "{aside:?}");
        assert!(profiles.notice().unwrap().contains(&aside[0]));
        profiles.put(profile("Shop")).unwrap();
        assert_eq!(fs::read(base.path().join(&aside[0])).unwrap(), broken);
        assert_eq!(Profiles::load(base.path()).unwrap().list().len(), 1);
    }
}

#[test]
fn a_file_that_breaks_meanwhile_costs_no_profile() {
    let base = tempfile::tempdir().unwrap();
    let mut profiles = Profiles::load(base.path()).unwrap();
    profiles.put(profile("Shop")).unwrap();
    fs::write(file(base.path()), "broken [").unwrap();
    profiles.put(profile("Blog")).unwrap();
    assert_eq!(Profiles::load(base.path()).unwrap().list().len(), 2);
    assert_eq!(names(base.path()).len(), 2);
}

#[test]
fn a_newer_file_is_left_alone() {
    let base = tempfile::tempdir().unwrap();
    let newer = "version = 2\n[other]\nshape = true\n";
    fs::write(file(base.path()), newer).unwrap();
    let mut profiles = Profiles::load(base.path()).unwrap();
    assert!(profiles.is_frozen() && profiles.list().is_empty());
    assert!(profiles.notice().unwrap().contains("newer Tallyman"));
    let error = profiles.put(profile("Shop")).unwrap_err();
    assert_eq!(error.kind, ProfileErrorKind::Frozen);
    assert!(error.message.contains("update Tallyman"), "{error}");
    assert_eq!(fs::read_to_string(file(base.path())).unwrap(), newer);
    assert_eq!(names(base.path()), ["profiles.toml"]);
}

#[test]
fn a_save_that_fails_leaves_the_list_as_it_was() {
    let base = tempfile::tempdir().unwrap();
    let dir = base.path().join("file");
    fs::write(&dir, "in the way").unwrap();
    let error = match Profiles::load(&dir) {
        Err(error) => error,
        Ok(mut profiles) => profiles.put(profile("Shop")).unwrap_err(),
    };
    assert_eq!(error.kind, ProfileErrorKind::Io);
    assert!(error.message.contains("profiles.toml"), "{error}");
}

#[cfg(unix)]
#[test]
fn the_file_is_its_owners_alone_and_a_link_stays_one() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let base = tempfile::tempdir().unwrap();
    let (dir, real) = (base.path().join("data"), base.path().join("real.toml"));
    fs::create_dir(&dir).unwrap();
    symlink("../real.toml", file(&dir)).unwrap();
    for name in ["Shop", "Blog"] {
        Profiles::load(&dir).unwrap().put(profile(name)).unwrap();
        let mode = fs::metadata(&real).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert!(fs::symlink_metadata(file(&dir)).unwrap().is_symlink());
    }
    assert_eq!(names(base.path()), ["data", "real.toml"]);
    let made = base.path().join("made");
    Profiles::load(&made).unwrap().put(profile("Shop")).unwrap();
    assert_eq!(
        fs::metadata(made).unwrap().permissions().mode() & 0o777,
        0o700
    );
}

#[test]
fn a_saved_secret_is_in_no_file() {
    let base = tempfile::tempdir().unwrap();
    let secrets = Secrets::new(Keyring::mock());
    let shop = profile("Shop");
    let mut profiles = Profiles::load(base.path()).unwrap();
    pollster::block_on(secrets.save(&shop.id, &shop.name, SECRET.into())).unwrap();
    profiles.put(shop.clone()).unwrap();
    for name in names(base.path()) {
        let text = fs::read_to_string(base.path().join(name)).unwrap();
        assert!(!text.contains(SECRET), "{text}");
    }
    let credentials = shop.credentials(pollster::block_on(secrets.get(&shop.id)).unwrap());
    for shown in [format!("{profiles:?}"), format!("{credentials:?}")] {
        assert!(!shown.contains(SECRET), "{shown}");
    }
}

fn keys(base: &str) -> Credentials {
    Profile {
        public_key: demo::PUBLIC_KEY.into(),
        api_base: Some(base.into()),
        ..profile("Demo")
    }
    .credentials(demo::SECRET_KEY.into())
}

async fn server(quirks: Quirks) -> Server {
    let options = Options {
        files: 10,
        groups: 1,
        latency: Duration::ZERO,
        quirks,
        ..Options::default()
    };
    Server::start(options).await.unwrap()
}

#[tokio::test]
async fn good_keys_name_their_project() {
    let server = server(Quirks::default()).await;
    let account = verify(&keys(&server.base())).await.unwrap();
    assert_eq!(account.name, demo::PROJECT_NAME);
    assert_eq!(account.key, demo::PUBLIC_KEY);
}

#[tokio::test]
async fn bad_keys_are_told_apart() {
    let server = server(Quirks::default()).await;
    let unknown = Credentials {
        public_key: "nobodyskey".into(),
        ..keys(&server.base())
    };
    let wrong = Credentials {
        secret: SECRET.into(),
        ..keys(&server.base())
    };
    let simple = Credentials {
        simple_auth: true,
        ..keys(&server.base())
    };
    for (keys, kind) in [
        (unknown, VerifyErrorKind::UnknownKey),
        (wrong, VerifyErrorKind::WrongSecret),
        (simple, VerifyErrorKind::Config),
    ] {
        let error = verify(&keys).await.unwrap_err();
        assert_eq!(error.kind, kind, "{error}");
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains(SECRET) && !shown.contains(demo::SECRET_KEY));
    }
}

#[tokio::test]
async fn a_clock_that_is_off_is_named() {
    let quirks = Quirks {
        clock_offset: -3 * 3_600,
        ..Quirks::default()
    };
    let server = server(quirks).await;
    let error = verify(&keys(&server.base())).await.unwrap_err();
    assert_eq!(error.kind, VerifyErrorKind::ClockOff, "{error}");
    assert!(error.message.contains("3 hours ahead of"), "{error}");
}

#[tokio::test]
async fn nobody_there_is_no_network() {
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let error = verify(&keys(&format!("http://127.0.0.1:{port}")))
        .await
        .unwrap_err();
    assert_eq!(error.kind, VerifyErrorKind::NoNetwork, "{error}");
}

#[tokio::test]
async fn somebody_else_is_not_the_service() {
    let answers = [
        ("200 OK\r\nContent-Type: text/html", "<html></html>"),
        ("404 Not Found\r\nContent-Type: text/html", "no such page"),
        (
            "200 OK\r\nContent-Type: application/json",
            "{\"weather\":\"fine\"}",
        ),
        ("302 Found\r\nLocation: https://example.com/", ""),
    ];
    for (head, body) in answers {
        let length = body.len();
        let answer = format!("HTTP/1.1 {head}\r\nContent-Length: {length}\r\n\r\n{body}");
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let mut request = [0; 4096];
                let _ = stream.read(&mut request);
                let _ = stream.write_all(answer.as_bytes());
            }
        });
        let error = verify(&keys(&base)).await.unwrap_err();
        assert_eq!(
            error.kind,
            VerifyErrorKind::NotTheService,
            "{head}: {error}"
        );
        assert!(error.message.contains(&base), "{error}");
    }
}

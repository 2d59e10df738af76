//! The keyring against a real daemon. `tests/keyring.sh` makes the worlds that the names begin with.

#![cfg(all(unix, not(target_os = "macos")))]
#![allow(clippy::unwrap_used, reason = "a test may stop at once")]

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use pollster::block_on;
use secrecy::ExposeSecret as _;
use tallyman::model::ProfileId;
use tallyman::profile::{KEYRING_SERVICE, Keyring, KeyringErrorKind, Secrets, new_id};

/// What `tests/keyring.sh` locks the default collection with.
const PASSWORD: &str = "ci-pass";

/// Runs a program of the desktop; its output, if it ended well.
fn run(program: &str, arguments: &[&str], input: &str) -> Option<String> {
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(input.as_bytes()).unwrap();
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    output.status.success().then_some(text)
}

fn look_up(id: &ProfileId) -> Option<String> {
    let query = ["lookup", "service", KEYRING_SERVICE, "username", &id.0];
    run("secret-tool", &query, "")
}

fn store(id: &ProfileId, more: &[&str], secret: &str) {
    let mut arguments = vec!["store", "--label=by hand", "service", KEYRING_SERVICE];
    arguments.extend(["username", &id.0]);
    arguments.extend(more);
    run("secret-tool", &arguments, secret).unwrap();
}

/// The process that speaks for the keyring on the bus.
fn daemon() -> String {
    let call = [
        "--session",
        "--print-reply=literal",
        "--dest=org.freedesktop.DBus",
        "/org/freedesktop/DBus",
        "org.freedesktop.DBus.GetConnectionUnixProcessID",
        "string:org.freedesktop.secrets",
    ];
    // A daemon that has just started may not own its name yet.
    let begun = Instant::now();
    loop {
        match run("dbus-send", &call, "") {
            Some(reply) => return reply.split_whitespace().last().unwrap().to_owned(),
            None => assert!(begun.elapsed() < Duration::from_secs(10), "no daemon"),
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn signal(name: &str, process: &str) {
    run("kill", &[name, process], "").unwrap();
}

fn kind_of_load(keyring: &Keyring, id: &ProfileId) -> KeyringErrorKind {
    block_on(keyring.load(id)).unwrap_err().kind
}

#[test]
#[ignore = "needs a keyring daemon"]
fn open_keyring_keeps_a_secret_until_it_is_forgotten() {
    let (keyring, id) = (Keyring::system(), new_id());
    block_on(keyring.save(&id, "Shop", "first".into())).unwrap();
    block_on(keyring.save(&id, "Shop", "sécond 🔑".into())).unwrap();
    assert_eq!(look_up(&id).as_deref(), Some("sécond 🔑"));
    let search = ["search", "--all", "username", &id.0];
    let found = run("secret-tool", &search, "").unwrap();
    assert!(found.contains("label = Tallyman: Shop"), "{found}");
    assert_eq!(found.matches("label = ").count(), 1, "{found}");

    let again = Keyring::system();
    let secret = block_on(again.load(&id)).unwrap();
    assert_eq!(secret.expose_secret(), "sécond 🔑");
    block_on(again.forget(&id)).unwrap();
    block_on(again.forget(&id)).unwrap();
    assert_eq!(look_up(&id), None);
    assert_eq!(kind_of_load(&keyring, &id), KeyringErrorKind::NotFound);
}

#[test]
#[ignore = "needs a keyring daemon"]
fn open_keyring_gives_what_another_program_stored() {
    let (keyring, id) = (Keyring::system(), new_id());
    store(&id, &[], "by hand");
    let secret = block_on(keyring.load(&id)).unwrap();
    assert_eq!(secret.expose_secret(), "by hand");
    block_on(keyring.forget(&id)).unwrap();
}

#[test]
#[ignore = "needs a keyring daemon"]
fn open_keyring_with_twins_says_so_and_forgets_both() {
    let (keyring, id) = (Keyring::system(), new_id());
    store(&id, &[], "one");
    store(&id, &["more", "yes"], "two");
    assert_eq!(kind_of_load(&keyring, &id), KeyringErrorKind::Ambiguous);
    let saved = block_on(keyring.save(&id, "Shop", "new".into()));
    assert_eq!(saved.unwrap_err().kind, KeyringErrorKind::Ambiguous);
    block_on(keyring.forget(&id)).unwrap();
    block_on(keyring.save(&id, "Shop", "new".into())).unwrap();
    assert_eq!(look_up(&id).as_deref(), Some("new"));
    block_on(keyring.forget(&id)).unwrap();
}

#[test]
#[ignore = "needs a keyring daemon"]
fn open_keyring_that_is_restarted_is_found_again() {
    let (keyring, id) = (Keyring::system(), new_id());
    block_on(keyring.save(&id, "Shop", "kept".into())).unwrap();
    let before = daemon();
    let anew = ["--replace", "--unlock", "--components=secrets"];
    run("gnome-keyring-daemon", &anew, PASSWORD).unwrap();
    assert_ne!(daemon(), before);
    let secret = block_on(keyring.load(&id)).unwrap();
    assert_eq!(secret.expose_secret(), "kept");
    block_on(keyring.forget(&id)).unwrap();
}

#[test]
#[ignore = "needs a keyring daemon"]
fn open_keyring_that_freezes_holds_nobody_up() {
    let (keyring, id) = (Keyring::system(), new_id());
    block_on(keyring.save(&id, "Shop", "kept".into())).unwrap();
    let process = daemon();
    signal("-STOP", &process);
    let begun = Instant::now();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    let waited = runtime.block_on(async {
        tokio::time::timeout(Duration::from_millis(500), keyring.load(&id)).await
    });
    signal("-CONT", &process);
    assert!(waited.is_err(), "a stopped daemon answered");
    assert!(begun.elapsed() < Duration::from_secs(5));
    let secret = block_on(keyring.load(&id)).unwrap();
    assert_eq!(secret.expose_secret(), "kept");
    block_on(keyring.forget(&id)).unwrap();
}

#[test]
#[ignore = "needs a keyring daemon"]
fn open_keyring_works_inside_a_runtime() {
    let (secrets, id) = (Secrets::new(Keyring::system()), new_id());
    let runtime = tokio::runtime::Builder::new_multi_thread().build().unwrap();
    runtime.block_on(async {
        secrets.save(&id, "Shop", "kept".into()).await.unwrap();
        assert_eq!(secrets.get(&id).await.unwrap().expose_secret(), "kept");
        secrets.forget(&id).await.unwrap();
    });
}

/// The daemon runs, its collection is locked, and no prompt can open.
#[test]
#[ignore = "needs a locked keyring"]
fn locked_keyring_says_so_and_the_session_helps() {
    let (keyring, id) = (Keyring::system(), new_id());
    let error = block_on(keyring.save(&id, "Shop", "k".into())).unwrap_err();
    assert_eq!(error.kind, KeyringErrorKind::Locked, "{error}");
    assert!(error.message.contains("this session only"), "{error}");
    let secrets = Secrets::new(keyring);
    secrets.keep_for_session(&id, "k".into());
    assert_eq!(block_on(secrets.get(&id)).unwrap().expose_secret(), "k");
}

/// The item is there, in a collection that is locked.
#[test]
#[ignore = "needs a locked keyring"]
fn locked_keyring_does_not_give_what_it_has() {
    let id = ProfileId("kept-before".into());
    assert_eq!(
        kind_of_load(&Keyring::system(), &id),
        KeyringErrorKind::Locked
    );
}

/// The daemon runs and has no collection yet.
#[test]
#[ignore = "needs an empty keyring"]
fn empty_keyring_has_no_place_for_a_secret() {
    let (keyring, id) = (Keyring::system(), new_id());
    assert_eq!(kind_of_load(&keyring, &id), KeyringErrorKind::NotFound);
    let error = block_on(keyring.save(&id, "Shop", "k".into())).unwrap_err();
    assert_eq!(error.kind, KeyringErrorKind::NoKeyring, "{error}");
}

/// There is a bus, and nothing on it that keeps secrets.
#[test]
#[ignore = "needs a bus without a keyring"]
fn lone_bus_has_no_keyring() {
    none_there();
}

/// There is no bus.
#[test]
#[ignore = "needs a session without a bus"]
fn busless_session_has_no_keyring() {
    none_there();
}

fn none_there() {
    let (keyring, id) = (Keyring::system(), new_id());
    assert_eq!(kind_of_load(&keyring, &id), KeyringErrorKind::NoKeyring);
    let error = block_on(keyring.save(&id, "Shop", "k".into())).unwrap_err();
    assert_eq!(error.kind, KeyringErrorKind::NoKeyring, "{error}");
    assert!(error.message.contains("this session only"), "{error}");
}

/// The binary with a data folder and nothing else of this environment's projects.
fn tallyman(home: &std::path::Path, arguments: &[&str]) -> (i32, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_tallyman"))
        .current_dir(home)
        .args(arguments)
        .env("TALLYMAN_DATA_DIR", home.join("data"))
        .env_remove("TALLYMAN_SECRET_KEY")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = [output.stdout, output.stderr].concat();
    (
        output.status.code().unwrap(),
        String::from_utf8(text).unwrap(),
    )
}

fn signing_entry() -> Option<String> {
    let query = ["lookup", "service", tallyman::profile::SIGNING_SERVICE];
    run("secret-tool", &query, "")
}

#[test]
#[ignore = "needs a keyring of its own; see tests/keyring.sh"]
fn open_reports_are_signed_with_a_key_of_the_keyring() {
    let home = tempfile::tempdir().unwrap();
    assert!(signing_entry().is_none());
    let delete = ["delete", "--demo", "--yes", "a", "b", "--report", "one"];
    let (_, told) = tallyman(home.path(), &delete);
    assert!(told.contains("Signed with the key "), "{told}");
    let secret = signing_entry().unwrap();
    let (code, public) = tallyman(home.path(), &["signing-key"]);
    assert_eq!((code, public.trim().len()), (0, 56), "{public}");

    let (code, told) = tallyman(home.path(), &["check-report", "one"]);
    assert!(
        code == 0 && told.contains("this computer's own key"),
        "{told}"
    );
    let given = ["check-report", "one", "--public-key", public.trim()];
    let (code, told) = tallyman(home.path(), &given);
    assert!(code == 0 && told.contains("with the given key"), "{told}");
    let manifest = home.path().join("one/manifest.json");
    let path = manifest.to_str().unwrap();
    let verified = run("minisign", &["-V", "-m", path, "-P", public.trim()], "").unwrap();
    assert!(verified.contains("report of job 1"), "{verified}");

    let (code, told) = tallyman(home.path(), &["report", "1", "--out", "two", "--redacted"]);
    assert!(code == 0 && told.contains("Signed with the key "), "{told}");
    let (code, told) = tallyman(home.path(), &["check-report", "two"]);
    assert!(code == 0 && told.contains("The redacted report"), "{told}");
    for folder in ["one", "two", "data"] {
        for file in std::fs::read_dir(home.path().join(folder)).unwrap() {
            let bytes = std::fs::read(file.unwrap().path()).unwrap_or_default();
            let found = bytes
                .windows(secret.len())
                .any(|window| window == secret.as_bytes());
            assert!(!found, "the signing key is in a file of {folder}");
        }
    }

    // Another computer has no key, or another one.
    run(
        "secret-tool",
        &["clear", "service", tallyman::profile::SIGNING_SERVICE],
        "",
    );
    let (code, told) = tallyman(home.path(), &["check-report", "one"]);
    assert!(code == 0 && told.contains("is not known here"), "{told}");
    assert!(signing_entry().is_none(), "a check makes no key");
    let (_, other) = tallyman(home.path(), &["signing-key"]);
    let given = ["check-report", "one", "--public-key", other.trim()];
    let (code, told) = tallyman(home.path(), &given);
    assert!(
        code == 1 && told.contains("not with the given one"),
        "{told}"
    );
    run(
        "secret-tool",
        &["clear", "service", tallyman::profile::SIGNING_SERVICE],
        "",
    );
}

#[test]
#[ignore = "needs a bus of its own; see tests/keyring.sh"]
fn busless_reports_are_written_unsigned_and_say_so() {
    let home = tempfile::tempdir().unwrap();
    let delete = ["delete", "--demo", "--yes", "a", "--report", "one"];
    let (_, told) = tallyman(home.path(), &delete);
    assert!(told.contains("The report is not signed."), "{told}");
    let (code, told) = tallyman(home.path(), &["check-report", "one"]);
    assert!(code == 0 && told.contains("had no keyring"), "{told}");
    let (code, told) = tallyman(home.path(), &["signing-key"]);
    assert!(
        code == 3 && told.contains("There is no signing key."),
        "{told}"
    );
}

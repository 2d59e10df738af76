//! What is asked on a terminal, which `script` makes.

use std::io::{Read as _, Write as _};
use std::process::{Command, Stdio};

use tallyman::demo::imagekit::PRIVATE_KEY;
use tallyman::model::ServiceKind;

use crate::house::House;

/// Runs the program on ImageKit.
fn media(house: &House, program: &str) -> Command {
    let mut command = house.dressed(program);
    command
        .env("TALLYMAN_SERVICE", ServiceKind::ImageKit.key())
        .env_remove("TALLYMAN_PUBLIC_KEY")
        .env("TALLYMAN_SECRET_KEY", PRIVATE_KEY)
        .env(
            "TALLYMAN_API_BASE",
            house.server.base_of(ServiceKind::ImageKit),
        );
    command
}

/// Runs it on a terminal and types this when it asks. What it said, and its status.
fn answered(house: &House, words: &str, typed: &str) -> (String, i32) {
    let line = format!("\"$PROGRAM\" {words}");
    let mut child = media(house, "script")
        .args(["-qefc", &line, "/dev/null"])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    let (mut out, mut heard, mut byte) = (child.stdout.take().unwrap(), Vec::new(), [0]);
    while !heard.ends_with(b"to go on: ") {
        let read = out.read(&mut byte).unwrap();
        assert_eq!(
            read,
            1,
            "it never asked: {}",
            String::from_utf8_lossy(&heard)
        );
        heard.push(byte[0]);
    }
    let mut keys = child.stdin.take().unwrap();
    writeln!(keys, "{typed}").unwrap();
    out.read_to_end(&mut heard).unwrap();
    let code = child.wait().unwrap().code().unwrap();
    (String::from_utf8_lossy(&heard).into_owned(), code)
}

#[test]
fn a_folder_is_deleted_once_its_path_was_typed_and_several_once_their_number_was() {
    if Command::new("script").arg("--version").output().is_err() {
        println!("no `script` here: what is asked is tested without a terminal alone");
        return;
    }
    let house = House::new();
    let program = env!("CARGO_BIN_EXE_tallyman");
    let folders = || {
        let output = media(&house, program).arg("folders").output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    for path in ["/one/inner", "/two", "/three"] {
        let made = media(&house, program)
            .args(["create-folder", path])
            .status();
        assert!(made.unwrap().success());
    }
    let cases = [
        ("/one/inner", "yes", "Type /one/inner to go on", false),
        ("/one/inner", "inner", "Type /one/inner to go on", false),
        ("/one/inner", "/one/inner", "Type /one/inner to go on", true),
        ("/two /three", "yes", "Type 2 to go on", false),
        ("/two /three", "2", "Type 2 to go on", true),
    ];
    for (paths, typed, asked, goes) in cases {
        let (said, code) = answered(&house, &format!("delete-folders {paths}"), typed);
        assert!(said.contains(asked), "{said}");
        assert_eq!(code, if goes { 0 } else { 2 }, "{paths} {typed}: {said}");
        assert_eq!(said.contains("Nothing was sent"), !goes, "{said}");
        let there = folders();
        for path in paths.split(' ') {
            assert_eq!(there.contains(path), !goes, "{paths} {typed}: {there}");
        }
    }
}

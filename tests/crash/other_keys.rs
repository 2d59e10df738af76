//! A cut-off job and keys that by now open another project: nothing is sent, and both are named.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use tallyman::demo;
use tallyman::model::Verb;

use crate::history::{History, Kill};
use crate::house::House;

const OTHER: &str =
    r#"{"collaborators": [], "name": "Somebody Else", "pub_key": "0123456789abcdef0123"}"#;

/// A service that knows one project and does nothing; its address and the lines that it was asked.
fn other_project() -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let asked = Arc::<Mutex<Vec<String>>>::default();
    let told = asked.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut bytes = [0; 4096];
            let count = stream.read(&mut bytes).unwrap_or(0);
            let text = String::from_utf8_lossy(&bytes[..count]).into_owned();
            let line = text.lines().next().unwrap_or_default().to_owned();
            told.lock().unwrap().push(line);
            let length = OTHER.len();
            let _ = write!(
                stream,
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\
                 Connection: close\r\n\r\n{OTHER}"
            );
        }
    });
    (base, asked)
}

#[test]
fn keys_of_another_project_stop_a_job_that_was_cut_off() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let history = History::plain(Verb::Delete);
    let house = runtime.block_on(House::new(&history));
    let args = ["delete", "--ids", &house.ids, "--yes", "--json"];
    let cut = house.run(&args, &Kill::At("finish_call.before:1".to_owned()));
    assert!(cut.crashed, "{}", cut.words);

    let (base, asked) = other_project();
    let output = house
        .command(&["resume", "--json"])
        .env("TALLYMAN_PUBLIC_KEY", "0123456789abcdef0123")
        .env("TALLYMAN_API_BASE", base)
        .output()
        .unwrap();
    let words = String::from_utf8_lossy(&output.stderr);
    let asked = asked.lock().unwrap().clone();
    assert!(
        !asked.is_empty() && asked.iter().all(|line| line.starts_with("GET /project/ ")),
        "{asked:?}"
    );
    assert_ne!(output.status.code(), Some(0), "{words}");
    for part in [demo::PROJECT_NAME, "Somebody Else", "Nothing was sent"] {
        assert!(words.contains(part), "{part}: {words}");
    }

    let told = house.resume(&Kill::Never);
    assert!(
        told.text.contains(r#""state":"ended""#),
        "{}{}",
        told.text,
        told.words
    );
    crate::check::check(&history, &house).unwrap();
}

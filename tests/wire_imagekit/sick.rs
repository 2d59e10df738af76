//! One file whose details always fail, among others that are well.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;

use tallyman::demo::imagekit::PRIVATE_KEY;
use tallyman::demo::{Options, Server};
use tallyman::job::Engine;
use tallyman::ledger::Ledger;
use tallyman::model::{JobState, Outcome, Plan, PlanArgs, PlanItem, ServiceKind, Verb};
use tallyman::service;
use tokio_util::sync::CancellationToken;

use super::jobs::{Silent, limits};
use super::raw::{Asked, Raw, Say};
use super::{credentials, json, source};

/// What the stand-in at this address says.
fn passed_on(base: &str, asked: &Asked) -> Say {
    let mut stream = TcpStream::connect(base).unwrap();
    let head: Vec<&str> = asked
        .head
        .lines()
        .filter(|line| !line.to_ascii_lowercase().starts_with("connection:"))
        .collect();
    let head = format!(
        "{} HTTP/1.1\r\nConnection: close\r\n{}\r\n\r\n",
        asked.line,
        head.join("\r\n")
    );
    stream
        .write_all(&[head.as_bytes(), &asked.body].concat())
        .unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    Say::Cut(answer)
}

#[test]
fn a_file_whose_details_always_fail_ends_alone_and_the_others_are_moved() {
    // The stand-in has threads of its own: who passes questions on to it waits for its answers.
    let [own, ours] = [(); 2].map(|()| tokio::runtime::Runtime::new().unwrap());
    let options = Options {
        imagekit_files: 60,
        ..Options::default()
    };
    let server = own.block_on(Server::start(options)).unwrap();
    ours.block_on(moved(&server));
}

async fn moved(server: &Server) {
    let books = server.imagekit_books();
    let stuck = books.stuck_ids();
    let mut ids = books.file_ids();
    ids.retain(|id| !stuck.contains(id));
    ids.truncate(12);
    let (base, sick) = (server.base_of(ServiceKind::ImageKit), ids[4].clone());
    let (host, path) = base["http://".len()..].split_once('/').unwrap();
    let host = host.to_owned();
    let raw = Raw::start(move |_, asked| match asked.line.contains(&sick) {
        true => json(500, r#"{"message": "Internal error"}"#),
        false => passed_on(&host, asked),
    })
    .await;
    let credentials = credentials(&format!("{}/{path}", raw.base), PRIVATE_KEY);
    let service = service::open_with(&credentials, limits(false)).unwrap();
    let source = source(&*service).await;
    let items = ids.iter().map(|id| PlanItem::bare(id.as_str().into()));
    let plan = Plan::new(Verb::Move, source, items.collect()).with_args(PlanArgs {
        folder: Some("/ward".into()),
        ..PlanArgs::default()
    });
    let dir = tempfile::tempdir().unwrap();
    let engine = Engine {
        service,
        ledger: Arc::new(Ledger::open(dir.path()).unwrap()),
    };
    let job = engine.start(&plan).await.unwrap();
    let run = engine.run(job, CancellationToken::new(), Arc::new(Silent));
    let summary = run.await.unwrap();
    assert_eq!(summary.state, JobState::Ended, "{}", summary.reason);
    for row in engine.ledger.record(job).unwrap().items {
        let settled = row.settled.unwrap();
        let there = books.file(row.item.id.as_str()).unwrap().path;
        let is_sick = row.seq == 4;
        match settled.outcome {
            Outcome::Failed if is_sick => {
                assert!(
                    settled.problem.contains("could not be looked at"),
                    "{settled:?}"
                );
                assert!(!there.starts_with("/ward/"), "{there}");
            }
            Outcome::Done if !is_sick => assert!(there.starts_with("/ward/"), "{there}"),
            _ => panic!("{settled:?} {there}"),
        }
    }
}

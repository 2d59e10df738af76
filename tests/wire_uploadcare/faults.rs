//! Throttling, lost answers, stops, wrong keys and wrong clocks.

use std::time::{Duration, Instant};

use tallyman::demo::{Fault, Quirks, Rate, RetryAfter, Target};
use tallyman::model::Verb;
use tallyman::service::{self, Credentials, ErrorKind, Listing, Priority, Seen};
use tokio_util::sync::CancellationToken;

use super::{batch, credentials, facts, free, list, open, reread, server, strike};

#[tokio::test]
async fn throttling_in_every_form_is_waited_out() {
    let server = server(300, Quirks::default()).await;
    let service = open(&server);
    let files = free(&server);
    let forms = [
        (Some(RetryAfter::Seconds(1)), 1.0),
        (Some(RetryAfter::Date(Duration::from_secs(2))), 1.0),
        (Some(RetryAfter::Seconds(0)), 0.2),
        (None, 0.2),
    ];
    for (number, (retry_after, least)) in forms.into_iter().enumerate() {
        strike(&server, Fault::Throttle { retry_after }, Target::Writes, 1);
        let started = Instant::now();
        let answered = batch(&*service, Verb::Delete, &[&files[number]])
            .await
            .unwrap();
        let waited = started.elapsed().as_secs_f64();
        assert!(
            (least..least + 10.0).contains(&waited),
            "{retry_after:?}: {waited}"
        );
        assert_eq!(
            (answered.meta.attempts, answered.meta.throttled),
            (2, 1),
            "{retry_after:?}"
        );
        assert!(answered.meta.request_id.is_some());
        assert!(
            server
                .books()
                .file(&files[number])
                .unwrap()
                .removed
                .is_some()
        );
        assert_eq!(server.books().writes_per_id(&files[number]), 1);
    }
    strike(
        &server,
        Fault::Throttle { retry_after: None },
        Target::Reads,
        2,
    );
    assert_eq!(
        list(&service, Listing::Existing).await.unwrap().len(),
        server.books().file_ids().len()
    );
}

#[tokio::test]
async fn many_calls_settle_under_a_rate() {
    let server = server(2_000, Quirks::default()).await;
    server.faults().set_rate(Some(Rate {
        per_second: 10.0,
        burst: 4,
    }));
    let service = open(&server);
    let files = free(&server);
    let calls = files[..400].chunks(20).map(|ids| {
        let (service, ids) = (service.clone(), ids.to_vec());
        tokio::spawn(async move {
            let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
            facts(&*service, Verb::Delete, &ids).await.len()
        })
    });
    let calls: Vec<_> = calls.collect();
    for call in calls {
        assert_eq!(call.await.unwrap(), 20);
    }
    let books = server.books();
    assert!(files[..400].iter().all(|id| books.writes_per_id(id) == 1));
    assert!(books.requests() < 120, "no storm: {}", books.requests());
}

#[tokio::test]
async fn a_lost_write_is_lost_once_and_a_lost_read_is_asked_again() {
    let server = server(500, Quirks::default()).await;
    let (service, books) = (open(&server), server.books());
    let files = free(&server);
    let kinds = [
        (Fault::ErrorBefore(500), false),
        (Fault::ErrorBefore(503), false),
        (Fault::CutBefore, false),
        (Fault::ErrorAfter(502), true),
        (Fault::CutAfter, true),
        (Fault::TruncateAfter, true),
        (Fault::GarbageAfter, true),
        (Fault::StallAfter(Duration::from_secs(60)), true),
    ];
    for (id, (kind, done)) in files.iter().zip(kinds) {
        strike(&server, kind, Target::Writes, 1);
        let error = batch(&*service, Verb::Delete, &[id]).await.unwrap_err();
        assert_eq!(
            (error.kind, error.meta.attempts),
            (ErrorKind::Lost, 1),
            "{kind:?}: {error}"
        );
        assert_eq!(books.file(id).unwrap().removed.is_some(), done, "{kind:?}");
        assert_eq!(
            books.writes_per_id(id),
            u64::from(done),
            "{kind:?}: sent once"
        );

        strike(&server, kind, Target::Reads, 2);
        let seen = reread(&*service, Verb::Delete, id).await.unwrap();
        assert!(
            matches!(seen, Seen::File(row) if row.removed.is_some() == done),
            "{kind:?}"
        );
        strike(&server, kind, Target::Reads, 1);
        let listed = list(&service, Listing::Existing).await.unwrap();
        assert_eq!(listed.len(), books.file_ids().len(), "{kind:?}");
    }
}

#[tokio::test]
async fn stop_ends_a_wait_and_nothing_was_done() {
    let server = server(300, Quirks::default()).await;
    let service = open(&server);
    let files = free(&server);
    let minute = Some(RetryAfter::Seconds(60));
    strike(
        &server,
        Fault::Throttle {
            retry_after: minute,
        },
        Target::Writes,
        1,
    );
    let stop = CancellationToken::new();
    let pass = service.gate().enter(Priority::Job).await;
    let (work, ids) = (Verb::Delete.into(), [files[0].as_str().into()]);
    let call = service.batch(pass, &work, &ids, &stop);
    let stopper = async {
        while service.gate().pause_left().is_zero() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        stop.cancel();
        Instant::now()
    };
    let (ended, stopped) = tokio::join!(call, stopper);
    assert!(stopped.elapsed() < Duration::from_secs(30));
    assert_eq!(ended.unwrap_err().kind, ErrorKind::Stopped);
    assert!(service.gate().pause_left() > Duration::from_secs(50));
    assert_eq!(server.books().writes(), 0);
}

#[tokio::test]
async fn wrong_keys_are_told_apart() {
    let server = server(50, Quirks::default()).await;
    let unknown = Credentials {
        public_key: "unknownkey".to_owned(),
        ..credentials(&server)
    };
    let wrong = Credentials {
        secret: "wrong".to_owned().into(),
        ..credentials(&server)
    };
    for (credentials, words, hint) in [
        (unknown, "Public key unknownkey not found.", "public key"),
        (
            wrong,
            "Invalid signature. Please check your Secret key.",
            "secret key",
        ),
    ] {
        let error = service::open(&credentials)
            .unwrap()
            .account()
            .await
            .unwrap_err();
        assert_eq!(error.kind, ErrorKind::Unauthenticated);
        assert_eq!(error.words.as_deref(), Some(words));
        assert!(error.message.contains(hint), "{error}");
        assert_eq!(error.meta.attempts, 1, "never tried again");
    }
}

#[tokio::test]
async fn a_wrong_clock_is_named() {
    for (clock_offset, hint) in [(3 * 3600, "behind"), (-3600, "ahead of")] {
        let quirks = Quirks {
            clock_offset,
            ..Quirks::default()
        };
        let server = server(50, quirks).await;
        let error = open(&server).account().await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Clock);
        assert!(
            error.message.contains("clock") && error.message.contains(hint),
            "{error}"
        );
        assert!(error.server_time.is_some());
    }
}

//! Listings follow the service's own links, and nobody else's; redirects are not followed at all.

use tallyman::service::{ErrorKind, Listing};
use tokio::sync::mpsc;

use super::json;
use super::raw::{Asked, Raw, Say};
use super::{ID, PROJECT, delete, list, open, page, throttle};

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = Raw::script(vec![json(200, "", PROJECT)]).await;
    let location = format!("Location: {}/project/\r\n", elsewhere.base);
    for status in [301, 302, 303, 307, 308] {
        let raw = Raw::script(vec![json(status, &location, "{}")]).await;
        let service = open(&raw);
        let error = service.account().await.unwrap_err();
        assert_eq!(
            (error.kind, raw.asked().len()),
            (ErrorKind::NotTheService, 1),
            "{status}"
        );
        assert_eq!(
            delete(&*service, &[ID]).await.unwrap_err().kind,
            ErrorKind::NotTheService
        );
    }
    assert!(elsewhere.asked().is_empty());
}

#[tokio::test]
async fn a_listing_follows_its_links_verbatim() {
    let next =
        "/files/?from=2022-09-28T15%3A53%3A36.082137%2B00%3A00&limit=1000&odd=%7e%41&offset=0";
    let raw = Raw::start(move |number, asked: &Asked| match number {
        0 => page(
            &format!("http://{}{next}", asked.header("host").unwrap()),
            "first",
        ),
        _ => page("", "second"),
    })
    .await;
    let (rows, end) = list(&open(&raw)).await;
    end.unwrap();
    assert_eq!(
        rows.iter().map(|row| row.id.as_str()).collect::<Vec<_>>(),
        ["first", "second"]
    );
    let first = "GET /files/?limit=1000&ordering=-datetime_uploaded".to_owned();
    assert_eq!(raw.lines(), [first, format!("GET {next}")]);
}

#[tokio::test]
async fn a_link_to_another_host_is_refused() {
    let elsewhere = Raw::script(vec![page("", "stolen")]).await;
    let port = elsewhere.base.rsplit(':').next().unwrap().to_owned();
    for link in [
        format!("{}/files/", elsewhere.base),
        format!("http://localhost:{port}/files/"),
        format!("//127.0.0.1:{port}/files/"),
        "https://api.uploadcare.com/files/".to_owned(),
    ] {
        let raw = Raw::script(vec![page(&link, "kept")]).await;
        let (rows, end) = list(&open(&raw)).await;
        assert_eq!(rows.len(), 1, "what came before stays");
        assert_eq!(end.unwrap_err().kind, ErrorKind::NotTheService, "{link}");
    }
    assert!(elsewhere.asked().is_empty());
}

#[tokio::test]
async fn a_listing_ends() {
    let circle = Raw::start(|number, _| page(&format!("/files/?page={}", number % 3), "row")).await;
    let (rows, end) = list(&open(&circle)).await;
    assert_eq!(
        end.unwrap_err().kind,
        ErrorKind::NotTheService,
        "a circle is an error: files may lack"
    );
    assert!(rows.len() <= 4);

    let empty = Raw::script(vec![
        page("/files/?a=1", "row"),
        json(
            200,
            "",
            r#"{"next": "/files/?b=2", "total": 99, "results": []}"#,
        ),
    ])
    .await;
    let (rows, end) = list(&open(&empty)).await;
    assert_eq!(
        (rows.len(), end, empty.asked().len()),
        (1, Ok(()), 2),
        "an empty page ends it"
    );

    let endless = Raw::start(|number, _| page(&format!("/files/?page={number}"), "row")).await;
    let service = open(&endless);
    let (sender, mut receiver) = mpsc::channel(1);
    let listing = tokio::spawn(async move { service.list(Listing::Existing, sender).await });
    receiver.recv().await.unwrap();
    drop(receiver);
    assert_eq!(listing.await.unwrap(), Ok(()), "nobody listens any more");
}

#[tokio::test]
async fn a_listing_survives_bad_weather_on_the_way() {
    let raw = Raw::start(|number, _| match number {
        0 => page("/files/?page=1", "a"),
        1 => json(502, "", ""),
        2 => throttle("Retry-After: 0\r\n"),
        3 => Say::Cut(Vec::new()),
        4 => page("/files/?page=2", "b"),
        _ => page("", "c"),
    })
    .await;
    let (rows, end) = list(&open(&raw)).await;
    assert_eq!(end, Ok(()));
    assert_eq!(
        rows.iter().map(|row| row.id.as_str()).collect::<Vec<_>>(),
        ["a", "b", "c"]
    );
}

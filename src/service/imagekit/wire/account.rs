//! Whose files they are: ImageKit names no account, but each file's address begins with the account's own.
//! And what the account has used.

use url::Url;

use crate::model::{Account, Time, Unit, Usage};
use crate::service::wire::Fields;

use super::rows::Window;

/// Where files are delivered, and by that also an account's only name.
const DELIVERY: &str = "ik.imagekit.io";

/// The account that the first file with an address tells of. An account without files cannot be told from
/// another one: its key is empty.
pub(crate) fn account(files: &Window) -> Account {
    let told = files
        .files
        .iter()
        .find_map(|file| of_file(file.url.as_deref()?, &file.path));
    told.unwrap_or_else(|| Account {
        name: "ImageKit account without files".to_owned(),
        key: String::new(),
    })
}

/// What was used in the days that were asked for. No bound is told anywhere.
pub(crate) fn usage(json: &str, at: Time) -> Option<Usage> {
    let fields = Fields::of(json)?;
    Some(Usage {
        what: "bandwidth this month",
        unit: Unit::Bytes,
        used: fields.count("bandwidthBytes")?,
        quota: None,
        plan: String::new(),
        stored: fields.count("mediaLibraryStorageBytes"),
        at,
    })
}

/// The account of a file: `ik.imagekit.io/<id>`, or the host and folder that the owner chose. Neither the
/// scheme nor the port is part of it.
fn of_file(url: &str, path: &str) -> Option<Account> {
    let url = Url::parse(url).ok()?;
    let host = url.host_str()?;
    let folders = endpoint(&url, path);
    let folders = match host.eq_ignore_ascii_case(DELIVERY) {
        true => folders.split('/').next().unwrap_or_default(),
        false => folders,
    };
    let key = match folders {
        "" => host.to_owned(),
        folders => format!("{host}/{folders}"),
    };
    let name = folders.rsplit('/').next().filter(|name| !name.is_empty());
    Some(Account {
        name: name.unwrap_or(host).to_owned(),
        key,
    })
}

/// What stands before the file's own path in the path of its address, without slashes around it.
pub(crate) fn endpoint<'a>(url: &'a Url, path: &str) -> &'a str {
    let own = path.trim_matches('/').split('/').count();
    let whole = url.path().trim_matches('/');
    match whole.rmatch_indices('/').nth(own - 1) {
        Some((at, _)) => &whole[..at],
        None => "",
    }
}

#[cfg(test)]
mod tests {
    use super::super::rows;
    use super::*;

    #[test]
    fn usages() {
        let cases = [
            (
                r#"{"bandwidthBytes":21991583578,"mediaLibraryStorageBytes":1878031,"videoProcessingUnitsCount":1}"#,
                Some((21_991_583_578, Some(1_878_031))),
            ),
            (r#"{"bandwidthBytes":0}"#, Some((0, None))),
            (
                r#"{"bandwidthBytes":1,"mediaLibraryStorageBytes":null}"#,
                Some((1, None)),
            ),
            (r#"{"mediaLibraryStorageBytes":5}"#, None),
            ("[]", None),
            ("", None),
        ];
        for (json, expected) in cases {
            let found = usage(json, Time(5)).map(|usage| (usage.used, usage.stored));
            assert_eq!(found, expected, "{json}");
        }
    }

    #[test]
    fn accounts() {
        let cases = [
            (
                "https://ik.imagekit.io/demo_id/products/shirt.jpg?updatedAt=1566630881313",
                "/products/shirt.jpg",
                "demo_id",
                "ik.imagekit.io/demo_id",
            ),
            (
                "https://ik.imagekit.io/demo_id/main/a%20b.jpg",
                "/a b.jpg",
                "demo_id",
                "ik.imagekit.io/demo_id",
            ),
            (
                "https://media.example.com/shirt.jpg",
                "/shirt.jpg",
                "media.example.com",
                "media.example.com",
            ),
            (
                "https://media.example.com/shop/shirt.jpg",
                "/shirt.jpg",
                "shop",
                "media.example.com/shop",
            ),
            (
                "http://127.0.0.1:4567/imagekit/cdn/demo/a/b.jpg",
                "/a/b.jpg",
                "demo",
                "127.0.0.1/imagekit/cdn/demo",
            ),
            (
                "https://media.example.com/x.jpg",
                "/deeper/than/the/address.jpg",
                "media.example.com",
                "media.example.com",
            ),
        ];
        for (url, path, name, key) in cases {
            let account = of_file(url, path).unwrap();
            assert_eq!((account.name.as_str(), account.key.as_str()), (name, key));
        }
        assert_eq!(of_file("no address", "/x.jpg"), None);
        assert_eq!(of_file("mailto:x", "/x.jpg"), None);
    }

    #[test]
    fn the_first_file_with_an_address_tells() {
        let json = r#"[{"type": "folder", "folderId": "f"}, {"fileId": "a", "url": null}, {"fileId": "b"},
            {"fileId": "c", "filePath": "/c.jpg", "url": "https://ik.imagekit.io/demo_id/c.jpg"}]"#;
        assert_eq!(account(&rows::window(json).unwrap()).name, "demo_id");
        let empty = account(&rows::window("[]").unwrap());
        assert_eq!(empty.key, "");
        assert!(empty.label().contains("without files"));
    }
}

//! Uploadcare's case: each id is answered for itself, and a deleted file is known.

use tallyman::demo::{PUBLIC_KEY, SECRET_KEY};
use tallyman::model::ServiceKind;

use crate::case::Kit;
use crate::raw_http::Request;

pub const KIT: Kit = Kit {
    service: ServiceKind::Uploadcare,
    files: |options, files| options.files = files,
    missing: |number| format!("00000000-0000-4000-8000-{number:012x}"),
    all_or_none: false,
    knows_deleted: true,
    refuses_foreign: false,
    addition,
};

fn addition(source: &str) -> Request {
    let body = format!(r#"{{"source": "{source}", "store": "true"}}"#);
    let key = format!("Uploadcare.Simple {PUBLIC_KEY}:{SECRET_KEY}");
    Request::new("POST", "/files/local_copy/", body)
        .header("Authorization", &key)
        .header("Accept", "application/vnd.uploadcare-v0.7+json")
        .header("Content-Type", "application/json")
}

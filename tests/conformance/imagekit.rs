//! ImageKit's case: an id that is not there keeps a bulk delete from being done, and is named.

use tallyman::demo::imagekit::PRIVATE_KEY;
use tallyman::model::ServiceKind;

use crate::case::Kit;
use crate::demo_imagekit::base64;
use crate::raw_http::Request;

pub const KIT: Kit = Kit {
    service: ServiceKind::ImageKit,
    files: |options, files| options.imagekit_files = files,
    missing: |number| format!("000000000000000000{number:06x}"),
    all_or_none: true,
    knows_deleted: false,
    refuses_foreign: false,
    addition,
};

fn addition(_: &str) -> Request {
    let part = |name: &str, text: &str| {
        format!("--part\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n")
    };
    let body = part("file", "hello") + &part("fileName", "new.txt") + "--part--\r\n";
    let proof = format!("Basic {}", base64(&format!("{PRIVATE_KEY}:")));
    Request::new("POST", "/imagekit/api/v1/files/upload", body)
        .header("Authorization", &proof)
        .header("Content-Type", "multipart/form-data; boundary=part")
}

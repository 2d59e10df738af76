//! Templated's case: an id that is missing or another account's keeps a delete from being done, and is named.

use tallyman::demo::templated::API_KEY;
use tallyman::model::ServiceKind;

use crate::case::Kit;
use crate::raw_http::Request;

pub const KIT: Kit = Kit {
    service: ServiceKind::Templated,
    files: |options, files| options.templated_uploads = files,
    missing: |number| format!("00000000-5169-4b2b-a543-{number:012x}"),
    all_or_none: true,
    knows_deleted: false,
    refuses_foreign: true,
    addition,
};

/// The head of a PNG of one pixel: as much of a picture as the stand-in looks at.
const PICTURE: &[u8] =
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89";

fn addition(_: &str) -> Request {
    let head = "--part\r\nContent-Disposition: form-data; name=\"file\"; filename=\"new.png\"\r\n\
                Content-Type: image/png\r\n\r\n";
    let body = [head.as_bytes(), PICTURE, b"\r\n--part--\r\n"].concat();
    Request::new("POST", "/templated/v1/upload", body)
        .header("Authorization", &format!("Bearer {API_KEY}"))
        .header("Content-Type", "multipart/form-data; boundary=part")
}

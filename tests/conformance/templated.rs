//! Templated's case: an id that is missing or another account's keeps a delete from being done, and is named.

use tallyman::demo::templated::API_KEY;
use tallyman::demo::{FileBooks, Server};
use tallyman::model::ServiceKind;
use tallyman::service::Credentials;

use crate::case::{Case, Kit, keys};
use crate::raw_http::Request;

pub const KIT: Kit = Kit {
    files: |options, files| options.templated_uploads = files,
    case: |server| Box::new(Templated::new(server)),
};

/// The head of a PNG of one pixel: as much of a picture as the stand-in looks at.
const PICTURE: &[u8] =
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89";

struct Templated {
    books: Box<dyn FileBooks>,
    credentials: Credentials,
}

impl Templated {
    fn new(server: &Server) -> Self {
        Self {
            books: server.file_books(ServiceKind::Templated),
            credentials: keys(server, ServiceKind::Templated),
        }
    }
}

impl Case for Templated {
    fn credentials(&self) -> Credentials {
        self.credentials.clone()
    }

    fn books(&self) -> &dyn FileBooks {
        &*self.books
    }

    fn foreign(&self) -> Vec<String> {
        self.books.refused()
    }

    fn missing(&self, number: usize) -> String {
        format!("00000000-5169-4b2b-a543-{number:012x}")
    }

    fn all_or_none(&self) -> bool {
        true
    }

    fn knows_deleted(&self) -> bool {
        false
    }

    fn addition(&self) -> Option<Request> {
        let head = "--part\r\nContent-Disposition: form-data; name=\"file\"; filename=\"new.png\"\r\n\
                    Content-Type: image/png\r\n\r\n";
        let body = [head.as_bytes(), PICTURE, b"\r\n--part--\r\n"].concat();
        let request = Request::new("POST", "/templated/v1/upload", body)
            .header("Authorization", &format!("Bearer {API_KEY}"))
            .header("Content-Type", "multipart/form-data; boundary=part");
        Some(request)
    }
}

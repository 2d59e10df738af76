//! ImageKit's case: an id that is not there keeps a bulk delete from being done, and is named.

use tallyman::demo::imagekit::PRIVATE_KEY;
use tallyman::demo::{FileBooks, Server};
use tallyman::model::ServiceKind;
use tallyman::service::Credentials;

use crate::case::{Case, Kit, keys};
use crate::demo_imagekit::base64;
use crate::raw_http::Request;

pub const KIT: Kit = Kit {
    files: |options, files| options.imagekit_files = files,
    case: |server| Box::new(ImageKit::new(server)),
};

struct ImageKit {
    books: Box<dyn FileBooks>,
    credentials: Credentials,
}

impl ImageKit {
    fn new(server: &Server) -> Self {
        Self {
            books: server.file_books(ServiceKind::ImageKit),
            credentials: keys(server, ServiceKind::ImageKit),
        }
    }
}

impl Case for ImageKit {
    fn credentials(&self) -> Credentials {
        self.credentials.clone()
    }

    fn books(&self) -> &dyn FileBooks {
        &*self.books
    }

    fn kept(&self) -> Vec<String> {
        self.books.refused()
    }

    fn missing(&self, number: usize) -> String {
        format!("000000000000000000{number:06x}")
    }

    fn all_or_none(&self) -> bool {
        true
    }

    fn knows_deleted(&self) -> bool {
        false
    }

    fn addition(&self) -> Option<Request> {
        let part = |name: &str, text: &str| {
            format!("--part\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n")
        };
        let body = part("file", "hello") + &part("fileName", "new.txt") + "--part--\r\n";
        let proof = format!("Basic {}", base64(&format!("{PRIVATE_KEY}:")));
        let request = Request::new("POST", "/imagekit/api/v1/files/upload", body)
            .header("Authorization", &proof)
            .header("Content-Type", "multipart/form-data; boundary=part");
        Some(request)
    }
}

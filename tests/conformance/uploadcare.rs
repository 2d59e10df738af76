//! Uploadcare's case: each id is answered for itself, and a deleted file is known.

use tallyman::demo::{FileBooks, PUBLIC_KEY, SECRET_KEY, Server};
use tallyman::model::ServiceKind;
use tallyman::service::Credentials;

use crate::case::{Case, Kit, keys};
use crate::raw_http::Request;

pub const KIT: Kit = Kit {
    files: |options, files| options.files = files,
    case: |server| Box::new(Uploadcare::new(server)),
};

struct Uploadcare {
    books: Box<dyn FileBooks>,
    credentials: Credentials,
}

impl Uploadcare {
    fn new(server: &Server) -> Self {
        Self {
            books: server.file_books(ServiceKind::Uploadcare),
            credentials: keys(server, ServiceKind::Uploadcare),
        }
    }
}

impl Case for Uploadcare {
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
        format!("00000000-0000-4000-8000-{number:012x}")
    }

    fn all_or_none(&self) -> bool {
        false
    }

    fn knows_deleted(&self) -> bool {
        true
    }

    fn addition(&self) -> Option<Request> {
        let source = self.existing().pop()?;
        let body = format!(r#"{{"source": "{source}", "store": "true"}}"#);
        let key = format!("Uploadcare.Simple {PUBLIC_KEY}:{SECRET_KEY}");
        let request = Request::new("POST", "/files/local_copy/", body)
            .header("Authorization", &key)
            .header("Accept", "application/vnd.uploadcare-v0.7+json")
            .header("Content-Type", "application/json");
        Some(request)
    }
}

//! Uploadcare's case: each id is answered for itself, and a deleted file is known.

use tallyman::demo::{Books, PUBLIC_KEY, SECRET_KEY, Server};
use tallyman::model::ServiceKind;
use tallyman::service::Credentials;

use crate::case::{Case, Kit, Truth, keys};
use crate::raw_http::Request;

pub const KIT: Kit = Kit {
    files: |options, files| options.files = files,
    case: |server| Box::new(Uploadcare::new(server)),
};

struct Uploadcare {
    books: Books,
    credentials: Credentials,
}

impl Uploadcare {
    fn new(server: &Server) -> Self {
        Self {
            books: server.books(),
            credentials: keys(server, ServiceKind::Uploadcare, PUBLIC_KEY, SECRET_KEY),
        }
    }
}

impl Case for Uploadcare {
    fn credentials(&self) -> Credentials {
        self.credentials.clone()
    }

    fn existing(&self) -> Vec<String> {
        self.books.file_ids()
    }

    fn removed(&self) -> Vec<String> {
        self.books.removed_ids()
    }

    fn kept(&self) -> Vec<String> {
        self.books.locked_ids()
    }

    fn file(&self, id: &str) -> Option<Truth> {
        let file = self.books.file(id)?;
        Some(Truth {
            name: file.name,
            size: file.size,
            removed: file.removed,
        })
    }

    fn writes(&self) -> u64 {
        self.books.writes()
    }

    fn writes_on(&self, id: &str) -> u64 {
        self.books.writes_per_id(id)
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

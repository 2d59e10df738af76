//! Which path is what, and which verbs each takes.

use hyper::Method;

use super::reply::Reply;

/// Something that has an address in the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Route<'a> {
    Project,
    Files,
    File(&'a str),
    Storage(&'a str),
    Batch,
    LocalCopy,
    RemoteCopy,
    Search,
    Metadata(&'a str),
    MetadataKey(&'a str, &'a str),
    Tags(&'a str),
    Groups,
    Group(&'a str),
}

impl<'a> Route<'a> {
    /// The route of a path; `None` if no route matches, as without the last slash.
    pub fn find(path: &'a str) -> Option<Self> {
        let inner = path.strip_prefix('/')?.strip_suffix('/')?;
        let parts: Vec<&str> = inner.split('/').collect();
        let route = match parts[..] {
            ["project"] => Self::Project,
            ["files"] => Self::Files,
            ["files", "storage"] => Self::Batch,
            ["files", "local_copy"] => Self::LocalCopy,
            ["files", "remote_copy"] => Self::RemoteCopy,
            ["files", "search"] => Self::Search,
            ["files", uuid] if is_word(uuid) => Self::File(uuid),
            ["files", uuid, "storage"] if is_word(uuid) => Self::Storage(uuid),
            ["files", uuid, "metadata"] if is_word(uuid) => Self::Metadata(uuid),
            ["files", uuid, "metadata", key] if is_word(uuid) && !key.is_empty() => {
                Self::MetadataKey(uuid, key)
            }
            ["files", uuid, "tags"] if is_word(uuid) => Self::Tags(uuid),
            ["groups"] => Self::Groups,
            ["groups", id] if is_group_word(id) => Self::Group(id),
            _ => return None,
        };
        Some(route)
    }

    /// The value of the `Allow` header. `DELETE` on a file is listed there and not to be had in this version.
    pub const fn allow(&self) -> &'static str {
        match self {
            Self::Project | Self::Files | Self::Metadata(_) | Self::Groups => "GET, HEAD, OPTIONS",
            Self::File(_) | Self::Group(_) => "DELETE, GET, HEAD, OPTIONS",
            Self::Storage(_) => "DELETE, GET, HEAD, OPTIONS, POST, PUT",
            Self::Batch => "DELETE, OPTIONS, PUT",
            Self::LocalCopy | Self::RemoteCopy | Self::Search => "OPTIONS, POST",
            Self::MetadataKey(..) => "DELETE, GET, HEAD, OPTIONS, PUT",
            Self::Tags(_) => "GET, HEAD, OPTIONS, PATCH, PUT",
        }
    }

    /// Whether the verb can be had here.
    pub fn takes(&self, method: &Method) -> bool {
        let withdrawn = matches!(self, Self::File(_)) && *method == Method::DELETE;
        let mut allowed = self.allow().split(", ");
        !withdrawn && allowed.any(|name| name == method.as_str())
    }
}

/// What the slot of an id matches; anything else there is no route at all.
fn is_word(text: &str) -> bool {
    let word = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    !text.is_empty() && text.bytes().all(word)
}

fn is_group_word(text: &str) -> bool {
    text.split('~').all(is_word)
}

/// The answer to OPTIONS.
pub(super) fn options(route: &Route<'_>) -> Reply {
    let name = format!("{route:?}");
    let name = name.split('(').next().unwrap_or_default();
    Reply::json(&serde_json::json!({
        "name": name,
        "description": "",
        "renders": ["application/vnd.uploadcare-v0.7+json"],
        "parses": ["application/json"],
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_routed() {
        let id = "21975c81-7f57-4c7a-aef9-acfe28779f78";
        let cases = [
            ("/project/".to_owned(), Some(Route::Project)),
            ("/files/".to_owned(), Some(Route::Files)),
            ("/files".to_owned(), None),
            ("/files//".to_owned(), None),
            ("/".to_owned(), None),
            ("/files/storage/".to_owned(), Some(Route::Batch)),
            (format!("/files/{id}/"), Some(Route::File(id))),
            (format!("/files/{id}"), None),
            (format!("/files/{id}/storage/"), Some(Route::Storage(id))),
            (
                "/files/4j334o01-8bs3/".to_owned(),
                Some(Route::File("4j334o01-8bs3")),
            ),
            ("/files/what%20is/".to_owned(), None),
            (format!("/groups/{id}~3/storage/"), None),
            (
                format!("/files/{id}/metadata/-:45az_/"),
                Some(Route::MetadataKey(id, "-:45az_")),
            ),
        ];
        for (path, route) in cases {
            assert_eq!(Route::find(&path), route, "{path}");
        }
    }

    #[test]
    fn deleting_a_file_by_its_own_address_is_gone() {
        assert!(!Route::File("x").takes(&Method::DELETE));
        assert!(Route::Storage("x").takes(&Method::DELETE));
        assert!(!Route::Batch.takes(&Method::GET));
    }
}

//! Paths of folders and of what is in them, as ImageKit writes them: from the root, parts between slashes.

/// What is called so in a folder: `/products/photo.jpg`.
pub fn join(folder: &str, name: &str) -> String {
    format!("{}/{name}", folder.trim_end_matches('/'))
}

/// The same; empty where the service has no folders.
pub fn join_if_any(folder: &str, name: &str) -> String {
    match folder {
        "" => String::new(),
        folder => join(folder, name),
    }
}

/// The folder that a path is in; the root's is `/`.
pub fn parent(path: &str) -> &str {
    match path.rsplit_once('/') {
        Some(("", _)) | None => "/",
        Some((parent, _)) => parent,
    }
}

/// Whether a path is the folder or below it.
pub fn is_within(path: &str, folder: &str) -> bool {
    let rest = path.strip_prefix(folder.trim_end_matches('/'));
    rest.is_some_and(|rest| !path.is_empty() && (rest.is_empty() || rest.starts_with('/')))
}

/// Whether a path is below the folder.
pub fn is_below(path: &str, folder: &str) -> bool {
    is_within(path, folder) && path.trim_end_matches('/') != folder.trim_end_matches('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_and_what_is_below() {
        let cases = [
            ("/products", "/products", true, false),
            ("/products/summer", "/products", true, true),
            ("/products/summer", "/products/", true, true),
            ("/products2", "/products", false, false),
            ("/", "/products", false, false),
            ("/products", "/", true, true),
            ("/", "/", true, false),
            ("", "/", false, false),
        ];
        for (path, folder, within, below) in cases {
            assert_eq!(is_within(path, folder), within, "{path} in {folder}");
            assert_eq!(is_below(path, folder), below, "{path} below {folder}");
        }
    }

    #[test]
    fn names_are_put_into_folders() {
        assert_eq!(join("/", "a.jpg"), "/a.jpg");
        assert_eq!(join("/products/", "a.jpg"), "/products/a.jpg");
        assert_eq!(join_if_any("/products", "a.jpg"), "/products/a.jpg");
        assert_eq!(join_if_any("", "a.jpg"), "");
    }
}

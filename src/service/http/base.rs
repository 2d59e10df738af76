//! Addresses: which bases are allowed, and which links may be followed from them.

use url::{Host, Url};

use crate::service::{ErrorKind, ServiceError};

/// Checks a base address: https, or http on loopback; no user, query or fragment.
/// The address that comes back ends with one slash.
pub fn parse_base(text: &str) -> Result<Url, ServiceError> {
    let mut base = Url::parse(text.trim()).map_err(|error| {
        config(format!(
            "The address is not a URL ({error}). Write it whole, like https://api.uploadcare.com"
        ))
    })?;
    if base.host().is_none() || base.cannot_be_a_base() {
        return Err(config(
            "The address names no host. Write it whole, like https://api.uploadcare.com",
        ));
    }
    match base.scheme() {
        "https" => {}
        "http" if is_loopback(&base) => {}
        "http" => {
            return Err(config(
                "Plain http is allowed only for this computer itself (localhost, 127.0.0.1). Use https",
            ));
        }
        other => {
            return Err(config(format!(
                "{other} is no address of a service. Use https"
            )));
        }
    }
    if has_user(&base) {
        return Err(config(
            "The address must not hold a user name or a password. Leave them out",
        ));
    }
    if base.query().is_some() || base.fragment().is_some() {
        return Err(config(
            "The address must end before any ? or #. Leave the rest out",
        ));
    }
    let path = format!("{}/", base.path().trim_end_matches('/'));
    base.set_path(&path);
    Ok(base)
}

/// Whether the address is this computer itself.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        None => false,
    }
}

/// A link that the service gave, if it stays on the base's own origin; its path and query are kept verbatim.
pub(crate) fn same_origin(base: &Url, link: &str) -> Result<Url, ServiceError> {
    let elsewhere = || {
        ServiceError::new(
            ErrorKind::NotTheService,
            format!(
                "The service sent a link to another host than {}; it was not followed. Check the API base",
                base.host_str().unwrap_or("its own")
            ),
        )
    };
    let mut url = base.join(link).map_err(|_| elsewhere())?;
    if url.origin() != base.origin() || has_user(&url) {
        return Err(elsewhere());
    }
    url.set_fragment(None);
    Ok(url)
}

fn has_user(url: &Url) -> bool {
    !url.username().is_empty() || url.password().is_some()
}

fn config(message: impl Into<String>) -> ServiceError {
    ServiceError::new(ErrorKind::Config, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bases() {
        let cases = [
            (
                "https://api.uploadcare.com",
                Some("https://api.uploadcare.com/"),
            ),
            (
                "https://api.uploadcare.com/",
                Some("https://api.uploadcare.com/"),
            ),
            (
                " https://proxy.example/uc// ",
                Some("https://proxy.example/uc/"),
            ),
            ("http://127.0.0.1:8080", Some("http://127.0.0.1:8080/")),
            ("http://[::1]:8080", Some("http://[::1]:8080/")),
            ("http://localhost:1", Some("http://localhost:1/")),
            ("HTTP://LOCALHOST", Some("http://localhost/")),
            ("http://api.uploadcare.com", None),
            ("http://localhost.evil.example", None),
            ("http://127.0.0.1@evil.example", None),
            ("https://user@api.uploadcare.com", None),
            ("https://user:pw@api.uploadcare.com", None),
            ("https://api.uploadcare.com/?a=1", None),
            ("https://api.uploadcare.com/#x", None),
            ("ftp://api.uploadcare.com", None),
            ("file:///etc/passwd", None),
            ("mailto:someone", None),
            ("api.uploadcare.com", None),
            ("", None),
        ];
        for (text, base) in cases {
            let parsed = parse_base(text);
            assert_eq!(parsed.as_ref().ok().map(Url::as_str), base, "{text}");
            if let Err(error) = parsed {
                assert_eq!(error.kind, ErrorKind::Config);
                assert!(!error.message.contains("pw"), "{text}: {error}");
            }
        }
    }

    #[test]
    fn links() {
        let base = parse_base("https://api.uploadcare.com").unwrap();
        let cases = [
            (
                "https://api.uploadcare.com/files/?from=a%2Bb&limit=2",
                Some("/files/?from=a%2Bb&limit=2"),
            ),
            ("https://API.uploadcare.com:443/files/", Some("/files/")),
            ("/files/?offset=0", Some("/files/?offset=0")),
            ("http://api.uploadcare.com/files/", None),
            ("https://api.uploadcare.com:8443/files/", None),
            ("https://api.uploadcare.com@evil.example/", None),
            ("https://user@api.uploadcare.com/files/", None),
            ("//evil.example/files/", None),
            ("\\\\evil.example/files/", None),
            ("data:text/plain,x", None),
        ];
        for (link, rest) in cases {
            let found = same_origin(&base, link).ok();
            let found = found.map(|url| url[url::Position::BeforePath..].to_owned());
            assert_eq!(found.as_deref(), rest, "{link}");
        }
    }
}

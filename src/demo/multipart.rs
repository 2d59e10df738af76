//! Reads `multipart/form-data` bodies: as much of it as uploads need.

use bytes::Bytes;
use hyper::header::CONTENT_TYPE;

use super::exchange::Ask;

/// One part of a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Part {
    pub name: String,
    /// The name of a file, where the part is one.
    pub file_name: Option<String>,
    pub media_type: Option<String>,
    pub bytes: Bytes,
}

impl Part {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }
}

/// The parts of a request's body; `None` if it is no form or breaks off.
pub(super) fn parts(ask: &Ask) -> Option<Vec<Part>> {
    let content_type = ask.header(CONTENT_TYPE)?;
    if ask.media_type() != "multipart/form-data" {
        return None;
    }
    split(&ask.body, &parameter(content_type, "boundary")?)
}

fn split(body: &Bytes, boundary: &str) -> Option<Vec<Part>> {
    let mark = format!("--{boundary}");
    let between = format!("\r\n{mark}");
    let mut at = find(body, mark.as_bytes(), 0)? + mark.len();
    let mut parts = Vec::new();
    while !body[at..].starts_with(b"--") {
        let head_end = find(body, b"\r\n\r\n", at)?;
        let end = find(body, between.as_bytes(), head_end + 2)?;
        let head = String::from_utf8_lossy(&body[at..head_end]);
        let bytes = body.slice((head_end + 4).min(end)..end);
        parts.push(part(&head, bytes)?);
        at = end + between.len();
    }
    Some(parts)
}

fn part(head: &str, bytes: Bytes) -> Option<Part> {
    let header = |name: &str| {
        let mut lines = head.lines();
        lines.find_map(|line| {
            let (known, value) = line.split_once(':')?;
            known.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    };
    let disposition = header("content-disposition")?;
    Some(Part {
        name: parameter(disposition, "name")?,
        file_name: parameter(disposition, "filename"),
        media_type: header("content-type").map(str::to_owned),
        bytes,
    })
}

/// A parameter of a header, with or without quotes.
fn parameter(header: &str, name: &str) -> Option<String> {
    header.split(';').skip(1).find_map(|pair| {
        let (known, value) = pair.split_once('=')?;
        let value = value.trim().trim_matches('"');
        known
            .trim()
            .eq_ignore_ascii_case(name)
            .then(|| value.to_owned())
    })
}

fn find(body: &[u8], what: &[u8], from: usize) -> Option<usize> {
    let rest = body.get(from..)?;
    let place = rest.windows(what.len()).position(|window| window == what);
    place.map(|place| from + place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_comes_apart() {
        let body = Bytes::from_static(
            b"--x\r\nContent-Disposition: form-data; name=\"fileName\"\r\n\r\na.jpg\r\n--x\r\n\
              content-disposition: form-data; name=\"file\"; filename=\"b.jpg\"\r\n\
              Content-Type: image/jpeg\r\n\r\n\x00\r\n\xff\r\n--x--\r\n",
        );
        let parts = split(&body, "x").unwrap();
        assert_eq!((&*parts[0].name, &*parts[0].text()), ("fileName", "a.jpg"));
        assert_eq!(parts[1].file_name.as_deref(), Some("b.jpg"));
        assert_eq!(parts[1].media_type.as_deref(), Some("image/jpeg"));
        assert_eq!(&parts[1].bytes[..], b"\x00\r\n\xff");
        assert_eq!(parts.len(), 2);
        assert_eq!(split(&body.slice(..60), "x"), None);
    }
}

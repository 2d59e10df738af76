//! Values as a filter writes them.

/// A value in quotes where the language wants them. It has no quote within quotes: the longest part between
/// them is taken, and what matches is then a little more.
pub fn quoted(value: &str) -> String {
    let part = value.split('"').max_by_key(|part| part.len());
    let part = part.unwrap_or_default();
    let plain = |c: char| !c.is_whitespace() && !"()<>=:,".contains(c);
    if !part.is_empty() && part.chars().all(plain) {
        part.to_owned()
    } else {
        format!("\"{part}\"")
    }
}

/// A content type as a filter writes it: one without a slash wants its quotes, or it would have to be known.
pub fn written_type(mime: &str) -> String {
    match quoted(mime) {
        text if mime.contains('/') || text.starts_with('"') => text,
        text => format!("\"{text}\""),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Clock, Expr, Filter, Test};
    use super::*;

    #[test]
    fn what_is_quoted_reads_back() {
        let cases = [
            "photo", "a b", "(2)", ">1", "a:b", "3f2a~2", "製品", "-x", "or", "=", "a\u{a0}b",
        ];
        for value in cases {
            let text = format!("name:{}", quoted(value));
            let filter = Filter::parse(&text, &Clock::system()).unwrap();
            assert_eq!(*filter.0, Expr::Test(Test::InName(value.into())), "{text}");
        }
        for mime in ["image/svg+xml", "odd", "a b", "x-world/y"] {
            let text = format!("type:{}", written_type(mime));
            let filter = Filter::parse(&text, &Clock::system()).unwrap();
            assert_eq!(
                *filter.0,
                Expr::Test(Test::Type(vec![mime.into()])),
                "{text}"
            );
        }
        assert_eq!(quoted("image/svg+xml"), "image/svg+xml");
        assert_eq!(quoted("a \"big\" one"), "\" one\"");
    }
}

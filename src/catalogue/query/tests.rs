//! Cases of the language.

use super::super::Seen;
use super::*;

fn clock() -> Clock {
    Clock {
        now: Time::parse("2024-05-15T12:00:00Z").unwrap(),
        zone: TimeZone::UTC,
    }
}

fn expr(text: &str) -> Expr {
    match Filter::parse(text, &clock()) {
        Ok(filter) => filter.expr().clone(),
        Err(wrong) => panic!("{text}: {wrong}"),
    }
}

fn word(text: &str) -> Expr {
    Expr::Test(Test::Word(text.into()))
}

fn within(from: &str, to: &str) -> Expr {
    let at = |text: &str| match text {
        "" => None,
        text => Time::parse(&format!("{text}T00:00:00Z")).map(|time| time.0),
    };
    let when = When::Within(at(from).unwrap_or(i64::MIN), at(to).unwrap_or(i64::MAX));
    Expr::Test(Test::Date(Date::Uploaded, when))
}

#[test]
fn words_and_signs_become_a_tree() {
    let not = |part: Expr| Expr::Not(Box::new(part));
    let cases = [
        ("", Expr::All),
        ("  ", Expr::All),
        ("Cat", word("cat")),
        ("КОТ пёс", Expr::And(vec![word("кот"), word("пёс")])),
        ("\"Annual Report\"", word("annual report")),
        ("-draft", not(word("draft"))),
        ("--draft", not(not(word("draft")))),
        (
            "a OR b c",
            Expr::Or(vec![word("a"), Expr::And(vec![word("b"), word("c")])]),
        ),
        (
            "(a or b) c",
            Expr::And(vec![Expr::Or(vec![word("a"), word("b")]), word("c")]),
        ),
        ("-(a b)", not(Expr::And(vec![word("a"), word("b")]))),
        ("photo(1).jpg", word("photo(1).jpg")),
        ("(photo(1))", word("photo(1)")),
        ("\"or\"", word("or")),
        ("10:30", word("10:30")),
        ("a-b", word("a-b")),
        ("name:\"a b\"", Expr::Test(Test::InName("a b".into()))),
        (
            "EXT:.PDF,doc",
            Expr::Test(Test::Ext(vec!["pdf".into(), "doc".into()])),
        ),
        (
            "type:JPG,x/y",
            Expr::Test(Test::Type(vec!["jpg".into(), "x/y".into()])),
        ),
        ("type:\"odd\"", Expr::Test(Test::Type(vec!["odd".into()]))),
        ("type:none", Expr::Test(Test::Type(vec![String::new()]))),
        (
            "state:Stored",
            Expr::Test(Test::State(vec![FileState::Stored])),
        ),
        ("in:any", Expr::Test(Test::Group(Group::Any))),
        ("in:3F", Expr::Test(Test::Group(Group::Begins("3f".into())))),
        ("problem:any", Expr::Test(Test::Problem(Problem::Any))),
        (
            "problem:\"any\"",
            Expr::Test(Test::Problem(Problem::Words("any".into()))),
        ),
        ("path:/A/B", Expr::Test(Test::Path("/a/b".into()))),
        ("has:Owner", Expr::Test(Test::Has("owner".into()))),
        ("has:none", Expr::Test(Test::Has(String::new()))),
        ("id:AB", Expr::Test(Test::Id("ab".into()))),
    ];
    for (text, tree) in cases {
        assert_eq!(expr(text), tree, "{text}");
    }
}

#[test]
fn sizes_are_exact() {
    let cases = [
        ("size:0", (0, 0)),
        ("size>10mb", (10_000_001, u64::MAX)),
        ("size:>10mb", (10_000_001, u64::MAX)),
        ("size>=1.5gb", (1_500_000_000, u64::MAX)),
        ("size<=4kib", (0, 4096)),
        ("size<1", (0, 0)),
        ("size<0", (1, 0)),
        ("size:1mb..5mb", (1_000_000, 5_000_000)),
        ("size:..5k", (0, 5000)),
        ("size=5k..", (5000, u64::MAX)),
        ("size>18446744073709551615", (1, 0)),
    ];
    for (text, (least, most)) in cases {
        assert_eq!(expr(text), Expr::Test(Test::Size(least, most)), "{text}");
    }
}

#[test]
fn dates_are_whole_days_months_and_years() {
    let cases = [
        ("uploaded:2024", ("2024-01-01", "2025-01-01")),
        ("uploaded:2024-02", ("2024-02-01", "2024-03-01")),
        ("uploaded:2024-2-29", ("2024-02-29", "2024-03-01")),
        ("uploaded<2024-03", ("", "2024-03-01")),
        ("uploaded<=2024-03", ("", "2024-04-01")),
        ("uploaded>2024-03", ("2024-04-01", "")),
        ("uploaded>=2024-03", ("2024-03-01", "")),
        ("uploaded:today", ("2024-05-15", "2024-05-16")),
        ("uploaded:yesterday", ("2024-05-14", "2024-05-15")),
        ("uploaded:2024-01..2024-02", ("2024-01-01", "2024-03-01")),
        ("uploaded:..2023", ("", "2024-01-01")),
    ];
    for (text, (from, to)) in cases {
        assert_eq!(expr(text), within(from, to), "{text}");
    }
    let last = Expr::Test(Test::Date(Date::Stored, When::Never));
    assert_eq!(expr("stored:none"), last);
    let month = clock().now.0 - 30 * 24 * 3_600_000_000;
    let older = Expr::Test(Test::Date(Date::Uploaded, When::Within(i64::MIN, month)));
    assert_eq!(expr("age>30d"), older);
    let younger = When::Within(month + 1, i64::MAX);
    assert_eq!(
        expr("age<30d"),
        Expr::Test(Test::Date(Date::Uploaded, younger))
    );
}

#[test]
fn a_wrong_filter_says_where_and_why() {
    let cases = [
        ("cat \"dog", "\"dog", "not closed"),
        ("(cat", "(", "not closed"),
        ("cat )", ")", "closes nothing"),
        ("()", ")", "nothing in the parentheses"),
        ("cat or", "or", "between two"),
        ("or cat", "or", "between two"),
        ("cat - dog", "-", "right before"),
        ("-or", "or", "right before"),
        ("\"\"", "\"\"", "nothing in these quotes"),
        ("a colour:red", "colour", "No key is called \"colour\""),
        ("size>", "size>", "wants a value"),
        ("size>10xb", "10xb", "A size is"),
        ("size>1..2", "1..2", "takes a colon"),
        ("size:9..2", "9..2", "smaller size comes first"),
        ("type>image", "type>", "takes a colon"),
        (
            "state:gone",
            "gone",
            "stored, unstored, processing, removed",
        ),
        ("type:im", "im", "There are image, video"),
        (
            "cat -type:image,pgn",
            "image,pgn",
            "No type is called \"pgn\"",
        ),
        ("type:image/", "image/", "image/jpeg"),
        ("ext:a,,b", "a,,b", "one value each"),
        ("age>3m", "3m", "minutes or months"),
        ("age:3d", "3d", "compared"),
        ("age>d", "d", "An age is"),
        ("uploaded:2024-13", "2024-13", "A date is"),
        ("uploaded:2024-02-30", "2024-02-30", "A date is"),
        ("uploaded:last year", "last", "A date is"),
        ("größe:5 фото:\"x", "\"x", "not closed"),
    ];
    for (text, part, why) in cases {
        let wrong = Filter::parse(text, &clock()).unwrap_err();
        assert_eq!(&text[wrong.span.clone()], part, "{text}: {wrong:?}");
        assert!(wrong.why.contains(why), "{text}: {wrong}");
    }
    let deep = format!("{}a", "(".repeat(5000));
    assert!(Filter::parse(&deep, &clock()).is_err());
    let minus = format!("{}a", "-".repeat(3000));
    assert!(Filter::parse(&minus, &clock()).is_err());
}

#[test]
fn the_wrong_part_is_pointed_at() {
    let text = "ü size>x";
    let wrong = Filter::parse(text, &clock()).unwrap_err();
    let lines: Vec<_> = wrong.pointed(text).lines().map(str::to_owned).collect();
    assert_eq!(lines[1..], ["  ü size>x", "         ^"]);
}

#[test]
fn a_filter_knows_its_state_and_groups() {
    let filter = |text| Filter::parse(text, &clock()).unwrap();
    assert_eq!(
        filter("cat state:removed").state(),
        Some(FileState::Removed)
    );
    for text in [
        "cat or state:removed",
        "-state:removed",
        "state:stored,removed",
    ] {
        assert_eq!(filter(text).state(), None, "{text}");
    }
    assert_eq!(filter("in:b -in:a or in:b in:any").groups(), ["", "a", "b"]);
    assert!(filter(" ").is_all() && !filter("x").is_all());
}

#[test]
fn help_and_examples_are_filters() {
    let examples = key::Key::ALL.map(key::Key::example);
    let cards = HELP.iter().flat_map(|(text, _)| text.split("  "));
    for text in cards.chain(examples) {
        assert!(Filter::parse(text, &clock()).is_ok(), "{text}");
    }
}

#[test]
fn the_piece_at_the_cursor_is_completed() {
    let seen = Seen {
        types: vec![
            ("image/jpeg".into(), 7),
            ("image/png".into(), 2),
            ("application/pdf".into(), 5),
            ("x-shape/x-blender".into(), 1),
            ("odd".into(), 1),
        ],
        extensions: vec![("jpg".into(), 7), ("pdf".into(), 5)],
        groups: vec![("3f2a~2".into(), 2)],
        folders: vec![("/a b".into(), 1)],
        keys: vec![("owner".into(), 3)],
        problems: vec![("is locked".into(), 1)],
    };
    let at = |text: &str| {
        let cursor = text.find('|').unwrap();
        let text = text.replace('|', "");
        let found = complete(&text, cursor, &seen);
        let labels: Vec<_> = found.items.iter().map(|item| item.label.clone()).collect();
        let first = found.items.first();
        let done = first.map(|item| {
            let mut text = text.clone();
            text.replace_range(found.replace.clone(), &item.insert);
            text
        });
        (labels, done.unwrap_or_default())
    };
    assert_eq!(at("cat si|").1, "cat size>");
    assert_eq!(at("cat -ty| dog").1, "cat -type: dog");
    assert_eq!(at("type:im|").1, "type:image ");
    assert_eq!(
        at("type:|").0,
        [
            "image",
            "application",
            "x-shape",
            "jpeg",
            "pdf",
            "png",
            "blender",
            "odd"
        ]
    );
    // What the files have is found, also where the language knows no such name.
    assert_eq!(at("type:x-|").1, "type:x-shape/* ");
    assert_eq!(at("type:bl|").1, "type:x-shape/x-blender ");
    assert_eq!(at("type:o|").1, "type:\"odd\" ");
    assert_eq!(at("(ext:jpg,p|)").1, "(ext:jpg,pdf )");
    assert_eq!(at("state:u|").0, ["unstored"]);
    assert_eq!(at("in:3|").1, "in:3f2a~2 ");
    assert_eq!(at("problem:is|").1, "problem:\"is locked\" ");
    assert_eq!(at("path:/|").1, "path:\"/a b\" ");
    assert_eq!(at("\"ty|").0, Vec::<String>::new());
    assert_eq!(at("zz|").0, Vec::<String>::new());
    assert_eq!(complete("é", 1, &seen), Completions::default());
    assert_eq!(complete("", 9, &seen), Completions::default());
}

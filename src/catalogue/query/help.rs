//! The language on a card.

/// What to type, and what it finds.
pub const HELP: &[(&str, &str)] = &[
    ("invoice 2024", "both words in the name, in any case"),
    ("\"annual report\"", "these very characters"),
    (
        "size>10mb  size:1mb..5mb",
        "kb, mb, gb are thousands; kib, mib, gib are 1024s",
    ),
    ("type:image  type:png,webp", "content type, or a part of it"),
    (
        "ext:pdf",
        "what is behind the last dot; ext:none for nothing",
    ),
    (
        "uploaded:2024  uploaded<2024-03",
        "also stored:, removed:; today, 2023..2024",
    ),
    ("age>30d", "min, h, d, w, mo, y since the upload"),
    ("state:unstored", "stored, unstored, processing, removed"),
    (
        "in:any  in:3f2a",
        "members of a group; by the beginning of its id",
    ),
    (
        "problem:any  problem:locked",
        "what the service said against a file",
    ),
    (
        "name:photo  id:3f2a",
        "only the name; what the id begins with",
    ),
    ("path:/products", "the folder and what is below it"),
    ("has:owner", "files with this key in their metadata"),
    ("-draft  -type:image", "not this"),
    ("png or webp  (a or b) c", "one of several"),
];

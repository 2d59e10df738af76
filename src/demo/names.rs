//! Names that people give their files, in many scripts, and some that are meant to do harm.

use std::fmt::Write;

use fastrand::Rng;

const ENGLISH: &[&str] = &[
    "hero",
    "banner",
    "product",
    "team photo",
    "invoice",
    "contract",
    "Quarterly report",
    "logo",
    "storefront",
    "menu",
    "floor plan",
    "avatar",
    "backup",
    "mockup",
    "press kit",
    "sample",
    "label",
    "packaging",
    "launch",
    "keynote",
    "draft",
    "background",
    "gallery",
    "catalogue",
    "receipt",
    "brochure",
    "poster",
    "harbour",
    "workshop",
    "interview",
];
const ACCENTED: &[&str] = &[
    "été à la plage",
    "façade",
    "crème brûlée",
    "Straßenfest",
    "Überblick",
    "Größentabelle",
    "niño",
    "señalización",
    "canção",
    "São João",
    "żółw",
    "Kraków zdjęcie",
    "příručka",
    "Ærø færge",
    "smörgås",
    "Ísland",
    "İstanbul",
    "phở bò",
    "Đà Nẵng",
    "naïve café",
];
const CYRILLIC: &[&str] = &[
    "фото склада",
    "договор",
    "счёт",
    "отчёт за квартал",
    "логотип",
    "каталог",
    "презентация",
    "вид из окна",
    "київ",
    "світлина",
    "снимка",
    "кораб",
];
const GREEK: &[&str] = &["λιμάνι", "φωτογραφία", "τιμολόγιο", "καλοκαίρι"];
const CHINESE: &[&str] = &[
    "产品图",
    "发票",
    "合同",
    "海边照片",
    "会议记录",
    "年度报告",
    "封面",
    "門市照片",
    "設計稿",
];
const JAPANESE: &[&str] = &[
    "製品カタログ",
    "請求書",
    "議事録",
    "港の写真",
    "ロゴ",
    "見積もり",
    "スクリーンショット",
];
const KOREAN: &[&str] = &["제품사진", "계약서", "회의록", "항구", "로고", "영수증"];
const ARABIC: &[&str] = &["صورة المنتج", "فاتورة", "عقد", "تقرير", "شعار", "الميناء"];
const HEBREW: &[&str] = &["תמונה", "חשבונית", "חוזה", "לוגו", "נמל"];
const DEVANAGARI: &[&str] = &["उत्पाद चित्र", "चालान", "अनुबंध", "रिपोर्ट", "बंदरगाह"];
const THAI: &[&str] = &["รูปสินค้า", "ใบแจ้งหนี้", "สัญญา", "ท่าเรือ", "เมนูอาหาร"];
const EMOJI: &[&str] = &[
    "🏖️ summer",
    "👩‍👩‍👧 family",
    "🚢",
    "party 🎉🎉",
    "🇳🇴 fjord",
    "❤️",
    "☕ menu",
];

/// Scripts, and of how many hundred names each is about.
const SCRIPTS: [(&[&str], u8); 11] = [
    (ACCENTED, 22),
    (CYRILLIC, 16),
    (GREEK, 4),
    (CHINESE, 14),
    (JAPANESE, 12),
    (KOREAN, 7),
    (ARABIC, 8),
    (HEBREW, 4),
    (DEVANAGARI, 4),
    (THAI, 4),
    (EMOJI, 5),
];

/// Names meant to do harm, each with the extension that decides what the file holds.
pub(super) const HOSTILE: [(&str, &str); 16] = [
    ("=cmd|'/c calc'!A1.csv", "csv"),
    ("+SUM(1+1)*cmd.xlsx", "xlsx"),
    ("-2+3+cmd|' /C calc'!A0.csv", "csv"),
    ("@SUM(A1:A9).csv", "csv"),
    ("\t=HYPERLINK(\"http://203.0.113.9/\",\"open\").csv", "csv"),
    ("invoice_\u{202E}gpj.exe", "bin"),
    ("\u{2067}طلب\u{2069}\u{200B}.pdf", "pdf"),
    ("two\nlines.txt", "txt"),
    ("carriage\r\nreturn, and a comma.txt", "txt"),
    ("../../../../etc/passwd", "txt"),
    ("..\\..\\windows\\system32\\drivers.bin", "bin"),
    ("<script>alert('hi')</script>.svg", "svg"),
    ("\"><img src=x onerror=alert(1)>.png", "png"),
    ("' OR '1'='1'; DROP TABLE files;--.json", "json"),
    ("CON", "bin"),
    ("\u{1b}[31mred\u{1b}[0m.txt", "txt"),
];

/// A name for a file with this extension (empty for none) that was uploaded in this year, month and day.
pub(super) fn name(rng: &mut Rng, extension: &str, picture: bool, day: (i16, i8, i8)) -> String {
    let mut name = String::with_capacity(32);
    match rng.u8(..100) {
        0..35 if picture => camera(&mut name, rng, day),
        35..62 => foreign(&mut name, rng),
        62 => long(&mut name, rng),
        _ => english(&mut name, rng, day),
    }
    if !extension.is_empty() {
        name.push('.');
        match rng.u8(..20) {
            0 => name.push_str(&extension.to_uppercase()),
            _ => name.push_str(extension),
        }
    }
    name
}

fn camera(name: &mut String, rng: &mut Rng, (year, month, day): (i16, i8, i8)) {
    let (hour, minute, second) = (rng.u8(6..23), rng.u8(..60), rng.u8(..60));
    let number = rng.u16(1..9999);
    let written = match rng.u8(..6) {
        0 => write!(name, "IMG_{number:04}"),
        1 => write!(name, "DSC_{number:04}"),
        2 => write!(
            name,
            "PXL_{year}{month:02}{day:02}_{hour:02}{minute:02}{second:02}{:03}",
            number % 1000
        ),
        3 => write!(
            name,
            "Screenshot {year}-{month:02}-{day:02} at {hour:02}.{minute:02}.{second:02}"
        ),
        4 => write!(
            name,
            "WhatsApp Image {year}-{month:02}-{day:02} at {hour:02}.{minute:02}.{second:02}"
        ),
        _ => write!(name, "IMG_{number:04} ({})", rng.u8(1..9)),
    };
    debug_assert!(written.is_ok(), "writing to a string cannot fail");
}

fn english(name: &mut String, rng: &mut Rng, (year, month, _): (i16, i8, i8)) {
    let (stem, other) = (pick(rng, ENGLISH), pick(rng, ENGLISH));
    let number = rng.u32(1..5000);
    let written = match rng.u8(..8) {
        0 => write!(name, "{stem}-{number}"),
        1 => write!(name, "{stem}_{year}-{month:02}_{number}"),
        2 => write!(name, "{stem} {other} {number}"),
        3 => write!(name, "{stem}@2x_{number}"),
        4 => write!(name, "{stem} (copy {})", number % 20 + 1),
        5 => write!(name, "{year}/{month:02} {stem}"),
        6 => write!(name, "{stem}-v{}.{}", number % 9, number % 30),
        _ => write!(name, "{stem} {other} FINAL final {}", number % 50),
    };
    debug_assert!(written.is_ok(), "writing to a string cannot fail");
}

fn foreign(name: &mut String, rng: &mut Rng) {
    let mut place = rng.u8(..100);
    let mut words = ACCENTED;
    for (script, share) in SCRIPTS {
        words = script;
        if place < share {
            break;
        }
        place -= share;
    }
    let written = match rng.u8(..4) {
        0 => write!(name, "{}", pick(rng, words)),
        1 => write!(name, "{}_{:03}", pick(rng, words), rng.u16(1..999)),
        2 => write!(name, "{} {}", pick(rng, words), rng.u16(1..999)),
        _ => write!(name, "{} {}", pick(rng, words), pick(rng, words)),
    };
    debug_assert!(written.is_ok(), "writing to a string cannot fail");
}

fn long(name: &mut String, rng: &mut Rng) {
    let words = if rng.u8(..12) == 0 {
        140
    } else {
        rng.usize(12..34)
    };
    for _ in 0..words {
        name.push_str(pick(rng, ENGLISH));
        name.push(' ');
    }
    name.push_str("end");
}

fn pick(rng: &mut Rng, words: &[&'static str]) -> &'static str {
    words[rng.usize(..words.len())]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_in_many_scripts_and_lengths() {
        let mut rng = Rng::with_seed(1);
        let names: Vec<_> = (0..20_000)
            .map(|_| name(&mut rng, "jpg", true, (2024, 2, 3)))
            .collect();
        let ranges = [
            'а'..='я',
            'α'..='ω',
            '一'..='鿿',
            'ぁ'..='ヿ',
            '가'..='힣',
            'ء'..='ي',
            'א'..='ת',
            'अ'..='ह',
            'ก'..='๛',
            '🌀'..='🫿',
        ];
        for range in ranges {
            let hits = names
                .iter()
                .filter(|name| name.chars().any(|c| range.contains(&c)))
                .count();
            assert!(hits > 50, "{range:?} is in {hits} names");
        }
        assert!(names.iter().any(|name| name.chars().count() > 1000));
        assert!(
            names
                .iter()
                .all(|name| name.to_lowercase().ends_with(".jpg"))
        );
    }
}

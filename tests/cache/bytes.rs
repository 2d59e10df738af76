//! Rows to bytes and back: what comes back is what was written, or nothing does.

use proptest::prelude::*;
use tallyman::catalogue::{
    AsOf, CacheError, Cached, Catalogue, Change, Owner, RowIx, read_cache, write_cache,
};
use tallyman::model::{Account, FileRow, ProfileId, ServiceKind, Time};

const START: usize = 12;

fn owner() -> Owner {
    Owner {
        profile: ProfileId("demo".into()),
        service: ServiceKind::Uploadcare,
        account: Account {
            name: "Shop".into(),
            key: "public".into(),
        },
    }
}

fn id() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => any::<u128>().prop_map(|n| uuid::Uuid::from_u128(n).to_string()),
        2 => any::<u64>().prop_map(|n| format!("{n:024x}")),
        1 => any::<u64>().prop_map(|n| format!("{n:024X}")),
        2 => any::<String>(),
        1 => Just(String::new()),
    ]
}

fn time() -> impl Strategy<Value = Option<Time>> {
    let micros = prop_oneof![
        4 => 1_600_000_000_000_000..1_800_000_000_000_000i64,
        1 => -62_000_000_000_000_000..200_000_000_000_000_000i64,
    ];
    prop::option::weighted(0.8, micros.prop_map(Time))
}

prop_compose! {
    fn file()(
        id in id(),
        name in any::<String>(),
        size in prop_oneof![0..9_000_000u64, any::<u64>()],
        mime in prop::sample::select(&["", "image/jpeg", "image/png", "фото"][..]),
        folder in prop::sample::select(&["", "/", "/shop", "/лето"][..]),
        keys in prop::sample::select(&["", "owner", "keep\nowner"][..]),
        uploaded in time(),
        stored in time(),
        removed in time(),
        exists in prop::bool::weighted(0.8),
        flags in (any::<bool>(), any::<bool>()),
        odd in prop::option::weighted(0.1, any::<String>()),
    ) -> FileRow {
        FileRow {
            name,
            size,
            mime: mime.into(),
            folder: folder.into(),
            keys: keys.into(),
            uploaded,
            stored,
            removed: removed.filter(|_| !exists),
            image: flags.0,
            ready: flags.1,
            odd,
            ..FileRow::unknown(id.as_str().into())
        }
    }
}

prop_compose! {
    fn catalogue()(
        files in prop::collection::vec(file(), 0..60),
        gone in prop::collection::vec(any::<prop::sample::Index>(), 0..6),
    ) -> Catalogue {
        let mut catalogue = of(files);
        for index in gone {
            if catalogue.slots() > 0 {
                let row = index.index(catalogue.slots()) as RowIx;
                catalogue.apply(row, Change::Gone);
            }
        }
        catalogue
    }
}

fn of(files: Vec<FileRow>) -> Catalogue {
    let mut catalogue = Catalogue::new();
    let epoch = catalogue.begin();
    catalogue.merge(epoch, files);
    catalogue.finish(epoch);
    catalogue
}

fn as_of() -> AsOf {
    AsOf {
        files: Some(Time(1_700_000_000_000_000)),
        removed: None,
    }
}

fn bytes_of(catalogue: &Catalogue) -> Vec<u8> {
    let mut bytes = Vec::new();
    write_cache(&mut bytes, &owner(), as_of(), catalogue).unwrap();
    bytes
}

fn read(mut bytes: &[u8]) -> Result<Cached, CacheError> {
    read_cache(&mut bytes, &owner())
}

fn rows(catalogue: &Catalogue) -> Vec<FileRow> {
    (0..catalogue.slots() as RowIx)
        .map(|ix| catalogue.row(ix))
        .filter(|row| !row.is_gone())
        .map(|row| row.file_row())
        .collect()
}

/// Many files with realistic names, over several chunks.
fn shop(files: u32) -> Catalogue {
    of((0..files)
        .map(|n| FileRow {
            name: format!("IMG_{n:06}.jpg"),
            size: u64::from(n) * 977,
            mime: "image/jpeg".into(),
            uploaded: Some(Time(1_700_000_000_000_000 - i64::from(n) * 61_000_000)),
            stored: Some(Time(1_700_000_000_500_000 - i64::from(n) * 61_000_000)),
            ready: true,
            image: true,
            ..FileRow::unknown(
                uuid::Uuid::from_u128(u128::from(n))
                    .to_string()
                    .as_str()
                    .into(),
            )
        })
        .collect())
}

proptest! {
    #[test]
    fn any_catalogue_comes_back(catalogue in catalogue()) {
        let back = read(&bytes_of(&catalogue)).unwrap();
        prop_assert_eq!(back.as_of, as_of());
        prop_assert_eq!(rows(&back.catalogue), rows(&catalogue));
        prop_assert_eq!(back.catalogue.totals(), catalogue.totals());
        for row in rows(&catalogue) {
            let found = back.catalogue.find(row.id.as_str());
            prop_assert_eq!(found.is_some(), !row.id.as_str().is_empty());
        }
    }

    /// Blocks whose checksums are right, and whose content is anybody's.
    #[test]
    fn what_a_stranger_made_up_is_refused_or_sound(
        catalogue in catalogue(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..9),
    ) {
        let mut bytes = bytes_of(&catalogue);
        for (index, byte) in changes {
            let at = START + index.index(bytes.len() - START);
            bytes[at] = byte;
        }
        sign(&mut bytes);
        if let Ok(cached) = read(&bytes) {
            let rows = rows(&cached.catalogue);
            prop_assert_eq!(cached.catalogue.totals().all().files, rows.len() as u64);
            for row in rows {
                let _ = row.uploaded.map(|time| time.hours_left(24, Time::now()));
            }
        }
    }
}

/// Puts the right checksum on each block that can be made out.
fn sign(bytes: &mut [u8]) {
    let (mut at, mut number) = (START, 0u32);
    while let Some(head) = bytes.get(at..at + 8) {
        let len = u32::from_le_bytes(head[..4].try_into().unwrap());
        let Some(content) = bytes.get(at + 8..at + 8 + len as usize) else {
            return;
        };
        let mut hasher = crc32fast::Hasher::new();
        hasher.update(&number.to_le_bytes());
        hasher.update(&len.to_le_bytes());
        hasher.update(content);
        let sum = hasher.finalize().to_le_bytes();
        bytes[at + 4..at + 8].copy_from_slice(&sum);
        at += 8 + len as usize;
        number += 1;
    }
}

#[test]
fn chunks_of_any_number_come_back() {
    for files in [0, 1, 4095, 4096, 4097, 9000] {
        let catalogue = shop(files);
        let back = read(&bytes_of(&catalogue)).unwrap().catalogue;
        assert_eq!(rows(&back), rows(&catalogue), "{files}");
        assert_eq!(back.newest(), catalogue.newest());
    }
}

#[test]
fn the_longest_texts_come_back() {
    let long = "ö".repeat(32_000);
    let files = (0..40).map(|n| FileRow {
        name: format!("{n}{long}"),
        mime: format!("{long}{n}").into(),
        odd: Some(long.clone()),
        ..FileRow::unknown(format!("{long}{n}").as_str().into())
    });
    let catalogue = of(files.collect());
    let bytes = bytes_of(&catalogue);
    assert_eq!(rows(&read(&bytes).unwrap().catalogue), rows(&catalogue));
}

#[test]
fn every_cut_is_refused() {
    let bytes = bytes_of(&shop(20));
    for len in 0..bytes.len() {
        let error = read(&bytes[..len]).unwrap_err();
        let as_expected = if len < 8 {
            matches!(error, CacheError::Foreign)
        } else {
            matches!(error, CacheError::Damaged(_))
        };
        assert!(as_expected, "{len} bytes: {error}");
    }
    let longer = [bytes.as_slice(), &[0]].concat();
    assert!(matches!(read(&longer), Err(CacheError::Damaged(_))));
}

#[test]
fn every_flip_is_refused() {
    let bytes = bytes_of(&shop(20));
    for at in 0..bytes.len() {
        for flip in [1, 0x80, 0xff] {
            let mut bytes = bytes.clone();
            bytes[at] ^= flip;
            assert!(read(&bytes).is_err(), "byte {at} ^ {flip}");
        }
    }
}

#[test]
fn blocks_in_another_order_are_refused() {
    let bytes = bytes_of(&shop(3 * 4096));
    let mut starts = vec![START];
    while let Some(head) = bytes
        .get(starts[starts.len() - 1]..)
        .filter(|rest| !rest.is_empty())
    {
        let len = u32::from_le_bytes(head[..4].try_into().unwrap()) as usize;
        starts.push(starts[starts.len() - 1] + 8 + len);
    }
    let block = |n: usize| &bytes[starts[n]..starts[n + 1]];
    let swapped = [&bytes[..START], block(0), block(2), block(1), block(3)].concat();
    assert_eq!(swapped.len(), bytes.len());
    assert!(matches!(read(&swapped), Err(CacheError::Damaged(_))));
}

#[test]
fn strangers_and_newer_ones_are_told_apart() {
    let bytes = bytes_of(&shop(20));
    let mut newer = bytes.clone();
    newer[8] = 200;
    assert!(matches!(read(&newer), Err(CacheError::Newer(200))));
    assert!(matches!(
        read(b"SQLite format 3\0"),
        Err(CacheError::Foreign)
    ));
    let changes: [fn(&mut Owner); 3] = [
        |owner| owner.profile.0.push('x'),
        |owner| owner.service = ServiceKind::ImageKit,
        |owner| owner.account.key.push('x'),
    ];
    for change in changes {
        let mut other = owner();
        change(&mut other);
        let error = read_cache(&mut bytes.as_slice(), &other).unwrap_err();
        assert!(matches!(error, CacheError::Other), "{error}");
    }
    // The project was renamed: it is the same one.
    let mut renamed = owner();
    renamed.account.name = "Store".into();
    assert!(read_cache(&mut bytes.as_slice(), &renamed).is_ok());
}

#[test]
fn a_length_is_not_believed() {
    let mut bytes = bytes_of(&shop(20));
    bytes[START..START + 4].copy_from_slice(&u32::MAX.to_le_bytes());
    let error = read(&bytes).unwrap_err();
    assert_eq!(error.to_string(), "it is damaged: a block is too long");
}

/// Tens of thousands of types, one for each file.
#[test]
fn many_types_come_back() {
    let files = (0..20_000u32).map(|n| FileRow {
        mime: format!("application/x-{n}").into(),
        ..FileRow::unknown(format!("file {n}").as_str().into())
    });
    let catalogue = of(files.collect());
    let back = read(&bytes_of(&catalogue)).unwrap().catalogue;
    assert_eq!(rows(&back), rows(&catalogue));
}

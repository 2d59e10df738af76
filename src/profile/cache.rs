//! What is kept on disk of each profile's files: `cache/<profile>.list` in the data folder.
//!
//! It only saves waiting: a file that is not fit is thrown away and told of, one that cannot be written is
//! not missed. What is in it is the catalogue's business.

use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use crate::catalogue::{
    AsOf, CacheError, Cached, Catalogue, Owner, read_cache as read, write_cache as write,
};
use crate::model::text::visible;
use crate::model::{Account, ProfileId};

use super::{Profile, atomic};

const FOLDER: &str = "cache";
/// What a write that a crash cut off leaves behind begins with it.
const UNFINISHED: &str = ".cache-";
const BUFFER: usize = 1 << 18;

/// Whose files a cache of the profile holds.
pub fn owner(profile: &Profile, account: &Account) -> Owner {
    Owner {
        profile: profile.id.clone(),
        service: profile.service,
        account: account.clone(),
    }
}

/// The kept files of a profile, if its account is known and some are kept.
///
/// # Errors
/// In words for a person: what is there cannot be used, and is the caller's to throw away.
pub fn load(data_dir: &Path, profile: &Profile) -> Result<Option<Cached>, String> {
    let Some(account) = &profile.account else {
        return Ok(None);
    };
    let read = || {
        let Some(file) = open(&path(data_dir, &profile.id))? else {
            return Ok(None);
        };
        let mut input = BufReader::with_capacity(BUFFER, file);
        read(&mut input, &owner(profile, account)).map(Some)
    };
    read().map_err(|error| thrown_away(profile, &error))
}

/// Keeps the files of a profile in place of what was kept before.
///
/// # Errors
/// The file system's; what was kept before is still there then.
pub fn save(data_dir: &Path, owner: &Owner, as_of: AsOf, catalogue: &Catalogue) -> io::Result<()> {
    let path = path(data_dir, &owner.profile);
    atomic::write_with(&path, UNFINISHED, |file| {
        let mut out = BufWriter::with_capacity(BUFFER, file);
        write(&mut out, owner, as_of, catalogue)
    })
}

/// Throws away what is kept of a profile.
pub fn forget(data_dir: &Path, profile: &ProfileId) {
    // A file that cannot be removed is refused when it is read: its profile is not in the list.
    drop(fs::remove_file(path(data_dir, profile)));
}

/// Removes what writes left behind that were cut off. For the one window that may write.
pub fn sweep(data_dir: &Path) {
    let Ok(entries) = fs::read_dir(data_dir.join(FOLDER)) else {
        return;
    };
    for entry in entries.flatten() {
        if entry.file_name().to_string_lossy().starts_with(UNFINISHED) {
            drop(fs::remove_file(entry.path()));
        }
    }
}

/// What a person is told of a kept list that was not used.
pub fn thrown_away(profile: &Profile, error: &CacheError) -> String {
    format!(
        "The kept list of {} was thrown away: {error}. The files are listed anew.",
        visible(&profile.name)
    )
}

fn open(path: &Path) -> Result<Option<File>, CacheError> {
    let found = match fs::symlink_metadata(path) {
        Ok(found) => found,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    // A pipe would keep its reader waiting for ever.
    if !found.is_file() {
        return Err(CacheError::Foreign);
    }
    Ok(Some(File::open(path)?))
}

/// An id is text of anybody's making: one that is no plain name goes by its hash.
fn path(data_dir: &Path, profile: &ProfileId) -> PathBuf {
    let id = &profile.0;
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let name = if !id.is_empty() && id.len() <= 64 && id.bytes().all(plain) {
        id.clone()
    } else {
        format!("x{}", hex::encode(Sha256::digest(id)))
    };
    data_dir.join(FOLDER).join(format!("{name}.list"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_never_lead_out_of_the_folder() {
        let cases = [
            ("21975c81-7f57-4c7a-aef9-acfe28779f78", true),
            ("demo-uploadcare", true),
            ("", false),
            ("../../etc/passwd", false),
            ("a/b", false),
            ("A", false),
            (".", false),
            ("con.list", false),
        ];
        for (id, plain) in cases {
            let path = path(Path::new("data"), &ProfileId(id.into()));
            assert_eq!(path.parent(), Some(Path::new("data/cache")), "{id}");
            let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
            assert_eq!(stem == id, plain, "{id}: {stem}");
            assert!(plain || stem.len() == 65);
        }
    }
}

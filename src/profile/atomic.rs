//! One file, replaced whole or not at all, readable by its owner alone.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// Writes the file so that after a crash at any instant it holds the old text or the new one.
/// Its folder is made where it is missing; a link is followed and stays.
pub(super) fn write(path: &Path, text: &[u8]) -> io::Result<()> {
    write_with(path, ".profiles-", |file| file.write_all(text))
}

/// Like [`write`], for what is not in memory as a whole. A crash may leave a file whose name begins with
/// `prefix`.
pub(super) fn write_with(
    path: &Path,
    prefix: &str,
    fill: impl FnOnce(&mut fs::File) -> io::Result<()>,
) -> io::Result<()> {
    let path = resolve(path)?;
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    make_folder(folder)?;
    let mut file = tempfile::Builder::new()
        .prefix(prefix)
        .tempfile_in(folder)?;
    fill(file.as_file_mut())?;
    file.as_file().sync_all()?;
    file.persist(&path).map_err(|error| error.error)?;
    sync_folder(folder)
}

/// Where a link leads, also one whose end is not there yet.
fn resolve(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_owned();
    for _ in 0..40 {
        match fs::read_link(&path) {
            Ok(target) => path = path.parent().unwrap_or(Path::new(".")).join(target),
            Err(_) => return Ok(path),
        }
    }
    Err(io::Error::other("too many links, one leading to the next"))
}

fn make_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Makes the rename last; only Unix can open a folder for it.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) {
        fs::File::open(folder)?.sync_all()?;
    }
    Ok(())
}

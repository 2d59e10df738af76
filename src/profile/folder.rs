//! Where Tallyman keeps its files. Looks at the environment only; creates nothing.

use std::ffi::OsString;
use std::path::PathBuf;

use etcetera::BaseStrategy;

/// The environment variable that names the data folder.
const VARIABLE: &str = "TALLYMAN_DATA_DIR";

/// The folder's name within the platform's data folder.
const NAME: &str = if cfg!(any(windows, target_os = "macos")) {
    "Tallyman"
} else {
    "tallyman"
};

/// The data folder: the argument, else `TALLYMAN_DATA_DIR`, else the platform's
/// (`~/.local/share/tallyman` on Linux, `~/Library/Application Support/Tallyman` on macOS,
/// `%APPDATA%\Tallyman` on Windows), else `tallyman-data` where Tallyman was started.
pub fn data_dir(argument: Option<PathBuf>) -> PathBuf {
    let platform = etcetera::base_strategy::choose_native_strategy()
        .ok()
        .map(|strategy| strategy.data_dir());
    choose(argument, std::env::var_os(VARIABLE), platform)
}

fn choose(
    argument: Option<PathBuf>,
    variable: Option<OsString>,
    platform: Option<PathBuf>,
) -> PathBuf {
    let variable = variable.map(PathBuf::from);
    [argument, variable]
        .into_iter()
        .flatten()
        .find(|path| !path.as_os_str().is_empty())
        .or_else(|| platform.map(|folder| folder.join(NAME)))
        .unwrap_or_else(|| PathBuf::from("tallyman-data"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word_wins() {
        let path = |text: &str| Some(PathBuf::from(text));
        let var = |text: &str| Some(OsString::from(text));
        let platform = PathBuf::from("p").join(NAME);
        let cases = [
            (path("a"), var("v"), path("p"), PathBuf::from("a")),
            (None, var("v"), path("p"), PathBuf::from("v")),
            (path(""), var("v"), path("p"), PathBuf::from("v")),
            (None, var(""), path("p"), platform.clone()),
            (None, None, path("p"), platform),
            (None, None, None, PathBuf::from("tallyman-data")),
        ];
        for (argument, variable, platform, chosen) in cases {
            assert_eq!(choose(argument, variable, platform), chosen);
        }
    }
}

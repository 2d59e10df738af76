//! `keep`: what is never deleted with a profile. The service is not asked.

use std::path::Path;

use crate::job::Guard;
use crate::model::Verb;
use crate::model::text::visible;

use super::args::KeepArgs;
use super::out::{DONE, Failure, line, note};
use super::run::ids_of;
use super::source::profiles;

/// Shows or changes a profile's keep list.
pub fn run(args: &KeepArgs, data_dir: &Path) -> Result<u8, Failure> {
    let mut profiles = profiles(data_dir)?;
    let mut profile = profiles.by_name(&args.profile).cloned().ok_or_else(|| {
        Failure::usage(format!(
            "No profile is called {:?}. `tallyman profiles` lists them.",
            args.profile
        ))
    })?;
    let ids = ids_of(&args.ids, args.ids_file.as_deref())?;
    let before = profile.keep.clone();
    let keep = &mut profile.keep;
    if args.remove {
        keep.remove(&ids);
    } else {
        keep.add(ids);
    }
    if let Some(filter) = &args.filter {
        keep.filter = filter.trim().to_owned();
    }
    if let Some(key) = &args.metadata_key {
        keep.metadata_key = key.trim().to_owned();
    }
    Guard::of(keep, Verb::Delete).map_err(Failure::usage)?;
    let kept = keep.clone();
    if kept != before {
        profiles.put(profile)?;
    }
    for id in &kept.ids {
        line(visible(id.as_str()))?;
    }
    match kept.words() {
        empty if empty.is_empty() => note("Nothing is on the keep list."),
        words => note(format_args!("Never deleted with this profile: {words}.")),
    }
    Ok(DONE)
}

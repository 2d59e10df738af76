//! The signature of reports: the key of this computer, and the check of a report and of who signed it.

use std::fs;
use std::path::Path;

use crate::model::size::counted;
use crate::model::text::visible;
use crate::profile::{Keyring, KeyringErrorKind};
use crate::report::{self, Checked, PublicKey, SigningKey};

use super::out::{DONE, Failure, NOT_ALL, line};

/// The key that signs this computer's reports, made if it may be; else why there is none.
pub async fn own_key(make: bool) -> Result<SigningKey, KeyringErrorKind> {
    let make = make.then_some(SigningKey::make as fn() -> _);
    match Keyring::system().signing_key(make).await {
        Ok(text) => SigningKey::read(&text).ok_or(KeyringErrorKind::NotText),
        Err(error) => Err(error.kind),
    }
}

/// Prints the public half.
pub async fn signing_key() -> Result<u8, Failure> {
    match own_key(true).await {
        Ok(key) => {
            line(key.public())?;
            Ok(DONE)
        }
        Err(why) => Err(Failure::start(format!(
            "There is no signing key. {} Reports are written unsigned until then.",
            why.no_key()
        ))),
    }
}

/// Checks a report against its manifest, sums and signature; names what is not as it was written.
pub async fn check_report(dir: &Path, public_key: Option<&str>) -> Result<u8, Failure> {
    let given = public_key.map(given_key).transpose()?;
    let mut checked = report::check(dir)?;
    if let Some(key) = &given {
        checked.expect_key(key);
    }
    for finding in &checked.findings {
        line(format_args!(
            "{}: {}",
            visible(&finding.file),
            visible(&finding.what)
        ))?;
    }
    line(signature_words(&checked, given.is_some()).await)?;
    line(sum_words(&checked))?;
    Ok(if checked.findings.is_empty() {
        DONE
    } else {
        NOT_ALL
    })
}

fn given_key(text: &str) -> Result<PublicKey, Failure> {
    let from_file = || fs::read_to_string(text).ok();
    PublicKey::parse(text)
        .or_else(|| PublicKey::parse(&from_file()?))
        .ok_or_else(|| {
            Failure::usage(format!(
                "{} is neither a public key of minisign nor a file that holds one.",
                visible(text)
            ))
        })
}

fn sum_words(checked: &Checked) -> String {
    let sizes = format!(
        "{}, {}",
        counted(checked.files as u64, "file", "files"),
        counted(checked.items, "item", "items")
    );
    let report = if checked.redacted {
        "The redacted report"
    } else {
        "The report"
    };
    match checked.findings.len() as u64 {
        0 => format!("{report} is as it was written, and its sums hold: {sizes}."),
        number => format!(
            "{report} is not as it was written: {} in {sizes}.",
            counted(number, "finding", "findings")
        ),
    }
}

/// Who signed it, as far as that can be known here.
async fn signature_words(checked: &Checked, given: bool) -> String {
    let key = match &checked.signed {
        Ok(key) => key,
        Err(why) if checked.findings.is_empty() => {
            return format!("Not signed. {}", visible(why));
        }
        Err(why) => return format!("No good signature. {}", visible(why)),
    };
    let id = key.id();
    if given {
        return match checked.findings.is_empty() {
            true => format!("Signed with the given key, {id}."),
            false => format!("It carries a good signature of the key {id}."),
        };
    }
    match own_key(false).await {
        Ok(own) if own.public() == key => format!("Signed with this computer's own key, {id}."),
        Ok(_) | Err(KeyringErrorKind::NotFound) => unknown(&id, ""),
        Err(why) => {
            let more = format!(
                " Whether it is this computer's own cannot be told. {}",
                why.unsigned()
            );
            unknown(&id, &more)
        }
    }
}

fn unknown(id: &str, more: &str) -> String {
    format!(
        "The signature is good, and its key {id} is not known here.{more} \
         Ask whoever sent the report for the public key and give it with --public-key."
    )
}

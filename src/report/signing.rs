//! The signature of a manifest, in minisign's format, so that the public program verifies it too.
//!
//! Keys are made and read here; where the secret one is kept is for the caller to know. A public key
//! that comes with a report proves nothing by itself: whose it is has to be known from elsewhere.

use std::fmt;
use std::hint::black_box;
use std::io::Cursor;

use minisign::{KeyPair, SecretKey, SignatureBox};
use secrecy::{ExposeSecret as _, SecretString};
use zeroize::Zeroizing;

use crate::model::Time;

use super::manifest::MANIFEST;

/// Bytes of a secret key in minisign's layout.
const SECRET_BYTES: usize = 158;

/// What a public key begins with: the algorithm.
const ALGORITHM: &[u8] = b"Ed";

/// Characters of a signature of 64 bytes in base64, and of one with its algorithm and key id.
const SIGNATURE_CHARS: [usize; 2] = [100, 88];

/// Longest text that is looked at as a key or a signature.
const LONGEST: usize = 4_096;

/// A key that signs reports. Its secret half is unpacked only while it signs.
pub struct SigningKey {
    secret: SecretString,
    public: PublicKey,
}

impl SigningKey {
    /// The text of a new key, to be kept where secrets are; `None` if the system gives no randomness.
    pub fn make() -> Option<SecretString> {
        let mut pair = KeyPair::generate_unencrypted_keypair().ok()?;
        let bytes = Zeroizing::new(pair.sk.to_bytes());
        wipe(&mut pair.sk);
        Some(SecretString::from(hex::encode(&*bytes)))
    }

    /// The key of a text that [`make`](Self::make) gave; `None` for any other.
    pub fn read(text: &SecretString) -> Option<Self> {
        let mut secret = unpack(text)?;
        let public = minisign::PublicKey::from_secret_key(&secret).ok();
        wipe(&mut secret);
        Some(Self {
            secret: text.clone(),
            public: PublicKey::of(public?)?,
        })
    }

    /// The half that may be told.
    pub fn public(&self) -> &PublicKey {
        &self.public
    }

    /// The signature file of a manifest. `comment` is one line, and is signed too.
    pub(super) fn sign(&self, manifest: &[u8], comment: &str, now: Time) -> Option<String> {
        let mut secret = unpack(&self.secret)?;
        let trusted = format!(
            "timestamp:{}\tfile:{MANIFEST}\thashed\t{comment}",
            now.0.div_euclid(1_000_000)
        );
        let untrusted = format!("signature of a Tallyman report, key {}", self.public.id());
        let signed = minisign::sign(
            Some(&self.public.0),
            &secret,
            Cursor::new(manifest),
            Some(&trusted),
            Some(&untrusted),
        );
        wipe(&mut secret);
        signed.ok().map(|signature| signature.into_string())
    }
}

/// Shows whose key it is, never the key.
impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({})", self.public.id())
    }
}

fn unpack(text: &SecretString) -> Option<SecretKey> {
    let mut bytes = Zeroizing::new([0; SECRET_BYTES]);
    hex::decode_to_slice(text.expose_secret(), &mut bytes[..]).ok()?;
    SecretKey::from_bytes(&bytes[..]).ok()
}

/// Overwrites the key: its library does not. The optimiser may not leave it out.
fn wipe(key: &mut SecretKey) {
    if let Ok(blank) = SecretKey::from_bytes(&[0; SECRET_BYTES]) {
        *key = blank;
        black_box(key);
    }
}

/// The public half of a key.
#[derive(Clone, Debug)]
pub struct PublicKey(minisign::PublicKey);

impl PublicKey {
    /// Reads the one line of a key, or a whole `.pub` file.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() > LONGEST {
            return None;
        }
        let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        let line = lines.rfind(|line| !line.starts_with("untrusted comment:"))?;
        Self::of(minisign::PublicKey::from_base64(line).ok()?)
    }

    fn of(key: minisign::PublicKey) -> Option<Self> {
        key.to_bytes().starts_with(ALGORITHM).then_some(Self(key))
    }

    /// The fingerprint that minisign shows too: sixteen hexadecimal digits.
    pub fn id(&self) -> String {
        let mut id = self.0.keynum().to_vec();
        id.reverse();
        hex::encode_upper(id)
    }

    /// The text of its file.
    pub(super) fn to_file(&self) -> String {
        format!(
            "untrusted comment: minisign public key {}\n{self}\n",
            self.id()
        )
    }

    /// The comment that a good signature of the bytes carries; else what is wrong with it, in words.
    pub(super) fn verify(&self, bytes: &[u8], signature: &[u8]) -> Result<String, &'static str> {
        const NONE: &str = "is no signature that can be read";
        let text = std::str::from_utf8(signature).map_err(|_| NONE)?;
        let lines: Vec<_> = text.lines().collect();
        let [_, first, _, second] = lines[..] else {
            return Err(NONE);
        };
        // Of another length the library would look for bytes that are not there.
        if text.len() > LONGEST || [first.trim().len(), second.trim().len()] != SIGNATURE_CHARS {
            return Err(NONE);
        }
        let signature = SignatureBox::from_string(text).map_err(|_| NONE)?;
        if signature.keynum() != self.0.keynum() {
            return Err("was made with another key than the report names");
        }
        minisign::verify(&self.0, &signature, Cursor::new(bytes), true, false, false)
            .map_err(|_| "is not the signature of this manifest")?;
        signature.trusted_comment().map_err(|_| NONE)
    }
}

impl PartialEq for PublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.0.to_bytes() == other.0.to_bytes()
    }
}

impl Eq for PublicKey {}

/// The one line.
impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.to_base64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> SigningKey {
        SigningKey::read(&SigningKey::make().unwrap()).unwrap()
    }

    #[test]
    fn a_signature_fits_its_bytes_and_its_key_alone() {
        let (key, other) = (key(), key());
        let signature = key.sign(b"manifest", "job 12", Time(7_000_000)).unwrap();
        let comment = key.public().verify(b"manifest", signature.as_bytes());
        assert_eq!(
            comment.unwrap(),
            "timestamp:7\tfile:manifest.json\thashed\tjob 12"
        );
        let wrong = [
            (
                key.public(),
                &b"manifesT"[..],
                signature.clone(),
                "not the signature",
            ),
            (
                other.public(),
                b"manifest",
                signature.clone(),
                "another key",
            ),
            (
                key.public(),
                b"manifest",
                signature.replace("job 12", "job 13"),
                "not the signature",
            ),
            (key.public(), b"manifest", String::new(), "no signature"),
            (
                key.public(),
                b"manifest",
                signature[..signature.len() - 9].to_owned(),
                "no signature",
            ),
        ];
        for (key, bytes, signature, why) in wrong {
            let error = key.verify(bytes, signature.as_bytes()).unwrap_err();
            assert!(error.contains(why), "{error}");
        }
    }

    #[test]
    fn keys_are_read_as_they_were_written() {
        let text = SigningKey::make().unwrap();
        let key = SigningKey::read(&text).unwrap();
        assert_eq!(key.public(), SigningKey::read(&text).unwrap().public());
        let public = key.public();
        for text in [public.to_string(), public.to_file()] {
            assert_eq!(PublicKey::parse(&text).as_ref(), Some(public), "{text}");
        }
        assert_eq!(public.id().len(), 16);
        assert!(public.to_file().contains(&public.id()));
        let shown = format!("{key:?}");
        assert!(!shown.contains(text.expose_secret()) && shown.contains(&public.id()));
        for none in ["", "RW", "a b\nc", &"R".repeat(56), &"A".repeat(9_000)] {
            assert!(PublicKey::parse(none).is_none(), "{none}");
            assert!(SigningKey::read(&none.into()).is_none(), "{none}");
        }
    }
}

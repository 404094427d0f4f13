//! The key of the pseudonyms. It lies in the data folder and not in the database: who has only a
//! copy of the database cannot try out ids.

use std::io::{ErrorKind, Read as _, Write as _};
use std::path::Path;

use hmac::{Hmac, KeyInit as _, Mac as _};
use rand::TryRngCore as _;
use sha2::Sha256;

use crate::artifacts::hash;
use crate::{Error, Result, files};

/// A key of 256 random bits.
#[derive(Clone)]
pub struct SubjectKey {
    key: [u8; 32],
    /// Tells pseudonyms of different keys apart.
    name: String,
}

impl std::fmt::Debug for SubjectKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("SubjectKey")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl SubjectKey {
    /// Reads the key of a folder, or makes one.
    ///
    /// # Errors
    /// When the file cannot be read or made, or is not a key.
    pub(crate) fn of(folder: &Path) -> Result<Self> {
        let path = folder.join("prediction-log.key");
        match std::fs::File::open(&path) {
            Ok(mut file) => {
                let mut key = Vec::new();
                file.read_to_end(&mut key)?;
                let key = key.try_into().map_err(|_| {
                    Error::Setting(format!("{} is not a key of 32 bytes.", path.display()))
                })?;
                Ok(Self::new(key))
            }
            Err(error) if error.kind() == ErrorKind::NotFound => Self::make(folder, &path),
            Err(error) => Err(error.into()),
        }
    }

    /// Makes a key. Two processes that do so at once come to the same one: the file appears whole,
    /// and the second finds it there.
    fn make(folder: &Path, path: &Path) -> Result<Self> {
        let mut key = [0; 32];
        rand::rngs::OsRng
            .try_fill_bytes(&mut key)
            .map_err(|error| Error::Folder(std::io::Error::other(error)))?;
        let own = folder.join(format!("prediction-log.key.{}", crate::new_id::<String>()));
        files::create_private(&own)?;
        let mut file = std::fs::OpenOptions::new().write(true).open(&own)?;
        file.write_all(&key)?;
        file.sync_all()?;
        let linked = std::fs::hard_link(&own, path);
        std::fs::remove_file(&own)?;
        match linked {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error.into()),
            Err(_) => Self::of(folder),
            Ok(()) => Ok(Self::new(key)),
        }
    }

    fn new(key: [u8; 32]) -> Self {
        let name = hash(&key)[..8].to_owned();
        Self { key, name }
    }

    /// The name of the key, with which its pseudonyms begin.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The pseudonym of somebody: the name of the key and 32 hex digits.
    pub fn subject(&self, use_case: &str, person: &str) -> String {
        self.tagged("subject", &[use_case, person])
    }

    /// The hash of an input's text.
    pub fn input(&self, use_case: &str, text: &str) -> String {
        self.tagged("input", &[use_case, text])
    }

    fn tagged(&self, kind: &str, parts: &[&str]) -> String {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.key) else {
            unreachable!("HMAC takes keys of any length");
        };
        for part in [kind].iter().chain(parts) {
            mac.update(&(part.len() as u64).to_le_bytes());
            mac.update(part.as_bytes());
        }
        let digits: String = mac.finalize().into_bytes()[..16]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        format!("{}.{digits}", self.name)
    }
}

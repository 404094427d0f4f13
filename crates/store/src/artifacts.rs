//! Files by content hash. A file is written before the row that names it, so a row never names a
//! file that is not there.

use std::path::PathBuf;
use std::sync::Arc;

use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt, PutPayload};
use sha2::{Digest, Sha256};

use crate::{Error, Result, Settings, files};

/// Where artifacts are.
#[derive(Debug, Clone)]
pub(crate) struct Artifacts {
    store: Arc<dyn ObjectStore>,
    prefix: Path,
    /// Where they are files of this machine.
    folder: Option<PathBuf>,
}

impl Artifacts {
    pub fn open(settings: &Settings) -> Result<Self> {
        let Some(url) = &settings.artifacts else {
            let folder = settings.data_dir.join("artifacts");
            files::private_folder(&folder)?;
            files::restrict(&folder, files::FOLDER)?;
            let store = Arc::new(LocalFileSystem::new_with_prefix(&folder)?);
            return Ok(Self {
                store,
                prefix: Path::default(),
                folder: Some(folder),
            });
        };
        let wrong = |error: &dyn std::fmt::Display| {
            Error::Setting(format!("the artifact store's URL cannot be used: {error}"))
        };
        let url = url.parse().map_err(|error| wrong(&error))?;
        let (store, prefix) =
            object_store::parse_url_opts(&url, std::env::vars()).map_err(|error| wrong(&error))?;
        Ok(Self {
            store: store.into(),
            prefix,
            folder: None,
        })
    }

    fn place(&self, hash: &str) -> Path {
        self.prefix
            .clone()
            .join(&hash[..2.min(hash.len())])
            .join(hash)
    }

    /// Stores bytes, unless they are there, and gives their hash.
    pub async fn put(&self, bytes: Vec<u8>) -> Result<String> {
        let hash = hash(&bytes);
        let place = self.place(&hash);
        if self.store.head(&place).await.is_err() {
            self.store.put(&place, PutPayload::from(bytes)).await?;
            if let Some(folder) = &self.folder {
                files::restrict(&folder.join(place.as_ref()), files::FILE)?;
            }
        }
        Ok(hash)
    }

    /// As [`Self::put`], and the bytes are on disk when it is done; an object store has them for
    /// certain when it says so.
    pub async fn put_durably(&self, bytes: Vec<u8>) -> Result<String> {
        let hash = self.put(bytes).await?;
        if let Some(folder) = &self.folder {
            let file = folder.join(self.place(&hash).as_ref());
            let synchronize = move || -> std::io::Result<()> {
                std::fs::File::open(&file)?.sync_all()?;
                match file.parent() {
                    Some(folder) => std::fs::File::open(folder)?.sync_all(),
                    None => Ok(()),
                }
            };
            tokio::task::spawn_blocking(synchronize)
                .await
                .map_err(std::io::Error::other)??;
        }
        Ok(hash)
    }

    /// Removes the bytes of a hash.
    pub async fn remove(&self, hash: &str) -> Result<()> {
        match self.store.delete(&self.place(hash)).await {
            Err(object_store::Error::NotFound { .. }) | Ok(()) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Reads the bytes of a hash and checks them against it.
    pub async fn get(&self, hash_wanted: &str) -> Result<Vec<u8>> {
        let missing = || Error::Artifact(hash_wanted.to_owned());
        let bytes = self
            .store
            .get(&self.place(hash_wanted))
            .await
            .map_err(|_| missing())?
            .bytes()
            .await?
            .to_vec();
        if hash(&bytes) == hash_wanted {
            Ok(bytes)
        } else {
            Err(missing())
        }
    }
}

/// SHA-256, hexadecimal.
pub fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

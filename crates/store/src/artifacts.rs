//! Files by content hash. A file is written before the row that names it, so a row never names a file that is not there.

use std::path::PathBuf;
use std::sync::Arc;

use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt, PutPayload};
use sha2::{Digest, Sha256};

use crate::{Error, Result, Settings, Store, files};

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
            return Ok(Self { store, prefix: Path::default(), folder: Some(folder) });
        };
        let wrong = |error: &dyn std::fmt::Display| Error::Setting(format!("the artifact store's URL cannot be used: {error}"));
        if url.starts_with("s3:") && !cfg!(feature = "s3") {
            return Err(Error::Setting("this program was built without S3: build it with `--features s3`".into()));
        }
        let url = url.parse().map_err(|error| wrong(&error))?;
        let (store, prefix) = object_store::parse_url_opts(&url, std::env::vars()).map_err(|error| wrong(&error))?;
        Ok(Self { store: store.into(), prefix, folder: None })
    }

    fn place(&self, hash: &str) -> Path {
        self.prefix.clone().join(&hash[..2.min(hash.len())]).join(hash)
    }

    async fn put(&self, place: &Path, bytes: Vec<u8>) -> Result<()> {
        self.store.put(place, PutPayload::from(bytes)).await?;
        if let Some(folder) = &self.folder {
            files::restrict(&folder.join(place.as_ref()), files::FILE)?;
        }
        Ok(())
    }
}

/// SHA-256, hexadecimal.
pub fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Store {
    /// Stores bytes and gives their hash. The same bytes are stored once.
    ///
    /// # Errors
    /// When the artifact store cannot be written.
    pub async fn put_artifact(&self, bytes: Vec<u8>) -> Result<String> {
        let hash = hash(&bytes);
        let place = self.artifacts.place(&hash);
        if self.artifacts.store.head(&place).await.is_err() {
            self.artifacts.put(&place, bytes).await?;
        }
        Ok(hash)
    }

    /// Reads an artifact and checks it against its hash.
    ///
    /// # Errors
    /// When it is not there or was changed.
    pub async fn artifact(&self, hash_wanted: &str) -> Result<Vec<u8>> {
        let missing = || Error::Artifact(hash_wanted.to_owned());
        let bytes = self.artifacts.store.get(&self.artifacts.place(hash_wanted)).await.map_err(|_| missing())?.bytes().await?.to_vec();
        if hash(&bytes) == hash_wanted { Ok(bytes) } else { Err(missing()) }
    }
}

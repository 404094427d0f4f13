//! Settings: flag, then `TENURE_…` environment variable, then `tenure.toml`, then default.

use std::path::PathBuf;

use clap::Args;
use serde::Deserialize;
use workflow::{Catalogue, Error, Result, StoreSettings, Tenure};

/// What is recorded with runs: name, version, and the commit that the program was made from.
const CODE: &str = concat!("tenure ", env!("CARGO_PKG_VERSION"), env!("TENURE_COMMIT"));

/// Where things are kept. Every command that works on the store takes these.
#[derive(Debug, Clone, Default, Args, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// Database: sqlite://PATH or postgres://… [default: tenure.db in the data folder]
    #[arg(long, global = true, env = "TENURE_DATABASE", hide_env_values = true)]
    pub database: Option<String>,
    /// Folder of the database and of stored files [default: tenure-data]
    #[arg(long, global = true, env = "TENURE_DATA_DIR")]
    pub data_dir: Option<PathBuf>,
    /// Store of files by URL, for example s3://bucket/prefix [default: a folder in the data folder]
    #[arg(long, global = true, env = "TENURE_ARTIFACTS")]
    pub artifacts: Option<String>,
    /// Folder with use-case files that add to, or replace, those of the binary
    #[arg(long, global = true, env = "TENURE_USE_CASES")]
    pub use_cases: Option<PathBuf>,
    /// Address that the server listens on [default: 127.0.0.1:3000]
    #[arg(long, global = true, env = "TENURE_ADDR")]
    pub addr: Option<String>,
    /// Address that people use, for example https://tenure.example; with https, cookies travel encrypted only [default: http://ADDR]
    #[arg(long, global = true, env = "TENURE_PUBLIC_URL")]
    pub public_url: Option<String>,
    /// A proxy of yours stands in front: the last address in X-Forwarded-For is who asks
    #[arg(long, global = true, env = "TENURE_BEHIND_PROXY")]
    #[serde(default)]
    pub behind_proxy: bool,
}

impl Place {
    /// Fills what flags and environment left open from `tenure.toml` in the current folder.
    ///
    /// # Errors
    /// When the file is there but wrong.
    pub fn with_file(self) -> Result<Self> {
        let file = match std::fs::read_to_string("tenure.toml") {
            Ok(text) => toml::from_str::<Self>(&text).map_err(|error| Error::Invalid(format!("tenure.toml: {error}")))?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Self::default(),
            Err(error) => return Err(Error::Invalid(format!("tenure.toml: {error}"))),
        };
        Ok(Self {
            database: self.database.or(file.database),
            data_dir: self.data_dir.or(file.data_dir),
            artifacts: self.artifacts.or(file.artifacts),
            use_cases: self.use_cases.or(file.use_cases),
            addr: self.addr.or(file.addr),
            public_url: self.public_url.or(file.public_url),
            behind_proxy: self.behind_proxy || file.behind_proxy,
        })
    }

    /// The data folder.
    pub fn data_dir(&self) -> PathBuf {
        self.data_dir.clone().unwrap_or_else(|| "tenure-data".into())
    }

    /// Address that the server listens on.
    pub fn addr(&self) -> &str {
        self.addr.as_deref().unwrap_or("127.0.0.1:3000")
    }

    /// Address that people use, without a slash at the end.
    pub fn public_url(&self) -> String {
        self.public_url.as_deref().map_or_else(|| format!("http://{}", self.addr()), |url| url.trim_end_matches('/').to_owned())
    }

    /// The address at which a password is set.
    pub fn set_up_link(&self, secret: &str) -> String {
        format!("{}/set-up/{secret}", self.public_url())
    }

    /// Opens the store.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub async fn open(&self) -> Result<Tenure> {
        let settings = StoreSettings { database: self.database.clone(), data_dir: self.data_dir(), artifacts: self.artifacts.clone() };
        Tenure::open(&settings, self.use_cases.as_deref(), CODE).await
    }

    /// Use cases and policies of this installation, without a store.
    ///
    /// # Errors
    /// When a file of the folder is wrong.
    pub fn catalogue(&self) -> Result<Catalogue> {
        Catalogue::read(self.use_cases.as_deref())
    }
}

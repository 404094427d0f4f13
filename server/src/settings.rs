//! Settings: flag, then `TENURE_…` environment variable, then `tenure.toml`, then default.

use std::net::ToSocketAddrs;
use std::path::PathBuf;

use clap::Args;
use domain::Route;
use serde::Deserialize;
use workflow::{
    AlertOptions, AlertSettings, Error, MailOptions, PolicyCatalog, Result, StoreSettings, Tenure,
};

use crate::serving::{Serving, url_of};

/// Recorded with each run: name, version, and the commit of the build.
const CODE: &str = concat!("tenure ", env!("CARGO_PKG_VERSION"), env!("TENURE_COMMIT"));

/// Heading of the global options in help texts, so that the options of a command come first.
pub const HEADING: &str = "Settings (flag, environment variable or tenure.toml)";

/// Global options: where the store is and how the server listens.
#[derive(Debug, Clone, Default, Args, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Database URL: sqlite://PATH or postgres://… [default: tenure.db in the data folder]
    #[arg(long, global = true, help_heading = HEADING, env = "TENURE_DATABASE", hide_env_values = true)]
    pub database: Option<String>,
    /// Folder for the database and stored files [default: tenure-data]
    #[arg(long, global = true, help_heading = HEADING, env = "TENURE_DATA_DIR")]
    pub data_dir: Option<PathBuf>,
    /// URL of the file store, for example s3://bucket/prefix [default: a folder in the data folder]
    #[arg(long, global = true, help_heading = HEADING, env = "TENURE_ARTIFACTS")]
    pub artifacts: Option<String>,
    /// Folder with use-case files that add to or replace the built-in ones
    #[arg(long, global = true, help_heading = HEADING, env = "TENURE_USE_CASES")]
    pub use_cases: Option<PathBuf>,
    /// Address to listen on [default: 127.0.0.1:3000]
    #[arg(long, global = true, help_heading = HEADING, env = "TENURE_ADDR")]
    pub addr: Option<String>,
    /// Public URL; with https, cookies are sent over TLS only [default: http://ADDR]
    #[arg(long, global = true, help_heading = HEADING, env = "TENURE_PUBLIC_URL")]
    pub public_url: Option<String>,
    /// Hosts that sources may read over HTTP(S) and from S3, separated by commas; private addresses
    /// only when listed [default: every public host]
    #[arg(long, global = true, help_heading = HEADING, env = "TENURE_SOURCE_HOSTS", value_delimiter = ',', value_name = "HOSTS")]
    #[serde(default)]
    pub source_hosts: Vec<String>,
    /// Format of the server's log on standard error [default: text]
    #[arg(long, global = true, help_heading = HEADING, env = "TENURE_LOG_FORMAT", value_enum)]
    pub log_format: Option<LogFormat>,
    /// Trust a reverse proxy: take the client address from the last entry of X-Forwarded-For
    #[arg(long, global = true, help_heading = HEADING, env = "TENURE_BEHIND_PROXY")]
    #[serde(default)]
    pub behind_proxy: bool,
    /// Requests per second of one API token; 0 for no limit [default: 20000]
    #[arg(long, global = true, help_heading = HEADING, env = "TENURE_RATE_LIMIT", value_name = "REQUESTS")]
    pub rate_limit: Option<u32>,
    /// The mail server: in `tenure.toml` only.
    #[arg(skip)]
    pub mail: Option<MailOptions>,
    /// Hosts that messages may go to, days of reviews: in `tenure.toml` only.
    #[arg(skip)]
    #[serde(default)]
    pub alerts: AlertOptions,
}

/// How the server writes its log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// Lines for people.
    #[default]
    Text,
    /// An object a line, for programs.
    Json,
}

/// Where a file of settings is wrong, without the line itself: it may hold a secret.
fn unreadable(text: &str, error: &toml::de::Error) -> Error {
    let start = error.span().map_or(0, |span| span.start);
    let line = text.get(..start).unwrap_or_default().matches('\n').count() + 1;
    Error::Invalid(format!("tenure.toml, line {line}: {}.", error.message()))
}

impl Config {
    /// Fills in options that neither a flag nor the environment sets from `tenure.toml` in the
    /// current folder.
    ///
    /// # Errors
    /// When the file exists but cannot be read or parsed.
    pub fn with_file(self) -> Result<Self> {
        let file = match std::fs::read_to_string("tenure.toml") {
            Ok(text) => toml::from_str::<Self>(&text).map_err(|error| unreadable(&text, &error))?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Self::default(),
            Err(error) => return Err(Error::Invalid(format!("tenure.toml: {error}"))),
        };
        let config = Self {
            database: self.database.or(file.database),
            data_dir: self.data_dir.or(file.data_dir),
            artifacts: self.artifacts.or(file.artifacts),
            use_cases: self.use_cases.or(file.use_cases),
            addr: self.addr.or(file.addr),
            public_url: self.public_url.or(file.public_url),
            source_hosts: if self.source_hosts.is_empty() {
                file.source_hosts
            } else {
                self.source_hosts
            },
            log_format: self.log_format.or(file.log_format),
            behind_proxy: self.behind_proxy || file.behind_proxy,
            rate_limit: self.rate_limit.or(file.rate_limit),
            mail: file.mail,
            alerts: file.alerts,
        };
        config.check_public_url()?;
        Ok(config)
    }

    /// The data folder.
    pub fn data_dir(&self) -> PathBuf {
        self.data_dir
            .clone()
            .unwrap_or_else(|| "tenure-data".into())
    }

    /// How the server writes its log.
    pub fn log_format(&self) -> LogFormat {
        self.log_format.unwrap_or_default()
    }

    /// Address that the server listens on.
    pub fn addr(&self) -> &str {
        self.addr.as_deref().unwrap_or("127.0.0.1:3000")
    }

    /// The public URL as it was set, without a trailing slash.
    pub fn public_url(&self) -> Option<&str> {
        Some(self.public_url.as_deref()?.trim_end_matches('/'))
    }

    /// A URL that browsers understand, and without a path: addresses of pages begin at its root.
    fn check_public_url(&self) -> Result<()> {
        let Some(url) = self.public_url() else {
            return Ok(());
        };
        let host = url
            .strip_prefix("https://")
            .or_else(|| url.strip_prefix("http://"));
        if host.is_some_and(|host| !host.is_empty() && !host.contains(['/', '?', '#', ' '])) {
            return Ok(());
        }
        Err(Error::Invalid(format!(
            "“{url}” is not a valid public URL. Use https://HOST or http://HOST, with a port where it is needed and without a path."
        )))
    }

    /// The link with which a password is set: at the public URL, else at the server that serves
    /// this store now, else where `tenure serve` would listen. `None` where the port is known only
    /// when it does.
    pub fn set_up_link(&self, secret: &str) -> Option<String> {
        let configured = || {
            let mut addresses = self.addr().to_socket_addrs().ok()?;
            addresses.next().filter(|bound| bound.port() != 0)
        };
        let base = self.known_url().or_else(|| configured().map(url_of))?;
        let page = Route::SetUp {
            link: secret.to_owned(),
        };
        Some(format!("{base}{page}"))
    }

    /// The public URL, else that of the server that serves this store now.
    fn known_url(&self) -> Option<String> {
        let running = || Serving::running(&self.data_dir()).map(|running| running.url);
        self.public_url().map(str::to_owned).or_else(running)
    }

    /// Opens the store.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub async fn open(&self) -> Result<Tenure> {
        let settings = StoreSettings {
            database: self.database.clone(),
            data_dir: self.data_dir(),
            artifacts: self.artifacts.clone(),
        };
        let alerts = AlertSettings::new(self.mail.as_ref(), &self.alerts, self.known_url())?;
        let tenure = Tenure::open(&settings, self.use_cases.as_deref(), CODE)
            .await?
            .with_source_hosts(&self.source_hosts)?;
        Ok(tenure.with_alerts(alerts))
    }

    /// True when there is a store to open: looking into it makes nothing.
    #[must_use]
    pub fn has_store(&self) -> bool {
        match &self.database {
            None => self.data_dir().join("tenure.db").is_file(),
            Some(url) => url.strip_prefix("sqlite://").is_none_or(|file| {
                std::path::Path::new(file.split('?').next().unwrap_or(file)).is_file()
            }),
        }
    }

    /// Use cases and policies of the files of this installation, without a store.
    ///
    /// # Errors
    /// When a file in the folder is invalid.
    pub fn catalog(&self) -> Result<PolicyCatalog> {
        PolicyCatalog::read(self.use_cases.as_deref())
    }
}

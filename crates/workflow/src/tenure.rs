//! The facade that every entry point uses.

use std::path::Path;
use std::sync::Arc;

use store::Store;
use tokio::sync::Semaphore;
use training::gates::ValidGatePolicy;

use crate::alerts::AlertSettings;
use crate::cache::Caches;
use crate::current::Currents;
use crate::datasets::{HeldImport, Refusals};
use crate::disclosure::Histories;
use crate::held::PerPerson;
use crate::prediction_log::LogCounts;
use crate::shadow::OpenTallies;
use crate::use_cases::{
    DefinitionEdit, HeldDrafts, PolicyCatalog, Purpose, SkippedFile, StoredDefinitions,
};
use crate::{Error, Result};

/// The use cases of one installation over one store. Cheap to clone.
#[derive(Clone)]
pub struct Tenure {
    pub(crate) store: Store,
    pub(crate) catalog: Arc<PolicyCatalog>,
    /// Use cases in the store.
    pub(crate) definitions: Arc<StoredDefinitions>,
    /// The version of this program, as it is recorded with runs.
    pub(crate) code: Arc<str>,
    pub(crate) caches: Arc<Caches>,
    /// What is true as long as nothing is committed.
    pub(crate) currents: Arc<Currents>,
    pub(crate) log_counts: Arc<LogCounts>,
    /// Entries of the prediction log are moved to the database by one at a time.
    pub(crate) moving: Arc<tokio::sync::Mutex<()>>,
    pub(crate) refusals: Arc<Refusals>,
    /// Imports that are looked at before they are stored.
    pub(crate) imports: Arc<PerPerson<HeldImport>>,
    /// Definitions that are being changed.
    pub(crate) edits: Arc<PerPerson<DefinitionEdit>>,
    /// Use cases that are being made from files.
    pub(crate) drafts: Arc<HeldDrafts>,
    pub(crate) histories: Arc<Histories>,
    /// Mail server, hosts that may be reached, days.
    pub(crate) alerts: Arc<AlertSettings>,
    /// Records that were scored in shadow, counted.
    pub(crate) tallies: Arc<OpenTallies>,
    /// What web addresses of sources may lead to.
    pub(crate) source_hosts: data::sources::Hosts,
    /// One background job of a process works at a time.
    pub(crate) job_slots: Arc<Semaphore>,
}

impl Tenure {
    /// Opens the store. Use cases and policies are those of the binary and of the TOML files in
    /// `folder` (see [`PolicyCatalog`]). `code` is recorded with every run, for example "tenure
    /// 0.1.0+3c5af1d".
    ///
    /// # Errors
    /// When the store cannot be opened, or a policy of the folder is wrong.
    pub async fn open(
        settings: &store::Settings,
        folder: Option<&Path>,
        code: &str,
    ) -> Result<Self> {
        let catalog = PolicyCatalog::read(folder)?;
        let store = Store::open(settings).await?;
        let tenure = Self {
            store,
            catalog: Arc::new(catalog),
            definitions: Arc::new(StoredDefinitions::default()),
            code: code.into(),
            caches: Arc::new(Caches::default()),
            currents: Arc::default(),
            log_counts: Arc::default(),
            moving: Arc::default(),
            refusals: Arc::new(Refusals::default()),
            imports: Arc::default(),
            edits: Arc::default(),
            drafts: Arc::new(HeldDrafts::default()),
            histories: Arc::new(Histories::default()),
            alerts: Arc::default(),
            tallies: Arc::default(),
            source_hosts: data::sources::Hosts::default(),
            job_slots: Arc::new(Semaphore::new(1)),
        };
        tenure.refresh_use_cases().await?;
        tenure
            .catalog
            .check_access(|id| tenure.definitions.knows(id))?;
        Ok(tenure)
    }

    /// The same with other settings for alerts than the usual ones.
    #[must_use]
    pub fn with_alerts(self, settings: AlertSettings) -> Self {
        Self {
            alerts: Arc::new(settings),
            ..self
        }
    }

    /// The same where pages have this public address, without a trailing slash: messages link to
    /// it.
    #[must_use]
    pub fn at_address(self, address: &str) -> Self {
        let settings = AlertSettings {
            base_url: Some(address.to_owned()),
            ..(*self.alerts).clone()
        };
        self.with_alerts(settings)
    }

    /// Sources may read these hosts, by name or address; without any, all of the public internet.
    ///
    /// # Errors
    /// For a text that is no host.
    pub fn with_source_hosts(mut self, hosts: &[String]) -> Result<Self> {
        self.source_hosts = data::sources::Hosts::parse(hosts)
            .map_err(|error| Error::Invalid(format!("source_hosts: {error}.")))?;
        Ok(self)
    }

    /// Use-case files of the folder that are wrong and were left out.
    pub fn skipped_use_cases(&self) -> &[SkippedFile] {
        self.catalog.skipped()
    }

    /// The gates of a use case.
    ///
    /// # Errors
    /// When there is no such use case.
    pub fn gate_policy(&self, use_case: &str) -> Result<ValidGatePolicy> {
        self.catalog
            .gate_policy(&self.use_case(use_case)?.policies.gates)
    }

    /// Purposes of access for a use case; empty where none is required.
    pub fn purposes(&self, use_case: &str) -> &[Purpose] {
        self.catalog.purposes(use_case)
    }

    /// The stated purpose of access; `None` where none is required.
    pub(crate) fn purpose(&self, use_case: &str, why: &str) -> Result<Option<&Purpose>> {
        let purposes = self.purposes(use_case);
        if purposes.is_empty() {
            return Ok(None);
        }
        let found = purposes.iter().find(|purpose| purpose.key == why);
        found.map(Some).ok_or_else(|| {
            let known: Vec<String> = purposes
                .iter()
                .map(|purpose| format!("{} ({})", purpose.key, purpose.text))
                .collect();
            Error::Invalid(format!(
                "A reason for access is required, as “why”: {}.",
                known.join(", ")
            ))
        })
    }

    /// The store, for the web server that keeps sessions in it.
    pub fn store(&self) -> &Store {
        &self.store
    }
}

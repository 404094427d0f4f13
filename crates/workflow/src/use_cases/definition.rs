//! What defines a use case: a file (built in or of the folder of use cases), or the newest version
//! in the store.
//!
//! A file goes before the store. The store keeps every definition that data was read with or a
//! model was trained under, whatever it came from, so a use case whose file is gone goes on under
//! the version that was used last.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};

use domain::DefinitionOrigin;
use model::UseCase;
use store::use_cases;

use crate::{Error, Result};

/// A definition of a use case.
#[derive(Debug, Clone, PartialEq)]
pub struct Definition {
    pub use_case: Arc<UseCase>,
    /// TOML, as it was written.
    pub text: String,
    pub origin: DefinitionOrigin,
    /// The file; `None` for one that is built in or lies in the store.
    pub file: Option<PathBuf>,
    /// SHA-256 of what it says, whatever its layout and comments.
    pub hash: String,
    /// Its number in the store, where it comes from there.
    pub version: Option<u32>,
}

impl Definition {
    /// A definition of a file.
    pub(super) fn new(
        use_case: UseCase,
        text: String,
        origin: DefinitionOrigin,
        file: Option<PathBuf>,
    ) -> Result<Self> {
        let hash = content_hash(&use_case)?;
        Ok(Self {
            use_case: Arc::new(use_case),
            text,
            origin,
            file,
            hash,
            version: None,
        })
    }

    /// A version of the store.
    ///
    /// # Errors
    /// When this build cannot read it.
    pub(super) fn of_store(row: use_cases::Definition) -> Result<Self> {
        let use_case = data::parse_use_case(&row.text).map_err(|errors| {
            let problems: Vec<String> = errors.iter().map(ToString::to_string).collect();
            let (version, id) = (row.version, &row.use_case);
            let sentence =
                format!("Version {version} of the use case {id} in the store cannot be read by this build: {}.", problems.join(" "));
            Error::Invalid(format!("{sentence} Import a corrected file with `tenure use-case import FILE`."))
        })?;
        Ok(Self {
            use_case: Arc::new(use_case),
            text: row.text,
            origin: row.origin,
            file: None,
            hash: row.content_hash,
            version: Some(row.version),
        })
    }

    /// The use case's id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.use_case.id
    }

    /// Where it is, for a sentence.
    pub(super) fn place(&self) -> String {
        match (&self.file, self.origin) {
            (Some(file), _) => format!("in the file {}", file.display()),
            (None, DefinitionOrigin::BuiltIn) => "in Tenure itself (built in)".to_owned(),
            (None, DefinitionOrigin::File | DefinitionOrigin::Store) => "in the store".to_owned(),
        }
    }
}

/// SHA-256 of what a definition says.
pub(crate) fn content_hash(use_case: &UseCase) -> Result<String> {
    Ok(store::artifacts::hash(
        &serde_json::to_vec(use_case).map_err(store::Error::from)?,
    ))
}

/// The newest version of each use case in the store, as it was when somebody looked last.
#[derive(Default)]
pub(crate) struct StoredDefinitions(RwLock<BTreeMap<String, Stored>>);

/// A version; or why it cannot be read, which concerns nobody who does not use it.
#[derive(Clone)]
pub(super) struct Stored {
    pub version: u32,
    pub origin: DefinitionOrigin,
    pub hash: String,
    pub definition: std::result::Result<Arc<Definition>, String>,
}

impl StoredDefinitions {
    /// The number that is known of a use case; 0 when none is.
    pub(super) fn version(&self, id: &str) -> u32 {
        self.get(id).map_or(0, |stored| stored.version)
    }

    /// True when the store has a version of it.
    pub(crate) fn knows(&self, id: &str) -> bool {
        self.version(id) > 0
    }

    pub(super) fn get(&self, id: &str) -> Option<Stored> {
        self.0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(id)
            .cloned()
    }

    pub(super) fn ids(&self) -> Vec<String> {
        self.0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .keys()
            .cloned()
            .collect()
    }

    pub(super) fn insert(&self, row: use_cases::Definition) {
        let (id, version, origin, hash) = (
            row.use_case.to_string(),
            row.version,
            row.origin,
            row.content_hash.clone(),
        );
        let definition = Definition::of_store(row)
            .map(Arc::new)
            .map_err(|error| error.to_string());
        let mut held = self.0.write().unwrap_or_else(PoisonError::into_inner);
        // Two who look at the same time: the newer one stays.
        if held.get(&id).is_none_or(|other| other.version < version) {
            held.insert(
                id,
                Stored {
                    version,
                    origin,
                    hash,
                    definition,
                },
            );
        }
    }
}

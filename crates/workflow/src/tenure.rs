//! The facade that every door holds.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use model::UseCase;
use store::Store;
use tokio::sync::Semaphore;
use training::gates::GatePolicy;

use crate::datasets::Profiles;
use crate::serving::Caches;
use crate::{Error, Result};

/// The use cases of one installation over one store. Cheap to clone.
#[derive(Clone)]
pub struct Tenure {
    pub(crate) store: Store,
    pub(crate) use_cases: Arc<BTreeMap<String, Arc<UseCase>>>,
    pub(crate) gate_policies: Arc<BTreeMap<String, GatePolicy>>,
    pub(crate) caches: Arc<Caches>,
    pub(crate) profiles: Arc<Profiles>,
    /// Background work takes turns.
    pub(crate) turns: Arc<Semaphore>,
}

impl Tenure {
    /// Opens the store. Use cases are those of the binary and of the TOML files in `folder`; a file replaces a use case of the same id.
    ///
    /// # Errors
    /// When the store cannot be opened, or a use-case file is wrong.
    pub async fn open(settings: &store::Settings, folder: Option<&Path>) -> Result<Self> {
        let use_cases = use_cases(folder)?;
        let gate_policies = Arc::new(gate_policies(folder)?);
        let store = Store::open(settings).await?;
        Ok(Self {
            store,
            use_cases: Arc::new(use_cases),
            gate_policies,
            caches: Arc::new(Caches::default()),
            profiles: Arc::new(Profiles::default()),
            turns: Arc::new(Semaphore::new(1)),
        })
    }

    /// The use case called `id`.
    ///
    /// # Errors
    /// [`Error::NotFound`] that names those there are.
    pub fn use_case(&self, id: &str) -> Result<Arc<UseCase>> {
        find_use_case(&self.use_cases, id)
    }

    /// The gates of a use case: a file `gates/NAME.toml` in the folder of use cases, or a policy that ships.
    ///
    /// # Errors
    /// When there is no use case or policy of that name.
    pub fn gate_policy(&self, use_case: &str) -> Result<GatePolicy> {
        let name = &self.use_case(use_case)?.policies.gates;
        let found = self.gate_policies.get(name).cloned().or_else(|| GatePolicy::preset(name));
        found.ok_or_else(|| Error::Invalid(format!("there is no gate policy {name}")))
    }

    /// Every use case, by id.
    pub fn use_cases(&self) -> impl Iterator<Item = &Arc<UseCase>> {
        self.use_cases.values()
    }

    /// The store, for the room that keeps sessions in it.
    pub fn store(&self) -> &Store {
        &self.store
    }
}

/// The use case called `id` among `use_cases`.
///
/// # Errors
/// [`Error::NotFound`] that names those there are.
pub fn find_use_case(use_cases: &BTreeMap<String, Arc<UseCase>>, id: &str) -> Result<Arc<UseCase>> {
    let known = || use_cases.keys().cloned().collect::<Vec<_>>().join(", ");
    use_cases.get(id).cloned().ok_or_else(|| Error::NotFound(format!("there is no use case {id}; there are: {}", known())))
}

/// The use cases of the binary and of a folder.
///
/// # Errors
/// When a file cannot be read or is wrong.
pub fn use_cases(folder: Option<&Path>) -> Result<BTreeMap<String, Arc<UseCase>>> {
    let wrong = |name: &str, errors: Vec<data::UseCaseError>| {
        let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
        Error::Invalid(format!("the use-case file {name} is wrong: {}", lines.join("; ")))
    };
    let built_in = data::built_in().map_err(|errors| wrong("of the binary", errors))?;
    let mut use_cases: BTreeMap<String, Arc<UseCase>> =
        built_in.into_iter().map(|use_case| (use_case.id.clone(), Arc::new(use_case))).collect();
    let Some(folder) = folder else { return Ok(use_cases) };
    for (path, text) in toml_files(folder)? {
        let use_case = data::parse_use_case(&text).map_err(|errors| wrong(&path.display().to_string(), errors))?;
        use_cases.insert(use_case.id.clone(), Arc::new(use_case));
    }
    Ok(use_cases)
}

/// The gate policies in the folder `gates` beside the use cases, by name.
fn gate_policies(folder: Option<&Path>) -> Result<BTreeMap<String, GatePolicy>> {
    let Some(folder) = folder.map(|folder| folder.join("gates")).filter(|folder| folder.is_dir()) else { return Ok(BTreeMap::new()) };
    let parse = |(path, text): (PathBuf, String)| {
        let wrong = |error: toml::de::Error| Error::Invalid(format!("the gate policy {} is wrong: {error}", path.display()));
        let policy: GatePolicy = toml::from_str(&text).map_err(wrong)?;
        Ok((policy.name.clone(), policy))
    };
    toml_files(&folder)?.into_iter().map(parse).collect()
}

fn toml_files(folder: &Path) -> Result<Vec<(PathBuf, String)>> {
    let unreadable = |error: std::io::Error| Error::Invalid(format!("the folder {}: {error}", folder.display()));
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            let text = std::fs::read_to_string(&path).map_err(unreadable)?;
            files.push((path, text));
        }
    }
    Ok(files)
}

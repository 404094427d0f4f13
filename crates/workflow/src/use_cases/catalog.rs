//! Configuration files of an installation: use cases, and the policies that they name. The binary
//! brings some; a folder adds others, or replaces a use case of the same id. Use cases may also lie
//! in the store (see [`super::definition`]):
//!
//! `*.toml` use cases · `gates/*.toml` gate policies · `access/*.toml` who must say why before
//! looking at people

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use domain::{DefinitionOrigin, FieldProblem};
use model::UseCase;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use training::gates::{GatePolicy, ValidGatePolicy};

use super::definition::Definition;
use crate::disclosure::Disclosure;
use crate::{Error, Result};

/// Everything that was read.
#[derive(Debug, Clone, Default)]
pub struct PolicyCatalog {
    use_cases: BTreeMap<String, Arc<Definition>>,
    gates: BTreeMap<String, ValidGatePolicy>,
    access: BTreeMap<String, AccessPolicy>,
    skipped: Vec<SkippedFile>,
}

/// A use-case file that is wrong and was left out. A use case that it means to define is not there
/// at all: not even the built-in one of that id, since people would be scored by another definition
/// than the file's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SkippedFile {
    pub path: PathBuf,
    /// As far as it can be read.
    pub id: Option<String>,
    /// What is wrong, by line and key.
    pub problem: String,
}

/// Who may see what of the people of a use case: whoever opens one names a purpose, and the record
/// keeps it; everybody else sees figures with enough people behind them.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccessPolicy {
    pub use_case: String,
    /// The fewest people behind every figure that roles see who do not see people; the usual number
    /// when absent.
    pub least_people: Option<u32>,
    #[serde(rename = "purpose", default)]
    pub purposes: Vec<Purpose>,
}

/// A reason for looking at somebody. Chosen, not written: nothing personal gets into the record
/// with it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Purpose {
    /// Lower-case letters, digits and hyphens: used in addresses and in the audit log.
    pub key: String,
    /// Its text.
    pub text: String,
}

impl PolicyCatalog {
    /// What the binary brings, and what is in `folder`. A use-case file that is wrong is left out,
    /// see [`Self::skipped`]; the others work.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the folder cannot be read, or a policy is wrong: without a policy, people would see more than they should.
    pub fn read(folder: Option<&Path>) -> Result<Self> {
        let mut catalog = Self::policies(folder)?;
        let built_in = data::built_in().map_err(|errors| wrong("built into Tenure", &errors))?;
        for (use_case, text) in built_in.into_iter().zip(data::BUILT_IN) {
            let definition =
                Definition::new(use_case, text.to_owned(), DefinitionOrigin::BuiltIn, None)?;
            catalog
                .use_cases
                .insert(definition.id().to_owned(), Arc::new(definition));
        }
        let mut origins: BTreeMap<String, PathBuf> = BTreeMap::new();
        for (path, text) in folder.map(toml_files).transpose()?.unwrap_or_default() {
            let checked = text.map_err(|problem| (None, problem)).and_then(|text| {
                match catalog.check(&text) {
                    Ok(use_case) => Ok((use_case, text)),
                    Err(errors) => Err((
                        id_of(&text),
                        wrong(&path.display().to_string(), &errors).to_string(),
                    )),
                }
            });
            match checked {
                Ok((use_case, text)) => {
                    if let Some(other) = origins.insert(use_case.id.clone(), path.clone()) {
                        let (one, other) = (path.display(), other.display());
                        let problem = format!(
                            "{one} and {other} both define the use case {}.",
                            use_case.id
                        );
                        catalog.skipped.push(SkippedFile {
                            path,
                            id: Some(use_case.id),
                            problem,
                        });
                    } else {
                        let definition =
                            Definition::new(use_case, text, DefinitionOrigin::File, Some(path))?;
                        catalog
                            .use_cases
                            .insert(definition.id().to_owned(), Arc::new(definition));
                    }
                }
                Err((id, problem)) => catalog.skipped.push(SkippedFile { path, id, problem }),
            }
        }
        for id in catalog.skipped.iter().filter_map(|file| file.id.as_ref()) {
            catalog.use_cases.remove(id);
        }
        Ok(catalog)
    }

    /// Checks that every access policy is for a use case of a file (even one that was left out), or
    /// for one that `is_stored`.
    ///
    /// # Errors
    /// [`Error::Invalid`] names the first that is not: a misspelled id would protect nobody.
    pub fn check_access(&self, is_stored: impl Fn(&str) -> bool) -> Result<()> {
        let unknown =
            |error: Error| Error::Invalid(format!("An access policy is invalid. {error}"));
        let is_there = |id: &str| {
            is_stored(id) || self.definition(id).is_some() || self.skipped_for(id).is_some()
        };
        let lost = self
            .access
            .values()
            .find(|policy| !is_there(&policy.use_case));
        lost.map_or(Ok(()), |policy| {
            self.use_case(&policy.use_case).map(|_| ()).map_err(unknown)
        })
    }

    fn policies(folder: Option<&Path>) -> Result<Self> {
        let mut catalog = Self::default();
        let Some(folder) = folder else {
            return Ok(catalog);
        };
        for (path, policy) in parsed::<GatePolicy>(&folder.join("gates"), "gate policy")? {
            let wrong = |problems: Vec<FieldProblem>| {
                Error::Invalid(format!(
                    "{}: {}",
                    path.display(),
                    FieldProblem::list(&problems)
                ))
            };
            let policy = policy.check().map_err(wrong)?;
            if ValidGatePolicy::preset(&policy.name).is_some() {
                return Err(Error::Invalid(format!(
                    "{}: the policy {} is built in. Choose another name.",
                    path.display(),
                    policy.name
                )));
            }
            if let Some(other) = catalog.gates.insert(policy.name.clone(), policy) {
                return Err(Error::Invalid(format!(
                    "{}: there is another gate policy named {}.",
                    path.display(),
                    other.name
                )));
            }
        }
        for (path, policy) in parsed::<AccessPolicy>(&folder.join("access"), "access policy")? {
            policy
                .check()
                .map_err(|problem| Error::Invalid(format!("{}: {problem}.", path.display())))?;
            if let Some(other) = catalog.access.insert(policy.use_case.clone(), policy) {
                return Err(Error::Invalid(format!(
                    "{}: there is another access policy for {}.",
                    path.display(),
                    other.use_case
                )));
            }
        }
        Ok(catalog)
    }

    /// Parses and checks a use-case file, with the policies that it names.
    ///
    /// # Errors
    /// Everything that is wrong with it, by line and key.
    pub fn check(&self, text: &str) -> std::result::Result<UseCase, Vec<data::UseCaseError>> {
        let use_case = data::parse_use_case(text)?;
        let mut errors = Vec::new();
        let mut report = |key: &str, message: String| {
            let key = format!("policies.{key}");
            errors.push(data::UseCaseError {
                line: data::line_of(text, &key),
                key,
                message,
            });
        };
        if let Err(error) = self.gate_policy(&use_case.policies.gates) {
            report("gates", error.to_string());
        }
        if let Err(error) = drift_policy(&use_case.policies.drift) {
            report("drift", error.to_string());
        }
        if errors.is_empty() {
            Ok(use_case)
        } else {
            Err(errors)
        }
    }

    /// Use-case files that are wrong and were left out.
    pub fn skipped(&self) -> &[SkippedFile] {
        &self.skipped
    }

    /// The file that means to define `id` and was left out.
    pub(super) fn skipped_for(&self, id: &str) -> Option<&SkippedFile> {
        self.skipped
            .iter()
            .find(|file| file.id.as_deref() == Some(id))
    }

    /// The use case called `id`.
    ///
    /// # Errors
    /// [`Error::NotFound`] that names those there are, [`Error::Invalid`] when the file that defines it is wrong.
    pub fn use_case(&self, id: &str) -> Result<Arc<UseCase>> {
        if let Some(file) = self.skipped_for(id) {
            return Err(Error::Invalid(file.problem.clone()));
        }
        let found = self
            .definition(id)
            .map(|definition| Arc::clone(&definition.use_case));
        found.ok_or_else(|| no_use_case(id, self.use_cases.keys().map(String::as_str)))
    }

    /// The use case called `id` with its text, if a file defines it.
    #[must_use]
    pub fn definition(&self, id: &str) -> Option<&Arc<Definition>> {
        self.use_cases.get(id)
    }

    /// The only use case that there is.
    ///
    /// # Errors
    /// [`Error::Invalid`] that names those there are, when there are several.
    pub fn only_use_case(&self) -> Result<String> {
        only_one(
            &self
                .use_cases
                .keys()
                .map(String::as_str)
                .collect::<Vec<_>>(),
        )
    }

    /// Every use case that a file defines, by id.
    pub fn use_cases(&self) -> impl Iterator<Item = &Arc<Definition>> {
        self.use_cases.values()
    }

    /// The gate policy called `name`.
    ///
    /// # Errors
    /// [`Error::Invalid`] that names those there are.
    pub fn gate_policy(&self, name: &str) -> Result<ValidGatePolicy> {
        let found = self
            .gates
            .get(name)
            .cloned()
            .or_else(|| ValidGatePolicy::preset(name));
        found.ok_or_else(|| {
            let known = ValidGatePolicy::PRESETS
                .into_iter()
                .chain(self.gates.keys().map(String::as_str))
                .collect::<Vec<_>>()
                .join(", ");
            Error::Invalid(format!(
                "There is no gate policy {name}. Use one of: {known}."
            ))
        })
    }

    /// Purposes of access for a use case; empty where none is required.
    pub fn purposes(&self, use_case: &str) -> &[Purpose] {
        self.access
            .get(use_case)
            .map_or(&[], |policy| &policy.purposes)
    }

    /// How many people stand behind every figure of a use case that roles see who do not see
    /// people.
    pub fn disclosure(&self, use_case: &str) -> Disclosure {
        let least = self
            .access
            .get(use_case)
            .and_then(|policy| policy.least_people);
        // Checked when the file was read.
        least
            .and_then(|least| Disclosure::new(least).ok())
            .unwrap_or_default()
    }
}

impl AccessPolicy {
    fn check(&self) -> std::result::Result<(), String> {
        if self.purposes.is_empty() && self.least_people.is_none() {
            return Err("an access policy needs at least one purpose, or least_people".to_owned());
        }
        self.least_people.map(Disclosure::new).transpose()?;
        let is_key = |key: &str| {
            !key.is_empty()
                && key.chars().all(|letter| {
                    letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-'
                })
        };
        for (index, purpose) in self.purposes.iter().enumerate() {
            if !is_key(&purpose.key) || purpose.text.trim().is_empty() {
                return Err(format!(
                    "purpose {}: the key must consist of lowercase letters, digits and hyphens, and the text must not be empty",
                    index + 1
                ));
            }
            if self.purposes[..index]
                .iter()
                .any(|other| other.key == purpose.key)
            {
                return Err(format!("two purposes have the key {}", purpose.key));
            }
        }
        Ok(())
    }
}

/// That there is no use case `id`, with those that there are.
pub(super) fn no_use_case<'a>(id: &str, known: impl Iterator<Item = &'a str>) -> Error {
    Error::NotFound(format!(
        "There is no use case {id}. Use one of: {}.",
        known.collect::<Vec<_>>().join(", ")
    ))
}

/// The one of these use cases; several or none are not one.
pub(super) fn only_one(known: &[&str]) -> Result<String> {
    match known {
        [only] => Ok((*only).to_owned()),
        _ => Err(Error::Invalid(format!(
            "Name the use case with `--use-case`: {}.",
            known.join(", ")
        ))),
    }
}

/// The drift policy called `name`.
///
/// # Errors
/// [`Error::Invalid`] when there is none.
fn drift_policy(name: &str) -> Result<monitoring::ValidPolicy> {
    monitoring::ValidPolicy::named(name)
        .ok_or_else(|| Error::Invalid(format!("There is no drift policy {name}.")))
}

fn wrong(name: &str, errors: &[data::UseCaseError]) -> Error {
    let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
    Error::Invalid(domain::format::sentence(&format!(
        "The use-case file {name} is invalid: {}",
        lines.join(" ")
    )))
}

/// The id that a use-case file means to define, even where the rest of it cannot be read.
fn id_of(text: &str) -> Option<String> {
    let keys = text
        .lines()
        .take_while(|line| !line.trim_start().starts_with('['));
    let value = keys
        .filter_map(|line| line.split_once('='))
        .find(|(key, _)| key.trim() == "id")?
        .1
        .trim();
    let quote = value
        .chars()
        .next()
        .filter(|letter| matches!(letter, '"' | '\''))?;
    value[1..].split(quote).next().map(str::to_owned)
}

/// The files of a folder that need not be there.
fn parsed<T: DeserializeOwned>(folder: &Path, what: &str) -> Result<Vec<(PathBuf, T)>> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let parse = |(path, text): (PathBuf, std::result::Result<String, String>)| match toml::from_str(
        &text.map_err(Error::Invalid)?,
    ) {
        Ok(parsed) => Ok((path, parsed)),
        Err(error) => Err(Error::Invalid(format!(
            "The {what} {} is invalid: {error}",
            path.display()
        ))),
    };
    toml_files(folder)?.into_iter().map(parse).collect()
}

/// A file's path and its text, or why it cannot be read.
type TomlFile = (PathBuf, std::result::Result<String, String>);

/// By name, so that what is said about them does not depend on the folder's own order.
fn toml_files(folder: &Path) -> Result<Vec<TomlFile>> {
    let unreadable = |error: std::io::Error| {
        Error::Invalid(format!(
            "The folder {} cannot be read: {error}.",
            folder.display()
        ))
    };
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "toml")
        {
            paths.push(path);
        }
    }
    paths.sort_unstable();
    let text = |path: &Path| {
        let bytes = std::fs::read(path)
            .map_err(|error| format!("The file {} cannot be read: {error}.", path.display()))?;
        String::from_utf8(bytes)
            .map_err(|_| format!("The file {} is not UTF-8 text.", path.display()))
    };
    Ok(paths
        .into_iter()
        .map(|path| (path.clone(), text(&path)))
        .collect())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    const ATTRITION: &str = include_str!("../../../data/use_cases/attrition.toml");
    const HOUSE: &str =
        "name = \"house\"\ndescription = \"ours\"\ninconclusive_blocks = false\ngates = []\n";
    const ACCESS: &str = "use_case = \"attrition\"\n[[purpose]]\nkey = \"talk\"\ntext = \"Prepare a conversation\"\n";

    fn folder(files: &[(&str, &str)]) -> Result<PolicyCatalog> {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let catalog = PolicyCatalog::read(Some(folder.path()))?;
        catalog.check_access(|id| id == "stored")?;
        Ok(catalog)
    }

    #[test]
    fn a_folder_adds_policies_and_use_cases_may_name_them() {
        let house = ATTRITION.replace("gates = \"sensible\"", "gates = \"house\"");
        let read = folder(&[
            ("a.toml", &house),
            ("gates/any.toml", HOUSE),
            ("access/any.toml", ACCESS),
        ])
        .unwrap();
        assert_eq!(read.use_case("attrition").unwrap().policies.gates, "house");
        assert_eq!(read.gate_policy("house").unwrap().description, "ours");
        assert!(read.gate_policy("guide-strict").is_ok() && read.purposes("churn").is_empty());
        assert_eq!(read.purposes("attrition")[0].text, "Prepare a conversation");
        assert_eq!(read.disclosure("attrition").least_people(), 10);
        assert!(
            folder(&[("access/any.toml", &ACCESS.replace("attrition", "stored"))]).is_ok(),
            "a use case may lie in the store"
        );
        let read = folder(&[(
            "access/any.toml",
            "use_case = \"attrition\"\nleast_people = 20\n",
        )])
        .unwrap();
        assert!(read.purposes("attrition").is_empty());
        assert_eq!(
            (
                read.disclosure("attrition").least_people(),
                read.disclosure("churn").least_people()
            ),
            (20, 10)
        );
    }

    #[test]
    fn a_wrong_use_case_file_is_named_and_the_others_work() {
        let other = ATTRITION.replace("id = \"attrition\"", "id = \"other\"");
        let read = folder(&[("a.toml", "id = \"mine\"\ntitle ="), ("b.toml", &other)]).unwrap();
        assert_eq!(
            read.skipped()
                .iter()
                .map(|file| file.id.as_deref())
                .collect::<Vec<_>>(),
            [Some("mine")]
        );
        assert!(
            read.skipped()[0].path.ends_with("a.toml")
                && read.use_case("other").is_ok()
                && read.use_case("attrition").is_ok()
        );
        assert!(matches!(read.use_case("mine"), Err(Error::Invalid(_))));
    }

    #[test]
    fn a_wrong_file_does_not_bring_back_the_built_in_use_case() {
        let wrong = ATTRITION.replace("cutoff = 0.25", "cutoff = 7.0");
        let read = folder(&[("a.toml", &wrong), ("access/any.toml", ACCESS)]).unwrap();
        assert!(matches!(read.use_case("attrition"), Err(Error::Invalid(_))));
        let read = folder(&[("a.toml", ATTRITION), ("b.toml", ATTRITION)]).unwrap();
        assert!(
            matches!(read.use_case("attrition"), Err(Error::Invalid(_))),
            "which of the two is meant is not said"
        );
        assert!(read.use_case("churn").is_ok());
    }

    #[test]
    fn what_is_wrong_is_said_with_the_file_and_the_line() {
        let says = |files: &[(&str, &str)]| match folder(files) {
            Ok(read) => read.skipped()[0].problem.clone(),
            Err(error) => error.to_string(),
        };
        let unknown = ATTRITION.replace("gates = \"sensible\"", "gates = \"sensibel\"");
        let text = says(&[("a.toml", &unknown)]);
        let line = unknown
            .lines()
            .position(|line| line.contains("sensibel"))
            .unwrap()
            + 1;
        assert!(text.contains(&format!("line {line}: policies.gates: There is no gate policy sensibel. Use one of: sensible")), "{text}");
        let unknown = ATTRITION.replace("drift = \"calibrated\"", "drift = \"none-such\"");
        assert!(
            says(&[("a.toml", &unknown)])
                .contains("policies.drift: There is no drift policy none-such")
        );
        assert!(
            says(&[("gates/a.toml", &HOUSE.replace("house", "sensible"))]).contains("is built in")
        );
        assert!(
            says(&[("gates/a.toml", HOUSE), ("gates/b.toml", HOUSE)])
                .contains("another gate policy named house")
        );
        assert!(
            says(&[("a.toml", ATTRITION), ("b.toml", ATTRITION)])
                .contains("both define the use case attrition")
        );
        assert!(
            says(&[("access/a.toml", &ACCESS.replace("attrition", "none"))])
                .contains("There is no use case none")
        );
        assert!(
            says(&[("access/a.toml", &ACCESS.replace("talk", "To talk"))]).contains("purpose 1")
        );
        assert!(
            says(&[("access/a.toml", "use_case = \"attrition\"\npurpose = []\n")])
                .contains("at least one purpose")
        );
        assert!(
            says(&[(
                "access/a.toml",
                "use_case = \"attrition\"\nleast_people = 4\n"
            )])
            .contains("least_people must be from 5")
        );
        let with = |gate: &str| HOUSE.replace("gates = []", &format!("[[gates]]\n{gate}\n"));
        assert!(
            says(&[(
                "gates/a.toml",
                &with("kind = \"documentation\"\nparts = []")
            )])
            .contains("gates[0].parts: List the required parts")
        );
        assert!(
            says(&[(
                "gates/a.toml",
                &with("kind = \"explanation_stability\"\ntop = 0\nlimit = 0.4")
            )])
            .contains("gates[0].top")
        );
        assert!(
            says(&[(
                "gates/a.toml",
                &with("kind = \"absolute\"\nmetric = \"roc_auc\"\nlimit = nan")
            )])
            .contains("The limit must be a number")
        );
        assert!(
            says(&[(
                "gates/a.toml",
                &with("kind = \"absolute\"\nmetric = \"roc_auc\"\nlimit = 7")
            )])
            .contains("outside the range of this metric")
        );
        assert!(
            folder(&[(
                "gates/a.toml",
                &with("kind = \"absolute\"\nmetric = \"top_decile_lift\"\nlimit = 2")
            )])
            .is_ok()
        );
        assert!(
            says(&[("gates/a.toml", &with("kind = \"missing\"\nlimit = -1"))])
                .contains("from 0 to 1")
        );
        assert!(
            says(&[(
                "gates/a.toml",
                &with("kind = \"reproducible\"\n[[gates]]\nkind = \"reproducible\"")
            )])
            .contains("twice")
        );
        assert!(
            says(&[("gates/a.toml", &format!("approvals = 0\n{HOUSE}"))])
                .contains("at least one approval")
        );
        assert!(says(&[("gates/a.toml", "name = 1")]).contains("gates/a.toml is invalid"));
    }
}

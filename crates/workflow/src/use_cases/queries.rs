//! Which definition is in force, and which there were.

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::{DefinitionOrigin, RefusalCode, UseCaseId};
use model::UseCase;
use store::{datasets::Dataset, use_cases};

use super::catalog::{no_use_case, only_one};
use super::definition::Definition;
use crate::{Error, Member, Result, Tenure};

impl Tenure {
    /// The definition of a use case that is in force: its file, else the newest version in the
    /// store.
    ///
    /// # Errors
    /// [`Error::NotFound`] that names those there are; [`Error::Conflict`] when a file and an import into the store define it differently;
    /// [`Error::Invalid`] when its file is wrong: the store's definition does not take its place unasked.
    pub fn definition(&self, id: &str) -> Result<Arc<Definition>> {
        if let Some(file) = self.catalog.skipped_for(id) {
            return Err(Error::Invalid(file.problem.clone()));
        }
        match (self.catalog.definition(id), self.definitions.get(id)) {
            (Some(file), Some(stored))
                if stored.origin == DefinitionOrigin::Store && stored.hash != file.hash =>
            {
                Err(defined_twice(file, stored.version))
            }
            (Some(file), _) => Ok(Arc::clone(file)),
            (None, Some(stored)) => stored.definition.map_err(Error::Invalid),
            (None, None) => Err(no_use_case(
                id,
                self.use_case_ids().iter().map(String::as_str),
            )),
        }
    }

    /// The use case called `id`.
    ///
    /// # Errors
    /// As [`Tenure::definition`].
    pub fn use_case(&self, id: &str) -> Result<Arc<UseCase>> {
        Ok(Arc::clone(&self.definition(id)?.use_case))
    }

    /// Every use case, by id. One that is defined twice is left out: whoever names it is told so.
    pub fn use_cases(&self) -> Vec<Arc<UseCase>> {
        self.use_case_ids()
            .iter()
            .filter_map(|id| self.use_case(id).ok())
            .collect()
    }

    /// The use case that is meant when none is named: the only one there is, or the only one whose
    /// data the store has.
    ///
    /// # Errors
    /// [`Error::Invalid`] that names those there are, when there are several; when the store fails.
    pub async fn only_use_case(&self, _: &Member<'_>) -> Result<String> {
        let all = self.use_case_ids();
        let with_data: BTreeSet<String> = self
            .all_datasets(None)
            .await?
            .into_iter()
            .filter(|dataset| dataset.withdrawn_at.is_none())
            .map(|dataset| dataset.use_case.to_string())
            .collect();
        // Without data, any of them may be meant.
        let meant = if with_data.is_empty() { all } else { with_data };
        only_one(&meant.iter().map(String::as_str).collect::<Vec<_>>())
    }

    pub(super) fn use_case_ids(&self) -> BTreeSet<String> {
        self.catalog
            .use_cases()
            .map(|definition| definition.id().to_owned())
            .chain(self.definitions.ids())
            .collect()
    }

    /// Looks for newer versions in the store: another process may have imported some.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn refresh_use_cases(&self) -> Result<()> {
        self.current(&self.currents.definitions, "", || self.read_use_cases())
            .await
    }

    async fn read_use_cases(&self) -> Result<()> {
        let mut connection = self.store.read().await?;
        for newest in use_cases::numbers(&mut connection).await? {
            if self.definitions.version(&newest.use_case) < newest.version
                && let Some(row) =
                    use_cases::find(&mut connection, &newest.use_case, newest.version).await?
            {
                self.definitions.insert(row);
            }
        }
        Ok(())
    }

    /// The versions of a use case in the store, newest first.
    ///
    /// # Errors
    /// When there is no such use case, or the store fails.
    pub async fn use_case_versions(
        &self,
        _: &Member<'_>,
        id: &str,
    ) -> Result<Vec<use_cases::Definition>> {
        let versions = use_cases::list(&mut self.store.read().await?, &id.into()).await?;
        if versions.is_empty() {
            self.definition(id)?;
        }
        Ok(versions)
    }

    /// The text of the definition in force, or of a version in the store.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such use case or version.
    pub async fn use_case_text(
        &self,
        _: &Member<'_>,
        id: &str,
        version: Option<u32>,
    ) -> Result<String> {
        match version {
            None => Ok(self.definition(id)?.text.clone()),
            Some(version) => Ok(self.stored_definition(&id.into(), version).await?.text),
        }
    }

    pub(super) async fn stored_definition(
        &self,
        id: &UseCaseId,
        version: u32,
    ) -> Result<use_cases::Definition> {
        let found = use_cases::find(&mut self.store.read().await?, id, version).await?;
        found.ok_or_else(|| {
            Error::NotFound(format!(
                "The store has no version {version} of the use case {id}."
            ))
        })
    }

    /// The definition that a dataset was read with.
    pub(crate) async fn definition_of(&self, dataset: &Dataset) -> Result<Arc<UseCase>> {
        let make = async {
            let row = self
                .stored_definition(&dataset.use_case, dataset.definition)
                .await?;
            Ok(Arc::clone(&Definition::of_store(row)?.use_case))
        };
        self.caches
            .definitions
            .get_or_make(
                &format!("{}/{}", dataset.use_case, dataset.definition),
                make,
            )
            .await
    }

    /// The definition in force where it reads files as `own` does: its words, labels and bands are
    /// the latest. Else `own`, whose levels and columns are those of the rows.
    pub(crate) fn shown_definition(&self, own: &Arc<UseCase>) -> Result<Arc<UseCase>> {
        let now = self.use_case(&own.id)?;
        Ok(if now.reads_like(own) {
            now
        } else {
            Arc::clone(own)
        })
    }
}

/// That a file and the store define a use case differently.
pub(super) fn defined_twice(file: &Definition, version: u32) -> Error {
    let (id, place) = (file.id(), file.place());
    let sentence = format!(
        "The use case {id} is defined twice, differently: {place}, and in the store, where version {version} was imported."
    );
    let remedy = match file.origin {
        DefinitionOrigin::BuiltIn => format!(
            "Save the store's with `tenure use-case export {id}` under another id, and import it."
        ),
        DefinitionOrigin::File | DefinitionOrigin::Store => {
            format!(
                "Remove the file to use the store's, or make the file the same with `tenure use-case export {id} --version {version}` to use the file."
            )
        }
    };
    Error::conflict(RefusalCode::DefinedTwice, format!("{sentence} {remedy}"))
}

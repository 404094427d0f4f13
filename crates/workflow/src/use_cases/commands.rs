//! Definitions are recorded when they are used, and imported into the store.

use domain::{AccountName, AuditEvent, DefinitionOrigin, RefusalCode, Subject, UseCaseId};
use store::{Writer, audit, use_cases};

use super::definition::{Definition, content_hash};
use super::queries::defined_twice;
use crate::{Admin, Error, Result, Tenure};

/// What became of an import.
#[derive(Debug, Clone, serde::Serialize, utoipa::ToSchema)]
pub struct ImportedUseCase {
    #[schema(value_type = Object)]
    pub definition: use_cases::Definition,
    /// False: the newest version says the same.
    pub new: bool,
}

/// What may be there before a definition is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Base {
    /// Any version of it, or none.
    Any,
    /// None: it is a new use case.
    None,
    /// This one is the newest: it is the one that was changed.
    Version(u32),
}

impl Tenure {
    /// Keeps a definition of a use case in the store, in force from then on. What is there already
    /// is not kept twice.
    ///
    /// # Errors
    /// [`Error::Invalid`] with everything that is wrong with it; [`Error::Conflict`] when a file defines the use case.
    pub async fn import_use_case(
        &self,
        admin: &Admin<'_>,
        text: String,
    ) -> Result<ImportedUseCase> {
        self.keep_definition(admin, text, Base::Any).await
    }

    /// As [`Tenure::import_use_case`], as far as `base` allows.
    pub(super) async fn keep_definition(
        &self,
        admin: &Admin<'_>,
        text: String,
        base: Base,
    ) -> Result<ImportedUseCase> {
        let use_case = self.catalog.check(&text).map_err(|errors| {
            let problems: Vec<String> = errors.iter().map(ToString::to_string).collect();
            Error::Invalid(format!(
                "The use-case file is invalid: {}.",
                problems.join("; ").trim_end_matches('.')
            ))
        })?;
        if let Some(file) = self.catalog.definition(&use_case.id) {
            let place = file.place();
            let sentence = format!(
                "The use case {} is defined {place}, which goes before the store.",
                use_case.id
            );
            let remedy = match file.origin {
                DefinitionOrigin::BuiltIn => {
                    "Choose another id, or put the file into the folder given by --use-cases."
                }
                DefinitionOrigin::File | DefinitionOrigin::Store => {
                    "Change that file, or remove it from the folder first."
                }
            };
            return Err(Error::conflict(
                RefusalCode::DefinedTwice,
                format!("{sentence} {remedy}"),
            ));
        }
        let definition = Definition::new(use_case, text, DefinitionOrigin::Store, None)?;
        let mut transaction = self.store.begin().await?;
        let use_case_id = UseCaseId::from(definition.id());
        let newest = use_cases::newest(&mut transaction, &use_case_id).await?;
        if base == Base::None && newest.is_some() {
            return Err(Error::conflict(
                RefusalCode::Changed,
                format!("There is a use case {use_case_id} already. Choose another short name."),
            ));
        }
        if let Base::Version(base) = base
            && newest.as_ref().map(|newest| newest.version) != Some(base)
        {
            return Err(Error::conflict(
                RefusalCode::Changed,
                format!(
                    "The use case {use_case_id} was changed by somebody else since version {base}. Compare the versions, and make your change again."
                ),
            ));
        }
        if let Some(newest) = newest.clone().filter(|newest| {
            newest.content_hash == definition.hash && newest.origin == definition.origin
        }) {
            return Ok(ImportedUseCase {
                definition: newest,
                new: false,
            });
        }
        let row = insert(
            &mut transaction,
            admin.name(),
            &definition,
            newest.map_or(0, |newest| newest.version) + 1,
        )
        .await?;
        transaction.commit().await?;
        self.definitions.insert(row.clone());
        Ok(ImportedUseCase {
            definition: row,
            new: true,
        })
    }

    /// The number of the definition that data is read with or a model is trained under: a new
    /// version, with its entry in the audit log, when it differs from the newest one.
    pub(crate) async fn record_definition(
        &self,
        writer: &mut Writer,
        by: &AccountName,
        definition: &Definition,
    ) -> Result<u32> {
        let newest = use_cases::newest(writer, &definition.id().into()).await?;
        let version = match newest {
            Some(newest)
                if newest.content_hash == definition.hash && newest.origin == definition.origin =>
            {
                return Ok(newest.version);
            }
            Some(_) if definition.version.is_some() => {
                let sentence = format!(
                    "The definition of {} was changed by somebody else. Try again.",
                    definition.id()
                );
                return Err(Error::conflict(RefusalCode::Changed, sentence));
            }
            Some(newest)
                if newest.origin == DefinitionOrigin::Store
                    && newest.content_hash != definition.hash =>
            {
                return Err(defined_twice(definition, newest.version));
            }
            newest => newest.map_or(0, |newest| newest.version) + 1,
        };
        Ok(insert(writer, by, definition, version).await?.version)
    }
}

async fn insert(
    writer: &mut Writer,
    by: &AccountName,
    definition: &Definition,
    version: u32,
) -> Result<use_cases::Definition> {
    let row = use_cases::Definition {
        use_case: definition.id().into(),
        version,
        origin: definition.origin,
        content_hash: content_hash(&definition.use_case)?,
        text: definition.text.clone(),
        created_by: by.clone(),
        created_at: store::now(),
    };
    use_cases::insert(writer, &row).await?;
    let event = AuditEvent::UseCaseChange {
        version,
        definition: row.content_hash.clone(),
        origin: row.origin,
    };
    let (subject, sealed) = (
        Subject::UseCase(row.use_case.clone()),
        audit::Row::Definition(&row.use_case, version),
    );
    audit::append_with_rows(writer, by, &subject, &event, &[sealed]).await?;
    Ok(row)
}

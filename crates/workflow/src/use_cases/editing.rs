//! The definition of a use case in the store is changed on a page: checked, looked at, saved as a
//! new version.

use data::UseCaseError;
use domain::{DefinitionOrigin, RefusalCode};

use super::commands::Base;
use super::edit::DefinitionEdit;
use super::line_diff::{DiffLine, line_diff};
use crate::{Admin, Error, Member, Result, Tenure};

/// Longest text of a definition, in bytes.
const LONGEST_TEXT: usize = 1 << 20;

impl Tenure {
    /// The definition as somebody may start to change it.
    ///
    /// # Errors
    /// [`Error::Conflict`] when a file defines the use case; [`Error::NotFound`] when there is no such use case.
    pub fn editable_definition(&self, _: &Admin<'_>, id: &str) -> Result<DefinitionEdit> {
        let definition = self.definition(id)?;
        let Some(base) = definition.version.filter(|_| definition.file.is_none()) else {
            let remedy = match definition.origin {
                DefinitionOrigin::BuiltIn => "Export it, give it another id and import it.",
                DefinitionOrigin::File | DefinitionOrigin::Store => {
                    "Change that file, or remove it from the folder and import it into the store."
                }
            };
            return Err(Error::conflict(
                RefusalCode::DefinedTwice,
                format!(
                    "The use case {id} is defined {}, which cannot be changed here. {remedy}",
                    definition.place()
                ),
            ));
        };
        Ok(DefinitionEdit {
            use_case: id.to_owned(),
            base,
            text: definition.text.clone(),
            problems: Vec::new(),
            changes: Vec::new(),
            reads_alike: true,
        })
    }

    /// What the person works on of a use case; `None` when nothing was checked yet.
    pub fn held_definition(&self, admin: &Admin<'_>, id: &str) -> Option<DefinitionEdit> {
        let held = self.edits.of(admin.name())?;
        (held.use_case == id).then_some(held)
    }

    /// Checks a text in the place of version `base` and holds it for the person with what came of
    /// it; nothing is stored.
    ///
    /// # Errors
    /// As [`Tenure::editable_definition`]; [`Error::NotFound`] when there is no version `base`.
    pub async fn check_definition(
        &self,
        admin: &Admin<'_>,
        id: &str,
        base: u32,
        text: String,
    ) -> Result<DefinitionEdit> {
        self.refresh_use_cases().await?;
        self.editable_definition(admin, id)?;
        if text.len() > LONGEST_TEXT {
            return Err(Error::Invalid(format!(
                "The text is too long. Use at most {LONGEST_TEXT} bytes."
            )));
        }
        // A browser sends every line end as two characters.
        let text = text.replace("\r\n", "\n");
        let before = self.stored_definition(&id.into(), base).await?;
        let (problems, reads_alike) = match self.catalog.check(&text) {
            Ok(own) if own.id != id => (
                vec![UseCaseError {
                    line: data::line_of(&text, "id"),
                    key: "id".to_owned(),
                    message: format!(
                        "must stay \"{id}\"; import the text as a new use case to give it another id"
                    ),
                }],
                true,
            ),
            Ok(own) => {
                let before = data::parse_use_case(&before.text);
                (
                    Vec::new(),
                    before.is_ok_and(|before| before.reads_like(&own)),
                )
            }
            Err(problems) => (problems, true),
        };
        let edit = DefinitionEdit {
            use_case: id.to_owned(),
            base,
            problems,
            changes: line_diff(&before.text, &text),
            reads_alike,
            text,
        };
        self.edits
            .insert(admin.name(), edit.text.len(), edit.clone());
        Ok(edit)
    }

    /// Checks a text in the place of version `base` and stores it as the next version, in force
    /// from then on. `None`: it has problems, which are held with it for the person.
    ///
    /// # Errors
    /// As [`Tenure::check_definition`]; [`Error::Conflict`] when somebody saved another version since `base`.
    pub async fn save_definition(
        &self,
        admin: &Admin<'_>,
        id: &str,
        base: u32,
        text: String,
    ) -> Result<Option<super::ImportedUseCase>> {
        let edit = self.check_definition(admin, id, base, text).await?;
        if !edit.is_sound() {
            return Ok(None);
        }
        let saved = self
            .keep_definition(admin, edit.text, Base::Version(base))
            .await?;
        self.edits.remove(admin.name());
        Ok(Some(saved))
    }

    /// Lets go of the text that the person works on.
    pub fn discard_definition(&self, admin: &Admin<'_>) {
        self.edits.remove(admin.name());
    }

    /// What changed from one version of a definition to another, line by line.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the store has no such version.
    pub async fn definition_changes(
        &self,
        _: &Member<'_>,
        id: &str,
        [old, new]: [u32; 2],
    ) -> Result<Vec<DiffLine>> {
        let (old, new) = (
            self.stored_definition(&id.into(), old).await?,
            self.stored_definition(&id.into(), new).await?,
        );
        Ok(line_diff(&old.text, &new.text))
    }
}

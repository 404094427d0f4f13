//! Imports that somebody looks at before they are stored.

use std::sync::Arc;

use super::commands::Imported;
use super::import::{HeldImport, Import};
use super::preview::preview_import;
use crate::{Admin, Error, Result, Tenure, error::compute};

impl Tenure {
    /// Holds files that somebody sent, with what their import would do, in the place of what the
    /// person sent before. Without files, `import` is another reading of those that are held.
    ///
    /// # Errors
    /// [`Error::Invalid`] when there are no files; when there is no such use case.
    pub async fn hold_import(&self, admin: &Admin<'_>, mut import: Import) -> Result<()> {
        self.refresh_use_cases().await?;
        let use_case = self.use_case(&import.use_case)?;
        if import.files.is_empty() {
            let held = self.held_import(admin, &import.use_case).ok_or_else(gone)?;
            import.files.clone_from(&held.import.files);
        }
        let held = compute(move || {
            let preview = preview_import(&import, &use_case)?;
            Ok(HeldImport {
                import: Arc::new(import),
                preview: Arc::new(preview),
            })
        })
        .await?;
        let bytes = held.import.files.iter().map(|(_, bytes)| bytes.len()).sum();
        self.imports.insert(admin.name(), bytes, held);
        Ok(())
    }

    /// What the person holds for a use case.
    pub fn held_import(&self, admin: &Admin<'_>, use_case: &str) -> Option<HeldImport> {
        let held = self.imports.of(admin.name())?;
        (held.import.use_case == use_case).then_some(held)
    }

    /// Imports what the person holds, which is no longer held once it is stored. `Err` holds the
    /// number of the refusal, see [`Tenure::import_form`].
    ///
    /// # Errors
    /// [`Error::Invalid`] when nothing is held; when the store fails.
    pub async fn import_held(
        &self,
        admin: &Admin<'_>,
        use_case: &str,
    ) -> Result<std::result::Result<Imported, String>> {
        let held = self.held_import(admin, use_case).ok_or_else(gone)?;
        let imported = self.import_form(admin, Import::clone(&held.import)).await?;
        if imported.is_ok() {
            self.imports.remove(admin.name());
        }
        Ok(imported)
    }

    /// Lets go of what the person holds.
    pub fn discard_import(&self, admin: &Admin<'_>) {
        self.imports.remove(admin.name());
    }
}

fn gone() -> Error {
    Error::Invalid("The files are no longer held. Choose them again.".into())
}

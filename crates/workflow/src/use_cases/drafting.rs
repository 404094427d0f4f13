//! A use case is made from files on the pages: upload, look, correct, save.

use std::sync::Arc;
use std::time::Instant;

use data::draft::{Answers, draft};
use domain::RefusalCode;

use super::commands::Base;
use super::draft::{DraftFiles, DraftedUseCase, try_draft};
use super::held::{DraftState, DraftView, Held, Sent, view};
use crate::error::compute;
use crate::{Admin, Error, Import, Imported, Result, Tenure, Viewer};

/// What became of a draft that was saved.
#[derive(Debug)]
pub enum SavedDraft {
    /// It has problems, which its page shows; nothing was stored.
    Problems,
    /// Stored under this id.
    Saved(String),
    /// Stored, and its files are imported.
    Imported(String, Box<Imported>),
    /// Stored; the files were refused, under this number.
    Refused(String, String),
}

impl Tenure {
    /// Begins a use case from files: the person's earlier draft is thrown away.
    ///
    /// # Errors
    /// When a file cannot be read or the files cannot be put together.
    pub async fn start_draft(&self, admin: &Admin<'_>, import: Import) -> Result<()> {
        let sent = Arc::new(Sent {
            files: import.files,
            options: import.options,
            combine: import.combine,
        });
        let read = Arc::clone(&sent);
        let view = compute(move || view(&read)).await?;
        self.drafts.insert(Held {
            owner: admin.name().clone(),
            used: Instant::now(),
            sent,
            view,
        });
        Ok(())
    }

    /// The person's draft; `None` when there is none.
    pub fn held_draft(&self, admin: &Admin<'_>) -> Option<DraftView> {
        let (_, mut view) = self.drafts.of(admin.name())?;
        if !Viewer::from(admin).sees_people() {
            for column in &mut view.columns {
                column.examples = None;
            }
        }
        Some(view)
    }

    /// Drafts and tries the use case with these answers; what came of it is on the draft's page.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no draft.
    pub async fn answer_draft(&self, admin: &Admin<'_>, answers: Answers) -> Result<()> {
        self.drafted(admin, answers).await.map(|_| ())
    }

    /// Holds answers without trying them: one that the draft needs cannot be read.
    pub fn keep_answers(&self, admin: &Admin<'_>, answers: Answers) {
        if let Some((sent, view)) = self.drafts.of(admin.name()) {
            self.drafts.answer(admin.name(), &sent, answers, view.state);
        }
    }

    async fn drafted(
        &self,
        admin: &Admin<'_>,
        answers: Answers,
    ) -> Result<(Arc<Sent>, Option<DraftedUseCase>)> {
        let (sent, view) = self.drafts.of(admin.name()).ok_or_else(no_draft)?;
        let answers = Answers {
            file: view.files.first().cloned().unwrap_or_default(),
            ..answers
        };
        let (read, asked, catalog) = (
            Arc::clone(&sent),
            answers.clone(),
            Arc::clone(&self.catalog),
        );
        let drafted = compute(move || {
            let files = DraftFiles::read(&read.files, &read.options, &read.combine)?;
            match draft(&files.raw, &files.with_key(&asked)) {
                Ok(draft) => try_draft(&files, draft, &catalog).map(Ok),
                Err(question) => Ok(Err(question)),
            }
        })
        .await?;
        let state = match drafted.clone() {
            Ok(drafted) => DraftState::Drafted(Box::new(drafted)),
            Err(question) => DraftState::Question(question),
        };
        self.drafts.answer(admin.name(), &sent, answers, state);
        Ok((sent, drafted.ok()))
    }

    /// Tries the draft with these answers once more, and stores it as the first version of a use
    /// case; with `import` (its day and purpose) its files are imported under it.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no draft; [`Error::Conflict`] when a use case of this id is there already.
    pub async fn save_draft(
        &self,
        admin: &Admin<'_>,
        answers: Answers,
        import: Option<Import>,
    ) -> Result<SavedDraft> {
        let (sent, drafted) = self.drafted(admin, answers).await?;
        let Some(drafted) = drafted.filter(DraftedUseCase::is_usable) else {
            return Ok(SavedDraft::Problems);
        };
        let id = drafted.draft.use_case.id.clone();
        self.keep_definition(admin, drafted.text, Base::None)
            .await?;
        self.drafts.remove(admin.name());
        let Some(import) = import else {
            return Ok(SavedDraft::Saved(id));
        };
        let import = Import {
            use_case: id.clone(),
            files: sent.files.clone(),
            combine: sent.combine.clone(),
            options: sent.options.clone(),
            ..import
        };
        Ok(match self.import_form(admin, import).await? {
            Ok(imported) => SavedDraft::Imported(id, Box::new(imported)),
            Err(number) => SavedDraft::Refused(id, number),
        })
    }

    /// Throws the person's draft away.
    pub fn discard_draft(&self, admin: &Admin<'_>) {
        self.drafts.remove(admin.name());
    }
}

fn no_draft() -> Error {
    Error::conflict(
        RefusalCode::Changed,
        "There is no use case in progress: it was saved or discarded, or nobody worked on it for two hours. Send the files again.",
    )
}

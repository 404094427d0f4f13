//! Known limitations are written down.

use domain::{AuditEvent, RefusalCode, Subject, VersionNumber};
use store::audit;

use crate::{Contributor, Error, Result, Tenure};

/// Letters that the known limitations may have.
const MOST_LETTERS: usize = 5000;

impl Tenure {
    /// Writes the known limitations of a version down as a new revision; those before it stay. A
    /// pending request for the version is void from then on. `from`: the revision that the writer
    /// has read; `None` when it does not matter.
    ///
    /// # Errors
    /// [`Error::Conflict`] when somebody wrote a revision after `from`, [`Error::Invalid`] when the text is empty or too long.
    pub async fn write_limitations(
        &self,
        contributor: &Contributor<'_>,
        use_case: &str,
        number: VersionNumber,
        from: Option<i64>,
        text: &str,
    ) -> Result<()> {
        let text = text.trim().replace("\r\n", "\n");
        if text.is_empty() || text.chars().count() > MOST_LETTERS {
            return Err(Error::Invalid(format!(
                "Enter 1 to {MOST_LETTERS} characters."
            )));
        }
        self.version(use_case, number).await?;
        let by = contributor.name();
        let mut transaction = self.store.begin().await?;
        let newest = store::card::revisions(&mut transaction, &use_case.into(), number)
            .await?
            .into_iter()
            .next();
        let before = newest.as_ref().map_or(0, |revision| revision.revision);
        if from.is_some_and(|from| from != before) {
            let who = newest
                .map(|revision| revision.written_by.into_string())
                .unwrap_or_default();
            return Err(Error::conflict(
                RefusalCode::Changed,
                format!(
                    "{who} changed the limitations while you were editing. Review them, then save again."
                ),
            ));
        }
        let revision = store::card::Revision {
            use_case: use_case.into(),
            version: number,
            revision: before + 1,
            text,
            written_by: by.clone(),
            written_at: store::now(),
        };
        store::card::add_revision(&mut transaction, &revision).await?;
        self.void_pending(
            &mut transaction,
            use_case,
            Some(number),
            by,
            "the known limitations changed",
        )
        .await?;
        let event = AuditEvent::ModelLimitations {
            revision: revision.revision,
        };
        let row = audit::Row::CardRevision(&revision.use_case, number, revision.revision);
        let subject = Subject::Model(revision.use_case.clone(), number);
        audit::append_with_rows(&mut transaction, by, &subject, &event, &[row]).await?;
        transaction.commit().await?;
        Ok(())
    }
}

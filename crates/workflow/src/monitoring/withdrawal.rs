//! Files of outcomes are taken out of use.

use domain::{AuditEvent, RefusalCode, Subject};
use store::audit;
use store::monitoring::outcomes::{self, Import};

use crate::{Admin, Error, Result, Tenure};

/// Longest reason for a withdrawal, in characters.
const LONGEST_REASON: usize = 2000;

impl Tenure {
    /// Takes a file of outcomes out of use: what it says counts no more, and what an earlier file
    /// says about the same people does again. It stays in the store and in the audit log; training
    /// sets that were built with it say that it was withdrawn.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Invalid`] without a reason or when the prefix fits several files, [`Error::Conflict`] when it was
    /// withdrawn before.
    pub async fn withdraw_outcomes(
        &self,
        admin: &Admin<'_>,
        use_case: Option<&str>,
        prefix: &str,
        reason: &str,
    ) -> Result<Import> {
        let reason = reason.trim();
        if reason.is_empty() || reason.chars().count() > LONGEST_REASON {
            return Err(Error::Invalid(format!(
                "Enter a reason of 1 to {LONGEST_REASON} characters."
            )));
        }
        let mut transaction = self.store.begin().await?;
        let mut found = outcomes::matching(&mut transaction, prefix).await?;
        found.retain(|import| use_case.is_none_or(|id| id == import.use_case.as_str()));
        let import = match &found[..] {
            [only] => only,
            [] => {
                return Err(Error::NotFound(format!(
                    "There are no outcomes {prefix}. List them with `tenure outcomes list`."
                )));
            }
            several => {
                let ids: Vec<String> = several
                    .iter()
                    .map(|import| format!("{} ({})", import.import_id, import.name))
                    .collect();
                return Err(Error::Invalid(format!(
                    "{prefix} fits several files of outcomes: {}. Use the whole id of one.",
                    ids.join(", ")
                )));
            }
        };
        if !outcomes::withdraw(&mut transaction, &import.import_id, admin.name(), reason).await? {
            let sentence = format!("{} was already withdrawn.", import.name);
            return Err(Error::conflict(RefusalCode::Withdrawn, sentence));
        }
        let event = AuditEvent::OutcomesWithdraw {
            name: import.name.clone(),
            reason: reason.to_owned(),
        };
        let subject = Subject::Outcomes(import.import_id.clone());
        audit::append(&mut transaction, admin.name(), &subject, &event).await?;
        let changed = outcomes::matching(&mut transaction, &import.import_id).await?;
        transaction.commit().await?;
        self.renew_cohorts(import.use_case.as_str()).await?;
        let changed = changed.into_iter().next();
        changed.ok_or_else(|| Error::internal("the withdrawn outcomes are gone"))
    }
}

//! Erasing a person from the audit log.

use domain::audit::Erasable;
use domain::{AuditEvent, RefusalCode, Subject};
use store::{accounts, audit};

use crate::{Admin, Error, Result, Tenure};

impl Tenure {
    /// Erases a person (or account) from the record: the entries stay, and nobody can tell any more
    /// whom they are about.
    ///
    /// # Errors
    /// [`Error::Invalid`] for another kind, [`Error::Conflict`] for an account that is in use, [`Error::NotFound`] when the record knows
    /// nobody of that name.
    pub async fn audit_erase(&self, admin: &Admin<'_>, kind: &str, name: &str) -> Result<()> {
        let kind: Erasable = kind
            .parse()
            .map_err(|_| Error::Invalid("Only a person or an account can be erased.".into()))?;
        let mut transaction = self.store.begin().await?;
        if kind == Erasable::Account {
            let account = accounts::by_name(&mut transaction, &name.into()).await?;
            if account.is_some_and(|account| account.disabled_at.is_none()) {
                return Err(Error::conflict(
                    RefusalCode::AccountActive,
                    "The account is active. Disable it first.",
                ));
            }
        }
        if !audit::forget(&mut transaction, kind, name).await? {
            return Err(Error::NotFound(
                "The audit log has no entry for this name.".into(),
            ));
        }
        audit::append(
            &mut transaction,
            admin.name(),
            &Subject::AuditLog,
            &AuditEvent::AuditErase { kind },
        )
        .await?;
        transaction.commit().await?;
        Ok(())
    }
}

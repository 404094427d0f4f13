//! What is live: one transaction moves the pointer, the stages and the record.

use serde_json::json;
use store::{audit, registry};

use crate::{Admin, Error, Result, Tenure};

impl Tenure {
    /// Puts a version into service. The old one is archived; scoring picks the change up at once.
    ///
    /// # Errors
    /// When there is no such version, its file is damaged, it is live already, or the reason is empty.
    pub async fn promote(&self, admin: &Admin<'_>, use_case: &str, number: i64, reason: &str) -> Result<registry::Version> {
        let reason = reason.trim();
        if reason.is_empty() {
            return Err(Error::Invalid("a reason is required".into()));
        }
        let version = self.version(use_case, number).await?;
        // Nothing that cannot be read goes live.
        self.model_file(&version).await?;
        let mut transaction = self.store.begin().await?;
        let live = registry::live(&mut transaction, use_case).await?.and_then(|change| change.version);
        if live == Some(number) {
            return Err(Error::Conflict(format!("version {number} is live already")));
        }
        if let Some(old) = live {
            registry::set_stage(&mut transaction, use_case, old, "Archived").await?;
        }
        registry::set_stage(&mut transaction, use_case, number, "Production").await?;
        registry::set_live(&mut transaction, use_case, Some(number), admin.name(), reason).await?;
        let detail = json!({ "model": version.model_hash, "previous": live, "reason": reason });
        audit::append(&mut transaction, admin.name(), "model.promote", &format!("model {use_case}/{number}"), &detail).await?;
        transaction.commit().await.map_err(store::Error::from)?;
        self.version(use_case, number).await
    }

    /// Puts the first version of a use case into service, as long as none ever was.
    ///
    /// # Errors
    /// [`Error::Conflict`] when something was live before; those changes go through review.
    pub async fn promote_first(&self, admin: &Admin<'_>, use_case: &str, version: u32) -> Result<()> {
        if registry::live(&mut *self.store.read().await?, use_case).await?.is_some() {
            return Err(Error::Conflict("a version was promoted before: changes go through review".into()));
        }
        self.promote(admin, use_case, i64::from(version), "first version").await?;
        Ok(())
    }
}

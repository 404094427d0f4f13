//! Shadow scoring on and off.

use domain::{AuditEvent, RefusalCode, Stage, Subject, UseCaseId, VersionNumber};
use store::{audit, registry, shadow};

use crate::{Actor, Error, Result, Tenure};

impl Tenure {
    /// Lets a version in Staging score beside the live one, or ends that. One version of a use case
    /// does so at a time: another one takes its place. Saying the same twice changes nothing.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for who is neither reviewer nor administrator, [`Error::NotFound`] for an
    /// unknown version, [`Error::Conflict`] when it is not in Staging.
    pub async fn set_shadow(
        &self,
        actor: &Actor,
        use_case: &str,
        number: VersionNumber,
        on: bool,
    ) -> Result<()> {
        let by = actor.reviewer_or_admin()?;
        self.use_case(use_case)?;
        let version = self.version(use_case, number).await?;
        if on {
            // Nothing that cannot be read is to score.
            self.model_file(&version).await?;
        }
        let id = UseCaseId::from(use_case);
        let mut transaction = self.store.begin().await?;
        let before = shadow::switched(&mut transaction, &id)
            .await?
            .and_then(|switch| switch.version);
        if (before == Some(number)) == on {
            return Ok(());
        }
        let now = registry::find(&mut transaction, &id, number).await?;
        if on && now.is_none_or(|version| version.stage != Stage::Staging) {
            return Err(Error::conflict(
                RefusalCode::NotInStaging,
                format!(
                    "Version {number} is not in Staging. Only a version in Staging can score in shadow."
                ),
            ));
        }
        shadow::switch(&mut transaction, &id, on.then_some(number), by).await?;
        let event = AuditEvent::ModelShadow {
            on,
            previous: before.filter(|before| *before != number),
        };
        audit::append(&mut transaction, by, &Subject::Model(id, number), &event).await?;
        Ok(transaction.commit().await?)
    }

    /// The version that scores in shadow: the one that it was switched on for, while it is in
    /// Staging.
    pub(crate) async fn shadow_version(
        &self,
        use_case: &UseCaseId,
    ) -> Result<Option<registry::Version>> {
        self.current(&self.currents.shadow, use_case, || {
            self.read_shadow_version(use_case)
        })
        .await
    }

    async fn read_shadow_version(&self, use_case: &UseCaseId) -> Result<Option<registry::Version>> {
        let mut connection = self.store.read().await?;
        let switch = shadow::switched(&mut connection, use_case).await?;
        let Some(number) = switch.and_then(|switch| switch.version) else {
            return Ok(None);
        };
        let version = registry::find(&mut connection, use_case, number).await?;
        Ok(version.filter(|version| version.stage == Stage::Staging))
    }
}

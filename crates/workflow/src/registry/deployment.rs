//! Rollback, and the stop switch.

use domain::{AuditEvent, LiveChangeKind, RefusalCode, Subject, UseCaseId, VersionNumber};
use store::{audit, registry};

use crate::review::required;
use crate::{Actor, Error, Result, Signed, Tenure};

impl Tenure {
    /// Puts an archived version that was live before back into service. Without a number: the one
    /// before the newest promotion, or the one that was taken out of service.
    ///
    /// # Errors
    /// [`Error::Invalid`] without a reason, [`Error::Forbidden`] for the version's author, [`Error::Conflict`] when the version is live, was
    /// never live, or there is none to go back to.
    pub async fn rollback(
        &self,
        signed: &Signed<'_>,
        use_case: &str,
        number: Option<VersionNumber>,
        reason: &str,
    ) -> Result<registry::Version> {
        let reviewer = signed.reviewer();
        let reason = required("reason", reason)?;
        self.use_case(use_case)?;
        let target = self.rollback_target(use_case, number).await?;
        let version = self.version(use_case, target).await?;
        if *reviewer.name() == version.author {
            return Err(Error::forbidden(
                RefusalCode::FourEyes,
                format!("You trained version {target}. Someone else must roll back to it."),
            ));
        }
        // Nothing that cannot be read goes live, and nothing without the baseline that monitoring
        // compares with.
        self.model_file(&version).await?;
        let was_live =
            registry::live_history(&mut self.store.read().await?, &use_case.into()).await?;
        if !was_live.iter().any(|change| change.version == Some(target)) {
            return Err(Error::conflict(
                RefusalCode::NeverLive,
                format!("Version {target} was never live. Request a review instead of a rollback."),
            ));
        }
        self.baseline(&reviewer.member(), use_case, target).await?;
        let mut transaction = self.store.begin().await?;
        let history = registry::live_history(&mut transaction, &use_case.into()).await?;
        let newest = history.last();
        let live = newest.and_then(|change| change.version);
        if live == Some(target) {
            // The same said twice is said once; anything else about a version that is live already
            // would be lost.
            let said = |change: &registry::LiveChange| {
                change.changed_by == *reviewer.name() && change.reason == reason
            };
            let own = newest
                .is_some_and(|change| change.kind == LiveChangeKind::Rollback && said(change));
            return if own {
                Ok(version)
            } else {
                Err(Error::conflict(
                    RefusalCode::AlreadyLive,
                    format!("Version {target} is already live."),
                ))
            };
        }
        let (by, id) = (reviewer.name(), UseCaseId::from(use_case));
        let sequence = registry::set_live(
            &mut transaction,
            &id,
            Some(target),
            by,
            reason,
            LiveChangeKind::Rollback,
        )
        .await?;
        self.void_pending(
            &mut transaction,
            use_case,
            None,
            by,
            &format!("the model was rolled back to version {target}"),
        )
        .await?;
        let event = AuditEvent::ModelRollback {
            model: version.model_hash,
            previous: live,
            reason: reason.to_owned(),
        };
        let row = audit::Row::LiveChange(&id, sequence);
        audit::append_with_rows(
            &mut transaction,
            by,
            &Subject::Model(id.clone(), target),
            &event,
            &[row],
        )
        .await?;
        transaction.commit().await?;
        self.version(use_case, target).await
    }

    async fn rollback_target(
        &self,
        use_case: &str,
        number: Option<VersionNumber>,
    ) -> Result<VersionNumber> {
        if let Some(number) = number {
            return Ok(number);
        }
        let history =
            registry::live_history(&mut self.store.read().await?, &use_case.into()).await?;
        let newest = history.last();
        if let Some(change) = newest.filter(|change| change.kind == LiveChangeKind::Rollback) {
            return Err(Error::conflict(
                RefusalCode::AlreadyDecided,
                format!(
                    "The model was already rolled back to version {} by {} on {}. Specify the version to roll back to.",
                    change
                        .version
                        .map(|version| version.to_string())
                        .unwrap_or_default(),
                    change.changed_by,
                    change.changed_at.long()
                ),
            ));
        }
        let live = newest.and_then(|change| change.version);
        let before = history
            .iter()
            .rev()
            .filter_map(|change| change.version)
            .find(|version| Some(*version) != live);
        before.ok_or_else(|| {
            Error::conflict(
                RefusalCode::NoEarlierVersion,
                format!("{use_case} has no earlier version to roll back to."),
            )
        })
    }

    /// Takes the live version out of service. Reviewers and administrators may; who has a session
    /// gives the password once more.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for others, [`Error::Fields`] without a reason or password, [`Error::Conflict`] when no version is live.
    pub async fn undeploy(
        &self,
        actor: &Actor,
        password: Option<&str>,
        use_case: &str,
        reason: &str,
    ) -> Result<VersionNumber> {
        let name = actor.reviewer_or_admin()?;
        let reason = required("reason", reason)?;
        self.use_case(use_case)?;
        self.sign_again(actor, password).await?;
        let mut transaction = self.store.begin().await?;
        let live = registry::live(&mut transaction, &use_case.into())
            .await?
            .and_then(|change| change.version);
        let number = live.ok_or_else(|| {
            Error::conflict(
                RefusalCode::NothingLive,
                format!("No version of {use_case} is live."),
            )
        })?;
        let id = UseCaseId::from(use_case);
        let sequence = registry::set_live(
            &mut transaction,
            &id,
            None,
            name,
            reason,
            LiveChangeKind::Undeployment,
        )
        .await?;
        self.void_pending(
            &mut transaction,
            use_case,
            None,
            name,
            &format!("version {number} was undeployed"),
        )
        .await?;
        let event = AuditEvent::ModelUndeploy {
            previous: number,
            reason: reason.to_owned(),
        };
        let row = audit::Row::LiveChange(&id, sequence);
        audit::append_with_rows(
            &mut transaction,
            name,
            &Subject::Model(id.clone(), number),
            &event,
            &[row],
        )
        .await?;
        transaction.commit().await?;
        Ok(number)
    }
}

//! Rollback, and the stop switch.

use serde_json::json;
use store::{audit, registry};

use super::{is_same, required};
use crate::{Actor, Error, Member, Result, Reviewer, Tenure, clock};

impl Tenure {
    /// Puts an archived version that was live before back into service (the one before the newest when no number is given).
    ///
    /// # Errors
    /// [`Error::Invalid`] without a reason, [`Error::Conflict`] when the version is live, was never live, or there is none to go back to.
    pub async fn rollback(&self, reviewer: &Reviewer<'_>, use_case: &str, number: Option<i64>, reason: &str) -> Result<registry::Version> {
        let reason = required(reason, "a reason")?;
        self.use_case(use_case)?;
        let target = self.rollback_target(use_case, number).await?;
        let version = self.version(use_case, target).await?;
        // Nothing that cannot be read goes live.
        self.model_file(&version).await?;
        let mut transaction = self.store.begin().await?;
        let history = registry::live_history(&mut transaction, use_case).await?;
        let newest = history.last();
        let live = newest.and_then(|change| change.version);
        if live == Some(target) {
            let own = newest.is_some_and(|change| change.kind == "rollback" && is_same(&change.changed_by, reviewer.name()));
            return if own { Ok(version) } else { Err(Error::Conflict(format!("version {target} is live already"))) };
        }
        if !history.iter().any(|change| change.version == Some(target)) {
            return Err(Error::Conflict(format!("version {target} was never live: it goes through review, not through a rollback")));
        }
        registry::set_live(&mut transaction, use_case, Some(target), reviewer.name(), reason, "rollback").await?;
        self.void_others(&mut transaction, use_case, reviewer.name(), &format!("version {target} was put back into service")).await?;
        let detail = json!({ "model": version.model_hash, "previous": live, "reason": reason });
        audit::append(&mut transaction, reviewer.name(), "model.rollback", &format!("model {use_case}/{target}"), &detail).await?;
        transaction.commit().await.map_err(store::Error::from)?;
        self.version(use_case, target).await
    }

    async fn rollback_target(&self, use_case: &str, number: Option<i64>) -> Result<i64> {
        if let Some(number) = number {
            return Ok(number);
        }
        let history = registry::live_history(&mut *self.store.read().await?, use_case).await?;
        let live = history.last().and_then(|change| change.version);
        let before = history.iter().rev().filter_map(|change| change.version).find(|version| Some(*version) != live);
        before.ok_or_else(|| Error::Conflict(format!("{use_case} has no earlier version to go back to")))
    }

    /// The stop switch: takes the live version out of service. Administrators and reviewers may.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for others, [`Error::Invalid`] without a reason, [`Error::Conflict`] when nothing is in service.
    pub async fn take_out_of_service(&self, actor: &Actor, use_case: &str, reason: &str) -> Result<i64> {
        let name = match (actor.reviewer(), actor.admin()) {
            (Ok(reviewer), _) => reviewer.name(),
            (_, Ok(admin)) => admin.name(),
            _ => return Err(Error::Forbidden("this needs the role reviewer or admin".into())),
        };
        let reason = required(reason, "a reason")?;
        self.use_case(use_case)?;
        let mut transaction = self.store.begin().await?;
        let live = registry::live(&mut transaction, use_case).await?.and_then(|change| change.version);
        let number = live.ok_or_else(|| Error::Conflict(format!("no version of {use_case} is in service")))?;
        registry::set_live(&mut transaction, use_case, None, name, reason, "stop").await?;
        self.void_others(&mut transaction, use_case, name, &format!("version {number} was taken out of service")).await?;
        let detail = json!({ "previous": number, "reason": reason });
        audit::append(&mut transaction, name, "model.stop", &format!("model {use_case}/{number}"), &detail).await?;
        transaction.commit().await.map_err(store::Error::from)?;
        Ok(number)
    }

    /// Every change of what was live, oldest first.
    ///
    /// # Errors
    /// When there is no such use case, or the store fails.
    pub async fn live_history(&self, _: &Member<'_>, use_case: &str) -> Result<Vec<registry::LiveChange>> {
        self.use_case(use_case)?;
        Ok(registry::live_history(&mut *self.store.read().await?, use_case).await?)
    }

    /// What was live at a moment of the past (unix microseconds).
    ///
    /// # Errors
    /// When there is no such use case, or the store fails.
    pub async fn live_as_of(&self, _: &Member<'_>, use_case: &str, moment: i64) -> Result<Option<registry::LiveChange>> {
        self.use_case(use_case)?;
        Ok(registry::live_as_of(&mut *self.store.read().await?, use_case, moment).await?)
    }

    /// Why nothing is in service, in a sentence.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn why_nothing_serves(&self, use_case: &str) -> Result<String> {
        let stopped = registry::live(&mut *self.store.read().await?, use_case).await?;
        Ok(match stopped {
            Some(change) => format!(
                "the model of {use_case} was taken out of service on {} by {}: {}",
                clock::long_time(change.changed_at),
                change.changed_by,
                change.reason
            ),
            None => format!("no model of {use_case} is in service: train one and have it approved"),
        })
    }
}

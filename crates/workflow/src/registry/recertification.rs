//! When an approved version has to be looked at again.

use domain::{AuditEvent, Date, RefusalCode, Subject, UseCaseId, VersionNumber};
use serde::{Deserialize, Serialize};
use store::registry::{LiveChange, Recertification};
use store::{audit, registry};

use crate::review::required;
use crate::{Error, Result, Signed, Tenure};

/// The next review of a version that was approved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct NextReview {
    pub due: Date,
    /// The day has passed.
    pub overdue: bool,
}

/// The next review date of a version: the one that the last re-certification set, or so many days
/// after it first went live; `None` when it was never approved.
pub(crate) fn due(
    version: VersionNumber,
    history: &[LiveChange],
    certified: &[Recertification],
    days: u32,
) -> Option<Date> {
    let first = history
        .iter()
        .find(|change| change.version == Some(version))?;
    let last = certified.iter().rev().find(|own| own.version == version);
    Some(last.map_or_else(
        || first.changed_at.date().plus_days(days.cast_signed()),
        |own| own.next_review,
    ))
}

impl Tenure {
    /// The next review of a version; `None` when it was never approved.
    ///
    /// # Errors
    /// When there is no such use case, or the store fails.
    pub(crate) async fn next_review(
        &self,
        use_case: &UseCaseId,
        version: VersionNumber,
    ) -> Result<Option<NextReview>> {
        let days = self.gate_policy(use_case)?.review_days;
        let mut connection = self.store.read().await?;
        let history = registry::live_history(&mut connection, use_case).await?;
        let certified = registry::recertifications(&mut connection, use_case).await?;
        Ok(
            due(version, &history, &certified, days).map(|due| NextReview {
                due,
                overdue: due < store::today(),
            }),
        )
    }

    /// Lets an approved version serve on: its next review is as many days away as the gate policy of
    /// the use case states. The same reviewer saying the same again on the same day is said once.
    ///
    /// # Errors
    /// [`Error::Fields`] without a reason, [`Error::Forbidden`] for the version's author,
    /// [`Error::Conflict`] when it was never live, [`Error::NotFound`] when there is no such version.
    pub async fn recertify(
        &self,
        signed: &Signed<'_>,
        use_case: &str,
        number: VersionNumber,
        reason: &str,
    ) -> Result<Recertification> {
        let reason = required("reason", reason)?;
        let version = self.version(use_case, number).await?;
        if *signed.name() == version.author {
            return Err(Error::forbidden(
                RefusalCode::FourEyes,
                format!("You trained version {number}. Someone else must re-certify it."),
            ));
        }
        let days = self.gate_policy(use_case)?.review_days;
        // Nothing that cannot be read is to serve on.
        self.model_file(&version).await?;
        let id = UseCaseId::from(use_case);
        let mut transaction = self.store.begin().await?;
        let history = registry::live_history(&mut transaction, &id).await?;
        if !history.iter().any(|change| change.version == Some(number)) {
            return Err(Error::conflict(
                RefusalCode::NeverLive,
                format!("Version {number} was never live. Request a review instead."),
            ));
        }
        let before = registry::recertifications(&mut transaction, &id).await?;
        let before = before.into_iter().rev().find(|own| own.version == number);
        let own = Recertification {
            use_case: id.clone(),
            version: number,
            sequence: before.as_ref().map_or(0, |own| own.sequence) + 1,
            next_review: store::today().plus_days(days.cast_signed()),
            reason: reason.to_owned(),
            certified_by: signed.name().clone(),
            certified_at: store::now(),
        };
        if let Some(before) = before
            && (&before.certified_by, &before.reason, before.next_review)
                == (&own.certified_by, &own.reason, own.next_review)
        {
            return Ok(before);
        }
        registry::recertify(&mut transaction, &own).await?;
        let event = AuditEvent::ModelRecertify {
            next_review: own.next_review,
            reason: own.reason.clone(),
        };
        let subject = Subject::Model(id, number);
        audit::append(&mut transaction, signed.name(), &subject, &event).await?;
        transaction.commit().await?;
        Ok(own)
    }
}

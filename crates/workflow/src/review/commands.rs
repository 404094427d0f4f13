//! Waivers, comments, and the checklist under way.

use domain::{AuditEvent, Date, ProblemCode, RefusalCode, ReviewState, Subject, VersionNumber};
use store::{audit, review};

use super::{Checklist, blocking, required, titles};
use crate::error::Problems;
use crate::{Contributor, Error, Result, Reviewer, Signed, Tenure};

/// A waiver as a reviewer submits it.
#[derive(Debug, Clone, Copy)]
pub struct Waive<'a> {
    /// The gate's key or title.
    pub gate: &'a str,
    /// Who answers for it.
    pub owner: &'a str,
    pub reason: &'a str,
    /// Last day on which it holds, YYYY-MM-DD.
    pub expires_on: &'a str,
}

impl Waive<'_> {
    /// Whether the fields are filled in as they must be; every one that is wrong is named.
    ///
    /// # Errors
    /// [`Error::Fields`].
    pub fn check(&self) -> Result<()> {
        self.checked(store::today()).map(|_| ())
    }

    /// Owner, reason and last day; every field that is wrong is named.
    fn checked(&self, today: Date) -> Result<(&str, &str, Date)> {
        let last = self
            .expires_on
            .trim()
            .parse::<Date>()
            .ok()
            .filter(|day| *day >= today)
            .ok_or_else(|| {
                Error::field(
                    "expires_on",
                    ProblemCode::OutOfRange,
                    "The last day of a waiver must be today or later. Use YYYY-MM-DD.",
                )
            });
        let mut problems = Problems::default();
        let owner = problems.note(required("owner", self.owner))?;
        let reason = problems.note(required("reason", self.reason))?;
        match (owner, reason, problems.note(last)?) {
            (Some(owner), Some(reason), Some(last)) => Ok((owner, reason, last)),
            _ => Err(problems.into()),
        }
    }
}

impl Tenure {
    /// Waives a gate that blocks a version.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for the author, [`Error::Conflict`] where the policy allows no waivers or the gate does not block,
    /// [`Error::Invalid`] without owner, reason or a day to come.
    pub async fn waive(
        &self,
        signed: &Signed<'_>,
        use_case: &str,
        number: VersionNumber,
        waive: Waive<'_>,
    ) -> Result<review::Waiver> {
        let reviewer = signed.reviewer();
        let (owner, reason, expires_on) = waive.checked(store::today())?;
        let version = self.version(use_case, number).await?;
        if *reviewer.name() == version.author {
            return Err(Error::forbidden(
                RefusalCode::FourEyes,
                format!("You trained version {number}. Someone else must waive its gates."),
            ));
        }
        let package = self.package(&version).await?;
        if !package.policy.waivers {
            return Err(Error::conflict(
                RefusalCode::NoWaivers,
                format!("The policy {} does not allow waivers.", package.policy.name),
            ));
        }
        let (blocking, name) = (blocking(&package, &[]), waive.gate.trim());
        let Some(gate) = blocking.iter().find(|result| result.is_called(name)) else {
            let list = if blocking.is_empty() {
                "none".to_owned()
            } else {
                titles(blocking)
            };
            return Err(Error::Invalid(format!(
                "No gate “{name}” blocks version {number}. Blocking gates: {list}."
            )));
        };
        let waiver = review::Waiver {
            waiver_id: store::new_id(),
            use_case: use_case.into(),
            version: number,
            gate: gate.id().to_owned(),
            owner: owner.to_owned(),
            reason: reason.to_owned(),
            granted_by: reviewer.name().clone(),
            granted_at: store::now(),
            expires_on,
        };
        let mut transaction = self.store.begin().await?;
        review::insert_waiver(&mut transaction, &waiver).await?;
        let event = AuditEvent::ModelWaive {
            gate: waiver.gate.clone(),
            title: gate.title.clone(),
            reason: waiver.reason.clone(),
            expires_on,
        };
        let (subject, row) = (
            Subject::Model(use_case.into(), number),
            audit::Row::Waiver(&waiver.waiver_id),
        );
        audit::append_with_rows(&mut transaction, reviewer.name(), &subject, &event, &[row])
            .await?;
        transaction.commit().await?;
        Ok(waiver)
    }

    /// Adds a comment to a version.
    ///
    /// # Errors
    /// When there is no such version, or the text is empty or too long.
    pub async fn comment(
        &self,
        contributor: &Contributor<'_>,
        use_case: &str,
        number: VersionNumber,
        body: &str,
    ) -> Result<review::Comment> {
        let body = required("comment", body)?;
        self.version(use_case, number).await?;
        let comment = review::Comment {
            comment_id: store::new_id(),
            use_case: use_case.into(),
            version: number,
            author: contributor.name().clone(),
            body: body.to_owned(),
            written_at: store::now(),
        };
        let mut transaction = self.store.begin().await?;
        review::insert_comment(&mut transaction, &comment).await?;
        let event = AuditEvent::ModelComment {
            comment: comment.comment_id.clone(),
        };
        let (subject, row) = (
            Subject::Model(use_case.into(), number),
            audit::Row::Comment(&comment.comment_id),
        );
        audit::append_with_rows(
            &mut transaction,
            contributor.name(),
            &subject,
            &event,
            &[row],
        )
        .await?;
        transaction.commit().await?;
        Ok(comment)
    }

    /// Saves the checklist of a reviewer who has not decided yet.
    ///
    /// # Errors
    /// [`Error::Conflict`] when nothing is pending.
    pub async fn save_checklist(
        &self,
        reviewer: &Reviewer<'_>,
        use_case: &str,
        number: VersionNumber,
        checklist: &Checklist,
    ) -> Result<()> {
        let (request, _) = self.request_of(use_case, number).await?;
        if request.state != ReviewState::Pending {
            return Err(Error::conflict(
                RefusalCode::AlreadyDecided,
                format!("The review of version {number} is closed."),
            ));
        }
        let items = serde_json::to_string(checklist).map_err(store::Error::from)?;
        let mut transaction = self.store.begin().await?;
        review::save_checklist(
            &mut transaction,
            &request.request_id,
            reviewer.name(),
            &items,
        )
        .await?;
        transaction.commit().await?;
        Ok(())
    }
}

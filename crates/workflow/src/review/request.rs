//! Asking for a review.

use domain::{AuditEvent, RefusalCode, ReviewState, Stage, Subject, VersionNumber};
use store::{audit, registry, review};

use super::{is_waived, optional, titles};
use crate::{Actor, Contributor, Error, Result, Tenure};

impl Tenure {
    /// Asks for a version to go live, on its evidence as it stands now. Asking again for the same
    /// is answered with the request there is.
    ///
    /// # Errors
    /// [`Error::Conflict`] when the version is live or archived, its gates were changed since the training, its author has no name where the
    /// policy asks for one, or gates keep it out of Staging.
    pub async fn request_review(
        &self,
        contributor: &Contributor<'_>,
        use_case: &str,
        number: VersionNumber,
        note: &str,
    ) -> Result<review::Request> {
        let version = self.version(use_case, number).await?;
        match version.stage {
            Stage::Production => {
                return Err(Error::conflict(
                    RefusalCode::AlreadyLive,
                    format!("Version {number} is already live."),
                ));
            }
            Stage::Archived => {
                return Err(Error::conflict(
                    RefusalCode::NotInStaging,
                    format!(
                        "Version {number} is archived. Roll back to it if it was live, or train a new version."
                    ),
                ));
            }
            Stage::None | Stage::Staging => {}
        }
        // Nothing that cannot be read is proposed.
        self.model_file(&version).await?;
        self.expect_same_policy(&version).await?;
        let package = self.package(&version).await?;
        if package.policy.named_author && version.author == *Actor::local().name() {
            return Err(Error::conflict(
                RefusalCode::AuthorRequired,
                format!(
                    "Version {number} has no named author, which the policy {} requires. Train again with --as.",
                    package.policy.name
                ),
            ));
        }
        let waived = self.waived(&version).await?;
        let blocking: Vec<_> = package
            .policy
            .block_staging(&package.gates)
            .filter(|result| !is_waived(result, &waived))
            .collect();
        if !blocking.is_empty() {
            let way_out = if package.policy.waivers {
                " A reviewer can waive them."
            } else {
                ""
            };
            let policy = &package.policy.name;
            return Err(Error::conflict(
                RefusalCode::GatesBlock,
                format!(
                    "Version {number} cannot be proposed: gates of the policy {policy} did not pass: {}.{way_out}",
                    titles(blocking)
                ),
            ));
        }
        let evidence_hash = self.store.put_artifact(package.to_bytes()?).await?;
        let note = optional("note", note)?;
        let request = review::Request {
            request_id: store::new_id(),
            use_case: use_case.into(),
            version: number,
            evidence_hash,
            approvals_needed: i64::from(package.policy.approvals.max(1)),
            note: note.to_owned(),
            requested_by: contributor.name().clone(),
            requested_at: store::now(),
            state: ReviewState::Pending,
            closed_at: None,
            closed_because: String::new(),
        };
        let mut transaction = self.store.begin().await?;
        let now = registry::find(&mut transaction, &use_case.into(), number)
            .await?
            .unwrap_or_else(|| version.clone());
        if let Some(change) = package
            .sources
            .changed(&self.sources_in(&mut transaction, &now).await?)
        {
            return Err(Error::conflict(
                RefusalCode::Changed,
                format!("The evidence has just changed: {change}. Request the review again."),
            ));
        }
        let before = review::newest_request(&mut transaction, &use_case.into(), number).await?;
        if let Some(pending) = before.filter(|request| request.state == ReviewState::Pending) {
            if pending.evidence_hash == request.evidence_hash {
                return Ok(pending);
            }
            let because = "the evidence has changed, and a new review was requested";
            review::close_request(
                &mut transaction,
                &pending.request_id,
                ReviewState::Void,
                request.requested_at,
                because,
            )
            .await?;
        }
        if now.stage == Stage::None {
            registry::set_stage(&mut transaction, &use_case.into(), number, Stage::Staging).await?;
        } else if now.stage != Stage::Staging {
            return Err(Error::conflict(
                RefusalCode::NotInStaging,
                format!("Version {number} is now in the stage {}.", now.stage),
            ));
        }
        review::insert_request(&mut transaction, &request).await?;
        let event = AuditEvent::ModelRequest {
            evidence: request.evidence_hash.clone(),
            approvals_needed: request.approvals_needed,
            waived,
        };
        let (by, subject) = (contributor.name(), Subject::Model(use_case.into(), number));
        audit::append_with_rows(
            &mut transaction,
            by,
            &subject,
            &event,
            &[audit::Row::Request(&request.request_id)],
        )
        .await?;
        transaction.commit().await?;
        Ok(request)
    }

    /// Gates are set before the evaluation: a version is judged by those that stood when its
    /// training began, and only while they stand.
    async fn expect_same_policy(&self, version: &registry::Version) -> Result<()> {
        if !self.has_other_policy(version).await? {
            return Ok(());
        }
        let (because, remedy) = (
            other_policy(version.version),
            Remedy::TrainVersion.sentence(),
        );
        Err(Error::conflict(
            RefusalCode::PolicyChanged,
            domain::format::sentence(&because) + " " + remedy,
        ))
    }

    /// Whether the gates of the use case are others than those that the version was trained under.
    async fn has_other_policy(&self, version: &registry::Version) -> Result<bool> {
        let now = serde_json::to_vec(&self.gate_policy(&version.use_case)?.as_judged())
            .map_err(store::Error::from)?;
        Ok(self.sources(version).await?.policy_hash != store::artifacts::hash(&now))
    }

    /// Why a request for a version can no longer be decided, as a clause; `None` while it can.
    pub(super) async fn outdated(
        &self,
        version: &registry::Version,
        request: &review::Request,
    ) -> Result<Option<String>> {
        if self.has_other_policy(version).await? {
            return Ok(Some(other_policy(version.version)));
        }
        let package = self.stored_package(&request.evidence_hash).await?;
        Ok(package.sources.changed(&self.sources(version).await?))
    }

    /// What leads on once a request for the version is void or outdated.
    pub(super) async fn remedy(&self, version: &registry::Version) -> Result<Remedy> {
        let archived = version.stage == Stage::Archived;
        Ok(if archived || self.has_other_policy(version).await? {
            Remedy::TrainVersion
        } else {
            Remedy::RequestReview
        })
    }

    /// What the waivers that hold today call their gates: by key, those of earlier versions by
    /// title.
    pub(super) async fn waived(&self, version: &registry::Version) -> Result<Vec<String>> {
        let waivers = review::waivers(
            &mut self.store.read().await?,
            &version.use_case,
            version.version,
        )
        .await?;
        Ok(waivers
            .into_iter()
            .filter(holds_today)
            .map(|waiver| waiver.gate)
            .collect())
    }
}

/// What leads on from a request that cannot be decided any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remedy {
    /// The version can be proposed again, on the evidence as it is now.
    RequestReview,
    /// The version cannot be proposed again: its gates are others by now, or it is archived.
    TrainVersion,
}

impl Remedy {
    /// What to do, in a sentence.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::RequestReview => "Request a new review.",
            Self::TrainVersion => "Train a new version.",
        }
    }
}

fn other_policy(number: VersionNumber) -> String {
    format!("the gates changed after version {number} was trained")
}

/// Whether a waiver has not expired.
pub(super) fn holds_today(waiver: &review::Waiver) -> bool {
    waiver.expires_on >= store::today()
}

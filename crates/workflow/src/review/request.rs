//! Asking for a review.

use serde_json::json;
use store::{audit, registry, review};

use super::required;
use crate::{Error, Member, Result, Tenure, clock};

impl Tenure {
    /// Asks for a version to go live, on its evidence as it stands now. Asking again for the same is answered with the request there is.
    ///
    /// # Errors
    /// [`Error::Conflict`] when the version is live or archived, its gates were changed since the training, or gates keep it out of Staging.
    pub async fn request_review(&self, member: &Member<'_>, use_case: &str, number: i64, note: &str) -> Result<review::Request> {
        let version = self.version(use_case, number).await?;
        match version.stage.as_str() {
            "Production" => return Err(Error::Conflict(format!("version {number} is live already"))),
            "Archived" => {
                return Err(Error::Conflict(format!("version {number} is archived: roll back to it if it was live, or train again")));
            }
            _ => {}
        }
        // Nothing that cannot be read is proposed.
        self.model_file(&version).await?;
        self.expect_same_policy(&version).await?;
        let package = self.package(&version).await?;
        let waived = self.waived(&version).await?;
        let blocking = package.policy.block_staging(&package.gates).filter(|result| !waived.contains(&result.title));
        let blocking: Vec<&str> = blocking.map(|result| result.title.as_str()).collect();
        if !blocking.is_empty() {
            let way_out = if package.policy.waivers { "; a reviewer may waive them" } else { "" };
            let policy = &package.policy.name;
            return Err(Error::Conflict(format!(
                "version {number} cannot be proposed: gates of the policy {policy} do not hold: {}{way_out}",
                blocking.join("; ")
            )));
        }
        let evidence_hash = self.store.put_artifact(package.to_bytes()?).await?;
        let note = if note.trim().is_empty() { "" } else { required(note, "a note")? };
        let request = review::Request {
            request_id: store::new_id(),
            use_case: use_case.to_owned(),
            version: number,
            evidence_hash,
            approvals_needed: i64::from(package.policy.approvals.max(1)),
            note: note.to_owned(),
            requested_by: member.name().to_owned(),
            requested_at: store::now(),
            state: "pending".into(),
            closed_at: None,
            closed_because: String::new(),
        };
        let mut transaction = self.store.begin().await?;
        let live = registry::live(&mut transaction, use_case).await?.and_then(|change| change.version);
        if live != package.sources.champion.as_ref().map(|(number, _)| *number) {
            return Err(Error::Conflict("what is live has changed just now: ask again".into()));
        }
        let before = review::newest_request(&mut transaction, use_case, number).await?;
        if let Some(pending) = before.filter(|request| request.state == "pending") {
            if pending.evidence_hash == request.evidence_hash {
                return Ok(pending);
            }
            let because = "the evidence has changed, and a new review was asked for";
            review::close_request(&mut transaction, &pending.request_id, "void", request.requested_at, because).await?;
        }
        let current = registry::find(&mut transaction, use_case, number).await?.map(|version| version.stage).unwrap_or_default();
        if current == "None" {
            registry::set_stage(&mut transaction, use_case, number, "Staging").await?;
        } else if current != "Staging" {
            return Err(Error::Conflict(format!("version {number} is in the stage {current} by now")));
        }
        review::insert_request(&mut transaction, &request).await?;
        let detail = json!({ "evidence": request.evidence_hash, "approvals_needed": request.approvals_needed, "waived": waived });
        audit::append(&mut transaction, member.name(), "model.request", &format!("model {use_case}/{number}"), &detail).await?;
        transaction.commit().await.map_err(store::Error::from)?;
        Ok(request)
    }

    /// Gates are set before the evaluation: a version is judged by those that stood when its training began, and only while they stand.
    pub(super) async fn expect_same_policy(&self, version: &registry::Version) -> Result<()> {
        let now = serde_json::to_vec(&self.gate_policy(&version.use_case)?).map_err(store::Error::from)?;
        if self.sources(version).await?.policy_hash == store::artifacts::hash(&now) {
            return Ok(());
        }
        Err(Error::Conflict(format!("the gates were changed after version {} was trained under others: train again", version.version)))
    }

    /// Titles of the gates with a waiver that holds today.
    pub(super) async fn waived(&self, version: &registry::Version) -> Result<Vec<String>> {
        let waivers = review::waivers(&mut *self.store.read().await?, &version.use_case, version.version).await?;
        let today = clock::today();
        Ok(waivers.into_iter().filter(|waiver| waiver.expires_on >= today).map(|waiver| waiver.gate).collect())
    }
}

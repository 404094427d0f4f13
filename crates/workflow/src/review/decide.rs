//! Approve, reject, request changes. An approval that is the last one needed puts the version into
//! service in the same transaction.

use domain::audit::DecisionDetail;
use domain::{
    AccountName, AuditEvent, Decision, LiveChangeKind, RefusalCode, ReviewState, Stage, Subject,
    Timestamp, VersionNumber,
};
use serde::Serialize;
use serde_json::json;
use store::{audit, registry, review, runs};

use super::request::{Remedy, holds_today};
use super::{Checklist, EvidencePackage, blocking, required, titles};
use crate::{Error, NextReview, Result, Reviewer, Signed, Tenure};

/// What a reviewer did, in the past tense.
fn done(decision: Decision) -> &'static str {
    match decision {
        Decision::Approve => "approved the request",
        Decision::Reject => "rejected the request",
        Decision::RequestChanges => "requested changes",
    }
}

/// A decision as a reviewer hands it in.
#[derive(Debug, Clone)]
pub struct DecisionInput<'a> {
    pub choice: Decision,
    pub reason: &'a str,
    /// `None`: the checklist that the reviewer has kept so far.
    pub checklist: Option<Checklist>,
    /// Hash of the evidence that the reviewer was shown; `None`: that of the request.
    pub evidence: Option<&'a str>,
}

impl DecisionInput<'_> {
    /// Whether there is a reason.
    ///
    /// # Errors
    /// [`Error::Fields`].
    pub fn check(&self) -> Result<()> {
        required("reason", self.reason).map(|_| ())
    }
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Decided {
    pub request: review::Request,
    pub decision: review::ReviewDecision,
    /// True: this reviewer had decided just so before, and nothing was changed.
    pub already: bool,
    /// Approvals that are still missing.
    pub approvals_missing: i64,
    /// The version as it is now.
    pub version: registry::Version,
}

impl Tenure {
    /// Decides on the pending request of a version.
    ///
    /// # Errors
    /// [`Error::Invalid`] without a reason, [`Error::Forbidden`] for author and requester, [`Error::Conflict`] when nothing is pending
    /// (somebody else was faster: the sentence says who and when), the evidence has changed, or
    /// gates block.
    pub async fn decide(
        &self,
        signed: &Signed<'_>,
        use_case: &str,
        number: VersionNumber,
        input: DecisionInput<'_>,
    ) -> Result<Decided> {
        let reviewer = &signed.reviewer();
        let reason = required("reason", input.reason)?;
        let version = self.version(use_case, number).await?;
        let (request, before) = self.request_of(use_case, number).await?;
        let remedy = self.remedy(&version).await?;
        if let Some(decided) = settled(reviewer.name(), &request, &before, input.choice, remedy)? {
            return self.decided(request, decided, before.len(), true).await;
        }
        four_eyes(reviewer.name(), &version, &request)?;
        if input
            .evidence
            .is_some_and(|shown| shown != request.evidence_hash)
        {
            return Err(Error::conflict(
                RefusalCode::OtherEvidence,
                "This is not the current evidence of the request. Review it again before you decide.",
            ));
        }
        self.expect_unchanged(reviewer, &version, &request).await?;
        let package = self.stored_package(&request.evidence_hash).await?;
        let checklist = self
            .checklist_of(reviewer, &request, input.checklist)
            .await?;
        let waivers =
            review::waivers(&mut self.store.read().await?, &use_case.into(), number).await?;
        if input.choice == Decision::Approve {
            may_be_approved(&package, &waivers, &checklist, number)?;
        }
        let in_spite_of = package.failing();
        let last_approval = input.choice == Decision::Approve
            && before.len() as i64 + 1 >= request.approvals_needed;
        let decision = review::ReviewDecision {
            decision_id: store::new_id(),
            request_id: request.request_id.clone(),
            reviewer: reviewer.name().clone(),
            decision: input.choice,
            reason: reason.to_owned(),
            checklist: serde_json::to_string(&checklist).map_err(store::Error::from)?,
            waivers: json!({ "waivers": waivers, "in_spite_of": in_spite_of }).to_string(),
            evidence_hash: request.evidence_hash.clone(),
            decided_at: store::now(),
        };
        let files = if last_approval {
            let facts = self.card_facts(&version).await?;
            let days = self.gate_policy(use_case)?.review_days;
            let next_review = NextReview {
                due: store::today().plus_days(days.cast_signed()),
                overdue: false,
            };
            let decisions: Vec<_> = before.iter().chain([&decision]).cloned().collect();
            self.baseline_files(
                &version,
                facts
                    .card(Stage::Production, &decisions, &[], &[], Some(next_review))
                    .markdown(),
            )
            .await?
        } else {
            Vec::new()
        };

        let mut transaction = self.store.begin().await?;
        let (newest, decisions) = newest(&mut transaction, use_case, number).await?;
        if let Some(decided) = settled(reviewer.name(), &newest, &decisions, input.choice, remedy)?
        {
            drop(transaction);
            return self.decided(newest, decided, decisions.len(), true).await;
        }
        // What was looked at above, and the baseline that was prepared, must still be what this
        // decision is about.
        let as_it_is = registry::find(&mut transaction, &use_case.into(), number)
            .await?
            .unwrap_or_else(|| version.clone());
        let changed = package
            .sources
            .changed(&self.sources_in(&mut transaction, &as_it_is).await?);
        if newest.request_id != request.request_id
            || decisions.len() != before.len()
            || changed.is_some()
        {
            return Err(Error::conflict(
                RefusalCode::Changed,
                "Someone else changed the review at the same time. Reload the page and sign again.",
            ));
        }
        review::insert_decision(&mut transaction, &decision).await?;
        if last_approval || input.choice != Decision::Approve {
            review::close_request(
                &mut transaction,
                &request.request_id,
                input.choice.state(),
                decision.decided_at,
                "",
            )
            .await?;
        }
        if input.choice == Decision::Reject {
            registry::set_stage(&mut transaction, &use_case.into(), number, Stage::Archived)
                .await?;
        }
        let previous = registry::live(&mut transaction, &use_case.into())
            .await?
            .and_then(|change| change.version)
            .filter(|_| last_approval);
        let change = if last_approval {
            Some(
                self.promote(&mut transaction, &version, &decision, &files)
                    .await?,
            )
        } else {
            None
        };
        let detail = DecisionDetail {
            request: request.request_id.clone(),
            evidence: request.evidence_hash.clone(),
            reason: reason.to_owned(),
            model: version.model_hash.clone(),
            checklist_open: checklist.open().len(),
            waivers: waivers.len(),
            in_spite_of: in_spite_of
                .iter()
                .map(|title| (*title).to_owned())
                .collect(),
            live: last_approval,
            previous,
        };
        let event = match input.choice {
            Decision::Approve => AuditEvent::ModelApprove { decision: detail },
            Decision::Reject => AuditEvent::ModelReject { decision: detail },
            Decision::RequestChanges => AuditEvent::ModelRequestChanges { decision: detail },
        };
        let subject = Subject::Model(version.use_case.clone(), number);
        let mut rows = vec![audit::Row::Decision(&decision.decision_id)];
        rows.extend(change.map(|sequence| audit::Row::LiveChange(&version.use_case, sequence)));
        audit::append_with_rows(&mut transaction, reviewer.name(), &subject, &event, &rows).await?;
        transaction.commit().await?;
        self.decided(request, decision, before.len() + 1, false)
            .await
    }

    /// Puts a version into service: pointer, stages, baseline and card; gives the number of the
    /// change in the history of what was live.
    async fn promote(
        &self,
        writer: &mut store::Writer,
        version: &registry::Version,
        decision: &review::ReviewDecision,
        files: &[runs::Artifact],
    ) -> Result<i64> {
        let (use_case, number, by) = (&version.use_case, version.version, &decision.reviewer);
        let sequence = registry::set_live(
            writer,
            use_case,
            Some(number),
            by,
            &decision.reason,
            LiveChangeKind::Promotion,
        )
        .await?;
        runs::add_artifacts(writer, &version.run_id, files).await?;
        self.void_pending(
            writer,
            use_case,
            None,
            by,
            &format!("version {number} was promoted"),
        )
        .await?;
        Ok(sequence)
    }

    async fn decided(
        &self,
        request: review::Request,
        decision: review::ReviewDecision,
        count: usize,
        already: bool,
    ) -> Result<Decided> {
        let version = self.version(&request.use_case, request.version).await?;
        let (request, _) = self.request_of(&request.use_case, request.version).await?;
        let approvals_missing = if request.state == ReviewState::Pending {
            request.approvals_needed - count as i64
        } else {
            0
        };
        Ok(Decided {
            request,
            decision,
            already,
            approvals_missing,
            version,
        })
    }

    /// The newest request for a version, with what was decided on it.
    pub(super) async fn request_of(
        &self,
        use_case: &str,
        number: VersionNumber,
    ) -> Result<(review::Request, Vec<review::ReviewDecision>)> {
        newest(&mut self.store.read().await?, use_case, number).await
    }

    /// Voids a request whose evidence is no longer true.
    async fn expect_unchanged(
        &self,
        reviewer: &Reviewer<'_>,
        version: &registry::Version,
        request: &review::Request,
    ) -> Result<()> {
        let Some(change) = self.outdated(version, request).await? else {
            return Ok(());
        };
        let mut transaction = self.store.begin().await?;
        let current =
            review::newest_request(&mut transaction, &version.use_case, version.version).await?;
        if current.is_some_and(|current| {
            current.request_id == request.request_id && current.state == ReviewState::Pending
        }) {
            void(&mut transaction, request, reviewer.name(), &change).await?;
            transaction.commit().await?;
        }
        let remedy = self.remedy(version).await?.sentence();
        let message =
            format!("The request is void because the evidence has changed: {change}. {remedy}");
        Err(Error::conflict(RefusalCode::RequestVoid, message))
    }

    /// Voids the pending request of a version; those of all versions where none is named, since
    /// every one was about a comparison with what was live.
    pub(crate) async fn void_pending(
        &self,
        writer: &mut store::Writer,
        use_case: &str,
        version: Option<VersionNumber>,
        by: &AccountName,
        because: &str,
    ) -> Result<()> {
        let pending = |request: &review::Request| {
            request.state == ReviewState::Pending
                && version.is_none_or(|version| version == request.version)
        };
        for request in review::requests(writer, &use_case.into())
            .await?
            .into_iter()
            .filter(pending)
        {
            void(writer, &request, by, because).await?;
        }
        Ok(())
    }

    async fn checklist_of(
        &self,
        reviewer: &Reviewer<'_>,
        request: &review::Request,
        given: Option<Checklist>,
    ) -> Result<Checklist> {
        if let Some(given) = given {
            return Ok(given);
        }
        let kept = self
            .saved_checklist(reviewer, &request.use_case, request.version)
            .await?;
        Ok(Checklist {
            reason: String::new(),
            waiver: String::new(),
            ..kept
        })
    }
}

async fn newest(
    reader: &mut store::Reader,
    use_case: &str,
    number: VersionNumber,
) -> Result<(review::Request, Vec<review::ReviewDecision>)> {
    let request = review::newest_request(reader, &use_case.into(), number).await?;
    let request = request.ok_or_else(|| {
        Error::conflict(
            RefusalCode::NotRequested,
            format!("No review of version {number} was requested."),
        )
    })?;
    let decisions = review::decisions(reader, &request.request_id).await?;
    Ok((request, decisions))
}

async fn void(
    writer: &mut store::Writer,
    request: &review::Request,
    by: &AccountName,
    because: &str,
) -> Result<()> {
    review::close_request(
        writer,
        &request.request_id,
        ReviewState::Void,
        store::now(),
        because,
    )
    .await?;
    let event = AuditEvent::ModelRequestVoid {
        request: request.request_id.clone(),
        because: because.to_owned(),
    };
    let subject = Subject::Model(request.use_case.clone(), request.version);
    Ok(audit::append(writer, by, &subject, &event).await?)
}

/// The decision that `reviewer` has taken just so already; an error when the request is closed or
/// this reviewer decided otherwise.
fn settled(
    reviewer: &AccountName,
    request: &review::Request,
    before: &[review::ReviewDecision],
    choice: Decision,
    remedy: Remedy,
) -> Result<Option<review::ReviewDecision>> {
    if request.state == ReviewState::Void {
        return Err(Error::conflict(
            RefusalCode::RequestVoid,
            format!(
                "The request is void: {}. {}",
                request.closed_because,
                remedy.sentence()
            ),
        ));
    }
    if let Some(own) = before
        .iter()
        .find(|decision| decision.reviewer == *reviewer)
    {
        if own.decision == choice {
            return Ok(Some(own.clone()));
        }
        return Err(Error::conflict(
            RefusalCode::AlreadyDecided,
            format!("You {} on {}.", done(own.decision), own.decided_at.long()),
        ));
    }
    match request.state {
        ReviewState::Pending => Ok(None),
        ReviewState::Approved
        | ReviewState::Rejected
        | ReviewState::ChangesRequested
        | ReviewState::Void => {
            let last = before.last();
            let who = last.map_or("someone", |decision| decision.reviewer.as_str());
            let what = last.map_or("decided on it", |decision| done(decision.decision));
            let when = request.closed_at.map(Timestamp::long).unwrap_or_default();
            Err(Error::conflict(
                RefusalCode::AlreadyDecided,
                format!(
                    "Version {} was already decided: {who} {what} on {when}.",
                    request.version
                ),
            ))
        }
    }
}

/// Not by the author, nor by who asked.
pub(super) fn four_eyes(
    reviewer: &AccountName,
    version: &registry::Version,
    request: &review::Request,
) -> Result<()> {
    let number = version.version;
    if *reviewer == version.author {
        return Err(Error::forbidden(
            RefusalCode::FourEyes,
            format!("You trained version {number}. Someone else must decide on it."),
        ));
    }
    if *reviewer == request.requested_by {
        return Err(Error::forbidden(
            RefusalCode::FourEyes,
            format!(
                "You requested the review of version {number}. Someone else must decide on it."
            ),
        ));
    }
    Ok(())
}

fn may_be_approved(
    package: &EvidencePackage,
    waivers: &[review::Waiver],
    checklist: &Checklist,
    number: VersionNumber,
) -> Result<()> {
    let waived: Vec<String> = waivers
        .iter()
        .filter(|waiver| holds_today(waiver))
        .map(|waiver| waiver.gate.clone())
        .collect();
    let blocking = blocking(package, &waived);
    if !blocking.is_empty() {
        let way_out = if package.policy.waivers {
            " Waive them with a reason, or reject the version."
        } else {
            ""
        };
        let policy = &package.policy.name;
        return Err(Error::conflict(
            RefusalCode::GatesBlock,
            format!(
                "Version {number} cannot be approved: gates of the policy {policy} did not pass: {}.{way_out}",
                titles(blocking)
            ),
        ));
    }
    if package.policy.checklist_required && !checklist.open().is_empty() {
        let (policy, open) = (&package.policy.name, checklist.open_keys());
        return Err(Error::conflict(
            RefusalCode::ChecklistOpen,
            format!("The policy {policy} requires the complete checklist. Open: {open}."),
        ));
    }
    Ok(())
}

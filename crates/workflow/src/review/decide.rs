//! Approve, reject, request changes. An approval that is the last one needed puts the version into service in the same transaction.

use domain::RefusalCode;
use serde::Serialize;
use serde_json::json;
use store::{audit, registry, review, runs};

use super::request::holds_today;
use super::{Checklist, Package, blocking, is_same, required};
use crate::{Error, Result, Reviewer, Signed, Tenure, clock};

/// What a reviewer may decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Choice {
    Approve,
    Reject,
    RequestChanges,
}

impl Choice {
    /// As in the database: `approve`, `reject`, `request_changes`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Reject => "reject",
            Self::RequestChanges => "request_changes",
        }
    }

    /// The choice called `name`.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Approve, Self::Reject, Self::RequestChanges].into_iter().find(|choice| choice.name() == name)
    }

    fn state(self) -> &'static str {
        match self {
            Self::Approve => "approved",
            Self::Reject => "rejected",
            Self::RequestChanges => "changes_requested",
        }
    }

    fn done(name: &str) -> &'static str {
        match Self::from_name(name) {
            Some(Self::Approve) => "approved it",
            Some(Self::Reject) => "rejected it",
            Some(Self::RequestChanges) | None => "asked for changes",
        }
    }
}

/// A decision as a reviewer hands it in.
#[derive(Debug, Clone)]
pub struct Ruling<'a> {
    pub choice: Choice,
    pub reason: &'a str,
    /// `None`: the checklist that the reviewer has kept so far.
    pub checklist: Option<Checklist>,
    /// Hash of the evidence that the reviewer was shown; `None`: that of the request.
    pub evidence: Option<&'a str>,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Decided {
    pub request: review::Request,
    pub decision: review::Decision,
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
    /// (somebody else was faster: the sentence says who and when), the evidence has changed, or gates block.
    pub async fn decide(&self, signed: &Signed<'_>, use_case: &str, number: i64, ruling: Ruling<'_>) -> Result<Decided> {
        let reviewer = &signed.reviewer();
        let reason = required("reason", ruling.reason)?;
        let version = self.version(use_case, number).await?;
        let (request, before) = self.request_of(use_case, number).await?;
        if let Some(decided) = settled(reviewer.name(), &request, &before, ruling.choice)? {
            return self.decided(request, decided, before.len(), true).await;
        }
        four_eyes(reviewer.name(), &version, &request)?;
        if ruling.evidence.is_some_and(|shown| shown != request.evidence_hash) {
            return Err(Error::conflict(
                RefusalCode::OtherEvidence,
                "that is not the evidence of the request as it stands: look at it again before you decide",
            ));
        }
        self.expect_unchanged(reviewer, &version, &request).await?;
        let package = self.stored_package(&request.evidence_hash).await?;
        let checklist = self.checklist_of(reviewer, &request, ruling.checklist).await?;
        let waivers = review::waivers(&mut *self.store.read().await?, use_case, number).await?;
        if ruling.choice == Choice::Approve {
            may_be_approved(&package, &waivers, &checklist, number)?;
        }
        let in_spite_of = package.failing();
        let last_approval = ruling.choice == Choice::Approve && before.len() as i64 + 1 >= request.approvals_needed;
        let decision = review::Decision {
            decision_id: store::new_id(),
            request_id: request.request_id.clone(),
            reviewer: reviewer.name().to_owned(),
            decision: ruling.choice.name().to_owned(),
            reason: reason.to_owned(),
            checklist: serde_json::to_string(&checklist).map_err(store::Error::from)?,
            waivers: json!({ "waivers": waivers, "in_spite_of": in_spite_of }).to_string(),
            evidence_hash: request.evidence_hash.clone(),
            decided_at: store::now(),
        };
        let files = if last_approval {
            let facts = self.card_facts(&version).await?;
            let decisions: Vec<_> = before.iter().chain([&decision]).cloned().collect();
            self.baseline_files(&version, facts.card("Production", &decisions, &[]).markdown()).await?
        } else {
            Vec::new()
        };

        let mut transaction = self.store.begin().await?;
        let (newest, decisions) = newest(&mut transaction, use_case, number).await?;
        if let Some(decided) = settled(reviewer.name(), &newest, &decisions, ruling.choice)? {
            drop(transaction);
            return self.decided(newest, decided, decisions.len(), true).await;
        }
        // What was looked at above, and the baseline that was prepared, must still be what this decision is about.
        let as_it_is = registry::find(&mut transaction, use_case, number).await?.unwrap_or_else(|| version.clone());
        let changed = package.sources.changed(&self.sources_in(&mut transaction, &as_it_is).await?);
        if newest.request_id != request.request_id || decisions.len() != before.len() || changed.is_some() {
            return Err(Error::conflict(
                RefusalCode::Changed,
                "somebody else changed the review at the same moment: load the page again and sign once more",
            ));
        }
        review::insert_decision(&mut transaction, &decision).await?;
        if last_approval || ruling.choice != Choice::Approve {
            review::close_request(&mut transaction, &request.request_id, ruling.choice.state(), decision.decided_at, "").await?;
        }
        if ruling.choice == Choice::Reject {
            registry::set_stage(&mut transaction, use_case, number, "Archived").await?;
        }
        let previous = registry::live(&mut transaction, use_case).await?.and_then(|change| change.version).filter(|_| last_approval);
        let change = if last_approval { Some(self.promote(&mut transaction, &version, &decision, &files).await?) } else { None };
        let detail = json!({
            "request": request.request_id, "evidence": request.evidence_hash, "reason": reason, "model": version.model_hash,
            "checklist_open": checklist.open().len(), "waivers": waivers.len(), "in_spite_of": in_spite_of, "live": last_approval, "previous": previous,
        });
        let (action, subject) = (format!("model.{}", ruling.choice.name()), format!("model {use_case}/{number}"));
        let mut rows = vec![("review_decision", decision.decision_id.as_str())];
        rows.extend(change.as_deref().map(|change| ("live_history", change)));
        audit::append_with_rows(&mut transaction, reviewer.name(), &action, &subject, &detail, &rows).await?;
        transaction.commit().await.map_err(store::Error::from)?;
        self.decided(request, decision, before.len() + 1, false).await
    }

    /// Puts a version into service: pointer, stages, baseline and card; gives the key of the change in the history of what was live.
    async fn promote(
        &self,
        connection: &mut store::Connection,
        version: &registry::Version,
        decision: &review::Decision,
        files: &[runs::Artifact],
    ) -> Result<String> {
        let (use_case, number, by) = (&version.use_case, version.version, &decision.reviewer);
        let sequence = registry::set_live(connection, use_case, Some(number), by, &decision.reason, "promotion").await?;
        runs::add_artifacts(connection, &version.run_id, files).await?;
        self.void_pending(connection, use_case, None, by, &format!("version {number} was promoted")).await?;
        Ok(format!("{use_case}/{sequence}"))
    }

    async fn decided(&self, request: review::Request, decision: review::Decision, count: usize, already: bool) -> Result<Decided> {
        let version = self.version(&request.use_case, request.version).await?;
        let (request, _) = self.request_of(&request.use_case, request.version).await?;
        let approvals_missing = if request.state == "pending" { request.approvals_needed - count as i64 } else { 0 };
        Ok(Decided { request, decision, already, approvals_missing, version })
    }

    /// The newest request for a version, with what was decided on it.
    pub(super) async fn request_of(&self, use_case: &str, number: i64) -> Result<(review::Request, Vec<review::Decision>)> {
        newest(&mut *self.store.read().await?, use_case, number).await
    }

    /// Voids a request whose evidence is no longer true.
    async fn expect_unchanged(&self, reviewer: &Reviewer<'_>, version: &registry::Version, request: &review::Request) -> Result<()> {
        let package = self.stored_package(&request.evidence_hash).await?;
        let policy = self.expect_same_policy(version).await.err().map(|error| error.to_string());
        let by_gates = policy.is_some();
        let Some(change) = package.sources.changed(&self.sources(version).await?).or(policy) else { return Ok(()) };
        let mut transaction = self.store.begin().await?;
        let current = review::newest_request(&mut transaction, &version.use_case, version.version).await?;
        if current.is_some_and(|current| current.request_id == request.request_id && current.state == "pending") {
            void(&mut transaction, request, reviewer.name(), &change).await?;
            transaction.commit().await.map_err(store::Error::from)?;
        }
        let way_out = if by_gates { "" } else { ". Ask for a new review" };
        Err(Error::conflict(RefusalCode::RequestVoid, format!("the request is void, since the evidence has changed: {change}{way_out}")))
    }

    /// Voids the pending request of a version; those of all versions where none is named, since every one was about a comparison with what
    /// was live.
    pub(crate) async fn void_pending(
        &self,
        connection: &mut store::Connection,
        use_case: &str,
        version: Option<i64>,
        by: &str,
        because: &str,
    ) -> Result<()> {
        let pending = |request: &review::Request| request.state == "pending" && version.is_none_or(|version| version == request.version);
        for request in review::requests(&mut *connection, use_case).await?.into_iter().filter(pending) {
            void(&mut *connection, &request, by, because).await?;
        }
        Ok(())
    }

    async fn checklist_of(&self, reviewer: &Reviewer<'_>, request: &review::Request, given: Option<Checklist>) -> Result<Checklist> {
        if let Some(given) = given {
            return Ok(given);
        }
        let kept = self.kept_checklist(reviewer, &request.use_case, request.version).await?;
        Ok(Checklist { reason: String::new(), waiver: String::new(), ..kept })
    }
}

async fn newest(connection: &mut store::Connection, use_case: &str, number: i64) -> Result<(review::Request, Vec<review::Decision>)> {
    let request = review::newest_request(&mut *connection, use_case, number).await?;
    let request =
        request.ok_or_else(|| Error::conflict(RefusalCode::NotRequested, format!("nobody has asked for a review of version {number}")))?;
    let decisions = review::decisions(connection, &request.request_id).await?;
    Ok((request, decisions))
}

async fn void(connection: &mut store::Connection, request: &review::Request, by: &str, because: &str) -> Result<()> {
    review::close_request(&mut *connection, &request.request_id, "void", store::now(), because).await?;
    let subject = format!("model {}/{}", request.use_case, request.version);
    let detail = json!({ "request": request.request_id, "because": because });
    Ok(audit::append(connection, by, "model.request_void", &subject, &detail).await?)
}

/// The decision that `reviewer` has taken just so already; an error when the request is closed or this reviewer decided otherwise.
fn settled(reviewer: &str, request: &review::Request, before: &[review::Decision], choice: Choice) -> Result<Option<review::Decision>> {
    if request.state == "void" {
        return Err(Error::conflict(
            RefusalCode::RequestVoid,
            format!("the request is void: {}. Ask for a new review", request.closed_because),
        ));
    }
    if let Some(own) = before.iter().find(|decision| is_same(&decision.reviewer, reviewer)) {
        if own.decision == choice.name() {
            return Ok(Some(own.clone()));
        }
        return Err(Error::conflict(
            RefusalCode::AlreadyDecided,
            format!("you {} on {}", Choice::done(&own.decision), clock::long_time(own.decided_at)),
        ));
    }
    match request.state.as_str() {
        "pending" => Ok(None),
        _ => {
            let last = before.last();
            let who = last.map_or("somebody", |decision| decision.reviewer.as_str());
            let what = last.map_or("decided", |decision| Choice::done(&decision.decision));
            let when = request.closed_at.map(clock::long_time).unwrap_or_default();
            Err(Error::conflict(
                RefusalCode::AlreadyDecided,
                format!("version {} was decided on before you: {who} {what} on {when}", request.version),
            ))
        }
    }
}

/// Not by the author, nor by who asked.
pub(super) fn four_eyes(reviewer: &str, version: &registry::Version, request: &review::Request) -> Result<()> {
    let number = version.version;
    if is_same(reviewer, &version.author) {
        return Err(Error::forbidden(RefusalCode::FourEyes, format!("you trained version {number}: somebody else must decide on it")));
    }
    if is_same(reviewer, &request.requested_by) {
        return Err(Error::forbidden(
            RefusalCode::FourEyes,
            format!("you asked for the review of version {number}: somebody else must decide on it"),
        ));
    }
    Ok(())
}

fn may_be_approved(package: &Package, waivers: &[review::Waiver], checklist: &Checklist, number: i64) -> Result<()> {
    let waived: Vec<String> = waivers.iter().filter(|waiver| holds_today(waiver)).map(|waiver| waiver.gate.clone()).collect();
    let blocking = blocking(package, &waived);
    if !blocking.is_empty() {
        let way_out = if package.policy.waivers { "; waive them with a reason, or reject" } else { "" };
        let policy = &package.policy.name;
        return Err(Error::conflict(
            RefusalCode::GatesBlock,
            format!("version {number} cannot be approved: gates of the policy {policy} do not hold: {}{way_out}", blocking.join("; ")),
        ));
    }
    if package.policy.checklist_required && !checklist.open().is_empty() {
        let (policy, open) = (&package.policy.name, checklist.open_keys());
        return Err(Error::conflict(RefusalCode::ChecklistOpen, format!("the policy {policy} asks for the whole checklist; open: {open}")));
    }
    Ok(())
}

//! What the review screen and the queue show.

use std::sync::Arc;

use domain::{Date, ReviewState, Subject, Timestamp, VersionNumber};
use model::global::GlobalExplanation;
use monitoring::data_profile::DataProfile;
use serde::Serialize;
use store::{registry, review, scoring};
use training::gates::GateResult;

use super::decide::four_eyes;
use super::request::{Remedy, holds_today};
use super::{Checklist, EvidencePackage};
use crate::audit::AuditRow;
use crate::shadow::ShadowReport;
use crate::{Error, Member, NextReview, Result, Reviewer, Role, Tenure, Viewer, disclosure};

/// A request in the queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct QueueRow {
    pub request: review::Request,
    pub decisions: Vec<review::ReviewDecision>,
    /// Since the request while it is open; how long the decision took afterwards.
    pub age_micros: i64,
    pub candidate: String,
}

/// Everything on the review screen of a version.
#[derive(Debug, Clone)]
pub struct ReviewPage {
    pub version: registry::Version,
    pub live: bool,
    /// The evidence: of the request while there is one that counts, else as it would be now.
    pub package: Arc<EvidencePackage>,
    /// Its SHA-256 when a request is bound to it.
    pub evidence_hash: Option<String>,
    pub explanation: Option<Arc<GlobalExplanation>>,
    /// Of the live version.
    pub live_explanation: Option<Arc<GlobalExplanation>>,
    /// Of the training data, with the labels of the use case.
    pub profile: Option<DataProfile>,
    /// The newest request, with what was decided on it.
    pub request: Option<review::Request>,
    pub decisions: Vec<review::ReviewDecision>,
    /// Why the pending request cannot be decided on any more; empty otherwise.
    pub stale: String,
    /// What leads on from a request that is stale or void.
    pub remedy: Remedy,
    pub tags: Vec<(String, String)>,
    pub aliases: Vec<String>,
    /// What the record says about the version, newest first; the latest entries.
    pub log: Vec<AuditRow>,
    /// People scored by it, newest first: day, number of people, when.
    pub batches: Vec<(Date, i64, Timestamp)>,
    pub waivers: Vec<review::Waiver>,
    pub comments: Vec<review::Comment>,
    /// Of the reader, as far as it is filled in.
    pub checklist: Checklist,
    /// Keys of the gates that block and are not waived.
    pub blocking: Vec<String>,
    /// Whether the reader may decide; the sentence says why not.
    pub may_decide: std::result::Result<(), String>,
    /// Whether the reader may waive gates.
    pub may_waive: bool,
    /// Whether the reader may put the version back into service, once it was live.
    pub may_roll_back: bool,
    /// Whether the reader may take the live version out of service.
    pub may_undeploy: bool,
    /// Whether it was live before, so that a rollback to it is possible.
    pub was_live: bool,
    /// When it has to be looked at again; `None`: it was never approved.
    pub next_review: Option<NextReview>,
    /// Whether the reader may let it serve on.
    pub may_recertify: bool,
    /// What it did in shadow.
    pub shadow: ShadowReport,
    /// Earlier requests for it, newest first, with what was decided on them.
    pub earlier: Vec<(review::Request, Vec<review::ReviewDecision>)>,
}

impl ReviewPage {
    /// Whether a gate blocks and is not waived.
    pub fn blocks(&self, result: &GateResult) -> bool {
        self.blocking.iter().any(|key| key == result.id())
    }

    /// The gates that block and are not waived.
    pub fn blocking_gates(&self) -> impl Iterator<Item = &GateResult> {
        self.package
            .gates
            .results
            .iter()
            .filter(|result| self.blocks(result))
    }

    /// The waivers of a gate, the newest first, whether or not they still hold.
    pub fn waivers_of<'a>(
        &'a self,
        result: &'a GateResult,
    ) -> impl Iterator<Item = &'a review::Waiver> {
        self.waivers
            .iter()
            .rev()
            .filter(|waiver| result.is_called(&waiver.gate))
    }

    /// The gates that would block without the waiver that holds today.
    pub fn waived(&self) -> impl Iterator<Item = (&GateResult, &review::Waiver)> {
        let would_block = self
            .package
            .gates
            .results
            .iter()
            .filter(|result| self.package.policy.blocks(result) && !self.blocks(result));
        let of = |result| self.waivers_of(result).find(|waiver| holds_today(waiver));
        would_block.filter_map(move |result| Some((result, of(result)?)))
    }

    /// Checklist items that an approval still needs; 0 where the policy does not ask for the whole
    /// list.
    pub fn items_missing(&self) -> usize {
        if self.package.policy.checklist_required {
            self.checklist.open().len()
        } else {
            0
        }
    }

    /// Whether an approval would be refused as things stand: gates block, or the checklist is not
    /// complete.
    pub fn cannot_be_approved(&self) -> bool {
        !self.blocking.is_empty() || self.items_missing() > 0
    }
}

impl Tenure {
    /// The requests of a use case, newest first.
    ///
    /// # Errors
    /// When there is no such use case, or the store fails.
    pub async fn review_queue(&self, _: &Member<'_>, use_case: &str) -> Result<Vec<QueueRow>> {
        self.use_case(use_case)?;
        let mut connection = self.store.read().await?;
        let mut rows = Vec::new();
        for request in review::requests(&mut connection, &use_case.into()).await? {
            let decisions = review::decisions(&mut connection, &request.request_id).await?;
            let version =
                registry::find(&mut connection, &use_case.into(), request.version).await?;
            rows.push(QueueRow {
                age_micros: request
                    .closed_at
                    .unwrap_or_else(store::now)
                    .since(request.requested_at),
                candidate: version.map(|version| version.candidate).unwrap_or_default(),
                request,
                decisions,
            });
        }
        Ok(rows)
    }

    /// The review screen of a version.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such version; [`Error::Conflict`] when its gates were not set before its training.
    pub async fn review_page(
        &self,
        member: &Member<'_>,
        use_case: &str,
        number: VersionNumber,
    ) -> Result<ReviewPage> {
        let definition = self.use_case(use_case)?;
        let version = self.version(use_case, number).await?;
        let mut connection = self.store.read().await?;
        let mut earlier = Vec::new();
        for request in review::requests(&mut connection, &use_case.into())
            .await?
            .into_iter()
            .filter(|request| request.version == number)
        {
            let decisions = review::decisions(&mut connection, &request.request_id).await?;
            earlier.push((request, decisions));
        }
        let newest = (!earlier.is_empty()).then(|| earlier.remove(0));
        let (request, decisions) = newest.map_or_else(Default::default, |(request, decisions)| {
            (Some(request), decisions)
        });
        let checklist = match &request {
            Some(request) => {
                review::checklist(&mut connection, &request.request_id, member.name()).await?
            }
            None => None,
        };
        let waivers = review::waivers(&mut connection, &use_case.into(), number).await?;
        let comments = review::comments(&mut connection, &use_case.into(), number).await?;
        let history = registry::live_history(&mut connection, &use_case.into()).await?;
        let batches =
            scoring::of_version(&mut connection, &use_case.into(), number, BATCHES).await?;
        drop(connection);
        let next_review = self.next_review(&version.use_case, number).await?;
        let shadow = self.shadow_report(member, use_case, number).await?;
        let (tags, aliases) = self.labels_of(member, use_case, number).await?;
        let log = self
            .log_of(member, &Subject::Model(use_case.into(), number))
            .await?;
        // What was decided stays as it was shown; what is void or sent back is shown as it would be
        // now.
        let bound = request.as_ref().filter(|request| is_bound(request.state));
        let evidence_hash = bound.map(|request| request.evidence_hash.clone());
        let package = match &evidence_hash {
            Some(hash) => self.stored_package(hash).await?,
            None => self.package(&version).await?,
        };
        let stale = match &request {
            Some(request) if request.state == ReviewState::Pending => {
                self.outdated(&version, request).await?.unwrap_or_default()
            }
            _ => String::new(),
        };
        let remedy = self.remedy(&version).await?;
        let viewer = Viewer::from(member);
        let live_explanation = match &package.sources.champion {
            Some((number, _)) => found(
                self.explanation_for(&viewer, &self.version(use_case, *number).await?)
                    .await,
            )?,
            None => None,
        };
        let waived = self.waived(&version).await?;
        let blocking = super::blocking(&package, &waived)
            .into_iter()
            .map(|result| result.id().to_owned())
            .collect();
        let is_other_reviewer =
            member.actor().is(Role::Reviewer) && *member.name() != version.author;
        let live = history.last().and_then(|change| change.version) == Some(number);
        Ok(ReviewPage {
            explanation: found(self.explanation_for(&viewer, &version).await)?,
            profile: found(self.profile_of_version(&viewer, &version).await)?
                .map(|profile| profile.labeled(&definition)),
            may_decide: may_decide(member, &version, request.as_ref(), &decisions),
            may_waive: is_other_reviewer,
            may_roll_back: is_other_reviewer,
            may_undeploy: member.actor().is(Role::Reviewer) || member.actor().is(Role::Admin),
            was_live: history.iter().any(|change| change.version == Some(number)),
            checklist: checklist
                .map(|text| Checklist::from_json(&text))
                .unwrap_or_default(),
            live,
            live_explanation,
            evidence_hash,
            package: self.package_for(&viewer, &version, package).await?,
            blocking,
            version,
            request,
            decisions,
            stale,
            remedy,
            tags,
            aliases,
            log,
            batches: batches
                .into_iter()
                .map(|batch| (batch.as_of, batch.people, batch.created_at))
                .collect(),
            waivers,
            comments,
            next_review,
            may_recertify: is_other_reviewer && next_review.is_some(),
            shadow,
            earlier,
        })
    }

    /// The profile that a version was trained on.
    async fn profile_of_version(
        &self,
        viewer: &Viewer,
        version: &registry::Version,
    ) -> Result<Arc<DataProfile>> {
        if viewer.sees_people() {
            return Ok(Arc::new(
                self.json_of_run(&version.run_id, "data_profile.json")
                    .await?,
            ));
        }
        self.released_profile(&self.dataset(&version.dataset_id).await?)
            .await
    }

    /// The evidence as a viewer may see it. What is decided on is the evidence itself, by its hash.
    async fn package_for(
        &self,
        viewer: &Viewer,
        version: &registry::Version,
        package: Arc<EvidencePackage>,
    ) -> Result<Arc<EvidencePackage>> {
        let Some(rule) = self.rule_for(viewer, &version.use_case) else {
            return Ok(package);
        };
        let mut datasets = vec![self.dataset(&version.dataset_id).await?];
        if let Some((number, _)) = &package.sources.champion {
            datasets.push(
                self.dataset(&self.version(&version.use_case, *number).await?.dataset_id)
                    .await?,
            );
        }
        let withheld = self.withheld(&datasets.iter().collect::<Vec<_>>()).await?;
        Ok(Arc::new(disclosure::evidence::package(
            &package, &withheld, rule,
        )))
    }

    /// Requests that wait for a decision.
    ///
    /// # Errors
    /// When the store fails.
    pub(crate) async fn pending_reviews(&self, use_case: &str) -> Result<u32> {
        Ok(review::pending(&mut self.store.read().await?, &use_case.into()).await? as u32)
    }

    /// The checklist that a reviewer has saved for the newest request.
    ///
    /// # Errors
    /// [`Error::Conflict`] when nobody has asked for a review.
    pub async fn saved_checklist(
        &self,
        reviewer: &Reviewer<'_>,
        use_case: &str,
        number: VersionNumber,
    ) -> Result<Checklist> {
        let (request, _) = self.request_of(use_case, number).await?;
        let kept = review::checklist(
            &mut self.store.read().await?,
            &request.request_id,
            reviewer.name(),
        )
        .await?;
        Ok(kept
            .map(|text| Checklist::from_json(&text))
            .unwrap_or_default())
    }
}

/// Batches that are listed.
const BATCHES: i64 = 12;

/// Whether a request in this state still stands for the evidence that it was made on.
fn is_bound(state: ReviewState) -> bool {
    match state {
        ReviewState::Pending | ReviewState::Approved | ReviewState::Rejected => true,
        ReviewState::ChangesRequested | ReviewState::Void => false,
    }
}

/// What there is not, is not shown.
pub(super) fn found<T>(result: Result<T>) -> Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(Error::NotFound(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

fn may_decide(
    member: &Member<'_>,
    version: &registry::Version,
    request: Option<&review::Request>,
    decisions: &[review::ReviewDecision],
) -> std::result::Result<(), String> {
    let Some(request) = request.filter(|request| request.state == ReviewState::Pending) else {
        return Err("No review is pending.".into());
    };
    if !member.actor().is(Role::Reviewer) {
        return Err("Deciding requires the reviewer role.".into());
    }
    if decisions
        .iter()
        .any(|decision| decision.reviewer == *member.name())
    {
        return Err("You have decided. Another reviewer must decide too.".into());
    }
    four_eyes(member.name(), version, request).map_err(|error| error.to_string())
}

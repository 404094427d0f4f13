//! The timeline of a use case: what the stored rows say, in one order.

use std::collections::BTreeSet;

use domain::timeline::{TimelineEntry, TimelineEvent};
use domain::{AccountName, LiveChangeKind, ReviewState, Timestamp, UseCaseId, VersionNumber};
use store::monitoring::{checks, outcomes};
use store::registry::LiveChange;
use store::{cycles, datasets, registry, review, runs, scoring, shadow};

use super::recertification::due;
use crate::runs::artifacts::BASELINE;
use crate::{Error, Member, Result, Tenure};

/// More rows of a kind than a use case has in its life.
const ALL: i64 = 10_000;

impl Tenure {
    /// What happened to the models of a use case and what is due, newest first: versions with their
    /// data, requests, decisions and waivers; what went live, with baseline and first scoring;
    /// checks, cycles, outcomes; re-certifications and the next review of the live version. With
    /// `version`, what concerns that one: its own entries, the data that it was trained on, and
    /// cycles and outcomes of the time in which it was live.
    ///
    /// # Errors
    /// [`Error::NotFound`] for an unknown version or use case, or when the store fails.
    pub async fn timeline(
        &self,
        _: &Member<'_>,
        use_case: &str,
        version: Option<VersionNumber>,
    ) -> Result<Vec<TimelineEntry>> {
        self.use_case(use_case)?;
        let id = UseCaseId::from(use_case);
        let mut connection = self.store.read().await?;
        let versions = registry::list(&mut connection, &id).await?;
        let history = registry::live_history(&mut connection, &id).await?;
        let wanted = match version {
            None => None,
            Some(number) => {
                let found = versions.iter().find(|own| own.version == number);
                Some(found.ok_or_else(|| Error::no_version(use_case, number))?)
            }
        };
        let mut line = Line {
            entries: Vec::new(),
            history: &history,
        };
        for own in datasets::list(&mut connection, Some(&id)).await? {
            let concerns = wanted.is_none_or(|version| version.dataset_id == own.dataset_id);
            if concerns {
                line.data(own);
            }
        }
        for own in &versions {
            line.version(own);
            for waiver in review::waivers(&mut connection, &id, own.version).await? {
                line.add(
                    waiver.granted_at,
                    Some(own.version),
                    Some(waiver.granted_by),
                    TimelineEvent::GateWaived {
                        gate: waiver.gate,
                        reason: waiver.reason,
                        expires_on: waiver.expires_on,
                    },
                );
            }
        }
        for request in review::requests(&mut connection, &id).await? {
            let decisions = review::decisions(&mut connection, &request.request_id).await?;
            line.request(request, decisions);
        }
        line.live_changes();
        for number in history
            .iter()
            .filter_map(|change| change.version)
            .collect::<BTreeSet<_>>()
        {
            let own = versions.iter().find(|own| own.version == number);
            let Some(own) = own else { continue };
            let details = runs::details(&mut connection, &own.run_id).await?;
            if details.artifacts.iter().any(|file| file.name == BASELINE) {
                line.baseline(number);
            }
        }
        line.batches(scoring::batches(&mut connection, &id, ALL).await?);
        for own in checks::list(&mut connection, &id).await? {
            line.add(
                own.created_at,
                Some(own.version),
                Some(own.created_by),
                TimelineEvent::DriftChecked {
                    check: own.check_id,
                    as_of: own.as_of,
                    verdict: own.verdict,
                    recommendation: own.recommendation,
                },
            );
        }
        for own in cycles::list(&mut connection, &id, ALL).await? {
            let live = line.live_at(own.created_at);
            line.add(
                own.created_at,
                live,
                Some(own.started_by),
                TimelineEvent::CycleStarted {
                    cycle: own.cycle_id,
                    scope: own.scope,
                    state: own.state,
                    as_of: own.as_of,
                },
            );
        }
        for own in outcomes::imports(&mut connection, &id).await? {
            line.outcomes(own);
        }
        let mut before = None;
        for own in shadow::switches(&mut connection, &id).await? {
            line.shadow(before, &own);
            before = own.version;
        }
        let certified = registry::recertifications(&mut connection, &id).await?;
        for own in &certified {
            line.add(
                own.certified_at,
                Some(own.version),
                Some(own.certified_by.clone()),
                TimelineEvent::Recertified {
                    next_review: own.next_review,
                    reason: own.reason.clone(),
                },
            );
        }
        drop(connection);
        let live = history.last().and_then(|change| change.version);
        let days = self.gate_policy(use_case)?.review_days;
        if let Some((live, due)) =
            live.and_then(|live| Some((live, due(live, &history, &certified, days)?)))
        {
            let event = TimelineEvent::NextReview {
                due,
                overdue: due < store::today(),
            };
            let at = Timestamp::end_of(&due.to_string())?;
            line.add(at, Some(live), None, event);
        }
        let mut entries = line.entries;
        if let Some(version) = wanted {
            let of_data = |event: &TimelineEvent| {
                matches!(
                    event,
                    TimelineEvent::DataImported { .. } | TimelineEvent::DataWithdrawn { .. }
                )
            };
            entries.retain(|own| own.version == Some(version.version) || of_data(&own.event));
        }
        // Of one moment, what was added later came later.
        entries.reverse();
        entries.sort_by_key(|own| std::cmp::Reverse(own.at));
        Ok(entries)
    }
}

/// The entries, and what was live when.
struct Line<'a> {
    entries: Vec<TimelineEntry>,
    history: &'a [LiveChange],
}

impl Line<'_> {
    fn add(
        &mut self,
        at: Timestamp,
        version: Option<VersionNumber>,
        by: Option<AccountName>,
        event: TimelineEvent,
    ) {
        self.entries.push(TimelineEntry {
            at,
            version,
            by,
            event,
        });
    }

    /// The version that was live at a moment.
    fn live_at(&self, at: Timestamp) -> Option<VersionNumber> {
        let then = self.history.iter().rev().find(|own| own.changed_at <= at)?;
        then.version
    }

    fn data(&mut self, own: datasets::Dataset) {
        let (dataset, name) = (own.dataset_id, own.name);
        if let (Some(at), Some(reason)) = (own.withdrawn_at, own.withdrawn_because) {
            let event = TimelineEvent::DataWithdrawn {
                dataset: dataset.clone(),
                name: name.clone(),
                reason,
            };
            self.add(at, None, own.withdrawn_by, event);
        }
        let event = TimelineEvent::DataImported {
            dataset,
            name,
            as_of: own.as_of,
        };
        self.add(own.created_at, None, Some(own.created_by), event);
    }

    fn version(&mut self, own: &registry::Version) {
        let event = TimelineEvent::VersionRegistered {
            candidate: own.candidate.clone(),
            dataset: own.dataset_id.clone(),
        };
        self.add(
            own.created_at,
            Some(own.version),
            Some(own.author.clone()),
            event,
        );
    }

    fn request(&mut self, request: review::Request, decisions: Vec<review::ReviewDecision>) {
        let version = Some(request.version);
        let event = TimelineEvent::ReviewRequested { note: request.note };
        self.add(
            request.requested_at,
            version,
            Some(request.requested_by),
            event,
        );
        for own in decisions {
            let event = TimelineEvent::ReviewDecided {
                decision: own.decision,
                reason: own.reason,
            };
            self.add(own.decided_at, version, Some(own.reviewer), event);
        }
        if let (ReviewState::Void, Some(at)) = (request.state, request.closed_at) {
            let event = TimelineEvent::ReviewVoid {
                because: request.closed_because,
            };
            self.add(at, version, None, event);
        }
    }

    fn live_changes(&mut self) {
        let mut before = None;
        for own in self.history {
            // What is undeployed is the version before.
            let version = match own.kind {
                LiveChangeKind::Undeployment => before,
                LiveChangeKind::Promotion | LiveChangeKind::Rollback => own.version,
            };
            before = own.version;
            let event = TimelineEvent::LiveChanged {
                change: own.kind,
                reason: own.reason.clone(),
            };
            self.add(own.changed_at, version, Some(own.changed_by.clone()), event);
        }
    }

    /// The baseline is saved with the first promotion.
    fn baseline(&mut self, version: VersionNumber) {
        let first = self
            .history
            .iter()
            .find(|change| change.version == Some(version));
        if let Some(at) = first.map(|change| change.changed_at) {
            self.add(at, Some(version), None, TimelineEvent::BaselineSaved);
        }
    }

    fn batches(&mut self, mut batches: Vec<scoring::Batch>) {
        batches.sort_by_key(|own| own.created_at);
        let mut seen = BTreeSet::new();
        for own in batches {
            let event = TimelineEvent::PeopleScored {
                batch: own.batch_id,
                as_of: own.as_of,
                first: seen.insert(own.version),
            };
            self.add(
                own.created_at,
                Some(own.version),
                Some(own.created_by),
                event,
            );
        }
    }

    fn outcomes(&mut self, own: outcomes::Import) {
        if let (Some(at), Some(reason)) = (own.withdrawn_at, own.withdrawn_because) {
            let event = TimelineEvent::OutcomesWithdrawn {
                name: own.name.clone(),
                reason,
            };
            self.add(at, self.live_at(at), own.withdrawn_by, event);
        }
        let event = TimelineEvent::OutcomesImported {
            name: own.name,
            last_day: own.last_day,
        };
        let live = self.live_at(own.created_at);
        self.add(own.created_at, live, Some(own.created_by), event);
    }

    fn shadow(&mut self, before: Option<VersionNumber>, own: &shadow::Switch) {
        let sides = [
            (before, TimelineEvent::ShadowOff),
            (own.version, TimelineEvent::ShadowOn),
        ];
        for (version, event) in sides {
            if version.is_some() {
                let by = Some(own.changed_by.clone());
                self.add(own.changed_at, version, by, event);
            }
        }
    }
}

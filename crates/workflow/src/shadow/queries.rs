//! The disagreement report.

use domain::{AccountName, BatchId, Date, Stage, Timestamp, UseCaseId, VersionNumber};
use serde::Serialize;
use store::shadow;

use super::disagreement::{Disagreement, ShadowEvidence};
use super::tally::Tally;
use crate::{Member, Result, Role, Tenure};

/// Batches that are listed.
const BATCHES: i64 = 12;

/// A batch that a version scored in shadow.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ShadowBatch {
    pub batch: BatchId,
    pub as_of: Date,
    /// The version that scored the people.
    pub live_version: VersionNumber,
    pub people: i64,
    /// Why the version could not score them.
    pub problem: Option<String>,
    pub disagreement: Option<Disagreement>,
    pub at: Timestamp,
}

/// The records of programs that a version scored in shadow.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ShadowTally {
    pub live_version: VersionNumber,
    /// Not scored in shadow, because others just were.
    pub skipped: u64,
    /// That the version could not score.
    pub failed: u64,
    pub disagreement: Disagreement,
    pub since: Timestamp,
    pub until: Timestamp,
}

/// What a version did in shadow. Figures are released ones, whoever reads them.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ShadowReport {
    pub version: VersionNumber,
    /// Whether it scores beside the live version now.
    pub on: bool,
    /// Who last changed that for this version, and when.
    pub switched: Option<(AccountName, Timestamp)>,
    /// Whether the reader can switch it.
    pub may_switch: bool,
    /// Newest first.
    pub batches: Vec<ShadowBatch>,
    pub programs: Vec<ShadowTally>,
}

impl Tenure {
    /// What a version did in shadow, and how it disagrees with the live one.
    ///
    /// # Errors
    /// [`crate::Error::NotFound`] for an unknown version, or when the store fails.
    pub async fn shadow_report(
        &self,
        member: &Member<'_>,
        use_case: &str,
        number: VersionNumber,
    ) -> Result<ShadowReport> {
        self.use_case(use_case)?;
        let version = self.version(use_case, number).await?;
        self.store_tallies().await?;
        let id = UseCaseId::from(use_case);
        let rule = self.disclosure(use_case);
        let mut connection = self.store.read().await?;
        let switches = shadow::switches(&mut connection, &id).await?;
        let on = version.stage == Stage::Staging
            && switches.last().and_then(|switch| switch.version) == Some(number);
        let concerns = |at: &usize| {
            let before = at
                .checked_sub(1)
                .and_then(|before| switches[before].version);
            switches[*at].version == Some(number) || before == Some(number)
        };
        let switched = (0..switches.len()).rev().find(concerns).map(|at| {
            let switch = &switches[at];
            (switch.changed_by.clone(), switch.changed_at)
        });
        let mut batches = Vec::new();
        for own in shadow::of_version(&mut connection, &id, number, BATCHES).await? {
            let exact: Option<Disagreement> = own
                .report
                .map(|report| serde_json::from_str(&report).map_err(store::Error::from))
                .transpose()?;
            batches.push(ShadowBatch {
                batch: own.batch_id,
                as_of: own.as_of,
                live_version: own.live_version,
                people: own.people,
                problem: own.problem,
                disagreement: exact.map(|exact| exact.released(rule)),
                at: own.created_at,
            });
        }
        let mut programs = Vec::new();
        for own in shadow::tallies(&mut connection, &id, number).await? {
            let tally: Tally = serde_json::from_str(&own.tally).map_err(store::Error::from)?;
            let mut disagreement = tally.disagreement().released(rule);
            // The number of people in a batch is public, that of the records of a program is not.
            disagreement.n = rule.count_u32(disagreement.n);
            programs.push(ShadowTally {
                live_version: own.live_version,
                skipped: tally.skipped,
                failed: tally.failed,
                disagreement,
                since: own.since,
                until: own.updated_at,
            });
        }
        let actor = member.actor();
        Ok(ShadowReport {
            version: number,
            on,
            switched,
            may_switch: version.stage == Stage::Staging
                && (actor.is(Role::Reviewer) || actor.is(Role::Admin)),
            batches,
            programs,
        })
    }

    /// The newest disagreement of a version with the live one, as it was measured.
    pub(crate) async fn shadow_evidence(
        &self,
        reader: &mut store::Reader,
        use_case: &UseCaseId,
        number: VersionNumber,
        live: VersionNumber,
    ) -> Result<Option<ShadowEvidence>> {
        let batches = shadow::of_version(reader, use_case, number, BATCHES).await?;
        let found = batches
            .into_iter()
            .filter(|own| own.live_version == live)
            .find_map(|mut own| Some((own.report.take()?, own)));
        let Some((report, own)) = found else {
            return Ok(None);
        };
        Ok(Some(ShadowEvidence {
            batch: own.batch_id,
            as_of: own.as_of,
            live_version: own.live_version,
            disagreement: serde_json::from_str(&report).map_err(store::Error::from)?,
        }))
    }
}

//! Simulated months at full speed: each month's people and outcomes are imported, and its cycle is
//! run, as a server would run it. Only in a store of the demo, by its accounts: whatever is decided
//! is decided by its reviewer, who signs in.

use std::sync::Arc;
use std::time::Instant;

use domain::{
    CycleId, CycleStage, Date, DriftVerdict, Purpose, Recommendation, RefusalCode, SkipReason,
    VersionNumber,
};
use monitoring::simulation::{Month, Plan, Simulation, simulate_use_case};
use serde::Serialize;
use training::{Progress, Settings};

use super::account::DemoAccount;
use crate::datasets::Under;
use crate::{
    Actor, Admin, Checklist, CycleRow, DecisionInput, Error, Import, NewCycle, OutcomesImport,
    Result, Role, Tenure, Waive, error::compute,
};

/// What is replayed.
#[derive(Debug, Clone)]
pub struct Replay {
    pub use_case: String,
    /// Who is there, and what changes.
    pub plan: Plan,
    /// People to resample; `None`: those of the plan alone.
    pub data: Option<Arc<Resampled>>,
    /// How the first version is trained; retrainings take over its settings.
    pub settings: Settings,
    /// Months after which it is known to whom it happened: 0 is at once, with the next month.
    pub outcome_delay: usize,
    /// Whether the demo's reviewer approves what a cycle asks for. Otherwise it waits.
    pub approve: bool,
}

/// People to resample, and what is known of them.
#[derive(Debug, Clone)]
pub struct Resampled {
    pub table: model::Table,
    pub labels: Vec<Option<bool>>,
}

/// What became of a version that a cycle trained.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ReplayReview {
    /// Its review was requested, and nobody has decided yet.
    Waiting,
    /// The demo's reviewer approved it.
    Approved,
    /// Gates keep it out of Staging.
    Blocked,
}

/// A month that was replayed.
#[derive(Debug, Clone, Serialize)]
pub struct ReplayedMonth {
    /// Counted from 0.
    pub month: usize,
    pub as_of: Date,
    /// People of the month; 0 where none were delivered.
    pub people: usize,
    pub cycle: CycleId,
    pub features: Option<DriftVerdict>,
    pub scores: Option<DriftVerdict>,
    pub recommendation: Option<Recommendation>,
    pub reason: String,
    /// The version that was trained.
    pub retrained: Option<VersionNumber>,
    pub review: Option<ReplayReview>,
    /// The version that is live when the month is over.
    pub live: Option<VersionNumber>,
    pub seconds: f64,
}

/// Called after each month.
pub type Watcher<'a> = &'a (dyn Fn(&ReplayedMonth) + Send + Sync);

/// The accounts that act.
struct Cast {
    admin: Actor,
    reviewer: Actor,
    password: String,
}

impl Tenure {
    /// A dataset of a use case, to simulate people like those.
    ///
    /// # Errors
    /// [`Error::NotFound`] without such a dataset.
    pub async fn resampled(
        &self,
        _: &Admin<'_>,
        use_case: &str,
        dataset: &str,
    ) -> Result<Resampled> {
        let definition = self.use_case(use_case)?;
        let dataset = self.dataset(dataset).await?;
        if *dataset.use_case != *definition.id {
            return Err(Error::Invalid(format!(
                "The dataset belongs to the use case {}.",
                dataset.use_case
            )));
        }
        let people = self
            .people_for(&dataset, Under::InForce(&definition))
            .await?;
        Ok(Resampled {
            table: people.table.clone(),
            labels: people.labels.clone().unwrap_or_default(),
        })
    }

    /// Replays simulated months: trains and approves a first version, then imports each month and
    /// runs its cycle.
    ///
    /// # Errors
    /// [`Error::Conflict`] when the use case has data already; [`Error::SignIn`] where `accounts` are not those of a demo; that of a month.
    pub async fn replay(
        &self,
        accounts: &[DemoAccount],
        replay: &Replay,
        progress: Arc<dyn Progress + Send + Sync>,
        watch: Watcher<'_>,
    ) -> Result<Vec<ReplayedMonth>> {
        let cast = self.cast(accounts).await?;
        let admin = cast.admin.admin()?;
        let id = &replay.use_case;
        if !self.all_datasets(Some(id)).await?.is_empty() {
            return Err(Error::conflict(
                RefusalCode::NotEmpty,
                format!("{id} already has data. Use another data folder."),
            ));
        }
        let (definition, plan) = (Arc::clone(&self.use_case(id)?), replay.plan.clone());
        let data = replay.data.clone();
        let simulation = compute(move || {
            let data = data.as_ref().map(|own| (&own.table, &own.labels[..]));
            simulate_use_case(&definition, &plan, data).map_err(Error::Invalid)
        });
        let Simulation {
            trained_as_of,
            training,
            months,
        } = simulation.await?;
        let labeled = csv(training).await?;
        let import = simulated(
            id,
            "simulated-labeled.csv",
            labeled,
            trained_as_of,
            Purpose::Training,
        );
        let dataset = self.import(&admin, import).await?.dataset;
        let settings = replay.settings.clone().check().map_err(Error::Fields)?;
        let trained = self.train(&admin, &dataset, settings, progress).await?;
        let first = trained.version.version;
        self.request_review(
            &admin.actor().contributor()?,
            id,
            first,
            "First demo version, trained on simulated data.",
        )
        .await?;
        self.approve_demo(&cast, id, first).await?;
        let mut done = Vec::new();
        for (number, month) in months.iter().enumerate() {
            let known =
                (number.checked_sub(1 + replay.outcome_delay)).and_then(|own| months.get(own));
            let row = self
                .replay_month(&cast, replay, number, month, known)
                .await?;
            watch(&row);
            done.push(row);
        }
        Ok(done)
    }

    async fn replay_month(
        &self,
        cast: &Cast,
        replay: &Replay,
        number: usize,
        month: &Month,
        known: Option<&Month>,
    ) -> Result<ReplayedMonth> {
        let (began, id) = (Instant::now(), replay.use_case.as_str());
        let admin = cast.admin.admin()?;
        if let Some(people) = &month.people {
            let name = format!("simulated-{}.csv", month.as_of);
            let bytes = csv(people.clone()).await?;
            let import = simulated(id, &name, bytes, month.as_of, Purpose::Scoring);
            self.import(&admin, import).await?;
        }
        if let Some(known) = known.filter(|known| known.events > 0) {
            let import = OutcomesImport {
                use_case: id.into(),
                name: format!("simulated-outcomes-{}.csv", known.as_of),
                bytes: csv(known.outcomes.clone()).await?,
                complete_until: Some(known.until.to_string()),
                simulated: true,
                ..OutcomesImport::default()
            };
            self.import_outcomes(&admin, import).await?;
        }
        let new = NewCycle {
            as_of: Some(month.as_of.to_string()),
            ..NewCycle::full(id)
        };
        let cycle_id = self.run_cycle(&admin, &new, None).await?;
        let cycle = self
            .cycle(&cast.admin.member()?, id, &cycle_id)
            .await?
            .cycle;
        let retrained = match result(&cycle, CycleStage::Retraining) {
            Some(version) => Some(version.parse().map_err(Error::caused)?),
            None => None,
        };
        let review = match retrained {
            None => None,
            Some(_) if skipped(&cycle, CycleStage::Staging) == Some(SkipReason::GatesBlock) => {
                Some(ReplayReview::Blocked)
            }
            Some(version) if result(&cycle, CycleStage::Review).is_some() => {
                if replay.approve {
                    self.approve_demo(cast, id, version).await?;
                    Some(ReplayReview::Approved)
                } else {
                    Some(ReplayReview::Waiting)
                }
            }
            Some(_) => None,
        };
        let check = match result(&cycle, CycleStage::Drift) {
            Some(check) => {
                let mut reader = self.store.read().await?;
                store::monitoring::checks::find(&mut reader, &id.into(), &check.as_str().into())
                    .await?
            }
            None => None,
        };
        Ok(ReplayedMonth {
            month: number,
            as_of: month.as_of,
            people: month.people.as_ref().map_or(0, model::Table::rows),
            cycle: cycle_id,
            features: check.as_ref().map(|check| check.verdict),
            scores: check.as_ref().map(|check| check.prediction_verdict),
            recommendation: check.as_ref().map(|check| check.recommendation),
            reason: check.map(|check| check.reason).unwrap_or_default(),
            retrained,
            review,
            live: self.live(id).await?.map(|live| live.version.version),
            seconds: began.elapsed().as_secs_f64(),
        })
    }

    /// Signs the demo's accounts in: without their passwords, nothing is replayed.
    async fn cast(&self, accounts: &[DemoAccount]) -> Result<Cast> {
        let account = |role: Role| {
            let found = accounts.iter().find(|own| own.name == role.as_str());
            found.ok_or_else(|| {
                Error::conflict(
                    RefusalCode::NotEmpty,
                    "This store has accounts of its own. Use another data folder.",
                )
            })
        };
        let (admin, reviewer) = (account(Role::Admin)?, account(Role::Reviewer)?);
        let sign_in = async |account: &DemoAccount| {
            let signed_in = self.sign_in(&account.name, &account.password, None).await?;
            Ok::<_, Error>(signed_in.actor)
        };
        Ok(Cast {
            admin: sign_in(admin).await?,
            reviewer: sign_in(reviewer).await?,
            password: reviewer.password.clone(),
        })
    }

    /// The demo's reviewer approves a version, waiving what blocks it: no way around the rules.
    async fn approve_demo(&self, cast: &Cast, id: &str, number: VersionNumber) -> Result<()> {
        let signed = self
            .sign(cast.reviewer.reviewer()?, Some(&cast.password))
            .await?;
        let package = self.package(&self.version(id, number).await?).await?;
        for result in package
            .gates
            .results
            .iter()
            .filter(|result| package.policy.blocks(result))
        {
            let waive = Waive {
                gate: result.id(),
                owner: signed.name(),
                reason: "Simulated data: no one is affected, and a failing gate is shown on purpose.",
                expires_on: "2099-12-31",
            };
            self.waive(&signed, id, number, waive).await?;
        }
        let input = DecisionInput {
            choice: domain::Decision::Approve,
            reason: "Ranks far better than chance on the hold-out. Simulated data only.",
            checklist: Some(Checklist::from_keys(["all"], "")?),
            evidence: None,
        };
        self.decide(&signed, id, number, input).await?;
        Ok(())
    }
}

fn result(cycle: &CycleRow, stage: CycleStage) -> Option<String> {
    cycle.stage(stage).and_then(|stage| stage.result.clone())
}

fn skipped(cycle: &CycleRow, stage: CycleStage) -> Option<SkipReason> {
    cycle.stage(stage).and_then(|stage| stage.skipped_because)
}

async fn csv(table: model::Table) -> Result<Vec<u8>> {
    compute(move || data::write(&table, data::Format::Csv).map_err(Error::caused)).await
}

fn simulated(use_case: &str, name: &str, bytes: Vec<u8>, as_of: Date, purpose: Purpose) -> Import {
    Import {
        use_case: use_case.into(),
        files: vec![(name.into(), bytes)],
        as_of: Some(as_of.to_string()),
        purpose: Some(purpose),
        simulated: true,
        ..Import::default()
    }
}

//! People who do not exist, for people without data: a simulated employer, trained, promoted and
//! scored over its months.

use std::sync::Arc;

use domain::{Date, Purpose};
use monitoring::simulation::{self, Kind};
use training::{Candidate, Progress};

use crate::{
    Actor, Admin, Checklist, DecisionInput, Import, Origin, OutcomesImport, Result, Role, Tenure,
    Waive, error::compute,
};

/// Months of the demo, and the month in which its one real drift begins.
const MONTHS: usize = 12;
const DRIFT_MONTH: usize = 8;
const PEOPLE: usize = 2000;
/// Months after which the personnel department has written down who left.
const OUTCOME_DELAY: usize = 2;

/// An account of the demo.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct DemoAccount {
    /// The role that it has, and nothing else.
    pub name: String,
    pub password: String,
}

impl Tenure {
    /// True when a use case has data.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn has_data(&self) -> Result<bool> {
        Ok(!self.all_datasets(None).await?.is_empty())
    }

    /// Makes the accounts of a demo, one for each role, with random passwords; none when anybody
    /// has an account.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn demo_accounts(&self) -> Result<Vec<DemoAccount>> {
        if store::accounts::any(&mut self.store.read().await?).await? {
            return Ok(Vec::new());
        }
        let demo = Actor::new("demo", &[Role::Admin], Origin::CommandLine);
        let mut made = Vec::new();
        for &role in Role::ALL {
            let password = crate::accounts::demo_password()?;
            self.add_account_with(&demo.admin()?, role.as_str(), &[role], &password)
                .await?;
            made.push(DemoAccount {
                name: role.as_str().into(),
                password,
            });
        }
        Ok(made)
    }

    /// Fills an empty store: a labeled year for training, a model, and monthly snapshots scored by
    /// it. Everything is marked as simulated.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn fill_demo(
        &self,
        admin: &Admin<'_>,
        seed: u64,
        progress: Arc<dyn Progress + Send + Sync>,
    ) -> Result<()> {
        let settings = simulation::Settings {
            people: PEOPLE,
            months: MONTHS,
            seed,
            drift: Some((Kind::SegmentShift, DRIFT_MONTH)),
            start: months_ago(MONTHS as i32 - 1),
        };
        let files = compute(move || {
            let csv = |table: &model::Table| {
                data::write(table, data::Format::Csv).map_err(crate::Error::caused)
            };
            let labeled = csv(&simulation::training_table(&settings))?;
            let snapshots = simulation::simulate(&settings);
            let months = snapshots.iter().map(|snapshot| {
                let (outcomes, until) = crate::simulated_outcomes(snapshot);
                Ok((
                    snapshot.as_of.to_string(),
                    csv(&snapshot.people)?,
                    csv(&outcomes)?,
                    until,
                ))
            });
            Ok((
                snapshots.first().map(|first| first.as_of.to_string()),
                labeled,
                months.collect::<Result<Vec<_>>>()?,
            ))
        });
        let (first_day, labeled, months) = files.await?;
        let import =
            |name: String, bytes: Vec<u8>, as_of: Option<String>, purpose: Purpose| Import {
                use_case: "attrition".into(),
                files: vec![(name, bytes)],
                as_of,
                purpose: Some(purpose),
                simulated: true,
                ..Import::default()
            };
        let dataset = self
            .import(
                admin,
                import(
                    "simulated-year.csv".into(),
                    labeled,
                    first_day,
                    Purpose::Training,
                ),
            )
            .await?
            .dataset;
        let settings = training::Settings {
            trials: 12,
            seed,
            candidates: vec![
                Candidate::LogisticRegressionL2,
                Candidate::GradientBoosting,
                Candidate::Blend,
            ],
            ..training::Settings::default()
        };
        let settings = settings.check().map_err(crate::Error::Fields)?;
        let outcome = self.train(admin, &dataset, settings, progress).await?;
        self.approve_demo(admin, outcome.version.version).await?;
        let mut left = Vec::new();
        for (month, (as_of, bytes, outcomes, until)) in months.into_iter().enumerate() {
            self.import(
                admin,
                import(
                    format!("simulated-{as_of}.csv"),
                    bytes,
                    Some(as_of.clone()),
                    Purpose::Scoring,
                ),
            )
            .await?;
            self.batch(admin, "attrition", Some(&as_of)).await?;
            left.push((format!("simulated-outcomes-{as_of}.csv"), outcomes, until));
            if let Some((name, bytes, until)) = month
                .checked_sub(OUTCOME_DELAY)
                .and_then(|month| left.get(month))
                .cloned()
            {
                let import = OutcomesImport {
                    use_case: "attrition".into(),
                    name,
                    bytes,
                    complete_until: Some(until.to_string()),
                    simulated: true,
                    ..OutcomesImport::default()
                };
                self.import_outcomes(admin, import).await?;
            }
            self.check_drift(&admin.actor().contributor()?, "attrition", Some(&as_of))
                .await?;
        }
        Ok(())
    }
}

impl Tenure {
    /// Authored and requested by the demo's administrator, approved by its reviewer: the demo takes
    /// no way around the rules.
    async fn approve_demo(&self, admin: &Admin<'_>, number: domain::VersionNumber) -> Result<()> {
        let reviewer = Actor::new("reviewer", &[Role::Reviewer], Origin::CommandLine);
        let signed = self.sign(reviewer.reviewer()?, None).await?;
        let note = "First demo version, trained on simulated employees.";
        self.request_review(&admin.actor().contributor()?, "attrition", number, note)
            .await?;
        let package = self
            .package(&self.version("attrition", number).await?)
            .await?;
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
            self.waive(&signed, "attrition", number, waive).await?;
        }
        let reason = "Ranks leavers far better than chance on the hold-out. Simulated data only.";
        let checklist = Some(Checklist::from_keys(["all"], "")?);
        let input = DecisionInput {
            choice: domain::Decision::Approve,
            reason,
            checklist,
            evidence: None,
        };
        self.decide(&signed, "attrition", number, input).await?;
        Ok(())
    }
}

/// The first of the month so many months before this one, so that the newest snapshot of the demo
/// is of this month.
fn months_ago(months: i32) -> Date {
    let first = |day: Date| day.plus_days(1 - i32::from(day.parts().2));
    (0..months).fold(first(store::today()), |day, _| first(day.plus_days(-1)))
}

//! People who do not exist, for people without data: simulated months of the use cases that ship,
//! each with a model, and its cycles over two years.

mod account;
mod replay;

use std::sync::Arc;

use domain::Date;
use monitoring::simulation::{Change, Effect, Kind, Plan, Shift};
use training::{Candidate, Progress, Settings};

use crate::{Actor, Origin, Result, Role, Tenure};

pub use account::DemoAccount;
pub use replay::{Replay, ReplayReview, ReplayedMonth, Resampled, Watcher};

/// Months of the demo.
pub const DEMO_MONTHS: usize = 24;
/// Tuning trials of its trainings.
const TRIALS: usize = 6;

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

    /// Fills an empty store: for each use case that ships a labeled file, a model, and two years of
    /// monthly cycles, in which people begin to leave for other reasons. The version that a cycle
    /// trains then waits for the reviewer. With fewer `months`, that has not happened yet. Everything is
    /// marked as simulated.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn fill_demo(
        &self,
        accounts: &[DemoAccount],
        seed: u64,
        months: usize,
        progress: Arc<dyn Progress + Send + Sync>,
        watch: Watcher<'_>,
    ) -> Result<()> {
        let [one, other] = demo(seed, months);
        // Side by side: parts of each month run on one processor.
        tokio::try_join!(
            self.replay(accounts, &one, Arc::clone(&progress), watch),
            self.replay(accounts, &other, progress, watch),
        )?;
        Ok(())
    }
}

/// What the demo shows: of employees, more overtime too in the last two months.
fn demo(seed: u64, months: usize) -> [Replay; 2] {
    let start = months_before_this(months.saturating_sub(1));
    let overtime = Change {
        effect: Effect::Field(Shift::Level {
            field: "OverTime".into(),
            level: "Yes".into(),
            share: 0.25,
        }),
        from: 22,
        until: None,
    };
    let story = |use_case: &str, people: usize, from: usize, candidates: Vec<Candidate>| Replay {
        use_case: use_case.into(),
        plan: Plan {
            people,
            months,
            seed,
            changes: vec![Change {
                effect: Effect::Whole(Kind::ConceptChange, None),
                from,
                until: None,
            }],
            start,
        },
        data: None,
        settings: Settings {
            trials: TRIALS,
            seed,
            candidates,
            ..Settings::default()
        },
        outcome_delay: 0,
        approve: false,
    };
    let candidates = vec![Candidate::LogisticRegressionL2, Candidate::GradientBoosting];
    let mut employees = story("attrition", 800, 16, candidates);
    employees.plan.changes.push(overtime);
    [
        employees,
        story("churn", 600, 20, vec![Candidate::LogisticRegressionL2]),
    ]
}

/// The first of the month so many months before this one.
pub fn months_before_this(months: usize) -> Date {
    let first = |day: Date| day.plus_days(1 - i32::from(day.parts().2));
    (0..months).fold(first(store::today()), |day, _| first(day.plus_days(-1)))
}

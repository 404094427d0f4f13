//! The limits of monitoring: presets, changes with their reason, and that checks follow them.

use domain::{
    AuditAction, CycleScope, CycleStage, MonitoringSetting as Setting, ProblemCode, Purpose,
    Recommendation, RefusalCode, SkipReason,
};
use workflow::{AuditQuery, CycleRow, Error, MonitoringPolicyVersion, NewCycle, PolicyChange};

use crate::app::{TestApp, USE_CASE};
use crate::cycles::drifted_people;

fn change(settings: &[(Setting, &str)]) -> PolicyChange {
    PolicyChange {
        use_case: USE_CASE.into(),
        settings: settings
            .iter()
            .map(|(setting, text)| (*setting, (*text).to_owned()))
            .collect(),
        reason: "fewer false alarms".into(),
        ..PolicyChange::default()
    }
}

impl TestApp {
    async fn set_policy(&self, change: &PolicyChange) -> workflow::Result<MonitoringPolicyVersion> {
        let oscar = self.actor("oscar").await;
        self.tenure
            .set_monitoring_policy(&oscar.admin()?, change)
            .await
    }

    async fn policies(&self) -> Vec<MonitoringPolicyVersion> {
        let ann = self.actor("ann").await;
        let member = ann.member().unwrap();
        self.tenure
            .monitoring_policies(&member, USE_CASE)
            .await
            .unwrap()
    }

    async fn recommended(&self, day: &str) -> (Recommendation, String) {
        let oscar = self.actor("oscar").await;
        let contributor = oscar.contributor().unwrap();
        let (check, report) = self
            .tenure
            .check_drift(&contributor, USE_CASE, Some(day))
            .await
            .unwrap();
        (check.recommendation, report.features.policy.clone())
    }
}

#[tokio::test]
async fn a_change_is_a_version_with_its_reason_and_stands_in_the_audit_log() {
    let app = TestApp::filled().await;
    let shipped = app.policies().await;
    assert_eq!(shipped.len(), 1);
    assert_eq!((shipped[0].version, &shipped[0].set_by), (0, &None));

    let new = change(&[(Setting::ShareDrifted, "20%"), (Setting::PLimit, "0.01")]);
    let first = app.set_policy(&new).await.unwrap();
    assert_eq!(first.version, 1);
    assert_eq!(first.changes, [Setting::PLimit, Setting::ShareDrifted]);
    let second = PolicyChange {
        preset: "guide-000".into(),
        ..change(&[])
    };
    assert_eq!(
        app.set_policy(&second).await.unwrap().policy.preset,
        "guide-000"
    );
    let versions: Vec<u32> = app.policies().await.iter().map(|own| own.version).collect();
    assert_eq!(versions, [2, 1, 0]);

    let query = AuditQuery {
        action: AuditAction::MonitoringPolicySet.to_string(),
        ..AuditQuery::default()
    };
    let oscar = app.actor("oscar").await;
    let rows = app
        .tenure
        .audit_rows(&oscar.member().unwrap(), &query)
        .await
        .unwrap();
    let told = rows.len();
    assert_eq!(told, 2);
}

#[tokio::test]
async fn what_is_wrong_is_said_at_once_and_nothing_is_set() {
    let app = TestApp::filled().await;
    let wrong = PolicyChange {
        preset: "no-such".into(),
        reason: " ".into(),
        ..change(&[(Setting::ShareDrifted, "30"), (Setting::Adjustment, "all")])
    };
    let Err(Error::Fields(problems)) = app.set_policy(&wrong).await else {
        panic!("it is accepted");
    };
    let found: Vec<(&str, ProblemCode)> = problems
        .iter()
        .map(|problem| (problem.field.as_str(), problem.code))
        .collect();
    assert_eq!(
        found,
        [
            ("reason", ProblemCode::Required),
            ("preset", ProblemCode::UnknownValue),
            ("share_drifted", ProblemCode::OutOfRange),
            ("adjustment", ProblemCode::UnknownValue)
        ]
    );
    let same = app.set_policy(&change(&[])).await.unwrap_err();
    assert_eq!(same.code(), Some(RefusalCode::NothingChanges));
    let late = PolicyChange {
        from_version: Some(7),
        ..change(&[(Setting::CooldownDays, "30")])
    };
    let late = app.set_policy(&late).await.unwrap_err();
    assert_eq!(late.code(), Some(RefusalCode::Changed));
    assert_eq!(app.policies().await.len(), 1);
    let ann = app.actor("ann").await;
    assert!(ann.admin().is_err());
}

#[tokio::test]
async fn two_checks_in_a_row_may_be_asked_for_and_reports_name_the_version() {
    let app = TestApp::drifted().await;
    let strict = change(&[(Setting::ConsecutiveChecks, "2"), (Setting::PLimit, "0.01")]);
    app.set_policy(&strict).await.unwrap();
    let (first, policy) = app.recommended("2026-02-01").await;
    assert_eq!(policy, "calibrated (version 1)");
    assert_eq!(first, Recommendation::Wait);
    // The same day once more is no second check.
    assert_eq!(app.recommended("2026-02-01").await.0, Recommendation::Wait);
    app.import_month(&drifted_people(), "2026-03-01", Purpose::Scoring)
        .await;
    assert_eq!(
        app.recommended("2026-03-01").await.0,
        Recommendation::Retrain
    );
}

/// What became of the stage that builds a training set.
fn training_set(cycle: &CycleRow) -> Option<SkipReason> {
    let stage = cycle.stage(CycleStage::TrainingSet).unwrap();
    stage.skipped_because
}

#[tokio::test]
async fn no_cycle_trains_beyond_the_budget() {
    let app = TestApp::drifted().await;
    app.set_policy(&change(&[(Setting::RetrainingsAYear, "0")]))
        .await
        .unwrap();
    let cycle = app.run_cycle(&NewCycle::full(USE_CASE)).await.unwrap();
    assert_eq!(training_set(&cycle), Some(SkipReason::BudgetSpent));
}

#[tokio::test]
async fn no_cycle_trains_while_a_version_waits_for_review() {
    let app = TestApp::drifted().await;
    app.request(2).await;
    let cycle = app.run_cycle(&NewCycle::full(USE_CASE)).await.unwrap();
    assert_eq!(training_set(&cycle), Some(SkipReason::ReviewWaiting));
    // Somebody who asks for it gets it.
    let asked = NewCycle {
        scope: CycleScope::Retraining,
        ..NewCycle::full(USE_CASE)
    };
    assert_eq!(training_set(&app.run_cycle(&asked).await.unwrap()), None);
}

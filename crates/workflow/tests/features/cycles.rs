//! The monthly cycle: its stages, that a cut one goes on, that nothing is done twice, and what keeps
//! it from retraining.

use std::sync::Arc;

use domain::{
    AuditAction, CycleFile, CycleId, CycleScope, CycleStage, CycleState, JobStatus, Purpose,
    Recommendation, RefusalCode, ReviewState, SkipReason, StageState, VersionNumber,
};
use monitoring::simulation::{self, Kind};
use training::Progress;
use workflow::{CycleRow, Error, Import, NewCycle};

use crate::app::{TestApp, USE_CASE, VERSIONS, number};

const DAY: &str = "2026-02-01";

/// People of a month, with or without a takeover that changes who works there.
fn people(drift: Option<(Kind, usize)>) -> model::Table {
    let settings = simulation::Settings {
        people: 600,
        months: 3,
        seed: 3,
        drift,
        ..simulation::Settings::default()
    };
    simulation::simulate(&settings).remove(2).people
}

/// People of a month after a takeover.
pub fn drifted_people() -> model::Table {
    people(Some((Kind::SegmentShift, 1)))
}

impl TestApp {
    pub async fn import_month(&self, table: &model::Table, day: &str, purpose: Purpose) {
        let oscar = self.actor("oscar").await;
        let bytes = data::write(table, data::Format::Csv).unwrap();
        let import = Import {
            use_case: USE_CASE.into(),
            files: vec![(format!("{day}.csv"), bytes)],
            as_of: Some(day.into()),
            purpose: Some(purpose),
            simulated: true,
            ..Import::default()
        };
        let admin = oscar.admin().unwrap();
        self.tenure.import(&admin, import).await.unwrap();
    }

    /// Version 1 is live; a month whose people have changed, and newer data to learn from.
    pub async fn drifted() -> Self {
        let app = Self::live().await;
        let labeled = simulation::training_table(&simulation::Settings {
            people: 600,
            months: 1,
            seed: 4,
            ..simulation::Settings::default()
        });
        app.import_month(&labeled, "2026-01-15", Purpose::Training)
            .await;
        app.import_month(&drifted_people(), DAY, Purpose::Scoring)
            .await;
        app
    }

    pub async fn run_cycle(&self, new: &NewCycle) -> workflow::Result<CycleRow> {
        let oscar = self.actor("oscar").await;
        let id = self.tenure.run_cycle(&oscar.admin()?, new, None).await?;
        Ok(self.cycle_row(&id).await)
    }

    pub async fn cycle_row(&self, id: &CycleId) -> CycleRow {
        let ann = self.actor("ann").await;
        let member = ann.member().unwrap();
        self.tenure
            .cycle(&member, USE_CASE, id)
            .await
            .unwrap()
            .cycle
    }

    pub async fn cycle_rows(&self) -> Vec<CycleRow> {
        let ann = self.actor("ann").await;
        let member = ann.member().unwrap();
        self.tenure.cycles(&member, USE_CASE).await.unwrap()
    }

    /// Everything that a cycle makes, without ids and times: how many of each, scores, report,
    /// model.
    async fn made(&self) -> Made {
        let id = USE_CASE.into();
        let store = self.tenure.store();
        let mut reader = store.read().await.unwrap();
        let batches = store::scoring::batches(&mut reader, &id, 50).await.unwrap();
        let checks = store::monitoring::checks::list(&mut reader, &id)
            .await
            .unwrap();
        let versions = store::registry::list(&mut reader, &id).await.unwrap();
        let requests = store::review::requests(&mut reader, &id).await.unwrap();
        let mut scores = Vec::new();
        for batch in &batches {
            let own = store::scoring::of_batch(&mut reader, &batch.batch_id)
                .await
                .unwrap();
            scores.extend(own.iter().map(|score| score.probability));
        }
        Made {
            scores,
            reports: checks
                .iter()
                .map(|check| check.report_hash.clone())
                .collect(),
            models: versions
                .iter()
                .map(|version| version.model_hash.clone())
                .collect(),
            pending: requests
                .iter()
                .filter(|request| request.state == ReviewState::Pending)
                .map(|request| request.version)
                .collect(),
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
struct Made {
    scores: Vec<f64>,
    reports: Vec<String>,
    models: Vec<String>,
    pending: Vec<VersionNumber>,
}

fn states(cycle: &CycleRow) -> Vec<(CycleStage, StageState, Option<SkipReason>)> {
    cycle
        .stages
        .iter()
        .map(|stage| (stage.stage, stage.state, stage.skipped_because))
        .collect()
}

fn full() -> NewCycle {
    NewCycle::full(USE_CASE)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cycle_goes_from_the_snapshot_to_the_request_and_never_promotes() {
    let app = TestApp::drifted().await;
    let cycle = app.run_cycle(&full()).await.unwrap();
    assert_eq!(cycle.state, CycleState::Finished);
    assert_eq!(cycle.as_of.map(|day| day.to_string()).as_deref(), Some(DAY));
    let expected: Vec<_> = CycleStage::ALL
        .iter()
        .map(|&stage| match stage {
            CycleStage::Outcomes => (stage, StageState::Skipped, Some(SkipReason::NoOutcomes)),
            stage => (stage, StageState::Done, None),
        })
        .collect();
    assert_eq!(states(&cycle), expected, "{cycle:#?}");
    let result = |stage| cycle.stage(stage).unwrap().result.clone().unwrap();
    assert_eq!(
        result(CycleStage::Recommendation),
        Recommendation::Retrain.as_str()
    );
    assert_eq!(result(CycleStage::Retraining), (VERSIONS + 1).to_string());
    let made = app.made().await;
    assert_eq!(made.models.len() as i64, VERSIONS + 1);
    assert_eq!(made.pending, [number(VERSIONS + 1)]);
    let live = app.tenure.live(USE_CASE).await.unwrap().unwrap();
    assert_eq!(live.version.version, number(1));
}

/// Ends the process, as far as a test can, when the cycle has told of so many stages.
struct CutAfter(std::sync::atomic::AtomicUsize);

impl Progress for CutAfter {
    fn note(&self, sentence: &str) {
        use std::sync::atomic::Ordering;
        // A training tells of itself too.
        let mut stages = CycleStage::ALL.iter();
        if !stages.any(|stage| sentence.starts_with(&format!("{}: ", stage.label()))) {
            return;
        }
        assert!(self.0.fetch_sub(1, Ordering::SeqCst) > 1, "cut");
    }
}

impl TestApp {
    /// Runs a cycle that is cut when so many sentences were told, and fails its job as another
    /// process does that finds the first one gone.
    async fn cut_after(&self, told: usize) {
        let oscar = self.actor("oscar").await;
        let tenure = self.tenure.clone();
        let cut = Arc::new(CutAfter(told.into()));
        let run = tokio::spawn(async move {
            tenure
                .run_cycle(&oscar.admin().unwrap(), &full(), Some(cut))
                .await
        });
        assert!(run.await.unwrap_err().is_panic());
        let mut writer = self.tenure.store().begin().await.unwrap();
        for job in store::jobs::open(&mut writer).await.unwrap() {
            store::jobs::finish(&mut writer, &job.job_id, JobStatus::Failed, "gone")
                .await
                .unwrap();
        }
        writer.commit().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cycle_that_is_cut_after_any_stage_goes_on_and_gives_the_same() {
    let template = TestApp::drifted().await;
    let undisturbed = template.copied().await;
    let whole = undisturbed.run_cycle(&full()).await.unwrap();
    let expected = undisturbed.made().await;
    for told in 1..=CycleStage::ALL.len() {
        let app = template.copied().await;
        app.cut_after(told).await;
        let [cut] = &app.cycle_rows().await[..] else {
            panic!("one cycle");
        };
        assert!(cut.state.is_open(), "cut after {told}: {}", cut.state);
        let before: Vec<_> = cut
            .stages
            .iter()
            .take_while(|stage| stage.state.is_settled())
            .map(|stage| (stage.result.clone(), stage.ended_at))
            .collect();
        let cycle = app.run_cycle(&full()).await.unwrap();
        assert_eq!(cycle.id, cut.id, "cut after {told}: it is continued");
        let kept: Vec<_> = cycle
            .stages
            .iter()
            .take(before.len())
            .map(|stage| (stage.result.clone(), stage.ended_at))
            .collect();
        assert_eq!(kept, before, "cut after {told}: what is done stays");
        assert_eq!(states(&cycle), states(&whole), "cut after {told}");
        assert_eq!(app.made().await, expected, "cut after {told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_cut_stage_had_made_is_taken() {
    let app = TestApp::drifted().await;
    // As if the process had ended between the work of a stage and its record.
    let oscar = app.actor("oscar").await;
    let admin = oscar.admin().unwrap();
    let batch = app.tenure.batch(&admin, USE_CASE, Some(DAY)).await.unwrap();
    let (check, _) = app
        .tenure
        .check_drift(&oscar.contributor().unwrap(), USE_CASE, Some(DAY))
        .await
        .unwrap();
    let cycle = app.run_cycle(&full()).await.unwrap();
    let result = |stage| cycle.stage(stage).unwrap().result.clone().unwrap();
    assert_eq!(result(CycleStage::Scoring), batch.batch_id.as_str());
    assert_eq!(result(CycleStage::Drift), check.check_id.as_str());
    let made = app.made().await;
    assert_eq!(
        (made.scores.len(), made.reports.len()),
        (batch.people as usize, 1)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_month_twice_makes_nothing_twice() {
    let app = TestApp::drifted().await;
    let first = app.run_cycle(&full()).await.unwrap();
    let made = app.made().await;
    let second = app.run_cycle(&full()).await.unwrap();
    assert_ne!(first.id, second.id);
    assert_eq!(app.made().await, made);
    // What the first one trained waits for a reviewer.
    let retraining = second.stage(CycleStage::Retraining).unwrap();
    assert_eq!(retraining.skipped_because, Some(SkipReason::ReviewWaiting));
    for stage in [CycleStage::Snapshot, CycleStage::Scoring, CycleStage::Drift] {
        assert_eq!(
            first.stage(stage).unwrap().result,
            second.stage(stage).unwrap().result,
            "{stage}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_trained_where_nothing_is_recommended() {
    let app = TestApp::live().await;
    app.import_month(&people(None), DAY, Purpose::Scoring).await;
    let cycle = app.run_cycle(&full()).await.unwrap();
    assert_eq!(cycle.state, CycleState::Finished);
    for stage in [
        CycleStage::TrainingSet,
        CycleStage::Retraining,
        CycleStage::Staging,
        CycleStage::Review,
    ] {
        let found = cycle.stage(stage).unwrap().skipped_because;
        assert_eq!(found, Some(SkipReason::NotRecommended), "{stage}");
    }
    assert_eq!(app.made().await.models.len() as i64, VERSIONS);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_suspect_data_feed_is_scored_and_not_learned_from() {
    let app = TestApp::live().await;
    let mut table = people(None);
    yearly_pay(&mut table);
    app.import_month(&table, DAY, Purpose::Scoring).await;
    let cycle = app.run_cycle(&full()).await.unwrap();
    let of = |stage| cycle.stage(stage).unwrap();
    assert_eq!(
        of(CycleStage::Recommendation).result.as_deref(),
        Some(Recommendation::CheckFeed.as_str())
    );
    assert_eq!(of(CycleStage::Scoring).state, StageState::Done);
    assert_eq!(
        of(CycleStage::Retraining).skipped_because,
        Some(SkipReason::CheckFeed)
    );
    // Nor when somebody asks for it.
    let oscar = app.actor("oscar").await;
    let new = NewCycle {
        scope: CycleScope::Retraining,
        ..full()
    };
    let refused = app.tenure.start_cycle(&oscar.admin().unwrap(), &new).await;
    assert_eq!(refused.unwrap_err().code(), Some(RefusalCode::CheckFeed));
}

/// Yearly pay where there was monthly pay, as far as the range of the field allows.
fn yearly_pay(table: &mut model::Table) {
    let at = table.names.iter().position(|name| name == "MonthlyIncome");
    let model::Column::Number(pay) = &mut table.columns[at.unwrap()] else {
        panic!("numbers");
    };
    pay.iter_mut()
        .for_each(|pay| *pay = (*pay * 12.0).min(999_999.0));
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_trains_on_suspect_data_without_a_reason() {
    let app = TestApp::live().await;
    let mut labeled = simulation::training_table(&simulation::Settings {
        people: 600,
        months: 1,
        seed: 4,
        ..simulation::Settings::default()
    });
    yearly_pay(&mut labeled);
    app.import_month(&labeled, "2026-01-15", Purpose::Training)
        .await;
    let oscar = app.actor("oscar").await;
    let all = app
        .tenure
        .datasets(&oscar.member().unwrap(), Some(USE_CASE))
        .await
        .unwrap();
    let dataset = all.into_iter().find(|own| own.name == "2026-01-15.csv");
    let form = |accepted: &str| workflow::TrainingForm {
        use_case: USE_CASE.into(),
        dataset: dataset.clone().unwrap().dataset_id.to_string(),
        trials: "1".into(),
        seed: "1".into(),
        metric: "roc_auc".into(),
        candidates: vec!["logistic_regression_l2".into()],
        accepted_data: accepted.into(),
        ..workflow::TrainingForm::default()
    };
    let admin = oscar.admin().unwrap();
    let refused = app.tenure.start_training_form(&admin, &form(" ")).await;
    let Err(Error::Fields(problems)) = refused else {
        panic!("it is accepted");
    };
    assert_eq!(problems[0].field, "accepted_data");

    let settings = |accepted: Option<&str>| {
        let settings = training::Settings {
            trials: 1,
            candidates: vec![training::Candidate::LogisticRegressionL2],
            accepted_data: accepted.map(str::to_owned),
            ..training::Settings::default()
        };
        settings.check().unwrap()
    };
    let train = async |accepted| {
        let dataset = dataset.clone().unwrap();
        app.tenure
            .train(
                &admin,
                &dataset,
                settings(accepted),
                Arc::new(training::Silent),
            )
            .await
    };
    let refused = train(None).await.map(|_| ()).unwrap_err();
    assert_eq!(refused.code(), Some(RefusalCode::CheckFeed));
    train(Some("paid by the year from now on")).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_live_version_nothing_is_done_and_without_people_it_fails_and_can_be_retried() {
    let app = TestApp::filled().await;
    let cycle = app.run_cycle(&full()).await.unwrap();
    assert!(
        cycle.stages[1..cycle.stages.len() - 1]
            .iter()
            .all(|stage| stage.skipped_because == Some(SkipReason::NothingLive)),
        "{cycle:#?}"
    );

    let app = TestApp::empty().await;
    let failed = app.run_cycle(&full()).await;
    assert!(matches!(failed, Err(Error::NotFound(_))));
    let cycle = app.cycle_rows().await.remove(0);
    assert_eq!(
        (cycle.state, cycle.stages[0].state, cycle.stages[1].state),
        (CycleState::Failed, StageState::Failed, StageState::Waiting)
    );
    app.import_month(&people(None), DAY, Purpose::Scoring).await;
    let oscar = app.actor("oscar").await;
    let admin = oscar.admin().unwrap();
    app.tenure
        .retry_cycle(&admin, USE_CASE, &cycle.id)
        .await
        .unwrap();
    let again = app.run_cycle(&full()).await.unwrap();
    assert_eq!(
        (again.id.clone(), again.state),
        (cycle.id, CycleState::Finished)
    );
    let over = app.tenure.retry_cycle(&admin, USE_CASE, &again.id).await;
    assert_eq!(over.unwrap_err().code(), Some(RefusalCode::CycleOver));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_cycle_is_open_at_a_time_and_a_canceled_one_ends() {
    let app = TestApp::drifted().await;
    let oscar = app.actor("oscar").await;
    let admin = oscar.admin().unwrap();
    let first = app.tenure.start_cycle(&admin, &full()).await.unwrap();
    let second = app.tenure.start_cycle(&admin, &full()).await;
    assert_eq!(second.unwrap_err().code(), Some(RefusalCode::CycleOpen));
    let other = NewCycle {
        as_of: Some("2026-01-01".into()),
        ..full()
    };
    let other = app.tenure.run_cycle(&admin, &other, None).await;
    assert_eq!(other.unwrap_err().code(), Some(RefusalCode::CycleOpen));
    app.tenure
        .cancel_cycle(&admin, USE_CASE, &first.cycle_id)
        .await
        .unwrap();
    assert_eq!(
        app.cycle_row(&first.cycle_id).await.state,
        CycleState::Canceled
    );
    app.tenure.start_cycle(&admin, &full()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_changes_nothing_and_says_what_would_be_done() {
    use domain::Planned;
    let app = TestApp::drifted().await;
    let oscar = app.actor("oscar").await;
    let plan = app
        .tenure
        .plan_cycle(&oscar.admin().unwrap(), &full())
        .await
        .unwrap();
    let planned = |stage| {
        plan.stages
            .iter()
            .find(|own| own.stage == stage)
            .unwrap()
            .planned
    };
    assert_eq!(planned(CycleStage::Snapshot), Planned::Have);
    assert_eq!(planned(CycleStage::Scoring), Planned::Do);
    assert_eq!(planned(CycleStage::Recommendation), Planned::Depends);
    assert_eq!(planned(CycleStage::Outcomes), Planned::Skip);
    assert!(app.cycle_rows().await.is_empty());
    assert_eq!(app.made().await.scores.len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn files_about_people_are_for_analysts_with_a_purpose_on_record() {
    let app = TestApp::live().await;
    let cycle = app.run_cycle(&full()).await.unwrap();
    let (ann, rita) = (app.actor("ann").await, app.actor("rita").await);
    let report = app
        .tenure
        .cycle_file(
            &rita.member().unwrap(),
            USE_CASE,
            &cycle.id,
            CycleFile::MonitoringReport,
        )
        .await
        .unwrap();
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    assert!(report["retraining_recommended"].is_boolean());
    assert_eq!(
        rita.analyst().map(|_| ()).unwrap_err().code(),
        Some(RefusalCode::RoleRequired)
    );
    let analyst = ann.analyst().unwrap();
    let why = app
        .tenure
        .purposes(USE_CASE)
        .first()
        .map_or(String::new(), |purpose| purpose.key.clone());
    let text = app
        .tenure
        .cycle_people_file(&analyst, USE_CASE, &cycle.id, CycleFile::Predictions, &why)
        .await
        .unwrap();
    let people: Vec<serde_json::Value> = serde_json::from_str(&text).unwrap();
    assert_eq!(people.len(), app.made().await.scores.len());
    assert!(people[0]["probability"].is_number() && people[0]["id"].is_string());
    let text = app
        .tenure
        .cycle_people_file(&analyst, USE_CASE, &cycle.id, CycleFile::Features, &why)
        .await
        .unwrap();
    let features: Vec<serde_json::Value> = serde_json::from_str(&text).unwrap();
    assert!(features[0]["MonthlyIncome"].is_number());
    let query = workflow::AuditQuery {
        action: AuditAction::PeopleExport.as_str().into(),
        ..workflow::AuditQuery::default()
    };
    let member = ann.member().unwrap();
    let exports = app.tenure.audit_rows(&member, &query).await.unwrap();
    assert_eq!(exports.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retraining_is_not_recommended_again_within_the_cooldown() {
    let app = TestApp::drifted().await;
    app.run_cycle(&full()).await.unwrap();
    let check = async |day: &str| {
        let table = people(Some((Kind::SegmentShift, 1)));
        app.import_month(&table, day, Purpose::Scoring).await;
        let ann = app.actor("ann").await;
        let contributor = ann.contributor().unwrap();
        let checked = app.tenure.check_drift(&contributor, USE_CASE, Some(day));
        checked.await.unwrap().0.recommendation
    };
    assert_eq!(check("2026-02-07").await, Recommendation::Wait);
    assert_eq!(check("2026-02-08").await, Recommendation::Retrain);
}

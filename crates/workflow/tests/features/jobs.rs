//! Jobs whose process was taken for dead, and what they may still write.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use domain::{JobStatus, RefusalCode};
use training::{Candidate, Progress, Settings, Stage, Status};

use crate::app::{TestApp, USE_CASE, VERSIONS, number, open};

/// Ends every open job of a store, as another process does that takes the first one for dead, once
/// the training is past its last trial.
struct Successor {
    folder: PathBuf,
}

impl Progress for Successor {
    fn report(&self, status: &Status) {
        if status.stage != Stage::Monitor {
            return;
        }
        let folder = self.folder.clone();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(end_jobs(&folder));
        });
        thread.join().unwrap();
    }
}

async fn end_jobs(folder: &Path) {
    let other = open(folder).await;
    let jobs = store::jobs::open(&mut other.store().read().await.unwrap())
        .await
        .unwrap();
    assert_eq!(jobs.len(), 1);
    let mut transaction = other.store().begin_patiently().await.unwrap();
    for job in &jobs {
        assert!(
            store::jobs::finish(
                &mut transaction,
                &job.job_id,
                JobStatus::Failed,
                "taken for dead"
            )
            .await
            .unwrap()
        );
    }
    transaction.commit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_another_process_has_ended_registers_nothing() {
    let app = TestApp::filled().await;
    let (ada, ann) = (app.actor("ada").await, app.actor("ann").await);
    let dataset = app
        .tenure
        .datasets(&ann.member().unwrap(), Some(USE_CASE))
        .await
        .unwrap();
    let dataset = dataset
        .iter()
        .find(|dataset| dataset.positives.is_some())
        .unwrap();
    let settings = Settings {
        trials: 2,
        seed: 9,
        candidates: vec![Candidate::LogisticRegressionL2],
        ..Settings::default()
    };
    let successor = Arc::new(Successor {
        folder: app.folder().to_owned(),
    });
    let outcome = app
        .tenure
        .train(
            &ada.admin().unwrap(),
            dataset,
            settings.check().unwrap(),
            successor,
        )
        .await;
    assert_eq!(
        outcome.map(|_| ()).unwrap_err().code(),
        Some(RefusalCode::JobEnded)
    );
    let versions = app
        .tenure
        .versions(&ann.member().unwrap(), USE_CASE)
        .await
        .unwrap();
    assert_eq!(versions.len() as i64, VERSIONS);
    let jobs = app
        .tenure
        .jobs(&ann.member().unwrap(), USE_CASE)
        .await
        .unwrap();
    assert_eq!(
        (jobs[0].status.as_str(), jobs[0].message.as_str()),
        ("failed", "taken for dead")
    );
}

/// A training in the background of a process that is gone, begun so often before.
async fn of_a_process_that_is_gone(app: &TestApp, attempts: i64) -> domain::JobId {
    let ann = app.actor("ann").await;
    let all = app
        .tenure
        .datasets(&ann.member().unwrap(), Some(USE_CASE))
        .await
        .unwrap();
    let labeled = all.iter().find(|own| own.positives.is_some()).unwrap();
    let settings = Settings {
        trials: 2,
        seed: 0,
        candidates: vec![Candidate::LogisticRegressionL2],
        ..Settings::default()
    };
    let job = store::jobs::Job {
        job_id: store::new_id(),
        use_case: USE_CASE.into(),
        kind: domain::JobKind::Training,
        title: "Training".into(),
        status: JobStatus::Running,
        progress: store::jobs::Progress::default(),
        message: String::new(),
        run_id: None,
        cancel_requested: false,
        started_by: "ada".into(),
        worker: "elsewhere 7 x".into(),
        heartbeat_at: domain::Timestamp::from_micros(0),
        started_at: store::now(),
        ended_at: None,
    };
    let request = store::jobs::TrainingRequest {
        job_id: job.job_id.clone(),
        dataset_id: labeled.dataset_id.clone(),
        settings: serde_json::to_string(&settings).unwrap(),
        attempts,
        from_run: None,
        candidate: None,
    };
    let line = store::jobs::Line {
        at: store::now(),
        text: "stage validate".into(),
    };
    let mut writer = app.tenure.store().begin().await.unwrap();
    store::jobs::insert(&mut writer, &job).await.unwrap();
    store::jobs::insert_request(&mut writer, &request)
        .await
        .unwrap();
    store::jobs::append(&mut writer, &job.job_id, 0, &[line])
        .await
        .unwrap();
    writer.commit().await.unwrap();
    job.job_id
}

#[tokio::test(flavor = "multi_thread")]
async fn a_training_whose_process_is_gone_is_done_by_another_and_gives_the_same_model() {
    let app = TestApp::filled().await;
    let id = of_a_process_that_is_gone(&app, 1).await;
    app.tenure.resume_trainings().await.unwrap();
    let ann = app.actor("ann").await;
    let member = ann.member().unwrap();
    let page = loop {
        let page = app.tenure.job(&member, &id).await.unwrap();
        if !page.job.is_open() {
            break page;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    };
    assert_eq!(page.job.status, "finished", "{}", page.job.message);
    assert!(page.lines.len() > 3, "{:?}", page.lines);
    // Seed 0 is that of version 1.
    let mut reader = app.tenure.store().read().await.unwrap();
    let versions = store::registry::list(&mut reader, &USE_CASE.into())
        .await
        .unwrap();
    let hash = |version| {
        let own = versions.iter().find(|own| own.version == number(version));
        own.unwrap().model_hash.clone()
    };
    assert_eq!(hash(VERSIONS + 1), hash(1));
}

#[tokio::test]
async fn a_training_that_ends_its_process_again_and_again_fails() {
    let app = TestApp::filled().await;
    let id = of_a_process_that_is_gone(&app, 3).await;
    app.tenure.resume_trainings().await.unwrap();
    let ann = app.actor("ann").await;
    let page = app.tenure.job(&ann.member().unwrap(), &id).await.unwrap();
    assert_eq!(page.job.status, "failed");
}

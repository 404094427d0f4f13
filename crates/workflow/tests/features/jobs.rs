//! Jobs whose process was taken for dead, and what they may still write.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use domain::{JobStatus, RefusalCode};
use training::{Candidate, Progress, Settings, Stage, Status};

use crate::app::{TestApp, USE_CASE, VERSIONS, open};

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

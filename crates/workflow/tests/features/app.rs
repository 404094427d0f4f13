//! The application as the tests use it: a store of its own for every test, with accounts, data and
//! trained versions in it.
//!
//! The filled store is made once per process, in about a second, and copied for every test: no test
//! trains anything.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use domain::{Purpose, VersionNumber};
use monitoring::simulation;
use tempfile::TempDir;
use training::Candidate;
use workflow::{Actor, Import, Role, StoreSettings, Tenure};

pub const USE_CASE: &str = "attrition";
pub const PASSWORD: &str = "a long phrase of the tests";
/// Trained versions in a filled store.
pub const VERSIONS: i64 = 3;

/// Name and roles of the accounts. Ada is the author of every version.
const ACCOUNTS: [(&str, &[Role]); 5] = [
    ("ada", &[Role::Admin, Role::Reviewer]),
    ("rita", &[Role::Reviewer]),
    ("sam", &[Role::Reviewer]),
    ("ann", &[Role::Analyst]),
    ("oscar", &[Role::Admin]),
];

pub struct TestApp {
    pub tenure: Tenure,
    /// Removed with the application.
    folder: TempDir,
}

impl TestApp {
    /// An empty store with accounts.
    pub async fn empty() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let app = Self {
            tenure: open(folder.path()).await,
            folder,
        };
        app.add_accounts().await;
        app
    }

    /// An empty store with accounts, and the use cases of these TOML files beside the built-in
    /// ones.
    pub async fn with_use_cases(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let use_cases = folder.path().join("use-cases");
        std::fs::create_dir(&use_cases).unwrap();
        for (name, text) in files {
            let file = use_cases.join(name);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, text).unwrap();
        }
        let app = Self {
            tenure: open_with(folder.path(), Some(&use_cases)).await,
            folder,
        };
        app.add_accounts().await;
        app
    }

    /// A store with accounts, a labeled dataset, a snapshot of current people, and [`VERSIONS`]
    /// versions in Staging.
    pub async fn filled() -> Self {
        static FILLED: OnceLock<TempDir> = OnceLock::new();
        let template = FILLED.get_or_init(|| std::thread::spawn(fill).join().unwrap());
        let folder = tempfile::tempdir().unwrap();
        copy(template.path(), folder.path());
        Self {
            tenure: open(folder.path()).await,
            folder,
        }
    }

    /// A filled store in which version 1 is live, by request and approval.
    pub async fn live() -> Self {
        let app = Self::filled().await;
        app.promote(1).await;
        app
    }

    /// Another application on a copy of this store, as it is now.
    pub async fn copied(&self) -> Self {
        let folder = tempfile::tempdir().unwrap();
        copy(self.folder.path(), folder.path());
        Self {
            tenure: open(folder.path()).await,
            folder,
        }
    }

    /// Where the store lies.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Somebody who signed in on the pages. Deciding takes the password once more.
    pub async fn actor(&self, name: &str) -> Actor {
        self.tenure
            .sign_in(name, PASSWORD, Some("127.0.0.1"))
            .await
            .unwrap()
            .actor
    }

    /// Requested by Ada, approved by Rita.
    pub async fn promote(&self, version: i64) {
        self.request(version).await;
        self.approve(version, "rita").await.unwrap();
    }

    pub async fn request(&self, version: i64) -> workflow::Request {
        let ada = self.actor("ada").await;
        self.tenure
            .request_review(&ada.contributor().unwrap(), USE_CASE, number(version), "")
            .await
            .unwrap()
    }

    pub async fn approve(&self, version: i64, name: &str) -> workflow::Result<workflow::Decided> {
        self.decide(version, name, domain::Decision::Approve, "ranks well")
            .await
    }

    pub async fn decide(
        &self,
        version: i64,
        name: &str,
        choice: domain::Decision,
        reason: &str,
    ) -> workflow::Result<workflow::Decided> {
        let actor = self.actor(name).await;
        let signed = self.tenure.sign(actor.reviewer()?, Some(PASSWORD)).await?;
        let input = workflow::DecisionInput {
            choice,
            reason,
            checklist: None,
            evidence: None,
        };
        self.tenure
            .decide(&signed, USE_CASE, number(version), input)
            .await
    }

    async fn add_accounts(&self) {
        let local = Actor::local();
        let link = self.tenure.first_set_up().await.unwrap().unwrap();
        self.tenure.set_up(&link, "ada", PASSWORD).await.unwrap();
        let ada = self.actor("ada").await;
        for (name, roles) in ACCOUNTS {
            if name == "ada" {
                self.tenure
                    .set_roles(&ada.admin().unwrap(), name, roles)
                    .await
                    .unwrap();
            } else {
                self.tenure
                    .add_account_with(&local.admin().unwrap(), name, roles, PASSWORD)
                    .await
                    .unwrap();
            }
        }
    }
}

pub fn number(number: i64) -> VersionNumber {
    number.try_into().unwrap()
}

pub async fn open(folder: &Path) -> Tenure {
    open_with(folder, None).await
}

async fn open_with(folder: &Path, use_cases: Option<&Path>) -> Tenure {
    let settings = StoreSettings {
        database: None,
        data_dir: folder.to_owned(),
        artifacts: None,
    };
    Tenure::open(&settings, use_cases, "tenure test")
        .await
        .unwrap()
}

fn fill() -> TempDir {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let app = TestApp::empty().await;
        let ada = app.actor("ada").await;
        let admin = ada.admin().unwrap();
        let settings = simulation::Settings {
            people: 600,
            months: 1,
            seed: 3,
            ..simulation::Settings::default()
        };
        let labeled =
            data::write(&simulation::training_table(&settings), data::Format::Csv).unwrap();
        let import = |name: &str, bytes: Vec<u8>, as_of: &str, purpose: Purpose| Import {
            use_case: USE_CASE.into(),
            files: vec![(name.to_owned(), bytes)],
            as_of: Some(as_of.into()),
            purpose: Some(purpose),
            simulated: true,
            ..Import::default()
        };
        let dataset = app
            .tenure
            .import(
                &admin,
                import("training.csv", labeled, "2025-01-01", Purpose::Training),
            )
            .await
            .unwrap()
            .dataset;
        // Few people, so that some of their groups are small.
        let current = simulation::simulate(&simulation::Settings {
            people: 80,
            ..settings
        })
        .remove(0);
        let people = data::write(&current.people, data::Format::Csv).unwrap();
        app.tenure
            .import(
                &admin,
                import("people.csv", people, "2026-01-01", Purpose::Scoring),
            )
            .await
            .unwrap();
        for seed in 0..VERSIONS as u64 {
            let settings = training::Settings {
                trials: 2,
                seed,
                candidates: vec![Candidate::LogisticRegressionL2],
                ..training::Settings::default()
            };
            app.tenure
                .train(
                    &admin,
                    &dataset,
                    settings.check().unwrap(),
                    Arc::new(training::Silent),
                )
                .await
                .unwrap();
        }
        // What the database keeps beside its file is written into it; a copy must not race with that.
        app.tenure.store().close().await;
        app.folder
    })
}

fn copy(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            std::fs::create_dir_all(&target).unwrap();
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

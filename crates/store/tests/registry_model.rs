//! Random sequences of registry operations, allowed and forbidden ones alike, against a small model
//! of the rules: what the model forbids the database refuses, what it allows is taken, and
//! afterwards both say the same about stages, requests, pointer and history.
//!
//! Ten thousand sequences on each database under `make soak`, the first of them otherwise; and
//! writers side by side on both.
#![expect(clippy::unwrap_used, reason = "tests")]

mod common;

use std::collections::BTreeMap;

use common::{at, batch, dataset, insert_dataset, number, run, stores, version};
use domain::{Decision, LiveChangeKind, ReviewState, Stage, UseCaseId, VersionNumber};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use store::review::{self, Request, ReviewDecision};
use store::{Store, Writer, datasets, registry, runs, scoring};

const PEOPLE: [&str; 4] = ["ann", "bo", "Rita", "sam"];
/// The last one is no stage.
const STAGES: [&str; 5] = ["None", "Staging", "Production", "Archived", "Nowhere"];
const CHOICES: [Decision; 3] = [
    Decision::Approve,
    Decision::Reject,
    Decision::RequestChanges,
];
const STATES: [ReviewState; 5] = [
    ReviewState::Approved,
    ReviewState::Rejected,
    ReviewState::ChangesRequested,
    ReviewState::Void,
    ReviewState::Pending,
];

#[derive(Debug, Clone)]
enum Operation {
    /// A new version by somebody, in a stage.
    Register {
        author: usize,
        stage: usize,
    },
    Request {
        version: i64,
        by: usize,
        approvals: i64,
    },
    /// On the newest request for a version, with its evidence or other evidence.
    Decide {
        version: i64,
        reviewer: usize,
        choice: usize,
        right_evidence: bool,
    },
    Close {
        version: i64,
        state: usize,
    },
    /// Moves the pointer, with history and stages.
    SetLive {
        version: Option<i64>,
        by: usize,
        rollback: bool,
    },
    /// Scores people with a version.
    Score {
        version: i64,
    },
    SetStage {
        version: i64,
        stage: usize,
    },
    /// Past the history.
    MovePointer {
        version: i64,
    },
    RewriteHistory,
}

fn operation() -> impl Strategy<Value = Operation> {
    let number = 1..5_i64;
    prop_oneof![
        3 => (0..4_usize, 0..5_usize).prop_map(|(author, stage)| Operation::Register { author, stage }),
        4 => (number.clone(), 0..4_usize, 0..3_i64).prop_map(|(version, by, approvals)| Operation::Request { version, by, approvals }),
        8 => (number.clone(), 0..4_usize, prop_oneof![4 => Just(0_usize), 1 => Just(1), 1 => Just(2)], prop::bool::weighted(0.9))
            .prop_map(|(version, reviewer, choice, right_evidence)| Operation::Decide { version, reviewer, choice, right_evidence }),
        6 => (number.clone(), prop_oneof![4 => Just(0_usize), 1 => 1..5_usize]).prop_map(|(version, state)| Operation::Close { version, state }),
        6 => (prop_oneof![5 => number.clone().prop_map(Some), 1 => Just(None)], 0..4_usize, prop::bool::weighted(0.3))
            .prop_map(|(version, by, rollback)| Operation::SetLive { version, by, rollback }),
        2 => number.clone().prop_map(|version| Operation::Score { version }),
        3 => (number.clone(), 0..5_usize).prop_map(|(version, stage)| Operation::SetStage { version, stage }),
        1 => number.prop_map(|version| Operation::MovePointer { version }),
        1 => Just(Operation::RewriteHistory),
    ]
}

/// The way to service, whole or with a step left out: by chance alone few sequences would get
/// there.
fn ladder() -> impl Strategy<Value = Vec<Operation>> {
    (1..4_i64, 0..4_usize, 0..4_usize, 0..12_usize).prop_map(|(version, by, reviewer, left_out)| {
        let steps = [
            Operation::Request {
                version,
                by,
                approvals: 1,
            },
            Operation::Decide {
                version,
                reviewer,
                choice: 0,
                right_evidence: true,
            },
            Operation::Close { version, state: 0 },
            Operation::SetLive {
                version: Some(version),
                by: reviewer,
                rollback: false,
            },
            Operation::Score { version },
        ];
        steps
            .into_iter()
            .enumerate()
            .filter(|(step, _)| *step != left_out)
            .map(|(_, operation)| operation)
            .collect()
    })
}

fn sequence() -> impl Strategy<Value = Vec<Operation>> {
    let start = prop::collection::vec(
        (0..4_usize).prop_map(|author| Operation::Register { author, stage: 1 }),
        1..4,
    );
    let parts = prop::collection::vec(
        prop_oneof![5 => operation().prop_map(|operation| vec![operation]), 2 => ladder()],
        4..14,
    );
    (start, parts).prop_map(|(start, parts)| {
        start
            .into_iter()
            .chain(parts.into_iter().flatten())
            .collect()
    })
}

/// What should be true: the rules in few words.
#[derive(Debug, Default)]
struct Rules {
    /// Author and stage, by number.
    versions: BTreeMap<i64, (String, String)>,
    /// Oldest first.
    requests: Vec<Asked>,
    live: Option<i64>,
    history: Vec<Option<i64>>,
}

#[derive(Debug)]
struct Asked {
    request: Request,
    decisions: Vec<(String, Decision)>,
}

impl Asked {
    fn approvals(&self) -> i64 {
        self.decisions
            .iter()
            .filter(|(_, choice)| *choice == Decision::Approve)
            .count() as i64
    }

    fn has(&self, choice: Decision) -> bool {
        self.decisions.iter().any(|(_, own)| *own == choice)
    }
}

fn same(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
}

impl Rules {
    fn newest(&mut self, version: i64) -> Option<&mut Asked> {
        self.requests
            .iter_mut()
            .rev()
            .find(|asked| i64::from(asked.request.version) == version)
    }

    fn is_approved(&self, version: i64) -> bool {
        let approved = |asked: &&Asked| {
            i64::from(asked.request.version) == version
                && asked.request.state == ReviewState::Approved
        };
        self.requests.iter().any(|asked| approved(&asked))
    }

    /// Whether the operation is allowed; if so it is done here too.
    fn allow(&mut self, operation: &Operation, made: Option<&Request>) -> bool {
        match operation {
            Operation::Register { author, stage } => {
                let allowed = *stage < 2;
                if allowed {
                    let number = self.versions.len() as i64 + 1;
                    self.versions
                        .insert(number, (PEOPLE[*author].into(), STAGES[*stage].into()));
                }
                allowed
            }
            Operation::Request {
                version, approvals, ..
            } => {
                let staged = self
                    .versions
                    .get(version)
                    .is_some_and(|(_, stage)| stage == "Staging");
                let waits = self.requests.iter().any(|asked| {
                    i64::from(asked.request.version) == *version
                        && asked.request.state == ReviewState::Pending
                });
                let allowed = staged && !waits && *approvals >= 1;
                if let (true, Some(request)) = (allowed, made) {
                    self.requests.push(Asked {
                        request: request.clone(),
                        decisions: Vec::new(),
                    });
                }
                allowed
            }
            Operation::Decide {
                version,
                reviewer,
                choice,
                right_evidence,
            } => {
                let author = self
                    .versions
                    .get(version)
                    .map(|(author, _)| author.clone())
                    .unwrap_or_default();
                let reviewer = PEOPLE[*reviewer];
                let Some(asked) = self.newest(*version) else {
                    return false;
                };
                let allowed = asked.request.state == ReviewState::Pending
                    && *right_evidence
                    && !same(reviewer, &author)
                    && !same(reviewer, &asked.request.requested_by)
                    && !asked.decisions.iter().any(|(own, _)| own == reviewer);
                if allowed {
                    asked.decisions.push((reviewer.into(), CHOICES[*choice]));
                }
                allowed
            }
            Operation::Close { version, state } => {
                let Some(asked) = self.newest(*version) else {
                    return false;
                };
                let allowed = asked.request.state == ReviewState::Pending
                    && match STATES[*state] {
                        ReviewState::Approved => {
                            asked.approvals() >= asked.request.approvals_needed
                        }
                        ReviewState::Rejected => asked.has(Decision::Reject),
                        ReviewState::ChangesRequested => asked.has(Decision::RequestChanges),
                        ReviewState::Void => true,
                        ReviewState::Pending => false,
                    };
                if allowed {
                    asked.request.state = STATES[*state];
                }
                allowed
            }
            Operation::SetLive {
                version,
                by,
                rollback,
            } => {
                let own = version
                    .and_then(|version| self.versions.get(&version))
                    .is_some_and(|(author, _)| same(author, PEOPLE[*by]));
                let allowed =
                    version.is_none_or(|version| self.is_approved(version)) && !(*rollback && own);
                if allowed {
                    if let Some((_, stage)) = self
                        .live
                        .filter(|old| Some(*old) != *version)
                        .and_then(|old| self.versions.get_mut(&old))
                    {
                        *stage = "Archived".into();
                    }
                    if let Some((_, stage)) = version.and_then(|new| self.versions.get_mut(&new)) {
                        *stage = "Production".into();
                    }
                    self.live = *version;
                    self.history.push(*version);
                }
                allowed
            }
            Operation::SetStage { version, stage } => {
                let live = self.live == Some(*version);
                let Some((_, own)) = self.versions.get_mut(version) else {
                    return true;
                };
                let allowed = *stage < 4 && (STAGES[*stage] == "Production") == live;
                if allowed {
                    *own = STAGES[*stage].into();
                }
                allowed
            }
            Operation::Score { version } => self.live == Some(*version),
            // Where it points already nothing moves; without a row nothing is updated.
            Operation::MovePointer { version } => {
                self.history.is_empty() || self.live == Some(*version)
            }
            Operation::RewriteHistory => false,
        }
    }
}

/// A use case of its own for every sequence, in one store.
struct Registry<'a> {
    connection: &'a mut Writer,
    use_case: UseCaseId,
    dataset: datasets::Dataset,
    run: runs::Run,
    clock: i64,
}

impl Registry<'_> {
    fn request(&mut self, version: i64, by: usize, approvals_needed: i64) -> Request {
        self.clock += 1;
        Request {
            request_id: format!("{}-{}", self.use_case, self.clock).into(),
            use_case: self.use_case.clone(),
            version: number(version),
            evidence_hash: format!("evidence {}", self.clock),
            approvals_needed,
            note: String::new(),
            requested_by: PEOPLE[by].into(),
            requested_at: at(self.clock),
            state: ReviewState::Pending,
            closed_at: None,
            closed_because: String::new(),
        }
    }

    async fn ask(&mut self, operation: &Operation, made: Option<&Request>) -> store::Result<()> {
        let use_case = self.use_case.clone();
        let connection = &mut *self.connection;
        match operation {
            Operation::Register { author, stage } => {
                let Ok(stage) = STAGES[*stage].parse::<Stage>() else {
                    let (run, dataset, stage) =
                        (&self.run.run_id, &self.dataset.dataset_id, STAGES[*stage]);
                    let statement = format!(
                        "insert into model_version (use_case, version, run_id, dataset_id, model_hash, candidate, stage, author, author_key, \
                         note, created_at, description) values ('{use_case}', 99, '{run}', '{dataset}', 'm', 'c', '{stage}', 'a', 'a', '', 1, '')"
                    );
                    return connection.run(statement).await;
                };
                let new = registry::Version {
                    use_case,
                    author: PEOPLE[*author].into(),
                    stage,
                    ..version(&self.run, &self.dataset)
                };
                registry::insert(connection, &new).await.map(|_| ())
            }
            Operation::Request { .. } => review::insert_request(connection, made.unwrap()).await,
            Operation::Decide {
                version,
                reviewer,
                choice,
                right_evidence,
            } => {
                let request =
                    review::newest_request(connection, &use_case, number(*version)).await?;
                let request =
                    request.ok_or_else(|| store::Error::Setting("nobody asked".into()))?;
                let decision = ReviewDecision {
                    decision_id: store::new_id(),
                    reviewer: PEOPLE[*reviewer].into(),
                    decision: CHOICES[*choice],
                    reason: "because".into(),
                    checklist: "{}".into(),
                    waivers: "{}".into(),
                    evidence_hash: if *right_evidence {
                        request.evidence_hash.clone()
                    } else {
                        "other".into()
                    },
                    request_id: request.request_id,
                    decided_at: at(1),
                };
                review::insert_decision(connection, &decision).await
            }
            Operation::Close { version, state } => {
                let request =
                    review::newest_request(connection, &use_case, number(*version)).await?;
                let request =
                    request.ok_or_else(|| store::Error::Setting("nobody asked".into()))?;
                review::close_request(connection, &request.request_id, STATES[*state], at(1), "")
                    .await
            }
            Operation::SetLive {
                version,
                by,
                rollback,
            } => {
                let kind = if *rollback {
                    LiveChangeKind::Rollback
                } else {
                    LiveChangeKind::Promotion
                };
                let by = PEOPLE[*by].into();
                registry::set_live(
                    connection,
                    &use_case,
                    version.map(number),
                    &by,
                    "why not",
                    kind,
                )
                .await
                .map(|_| ())
            }
            Operation::Score { version } => {
                scoring::insert(connection, &batch(&self.dataset, &use_case, *version), &[]).await
            }
            Operation::SetStage { version, stage } => match STAGES[*stage].parse() {
                Ok(stage) => {
                    registry::set_stage(connection, &use_case, number(*version), stage).await
                }
                Err(_) => {
                    let stage = STAGES[*stage];
                    let place = format!("use_case = '{use_case}' and version = {version}");
                    connection
                        .run(format!(
                            "update model_version set stage = '{stage}' where {place}"
                        ))
                        .await
                }
            },
            Operation::MovePointer { version } => {
                connection
                    .run(format!(
                        "update live_model set version = {version} where use_case = '{use_case}'"
                    ))
                    .await
            }
            Operation::RewriteHistory => {
                connection
                    .run(format!(
                        "update live_history set version = 1 where use_case = '{use_case}'"
                    ))
                    .await
            }
        }
    }

    /// As in a transaction of its own: what is refused half-way leaves nothing.
    async fn attempt(&mut self, operation: &Operation, made: Option<&Request>) -> bool {
        self.connection.run("savepoint attempt").await.unwrap();
        let taken = self.ask(operation, made).await.is_ok();
        if !taken {
            self.connection
                .run("rollback to savepoint attempt")
                .await
                .unwrap();
        }
        self.connection
            .run("release savepoint attempt")
            .await
            .unwrap();
        taken
    }

    async fn agrees_with(&mut self, rules: &Rules) {
        let versions = registry::list(self.connection, &self.use_case)
            .await
            .unwrap();
        let stages: BTreeMap<i64, (String, String)> = versions
            .into_iter()
            .map(|own| {
                (
                    own.version.into(),
                    (own.author.into_string(), own.stage.to_string()),
                )
            })
            .collect();
        assert_eq!(stages, rules.versions);
        assert!(
            stages
                .values()
                .filter(|(_, stage)| stage == "Production")
                .count()
                <= 1,
            "two live versions"
        );
        let live = registry::live(self.connection, &self.use_case)
            .await
            .unwrap()
            .and_then(|change| change.version);
        assert_eq!(live.map(i64::from), rules.live);
        let history = registry::live_history(self.connection, &self.use_case)
            .await
            .unwrap();
        let versions: Vec<Option<i64>> = history
            .iter()
            .map(|change| change.version.map(i64::from))
            .collect();
        assert_eq!(versions, rules.history, "history");
        assert!(
            history
                .iter()
                .enumerate()
                .all(|(index, change)| change.sequence == index as i64 + 1),
            "history has no gap"
        );
        assert!(
            history
                .iter()
                .filter_map(|change| change.version)
                .all(|version| rules.is_approved(version.into())),
            "an unapproved version was live"
        );
        let states: Vec<ReviewState> = review::requests(self.connection, &self.use_case)
            .await
            .unwrap()
            .into_iter()
            .rev()
            .map(|request| request.state)
            .collect();
        assert_eq!(
            states,
            rules
                .requests
                .iter()
                .map(|asked| asked.request.state)
                .collect::<Vec<_>>()
        );
    }
}

/// Plays `sequences` sequences; returns how many operations were taken and refused, and how many
/// times something went live.
async fn play(store: &Store, sequences: u32, seed: u8) -> [u32; 3] {
    let mut runner = TestRunner::new_with_rng(
        Config::default(),
        TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]),
    );
    let strategy = sequence();
    let mut counts = [0; 3];
    for number in 0..sequences {
        let operations = strategy.new_tree(&mut runner).unwrap().current();
        let use_case = UseCaseId::from(format!("case-{number}"));
        let mut transaction = store.begin().await.unwrap();
        let (dataset, run) = (
            datasets::Dataset {
                use_case: use_case.clone(),
                ..dataset("aa", "2026-01-01")
            },
            run("training", None),
        );
        insert_dataset(&mut transaction, &dataset).await.unwrap();
        runs::insert(&mut transaction, &run).await.unwrap();
        let mut registry = Registry {
            connection: &mut transaction,
            use_case,
            dataset,
            run,
            clock: 0,
        };
        let mut rules = Rules::default();
        for operation in &operations {
            // PostgreSQL refuses to rewrite history even where there is none.
            if matches!(operation, Operation::RewriteHistory) && rules.history.is_empty() {
                continue;
            }
            let made = match operation {
                Operation::Request {
                    version,
                    by,
                    approvals,
                } => Some(registry.request(*version, *by, *approvals)),
                _ => None,
            };
            let allowed = rules.allow(operation, made.as_ref());
            let taken = registry.attempt(operation, made.as_ref()).await;
            assert_eq!(
                taken, allowed,
                "sequence {number}: {operation:?} in {operations:#?}\n{rules:#?}"
            );
            counts[usize::from(!taken)] += 1;
            counts[2] += u32::from(
                taken
                    && matches!(
                        operation,
                        Operation::SetLive {
                            version: Some(_),
                            ..
                        }
                    ),
            );
        }
        registry.agrees_with(&rules).await;
        // Now and then it is written for good; else the store would only grow.
        if number % 50 == 0 {
            transaction.commit().await.unwrap();
        }
    }
    counts
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn random_sequences_never_break_the_rules() {
    let sequences = testing::soak(400, 10_000);
    let play_on = |(store, folder): (Store, tempfile::TempDir)| {
        tokio::spawn(async move {
            let [taken, refused, promotions] = play(&store, sequences, 7).await;
            drop(folder);
            println!(
                "{sequences} sequences: {taken} operations taken, {refused} refused, {promotions} times a version went live"
            );
            assert!(
                taken > sequences && refused > sequences && promotions > sequences / 10,
                "the sequences must reach what they test"
            );
        })
    };
    for played in stores("sequences")
        .await
        .into_iter()
        .map(play_on)
        .collect::<Vec<_>>()
    {
        played.await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn writers_side_by_side_never_break_the_rules() {
    for (store, _folder) in stores("side_by_side").await {
        let mut transaction = store.begin().await.unwrap();
        let (dataset, run) = (dataset("aa", "2026-01-01"), run("training", None));
        insert_dataset(&mut transaction, &dataset).await.unwrap();
        runs::insert(&mut transaction, &run).await.unwrap();
        for _ in 0..4 {
            registry::insert(&mut transaction, &version(&run, &dataset))
                .await
                .unwrap();
        }
        transaction.commit().await.unwrap();
        let writers = (0..8_u8).map(|writer| {
            let (store, dataset, run) = (store.clone(), dataset.clone(), run.clone());
            tokio::spawn(async move {
                let mut runner = TestRunner::new_with_rng(
                    Config::default(),
                    TestRng::from_seed(RngAlgorithm::ChaCha, &[writer; 32]),
                );
                let strategy = operation();
                let mut promoted = 0;
                for step in 0..60 {
                    let operation = strategy.new_tree(&mut runner).unwrap().current();
                    let mut transaction = store.begin().await.unwrap();
                    let clock = i64::from(writer) * 1000 + step;
                    let mut registry = Registry {
                        connection: &mut transaction,
                        use_case: "attrition".into(),
                        dataset: dataset.clone(),
                        run: run.clone(),
                        clock,
                    };
                    let made = match &operation {
                        Operation::Request {
                            version,
                            by,
                            approvals,
                        } => Some(registry.request(*version, *by, *approvals)),
                        _ => None,
                    };
                    if registry.ask(&operation, made.as_ref()).await.is_ok() {
                        transaction.commit().await.unwrap();
                        promoted += u32::from(matches!(
                            operation,
                            Operation::SetLive {
                                version: Some(_),
                                ..
                            }
                        ));
                    }
                }
                promoted
            })
        });
        let mut promoted = 0;
        for writer in writers.collect::<Vec<_>>() {
            promoted += writer.await.unwrap();
        }
        assert!(promoted > 0, "nothing went live: the test tests nothing");
        let mut connection = store.read().await.unwrap();
        let use_case = UseCaseId::from("attrition");
        let versions = registry::list(&mut connection, &use_case).await.unwrap();
        let history = registry::live_history(&mut connection, &use_case)
            .await
            .unwrap();
        let live = registry::live(&mut connection, &use_case)
            .await
            .unwrap()
            .and_then(|change| change.version);
        let requests = review::requests(&mut connection, &use_case).await.unwrap();
        let production: Vec<VersionNumber> = versions
            .iter()
            .filter(|version| version.stage == Stage::Production)
            .map(|version| version.version)
            .collect();
        assert_eq!(
            production,
            live.into_iter().collect::<Vec<_>>(),
            "the pointer and Production are one"
        );
        assert_eq!(history.last().and_then(|change| change.version), live);
        assert!(
            history
                .iter()
                .enumerate()
                .all(|(index, change)| change.sequence == index as i64 + 1)
        );
        assert!(
            history
                .windows(2)
                .all(|pair| pair[0].changed_at <= pair[1].changed_at)
        );
        for change in history.iter().filter_map(|change| change.version) {
            assert!(
                requests
                    .iter()
                    .any(|request| request.version == change
                        && request.state == ReviewState::Approved),
                "{change} was never approved"
            );
        }
        for version in (1..5).map(number) {
            let waiting = requests
                .iter()
                .filter(|request| {
                    request.version == version && request.state == ReviewState::Pending
                })
                .count();
            assert!(waiting <= 1);
        }
    }
}

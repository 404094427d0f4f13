//! What the figures promise, measured on real data: so many leavers as stated, and no drift where
//! nothing has changed.

use domain::{DriftVerdict, Purpose, Recommendation, VersionNumber};
use model::{Column, Table};
use monitoring::performance::expected_leavers;
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use rand::seq::SliceRandom as _;
use training::gates::ValidGatePolicy;
use training::{Candidate, Dataset, Settings, Silent, Trained, train};
use workflow::Import;

use crate::app::TestApp;

/// The candidates that may become a model, from the simplest to the most complex.
const CANDIDATES: [Candidate; 5] = [
    Candidate::LogisticRegressionL2,
    Candidate::DecisionTree,
    Candidate::AdditiveBoosting,
    Candidate::RandomForest,
    Candidate::GradientBoosting,
];

fn settings(candidate: Candidate, seed: u64) -> Settings {
    Settings {
        trials: 3,
        repeats: Some(1),
        candidates: vec![candidate],
        seed,
        ..Settings::default()
    }
}

/// Positions of two random halves.
fn halves(rows: usize, seed: u64) -> [Vec<usize>; 2] {
    let mut order: Vec<usize> = (0..rows).collect();
    order.shuffle(&mut StdRng::seed_from_u64(seed));
    let second = order.split_off(rows / 2);
    [order, second].map(|mut half| {
        half.sort_unstable();
        half
    })
}

fn holds(interval: Option<[f64; 2]>, truth: usize) -> bool {
    let [low, high] = interval.unwrap();
    (low..=high).contains(&(truth as f64))
}

/// Of the half that was learned from, and of the half that was not.
#[test]
fn as_many_leave_as_the_interval_of_expected_leavers_states() {
    let Some(text) = testing::shared_text("data/ibm_hr_attrition_1470.csv") else {
        return;
    };
    let use_case = data::built_in()
        .unwrap()
        .into_iter()
        .find(|use_case| use_case.id == "attrition")
        .unwrap();
    let raw = data::read(text.as_bytes(), &data::ReadOptions::default()).unwrap();
    let people = data::check(&raw, &use_case, data::CheckMode::Training, None).unwrap();
    let labels: Vec<bool> = people
        .labels
        .unwrap()
        .into_iter()
        .collect::<Option<_>>()
        .unwrap();
    let (seeds, candidates) = testing::soak((1, &CANDIDATES[..3]), (10, &CANDIDATES[..]));
    let (mut learned, mut unseen, mut all) = (0, 0, 0);
    for &candidate in candidates {
        for seed in 0..seeds {
            let [first, second] = halves(labels.len(), seed);
            let truth =
                |rows: &[usize]| -> Vec<bool> { rows.iter().map(|&row| labels[row]).collect() };
            let left = |rows: &[usize]| rows.iter().filter(|&&row| labels[row]).count();
            let dataset = Dataset::new(people.table.take(&first), truth(&first)).unwrap();
            let trained: Trained = train(
                &dataset,
                &use_case,
                &ValidGatePolicy::sensible(),
                &settings(candidate, seed).check().unwrap(),
                &Silent,
            )
            .unwrap()
            .completed()
            .unwrap();
            let model = &trained.served.model;
            let calibration = model.training.calibration_information;
            let known = expected_leavers(&trained.cross_fitted, calibration);
            let others = expected_leavers(
                &model.probabilities(&people.table.take(&second)),
                calibration,
            );
            all += 1;
            learned += u32::from(holds(known.interval, left(&first)));
            unseen += u32::from(holds(others.interval, left(&second)));
            println!(
                "{candidate:?} seed {seed}: learned {:.0} {:.0?} of {}, unseen {:.0} {:.0?} of {}",
                known.value.unwrap(),
                known.interval.unwrap(),
                left(&first),
                others.value.unwrap(),
                others.interval.unwrap(),
                left(&second),
            );
        }
    }
    println!("learned: {learned} of {all}, unseen: {unseen} of {all}");
    assert!(
        f64::from(learned) >= 0.9 * f64::from(all),
        "{learned} of {all}"
    );
    // The two halves of one draw say little; of ten they say something.
    let least = testing::soak(0.0, 0.8);
    assert!(
        f64::from(unseen) >= least * f64::from(all),
        "{unseen} of {all}"
    );
}

/// A data set of the trials: its use case without gates, and its rows as text.
struct Trial {
    use_case: &'static str,
    definition: String,
    table: Table,
}

impl Trial {
    fn new(use_case: &'static str, files: &[&str]) -> Option<Self> {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../data/use_cases/");
        let text = std::fs::read_to_string(format!("{folder}{use_case}.toml")).unwrap();
        let mut table = Table::default();
        for file in files {
            let text = testing::shared_text(&format!("data/{file}"))?;
            let raw = data::read(text.as_bytes(), &data::ReadOptions::default()).unwrap();
            let mut part = Table::default();
            for (name, column) in raw.names.iter().zip(&raw.columns) {
                part.push(
                    name.as_str(),
                    Column::Text(column.iter().map(str::to_owned).collect()),
                );
            }
            table.append(part).unwrap();
        }
        Some(Self {
            use_case: match use_case {
                "attrition" => "open-attrition",
                _ => "open-churn",
            },
            definition: text
                .replace(
                    &format!("id = \"{use_case}\""),
                    &format!("id = \"open-{use_case}\""),
                )
                .replace("gates = \"sensible\"", "gates = \"open\""),
            table,
        })
    }
}

const NO_GATES: &str =
    "name = \"open\"\ndescription = \"No gates.\"\ninconclusive_blocks = false\ngates = []\n";

/// What a drift check said.
struct Said {
    action: Recommendation,
    scores: DriftVerdict,
    /// Fields that drifted.
    fields: Vec<String>,
    sentence: String,
}

impl TestApp {
    async fn take_rows(
        &self,
        trial: &Trial,
        table: &Table,
        as_of: &str,
        purpose: Purpose,
    ) -> store::datasets::Dataset {
        let oscar = self.actor("oscar").await;
        let import = Import {
            use_case: trial.use_case.into(),
            files: vec![(
                format!("{as_of}.csv"),
                data::write(table, data::Format::Csv).unwrap(),
            )],
            as_of: Some(as_of.into()),
            purpose: Some(purpose),
            ..Import::default()
        };
        let imported = self.tenure.import(&oscar.admin().unwrap(), import).await;
        imported.unwrap().dataset
    }

    async fn make_live(
        &self,
        trial: &Trial,
        dataset: &store::datasets::Dataset,
        settings: Settings,
    ) -> VersionNumber {
        let (ada, rita) = (self.actor("ada").await, self.actor("rita").await);
        let trained = self
            .tenure
            .train(
                &ada.admin().unwrap(),
                dataset,
                settings.check().unwrap(),
                std::sync::Arc::new(Silent),
            )
            .await
            .unwrap();
        let number = trained.version.version;
        self.tenure
            .request_review(&ada.contributor().unwrap(), trial.use_case, number, "")
            .await
            .unwrap();
        let signed = self
            .tenure
            .sign(rita.reviewer().unwrap(), Some(crate::app::PASSWORD))
            .await
            .unwrap();
        let input = workflow::DecisionInput {
            choice: domain::Decision::Approve,
            reason: "measured",
            checklist: None,
            evidence: None,
        };
        self.tenure
            .decide(&signed, trial.use_case, number, input)
            .await
            .unwrap();
        number
    }

    async fn said(&self, trial: &Trial, as_of: &str) -> Said {
        let ann = self.actor("ann").await;
        let (_, report) = self
            .tenure
            .check_drift(&ann.contributor().unwrap(), trial.use_case, Some(as_of))
            .await
            .unwrap();
        Said {
            action: report.recommendation.action,
            scores: report.prediction.verdict,
            fields: report
                .features
                .drifted()
                .into_iter()
                .map(str::to_owned)
                .collect(),
            sentence: report.recommendation.sentence,
        }
    }
}

/// Pay cut by 15 %, and overtime for a quarter of those who had none.
fn worse_off(table: &Table) -> Table {
    let mut table = table.clone();
    for (name, column) in table.names.iter().zip(&mut table.columns) {
        let Column::Text(values) = column else {
            continue;
        };
        match name.as_str() {
            "MonthlyIncome" => values.iter_mut().for_each(|pay| {
                *pay = (0.85 * pay.parse::<f64>().unwrap()).round().to_string();
            }),
            "OverTime" => values
                .iter_mut()
                .enumerate()
                .filter(|(row, _)| row % 4 == 0)
                .for_each(|(_, value)| *value = "Yes".into()),
            _ => {}
        }
    }
    table
}

/// The first check after a promotion, on the very people that were learned from and on others of
/// the same kind; then a real change.
#[tokio::test]
async fn the_first_check_after_a_promotion_finds_what_has_changed_and_nothing_else() {
    let trials: Vec<Trial> = [
        ("churn", &["mlc_churn_5000.csv"][..]),
        (
            "churn",
            &[
                "telecom_churn_bigml_80_2666.csv",
                "telecom_churn_bigml_20_667.csv",
            ],
        ),
        ("attrition", &["ibm_hr_attrition_1470.csv"]),
    ]
    .into_iter()
    .filter_map(|(use_case, files)| Trial::new(use_case, files))
    .collect();
    let count = testing::soak(3, 40);
    let (mut same, mut others, mut found, mut advised, mut changed, mut all) = (0, 0, 0, 0, 0, 0);
    for number in 0..count {
        let Some(trial) = trials.get(number % 3) else {
            return;
        };
        let candidate = CANDIDATES[(number / 3 + number % 3) % CANDIDATES.len()];
        let name = format!("{}.toml", trial.use_case);
        let app =
            TestApp::with_use_cases(&[(&name, &trial.definition), ("gates/open.toml", NO_GATES)])
                .await;
        let [first, second] =
            halves(trial.table.rows(), number as u64).map(|rows| trial.table.take(&rows));
        let dataset = app
            .take_rows(trial, &first, "2025-01-01", Purpose::Both)
            .await;
        app.make_live(trial, &dataset, settings(candidate, number as u64))
            .await;
        let known = app.said(trial, "2025-01-01").await;
        app.take_rows(trial, &second, "2025-02-01", Purpose::Both)
            .await;
        let unknown = app.said(trial, "2025-02-01").await;
        all += 1;
        same += u32::from(known.action == Recommendation::Keep);
        others += u32::from(unknown.action == Recommendation::Keep);
        println!(
            "{} {candidate:?} {number}: known {:?} {:?}, others {:?} {:?} {}",
            trial.use_case,
            known.action,
            known.scores,
            unknown.action,
            unknown.scores,
            if unknown.action == Recommendation::Keep {
                ""
            } else {
                &unknown.sentence
            }
        );
        if trial.use_case == "open-attrition" {
            app.take_rows(trial, &worse_off(&second), "2025-03-01", Purpose::Both)
                .await;
            let worse = app.said(trial, "2025-03-01").await;
            changed += 1;
            let is_named = |field: &&str| worse.fields.iter().any(|own| own == field);
            found += u32::from(["MonthlyIncome", "OverTime"].iter().all(is_named));
            advised += u32::from(worse.action == Recommendation::Retrain);
            println!("  changed: {:?} {}", worse.action, worse.sentence);
        }
    }
    println!(
        "known: {same} of {all}, others: {others} of {all}, changes found: {found} of {changed}, retraining advised: {advised}"
    );
    assert_eq!(same, all);
    assert!(
        f64::from(others) >= 0.9 * f64::from(all),
        "{others} of {all}"
    );
    assert_eq!(found, changed);
}
